"""All planted mistakes are found and nothing else is, by the pack's own process over the Analyzer protocol."""

from collections import Counter

import pytest
from fleet_policies.registry import rules

from fleet.result.grammar import parse_message
from tests.policies.planted import PROGRAMS

STACK = "project-dev"


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_all_planted_mistakes_are_found_and_nothing_else(program, told):
    """Rule and resource, counted: a decoy that is reported fails as much as a mistake that is not."""
    report = told.analyze(
        program.resources,
        config=program.config,
        exemptions=program.exemptions,
        baseline=program.baseline,
        planned=program.planned,
        stack_config={"aws:region": "us-east-1"},
    )
    names = {resource.urn: resource.name for resource in report.stack.resources}
    found = Counter((parse_message(f.message).id, names[f.urn].replace(STACK, "")) for f in report.findings)

    assert found == Counter((rule, name) for rule, names in program.expected.items() for name in names)


def test_the_set_is_large_enough_to_mean_something():
    """At least a hundred mistakes in thirty programs, for every rule of the pack."""
    planted = [rule for program in PROGRAMS for rule, names in program.expected.items() for _ in names]

    assert len(PROGRAMS) >= 30
    assert len(planted) >= 100
    assert set(planted) == {rule.id for rule in rules().values()}
