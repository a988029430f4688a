"""What the simulated AWS says when it does not do what it is asked."""

from fleet.errors import FleetError

__all__ = ["AwsRefusalError"]


class AwsRefusalError(FleetError):
    """What AWS answers to a request that breaks one of its rules."""
