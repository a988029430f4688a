"""Single claims of single rules, each with its counterpart: what a page promises beyond its example."""

from datetime import date
from decimal import Decimal

import pytest
from fleet_policies.analysis import analyze
from fleet_policies.registry import rules
from fleet_policies.scene import Given, Scene
from fleet_policies.settings import read_settings

from fleet.catalog import Catalog
from fleet.result.baseline import parse_baseline
from fleet.result.grammar import parse_undecided
from fleet.stack.model import UNKNOWN
from fleet.testing import resource
from fleet.testing.given import stack_of
from tests.policies.planted.program import SPOT, action, asg, ec2, host, mix, template, volume

EFA = [{"deviceIndex": 0, "interfaceType": "efa"}]
RESERVED = {"capacityReservationSpecification": {"capacityReservationTarget": {"capacityReservationId": "cr-1"}}}
BLOCK = {"instanceMarketOptions": {"marketType": "capacity-block"}}
SERVED = {"fleet:kind": "inference"}
TRAINS = {"fleet:kind": "training"}
STOPS = {"fleet:interruptible": "true"}
KNOWS = "the catalog of 2026-10-03 "


@pytest.fixture(scope="module")
def catalog():
    return Catalog.load()


def ask(catalog, rule, resources, *, options=None, baseline=None):
    """Messages of one rule, or 'undecided' when it says so."""
    name = next(each.name for each in rules().values() if each.id == rule)
    mine = {name: rules()[name]}
    stack = stack_of(resources, stack_config={"aws:region": "us-east-1"})
    given = Given(
        today=date(2026, 12, 1),
        catalog=catalog,
        baseline=None if baseline is None else parse_baseline(baseline, "baseline"),
    )
    analysis = analyze(Scene(stack, given), mine, read_settings({name: options or {}}, mine))
    undecided = any(parse_undecided(reason) for _, reason in analysis.notes)
    return [finding.message for finding in analysis.findings] + (["undecided"] if undecided else [])


def group(name="g", kind="m8g.large", low=1, high=4, *, tags=None, launch=None, **inputs):
    lt = template(name, kind, **(launch or {}))
    return [lt, asg(name, lt, low, high, tags=tags, **inputs)]


def mixed(*types, low=1, high=4, tags=None, **shares):
    lt = template("lt")
    return [lt, mix("g", lt, types, low, high, tags=tags, **shares)]


HPC = "hpc7g.16xlarge"
ALL_SPOT = {"onDemandPercentageAboveBaseCapacity": 0}


def zonal(zone, *, work="web"):
    """A group of a service that stands in one zone."""
    tags = {"fleet:kind": "service", "fleet:workload": work}
    return group(f"{work}-{zone}", low=2, tags=tags, availabilityZones=[f"us-east-1{zone}"])


def nodes(zone, *, cluster="main", kind="service"):
    """Nodes of a cluster in one zone."""
    placed = {"availabilityZone": f"us-east-1{zone}"}
    subnet = resource("aws:ec2/subnet:Subnet", f"{cluster}-{zone}", placed, outputs={"id": f"s-{zone}"})
    inputs = {
        "clusterName": cluster,
        "instanceTypes": ["m8g.large"],
        "subnetIds": [f"s-{zone}"],
        "scalingConfig": {"minSize": 2, "maxSize": 4, "desiredSize": 2},
        "tags": {"fleet:kind": kind},
    }
    return [subnet, resource("aws:eks/nodeGroup:NodeGroup", f"{cluster}-{zone}-{kind}", inputs)]


