"""Fields that an answer can be sorted by, figures of merit included. A value that is not known is None."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fleet.catalog.model import Price
from fleet.catalog.offer import Found

__all__ = ["FIELDS", "Field"]

_TERA_PER_PETA = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """How to read a field of an offer, its unit, and whether more of it is better."""

    value: Callable[[Found], Any]
    unit: str
    high_first: bool = False


def _per(amount: Callable[[Found], float | None]) -> Callable[[Found], float | None]:
    """USD an hour for one unit of an amount."""

    def value(item: Found) -> float | None:
        usd, found = item.usd, amount(item)
        return None if usd is None or not found else float(usd) / found

    return value


def _coremark_per_usd(item: Found) -> float | None:
    usd = item.usd
    return None if not usd or item.type.coremark is None else item.type.coremark / float(usd)


def _frames_per_usd(item: Found) -> float | None:
    usd = item.usd
    return None if not usd or item.type.ffmpeg_fps is None else item.type.ffmpeg_fps / float(usd)


def _bf16_pflops(item: Found) -> float | None:
    """Dense BF16 peak of all accelerators together."""
    peak = item.accelerator.tflops.get("bf16") if item.accelerator else None
    return None if peak is None else peak * item.type.accelerators / _TERA_PER_PETA


def _accelerator_memory(item: Found) -> float | None:
    return item.type.accelerator_memory_gib


FIELDS: Mapping[str, Field] = {
    "name": Field(value=lambda item: item.type.name, unit=""),
    "family": Field(value=lambda item: item.type.family, unit=""),
    "region": Field(value=lambda item: item.region, unit=""),
    "architecture": Field(value=lambda item: item.type.architecture, unit=""),
    "category": Field(value=lambda item: item.type.category, unit=""),
    "maker": Field(value=lambda item: item.type.processor_maker or None, unit=""),
    "hypervisor": Field(value=lambda item: item.type.hypervisor, unit=""),
    "processor": Field(value=lambda item: item.type.processor or None, unit=""),
    "generation": Field(value=lambda item: item.type.generation, unit="", high_first=True),
    "vcpus": Field(value=lambda item: item.type.vcpus, unit="vCPU"),
    "cores": Field(value=lambda item: item.type.cores, unit="cores"),
    "clock": Field(value=lambda item: item.type.clock_ghz, unit="GHz", high_first=True),
    "memory": Field(value=lambda item: item.type.memory_gib, unit="GiB"),
    "network": Field(value=lambda item: item.type.network_gbps, unit="Gbps", high_first=True),
    "ebs": Field(value=lambda item: item.type.ebs_mbps, unit="Mbps", high_first=True),
    "storage": Field(value=lambda item: item.type.instance_storage_gb, unit="GB", high_first=True),
    "pods": Field(value=lambda item: item.type.max_pods, unit="pods", high_first=True),
    "interfaces": Field(value=lambda item: item.type.enis, unit="interfaces", high_first=True),
    "efa": Field(value=lambda item: item.type.efa_interfaces, unit="interfaces", high_first=True),
    "accelerator": Field(value=lambda item: item.type.accelerator, unit=""),
    "accelerators": Field(value=lambda item: item.type.accelerators, unit="", high_first=True),
    "accelerator-memory": Field(value=_accelerator_memory, unit="GiB", high_first=True),
    "accelerator-power": Field(
        value=lambda item: item.accelerator.power_w if item.accelerator else None, unit="W each"
    ),
    "bf16-pflops": Field(value=_bf16_pflops, unit="PFLOPS", high_first=True),
    "coremark": Field(value=lambda item: item.type.coremark, unit="iterations/s", high_first=True),
    "ffmpeg": Field(value=lambda item: item.type.ffmpeg_fps, unit="frames/s", high_first=True),
    "interruption": Field(
        value=lambda item: item.interruption.low_percent if item.interruption else None, unit="% a month"
    ),
    "spot-saving": Field(
        value=lambda item: item.interruption.savings_percent if item.interruption else None, unit="%", high_first=True
    ),
    "as-of": Field(
        value=lambda item: item.price.as_of if isinstance(item.price, Price) else None, unit="", high_first=True
    ),
    "price": Field(value=lambda item: item.usd, unit="USD/h"),
    "price/vcpu": Field(value=_per(lambda item: item.type.vcpus), unit="USD/vCPU-h"),
    "price/memory": Field(value=_per(lambda item: item.type.memory_gib), unit="USD/GiB-h"),
    "price/accelerator": Field(value=_per(lambda item: item.type.accelerators), unit="USD/accelerator-h"),
    "price/bf16-pflops": Field(value=_per(_bf16_pflops), unit="USD/PFLOPS-h"),
    "price/hbm-gib": Field(value=_per(_accelerator_memory), unit="USD/GiB-h"),
    "coremark/usd": Field(value=_coremark_per_usd, unit="iterations/s per USD/h", high_first=True),
    "ffmpeg/usd": Field(value=_frames_per_usd, unit="frames/s per USD/h", high_first=True),
}
"""Name on the command line -> field."""
