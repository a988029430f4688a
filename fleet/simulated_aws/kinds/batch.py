"""AWS Batch: compute environments, queues and job definitions."""

import contextlib
from typing import Any

from botocore.exceptions import ClientError

from fleet.simulated_aws.cloud import Cloud
from fleet.simulated_aws.kind import EVERYTHING, Kind, Properties
from fleet.simulated_aws.requests import request, to_properties

__all__ = ["KINDS"]


def _environment_request(cloud: Cloud, operation: str, inputs: Properties) -> dict[str, Any]:
    renames = {
        "type": "type",
        "computeResources": "computeResources",
        "instanceTypes": "instanceTypes",
        "ec2Configurations": "ec2Configuration",
    }
    return request(cloud.client("batch"), operation, inputs, **renames)


def _create_environment(cloud: Cloud, inputs: Properties) -> tuple[str, dict[str, Any]]:
    name = cloud.named(inputs, "environment")
    arguments = _environment_request(cloud, "CreateComputeEnvironment", inputs) | {"computeEnvironmentName": name}
    if "serviceRole" not in arguments:
        arguments["serviceRole"] = _service_role(cloud)
    arn = cloud.client("batch").create_compute_environment(**arguments)["computeEnvironmentArn"]
    return name, {"name": name, "arn": arn, "status": "VALID", "statusReason": "", "ecsClusterArn": None}


def _service_role(cloud: Cloud) -> str:
    """The role that AWS itself makes for Batch at the first environment without one; moto does not."""
    iam = cloud.client("iam")
    with contextlib.suppress(ClientError):
        iam.create_service_linked_role(AWSServiceName="batch.amazonaws.com")
    roles = iam.list_roles(PathPrefix="/aws-service-role/batch.amazonaws.com")["Roles"]
    return str(roles[0]["Arn"])


def _environment(cloud: Cloud, name: str) -> dict[str, Any] | None:
    found = cloud.client("batch").describe_compute_environments(computeEnvironments=[name])["computeEnvironments"]
    return found[0] if found else None


def _read_environment(cloud: Cloud, name: str, state: Properties) -> dict[str, Any] | None:
    entry = _environment(cloud, name)
    if entry is None:
        return None
    known = {"name": name, "arn": entry["computeEnvironmentArn"], "status": entry["status"], "type": entry["type"]}
    if not state and entry.get("computeResources"):
        known["computeResources"] = to_properties(entry["computeResources"])
    return {**known, "state": entry["state"], "ecsClusterArn": entry.get("ecsClusterArn")}


def _update_environment(cloud: Cloud, name: str, _old: Properties, new: Properties) -> dict[str, Any]:
    arguments = _environment_request(cloud, "UpdateComputeEnvironment", new)
    cloud.client("batch").update_compute_environment(**arguments | {"computeEnvironment": name})
    return {}


def _delete_environment(cloud: Cloud, name: str, _state: Properties) -> None:
    if _environment(cloud, name) is None:
        return
    batch = cloud.client("batch")
    batch.update_compute_environment(computeEnvironment=name, state="DISABLED")
    batch.delete_compute_environment(computeEnvironment=name)


def _queue_request(cloud: Cloud, operation: str, inputs: Properties) -> dict[str, Any]:
    arguments = request(cloud.client("batch"), operation, inputs)
    listed = inputs.get("computeEnvironmentOrders") or []
    arguments["computeEnvironmentOrder"] = [
        {"order": int(one["order"]), "computeEnvironment": one["computeEnvironment"]} for one in listed
    ]
    return arguments


def _create_queue(cloud: Cloud, inputs: Properties) -> tuple[str, dict[str, Any]]:
    name = cloud.named(inputs, "queue")
    arguments = _queue_request(cloud, "CreateJobQueue", inputs) | {"jobQueueName": name}
    arn = cloud.client("batch").create_job_queue(**arguments)["jobQueueArn"]
    return arn, {"name": name, "arn": arn}


def _queue(cloud: Cloud, arn: str) -> dict[str, Any] | None:
    found = cloud.client("batch").describe_job_queues(jobQueues=[arn])["jobQueues"]
    return found[0] if found and found[0].get("status") != "DELETED" else None


def _read_queue(cloud: Cloud, arn: str, _state: Properties) -> dict[str, Any] | None:
    entry = _queue(cloud, arn)
    if entry is None:
        return None
    known = {"name": entry["jobQueueName"], "arn": entry["jobQueueArn"]}
    return {**known, "state": entry["state"], "priority": entry["priority"]}


def _update_queue(cloud: Cloud, arn: str, _old: Properties, new: Properties) -> dict[str, Any]:
    cloud.client("batch").update_job_queue(**_queue_request(cloud, "UpdateJobQueue", new) | {"jobQueue": arn})
    return {}


def _delete_queue(cloud: Cloud, arn: str, _state: Properties) -> None:
    if _queue(cloud, arn) is not None:
        batch = cloud.client("batch")
        batch.update_job_queue(jobQueue=arn, state="DISABLED")
        batch.delete_job_queue(jobQueue=arn)


def _register(cloud: Cloud, inputs: Properties) -> tuple[str, dict[str, Any]]:
    import json  # noqa: PLC0415  (only where a container is written as text)

    name = cloud.named(inputs, "definition")
    wanted = {**inputs}
    if isinstance(wanted.get("containerProperties"), str):
        wanted["containerProperties"] = json.loads(wanted["containerProperties"])
    arguments = request(cloud.client("batch"), "RegisterJobDefinition", wanted) | {"jobDefinitionName": name}
    made = cloud.client("batch").register_job_definition(**arguments)
    return made["jobDefinitionArn"], {"name": name, "arn": made["jobDefinitionArn"], "revision": made["revision"]}


def _read_definition(cloud: Cloud, arn: str, _state: Properties) -> dict[str, Any] | None:
    found = cloud.client("batch").describe_job_definitions(jobDefinitions=[arn])["jobDefinitions"]
    entry = found[0] if found else None
    if entry is None or entry.get("status") == "INACTIVE":
        return None
    known = {"name": entry["jobDefinitionName"], "arn": entry["jobDefinitionArn"], "revision": entry["revision"]}
    return {**known, "type": entry["type"]}


def _deregister(cloud: Cloud, arn: str, _state: Properties) -> None:
    cloud.client("batch").deregister_job_definition(jobDefinition=arn)


_UPDATED_RESOURCES = frozenset({"tags", "state", "computeResources", "serviceRole", "updatePolicy"})
KINDS = (
    Kind(
        token="aws:batch/computeEnvironment:ComputeEnvironment",  # noqa: S106  (a type's name)
        computed=("name", "arn", "status", "statusReason", "ecsClusterArn"),
        create=_create_environment,
        read=_read_environment,
        update=_update_environment,
        delete=_delete_environment,
        in_place=_UPDATED_RESOURCES,
    ),
    Kind(
        token="aws:batch/jobQueue:JobQueue",  # noqa: S106
        computed=("name", "arn"),
        create=_create_queue,
        read=_read_queue,
        update=_update_queue,
        delete=_delete_queue,
        in_place=EVERYTHING,
        replaced_by=frozenset({"name"}),
    ),
    Kind(
        token="aws:batch/jobDefinition:JobDefinition",  # noqa: S106
        computed=("name", "arn", "revision"),
        create=_register,
        read=_read_definition,
        delete=_deregister,
    ),
)