FIRES = {
    "one old type on spot, without prices that do not hold": (
        "FC106",
        mixed("m4.large", **ALL_SPOT),
        "m4.large is previous generation; use m8a.large",
    ),
    "an old type that on demand takes first": (
        "FC106",
        mixed("m4.large", "m7i.large", onDemandPercentageAboveBaseCapacity=50),
        "m4.large is previous generation",
    ),
    "on demand beside spot of another workload": (
        "FC107",
        [
            *group("g", tags={**STOPS, "fleet:workload": "render"}),
            *group("rest", tags={**STOPS, "fleet:workload": "tests"}, launch={"instanceMarketOptions": SPOT}),
        ],
        "for interruptible work",
    ),
    "nodes of another kind of work": (
        "FR502",
        [*nodes("a"), *nodes("b", kind="batch")],
        "in one zone, us-east-1a",
    ),
    "a share of spot that is not sold": ("FA305", mixed(HPC, onDemandPercentageAboveBaseCapacity=50), "as spot"),
    "spot above a base that is not sold": (
        "FA305",
        mixed(HPC, onDemandBaseCapacity=1, onDemandPercentageAboveBaseCapacity=0),
        "as spot",
    ),
    "a second type that is not sold as spot": ("FA305", mixed("c7a.xlarge", HPC, **ALL_SPOT), HPC),
    "ray tracing": ("FA301", [ec2("i", "p5.48xlarge", tags={"fleet:needs": "ray_tracing"})], "ray tracing"),
    "a need of accelerator memory": ("FA301", [ec2("i", tags={"fleet:memory-gib": "8"})], "no accelerator"),
    "a need of an encoder": ("FA301", [ec2("i", tags={"fleet:needs": "video_encode"})], "no accelerator"),
    "the spot part of a mixed group": (
        "FA305",
        mixed("hpc7a.96xlarge", onDemandPercentageAboveBaseCapacity=50),
        "as spot",
    ),
    "swift for a service": (
        "FM405",
        [ec2("i", "mac2.metal", tags={"fleet:language": "swift", "fleet:kind": "service"}, tenancy="host")],
        "Linux",
    ),
    "several instances by desired capacity": ("FA303", group(kind="p5.48xlarge", low=2, high=2, tags=TRAINS), "EFA"),
    "a cheaper type of a group that a schedule fills": (
        "FC105",
        [
            *(timed := group(kind="m5.large", low=0, high=4, desiredCapacity=0)),
            action("up", timed[1], "0 8 * * *", 4),
            action("down", timed[1], "0 20 * * *", 0),
        ],
        "cheaper equivalent",
    ),
    "a plan for steady work of a group": ("FC108", group(kind="p5.48xlarge", tags=SERVED), "savings plan"),
}


@pytest.mark.parametrize("case", FIRES)
def test_it_fires(catalog, case):
    """With words that name the mistake."""
    rule, resources, words = FIRES[case]
    found = ask(catalog, rule, resources)

    assert len(found) == 1
    assert words in found[0]


@pytest.mark.parametrize(
    "resources",
    [
        pytest.param([*zonal("a"), *zonal("b", work="api")], id="two services, each in a zone of its own"),
        pytest.param([*nodes("a"), *nodes("b", cluster="other")], id="nodes of two clusters"),
        pytest.param(
            [
                *zonal("a"),
                *group(
                    "more",
                    low=2,
                    tags={"fleet:kind": "service", "fleet:workload": "web"},
                    availabilityZones=["us-east-1a"],
                ),
            ],
            id="a service twice in one zone",
        ),
    ],
)
def test_what_stands_elsewhere_for_something_else_spreads_no_service(catalog, resources):
    """Both are told."""
    found = ask(catalog, "FR502", resources)

    assert len(found) == 2
    assert all("in one zone, us-east-1" in message for message in found)


