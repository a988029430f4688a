"""A planned service in an existing VPC, behind a load balancer that is written by hand in the same program."""

from pathlib import Path

import pulumi
import pulumi_aws as aws

from fleet.resources import Fleet, FleetArgs, NetworkSettings, Settings, read_args

config = pulumi.Config()
vpc_id = config.require("vpcId")
subnet_ids = dict(zip(config.require_object("zones"), config.require_object("subnetIds"), strict=True))

planned = read_args(Path("fleet.yaml"))
region = planned.spec.region

target = aws.lb.TargetGroup("checkout", port=8080, protocol="HTTP", vpc_id=vpc_id, region=region)
balancer = aws.lb.LoadBalancer(
    "checkout", internal=True, load_balancer_type="application", subnets=list(subnet_ids.values()), region=region
)
aws.lb.Listener(
    "checkout",
    load_balancer_arn=balancer.arn,
    port=80,
    protocol="HTTP",
    default_actions=[{"type": "forward", "target_group_arn": target.arn}],
    region=region,
)

settings = Settings(
    networks={region: NetworkSettings(vpc_id=vpc_id, subnet_ids=subnet_ids)},
    target_groups={"checkout": (target.arn,)},
)
fleet = Fleet(
    planned.spec.name, FleetArgs(spec=planned.spec, plan=planned.plan, catalog=planned.catalog, settings=settings)
)

pulumi.export("address", balancer.dns_name)
pulumi.export("monthly_usd", fleet.monthly_usd)
