"""What cost money besides instances: hosts, reservations, volumes, gateways, addresses, clusters, load balancers."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from fleet.catalog import Catalog
from fleet.catalog.model import Price
from fleet.cost.bill import Bill, line, sum_of, unpriced_bill
from fleet.cost.launches import CAPACITY_BLOCK, CAPACITY_RESERVATION
from fleet.cost.machines import VolumeSpec
from fleet.cost.properties import at, boolean, count, effective, span, text
from fleet.cost.reservations import LINUX
from fleet.cost.surroundings import NOT_IN, Surroundings, local_zone
from fleet.cost.tags import hours_per_month
from fleet.cost.volumes import volume_charges
from fleet.interval import Interval
from fleet.money import HOURS_PER_MONTH
from fleet.stack.model import Resource, Unknown

__all__ = ["HOST", "SERVICES", "bill_of_service"]

HOST = "aws:ec2/dedicatedHost:DedicatedHost"
VOLUME = "aws:ebs/volume:Volume"

_OPEN = Interval(Decimal(0), None)
_LEAST_HOST_HOURS = Decimal(24)
_LCU = {"application": "LCUs of application load balancers", "network": "LCUs of network load balancers"}


def bill_of_service(resource: Resource, near: Surroundings, catalog: Catalog) -> Bill | None:
    """Charges of a resource that is priced by itself; None for other types."""
    pricer = SERVICES.get(resource.type)
    if pricer is None:
        return None
    region = near.region(resource)
    if region is None:
        return unpriced_bill("no region is known: set aws:region or the resource's region")
    if isinstance(region, Unknown):
        return Bill(monthly=_OPEN, at_max_scale=_OPEN)
    return pricer(resource, near, catalog, region)


def _hours(resource: Resource, near: Surroundings) -> Interval:
    return hours_per_month(near.tags(resource))


def _over_time(
    what: str, price: Price, units: Interval, hours: Interval, *, by_use: tuple[str, ...] = (), **facts: Any
) -> Bill:
    """Bill of so many units over so many hours: lines at the lowest amount."""
    low = line(what, units.min * hours.min, "hours", price)
    top = None if units.max is None or hours.max is None else price.usd * units.max * hours.max
    amount = Interval(low.monthly_usd, top)
    return Bill(lines=(low,), monthly=amount, at_max_scale=amount, by_use=by_use, **facts)


def _by_the_hour(service: str, item: str, what: str, by_use: tuple[str, ...] = ()) -> "_Pricer":
    def price(resource: Resource, near: Surroundings, catalog: Catalog, region: str) -> Bill:
        found = catalog.service(region, service, item)
        if not isinstance(found, Price):
            return unpriced_bill(found.reason, by_use=by_use)
        return _over_time(what, found, Interval.exactly(Decimal(1)), _hours(resource, near), by_use=by_use)

    return price


def _host(resource: Resource, near: Surroundings, catalog: Catalog, region: str) -> Bill:
    """A dedicated host: a Mac is leased for at least 24 hours, whatever runs on it."""
    values = effective(resource)
    kind, family = text(values, "instanceType"), text(values, "instanceFamily")
    if isinstance(kind, Unknown) or isinstance(family, Unknown):
        return Bill(monthly=_OPEN, at_max_scale=_OPEN, purchase="dedicated_host")
    name = kind or next((t.name for t in catalog.families.get(family or "", ())), None)
    if name is None:
        return unpriced_bill("the host names neither an instance type nor a known family")
    price = catalog.host(name, region)
    if not isinstance(price, Price):
        return unpriced_bill(price.reason)
    hours = _hours(resource, near)
    shape = catalog.types.get(name)
    facts: dict[str, Any] = {
        "count": Interval.exactly(Decimal(1)),
        "instance_types": (name,),
        "architecture": None if shape is None else shape.architecture,
        "purchase": "dedicated_host",
    }
    if catalog.mac(name) is not None:
        hours = Interval(
            max(hours.min, _LEAST_HOST_HOURS), None if hours.max is None else max(hours.max, _LEAST_HOST_HOURS)
        )
        return _over_time(f"{name} host (at least 24 hours from its allocation)", price, facts["count"], hours, **facts)
    return _over_time(f"{name} host", price, facts["count"], hours, **facts)


def _reservation(resource: Resource, near: Surroundings, catalog: Catalog, region: str) -> Bill:
    """An On-Demand Capacity Reservation: billed at the on-demand rate, used or not."""
    values = effective(resource)
    kind, platform = text(values, "instanceType"), text(values, "instancePlatform")
    tenancy = text(values, "tenancy")
    units = span(count(values, "instanceCount"))
    if isinstance(kind, Unknown) or isinstance(platform, Unknown) or isinstance(tenancy, Unknown):
        return Bill(monthly=_OPEN, at_max_scale=_OPEN, count=units)
    if platform is not None and platform not in LINUX:
        return unpriced_bill(f"{platform[:40]} instances have no price here, only Linux/UNIX")
    if tenancy == "dedicated":
        return unpriced_bill("dedicated tenancy has no price here, only shared tenancy")
    if kind is None:
        return unpriced_bill("the reservation names no instance type")
    price = catalog.on_demand(kind, region)
    if not isinstance(price, Price):
        return unpriced_bill(price.reason)
    shape = catalog.types.get(kind)
    return _over_time(
        f"{kind} reserved capacity",
        price,
        units,
        _hours(resource, near),
        count=units,
        instance_types=(kind,),
        architecture=None if shape is None else shape.architecture,
        purchase="on_demand",
    )


def _block(resource: Resource, near: Surroundings, catalog: Catalog, region: str) -> Bill:
    """A Capacity Block: known only once the offering is bought, from what AWS answers."""
    values = effective(resource)
    kind = text(values, "instanceType")
    if kind is None or isinstance(kind, Unknown):
        return Bill(monthly=_OPEN, at_max_scale=_OPEN, purchase="capacity_block")
    price = catalog.capacity_block(kind, region)
    if not isinstance(price, Price):
        return unpriced_bill(price.reason)
    units = span(count(values, "instanceCount"))
    return _over_time(
        f"{kind} in a capacity block",
        price,
        units,
        _duration(values) or _hours(resource, near),
        count=units,
        instance_types=(kind,),
        purchase="capacity_block",
    )


def _duration(values: Mapping[str, Any]) -> Interval | None:
    """Hours from the start of a block to its end, a month at most; None where AWS has not answered both."""
    times = [text(values, key) for key in ("startDate", "endDate")]
    try:
        start, end = (datetime.fromisoformat(time) for time in times if isinstance(time, str))
        seconds = Decimal(int((end - start).total_seconds()))
    except (ValueError, TypeError):
        return None
    return Interval.exactly(min(max(seconds, Decimal(0)) / 3600, Decimal(HOURS_PER_MONTH)))


def _volume(resource: Resource, _near: Surroundings, catalog: Catalog, region: str) -> Bill:
    values = effective(resource)
    volume = VolumeSpec(
        type=text(values, "type"),
        size_gib=count(values, "size"),
        iops=count(values, "iops"),
        throughput=count(values, "throughput"),
    )
    zone = text(values, "availabilityZone")
    if isinstance(zone, str) and local_zone((zone,)) is not None:
        return unpriced_bill(NOT_IN.format(zone))
    # The API's own default for a volume of its own is gp2.
    charges = volume_charges((volume,), region, catalog, default="gp2")
    lines = tuple(line(c.what, c.quantity, c.unit, c.price) for c in charges.low)
    if not lines and charges.unpriced:
        return unpriced_bill(*charges.unpriced)
    low = sum_of(lines)
    amount = Interval(low, None if charges.open else low)
    return Bill(lines=lines, monthly=amount, at_max_scale=amount, unpriced=charges.unpriced, by_use=charges.by_use)


def _gateway(resource: Resource, near: Surroundings, catalog: Catalog, region: str) -> Bill:
    """A NAT gateway; a regional one runs in as many zones as it serves, so that only its lowest amount is known."""
    bill = _by_the_hour("vpc", "NAT gateway", "NAT gateway", ("data that NAT gateways process",))(
        resource, near, catalog, region
    )
    mode = text(effective(resource), "availabilityMode")
    if bill.monthly is None or not (isinstance(mode, Unknown) or mode == "regional"):
        return bill
    return Bill(
        lines=bill.lines,
        monthly=Interval(bill.monthly.min, None),
        at_max_scale=Interval(bill.monthly.min, None),
        by_use=bill.by_use,
    )


def _address(resource: Resource, _near: Surroundings, catalog: Catalog, region: str) -> Bill:
    """An Elastic IP: AWS bills public IPv4 addresses by the hour, idle or not, at the price of an idle one."""
    values = effective(resource)
    if text(values, "customerOwnedIpv4Pool") is not None or not _from_amazon(text(values, "publicIpv4Pool")):
        return Bill()
    price = catalog.service(region, "vpc", "Elastic IP not in use")
    if not isinstance(price, Price):
        return unpriced_bill(price.reason)
    return _over_time("public IPv4 address", price, Interval.exactly(Decimal(1)), _FULL)


def _from_amazon(pool: str | Unknown | None) -> bool:
    return not isinstance(pool, str) or pool == "amazon"


_FULL = Interval.exactly(Decimal(HOURS_PER_MONTH))


def _endpoint(resource: Resource, _near: Surroundings, _catalog: Catalog, _region: str) -> Bill:
    """A VPC endpoint. Gateway endpoints (the default) cost nothing, the other kinds by the hour and zone.

    https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html: "no additional charge".
    """
    kind = text(effective(resource), "vpcEndpointType")
    if isinstance(kind, Unknown):
        return Bill(monthly=_OPEN, at_max_scale=_OPEN)
    if kind in {None, "Gateway"}:
        return Bill()
    return unpriced_bill(f"{(kind or '')[:40]} endpoints have no price here", by_use=("data that endpoints process",))


def _cluster(resource: Resource, _near: Surroundings, catalog: Catalog, region: str) -> Bill:
    """An EKS control plane: standard support is the least, extended support what a version may have got into.

    No sourced table says on which day a version leaves standard support, and by default EKS then bills extended support
    (`upgradePolicy.supportType: STANDARD` upgrades instead):
    https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html. A new cluster without a version gets one
    in standard support.
    """
    standard = catalog.service(region, "eks", "cluster (standard support)")
    extended = catalog.service(region, "eks", "cluster (extended support)")
    if not isinstance(standard, Price):
        return unpriced_bill(standard.reason)
    values = effective(resource)
    version = text(values, "version")
    auto = at(values, "computeConfig", "enabled")
    by_use = ("EKS Auto Mode fee for the instances that it manages",) if auto is True else ()
    one = Interval.exactly(Decimal(1))
    if version is None or text(values, "upgradePolicy", "supportType") == "STANDARD":
        return _over_time("EKS cluster, standard support", standard, one, _FULL, by_use=by_use)
    shown = "its version" if isinstance(version, Unknown) else f"version {version[:10]}"
    dearer = f"{extended.usd.normalize():f} USD" if isinstance(extended, Price) else "more"
    what = f"EKS cluster, standard support ({dearer} when {shown} is in extended support)"
    least = _over_time(what, standard, one, _FULL, by_use=by_use)
    top = extended.usd * HOURS_PER_MONTH if isinstance(extended, Price) else None
    amount = Interval(sum_of(least.lines), top)
    return replace(least, monthly=amount, at_max_scale=amount)


def _balancer(resource: Resource, near: Surroundings, catalog: Catalog, region: str) -> Bill:
    kind = text(effective(resource), "loadBalancerType")
    if kind is None:
        kind = "application"
    if isinstance(kind, Unknown):
        return Bill(monthly=_OPEN, at_max_scale=_OPEN)
    if kind not in _LCU:
        return unpriced_bill(f"{kind[:40]} load balancers have no price here")
    notes = (_LCU[kind],) if _is_internal(resource) else (_LCU[kind], _ADDRESSES)
    return _by_the_hour("elb", f"{kind} load balancer", f"{kind} load balancer", notes)(resource, near, catalog, region)


def _is_internal(resource: Resource) -> bool:
    return boolean(effective(resource), "internal") is True


_ADDRESSES = "public IPv4 addresses of load balancers, one or more a zone"

_Pricer = Callable[[Resource, Surroundings, Catalog, str], Bill]

SERVICES: Mapping[str, _Pricer] = {
    HOST: _host,
    CAPACITY_RESERVATION: _reservation,
    CAPACITY_BLOCK: _block,
    VOLUME: _volume,
    "aws:ec2/natGateway:NatGateway": _gateway,
    "aws:ec2/eip:Eip": _address,
    "aws:ec2/vpcEndpoint:VpcEndpoint": _endpoint,
    "aws:eks/cluster:Cluster": _cluster,
    "aws:lb/loadBalancer:LoadBalancer": _balancer,
    "aws:alb/loadBalancer:LoadBalancer": _balancer,
}
"""Resource types that are priced by themselves."""
