"""A Mac fleet from its week: hosts that stay, and a step function of hosts that are leased for at least a day."""

from collections.abc import Sequence

from pulumi import InputPropertyError

from fleet.plan import Lease, Schedule
from fleet.resources.design.model import HostDesign, LeaseDesign, LeaseStep, MacDesign
from fleet.resources.design.source import Source, zones_of
from fleet.resources.facts import TypeFacts
from fleet.resources.tags import workload_tags
from fleet.spec import AppleBuilds

__all__ = ["design_mac", "lease_steps"]

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


def lease_steps(leases: Sequence[Lease], workload: str) -> tuple[LeaseStep, ...]:
    """How many hosts are leased from which hour of the week on; refuses a lease shorter than a day.

    Whoever releases the host that has been leased longest (as the group does: OldestInstance) keeps every host for
    at least as long as the shortest of the leases.
    """
    level = [0] * _WEEK
    for place, lease in enumerate(leases):
        if lease.hours < _SHORTEST_LEASE_HOURS:
            path = f"plan.schedules.{workload}.leases[{place}].hours"
            raise InputPropertyError(path, f"found {lease.hours}, a Mac host is leased for at least 24 hours")
        for hour in range(lease.start_hour, lease.start_hour + lease.hours):
            level[hour % _WEEK] += lease.count
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
    steps = lease_steps(week.leases, workload.name)
    return LeaseDesign(
        name=f"{workload.name}-{facts.name.removesuffix('.metal')}-leased",
        zones=zones,
        facts=facts,
        image=source.image(workload, facts, region),
        steps=steps,
        tags=workload_tags(source.spec, workload, extra=source.settings.tags),
    )
