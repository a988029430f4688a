"""Every rule of the pack is whole: page, examples that run, options, remediation, and a place of its own."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from fleet_policies.analysis import Analysis, analyze
from fleet_policies.pages import SECTIONS, Example, examples, page
from fleet_policies.registry import documentation_url, rules
from fleet_policies.rule import Rule
from fleet_policies.scene import Given, Scene
from fleet_policies.settings import read_settings

from fleet.catalog import Catalog
from fleet.errors import ConfigError
from fleet.plans.model import Allocation, CatalogStamp, Plan
from fleet.result.baseline import parse_baseline
from fleet.result.exemptions import parse_exemptions
from fleet.result.grammar import parse_message

TODAY = date(2026, 12, 1)
PAGES = Path(__file__).parents[2] / "docs" / "rules"
RULES = tuple(rules().values())
WAIVABLE = tuple(rule for rule in RULES if rule.exemptable)
LOOKING = tuple(rule for rule in RULES if rule.name != "exempted-finding")
EVERY = pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.id}-{rule.name}")
CONTRACT = {
    "FC101": ("monthly-budget-exceeded", "mandatory"),
    "FC102": ("workload-budget-exceeded", "mandatory"),
    "FC103": ("cost-increase-exceeded", "mandatory"),
    "FC104": ("unpriced-resource", "advisory"),
    "FC105": ("cheaper-equivalent-available", "advisory"),
    "FC106": ("previous-generation-instance", "advisory"),
    "FC107": ("on-demand-for-interruptible-work", "advisory"),
    "FC108": ("steady-usage-without-commitment", "advisory"),
    "FC109": ("non-production-without-schedule", "advisory"),
    "FC110": ("gp2-volume", "advisory"),
    "FC111": ("capacity-block-cheaper", "advisory"),
    "FC112": ("spot-max-price-set", "advisory"),
    "FE201": ("graviton-available", "advisory"),
    "FE202": ("accelerator-oversized", "advisory"),
    "FE203": ("carbon-budget-exceeded", "mandatory"),
    "FE204": ("high-carbon-region", "disabled"),
    "FE205": ("burstable-for-sustained-work", "advisory"),
    "FE206": ("idle-accelerators", "advisory"),
    "FA301": ("accelerator-cannot-run-workload", "mandatory"),
    "FA302": ("image-architecture-mismatch", "mandatory"),
    "FA303": ("training-without-efa", "advisory"),
    "FA304": ("training-without-placement-group", "advisory"),
    "FA305": ("no-purchase-path", "mandatory"),
    "FA306": ("no-list-price", "advisory"),
    "FM401": ("mac-instance-without-host", "mandatory"),
    "FM402": ("mac-host-released-early", "mandatory"),
    "FM403": ("mac-host-underused", "advisory"),
    "FM404": ("mac-host-without-instance", "advisory"),
    "FM405": ("mac-work-that-needs-no-mac", "advisory"),
    "FM406": ("mac-scaling-without-host-group", "mandatory"),
    "FR501": ("spot-without-diversification", "advisory"),
    "FR502": ("service-in-one-zone", "advisory"),
    "FR503": ("spot-for-uninterruptible-work", "mandatory"),
    "FR504": ("spot-interruption-too-high", "advisory"),
    "FQ601": ("quota-exceeded", "mandatory"),
    "FT701": ("required-tags-missing", "mandatory"),
    "FT702": ("region-not-allowed", "mandatory"),
    "FT703": ("family-not-allowed", "mandatory"),
    "FT704": ("plan-drift", "advisory"),
    "FT705": ("exemption-expired", "mandatory"),
    "FT706": ("exempted-finding", "advisory"),
}


@pytest.fixture(scope="module")
def catalog():
    return Catalog.load()


def lock_with(plan):
    """A lock that holds the types of an example."""
    stamp = CatalogStamp(as_of=TODAY, sha256="0" * 64, regions=["us-east-1"])
    allocations = [
        Allocation(
            workloads=[workload],
            instance_type=name,
            purchase="on_demand",
            region="us-east-1",
            zones=["us-east-1a"],
            count=1,
            unit_hourly_usd=Decimal(1),
            hours_per_month=730,
            monthly_usd=Decimal(730),
            shares={workload: 1},
            price_as_of=TODAY,
            price_source="example",
        )
        for workload, types in plan.items()
        for name in types
    ]
    return Plan(
        name="example",
        planned_on=TODAY,
        spec_sha256="0" * 64,
        catalog=stamp,
        status="optimal",
        monthly_usd=Decimal(730),
        one_off_usd=Decimal(0),
        lower_bound_usd=Decimal(730),
        gap_percent=0,
        allocations=allocations,
        nodes=[],
        rejections=[],
        conflicts=[],
        schedules=[],
        quotas=[],
        assumptions=[],
        next_steps=[],
    )


def outcome(rule: Rule, example: Example, catalog: Catalog, *, config=None, waive=True) -> Analysis:
    """What all rules say about an example, with the rule at mandatory level and the example's options."""
    known = {name: each.id for name, each in rules().items()}
    given = Given(
        today=example.today or TODAY,
        catalog=catalog,
        plan=None if example.plan is None else lock_with(example.plan),
        baseline=None if example.baseline is None else parse_baseline(example.baseline, "example"),
        waivers=parse_exemptions(list(example.exemptions), known, "example") if waive else (),
    )
    entry = {"enforcementLevel": "mandatory", **example.options, **(config or {})}
    settings = read_settings({rule.name: entry}, rules())
    return analyze(Scene(example.stack, given), rules(), settings)


