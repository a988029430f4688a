"""Every format of a result holds the same facts, as stored in tests/golden/report."""

import json
import os
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import junitparser
import pytest

from fleet import report
from fleet.catalog import Catalog
from fleet.cost import estimate
from fleet.interval import Interval
from fleet.result import against, as_stored, diff, failing, parse_result, result_json
from fleet.stack.model import Resource, Stack

GOLDEN = Path(__file__).parents[1] / "golden" / "report"
THIRDS = Interval(Decimal(1) / 3, Decimal(2) / 3)


@pytest.mark.parametrize("name", ["table", "json", "markdown", "sarif", "junit", "html"])
def test_golden(example, name):
    case, result = example
    path = GOLDEN / f"{case}.{name}"
    text = result_json(result) if name == "json" else getattr(report, name)(result)
    if os.environ.get("FLEET_WRITE_GOLDEN") == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    assert text == path.read_text(encoding="utf-8")


def test_a_result_reads_back_as_it_was_written(example):
    _, result = example

    assert parse_result(result_json(result), "result.json") == result


def test_what_is_shown_is_what_would_be_stored(example):
    """Amounts of six places, also where the reader never sees the JSON."""
    _, result = example
    precise = replace(result, resources=[replace(r, monthly_usd=THIRDS) for r in result.resources])

    assert as_stored(precise) == parse_result(result_json(precise), "result.json")
    assert as_stored(precise).resources[0].monthly_usd == Interval(Decimal("0.333333"), Decimal("0.666667"))


@pytest.mark.parametrize("name", ["table", "markdown", "html"])
def test_total_verdict_and_every_finding_are_said(example, name):
    """A format that drops a finding, the total or the verdict misleads who reads only that one."""
    _, result = example
    text = getattr(report, name)(result)

    assert {"clean": "730.00", "violations": "830.00", "unknowns": "at least 15.00"}[example[0]] in text
    assert ("passed" if result.passed else "failed") in text
    for finding in result.findings:
        words = finding.message.removeprefix(f"{finding.id} ")
        assert words in text


@pytest.mark.parametrize("name", ["table", "markdown", "html"])
def test_what_is_not_known_is_said_and_never_shown_as_zero(make, name):
    unpriced = make.resource("new", monthly_usd=None, unpriced_reason="no price is known", lines=[])
    text = getattr(report, name)(make.result([unpriced]))

    assert "no price" in text.lower()
    assert "unpriced" in text


@pytest.mark.parametrize("name", ["table", "markdown", "html"])
@pytest.mark.parametrize(
    ("missing", "said"),
    [
        pytest.param(0, None, id="none"),
        pytest.param(1, "without 1 resource that has no price", id="one"),
        pytest.param(3, "without 3 resources that have no price", id="several"),
    ],
)
def test_a_verdict_says_what_it_was_passed_without(make, name, missing, said):
    """Budgets speak of what has a price: who reads one line reads that some has none."""
    without = [
        make.resource(f"orders{place}", monthly_usd=None, unpriced_reason="no price is known", lines=[])
        for place in range(missing)
    ]
    text = " ".join(getattr(report, name)(make.result([make.resource("web"), *without])).split())

    assert "passed" in text
    assert said is None or said in text
    assert said is not None or "that has no price" not in text


def _priced(catalog, kind, inputs):
    """The result of one resource, priced for real."""
    resource = Resource(urn=f"urn:pulumi:dev::shop::{kind}::it", type=kind, name="it", inputs=inputs)
    stack = Stack(project="shop", name="dev", resources=(resource,), config={"aws:region": "us-east-1"})
    return estimate(stack, catalog, today=date(2026, 12, 1)).resources


def test_an_amount_without_the_price_of_a_part_is_a_lower_end(make):
    """12.50 USD of storage and 32,000 IOPS are known, what 32,000 more cost is not: nobody may read a sum in it."""
    volume = {"type": "io2", "size": 100, "iops": 64000, "availabilityZone": "us-east-1a"}
    result = make.result(_priced(Catalog.load(), "aws:ebs/volume:Volume", volume))

    for text in (report.table(result), report.markdown(result), report.html(result)):
        assert "at least 2,092.50" in text
    assert "1 resource counted in part" in report.table(result)
    assert report.table(result).splitlines()[-1] == "passed, without parts of 1 resource"