SILENT = {
    "rays where there are cores for them": (
        "FA301",
        [ec2("i", "g6.xlarge", tags={"fleet:needs": "ray_tracing video_encode"})],
    ),
    "a framework without an accelerator": ("FA301", [ec2("i", tags={"fleet:framework": "pytorch"})]),
    "memory that is exactly enough": ("FA301", [ec2("i", "g6e.xlarge", tags={"fleet:memory-gib": "44"})]),
    "no list price, but a reservation": ("FA306", [ec2("i", "p5e.48xlarge", **RESERVED)]),
    "no list price, but a block": ("FA306", [ec2("i", "p5e.48xlarge", **BLOCK)]),
    "no list price outside of blocks": ("FA306", [ec2("i", "u-6tb1.metal")]),
    "several nodes that do not train": ("FA303", group(kind="p5.48xlarge", low=4, tags=SERVED)),
    "training on types without EFA": ("FA303", group(kind="g4dn.xlarge", low=4, tags=TRAINS)),
    "training with EFA": ("FA303", group(kind="p5.48xlarge", low=4, tags=TRAINS, launch={"networkInterfaces": EFA})),
    "training in a block places by itself": ("FA304", group(kind="p5.48xlarge", low=4, tags=TRAINS, launch=BLOCK)),
    "training on spot has no block": ("FC111", [ec2("i", "p5.48xlarge", tags=TRAINS, instanceMarketOptions=SPOT)]),
    "training in a reservation": ("FC111", [ec2("i", "p5.48xlarge", tags=TRAINS, **RESERVED)]),
    "training where blocks cost more": ("FC111", [ec2("i", "g6.xlarge", tags=TRAINS)]),
    "spot has its own price": ("FC105", [ec2("i", "m5.large", instanceMarketOptions=SPOT)]),
    "nothing runs": ("FC105", group(kind="m5.large", low=0, desiredCapacity=0)),
    "a reservation of that type": ("FC105", [ec2("i", "m5.large", **RESERVED)]),
    "types that AWS takes second": ("FC105", mixed("m8g.large", "m5.large")),
    "a host is paid, not what runs on it": ("FC105", [ec2("i", "m5.large", tenancy="host")]),
    "interruptible work on a host": ("FC107", [ec2("i", "m8g.large", tags=STOPS, tenancy="host")]),
    "interruptible work that is not": ("FC107", [ec2("i", "c8g.large", tags={"fleet:interruptible": "false"})]),
    "a timetable is no steady use": (
        "FC108",
        [*(day := group(kind="p5.48xlarge", tags=SERVED)), action("up", day[1], "0 8 * * *", 1)],
    ),
    "spot needs no plan": ("FC108", [ec2("i", "p5.48xlarge", tags=SERVED, instanceMarketOptions=SPOT)]),
    "an environment that only sounds like one": ("FC109", [ec2("i", tags={"environment": "prod-test"})]),
    "a limit where there is no spot": ("FC112", [ec2("i", instanceMarketOptions={"spotOptions": None})]),
    "no capacity at all": ("FR504", mixed("c5.12xlarge", low=0, high=0, onDemandPercentageAboveBaseCapacity=0)),
    "a Mac on a host that is not known yet": ("FM401", [ec2("i", "mac2.metal", hostId=UNKNOWN)]),
    "a tenancy of what is no Mac": ("FM401", [ec2("i", "m8g.large", tenancy=UNKNOWN)]),
    "all on demand": ("FA305", mixed(HPC)),
    "nothing to buy": ("FA305", mixed(HPC, low=0, high=0, **ALL_SPOT)),
    "a type that nobody knows": ("FA305", mixed("x99.large", **ALL_SPOT)),
    "older types that widen spot": ("FC106", mixed("m4.large", "m7i.large", **ALL_SPOT)),
    "older types that on demand takes second": (
        "FC106",
        mixed("m7i.large", "m4.large", onDemandPercentageAboveBaseCapacity=50),
    ),
    "a base on demand beside spot of the same workload": (
        "FC107",
        [
            *group("base", tags={**STOPS, "fleet:workload": "render"}),
            *group("rest", tags={**STOPS, "fleet:workload": "render tests"}, launch={"instanceMarketOptions": SPOT}),
        ],
    ),
    "a service in a group for each zone": ("FR502", [*zonal("a"), *zonal("b")]),
    "a service on nodes of each zone": ("FR502", [*nodes("a"), *nodes("b")]),
    "swift for the phone": (
        "FM405",
        [ec2("i", "mac2.metal", tags={"fleet:language": "swift", "fleet:platforms": "ios"}, tenancy="host")],
    ),
    "another language": (
        "FM405",
        [ec2("i", "mac2.metal", tags={"fleet:language": "go", "fleet:kind": "service"}, tenancy="host")],
    ),
    "swift that builds for Apple": (
        "FM405",
        [ec2("i", "mac2.metal", tags={"fleet:language": "swift", "fleet:kind": "apple_builds"}, tenancy="host")],
    ),
    "a host by its id": ("FM404", [host("h", id="h-1"), ec2("i", "mac-m4.metal", tenancy="host", hostId="h-1")]),
    "a host of another family": ("FM404", [host("h", "m7g.metal")]),
}


