"""Operational carbon of instances: watts x hours x PUE x the grid's intensity, from idle to fully busy.

Watts per vCPU are those of Cloud Carbon Footprint by micro-architecture. Its Graviton figures are copies of AMD's
second EPYC generation, so that no saving of Graviton may be read from them. Memory: 0.000392 kWh per GB-hour (the same
source).
Accelerators: their power limit when busy, nothing when idle (a lower bound, since no idle figure is sourced). Grid
intensity is location-based. What has no figure is unknown, not zero.
"""

from decimal import Decimal

from fleet.catalog import Catalog
from fleet.interval import Interval

__all__ = ["PUE", "PUE_SOURCE", "kg_co2e_per_hour"]

PUE = Decimal("1.14")
PUE_SOURCE = "AWS, global average of 2025 (sustainability.aboutamazon.com)"
_MEMORY_KWH_PER_GB_HOUR = Decimal("0.000392")
_GB_PER_GIB = Decimal("1.073741824")
_WATTS_PER_KW = Decimal(1000)
_GRAM = Decimal("0.000001")


def kg_co2e_per_hour(type_: str, region: str, catalog: Catalog) -> Interval | None:
    """Kilograms of CO2 equivalent of an hour of one instance, idle to busy; None where a figure is missing."""
    shape = catalog.types.get(type_)
    power, grid = catalog.power(type_), catalog.grid(region)
    if shape is None or power is None or grid is None:
        return None
    accelerator = _accelerator_watts(type_, catalog)
    if accelerator is None:
        return None
    memory = Decimal(str(shape.memory_gib)) * _GB_PER_GIB * _MEMORY_KWH_PER_GB_HOUR
    vcpus = Decimal(shape.vcpus)
    per_kwh = grid * PUE
    low = (power[0] * vcpus / _WATTS_PER_KW + memory) * per_kwh
    high = ((power[1] * vcpus + accelerator) / _WATTS_PER_KW + memory) * per_kwh
    return Interval(low.quantize(_GRAM), high.quantize(_GRAM))


def _accelerator_watts(type_: str, catalog: Catalog) -> Decimal | None:
    """Power limit of all accelerators of a type, zero without; None where no limit is known."""
    shape = catalog.types[type_]
    if shape.accelerator is None:
        return Decimal(0)
    found = catalog.accelerators.get(shape.accelerator)
    if found is None or found.power_w is None:
        return None
    return Decimal(str(found.power_w)) * Decimal(str(shape.accelerators))
