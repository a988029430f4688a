"""A file, a text, and an archive of both."""

import pulumi
import pulumi_aws as aws

file, text = pulumi.FileAsset("files/a.txt"), pulumi.StringAsset("some text")
aws.s3.BucketObject("file", bucket="some-bucket", source=file)
aws.s3.BucketObject("text", bucket="some-bucket", source=text)
archive = pulumi.AssetArchive({"folder": pulumi.FileArchive("files"), "text": text})
role = "arn:aws:iam::123456789012:role/runs"
aws.lambda_.Function("function", role=role, runtime="python3.12", handler="a.run", code=archive)