@pytest.mark.parametrize("case", SILENT)
def test_it_is_silent(catalog, case):
    """Nothing to find, and nothing left open."""
    rule, resources = SILENT[case]

    assert ask(catalog, rule, resources) == []


UNSURE = {
    "a Mac that may land on the host": ("FM404", [host("h"), ec2("i", "mac-m4.metal", tenancy="host")]),
    "a type that may be a Mac": ("FM404", [host("h"), ec2("i", UNKNOWN, tenancy="host")]),
    "a template from elsewhere": (
        "FA304",
        [asg("g", template("lt", UNKNOWN), 4, 4, tags=TRAINS)],
    ),
    "a region": ("FC105", [ec2("i", "m5.large", region=UNKNOWN)]),
    "a region of interruptible work": ("FC107", [ec2("i", "c8g.large", tags=STOPS, region=UNKNOWN)]),
    "a region of training": ("FC111", [ec2("i", "p5.48xlarge", tags=TRAINS, region=UNKNOWN)]),
    "a region of steady work": ("FC108", [ec2("i", "p5.48xlarge", tags=SERVED, region=UNKNOWN)]),
    "a desired capacity": ("FC105", group(kind="m5.large", low=0, desiredCapacity=UNKNOWN)),
    "a share of spot": ("FC105", mixed("m5.large", onDemandPercentageAboveBaseCapacity=UNKNOWN)),
    "whether a group is a service": (
        "FR502",
        group(low=2, tags={"fleet:kind": UNKNOWN}, availabilityZones=["us-east-1a"]),
    ),
    "where the rest of a service stands": (
        "FR502",
        [*zonal("a"), *group("rest", tags={"fleet:kind": "service", "fleet:workload": "web"})],
    ),
    "the tenancy of a Mac": ("FM401", [ec2("i", "mac2.metal", tenancy=UNKNOWN)]),
    "whether it is a Mac": ("FM401", [ec2("i", UNKNOWN)]),
    "whether any of it is spot": ("FA305", mixed(HPC, onDemandPercentageAboveBaseCapacity=UNKNOWN)),
    "how it is bought": ("FA305", [ec2("i", HPC, instanceMarketOptions={"marketType": UNKNOWN})]),
    "whether any of it runs": ("FA305", mixed(HPC, low=0, high=UNKNOWN, **ALL_SPOT)),
    "whether the rest of a workload is spot": (
        "FC107",
        [
            *group("base", tags={**STOPS, "fleet:workload": "render"}),
            *mixed("m8g.large", tags={"fleet:workload": "render"}, onDemandPercentageAboveBaseCapacity=UNKNOWN),
        ],
    ),
    "a size": (
        "FR503",
        group(low=0, high=UNKNOWN, tags={"fleet:interruptible": "false"}, launch={"instanceMarketOptions": SPOT}),
    ),
}


@pytest.mark.parametrize("case", UNSURE)
def test_it_says_what_it_could_not_decide(catalog, case):
    """Neither a finding without proof nor silence."""
    rule, resources = UNSURE[case]

    assert ask(catalog, rule, resources) == ["undecided"]


