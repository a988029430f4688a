"""What is not known, or what AWS chooses, spans an interval: both of its ends, worked out by hand."""

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


def _column(file, key, **where):
    with (DATA / file).open(newline="") as rows:
        found = [row for row in csv.DictReader(rows) if all(row[name] == value for name, value in where.items())]
    return {row[key]: Decimal(row["usd"]) for row in found}


OD = _column("on_demand/us-east-1.csv", "instance_type")
SPOT = _column("spot/us-east-1.csv", "instance_type", zone="")
EBS = _column("service_prices.csv", "item", region="us-east-1", service="ebs")
LARGE, SMALL = "m7i.4xlarge", "c7i.4xlarge"
"""Two types of sixteen vCPUs, the first dearer on demand and on spot."""


def spec(key="launchTemplateId"):
    return {key: UNKNOWN, "version": "$Latest"}


def group(make, template, low, high, overrides, **shares):
    policy = {
        "instancesDistribution": shares,
        "launchTemplate": {
            "launchTemplateSpecification": spec(),
            "overrides": [{"instanceType": kind} for kind in overrides],
        },
    }
    sizes = {"minSize": low, "maxSize": high}
    return make("group", "g", {**sizes, "mixedInstancesPolicy": policy}, uses={"mixedInstancesPolicy": template})


def test_the_prices_lie_as_the_tests_say():
    assert OD[LARGE] > OD[SMALL]
    assert SPOT[LARGE] > SPOT[SMALL]


def test_a_volume_without_a_type_is_of_the_type_that_the_image_says(make, price):
    """Gp3 or gp2, of one instance too: the dearer one is what may be billed."""
    inputs = {"ami": "ami-1", "instanceType": SMALL, "rootBlockDevice": {"volumeSize": 100}}
    found, _ = price(make("instance", "i", inputs))
    month = OD[SMALL] * MONTH

    assert found["i"].monthly_usd == Interval(month + 100 * EBS["gp3 storage"], month + 100 * EBS["gp2 storage"])


def test_an_unknown_base_may_be_nothing_or_everything(make, price):
    """Four on spot at least, four on demand at most."""
    template = make("template", "t", {"imageId": "ami-1", "instanceType": SMALL})
    shares = {"onDemandBaseCapacity": UNKNOWN, "onDemandPercentageAboveBaseCapacity": 0}
    found, _ = price(template, group(make, template, 4, 4, [SMALL], **shares))

    assert found["g"].monthly_usd == Interval(4 * SPOT[SMALL] * MONTH, 4 * OD[SMALL] * MONTH)


def test_an_unknown_base_of_an_unknown_size_has_no_upper_end(make, price):
    template = make("template", "t", {"imageId": "ami-1", "instanceType": SMALL})
    shares = {"onDemandBaseCapacity": UNKNOWN, "onDemandPercentageAboveBaseCapacity": 0}
    found, _ = price(template, group(make, template, 2, UNKNOWN, [SMALL], **shares))

    assert found["g"].monthly_usd == Interval(2 * SPOT[SMALL] * MONTH, 2 * OD[SMALL] * MONTH)
    assert found["g"].monthly_usd_at_max_scale.max is None


def test_an_unknown_base_may_be_all_of_the_largest_size(make, price):
    """Two on spot at least, six on demand at most, where neither the size nor the base is known."""
    template = make("template", "t", {"imageId": "ami-1", "instanceType": SMALL})
    shares = {"onDemandBaseCapacity": UNKNOWN, "onDemandPercentageAboveBaseCapacity": 0}
    sized = group(make, template, 2, 6, [SMALL], **shares)
    unsure = make("group", "g", {**sized.inputs, "desiredCapacity": UNKNOWN}, uses={"mixedInstancesPolicy": template})
    found, _ = price(template, unsure)

    assert found["g"].monthly_usd == Interval(2 * SPOT[SMALL] * MONTH, 6 * OD[SMALL] * MONTH)


def test_the_average_of_a_schedule_is_shared_out_as_it_is(make, price):
    """Half a month at three and half at none is one and a half, of which half is on demand: no instance is rounded."""
    template = make("template", "t", {"imageId": "ami-1", "instanceType": SMALL})
    sized = group(make, template, 0, 3, [SMALL], onDemandPercentageAboveBaseCapacity=50)
    times = {"up": ("0 0 * * *", 3), "down": ("0 12 * * *", 0)}
    actions = [
        make(
            "schedule",
            name,
            {"autoscalingGroupName": UNKNOWN, "recurrence": when, "desiredCapacity": size},
            uses={"autoscalingGroupName": sized},
        )
        for name, (when, size) in times.items()
    ]
    found, _ = price(template, sized, *actions)

    half = Decimal("0.75") * MONTH
    assert found["g"].monthly_usd == Interval.exactly(half * OD[SMALL] + half * SPOT[SMALL])


