"""One row of an answer: a type in a region, bought one way."""

from dataclasses import dataclass
from decimal import Decimal

from fleet.catalog.model import Accelerator, InstanceType, Interruption, Price, Unpriced

__all__ = ["Found"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An offer that fits a query, with what its figures of merit are computed from."""

    type: InstanceType
    region: str
    purchase: str
    price: Price | Unpriced
    accelerator: Accelerator | None
    interruption: Interruption | None

    @property
    def usd(self) -> Decimal | None:
        """USD an hour; None when it is unpriced."""
        return self.price.usd if isinstance(self.price, Price) else None
