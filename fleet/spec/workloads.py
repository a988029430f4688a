"""What must run: one model for each kind of workload."""

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from fleet.spec import clashes
from fleet.spec.choices import Candidates, PurchaseRules
from fleet.spec.fields import (
    Amount,
    Count,
    Day,
    MacosVersion,
    Name,
    NotNegative,
    Positive,
    Region,
    Share,
    SpecModel,
    Tags,
    Words,
    Zones,
    refuse,
)
from fleet.vocabulary import Need, Platform, Precision, Stack

__all__ = [
    "AppleBuilds",
    "Batch",
    "Compute",
    "Inference",
    "PerReplica",
    "Rendering",
    "RequestBucket",
    "Service",
    "Training",
    "Workload",
]

_Chip = Annotated[str, Words("a chip such as m1, m2, m2-pro, m4, m4-pro, m4-max or intel")]
_Throughput = dict[str, Positive]


class _Workload(SpecModel):
    name: Name = Field(description="Name of the workload, unique in the fleet.")
    tags: Tags = Field({}, description="Tags of the workload's resources, on top of the fleet's.")
    regions: list[Region] = Field([], description="Any one of them; left out: the fleet's region.")
    interruptible: bool = Field(default=False, description="Whether spot may be used: the work survives interruptions.")
    hours_per_month: Annotated[float, Field(ge=0, le=730, allow_inf_nan=False)] | None = Field(
        None, description="Hours a month that the workload runs; left out: all of them, or what its demand says."
    )
    budget_monthly_usd: Amount | None = Field(None, description="USD a month at most for this workload.")
    candidates: Candidates = Field(Candidates(), description="Filters that narrow the fleet's.")
    purchase: PurchaseRules | None = Field(None, description="Purchase rules instead of the fleet's.")
    ami: str | None = Field(None, description="Machine image: an AMI id or an SSM parameter path; left out: AWS's own.")
    min_nodes: Count = Field(0, description="Nodes at least.")


class PerReplica(SpecModel):
    """What one replica of a service needs."""

    vcpus: Positive = Field(description="vCPUs of a replica.")
    memory_gib: Positive = Field(description="GiB of memory of a replica.")


class Service(_Workload):
    """Long-running replicas."""

    kind: Literal["service"] = "service"
    cluster: str | None = Field(None, description="Cluster whose nodes it shares; left out: nodes of its own.")
    language: str | None = Field(None, description="Language, such as swift: informs architecture and Apple rules.")
    replicas: Count = Field(description="How many replicas run.")
    per_replica: PerReplica = Field(description="What one replica needs.")
    zone_spread: Zones = Field(1, description="Over so many zones; counts differ by at most 1.")
    exclusive_nodes: bool = Field(default=False, description="Whether its nodes are shared with nobody.")


class Batch(_Workload):
    """Work that is done when so many vCPU-hours are done, so many times a month."""

    kind: Literal["batch"] = "batch"
    vcpu_hours: NotNegative = Field(description="vCPU-hours of one run.")
    runs_per_month: NotNegative = Field(description="Runs a month.")
    memory_gib_per_vcpu: NotNegative = Field(description="GiB of memory for each vCPU.")
    deadline_hours: Positive = Field(description="A run is done within so many hours.")


class Compute(SpecModel):
    """Training work: PFLOP-days at a precision, and the share of the peak that each stack reaches."""

    pflop_days: Positive = Field(description="Work in PFLOP-days (10^15 operations a second for a day).")
    precision: Precision = Field("bf16", description="Precision that the work is counted and done in.")
    utilization: Annotated[dict[Stack, Share], Field(min_length=1)] = Field(
        description="Share of the peak that the training code reaches, for each stack: your own measurement."
    )


