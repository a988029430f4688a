"""Pulumi stacks as plain values, and the decoders that read them."""
