"""What costs more than it needs to: rules FC, with budgets that are far too small (policies.json)."""

from launching import instance
from pulumi_aws import ebs, rds


def declare() -> None:
    """One resource for each rule; FC101, FC102 and FC103 are broken by all of them together."""
    # FC104 unpriced-resource: no price of databases is known.
    rds.Instance("orders", instance_class="db.m7g.large", engine="postgres", allocated_storage=100)
    # FC105 cheaper-equivalent-available, FE201 graviton-available, FC102 by its tag.
    instance("web", "m5.2xlarge", {"team": "web"})
    # FC106 previous-generation-instance.
    instance("old", "m4.xlarge")
    # FC107 on-demand-for-interruptible-work.
    instance("render", "c7g.2xlarge", {"fleet:interruptible": "true"})
    # FC108 steady-usage-without-commitment.
    instance("chat", "p5.48xlarge", {"fleet:kind": "inference"})
    # FC109 non-production-without-schedule.
    instance("test", "m7g.large", {"environment": "test"})
    # FC110 gp2-volume.
    ebs.Volume("data", availability_zone="us-east-1a", size=500, type="gp2")
    # FC111 capacity-block-cheaper.
    instance("tune", "p5.48xlarge", {"fleet:kind": "training", "fleet:hours-per-month": "336"})
    # FC112 spot-max-price-set.
    instance(
        "bid",
        "c7g.2xlarge",
        instance_market_options={"market_type": "spot", "spot_options": {"max_price": "0.10"}},
    )
