"""Prices as the spec's owner pays them."""

from datetime import date
from decimal import Decimal

from fleet.catalog.model import InstanceType, Price, Unpriced
from fleet.spec.model import PriceBook

_HUNDRED = Decimal(100)


def negotiated(book: PriceBook, kind: InstanceType, listed: Price | Unpriced, today: date) -> Price | Unpriced:
    """The on-demand price under the price book: an exact price wins over the family's discount, which wins over '*'."""
    exact = book.on_demand_usd.get(kind.name)
    if exact is not None:
        return Price(usd=exact, as_of=today, source="price_book of the spec", note="negotiated")
    percent = book.discount_percent.get(kind.family, book.discount_percent.get("*"))
    if isinstance(listed, Unpriced) or not percent:
        return listed
    usd = listed.usd * (_HUNDRED - Decimal(str(percent))) / _HUNDRED
    return Price(
        usd=usd, as_of=listed.as_of, source=f"{listed.source}, less {percent} % by price_book", note="negotiated"
    )
