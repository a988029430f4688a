"""What a stack costs: exact where everything is known, an interval where it is not, never zero for what is unknown."""

from decimal import Decimal
from itertools import permutations

import pytest

from fleet.catalog.model import Price
from fleet.interval import Interval
from fleet.stack.model import UNKNOWN, Secret

MONTH = Decimal(730)


def on_demand(catalog, name):
    return catalog.on_demand(name, "us-east-1").usd * MONTH


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        pytest.param({"instanceType": "m7g.large"}, Decimal("59.568"), id="an instance on demand"),
        pytest.param(
            {"instanceType": "m7g.large", "rootBlockDevice": {"volumeType": "gp3", "volumeSize": 50}},
            Decimal("63.568"),
            id="with its root volume",
        ),
        pytest.param(
            {"instanceType": "m7g.large", "tags": {"fleet:hours-per-month": "73"}},
            Decimal("5.9568"),
            id="a tenth of the month by tag",
        ),
        pytest.param(
            {"instanceType": "m7g.large", "rootBlockDevice": {"volumeType": "gp3", "volumeSize": 100, "iops": 4000}},
            Decimal("59.568") + 8 + 5,
            id="IOPS above what gp3 includes",
        ),
        pytest.param({"instanceType": "mac2.metal", "tenancy": "host", "hostId": "h-1"}, Decimal(0), id="on a host"),
    ],
)
def test_what_is_known_costs_an_exact_amount(make, price, inputs, expected):
    """Quantity times unit price, and the lines add up to the amount."""
    found, _ = price(make("instance", "web", inputs))
    web = found["web"]

    assert web.monthly_usd == Interval.exactly(expected)
    assert sum(line.monthly_usd for line in web.lines) == expected
    assert all(line.source and line.as_of for line in web.lines)


@pytest.mark.parametrize(
    ("inputs", "lowest"),
    [
        pytest.param({"instanceType": UNKNOWN}, 0, id="type"),
        pytest.param({"instanceType": Secret("m7g.large")}, 0, id="a secret type"),
        pytest.param({"instanceType": 5}, 0, id="a type that is no text"),
        pytest.param({"instanceType": "m7g.large", "tenancy": UNKNOWN}, 0, id="tenancy"),
        pytest.param({"instanceType": "m7g.large", "region": UNKNOWN}, 0, id="region"),
        pytest.param(
            {"instanceType": "m7g.large", "rootBlockDevice": {"volumeType": "gp3", "volumeSize": UNKNOWN}},
            Decimal("59.568"),
            id="size of a volume",
        ),
    ],
)
def test_what_is_not_known_has_no_upper_end(make, price, inputs, lowest):
    """An unknown value gives an interval, never zero and never silence."""
    found, whole = price(make("instance", "web", inputs))

    assert found["web"].monthly_usd == Interval(Decimal(lowest), None)
    assert whole.cost.monthly_usd.max is None
    assert "m7g.large" not in str(found["web"].priced_inputs) or not isinstance(inputs["instanceType"], Secret)


@pytest.mark.parametrize(
    "inputs",
    [
        pytest.param({"instanceType": "m7g.large", "tenancy": "dedicated"}, id="dedicated tenancy"),
        pytest.param(
            {"instanceType": "m7i.large", "ami": "resolve:ssm:/aws/service/ami-windows-latest/Windows_Server-2022"},
            id="Windows",
        ),
        pytest.param({"instanceType": "m7g.enormous"}, id="a type that nobody knows"),
        pytest.param({"instanceType": "p5e.48xlarge"}, id="no list price"),
    ],
)
def test_what_has_no_price_is_named_and_not_counted(make, price, inputs):
    """Unpriced is said with a reason, and is not zero."""
    found, whole = price(make("instance", "web", inputs))

    assert found["web"].monthly_usd is None
    assert found["web"].unpriced_reason
    assert [(entry.type, entry.count) for entry in whole.unpriced] == [("aws:ec2/instance:Instance", 1)]


def group_of(make, inputs, *, template=None, schedules=()):
    launch = make("template", "lt", {"instanceType": "m7g.large", **(template or {})})
    uses = {"launchTemplate": launch, "mixedInstancesPolicy": launch}
    group = make("group", "g", {"launchTemplate": {"id": UNKNOWN}, **inputs}, uses=uses)
    timed = [
        make("schedule", f"s{i}", {"autoscalingGroupName": UNKNOWN, **s}, uses={"autoscalingGroupName": group})
        for i, s in enumerate(schedules)
    ]
    return [launch, group, *timed]


