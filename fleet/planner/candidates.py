"""Every type of the catalog for services and batch work: the offers that may be used, or every reason against it.

A type is bought in a way only if AWS sells it that way and a price is known. Gates read columns of the catalog, never a
name.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from fleet.catalog import Catalog
from fleet.catalog.model import InstanceType, Price, Unpriced
from fleet.planner.commitments import covered
from fleet.planner.interruptions import kept_share
from fleet.planner.prices import negotiated
from fleet.spec.model import Batch, Candidates, FleetSpec, Service
from fleet.vocabulary import Purchase, Reason

ProcessorWorkload = Service | Batch

NO_TOLL: Mapping[str, float] = MappingProxyType({})
"""Units of limits cost nothing of their own."""

_USAGE_CLASS = {"on_demand": "on-demand", "spot": "spot"}

_BY_NAME_ONLY = frozenset({"hpc"})
"""Categories that stand aside until candidates name them (docs/decisions/0051-hpc-by-name-only.md)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One type in one region, bought one way: an hour's price and the zones that have it."""

    kind: InstanceType
    region: str
    purchase: Purchase
    price: Price
    zones: tuple[str, ...]
    commitment: str | None = None
    """The owned savings plan that pays for it, by the name of its limit."""
    kept: float = 1.0
    """Share of its work that interruptions leave: less than 1 on spot of batch work."""

    @property
    def usd(self) -> Decimal:
        """An hour of one instance."""
        return self.price.usd

    @property
    def order(self) -> tuple[Decimal, str, str]:
        """Cheapest first; ties by type and purchase."""
        return (self.usd, self.kind.name, self.purchase)


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """What a workload can get in one region, cheapest first, and every reason against each other type."""

    offers: tuple[Offer, ...]
    rejected: Mapping[str, frozenset[Reason]]
    ways: frozenset[tuple[str, Purchase]]
    """Instance types, each with a purchase option, of the offers."""


def takes_of(catalog: Catalog, offer: Offer) -> tuple[tuple[str, float], ...]:
    """What one instance takes of each limit: vCPUs of its quota (`region:code`), dollars of the plan that pays."""
    code = catalog.quota_code(offer.kind.name, offer.purchase)
    quota = () if code is None else ((f"{offer.region}:{code}", float(offer.kind.vcpus)),)
    return quota if offer.commitment is None else (*quota, (offer.commitment, float(offer.usd)))


def tolled(takes: Iterable[tuple[str, float]], toll: Mapping[str, float]) -> float:
    """What an hour costs on top, where units of limits have a price."""
    return sum(toll.get(name, 0.0) * amount for name, amount in takes) if toll else 0.0


def survey(spec: FleetSpec, workload: ProcessorWorkload, catalog: Catalog, region: str, *, today: date) -> Market:
    """All types of the catalog for one workload in one region."""
    offers: list[Offer] = []
    rejected: dict[str, frozenset[Reason]] = {}
    for name, kind in catalog.types.items():
        reasons = shape_reasons(spec, workload, kind, plain=catalog.plain)
        found = list(_offers(spec, workload, catalog, kind, region, today))
        usable = [offer for offer in found if isinstance(offer, Offer)]
        if reasons or not usable:
            rejected[name] = reasons | (
                frozenset(o for o in found if isinstance(o, str)) if not usable else frozenset()
            )
        else:
            offers += usable
    return Market(
        offers=tuple(sorted(offers, key=lambda offer: offer.order)),
        rejected=rejected,
        ways=frozenset((offer.kind.name, offer.purchase) for offer in offers),
    )


def shape_reasons(
    spec: FleetSpec, workload: ProcessorWorkload, kind: InstanceType, *, plain: bool = False
) -> frozenset[Reason]:
    """Reasons from the candidates of the fleet and, on top of them, of the workload; `plain` types carry few facts."""
    reasons: set[Reason] = set()
    if kind.architecture not in {"arm64", "x86_64"}:
        reasons.add("architecture")
    for wanted in (spec.candidates, workload.candidates):
        reasons |= set(_refused(wanted, kind, plain=plain))
    if kind.burstable and not (spec.candidates.burstable or workload.candidates.burstable):
        reasons.add("burstable")
    if kind.bare_metal and not (spec.candidates.bare_metal or workload.candidates.bare_metal):
        reasons.add("bare_metal")
    if (
        kind.category in _BY_NAME_ONLY
        and not plain
        and not any(_names(c, kind) for c in (spec.candidates, workload.candidates))
    ):
        reasons.add("excluded")
    return frozenset(reasons)


