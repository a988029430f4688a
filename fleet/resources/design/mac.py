"""A Mac fleet from its week: hosts that stay, and a step function of hosts that are leased for at least a day."""

from collections.abc import Sequence

from pulumi import InputPropertyError

from fleet.plans import Lease, Schedule
from fleet.resources.design.model import HostDesign, LeaseDesign, LeaseStep, MacDesign
from fleet.resources.design.source import Source, zones_of
from fleet.resources.facts import TypeFacts
from fleet.resources.tags import workload_tags
from fleet.spec import AppleBuilds

__all__ = ["design_mac", "lease_tracks"]

_WEEK = 168
_SHORTEST_LEASE_HOURS = 24
"""Apple's licence: a host is allocated for at least 24 hours."""


def design_mac(source: Source, workload: AppleBuilds) -> MacDesign | None:
    """The hosts and leases of a workload; None when the plan gives it nothing."""
    allocations = source.allocations(workload)
    if not allocations:
        return None
    region = allocations[0].region
    types = sorted({allocation.instance_type for allocation in allocations})
    weeks = {s.instance_type: s for s in source.plan.schedules if s.workload == workload.name}
    hosts: list[HostDesign] = []
    leases: list[LeaseDesign] = []
    for name in types:
        facts = source.facts(name)
        own = [a for a in allocations if a.instance_type == name]
        zones = zones_of(own, workload.name)
        always = weeks[name].always_on if name in weeks else sum(a.count for a in own)
        hosts += _hosts(source, workload, facts, region=region, zones=zones, count=always)
        if name in weeks and weeks[name].leases:
            leases.append(_leased(source, workload, facts, region=region, zones=zones, week=weeks[name]))
    return MacDesign(
        workload=workload.name,
        region=region,
        hosts=tuple(hosts),
        leases=tuple(leases),
        root_volume_gib=source.root_volume_gib(workload),
        tags=workload_tags(source.spec, workload, extra=source.settings.tags),
        protect=source.settings.protect,
    )


def lease_tracks(leases: Sequence[Lease], workload: str) -> tuple[tuple[LeaseStep, ...], ...]:
    """Timetables of groups whose leases do not overlap, so that no group lowers its size within a day of raising it.

    Each says how many hosts it leases from which hour of the week on. Refuses a lease shorter than a day.
    """
    tracks: list[list[int]] = []
    for place, lease in sorted(enumerate(leases), key=lambda entry: (entry[1].start_hour, entry[0])):
        if lease.hours < _SHORTEST_LEASE_HOURS:
            path = f"plan.schedules.{workload}.leases[{place}].hours"
            raise InputPropertyError(path, f"found {lease.hours}, a Mac host is leased for at least 24 hours")
        hours = {hour % _WEEK for hour in range(lease.start_hour, lease.start_hour + min(lease.hours, _WEEK))}
        track = next((t for t in tracks if not any(t[hour] for hour in hours)), None)
        if track is None:
            track = [0] * _WEEK
            tracks.append(track)
        for hour in hours:
            track[hour] = lease.count
    return tuple(_steps(track) for track in tracks)


def _steps(level: Sequence[int]) -> tuple[LeaseStep, ...]:
    changes = [hour for hour in range(_WEEK) if level[hour] != level[hour - 1]]
    return tuple(LeaseStep(hour=hour, hosts=level[hour]) for hour in changes or [0])


def _hosts(
    source: Source, workload: AppleBuilds, facts: TypeFacts, *, region: str, zones: tuple[str, ...], count: int
) -> list[HostDesign]:
    image = source.image(workload, facts, region)
    name = f"{workload.name}-{facts.name.removesuffix('.metal')}"
    return [
        HostDesign(name=f"{name}-{place}", zone=zones[place % len(zones)], facts=facts, image=image)
        for place in range(count)
    ]


def _leased(
    source: Source, workload: AppleBuilds, facts: TypeFacts, *, region: str, zones: tuple[str, ...], week: Schedule
) -> LeaseDesign:
    return LeaseDesign(
        name=f"{workload.name}-{facts.name.removesuffix('.metal')}-leased",
        zones=zones,
        facts=facts,
        image=source.image(workload, facts, region),
        tracks=lease_tracks(week.leases, workload.name),
        tags=workload_tags(source.spec, workload, extra=source.settings.tags),
    )