def of_rule(rule: Rule, analysis: Analysis):
    return [finding for finding in analysis.findings if finding.rule == rule.name]


def test_every_rule_of_the_contract_is_there_with_its_name_and_level():
    """Ids, names and default levels are what users configure: they stay as they were promised."""
    assert {rule.id: (rule.name, rule.level) for rule in RULES} == CONTRACT


@EVERY
def test_a_rule_lives_in_a_file_of_its_name_and_area(rule):
    """A reader finds a rule by its name; the letter of its id says the area."""
    areas = {"C": "cost", "E": "efficiency", "A": "accelerators", "M": "mac"}
    areas |= {"R": "resilience", "Q": "quotas", "T": "governance"}

    assert rule.area == areas[rule.id[1]]
    assert rule.check.__module__.startswith("fleet_policies.")
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.name)
    assert not rule.name.startswith(("no-unknown", "disallow", "ban"))


@EVERY
def test_a_page_has_all_sections_and_a_source(rule):
    """A page says what, why, how to do it right, the options, and where the claim comes from."""
    headings = re.findall(r"^## (.*)$", rule.page, re.MULTILINE)

    assert tuple(headings) == SECTIONS
    assert rule.page.startswith(rule.summary)
    assert documentation_url(rule).startswith("https://")
    assert rule.fix.endswith(".")
    assert rule.summary.endswith(".")


@EVERY
def test_every_option_is_described_on_the_page_and_in_the_schema(rule):
    """An option that nobody explains is an option that nobody uses."""
    _, _, options = rule.page.partition("## Options")

    for name, schema in rule.options.items():
        assert f"`{name}`" in options
        assert schema["type"] in {"string", "number", "integer", "boolean", "array", "object"}
        assert len(schema["description"]) > 10


@EVERY
def test_the_bad_example_is_reported_and_the_good_one_is_not(rule, catalog):
    """The page's own programs prove the rule."""
    bad, good = examples(rule)

    assert of_rule(rule, outcome(rule, bad, catalog))
    assert of_rule(rule, outcome(rule, good, catalog)) == []


