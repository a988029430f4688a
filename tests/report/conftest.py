"""Results to report on: clean, with violations and an exemption, with unknown and unbounded amounts."""

from datetime import date
from decimal import Decimal

import pytest

from fleet.cost.model import Cost, Line, PricedResource, Unpriced
from fleet.interval import Interval, total
from fleet.result import CatalogStamp, Counts, Exemption, Finding, Result
from fleet.stack.model import Location

DAY = date(2026, 10, 3)


def _resource(name="web", hours=730, unit="1", **more):
    amount = Decimal(unit) * hours
    line = Line(
        what="m9g.large on demand", quantity=float(hours), unit="hours", unit_usd=Decimal(unit), monthly_usd=amount,
        as_of=DAY, source="AWS price list",
    )  # fmt: skip
    values = {
        "urn": f"urn:pulumi:dev::shop::aws:ec2/instance:Instance::{name}", "type": "aws:ec2/instance:Instance",
        "name": name, "operation": "create", "region": "us-east-1", "instance_types": ["m9g.large"],
        "count": Interval.exactly(Decimal(1)), "purchase": "on_demand", "monthly_usd": Interval.exactly(amount),
        "monthly_usd_at_max_scale": Interval.exactly(amount), "priced_inputs": {"hours": hours}, "lines": [line],
    }  # fmt: skip
    return PricedResource(**(values | more))


def _result(resources, findings=(), sha="a"):
    monthly = total(r.monthly_usd for r in resources if r.monthly_usd is not None)
    mandatory = sum(f.level == "mandatory" for f in findings)
    return Result(
        tool_version="1.0.0", engine="embedded", stack="dev", project="shop",
        catalog=CatalogStamp(as_of=DAY, sha256=sha), cost=Cost(monthly_usd=monthly, monthly_usd_at_max_scale=monthly),
        kg_co2e_per_month=None, resources=list(resources), by_use=[],
        unpriced=[Unpriced(type=r.type, count=1, reason="no price") for r in resources if r.monthly_usd is None],
        not_answered=[], findings=list(findings), reason="violation" if mandatory else None, passed=not mandatory,
        counts=Counts(mandatory=mandatory, advisory=0, exempted=0, undecided=0, resources=len(resources), unpriced=0),
    )  # fmt: skip


def _finding(name="web", level="mandatory", **more):
    values = {
        "rule": "region-not-allowed", "id": "FT702", "pack": "fleet-policies", "level": level, "severity": "high",
        "urn": f"urn:pulumi:dev::shop::aws:ec2/instance:Instance::{name}", "message": "FT702 not here",
        "remediation": "Move it.", "location": Location(file="__main__.py", line=7),
    }  # fmt: skip
    return Finding(**(values | more))


@pytest.fixture
def make():
    """`make.resource`, `make.finding`, `make.result`."""
    return type(
        "Make",
        (),
        {"resource": staticmethod(_resource), "finding": staticmethod(_finding), "result": staticmethod(_result)},
    )


@pytest.fixture(params=["clean", "violations", "unknowns"])
def example(request):
    """Each of the three results, with its name."""
    if request.param == "clean":
        return "clean", _result([_resource()])
    if request.param == "violations":
        waiver = Exemption(owner="web", reason="moves in spring", expires=date(2027, 3, 1))
        return "violations", _result(
            [_resource(), _resource("api", 100)], [_finding(), _finding("api", "advisory", exemption=waiver)]
        )
    unbounded = _resource("open", monthly_usd=Interval(Decimal(10), None))
    return "unknowns", _result([unbounded, _resource("new", monthly_usd=None, unpriced_reason="no price", lines=[])])
