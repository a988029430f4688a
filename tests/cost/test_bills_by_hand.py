"""What AWS bills for the shapes that people write, worked out by hand: prices from the files, arithmetic written out.

Nothing here asks the catalog or the estimate what to expect. Each case says which rule of AWS's billing it holds to.
"""

import csv
from decimal import Decimal
from pathlib import Path

import pytest

import fleet.catalog
from fleet.interval import Interval
from fleet.stack.model import UNKNOWN

DATA = Path(fleet.catalog.__file__).parent / "data"
MONTH = 730


def _column(file, key, **where):
    with (DATA / file).open(newline="") as rows:
        return {
            row[key]: Decimal(row["usd"])
            for row in csv.DictReader(rows)
            if all(row[name] == value for name, value in where.items())
        }


OD = _column("on_demand/us-east-1.csv", "instance_type")
SPOT = _column("spot/us-east-1.csv", "instance_type", zone="")
HOST = _column("hosts.csv", "instance_type", region="us-east-1")
BLOCK = _column("capacity_blocks.csv", "instance_type", region="us-east-1", zone="")
EBS = _column("service_prices.csv", "item", region="us-east-1", service="ebs")
VPC = _column("service_prices.csv", "item", region="us-east-1", service="vpc")
ELB = _column("service_prices.csv", "item", region="us-east-1", service="elb")
EKS = _column("service_prices.csv", "item", region="us-east-1", service="eks")
GP3, GP2 = EBS["gp3 storage"], EBS["gp2 storage"]
ADDRESS = VPC["Elastic IP not in use"]


def lt(**inputs):
    return {"imageId": "ami-1", **inputs}


def mixed(overrides, **distribution):
    specification = {"launchTemplateId": UNKNOWN, "version": "$Latest"}
    return {
        "mixedInstancesPolicy": {
            "instancesDistribution": distribution,
            "launchTemplate": {"launchTemplateSpecification": specification, "overrides": overrides},
        }
    }


def sized(low, high, desired=None):
    return {"minSize": low, "maxSize": high} | ({} if desired is None else {"desiredCapacity": desired})


INSTANCES = {
    "on demand": ({"instanceType": "m7g.large"}, OD["m7g.large"] * MONTH),
    "bare metal": ({"instanceType": "c7g.metal"}, OD["c7g.metal"] * MONTH),
    "an accelerator": ({"instanceType": "g6e.xlarge"}, OD["g6e.xlarge"] * MONTH),
    "tenancy default is shared": ({"instanceType": "m7g.large", "tenancy": "default"}, OD["m7g.large"] * MONTH),
    "burstable, credits apart": ({"instanceType": "t3.large"}, OD["t3.large"] * MONTH),
    "spot": (
        {"instanceType": "c7a.xlarge", "instanceMarketOptions": {"marketType": "spot"}},
        SPOT["c7a.xlarge"] * MONTH,
    ),
    "spot without the word": (
        {"instanceType": "c7a.xlarge", "instanceMarketOptions": {"spotOptions": {"maxPrice": "1"}}},
        SPOT["c7a.xlarge"] * MONTH,
    ),
    "in a capacity block": (
        {"instanceType": "p5.48xlarge", "instanceMarketOptions": {"marketType": "capacity-block"}},
        BLOCK["p5.48xlarge"] * MONTH,
    ),
    "gp3 with IOPS and throughput": (
        {
            "instanceType": "m7g.large",
            "rootBlockDevice": {"volumeType": "gp3", "volumeSize": 200, "iops": 5000, "throughput": 300},
        },
        OD["m7g.large"] * MONTH
        + 200 * GP3
        + 2000 * EBS["gp3 IOPS above 3000"]
        + 175 * EBS["gp3 throughput above 125 MiB/s"],
    ),
    "gp3 with what is included": (
        {
            "instanceType": "m7g.large",
            "rootBlockDevice": {"volumeType": "gp3", "volumeSize": 8, "iops": 3000, "throughput": 125},
        },
        OD["m7g.large"] * MONTH + 8 * GP3,
    ),
    "several volumes": (
        {
            "instanceType": "m7g.large",
            "rootBlockDevice": {"volumeType": "gp3", "volumeSize": 20},
            "ebsBlockDevices": [
                {"deviceName": "/dev/sdb", "volumeType": "st1", "volumeSize": 500},
                {"deviceName": "/dev/sdc", "volumeType": "io1", "volumeSize": 100, "iops": 2000},
            ],
        },
        OD["m7g.large"] * MONTH
        + 20 * GP3
        + 500 * EBS["st1 storage"]
        + 100 * EBS["io1 storage"]
        + 2000 * EBS["io1 IOPS"],
    ),
    "a Mac on its host is billed as the host": (
        {"instanceType": "mac2.metal", "tenancy": "host", "hostId": UNKNOWN},
        Decimal(0),
    ),
    "a known part of the month": (
        {"instanceType": "p5.48xlarge", "tags": {"fleet:hours-per-month": "336"}},
        OD["p5.48xlarge"] * 336,
    ),
}


@pytest.mark.parametrize("case", INSTANCES)
def test_an_instance(make, price, case):
    """One instance for the month, in the way it is bought, with its volumes."""
    inputs, expected = INSTANCES[case]
    found, _ = price(make("instance", "i", {"ami": "ami-1", **inputs}))

    assert found["i"].monthly_usd == Interval.exactly(expected)


