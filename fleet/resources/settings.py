"""What a stack may decide about the same fleet: network, schedule, reservations, access; plain values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, cast

from pulumi import Input, InputPropertyError, Output

from fleet.errors import nearest

__all__ = [
    "EVERYWHERE",
    "ClusterSettings",
    "Nat",
    "NetworkSettings",
    "OfficeHours",
    "Reservation",
    "Settings",
    "read_settings",
]

Nat = Literal["one", "per_zone", "none"]

EVERYWHERE = "*"
"""Key of the network of every region that has none of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkSettings:
    """An existing network by ids, or a new one.

    With `vpc_id`, `subnet_ids` gives one private subnet for each zone; it may then hold only what the fleet uses.
    """

    vpc_id: Input[str] | None = None
    subnet_ids: Mapping[str, Input[str]] = field(default_factory=dict)
    cidr: str = "10.64.0.0/16"
    nat: Nat = "one"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterSettings:
    """Of one EKS cluster: `existing` joins a cluster that is there instead of creating one."""

    existing: str | None = None
    version: str | None = None
    """Kubernetes version; without it EKS takes its default when the cluster is created."""
    admins: tuple[str, ...] = ()
    """ARNs of IAM principals that may administer the cluster."""
    public_endpoint_cidrs: tuple[str, ...] = ()
    """Address ranges that may reach the API server from the internet; without any it is private."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """A capacity reservation, or a capacity block that was bought: its id, and the zone that it is in."""

    id: str
    zone: str | None = None
    """Without it instances are tried in every zone of the plan, and start where the reservation is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeHours:
    """When groups that may be switched off run: cron expressions of five fields, in a time zone."""

    start: str
    stop: str
    time_zone: str = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that differs from stack to stack. A setting that is left out does nothing."""

    networks: Mapping[str, NetworkSettings] = field(default_factory=dict)
    """By region, EVERYWHERE for all others; a region without settings gets a new network."""
    reservations: Mapping[str, Reservation] = field(default_factory=dict)
    """Workload -> the capacity reservation, or bought capacity block, that it runs in."""
    clusters: Mapping[str, ClusterSettings] = field(default_factory=dict)
    schedule: OfficeHours | None = None
    """Hours of services, inference and rendering on groups of their own; outside them they stand at 0."""
    tags: Mapping[str, str] = field(default_factory=dict)
    protect: bool = False
    """Protect what is dear to lose: Mac hosts and clusters."""
    root_volume_gib: Mapping[str, int] = field(default_factory=dict)
    """Workload -> size of the root volume, instead of the default of its kind."""
    target_groups: Mapping[str, tuple[Input[str], ...]] = field(default_factory=dict)
    """Workload -> ARNs of load balancer target groups that its instances join; their health checks then decide."""
    target_cpu_percent: float = 60.0
    """What target tracking holds services at."""


def read_settings(given: Mapping[str, Any]) -> Settings:
    """Settings from plain mappings (Pulumi config, arguments of a program in another language), all keys checked."""
    readers: dict[str, Callable[[Any, str], Any]] = {
        "network": _network,
        "networks": lambda value, path: _each(value, path, _network),
        "reservations": lambda value, path: _each(value, path, _reservation),
        "clusters": lambda value, path: _each(value, path, _cluster),
        "schedule": _hours,
        "tags": lambda value, path: _each(value, path, _text),
        "protect": _flag,
        "root_volume_gib": lambda value, path: _each(value, path, _size),
        "target_cpu_percent": _percent,
        "target_groups": lambda value, path: _each(value, path, _ids),
    }
    values = _read(given, "", readers)
    everywhere = {EVERYWHERE: values.pop("network")} if "network" in values else {}
    return Settings(**values | {"networks": everywhere | values.get("networks", {})})


def _read(given: Any, path: str, readers: Mapping[str, Callable[[Any, str], Any]]) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        raise InputPropertyError(path, f"expected a mapping with {', '.join(readers)}, found {given!r}")
    result = {}
    for key, value in given.items():
        place = f"{path}.{key}" if path else str(key)
        if key not in readers:
            hint = nearest(str(key), readers)
            guess = f"did you mean {hint[0]!r}?" if hint else f"allowed are {', '.join(sorted(readers))}"
            raise InputPropertyError(place, f"unknown setting {key!r}; {guess}")
        if value is not None:
            result[key] = readers[key](value, place)
    return result


def _network(value: Any, path: str) -> NetworkSettings:
    readers = {"vpc_id": _id, "subnet_ids": lambda v, p: _each(v, p, _id), "cidr": _text, "nat": _nat}
    network = NetworkSettings(**_read(value, path, readers))
    if (network.vpc_id is None) != (not network.subnet_ids):
        raise InputPropertyError(path, "an existing network needs both vpc_id and subnet_ids (zone -> subnet id)")
    return network


def _cluster(value: Any, path: str) -> ClusterSettings:
    readers = {"existing": _text, "version": _text, "admins": _texts, "public_endpoint_cidrs": _texts}
    return ClusterSettings(**_read(value, path, readers))


def _reservation(value: Any, path: str) -> Reservation:
    """An id alone, or `{id, zone}`."""
    if isinstance(value, str):
        return Reservation(id=_text(value, path))
    given = _read(value, path, {"id": _text, "zone": _text})
    if "id" not in given:
        raise InputPropertyError(f"{path}.id", "is required, for example cr-0123456789abcdef0")
    return Reservation(**given)


def _hours(value: Any, path: str) -> OfficeHours:
    hours = _read(value, path, {"start": _cron, "stop": _cron, "time_zone": _text})
    missing = [entry.name for entry in fields(OfficeHours)[:2] if entry.name not in hours]
    if missing:
        raise InputPropertyError(f"{path}.{missing[0]}", "is required, for example '0 7 * * MON-FRI'")
    return OfficeHours(**hours)


def _each(value: Any, path: str, reader: Callable[[Any, str], Any]) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise InputPropertyError(path, f"expected a mapping, found {value!r}")
    return {str(key): reader(entry, f"{path}.{key}") for key, entry in value.items()}


def _text(value: Any, path: str) -> str:
    if not isinstance(value, str) or not value:
        raise InputPropertyError(path, f"expected a text, found {value!r}")
    return value


def _id(value: Any, path: str) -> Any:
    """An id may be an output of another resource of the same program."""
    return value if isinstance(value, Output) else _text(value, path)


def _ids(value: Any, path: str) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise InputPropertyError(path, f"expected a list, found {value!r}")
    return tuple(_id(entry, f"{path}[{place}]") for place, entry in enumerate(value))


def _texts(value: Any, path: str) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise InputPropertyError(path, f"expected a list of texts, found {value!r}")
    return tuple(_text(entry, f"{path}[{place}]") for place, entry in enumerate(value))


def _cron(value: Any, path: str) -> str:
    if len(_text(value, path).split()) != len(("minute", "hour", "day", "month", "weekday")):
        raise InputPropertyError(path, f"expected a cron expression of five fields, found {value!r}")
    return cast("str", value)


def _nat(value: Any, path: str) -> Nat:
    if value not in ("one", "per_zone", "none"):
        raise InputPropertyError(path, f"found {value!r}, allowed are one, per_zone, none")
    return cast("Nat", value)


def _flag(value: Any, path: str) -> bool:
    if not isinstance(value, bool):
        raise InputPropertyError(path, f"expected true or false, found {value!r}")
    return value


def _size(value: Any, path: str) -> int:
    largest = 65_536
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or int(value) != value or not 1 <= value <= largest:
        raise InputPropertyError(path, f"expected whole GiB from 1 to {largest}, found {value!r}")
    return int(value)


def _percent(value: Any, path: str) -> float:
    top = 100
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= top:
        raise InputPropertyError(path, f"expected more than 0 and at most 100, found {value!r}")
    return float(value)
