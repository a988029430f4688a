"""A program that fails in the middle."""

import pulumi_aws as aws

aws.ebs.Volume("first", availability_zone="us-east-1a", size=10)
raise RuntimeError("the budget is not approved")
