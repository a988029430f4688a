"""Auto Scaling groups, their policies and schedules."""

from typing import Any

from fleet.simulated_aws import rules
from fleet.simulated_aws.cloud import Cloud
from fleet.simulated_aws.kind import EVERYTHING, Kind, Properties
from fleet.simulated_aws.kinds.compute import template_properties, zone_of_subnet
from fleet.simulated_aws.requests import request, to_properties

__all__ = ["KINDS"]

_GROUP_NAMES = {
    "availabilityZones": "AvailabilityZones",
    "vpcZoneIdentifiers": "VPCZoneIdentifier",
    "launchTemplate": "LaunchTemplate",
    "id": "LaunchTemplateId",
    "overrides": "Overrides",
}


def _require_valid(cloud: Cloud, inputs: Properties, running: int = 0) -> None:
    """AWS's rules over sizes, types, zones, quotas and Mac hosts; `running` instances are there already."""
    low, high = int(inputs.get("minSize", 0)), int(inputs.get("maxSize", 0))
    desired = int(inputs.get("desiredCapacity", low))
    if not low <= desired <= high:
        raise rules.AwsRefusalError(f"ValidationError: desired capacity {desired} is outside {low} to {high}")
    zones = list(inputs.get("availabilityZones") or [])
    zones += [zone for subnet in inputs.get("vpcZoneIdentifiers") or [] if (zone := zone_of_subnet(cloud, subnet))]
    if not zones:
        raise rules.AwsRefusalError("ValidationError: a group needs subnets or availability zones")
    template = template_properties(cloud, _template_reference(inputs))
    is_spot = _uses_spot(inputs, template)
    types = _instance_types(inputs, template)
    if types and not rules.is_mac(types[0]):
        rules.require_quota(cloud, {types[0]: max(0, desired - running)}, purchase="spot" if is_spot else "on_demand")
    for instance_type in types:
        offered = [zone for zone in zones if _is_launchable(cloud, instance_type, zone, spot=is_spot)]
        if not offered:
            rules.require_launchable(cloud, instance_type, zone=zones[0], spot=is_spot)
        if rules.is_mac(instance_type) and not (
            template.get("hostResourceGroupArn") or template.get("tenancy") == "host"
        ):
            raise rules.AwsRefusalError(
                f"Unsupported: {instance_type} needs dedicated hosts; name a host resource group in the launch template"
            )


def _is_launchable(cloud: Cloud, instance_type: str, zone: str, *, spot: bool) -> bool:
    try:
        rules.require_launchable(cloud, instance_type, zone=zone, spot=spot)
    except rules.AwsRefusalError:
        return False
    return True


def _template_reference(inputs: Properties) -> dict[str, Any] | None:
    mixed = (inputs.get("mixedInstancesPolicy") or {}).get("launchTemplate") or {}
    named = (mixed.get("launchTemplateSpecification") or {}) if mixed else None
    if named:
        return {
            "id": named.get("launchTemplateId"),
            "name": named.get("launchTemplateName"),
            "version": named.get("version"),
        }
    found: dict[str, Any] | None = inputs.get("launchTemplate")
    return found


def _uses_spot(inputs: Properties, template: Properties) -> bool:
    mixed = inputs.get("mixedInstancesPolicy")
    if mixed:
        distribution = mixed.get("instancesDistribution") or {}
        return float(distribution.get("onDemandPercentageAboveBaseCapacity", 100)) < 100  # noqa: PLR2004  (percent)
    return bool((template.get("instanceMarketOptions") or {}).get("marketType") == "spot")


def _instance_types(inputs: Properties, template: Properties) -> list[str]:
    overrides = ((inputs.get("mixedInstancesPolicy") or {}).get("launchTemplate") or {}).get("overrides") or []
    named = [one["instanceType"] for one in overrides if one.get("instanceType")]
    return named or ([template["instanceType"]] if template.get("instanceType") else [])


def _group_request(cloud: Cloud, operation: str, name: str, inputs: Properties) -> dict[str, Any]:
    client = cloud.client("autoscaling")
    plain = {key: value for key, value in inputs.items() if key not in {"tags", "name", "vpcZoneIdentifiers"}}
    arguments = request(client, operation, plain, **_GROUP_NAMES)
    arguments["AutoScalingGroupName"] = name
    if inputs.get("vpcZoneIdentifiers"):
        arguments["VPCZoneIdentifier"] = ",".join(inputs["vpcZoneIdentifiers"])
    return arguments


