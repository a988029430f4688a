"""A result as SARIF 2.1.0, for code scanning. Levels: mandatory is error, advisory is warning; exempted is suppressed.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

import hashlib
import json
from typing import Any
from urllib.parse import quote

from fleet.report.harmless import plain
from fleet.result.model import Finding, Result

_LEVEL = {"mandatory": "error", "remediate": "warning", "advisory": "warning", "disabled": "none"}
_SCORE = {"low": "2.0", "medium": "5.0", "high": "8.0", "critical": "9.5"}
"""GitHub sorts alerts by `security-severity`, 0 to 10."""


def sarif(result: Result) -> str:
    """The findings of a result as a SARIF log with one run; charges and totals are in the run's properties."""
    rules = {_rule_id(finding): finding for finding in result.findings}
    order = sorted(rules)
    run = {
        "tool": {
            "driver": {
                "name": "fleet",
                "semanticVersion": _semantic(result.tool_version),
                "rules": [_rule(identity, rules[identity]) for identity in order],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"PROGRAM": {"description": {"text": "the folder of the Pulumi program"}}},
        "results": [_result(finding, order.index(_rule_id(finding))) for finding in result.findings],
        "properties": {"project": result.project, "stack": result.stack, "passed": result.passed},
    }
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def _rule_id(finding: Finding) -> str:
    return finding.id or f"{finding.pack}/{finding.rule}"


def _rule(identity: str, finding: Finding) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "id": identity,
        "name": "".join(word.capitalize() for word in finding.rule.split("-")),
        "shortDescription": {"text": finding.rule.replace("-", " ")},
        "defaultConfiguration": {"level": _LEVEL[finding.level]},
        "properties": {"tags": [finding.pack]},
    }
    if finding.severity is not None:
        rule["properties"]["security-severity"] = _SCORE[finding.severity]
    if finding.remediation:
        rule["help"] = {"text": finding.remediation}
    if finding.documentation:
        rule["helpUri"] = finding.documentation
    return rule


def _result(finding: Finding, index: int) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": "Pulumi.yaml", "uriBaseId": "PROGRAM"}}
    if finding.location is not None:
        place["artifactLocation"]["uri"] = quote(finding.location.file)
        place["region"] = {"startLine": finding.location.line}
    else:
        place["region"] = {"startLine": 1}
    found: dict[str, Any] = {
        "ruleId": _rule_id(finding),
        "ruleIndex": index,
        "level": _LEVEL[finding.level],
        "message": {"text": plain(finding.message) or finding.rule},
        "locations": [
            {"physicalLocation": place, "logicalLocations": [{"fullyQualifiedName": finding.urn, "kind": "resource"}]}
        ],
        "partialFingerprints": {"fleetFinding/v1": _fingerprint(finding)},
    }
    if finding.exemption is not None:
        waived = finding.exemption
        found["suppressions"] = [
            {
                "kind": "external",
                "status": "accepted",
                "justification": f"{waived.reason} ({waived.owner}, until {waived.expires.isoformat()})",
            }
        ]
    if finding.new is not None:
        found["baselineState"] = "new" if finding.new else "unchanged"
    return found


def _fingerprint(finding: Finding) -> str:
    """Rule and resource: stable when amounts in the message or lines of the program move."""
    return hashlib.sha256(f"{finding.rule}\n{finding.urn}".encode()).hexdigest()[:32]


def _semantic(version: str) -> str:
    return version if version.count(".") >= 2 else f"{version.split('+', maxsplit=1)[0]}.0.0"  # noqa: PLR2004  (major.minor.patch)
