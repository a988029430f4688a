"""A Pulumi stack as plain values, wherever it came from: our monitor, the CLI's stream, a preview file, a state file.

A property is None, a bool, a number, a string, a list, a dict with string keys, or one of
- `Unknown`: the value exists but is not known before the update, as in a real preview;
- `Secret`: the value is marked secret; `value` is what it hides (it may be None where the source redacts it).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Operation = Literal["create", "update", "replace", "delete", "same", "read", "refresh", "import"]


class Unknown:
    """A value that is not known before the update. There is one: `UNKNOWN`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __bool__(self) -> bool:
        raise TypeError("an unknown value is neither true nor false")


UNKNOWN = Unknown()


@dataclass(frozen=True, slots=True)
class Secret:
    """A value marked secret. Never printed: its repr hides it."""

    value: Any = field(repr=False)


Property = None | bool | int | float | str | list[Any] | dict[str, Any] | Unknown | Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """Where in the program a resource was declared; `file` relative to the program's folder, `line` from 1."""

    file: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One resource of a stack.

    `inputs` are what the program set (after transforms and provider checks), `outputs` what is known beyond them;
    `properties` merges both, outputs winning unless they are unknown and the input is not.
    `provider` is the URN of its provider, `custom` False for components. `options` holds the resource options that
    policies see, by Pulumi's names (`ignoreChanges`, `aliases`, `additionalSecretOutputs`, `customTimeouts`,
    `deleteBeforeReplace` ...), where the source tells them.
    """

    urn: str
    type: str
    name: str
    custom: bool = True
    operation: Operation = "create"
    inputs: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    old_inputs: Mapping[str, Any] | None = None
    old_outputs: Mapping[str, Any] | None = None
    id: str | None = None
    parent: str | None = None
    provider: str | None = None
    dependencies: tuple[str, ...] = ()
    property_dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    location: Location | None = None
    protect: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def properties(self) -> dict[str, Any]:
        """Inputs and outputs in one mapping; a known input wins over an unknown output."""
        merged = dict(self.inputs)
        for key, value in self.outputs.items():
            if not (isinstance(value, Unknown) and key in merged):
                merged[key] = value
        return merged


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """The resources of one stack, in the order of registration (state files: their order), with the exports.

    `config` holds plain (non-secret) configuration by full key (`aws:region`). `not_answered` lists provider calls and
    stack references whose answers stayed unknown: (kind, token).
    """

    project: str
    name: str
    resources: tuple[Resource, ...]
    exports: Mapping[str, Any] = field(default_factory=dict)
    config: Mapping[str, str] = field(default_factory=dict)
    not_answered: tuple[tuple[Literal["invoke", "stack_reference", "remote_component"], str], ...] = ()

    def by_urn(self) -> dict[str, Resource]:
        """Resources keyed by URN."""
        return {resource.urn: resource for resource in self.resources}