class Training(_Workload):
    """One job with a deadline, by work or by accelerator count."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["compute"]}, {"required": ["accelerators"]}]})

    kind: Literal["training"] = "training"
    framework: str | None = Field(None, description="Framework, such as pytorch, jax or tensorflow.")
    framework_version: str | None = Field(None, description="Version of the framework, in quotes.")
    accelerator_stacks: Annotated[list[Stack], Field(min_length=1)] = Field(
        description="Software stacks that the code runs on."
    )
    compute: Compute | None = Field(None, description="The work; or give accelerators.")
    accelerators: Annotated[int, Field(ge=1, le=1_000_000)] | None = Field(
        None, description="So many accelerators for deadline_days; or give compute."
    )
    min_accelerator_memory_gib: NotNegative = Field(0.0, description="GiB of memory of each accelerator at least.")
    deadline_days: Positive = Field(description="Days until the job is done, or that it runs with accelerators.")
    start: Day | None = Field(None, description="First day of the job.")

    @model_validator(mode="after")
    def _fields_go_together(self) -> Self:
        refuse(clashes.training(self.__dict__))
        return self


class RequestBucket(SpecModel):
    """Requests of one size: how many a second, and how many each accelerator serves a second."""

    input_tokens: Count = Field(description="Tokens that a request brings.")
    output_tokens: Count = Field(description="Tokens that a request makes.")
    requests_per_second: NotNegative = Field(description="Requests of this size a second.")
    throughput: _Throughput = Field(description="Accelerator: requests of this size a second that one of them serves.")


class Inference(_Workload):
    """A model that is served: by replicas, by tokens a second, or by a mix of requests."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": [key]} for key in ("tokens_per_second", "replicas", "request_mix")]}
    )

    kind: Literal["inference"] = "inference"
    framework: str | None = Field(None, description="Framework, such as vllm or pytorch.")
    framework_version: str | None = Field(None, description="Version of the framework, in quotes.")
    accelerator_stacks: Annotated[list[Stack], Field(min_length=1)] = Field(
        description="Software stacks that the code runs on."
    )
    precision: Precision | None = Field(None, description="Precision that the model is served in.")
    model_memory_gib: Positive = Field(
        description="Weights and cache of one replica in GiB; a replica spans accelerators of one instance."
    )
    tokens_per_second: NotNegative | None = Field(None, description="Tokens a second; needs throughput.")
    replicas: Count | None = Field(None, description="Replicas of the model.")
    request_mix: Annotated[list[RequestBucket], Field(min_length=1)] | None = Field(
        None, description="Requests by size; one kind of accelerator may serve some and another the rest."
    )
    throughput: _Throughput = Field({}, description="Accelerator: tokens a second that one of them serves.")
    utilization_target: Share = Field(0.7, description="Share of the throughput that is planned on.")

    @model_validator(mode="after")
    def _fields_go_together(self) -> Self:
        refuse(clashes.inference(self.__dict__))
        return self


class Rendering(_Workload):
    """Real-time video: streams, and how many each accelerator carries."""

    kind: Literal["rendering"] = "rendering"
    streams: Count = Field(description="Streams at the same time.")
    streams_per_accelerator: _Throughput = Field(description="Accelerator: streams that one of them carries.")
    needs: list[Need] = Field(["video_encode"], description="What the accelerator must have.")


class AppleBuilds(_Workload):
    """Builds that need Apple's SDKs, over a 168-hour week from Monday 00:00."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["builds_per_weekday"]}, {"required": ["profile"]}]}
    )

    kind: Literal["apple_builds"] = "apple_builds"
    platforms: Annotated[list[Platform], Field(min_length=1)] = Field(
        description="Platforms that are built for; linux alone needs no Mac."
    )
    builds_per_weekday: NotNegative | None = Field(
        None, description="Builds on each day from Monday to Friday, in working hours; or give profile."
    )
    profile: (
        Annotated[
            list[NotNegative],
            Field(min_length=168, max_length=168),
            Words("a list of exactly 168 numbers, 0 or more: builds in each hour of the week from Monday 00:00"),
        ]
        | None
    ) = Field(None, description="Builds in each of the 168 hours of the week from Monday 00:00.")
    minutes_per_build: Positive = Field(description="Minutes of one build on reference_chip.")
    reference_chip: _Chip = Field("m2", description="Chip that minutes_per_build was measured on.")
    build_speed: dict[str, Positive] = Field(
        {}, description="Chip: speed against reference_chip; a chip not named counts as 1.0."
    )
    memory_gib_per_vm: Positive = Field(8.0, description="GiB of memory of each virtual machine that builds.")
    max_vms_per_host: Annotated[int, Field(ge=1, le=2)] = Field(2, description="1 or 2: Apple's limit.")
    min_macos: MacosVersion | None = Field(None, description='Oldest macOS that builds run on, in quotes: "26".')
    ready_minutes: NotNegative = Field(30.0, description="From allocation of a host to its first build.")
    min_hosts: Count = Field(0, description="Hosts that are always there.")
    max_wait_minutes: NotNegative = Field(
        20.0, description="Longest wait for a free slot: 95th percentile, Poisson arrivals within each hour."
    )

    @model_validator(mode="after")
    def _fields_go_together(self) -> Self:
        refuse(clashes.apple_builds(self.__dict__))
        return self


Workload = Annotated[Service | Batch | Training | Inference | Rendering | AppleBuilds, Field(discriminator="kind")]
