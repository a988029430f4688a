"""Launch templates, instances, dedicated hosts and volumes."""

import base64
from typing import Any

from fleet.simulated_aws import rules
from fleet.simulated_aws.cloud import Cloud
from fleet.simulated_aws.kind import EVERYTHING, Kind, Properties
from fleet.simulated_aws.kinds.ec2 import described, gone_is_fine, retag, simple, tagged_request
from fleet.simulated_aws.requests import request, tag_list, tag_map, to_properties

__all__ = ["KINDS", "template_properties", "zone_of_subnet"]

_ROOT_DEVICES = frozenset({"/dev/xvda", "/dev/sda1"})
_TEMPLATE_NAMES = {
    "vpcSecurityGroupIds": "SecurityGroupIds",
    "securityGroupNames": "SecurityGroups",
    "securityGroups": "Groups",
}


def _template_data(cloud: Cloud, inputs: Properties) -> dict[str, Any]:
    data = {key: value for key, value in inputs.items() if key not in {"tags", "tagSpecifications", "name", "region"}}
    given = request(cloud.client("ec2"), "CreateLaunchTemplate", {"launchTemplateData": data}, **_TEMPLATE_NAMES)
    filled: dict[str, Any] = given.get("LaunchTemplateData", {})
    for mapping in filled.get("BlockDeviceMappings", []):
        # AWS deletes a root volume with its instance unless told otherwise; moto keeps it.
        if mapping.get("DeviceName") in _ROOT_DEVICES and "Ebs" in mapping:
            mapping["Ebs"].setdefault("DeleteOnTermination", True)
    if inputs.get("tagSpecifications"):
        filled["TagSpecifications"] = [
            {"ResourceType": one["resourceType"], "Tags": tag_list(one.get("tags"))}
            for one in inputs["tagSpecifications"]
        ]
    return filled


def _create_template(cloud: Cloud, inputs: Properties) -> tuple[str, dict[str, Any]]:
    name = cloud.named(inputs, "launch-template")
    arguments: dict[str, Any] = {"LaunchTemplateName": name, "LaunchTemplateData": _template_data(cloud, inputs)}
    if inputs.get("tags"):
        arguments["TagSpecifications"] = [{"ResourceType": "launch-template", "Tags": tag_list(inputs["tags"])}]
    made = cloud.client("ec2").create_launch_template(**arguments)["LaunchTemplate"]
    return made["LaunchTemplateId"], _template_outputs(cloud, made)


def _template_outputs(cloud: Cloud, entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": entry["LaunchTemplateName"],
        "arn": cloud.arn("ec2", f"launch-template/{entry['LaunchTemplateId']}"),
        "latestVersion": entry["LatestVersionNumber"],
        "defaultVersion": entry["DefaultVersionNumber"],
    }


def _template(cloud: Cloud, identity: str) -> dict[str, Any] | None:
    return described(cloud.client("ec2").describe_launch_templates, "LaunchTemplates", LaunchTemplateIds=[identity])


def _read_template(cloud: Cloud, identity: str, state: Properties) -> dict[str, Any] | None:
    entry = _template(cloud, identity)
    if entry is None:
        return None
    known: dict[str, Any] = {**_template_outputs(cloud, entry), "tags": tag_map(entry.get("Tags")) or None}
    if not state:
        ec2 = cloud.client("ec2")
        latest = ec2.describe_launch_template_versions(LaunchTemplateId=identity, Versions=["$Latest"])
        known |= to_properties(latest["LaunchTemplateVersions"][0]["LaunchTemplateData"])
    return known


def _update_template(cloud: Cloud, identity: str, old: Properties, new: Properties) -> dict[str, Any]:
    ec2 = cloud.client("ec2")
    if _template_data(cloud, old) != _template_data(cloud, new):
        ec2.create_launch_template_version(LaunchTemplateId=identity, LaunchTemplateData=_template_data(cloud, new))
    retag(cloud, identity, old, new)
    entry = _template(cloud, identity) or {}
    if new.get("updateDefaultVersion") and entry:
        latest = entry["LatestVersionNumber"]
        ec2.modify_launch_template(LaunchTemplateId=identity, DefaultVersion=str(latest))
        entry["DefaultVersionNumber"] = latest
    return _template_outputs(cloud, entry)


