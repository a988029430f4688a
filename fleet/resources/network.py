"""Network: a small VPC with a private subnet in each zone of the plan, or an existing one by its ids."""

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import ec2

from fleet.resources.component import token
from fleet.resources.endpoints import gateway_endpoint, interface_endpoints
from fleet.resources.placement import Placement
from fleet.resources.settings import NetworkSettings

__all__ = ["Network", "NetworkArgs", "existing_network", "subnet_cidrs"]

_ANYWHERE = "0.0.0.0/0"


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkArgs:
    """The zones that need a subnet, and how the network reaches AWS and the internet."""

    region: str
    zones: Sequence[str]
    settings: NetworkSettings
    tags: Mapping[str, str]


def existing_network(
    region: str, zones: Sequence[str], settings: NetworkSettings, *, path: str = "network"
) -> Placement:
    """A placement in a VPC that is there already; InputPropertyError for a zone without a subnet."""
    if settings.vpc_id is None:
        raise pulumi.InputPropertyError(f"{path}.vpc_id", "is required; only Fleet makes a network of its own")
    placement = Placement(region=region, vpc_id=settings.vpc_id, subnet_ids=settings.subnet_ids, path=path)
    placement.subnets(zones)
    return placement


def subnet_cidrs(cidr: str, zones: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Private and public ranges by zone, cut from a VPC's range; InputPropertyError when it is too small.

    A zone's place is the last letter of its name, so that a zone more or less moves no other subnet.
    """
    try:
        whole = ipaddress.IPv4Network(cidr)
    except ValueError as error:
        raise pulumi.InputPropertyError("network.cidr", f"found {cidr!r}: {error}") from error
    smallest, largest = 16, 24
    if not smallest <= whole.prefixlen <= largest:
        raise pulumi.InputPropertyError("network.cidr", f"found /{whole.prefixlen}, a VPC here takes /16 to /24")
    eighths = list(whole.subnets(prefixlen_diff=3))
    public = list(eighths[7].subnets(prefixlen_diff=3))
    places = {zone: (place if len(zones) > len(public) else _place(zone)) for place, zone in enumerate(sorted(zones))}
    if len(set(places.values())) < len(zones) or max(places.values(), default=0) >= len(eighths) - 1:
        places = {zone: place for place, zone in enumerate(sorted(zones))}
    if len(zones) >= len(eighths):
        raise pulumi.InputPropertyError("network", f"a new network has room for 7 zones, the plan has {len(zones)}")
    private = {zone: str(eighths[place]) for zone, place in places.items()}
    return private, {zone: str(public[place]) for zone, place in places.items()}


class Network(pulumi.ComponentResource):
    """A VPC with private subnets; NAT in one zone or in each, or AWS endpoints only."""

    vpc_id: pulumi.Output[str]
    """Id of the VPC."""

    placement: Placement
    """What components take."""

    def __init__(self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(token("Network"), name, {"region": args.region, "zones": list(args.zones)}, opts)
        self._name = name
        self._args = args
        self._options = pulumi.ResourceOptions(parent=self)
        private, public = subnet_cidrs(args.settings.cidr, args.zones)
        vpc = ec2.Vpc(
            name,
            cidr_block=args.settings.cidr,
            enable_dns_support=True,
            enable_dns_hostnames=True,
            region=args.region,
            tags=self._tags(name),
            opts=self._options,
        )
        # The default group of a VPC lets its members talk to each other; nothing here should ever use it.
        ec2.DefaultSecurityGroup(
            name, vpc_id=vpc.id, ingress=[], egress=[], region=args.region, tags=self._tags(name), opts=self._options
        )
        gateways = self._nat_gateways(vpc, public)
        subnets = {zone: self._subnet(vpc, zone, cidr, public=False) for zone, cidr in sorted(private.items())}
        tables = {zone: self._routes(vpc, zone, subnet, gateways) for zone, subnet in subnets.items()}
        gateway_endpoint(name, vpc=vpc, tables=tables, region=args.region, tags=args.tags, parent=self)
        if args.settings.nat == "none":
            interface_endpoints(name, vpc=vpc, subnets=subnets, region=args.region, tags=args.tags, parent=self)
        self.vpc_id = vpc.id
        ids = {zone: subnet.id for zone, subnet in subnets.items()}
        self.placement = Placement(region=args.region, vpc_id=vpc.id, subnet_ids=ids)
        self.register_outputs({"vpc_id": self.vpc_id, "subnet_ids": ids})

    def _subnet(self, vpc: ec2.Vpc, zone: str, cidr: str, *, public: bool) -> ec2.Subnet:
        name = f"{self._name}-public-{zone}" if public else f"{self._name}-{zone}"
        return ec2.Subnet(
            name,
            vpc_id=vpc.id,
            availability_zone=zone,
            cidr_block=cidr,
            map_public_ip_on_launch=False,
            region=self._args.region,
            tags={**self._tags(name), "fleet:subnet": "public" if public else "private"},
            opts=self._options,
        )

    def _nat_gateways(self, vpc: ec2.Vpc, public: Mapping[str, str]) -> dict[str, ec2.NatGateway]:
        """Gateways by zone: none, one (in the first zone), or one in each."""
        nat = self._args.settings.nat
        zones = sorted(public) if nat == "per_zone" else sorted(public)[: 1 if nat == "one" else 0]
        if not zones:
            return {}
        region, options = self._args.region, self._options
        internet = ec2.InternetGateway(
            self._name, vpc_id=vpc.id, region=region, tags=self._tags(self._name), opts=options
        )
        name = f"{self._name}-public"
        table = ec2.RouteTable(name, vpc_id=vpc.id, region=region, tags=self._tags(name), opts=options)
        ec2.Route(
            name,
            route_table_id=table.id,
            destination_cidr_block=_ANYWHERE,
            gateway_id=internet.id,
            region=region,
            opts=options,
        )
        return {zone: self._nat_gateway(vpc, zone, public[zone], table) for zone in zones}

    def _nat_gateway(self, vpc: ec2.Vpc, zone: str, cidr: str, table: ec2.RouteTable) -> ec2.NatGateway:
        region, options = self._args.region, self._options
        name = f"{self._name}-public-{zone}"
        subnet = self._subnet(vpc, zone, cidr, public=True)
        ec2.RouteTableAssociation(name, subnet_id=subnet.id, route_table_id=table.id, region=region, opts=options)
        address = ec2.Eip(name, domain="vpc", region=region, tags=self._tags(name), opts=options)
        return ec2.NatGateway(
            name,
            allocation_id=address.allocation_id,
            subnet_id=subnet.id,
            connectivity_type="public",
            region=region,
            tags=self._tags(name),
            opts=options,
        )

    def _routes(
        self, vpc: ec2.Vpc, zone: str, subnet: ec2.Subnet, gateways: Mapping[str, ec2.NatGateway]
    ) -> ec2.RouteTable:
        region, options = self._args.region, self._options
        name = f"{self._name}-{zone}"
        table = ec2.RouteTable(name, vpc_id=vpc.id, region=region, tags=self._tags(name), opts=options)
        ec2.RouteTableAssociation(name, subnet_id=subnet.id, route_table_id=table.id, region=region, opts=options)
        if gateways:
            gateway = gateways.get(zone) or gateways[min(gateways)]
            ec2.Route(
                name,
                route_table_id=table.id,
                destination_cidr_block=_ANYWHERE,
                nat_gateway_id=gateway.id,
                region=region,
                opts=options,
            )
        return table

    def _tags(self, name: str) -> dict[str, str]:
        return {**self._args.tags, "Name": name}


def _place(zone: str) -> int:
    return ord(zone[-1]) - ord("a")
