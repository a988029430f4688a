"""Why types were turned down for a workload, counted and in words."""

from collections import defaultdict
from collections.abc import Mapping

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
    able = [reasons for reasons in rejected.values() if "excluded" not in reasons]
    best = min(
        able, key=lambda reasons: (not reasons <= _BY_MARKET, len(reasons), sorted(reasons)), default=frozenset()
    )
    return best, tuple(sorted(name for name, reasons in rejected.items() if reasons == best))


def nearest_words(rejected: Mapping[str, frozenset[Reason]]) -> str:
    """The same in words."""
    reasons, names = nearest(rejected)
    if not names:
        return "no type: the candidates leave out all of them"
    shown = ", ".join(names[:_EXAMPLES]) + (", ..." if len(names) > _EXAMPLES else "")
    return f"no type; {', '.join(sorted(reasons))} for the nearest ({shown})"
