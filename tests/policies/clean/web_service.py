"""A web service behind a load balancer, over two zones."""

import pulumi
import pulumi_aws as aws

zones = aws.get_availability_zones(state="available").names[:2]
tags = {"owner": "web", "environment": "production"}
vpc = aws.ec2.Vpc("web", cidr_block="10.0.0.0/16", tags=tags)
gateway = aws.ec2.InternetGateway("web", vpc_id=vpc.id, tags=tags)
table = aws.ec2.RouteTable("public", vpc_id=vpc.id, tags=tags)
aws.ec2.Route("out", route_table_id=table.id, destination_cidr_block="0.0.0.0/0", gateway_id=gateway.id)
subnets = []
for number, zone in enumerate(zones):
    subnet = aws.ec2.Subnet(
        f"public-{zone}", vpc_id=vpc.id, cidr_block=f"10.0.{number}.0/24", availability_zone=zone, tags=tags
    )
    aws.ec2.RouteTableAssociation(f"public-{zone}", subnet_id=subnet.id, route_table_id=table.id)
    subnets.append(subnet.id)
group = aws.ec2.SecurityGroup(
    "web",
    vpc_id=vpc.id,
    ingress=[{"protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_blocks": ["0.0.0.0/0"]}],
    egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
    tags=tags,
)
image = aws.ssm.get_parameter(name="/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64")
balancer = aws.lb.LoadBalancer(
    "web", load_balancer_type="application", subnets=subnets, security_groups=[group.id], tags=tags
)
target = aws.lb.TargetGroup("web", port=80, protocol="HTTP", vpc_id=vpc.id, tags=tags)
aws.lb.Listener(
    "web",
    load_balancer_arn=balancer.arn,
    port=443,
    protocol="HTTPS",
    certificate_arn="arn:aws:acm:us-east-1:123456789012:certificate/1",
    default_actions=[{"type": "forward", "target_group_arn": target.arn}],
    tags=tags,
)
launch = aws.ec2.LaunchTemplate(
    "web",
    image_id=image.value,
    instance_type="m8g.large",
    vpc_security_group_ids=[group.id],
    block_device_mappings=[
        {"device_name": "/dev/xvda", "ebs": {"volume_size": 30, "volume_type": "gp3", "encrypted": "true"}}
    ],
    metadata_options={"http_tokens": "required"},
    tags=tags,
)
servers = aws.autoscaling.Group(
    "web",
    min_size=2,
    max_size=6,
    vpc_zone_identifiers=subnets,
    target_group_arns=[target.arn],
    health_check_type="ELB",
    launch_template={"id": launch.id, "version": "$Latest"},
    tags=[
        {"key": "owner", "value": "web", "propagate_at_launch": True},
        {"key": "environment", "value": "production", "propagate_at_launch": True},
        {"key": "fleet:kind", "value": "service", "propagate_at_launch": True},
    ],
)
aws.autoscaling.Policy(
    "web",
    autoscaling_group_name=servers.name,
    policy_type="TargetTrackingScaling",
    target_tracking_configuration={
        "predefined_metric_specification": {"predefined_metric_type": "ASGAverageCPUUtilization"},
        "target_value": 60,
    },
)
pulumi.export("url", balancer.dns_name)