def stored(usd, *, name="i", hours=730, unit=None):
    """A baseline with one instance."""
    unit = usd / hours if unit is None else unit
    line = {"what": "m8g.large on demand", "quantity": hours, "unit_usd": unit}
    urn = f"urn:pulumi:dev::project::aws:ec2/instance:Instance::{name}"
    return {
        "resources": [{"urn": urn, "region": "us-east-1", "monthly_usd": {"min": usd, "max": usd}, "lines": [line]}]
    }


ONE = 65.5248  # m8g.large at 0.08976 USD, 730 hours


@pytest.mark.parametrize(
    ("resources", "baseline", "options", "words"),
    [
        pytest.param(
            [ec2("i"), ec2("j")], stored(ONE), {"max_increase_percent": 50}, "100 % of the baseline", id="new"
        ),
        pytest.param([ec2("i"), ec2("j")], stored(ONE), {"max_increase_percent": 100}, None, id="at the limit"),
        pytest.param([ec2("i", "m8g.xlarge")], stored(ONE), {"max_increase_usd": 60}, "65.52 USD", id="changed"),
        pytest.param([ec2("i")], stored(ONE / 2, unit=ONE / 1460), {"max_increase_usd": 0}, None, id="prices alone"),
        pytest.param([ec2("i")], stored(ONE * 9, name="gone"), {"max_increase_percent": 0}, None, id="removed"),
        pytest.param(
            [ec2("i")], {"resources": []}, {"max_increase_percent": 900}, "baseline of nothing", id="from nothing"
        ),
        pytest.param(
            [ec2("i", UNKNOWN)], stored(ONE), {"max_increase_usd": 9e9}, "cannot be bounded", id="no upper end"
        ),
    ],
)
def test_an_increase_over_the_baseline(catalog, resources, baseline, options, words):
    """New, changed and removed resources count at today's prices; a change of prices alone never fails."""
    found = ask(catalog, "FC103", resources, options=options, baseline=baseline)

    assert len(found) == (0 if words is None else 1)
    assert words is None or words in found[0]


@pytest.mark.parametrize(
    ("basis", "budget", "fires"),
    [("desired", 66, False), ("desired", 65, True), ("max_scale", 263, False), ("max_scale", 262, True)],
)
def test_a_budget_holds_over_the_amount_that_it_names(catalog, basis, budget, fires):
    """One instance now, four at most."""
    found = ask(catalog, "FC101", group(), options={"monthly_usd": budget, "basis": basis})

    assert bool(found) is fires


def test_a_budget_names_what_has_no_upper_end(catalog):
    """The first few by name, the others counted."""
    volumes = [volume(f"v{i}", type="gp3", size=UNKNOWN) for i in range(5)]
    found = ask(catalog, "FC101", [*volumes, ec2("known")], options={"monthly_usd": 100})

    assert "v0, v1, v2 and 2 more" in found[0]


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        pytest.param("aws:ebs/volume:Volume", {"type": "gp2", "size": 100}, {"type": "gp3", "size": 100}, id="small"),
        pytest.param(
            "aws:ebs/volume:Volume",
            {"size": 334},
            {"type": "gp3", "size": 334, "throughput": 250},
            id="a default of the API, as fast as it was",
        ),
        pytest.param(
            "aws:ebs/volume:Volume",
            {"type": "gp2", "size": 8000, "iops": 24000},
            {"type": "gp3", "size": 8000, "iops": 16000, "throughput": 250},
            id="IOPS as gp2 gave them",
        ),
        pytest.param("aws:ebs/volume:Volume", {"type": "io2", "size": 8, "iops": 100}, None, id="another type"),
        pytest.param(
            "aws:ebs/volume:Volume", {"type": "gp2", "size": UNKNOWN}, {"type": "gp3", "size": UNKNOWN}, id="no size"
        ),
        pytest.param(
            "aws:ec2/instance:Instance",
            {
                "rootBlockDevice": {"volumeType": "gp2", "volumeSize": 20},
                "ebsBlockDevices": [{"volumeType": "gp2"}, {"volumeType": "st1", "volumeSize": 500}],
            },
            {
                "rootBlockDevice": {"volumeType": "gp3", "volumeSize": 20},
                "ebsBlockDevices": [{"volumeType": "gp3"}, {"volumeType": "st1", "volumeSize": 500}],
            },
            id="of an instance",
        ),
        pytest.param(
            "aws:ec2/launchTemplate:LaunchTemplate",
            {
                "blockDeviceMappings": [
                    {"ebs": {"volumeType": "gp2", "volumeSize": 2000, "iops": 6000}},
                    {"noDevice": "x"},
                ]
            },
            {
                "blockDeviceMappings": [
                    {"ebs": {"volumeType": "gp3", "volumeSize": 2000, "iops": 6000, "throughput": 250}},
                    {"noDevice": "x"},
                ]
            },
            id="of a template",
        ),
        pytest.param("aws:ec2/instance:Instance", {"instanceType": "m8g.large"}, None, id="no volume"),
    ],
)
def test_gp3_takes_the_place_of_gp2_and_is_no_slower(kind, before, after):
    """3 IOPS a GiB up to 16,000, and 250 MiB/s from 334 GiB; what is not gp2 stays."""
    assert rules()["gp2-volume"].remedy(kind, before) == after


