"""Launch templates as a reviewer wants them: IMDSv2, encrypted gp3, no key pair, no public address, tags."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import ec2

from fleet.resources.access import Access
from fleet.resources.facts import TypeFacts
from fleet.resources.images import Image
from fleet.resources.names import LAUNCH_TEMPLATE, fitting

__all__ = ["Extras", "efa_interfaces", "launch_template", "metadata_options", "root_volume"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """What some kinds add to a launch template."""

    instance_type: str | None = None
    market: str | None = None
    reservation: str | None = None
    efa_facts: TypeFacts | None = None
    placement_group: pulumi.Input[str] | None = None
    host_resource_group: pulumi.Input[str] | None = None
    license_configuration: pulumi.Input[str] | None = None
    user_data: str | None = None
    types: Sequence[TypeFacts] = ()
    """Types that may be launched, as far as their kind of CPU credits matters."""
    on_named_host: bool = False


def launch_template(
    name: str,
    *,
    image: Image | None,
    root_volume_gib: int,
    access: Access | None,
    region: str,
    tags: Mapping[str, str],
    parent: pulumi.Resource,
    extras: Extras | None = None,
) -> ec2.LaunchTemplate:
    """A launch template; what EKS and Batch bring themselves (image, profile, security groups) is left out for them."""
    extra = extras or Extras()
    groups: list[pulumi.Input[str]] = [access.security_group_id] if access else []
    interfaces = efa_interfaces(extra.efa_facts, groups) if extra.efa_facts else None
    profile = ec2.LaunchTemplateIamInstanceProfileArgs(arn=access.profile.arn) if access else None
    market = ec2.LaunchTemplateInstanceMarketOptionsArgs(market_type=extra.market) if extra.market else None
    return ec2.LaunchTemplate(
        fitting(name, LAUNCH_TEMPLATE),
        description=f"Instances of {name}",
        region=region,
        update_default_version=True,
        image_id=image.image_id if image else None,
        instance_type=extra.instance_type,
        iam_instance_profile=profile,
        metadata_options=metadata_options(),
        block_device_mappings=[root_volume(image.root_device if image else "/dev/xvda", root_volume_gib)],
        network_interfaces=interfaces,
        vpc_security_group_ids=None if interfaces else groups or None,
        instance_market_options=market,
        credit_specification=_credits(extra.types),
        capacity_reservation_specification=_target(extra.reservation),
        placement=_placement(extra),
        license_specifications=_licenses(extra),
        user_data=extra.user_data,
        tag_specifications=[
            ec2.LaunchTemplateTagSpecificationArgs(resource_type=kind, tags=dict(tags))
            for kind in ("instance", "network-interface", "volume")
        ],
        tags=dict(tags),
        opts=pulumi.ResourceOptions(parent=parent),
    )


def metadata_options() -> ec2.LaunchTemplateMetadataOptionsArgs:
    """IMDSv2 only, and not through a container's extra network hop: containers get roles of their own."""
    return ec2.LaunchTemplateMetadataOptionsArgs(
        http_endpoint="enabled",
        http_tokens="required",
        http_put_response_hop_limit=1,
        instance_metadata_tags="disabled",
    )


def root_volume(device: str, size_gib: int) -> ec2.LaunchTemplateBlockDeviceMappingArgs:
    """An encrypted gp3 root volume that goes with its instance."""
    ebs = ec2.LaunchTemplateBlockDeviceMappingEbsArgs(
        volume_size=size_gib, volume_type="gp3", encrypted="true", delete_on_termination="true"
    )
    return ec2.LaunchTemplateBlockDeviceMappingArgs(device_name=device, ebs=ebs)


def efa_interfaces(
    facts: TypeFacts, security_groups: Sequence[pulumi.Input[str]]
) -> list[ec2.LaunchTemplateNetworkInterfaceArgs]:
    """A plain primary interface, which carries the address, and an EFA on each network card that has one.

    EFAs carry no addresses (`efa-only`) and save the subnet's. On card 0 the EFA is the second device, on every other
    card the first. Where a type has more cards than EFAs, the first cards have none (p6-b300: card 0 of 17).
    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa-acc-inst-types.html
    """
    plain = max(0, facts.network_cards - facts.efa_interfaces)
    primary = _interface("interface", card=0, device=0, groups=security_groups)
    efas = [
        _interface("efa-only", card=card, device=1 if card == 0 else 0, groups=security_groups)
        for card in range(plain, facts.network_cards)
    ]
    return [primary, *efas]


def _interface(
    kind: str, *, card: int, device: int, groups: Sequence[pulumi.Input[str]]
) -> ec2.LaunchTemplateNetworkInterfaceArgs:
    """Says nothing of public addresses: EC2 takes no word on them with several interfaces, and assigns none."""
    return ec2.LaunchTemplateNetworkInterfaceArgs(
        network_card_index=card,
        device_index=device,
        interface_type=kind,
        security_groups=list(groups),
        delete_on_termination="true",
    )


def _credits(types: Sequence[TypeFacts]) -> ec2.LaunchTemplateCreditSpecificationArgs | None:
    """Burstable types keep to the baseline that the plan counts, instead of buying surplus credits."""
    if not types or not all(facts.burstable for facts in types):
        return None
    return ec2.LaunchTemplateCreditSpecificationArgs(cpu_credits="standard")


def _target(reservation: str | None) -> ec2.LaunchTemplateCapacityReservationSpecificationArgs | None:
    if reservation is None:
        return None
    target = ec2.LaunchTemplateCapacityReservationSpecificationCapacityReservationTargetArgs(
        capacity_reservation_id=reservation
    )
    return ec2.LaunchTemplateCapacityReservationSpecificationArgs(capacity_reservation_target=target)


def _placement(extra: Extras) -> ec2.LaunchTemplatePlacementArgs | None:
    if extra.host_resource_group is not None:
        return ec2.LaunchTemplatePlacementArgs(host_resource_group_arn=extra.host_resource_group)
    if extra.placement_group is not None:
        return ec2.LaunchTemplatePlacementArgs(group_name=extra.placement_group)
    return ec2.LaunchTemplatePlacementArgs(tenancy="host") if extra.on_named_host else None


def _licenses(extra: Extras) -> list[ec2.LaunchTemplateLicenseSpecificationArgs] | None:
    if extra.license_configuration is None:
        return None
    return [ec2.LaunchTemplateLicenseSpecificationArgs(license_configuration_arn=extra.license_configuration)]
