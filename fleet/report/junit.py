"""A result as JUnit XML, which every CI system shows: one case a rule, failed by its mandatory findings."""

from collections import defaultdict
from xml.sax.saxutils import escape, quoteattr

from fleet.report.harmless import plain
from fleet.result.model import Finding, Result

# XML 1.0 has no place for most control characters, not even as a reference.
_FORBIDDEN = dict.fromkeys(range(32)) | dict.fromkeys((0xFFFE, 0xFFFF))
for _allowed in (9, 10, 13):
    _FORBIDDEN.pop(_allowed)


def junit(result: Result) -> str:
    """The findings of a result as a JUnit document; advisory and exempted findings are in the case's output."""
    by_rule: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in result.findings:
        by_rule[finding.pack, finding.id or finding.rule].append(finding)
    cases = [_case(pack, rule, found) for (pack, rule), found in sorted(by_rule.items())]
    if not cases:
        cases = [f'    <testcase classname="fleet" name={_attribute("policies")} time="0"/>']
    failures = sum(any(_fails(finding) for finding in found) for found in by_rule.values())
    name = _attribute(f"{result.project}/{result.stack}")
    body = "\n".join(cases)
    counts = f'tests="{len(cases)}" failures="{failures}" errors="0" skipped="0"'
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<testsuites name="fleet" {counts}>\n  <testsuite name={name} {counts} time="0">\n{body}\n'
        "  </testsuite>\n</testsuites>\n"
    )


def _case(pack: str, rule: str, findings: list[Finding]) -> str:
    failed = [finding for finding in findings if _fails(finding)]
    noted = [finding for finding in findings if not _fails(finding)]
    inner = ""
    if failed:
        text = "\n".join(_line(finding) for finding in failed)
        message = _attribute(plain(failed[0].message))
        inner += f"\n      <failure type={_attribute(rule)} message={message}>{_text(text)}</failure>"
    if noted:
        inner += "\n      <system-out>" + _text("\n".join(_line(finding) for finding in noted)) + "</system-out>"
    return f'    <testcase classname={_attribute(pack)} name={_attribute(rule)} time="0">{inner}\n    </testcase>'


def _fails(finding: Finding) -> bool:
    return finding.level == "mandatory"


def _line(finding: Finding) -> str:
    where = f"{finding.location.file}:{finding.location.line}: " if finding.location else ""
    return plain(f"{where}{finding.urn}: {finding.message}")


def _text(value: str) -> str:
    return escape(value.translate(_FORBIDDEN))


def _attribute(value: str) -> str:
    return quoteattr(value.translate(_FORBIDDEN))
