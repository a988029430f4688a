"""What AWS sells, as values. Unknown is None, never 0; what is not sold or not priced says why.

No decision may read a name: family, category and generation are columns of the snapshot.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from fleet.vocabulary import Architecture, Purchase, Stack

Note = Literal["", "derived", "estimate", "negotiated"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """A unit price in USD (an hour of one instance or host, unless the offer says otherwise), with date and source."""

    usd: Decimal
    as_of: date
    source: str
    note: Note = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpriced:
    """Why there is no price, in words for a user."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceType:
    """One EC2 instance type, as DescribeInstanceTypes has it, corrected where the API is known to be wrong."""

    name: str
    family: str
    category: str
    """Letters that AWS names the category by: c, m, r, t, g, p, trn, inf, mac, hpc, u, x, i, d, ..."""
    generation: int | None
    current_generation: bool
    architecture: Architecture
    processor_maker: str
    processor: str
    """Marketing name where it is known: Graviton5, Xeon (Granite Rapids), EPYC (Turin), Apple M4."""
    vcpus: int
    cores: int | None
    clock_ghz: float | None
    memory_gib: float
    hypervisor: str | None
    bare_metal: bool
    burstable: bool
    baseline_vcpus: float | None
    """vCPUs that a burstable type may use without end; None for other types."""
    network: str
    network_gbps: float | None
    """Baseline of all cards together, as the API gives it."""
    ebs_mbps: int | None
    efa_interfaces: int
    """EFA interfaces at most (0: no EFA)."""
    network_cards: int
    enis: int
    ipv4_per_eni: int
    instance_storage_gb: int
    usage_classes: frozenset[str]
    """AWS's words: on-demand, spot, capacity-block."""
    dedicated_hosts: bool
    placement_strategies: frozenset[str]
    accelerator: str | None
    """Key of the accelerator table; None without."""
    accelerators: float
    """How many of that key (fractional types have 1 of a fractional key such as l4-1/8)."""
    accelerator_memory_gib: float | None
    """Of all accelerators together."""
    coremark: float | None
    """Measured CoreMark iterations per second of the whole instance."""
    ffmpeg_fps: float | None
    """Measured frames per second of an ffmpeg transcode."""
    measured_on: date | None = None
    """Day of the measurements."""
    size: str = ""
    """What stands after the dot: 2xlarge, metal-48xl."""
    microarchitecture: str = ""
    """Row of the power table that fits the processor: Sapphire Rapids, EPYC 3rd Gen, Graviton3; '' where unknown."""
    network_peak_gbps: float | None = None
    ebs_baseline_mbps: int | None = None
    ipv6: bool = False
    quota_on_demand: str | None = None
    quota_spot: str | None = None
    quota_host: str | None = None
    quota_capacity_block: str | None = None
    successor: str = ""
    """The same size in the next generation of the family, '' where there is none."""
    correction: str = ""
    """What was corrected against the EC2 API, and why; '' when nothing was."""
    why_not: str = ""
    """Why AWS does not sell the type like others (UltraServer members, ...); '' when it does."""

    @property
    def max_pods(self) -> int:
        """Pods that fit by ENI addresses, as EKS counts: enis x (addresses - 1) + 2."""
        return self.enis * (self.ipv4_per_eni - 1) + 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Accelerator:
    """One kind of accelerator, also kinds that EC2 does not sell."""

    key: str
    name: str
    maker: str
    memory_gib: float | None
    memory_gbps: float | None
    tflops: Mapping[str, float]
    """Dense peak by precision (fp32, fp16, bf16, fp8, mxfp8, fp4, int8); what is missing is unknown."""
    precisions: frozenset[str]
    """Precisions that the hardware runs, whether or not a peak is known."""
    power_w: float | None
    video_encode: bool | None
    ray_tracing: bool | None
    graphics: bool
    """EC2 lists `graphics` among the workloads of this GPU."""
    nvlink: bool | None
    stacks: frozenset[Stack]
    frameworks: Mapping[str, str]
    """Framework -> reason it is unsupported on this accelerator ('' where supported). Absent: no gate known."""
    orderable: bool
    why_not: str
    """Why EC2 does not sell it by type; '' when it does."""
    families: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedType:
    """A type that only a price list or the capacity block page knows: it has prices, but no shape."""

    name: str
    family: str
    accelerator: str | None
    accelerators: float
    architecture: Architecture | None
    known: str
    """What is known, in words."""
    why_not: str
    """Why it is no candidate."""
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """What a name stands for: types, an accelerator, or a text that says why there is nothing to buy."""

    name: str
    kind: Literal["type", "family", "listed", "accelerator", "chip", "processor", "system"]
    types: tuple[InstanceType, ...] = ()
    listed: tuple[ListedType, ...] = ()
    accelerator: "Accelerator | None" = None
    """The one accelerator that it is."""
    keys: tuple[str, ...] = ()
    """Keys of all accelerators that it stands for."""
    text: str = ""
    """What it is and how it is sold, or why it is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MacHost:
    """What the Mac planner needs beyond the shape."""

    instance_type: str
    host_family: str
    chip: str
    """Short key: m1, m1-ultra, m2, m2-pro, m4, m4-pro, m4-max, m3-ultra, intel."""
    chip_name: str
    oldest_macos: str | None
    newest_macos: str | None
    quota_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """An EC2 service quota: its code, unit and AWS default."""

    code: str
    name: str
    unit: str
    default: Decimal | None
    purchase: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SavingsPlanRate:
    """The hourly rate of a type under a savings plan."""

    instance_type: str
    region: str
    plan: Literal["compute", "ec2_instance"]
    term: str
    payment: str
    price: Price

    @property
    def terms(self) -> str:
        """Plan, term and payment in one line: `compute 1yr no-upfront`."""
        return f"{self.plan} {self.term} {self.payment}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interruption:
    """Spot Advisor's figures: interruption bucket (per cent a month, None: no upper end) and savings."""

    low_percent: int
    high_percent: int | None
    savings_percent: int
    as_of: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where the figures of a table come from, for tables whose rows do not say so; as_of None: no day is known."""

    as_of: date | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A type in a region, bought one way: at a price, or unpriced with the reason."""

    instance_type: str
    region: str
    purchase: Purchase
    price: Price | Unpriced
    zone: str = ""
    """Zone or Local Zone that the price is of; '' for the region."""
    terms: str = ""
    """Of a savings plan: which plan, for how long, paid how."""
