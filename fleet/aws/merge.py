"""What AWS answered, over what an earlier refresh was answered, over what ships. Pure.

Prices are kept row by row, each with its day. What no account can answer (accelerators, systems, quotas' names, watts)
is always that of the fleet that runs, so that its corrections reach snapshots that were made before it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from fleet.catalog.building import complete, curated_facts
from fleet.catalog.building.reading import Sources
from fleet.catalog.shapes import shape_row
from fleet.catalog.snapshot import Snapshot

__all__ = ["TEXTS", "Answers", "merged"]

Row = dict[str, str]
Tables = dict[str, list[Row]]
Answers = Mapping[str, Sequence[Row]]
"""Table (`on_demand/us-east-1`, `hosts`) -> rows that AWS gave."""

TEXTS = {
    "spot-api": "DescribeSpotPriceHistory of the account",
    "price-list-api": "AWS Price List API",
    "capacity-block-api": "DescribeCapacityBlockOfferings of the account, a block of 24 hours",
    "savings-plan-api": "DescribeSavingsPlansOfferingRates of the account",
}
"""Sources of the rows that a refresh writes."""

_GROUPS: Mapping[str, tuple[str, ...]] = {
    "on_demand": ("instance_type",),
    "spot": ("instance_type",),
    "capacity_blocks": ("region", "zone", "instance_type"),
    "hosts": ("region", "instance_type"),
    "savings_plan_rates": ("region", "instance_type"),
}
"""Tables of prices, and whose rows an answer replaces together: it names all zones or rates of a type."""

_ORDER = ("region", "zone", "instance_type", "plan", "term", "payment")

_WHOLE = ("offerings", "quota_limits")
"""Tables that an answer replaces as a whole: what AWS no longer names is no longer there."""

_TYPES = "DescribeInstanceTypes of the account; CoreMark and ffmpeg have a source of their own"
_OFFERINGS = "DescribeInstanceTypeOfferings of the account"


def merged(
    shipped: Snapshot,
    earlier: Snapshot | None,
    answers: Answers,
    *,
    records: Mapping[str, Mapping[str, object]],
    sources: Sources,
    today: date,
) -> Tables:
    """Tables of a new snapshot: the shipped one, what the account gave to an earlier one, and the answers over both.

    `records` are DescribeInstanceTypes records by type.
    """
    found = _tables(shipped)
    before = _tables(earlier) if earlier is not None else {}
    for name, rows in _of_the_account(before).items():
        _take(found, name, _news(rows, found.get(name, []), name))
    for name, answer in answers.items():
        _take(found, name, list(answer))
    found["types"] = _types([found, before], records, sources)
    known = {row["name"] for row in found["types"]}
    found["listed"] = [row for row in found["listed"] if row["name"] not in known]
    texts = {row["id"]: row["text"] for row in found["sources"]} | TEXTS
    found["sources"] = [{"id": name, "text": texts[name]} for name in sorted(texts)]
    found["origins"] = _origins(found["origins"], before.get("origins", []), answers, records, today)
    found["regions"] = _regions(found)
    return found


def _of_the_account(before: Tables) -> Tables:
    """What an earlier snapshot has from AWS itself: the rest of it is a copy of what shipped then."""
    read = {row["table"] for row in before.get("origins", [])}
    found = {name: rows for name, rows in before.items() if name in read or name.startswith("quota_limits/")}
    prices = {name: rows for name, rows in before.items() if _kind(name) in _GROUPS}
    return found | {name: [row for row in rows if row["source"] in TEXTS] for name, rows in prices.items()}


def _kind(table: str) -> str:
    return table.partition("/")[0]


def _grouped(rows: Iterable[Row], table: str) -> dict[tuple[str, ...], list[Row]]:
    found: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        found.setdefault(tuple(row[column] for column in _GROUPS[_kind(table)]), []).append(row)
    return found


def _news(rows: list[Row], old: Iterable[Row], table: str) -> list[Row]:
    """Rows but those whose price has shipped since, of the same day or later."""
    if _kind(table) not in _GROUPS:
        return rows
    shipped = {key: max(row["as_of"] for row in group) for key, group in _grouped(old, table).items()}
    groups = _grouped(rows, table).items()
    return [row for key, group in groups if max(r["as_of"] for r in group) > shipped.get(key, "") for row in group]


def _take(found: Tables, table: str, rows: list[Row]) -> None:
    """Rows over those of the same group, or instead of the whole table; no row is no answer."""
    if _kind(table) in _GROUPS:
        groups = _grouped(found.get(table, []), table) | _grouped(rows, table)
        taken = [row for group in groups.values() for row in group]
        found[table] = sorted(taken, key=lambda row: [row.get(column, "") for column in _ORDER])
    elif _kind(table) in _WHOLE and rows:
        found[table] = rows


def _tables(snapshot: Snapshot) -> Tables:
    names = [name.removesuffix(".csv") for name in snapshot.files]
    return {name: snapshot.rows(name) for name in names}


def _types(layers: Iterable[Tables], records: Mapping[str, Mapping[str, object]], sources: Sources) -> list[Row]:
    """Shapes of the records; else those of the fleet that runs, and of an earlier refresh what it does not know."""
    curated = curated_facts(sources)
    types = {row["name"]: row for layer in reversed([*layers]) for row in layer.get("types", [])}
    types |= {name: shape_row(record, curated) for name, record in records.items()}
    complete(types, sources)
    return [types[name] for name in sorted(types)]


def _origins(
    shipped: Iterable[Row],
    before: Iterable[Row],
    answers: Answers,
    records: Mapping[str, Mapping[str, object]],
    today: date,
) -> list[Row]:
    """Where shapes come from, and the offerings of each region that the account answered for, now or earlier."""
    read = {name: _OFFERINGS for name, rows in answers.items() if rows and _kind(name) == "offerings"}
    read |= {"types": _TYPES} if records else {}
    rows = {row["table"]: row for row in shipped}
    rows |= {row["table"]: row for row in before if _kind(row["table"]) == "offerings" and "/" in row["table"]}
    rows |= {name: {"table": name, "as_of": today.isoformat(), "source": text} for name, text in read.items()}
    return [rows[name] for name in sorted(rows)]


def _regions(tables: Tables) -> list[Row]:
    """Zones of a region are those that any type is offered in."""
    rows = {row["region"]: row for row in tables["regions"]}
    for name, offered in tables.items():
        kind, _, region = name.partition("/")
        if kind == "offerings":
            letters = sorted({letter for row in offered for letter in row["zones"].split()})
            known = rows.get(region, {"region": region, "t_co2e_per_kwh": "", "grid_source": ""})
            rows[region] = known | {"zones": " ".join(letters)}
    return [rows[name] for name in sorted(rows)]