def _delete_template(cloud: Cloud, identity: str, _state: Properties) -> None:
    gone_is_fine(cloud.client("ec2").delete_launch_template, LaunchTemplateId=identity)


def _create_instance(cloud: Cloud, inputs: Properties) -> tuple[str, dict[str, Any]]:
    ec2 = cloud.client("ec2")
    data = template_properties(cloud, inputs.get("launchTemplate")) | dict(inputs)
    instance_type = str(data.get("instanceType") or "m1.small")
    zone = data.get("availabilityZone") or zone_of_subnet(cloud, data.get("subnetId"))
    market = (data.get("instanceMarketOptions") or {}).get("marketType")
    rules.require_launchable(cloud, instance_type, zone=zone, spot=market == "spot")
    rules.require_quota(cloud, {instance_type: 1}, purchase="spot" if market == "spot" else "on_demand")
    host = rules.free_host(cloud, instance_type, data) if rules.is_mac(instance_type) else data.get("hostId")
    renames = {"ami": "ImageId", "vpcSecurityGroupIds": "SecurityGroupIds", "arn": "Arn"}
    apart = {"launchTemplate", "placementGroup", "tags", "userData"}
    wanted = {key: value for key, value in inputs.items() if key not in apart}
    arguments = tagged_request(cloud, "RunInstances", "instance", {**wanted, "tags": inputs.get("tags")}, **renames)
    arguments |= {"MinCount": 1, "MaxCount": 1, "Placement": _placement(data, zone, host)}
    if inputs.get("launchTemplate"):
        arguments["LaunchTemplate"] = _named_template(inputs["launchTemplate"])
    if inputs.get("userData"):
        arguments["UserData"] = str(inputs["userData"])
    profile = inputs.get("iamInstanceProfile")
    if isinstance(profile, str):
        arguments["IamInstanceProfile"] = {"Name": profile}
    arguments.pop("SecurityGroups", None)
    entry = ec2.run_instances(**arguments)["Instances"][0]
    if host:
        rules.claim_host(cloud, host, entry["InstanceId"])
    return entry["InstanceId"], _instance_outputs(cloud, entry)


def _placement(data: Properties, zone: str | None, host: str | None) -> dict[str, Any]:
    given = {
        "AvailabilityZone": zone,
        "Tenancy": data.get("tenancy"),
        "GroupName": data.get("placementGroup"),
        "HostId": host,
    }
    return {key: value for key, value in given.items() if value}


def _named_template(named: Properties) -> dict[str, str]:
    """A launch template as requests name it; properties say `id` where requests say LaunchTemplateId."""
    by = {"LaunchTemplateId": named["id"]} if named.get("id") else {"LaunchTemplateName": named["name"]}
    return {**by, "Version": str(named.get("version") or "$Default")}


def template_properties(cloud: Cloud, named: Properties | None) -> dict[str, Any]:
    """Properties that an instance takes from its launch template."""
    if not named:
        return {}
    ec2 = cloud.client("ec2")
    by = _named_template(named)
    version = by.pop("Version")
    found = ec2.describe_launch_template_versions(**by, Versions=[version])["LaunchTemplateVersions"]
    data: dict[str, Any] = to_properties(found[0]["LaunchTemplateData"])
    placement = data.pop("placement", {})
    return {
        **data,
        **{key: placement[key] for key in ("tenancy", "hostId", "hostResourceGroupArn") if key in placement},
    }


def zone_of_subnet(cloud: Cloud, subnet: str | None) -> str | None:
    """The availability zone of a subnet, None for a subnet that does not exist."""
    if not subnet:
        return None
    entry = described(cloud.client("ec2").describe_subnets, "Subnets", SubnetIds=[subnet])
    return entry["AvailabilityZone"] if entry else None