def mixed(overrides, **distribution):
    return {
        "mixedInstancesPolicy": {
            "instancesDistribution": distribution,
            "launchTemplate": {"launchTemplateSpecification": {"launchTemplateId": UNKNOWN}, "overrides": overrides},
        }
    }


def test_a_group_costs_its_desired_capacity_and_says_what_its_maximum_costs(make, price, catalog):
    """Desired capacity now, maximum size beside it; the template's type is found though its id is unknown."""
    found, _ = price(*group_of(make, {"minSize": 1, "maxSize": 10, "desiredCapacity": 4}))
    one = on_demand(catalog, "m7g.large")

    assert found["g"].monthly_usd == Interval.exactly(4 * one)
    assert found["g"].monthly_usd_at_max_scale == Interval.exactly(10 * one)
    assert found["lt"].monthly_usd == Interval.exactly(Decimal(0))


@pytest.mark.parametrize(
    ("sizes", "low", "high"),
    [
        pytest.param({"minSize": 2, "maxSize": 4}, 2, 2, id="the minimum when no desired capacity is set, as AWS does"),
        pytest.param({"minSize": 0, "maxSize": 4, "desiredCapacity": 0}, 0, 0, id="nothing for zero instances"),
        pytest.param({"minSize": 1, "maxSize": 4, "desiredCapacity": UNKNOWN}, 1, 4, id="between minimum and maximum"),
        pytest.param({"minSize": 1, "maxSize": UNKNOWN, "desiredCapacity": UNKNOWN}, 1, None, id="no upper end"),
        pytest.param({"minSize": 1, "maxSize": 4, "desiredCapacity": "3"}, 3, 3, id="a number that is written as text"),
    ],
)
def test_the_size_of_a_group_may_be_given_in_many_ways(make, price, catalog, sizes, low, high):
    """Every way that AWS accepts gives the amount that AWS would bill."""
    found, _ = price(*group_of(make, sizes))
    one = on_demand(catalog, "m7g.large")

    assert found["g"].monthly_usd == Interval(low * one, None if high is None else high * one)


def test_weights_count_capacity_not_instances(make, price, catalog):
    """Eight units of a type that counts four are two instances; the first override is taken on demand."""
    overrides = [{"instanceType": "m7g.xlarge", "weightedCapacity": "4"}, {"instanceType": "m7g.medium"}]
    found, _ = price(*group_of(make, {"minSize": 8, "maxSize": 8, **mixed(overrides)}))

    assert found["g"].monthly_usd == Interval.exactly(2 * on_demand(catalog, "m7g.xlarge"))


def test_spot_costs_what_the_pool_that_aws_chooses_costs(make, price, catalog):
    """Base and share are on demand, rounded up; the rest is spot, between the cheapest and the dearest type."""
    overrides = [{"instanceType": "c7g.large"}, {"instanceType": "c7g.xlarge"}]
    shares = {"onDemandBaseCapacity": 1, "onDemandPercentageAboveBaseCapacity": 50}
    found, _ = price(*group_of(make, {"minSize": 4, "maxSize": 4, **mixed(overrides, **shares)}))
    steady = 3 * on_demand(catalog, "c7g.large")
    pools = [catalog.spot(name, "us-east-1").usd * MONTH for name in ("c7g.large", "c7g.xlarge")]

    assert found["g"].monthly_usd == Interval(steady + min(pools), steady + max(pools))
    assert found["g"].purchase == "mixed"


def test_a_schedule_lowers_the_amount_to_the_average_of_the_week(make, price, catalog):
    """Four instances from Monday to Friday, 8 to 20 o'clock: 60 of 168 hours, to a day in the year."""
    schedules = [
        {"desiredCapacity": 4, "minSize": 0, "maxSize": 4, "recurrence": "0 8 * * 1-5"},
        {"desiredCapacity": 0, "minSize": 0, "maxSize": 4, "recurrence": "0 20 * * MON-FRI"},
    ]
    found, _ = price(*group_of(make, {"minSize": 0, "maxSize": 4}, schedules=schedules))
    share = found["g"].monthly_usd.min / (4 * on_demand(catalog, "m7g.large"))

    assert found["g"].monthly_usd.is_exact
    assert abs(share - Decimal(60) / 168) < Decimal("0.002")


