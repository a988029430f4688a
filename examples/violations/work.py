"""Work on the wrong place or without a net: rules FE, FR, FQ and FT."""

from launching import IMAGE, group, instance
from pulumi_aws import autoscaling, ec2


def declare() -> None:
    """One resource for each rule; FE203, FE204 and FQ601 are broken by all of them together."""
    # FE205 burstable-for-sustained-work, FR502 service-in-one-zone, FT703 family-not-allowed.
    group("api", (2, 4), {"fleet:kind": "service"}, instance_type="t3.large")
    # FR501 spot-without-diversification.
    _spot_group("queue")
    # FR503 spot-for-uninterruptible-work.
    instance("ledger", "m7g.large", {"fleet:interruptible": "false"}, instance_market_options={"market_type": "spot"})
    # FR504 spot-interruption-too-high, FT702 region-not-allowed.
    instance("far", "c5.12xlarge", region="af-south-1", instance_market_options={"market_type": "spot"})
    # FT704 plan-drift: the lock in this folder holds another type for the workload.
    instance("portal", "m7i.2xlarge", {"fleet:workload": "portal"})
    # FT706 exempted-finding: exemptions.yaml waives FR503 here; FT705 exemption-expired: another entry has ended.
    instance("waived", "m7g.large", {"fleet:interruptible": "false"}, instance_market_options={"market_type": "spot"})
    # FT701 required-tags-missing: no resource here carries the tag 'owner'.


def _spot_group(name: str) -> None:
    launch = ec2.LaunchTemplate(name, image_id=IMAGE)
    autoscaling.Group(
        name,
        min_size=2,
        max_size=8,
        availability_zones=["us-east-1a", "us-east-1b"],
        mixed_instances_policy={
            "instances_distribution": {"on_demand_percentage_above_base_capacity": 0},
            "launch_template": {
                "launch_template_specification": {"launch_template_id": launch.id},
                "overrides": [{"instance_type": "c7g.large"}],
            },
        },
    )
