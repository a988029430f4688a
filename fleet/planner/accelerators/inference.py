"""Inference in the words of the model: replicas, tokens per second, or a mix of requests."""

from fleet.planner.accelerators.capacity import replicas_per_instance, serving_accelerators, tokens_per_second
from fleet.planner.accelerators.serving import Bucket, Demand
from fleet.planner.accelerators.standing import Task
from fleet.spec.model import Inference, RequestBucket

MIX_GAP = 1e-4
"""Relative gap at which the solver may stop on a request mix: a tenth of the 0.1 % that is promised."""


def inference_task(workload: Inference) -> Task:
    """What the workload demands, and what an instance serves of it."""
    if workload.request_mix is not None:
        buckets = [
            _bucket(workload, number, bucket)
            for number, bucket in enumerate(workload.request_mix, start=1)
            if bucket.requests_per_second > 0
        ]
        return Task(
            workload=workload,
            demand=Demand(buckets=buckets),
            capacity=lambda choice: serving_accelerators(workload, choice),
            relative_gap=MIX_GAP,
        )
    if workload.tokens_per_second is not None:
        return Task(
            workload=workload,
            demand=Demand(amount=workload.tokens_per_second),
            capacity=lambda choice: tokens_per_second(workload, choice),
        )
    return Task(
        workload=workload,
        demand=Demand(amount=float(workload.replicas or 0)),
        capacity=lambda choice: replicas_per_instance(workload, choice),
    )


def _bucket(workload: Inference, number: int, bucket: RequestBucket) -> Bucket:
    """Accelerators that serve the whole bucket at the utilisation target."""
    return Bucket(
        label=f"bucket {number} ({bucket.input_tokens} + {bucket.output_tokens} tokens)",
        load={
            key: bucket.requests_per_second / rate / workload.utilization_target
            for key, rate in bucket.throughput.items()
        },
    )
