"""What a resource has around it in its stack: its provider, region and tags, the resources that it names."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from fleet.cost.properties import at, effective, items, json_mapping, text
from fleet.cost.tags import Tags, read_tags
from fleet.stack.model import UNKNOWN, Resource, Stack, Unknown

__all__ = ["GROUP", "LAUNCH_TEMPLATE", "NOT_IN", "SCHEDULE", "Surroundings", "local_zone"]

GROUP = "aws:autoscaling/group:Group"
LAUNCH_CONFIGURATION = "aws:ec2/launchConfiguration:LaunchConfiguration"
LAUNCH_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
SCHEDULE = "aws:autoscaling/schedule:Schedule"
_ZONE_KEYS = ("availabilityZone", "availability_zone")
_ARN_PARTS = 4
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_LEAST_BEFORE_NUMBER = 2
"""Parts of a region's name before its number: `us-east`, `us-gov-west`."""


@dataclass(frozen=True)
class Surroundings:
    """A stack that can be asked about the surroundings of its resources. Answers do not depend on their order."""

    stack: Stack

    @cached_property
    def by_urn(self) -> Mapping[str, Resource]:
        """Resources by URN, those that are being deleted left out."""
        return {r.urn: r for r in self.stack.resources if r.operation != "delete"}

    @cached_property
    def _by_type(self) -> Mapping[str, tuple[Resource, ...]]:
        found: dict[str, list[Resource]] = {}
        for resource in sorted(self.by_urn.values(), key=lambda r: r.urn):
            found.setdefault(resource.type, []).append(resource)
        return {kind: tuple(resources) for kind, resources in found.items()}

    def of_type(self, kind: str) -> tuple[Resource, ...]:
        """Resources of a type, by URN."""
        return self._by_type.get(kind, ())

    @cached_property
    def _names(self) -> Mapping[tuple[str, str], Resource]:
        """Resources by (type, id or name or ARN) as AWS knows them."""
        found: dict[tuple[str, str], Resource] = {}
        for resource in sorted(self.by_urn.values(), key=lambda r: r.urn, reverse=True):
            for name in (resource.id, *(resource.properties.get(key) for key in ("id", "name", "arn"))):
                if isinstance(name, str) and name:
                    found[resource.type, name] = resource
        return found

    def named(self, kind: str, name: str) -> Resource | None:
        """The resource of a type with that id, name or ARN; None when it is not in the stack."""
        return self._names.get((kind, name))

    def referred(self, resource: Resource, key: str, kind: str, name: str | Unknown | None) -> Resource | None:
        """The resource of a type that a property refers to: by name when known, else the only one it depends on."""
        if isinstance(name, str):
            found = self.named(kind, name)
            if found is not None:
                return found
        candidates = self._dependencies(resource, key, kind)
        return candidates[0] if len(candidates) == 1 and not isinstance(name, str) else None

    def _dependencies(self, resource: Resource, key: str, kind: str) -> list[Resource]:
        urns = resource.property_dependencies.get(key)
        if urns is None:
            urns = resource.dependencies
        found = (self.by_urn.get(urn) for urn in sorted(set(urns)))
        return [r for r in found if r is not None and r.type == kind]

    @cached_property
    def _providers(self) -> Mapping[str, Resource]:
        return {r.urn: r for r in self.by_urn.values() if r.type.startswith("pulumi:providers:")}

    def provider(self, resource: Resource) -> Mapping[str, Any]:
        """Properties of the provider of a resource; empty when it is the default one or not in the stack."""
        if resource.provider is None:
            return {}
        # Engines add the provider's id behind its URN.
        urn = resource.provider
        found = self._providers.get(urn) or self._providers.get(urn.rpartition("::")[0])
        return {} if found is None else effective(found)

    def region(self, resource: Resource) -> str | Unknown | None:
        """Region: the resource's own argument, its ARN or zone, its provider, the configuration. None: nowhere said."""
        own = effective(resource)
        for found in (text(own, "region"), _from_arn(own), _from_zone(own), text(self.provider(resource), "region")):
            if found is not None:
                return found
        return self.stack.config.get(f"{resource.type.partition(':')[0]}:region")

    def default_tags(self, resource: Resource) -> object:
        """Tags that the provider adds to what it makes: a mapping, UNKNOWN, or None."""
        provider = self.provider(resource)
        if not provider:
            return self._configured_tags
        given = json_mapping(provider, "defaultTags")
        return at(given, "tags") if not isinstance(given, Unknown) else UNKNOWN

    @cached_property
    def _configured_tags(self) -> object:
        given = json_mapping(self.stack.config, "aws:defaultTags")
        return at(given, "tags") if not isinstance(given, Unknown) else UNKNOWN

    def tags(self, resource: Resource, *others: Resource) -> Tags:
        """Tags of a resource, over those of `others` (its launch template), over its provider's."""
        layers: list[object] = [self.default_tags(resource)]
        for source in (*reversed(others), resource):
            own = effective(source)
            layers += [_instance_tags(own), at(source.inputs, "tags") if source.inputs else at(own, "tags")]
            layers.append(_known(source.outputs.get("tagsAll")))
        return read_tags(layers)

    def schedules(self, group: Resource) -> tuple[Resource, ...]:
        """Scheduled scaling actions of an Auto Scaling group."""
        return self._schedules.get(group.urn, ())

    @cached_property
    def _schedules(self) -> Mapping[str, tuple[Resource, ...]]:
        found: dict[str, list[Resource]] = {}
        for schedule in self.of_type(SCHEDULE):
            name = text(effective(schedule), "autoscalingGroupName")
            group = self.referred(schedule, "autoscalingGroupName", GROUP, name)
            if group is not None:
                found.setdefault(group.urn, []).append(schedule)
        return {urn: tuple(schedules) for urn, schedules in found.items()}