def test_spot_of_a_fleet_is_any_of_its_pools(make, price):
    """On demand a fleet takes the cheapest type; which pool of spot it takes is AWS's to say."""
    template = make("template", "t", {"imageId": "ami-1"})
    overrides = [{"instanceType": kind} for kind in (LARGE, SMALL)]
    block = {"launchTemplateSpecification": spec(), "overrides": overrides}
    ends = sorted((SPOT[LARGE], SPOT[SMALL]))
    for default, expected in (
        ("spot", Interval(2 * ends[0] * MONTH, 2 * ends[1] * MONTH)),
        ("on-demand", Interval.exactly(2 * OD[SMALL] * MONTH)),
    ):
        target = {"totalTargetCapacity": 2, "defaultTargetCapacityType": default}
        inputs = {"launchTemplateConfigs": [block], "targetCapacitySpecification": target}
        found, _ = price(template, make("fleet", "f", inputs, uses={"launchTemplateConfigs": template}))

        assert found["f"].monthly_usd == expected


def test_batch_takes_any_of_its_types(make, price):
    """Twenty vCPUs are two instances of either type; which one depends on the jobs."""
    inputs = {"type": "EC2", "minVcpus": 20, "maxVcpus": 20, "instanceTypes": [LARGE, SMALL]}
    found, _ = price(make("batch", "b", {"computeResources": inputs}))

    assert found["b"].monthly_usd == Interval(2 * OD[SMALL] * MONTH, 2 * OD[LARGE] * MONTH)


@pytest.mark.parametrize("bought", [UNKNOWN, "SOMETHING_NEW"])
def test_nodes_bought_in_an_unknown_way_have_no_upper_end(make, price, bought):
    """A capacity block of an accelerator costs another price than spot or on demand."""
    scaling = {"minSize": 1, "maxSize": 1, "desiredSize": 1}
    inputs = {"clusterName": "c", "instanceTypes": [SMALL], "scalingConfig": scaling, "capacityType": bought}
    found, _ = price(make("nodes", "n", inputs))

    assert found["n"].monthly_usd == OPEN


def test_an_override_whose_template_may_buy_in_any_way_leaves_the_group_open(make, price):
    plain = make("template", "t", {"imageId": "ami-1", "instanceType": SMALL}, id="lt-1")
    unsure = make("template", "u", {"imageId": "ami-1", "instanceMarketOptions": UNKNOWN}, id="lt-2")
    overrides = [{"instanceType": SMALL, "launchTemplateSpecification": {"launchTemplateId": "lt-2"}}]
    block = {"launchTemplateSpecification": {"launchTemplateId": "lt-1"}, "overrides": overrides}
    inputs = {"minSize": 1, "maxSize": 1, "mixedInstancesPolicy": {"launchTemplate": block}}
    found, _ = price(plain, unsure, make("group", "g", inputs))

    assert found["g"].monthly_usd == OPEN


def test_a_warm_pool_that_runs_causes_carbon_and_one_at_rest_none(make, price):
    """As many instances again as are in service, where they are kept running."""
    template = make("template", "t", {"imageId": "ami-1", "instanceType": SMALL})

    def carbon(pool):
        inputs = {"minSize": 1, "maxSize": 2, "launchTemplate": {"id": UNKNOWN}, **pool}
        return price(template, make("group", "g", inputs, uses={"launchTemplate": template}))[0]["g"].kg_co2e_per_month

    alone = carbon({})
    assert alone.min > 0
    assert carbon({"warmPool": {"poolState": "Running"}}) == alone * Decimal(2)
    assert carbon({"warmPool": {"poolState": "Stopped"}}) == alone
    assert carbon({"warmPool": {"poolState": UNKNOWN}}) == Interval(alone.min, (alone * Decimal(2)).max)