def test_an_amount_that_is_open_says_why(make):
    """Who sees 73 to 438 USD for a cluster reads in the same line what it hangs on."""
    cluster = _priced(Catalog.load(), "aws:eks/cluster:Cluster", {"version": "1.29"})
    text = " ".join(report.table(make.result(cluster)).split())

    assert "73.00 to 438.00" in text
    assert "0.6 USD when version 1.29 is in extended support" in text
    assert "extended support" in report.markdown(make.result(cluster))


def test_a_warm_pool_stands_beside_the_instances(make):
    """Two of m7g.large do not cost what five do."""
    scaling = {"minSize": 1, "maxSize": 9, "desiredSize": 2}
    inputs = {"instanceTypes": ["m7g.large"], "scalingConfig": scaling}
    kept = {"warmPoolConfig": {"poolState": "RUNNING", "maxGroupPreparedCapacity": 5}}
    catalog, kind = Catalog.load(), "aws:eks/nodeGroup:NodeGroup"

    assert "with a warm pool" in report.table(make.result(_priced(catalog, kind, inputs | kept)))
    assert "warm pool" not in report.table(make.result(_priced(catalog, kind, inputs)))


@pytest.mark.parametrize("name", ["table", "markdown", "html"])
def test_a_baseline_shows_the_change_with_inputs_and_prices_apart(make, name):
    base = make.result([make.resource("web", 100), make.resource("old", 10)])
    head = make.result([make.resource("web", 200, "2")], sha="b")
    # A terminal breaks lines between words.
    text = " ".join(getattr(report, name)(against(head, base), changes=diff(base, head)).split())

    assert "+290.00" in text
    assert "+180.00 from changed inputs" in text
    assert "+110.00 from changed prices" in text


@pytest.mark.parametrize("name", ["table", "markdown", "html"])
def test_a_preview_with_old_and_new_shows_the_change_without_a_baseline(make, name):
    before = make.resource("web", 100).monthly_usd
    gone = make.free("gone", kind="aws:ec2/instance:Instance")
    resources = [make.resource("web", 130, previous_monthly_usd=before)]
    resources.append(type(gone)(**{**_fields(gone), "operation": "delete", "previous_monthly_usd": before}))
    text = getattr(report, name)(make.result(resources))

    assert "-70.00" in text


def _fields(resource):
    return {name: getattr(resource, name) for name in resource.__dataclass_fields__}


def test_known_violations_fail_no_format_when_only_new_ones_count(make):
    """Verdict, exit code, JUnit and the page say the same."""
    base = make.result([make.resource("web"), make.resource("api")], [make.finding("web")])
    head = make.result([make.resource("web"), make.resource("api")], [make.finding("web")])
    held = against(head, base, fail_on="new")

    assert (held.passed, held.reason, failing(held)) == (True, None, [])
    assert junitparser.JUnitXml.fromstring(report.junit(held).encode()).failures == 0
    assert "passed, with 1 mandatory finding of before" in report.table(held)
    assert "✅" in report.markdown(held)
    assert "❌" not in report.markdown(held)
    assert "✓ passed" in report.html(held)


def test_a_new_violation_fails_every_format_when_only_new_ones_count(make):
    base = make.result([make.resource("web")], [make.finding("web")])
    head = make.result([make.resource("web")], [make.finding("web"), make.finding("api")])
    held = against(head, base, fail_on="new")
    cases = next(iter(junitparser.JUnitXml.fromstring(report.junit(held).encode())))

    assert [finding.urn.rpartition("::")[2] for finding in failing(held)] == ["api"]
    assert cases.failures == 1
    assert "failed: 1 new mandatory finding besides 1 mandatory finding of before" in report.table(held)
    assert report.markdown(held).index("**api**") < report.markdown(held).index("**web**")


