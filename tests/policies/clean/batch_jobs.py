"""Nightly jobs on AWS Batch, spot over several families."""

import json

import pulumi_aws as aws

tags = {"owner": "risk", "environment": "production"}
trust = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "batch.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
)
role = aws.iam.Role("batch", assume_role_policy=trust, tags=tags)
vpc = aws.ec2.get_vpc(default=True)
subnets = aws.ec2.get_subnets(filters=[{"name": "vpc-id", "values": [vpc.id]}])
environment = aws.batch.ComputeEnvironment(
    "nightly",
    type="MANAGED",
    service_role=role.arn,
    compute_resources={
        "type": "SPOT",
        "allocation_strategy": "SPOT_PRICE_CAPACITY_OPTIMIZED",
        "instance_types": ["c7g.2xlarge", "m7g.2xlarge", "m8g.2xlarge", "c7g.4xlarge"],
        "min_vcpus": 0,
        "max_vcpus": 1024,
        "subnets": subnets.ids,
        "security_group_ids": ["sg-0abc"],
        "tags": {**tags, "fleet:kind": "batch", "fleet:interruptible": "true"},
    },
    tags=tags,
)
queue = aws.batch.JobQueue(
    "nightly",
    state="ENABLED",
    priority=1,
    compute_environment_orders=[{"order": 1, "compute_environment": environment.arn}],
    tags=tags,
)
aws.batch.JobDefinition(
    "risk",
    type="container",
    container_properties=json.dumps({"image": "risk:latest", "command": ["run"]}),
    retry_strategy={"attempts": 3},
    tags=tags,
)
aws.cloudwatch.EventRule("nightly", schedule_expression="cron(0 1 * * ? *)", tags=tags)
