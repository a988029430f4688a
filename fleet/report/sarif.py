"""A result as SARIF 2.1.0, for code scanning. Mandatory is error, advisory warning, exempted a suppressed note.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html, and what GitHub reads of it:
https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support-for-code-scanning
"""

import hashlib
import json
import posixpath
from collections import Counter
from typing import Any
from urllib.parse import quote

from fleet.report.harmless import plain
from fleet.result.model import Finding, Result
from fleet.stack.model import Location

_LEVEL = {"mandatory": "error", "remediate": "warning", "advisory": "warning", "disabled": "note"}
_PROBLEM = {"mandatory": "error", "remediate": "warning", "advisory": "warning", "disabled": "recommendation"}
_PROJECT = Location(file="Pulumi.yaml", line=1)
_ROOT = "%SRCROOT%"


def sarif(result: Result, *, folder: str = "") -> str:
    """The findings of a result as a SARIF log with one run.

    `folder` is the program's, relative to the root of its repository: code scanning reads paths from there.
    """
    first: dict[str, Finding] = {}
    for finding in result.findings:
        first.setdefault(_rule_id(finding), finding)
    order = {identity: index for index, identity in enumerate(sorted(first))}
    seen: Counter[str] = Counter()
    results = []
    for finding in result.findings:
        fingerprint = _fingerprint(finding)
        seen[fingerprint] += 1
        results.append(_result(finding, order, f"{fingerprint}:{seen[fingerprint]}", folder))
    run = {
        "tool": {
            "driver": {
                "name": "fleet",
                "semanticVersion": _semantic(result.tool_version),
                "rules": [_rule(identity, first[identity]) for identity in order],
            }
        },
        "automationDetails": {"id": f"fleet/{plain(result.project)}/{plain(result.stack)}/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "the root of the repository"}}},
        "results": results,
        "properties": {"project": plain(result.project), "stack": plain(result.stack), "passed": result.passed},
    }
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def _rule_id(finding: Finding) -> str:
    return plain(finding.id or f"{finding.pack}/{finding.rule}")


def _rule(identity: str, finding: Finding) -> dict[str, Any]:
    """What code scanning shows of a rule; `problem.severity` is what it sorts alerts by that are no security holes."""
    text = plain(finding.rule).replace("-", " ")
    rule: dict[str, Any] = {
        "id": identity,
        "name": "".join(word.capitalize() for word in plain(finding.rule).split("-")),
        "shortDescription": {"text": text},
        "fullDescription": {"text": text},
        "help": {"text": plain(finding.remediation or "") or f"See the rule {text} of the pack {plain(finding.pack)}."},
        "defaultConfiguration": {"level": _LEVEL[finding.level]},
        "properties": {"tags": [plain(finding.pack)], "problem.severity": _PROBLEM[finding.level]},
    }
    if finding.severity is not None:
        rule["properties"]["tags"].append(f"severity {finding.severity}")
    if finding.documentation and finding.documentation.startswith("https://"):
        rule["helpUri"] = quote(finding.documentation, safe=":/?#[]@!$&'()*+,;=%~")
    return rule


def _result(finding: Finding, order: dict[str, int], fingerprint: str, folder: str) -> dict[str, Any]:
    file, line = _place(finding.location, folder)
    place = {"artifactLocation": {"uri": quote(file), "uriBaseId": _ROOT}, "region": {"startLine": line}}
    found: dict[str, Any] = {
        "ruleId": _rule_id(finding),
        "ruleIndex": order[_rule_id(finding)],
        "level": "note" if finding.exemption is not None else _LEVEL[finding.level],
        "message": {"text": plain(finding.message) or plain(finding.rule)},
        "locations": [
            {
                "physicalLocation": place,
                "logicalLocations": [{"fullyQualifiedName": plain(finding.urn), "kind": "resource"}],
            }
        ],
        # GitHub tells alerts apart by this one, and would else take it from the text of the line.
        "partialFingerprints": {"primaryLocationLineHash": fingerprint},
    }
    if finding.exemption is not None:
        waived = finding.exemption
        reason = plain(f"{waived.reason} ({waived.owner}, until {waived.expires.isoformat()})")
        found["suppressions"] = [{"kind": "external", "status": "accepted", "justification": reason}]
    if finding.new is not None:
        found["baselineState"] = "new" if finding.new else "unchanged"
    return found


def _place(location: Location | None, folder: str) -> tuple[str, int]:
    """File from the root of the repository, and line; what lies outside is placed at the program's Pulumi.yaml."""
    for known in (location, _PROJECT):
        if known is not None and known.file and not posixpath.isabs(known.file):
            path = posixpath.normpath(posixpath.join(folder, plain(known.file)))
            if path != ".." and not path.startswith("../"):
                return path, max(known.line, 1)
    return _PROJECT.file, 1


def _fingerprint(finding: Finding) -> str:
    """Rule and resource: stable when amounts in the message or lines of the program move."""
    text = f"{finding.pack}\n{finding.rule}\n{finding.urn}"
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:32]


def _semantic(version: str) -> str:
    return version if version.count(".") >= 2 else f"{version.split('+', maxsplit=1)[0]}.0.0"  # noqa: PLR2004  (major.minor.patch)
