"""Names as Pulumi's AWS provider makes them, and as AWS takes them."""

from collections.abc import Mapping
from uuid import uuid4

from fleet.simulated_aws.refusal import AwsRefusalError

__all__ = ["made_up", "require_name"]

_MOST: Mapping[str, int] = {
    "aws:alb/loadBalancer:LoadBalancer": 32,
    "aws:alb/targetGroup:TargetGroup": 32,
    "aws:lb/loadBalancer:LoadBalancer": 32,
    "aws:lb/targetGroup:TargetGroup": 32,
    "aws:eks/nodeGroup:NodeGroup": 63,
    "aws:iam/role:Role": 64,
    "aws:eks/cluster:Cluster": 100,
    "aws:resourcegroups/group:Group": 127,
    "aws:batch/computeEnvironment:ComputeEnvironment": 128,
    "aws:batch/jobDefinition:JobDefinition": 128,
    "aws:batch/jobQueue:JobQueue": 128,
    "aws:ec2/launchTemplate:LaunchTemplate": 128,
    "aws:iam/instanceProfile:InstanceProfile": 128,
    "aws:iam/policy:Policy": 128,
}
"""Type -> the most characters in a name, by the API reference of the call that creates it."""
_MOST_ELSEWHERE = 255
"""Auto Scaling, security and placement groups, policies and schedules; License Manager documents no limit."""
_RESERVED: Mapping[str, str] = {
    "aws:ec2/securityGroup:SecurityGroup": "sg-",
    "aws:resourcegroups/group:Group": "aws",
}
"""Type -> what names may not begin with: AWS keeps it for itself."""


def made_up(start: str) -> str:
    """The name of a resource that gives none: Pulumi appends seven random digits to its own name for it."""
    return f"{start}{uuid4().hex[:7]}"


def require_name(token: str, name: str) -> None:
    """Refuse a name that AWS refuses: too long for its type, or kept for AWS itself."""
    most = _MOST.get(token, _MOST_ELSEWHERE)
    if len(name) > most:
        raise AwsRefusalError(
            f"ValidationError: the name {name!r} has {len(name)} characters, AWS takes {most} for {token}; "
            "give the resource a shorter one"
        )
    start = _RESERVED.get(token)
    if start is not None and name.lower().startswith(start):
        raise AwsRefusalError(f"InvalidParameterValue: the name {name!r} begins with {start!r}, which AWS keeps")
