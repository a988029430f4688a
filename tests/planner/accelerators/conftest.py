"""A shop with a few types at round prices, so that every expected figure can be worked out by hand."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

import pytest

from fleet.catalog import Catalog
from fleet.catalog.model import Accelerator, InstanceType, Interruption, Price, SavingsPlanRate, Unpriced
from fleet.spec.model import FleetSpec

TODAY = date(2026, 12, 1)
AS_OF = date(2026, 11, 1)


def _accelerator(key: str, **facts: object) -> Accelerator:
    base: dict[str, object] = {
        "key": key,
        "name": key,
        "maker": "maker",
        "memory_gib": 80.0,
        "memory_gbps": None,
        "tflops": {"bf16": 1000.0},
        "precisions": frozenset({"bf16", "fp8"}),
        "power_w": 700.0,
        "video_encode": False,
        "ray_tracing": False,
        "graphics": False,
        "nvlink": None,
        "stacks": frozenset({"cuda"}),
        "frameworks": {},
        "orderable": True,
        "why_not": "",
        "families": (),
        "source": "test",
    }
    return Accelerator(**(base | facts))


def _type(name: str, accelerator: str | None, count: float, each_gib: float, **facts: object) -> InstanceType:
    base: dict[str, object] = {
        "name": name,
        "family": name.partition(".")[0],
        "category": "p",
        "generation": 5,
        "current_generation": True,
        "architecture": "x86_64",
        "processor_maker": "Intel",
        "processor": "",
        "vcpus": 96,
        "cores": 48,
        "clock_ghz": 3.0,
        "memory_gib": 1000.0,
        "hypervisor": "nitro",
        "bare_metal": False,
        "burstable": False,
        "baseline_vcpus": None,
        "network": "",
        "network_gbps": 100.0,
        "ebs_mbps": None,
        "efa_interfaces": 16,
        "network_cards": 16,
        "enis": 2,
        "ipv4_per_eni": 50,
        "instance_storage_gb": 0,
        "usage_classes": frozenset({"on-demand", "spot", "capacity-block"}),
        "dedicated_hosts": False,
        "placement_strategies": frozenset({"cluster", "partition", "spread"}),
        "accelerator": accelerator,
        "accelerators": count,
        "accelerator_memory_gib": count * each_gib if accelerator else None,
        "coremark": None,
        "ffmpeg_fps": None,
        "quota_on_demand": "L-417A185B",
        "quota_spot": "L-7212CCBC",
    }
    return InstanceType(**(base | facts))


@dataclass
class Shop:
    """Stands in for the catalog: same questions, answers from plain tables. Prices in USD an hour."""

    types: dict[str, InstanceType] = field(default_factory=dict)
    accelerators: dict[str, Accelerator] = field(default_factory=dict)
    on_demand_usd: dict[tuple[str, str], str] = field(default_factory=dict)
    spot_usd: dict[tuple[str, str], str] = field(default_factory=dict)
    block_usd: dict[tuple[str, str], str] = field(default_factory=dict)
    advisor: dict[tuple[str, str], Interruption] = field(default_factory=dict)
    rates: dict[tuple[str, str], tuple[SavingsPlanRate, ...]] = field(default_factory=dict)
    absent: set[tuple[str, str]] = field(default_factory=set)
    regions: tuple[str, ...] = ("us-east-1", "us-east-2")
    as_of: date = AS_OF
    sha256: str = "0" * 64
    plain: bool = False
    quotas: Mapping[str, object] = field(default_factory=dict)

    def accelerator(self, key: str, **facts: object) -> "Shop":
        self.accelerators[key] = _accelerator(key, **facts)
        return self

    def sell(
        self,
        name: str,
        accelerator: str | None,
        count: float,
        *,
        on_demand: str | None = None,
        spot: str | None = None,
        block: str | None = None,
        interruption: tuple[int, int | None] | None = (0, 5),
        regions: tuple[str, ...] = ("us-east-1",),
        **facts: object,
    ) -> "Shop":
        each = (self.accelerators[accelerator].memory_gib or 0.0) if accelerator else 0.0
        self.types[name] = _type(name, accelerator, count, each, **facts)
        for region in self.regions:
            if region not in regions:
                self.absent.add((name, region))
                continue
            self.absent.discard((name, region))
            for table, usd in ((self.on_demand_usd, on_demand), (self.spot_usd, spot), (self.block_usd, block)):
                if usd is not None:
                    table[name, region] = usd
            if interruption is not None:
                low, high = interruption
                self.advisor[name, region] = Interruption(
                    low_percent=low, high_percent=high, savings_percent=50, as_of=AS_OF
                )
        return self

    def renamed(self, rename: Callable[[str], str]) -> "Shop":
        """The same shop with every family under another name."""

        def of(name: str) -> str:
            family, _, size = name.partition(".")
            return f"{rename(family)}.{size}"

        def table(rows: dict) -> dict:
            return {(of(name), region): row for (name, region), row in rows.items()}

        return replace(
            self,
            types={of(n): replace(t, name=of(n), family=rename(t.family)) for n, t in self.types.items()},
            on_demand_usd=table(self.on_demand_usd),
            spot_usd=table(self.spot_usd),
            block_usd=table(self.block_usd),
            advisor=table(self.advisor),
            absent={(of(name), region) for name, region in self.absent},
        )

    def type(self, name: str) -> InstanceType:
        return self.types[name]

    def zones(self, region: str) -> tuple[str, ...]:
        return tuple(f"{region}{letter}" for letter in "abc")

    def offered(self, name: str, region: str) -> tuple[str, ...]:
        return () if (name, region) in self.absent else self.zones(region)

    def on_demand(self, name: str, region: str) -> Price | Unpriced:
        return _price(self.on_demand_usd, name, region)

    def spot(self, name: str, region: str, zone: str | None = None) -> Price | Unpriced:
        return _price(self.spot_usd, name, region)

    def capacity_block(self, name: str, region: str) -> Price | Unpriced:
        return _price(self.block_usd, name, region)

    def host(self, name: str, region: str) -> Price | Unpriced:
        return Unpriced(reason="no host")

    def price(self, name: str, region: str, purchase: str) -> Price | Unpriced:
        answers = {"on_demand": self.on_demand, "spot": self.spot, "capacity_block": self.capacity_block}
        return answers.get(purchase, self.host)(name, region)

    def interruption(self, name: str, region: str) -> Interruption | None:
        return self.advisor.get((name, region))

    def savings_plan_rates(self, name: str, region: str) -> tuple[SavingsPlanRate, ...]:
        return self.rates.get((name, region), ())

    def quota_code(self, name: str, purchase: str) -> str | None:
        kind = self.types[name]
        codes = {"on_demand": kind.quota_on_demand, "savings_plan": kind.quota_on_demand, "spot": kind.quota_spot}
        return codes.get(purchase)

    def mac(self, name: str) -> None:
        return None


def _price(table: dict[tuple[str, str], str], name: str, region: str) -> Price | Unpriced:
    usd = table.get((name, region))
    if usd is None:
        return Unpriced(reason=f"no price for {name} in {region}")
    return Price(usd=Decimal(usd), as_of=AS_OF, source="test")


@pytest.fixture
def shop() -> Shop:
    """An empty shop; tests put on the shelves what they need."""
    return Shop()


@pytest.fixture
def today() -> date:
    return TODAY


@pytest.fixture
def spec_of() -> Callable[..., FleetSpec]:
    """A spec from workloads as in fleet.yaml, in us-east-1 unless said otherwise."""

    return _spec_of


@pytest.fixture(scope="session")
def aws() -> Catalog:
    """The snapshot that comes with fleet."""
    return Catalog.load()


class RenamedCatalog:
    """A catalog whose families all carry other names, which tell nothing and sort the same way."""

    def __init__(self, catalog: Catalog) -> None:
        families = {family: f"f{index:03}" for index, family in enumerate(sorted(catalog.families))}
        self._inner = catalog
        self.name_of = {
            name: f"{families[kind.family]}.{name.partition('.')[2]}" for name, kind in catalog.types.items()
        }
        self._back = {new: old for old, new in self.name_of.items()}
        self.types = {
            self.name_of[name]: replace(kind, name=self.name_of[name], family=families[kind.family])
            for name, kind in catalog.types.items()
        }
        self.accelerators = {
            key: replace(a, families=tuple(families.get(f, f) for f in a.families))
            for key, a in catalog.accelerators.items()
        }
        self.quotas = catalog.quotas

    def __getattr__(self, question: str) -> Callable:
        """Every other question is about a type by its name first: ask it under the old name."""
        if question not in {"offered", "on_demand", "spot", "capacity_block", "interruption", "savings_plan_rates"}:
            raise AttributeError(question)

        def ask(name: str, *rest: object) -> object:
            return getattr(self._inner, question)(self._back[name], *rest)

        return ask

    def quota_code(self, name: str, purchase: str) -> str | None:
        return self._inner.quota_code(self._back[name], purchase)


@pytest.fixture(scope="session")
def renamed_aws(aws: Catalog) -> RenamedCatalog:
    """The same snapshot with every family renamed."""
    return RenamedCatalog(aws)


@pytest.fixture(scope="session")
def shop_class() -> type[Shop]:
    """The shop itself, for property tests that stock many of them."""
    return Shop


@pytest.fixture(scope="session")
def spec_of_session() -> Callable[..., FleetSpec]:
    """As `spec_of`, for property tests."""
    return _spec_of


def _spec_of(*workloads: dict, **fields: object) -> FleetSpec:
    base = {"version": 1, "name": "test", "region": "us-east-1", "workloads": list(workloads)}
    return FleetSpec.model_validate(base | fields, strict=False)
