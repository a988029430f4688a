"""Security groups and their rules, placement groups."""

from typing import Any

from fleet.simulated_aws.cloud import Cloud
from fleet.simulated_aws.kind import Kind, Properties
from fleet.simulated_aws.kinds.ec2 import described, gone_is_fine, retag, tagged_request
from fleet.simulated_aws.kinds.kept import kept
from fleet.simulated_aws.requests import tag_list, tag_map

__all__ = ["KINDS", "authorize_all", "revoke_all"]


def _create_group(cloud: Cloud, inputs: Properties) -> tuple[str, dict[str, Any]]:
    ec2 = cloud.client("ec2")
    name = cloud.named(inputs, "security-group")
    wanted = {"description": "Managed by Pulumi", **inputs, "groupName": name}
    answer = ec2.create_security_group(**tagged_request(cloud, "CreateSecurityGroup", "security-group", wanted))
    identity = answer["GroupId"]
    # AWS allows everything outwards until told otherwise; the provider takes that away, as Terraform's does.
    revoke_all(ec2, identity)
    authorize_all(ec2, identity, inputs)
    return identity, {
        "name": name,
        "arn": cloud.arn("ec2", f"security-group/{identity}"),
        "ownerId": answer.get("OwnerId"),
    }


def revoke_all(ec2: Any, identity: str) -> None:
    """Take all rules from a group, those included that AWS gives a new one."""
    entry = described(ec2.describe_security_groups, "SecurityGroups", GroupIds=[identity]) or {}
    if entry.get("IpPermissions"):
        ec2.revoke_security_group_ingress(GroupId=identity, IpPermissions=entry["IpPermissions"])
    if entry.get("IpPermissionsEgress"):
        ec2.revoke_security_group_egress(GroupId=identity, IpPermissions=entry["IpPermissionsEgress"])


def authorize_all(ec2: Any, identity: str, inputs: Properties) -> None:
    """Give a group the rules that are written inside it."""
    inwards = [_permission(rule, identity) for rule in inputs.get("ingress") or []]
    outwards = [_permission(rule, identity) for rule in inputs.get("egress") or []]
    if inwards:
        ec2.authorize_security_group_ingress(GroupId=identity, IpPermissions=inwards)
    if outwards:
        ec2.authorize_security_group_egress(GroupId=identity, IpPermissions=outwards)


def _permission(rule: Properties, group: str) -> dict[str, Any]:
    """One rule as AWS's permission; a rule names blocks, groups, or the group itself."""
    others = [*(rule.get("securityGroups") or []), *([group] if rule.get("self") else [])]
    others += [rule[key] for key in ("sourceSecurityGroupId", "referencedSecurityGroupId") if rule.get(key)]
    blocks = [*(rule.get("cidrBlocks") or []), *([rule["cidrIpv4"]] if rule.get("cidrIpv4") else [])]
    wide = [*(rule.get("ipv6CidrBlocks") or []), *([rule["cidrIpv6"]] if rule.get("cidrIpv6") else [])]
    permission: dict[str, Any] = {
        "IpProtocol": str(rule.get("protocol") or rule.get("ipProtocol") or "-1"),
        "IpRanges": [{"CidrIp": block} for block in blocks],
        "Ipv6Ranges": [{"CidrIpv6": block} for block in wide],
        "UserIdGroupPairs": [{"GroupId": other} for other in others],
    }
    if permission["IpProtocol"] != "-1":
        permission |= {"FromPort": int(rule["fromPort"]), "ToPort": int(rule["toPort"])}
    return permission


def _read_group(cloud: Cloud, identity: str, state: Properties) -> dict[str, Any] | None:
    entry = described(cloud.client("ec2").describe_security_groups, "SecurityGroups", GroupIds=[identity])
    if entry is None:
        return None
    return {
        "name": entry["GroupName"],
        "description": entry["Description"],
        "vpcId": entry.get("VpcId"),
        "tags": tag_map(entry.get("Tags")) or None,
        "arn": cloud.arn("ec2", f"security-group/{identity}"),
        "ownerId": entry.get("OwnerId"),
        **{key: state[key] for key in ("ingress", "egress") if key in state},
    }


def _update_group(cloud: Cloud, identity: str, old: Properties, new: Properties) -> dict[str, Any]:
    ec2 = cloud.client("ec2")
    retag(cloud, identity, old, new)
    if (old.get("ingress"), old.get("egress")) != (new.get("ingress"), new.get("egress")):
        revoke_all(ec2, identity)
        authorize_all(ec2, identity, new)
    return {}


def _delete_group(cloud: Cloud, identity: str, _state: Properties) -> None:
    gone_is_fine(cloud.client("ec2").delete_security_group, GroupId=identity)


def _rule(token: str, direction: str | None) -> Kind:
    """A rule as a resource of its own; `direction` None when the input `type` says it."""

    def way(inputs: Properties) -> str:
        return direction or str(inputs["type"])

    def create(cloud: Cloud, inputs: Properties) -> tuple[str, dict[str, Any]]:
        ec2, group = cloud.client("ec2"), inputs["securityGroupId"]
        answer = getattr(ec2, f"authorize_security_group_{way(inputs)}")(
            GroupId=group, IpPermissions=[_permission(inputs, group)]
        )
        rules = answer.get("SecurityGroupRules") or [{}]
        identity = rules[0].get("SecurityGroupRuleId") or f"sgr-{group}-{way(inputs)}"
        if inputs.get("tags") and rules[0]:
            ec2.create_tags(Resources=[identity], Tags=tag_list(inputs["tags"]))
        return identity, {"securityGroupRuleId": identity, "arn": cloud.arn("ec2", f"security-group-rule/{identity}")}

    def read(cloud: Cloud, identity: str, state: Properties) -> dict[str, Any] | None:
        ec2 = cloud.client("ec2")
        rule = described(ec2.describe_security_group_rules, "SecurityGroupRules", SecurityGroupRuleIds=[identity])
        if rule is None:
            return None
        found = {
            "securityGroupId": rule["GroupId"],
            "ipProtocol": rule["IpProtocol"],
            "fromPort": rule.get("FromPort"),
            "toPort": rule.get("ToPort"),
            "cidrIpv4": rule.get("CidrIpv4"),
            "securityGroupRuleId": identity,
        }
        return found if direction else {**state, "securityGroupId": rule["GroupId"]}

    def delete(cloud: Cloud, _identity: str, state: Properties) -> None:
        group = state["securityGroupId"]
        revoke = getattr(cloud.client("ec2"), f"revoke_security_group_{way(state)}")
        gone_is_fine(revoke, GroupId=group, IpPermissions=[_permission(state, group)])

    return Kind(
        token=token,
        computed=("securityGroupRuleId", "arn") if direction else ("securityGroupRuleId",),
        create=create,
        read=read,
        delete=delete,
        taggable=direction is not None,
        delete_first=True,
    )


KINDS = (
    Kind(
        token="aws:ec2/securityGroup:SecurityGroup",  # noqa: S106  (a type's name)
        computed=("name", "arn", "ownerId"),
        create=_create_group,
        read=_read_group,
        update=_update_group,
        delete=_delete_group,
        in_place=frozenset({"tags", "ingress", "egress", "revokeRulesOnDelete"}),
    ),
    _rule("aws:ec2/securityGroupRule:SecurityGroupRule", None),
    _rule("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "ingress"),
    _rule("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "egress"),
    kept(
        "aws:ec2/placementGroup:PlacementGroup",
        prefix="pg",
        arn=("ec2", "placement-group/{name}"),
        named=True,
        identity="name",
        extra={"placementGroupId": "pg-{serial}"},
    ),
)
