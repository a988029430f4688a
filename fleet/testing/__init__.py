"""Test any Python policy pack against resources written as plain Python, without a program, a cloud or the CLI."""

from fleet.stack.model import UNKNOWN, Secret
from fleet.testing.given import Given, component, provider, resource, stack_of
from fleet.testing.harness import Pack, Report, analyze, start

__all__ = [
    "UNKNOWN",
    "Given",
    "Pack",
    "Report",
    "Secret",
    "analyze",
    "component",
    "provider",
    "resource",
    "stack_of",
    "start",
]
