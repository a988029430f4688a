"""A program that cannot be compiled."""

import pulumi

pulumi.export("x", 1
