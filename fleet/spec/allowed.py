"""What a place in a spec may hold, in words, read from the models themselves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import UnionType
from typing import Annotated, Literal, TypeGuard, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from fleet.spec.fields import SpecModel, Words
from fleet.spec.model import AppleBuilds, Batch, FleetSpec, Inference, Rendering, Service, Training

__all__ = ["KINDS", "Shape", "kinds_with", "shape_at"]

Path = tuple[str | int, ...]

KINDS: Mapping[str, type[SpecModel]] = {
    "apple_builds": AppleBuilds,
    "batch": Batch,
    "inference": Inference,
    "rendering": Rendering,
    "service": Service,
    "training": Training,
}
"""The model of each kind of workload."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A type with the limits that were put on it."""

    type: object
    limits: tuple[object, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys that a mapping here may have; empty where any key goes."""
        return tuple(self.type.model_fields) if _is_model(self.type) else ()

    @property
    def choices(self) -> tuple[str, ...]:
        """Words that are allowed here; empty where the list is open."""
        return tuple(str(value) for value in get_args(self.type)) if get_origin(self.type) is Literal else ()

    @property
    def key_words(self) -> str:
        """What the keys of a mapping here may be, for a person."""
        arguments = get_args(self.type)
        return _words(_unwrap(arguments[0])) if get_origin(self.type) is dict else "text"

    @property
    def words(self) -> str:
        """What is allowed, for a person."""
        return _words(self)


def shape_at(path: Path, value: object) -> Shape | None:
    """The shape of a path in a spec whose values are given (kinds are read from them); None where nothing is known."""
    shape: Shape | None = Shape(FleetSpec)
    for part in path:
        shape = _step(shape, part, value) if shape else None
        value = _inside(value, part)
    return shape


def kinds_with(key: str) -> tuple[str, ...]:
    """Kinds of workload that have a field of that name."""
    return tuple(kind for kind, model in KINDS.items() if key in model.model_fields)


def _step(shape: Shape, part: str | int, value: object) -> Shape | None:
    if _is_model(shape.type):
        info = shape.type.model_fields.get(str(part))
        return _of_field(info) if info else None
    origin, arguments = get_origin(shape.type), get_args(shape.type)
    if origin is list:
        return _of_item(arguments[0], _inside(value, part))
    if origin is dict:
        return _unwrap(arguments[1])
    return None


def _of_item(annotation: object, item: object) -> Shape | None:
    shape = _unwrap(annotation)
    if _is_model(shape.type) or get_origin(shape.type) not in {Union, UnionType}:
        return shape
    kind = item.get("kind") if isinstance(item, Mapping) else None
    model = KINDS.get(kind) if isinstance(kind, str) else None
    return Shape(model) if model else Shape(object, (Words("a mapping with name, kind and the demand"),))


def _of_field(info: FieldInfo) -> Shape:
    shape = _unwrap(info.annotation)
    return Shape(shape.type, (*info.metadata, *shape.limits))


def _unwrap(annotation: object) -> Shape:
    """The type inside Annotated and inside `... | None`, with all limits on the way."""
    limits: tuple[object, ...] = ()
    while True:
        if get_origin(annotation) is Annotated:
            annotation, *more = get_args(annotation)
            limits = (*_flat(more), *limits)
            continue
        inner = [item for item in get_args(annotation) if item is not type(None)]
        if get_origin(annotation) in {Union, UnionType} and len(inner) == 1:
            annotation = inner[0]
            continue
        return Shape(annotation, limits)


def _flat(metadata: Iterable[object]) -> tuple[object, ...]:
    found: list[object] = []
    for item in metadata:
        found.extend(item.metadata if isinstance(item, FieldInfo) else [item])
    return tuple(found)


def _inside(value: object, part: str | int) -> object:
    if isinstance(value, Mapping):
        return value.get(part)
    if isinstance(value, list) and isinstance(part, int) and part < len(value):
        return value[part]
    return None


def _is_model(annotation: object) -> TypeGuard[type[SpecModel]]:
    return isinstance(annotation, type) and issubclass(annotation, SpecModel)


def _words(shape: Shape) -> str:
    for limit in shape.limits:
        if isinstance(limit, Words):
            return limit.text
    if shape.choices:
        return _either(shape.choices)
    if _is_model(shape.type):
        return "a mapping with " + ", ".join(shape.keys)
    origin, arguments = get_origin(shape.type), get_args(shape.type)
    if origin is list:
        return f"a list of {_plural(_unwrap(arguments[0]))}"
    if origin is dict:
        return f"a mapping of names to {_plural(_unwrap(arguments[1]))}"
    return _scalar_words(shape)


def _scalar_words(shape: Shape) -> str:
    names: dict[object, str] = {bool: "true or false", str: "text", date: "a day such as 2026-12-07"}
    if shape.type in names:
        return names[shape.type]
    noun = "a whole number" if shape.type is int else "a number"
    return f"{noun}{_range(shape.limits)}"


def _plural(shape: Shape) -> str:
    if _is_model(shape.type):
        return "mappings with " + ", ".join(shape.keys)
    if get_origin(shape.type) in {Union, UnionType}:
        return "mappings with name, kind and the demand"
    if shape.choices:
        return _either(shape.choices)
    words = _words(shape)
    return {"text": "texts"}.get(words, words.replace("a number", "numbers").replace("a whole number", "whole numbers"))


def _either(choices: tuple[str, ...]) -> str:
    return choices[0] if len(choices) == 1 else f"{', '.join(choices[:-1])} or {choices[-1]}"


def _range(limits: tuple[object, ...]) -> str:
    bounds = {
        name: bound
        for limit in limits
        for name in ("ge", "gt", "le", "lt")
        if (bound := getattr(limit, name, None)) is not None
    }
    low = (
        f"from {_figure(bounds['ge'])}"
        if "ge" in bounds
        else f"above {_figure(bounds['gt'])}"
        if "gt" in bounds
        else ""
    )
    high = (
        f"to {_figure(bounds['le'])}" if "le" in bounds else f"below {_figure(bounds['lt'])}" if "lt" in bounds else ""
    )
    return "".join(f" {part}" for part in (low, high) if part)


def _figure(bound: object) -> str:
    return (
        f"{Decimal(str(bound)):,.0f}" if Decimal(str(bound)) == Decimal(str(bound)).to_integral_value() else str(bound)
    )
