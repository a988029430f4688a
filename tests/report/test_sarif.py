"""SARIF that its schema allows and that code scanning can show.

`sarif-2.1.0-rtm.5.json` is the schema at https://json.schemastore.org/sarif-2.1.0.json without its descriptions.
"""

import json
from pathlib import Path

import jsonschema
import pytest

from fleet import report
from fleet.stack.model import Location

SCHEMA = json.loads((Path(__file__).parent / "sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8"))


def run_of(result, **more):
    log = json.loads(report.sarif(result, **more))
    jsonschema.Draft4Validator(SCHEMA).validate(log)
    return log["runs"][0]


def places(run):
    physical = [found["locations"][0]["physicalLocation"] for found in run["results"]]
    return [(place["artifactLocation"]["uri"], place["region"]["startLine"]) for place in physical]


def test_the_schema_refuses_what_is_no_sarif(example):
    log = json.loads(report.sarif(example[1]))
    log["runs"][0]["tool"].pop("driver")

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft4Validator(SCHEMA).validate(log)


def test_every_result_is_valid_and_points_at_its_rule(example):
    result = example[1]
    run = run_of(result)

    assert len(run["results"]) == len(result.findings)
    for found, finding in zip(run["results"], result.findings, strict=True):
        rule = run["tool"]["driver"]["rules"][found["ruleIndex"]]
        assert rule["id"] == found["ruleId"]
        assert rule["help"]["text"]
        assert ("suppressions" in found) == (finding.exemption is not None)
        assert found["level"] == ("note" if finding.exemption else {"mandatory": "error"}.get(finding.level, "warning"))


def test_places_start_at_the_root_of_the_repository(make):
    findings = [
        make.finding("a", location=Location(file="__main__.py", line=7)),
        make.finding("b", location=Location(file="../shared/web servers.py", line=3)),
        make.finding("c", location=None),
        make.finding("d", location=Location(file="../../../elsewhere.py", line=3)),
        make.finding("e", location=Location(file="/usr/lib/python/x.py", line=3)),
    ]

    assert places(run_of(make.result([], findings), folder="infra/live")) == [
        ("infra/live/__main__.py", 7),
        ("infra/shared/web%20servers.py", 3),
        ("infra/live/Pulumi.yaml", 1),
        ("infra/live/Pulumi.yaml", 1),
        ("infra/live/Pulumi.yaml", 1),
    ]


def test_two_findings_at_one_line_are_two_alerts(make):
    """GitHub takes results of one rule with the same `primaryLocationLineHash` for the same alert."""
    findings = [make.finding("a", location=None), make.finding("b", location=None)]
    findings.append(make.finding("b", location=None, message="FT702 and again"))
    prints = [found["partialFingerprints"] for found in run_of(make.result([], findings))["results"]]

    assert len({found["primaryLocationLineHash"] for found in prints}) == 3


def test_an_alert_stays_the_same_when_its_line_and_amounts_move(make):
    before = make.result([], [make.finding("a", message="FT702 costs 10.00", location=Location(file="a.py", line=1))])
    after = make.result([], [make.finding("a", message="FT702 costs 11.00", location=Location(file="a.py", line=9))])

    assert [r["partialFingerprints"] for r in run_of(before)["results"]] == [
        r["partialFingerprints"] for r in run_of(after)["results"]
    ]


def test_another_stack_has_results_of_its_own(make):
    """Code scanning closes the alerts of a category that the newest upload does not have."""
    runs = [run_of(make.result([], [], stack=stack)) for stack in ("dev", "prod")]

    assert [run["automationDetails"]["id"] for run in runs] == ["fleet/shop/dev/", "fleet/shop/prod/"]
