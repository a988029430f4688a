"""Where the catalog says too little for a plan: types without a price, regions without any."""

from collections.abc import Collection, Iterable, Mapping

from fleet.catalog import Catalog
from fleet.plans.model import Conflict
from fleet.vocabulary import Reason

_SILENCE: frozenset[Reason] = frozenset({"no_price", "no_spot_data"})
_REFRESH = "run 'fleet catalog refresh', or choose a region that the catalog knows"


def only_unpriced(rejected: Mapping[str, frozenset[Reason]]) -> list[str]:
    """Types that nothing speaks against but that no price is known, sorted."""
    return sorted(name for name, reasons in rejected.items() if "no_price" in reasons and reasons <= _SILENCE)


def unpriced_note(owner: str, region: str, types: Collection[str]) -> tuple[str, ...]:
    """The assumption to list where types would fit but have no price."""
    if not types:
        return ()
    many = "1 type that would fit has" if len(types) == 1 else f"{len(types):,} types that would fit have"
    return (f"{owner}: {many} no price in {region}; the bound holds among those that have one",)


def unpriced_step(region: str, types: Collection[str]) -> tuple[str, ...]:
    """What to do about types that would fit but have no price."""
    if not types:
        return ()
    why = f"types that would fit have no price in {region}, and one of them may be cheaper"
    return (f"{why}: 'fleet catalog refresh' reads the prices of your account",)


def unknown_regions(owner: str, regions: Iterable[str], catalog: Catalog) -> Conflict | None:
    """That the catalog knows no zone of any of the regions; None where it knows one."""
    named = list(regions)
    if any(catalog.zones(region) for region in named):
        return None
    where = ", ".join(named)
    return Conflict(
        constraint=f"regions of {owner}",
        needed="a region whose zones and prices are known",
        allowed=f"the catalog has no data of {where}",
        hint=_REFRESH,
    )


def nothing_priced(owner: str, regions: Iterable[str], types: Collection[str]) -> Conflict:
    """That types would fit, and none of them has a price."""
    many = (
        "1 type that would fit has none" if len(types) == 1 else f"none of {len(types):,} types that would fit has one"
    )
    return Conflict(
        constraint=f"prices of {owner}",
        needed=f"a price in {', '.join(regions)}",
        allowed=many,
        hint=_REFRESH,
    )
