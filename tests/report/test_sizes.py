"""A comment fits GitHub's 65,536 characters whatever a stack holds, and says how much it leaves out."""

import re

import pytest

from fleet import report
from fleet.result import against, diff

NAMES = {
    "plain names": "machine-{}",
    "huge names": "m" * 3000 + "-{}",
    "names that escaping makes ten times as long": "@" * 500 + "-{}",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=list(NAMES))
def test_two_thousand_resources_and_findings_fit(make, name):
    names = [name.format(number) for number in range(2000)]
    head = make.result(
        [make.resource(n) for n in names], [make.finding(n) for n in names], project=name, stack=name,
        by_use=[name] * 50,
    )  # fmt: skip
    base = make.result([make.resource(names[0], 10)], [make.finding(names[0])])
    changes = diff(base, head)
    texts = [
        report.markdown(head),
        report.markdown(against(head, base), changes=changes),
        report.diff_markdown(changes),
    ]

    for text in texts:
        assert len(text) <= 65_536
        assert re.search(r"\.\.\. and 1?\d\d\d more", text)
        assert text.count("<details") == text.count("</details>")
    assert "1,460,000.00 USD a month" in texts[0]
    assert "2000 mandatory" in texts[0]


def test_a_page_of_two_thousand_resources_lists_them_all(make):
    text = report.html(make.result([make.resource(f"machine-{n}") for n in range(2000)]))

    assert text.count("<tr role") == 2001
    assert len(text) < 4_000_000
