"""What open reservations take in, and what fleets and node groups launch where a part of it is not known."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest

import fleet.catalog
from fleet.interval import Interval
from fleet.stack.model import UNKNOWN

DATA = Path(fleet.catalog.__file__).parent / "data"
MONTH = 730
OPEN = Interval(Decimal(0), None)
KIND = "m7i.4xlarge"
LINUX = {"instanceType": KIND, "instancePlatform": "Linux/UNIX", "availabilityZone": "us-east-1a"}


def _column(file, **where):
    with (DATA / file).open(newline="") as rows:
        found = [row for row in csv.DictReader(rows) if all(row[name] == value for name, value in where.items())]
    return {row["instance_type"]: Decimal(row["usd"]) for row in found}


OD = _column("on_demand/us-east-1.csv")
SPOT = _column("spot/us-east-1.csv", zone="")
BLOCK = _column("capacity_blocks.csv", region="us-east-1", zone="")
HOUR = OD[KIND]


def group(make, size, *, tags=None, **launch):
    template = make("template", "t", {"imageId": "ami-1", "instanceType": KIND, **launch})
    listed = [{"key": key, "value": value, "propagateAtLaunch": True} for key, value in (tags or {}).items()]
    inputs = {"minSize": size, "maxSize": size, "availabilityZones": ["us-east-1a"], "tags": listed}
    named = {"launchTemplate": {"id": UNKNOWN, "version": "$Latest"}}
    return template, make("group", "g", {**inputs, **named}, uses={"launchTemplate": template})


@pytest.mark.parametrize(
    ("count", "least"),
    [pytest.param(1, 2, id="one of three"), pytest.param(3, 0, id="all"), pytest.param(9, 0, id="more than all"),
     pytest.param(UNKNOWN, 0, id="nobody knows how many")],
)  # fmt: skip
def test_a_reservation_takes_in_as_many_as_it_holds(make, price, count, least):
    """The others are billed for sure; none of them need run in it."""
    found, _ = price(make("reservation", "r", {**LINUX, "instanceCount": count}), *group(make, 3))

    assert found["g"].monthly_usd == Interval(least * HOUR * MONTH, 3 * HOUR * MONTH)


def test_a_reservation_takes_in_no_more_hours_than_are_run(make, price):
    """Three instances of 100 hours a month beside room for one: 200 hours are billed for sure."""
    timed = group(make, 3, tags={"fleet:hours-per-month": "100"})
    found, _ = price(make("reservation", "r", {**LINUX, "instanceCount": 1}), *timed)

    assert found["g"].monthly_usd == Interval(200 * HOUR, 300 * HOUR)


@pytest.mark.parametrize(
    "launch",
    [
        {"instanceMarketOptions": {"marketType": "spot"}},
        {"capacityReservationSpecification": {"capacityReservationPreference": "none"}},
        {"imageId": "resolve:ssm:/aws/service/ami-windows-latest/Windows_Server-2022-English-Full-Base"},
        {"placement": {"tenancy": "dedicated"}},
    ],
)
def test_what_does_not_run_in_reservations_is_billed_as_without_them(make, price, launch):
    """Spot, who asks for none, and what is priced apart: no amount and no line changes."""
    with_one, _ = price(make("reservation", "r", {**LINUX, "instanceCount": 1}), *group(make, 3, **launch))
    without, _ = price(*group(make, 3, **launch))

    assert with_one["g"] == without["g"]


@pytest.mark.parametrize(
    "unsure", [{"availabilityZone": UNKNOWN}, {"instancePlatform": UNKNOWN}, {"instanceMatchCriteria": UNKNOWN}]
)
def test_a_reservation_that_may_match_may_take_in(make, price, unsure):
    found, _ = price(make("reservation", "r", {**LINUX, "instanceCount": 3, **unsure}), *group(make, 3))

    assert found["g"].monthly_usd == Interval(Decimal(0), 3 * HOUR * MONTH)


def test_a_reservation_of_an_unknown_type_takes_nothing_off(make, price):
    """It costs what nobody knows; what runs costs its price."""
    kept = make("reservation", "r", {**LINUX, "instanceCount": 3, "instanceType": UNKNOWN})
    found, _ = price(kept, *group(make, 3))

    assert found["r"].monthly_usd == OPEN
    assert found["g"].monthly_usd == Interval.exactly(3 * HOUR * MONTH)


def ec2_fleet(make, configs, **target):
    template = make("template", "t", {"imageId": "ami-1", "instanceType": KIND})
    inputs = {"launchTemplateConfigs": configs, "targetCapacitySpecification": target}
    return template, make("fleet", "f", inputs, uses={"launchTemplateConfigs": template})


NAMED = {"launchTemplateSpecification": {"launchTemplateId": UNKNOWN, "version": "$Latest"}}


@pytest.mark.parametrize(
    ("spot", "on_demand", "spots"),
    [
        pytest.param(4, 0, 4, id="all of it"),
        pytest.param(3, 1, 3, id="a part"),
        pytest.param(0, 4, 0, id="none"),
        pytest.param(None, 4, 0, id="not said"),
    ],
)
def test_what_the_spot_target_leaves_goes_to_the_default(make, price, spot, on_demand, spots):
    """`spotTargetCapacity` of four, the rest on demand by `defaultTargetCapacityType`."""
    target = {"totalTargetCapacity": 4, "defaultTargetCapacityType": "on-demand"}
    found, _ = price(*ec2_fleet(make, [NAMED], **target, **({} if spot is None else {"spotTargetCapacity": spot})))

    assert found["f"].monthly_usd == Interval.exactly((on_demand * HOUR + spots * SPOT[KIND]) * MONTH)


def test_an_unknown_spot_target_is_anything_between(make, price):
    target = {"totalTargetCapacity": 4, "defaultTargetCapacityType": "on-demand", "spotTargetCapacity": UNKNOWN}
    found, _ = price(*ec2_fleet(make, [NAMED], **target))

    assert found["f"].monthly_usd == Interval(4 * SPOT[KIND] * MONTH, 4 * HOUR * MONTH)


def test_a_fleet_of_capacity_blocks_is_billed_as_blocks(make, price):
    overrides = [{"instanceType": "p5.48xlarge"}]
    target = {"totalTargetCapacity": 2, "defaultTargetCapacityType": "capacity-block"}
    found, _ = price(*ec2_fleet(make, [{**NAMED, "overrides": overrides}], **target))

    assert found["f"].monthly_usd == Interval.exactly(2 * BLOCK["p5.48xlarge"] * MONTH)
    assert found["f"].purchase == "capacity_block"


SPOT_FLEET = "aws:ec2/spotFleetRequest:SpotFleetRequest"
NODES = {"clusterName": "c", "scalingConfig": {"minSize": 1, "maxSize": 1, "desiredSize": 1}}
CHOICES = {
    "a fleet's configurations": ("fleet", {"launchTemplateConfigs": UNKNOWN}),
    "a fleet's overrides": ("fleet", {"launchTemplateConfigs": [{**NAMED, "overrides": UNKNOWN}]}),
    "one of a fleet's overrides": (
        "fleet",
        {"launchTemplateConfigs": [{**NAMED, "overrides": [{"instanceType": KIND}, UNKNOWN]}]},
    ),
    "requirements instead of types": (
        "fleet",
        {"launchTemplateConfigs": [{**NAMED, "overrides": [{"instanceRequirements": {"vcpuCount": {"min": 2}}}]}]},
    ),
    "a spot fleet's specifications": (SPOT_FLEET, {"targetCapacity": 1, "launchSpecifications": UNKNOWN}),
    "one of a spot fleet's specifications": (SPOT_FLEET, {"targetCapacity": 1, "launchSpecifications": [UNKNOWN]}),
    "types of nodes": ("nodes", {**NODES, "instanceTypes": UNKNOWN}),
    "one of the types of nodes": ("nodes", {**NODES, "instanceTypes": [KIND, UNKNOWN], "capacityType": "SPOT"}),
}


@pytest.mark.parametrize("case", CHOICES)
def test_a_choice_that_is_not_known_has_no_upper_end(make, price, case):
    """Whatever else is named: AWS may launch what is not."""
    kind, inputs = CHOICES[case]
    target = {"totalTargetCapacity": 1, "defaultTargetCapacityType": "on-demand"}
    template = make("template", "t", {"imageId": "ami-1", "instanceType": KIND})
    inputs = {"targetCapacitySpecification": target, **inputs} if kind == "fleet" else inputs
    found, _ = price(template, make(kind, "s", inputs, uses={"launchTemplateConfigs": template}))

    assert found["s"].monthly_usd == OPEN


def test_nodes_are_of_the_types_that_are_said_and_of_eks_own_without(make, price):
    """The list first, else the template's type, else t3.medium with a volume of 20 GiB."""
    template = make("template", "t", {"imageId": "ami-1", "instanceType": KIND})
    named = {"launchTemplate": {"id": UNKNOWN, "version": "$Latest"}}
    plain, _ = price(make("nodes", "n", NODES))
    by_template, _ = price(template, make("nodes", "n", {**NODES, **named}, uses={"launchTemplate": template}))
    listed, _ = price(make("nodes", "n", {**NODES, "instanceTypes": ["c7i.4xlarge", KIND], "diskSize": 100}))
    gp3 = Decimal("0.08")

    assert plain["n"].monthly_usd == Interval.exactly(OD["t3.medium"] * MONTH + 20 * gp3)
    assert by_template["n"].monthly_usd == Interval.exactly(HOUR * MONTH)
    assert listed["n"].monthly_usd == Interval.exactly(OD["c7i.4xlarge"] * MONTH + 100 * gp3)