NOT_LINUX = "resolve:ssm:/aws/service/ami-windows-latest/Windows_Server-2022-English-Full-Base"
UNPRICED = {
    "Windows on demand": {"instanceType": "m7i.large", "ami": NOT_LINUX},
    "Windows on spot": {
        "instanceType": "m7i.4xlarge",
        "ami": NOT_LINUX,
        "instanceMarketOptions": {"marketType": "spot"},
    },
    "RHEL": {"instanceType": "m7i.large", "ami": "resolve:ssm:/aws/service/rhel/9/latest"},
    "Ubuntu Pro": {
        "instanceType": "m7i.large",
        "ami": "resolve:ssm:/aws/service/canonical/ubuntu/pro-server/22.04/stable/current/amd64/hvm/ebs-gp2/ami-id",
    },
    "dedicated tenancy": {"instanceType": "m7g.large", "tenancy": "dedicated"},
    "dedicated tenancy on spot": {
        "instanceType": "c7a.xlarge",
        "tenancy": "dedicated",
        "instanceMarketOptions": {"marketType": "spot"},
    },
    "no list price": {"instanceType": "trn2.48xlarge"},
}


@pytest.mark.parametrize("case", UNPRICED)
def test_what_linux_prices_do_not_hold_for_is_unpriced(make, price, case):
    """Another operating system or tenancy has prices of its own, also on spot: Linux's would be too low."""
    found, whole = price(make("instance", "i", {"ami": "ami-1", **UNPRICED[case]}))

    assert found["i"].monthly_usd is None
    assert whole.unpriced[0].count == 1


GROUPS = {
    "desired capacity": ({**sized(1, 9, 4)}, {}, 4 * OD["m7g.large"], 9 * OD["m7g.large"]),
    "minimum without a desired capacity": ({**sized(2, 9)}, {}, 2 * OD["m7g.large"], 9 * OD["m7g.large"]),
    "zero desired": ({**sized(0, 9, 0)}, {}, Decimal(0), 9 * OD["m7g.large"]),
    "zero at most": ({**sized(0, 0)}, {}, Decimal(0), Decimal(0)),
    "the first override on demand": (
        {**sized(3, 3), **mixed([{"instanceType": "r7g.large"}, {"instanceType": "m7g.large"}])},
        {},
        3 * OD["r7g.large"],
        3 * OD["r7g.large"],
    ),
    "the cheapest by strategy": (
        {
            **sized(3, 3),
            **mixed(
                [{"instanceType": "r7g.large"}, {"instanceType": "m7g.large"}],
                onDemandAllocationStrategy="lowest-price",
            ),
        },
        {},
        3 * OD["m7g.large"],
        3 * OD["m7g.large"],
    ),
    "the template's type without overrides": (
        {**sized(2, 2), **mixed([])},
        {},
        2 * OD["m7g.large"],
        2 * OD["m7g.large"],
    ),
    "all spot": (
        {**sized(5, 5), **mixed([{"instanceType": "c7a.xlarge"}], onDemandPercentageAboveBaseCapacity=0)},
        {},
        5 * SPOT["c7a.xlarge"],
        5 * SPOT["c7a.xlarge"],
    ),
    "a base on demand, the rest spot": (
        {
            **sized(5, 10, 5),
            **mixed([{"instanceType": "c7a.xlarge"}], onDemandBaseCapacity=2, onDemandPercentageAboveBaseCapacity=0),
        },
        {},
        2 * OD["c7a.xlarge"] + 3 * SPOT["c7a.xlarge"],
        2 * OD["c7a.xlarge"] + 8 * SPOT["c7a.xlarge"],
    ),
    "a share that does not divide goes to on demand": (
        {**sized(5, 5), **mixed([{"instanceType": "c7a.xlarge"}], onDemandPercentageAboveBaseCapacity=50)},
        {},
        3 * OD["c7a.xlarge"] + 2 * SPOT["c7a.xlarge"],
        3 * OD["c7a.xlarge"] + 2 * SPOT["c7a.xlarge"],
    ),
    "a base beyond the capacity": (
        {
            **sized(1, 3, 1),
            **mixed([{"instanceType": "c7a.xlarge"}], onDemandBaseCapacity=2, onDemandPercentageAboveBaseCapacity=0),
        },
        {},
        OD["c7a.xlarge"],
        2 * OD["c7a.xlarge"] + SPOT["c7a.xlarge"],
    ),
    "weights": (
        {**sized(8, 16, 8), **mixed([{"instanceType": "m7g.xlarge", "weightedCapacity": "4"}])},
        {},
        2 * OD["m7g.xlarge"],
        4 * OD["m7g.xlarge"],
    ),
    "weights that overshoot": (
        {**sized(10, 10), **mixed([{"instanceType": "m7g.xlarge", "weightedCapacity": "4"}])},
        {},
        3 * OD["m7g.xlarge"],
        3 * OD["m7g.xlarge"],
    ),
    "weighted spot above a weighted base": (
        {
            **sized(12, 12),
            **mixed(
                [{"instanceType": "c7a.xlarge", "weightedCapacity": "4"}],
                onDemandBaseCapacity=4,
                onDemandPercentageAboveBaseCapacity=0,
            ),
        },
        {},
        OD["c7a.xlarge"] + 2 * SPOT["c7a.xlarge"],
        OD["c7a.xlarge"] + 2 * SPOT["c7a.xlarge"],
    ),
    "spot by the template": (
        {**sized(2, 2)},
        {"instanceType": "c7a.xlarge", "instanceMarketOptions": {"marketType": "spot"}},
        2 * SPOT["c7a.xlarge"],
        2 * SPOT["c7a.xlarge"],
    ),
    "Macs of a host resource group are hosts": (
        {**sized(2, 3, 2)},
        {"instanceType": "mac2.metal", "placement": {"hostResourceGroupArn": "arn:aws:x", "tenancy": "host"}},
        2 * HOST["mac2.metal"],
        3 * HOST["mac2.metal"],
    ),
}


