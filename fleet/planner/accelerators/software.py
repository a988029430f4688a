"""Which framework versions a software stack still runs. Facts about software, by stack; never about an instance name.

Which accelerator a framework reaches at all stands in the catalog (`Accelerator.frameworks`).
Source: AWS Neuron SDK documentation 2.32.0, 2026-08-17.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from fleet.vocabulary import Stack

OPEN_STACKS: frozenset[Stack] = frozenset({"cuda", "graphics"})
"""Stacks that code of one's own runs on, unless the catalog says otherwise; on the others only what it lists."""

COMPUTE_ONLY: frozenset[str] = frozenset({"jax", "pytorch", "tensorflow", "vllm"})
"""Frameworks whose builds are for compute stacks: none of them runs on a graphics API.

The catalog follows them by accelerator, so that one which it lists for others and not for this one is not known to run.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Newest:
    """The newest version of a framework that a stack runs, with the reason for users."""

    version: tuple[int, ...]
    note: str


NEWEST: Mapping[Stack, Mapping[str, Newest]] = {
    "neuron": {
        "jax": Newest(version=(0, 10), note="Neuron SDK 2.32 runs JAX up to 0.10"),
        "vllm": Newest(version=(0, 24), note="vLLM on Neuron is at 0.24"),
    }
}


def parse_version(text: str) -> tuple[int, ...] | None:
    """Numbers of a version such as `2.9.1` or `0.24.0+cu128`; None when it does not begin with a number."""
    numbers: list[int] = []
    for part in text.strip().lstrip("vV").split("+")[0].split("."):
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        if not digits:
            break
        numbers.append(int(digits))
    return tuple(numbers) or None


def version_too_new(stack: Stack, framework: str, version: str | None) -> Newest | None:
    """The limit that a version exceeds on a stack, None when it does not or no limit is known."""
    newest = NEWEST.get(stack, {}).get(framework.lower())
    parsed = parse_version(version) if version else None
    if newest is None or parsed is None:
        return None
    return newest if parsed[: len(newest.version)] > newest.version else None
