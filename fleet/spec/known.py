"""The names that a catalog knows, as far as a spec may mention them. Spec does not import the catalog."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Names against which a spec is checked; region -> number of zones. A list that is empty is not checked."""

    regions: dict[str, int]
    instance_types: frozenset[str]
    families: frozenset[str]
    accelerators: frozenset[str]
    chips: frozenset[str]
    quota_codes: frozenset[str]
    categories: frozenset[str] = frozenset()