@pytest.mark.parametrize("case", GROUPS)
def test_an_auto_scaling_group(make, price, case):
    """Desired capacity and maximum, split and weighted as Auto Scaling does it."""
    inputs, template, now, most = GROUPS[case]
    launch = make("template", "lt", lt(**{"instanceType": "m7g.large", **template}))
    uses = {"launchTemplate": launch, "mixedInstancesPolicy": launch}
    group = make("group", "g", {"launchTemplate": {"id": UNKNOWN}, **inputs}, uses=uses)
    found, _ = price(launch, group)

    assert found["g"].monthly_usd == Interval.exactly(now * MONTH)
    assert found["g"].monthly_usd_at_max_scale == Interval.exactly(most * MONTH)


def test_volumes_of_a_template_are_billed_with_each_instance(make, price):
    """Three instances, three roots and three data volumes."""
    mappings = [
        {"deviceName": "/dev/xvda", "ebs": {"volumeType": "gp3", "volumeSize": 30}},
        {"deviceName": "/dev/sdb", "ebs": {"volumeType": "gp2", "volumeSize": 100}},
        {"deviceName": "/dev/sdc", "virtualName": "ephemeral0"},
    ]
    launch = make("template", "lt", lt(instanceType="m7g.large", blockDeviceMappings=mappings))
    group = make("group", "g", {"launchTemplate": {"id": UNKNOWN}, **sized(3, 3)}, uses={"launchTemplate": launch})
    found, _ = price(launch, group)

    assert found["g"].monthly_usd == Interval.exactly(3 * (OD["m7g.large"] * MONTH + 30 * GP3 + 100 * GP2))


def test_a_schedule_that_raises_the_maximum_raises_what_is_billed_at_most(make, price):
    """An action sets minimum, maximum and desired capacity: the group grows beyond the maximum it was written with."""
    launch = make("template", "lt", lt(instanceType="m7g.large"))
    group = make("group", "g", {"launchTemplate": {"id": UNKNOWN}, **sized(0, 0)}, uses={"launchTemplate": launch})
    actions = {
        "up": {"recurrence": "0 0 * * 1", "minSize": 4, "maxSize": 6, "desiredCapacity": 4},
        "down": {"recurrence": "0 0 * * 2", "minSize": 0, "maxSize": 0, "desiredCapacity": 0},
    }
    timed = [
        make("schedule", name, {"autoscalingGroupName": UNKNOWN, **action}, uses={"autoscalingGroupName": group})
        for name, action in actions.items()
    ]
    found, _ = price(launch, group, *timed)
    days = 52  # Mondays of 2026

    assert found["g"].monthly_usd == Interval.exactly(4 * OD["m7g.large"] * MONTH * days / 365)
    assert found["g"].monthly_usd_at_max_scale == Interval.exactly(6 * OD["m7g.large"] * MONTH)


TARGETS = {
    "all spot": ({"totalTargetCapacity": 4, "defaultTargetCapacityType": "spot"}, 4 * SPOT["c7a.xlarge"]),
    "all on demand": ({"totalTargetCapacity": 4, "defaultTargetCapacityType": "on-demand"}, 4 * OD["c7a.xlarge"]),
    "some on demand, the rest spot": (
        {"totalTargetCapacity": 4, "onDemandTargetCapacity": 1, "defaultTargetCapacityType": "spot"},
        OD["c7a.xlarge"] + 3 * SPOT["c7a.xlarge"],
    ),
    "some spot, the rest on demand": (
        {"totalTargetCapacity": 10, "spotTargetCapacity": 4, "defaultTargetCapacityType": "on-demand"},
        6 * OD["c7a.xlarge"] + 4 * SPOT["c7a.xlarge"],
    ),
    "both, and the rest by default on demand": (
        {
            "totalTargetCapacity": 10,
            "onDemandTargetCapacity": 3,
            "spotTargetCapacity": 4,
            "defaultTargetCapacityType": "on-demand",
        },
        6 * OD["c7a.xlarge"] + 4 * SPOT["c7a.xlarge"],
    ),
    "both, and the rest by default spot": (
        {
            "totalTargetCapacity": 10,
            "onDemandTargetCapacity": 3,
            "spotTargetCapacity": 4,
            "defaultTargetCapacityType": "spot",
        },
        3 * OD["c7a.xlarge"] + 7 * SPOT["c7a.xlarge"],
    ),
    "zeros that a provider writes": (
        {
            "totalTargetCapacity": 2,
            "onDemandTargetCapacity": 0,
            "spotTargetCapacity": 0,
            "defaultTargetCapacityType": "on-demand",
        },
        2 * OD["c7a.xlarge"],
    ),
    "nothing": ({"totalTargetCapacity": 0, "defaultTargetCapacityType": "spot"}, Decimal(0)),
}


@pytest.mark.parametrize("case", TARGETS)
def test_an_ec2_fleet(make, price, case):
    """Targets on demand and spot, what is left over going to the default."""
    target, expected = TARGETS[case]
    launch = make("template", "lt", lt(instanceType="c7a.xlarge"))
    configs = [{"launchTemplateSpecification": {"launchTemplateId": UNKNOWN, "version": "1"}}]
    inputs = {"launchTemplateConfigs": configs, "targetCapacitySpecification": target}
    found, _ = price(launch, make("fleet", "f", inputs, uses={"launchTemplateConfigs": launch}))

    assert found["f"].monthly_usd == Interval.exactly(expected * MONTH)


