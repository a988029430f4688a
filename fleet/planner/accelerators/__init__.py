"""Training, inference and rendering on any accelerator that EC2 has: what can run, what it costs, what is chosen."""

from fleet.planner.accelerators.comparison import Judgement
from fleet.planner.accelerators.offers import Counter
from fleet.planner.accelerators.planning import (
    compare,
    judge,
    judge_accelerator,
    on_demand_choices,
    plan_inference,
    plan_rendering,
    plan_training,
    reasons,
    standing_task,
)

__all__ = [
    "Counter",
    "Judgement",
    "compare",
    "judge",
    "judge_accelerator",
    "on_demand_choices",
    "plan_inference",
    "plan_rendering",
    "plan_training",
    "reasons",
    "standing_task",
]