def _instance_outputs(cloud: Cloud, entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "arn": cloud.arn("ec2", f"instance/{entry['InstanceId']}"),
        "availabilityZone": entry["Placement"]["AvailabilityZone"],
        "instanceState": "running",
        "privateIp": entry.get("PrivateIpAddress"),
        "privateDns": entry.get("PrivateDnsName"),
        "publicIp": entry.get("PublicIpAddress"),
        "subnetId": entry.get("SubnetId"),
        "primaryNetworkInterfaceId": next(
            (one["NetworkInterfaceId"] for one in entry.get("NetworkInterfaces") or []), None
        ),
    }


def _instance(cloud: Cloud, identity: str) -> dict[str, Any] | None:
    found = described(cloud.client("ec2").describe_instances, "Reservations", InstanceIds=[identity])
    entry = found["Instances"][0] if found else None
    return None if entry is None or entry["State"]["Name"] in {"terminated", "shutting-down"} else entry


def _read_instance(cloud: Cloud, identity: str, _state: Properties) -> dict[str, Any] | None:
    entry = _instance(cloud, identity)
    if entry is None:
        return None
    return {
        **_instance_outputs(cloud, entry),
        "ami": entry["ImageId"],
        "instanceType": entry["InstanceType"],
        "tags": tag_map(entry.get("Tags")) or None,
    }


def _update_instance(cloud: Cloud, identity: str, old: Properties, new: Properties) -> dict[str, Any]:
    ec2 = cloud.client("ec2")
    retag(cloud, identity, old, new)
    if old.get("instanceType") != new.get("instanceType"):
        _require_another_type(cloud, old, new)
        ec2.stop_instances(InstanceIds=[identity])
        ec2.modify_instance_attribute(InstanceId=identity, InstanceType={"Value": str(new["instanceType"])})
        ec2.start_instances(InstanceIds=[identity])
    groups = new.get("vpcSecurityGroupIds")
    if groups and old.get("vpcSecurityGroupIds") != groups:
        ec2.modify_instance_attribute(InstanceId=identity, Groups=list(groups))
    if old.get("userData") != new.get("userData"):
        text = base64.b64encode(str(new.get("userData") or "").encode())
        ec2.modify_instance_attribute(InstanceId=identity, UserData={"Value": text})
    return {}


def _require_another_type(cloud: Cloud, old: Properties, new: Properties) -> None:
    """AWS's rules about a change of type: it must be sold there, fit the quota, and a Mac is bound to its host."""
    before, after = str(old.get("instanceType") or ""), str(new["instanceType"])
    rules.require_launchable(cloud, after, zone=old.get("availabilityZone"), spot=False)
    if rules.is_mac(before) or rules.is_mac(after):
        raise rules.AwsRefusalError(
            f"InvalidInstanceAttributeValue: {before or 'the type'} cannot become {after}: "
            "a Mac type is that of its host; replace the instance"
        )
    rules.require_quota(cloud, {after: 1}, purchase="on_demand", released={before: 1} if before else {})


def _delete_instance(cloud: Cloud, identity: str, _state: Properties) -> None:
    gone_is_fine(cloud.client("ec2").terminate_instances, InstanceIds=[identity])
    for host, record in cloud.store.all(rules.HOSTS).items():
        if record["instance"] == identity:
            rules.claim_host(cloud, host, None)


def _create_host(cloud: Cloud, inputs: Properties) -> tuple[str, dict[str, Any]]:
    family, instance_type = inputs.get("instanceFamily"), inputs.get("instanceType")
    if bool(family) == bool(instance_type):
        raise rules.AwsRefusalError("InvalidParameterCombination: a host has an instance type or a family, one of them")
    if instance_type:
        rules.require_launchable(cloud, str(instance_type), zone=str(inputs["availabilityZone"]), spot=False)
        rules.require_quota(cloud, {str(instance_type): 1}, purchase="dedicated_host")
    arguments = tagged_request(cloud, "AllocateHosts", "dedicated-host", inputs) | {"Quantity": 1}
    identity = cloud.client("ec2").allocate_hosts(**arguments)["HostIds"][0]
    cloud.store.put(
        rules.HOSTS,
        identity,
        {
            "type": str(instance_type or family),
            "allocated": cloud.now().isoformat(),
            "instance": None,
            "region": cloud.region,
        },
    )
    return identity, _host_outputs(cloud, identity)