def test_junit_reads_back_with_a_case_for_each_rule(example):
    name, result = example
    suite = next(iter(junitparser.JUnitXml.fromstring(report.junit(result).encode())))

    assert suite.failures == len({finding.id or finding.rule for finding in failing(result)})
    assert suite.tests == max(len({finding.id or finding.rule for finding in result.findings}), 1)
    if name == "violations":
        failed = {case.name: [line.message for line in case.result] for case in suite if case.result}
        assert failed == {"FT702": ["FT702 not here (and 1 more)"], "no-public": ["it is public"]}


def test_json_is_one_document_with_the_fields_of_the_contract(example):
    values = json.loads(result_json(example[1]))

    assert list(values)[:8] == [
        "schema", "tool_version", "engine", "stack", "project", "catalog", "cost", "kg_co2e_per_month",
    ]  # fmt: skip
    assert all(set(found) >= {"new", "exemption", "location", "monthly_saving_usd"} for found in values["findings"])


@pytest.mark.parametrize("width", [60, 80, 160])
def test_a_table_is_never_wider_than_the_terminal(example, width):
    text = report.table(example[1], width=width)

    assert all(len(line) <= width and line == line.rstrip() for line in text.splitlines())


def test_colour_is_left_out_unless_it_is_asked_for(example):
    assert "\x1b[" not in report.table(example[1])
    assert "\x1b[" in report.table(example[1], colour=True)


@pytest.mark.parametrize("name", ["table", "markdown", "html"])
def test_a_total_of_which_nothing_is_priced_is_unknown(make, name):
    unpriced = make.resource("db", monthly_usd=None, monthly_usd_at_max_scale=None, unpriced_reason="none", lines=[])
    text = getattr(report, name)(make.result([unpriced, make.free()]))

    assert "unknown" in text
    assert "0.00 USD a month" not in text


@pytest.mark.parametrize("name", ["table", "markdown"])
def test_advice_that_repeats_is_said_once_and_counted_but_what_fails_never(make, name):
    names = [f"machine-{n}" for n in range(9)]
    advice = [make.finding(n, "advisory", rule="required-tags-missing", message=f"FT701 tags of {n}") for n in names]
    failing_ones = [make.finding(n, message=f"FT702 place of {n}") for n in names]
    text = getattr(report, name)(make.result([make.resource(n) for n in names], [*advice, *failing_ones]))

    assert text.count("FT701 tags of") == 1
    assert "and so of 8 more" in " ".join(text.replace("│", " ").split())
    assert text.count("FT702 place of") == 9
    everything = report.table(make.result([make.resource(n) for n in names], advice), everything=True)
    assert everything.count("FT701 tags of") == 9


def test_siblings_of_unlike_names_are_a_line_each(make):
    """Two clusters at one price may be of different versions: only numbered names tell of one making."""
    root = make.free("shop", kind="pulumi:pulumi:Stack")
    names = ["old", "std", "web-1", "web-2", "nat-us-east-1a", "nat-us-east-1b", "db0", "db1"]
    text = report.table(make.result([root, *(make.resource(name, 730, parent=root.urn) for name in names)]))

    assert "─ old  ec2 Instance  " in text
    assert "─ std  ec2 Instance  " in text
    for first in ("web-1", "nat-us-east-1a", "db0"):
        assert f"─ {first}  ec2 Instance x 2" in text


def test_siblings_that_differ_by_name_only_are_one_line_with_their_sum(make):
    root = make.free("shop", kind="pulumi:pulumi:Stack")
    inside = [make.resource(name, amount, parent=root.urn) for name, amount in (("a", 730), ("b", 730), ("c", 100))]
    result = make.result([root, *inside])
    text = report.table(result)

    assert "─ a  ec2 Instance x 2" in text
    assert "─ b  " not in text
    assert text.count("each 1 x") == 1
    assert "─ c  ec2 Instance  " in text
    assert "─ b  " in report.table(result, everything=True)