def test_gp2_of_a_template_saves_nothing_until_something_runs(catalog):
    """The volume of an instance does: 20 GiB at two cents less."""
    root = {"rootBlockDevice": {"volumeType": "gp2", "volumeSize": 20}}
    mapped = {"blockDeviceMappings": [{"ebs": {"volumeType": "gp2", "volumeSize": 20}}]}

    assert ask(catalog, "FC110", [ec2("i", **root)])[0].endswith(f"saves {Decimal('0.40')} USD a month")
    assert "saves" not in ask(catalog, "FC110", [template("lt", **mapped)])[0]


def test_a_successor_on_spot_is_named_without_prices(catalog):
    """List prices say nothing of what spot costs."""
    [found] = ask(catalog, "FC106", mixed("m4.large", **ALL_SPOT))

    assert found.endswith("use m8a.large")


def test_each_reason_without_a_price_is_told_with_a_resource_that_it_holds_for(catalog):
    """A slip of the pen and a tenancy that nobody prices are two things, of two resources."""
    slip = [ec2("b", "m5.larg"), ec2("c", "m5.larg")]
    hint = "knows no type 'm5.larg'; did you mean 'm5.large'?"

    assert ask(catalog, "FC104", slip)[0].endswith(f"2 of aws:ec2/instance:Instance not (fully) priced: {KNOWS}{hint}")
    [found] = ask(catalog, "FC104", [ec2("a", "m5.large", tenancy="dedicated"), *slip])
    assert "3 of aws:ec2/instance:Instance not (fully) priced: a: dedicated tenancy of m5.large" in found
    assert f"; b and 1 more: {KNOWS}{hint}" in found


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        pytest.param("m5.larg", "m5.large", id="a letter left out"),
        pytest.param("m55.large", "m5.large", id="a letter too many in the family"),
        pytest.param("m5large", "m5.large", id="no dot"),
        pytest.param("M5.large", "m5.large", id="capitals"),
        pytest.param("g6e.2xlrage", "g6e.2xlarge", id="letters swapped"),
        pytest.param("nonsense", None, id="like none"),
    ],
)
def test_a_slip_in_a_type_comes_with_what_was_meant(catalog, slip, meant):
    """The nearest type of the same family or size; no guess for what is like none."""
    [found] = ask(catalog, "FC104", [ec2("i", slip)])

    assert found.endswith(f"did you mean {meant!r}?" if meant else f"knows no type {slip!r}")


def test_reasons_beyond_three_are_counted(catalog):
    """A program that makes names up gets one finding."""
    [found] = ask(catalog, "FC104", [ec2(f"i{place:02}", f"x{place:02}.odd") for place in range(30)])

    assert f"i02: {KNOWS}knows no type 'x02.odd'; and 27 more reasons" in found


