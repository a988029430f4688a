"""The simulated AWS as the provider sees it: boto3 clients of one region, default tags, a clock, state for fakes."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from fleet.errors import MissingError
from fleet.simulated_aws.naming import made_up, require_name
from fleet.simulated_aws.store import Store

__all__ = ["ACCOUNT", "CLOCK", "ENDPOINT", "Cloud", "has_endpoint"]

ACCOUNT = "123456789012"
"""The account that moto gives everybody."""
ENDPOINT = "AWS_ENDPOINT_URL"
CLOCK = "FLEET_SIMULATED_NOW"
"""Environment variable with the simulation's time (ISO 8601), where it is not the computer's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """One region of the simulated AWS."""

    region: str
    default_tags: dict[str, str]
    token: str = ""
    resource: str = ""
    """Type and name in Pulumi of what is being made."""

    def at(self, region: Any, token: str = "", resource: str = "") -> "Cloud":
        """The same cloud in the region that a resource names, if it names one, for that resource."""
        chosen = region if isinstance(region, str) and region else self.region
        return replace(self, region=chosen, token=token, resource=resource)

    def client(self, service: str) -> Any:
        """A boto3 client for the local endpoint; MissingError where none, or one that is not local, is set."""
        return _client(service, self.region, _local_endpoint())

    @property
    def store(self) -> Store:
        """State of what moto does not simulate, kept beside the moto server."""
        return Store.of_environment()

    def tagged(self, inputs: dict[str, Any]) -> dict[str, Any]:
        """The inputs with the default tags under their own."""
        tags = self.default_tags | {key: str(value) for key, value in (inputs.get("tags") or {}).items()}
        return {**inputs, "tags": tags} if tags else inputs

    def serial(self, prefix: str) -> str:
        """A fresh identifier in AWS's style."""
        return f"{prefix}-{uuid4().hex[:17]}"

    def named(self, inputs: Mapping[str, Any], prefix: str) -> str:
        """The name that was asked for, else one made of the prefix asked for, or of the resource's name in Pulumi.

        AwsRefusalError for a name that AWS does not take.
        """
        name = str(inputs.get("name") or "") or made_up(inputs.get("namePrefix") or f"{self.resource or prefix}-")
        require_name(self.token, name)
        return name

    def now(self) -> datetime:
        """The simulation's time."""
        given = os.environ.get(CLOCK)
        return datetime.fromisoformat(given) if given else datetime.now(UTC)

    def arn(self, service: str, path: str) -> str:
        """An ARN of this account and region (global services leave the region out)."""
        region = "" if service == "iam" else self.region
        return f"arn:aws:{service}:{region}:{ACCOUNT}:{path}"


def has_endpoint() -> bool:
    """Whether there is an AWS to talk to: in a preview there is none."""
    return bool(os.environ.get(ENDPOINT))


def _local_endpoint() -> str:
    endpoint = os.environ.get(ENDPOINT, "")
    if urlsplit(endpoint).hostname not in {"127.0.0.1", "localhost", "::1"}:
        raise MissingError(
            f"the simulated AWS provider works on a local endpoint only, and {ENDPOINT} is {endpoint or 'not set'!r}; "
            "use `fleet rehearse`, or a real AWS provider to deploy"
        )
    return endpoint


@lru_cache(maxsize=64)
def _client(service: str, region: str, endpoint: str) -> Any:
    import boto3  # noqa: PLC0415  (a preview needs no boto3, and it is slow to load)
    from botocore.config import Config  # noqa: PLC0415

    make: Any = boto3.client  # its stubs want literal names of services
    return make(
        service,
        region_name=region,
        endpoint_url=endpoint,
        aws_access_key_id="simulated",
        aws_secret_access_key="simulated",  # noqa: S106  (nothing checks it)
        config=Config(connect_timeout=5, read_timeout=60, retries={"max_attempts": 2}, max_pool_connections=32),
    )
