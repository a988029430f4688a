"""Types that moto does not simulate: kept in the rehearsal's own store, with state, uniqueness and references."""

from collections.abc import Mapping
from typing import Any

from fleet.errors import FleetError
from fleet.simulated_aws.cloud import Cloud
from fleet.simulated_aws.kind import EVERYTHING, Kind, Properties

__all__ = ["kept"]


def kept(
    token: str,
    *,
    prefix: str,
    arn: tuple[str, str],
    named: bool = False,
    identity: str = "serial",
    extra: Mapping[str, str] | None = None,
    in_place: frozenset[str] = frozenset({"tags"}),
    taggable: bool = True,
) -> Kind:
    """A type whose records we keep ourselves.

    `identity`, the path in `arn` and the values of `extra` are patterns over the inputs, `serial`, `account` and
    `region`; a pattern without braces names one of them. Two resources of one identity are refused, as AWS does.
    """
    service, path = arn
    computed = ("arn", *(extra or {}), *(("name",) if named else ()))

    def outputs(cloud: Cloud, fields: Mapping[str, Any]) -> dict[str, Any]:
        found = {key: pattern.format_map(fields) for key, pattern in (extra or {}).items()}
        found["arn"] = cloud.arn(service, path.format_map(fields))
        return found | ({"name": fields["name"]} if named else {})

    def key(cloud: Cloud, name: str) -> str:
        return f"{cloud.region}/{name}"

    def create(cloud: Cloud, inputs: Properties) -> tuple[str, dict[str, Any]]:
        serial = cloud.serial(prefix)
        fields: dict[str, Any] = {"region": cloud.region, **inputs, "serial": serial}
        if named:
            fields["name"] = cloud.named(inputs, prefix)
        pattern = identity if "{" in identity else f"{{{identity}}}"
        name = pattern.format_map(fields)
        if cloud.store.get(token, key(cloud, name)) is not None:
            raise FleetError(f"{token} {name!r} exists already; AWS refuses a second one")
        found = outputs(cloud, fields)
        cloud.store.put(token, key(cloud, name), {**inputs, **found})
        return name, found

    def read(cloud: Cloud, name: str, _state: Properties) -> dict[str, Any] | None:
        return cloud.store.get(token, key(cloud, name))

    def update(cloud: Cloud, name: str, _old: Properties, new: Properties) -> dict[str, Any]:
        record = cloud.store.get(token, key(cloud, name))
        if record is None:
            raise FleetError(f"{token} {name!r} does not exist (any more); refresh the stack")
        cloud.store.put(token, key(cloud, name), {**record, **new})
        return {}

    def delete(cloud: Cloud, name: str, _state: Properties) -> None:
        cloud.store.remove(token, key(cloud, name))

    return Kind(
        token=token,
        computed=computed,
        create=create,
        read=read,
        update=update,
        delete=delete,
        in_place=in_place,
        taggable=taggable,
        replaced_by=frozenset({"name"}) if in_place == EVERYTHING else frozenset(),
    )
