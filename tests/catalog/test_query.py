"""Queries find every type that fits and none that does not, best first, unknown values last."""

from decimal import Decimal

import pytest

from fleet.catalog import Price
from fleet.catalog.fields import FIELDS
from fleet.catalog.quantity import EBS, MEMORY, NETWORK, PRICE, STORAGE, parse
from fleet.catalog.query import Filters, query, select, unsold
from fleet.errors import CatalogError, UnknownName


@pytest.mark.parametrize(
    ("filters", "fits"),
    [
        pytest.param({"architectures": ("arm64",)}, lambda t: t.architecture == "arm64", id="architecture"),
        pytest.param({"categories": ("c", "hpc")}, lambda t: t.category in ("c", "hpc"), id="category"),
        pytest.param({"generation": 7}, lambda t: t.generation == 7, id="generation"),
        pytest.param({"min_generation": 8}, lambda t: (t.generation or 0) >= 8, id="newer generations"),
        pytest.param({"current_generation": True}, lambda t: t.current_generation, id="current generation"),
        pytest.param({"makers": ("amd",)}, lambda t: t.processor_maker == "AMD", id="maker in any case"),
        pytest.param({"hypervisors": ("xen",)}, lambda t: t.hypervisor == "xen", id="hypervisor"),
        pytest.param({"min_vcpus": 8, "max_vcpus": 16}, lambda t: 8 <= t.vcpus <= 16, id="vCPUs"),
        pytest.param({"min_memory_gib": 512}, lambda t: t.memory_gib >= 512, id="memory"),
        pytest.param({"max_memory_gib": 1}, lambda t: t.memory_gib <= 1, id="at most so much memory"),
        pytest.param({"min_clock_ghz": 4.5}, lambda t: (t.clock_ghz or 0) >= 4.5, id="clock"),
        pytest.param({"min_network_gbps": 400}, lambda t: (t.network_gbps or 0) >= 400, id="network"),
        pytest.param({"min_ebs_mbps": 80000}, lambda t: (t.ebs_mbps or 0) >= 80000, id="EBS"),
        pytest.param({"min_storage_gb": 30000}, lambda t: t.instance_storage_gb >= 30000, id="storage"),
        pytest.param({"min_pods": 700}, lambda t: t.max_pods >= 700, id="pods"),
        pytest.param({"efa": True}, lambda t: t.efa_interfaces > 0, id="EFA"),
        pytest.param({"bare_metal": True}, lambda t: t.bare_metal, id="bare metal"),
        pytest.param({"bare_metal": False}, lambda t: not t.bare_metal, id="no bare metal"),
        pytest.param({"burstable": True}, lambda t: t.burstable, id="burstable"),
        pytest.param({"dedicated_hosts": True}, lambda t: t.dedicated_hosts, id="dedicated hosts"),
        pytest.param({"placement": ("cluster",)}, lambda t: "cluster" in t.placement_strategies, id="placement"),
        pytest.param({"accelerators": ("h200",)}, lambda t: t.accelerator == "h200", id="accelerator"),
        pytest.param({"min_accelerators": 8}, lambda t: t.accelerators >= 8, id="count of accelerators"),
        pytest.param({"stacks": ("neuron",)}, lambda t: t.category in ("inf", "trn"), id="stack"),
        pytest.param({"frameworks": ("vllm",), "stacks": ("neuron",)}, lambda t: t.accelerator == "trainium2",
                     id="vLLM on Neuron"),
        pytest.param({"nvlink": True}, lambda t: t.category == "p", id="NVLink is of the P families"),
        pytest.param({"types": ("graviton5", "h100")}, lambda t: t.processor == "Graviton5" or t.accelerator == "h100",
                     id="names"),
        pytest.param({"processors": ("Graviton 5",)}, lambda t: t.processor == "Graviton5", id="processor"),
        pytest.param({"usage_classes": ("capacity-block",)}, lambda t: "capacity-block" in t.usage_classes,
                     id="usage class"),
        pytest.param({"min_cores": 96}, lambda t: (t.cores or 0) >= 96, id="cores"),
        pytest.param({"min_baseline_vcpus": 1}, lambda t: (t.baseline_vcpus or 0) >= 1, id="burstable baseline"),
        pytest.param({"min_interfaces": 15}, lambda t: t.enis >= 15, id="interfaces"),
        pytest.param({"accelerators": ("H100",)}, lambda t: t.accelerator == "h100", id="accelerator in any case"),
        pytest.param({"accelerators": ("a100",)}, lambda t: t.family in ("p4d", "p4de"), id="both of a name"),
        pytest.param({"accelerator_makers": ("aws",)}, lambda t: t.category in ("inf", "trn"), id="its maker"),
        pytest.param({"min_bf16_tflops": 900}, lambda t: t.family in ("p5", "p5e", "p5en", "p6-b200", "p6-b300"),
                     id="peak"),
        pytest.param({"max_accelerator_power_w": 72}, lambda t: t.family in ("g4dn", "g5g", "g6", "gr6"),
                     id="power, unknown left out"),
        pytest.param({"min_ffmpeg_fps": 400}, lambda t: (t.ffmpeg_fps or 0) >= 400, id="measured frames"),
        pytest.param({"min_coremark": 5e6}, lambda t: (t.coremark or 0) >= 5e6, id="measured"),
    ],
)  # fmt: skip
def test_filter_keeps_exactly_what_fits(catalog, filters, fits):
    expected = [name for name, item in catalog.types.items() if fits(item)]

    assert expected
    assert [item.name for item in select(catalog, Filters(**filters))] == expected


