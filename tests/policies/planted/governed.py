"""Programs about limits, zones and rules of the house; each function is one, its decoys included."""

from fleet.testing import UNKNOWN, provider, resource
from tests.policies.planted.program import (
    GROUP,
    INSTANCE,
    RESERVATION,
    SUBNET,
    Program,
    asg,
    batch,
    ec2,
    mix,
    nodes,
    template,
    volume,
)


def _zones() -> Program:
    lt, service = template("lt"), {"fleet:kind": "service"}
    subnets = [resource(SUBNET, f"s{zone}", {"availabilityZone": f"us-east-1{zone}"}) for zone in "ab"]
    placed = {"vpcZoneIdentifiers": [UNKNOWN]}
    listed = [{"key": "fleet:kind", "value": "service", "propagateAtLaunch": True}]
    given = {"minSize": 2, "maxSize": 4, "launchTemplate": {"id": UNKNOWN}, "tags": listed}
    by_subnet = resource(
        GROUP,
        "by-subnet",
        {**given, **placed},
        property_depends_on={"launchTemplate": [lt], "vpcZoneIdentifiers": [subnets[0]]},
    )
    both = resource(
        GROUP,
        "both",
        {**given, "vpcZoneIdentifiers": [UNKNOWN, UNKNOWN]},
        property_depends_on={"launchTemplate": [lt], "vpcZoneIdentifiers": subnets},
    )
    return Program(
        name="services in one zone",
        resources=[
            lt,
            *subnets,
            asg("one", lt, 2, 4, tags=service, availabilityZones=["us-east-1a"]),
            by_subnet,
            both,
            asg("two", lt, 2, 4, tags=service, availabilityZones=["us-east-1a", "us-east-1b"]),
            asg("batch", lt, 2, 4, tags={"fleet:kind": "batch"}, availabilityZones=["us-east-1a"]),
            asg("single", lt, 1, 1, tags=service, availabilityZones=["us-east-1a"]),
            asg("unknown", lt, 2, 4, tags=service, availabilityZones=[UNKNOWN]),
        ],
        expected={"FR502": ["one", "by-subnet"]},
    )


def _burstable() -> Program:
    t3, t2 = template("t3", "t3.large"), template("t2", "t2.large")
    standard = template("standard", "t3.large", creditSpecification={"cpuCredits": "standard"})
    return Program(
        name="sustained work on burstable types",
        resources=[
            t3,
            asg("web", t3, 1, 4, tags={"fleet:kind": "service"}),
            nodes("n", ["t3.large"], 2, tags={"fleet:kind": "service"}),
            standard,
            asg("standard", standard, 1, 4, tags={"fleet:kind": "service"}),
            t2,
            asg("t2", t2, 1, 4, tags={"fleet:kind": "service"}),
            ec2("bastion", "t3.micro", tags={"fleet:kind": "service"}),
            asg("untagged", t3, 1, 4),
        ],
        expected={"FE205": ["web", "n"]},
    )


def _budget() -> Program:
    return Program(
        name="over the budget of the stack",
        resources=[ec2("a", "m8g.large"), ec2("b", "p5.48xlarge")],
        config={"monthly-budget-exceeded": {"monthly_usd": 1000}},
        expected={"FC101": [""]},
    )


def _unknown_budget() -> Program:
    lt = template("lt")
    budgets = [
        {"tag": "team", "value": "web", "monthly_usd": 100},
        {"tag": "team", "value": "data", "monthly_usd": 1000},
    ]
    return Program(
        name="budgets that nobody can prove to hold",
        resources=[
            lt,
            asg("web", lt, 1, 4, tags={"team": "web"}, desiredCapacity=UNKNOWN),
            ec2("data", "m8g.xlarge", tags={"team": "data"}),
        ],
        config={
            "monthly-budget-exceeded": {"monthly_usd": 300, "basis": "max_scale"},
            "workload-budget-exceeded": {"budgets": budgets},
        },
        expected={"FC101": [""], "FC102": [""]},
    )


def _open_budget() -> Program:
    return Program(
        name="a size without an upper end",
        resources=[volume("v", type="gp3", size=UNKNOWN), resource("aws:rds/instance:Instance", "db", {})],
        config={"monthly-budget-exceeded": {"monthly_usd": 100_000, "unpriced": "fail"}},
        expected={"FC101": ["", ""], "FC104": ["db"]},
    )


def _increase() -> Program:
    return Program(
        name="a change that costs too much",
        resources=[ec2("old", "m8g.large"), ec2("new", "m8g.2xlarge")],
        config={"cost-increase-exceeded": {"max_increase_usd": 50}},
        baseline={"resources": []},
        expected={"FC103": [""]},
    )


def _carbon() -> Program:
    return Program(
        name="over the carbon budget, where the grid is dirty",
        resources=[ec2("a", "m7i.24xlarge", region="ap-south-1"), ec2("b", "m8a.large")],
        config={
            "carbon-budget-exceeded": {"kg_co2e_per_month": 10},
            "high-carbon-region": {"enforcementLevel": "advisory", "max_grams_per_kwh": 500},
            "graviton-available": "disabled",
        },
        expected={"FE203": [""], "FE204": ["a"]},
    )


def _quotas() -> Program:
    lt = template("lt", "m8g.2xlarge")
    reserved = {"instanceType": "m8g.2xlarge", "instanceCount": 2, "instancePlatform": "Linux/UNIX"}
    return Program(
        name="more than the quotas allow",
        resources=[
            lt,
            asg("g", lt, 0, 10),
            resource(RESERVATION, "r", {**reserved, "availabilityZone": "us-east-1a"}),
            batch("b", "SPOT", ["c8g.xlarge", "m7g.xlarge", "c7g.xlarge"]),
        ],
        config={"quota-exceeded": {"quotas": {"L-1216C47A": 95, "L-34B43A08": 511, "L-2CBA8B92": 0}}},
        expected={"FQ601": ["", ""]},
    )


