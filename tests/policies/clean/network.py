"""A network: three zones, public and private, one NAT gateway."""

import pulumi
import pulumi_aws as aws

tags = {"owner": "network", "environment": "production"}
vpc = aws.ec2.Vpc("main", cidr_block="10.0.0.0/16", enable_dns_hostnames=True, tags=tags)
internet = aws.ec2.InternetGateway("main", vpc_id=vpc.id, tags=tags)
address = aws.ec2.Eip("nat", domain="vpc", tags=tags)
private = []
for number, zone in enumerate(aws.get_availability_zones(state="available").names[:3]):
    public = aws.ec2.Subnet(
        f"public-{zone}", vpc_id=vpc.id, cidr_block=f"10.0.{number}.0/24", availability_zone=zone, tags=tags
    )
    inner = aws.ec2.Subnet(
        f"private-{zone}", vpc_id=vpc.id, cidr_block=f"10.0.{100 + number}.0/24", availability_zone=zone, tags=tags
    )
    private.append(inner.id)
    if number == 0:
        nat = aws.ec2.NatGateway("main", subnet_id=public.id, allocation_id=address.id, tags=tags)
aws.ec2.VpcEndpoint(
    "s3", vpc_id=vpc.id, service_name="com.amazonaws.us-east-1.s3", vpc_endpoint_type="Gateway", tags=tags
)
pulumi.export("private_subnets", private)
