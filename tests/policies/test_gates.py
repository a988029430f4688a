"""Budget gates: at the limit they are silent, just below it they fail, and what is not known counts at its maximum."""

from datetime import date
from decimal import Decimal

import pytest
from fleet_policies.analysis import analyze
from fleet_policies.registry import rules
from fleet_policies.scene import Given, Scene
from fleet_policies.settings import read_settings

from fleet.catalog import Catalog
from fleet.result.baseline import parse_baseline
from fleet.spec import FleetSpec
from fleet.stack.model import UNKNOWN
from fleet.testing import resource
from fleet.testing.given import stack_of
from tests.conventions.test_every_rule import lock_with
from tests.policies.planted.program import ARM, BATCH, FLEET, HOST, RESERVATION, asg, ec2, mix, template

ONE = Decimal("65.5248")
"""m8g.large for a month: 0.08976 USD an hour."""
WEB = {"fleet:workload": "web"}


@pytest.fixture(scope="module")
def catalog():
    return Catalog.load()


def ask(catalog, rule, resources, *, options=None, spec=None, baseline=None, plan=None):
    """Messages of one gate, told a spec, a baseline and a lock."""
    name = next(each.name for each in rules().values() if each.id == rule)
    mine = {name: rules()[name]}
    whole = {"version": 1, "name": "p", "region": "us-east-1", "workloads": [], **(spec or {})}
    given = Given(
        today=date(2026, 12, 1),
        catalog=catalog,
        spec=None if spec is None else FleetSpec.model_validate(whole),
        baseline=None if baseline is None else parse_baseline({"resources": baseline}, "baseline"),
        plan=plan,
    )
    scene = Scene(stack_of(resources, stack_config={"aws:region": "us-east-1"}), given)
    return [finding.message for finding in analyze(scene, mine, read_settings({name: options or {}}, mine)).findings]


def group(low, high, *, tags=None):
    launch = template("g", "m8g.large")
    return [launch, asg("g", launch, low, high, tags=tags)]


def tagged(value):
    return ec2("i", "m8g.large", tags={"fleet:workload": value})


def service(**more):
    return {"name": "web", "kind": "service", "replicas": 1, "per_replica": {"vcpus": 1, "memory_gib": 1}, **more}


def budgets(amount, value="web"):
    return {"budgets": [{"tag": "fleet:workload", "value": value, "monthly_usd": float(amount)}]}


HOLDS = {
    "at the budget": ("FC101", [ec2("i", "m8g.large")], {"monthly_usd": float(ONE)}, None),
    "a maximum that nobody asks for": ("FC101", group(1, 4), {"monthly_usd": float(ONE)}, None),
    "the maximum scale, when it fits": (
        "FC101",
        group(1, 4),
        {"monthly_usd": float(4 * ONE), "basis": "max_scale"},
        None,
    ),
    "the option before the spec": (
        "FC101",
        [ec2("i", "m8g.large")],
        {"monthly_usd": 100},
        {"budget": {"monthly_usd": 1}},
    ),
    "a workload at its budget": ("FC102", [tagged("web")], budgets(ONE), None),
    "what another workload costs": ("FC102", [tagged("api")], budgets(0), None),
    "an option before the workload's own budget": (
        "FC102",
        [tagged("web")],
        budgets(ONE),
        {"workloads": [service(budget_monthly_usd=1)]},
    ),
    "a workload without a budget": ("FC102", [tagged("web")], None, {"workloads": [service()]}),
    "carbon of nothing": ("FE203", group(0, 0), {"kg_co2e_per_month": 0}, None),
    "a spec without a carbon budget": ("FE203", [ec2("i", "m8g.large")], None, {}),
    "the carbon option before the spec": (
        "FE203",
        [ec2("i", "m8g.large")],
        {"kg_co2e_per_month": 1000},
        {"carbon_budget": {"kg_co2e_per_month": 0.001}},
    ),
}


@pytest.mark.parametrize("case", HOLDS)
def test_a_gate_holds(catalog, case):
    """Nothing may be more than is allowed."""
    rule, resources, options, spec = HOLDS[case]

    assert ask(catalog, rule, resources, options=options, spec=spec) == []