@pytest.mark.parametrize(
    "unsure",
    [
        {"rootBlockDevice": UNKNOWN},
        {"rootBlockDevice": {"volumeType": UNKNOWN, "volumeSize": 100}},
        {"rootBlockDevice": {"volumeType": "gp3", "volumeSize": UNKNOWN}},
        {"ebsBlockDevices": UNKNOWN},
        {"ebsBlockDevices": [{"deviceName": "/dev/sdb", "volumeType": "gp3", "snapshotId": "snap-1"}]},
        {"ebsBlockDevices": [{"deviceName": "/dev/sdb", "volumeType": "gp3", "volumeSize": 9, "throughput": UNKNOWN}]},
        {"ebsBlockDevices": [{"deviceName": "/dev/sdb", "volumeType": "io2", "volumeSize": 9, "iops": UNKNOWN}]},
    ],
)
def test_a_volume_that_is_not_known_has_no_upper_end(make, price, unsure):
    """Type, size, IOPS and throughput all cost; only the size of an image's own root volume is left to the image."""
    found, _ = price(make("instance", "i", {"ami": "ami-1", "instanceType": SMALL, **unsure}))

    assert found["i"].monthly_usd.min >= OD[SMALL] * MONTH
    assert found["i"].monthly_usd.max is None


def test_a_root_volume_of_the_images_own_size_is_named_and_not_guessed(make, price):
    for root in ({}, {"rootBlockDevice": {"encrypted": True}}):
        found, whole = price(make("instance", "i", {"ami": "ami-1", "instanceType": SMALL, **root}))

        assert found["i"].monthly_usd == Interval.exactly(OD[SMALL] * MONTH)
        assert "root volume of an instance: its size comes from the AMI" in whole.by_use

    sized = {"ami": "ami-1", "instanceType": SMALL, "rootBlockDevice": {"volumeType": "gp3", "volumeSize": 8}}
    assert price(make("instance", "i", sized))[1].by_use == []


@pytest.mark.parametrize("io", [{"iops": UNKNOWN}, {"throughput": UNKNOWN}])
def test_what_a_volume_type_does_not_bill_leaves_nothing_open(make, price, io):
    """IOPS of gp2 and throughput of st1 are part of the storage price."""
    found, _ = price(make("volume", "v", {"type": "gp2", "size": 100, "availabilityZone": "us-east-1a", **io}))

    assert found["v"].monthly_usd == Interval.exactly(100 * EBS["gp2 storage"])


def test_a_unit_of_capacity_costs_its_share_of_an_instance(make, price):
    """Eight units are two instances that count for four each, or eight that count for one, whatever an hour costs."""
    template = make("template", "t", {"imageId": "ami-1"})
    weights = {LARGE: "4", SMALL: "1"}
    overrides = [{"instanceType": kind, "weightedCapacity": weight} for kind, weight in weights.items()]
    block = {"launchTemplateSpecification": spec(), "overrides": overrides}
    for default, expected in (
        ("on-demand", Interval.exactly(2 * OD[LARGE] * MONTH)),
        ("spot", Interval(2 * SPOT[LARGE] * MONTH, 8 * SPOT[SMALL] * MONTH)),
    ):
        target = {"totalTargetCapacity": 8, "defaultTargetCapacityType": default}
        inputs = {"launchTemplateConfigs": [block], "targetCapacitySpecification": target}
        found, _ = price(template, make("fleet", "f", inputs, uses={"launchTemplateConfigs": template}))

        assert found["f"].monthly_usd == expected


def test_a_volume_with_each_instance_makes_many_small_ones_dear(make, price):
    """Eight units: eight of the type that is cheaper by the unit carry eight volumes of a TiB, two heavy ones two."""
    disk = {"deviceName": "/dev/xvda", "ebs": {"volumeType": "gp3", "volumeSize": 1024}}
    template = make("template", "t", {"imageId": "ami-1", "blockDeviceMappings": [disk]})
    overrides = [{"instanceType": "m7a.4xlarge", "weightedCapacity": "4"}, {"instanceType": "c6g.medium"}]
    block = {"launchTemplateSpecification": spec(), "overrides": overrides}
    target = {"totalTargetCapacity": 8, "defaultTargetCapacityType": "spot"}
    inputs = {"launchTemplateConfigs": [block], "targetCapacitySpecification": target}
    found, _ = price(template, make("fleet", "f", inputs, uses={"launchTemplateConfigs": template}))
    disks = 1024 * EBS["gp3 storage"]

    assert SPOT["c6g.medium"] < SPOT["m7a.4xlarge"] / 4
    ends = [2 * (SPOT["m7a.4xlarge"] * MONTH + disks), 8 * (SPOT["c6g.medium"] * MONTH + disks)]
    assert found["f"].monthly_usd == Interval(min(ends), max(ends))


