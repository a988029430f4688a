"""BatchQueue: AWS Batch on instances of the plan, spot first, with a job definition to start from."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_aws import batch, ec2, iam

from fleet.resources.access import Access, assume_by, instance_access, managed_policy
from fleet.resources.component import placement_in, prefix, token
from fleet.resources.design.model import BatchDesign, ComputeDesign
from fleet.resources.launch import Extras, launch_template
from fleet.resources.names import BATCH, ROLE, fitting
from fleet.resources.placement import Placement

__all__ = ["BatchQueue", "BatchQueueArgs"]

_EXAMPLE_IMAGE = "public.ecr.aws/amazonlinux/amazonlinux:2023"
_STUCK_SECONDS = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchQueueArgs:
    """Batch work that is decided, and the networks by region."""

    design: BatchDesign
    placements: Mapping[str, Placement]


class BatchQueue(pulumi.ComponentResource):
    """A job queue over compute environments that stand at 0 until jobs come."""

    queue_arn: pulumi.Output[str]
    """ARN of the job queue."""

    job_definition_arn: pulumi.Output[str]
    """ARN of the job definition that jobs may start from."""

    group_names: pulumi.Output[list[str]]
    """Names of the compute environments, in the order in which the queue fills them."""

    def __init__(self, name: str, args: BatchQueueArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(token("BatchQueue"), name, {"workload": args.design.workload}, opts)
        design = args.design
        placement = placement_in(args.placements, design.region)
        access = instance_access(
            name,
            placement=placement,
            tags=design.tags,
            parent=self,
            policies=["service-role/AmazonEC2ContainerServiceforEC2Role"],
        )
        environments = [
            _environment(name, design, part, access=access, placement=placement, parent=self)
            for part in design.environments
        ]
        queue = _queue(name, design, environments, self)
        definition = _job_definition(name, design, self)
        self.queue_arn = queue.arn
        self.job_definition_arn = definition.arn
        self.group_names = pulumi.Output.all(*(environment.name for environment in environments)).apply(list)
        self.register_outputs(
            {"queue_arn": queue.arn, "job_definition_arn": definition.arn, "group_names": self.group_names}
        )


def _environment(
    name: str,
    design: BatchDesign,
    part: ComputeDesign,
    *,
    access: Access,
    placement: Placement,
    parent: pulumi.Resource,
) -> batch.ComputeEnvironment:
    own = prefix(name, design.workload) + part.name
    template = launch_template(
        own,
        image=None,
        root_volume_gib=design.root_volume_gib,
        access=None,
        region=design.region,
        tags=part.tags,
        parent=parent,
        extras=Extras(types=part.types),
    )
    return batch.ComputeEnvironment(
        fitting(own, BATCH),
        type="MANAGED",
        state="ENABLED",
        region=design.region,
        compute_resources=_compute(part, access, placement, template),
        # Replacing jobs under way would cost more than waiting for them.
        update_policy=batch.ComputeEnvironmentUpdatePolicyArgs(
            terminate_jobs_on_update=False, job_execution_timeout_minutes=60
        ),
        tags=dict(part.tags),
        opts=pulumi.ResourceOptions(parent=parent),
    )


def _compute(
    part: ComputeDesign, access: Access, placement: Placement, template: ec2.LaunchTemplate
) -> batch.ComputeEnvironmentComputeResourcesArgs:
    spot = part.market == "spot"
    image = batch.ComputeEnvironmentComputeResourcesEc2ConfigurationArgs(
        image_type="ECS_AL2023", image_id_override=part.image_id
    )
    launch = batch.ComputeEnvironmentComputeResourcesLaunchTemplateArgs(
        launch_template_id=template.id, version=template.latest_version.apply(str)
    )
    return batch.ComputeEnvironmentComputeResourcesArgs(
        type="SPOT" if spot else "EC2",
        allocation_strategy="SPOT_PRICE_CAPACITY_OPTIMIZED" if spot else "BEST_FIT_PROGRESSIVE",
        instance_types=[facts.name for facts in part.types],
        min_vcpus=0,
        max_vcpus=part.max_vcpus,
        instance_role=access.profile.arn,
        subnets=placement.subnets(part.zones),
        security_group_ids=[access.security_group_id],
        ec2_configurations=[image],
        launch_template=launch,
        tags=dict(part.tags),
    )


def _queue(
    name: str, design: BatchDesign, environments: list[batch.ComputeEnvironment], parent: pulumi.Resource
) -> batch.JobQueue:
    return batch.JobQueue(
        fitting(name, BATCH),
        region=design.region,
        priority=1,
        state="ENABLED",
        compute_environment_orders=[
            {"order": place, "compute_environment": environment.arn}
            for place, environment in enumerate(environments, start=1)
        ],
        job_state_time_limit_actions=[
            {
                "action": "CANCEL",
                "max_time_seconds": _STUCK_SECONDS,
                "reason": "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
                "state": "RUNNABLE",
            }
        ],
        tags=dict(design.tags),
        opts=pulumi.ResourceOptions(parent=parent),
    )


def _job_definition(name: str, design: BatchDesign, parent: pulumi.Resource) -> batch.JobDefinition:
    role = iam.Role(
        fitting(f"{name}-job", ROLE),
        assume_role_policy=assume_by("ecs-tasks.amazonaws.com"),
        description=f"Jobs of {name}: attach what they may do",
        tags=dict(design.tags),
        opts=pulumi.ResourceOptions(parent=parent),
    )
    execution = iam.Role(
        fitting(f"{name}-execution", ROLE),
        assume_role_policy=assume_by("ecs-tasks.amazonaws.com"),
        description=f"Starts jobs of {name}: pulls images, writes logs",
        tags=dict(design.tags),
        opts=pulumi.ResourceOptions(parent=parent),
    )
    iam.RolePolicyAttachment(
        f"{name}-execution",
        role=execution.name,
        policy_arn=managed_policy("service-role/AmazonECSTaskExecutionRolePolicy", design.region),
        opts=pulumi.ResourceOptions(parent=parent),
    )
    return batch.JobDefinition(
        fitting(name, BATCH),
        type="container",
        platform_capabilities=["EC2"],
        region=design.region,
        container_properties=pulumi.Output.all(role.arn, execution.arn).apply(
            lambda arns: _container(arns[0], arns[1], design.job_memory_mib)
        ),
        retry_strategy={
            "attempts": 3,
            # Retry when AWS took the host away, not when the program failed.
            "evaluate_on_exits": [
                {"action": "RETRY", "on_status_reason": "Host EC2*"},
                {"action": "EXIT", "on_reason": "*"},
            ],
        },
        timeout={"attempt_duration_seconds": design.timeout_seconds},
        propagate_tags=True,
        tags=dict(design.tags),
        opts=pulumi.ResourceOptions(parent=parent),
    )


def _container(job_role: str, execution_role: str, memory_mib: int) -> str:
    """One vCPU with the memory that the plan counts for it; jobs override image, command and sizes."""
    return json.dumps(
        {
            "image": _EXAMPLE_IMAGE,
            "command": ["true"],
            "jobRoleArn": job_role,
            "executionRoleArn": execution_role,
            "readonlyRootFilesystem": True,
            "resourceRequirements": [
                {"type": "VCPU", "value": "1"},
                {"type": "MEMORY", "value": str(memory_mib)},
            ],
        },
        sort_keys=True,
    )
