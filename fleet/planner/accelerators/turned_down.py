"""Why types were turned down for a workload, counted and in words."""

from collections import defaultdict
from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from fleet.catalog.model import InstanceType
from fleet.plans.model import Rejection
from fleet.vocabulary import Reason

_EXAMPLES = 5
_BY_MARKET: frozenset[Reason] = frozenset(
    {
        "capacity_block_window",
        "interruption_rate",
        "no_efa",
        "no_price",
        "no_spot_data",
        "no_throughput",
        "not_in_zone",
        "purchase_unsupported",
        "quota",
        "unavailable",
    }
)
"""Reasons against types that could run the work: they tell a user what to change."""
_BEYOND: frozenset[Reason] = frozenset({"excluded", "no_accelerator"})
"""Types with these are never near: the user left them out, or they are of another kind."""
_HINTS: Mapping[Reason, str] = {
    "accelerator_memory_too_small": "ask for less memory: a smaller model or cache, or a narrower precision",
    "architecture": "allow another processor architecture",
    "framework_unsupported": "give another framework or version, or allow another stack",
    "interruption_rate": "raise max_interruption_percent, or allow work on demand",
    "no_efa": "allow types with EFA, or so few accelerators that one instance holds them",
    "no_graphics": "allow types of GPUs for graphics",
    "no_price": "give a price in price_book, or allow another region",
    "no_throughput": "give measured throughput or utilization for an accelerator that can run it",
    "not_in_region": "add a region that offers it",
    "not_orderable": "allow a type that EC2 sells by itself",
    "precision_unsupported": "give another precision",
    "purchase_unsupported": "allow another purchase option",
    "quota": "raise the quota",
    "stack_unsupported": "allow another stack in accelerator_stacks",
    "unavailable": "take pools off unavailable, or add a region",
}
"""What a user can change against a reason, where it is the only obstacle of the nearest types."""


def rejections(workload: str, *tables: Mapping[str, frozenset[Reason]]) -> tuple[Rejection, ...]:
    """Type -> reasons as counts by reason with a few examples, both sorted."""
    by_reason: dict[Reason, set[str]] = defaultdict(set)
    for table in tables:
        for name, reasons in table.items():
            for reason in reasons:
                by_reason[reason].add(name)
    return tuple(
        Rejection(workload=workload, reason=reason, count=len(names), examples=sorted(names)[:_EXAMPLES])
        for reason, names in sorted(by_reason.items())
    )


def nearest(rejected: Mapping[str, frozenset[Reason]]) -> tuple[frozenset[Reason], tuple[str, ...]]:
    """The reasons of the types that came nearest, and their names: only buying failed, for few reasons."""
    able = [reasons for reasons in rejected.values() if not reasons & _BEYOND]
    best = min(
        able, key=lambda reasons: (not reasons <= _BY_MARKET, len(reasons), sorted(reasons)), default=frozenset()
    )
    return best, tuple(sorted(name for name, reasons in rejected.items() if reasons == best))


def nearest_words(rejected: Mapping[str, frozenset[Reason]], types: Mapping[str, InstanceType]) -> str:
    """The same in words; where memory is what lacks, with the most that there is."""
    reasons, names = nearest(rejected)
    if not names:
        return "no type: the candidates leave out all of them"
    shown = ", ".join(names[:_EXAMPLES]) + (", ..." if len(names) > _EXAMPLES else "")
    text = f"no type; {', '.join(sorted(reasons))} for the nearest ({shown})"
    if "accelerator_memory_too_small" not in reasons:
        return text
    most = max((types[name] for name in names), key=lambda kind: (kind.accelerator_memory_gib or 0.0, kind.name))
    each = (most.accelerator_memory_gib or 0.0) / most.accelerators
    return f"{text}; the most is {most.accelerators:g} x {each:.6g} GiB, on {most.name}"


def hint(reasons: AbstractSet[Reason]) -> str:
    """What would help against the reasons of the nearest types."""
    found = [words for reason, words in _HINTS.items() if reason in reasons]
    return "; ".join(found) or "allow another type, region or purchase option"
