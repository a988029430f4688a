"""A launch template is billed in the version that its user names, not in the newest one that the stack describes."""

from decimal import Decimal

import pytest

from fleet.interval import Interval
from fleet.stack.model import UNKNOWN

MONTH = 730
OPEN = Interval(Decimal(0), None)
NEW, OLD = {"instanceType": "m5.24xlarge"}, {"instanceType": "m5.large"}


@pytest.fixture
def billed(make, price):
    """What a group of one instance costs whose template is in a state of its life."""

    def run(version, **template):
        named = {"id": "lt-1"} if version is None else {"id": "lt-1", "version": version}
        described = make("template", "t", id="lt-1", **template)
        group = make("group", "g", {"minSize": 1, "maxSize": 1, "launchTemplate": named})
        return price(described, group)[0]["g"].monthly_usd

    return run


@pytest.fixture
def month(catalog):
    """A month of one instance of a template's type."""
    return lambda inputs: Interval.exactly(catalog.on_demand(inputs["instanceType"], "us-east-1").usd * MONTH)


@pytest.mark.parametrize("version", [None, "$Default", "$Latest", "1", 1, UNKNOWN])
def test_a_template_that_is_made_has_one_version(billed, month, version):
    assert billed(version, inputs=NEW, operation="create") == month(NEW)


@pytest.mark.parametrize(
    ("version", "default", "is_described"),
    [
        ("$Latest", 1, True),
        ("3", 1, True),
        (3, 1, True),
        ("2", 3, False),
        (None, 3, True),
        ("$Default", 3, True),
        (None, 1, False),
        ("$Default", 1, False),
    ],
)
def test_of_an_old_template_only_the_newest_version_is_known(billed, month, version, default, is_described):
    """What an older version launches is nowhere in the stack: that is not known, and not the newest version's price."""
    found = billed(
        version,
        inputs=NEW,
        outputs={**NEW, "id": "lt-1", "latestVersion": 3, "defaultVersion": default},
        operation="same",
    )

    assert found == (month(NEW) if is_described else OPEN)


@pytest.mark.parametrize(
    ("version", "more", "default", "expected"),
    [
        ("$Latest", {}, 3, NEW),
        (UNKNOWN, {}, 3, NEW),
        ("4", {}, 3, NEW),
        ("3", {}, 3, OLD),
        (None, {}, 3, OLD),
        ("$Default", {}, 3, OLD),
        ("$Default", {"updateDefaultVersion": True}, 3, NEW),
        ("$Default", {"updateDefaultVersion": False}, 3, OLD),
        ("$Default", {}, 2, None),
        ("1", {}, 3, None),
    ],
)
def test_a_change_makes_a_version_that_nobody_runs_until_it_is_named(billed, month, version, more, default, expected):
    """`$Default` stays what it was unless the template moves it."""
    found = billed(
        version,
        inputs={**NEW, **more},
        outputs={"id": "lt-1", "latestVersion": UNKNOWN, "defaultVersion": UNKNOWN},
        old_inputs=OLD,
        old_outputs={**OLD, "id": "lt-1", "latestVersion": 3, "defaultVersion": default},
        operation="update",
    )

    assert found == (OPEN if expected is None else month(expected))
