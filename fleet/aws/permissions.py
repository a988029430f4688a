"""What the refresh may call: IAM actions, and the policy that allows them and nothing else."""

from typing import Any

__all__ = ["ACTIONS", "iam_policy"]

ACTIONS = {
    "regions": "ec2:DescribeRegions",
    "types": "ec2:DescribeInstanceTypes",
    "offerings": "ec2:DescribeInstanceTypeOfferings",
    "spot": "ec2:DescribeSpotPriceHistory",
    "capacity_blocks": "ec2:DescribeCapacityBlockOfferings",
    "on_demand": "pricing:GetProducts",
    "hosts": "pricing:GetProducts",
    "savings_plan_rates": "savingsplans:DescribeSavingsPlansOfferingRates",
    "quota_limits": "servicequotas:ListServiceQuotas",
}
"""What is read -> the IAM action that it needs."""


def iam_policy() -> dict[str, Any]:
    """An IAM policy document with every action that the refresh calls; none of them can be limited to a resource."""
    statement = {
        "Sid": "FleetCatalogRefresh",
        "Effect": "Allow",
        "Action": sorted(set(ACTIONS.values())),
        "Resource": "*",
    }
    return {"Version": "2012-10-17", "Statement": [statement]}
