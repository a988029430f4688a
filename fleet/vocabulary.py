"""The closed word lists that spec, catalog, plan and result share. AWS's words for AWS things, plain words for ours."""

from typing import Literal

Architecture = Literal["arm64", "x86_64", "arm64_mac", "x86_64_mac"]
Kind = Literal["service", "batch", "training", "inference", "rendering", "apple_builds"]
Need = Literal["video_encode", "ray_tracing", "fp8", "fp4"]
Platform = Literal["ios", "ipados", "macos", "tvos", "watchos", "visionos", "linux"]
Precision = Literal["fp32", "tf32", "fp16", "bf16", "int8", "fp8", "mxfp8", "fp4"]
Purchase = Literal["on_demand", "spot", "savings_plan", "capacity_block", "dedicated_host"]
Stack = Literal["cuda", "neuron", "rocm", "graphics", "habana"]
Status = Literal["optimal", "feasible", "infeasible", "timed_out"]

Reason = Literal[
    "accelerator_memory_too_small",
    "architecture",
    "bare_metal",
    "burstable",
    "capacity_block_window",
    "excluded",
    "framework_unsupported",
    "generation",
    "interruption_rate",
    "macos_unsupported",
    "memory_too_small",
    "needs_mac",
    "no_accelerator",
    "no_efa",
    "no_graphics",
    "no_price",
    "no_ray_tracing",
    "no_spot_data",
    "no_throughput",
    "no_video_encoder",
    "not_in_region",
    "not_in_zone",
    "not_orderable",
    "precision_unsupported",
    "purchase_unsupported",
    "quota",
    "stack_unsupported",
    "too_small",
    "unavailable",
]
"""Why the planner turns a type down for a workload."""
