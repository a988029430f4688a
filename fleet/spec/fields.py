"""The kinds of values that fields of a spec take, with their limits in words."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from fleet.money import Usd

__all__ = [
    "Amount",
    "Count",
    "Day",
    "MacosVersion",
    "Name",
    "NotNegative",
    "Percent",
    "Positive",
    "QuotaCode",
    "Region",
    "Share",
    "SpecModel",
    "Tags",
    "Words",
    "Zones",
    "refuse",
]

_ISO_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}$")


@dataclass(frozen=True, slots=True)
class Words:
    """What a field takes, in words for a person, where limits alone would not say it."""

    text: str


class SpecModel(BaseModel):
    """Base of every part of a spec: unknown keys are refused, values are not converted, nothing changes later."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def refuse(clashes: list[tuple[tuple[str | int, ...], str]]) -> None:
    """Raise for fields that do not go together; the loader reports the same clashes with their places."""
    if clashes:
        text = "; ".join(message for _, message in clashes)
        raise PydanticCustomError("clash", "{text}", {"text": text})


def _from_text(value: object) -> object:
    """A day written in quotes is the same day."""
    if isinstance(value, str) and _ISO_DAY.match(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return value
    return value


def _not_reserved(key: str) -> str:
    if key.lower().startswith("aws:"):
        raise PydanticCustomError("reserved", "is reserved by AWS")
    return key


Name = Annotated[
    str,
    Field(pattern=r"^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$"),
    Words("1 to 40 lower case letters, digits and hyphens, first a letter, last no hyphen"),
]
Region = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[a-z]+)+-\d{1,2}$"), Words("an AWS region such as us-east-1")]
QuotaCode = Annotated[
    str, Field(pattern=r"^L-[0-9A-F]{8}$"), Words("a quota code such as L-1216C47A: L- and eight digits or A to F")
]
MacosVersion = Annotated[
    str, Field(pattern=r"^\d{1,3}(\.\d{1,3}){0,2}$"), Words('a macOS version in quotes, such as "26" or "15.6"')
]
Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, le=1e12, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)]
Share = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=10_000_000)]
Zones = Annotated[int, Field(ge=1, le=6)]
Amount = Annotated[
    Usd,
    Field(ge=0, le=Decimal(10) ** 12, allow_inf_nan=False),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1e12}),
]
Day = Annotated[date, BeforeValidator(_from_text), WithJsonSchema({"type": "string", "format": "date"})]
Tags = dict[
    Annotated[
        str,
        AfterValidator(_not_reserved),
        Field(min_length=1, max_length=128),
        Words("a tag key of 1 to 128 characters that does not start with aws:"),
    ],
    Annotated[str, Field(max_length=256), Words("a tag value in quotes, up to 256 characters")],
]
