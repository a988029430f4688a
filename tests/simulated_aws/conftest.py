"""A moto server for the tests of the provider, and the provider's view of it."""

import pytest

from fleet.rehearsal.server import simulated_aws
from fleet.simulated_aws.cloud import Cloud


@pytest.fixture(scope="session")
def endpoint():
    with simulated_aws() as aws:
        yield aws.endpoint


@pytest.fixture
def cloud(endpoint, tmp_path, monkeypatch):
    """One region of an AWS whose records are empty."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("FLEET_SIMULATED_STATE", str(tmp_path / "state.json"))
    monkeypatch.delenv("FLEET_SIMULATED_NOW", raising=False)
    return Cloud(region="us-east-1", default_tags={})
