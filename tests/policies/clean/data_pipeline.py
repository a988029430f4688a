"""Files arrive in a bucket, a function takes them apart, a database keeps them."""

import json

import pulumi
import pulumi_aws as aws

tags = {"owner": "data", "environment": "production"}
config = pulumi.Config()
password = pulumi.Output.secret("not-a-real-password")
bucket = aws.s3.Bucket("in", tags=tags)
aws.s3.BucketVersioning("in", bucket=bucket.id, versioning_configuration={"status": "Enabled"})
queue = aws.sqs.Queue("arrived", visibility_timeout_seconds=120, tags=tags)
trust = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
role = aws.iam.Role("split", assume_role_policy=json.dumps(trust), tags=tags)
split = aws.lambda_.Function(
    "split",
    runtime="python3.13",
    handler="main.handler",
    role=role.arn,
    architectures=["arm64"],
    code=pulumi.AssetArchive({"main.py": pulumi.StringAsset("def handler(event, context): pass")}),
    environment={"variables": {"PASSWORD": password}},
    tags=tags,
)
aws.lambda_.EventSourceMapping("split", event_source_arn=queue.arn, function_name=split.arn, tags=tags)
aws.s3.BucketNotification("in", bucket=bucket.id, queues=[{"queue_arn": queue.arn, "events": ["s3:ObjectCreated:*"]}])
aws.rds.Instance(
    "facts",
    engine="postgres",
    instance_class="db.m8g.large",
    allocated_storage=100,
    storage_type="gp3",
    username="facts",
    password=password,
    tags=tags,
)