def test_a_spot_request_and_a_spot_fleet(make, price):
    """The spot price, whatever the maximum price is; a fleet's on-demand target is on demand."""
    request = make(
        "aws:ec2/spotInstanceRequest:SpotInstanceRequest", "r", {"instanceType": "c7a.xlarge", "spotPrice": "1"}
    )
    specification = {"ami": "ami-1", "instanceType": "c7a.xlarge"}
    fleet = {"targetCapacity": 5, "onDemandTargetCapacity": 2, "launchSpecifications": [specification]}
    found, _ = price(request, make("aws:ec2/spotFleetRequest:SpotFleetRequest", "f", fleet))

    assert found["r"].monthly_usd == Interval.exactly(SPOT["c7a.xlarge"] * MONTH)
    assert found["f"].monthly_usd == Interval.exactly((2 * OD["c7a.xlarge"] + 3 * SPOT["c7a.xlarge"]) * MONTH)


VOLUMES = {
    "gp3": ({"type": "gp3", "size": 100}, 100 * GP3),
    "gp2": ({"type": "gp2", "size": 100}, 100 * GP2),
    "gp2 by default": ({"size": 100}, 100 * GP2),
    "io1": ({"type": "io1", "size": 100, "iops": 5000}, 100 * EBS["io1 storage"] + 5000 * EBS["io1 IOPS"]),
    "io2": (
        {"type": "io2", "size": 100, "iops": 32000},
        100 * EBS["io2 storage"] + 32000 * EBS["io2 IOPS up to 32000"],
    ),
    "st1": ({"type": "st1", "size": 500}, 500 * EBS["st1 storage"]),
    "sc1": ({"type": "sc1", "size": 500}, 500 * EBS["sc1 storage"]),
    "magnetic": ({"type": "standard", "size": 10}, 10 * EBS["standard (magnetic) storage"]),
    "throughput is gp3's only": ({"type": "gp2", "size": 10, "throughput": 500}, 10 * GP2),
}


@pytest.mark.parametrize("case", VOLUMES)
def test_a_volume(make, price, case):
    """By size, and by IOPS and throughput where the type bills them."""
    inputs, expected = VOLUMES[case]
    found, _ = price(make("volume", "v", {"availabilityZone": "us-east-1a", **inputs}))

    assert found["v"].monthly_usd == Interval.exactly(expected)


def test_io2_beyond_the_first_tier_says_what_it_leaves_out(make, price):
    """The first 32,000 IOPS are priced; the others have no sourced price, and are named."""
    found, whole = price(make("volume", "v", {"type": "io2", "size": 100, "iops": 40000}))

    assert found["v"].monthly_usd.min == 100 * EBS["io2 storage"] + 32000 * EBS["io2 IOPS up to 32000"]
    assert "above 32000" in found["v"].unpriced_reason
    assert whole.unpriced[0].count == 1


@pytest.mark.parametrize("kind", ["io1", "io2"])
def test_provisioned_iops_that_nobody_stated_have_no_upper_end(make, price, kind):
    """AWS wants a number of IOPS for these types: without it the amount is not known."""
    found, _ = price(make("volume", "v", {"type": kind, "size": 100}))

    assert found["v"].monthly_usd == Interval(100 * EBS[f"{kind} storage"], None)


HOSTS = {
    "by type": ({"instanceType": "mac-m4.metal"}, HOST["mac-m4.metal"] * MONTH),
    "by family": ({"instanceFamily": "mac2-m2"}, HOST["mac2-m2.metal"] * MONTH),
    "a working week": (
        {"instanceType": "mac2.metal", "tags": {"fleet:hours-per-month": "200"}},
        HOST["mac2.metal"] * 200,
    ),
    "an hour is a day": (
        {"instanceType": "mac2.metal", "tags": {"fleet:hours-per-month": "1"}},
        HOST["mac2.metal"] * 24,
    ),
}


@pytest.mark.parametrize("case", HOSTS)
def test_a_mac_host(make, price, case):
    """By the hour of the host, at least 24 hours."""
    inputs, expected = HOSTS[case]
    found, _ = price(make("host", "h", {"availabilityZone": "us-east-1a", **inputs}))

    assert found["h"].monthly_usd == Interval.exactly(expected)


def test_a_host_without_a_known_price_is_unpriced(make, price):
    """Hosts of other families have prices that nobody here knows."""
    found, _ = price(make("host", "h", {"instanceFamily": "m7g"}))

    assert found["h"].monthly_usd is None


RESERVATION = {"instanceType": "m7g.large", "instancePlatform": "Linux/UNIX", "availabilityZone": "us-east-1a"}


def test_a_reservation_is_billed_once_with_what_runs_in_it(make, price):
    """Used or not, a reservation costs what its instances would; the instances that target it cost nothing more."""
    reservation = make("reservation", "r", {**RESERVATION, "instanceCount": 3, "instanceMatchCriteria": "targeted"})
    target = {"capacityReservationTarget": {"capacityReservationId": UNKNOWN}}
    inside = make(
        "instance",
        "inside",
        {"ami": "ami-1", "instanceType": "m7g.large", "capacityReservationSpecification": target},
        uses={"capacityReservationSpecification": reservation},
    )
    outside = make("instance", "outside", {"ami": "ami-1", "instanceType": "m7g.large"})
    found, _ = price(reservation, inside, outside)

    assert found["r"].monthly_usd == Interval.exactly(3 * OD["m7g.large"] * MONTH)
    assert found["inside"].monthly_usd == Interval.exactly(Decimal(0))
    assert found["outside"].monthly_usd == Interval.exactly(OD["m7g.large"] * MONTH)


