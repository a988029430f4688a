"""Text for a terminal keeps to its width without cutting what tells one line from the next."""

import pytest

from fleet import report
from fleet.result import diff

NAME = "studio-main-" + "c8g-16xlarge-" * 6 + "us-east-1a"


@pytest.mark.parametrize("width", [60, 80, 160])
def test_a_long_name_is_wrapped_and_its_amount_stays(make, width):
    """The name has a line of its own where the amounts leave it no room; the type follows below."""
    text = report.table(make.result([make.resource(NAME)]), width=width)

    assert max(len(line) for line in text.splitlines()) <= width
    assert NAME in "".join(line.strip(" │├└─") for line in text.splitlines())
    assert "…" not in text
    assert "ec2 Instance" in text
    assert "730.00" in text


def test_findings_of_a_diff_are_wrapped(make):
    message = "FC105 " + "a cheaper equivalent is there for this resource, and " * 4
    found = diff(make.result([]), make.result([make.resource()], [make.finding(message=message)]))

    lines = report.diff_text(found, width=80).splitlines()

    assert max(len(line) for line in lines) <= 80
    assert " ".join(message.split()) in " ".join(" ".join(lines).split())
