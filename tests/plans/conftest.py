from datetime import date
from decimal import Decimal

import pytest

from fleet.plans import Allocation, CatalogStamp, Plan
from fleet.spec import FleetSpec, parse_spec, spec_sha256

SPEC = """\
version: 1
name: studio
region: us-east-1
workloads:
  - {name: web, kind: service, replicas: 4, per_replica: {vcpus: 2, memory_gib: 4}}
"""


@pytest.fixture
def spec() -> FleetSpec:
    return parse_spec(SPEC)


@pytest.fixture
def plan(spec) -> Plan:
    return Plan(
        name="studio",
        planned_on=date(2026, 12, 1),
        spec_sha256=spec_sha256(spec),
        catalog=CatalogStamp(as_of=date(2026, 10, 1), sha256="ab" * 32, regions=["us-east-1"]),
        status="optimal",
        monthly_usd=Decimal("111.690001"),
        one_off_usd=Decimal(0),
        lower_bound_usd=Decimal("111.69"),
        gap_percent=0.0,
        solve_seconds=0.25,
        allocations=[
            Allocation(
                workloads=["web"],
                instance_type="m8g.xlarge",
                purchase="on_demand",
                region="us-east-1",
                zones=["us-east-1a"],
                count=1,
                unit_hourly_usd=Decimal("0.153"),
                hours_per_month=730,
                monthly_usd=Decimal("111.690001"),
                shares={"web": 1.0},
                price_as_of=date(2026, 7, 20),
                price_source="AWS price list",
            )
        ],
        nodes=[],
        rejections=[],
        conflicts=[],
        schedules=[],
        quotas=[],
        assumptions=["measured nowhere"],
        next_steps=[],
    )
