"""A plan on a terminal: nothing is cut, whatever the width."""

from pathlib import Path

import pytest

from fleet.plans import NOMINAL_MEMORY, read_lock
from fleet.report.plan import plan_text

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def plan():
    return read_lock(ROOT / "fleet.lock.json")


@pytest.mark.parametrize("width", [66, 80, 99, 100, 120, 200])
def test_workloads_and_amounts_are_whole_at_every_width(plan, width):
    text = plan_text(plan, width=width)
    table = text.split("\n\n")[1]

    assert "…" not in table
    for allocation in plan.allocations:
        assert all(f"{name} " in table for name in allocation.workloads)
    assert max(len(line) for line in table.splitlines()) <= width


@pytest.mark.parametrize("everything", [False, True])
def test_lines_add_up_to_the_total(plan, everything):
    """Lines that stand for many types hold the sum of them."""
    table = plan_text(plan, width=120, everything=everything).split("\n\n")[1]
    amounts = [line.split()[-1] for line in table.splitlines()[2:] if not line.endswith("once")]

    assert sum(float(amount.replace(",", "")) for amount in amounts) == pytest.approx(float(plan.monthly_usd), abs=0.1)


def test_a_command_is_one_line_however_long(plan):
    commands = [step for step in plan.next_steps if step.startswith("aws ")]

    lines = [line.strip().removeprefix("$ ") for line in plan_text(plan, width=80, everything=True).splitlines()]

    assert commands
    assert set(commands) <= set(lines)


def test_what_the_amounts_leave_out_is_said_beside_them(plan):
    text = " ".join(plan_text(plan, width=80).split())
    unclustered = plan.model_copy(update={"allocations": [a for a in plan.allocations if a.cluster is None]})

    assert "Not in the plan: the network (NAT gateways, addresses), the fee of EKS, root volumes" in text
    assert "'fleet preview' adds them" in text
    assert "the fee of EKS" not in plan_text(unclustered, width=200)


def test_nominal_memory_is_said_without_being_asked_for_and_counted_once(plan):
    said = [text for text in plan.assumptions if text.endswith(NOMINAL_MEMORY)]
    short = " ".join(plan_text(plan, width=80).split())

    assert said
    assert all(short.count(text) == 1 for text in said)
    assert f"{len(plan.assumptions) - len(said)} more assumptions: see --verbose" in short