def _known(value: object) -> object:
    return None if isinstance(value, Unknown) else value


def _instance_tags(values: Mapping[str, Any]) -> object:
    """Tags that a launch template or a compute environment gives to its instances."""
    managed = at(values, "computeResources", "tags")
    if managed is not None:
        return managed
    specifications = items(values, "tagSpecifications")
    if isinstance(specifications, Unknown):
        return UNKNOWN
    for specification in specifications:
        if at(specification, "resourceType") == "instance":
            return at(specification, "tags")
    return None


def _from_arn(values: Mapping[str, Any]) -> str | None:
    arn = values.get("arn")
    if isinstance(arn, str) and arn.startswith("arn:") and arn.count(":") >= _ARN_PARTS:
        return arn.split(":")[3] or None
    return None


def _from_zone(values: Mapping[str, Any]) -> str | None:
    zones: Iterable[Any] = (values.get(key) for key in _ZONE_KEYS)
    zone = next((zone for zone in zones if isinstance(zone, str) and zone), None)
    return region_of_zone(zone) if zone else None


NOT_IN = "no price is known in {}, only in the zones of its region"
"""Why nothing in a local zone has a price."""


def local_zone(zones: Iterable[str | Unknown]) -> str | None:
    """The first zone that is none of a region's own: local and Wavelength zones (`us-east-1-dfw-2a`) cost other prices.

    https://aws.amazon.com/ec2/pricing/on-demand/ lists them apart.
    """
    named = (zone for zone in zones if isinstance(zone, str))
    return next((zone for zone in named if region_of_zone(zone) not in (None, zone[:-1])), None)


def region_of_zone(zone: str) -> str | None:
    """Region of a zone: us-east-1 of `us-east-1a`, `us-east-1-dfw-2a`, `us-east-1-wl1-bos-wlz-1`; None for no zone."""
    parts = zone.split("-")
    number = next((i for i, part in enumerate(parts) if part.rstrip(_LETTERS).isdigit()), 0)
    is_region = number == len(parts) - 1 and parts[number].isdigit()
    if number < _LEAST_BEFORE_NUMBER or is_region:
        return None
    return "-".join([*parts[:number], parts[number].rstrip(_LETTERS)])
