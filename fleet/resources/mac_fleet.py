"""MacFleet: Mac hosts that stay, each with its instance, and hosts that are leased by the week's timetable."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_aws import autoscaling, ec2

from fleet.resources.access import Access, instance_access
from fleet.resources.component import placement_in, token
from fleet.resources.design.model import HostDesign, MacDesign
from fleet.resources.launch import metadata_options, root_volume
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
        prefix = name.removesuffix(design.workload)
        hosts = [_host(prefix, design, host, access, placement, self) for host in design.hosts]
        groups: list[autoscaling.Group] = [
            leased_hosts(prefix + lease.name, design, lease, access=access, placement=placement, parent=self)
            for lease in design.leases
        ]
        self.host_ids = pulumi.Output.all(*(host.id for host in hosts)).apply(list)
        self.group_names = pulumi.Output.all(*(group.name for group in groups)).apply(list)
        self.register_outputs({"host_ids": self.host_ids, "group_names": self.group_names})


def _host(
    prefix: str,
    design: MacDesign,
    host: HostDesign,
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
    template = ec2.LaunchTemplate(
        name,
        description=f"macOS on {name}",
        region=design.region,
        update_default_version=True,
        image_id=host.image.image_id,
        instance_type=host.facts.name,
        placement={"tenancy": "host"},
        metadata_options=metadata_options(),
        block_device_mappings=[root_volume(host.image.root_device, design.root_volume_gib)],
        iam_instance_profile={"arn": access.profile.arn},
        tags=dict(design.tags),
        opts=pulumi.ResourceOptions(parent=parent),
    )
    _instance(name, design, host, created, template, access, placement, parent)
    return created


def _instance(
    name: str,
    design: MacDesign,
    host: HostDesign,
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
        launch_template={"id": template.id, "version": template.latest_version.apply(str)},
        iam_instance_profile=access.profile.name,
        metadata_options=metadata_options(),
        root_block_device={
            "volume_size": design.root_volume_gib,
            "volume_type": "gp3",
            "encrypted": True,
            "delete_on_termination": True,
            "tags": {**design.tags, "Name": name},
        },
        tags={**design.tags, "Name": name},
        # A relaunch blocks the host for hours while it is scrubbed: a newer image or template must not cause one.
        opts=pulumi.ResourceOptions(
            parent=parent, protect=design.protect or None, ignore_changes=["ami", "launchTemplate"]
        ),
    )