FAILS = {
    "a cent above the budget": ("FC101", [ec2("i", "m8g.large")], {"monthly_usd": 65.52}, None, "65.52 USD a month"),
    "the maximum scale, when asked for": (
        "FC101",
        group(1, 4),
        {"monthly_usd": 262, "basis": "max_scale"},
        None,
        "at maximum scale is 262.10 USD",
    ),
    "a maximum without an upper end": (
        "FC101",
        group(1, UNKNOWN),
        {"monthly_usd": 1_000_000, "basis": "max_scale"},
        None,
        "settle what is not known of g",
    ),
    "the budget of the spec": (
        "FC101",
        [ec2("i", "m8g.large")],
        None,
        {"budget": {"monthly_usd": 65}},
        "over the budget of 65.00 USD",
    ),
    "a workload above its budget": ("FC102", [tagged("web")], budgets(65), None, "costs 65.52 USD a month, over"),
    "a workload's own budget": (
        "FC102",
        [tagged("web")],
        None,
        {"workloads": [service(budget_monthly_usd=65)]},
        "over its budget of 65.00 USD",
    ),
    "what may be of the workload": ("FC102", [tagged(UNKNOWN)], budgets(65), None, "costs 0.00 USD to 65.52 USD"),
    "the carbon budget of the spec": (
        "FE203",
        [ec2("i", "m8g.large")],
        None,
        {"carbon_budget": {"kg_co2e_per_month": 0.001}},
        "over the budget of 0",
    ),
    "carbon of a type that is not known": (
        "FE203",
        [ec2("i", UNKNOWN)],
        {"kg_co2e_per_month": 1000},
        None,
        "cannot be bounded, because i is not known",
    ),
    "carbon of a number that is not known": (
        "FE203",
        group(UNKNOWN, UNKNOWN),
        {"kg_co2e_per_month": 1000},
        None,
        "cannot be bounded",
    ),
    "carbon where what has no price may be launched": (
        "FE203",
        [
            launch := template("t"),
            mix("g", launch, ["trn2.48xlarge", "c7a.xlarge"], 1, 1, onDemandPercentageAboveBaseCapacity=0),
        ],
        {"kg_co2e_per_month": 1000},
        None,
        "cannot be bounded, because g is not known",
    ),
}


@pytest.mark.parametrize("case", FAILS)
def test_a_gate_fails(catalog, case):
    """On what could be, with the amount and the limit."""
    rule, resources, options, spec, words = FAILS[case]
    found = ask(catalog, rule, resources, options=options, spec=spec)

    assert len(found) == 1
    assert words in found[0]


def stored(usd):
    """A baseline in which the instance cost so much."""
    urn = "urn:pulumi:dev::project::aws:ec2/instance:Instance::i"
    line = {"what": "t3.micro on demand", "quantity": 730, "unit_usd": usd / 730}
    return [{"urn": urn, "region": "us-east-1", "monthly_usd": {"min": usd, "max": usd}, "lines": [line]}]


@pytest.mark.parametrize(
    ("options", "spec", "fails"),
    [
        pytest.param(None, {"budget": {"max_increase_percent": 10}}, True, id="the share of the spec"),
        pytest.param(None, {"budget": {"max_increase_percent": 100}}, False, id="a share of the spec that holds"),
        pytest.param({"max_increase_usd": 30}, {"budget": {"max_increase_percent": 10}}, False, id="an amount instead"),
        pytest.param(
            {"max_increase_usd": 5}, {"budget": {"max_increase_percent": 100}}, True, id="an amount that fails"
        ),
        pytest.param(
            {"max_increase_percent": 100}, {"budget": {"max_increase_percent": 10}}, False, id="a share instead"
        ),
        pytest.param(None, {}, False, id="no limit"),
    ],
)
def test_an_increase_of_a_quarter_against_the_limits(catalog, options, spec, fails):
    """From 50 to 65.52 USD a month; options win over the spec, whichever of the two limits they set."""
    found = ask(catalog, "FC103", [ec2("i", "m8g.large")], options=options, spec=spec, baseline=stored(50))

    assert bool(found) is fails


def test_what_workloads_share_counts_towards_the_budget_of_each(catalog):
    """With the share that the lock puts down to it; without a lock that says, it may be all of it."""
    shared = [tagged("api web")]
    lock = lock_with({"api": ("m8g.large",), "web": ("m8g.large",)})
    together = lock.allocations[0].model_copy(
        update={"workloads": ["api", "web"], "shares": {"api": 0.25, "web": 0.75}}
    )
    plan = lock.model_copy(update={"allocations": [*lock.allocations, together]})

    over = ask(catalog, "FC102", shared, options=budgets(49), plan=plan)
    assert len(over) == 1
    assert "'web' costs 49.14 USD a month, over its budget of 49.00 USD" in over[0]
    assert ask(catalog, "FC102", shared, options=budgets("49.15"), plan=plan) == []
    assert ask(catalog, "FC102", shared, options=budgets("16.39", "api"), plan=plan) == []
    assert "costs 0.00 USD to 65.52 USD a month" in ask(catalog, "FC102", shared, options=budgets(49))[0]
    assert ask(catalog, "FC102", shared, options=budgets(0, "we")) == []


