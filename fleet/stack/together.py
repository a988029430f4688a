"""Several stacks as one: what they cost and break together."""

from collections import Counter
from collections.abc import Sequence

from fleet.errors import DecodeError
from fleet.stack.model import Stack

__all__ = ["together"]


def together(stacks: Sequence[Stack]) -> Stack:
    """The resources of all stacks, in their order, under both names; DecodeError when two files hold the same stack.

    Configuration that two of them set differently belongs to none of them any more; providers keep their regions.
    """
    if len(stacks) == 1:
        return stacks[0]
    names = Counter((stack.project, stack.name) for stack in stacks)
    twice = next((f"{project}/{name}" for (project, name), count in names.items() if count > 1), None)
    if twice is not None:
        raise DecodeError(f"two files hold the stack {twice}; give each stack once, or compare them with 'fleet diff'")
    settings = [item for stack in stacks for item in stack.config.items()]
    values = Counter(key for key, _ in set(settings))
    return Stack(
        project=", ".join(dict.fromkeys(stack.project for stack in stacks)),
        name=", ".join(dict.fromkeys(stack.name for stack in stacks)),
        resources=tuple(resource for stack in stacks for resource in stack.resources),
        config={key: value for key, value in settings if values[key] == 1},
        not_answered=tuple(dict.fromkeys(item for stack in stacks for item in stack.not_answered)),
    )