def _group_tags(name: str, inputs: Properties) -> list[dict[str, Any]]:
    """The group's own tags: AWS's provider leaves its default tags out of Auto Scaling groups."""
    tags = [
        {"Key": tag["key"], "Value": str(tag["value"]), "PropagateAtLaunch": bool(tag.get("propagateAtLaunch"))}
        for tag in inputs.get("tags") or []
    ]
    return [{**tag, "ResourceId": name, "ResourceType": "auto-scaling-group"} for tag in tags]


def _create_group(cloud: Cloud, inputs: Properties) -> tuple[str, dict[str, Any]]:
    _require_valid(cloud, inputs)
    name = cloud.named(inputs, "group")
    arguments = _group_request(cloud, "CreateAutoScalingGroup", name, inputs)
    arguments["Tags"] = _group_tags(name, inputs)
    cloud.client("autoscaling").create_auto_scaling_group(**arguments)
    return name, _group_outputs(cloud, _group(cloud, name) or {"AutoScalingGroupName": name})


def _group(cloud: Cloud, name: str) -> dict[str, Any] | None:
    client = cloud.client("autoscaling")
    found = client.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"]
    return found[0] if found else None


def _group_outputs(cloud: Cloud, entry: dict[str, Any]) -> dict[str, Any]:
    name = entry["AutoScalingGroupName"]
    return {
        "name": name,
        "arn": entry.get("AutoScalingGroupARN") or cloud.arn("autoscaling", f"autoScalingGroup::{name}"),
        "defaultCooldown": entry.get("DefaultCooldown", 300),
        "healthCheckType": entry.get("HealthCheckType", "EC2"),
    }


def _read_group(cloud: Cloud, name: str, _state: Properties) -> dict[str, Any] | None:
    entry = _group(cloud, name)
    if entry is None:
        return None
    subnets = [subnet for subnet in (entry.get("VPCZoneIdentifier") or "").split(",") if subnet]
    return {
        **_group_outputs(cloud, entry),
        "minSize": entry["MinSize"],
        "maxSize": entry["MaxSize"],
        "desiredCapacity": entry["DesiredCapacity"],
        "vpcZoneIdentifiers": subnets or None,
    }


def _update_group(cloud: Cloud, name: str, old: Properties, new: Properties) -> dict[str, Any]:
    _require_valid(cloud, new, running=len((_group(cloud, name) or {}).get("Instances", [])))
    client = cloud.client("autoscaling")
    client.update_auto_scaling_group(**_group_request(cloud, "UpdateAutoScalingGroup", name, new))
    after = _group_tags(name, new)
    kept = {tag["Key"] for tag in after}
    removed = [tag for tag in _group_tags(name, old) if tag["Key"] not in kept]
    if removed:
        client.delete_tags(Tags=removed)
    if after:
        client.create_or_update_tags(Tags=after)
    return {}


def _delete_group(cloud: Cloud, name: str, _state: Properties) -> None:
    if _group(cloud, name) is not None:
        cloud.client("autoscaling").delete_auto_scaling_group(AutoScalingGroupName=name, ForceDelete=True)


def _create_policy(cloud: Cloud, inputs: Properties) -> tuple[str, dict[str, Any]]:
    client = cloud.client("autoscaling")
    name = cloud.named(inputs, "policy")
    arguments = request(client, "PutScalingPolicy", {"policyType": "SimpleScaling", **inputs})
    client.put_scaling_policy(**arguments | {"PolicyName": name})
    # moto leaves the ARN out of the answer for some kinds of policy.
    return name, {"name": name, "arn": (_policy(cloud, inputs["autoscalingGroupName"], name) or {}).get("PolicyARN")}


def _policy(cloud: Cloud, group: str, name: str) -> dict[str, Any] | None:
    client = cloud.client("autoscaling")
    found = client.describe_policies(AutoScalingGroupName=group, PolicyNames=[name])["ScalingPolicies"]
    return found[0] if found else None


