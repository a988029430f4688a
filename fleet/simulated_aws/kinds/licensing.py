"""Host resource groups, and License Manager, which moto does not have."""

from typing import Any

from botocore.exceptions import ClientError

from fleet.simulated_aws.cloud import Cloud
from fleet.simulated_aws.kind import Kind, Properties
from fleet.simulated_aws.kinds.kept import kept
from fleet.simulated_aws.requests import request

__all__ = ["KINDS"]


def _create_group(cloud: Cloud, inputs: Properties) -> tuple[str, dict[str, Any]]:
    client, name = cloud.client("resource-groups"), cloud.named(inputs, "group")
    arguments: dict[str, Any] = request(
        client, "CreateGroup", {key: value for key, value in inputs.items() if key not in {"configurations", "name"}}
    )
    if inputs.get("configurations"):
        arguments["Configuration"] = [_configuration(one) for one in inputs["configurations"]]
    group = client.create_group(**arguments | {"Name": name})["Group"]
    return name, {"name": name, "arn": group["GroupArn"]}


def _configuration(given: Properties) -> dict[str, Any]:
    parameters = [
        {"Name": one["name"], "Values": list(one.get("values") or [])} for one in given.get("parameters") or []
    ]
    return {"Type": given["type"], **({"Parameters": parameters} if parameters else {})}


def _read_group(cloud: Cloud, name: str, _state: Properties) -> dict[str, Any] | None:
    try:
        group = cloud.client("resource-groups").get_group(GroupName=name)["Group"]
    except ClientError as problem:
        if problem.response["Error"]["Code"] in {"NotFoundException", "404"}:
            return None
        raise
    return {"name": name, "arn": group["GroupArn"], "description": group.get("Description") or None}


def _update_group(cloud: Cloud, name: str, _old: Properties, new: Properties) -> dict[str, Any]:
    client = cloud.client("resource-groups")
    client.update_group(GroupName=name, Description=str(new.get("description") or ""))
    if new.get("configurations"):
        client.put_group_configuration(Group=name, Configuration=[_configuration(c) for c in new["configurations"]])
    return {}


def _delete_group(cloud: Cloud, name: str, state: Properties) -> None:
    if _read_group(cloud, name, state) is not None:
        cloud.client("resource-groups").delete_group(GroupName=name)


KINDS = (
    Kind(
        token="aws:resourcegroups/group:Group",  # noqa: S106  (a type's name)
        computed=("name", "arn"),
        create=_create_group,
        read=_read_group,
        update=_update_group,
        delete=_delete_group,
        in_place=frozenset({"tags", "description", "configurations"}),
    ),
    kept(
        "aws:licensemanager/licenseConfiguration:LicenseConfiguration",
        prefix="lic",
        arn=("license-manager", "license-configuration:{serial}"),
        named=True,
        identity="serial",
        extra={"ownerAccountId": "123456789012"},
        in_place=frozenset({"tags", "name", "description", "licenseCount", "licenseCountHardLimit", "licenseRules"}),
    ),
    kept(
        "aws:licensemanager/association:Association",
        prefix="lica",
        arn=("license-manager", "association:{serial}"),
        identity="{resourceArn},{licenseConfigurationArn}",
        taggable=False,
    ),
)
