"""Rendering in the words of the model: streams, whole ones on whole instances."""

from fleet.planner.accelerators.capacity import streams_per_instance
from fleet.planner.accelerators.serving import Demand
from fleet.planner.accelerators.standing import Task
from fleet.spec.model import Rendering


def rendering_task(workload: Rendering) -> Task:
    """What the workload demands, and the streams that an instance carries."""
    return Task(
        workload=workload,
        demand=Demand(amount=float(workload.streams)),
        capacity=lambda choice: streams_per_instance(workload, choice),
    )
