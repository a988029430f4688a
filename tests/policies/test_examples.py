"""The examples of every rule in the pack's own process, over the Analyzer protocol."""

import pytest
from fleet_policies.pages import examples
from fleet_policies.registry import rules

RULES = tuple(rules().values())
EVERY = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
WAIVER = {"resource": "*", "owner": "web", "reason": "soon", "expires": "2026-12-31"}


def ask(told, rule, example, *, waiver=None, **options):
    """What the process finds in an example with the rule at mandatory level."""
    return told.analyze(
        example.stack,
        config={rule.name: {"enforcementLevel": "mandatory", **example.options, **options}},
        exemptions=[*example.exemptions, *([waiver] if waiver else [])],
        baseline=example.baseline,
        planned=example.plan,
    )


@EVERY
def test_the_bad_example_is_reported_and_the_good_one_is_not(rule, told):
    """What the engine would show: the finding at its level with severity, remediation and a link, or nothing."""
    bad, good = (ask(told, rule, example).of(rule.name) for example in examples(rule))

    assert good == ()
    assert {finding.severity for finding in bad} == {rule.severity}
    assert {finding.remediation for finding in bad} == {rule.fix}
    assert all(finding.documentation.startswith("https://") for finding in bad)
    assert all(finding.message.startswith(f"{rule.id} ") for finding in bad)


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.exemptable], ids=lambda rule: rule.id)
def test_an_exemption_holds_until_it_expires_and_only_where_the_rule_takes_one(rule, told):
    """Waived findings become findings of exempted-finding at their own level."""
    bad, _ = examples(rule)
    held = ask(told, rule, bad, waiver={"rule": rule.name, **WAIVER})
    late = ask(told, rule, bad, waiver={"rule": rule.name, **WAIVER, "expires": "2026-11-30"})
    firm = ask(told, rule, bad, waiver={"rule": rule.name, **WAIVER}, exemptable=False)

    assert held.of(rule.name) == ()
    assert {finding.level for finding in held.of("exempted-finding")} == {"advisory"}
    assert late.of(rule.name)
    assert {finding.level for finding in late.of("exemption-expired")} >= {"mandatory"}
    assert firm.of(rule.name)
    assert rule.name not in {f.message.split()[2] for f in firm.of("exempted-finding")}


@EVERY
def test_a_rule_takes_every_level_that_it_may_have(rule, told):
    """Advisory and disabled are for all; remediate is refused but for the rule that changes something."""
    bad, _ = examples(rule)
    soft = ask(told, rule, bad, enforcementLevel="advisory")

    assert {finding.level for finding in soft.of(rule.name)} == {"advisory"}
    assert ask(told, rule, bad, enforcementLevel="disabled").of(rule.name) == ()
