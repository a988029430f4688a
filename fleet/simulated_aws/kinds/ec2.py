"""What the EC2 types have in common: tags in the request, deletion that may find nothing, reading one of many."""

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from fleet.simulated_aws.cloud import Cloud
from fleet.simulated_aws.kind import Kind, Properties
from fleet.simulated_aws.requests import request, tag_list, tag_map, to_properties

__all__ = ["described", "gone_is_fine", "retag", "simple", "tagged_request"]

TAGS = frozenset({"tags"})


def tagged_request(cloud: Cloud, operation: str, kind: str, inputs: Properties, **renames: str) -> dict[str, Any]:
    """Arguments of an EC2 call that creates something, its tags included."""
    arguments = request(cloud.client("ec2"), operation, {k: v for k, v in inputs.items() if k != "tags"}, **renames)
    if inputs.get("tags"):
        arguments["TagSpecifications"] = [{"ResourceType": kind, "Tags": tag_list(inputs["tags"])}]
    return arguments


def retag(cloud: Cloud, identity: str, old: Properties, new: Properties) -> None:
    """Bring the tags of an EC2 resource to what `new` says."""
    ec2 = cloud.client("ec2")
    before = old.get("tagsAll") or old.get("tags") or {}
    after = new.get("tags") or {}
    removed = sorted(set(before) - set(after))
    if removed:
        ec2.delete_tags(Resources=[identity], Tags=[{"Key": key} for key in removed])
    if after:
        ec2.create_tags(Resources=[identity], Tags=tag_list(after))


def described(call: Callable[..., Any], key: str, **arguments: Any) -> dict[str, Any] | None:
    """The one entry that a describe call finds, None when AWS says that there is none."""
    try:
        found = call(**arguments)[key]
    except ClientError as problem:
        if _is_missing(problem):
            return None
        raise
    return found[0] if found else None


def gone_is_fine(call: Callable[..., Any], **arguments: Any) -> None:
    """Delete; a resource that is gone already is no error."""
    try:
        call(**arguments)
    except ClientError as problem:
        if not _is_missing(problem):
            raise


def _is_missing(problem: ClientError) -> bool:
    code = problem.response["Error"]["Code"]
    return "NotFound" in code or code.endswith((".Malformed", "NoSuchEntity")) or code == "ResourceNotFoundException"


def simple(
    token: str,
    *,
    noun: str,
    tag_type: str,
    computed: tuple[str, ...] = (),
    arn: str | None = None,
    renames: dict[str, str] | None = None,
    in_place: frozenset[str] = TAGS,
    after: Callable[[Cloud, str, Properties], None] | None = None,
    before_delete: Callable[[Cloud, str, Properties], None] | None = None,
) -> Kind:
    """An EC2 type of the plain pattern Create/Describe/Delete: `noun` is AWS's (`Vpc`), the id is `<noun>Id`.

    `after` applies what the create call does not take, and runs again at an update.
    """
    snake = "".join(f"_{c.lower()}" if c.isupper() else c for c in noun).lstrip("_")
    key = f"{noun}Id"

    def outputs(cloud: Cloud, entry: dict[str, Any]) -> dict[str, Any]:
        properties = to_properties(entry)
        if arn:
            properties["arn"] = cloud.arn("ec2", f"{arn}/{entry[key]}")
        return {name: properties[name] for name in ("arn", *computed) if name in properties}

    def read_entry(cloud: Cloud, identity: str) -> dict[str, Any] | None:
        return described(getattr(cloud.client("ec2"), f"describe_{snake}s"), f"{noun}s", **{f"{key}s": [identity]})

    def create(cloud: Cloud, inputs: Properties) -> tuple[str, dict[str, Any]]:
        arguments = tagged_request(cloud, f"Create{noun}", tag_type, inputs, **(renames or {}))
        answer = getattr(cloud.client("ec2"), f"create_{snake}")(**arguments)
        entry = answer.get(noun, answer)
        if after:
            after(cloud, entry[key], inputs)
        return entry[key], outputs(cloud, read_entry(cloud, entry[key]) or entry)

    def read(cloud: Cloud, identity: str, _state: Properties) -> dict[str, Any] | None:
        entry = read_entry(cloud, identity)
        if entry is None or entry.get("State") in {"deleted", "deleting"}:
            return None
        properties = to_properties(entry)
        tags = tag_map(entry.get("Tags"))
        kept = {name: properties[name] for name in (*in_place, *_IMPORTED.get(noun, ())) if name in properties}
        return {**kept, **outputs(cloud, entry), "tags": tags or None}

    def update(cloud: Cloud, identity: str, old: Properties, new: Properties) -> dict[str, Any]:
        retag(cloud, identity, old, new)
        if after:
            after(cloud, identity, new)
        return {}

    def delete(cloud: Cloud, identity: str, state: Properties) -> None:
        if before_delete:
            before_delete(cloud, identity, state)
        gone_is_fine(getattr(cloud.client("ec2"), f"delete_{snake}"), **{key: identity})

    return Kind(
        token=token,
        computed=(*(("arn",) if arn else ()), *computed),
        create=create,
        read=read,
        update=update,
        delete=delete,
        in_place=in_place,
    )


_IMPORTED = {
    "Vpc": ("cidrBlock",),
    "Subnet": ("vpcId", "cidrBlock", "availabilityZone", "mapPublicIpOnLaunch"),
    "InternetGateway": (),
    "NatGateway": ("subnetId",),
    "RouteTable": ("vpcId",),
    "Volume": ("availabilityZone", "size", "encrypted", "iops", "throughput", "snapshotId"),
}
"""Inputs that an import takes over from AWS's description."""