def _governance() -> Program:
    return Program(
        name="tags, regions and families that are not allowed",
        resources=[
            ec2("untagged"),
            ec2("tagged", tags={"owner": "web"}),
            ec2("empty", tags={"owner": ""}),
            ec2("unknown", tags={"owner": UNKNOWN}),
            ec2("all-unknown", tags=UNKNOWN),
            ec2("abroad", region="eu-west-1", tags={"owner": "web"}),
            ec2("some-region", region=UNKNOWN, tags={"owner": "web"}),
            ec2("gpu", "g6.xlarge", tags={"owner": "ml"}),
            resource("aws:iam/role:Role", "role", {"assumeRolePolicy": "{}", "tags": {"owner": "web"}}),
            resource("aws:ec2/route:Route", "route", {"routeTableId": "r"}),
        ],
        config={
            "required-tags-missing": {"tags": ["owner"]},
            "region-not-allowed": {"regions": ["us-east-1"]},
            "family-not-allowed": {"exclude_families": ["g6", "p5"]},
        },
        expected={"FT701": ["untagged", "empty"], "FT702": ["abroad"], "FT703": ["gpu"]},
    )


def _allowed() -> Program:
    lt = template("lt")
    return Program(
        name="families from a list only, wherever they hide",
        resources=[
            lt,
            mix("mixed", lt, ["m8g.large", "c8g.large"], 1, 2),
            nodes("n", ["r8g.large"], 1),
            batch("family", "EC2", ["c8g"]),
            batch("any", "EC2", ["optimal"]),
            ec2("fine"),
        ],
        config={"family-not-allowed": {"families": ["m8g"]}},
        expected={"FT703": ["mixed", "n", "family"]},
    )


def _drift() -> Program:
    return Program(
        name="not what was planned",
        resources=[
            ec2("web", "m8g.2xlarge", tags={"fleet:workload": "web"}),
            ec2("api", "c8g.large", tags={"fleet:workload": "api"}),
            ec2("stray", "m8g.large", tags={"fleet:workload": "stray"}),
        ],
        planned={"web": ["m8g.large"], "api": ["c8g.large"], "search": ["r8g.large"]},
        expected={"FT704": ["web", "stray", ""]},
    )


def _exempt() -> Program:
    base = {"owner": "web", "reason": "moves with the next release"}
    return Program(
        name="exemptions that hold, end, cost too much or cover nothing",
        resources=[
            ec2("held", "m8g.large", tags={"fleet:stack": "cuda"}),
            ec2("ended", "m8g.large", tags={"fleet:stack": "cuda"}),
            ec2("dear", "m8g.large", tags={"fleet:stack": "cuda"}),
            ec2("ending", "m8g.large", tags={"fleet:stack": "cuda"}),
        ],
        exemptions=[
            {"rule": "FA301", "resource": "held", "expires": "2027-06-30", **base},
            {"rule": "FA301", "resource": "ended", "expires": "2026-11-30", **base},
            {"rule": "accelerator-cannot-run-workload", "resource": "dear", "expires": "2027-06-30", **base}
            | {"max_monthly_usd": 1},
            {"rule": "FA301", "resource": "ending", "expires": "2026-12-10", **base},
            {"rule": "FC110", "resource": "*", "expires": "2027-06-30", **base},
        ],
        expected={
            "FT706": ["held", "ending"],
            "FA301": ["ended", "dear"],
            "FT705": ["", "dear", "", ""],
        },
    )


def _regions() -> Program:
    west = provider("aws", "west", {"region": "us-west-2"})
    given = {"instanceType": "m5.large", "ami": "ami-0abc"}
    graviton = {"instanceType": "m7g.large", "ami": "ami-0abc"}
    return Program(
        name="two regions in one stack",
        resources=[
            resource(INSTANCE, "west", graviton, provider=west),
            resource(INSTANCE, "east", {**given, "region": "us-east-1"}, provider=west),
            ec2("fine"),
        ],
        config={"region-not-allowed": {"regions": ["us-east-1"]}},
        expected={
            "FT702": ["west"],
            "FC105": ["east"],
            "FC106": ["east"],
            "FE201": ["east"],
        },
    )


def _unpriced() -> Program:
    return Program(
        name="what has no price here",
        resources=[
            resource("aws:rds/instance:Instance", "db", {"instanceClass": "db.m7g.large"}),
            resource("aws:rds/instance:Instance", "replica", {"instanceClass": "db.m7g.large"}),
            ec2("windows", "m8a.large", ami="resolve:ssm:/aws/service/ami-windows-latest/Windows_Server-2022"),
            ec2("dedicated", tenancy="dedicated"),
            resource("aws:s3/bucket:Bucket", "bucket", {}),
            resource("aws:ec2/vpc:Vpc", "vpc", {"cidrBlock": "10.0.0.0/16"}),
            resource("random:index/id:Id", "id", {}),
            resource("gcp:compute/instance:Instance", "gcp", {"machineType": "n2-standard-2"}),
        ],
        expected={"FC104": ["db", "dedicated", "gcp"]},
    )


PROGRAMS = (
    _zones(),
    _burstable(),
    _budget(),
    _unknown_budget(),
    _open_budget(),
    _increase(),
    _carbon(),
    _quotas(),
    _governance(),
    _allowed(),
    _drift(),
    _exempt(),
    _regions(),
    _unpriced(),
)
