"""What runs inside the user's Python beside the program: a resource monitor as plain objects.

This package is loaded by path, not by name: the program's interpreter may not have `fleet` at all. It therefore
imports nothing but the standard library, `pulumi` and itself, and hands everything over as JSON.
"""