def _names(wanted: Candidates, kind: InstanceType) -> bool:
    return (
        kind.category in (wanted.categories or ())
        or kind.family in wanted.families
        or kind.name in wanted.instance_types
    )


def _refused(wanted: Candidates, kind: InstanceType, *, plain: bool) -> Iterator[Reason]:
    if wanted.architectures is not None and kind.architecture not in wanted.architectures:
        yield "architecture"
    if _is_left_out(wanted, kind, plain=plain):
        yield "excluded"
    is_old = kind.generation is None or kind.generation < (wanted.min_generation or 0)
    if wanted.min_generation is not None and is_old and not plain:
        yield "generation"


def _is_left_out(wanted: Candidates, kind: InstanceType, *, plain: bool) -> bool:
    return (
        kind.family in wanted.exclude_families
        or (wanted.categories is not None and kind.category not in wanted.categories and not plain)
        or (bool(wanted.families) and kind.family not in wanted.families)
        or (bool(wanted.instance_types) and kind.name not in wanted.instance_types)
        or (wanted.max_vcpus is not None and kind.vcpus > wanted.max_vcpus)
    )


def _offers(
    spec: FleetSpec, workload: ProcessorWorkload, catalog: Catalog, kind: InstanceType, region: str, today: date
) -> Iterator[Offer | Reason]:
    zones = catalog.offered(kind.name, region)
    if not zones:
        yield "not_in_region"
        return
    ways: tuple[Purchase, ...] = ("on_demand", "spot") if workload.interruptible else ("on_demand",)
    for purchase in ways:
        if _USAGE_CLASS[purchase] not in kind.usage_classes:
            yield "purchase_unsupported"
            continue
        risk = interruption_reason(spec, workload, catalog, kind, region) if purchase == "spot" else None
        if risk is not None:
            yield risk
            continue
        price = _price(spec, catalog, kind, region, purchase, today)
        open_zones = tuple(zone for zone in zones if not is_empty(spec, kind.name, zone, purchase))
        if isinstance(price, Unpriced):
            yield "no_spot_data" if purchase == "spot" else "no_price"
        elif not open_zones:
            yield "unavailable"
        else:
            kept = _kept(workload, catalog, kind, region) if purchase == "spot" else 1.0
            yield Offer(kind=kind, region=region, purchase=purchase, price=price, zones=open_zones, kept=kept)
            if purchase == "on_demand":
                yield from _committed(spec, workload, catalog, kind, region, price, open_zones, today)


def _committed(
    spec: FleetSpec,
    workload: ProcessorWorkload,
    catalog: Catalog,
    kind: InstanceType,
    region: str,
    listed: Price,
    zones: tuple[str, ...],
    today: date,
) -> Iterator[Offer]:
    """The same instances on demand, paid for by savings plans that are owned."""
    for name, rate in covered(spec.rules_for(workload), catalog, kind, region, listed, today):
        yield Offer(kind=kind, region=region, purchase="savings_plan", price=rate, zones=zones, commitment=name)


def _price(
    spec: FleetSpec, catalog: Catalog, kind: InstanceType, region: str, purchase: Purchase, today: date
) -> Price | Unpriced:
    if purchase == "spot":
        return catalog.spot(kind.name, region)
    return negotiated(spec.price_book, kind, catalog.on_demand(kind.name, region), today)


def interruption_reason(
    spec: FleetSpec, workload: ProcessorWorkload, catalog: Catalog, kind: InstanceType, region: str
) -> Reason | None:
    """Why spot of a type is too risky for a workload; None when it is not.

    How often a type is interrupted must be known where a limit is set, and for batch work, whose price depends on it.
    """
    limit = spec.rules_for(workload).spot.max_interruption_percent
    figures = catalog.interruption(kind.name, region)
    if figures is None:
        return "no_spot_data" if limit is not None or isinstance(workload, Batch) else None
    if limit is not None and (figures.high_percent is None or figures.high_percent > limit):
        return "interruption_rate"
    return None if _kept(workload, catalog, kind, region) > 0 else "interruption_rate"


def _kept(workload: ProcessorWorkload, catalog: Catalog, kind: InstanceType, region: str) -> float:
    """The share of its work that interruptions leave to spot of a type."""
    figures = catalog.interruption(kind.name, region)
    return 1.0 if figures is None or isinstance(workload, Service) else kept_share(figures, workload.deadline_hours)


def is_empty(spec: FleetSpec, type_: str, zone: str, purchase: Purchase) -> bool:
    """Whether a capacity pool is listed as unavailable."""
    return any(
        pool.instance_type == type_ and pool.zone in {None, zone} and pool.purchase in {None, purchase}
        for pool in spec.unavailable
    )
