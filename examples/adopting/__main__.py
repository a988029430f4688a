"""A shop as it has grown: plain pulumi-aws, no component of fleet. Previewed with prices and policies as it is."""

import pulumi_aws as aws

vpc = aws.ec2.Vpc("shop", cidr_block="10.0.0.0/16")
subnets = [
    aws.ec2.Subnet(
        f"shop-{zone}", vpc_id=vpc.id, cidr_block=f"10.0.{number}.0/24", availability_zone=f"us-east-1{zone}"
    )
    for number, zone in enumerate("ab")
]
address = aws.ec2.Eip("shop", domain="vpc")
aws.ec2.NatGateway("shop", subnet_id=subnets[0].id, allocation_id=address.id)

template = aws.ec2.LaunchTemplate("web", instance_type="m5.xlarge", image_id="ami-0c101f26f147fa7fd")
aws.autoscaling.Group(
    "web",
    min_size=4,
    max_size=12,
    desired_capacity=6,
    vpc_zone_identifiers=[subnet.id for subnet in subnets],
    launch_template={"id": template.id, "version": "$Latest"},
)

database = aws.ec2.Instance(
    "database", instance_type="r5.2xlarge", ami="ami-0c101f26f147fa7fd", subnet_id=subnets[0].id
)
volume = aws.ebs.Volume("database", availability_zone="us-east-1a", size=500, type="gp2")
aws.ec2.VolumeAttachment("database", instance_id=database.id, volume_id=volume.id, device_name="/dev/sdf")
builds = aws.ec2.Instance("builds", instance_type="mac2-m2.metal", ami="ami-0a1b2c3d4e5f60718", subnet_id=subnets[0].id)