def test_an_open_reservation_may_take_in_any_instance_that_matches(make, price):
    """Criteria `open` are the default: an instance of its type and zone runs in it without saying so."""
    reservation = make("reservation", "r", {**RESERVATION, "instanceCount": 1})
    same = {"ami": "ami-1", "instanceType": "m7g.large"}
    placed = make("instance", "placed", {**same, "availabilityZone": "us-east-1a"})
    elsewhere = make("instance", "elsewhere", {**same, "availabilityZone": "us-east-1b"})
    other = make("instance", "other", {"ami": "ami-1", "instanceType": "c7g.large", "availabilityZone": "us-east-1a"})
    found, _ = price(reservation, placed, elsewhere, other)

    assert found["placed"].monthly_usd == Interval(Decimal(0), OD["m7g.large"] * MONTH)
    assert found["elsewhere"].monthly_usd == Interval.exactly(OD["m7g.large"] * MONTH)
    assert found["other"].monthly_usd == Interval.exactly(OD["c7g.large"] * MONTH)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        pytest.param({"tenancy": "dedicated"}, None, id="dedicated tenancy"),
        pytest.param({"instancePlatform": "Windows"}, None, id="Windows"),
        pytest.param({"tenancy": UNKNOWN}, Interval(Decimal(0), None), id="a tenancy that is not known"),
        pytest.param({"instanceCount": UNKNOWN}, Interval(Decimal(0), None), id="a number that is not known"),
    ],
)
def test_a_reservation_of_what_is_not_known(make, price, more, expected):
    """Linux prices hold for Linux on shared hardware only."""
    found, _ = price(make("reservation", "r", {**RESERVATION, "instanceCount": 3, **more}))

    assert found["r"].monthly_usd == expected


@pytest.mark.parametrize(
    "other",
    [
        {"region": "eu-west-1", "availabilityZone": "eu-west-1a"},
        {"instancePlatform": "Windows"},
        {"tenancy": "dedicated"},
        {"instanceMatchCriteria": "targeted"},
        {"availabilityZone": "us-east-1b"},
    ],
)
def test_a_reservation_for_something_else_takes_in_nothing(make, price, other):
    """Region, platform, tenancy and zone must match, or the instance is billed beside the reservation."""
    reserved = {"instanceType": "m7g.large", "instanceCount": 2, "instancePlatform": "Linux/UNIX", **other}
    runs = make("instance", "i", {"ami": "ami-1", "instanceType": "m7g.large", "availabilityZone": "us-east-1a"})
    found, _ = price(make("reservation", "r", reserved), runs)

    assert found["i"].monthly_usd == Interval.exactly(OD["m7g.large"] * MONTH)


@pytest.mark.parametrize("zone", ["us-east-1-dfw-2a", "us-east-1-wl1-bos-wlz-1"])
def test_local_and_wavelength_zones_have_prices_of_their_own(make, price, zone):
    """Prices of the region do not hold there, and none of theirs are known."""
    subnet = make("aws:ec2/subnet:Subnet", "s", {"availabilityZone": zone}, id="subnet-1")
    placed = [
        make("instance", "by zone", {"ami": "ami-1", "instanceType": "m7g.large", "availabilityZone": zone}),
        make("instance", "by subnet", {"ami": "ami-1", "instanceType": "m7g.large", "subnetId": "subnet-1"}),
        make("volume", "volume", {"type": "gp3", "size": 100, "availabilityZone": zone}),
    ]
    found, _ = price(subnet, *placed)

    for resource in placed:
        assert found[resource.name].monthly_usd is None
        assert zone in found[resource.name].unpriced_reason


def test_types_further_down_the_list_are_named_beside_spot_too(make, price):
    """Where AWS has no capacity of the first type, its on-demand part takes the next one, which may be dearer."""
    overrides = [{"instanceType": "m7g.large"}, {"instanceType": "m7g.xlarge"}]
    template = make("template", "t", lt())
    for percent, named in ((50, True), (100, True), (0, False)):
        policy = mixed(overrides, onDemandPercentageAboveBaseCapacity=percent)
        group = make("group", "g", {**sized(4, 4), **policy}, uses={"mixedInstancesPolicy": template})
        found = price(template, group)[1]

        assert any("further down the list" in note for note in found.by_use) == named


def test_a_capacity_block_is_paid_for_its_duration(make, price):
    """Four instances for fourteen days, known once the block is bought; before that nothing is known of it."""
    kind = "aws:ec2/capacityBlockReservation:CapacityBlockReservation"
    bought = {
        "instanceType": "p5.48xlarge",
        "instanceCount": 4,
        "startDate": "2026-12-07T11:30:00Z",
        "endDate": "2026-12-21T11:30:00Z",
    }
    asked = {"capacityBlockOfferingId": "cb-1", "instancePlatform": "Linux/UNIX"}
    found, _ = price(make(kind, "known", asked, outputs=bought), make(kind, "new", asked))

    assert found["known"].monthly_usd == Interval.exactly(4 * BLOCK["p5.48xlarge"] * 14 * 24)
    assert found["new"].monthly_usd == Interval(Decimal(0), None)


