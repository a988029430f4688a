"""How much one instance serves: whole replicas or whole streams, never parts that span instances."""

import math

from fleet.planner.accelerators.choices import Choice
from fleet.planner.accelerators.gates import accelerators_per_replica
from fleet.planner.accelerators.needs import need_of
from fleet.spec.model import Inference, Rendering

_TOLERANCE = 1e-9


def replicas_per_instance(workload: Inference, choice: Choice) -> int:
    """Whole replicas of the model that the accelerators of one instance hold."""
    spread = accelerators_per_replica(need_of(workload), choice.kind, choice.accelerator)
    return 0 if spread is None else math.floor(choice.kind.accelerators / spread)


def serving_accelerators(workload: Inference, choice: Choice) -> int:
    """Accelerators of an instance that belong to a whole replica; the rest of them idle."""
    spread = accelerators_per_replica(need_of(workload), choice.kind, choice.accelerator)
    return 0 if spread is None else math.floor(choice.kind.accelerators / spread) * spread


def tokens_per_second(workload: Inference, choice: Choice) -> float:
    """Tokens per second that an instance serves at the utilisation target."""
    rate = workload.throughput.get(choice.accelerator.key, 0.0)
    return serving_accelerators(workload, choice) * rate * workload.utilization_target


def streams_per_instance(workload: Rendering, choice: Choice) -> int:
    """Whole streams that an instance carries: a stream stays on one accelerator, or takes several of one instance."""
    rate = workload.streams_per_accelerator.get(choice.accelerator.key, 0.0)
    if rate <= 0:
        return 0
    if rate + _TOLERANCE >= 1:
        return math.floor(rate + _TOLERANCE) * math.floor(choice.kind.accelerators)
    return math.floor(choice.kind.accelerators / math.ceil(1 / rate - _TOLERANCE))