CUDA = {"fleet:kind": "training", "fleet:stack": "cuda"}


def batch(types, *, tags=None, **more):
    sizes = {"minVcpus": 0, "maxVcpus": 16, "type": "EC2", "instanceTypes": types, **more}
    return resource(BATCH, "jobs", {"type": "MANAGED", "computeResources": {**sizes, "tags": tags or {}}})


def reserved(kind, **more):
    values = {"instanceType": kind, "instanceCount": 8, "instancePlatform": "Linux/UNIX", **more}
    return resource(RESERVATION, "kept", values)


def by_fleet(kind, bought):
    overrides = [{"instanceType": kind}]
    target = {"totalTargetCapacity": 1, "defaultTargetCapacityType": bought}
    launch = template("t", None)
    named = {"launchTemplateSpecification": {"launchTemplateId": UNKNOWN, "version": "$Latest"}, "overrides": overrides}
    values = {"launchTemplateConfigs": [named], "targetCapacitySpecification": target}
    return [launch, resource(FLEET, "f", values, property_depends_on={"launchTemplateConfigs": [launch]})]


GOT_AROUND = {
    "a family of Batch stands for its types": (
        "FA301",
        [batch(["m7i"], tags=CUDA)],
        None,
        "m7i.large has no accelerator",
    ),
    "a family of Batch that the image does not fit": (
        "FA302",
        [
            launch := template("t", None, imageId=ARM),
            resource(
                BATCH,
                "jobs",
                {
                    "computeResources": {
                        "type": "EC2",
                        "minVcpus": 0,
                        "maxVcpus": 16,
                        "instanceTypes": ["m7i"],
                        "launchTemplate": {"launchTemplateId": UNKNOWN},
                    }
                },
                property_depends_on={"computeResources": [launch]},
            ),
        ],
        None,
        "is built for arm64, m7i.large is x86_64",
    ),
    "a family of Batch that is not sold as spot": (
        "FA305",
        [batch(["mac2-m2"], type="SPOT")],
        None,
        "AWS does not sell mac2-m2.metal as spot",
    ),
    "a fleet of capacity blocks is no spot fleet": (
        "FA305",
        by_fleet("m7g.large", "capacity-block"),
        None,
        "AWS does not sell m7g.large in capacity blocks",
    ),
    "a quota in a region that is not known": (
        "FQ601",
        [ec2("i", "m7g.2xlarge", region=UNKNOWN)],
        {"quotas": {"L-1216C47A": 4}},
        "8 vCPU of quota L-1216C47A",
    ),
    "capacity that is reserved of a family that is not allowed": (
        "FT703",
        [reserved("p5.48xlarge")],
        {"families": ["m7g"]},
        "instance family p5 not allowed",
    ),
    "a host of a family that is excluded": (
        "FT703",
        [resource(HOST, "h", {"instanceFamily": "mac1", "availabilityZone": "us-east-1a"})],
        {"exclude_families": ["mac1"]},
        "instance family mac1 not allowed",
    ),
    "a region through the other package of AWS": (
        "FT702",
        [resource("aws-native:ec2:Instance", "n", {"availabilityZone": "eu-west-1a"})],
        {"regions": ["us-east-1"]},
        "region 'eu-west-1' is not allowed",
    ),
}


@pytest.mark.parametrize("case", GOT_AROUND)
def test_a_gate_is_not_got_around_by_another_spelling(catalog, case):
    """What is asked for in another way is asked for."""
    rule, resources, options, words = GOT_AROUND[case]
    found = ask(catalog, rule, resources, options=options)

    assert len(found) == 1
    assert words in found[0]


def test_global_types_of_both_packages_have_no_region(catalog):
    """IAM is everywhere, whatever the provider's region."""
    roles = [resource("aws:iam/role:Role", "a", {"region": "eu-west-1"}), resource("aws-native:iam:Role", "b", {})]

    assert ask(catalog, "FT702", roles, options={"regions": ["us-east-1"]}) == []