def test_leased_macs_of_a_host_group_are_priced_and_hosts_cost_at_least_a_day(make, price, catalog):
    """Auto-allocated hosts stand for no resource, so that the group carries them; a host is leased for 24 hours."""
    placement = {"placement": {"hostResourceGroupArn": "arn:aws:resource-groups:us-east-1:1:group/mac"}}
    group = group_of(make, {"minSize": 2, "maxSize": 2}, template={"instanceType": "mac-m4.metal", **placement})
    host = make("host", "h", {"instanceType": "mac-m4.metal", "tags": {"fleet:hours-per-month": "10"}})
    found, _ = price(*group, host)
    hourly = catalog.host("mac-m4.metal", "us-east-1").usd

    assert found["g"].monthly_usd == Interval.exactly(2 * hourly * MONTH)
    assert found["h"].monthly_usd == Interval.exactly(hourly * 24)


def test_jobs_of_a_compute_environment_are_priced_by_their_hours(make, price):
    """Batch stands at zero until jobs come: nothing without the tag, its full size over the tagged hours with it."""
    resources = {"type": "EC2", "instanceTypes": ["m7g.large"], "minVcpus": 0, "maxVcpus": 64}
    idle = make("batch", "idle", {"computeResources": resources})
    busy = make("batch", "busy", {"computeResources": resources, "tags": {"fleet:hours-per-month": "73"}})
    found, _ = price(idle, busy)

    assert found["idle"].monthly_usd == Interval.exactly(Decimal(0))
    assert found["idle"].monthly_usd_at_max_scale == Interval.exactly(32 * Decimal("59.568"))
    assert found["busy"].monthly_usd == Interval.exactly(32 * Decimal("5.9568"))


@pytest.mark.parametrize(
    ("provider", "own", "expected"),
    [
        pytest.param({"region": "us-west-2"}, {}, "us-west-2", id="its provider's"),
        pytest.param({"region": "us-west-2"}, {"region": "us-east-2"}, "us-east-2", id="its own before its provider's"),
        pytest.param({}, {}, "us-east-1", id="the configuration's"),
        pytest.param({}, {"availabilityZone": "us-east-2b"}, "us-east-2", id="that of its zone"),
    ],
)
def test_the_region_of_a_resource(make, price, provider, own, expected):
    """Several regions live in one stack: the nearest place that names one wins."""
    aws = make("provider", "aws", provider)
    web = make("instance", "web", {"instanceType": "m7g.large", **own}, provider=f"{aws.urn}::id")
    found, _ = price(aws, web)

    assert found["web"].region == expected


def test_default_tags_of_a_provider_count(make, price):
    """They come as JSON text, and say how many hours a month things run."""
    aws = make("provider", "aws", {"defaultTags": '{"tags": {"fleet:hours-per-month": "73"}}'})
    found, _ = price(aws, make("instance", "web", {"instanceType": "m7g.large"}, provider=aws.urn))

    assert found["web"].monthly_usd == Interval.exactly(Decimal("5.9568"))


def test_without_any_region_nothing_is_priced_and_nothing_is_free(make, price):
    """A missing region is a reason, not zero."""
    found, _ = price(make("instance", "web", {"instanceType": "m7g.large"}), config={})

    assert found["web"].monthly_usd is None
    assert "region" in found["web"].unpriced_reason


def test_free_and_foreign_resources_are_told_apart(make, price):
    """Roles and subnet groups are free, databases unpriced, buckets by use; random strings exist only in the stack."""
    kinds = ["aws:iam/role:Role", "aws:rds/instance:Instance", "aws:s3/bucket:Bucket", "random:index/id:Id"]
    found, whole = price(*(make(kind, kind) for kind in kinds))

    assert found[kinds[0]].monthly_usd == found[kinds[2]].monthly_usd == Interval.exactly(Decimal(0))
    assert found[kinds[1]].monthly_usd is None
    groups = ["rds/subnetGroup:SubnetGroup", "rds/parameterGroup:ParameterGroup", "rds/optionGroup:OptionGroup"]
    groups += ["elasticache/subnetGroup:SubnetGroup", "elasticache/parameterGroup:ParameterGroup"]
    assert {r.monthly_usd for r in price(*(make(f"aws:{g}", g) for g in groups))[0].values()} == {
        found[kinds[0]].monthly_usd
    }
    assert whole.by_use == ["S3 storage and requests"]
    assert [entry.type for entry in whole.unpriced] == [kinds[1]]