def test_rendering_filter_finds_g_families_only(catalog):
    found = select(catalog, Filters(video_encode=True, graphics=True, precisions=("fp8",)))

    assert {item.category for item in found} == {"g"}
    assert {item.family for item in found} == {"g6", "g6e", "g6f", "g7", "g7e", "gr6", "gr6f"}


@pytest.mark.parametrize(
    ("filters", "reason"),
    [
        pytest.param({"accelerators": ("Trainium3",)}, "Trainium3: no EC2 region lists a trn3 type", id="accelerator"),
        pytest.param({"types": ("tpu",)}, "tpu: Google TPU is sold by Google Cloud only", id="name"),
        pytest.param({"types": ("g4ad",)}, "g4ad: DescribeInstanceTypes no longer lists it", id="family"),
    ],
)
def test_name_with_nothing_to_buy_says_why(catalog, filters, reason):
    found = unsold(catalog, Filters(**filters))

    assert query(catalog, Filters(**filters)) == ()
    assert [text for text in found if text.startswith(reason)] == list(found)
    assert unsold(catalog, Filters(types=("m7g", "h100"), accelerators=("a100",))) == ()


def test_memory_of_one_accelerator_not_of_all(catalog):
    found = select(catalog, Filters(stacks=("cuda",), min_accelerator_memory_gib=100))

    assert {item.family for item in found} == {"p5e", "p5en", "p6-b200", "p6-b300"}


def test_answer_is_of_the_region(catalog):
    found = query(
        catalog, regions=("us-east-2",), purchase="capacity_block", filters=Filters(accelerators=("trainium2",))
    )

    assert [(item.type.name, item.region, item.usd) for item in found] == [
        ("trn2.48xlarge", "us-east-2", Decimal("35.7608"))
    ]


def test_zone_keeps_what_is_offered_there(catalog):
    found = query(catalog, Filters(zone="us-east-1e", categories=("m",)))

    assert found
    assert all("us-east-1e" in catalog.offered(item.type.name, "us-east-1") for item in found)


def test_limit_on_price_leaves_out_what_has_none(catalog):
    found = query(catalog, Filters(max_price=Decimal("0.01")))

    assert found
    assert all(item.usd is not None and item.usd <= Decimal("0.01") for item in found)


def test_limit_on_interruption_leaves_out_what_is_unknown(catalog):
    found = query(catalog, Filters(max_interruption_percent=5), purchase="spot")

    assert found
    assert {item.interruption.high_percent for item in found} == {5}


def test_cheapest_way_to_buy_is_taken_for_any(catalog):
    found = {
        item.type.name: item for item in query(catalog, Filters(types=("p5.48xlarge", "mac2.metal")), purchase="any")
    }

    assert (found["p5.48xlarge"].purchase, found["p5.48xlarge"].usd) == ("spot", Decimal("20.784"))
    assert found["mac2.metal"].purchase == "dedicated_host"


@pytest.mark.parametrize("name", FIELDS)
def test_every_field_sorts_best_first_and_unknown_last(catalog, name):
    field = FIELDS[name]
    values = [field.value(item) for item in query(catalog, Filters(), sort=name)]
    known = [value for value in values if value is not None]

    assert known == sorted(known, reverse=field.high_first)
    assert values[: len(known)] == known


def test_order_can_be_turned_and_unknown_stays_last(catalog):
    forth = query(catalog, Filters(), sort="price")
    back = query(catalog, Filters(), sort="price", reverse=True)

    assert back[0].usd == max(item.usd for item in forth if item.usd)
    assert back[-1].usd is None


def test_value_for_money_is_computed_from_the_price(catalog):
    found = query(catalog, Filters(types=("p5.48xlarge",)))[0]
    values = {name: FIELDS[name].value(found) for name in FIELDS if "/" in name}

    assert values == pytest.approx(
        {
            "price/vcpu": 55.04 / 192,
            "price/memory": 55.04 / 2048,
            "price/accelerator": 6.88,
            "price/bf16-pflops": 55.04 / (8 * 0.9895),
            "price/hbm-gib": 55.04 / 640,
            "coremark/usd": found.type.coremark / 55.04,
            "ffmpeg/usd": None,
        }
    )


