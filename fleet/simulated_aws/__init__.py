"""A stand-in for Pulumi's AWS provider over a local simulated AWS, with the rules of AWS that the simulation lacks.

It answers `preview` without any AWS at all, and talks to nothing but a loopback address in `up` and `destroy`.
"""

__all__: list[str] = []
