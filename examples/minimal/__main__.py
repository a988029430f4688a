"""What must run, as Python values; planned and declared in one program.

Planning while deploying is for trying things out: a lock under review (`fleet plan`) is what a team wants.
"""

from datetime import date

import pulumi

from fleet.catalog import Catalog
from fleet.planner import plan
from fleet.resources import Fleet, FleetArgs
from fleet.spec import FleetSpec, PerReplica, Service

spec = FleetSpec(
    version=1,
    name="minimal",
    region="us-east-2",
    tags={"team": "platform", "environment": "test"},
    workloads=[
        Service(name="api", replicas=12, per_replica=PerReplica(vcpus=2, memory_gib=4), zone_spread=2),
    ],
)
catalog = Catalog.load()
decided = plan(spec, catalog, today=date(2026, 12, 1))
fleet = Fleet("minimal", FleetArgs(spec=spec, plan=decided, catalog=catalog))

pulumi.export("monthly_usd", fleet.monthly_usd)
pulumi.export("groups", fleet.groups)
