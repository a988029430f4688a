"""A result as JUnit XML, which every CI system shows: one case a rule, failed by the findings that fail the result."""

from collections import defaultdict
from xml.sax.saxutils import escape, quoteattr

from fleet.report.harmless import plain
from fleet.result.against import fails
from fleet.result.model import Finding, Result


def junit(result: Result) -> str:
    """The findings of a result as a JUnit document; what does not fail is in the case's output."""
    by_rule: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in result.findings:
        by_rule[finding.pack, finding.id or finding.rule].append(finding)
    cases = [_case(result, pack, rule, found) for (pack, rule), found in sorted(by_rule.items())]
    if not cases:
        cases = [f'    <testcase classname="fleet" name={_attribute("policies")} time="0"/>']
    failures = sum(any(fails(result, finding) for finding in found) for found in by_rule.values())
    name = _attribute(f"{result.project}/{result.stack}")
    body = "\n".join(cases)
    counts = f'tests="{len(cases)}" failures="{failures}" errors="0" skipped="0"'
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<testsuites name="fleet" {counts}>\n  <testsuite name={name} {counts} time="0">\n{body}\n'
        "  </testsuite>\n</testsuites>\n"
    )


def _case(result: Result, pack: str, rule: str, findings: list[Finding]) -> str:
    failed = [finding for finding in findings if fails(result, finding)]
    noted = [finding for finding in findings if not fails(result, finding)]
    inner = ""
    if failed:
        text = "\n".join(_line(finding) for finding in failed)
        more = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
        message = _attribute(failed[0].message + more)
        inner += f"\n      <failure type={_attribute(rule)} message={message}>{escape(text)}</failure>"
    if noted:
        inner += "\n      <system-out>" + escape("\n".join(_line(finding) for finding in noted)) + "</system-out>"
    return f'    <testcase classname={_attribute(pack)} name={_attribute(rule)} time="0">{inner}\n    </testcase>'


def _line(finding: Finding) -> str:
    """One finding on one line; `plain` leaves nothing that XML has no place for."""
    where = f"{finding.location.file}:{finding.location.line}: " if finding.location else ""
    what = finding.level if finding.exemption is None else "exempted"
    return plain(f"{what}: {where}{finding.urn}: {finding.message}")


def _attribute(value: str) -> str:
    return quoteattr(plain(value))