def test_amd_gives_most_measured_work_for_a_dollar_among_4xlarge_of_m(catalog):
    names = ("m6g.4xlarge", "m7g.4xlarge", "m8g.4xlarge", "m9g.4xlarge", "m7a.4xlarge", "m8a.4xlarge", "m8i.4xlarge")
    found = query(catalog, Filters(types=names), sort="coremark/usd")

    assert [item.type.family for item in found[:2]] == ["m8a", "m9g"]


@pytest.mark.parametrize(
    ("what", "message"),
    [
        pytest.param({"sort": "prise"}, "unknown field 'prise'; did you mean 'price'", id="field"),
        pytest.param({"regions": ("us-east-9",)}, "unknown region 'us-east-9'", id="region"),
        pytest.param({"purchase": "spott"}, "unknown purchase option 'spott'; did you mean 'spot'", id="purchase"),
        pytest.param({"filters": Filters(architectures=("arm",))}, "unknown architecture 'arm'", id="architecture"),
        pytest.param({"filters": Filters(categories=("mm",))}, "unknown category 'mm'", id="category"),
        pytest.param({"filters": Filters(types=("m9g.largr",))}, "did you mean 'm9g.large'", id="type"),
        pytest.param({"filters": Filters(accelerators=("h1000",))}, "did you mean 'h100'", id="accelerator"),
        pytest.param({"filters": Filters(stacks=("cudda",))}, "did you mean 'cuda'", id="stack"),
        pytest.param({"filters": Filters(precisions=("bf61",))}, "unknown precision 'bf61'", id="precision"),
        pytest.param({"filters": Filters(frameworks=("pytorhc",))}, "did you mean 'pytorch'", id="framework"),
        pytest.param({"filters": Filters(accelerators=("m7g.large",))}, "unknown accelerator", id="no accelerator"),
        pytest.param({"filters": Filters(usage_classes=("spoot",))}, "did you mean 'spot'", id="usage class"),
        pytest.param({"filters": Filters(categories=("qqq",))}, "known are .*, hpc, .*, trn", id="all of a few"),
        pytest.param({"filters": Filters(zone="us-east-1z")}, "unknown zone 'us-east-1z'", id="zone"),
    ],
)
def test_unknown_name_in_a_query_suggests_the_nearest(catalog, what, message):
    with pytest.raises(UnknownName, match=message):
        query(catalog, **what)


@pytest.mark.parametrize(
    ("text", "units", "value"),
    [
        pytest.param("64", MEMORY, 64, id="bare number"),
        pytest.param("0.5TiB", MEMORY, 512, id="TiB"),
        pytest.param("2048 mib", MEMORY, 2, id="case and space"),
        pytest.param("3.2Tbps", NETWORK, 3200, id="Tbps"),
        pytest.param("10Gbps", EBS, 10000, id="EBS in Gbps"),
        pytest.param("2TB", STORAGE, 2000, id="TB"),
        pytest.param("730/month", PRICE, 1, id="a month"),
    ],
)
def test_amounts(text, units, value):
    assert parse(text, units, what="--x") == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("64GX", "unknown unit 'GX'; allowed are GiB, MiB, TiB", id="unknown unit"),
        pytest.param("64Gib/s", "unknown unit", id="a rate"),
        pytest.param("much", "is no amount", id="no number"),
        pytest.param("-4", "is no amount", id="negative"),
        pytest.param("", "is no amount", id="empty"),
    ],
)
def test_bad_amounts_say_what_is_allowed(text, message):
    with pytest.raises(CatalogError, match=message):
        parse(text, MEMORY, what="--memory")


def test_priced_only(catalog):
    found = query(catalog, Filters(priced_only=True), purchase="spot")

    assert found
    assert all(isinstance(item.price, Price) for item in found)


@pytest.mark.parametrize(
    ("macos", "left_out"),
    [
        pytest.param("26", {"mac1.metal"}, id="newer than Intel Macs run"),
        pytest.param("15", set(), id="a release stands for its minor versions"),
        pytest.param("15.5", {"mac-m4.metal", "mac-m4pro.metal"}, id="older than the M4 runs"),
        pytest.param("12", {"mac-m4.metal", "mac-m4pro.metal", "mac2-m2.metal", "mac2-m2pro.metal"}, id="old"),
    ],
)
def test_macs_are_found_by_the_macos_that_they_may_run(catalog, macos, left_out) -> None:
    found = {item.name for item in select(catalog, Filters(macos=macos))}

    assert found == set(catalog.macs) - left_out


def test_a_macos_of_which_there_is_no_image_runs_nowhere(catalog) -> None:
    assert select(catalog, Filters(macos="99")) == ()


def test_a_text_that_is_no_version_is_refused(catalog) -> None:
    with pytest.raises(UnknownName, match="macOS version 'Sonoma'"):
        select(catalog, Filters(macos="Sonoma"))
