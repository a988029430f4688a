"""What a resource waits for."""

from __future__ import annotations

from typing import Any

from . import wire


class Dependencies:
    """URNs that a resource waits for, in all and by property."""

    def __init__(self, request: Any, properties: dict[str, Any]) -> None:
        self.all = sorted(set(request.dependencies))
        stated = getattr(request, "propertyDependencies", {})
        self.by_property = {key: sorted(set(stated[key].urns)) for key in sorted(stated) if stated[key].urns}
        if not stated and not getattr(request, "remote", False) and self.all:
            self.by_property = {key: list(self.all) for key in properties}

    def upgraded(self, properties: dict[str, Any]) -> dict[str, Any]:
        """Properties as output values that carry their dependencies, for transforms to see."""
        changed = dict(properties)
        for key, needed in self.by_property.items():
            if key in changed and not set(needed) <= wire.output_dependencies(changed[key]):
                changed[key] = _output_value(changed[key], needed)
        return changed

    def rebuild(self, properties: dict[str, Any], options: Any) -> None:
        """Dependencies after the resource's own transforms: only what the answers still carry, as in the engine."""
        self.by_property = {
            key: sorted(found) for key, value in properties.items() if (found := wire.output_dependencies(value))
        }
        self.all = sorted(set(options.depends_on).union(*self.by_property.values()))


def _output_value(value: Any, needed: list[str]) -> dict[str, Any]:
    secret = isinstance(value, dict) and value.get(wire.SIGNATURE) == wire.SECRET
    held = value["value"] if secret else value
    output = {wire.SIGNATURE: wire.OUTPUT_VALUE, "secret": secret, "dependencies": needed}
    return output if held == wire.UNKNOWN else {**output, "value": held}