@EVERY
def test_a_message_is_read_back_by_its_grammar(rule, catalog):
    """The engine carries only text: id, saving and exemption come back out of it."""
    for finding in of_rule(rule, outcome(rule, examples(rule)[0], catalog)):
        found = parse_message(f"{rule.summary}\n{finding.message}")

        assert found is not None
        assert found.id == rule.id
        assert "UNKNOWN" not in finding.message
        assert finding.urn == "" or finding.urn.startswith("urn:pulumi:")


@EVERY
def test_the_order_of_resources_changes_nothing(rule, catalog):
    """The engine sends resources in random order."""
    bad, _ = examples(rule)
    turned = replace(bad, stack=replace(bad.stack, resources=bad.stack.resources[::-1]))

    assert outcome(rule, bad, catalog) == outcome(rule, turned, catalog)


@EVERY
def test_a_rule_can_be_turned_off_and_made_advisory(rule, catalog):
    """The level is the user's."""
    bad, _ = examples(rule)
    advisory = outcome(rule, bad, catalog, config={"enforcementLevel": "advisory"})

    assert of_rule(rule, outcome(rule, bad, catalog, config={"enforcementLevel": "disabled"})) == []
    assert {finding.level for finding in of_rule(rule, advisory)} == {"advisory"}


@pytest.mark.parametrize("rule", WAIVABLE, ids=lambda rule: rule.id)
def test_an_exemption_moves_the_finding_and_an_expired_one_does_not(rule, catalog):
    """A waived finding is reported as exempted while the exemption lasts, and stands again afterwards."""
    bad, _ = examples(rule)
    waiver = {"rule": rule.id, "resource": "*", "owner": "web", "reason": 'a "good" one', "expires": "2026-12-31"}
    held = outcome(rule, replace(bad, exemptions=(waiver,)), catalog)
    late = outcome(rule, replace(bad, exemptions=({**waiver, "expires": "2026-11-01"},)), catalog)
    firm = outcome(rule, replace(bad, exemptions=(waiver,)), catalog, config={"exemptable": False})
    waived = [finding for finding in held.findings if finding.rule == "exempted-finding"]

    assert of_rule(rule, held) == []
    assert {parse_message(finding.message).waived for finding in waived} == {rule.name}
    assert {parse_message(finding.message).exemption.reason for finding in waived} == {'a "good" one'}
    assert of_rule(rule, late)
    assert "exemption-expired" in {finding.rule for finding in late.findings}
    assert of_rule(rule, firm)


@EVERY
def test_an_unknown_option_is_refused_with_the_nearest_name(rule):
    """A typo in the configuration never passes in silence."""
    with pytest.raises(ConfigError, match=f"{rule.name}: unknown option 'unknwon'"):
        read_settings({rule.name: {"unknwon": 1}}, rules())


@pytest.mark.parametrize("rule", LOOKING, ids=lambda rule: rule.id)
@pytest.mark.parametrize(
    "failure", [RuntimeError("s3cret"), SystemExit(1), RecursionError(), KeyboardInterrupt()], ids=repr
)
def test_a_crash_is_a_finding_of_that_rule_and_the_others_go_on(rule, failure, catalog):
    """A rule that fails keeps its level, tells nothing of the program, and stops nobody else."""

    def crash(_scene, _options):
        raise failure

    _, good = examples(rule)
    broken = {**rules(), rule.name: replace(rule, check=crash)}
    settings = read_settings({rule.name: {"enforcementLevel": "mandatory"}}, broken)
    analysis = analyze(Scene(good.stack, Given(today=TODAY, catalog=catalog)), broken, settings)
    own = of_rule(rule, analysis)

    assert [finding.level for finding in own] == ["mandatory"]
    assert "failed with" in own[0].message
    assert "s3cret" not in own[0].message
    assert len(analysis.notes) > 0


@EVERY
def test_the_page_in_docs_is_current(rule):
    """docs/rules is written from the rules: `python -m fleet_policies.write_pages` writes it anew."""
    assert (PAGES / f"{rule.name}.md").read_text() == page(rule)