def _read_policy(cloud: Cloud, name: str, state: Properties) -> dict[str, Any] | None:
    group, _, only = name.rpartition("/")
    group = group or state.get("autoscalingGroupName", "")
    found = _policy(cloud, group, only)
    if found is None:
        return None
    entry = to_properties(found)
    return {
        "name": only,
        "arn": found.get("PolicyARN"),
        "autoscalingGroupName": group,
        "policyType": entry.get("policyType"),
    }


def _update_policy(cloud: Cloud, name: str, _old: Properties, new: Properties) -> dict[str, Any]:
    client = cloud.client("autoscaling")
    client.put_scaling_policy(**request(client, "PutScalingPolicy", new) | {"PolicyName": name})
    return {}


def _delete_policy(cloud: Cloud, name: str, state: Properties) -> None:
    group = state["autoscalingGroupName"]
    if _group(cloud, group) is not None:
        cloud.client("autoscaling").delete_policy(AutoScalingGroupName=group, PolicyName=name)


def _put_schedule(cloud: Cloud, inputs: Properties) -> None:
    client = cloud.client("autoscaling")
    # The provider writes -1 where a size is to stay as it is.
    wanted = {key: value for key, value in inputs.items() if value != -1}
    arguments = request(client, "PutScheduledUpdateGroupAction", wanted, autoscalingGroupName="AutoScalingGroupName")
    client.put_scheduled_update_group_action(**arguments)


def _create_schedule(cloud: Cloud, inputs: Properties) -> tuple[str, dict[str, Any]]:
    _put_schedule(cloud, inputs)
    name = inputs["scheduledActionName"]
    path = f"scheduledUpdateGroupAction::autoScalingGroupName/{inputs['autoscalingGroupName']}:action/{name}"
    return name, {"arn": cloud.arn("autoscaling", path)}


def _read_schedule(cloud: Cloud, name: str, state: Properties) -> dict[str, Any] | None:
    group, _, only = name.rpartition("/")
    group = group or state.get("autoscalingGroupName", "")
    if _group(cloud, group) is None:
        return None
    found = cloud.client("autoscaling").describe_scheduled_actions(
        AutoScalingGroupName=group, ScheduledActionNames=[only]
    )["ScheduledUpdateGroupActions"]
    if not found:
        return None
    entry = to_properties(found[0])
    names = ("recurrence", "timeZone", "minSize", "maxSize", "desiredCapacity")
    return {
        "scheduledActionName": only,
        "autoscalingGroupName": group,
        **{key: entry[key] for key in names if entry.get(key) is not None},
    }


def _update_schedule(cloud: Cloud, _name: str, _old: Properties, new: Properties) -> dict[str, Any]:
    _put_schedule(cloud, new)
    return {}


def _delete_schedule(cloud: Cloud, name: str, state: Properties) -> None:
    group = state["autoscalingGroupName"]
    if _group(cloud, group) is not None:
        cloud.client("autoscaling").delete_scheduled_action(AutoScalingGroupName=group, ScheduledActionName=name)


KINDS = (
    Kind(
        token="aws:autoscaling/group:Group",  # noqa: S106  (a type's name)
        computed=("name", "arn", "defaultCooldown", "healthCheckType"),
        create=_create_group,
        read=_read_group,
        update=_update_group,
        delete=_delete_group,
        in_place=EVERYTHING,
        replaced_by=frozenset({"name", "namePrefix"}),
        taggable=False,
    ),
    Kind(
        token="aws:autoscaling/policy:Policy",  # noqa: S106
        computed=("name", "arn"),
        create=_create_policy,
        read=_read_policy,
        update=_update_policy,
        delete=_delete_policy,
        in_place=EVERYTHING,
        replaced_by=frozenset({"name", "autoscalingGroupName"}),
        taggable=False,
    ),
    Kind(
        token="aws:autoscaling/schedule:Schedule",  # noqa: S106
        computed=("arn",),
        create=_create_schedule,
        read=_read_schedule,
        update=_update_schedule,
        delete=_delete_schedule,
        in_place=EVERYTHING,
        replaced_by=frozenset({"scheduledActionName", "autoscalingGroupName"}),
        taggable=False,
    ),
)
