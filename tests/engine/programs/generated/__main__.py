"""As many resources as the configuration asks for: groups with templates, volumes and lone instances."""

import pulumi
import pulumi_aws as aws

for place in range(pulumi.Config().require_int("resources") // 4):
    template = aws.ec2.LaunchTemplate(
        f"template-{place}", image_id="ami-0123456789abcdef0", instance_type=("m7g.large", "c7g.xlarge")[place % 2]
    )
    aws.autoscaling.Group(
        f"group-{place}",
        min_size=1,
        max_size=5,
        desired_capacity=place % 5 + 1,
        availability_zones=["us-east-1a", "us-east-1b"],
        launch_template={"id": template.id, "version": "$Latest"},
    )
    aws.ebs.Volume(f"volume-{place}", availability_zone="us-east-1a", size=place % 100 + 1, type="gp3")
    aws.ec2.Instance(f"instance-{place}", ami="ami-0123456789abcdef0", instance_type="m7g.large")
