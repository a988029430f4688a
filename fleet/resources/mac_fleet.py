"""MacFleet: Mac hosts that stay, each with its instance, and hosts that are leased by the week's timetable."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_aws import autoscaling, ec2

from fleet.resources.access import Access, instance_access
from fleet.resources.component import placement_in, prefix, token
from fleet.resources.design.model import HostDesign, MacDesign
from fleet.resources.launch import Extras, launch_template
from fleet.resources.mac_leases import leased_hosts
from fleet.resources.placement import Placement

__all__ = ["MacFleet", "MacFleetArgs"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MacFleetArgs:
    """A Mac fleet that is decided, and the networks by region."""

    design: MacDesign
    placements: Mapping[str, Placement]


class MacFleet(pulumi.ComponentResource):
    """Dedicated hosts with one macOS instance each, and a group whose hosts are leased for at least 24 hours."""

    host_ids: pulumi.Output[list[str]]
    """Ids of the hosts that are always on."""

    group_names: pulumi.Output[list[str]]
    """Names of the Auto Scaling groups of leased hosts."""

    def __init__(self, name: str, args: MacFleetArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(token("MacFleet"), name, {"workload": args.design.workload}, opts)
        design = args.design
        placement = placement_in(args.placements, design.region)
        access = instance_access(name, placement=placement, tags=design.tags, parent=self)
        start = prefix(name, design.workload)
        templates = _templates(start, design, access, self)
        hosts = [
            _host(
                start,
                design,
                host,
                template=templates[host.facts.name],
                access=access,
                placement=placement,
                parent=self,
            )
            for host in design.hosts
        ]
        groups: list[autoscaling.Group] = []
        for lease in design.leases:
            groups += leased_hosts(start + lease.name, design, lease, access=access, placement=placement, parent=self)
        self.host_ids = pulumi.Output.all(*(host.id for host in hosts)).apply(list)
        self.group_names = pulumi.Output.all(*(group.name for group in groups)).apply(list)
        self.register_outputs({"host_ids": self.host_ids, "group_names": self.group_names})


def _templates(
    prefix: str, design: MacDesign, access: Access, parent: pulumi.Resource
) -> dict[str, ec2.LaunchTemplate]:
    """One launch template for each Mac type that stays."""
    types = {host.facts.name: host for host in design.hosts}
    return {
        name: launch_template(
            f"{prefix}{design.workload}-{name.removesuffix('.metal')}",
            image=types[name].image,
            root_volume_gib=design.root_volume_gib,
            access=access,
            region=design.region,
            tags=design.tags,
            parent=parent,
            extras=Extras(instance_type=name, on_named_host=True),
        )
        for name in sorted(types)
    }


def _host(
    prefix: str,
    design: MacDesign,
    host: HostDesign,
    *,
    template: ec2.LaunchTemplate,
    access: Access,
    placement: Placement,
    parent: pulumi.Resource,
) -> ec2.DedicatedHost:
    name = prefix + host.name
    created = ec2.DedicatedHost(
        name,
        availability_zone=host.zone,
        instance_type=host.facts.name,
        # Said explicitly because AWS's documents disagree on the default. Only instances that name the host land on it.
        auto_placement="off",
        host_recovery="off",
        region=design.region,
        tags={**design.tags, "Name": name},
        # AWS refuses to release a host in its first 24 hours; protection also keeps later mistakes from losing one.
        opts=pulumi.ResourceOptions(parent=parent, protect=design.protect or None),
    )
    _instance(name, design, host, created=created, template=template, access=access, placement=placement, parent=parent)
    return created


def _instance(
    name: str,
    design: MacDesign,
    host: HostDesign,
    *,
    created: ec2.DedicatedHost,
    template: ec2.LaunchTemplate,
    access: Access,
    placement: Placement,
    parent: pulumi.Resource,
) -> ec2.Instance:
    return ec2.Instance(
        name,
        region=design.region,
        instance_type=host.facts.name,
        host_id=created.id,
        tenancy="host",
        availability_zone=host.zone,
        subnet_id=placement.subnets([host.zone])[0],
        associate_public_ip_address=False,
        vpc_security_group_ids=[access.security_group_id],
        # The template resolves the image when the instance starts, so that a plan never pins an image id.
        launch_template=ec2.InstanceLaunchTemplateArgs(id=template.id, version=template.latest_version.apply(str)),
        iam_instance_profile=access.profile.name,
        metadata_options=ec2.InstanceMetadataOptionsArgs(
            http_endpoint="enabled", http_tokens="required", http_put_response_hop_limit=1
        ),
        root_block_device=ec2.InstanceRootBlockDeviceArgs(
            volume_size=design.root_volume_gib,
            volume_type="gp3",
            encrypted=True,
            delete_on_termination=True,
            tags={**design.tags, "Name": name},
        ),
        tags={**design.tags, "Name": name},
        # A relaunch blocks the host for hours while it is scrubbed: a newer image or template must not cause one.
        opts=pulumi.ResourceOptions(
            parent=parent, protect=design.protect or None, ignore_changes=["ami", "launchTemplate"]
        ),
    )
