"""What changed between two snapshots: types that came and went, prices that moved."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fleet.catalog.catalog import Catalog
from fleet.catalog.model import Price
from fleet.catalog.text import amount, table

__all__ = ["Difference", "Move", "compare", "difference_json", "difference_text"]

_WAYS = ("on_demand", "spot", "capacity_block", "dedicated_host")
_SHOWN = 50
"""Types and moves that are named; of more the number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A price in both snapshots, or in one: None is unpriced."""

    instance_type: str
    region: str
    purchase: str
    before: Decimal | None
    after: Decimal | None

    @property
    def percent(self) -> float | None:
        """Change in per cent of the old price; None when one of them is unpriced."""
        if not self.before or self.after is None:
            return None
        return float((self.after - self.before) / self.before * 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What changed from one snapshot to the next."""

    new_types: tuple[str, ...]
    gone_types: tuple[str, ...]
    moves: tuple[Move, ...]


def compare(before: Catalog, after: Catalog) -> Difference:
    """Types that came and went, and every price that is not the same, by type, region and purchase option."""
    return Difference(
        new_types=tuple(sorted(set(after.types) - set(before.types))),
        gone_types=tuple(sorted(set(before.types) - set(after.types))),
        moves=tuple(_moves(before, after)),
    )


def difference_text(found: Difference) -> str:
    """The difference as a person reads it: largest moves first, the rest counted."""
    blocks = []
    for what, names in (("New types", found.new_types), ("Gone types", found.gone_types)):
        if names:
            more = f" and {len(names) - _SHOWN:,} more (all with --json)" if len(names) > _SHOWN else ""
            blocks.append(f"{what}: {', '.join(names[:_SHOWN])}{more}")
    if found.moves:
        order = sorted(found.moves, key=lambda move: (-abs(move.percent or 0), move.instance_type, move.region))
        rows = [_row(move) for move in order[:_SHOWN]]
        header = ("type", "region", "purchase", "before", "after", "change")
        blocks.append(table(header, rows, right=frozenset({"before", "after", "change"})))
        if len(order) > _SHOWN:
            blocks.append(f"and {len(order) - _SHOWN:,} smaller moves (all with --json)")
    return "\n\n".join(blocks or ["Nothing changed."]) + "\n"


def difference_json(found: Difference) -> dict[str, Any]:
    """The difference as plain values for JSON."""
    return {
        "new_types": list(found.new_types),
        "gone_types": list(found.gone_types),
        "moves": [
            {
                "instance_type": move.instance_type,
                "region": move.region,
                "purchase": move.purchase,
                "before_usd": None if move.before is None else float(move.before),
                "after_usd": None if move.after is None else float(move.after),
                "percent": None if move.percent is None else round(move.percent, 2),
            }
            for move in found.moves
        ],
    }


def _moves(before: Catalog, after: Catalog) -> Iterator[Move]:
    for region in sorted({*before.regions, *after.regions}):
        for name in sorted(before.priced_names(region) | after.priced_names(region)):
            for way in _WAYS:
                old, new = _usd(before, name, region, way), _usd(after, name, region, way)
                if old != new:
                    yield Move(instance_type=name, region=region, purchase=way, before=old, after=new)


def _usd(catalog: Catalog, name: str, region: str, way: str) -> Decimal | None:
    price = catalog.price(name, region, way)
    return price.usd if isinstance(price, Price) else None


def _row(move: Move) -> tuple[str, ...]:
    change = "-" if move.percent is None else f"{move.percent:+.1f} %"
    return (move.instance_type, move.region, move.purchase, amount(move.before), amount(move.after), change)
