"""Types that were turned down, counted by reason."""

from collections import defaultdict
from collections.abc import Mapping

from fleet.plans.model import Rejection
from fleet.vocabulary import Reason

_EXAMPLES = 5


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