NODES = {
    "named types, the first on demand": (
        {"instanceTypes": ["m7g.large", "c7g.large"], "scalingConfig": {"minSize": 1, "maxSize": 5, "desiredSize": 3}},
        3 * (OD["m7g.large"] * MONTH + 20 * GP3),
    ),
    "no type is t3.medium": (
        {"scalingConfig": {"minSize": 1, "maxSize": 1, "desiredSize": 1}},
        OD["t3.medium"] * MONTH + 20 * GP3,
    ),
    "a disk of its own": (
        {
            "instanceTypes": ["m7g.large"],
            "diskSize": 100,
            "scalingConfig": {"minSize": 2, "maxSize": 2, "desiredSize": 2},
        },
        2 * (OD["m7g.large"] * MONTH + 100 * GP3),
    ),
    "spot": (
        {
            "instanceTypes": ["c7a.xlarge"],
            "capacityType": "SPOT",
            "scalingConfig": {"minSize": 2, "maxSize": 2, "desiredSize": 2},
        },
        2 * (SPOT["c7a.xlarge"] * MONTH + 20 * GP3),
    ),
    "scaled to zero": (
        {"instanceTypes": ["m7g.large"], "scalingConfig": {"minSize": 0, "maxSize": 5, "desiredSize": 0}},
        Decimal(0),
    ),
}


@pytest.mark.parametrize("case", NODES)
def test_an_eks_node_group(make, price, case):
    """Nodes at the desired size with their root volumes."""
    inputs, expected = NODES[case]
    found, _ = price(make("nodes", "n", {"clusterName": "c", "nodeRoleArn": "arn", "subnetIds": ["s"], **inputs}))

    assert found["n"].monthly_usd == Interval.exactly(expected)


BATCHES = {
    "a minimum that stands": (
        {"minVcpus": 8, "maxVcpus": 64},
        4 * OD["m7g.large"] * MONTH,
        32 * OD["m7g.large"] * MONTH,
    ),
    "vCPUs asked for": (
        {"minVcpus": 0, "desiredVcpus": 3, "maxVcpus": 64},
        2 * OD["m7g.large"] * MONTH,
        32 * OD["m7g.large"] * MONTH,
    ),
    "nothing until jobs come": ({"minVcpus": 0, "maxVcpus": 64}, Decimal(0), 32 * OD["m7g.large"] * MONTH),
    "hours of jobs by the tag of its instances": (
        {"minVcpus": 0, "maxVcpus": 64, "tags": {"fleet:hours-per-month": "100"}},
        32 * OD["m7g.large"] * 100,
        32 * OD["m7g.large"] * 100,
    ),
}


@pytest.mark.parametrize("case", BATCHES)
def test_a_batch_environment(make, price, case):
    """VCPUs in whole instances, at the minimum or what is asked for."""
    resources, now, most = BATCHES[case]
    inputs = {"type": "MANAGED", "computeResources": {"type": "EC2", "instanceTypes": ["m7g.large"], **resources}}
    found, _ = price(make("batch", "b", inputs))

    assert found["b"].monthly_usd == Interval.exactly(now)
    assert found["b"].monthly_usd_at_max_scale == Interval.exactly(most)


SERVICES = {
    "NAT gateway": ("aws:ec2/natGateway:NatGateway", {"subnetId": "s"}, VPC["NAT gateway"] * MONTH),
    "application load balancer": ("aws:lb/loadBalancer:LoadBalancer", {}, ELB["application load balancer"] * MONTH),
    "its older name": ("aws:alb/loadBalancer:LoadBalancer", {}, ELB["application load balancer"] * MONTH),
    "network load balancer": (
        "aws:lb/loadBalancer:LoadBalancer",
        {"loadBalancerType": "network"},
        ELB["network load balancer"] * MONTH,
    ),
    "address": ("aws:ec2/eip:Eip", {"domain": "vpc"}, ADDRESS * MONTH),
    "address that one brought along": ("aws:ec2/eip:Eip", {"publicIpv4Pool": "ipv4pool-ec2-1"}, Decimal(0)),
    "EKS cluster": ("aws:eks/cluster:Cluster", {"roleArn": "r"}, EKS["cluster (standard support)"] * MONTH),
    "network": ("aws:ec2/vpc:Vpc", {"cidrBlock": "10.0.0.0/16"}, Decimal(0)),
    "gateway load balancer": ("aws:lb/loadBalancer:LoadBalancer", {"loadBalancerType": "gateway"}, None),
    "database": ("aws:rds/instance:Instance", {"instanceClass": "db.m7g.large"}, None),
    "interface endpoint": ("aws:ec2/vpcEndpoint:VpcEndpoint", {"vpcEndpointType": "Interface"}, None),
}


@pytest.mark.parametrize("case", SERVICES)
def test_a_service(make, price, case):
    """By the hour; free where it is free, and unpriced where no price is sourced."""
    kind, inputs, expected = SERVICES[case]
    found, _ = price(make(kind, "s", inputs))

    assert found["s"].monthly_usd == (None if expected is None else Interval.exactly(expected))


def test_public_addresses_that_aws_bills_by_the_hour_are_named(make, price):
    """How many there are is the provider's to say: an address for each zone of a balancer, one for each instance."""
    balancer = "aws:lb/loadBalancer:LoadBalancer"
    _, outside = price(make(balancer, "b", {}), make("instance", "i", {"instanceType": "m7g.large"}))
    _, inside = price(make(balancer, "b", {"internal": True}))
    asked = {"instanceType": "m7g.large", "associatePublicIpAddress": True}
    _, own = price(make("instance", "i", asked))

    assert any("addresses of load balancers" in note for note in outside.by_use)
    assert not any("addresses" in note for note in inside.by_use)
    assert "public IPv4 addresses of instances" in own.by_use