def test_what_is_deleted_costs_nothing_and_tells_what_it_cost(make, price, catalog):
    """Previous amounts come from what was there before."""
    old = {"instanceType": "m7g.large"}
    found, whole = price(make("instance", "web", old, operation="delete", old_inputs=old))

    assert found["web"].monthly_usd == Interval.exactly(Decimal(0))
    assert found["web"].previous_monthly_usd == Interval.exactly(on_demand(catalog, "m7g.large"))
    assert whole.cost.monthly_usd == Interval.exactly(Decimal(0))


def test_the_order_of_resources_changes_no_amount(make, price):
    """A group finds its template wherever it stands."""
    resources = group_of(make, {"minSize": 2, "maxSize": 4})
    totals = {price(*order)[1].cost.monthly_usd for order in permutations(resources)}

    assert len(totals) == 1


def test_a_secret_is_never_shown(make, price):
    """Neither as an input nor in a line, whatever was computed from it."""
    secret = Secret("hunter2")
    web = make("instance", "web", {"instanceType": "m7g.large", "userData": secret, "tags": {"password": secret}})
    _, whole = price(web, make("volume", "v", {"size": Secret(4711), "type": "gp3"}))

    assert "hunter2" not in str(whole)
    assert "4711" not in str(whole)


def test_prices_that_the_tests_rest_on_are_in_the_catalog(catalog):
    """If a new snapshot changes them, the figures above change too."""
    assert isinstance(catalog.on_demand("m7g.large", "us-east-1"), Price)
    assert on_demand(catalog, "m7g.large") == Decimal("59.568")


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        pytest.param({}, (0, 0), id="a gateway endpoint unless said otherwise"),
        pytest.param({"vpcEndpointType": "Gateway"}, (0, 0), id="a gateway endpoint is free"),
        pytest.param({"vpcEndpointType": "Interface"}, None, id="an interface endpoint is not"),
        pytest.param({"vpcEndpointType": UNKNOWN}, (0, None), id="not known yet"),
    ],
)
def test_only_gateway_endpoints_are_free(make, price, inputs, expected):
    priced, _ = price(make("aws:ec2/vpcEndpoint:VpcEndpoint", "s3", inputs))
    found = priced["s3"].monthly_usd

    assert (None if found is None else (found.min, found.max)) == expected


_STANDARD, _EXTENDED = Decimal("0.10") * 730, Decimal("0.60") * 730


@pytest.mark.parametrize(
    ("inputs", "most", "said"),
    [
        pytest.param({}, _STANDARD, "EKS cluster, standard support", id="the version that EKS takes for a new cluster"),
        pytest.param(
            {"version": "1.25"}, _EXTENDED, "0.6 USD when version 1.25 is in extended support", id="a version"
        ),
        pytest.param(
            {"version": UNKNOWN}, _EXTENDED, "0.6 USD when its version is in extended support", id="not known"
        ),
        pytest.param(
            {"version": "1.25", "upgradePolicy": {"supportType": "EXTENDED"}},
            _EXTENDED,
            "extended support",
            id="extended support asked for",
        ),
        pytest.param(
            {"version": "1.25", "upgradePolicy": {"supportType": UNKNOWN}},
            _EXTENDED,
            "extended support",
            id="a policy that is not known",
        ),
        pytest.param(
            {"version": "1.25", "upgradePolicy": {"supportType": "STANDARD"}},
            _STANDARD,
            "EKS cluster, standard support",
            id="upgraded instead",
        ),
    ],
)
def test_a_cluster_costs_what_its_version_may_have_got_into(make, price, inputs, most, said):
    """No table of versions is sourced, so that a version counts for either support, and the line says why."""
    priced, whole = price(make("aws:eks/cluster:Cluster", "c", inputs))

    assert priced["c"].monthly_usd == Interval(_STANDARD, most)
    assert said in priced["c"].lines[0].what
    assert whole.cost.monthly_usd.max == most


def test_a_cluster_of_a_state_has_the_version_that_aws_answered(make, price):
    """What the program left out stands in the outputs."""
    priced, _ = price(make("aws:eks/cluster:Cluster", "c", {}, outputs={"version": "1.29"}))

    assert priced["c"].monthly_usd == Interval(_STANDARD, _EXTENDED)
