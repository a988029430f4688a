"""Which offers fit: filters over types, regions and purchase options, sorted by any field or by value for money."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeVar

from fleet.catalog.catalog import PURCHASES, Catalog
from fleet.catalog.fields import FIELDS, Field
from fleet.catalog.macos import MACOS_RELEASES, NEWEST_IMAGE, macos_version, may_run
from fleet.catalog.model import Accelerator, InstanceType, Price, Unpriced
from fleet.catalog.offer import Found
from fleet.errors import UnknownName
from fleet.vocabulary import Purchase

__all__ = ["ANY", "Filters", "query", "select", "unsold"]

ANY = "any"
"""Purchase option that stands for the cheapest way to buy."""

_WAYS: tuple[Purchase, ...] = ("on_demand", "spot", "capacity_block", "dedicated_host")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a type must be; None, () and False do not restrict. GiB, Gbps (network), Mbps (EBS), GB (storage)."""

    types: tuple[str, ...] = ()
    """Types, families, accelerators, chips or processors by any name that resolves."""
    architectures: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    generation: int | None = None
    min_generation: int | None = None
    current_generation: bool = False
    makers: tuple[str, ...] = ()
    """Makers of the processor: AWS, AMD, Intel, Apple."""
    hypervisors: tuple[str, ...] = ()
    processors: tuple[str, ...] = ()
    """Processors by any name that resolves: Graviton5, Turin, Xeon."""
    usage_classes: tuple[str, ...] = ()
    """AWS's usage classes that it must have: on-demand, spot, capacity-block."""
    min_vcpus: int | None = None
    max_vcpus: int | None = None
    min_cores: int | None = None
    min_baseline_vcpus: float | None = None
    """vCPUs that a burstable type may use without end."""
    min_memory_gib: float | None = None
    max_memory_gib: float | None = None
    min_clock_ghz: float | None = None
    min_network_gbps: float | None = None
    min_ebs_mbps: float | None = None
    min_storage_gb: float | None = None
    min_pods: int | None = None
    min_interfaces: int | None = None
    """Elastic network interfaces."""
    efa: bool = False
    bare_metal: bool | None = None
    burstable: bool | None = None
    dedicated_hosts: bool = False
    macos: str | None = None
    """A macOS version, such as 15.6 or 26: Macs that nothing known keeps from it."""
    placement: tuple[str, ...] = ()
    """Placement strategies that it must support: cluster, partition, spread."""
    accelerators: tuple[str, ...] = ()
    """Accelerators by any name that resolves: h100, a100, `RTX PRO 6000`."""
    accelerator_makers: tuple[str, ...] = ()
    min_accelerators: float | None = None
    min_accelerator_memory_gib: float | None = None
    """Memory of one accelerator."""
    min_bf16_tflops: float | None = None
    """Dense BF16 peak of one accelerator."""
    max_accelerator_power_w: float | None = None
    """Power limit of one accelerator."""
    stacks: tuple[str, ...] = ()
    precisions: tuple[str, ...] = ()
    frameworks: tuple[str, ...] = ()
    """Frameworks that the accelerator must be known to run."""
    video_encode: bool = False
    ray_tracing: bool = False
    graphics: bool = False
    nvlink: bool = False
    min_coremark: float | None = None
    min_ffmpeg_fps: float | None = None
    zone: str | None = None
    max_price: Decimal | None = None
    """USD an hour; an offer without a price does not pass."""
    max_interruption_percent: float | None = None
    priced_only: bool = False


def query(
    catalog: Catalog,
    filters: Filters = Filters(),
    *,
    regions: tuple[str, ...] = ("us-east-1",),
    purchase: str = "on_demand",
    sort: str = "name",
    reverse: bool = False,
) -> tuple[Found, ...]:
    """Offers that fit, best first by the field; what has no value comes last, ties go by name and region."""
    field = _field(sort)
    if purchase not in (*PURCHASES, ANY):
        raise UnknownName("purchase option", purchase, (*PURCHASES, ANY))
    zones = {zone for region in regions for zone in catalog.zones(region)}
    if filters.zone is not None and filters.zone not in zones:
        raise UnknownName("zone", filters.zone, zones)
    wanted = select(catalog, filters)
    found = [item for region in regions for item in _offers(catalog, wanted, region, purchase, filters)]
    return _sorted(found, field, reverse=reverse)


def select(catalog: Catalog, filters: Filters) -> tuple[InstanceType, ...]:
    """Types that fit whatever their price and region, by name. UnknownName for a name in a filter that nobody knows."""
    tests = list(_tests(catalog, filters))
    return tuple(item for item in catalog.types.values() if all(test(item) for test in tests))


Test = Callable[[InstanceType], bool]
_Item = TypeVar("_Item")


def _tests(catalog: Catalog, filters: Filters) -> Iterator[Test]:
    """Only the tests that a filter asks for, cheap ones first."""
    yield from _set_tests(catalog, filters)
    yield from _amount_tests(filters)
    yield from _claim_tests(filters)
    if filters.macos is not None:
        yield _mac_test(catalog, filters.macos)
    if _asks_for_accelerator(filters):
        tests = list(_accelerator_tests(catalog, filters))
        good = {key for key, item in catalog.accelerators.items() if all(test(item) for test in tests)}
        yield lambda item: item.accelerator in good
    if filters.min_accelerators is not None:
        least = filters.min_accelerators
        yield lambda item: item.accelerators >= least


