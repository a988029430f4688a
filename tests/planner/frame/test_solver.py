"""The solver beside other users of HiGHS in the same process."""

import highspy
import numpy as np
import pytest

from fleet.planner.milp import Limits, Program, solve
from fleet.planner.packing.linear import Linear


@pytest.fixture
def busy():
    """Another library has started HiGHS's pool of threads with two of them."""
    other = highspy.Highs()
    other.silent()
    highspy.Highs.resetGlobalScheduler(True)  # noqa: FBT003  (the signature of HiGHS)
    other.setOptionValue("threads", 2)
    other.addVars(1, np.zeros(1), np.ones(1))
    other.run()
    yield
    highspy.Highs.resetGlobalScheduler(True)  # noqa: FBT003  (the signature of HiGHS)


@pytest.mark.usefixtures("busy")
def test_another_pool_of_threads_does_not_turn_programs_into_unsolved_ones():
    program = Program()
    nodes = program.column(1.0)
    program.row({nodes: 2.0}, low=3.0)

    assert solve(program, Limits()).values == (2,)


@pytest.mark.usefixtures("busy")
def test_another_pool_of_threads_does_not_stop_linear_programs():
    linear = Linear([3.0], [9.0])
    linear.add(np.array([1.0]), np.array([[2.0]]))

    assert linear.run()
    assert linear.cost == pytest.approx(1.5)