WARM = {
    "stopped by default: volumes of what is prepared beyond the desired capacity": (
        {},
        2 * OD["m7g.large"] * MONTH + 10 * 30 * GP3,
        10 * (OD["m7g.large"] * MONTH + 30 * GP3),
    ),
    "hibernated": (
        {"poolState": "Hibernated"},
        2 * OD["m7g.large"] * MONTH + 10 * 30 * GP3,
        10 * (OD["m7g.large"] * MONTH + 30 * GP3),
    ),
    "running": (
        {"poolState": "Running"},
        10 * (OD["m7g.large"] * MONTH + 30 * GP3),
        10 * (OD["m7g.large"] * MONTH + 30 * GP3),
    ),
    "a prepared capacity below the maximum": (
        {"poolState": "Running", "maxGroupPreparedCapacity": 5},
        5 * (OD["m7g.large"] * MONTH + 30 * GP3),
        10 * (OD["m7g.large"] * MONTH + 30 * GP3),
    ),
    "a prepared capacity below the desired one": (
        {"poolState": "Running", "maxGroupPreparedCapacity": 1},
        2 * (OD["m7g.large"] * MONTH + 30 * GP3),
        10 * (OD["m7g.large"] * MONTH + 30 * GP3),
    ),
    "a minimum holds whatever is in service": (
        {"poolState": "Running", "maxGroupPreparedCapacity": 1, "minSize": 3},
        5 * (OD["m7g.large"] * MONTH + 30 * GP3),
        13 * (OD["m7g.large"] * MONTH + 30 * GP3),
    ),
    "a limit that was taken back": (
        {"poolState": "Running", "maxGroupPreparedCapacity": -1},
        10 * (OD["m7g.large"] * MONTH + 30 * GP3),
        10 * (OD["m7g.large"] * MONTH + 30 * GP3),
    ),
}


def warm(make, pool, **more):
    mappings = [{"deviceName": "/dev/xvda", "ebs": {"volumeType": "gp3", "volumeSize": 30}}]
    launch = make("template", "lt", lt(instanceType="m7g.large", blockDeviceMappings=mappings))
    inputs = {"launchTemplate": {"id": UNKNOWN}, **sized(1, 10, 2), "warmPool": pool, **more}
    return launch, make("group", "g", inputs, uses={"launchTemplate": launch})


@pytest.mark.parametrize("case", WARM)
def test_a_warm_pool(make, price, case):
    """PutWarmPool: prepared capacity (the maximum when not given) less what is in service, at least the minimum size.

    Running instances are billed whole, stopped and hibernated ones by their volumes.
    """
    pool, now, most = WARM[case]
    found, _ = price(*warm(make, pool))

    assert found["g"].monthly_usd == Interval.exactly(now)
    assert found["g"].monthly_usd_at_max_scale == Interval.exactly(most)


def test_a_warm_pool_is_said_in_the_lines(make, price):
    """A reader sees what waits and what it costs, and what costs nothing."""
    running, _ = price(*warm(make, {"poolState": "Running"}))
    stopped, _ = price(*warm(make, {"poolState": "Stopped"}))

    assert "m7g.large on demand, running in the warm pool" in [line.what for line in running["g"].lines]
    assert ("m7g.large stopped in the warm pool", 0) in [(line.what, line.unit_usd) for line in stopped["g"].lines]


@pytest.mark.parametrize(
    ("pool", "least", "most"),
    [
        pytest.param(
            {"poolState": UNKNOWN, "maxGroupPreparedCapacity": 3},
            30 * GP3,
            OD["m7g.large"] * MONTH + 30 * GP3,
            id="state",
        ),
        pytest.param({"poolState": "Running", "minSize": UNKNOWN, "maxGroupPreparedCapacity": 2}, 0, None, id="least"),
        pytest.param({"poolState": "Running", "maxGroupPreparedCapacity": UNKNOWN}, 0, None, id="prepared capacity"),
        pytest.param(UNKNOWN, 0, None, id="all of it"),
    ],
)
def test_a_warm_pool_that_is_not_known(make, price, pool, least, most):
    """It counts for what it could be."""
    found, _ = price(*warm(make, pool))
    in_service = 2 * (OD["m7g.large"] * MONTH + 30 * GP3)

    assert found["g"].monthly_usd == Interval(in_service + least, None if most is None else in_service + most)


def test_a_group_without_a_warm_pool_has_none(make, price):
    """Providers write a block that is not there as nothing or as an empty list; an empty block is a pool."""
    with_none = [price(*warm(make, pool))[0]["g"].monthly_usd for pool in (None, [])]

    assert with_none == [Interval.exactly(2 * (OD["m7g.large"] * MONTH + 30 * GP3))] * 2


def test_a_schedule_leaves_open_how_full_a_warm_pool_is(make, price):
    """Off at night with ten prepared: the pool takes in what goes, so that it holds anything up to all ten."""
    launch, group = warm(make, {"poolState": "Running"})
    actions = {"up": ("0 8 * * *", 2), "down": ("0 20 * * *", 0)}
    timed = [
        make(
            "schedule",
            name,
            {"autoscalingGroupName": UNKNOWN, "recurrence": when, "minSize": 0, "desiredCapacity": size},
            uses={"autoscalingGroupName": group},
        )
        for name, (when, size) in actions.items()
    ]
    found, _ = price(launch, group, *timed)
    one = OD["m7g.large"] * MONTH + 30 * GP3

    assert found["g"].monthly_usd == Interval(one, one + 10 * one)