def _host_outputs(cloud: Cloud, identity: str) -> dict[str, Any]:
    return {"arn": cloud.arn("ec2", f"dedicated-host/{identity}"), "ownerId": "123456789012"}


def _read_host(cloud: Cloud, identity: str, _state: Properties) -> dict[str, Any] | None:
    entry = described(cloud.client("ec2").describe_hosts, "Hosts", HostIds=[identity])
    if entry is None or entry.get("State") == "released":
        return None
    properties = entry.get("HostProperties", {})
    return {
        **_host_outputs(cloud, identity),
        "availabilityZone": entry["AvailabilityZone"],
        "instanceType": properties.get("InstanceType"),
        "autoPlacement": entry.get("AutoPlacement"),
        "hostRecovery": entry.get("HostRecovery"),
        "tags": tag_map(entry.get("Tags")) or None,
    }


def _update_host(cloud: Cloud, identity: str, old: Properties, new: Properties) -> dict[str, Any]:
    retag(cloud, identity, old, new)
    arguments = request(
        cloud.client("ec2"), "ModifyHosts", {k: new[k] for k in ("autoPlacement", "hostRecovery") if k in new}
    )
    if arguments:
        cloud.client("ec2").modify_hosts(HostIds=[identity], **arguments)
    return {}


def _delete_host(cloud: Cloud, identity: str, _state: Properties) -> None:
    rules.release_allowed(cloud, identity)
    gone_is_fine(cloud.client("ec2").release_hosts, HostIds=[identity])
    cloud.store.remove(rules.HOSTS, identity)


def _resize_volume(cloud: Cloud, identity: str, inputs: Properties) -> None:
    entry = described(cloud.client("ec2").describe_volumes, "Volumes", VolumeIds=[identity]) or {}
    wanted = request(cloud.client("ec2"), "ModifyVolume", inputs, type="VolumeType")
    wanted.pop("MultiAttachEnabled", None)
    changed = {key: value for key, value in wanted.items() if entry.get(key) not in {None, value}}
    if changed.get("Size", entry.get("Size", 0)) < entry.get("Size", 0):
        raise rules.AwsRefusalError(
            f"InvalidParameterValue: {identity} has {entry['Size']} GiB and cannot shrink to {changed['Size']}; "
            "a smaller volume is a new one"
        )
    if changed:
        cloud.client("ec2").modify_volume(VolumeId=identity, **changed)


KINDS = (
    Kind(
        token="aws:ec2/launchTemplate:LaunchTemplate",  # noqa: S106  (a type's name)
        computed=("name", "arn", "latestVersion", "defaultVersion"),
        create=_create_template,
        read=_read_template,
        update=_update_template,
        delete=_delete_template,
        in_place=EVERYTHING,
        replaced_by=frozenset({"name", "namePrefix"}),
    ),
    Kind(
        token="aws:ec2/instance:Instance",  # noqa: S106
        computed=(
            "arn",
            "availabilityZone",
            "instanceState",
            "privateIp",
            "privateDns",
            "publicIp",
            "publicDns",
            "subnetId",
            "primaryNetworkInterfaceId",
        ),
        create=_create_instance,
        read=_read_instance,
        update=_update_instance,
        delete=_delete_instance,
        in_place=frozenset(
            {
                "tags",
                "instanceType",
                "userData",
                "userDataReplaceOnChange",
                "disableApiTermination",
                "monitoring",
                "volumeTags",
                "vpcSecurityGroupIds",
            }
        ),
        replaced_if={"userData": "userDataReplaceOnChange"},
    ),
    Kind(
        token="aws:ec2/dedicatedHost:DedicatedHost",  # noqa: S106
        computed=("arn", "ownerId"),
        create=_create_host,
        read=_read_host,
        update=_update_host,
        delete=_delete_host,
        in_place=frozenset({"tags", "autoPlacement", "hostRecovery"}),
    ),
    simple(
        "aws:ebs/volume:Volume",
        noun="Volume",
        tag_type="volume",
        arn="volume",
        computed=("createTime",),
        renames={"type": "VolumeType"},
        in_place=frozenset({"tags", "size", "type", "iops", "throughput"}),
        after=_resize_volume,
    ),
)
