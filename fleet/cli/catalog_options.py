"""The filters of `fleet catalog query` as options: a table, and the signature that typer reads from it."""

import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from fleet.errors import CatalogError

if TYPE_CHECKING:
    from fleet.catalog.query import Filters


__all__ = ["OPTIONS", "Option", "filters_of", "with_options"]

Shape = Literal["many", "whole", "number", "amount", "flag", "either", "text"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One option: its name on the command line, the filter that it fills, and what it takes."""

    flag: str
    field: str
    shape: Shape
    help: str
    units: str = ""
    """Name of the table of units of an amount: MEMORY, NETWORK, EBS, STORAGE, PRICE."""

    @property
    def name(self) -> str:
        """The option as a parameter of a function."""
        return self.flag.replace("-", "_")


def _many(flag: str, field: str, help_: str) -> Option:
    return Option(flag=flag, field=field, shape="many", help=f"{help_}; repeat for more.")


def _amount(flag: str, field: str, help_: str, units: str) -> Option:
    return Option(flag=flag, field=field, shape="amount", help=help_, units=units)


def _plain(shape: Shape, flag: str, help_: str, field: str = "") -> Option:
    return Option(flag=flag, field=field or flag.replace("-", "_"), shape=shape, help=help_)


OPTIONS = (
    _many("architecture", "architectures", "arm64, x86_64, arm64_mac, x86_64_mac"),
    _many("category", "categories", "c, m, r, g, p, trn, inf, mac, ..."),
    _plain("whole", "generation", "Exactly this generation."),
    _plain("whole", "min-generation", "This generation or a newer one."),
    _plain("flag", "current-generation", "Leave out previous generations."),
    _many("maker", "makers", "Maker of the processor: AWS, AMD, Intel, Apple"),
    _many("hypervisor", "hypervisors", "nitro, xen"),
    _many("processor", "processors", "Processor: graviton5, turin, xeon, granite-rapids"),
    _many("usage-class", "usage_classes", "Usage class it must have: on-demand, spot, capacity-block"),
    _plain("whole", "min-vcpus", "At least so many vCPUs."),
    _plain("whole", "max-vcpus", "At most so many vCPUs."),
    _plain("whole", "min-cores", "At least so many cores."),
    _plain("number", "min-baseline", "Burstable: vCPUs that it may use without end.", "min_baseline_vcpus"),
    _amount("memory", "min_memory_gib", "At least so much memory: 64, 64GiB, 1TiB.", "MEMORY"),
    _amount("max-memory", "max_memory_gib", "At most so much memory.", "MEMORY"),
    _plain("number", "min-clock", "Sustained clock in GHz.", "min_clock_ghz"),
    _amount("network", "min_network_gbps", "Baseline of at least so much: 25, 25Gbps.", "NETWORK"),
    _amount("ebs", "min_ebs_mbps", "EBS bandwidth of at least so much: 10000, 10Gbps.", "EBS"),
    _amount("storage", "min_storage_gb", "Instance storage of at least so much: 900, 2TB.", "STORAGE"),
    _plain("whole", "min-pods", "Pods that its interfaces allow."),
    _plain("whole", "min-interfaces", "Elastic network interfaces."),
    _plain("flag", "efa", "With an Elastic Fabric Adapter."),
    _plain("either", "bare-metal", "Bare metal only, or none of it."),
    _plain("either", "burstable", "Burstable types only, or none of them."),
    _plain("flag", "dedicated-hosts", "That dedicated hosts can carry."),
    _plain("text", "macos", "Macs that nothing known keeps from this macOS: 15.6, 26."),
    _many("placement", "placement", "Placement strategy it must support: cluster, partition, spread"),
    _many(
        "accelerator",
        "accelerators",
        "Accelerator: h100, a100, l4-1/8, trainium2; 'fleet catalog accelerators' has all",
    ),
    _many("accelerator-maker", "accelerator_makers", "Maker of the accelerator: NVIDIA, AWS, AMD, ..."),
    _plain("number", "min-accelerators", "Accelerators of one instance."),
    _amount("accelerator-memory", "min_accelerator_memory_gib", "Of one accelerator: 80, 80GiB.", "MEMORY"),
    _plain("number", "min-bf16-tflops", "Dense BF16 peak of one accelerator."),
    _plain("number", "max-accelerator-power", "Watts of one accelerator.", "max_accelerator_power_w"),
    _many("stack", "stacks", "cuda, neuron, rocm, graphics, habana"),
    _many("precision", "precisions", "bf16, fp8, fp4, ..."),
    _many("framework", "frameworks", "That the accelerator is known to run: pytorch, vllm, ..."),
    _plain("flag", "video-encode", "With a video encoder."),
    _plain("flag", "ray-tracing", "With ray-tracing cores."),
    _plain("flag", "graphics", "That EC2 lists for graphics."),
    _plain("flag", "nvlink", "With NVLink."),
    _plain("number", "min-coremark", "Measured CoreMark iterations a second of the instance."),
    _plain("number", "min-ffmpeg", "Measured ffmpeg frames a second of the instance.", "min_ffmpeg_fps"),
    _plain("text", "zone", "Offered in this zone."),
    _amount("max-price", "max_price", "USD an hour, or 2000/month.", "PRICE"),
    _plain("number", "max-interruption", "Spot interruptions, per cent a month.", "max_interruption_percent"),
    _plain("flag", "priced", "Leave out what has no price.", "priced_only"),
)

_METAVARS: Mapping[Shape, str] = {"many": "NAME", "whole": "N", "number": "N", "amount": "AMOUNT", "text": "NAME"}

_TYPES: Mapping[Shape, Any] = {
    "many": list[str] | None,
    "whole": int | None,
    "number": float | None,
    "amount": str | None,
    "flag": bool,
    "either": bool | None,
    "text": str | None,
}


def filters_of(names: list[str] | None, given: Mapping[str, Any]) -> "Filters":
    """Filters of the options that were given. CatalogError for an amount with an unknown unit."""
    from fleet.catalog.query import Filters

    values = {option.field: _value(option, given[option.name]) for option in OPTIONS}
    return Filters(types=tuple(names or ()), **values)


def with_options(command: Callable[..., None]) -> Callable[..., None]:
    """The command with one keyword parameter for each option instead of its `**given`."""
    signature = inspect.signature(command)
    own = [p for p in signature.parameters.values() if p.kind is not inspect.Parameter.VAR_KEYWORD]
    added = [_parameter(option) for option in OPTIONS]
    command.__signature__ = signature.replace(parameters=[*own, *added])  # type: ignore[attr-defined]  # read by typer
    command.__annotations__ |= {parameter.name: parameter.annotation for parameter in added}
    return command


def _value(option: Option, value: Any) -> Any:
    if option.shape == "many":
        return tuple(value or ())
    if option.shape in ("whole", "number") and value is not None and not 0 <= value < math.inf:
        raise CatalogError(f"--{option.flag} is {value}; it must be a number from 0 up")
    if not option.units or value is None:
        return value
    from fleet.catalog import quantity

    found = quantity.parse(value, getattr(quantity, option.units), what=f"--{option.flag}")
    return Decimal(str(found)) if option.units == "PRICE" else found


def _parameter(option: Option) -> inspect.Parameter:
    flags = f"--{option.flag}/--no-{option.flag}" if option.shape == "either" else f"--{option.flag}"
    kind: Any = _TYPES[option.shape]
    annotation = Annotated[kind, typer.Option(flags, metavar=_METAVARS.get(option.shape), help=option.help)]
    default = False if option.shape == "flag" else None
    return inspect.Parameter(option.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