def test_nodes_of_eks_are_kept_warm_too(make, price):
    """A managed node group spells the states in capitals."""
    scaling = {"minSize": 1, "maxSize": 4, "desiredSize": 1}
    inputs = {"instanceTypes": ["m7g.large"], "scalingConfig": scaling, "warmPoolConfig": {"poolState": "RUNNING"}}
    found, _ = price(make("nodes", "n", inputs))

    assert found["n"].monthly_usd == Interval.exactly(4 * (OD["m7g.large"] * MONTH + 20 * GP3))


NO_PRICE = "trn2.48xlarge"
"""Has no list price: it is sold by capacity block."""
ALL_SPOT = {"onDemandPercentageAboveBaseCapacity": 0}
BATCH = {"minVcpus": 8, "maxVcpus": 8}
OPEN = Interval(Decimal(0), None)
GAPS = {
    "what is launched first has a price": (
        "group",
        {**sized(2, 2), **mixed([{"instanceType": "m7g.large"}, {"instanceType": NO_PRICE}])},
        Interval.exactly(2 * OD["m7g.large"] * MONTH),
    ),
    "what is launched first has none": (
        "group",
        {**sized(2, 2), **mixed([{"instanceType": NO_PRICE}, {"instanceType": "m7g.large"}])},
        None,
    ),
    "what is launched first is no type": (
        "group",
        {**sized(2, 2), **mixed([{"instanceType": "m7g.larg"}, {"instanceType": "m7g.large"}])},
        None,
    ),
    "the cheapest is launched": (
        "group",
        {
            **sized(2, 2),
            **mixed(
                [{"instanceType": NO_PRICE}, {"instanceType": "m7g.large"}], onDemandAllocationStrategy="lowest-price"
            ),
        },
        OPEN,
    ),
    "all spot": (
        "group",
        {**sized(2, 2), **mixed([{"instanceType": NO_PRICE}, {"instanceType": "c7a.xlarge"}], **ALL_SPOT)},
        OPEN,
    ),
    "spot above a base that has a price": (
        "group",
        {
            **sized(3, 3),
            **mixed([{"instanceType": "c7a.xlarge"}, {"instanceType": NO_PRICE}], onDemandBaseCapacity=1, **ALL_SPOT),
        },
        Interval(OD["c7a.xlarge"] * MONTH, None),
    ),
    "spot above a base that fills the capacity": (
        "group",
        {
            **sized(1, 1),
            **mixed([{"instanceType": "c7a.xlarge"}, {"instanceType": NO_PRICE}], onDemandBaseCapacity=1, **ALL_SPOT),
        },
        Interval.exactly(OD["c7a.xlarge"] * MONTH),
    ),
    "nothing is launched": (
        "group",
        {**sized(0, 0), **mixed([{"instanceType": NO_PRICE}, {"instanceType": "c7a.xlarge"}], **ALL_SPOT)},
        Interval.exactly(Decimal(0)),
    ),
    "one of the types of a Batch environment": (
        "batch",
        {"computeResources": {"type": "EC2", "instanceTypes": [NO_PRICE, "m7g.large"], **BATCH}},
        OPEN,
    ),
    "a family and a type of a Batch environment": (
        "batch",
        {"computeResources": {"type": "SPOT", "instanceTypes": ["c7a", NO_PRICE], **BATCH}},
        OPEN,
    ),
    "an EC2 fleet": (
        "fleet",
        {
            "launchTemplateConfigs": [
                {
                    "launchTemplateSpecification": {"launchTemplateId": UNKNOWN, "version": "1"},
                    "overrides": [{"instanceType": NO_PRICE}, {"instanceType": "c7a.xlarge"}],
                }
            ],
            "targetCapacitySpecification": {"totalTargetCapacity": 4, "defaultTargetCapacityType": "on-demand"},
        },
        OPEN,
    ),
    "spot nodes of EKS": (
        "nodes",
        {
            "instanceTypes": [NO_PRICE, "c7a.xlarge"],
            "capacityType": "SPOT",
            "scalingConfig": {"minSize": 1, "maxSize": 1, "desiredSize": 1},
            "launchTemplate": {"id": UNKNOWN, "version": "1"},
        },
        OPEN,
    ),
}


@pytest.mark.parametrize("case", GAPS)
def test_a_choice_without_a_price_is_not_billed_as_another(make, price, case):
    """AWS may launch it, so that the amount has no upper end; where only it is launched there is no amount."""
    kind, inputs, expected = GAPS[case]
    launch = make("template", "lt", lt())
    uses = dict.fromkeys(["launchTemplate", "mixedInstancesPolicy", "launchTemplateConfigs"], launch)
    found, whole = price(launch, make(kind, "r", inputs, uses=uses))
    one = found["r"]

    assert one.monthly_usd == expected
    assert (one.unpriced_reason is None) == (case == "what is launched first has a price")
    assert len(whole.unpriced) == (one.unpriced_reason is not None)
    assert one.monthly_usd is None or sum((line.monthly_usd for line in one.lines), Decimal(0)) == one.monthly_usd.min


def test_what_a_price_came_from_is_shown(make, price):
    """The inputs of a warm pool and of a cluster's support stand beside the amount."""
    cluster = make(
        "aws:eks/cluster:Cluster", "c", {"version": "1.33", "upgradePolicy": {"supportType": "EXTENDED"}, "name": "x"}
    )
    found, _ = price(*warm(make, {"poolState": "Running", "minSize": 2}), cluster)

    assert found["c"].priced_inputs == {"version": "1.33", "upgradePolicy.supportType": "EXTENDED"}
    assert {"warmPool.poolState": "Running", "warmPool.minSize": 2}.items() <= found["g"].priced_inputs.items()