def test_an_unpriced_choice_is_named_by_the_budget_that_it_opens(catalog):
    """Who reads that a budget is not proved to hold reads why."""
    spot = mixed("trn2.48xlarge", "c7a.xlarge", low=2, high=2, onDemandPercentageAboveBaseCapacity=0)

    assert ask(catalog, "FC101", mixed("m7g.large", low=2, high=2), options={"monthly_usd": 1000}) == []
    [message] = ask(catalog, "FC101", spot, options={"monthly_usd": 1_000_000})
    assert "settle what is not known of g (" in message
    assert "trn2.48xlarge" in message


@pytest.mark.parametrize(
    ("kind", "tags", "named"),
    [
        pytest.param(
            "g5.xlarge", {"fleet:memory-gib": "11"}, "g4dn.xlarge has 16 GiB at 0.526 USD", id="twice as much"
        ),
        pytest.param("g5.xlarge", {"fleet:memory-gib": "11.2"}, None, id="less than twice as much"),
        pytest.param(
            "g5.xlarge",
            {"fleet:memory-gib": "11", "fleet:precision": "bf16"},
            None,
            id="a precision that smaller ones lack",
        ),
        pytest.param("p5.4xlarge", {"fleet:memory-gib": "16"}, "g4dn.xlarge has 16 GiB", id="the cheapest of all"),
        pytest.param(
            "p5.4xlarge",
            {"fleet:memory-gib": "16", "fleet:precision": "fp8"},
            "g6.xlarge has 22.3516 GiB",
            id="the cheapest that has the precision",
        ),
        pytest.param(
            "g6e.xlarge",
            {"fleet:memory-gib": "16", "fleet:needs": "video_encode fp8"},
            "g6.xlarge has",
            id="what it needs of it",
        ),
        pytest.param("g5.12xlarge", {"fleet:memory-gib": "11"}, "g4dn.12xlarge has 16 GiB", id="as many accelerators"),
        pytest.param("p5.4xlarge", {"fleet:memory-gib": "30", "fleet:kind": "training"}, None, id="training"),
        pytest.param("inf2.xlarge", {"fleet:memory-gib": "8"}, "inf1.xlarge has 8 GiB", id="of the same stack"),
    ],
)
def test_a_smaller_accelerator_is_one_that_does_the_work(catalog, kind, tags, named):
    """FE202 names no type that FA301 would refuse for the same tags."""
    found = ask(catalog, "FE202", [ec2("i", kind, tags=tags)])
    refused = ask(catalog, "FA301", [ec2("i", named.partition(" ")[0], tags=tags)]) if named else []

    assert len(found) == (named is not None)
    assert named is None or named in found[0]
    assert refused == []


def test_a_saving_is_worth_a_finding_from_the_least_that_was_asked_for(catalog):
    """G4dn.xlarge costs 47.71 % less than g5.xlarge (0.526 of 1.006 USD)."""
    tagged = [ec2("i", "g5.xlarge", tags={"fleet:memory-gib": "11"})]

    assert len(ask(catalog, "FE202", tagged, options={"min_saving_percent": 47.7})) == 1
    assert ask(catalog, "FE202", tagged, options={"min_saving_percent": 47.8}) == []


@pytest.mark.parametrize(
    ("kind", "used", "named"),
    [
        pytest.param("g6.12xlarge", "1", "g6.xlarge", id="one of four"),
        pytest.param("g6.12xlarge", "4", None, id="all of them"),
        pytest.param("g6.12xlarge", "3", "let the work use all of them", id="no type has three"),
        pytest.param("g6.48xlarge", "4", "g6.12xlarge", id="half of them"),
    ],
)
def test_accelerators_that_nothing_uses_are_idle(catalog, kind, used, named):
    """FE206 names the cheapest type with as many of the same as are used, and is silent where all are."""
    found = ask(catalog, "FE206", [ec2("i", kind, tags={"fleet:accelerators": used})])

    assert len(found) == (named is not None)
    assert named is None or named in found[0]
