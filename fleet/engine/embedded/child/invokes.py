"""Answers to provider calls, from the facts in the job: what the catalog knows, and what the user supplied.

Facts: {"zones": {region: [names]}}. Supplied: [{"token", "args", "result"}], and stack outputs by name. Whatever would
have to be made up is a visible placeholder: account 000000000000, image ids that begin with ami-00000000.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from typing import TYPE_CHECKING, Any

from . import wire
from .placeholder import TEXT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ACCOUNT = "000000000000"
_IMAGE_PARAMETER = re.compile(r"^/aws/service/.*(ami|image_id|image-id)", re.IGNORECASE)
_HARMLESS_ZONE_FILTERS = {
    "opt-in-status": {"opt-in-not-required", "opted-in"},
    "zone-type": {"availability-zone"},
    "state": {"available"},
}


class Answer:
    """An answer in the shape that the SDK reads, whatever its version."""

    def __init__(self, values: Any, *, unknown: bool = False) -> None:
        self.failures: list[Any] = []
        self.unknown = unknown
        self.returnDependencies: dict[str, Any] = {}
        setattr(self, "return", values)


class Invokes:
    """Answers from facts and from what the user supplied."""

    def __init__(self, job: Mapping[str, Any]) -> None:
        answers = job.get("answers") or {}
        self._zones: dict[str, list[str]] = answers.get("zones", {})
        self._supplied: list[dict[str, Any]] = answers.get("invokes", [])
        self._stacks: dict[str, dict[str, Any]] = answers.get("stack_references", {})
        self._region = job["config"].get("aws:region")
        self._known: dict[str, Callable[[dict[str, Any], str | None], dict[str, Any] | None]] = {
            "aws:index/getAvailabilityZones:getAvailabilityZones": self._availability_zones,
            "aws:index/getRegion:getRegion": self._region_facts,
            "aws:index/getRegions:getRegions": self._regions,
            "aws:index/getCallerIdentity:getCallerIdentity": _caller,
            "aws:index/getPartition:getPartition": _partition,
            "aws:ec2/getAmi:getAmi": _image,
            "aws:ssm/getParameter:getParameter": _parameter,
        }

    def answer(self, token: str, arguments: dict[str, Any], provider: Mapping[str, Any]) -> dict[str, Any] | None:
        """The result of a call, None when nobody knows."""
        for supplied in self._supplied:
            if supplied["token"] == token and _matches(supplied.get("args", {}), arguments):
                return dict(supplied["result"])
        if token == "pulumi:pulumi:readStackOutputs":  # noqa: S105  (the name of a call)
            found = self.stack_outputs(str(arguments.get("name")))
            return None if found["outputs"] == wire.UNKNOWN else found
        known = self._known.get(token)
        return known(arguments, self._region_of(arguments, provider)) if known else None

    def stack_outputs(self, name: str) -> dict[str, Any]:
        """State of a stack reference: its outputs as supplied, else unknown."""
        outputs = self._stacks.get(name, self._stacks.get(name.rsplit("/", 1)[-1]))
        if outputs is None:
            return {"name": name, "outputs": wire.UNKNOWN, "secretOutputNames": []}
        secret = [
            key
            for key, value in sorted(outputs.items())
            if isinstance(value, dict) and value.get(wire.SIGNATURE) == wire.SECRET
        ]
        return {"name": name, "outputs": outputs, "secretOutputNames": secret}

    def _region_of(self, arguments: Mapping[str, Any], provider: Mapping[str, Any]) -> str | None:
        environment = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
        for region in (arguments.get("region"), provider.get("region"), self._region, environment):
            if isinstance(region, str) and region and region != wire.UNKNOWN:
                return region
        return None

    def _availability_zones(self, arguments: dict[str, Any], region: str | None) -> dict[str, Any] | None:
        if region not in self._zones or not _only_harmless(arguments.get("filters") or []):
            return None
        if arguments.get("state") not in (None, "available") or arguments.get("excludeZoneIds"):
            return None
        names = [name for name in self._zones[region] if name not in (arguments.get("excludeNames") or [])]
        # Which zone id a name stands for differs from account to account.
        return {
            **arguments,
            "id": region,
            "region": region,
            "names": names,
            "groupNames": [region],
            "zoneIds": [TEXT] * len(names),
        }

    def _region_facts(self, arguments: dict[str, Any], region: str | None) -> dict[str, Any] | None:
        region = arguments.get("name") or region
        if region is None or (self._zones and region not in self._zones):
            return None
        suffix = _partition_of(region)[1]
        return {"id": region, "name": region, "region": region, "endpoint": f"ec2.{region}.{suffix}"}

    def _regions(self, arguments: dict[str, Any], region: str | None) -> dict[str, Any] | None:
        if not self._zones or arguments.get("allRegions") or arguments.get("filters"):
            return None
        return {"id": region or "aws", "region": region, "names": sorted(self._zones)}


def _matches(wanted: Any, given: Any) -> bool:
    """Every part of `wanted` is in `given`; what is not mentioned does not matter."""
    if isinstance(wanted, dict):
        return isinstance(given, dict) and all(_matches(value, given.get(key)) for key, value in wanted.items())
    return bool(wanted == given)


def _only_harmless(filters: list[dict[str, Any]]) -> bool:
    return all(
        isinstance(item, dict)
        and item.get("name") in _HARMLESS_ZONE_FILTERS
        and set(item.get("values") or []) & _HARMLESS_ZONE_FILTERS[item["name"]]
        for item in filters
    )


def _partition_of(region: str) -> tuple[str, str]:
    if region.startswith("cn-"):
        return "aws-cn", "amazonaws.com.cn"
    return ("aws-us-gov" if region.startswith("us-gov-") else "aws"), "amazonaws.com"


def _caller(_arguments: dict[str, Any], region: str | None) -> dict[str, Any]:
    partition = _partition_of(region or "")[0]
    arn = f"arn:{partition}:iam::{ACCOUNT}:user/placeholder"
    return {"id": ACCOUNT, "accountId": ACCOUNT, "arn": arn, "userId": "AIDAPLACEHOLDER"}


def _partition(_arguments: dict[str, Any], region: str | None) -> dict[str, Any] | None:
    if region is None:
        return None
    partition, suffix = _partition_of(region)
    reverse = ".".join(reversed(suffix.split(".")))
    return {"id": partition, "partition": partition, "dnsSuffix": suffix, "reverseDnsPrefix": reverse}


def _placeholder_image(*parts: Any) -> str:
    digest = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
    return f"ami-00000000{digest[:9]}"


def _image(arguments: dict[str, Any], region: str | None) -> dict[str, Any] | None:
    """A placeholder id for an image that its owner and filters describe; its other properties stay unknown."""
    filters = {item["name"]: item.get("values") or [] for item in arguments.get("filters") or []}
    if not filters and not arguments.get("nameRegex"):
        return None
    if wire.UNKNOWN in json.dumps(arguments):
        return None
    identity = _placeholder_image(region, arguments)
    described = " ".join([*filters.get("architecture", []), *filters.get("name", [])])
    named = [word for word in ("arm64_mac", "x86_64_mac", "arm64", "x86_64") if word in described]
    known = {**arguments, "id": identity, "imageId": identity, "region": region}
    return {**known, "architecture": named[0]} if named else known


def _parameter(arguments: dict[str, Any], region: str | None) -> dict[str, Any] | None:
    """A placeholder id for an image parameter that AWS publishes; any other parameter is the account's own."""
    name = arguments.get("name")
    if not isinstance(name, str) or not _IMAGE_PARAMETER.match(name):
        return None
    value = _placeholder_image(region, name)
    return {**arguments, "id": name, "type": "String", "region": region, "value": value, "insecureValue": value}
