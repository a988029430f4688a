"""What each reason against a type means, in words for a person."""

from collections.abc import Mapping

from fleet.vocabulary import Reason

__all__ = ["MEANING"]

MEANING: Mapping[Reason, str] = {
    "accelerator_memory_too_small": "the memory of its accelerators does not hold what is asked",
    "architecture": "its architecture is not among 'architectures', or the work does not run on it",
    "bare_metal": "bare metal is left out unless candidates.bare_metal is true",
    "burstable": "burstable types are left out unless candidates.burstable is true",
    "capacity_block_window": "no capacity block is long enough, or starts in time",
    "excluded": "categories, families or types of 'candidates' leave it out",
    "framework_unsupported": "the framework, or this version of it, does not run on it",
    "generation": "it is older than candidates.min_generation",
    "interruption_rate": "spot is interrupted more often than max_interruption_percent",
    "macos_unsupported": "it does not run min_macos",
    "memory_too_small": "it has too little memory for one unit of the work",
    "needs_mac": "the work needs a Mac",
    "no_accelerator": "it has no accelerator",
    "no_efa": "it has no Elastic Fabric Adapter for training over several nodes",
    "no_graphics": "EC2 does not list it for graphics",
    "no_price": "no price is known",
    "no_ray_tracing": "it has no ray-tracing cores",
    "no_spot_data": "nothing is known of its spot interruptions",
    "no_throughput": "the spec gives no throughput for its accelerator",
    "no_video_encoder": "it has no video encoder",
    "not_in_region": "it is not offered in a region of the workload",
    "not_in_zone": "it is not offered in as many zones as are asked",
    "not_orderable": "EC2 does not sell it by type",
    "precision_unsupported": "its accelerator does not run the precision",
    "purchase_unsupported": "AWS does not sell it in a way that the spec allows",
    "quota": "a quota does not allow it",
    "stack_unsupported": "none of accelerator_stacks runs on it",
    "too_small": "it is too small for one unit of the work, or larger than max_vcpus",
    "unavailable": "'unavailable' lists it",
}
