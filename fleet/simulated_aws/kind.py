"""What the provider knows about one resource type."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fleet.simulated_aws.cloud import Cloud

__all__ = ["Kind", "Properties"]

Properties = Mapping[str, Any]
"""Properties by Pulumi's names, without secret wrappers; every value known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One resource type: what AWS computes, what it cannot change in place, and how it is made, read and removed.

    `create` gives the id and the computed outputs; `read` the properties as AWS has them, None when it is gone;
    `update` (absent: nothing can change in place) what changed of the outputs.
    """

    token: str
    computed: tuple[str, ...]
    create: Callable[["Cloud", Properties], tuple[str, dict[str, Any]]]
    read: Callable[["Cloud", str, Properties], dict[str, Any] | None]
    delete: Callable[["Cloud", str, Properties], None]
    update: Callable[["Cloud", str, Properties, Properties], dict[str, Any]] | None = None
    replaced_by: frozenset[str] = frozenset()
    taggable: bool = True
    delete_first: bool = False
