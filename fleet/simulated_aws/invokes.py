"""Provider calls, answered from the shipped catalog."""

from typing import Any

from fleet.errors import MissingError
from fleet.simulated_aws.cloud import Cloud

__all__ = ["answer"]


def answer(cloud: Cloud, token: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """What the provider call returns; MissingError for calls that nothing here can answer."""
    if token == "aws:index/getRegion:getRegion":
        return {"name": cloud.region, "region": cloud.region, "id": cloud.region}
    raise MissingError(f"the simulated AWS provider cannot answer {token} {sorted(arguments)}")