def _set_tests(catalog: Catalog, filters: Filters) -> Iterator[Test]:
    if filters.types:
        names = _named(catalog, filters.types)
        yield lambda item: item.name in names
    if filters.processors:
        processors = _named(catalog, filters.processors)
        yield lambda item: item.name in processors
    known = catalog.types.values()
    choices: tuple[tuple[str, tuple[str, ...], Callable[[InstanceType], str | None]], ...] = (
        ("architecture", filters.architectures, lambda item: item.architecture),
        ("category", filters.categories, lambda item: item.category),
        ("processor maker", filters.makers, lambda item: item.processor_maker),
        ("hypervisor", filters.hypervisors, lambda item: item.hypervisor),
    )
    for what, wanted, value in choices:
        if wanted:
            values = {found for item in known if (found := value(item))}
            yield _one_of(value, frozenset(_known(what, name, values) for name in wanted))
    groups: tuple[tuple[str, tuple[str, ...], Callable[[InstanceType], frozenset[str]]], ...] = (
        ("placement strategy", filters.placement, lambda item: item.placement_strategies),
        ("usage class", filters.usage_classes, lambda item: item.usage_classes),
    )
    for what, asked, of in groups:
        if asked:
            all_ = {one for item in known for one in of(item)}
            yield _has_all(of, frozenset(_known(what, name, all_) for name in asked))


def _named(catalog: Catalog, names: tuple[str, ...]) -> set[str]:
    return {found.name for name in names for found in catalog.resolve(name).types}


def _has_all(values: Callable[[InstanceType], frozenset[str]], wanted: frozenset[str]) -> Test:
    return lambda item: wanted <= values(item)


def _one_of(value: Callable[[InstanceType], str | None], wanted: frozenset[str]) -> Test:
    return lambda item: value(item) in wanted


def _known(what: str, name: str, values: set[str]) -> str:
    """The known value that a name means, whatever its case."""
    for value in values:
        if value.lower() == name.lower():
            return value
    raise UnknownName(what, name, values)


def _amount_tests(filters: Filters) -> Iterator[Test]:
    limits: tuple[tuple[float | None, Literal[1, -1], Callable[[InstanceType], float | None]], ...] = (
        (filters.min_vcpus, 1, lambda item: item.vcpus),
        (filters.max_vcpus, -1, lambda item: item.vcpus),
        (filters.min_cores, 1, lambda item: item.cores),
        (filters.min_baseline_vcpus, 1, lambda item: item.baseline_vcpus),
        (filters.min_memory_gib, 1, lambda item: item.memory_gib),
        (filters.max_memory_gib, -1, lambda item: item.memory_gib),
        (filters.min_generation, 1, lambda item: item.generation),
        (filters.min_clock_ghz, 1, lambda item: item.clock_ghz),
        (filters.min_network_gbps, 1, lambda item: item.network_gbps),
        (filters.min_ebs_mbps, 1, lambda item: item.ebs_mbps),
        (filters.min_storage_gb, 1, lambda item: item.instance_storage_gb),
        (filters.min_pods, 1, lambda item: item.max_pods),
        (filters.min_interfaces, 1, lambda item: item.enis),
        (filters.min_coremark, 1, lambda item: item.coremark),
        (filters.min_ffmpeg_fps, 1, lambda item: item.ffmpeg_fps),
    )
    for limit, sign, value in limits:
        if limit is not None:
            yield _within(value, limit, sign)
    if filters.generation is not None:
        yield lambda item: item.generation == filters.generation


def _within(value: Callable[[_Item], float | None], limit: float, sign: int) -> Callable[[_Item], bool]:
    """At least the limit, or at most for sign -1; an unknown value does not pass."""

    def test(item: _Item) -> bool:
        found = value(item)
        return found is not None and (found - limit) * sign >= 0

    return test


def _claim_tests(filters: Filters) -> Iterator[Test]:
    if filters.efa:
        yield lambda item: item.efa_interfaces > 0
    if filters.current_generation:
        yield lambda item: item.current_generation
    if filters.dedicated_hosts:
        yield lambda item: item.dedicated_hosts
    if filters.bare_metal is not None:
        yield lambda item: item.bare_metal == filters.bare_metal
    if filters.burstable is not None:
        yield lambda item: item.burstable == filters.burstable


def _mac_test(catalog: Catalog, macos: str) -> Test:
    wanted = macos_version(macos)
    if not wanted:
        raise UnknownName("macOS version", macos, [str(major) for major in (*MACOS_RELEASES, NEWEST_IMAGE[0])])
    macs = {name for name, mac in catalog.macs.items() if may_run(mac, wanted)}
    return lambda item: item.name in macs


_ACCELERATOR_FILTERS = (
    "accelerators", "accelerator_makers", "min_accelerator_memory_gib", "min_bf16_tflops", "max_accelerator_power_w",
    "stacks", "precisions", "frameworks", "video_encode", "ray_tracing", "graphics", "nvlink",
)  # fmt: skip


