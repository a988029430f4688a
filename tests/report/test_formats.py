"""Every format of a result holds the same facts, and no name of a user does harm in any of them."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from fleet import report
from fleet.result import parse_result, result_json

GOLDEN = Path(__file__).parents[1] / "golden" / "report"
EVIL = "<script>document.title='bad'</script>[red]\n\x1b[31m" + "x" * 1000


@pytest.mark.parametrize("name", ["table", "markdown", "sarif", "junit", "html"])
def test_golden(example, name):
    case, result = example
    path = GOLDEN / f"{case}.{name}"
    text = getattr(report, name)(result)
    if os.environ.get("FLEET_WRITE_GOLDEN") == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    assert text == path.read_text(encoding="utf-8")


def test_a_result_reads_back_as_it_was_written(example):
    _, result = example

    assert parse_result(result_json(result), "result.json") == result


@pytest.mark.parametrize("width", [60, 80, 160])
def test_a_table_is_never_wider_than_the_terminal_and_never_cuts_money(make, width):
    result = make.result([make.resource(EVIL)], [make.finding(EVIL, message=EVIL)])
    text = report.table(result, width=width)

    assert "\x1b" not in text
    assert "[red]" in text
    assert "730.00" in text
    assert all(len(line) <= width and line == line.rstrip() for line in text.splitlines())


def test_markdown_fits_a_comment_with_two_thousand_resources_and_five_hundred_findings(make):
    resources = [make.resource(f"machine-{n}") for n in range(2000)]
    text = report.markdown(make.result(resources, [make.finding(f"machine-{n}") for n in range(500)]))

    assert len(text) < 65_536
    assert "more" in text


@pytest.mark.parametrize("name", ["markdown", "html"])
def test_a_script_in_a_name_stays_text(make, name):
    result = make.result([make.resource(EVIL)], [make.finding(EVIL, message=EVIL)])
    text = getattr(report, name)(result)

    assert "<script>document" not in text
    assert "\x1b" not in text


def test_sarif_points_at_the_line_and_suppresses_what_is_exempted(example):
    _, result = example
    run = json.loads(report.sarif(result))["runs"][0]

    assert len(run["results"]) == len(result.findings)
    for found, finding in zip(run["results"], result.findings, strict=True):
        assert run["tool"]["driver"]["rules"][found["ruleIndex"]]["id"] == found["ruleId"]
        assert found["locations"][0]["physicalLocation"]["region"]["startLine"] == 7
        assert ("suppressions" in found) == (finding.exemption is not None)


def test_junit_reads_back_with_its_failures(make):
    import junitparser

    text = report.junit(make.result([make.resource()], [make.finding(message=EVIL)]))

    assert junitparser.JUnitXml.fromstring(text.encode()).failures == 1


@pytest.mark.browser
def test_the_page_sorts_and_filters_in_a_browser(make, tmp_path):
    chromium = shutil.which("chromium")
    assert chromium, "the browser tests need chromium: run scripts/install-chromium"
    result = make.result([make.resource("small", 1), make.resource(EVIL, 2), make.resource("large", 3)])
    act = """<script>document.querySelectorAll('th button')[3].click();
      const f=document.getElementById('filter');f.value='small';f.dispatchEvent(new Event('input'));</script></body>"""
    page = tmp_path / "report.html"
    page.write_text(report.html(result).replace("</body>", act), encoding="utf-8")
    ran = subprocess.run(
        [chromium, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}/profile", "--dump-dom",
         page.as_uri()],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    rows = re.findall(r"<tr( hidden=\"\")?><td>(.)", ran.stdout)

    assert rows == [(' hidden=""', "l"), (' hidden=""', "&"), ("", "s")]
    assert 'aria-sort="descending"' in ran.stdout
    assert "<title>shop / dev: fleet</title>" in ran.stdout