def test_one_unit_of_a_heavy_type_is_a_whole_instance(make, price):
    """By the unit the heavy one is cheaper; for the last unit it is not, and either may be launched."""
    template = make("template", "t", {"imageId": "ami-1"})
    overrides = [{"instanceType": LARGE, "weightedCapacity": "2"}, {"instanceType": SMALL, "weightedCapacity": "1"}]
    block = {"launchTemplateSpecification": spec(), "overrides": overrides}
    target = {"totalTargetCapacity": 1, "defaultTargetCapacityType": "spot"}
    inputs = {"launchTemplateConfigs": [block], "targetCapacitySpecification": target}
    found, _ = price(template, make("fleet", "f", inputs, uses={"launchTemplateConfigs": template}))

    assert SPOT[LARGE] / 2 < SPOT[SMALL]
    assert found["f"].monthly_usd == Interval(SPOT[SMALL] * MONTH, SPOT[LARGE] * MONTH)


def test_the_cheapest_pool_is_found_among_three_weights(make, price):
    """Twelve units: three of weight 4, four of weight 3, or twelve of weight 1."""
    template = make("template", "t", {"imageId": "ami-1"})
    weights = {SMALL: "4", "m7a.4xlarge": "3", LARGE: "1"}
    overrides = [{"instanceType": kind, "weightedCapacity": weight} for kind, weight in weights.items()]
    block = {"launchTemplateSpecification": spec(), "overrides": overrides}
    target = {"totalTargetCapacity": 12, "defaultTargetCapacityType": "spot"}
    inputs = {"launchTemplateConfigs": [block], "targetCapacitySpecification": target}
    found, _ = price(template, make("fleet", "f", inputs, uses={"launchTemplateConfigs": template}))

    assert found["f"].monthly_usd == Interval(3 * SPOT[SMALL] * MONTH, 12 * SPOT[LARGE] * MONTH)


@pytest.mark.parametrize(
    ("volume", "lines"),
    [
        ({"type": "gp3", "size": 100, "iops": 3000, "throughput": 125}, {"EBS gp3 storage": 100}),
        (
            {"type": "gp3", "size": 100, "iops": 3001, "throughput": 126},
            {"EBS gp3 storage": 100, "EBS gp3 IOPS above 3000": 1, "EBS gp3 throughput above 125 MiB/s": 1},
        ),
        ({"type": "io2", "size": 100, "iops": 32000}, {"EBS io2 storage": 100, "EBS io2 IOPS up to 32000": 32000}),
        ({"type": "io1", "size": 100, "iops": 64000}, {"EBS io1 storage": 100, "EBS io1 IOPS": 64000}),
        ({"type": "gp2", "size": 100, "iops": 300}, {"EBS gp2 storage": 100}),
        ({"type": "st1", "size": 500}, {"EBS st1 storage": 500}),
    ],
)
def test_a_volume_is_billed_from_the_first_unit_beyond_what_is_included(make, price, volume, lines):
    """At the limit nothing is added, and nothing is missing of what has a price."""
    found, whole = price(make("volume", "v", {**volume, "availabilityZone": "us-east-1a"}))

    assert {line.what: line.quantity for line in found["v"].lines} == lines
    assert found["v"].monthly_usd.is_exact
    assert found["v"].unpriced_reason is None
    assert whole.by_use == []


def test_magnetic_volumes_are_charged_by_request_too(make, price):
    _, whole = price(make("volume", "v", {"type": "standard", "size": 10, "availabilityZone": "us-east-1a"}))

    assert whole.by_use == ["I/O requests of magnetic volumes"]


def test_a_volume_type_that_there_is_not_leaves_the_instance_its_price(make, price):
    """AWS refuses the program: the amount is that of the rest, and the word that is wrong is named."""
    root = {"volumeType": "GP3", "volumeSize": 100}
    found, _ = price(make("instance", "i", {"ami": "ami-1", "instanceType": SMALL, "rootBlockDevice": root}))

    assert found["i"].monthly_usd == Interval.exactly(OD[SMALL] * MONTH)
    assert found["i"].unpriced_reason == "EBS has no volume type 'GP3'"


def test_a_warm_pool_of_a_group_of_unknown_size_has_no_upper_end(make, price):
    """Its own minimum is known, and is what it keeps at least."""
    template = make("template", "t", {"imageId": "ami-1", "instanceType": SMALL})
    pool = {"poolState": "Running", "minSize": 3, "maxGroupPreparedCapacity": 5}
    sizes = {"minSize": 1, "maxSize": UNKNOWN, "desiredCapacity": UNKNOWN}
    inputs = {**sizes, "launchTemplate": {"id": UNKNOWN}, "warmPool": pool}
    found, _ = price(template, make("group", "g", inputs, uses={"launchTemplate": template}))

    assert found["g"].monthly_usd == Interval(4 * OD[SMALL] * MONTH, None)


