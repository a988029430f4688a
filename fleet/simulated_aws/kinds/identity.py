"""IAM: roles, their policies, instance profiles."""

import json
from typing import Any

from botocore.exceptions import ClientError

from fleet.simulated_aws.cloud import Cloud
from fleet.simulated_aws.kind import Kind, Properties
from fleet.simulated_aws.kinds.ec2 import gone_is_fine
from fleet.simulated_aws.requests import request, tag_list, tag_map

__all__ = ["KINDS"]


def _found(call: Any, key: str, **arguments: Any) -> dict[str, Any] | None:
    try:
        entry: dict[str, Any] = call(**arguments)[key]
    except ClientError as problem:
        if problem.response["Error"]["Code"] == "NoSuchEntity":
            return None
        raise
    return entry


def _text(policy: Any) -> str:
    """A policy document as text, whether it was written as text or as an object."""
    return policy if isinstance(policy, str) else json.dumps(policy)


def _create_role(cloud: Cloud, inputs: Properties) -> tuple[str, dict[str, Any]]:
    iam, name = cloud.client("iam"), cloud.named(inputs, "role")
    wanted = request(iam, "CreateRole", {key: value for key, value in inputs.items() if key not in {"name", "tags"}})
    wanted |= {"RoleName": name, "AssumeRolePolicyDocument": _text(inputs["assumeRolePolicy"])}
    role = iam.create_role(**wanted, Tags=tag_list(inputs.get("tags")))["Role"]
    for arn in inputs.get("managedPolicyArns") or []:
        iam.attach_role_policy(RoleName=name, PolicyArn=arn)
    for policy in inputs.get("inlinePolicies") or []:
        iam.put_role_policy(RoleName=name, PolicyName=policy["name"], PolicyDocument=_text(policy["policy"]))
    return name, {"name": name, "arn": role["Arn"], "uniqueId": role["RoleId"]}


def _read_role(cloud: Cloud, name: str, _state: Properties) -> dict[str, Any] | None:
    role = _found(cloud.client("iam").get_role, "Role", RoleName=name)
    if role is None:
        return None
    return {
        "name": name,
        "arn": role["Arn"],
        "uniqueId": role["RoleId"],
        "assumeRolePolicy": json.dumps(role["AssumeRolePolicyDocument"]),
        "tags": tag_map(role.get("Tags")) or None,
    }


def _update_role(cloud: Cloud, name: str, old: Properties, new: Properties) -> dict[str, Any]:
    iam = cloud.client("iam")
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=_text(new["assumeRolePolicy"]))
    gone = set(old.get("tags") or {}) - set(new.get("tags") or {})
    if gone:
        iam.untag_role(RoleName=name, TagKeys=sorted(gone))
    if new.get("tags"):
        iam.tag_role(RoleName=name, Tags=tag_list(new["tags"]))
    before, after = set(old.get("managedPolicyArns") or []), set(new.get("managedPolicyArns") or [])
    for arn in sorted(before - after):
        gone_is_fine(iam.detach_role_policy, RoleName=name, PolicyArn=arn)
    for arn in sorted(after - before):
        iam.attach_role_policy(RoleName=name, PolicyArn=arn)
    return {}


def _delete_role(cloud: Cloud, name: str, state: Properties) -> None:
    iam = cloud.client("iam")
    for arn in state.get("managedPolicyArns") or []:
        gone_is_fine(iam.detach_role_policy, RoleName=name, PolicyArn=arn)
    for policy in state.get("inlinePolicies") or []:
        gone_is_fine(iam.delete_role_policy, RoleName=name, PolicyName=policy["name"])
    gone_is_fine(iam.delete_role, RoleName=name)


def _attach(cloud: Cloud, inputs: Properties) -> tuple[str, dict[str, Any]]:
    cloud.client("iam").attach_role_policy(RoleName=inputs["role"], PolicyArn=inputs["policyArn"])
    return f"{inputs['role']}/{inputs['policyArn']}", {}


def _read_attachment(cloud: Cloud, identity: str, _state: Properties) -> dict[str, Any] | None:
    role, _, arn = identity.partition("/")
    listing = cloud.client("iam").list_attached_role_policies
    entries: Any = _found(listing, "AttachedPolicies", RoleName=role) or []
    if not any(entry["PolicyArn"] == arn for entry in entries):
        return None
    return {"role": role, "policyArn": arn}


def _detach(cloud: Cloud, _identity: str, state: Properties) -> None:
    gone_is_fine(cloud.client("iam").detach_role_policy, RoleName=state["role"], PolicyArn=state["policyArn"])


