"""Resources written as plain Python, and the stack that they make."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fleet.stack.model import Resource, Stack

__all__ = ["Given", "component", "provider", "resource", "stack_of"]

_ROOT = "pulumi:pulumi:Stack"
_PROVIDER = "pulumi:providers:"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Given:
    """One resource of a test. Made by `resource`, `component` and `provider`; refer to it by passing it on."""

    type: str
    name: str
    custom: bool = True
    inputs: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    parent: "Given | None" = None
    provider: "Given | None" = None
    depends_on: tuple["Given", ...] = ()
    property_depends_on: Mapping[str, Sequence["Given"]] = field(default_factory=dict)
    protect: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)


def resource(
    type_: str,
    name: str,
    inputs: Mapping[str, Any] | None = None,
    *,
    outputs: Mapping[str, Any] | None = None,
    parent: Given | None = None,
    provider: Given | None = None,
    depends_on: Iterable[Given] = (),
    property_depends_on: Mapping[str, Sequence[Given]] | None = None,
    protect: bool = False,
    options: Mapping[str, Any] | None = None,
) -> Given:
    """A resource of a provider. `inputs` by Pulumi's names (`instanceType`); `outputs` is what the update would add.

    Values may be `UNKNOWN` or `Secret(value)` anywhere. Without a `provider` it gets its package's default provider.
    `options` are resource options by Pulumi's names (`ignoreChanges`, `aliases`, `customTimeouts` ...).
    """
    return Given(
        type=type_,
        name=name,
        inputs=dict(inputs or {}),
        outputs=dict(outputs or {}),
        parent=parent,
        provider=provider,
        depends_on=tuple(depends_on),
        property_depends_on=dict(property_depends_on or {}),
        protect=protect,
        options=dict(options or {}),
    )


def component(
    type_: str,
    name: str,
    inputs: Mapping[str, Any] | None = None,
    *,
    outputs: Mapping[str, Any] | None = None,
    parent: Given | None = None,
) -> Given:
    """A component; `outputs` are the ones that it registers, stack rules see no others."""
    return Given(
        type=type_, name=name, custom=False, inputs=dict(inputs or {}), outputs=dict(outputs or {}), parent=parent
    )


def provider(package: str, name: str, inputs: Mapping[str, Any] | None = None) -> Given:
    """An explicit provider; as in the engine its inputs are text, objects as JSON (`defaultTags: '{"tags": ...}'`)."""
    return Given(type=_PROVIDER + package, name=name, inputs=dict(inputs or {}))


def stack_of(
    resources: Iterable[Given],
    *,
    project: str = "project",
    stack: str = "dev",
    exports: Mapping[str, Any] | None = None,
    stack_config: Mapping[str, str] | None = None,
) -> Stack:
    """The stack that the resources make, with its root and the default providers that the engine would add.

    Parents, providers and dependencies that are not listed themselves are added before those that refer to them.
    """
    builder = _Builder(project, stack, dict(exports or {}), dict(stack_config or {}))
    for given in resources:
        builder.add(given)
    return builder.stack()


class _Builder:
    def __init__(self, project: str, stack: str, exports: dict[str, Any], config: dict[str, str]) -> None:
        self._project = project
        self._name = stack
        self._exports = exports
        self._config = config
        self._urns: dict[int, str] = {}
        self._kept: list[Given] = []
        self._resources: dict[str, Resource] = {}
        self._root = self._urn("", _ROOT, f"{project}-{stack}")
        self._put(Resource(urn=self._root, type=_ROOT, name=f"{project}-{stack}", custom=False, outputs=self._exports))

    def stack(self) -> Stack:
        """All that was added."""
        return Stack(
            project=self._project,
            name=self._name,
            resources=tuple(self._resources.values()),
            exports=self._exports,
            config=self._config,
        )

    def add(self, given: Given) -> str:
        """The URN of a resource, which is added unless it is there."""
        if id(given) in self._urns:
            return self._urns[id(given)]
        parent = self.add(given.parent) if given.parent else None
        needed = [self.add(other) for other in given.depends_on]
        by_property = {
            key: tuple(self.add(other) for other in others) for key, others in given.property_depends_on.items()
        }
        managed_by = self._provider(given)
        urn = self._urn(parent or "", given.type, given.name)
        # Keep a reference: an id is only unique while its object lives.
        self._kept.append(given)
        self._urns[id(given)] = urn
        self._put(
            Resource(
                urn=urn,
                type=given.type,
                name=given.name,
                custom=given.custom,
                inputs=given.inputs,
                outputs=given.outputs,
                parent=parent or self._root,
                provider=managed_by,
                dependencies=tuple(sorted({*needed, *(urn for urns in by_property.values() for urn in urns)})),
                property_dependencies=by_property,
                protect=given.protect,
                options=given.options,
            )
        )
        return urn

    def _provider(self, given: Given) -> str | None:
        if not given.custom or given.type.startswith(_PROVIDER):
            return None
        if given.provider is not None:
            return self.add(given.provider)
        package = given.type.split(":", 1)[0]
        urn = self._urn("", _PROVIDER + package, "default")
        if urn not in self._resources:
            prefix = f"{package}:"
            inputs = {key.removeprefix(prefix): text for key, text in self._config.items() if key.startswith(prefix)}
            self._put(Resource(urn=urn, type=_PROVIDER + package, name="default", inputs=inputs))
        return urn

    def _urn(self, parent: str, kind: str, name: str) -> str:
        chain = parent.split("::", 3)[2] if parent else ""
        qualified = f"{chain}${kind}" if chain and chain != _ROOT else kind
        return f"urn:pulumi:{self._name}::{self._project}::{qualified}::{name}"

    def _put(self, resource_: Resource) -> None:
        if resource_.urn in self._resources:
            raise ValueError(f"two resources have the URN {resource_.urn}; give them different names")
        self._resources[resource_.urn] = resource_