def _asks_for_accelerator(filters: Filters) -> bool:
    return any(getattr(filters, name) not in ((), None, False) for name in _ACCELERATOR_FILTERS)


def _accelerator_tests(catalog: Catalog, filters: Filters) -> Iterator[Callable[[Accelerator], bool]]:
    """Only the tests that a filter asks for; what is unknown of an accelerator does not pass."""
    items = catalog.accelerators.values()
    if filters.accelerators:
        keys = {key for name in filters.accelerators for key in _keys(catalog, name)}
        yield lambda item: item.key in keys
    if filters.accelerator_makers:
        known = {item.maker for item in items}
        makers = {_known("maker of accelerators", name, known) for name in filters.accelerator_makers}
        yield lambda item: item.maker in makers
    stacks = {_known("stack", name, {s for item in items for s in item.stacks}) for name in filters.stacks}
    precisions = {_known("precision", n, {p for item in items for p in item.precisions}) for n in filters.precisions}
    frameworks = {_known("framework", n, {f for item in items for f in item.frameworks}) for n in filters.frameworks}
    yield (
        lambda item: (
            stacks <= item.stacks
            and precisions <= item.precisions
            and all(item.frameworks.get(name) == "" for name in frameworks)
        )
    )
    for value, sign, of in (
        (filters.min_accelerator_memory_gib, 1, lambda item: item.memory_gib),
        (filters.min_bf16_tflops, 1, lambda item: item.tflops.get("bf16")),
        (filters.max_accelerator_power_w, -1, lambda item: item.power_w),
    ):
        if value is not None:
            yield _within(of, value, sign)
    for asked, claim in (
        (filters.video_encode, lambda item: item.video_encode),
        (filters.ray_tracing, lambda item: item.ray_tracing),
        (filters.graphics, lambda item: item.graphics),
        (filters.nvlink, lambda item: item.nvlink),
    ):
        if asked:
            yield claim


def _keys(catalog: Catalog, name: str) -> tuple[str, ...]:
    """Keys of the accelerators that a name stands for."""
    try:
        found = catalog.resolve(name, prefer="accelerator")
    except UnknownName:
        found = None
    if found is None or not found.keys:
        raise UnknownName("accelerator", name, catalog.accelerators)
    return found.keys


def unsold(catalog: Catalog, filters: Filters) -> tuple[str, ...]:
    """Why there is nothing to buy under a name that a filter gives: `trainium3: no EC2 region lists ...`."""
    found = [(name, catalog.resolve(name)) for name in (*filters.types, *filters.processors)]
    found += [(name, catalog.resolve(name, prefer="accelerator")) for name in filters.accelerators]
    return tuple(dict.fromkeys(f"{name}: {known.text}" for name, known in found if not known.types and known.text))


def _offers(
    catalog: Catalog, types: tuple[InstanceType, ...], region: str, purchase: str, filters: Filters
) -> Iterator[Found]:
    for item in types:
        zones = catalog.offered(item.name, region)
        if not zones or (filters.zone is not None and filters.zone not in zones):
            continue
        found = _offer(catalog, item, region, purchase)
        if _offer_fits(found, filters):
            yield found


def _offer(catalog: Catalog, item: InstanceType, region: str, purchase: str) -> Found:
    way, price = (purchase, None) if purchase != ANY else _cheapest(catalog, item.name, region)
    price = catalog.price(item.name, region, way) if price is None else price
    gpu = catalog.accelerators.get(item.accelerator) if item.accelerator else None
    interruption = catalog.interruption(item.name, region)
    return Found(type=item, region=region, purchase=way, price=price, accelerator=gpu, interruption=interruption)


def _cheapest(catalog: Catalog, name: str, region: str) -> tuple[str, Price | Unpriced]:
    prices = [(way, catalog.price(name, region, way)) for way in _WAYS]
    priced = [(price.usd, way, price) for way, price in prices if isinstance(price, Price)]
    if not priced:
        return prices[0]
    _, way, price = min(priced, key=lambda found: found[0])
    return way, price


def _offer_fits(found: Found, filters: Filters) -> bool:
    usd = found.usd
    if usd is None and (filters.priced_only or filters.max_price is not None):
        return False
    if filters.max_price is not None and usd is not None and usd > filters.max_price:
        return False
    limit = filters.max_interruption_percent
    if limit is None:
        return True
    interruption = found.interruption
    high = interruption.high_percent if interruption is not None else None
    return high is not None and high <= limit


def _field(name: str) -> Field:
    if name not in FIELDS:
        raise UnknownName("field", name, FIELDS)
    return FIELDS[name]


def _sorted(found: list[Found], field: Field, *, reverse: bool) -> tuple[Found, ...]:
    down = field.high_first != reverse
    by_name = sorted(found, key=lambda item: (item.type.name, item.region))
    known = [item for item in by_name if field.value(item) is not None]
    unknown = [item for item in by_name if field.value(item) is None]
    return (*sorted(known, key=field.value, reverse=down), *unknown)