def _put_inline(cloud: Cloud, name: str, inputs: Properties) -> None:
    cloud.client("iam").put_role_policy(
        RoleName=inputs["role"], PolicyName=name, PolicyDocument=_text(inputs["policy"])
    )


def _create_inline(cloud: Cloud, inputs: Properties) -> tuple[str, dict[str, Any]]:
    name = cloud.named(inputs, "policy")
    _put_inline(cloud, name, inputs)
    return f"{inputs['role']}:{name}", {"name": name}


def _read_inline(cloud: Cloud, identity: str, _state: Properties) -> dict[str, Any] | None:
    role, _, name = identity.partition(":")
    call = cloud.client("iam").get_role_policy
    document = _found(call, "PolicyDocument", RoleName=role, PolicyName=name)
    return None if document is None else {"role": role, "name": name, "policy": json.dumps(document)}


def _update_inline(cloud: Cloud, identity: str, _old: Properties, new: Properties) -> dict[str, Any]:
    _put_inline(cloud, identity.partition(":")[2], new)
    return {}


def _delete_inline(cloud: Cloud, identity: str, _state: Properties) -> None:
    role, _, name = identity.partition(":")
    gone_is_fine(cloud.client("iam").delete_role_policy, RoleName=role, PolicyName=name)


def _create_profile(cloud: Cloud, inputs: Properties) -> tuple[str, dict[str, Any]]:
    iam, name = cloud.client("iam"), cloud.named(inputs, "profile")
    profile = iam.create_instance_profile(InstanceProfileName=name, Tags=tag_list(inputs.get("tags")))
    if inputs.get("role"):
        iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=inputs["role"])
    made = profile["InstanceProfile"]
    return name, {"name": name, "arn": made["Arn"], "uniqueId": made["InstanceProfileId"]}


def _read_profile(cloud: Cloud, name: str, _state: Properties) -> dict[str, Any] | None:
    profile = _found(cloud.client("iam").get_instance_profile, "InstanceProfile", InstanceProfileName=name)
    if profile is None:
        return None
    roles = [role["RoleName"] for role in profile.get("Roles", [])]
    return {
        "name": name,
        "arn": profile["Arn"],
        "uniqueId": profile["InstanceProfileId"],
        "role": roles[0] if roles else None,
        "tags": tag_map(profile.get("Tags")) or None,
    }


def _update_profile(cloud: Cloud, name: str, old: Properties, new: Properties) -> dict[str, Any]:
    iam = cloud.client("iam")
    if old.get("role") != new.get("role"):
        if old.get("role"):
            gone_is_fine(iam.remove_role_from_instance_profile, InstanceProfileName=name, RoleName=old["role"])
        iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=new["role"])
    gone = set(old.get("tags") or {}) - set(new.get("tags") or {})
    if gone:
        iam.untag_instance_profile(InstanceProfileName=name, TagKeys=sorted(gone))
    if new.get("tags"):
        iam.tag_instance_profile(InstanceProfileName=name, Tags=tag_list(new["tags"]))
    return {}


def _delete_profile(cloud: Cloud, name: str, state: Properties) -> None:
    iam = cloud.client("iam")
    if state.get("role"):
        gone_is_fine(iam.remove_role_from_instance_profile, InstanceProfileName=name, RoleName=state["role"])
    gone_is_fine(iam.delete_instance_profile, InstanceProfileName=name)


KINDS = (
    Kind(
        token="aws:iam/role:Role",  # noqa: S106  (a type's name)
        computed=("name", "arn", "uniqueId"),
        create=_create_role,
        read=_read_role,
        update=_update_role,
        delete=_delete_role,
        in_place=frozenset({"tags", "assumeRolePolicy", "managedPolicyArns", "description", "maxSessionDuration"}),
    ),
    Kind(
        token="aws:iam/rolePolicyAttachment:RolePolicyAttachment",  # noqa: S106
        computed=(),
        create=_attach,
        read=_read_attachment,
        delete=_detach,
        taggable=False,
    ),
    Kind(
        token="aws:iam/rolePolicy:RolePolicy",  # noqa: S106
        computed=("name",),
        create=_create_inline,
        read=_read_inline,
        update=_update_inline,
        delete=_delete_inline,
        in_place=frozenset({"policy"}),
        taggable=False,
    ),
    Kind(
        token="aws:iam/instanceProfile:InstanceProfile",  # noqa: S106
        computed=("name", "arn", "uniqueId"),
        create=_create_profile,
        read=_read_profile,
        update=_update_profile,
        delete=_delete_profile,
        in_place=frozenset({"tags", "role"}),
    ),
)
