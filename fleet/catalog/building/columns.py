"""Columns of every table of a snapshot, in order. Folders (`on_demand/`) hold one file a region."""

__all__ = ["COLUMNS", "columns_of"]

_PRICE = ("usd", "as_of", "note", "source")

COLUMNS: dict[str, tuple[str, ...]] = {
    "accelerators": (
        "key", "name", "maker", "memory_gib", "memory_gbps", "fp32", "fp16", "bf16", "fp8", "mxfp8", "fp4", "int8",
        "precisions", "power_w", "video_encode", "ray_tracing", "graphics", "nvlink", "stacks", "frameworks",
        "orderable", "why_not", "families", "notes", "source",
    ),
    "capacity_blocks": ("region", "zone", "instance_type", *_PRICE),
    "hosts": ("region", "instance_type", *_PRICE),
    "listed": (
        "name", "family", "accelerator", "accelerators", "architecture", "known", "why_not", "source",
    ),
    "mac_hosts": (
        "instance_type", "host_family", "chip", "chip_name", "cpu_cores", "gpu_cores", "oldest_macos", "newest_macos",
        "quota_code",
    ),
    "offerings": ("instance_type", "zones"),
    "on_demand": ("instance_type", *_PRICE),
    "origins": ("table", "as_of", "source"),
    "power": ("microarchitecture", "min_watts", "max_watts", "caveat"),
    "quota_limits": ("code", "value", "as_of"),
    "quotas": ("code", "name", "unit", "default", "purchase"),
    "regions": ("region", "zones", "t_co2e_per_kwh", "grid_source"),
    "savings_plan_rates": ("region", "instance_type", "plan", "term", "payment", *_PRICE),
    "service_prices": ("region", "service", "item", "unit", *_PRICE),
    "sources": ("id", "text"),
    "spot": ("zone", "instance_type", *_PRICE),
    "spot_advisor": ("instance_type", "savings_percent", "bucket"),
    "systems": ("name", "kind", "stands_for", "text", "source"),
    "types": (
        "name", "family", "size", "category", "generation", "current_generation", "architecture", "processor_maker",
        "processor", "microarchitecture", "vcpus", "cores", "clock_ghz", "memory_gib", "hypervisor", "bare_metal",
        "burstable", "baseline_vcpus", "network", "network_gbps", "network_peak_gbps", "ebs_mbps", "ebs_baseline_mbps",
        "efa_interfaces", "network_cards", "enis", "ipv4_per_eni", "ipv6", "instance_storage_gb", "usage_classes",
        "dedicated_hosts", "placement_strategies", "accelerator", "accelerators", "accelerator_memory_gib",
        "coremark", "ffmpeg_fps", "measured_on", "quota_on_demand", "quota_spot", "quota_host", "quota_capacity_block",
        "successor", "correction", "why_not",
    ),
}  # fmt: skip


def columns_of(table: str) -> tuple[str, ...]:
    """Columns of a table by its path: `on_demand/us-east-1` has those of `on_demand`."""
    return COLUMNS[table.partition("/")[0]]
