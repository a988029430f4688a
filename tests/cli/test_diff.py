"""`fleet diff` of two commits of the example, of states, and of what is no result."""

import json
import re
from decimal import Decimal

import pytest

DAY = ("--today", "2026-12-01")


@pytest.fixture
def two_commits(planned, fleet):
    """Results before and after: `embed` grows, `licensing` changes its type, `chat` is removed."""
    assert fleet("preview", "--stack", "prod", "--format", "json", "--output", "base.json", *DAY).code == 0
    spec = planned / "fleet.yaml"
    text = spec.read_text(encoding="utf-8")
    text = text.replace("requests_per_second: 3000", "requests_per_second: 6000")
    text = text.replace("candidates: {architectures: [x86_64]}", "candidates: {families: [m7i]}")
    text = re.sub(r"  - name: chat .*?\n\n", "", text, flags=re.DOTALL)
    spec.write_text(text, encoding="utf-8")
    assert fleet("plan", *DAY).code == 0
    ran = fleet("preview", "--stack", "prod", "--format", "json", "--output", "head.json", *DAY)
    assert ran.code == 0, ran.err
    return planned


def amounts(path):
    """URN -> lowest and highest amount of a stored result, read without the code under test."""
    resources = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal, parse_int=Decimal)["resources"]
    priced = {r["urn"]: r["monthly_usd"] for r in resources if r["monthly_usd"] is not None}
    return {urn: (interval["min"], interval["max"]) for urn, interval in priced.items()}


def test_amounts_add_up_over_two_commits_of_the_example(two_commits, fleet):
    """Recomputed from the two stored results: every resource, and every total."""
    ran = fleet("diff", "base.json", "head.json", "--format", "json")
    found = json.loads(ran.out, parse_float=Decimal, parse_int=Decimal)
    before, after = amounts(two_commits / "base.json"), amounts(two_commits / "head.json")
    nothing = (Decimal(0), Decimal(0))
    changes = {r["urn"]: r for r in found["resources"]}

    for urn in before.keys() | after.keys():
        was, now = before.get(urn, nothing), after.get(urn, nothing)
        ends = sorted((now[0] - was[0], now[1] - was[1]))
        told = changes[urn]["change_usd"] if urn in changes else {"min": 0, "max": 0}
        assert (told["min"], told["max"]) == tuple(ends), urn
    for column in ("change_usd", "by_inputs_usd", "by_prices_usd", "by_coverage_usd"):
        for end in ("min", "max"):
            assert sum(r[column][end] for r in found["resources"]) == found["totals"][column][end]
    # One catalog: nothing is a change of prices.
    assert found["totals"]["by_prices_usd"] == {"min": 0, "max": 0}
    change = {r["name"]: r["change"] for r in found["resources"] if r["type"] == "aws:autoscaling/group:Group"}
    assert change["studio-embed-inf2-xlarge"] == "changed"
    assert change["studio-chat-p5-48xlarge"] == "removed"
    assert {change[name] for name in change if name.startswith("studio-licensing-m7i")} == {"added"}
    assert {change[name] for name in change if name.startswith("studio-licensing-m6a")} == {"removed"}


def test_the_reason_and_the_capacity_are_in_every_format(two_commits, fleet):
    for format_ in ("table", "markdown"):
        text = fleet("diff", "base.json", "head.json", "--format", format_).out.replace("&gt;", ">")

        assert "desiredCapacity: 11 -> 2" in text or "desiredCapacity: 11.0 -> 2" in text
        assert "inf2.xlarge on demand in us-east-1: 11 -> 2" in text
        assert "p5.48xlarge on demand in us-east-1: 2 -> 0" in text


def state(path, stack, project, instances):
    """A state export of these instances by name."""
    head = f"urn:pulumi:{stack}::{project}::"
    provider = {
        "urn": f"{head}pulumi:providers:aws::default", "type": "pulumi:providers:aws", "custom": True, "id": "p",
        "inputs": {"region": "us-east-1"},
    }  # fmt: skip
    resources = [
        {"urn": f"{head}aws:ec2/instance:Instance::{name}", "type": "aws:ec2/instance:Instance", "custom": True,
         "id": name, "provider": f"{provider['urn']}::p", "inputs": {"instanceType": kind, "ami": "ami-1"}}
        for name, kind in instances.items()
    ]  # fmt: skip
    path.write_text(json.dumps({"version": 3, "deployment": {"resources": [provider, *resources]}}))
    return str(path)


def test_states_of_another_stack_and_project_hold_the_same_resources(example, fleet):
    base = state(example / "a.json", "dev", "shop", {"web": "m7g.large", "api": "m7g.large"})
    head = state(example / "b.json", "prod", "store", {"web": "m7g.xlarge", "api": "m7g.large"})
    found = json.loads(fleet("diff", base, head, "--format", "json", *DAY).out)

    assert [(r["name"], r["change"]) for r in found["resources"]] == [("web", "changed")]
    assert found["unchanged"] == 1
    # On-demand Linux in us-east-1, twice the size at twice the price.
    assert found["totals"]["change_usd"]["min"] == pytest.approx(730 * 0.0816, abs=0.01)


def test_a_state_against_itself_has_no_difference(example, fleet):
    same = state(example / "a.json", "dev", "shop", {"web": "m7g.large"})
    ran = fleet("diff", same, same, *DAY)

    assert (ran.code, "0.00 USD a month" in ran.out, "1 resource unchanged" in ran.out) == (0, True, True)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"findings": [], "tool_version": "1"}', "no json"])
def test_what_is_no_result_is_named_with_what_to_give(example, fleet, text):
    (example / "broken.json").write_text(text, encoding="utf-8")
    ran = fleet("diff", "broken.json", "broken.json", *DAY)

    assert (ran.code, ran.out) == (2, "")
    assert "broken.json" in ran.err
