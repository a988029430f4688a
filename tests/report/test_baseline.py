"""A result held against an earlier one: what is new, what is known, what it cost before."""

from dataclasses import replace
from datetime import date

import pytest

from fleet.result import Exemption, against, diff, failing


def flags(result, base):
    return [finding.new for finding in against(result, base).findings]


def test_a_finding_is_known_by_pack_rule_and_resource_whatever_its_amounts(make):
    base = make.result([], [make.finding("web", message="FT702 costs 10.00")])
    head = make.result([], [make.finding("web", message="FT702 costs 12.00"), make.finding("api")])

    assert flags(head, base) == [False, True]
    assert against(head, base).counts.new == 1


@pytest.mark.parametrize(
    "changed", [{"rule": "other"}, {"pack": "house-rules"}, {"urn": "urn:pulumi:dev::shop::aws:ec2/eip:Eip::web"}]
)
def test_another_rule_pack_or_resource_is_new(make, changed):
    assert flags(make.result([], [make.finding("web", **changed)]), make.result([], [make.finding("web")])) == [True]


def test_a_second_finding_of_a_rule_on_a_known_resource_is_new(make):
    base = make.result([], [make.finding("web", message="FT702 first")])
    head = make.result([], [make.finding("web", message="FT702 second"), make.finding("web", message="FT702 first")])

    assert flags(head, base) == [True, False]


def test_a_finding_whose_exemption_ended_is_new(make):
    waiver = Exemption(owner="web", reason="later", expires=date(2027, 1, 1))
    base = make.result([], [make.finding("web", "advisory", exemption=waiver)])

    assert flags(make.result([], [make.finding("web")]), base) == [True]


def test_the_baseline_of_another_stack_of_the_same_program_counts(make):
    there = make.finding("web")
    base = make.result([], [replace(there, urn=there.urn.replace(":dev::", ":prod::"))], stack="prod")

    assert flags(make.result([], [make.finding("web")]), base) == [False]


def test_only_new_mandatory_findings_fail_when_only_new_ones_count(make):
    base = make.result([], [make.finding("web")])
    head = make.result([], [make.finding("web"), make.finding("api", "advisory")])

    assert (against(head, base).passed, against(head, base).reason) == (False, "violation")
    assert (against(head, base, fail_on="new").passed, failing(against(head, base, fail_on="new"))) == (True, [])


def test_what_a_resource_cost_before_comes_from_the_baseline(make):
    base = make.result([make.resource("web", 100)])
    held = against(make.result([make.resource("web", 200), make.resource("new", 1)]), base)

    assert [r.previous_monthly_usd for r in held.resources] == [base.resources[0].monthly_usd, None]


def test_a_resource_that_moved_under_another_parent_is_the_same_resource(make):
    urn = "urn:pulumi:dev::shop::shop:index:Web$aws:ec2/instance:Instance::web"
    found = diff(make.result([make.resource("web")]), make.result([make.resource("web", urn=urn)]))

    assert (found.resources, found.unchanged) == ([], 1)


def test_two_resources_of_one_name_under_new_parents_are_not_guessed_at(make):
    def under(parent):
        return f"urn:pulumi:dev::shop::shop:index:{parent}$aws:ec2/instance:Instance::web"

    base = make.result([make.resource("web", 1, urn=under("A")), make.resource("web", 2, urn=under("B"))])
    head = make.result([make.resource("web", 1, urn=under("C")), make.resource("web", 2, urn=under("D"))])

    assert sorted(item.change for item in diff(base, head).resources) == ["added", "added", "removed", "removed"]


def test_states_of_two_projects_together_keep_resources_of_one_name_apart(make):
    other = "urn:pulumi:dev::data::aws:ec2/instance:Instance::web"
    base = make.result([make.resource("web", 10), make.resource("web", 20, urn=other)])
    head = make.result([make.resource("web", 11), make.resource("web", 25, urn=other)])
    found = diff(base, head)

    assert [(r.urn.split("::")[1], r.change_usd.min) for r in found.resources] == [("data", 5), ("shop", 1)]


def test_what_waits_for_its_deletion_is_no_second_resource(make):
    """An interrupted replacement leaves the old resource in the state under the same URN."""
    waiting = make.free("web", kind="aws:ec2/instance:Instance")
    found = diff(
        make.result([replace(waiting, operation="delete"), make.resource("web", 100)]),
        make.result([make.resource("web", 100), replace(waiting, operation="delete")]),
    )

    assert (found.resources, found.totals.change_usd.min) == ([], 0)
