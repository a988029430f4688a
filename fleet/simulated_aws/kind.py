"""What the provider knows about one resource type."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fleet.simulated_aws.cloud import Cloud

__all__ = ["EVERYTHING", "Kind", "Properties"]

Properties = Mapping[str, Any]
"""Properties by Pulumi's names, without secret wrappers; every value known."""
EVERYTHING = frozenset({"*"})
"""For `in_place`: whatever is not in `replaced_by`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One resource type: what AWS computes, what it changes in place, and how it is made, read and removed.

    `create` gives the id and the computed outputs; `read` the properties as AWS has them, None when it is gone;
    `update` what changed of the outputs. A change of an input that is not in `in_place` makes a new resource, and so
    does one in `replaced_if` while the switch that it names is set.
    """

    token: str
    computed: tuple[str, ...]
    create: Callable[["Cloud", Properties], tuple[str, dict[str, Any]]]
    read: Callable[["Cloud", str, Properties], dict[str, Any] | None]
    delete: Callable[["Cloud", str, Properties], None]
    update: Callable[["Cloud", str, Properties, Properties], dict[str, Any]] | None = None
    in_place: frozenset[str] = frozenset()
    replaced_by: frozenset[str] = frozenset()
    replaced_if: Mapping[str, str] = field(default_factory=dict)
    taggable: bool = True
    delete_first: bool = False

    def replaces(self, name: str, inputs: Properties) -> bool:
        """Whether a change of this input to what `inputs` say makes a new resource."""
        if self.update is None or name == "region" or name in self.replaced_by:
            return True
        if inputs.get(self.replaced_if.get(name, "")) is True:
            return True
        return self.in_place != EVERYTHING and name not in self.in_place
