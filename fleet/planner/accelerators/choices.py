"""One way to get one type: in a region, bought one way, at a price, up to a number of instances."""

from dataclasses import dataclass
from decimal import Decimal

from fleet.catalog.model import Accelerator, InstanceType, Interruption, Price
from fleet.vocabulary import Purchase


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A type that can run the workload, and an offer of it that may be used."""

    kind: InstanceType
    accelerator: Accelerator
    region: str
    zones: tuple[str, ...]
    purchase: Purchase
    unit_usd: Decimal
    """An hour of one instance at this purchase."""
    price: Price
    at_most: int | None = None
    """Instances that the quota or a commitment allows; None where neither limits."""
    interruption: Interruption | None = None
    plan: int | None = None
    """Which of the owned savings plans pays for it, by its place in the spec; None for other purchases."""

    @property
    def order(self) -> tuple[str, str, str]:
        """Rule for ties: by region, type and purchase."""
        return (self.region, self.kind.name, self.purchase)