HOST = "aws:ec2/dedicatedHost:DedicatedHost"
BLOCK = "aws:ec2/capacityBlockReservation:CapacityBlockReservation"
BALANCER = "aws:lb/loadBalancer:LoadBalancer"
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
NOT_KNOWN = {
    "a host of an unknown type": (HOST, {"instanceType": UNKNOWN}),
    "a host of an unknown family": (HOST, {"instanceFamily": UNKNOWN}),
    "a block that is not bought": (BLOCK, {"capacityBlockOfferingId": "cbo-1"}),
    "a block of an unknown type": (BLOCK, {"instanceType": UNKNOWN, "instanceCount": 1}),
    "a balancer of an unknown kind": (BALANCER, {"loadBalancerType": UNKNOWN}),
    "an endpoint of an unknown kind": (ENDPOINT, {"vpcEndpointType": UNKNOWN}),
    "a gateway in an unknown region": ("aws:ec2/natGateway:NatGateway", {"region": UNKNOWN}),
    "an address in an unknown region": ("aws:ec2/eip:Eip", {"region": UNKNOWN}),
    "a cluster in an unknown region": ("aws:eks/cluster:Cluster", {"region": UNKNOWN}),
    "a volume in an unknown region": ("volume", {"type": "gp3", "size": 1, "region": UNKNOWN}),
    "an instance in an unknown region": ("instance", {"ami": "ami-1", "instanceType": SMALL, "region": UNKNOWN}),
}


@pytest.mark.parametrize("case", NOT_KNOWN)
def test_what_is_not_known_may_cost_anything(make, price, case):
    """Never nothing, and never the price of a guess."""
    kind, inputs = NOT_KNOWN[case]
    found, whole = price(make(kind, "s", inputs))

    assert found["s"].monthly_usd == OPEN
    assert found["s"].monthly_usd_at_max_scale == OPEN
    assert whole.cost.monthly_usd == OPEN


def test_a_regional_gateway_costs_a_zone_at_least(make, price):
    """It runs in as many zones as it serves: https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateways-regional.html."""
    hour = _column("service_prices.csv", "item", region="us-east-1", service="vpc")["NAT gateway"]
    for mode, expected in (
        ("zonal", Interval.exactly(hour * MONTH)),
        ("regional", Interval(hour * MONTH, None)),
        (UNKNOWN, Interval(hour * MONTH, None)),
    ):
        found, _ = price(make("aws:ec2/natGateway:NatGateway", "n", {"availabilityMode": mode}))

        assert found["n"].monthly_usd == expected


@pytest.mark.parametrize(
    ("times", "hours"),
    [
        ({"startDate": "2026-12-01T11:30:00Z", "endDate": "2026-12-02T11:30:00Z"}, 24),
        ({"startDate": "2026-12-01T11:30:00Z", "endDate": "2027-06-01T11:30:00Z"}, MONTH),
        ({"startDate": "2026-12-01T11:30:00Z"}, MONTH),
        ({}, MONTH),
    ],
)
def test_a_block_is_paid_for_as_long_as_it_lasts_and_a_month_at_most(make, price, times, hours):
    hour = _column("capacity_blocks.csv", "instance_type", region="us-east-1", zone="")["p5.48xlarge"]
    found, _ = price(make(BLOCK, "b", {"instanceType": "p5.48xlarge", "instanceCount": 2, **times}))

    assert found["b"].monthly_usd == Interval.exactly(2 * hour * hours)


def test_hours_of_the_month_are_counted_as_the_tag_says(make, price):
    """No more than there are, nothing for none, and every amount of them where the tag is not known."""
    cases = {"100": 100, "0": 0, "730": MONTH, "9999": MONTH}
    for value, hours in cases.items():
        tagged = {"ami": "ami-1", "instanceType": SMALL, "tags": {"fleet:hours-per-month": value}}
        assert price(make("instance", "i", tagged))[0]["i"].monthly_usd == Interval.exactly(OD[SMALL] * hours)
    for value in (UNKNOWN, "often", "-3"):
        tagged = {"ami": "ami-1", "instanceType": SMALL, "tags": {"fleet:hours-per-month": value}}
        assert price(make("instance", "i", tagged))[0]["i"].monthly_usd == Interval(Decimal(0), OD[SMALL] * MONTH)
    untold = {"ami": "ami-1", "instanceType": SMALL, "tags": UNKNOWN}
    assert price(make("instance", "i", untold))[0]["i"].monthly_usd == Interval(Decimal(0), OD[SMALL] * MONTH)
