"""EBS: what a volume costs in a month. The size of an AMI's own root volume is not known here, and said so."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from fleet.catalog import Catalog
from fleet.catalog.model import Price
from fleet.cost.machines import VolumeSpec
from fleet.stack.model import Unknown

__all__ = ["VolumeCharge", "VolumeCharges", "volume_charges"]

_GP3_IOPS = Decimal(3000)
_GP3_MIBPS = Decimal(125)
_IO2_FIRST_TIER = Decimal(32000)
_STORAGE = {
    "gp2": "gp2 storage",
    "gp3": "gp3 storage",
    "io1": "io1 storage",
    "io2": "io2 storage",
    "sc1": "sc1 storage",
    "st1": "st1 storage",
    "standard": "standard (magnetic) storage",
}
_IOPS_ITEM = {"io1": "io1 IOPS", "io2": "io2 IOPS up to 32000"}
_AMI_TYPES = ("gp3", "gp2")
"""Types that an image's own mapping has today, cheapest first: without a type the image decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeCharge:
    """So many units a month of an item."""

    what: str
    quantity: Decimal
    unit: str
    price: Price


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeCharges:
    """What volumes cost at least and at most; `open` when no upper end is known."""

    low: tuple[VolumeCharge, ...] = ()
    high: tuple[VolumeCharge, ...] = ()
    open: bool = False
    unpriced: tuple[str, ...] = ()
    by_use: tuple[str, ...] = ()


def volume_charges(
    volumes: tuple[VolumeSpec, ...] | Unknown, region: str, catalog: Catalog, *, default: str | None = None
) -> VolumeCharges:
    """Charges of all volumes of one instance; `default` is the type of a volume that names none (else the AMI's)."""
    if isinstance(volumes, Unknown):
        return VolumeCharges(open=True)
    low: list[VolumeCharge] = []
    high: list[VolumeCharge] = []
    unpriced: list[str] = []
    by_use: list[str] = []
    unbounded = False
    for volume in volumes:
        if volume.size_gib is None and volume.root:
            by_use.append(_OF_THE_AMI)
        if isinstance(volume.type, Unknown) or not isinstance(volume.size_gib, Decimal):
            unbounded |= not (volume.size_gib is None and volume.root)
            continue
        kinds = (volume.type,) if volume.type else (default,) if default else _AMI_TYPES
        for place, kind in ((low, kinds[0]), (high, kinds[-1])):
            charges, reasons, unknown = _one(volume, volume.size_gib, kind, region, catalog)
            place.extend(charges)
            unbounded |= unknown
            unpriced += [reason for reason in reasons if reason not in unpriced]
        if kinds[-1] == "standard":
            by_use.append("I/O requests of magnetic volumes")
    return VolumeCharges(
        low=tuple(low), high=tuple(high), open=unbounded, unpriced=tuple(unpriced), by_use=tuple(by_use)
    )


_OF_THE_AMI = "root volume of an instance: its size comes from the AMI"


def _one(
    volume: VolumeSpec, size: Decimal, kind: str, region: str, catalog: Catalog
) -> tuple[list[VolumeCharge], list[str], bool]:
    """Charges, reasons without a price, and whether the amount has no known upper end."""
    if kind not in _STORAGE:
        return [], [f"EBS has no volume type {kind!r}"], False
    wanted = {_STORAGE[kind]: (size, "GB-month")}
    if kind == "gp3":
        wanted |= _beyond(volume.iops, _GP3_IOPS, "gp3 IOPS above 3000", "IOPS-month")
        wanted |= _beyond(volume.throughput, _GP3_MIBPS, "gp3 throughput above 125 MiB/s", "MiB/s-month")
    if kind in _IOPS_ITEM:
        wanted |= _beyond(volume.iops, Decimal(0), _IOPS_ITEM[kind], "IOPS-month")
    reasons = []
    if kind == "io2" and isinstance(volume.iops, Decimal) and volume.iops > _IO2_FIRST_TIER:
        wanted[_IOPS_ITEM[kind]] = (_IO2_FIRST_TIER, "IOPS-month")
        reasons.append("no price is known for io2 IOPS above 32000")
    charges, missing = _priced(wanted, region, catalog)
    return charges, reasons + missing, _is_open(volume, kind)


def _is_open(volume: VolumeSpec, kind: str) -> bool:
    unsure = isinstance(volume.iops, Unknown) and kind in ("gp3", *_IOPS_ITEM)
    # AWS has no default for these: without a number of IOPS nothing is known of what they will cost.
    unsure |= volume.iops is None and kind in _IOPS_ITEM
    return unsure or (isinstance(volume.throughput, Unknown) and kind == "gp3")


def _beyond(value: Decimal | Unknown | None, free: Decimal, item: str, unit: str) -> dict[str, tuple[Decimal, str]]:
    return {item: (value - free, unit)} if isinstance(value, Decimal) and value > free else {}


def _priced(
    wanted: Mapping[str, tuple[Decimal, str]], region: str, catalog: Catalog
) -> tuple[list[VolumeCharge], list[str]]:
    charges, missing = [], []
    for item, (quantity, unit) in wanted.items():
        price = catalog.service(region, "ebs", item)
        if isinstance(price, Price):
            charges.append(VolumeCharge(what=f"EBS {item}", quantity=quantity, unit=unit, price=price))
        else:
            missing.append(price.reason)
    return charges, missing
