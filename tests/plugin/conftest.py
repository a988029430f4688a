"""The plugin as an engine meets it: a process of its own, and a monitor that it registers resources with."""
# ruff: noqa: N802  (the names of the protocol)

import subprocess
import sys
import uuid
from concurrent import futures
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime.proto import (
    engine_pb2,
    engine_pb2_grpc,
    provider_pb2,
    provider_pb2_grpc,
    resource_pb2,
    resource_pb2_grpc,
)
from pulumi.runtime.proto.errors_pb2 import InputPropertiesError
from pulumi.runtime.proto.status_pb2 import Status

from fleet.plans import Plan, plan_json
from fleet.spec import parse_spec, spec_sha256

ROOT = Path(__file__).parents[2]


class Monitor(resource_pb2_grpc.ResourceMonitorServicer):
    """Takes every resource as created, its outputs being its inputs."""

    def __init__(self) -> None:
        self.resources: list[dict[str, Any]] = []

    def SupportsFeature(self, request, context):
        return resource_pb2.SupportsFeatureResponse(hasSupport=True)

    def RegisterResource(self, request, context):
        inputs = json_format.MessageToDict(request.object)
        urn = f"urn:pulumi:test::test::{request.type}::{request.name}"
        self.resources.append({"type": request.type, "name": request.name, "parent": request.parent, "inputs": inputs})
        outputs = struct_pb2.Struct()
        outputs.update({"arn": f"arn:{request.name}", "name": request.name, "latestVersion": 1, **inputs})
        return resource_pb2.RegisterResourceResponse(
            urn=urn, id=f"{request.name}-id" if request.custom else "", object=outputs
        )

    def RegisterResourceOutputs(self, request, context):
        return empty_pb2.Empty()

    def GetDeploymentInfo(self, request, context):
        return resource_pb2.DeploymentInfo()

    def RegisterPackage(self, request, context):
        return resource_pb2.RegisterPackageResponse(ref=str(uuid.uuid4()))


class Engine(engine_pb2_grpc.EngineServicer):
    """Takes log messages."""

    def Log(self, request, context):
        return empty_pb2.Empty()

    def GetRootResource(self, request, context):
        return engine_pb2.GetRootResourceResponse(urn="urn:pulumi:test::test::pulumi:pulumi:Stack::test-test")

    def SetRootResource(self, request, context):
        return engine_pb2.SetRootResourceResponse()


@dataclass(frozen=True)
class Refusal:
    """What the plugin answered to a bad argument."""

    path: str
    reason: str


@dataclass
class Plugin:
    """A running plugin."""

    stub: provider_pb2_grpc.ResourceProviderStub
    address: str
    monitor: Monitor = field(default_factory=Monitor)

    def schema(self) -> str:
        """The package's schema as JSON."""
        return self.stub.GetSchema(provider_pb2.GetSchemaRequest(), timeout=60).schema

    def construct(self, component: str, name: str, inputs: dict[str, Any]) -> dict[str, Any]:
        """Outputs of a component; the error of the call when the plugin refuses."""
        values = struct_pb2.Struct()
        values.update(inputs)
        request = provider_pb2.ConstructRequest(
            project="test",
            stack="test",
            monitorEndpoint=self.address,
            type=f"fleet:index:{component}",
            name=name,
            inputs=values,
            parallel=8,
        )
        self.monitor.resources.clear()
        return json_format.MessageToDict(self.stub.Construct(request, timeout=120).state)

    def refusal(self, component: str, inputs: dict[str, Any]) -> Refusal | None:
        """The property that the plugin refuses, as an engine unpacks it; None when it takes all."""
        try:
            self.construct(component, "refused", inputs)
        except grpc.RpcError as error:
            return refused_property(error)
        return None


def refused_property(error: Any) -> Refusal:
    """The first refused property of a gRPC error; the error itself when it speaks of none."""
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            status = Status()
            status.ParseFromString(value)
            details = InputPropertiesError()
            status.details[0].Unpack(details)
            return Refusal(details.errors[0].property_path, details.errors[0].reason)
    raise error


@pytest.fixture(scope="session")
def plugin():
    """A plugin process, started as a language host starts it."""
    monitor = Monitor()
    server = grpc.server(futures.ThreadPoolExecutor(8))
    resource_pb2_grpc.add_ResourceMonitorServicer_to_server(monitor, server)
    engine_pb2_grpc.add_EngineServicer_to_server(Engine(), server)
    address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    command = [sys.executable, "-u", str(ROOT / "plugin"), address]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        port = int(process.stdout.readline())
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield Plugin(provider_pb2_grpc.ResourceProviderStub(channel), address, monitor)
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()
        server.stop(None)


SPEC = """
version: 1
name: small
region: us-east-2
tags: {team: media}
workloads:
  - {name: api, kind: service, replicas: 4, per_replica: {vcpus: 2, memory_gib: 4}, zone_spread: 2}
"""


@pytest.fixture(scope="session")
def spec_text() -> str:
    return SPEC


@pytest.fixture(scope="session")
def lock_text() -> str:
    """The lock of the small spec, written by hand."""
    values = {
        "name": "small",
        "planned_on": "2026-12-01",
        "spec_sha256": spec_sha256(parse_spec(SPEC, "fleet.yaml")),
        "catalog": {"as_of": "2026-07-20", "sha256": "0" * 64, "regions": ["us-east-2"]},
        "status": "optimal",
        "monthly_usd": 116.8,
        "one_off_usd": 0,
        "lower_bound_usd": 116.8,
        "gap_percent": 0,
        "allocations": [
            {
                "workloads": ["api"],
                "instance_type": "c8g.xlarge",
                "purchase": "on_demand",
                "region": "us-east-2",
                "zones": ["us-east-2a", "us-east-2b"],
                "count": 2,
                "unit_hourly_usd": 0.08,
                "hours_per_month": 730,
                "monthly_usd": 116.8,
                "shares": {"api": 1.0},
                "price_as_of": "2026-07-20",
                "price_source": "test",
            }
        ],
        **{key: [] for key in ("nodes", "rejections", "conflicts", "schedules", "quotas", "assumptions", "next_steps")},
    }
    return plan_json(Plan.model_validate(values))
