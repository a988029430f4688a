"""Results to report on: clean, with violations and exemptions, with unknown and unbounded amounts."""

from datetime import date
from decimal import Decimal

import pytest

from fleet.cost.model import Cost, Line, PricedResource, Unpriced
from fleet.interval import ZERO, Interval, total
from fleet.result import CatalogStamp, Counts, Exemption, Finding, NotAnswered, Result
from fleet.stack.model import Location

DAY = date(2026, 10, 3)
HEAD = "urn:pulumi:dev::shop::"


def _resource(name="web", hours=730, unit="1", **more):
    amount = Decimal(unit) * hours
    line = Line(
        what="m9g.large on demand", quantity=float(hours), unit="hours", unit_usd=Decimal(unit), monthly_usd=amount,
        as_of=DAY, source="AWS price list",
    )  # fmt: skip
    values = {
        "urn": f"{HEAD}aws:ec2/instance:Instance::{name}", "type": "aws:ec2/instance:Instance",
        "name": name, "operation": "create", "region": "us-east-1", "instance_types": ["m9g.large"],
        "count": Interval.exactly(Decimal(1)), "purchase": "on_demand", "monthly_usd": Interval.exactly(amount),
        "monthly_usd_at_max_scale": Interval.exactly(amount), "priced_inputs": {"hours": hours}, "lines": [line],
    }  # fmt: skip
    return PricedResource(**(values | more))


def _free(name="role", parent=None, kind="aws:iam/role:Role"):
    return PricedResource(
        urn=f"{HEAD}{kind}::{name}", type=kind, name=name, operation="create", monthly_usd=ZERO, parent=parent,
        monthly_usd_at_max_scale=ZERO,
    )  # fmt: skip


def _component(name="shop"):
    kind = "shop:index:Service"
    return PricedResource(urn=f"{HEAD}{kind}::{name}", type=kind, name=name, operation="create")


def _result(resources, findings=(), sha="a", **more):
    priced = [r.monthly_usd for r in resources if r.monthly_usd is not None]
    at_most = [r.monthly_usd_at_max_scale for r in resources if r.monthly_usd_at_max_scale is not None]
    without = [r for r in resources if r.unpriced_reason]
    mandatory = sum(f.level == "mandatory" for f in findings)
    values = {
        "tool_version": "1.0.0", "engine": "embedded", "stack": "dev", "project": "shop",
        "catalog": CatalogStamp(as_of=DAY, sha256=sha),
        "cost": Cost(monthly_usd=total(priced), monthly_usd_at_max_scale=total(at_most)),
        "kg_co2e_per_month": None, "resources": list(resources), "by_use": [],
        "unpriced": [Unpriced(type=r.type, count=1, reason=r.unpriced_reason) for r in without],
        "not_answered": [], "findings": list(findings),
        "reason": "violation" if mandatory else None, "passed": not mandatory,
        "counts": Counts(
            mandatory=mandatory,
            advisory=sum(f.level == "advisory" and f.exemption is None for f in findings),
            exempted=sum(f.exemption is not None for f in findings),
            undecided=0, resources=len(resources), unpriced=len(without),
        ),
    }  # fmt: skip
    return Result(**(values | more))


def _finding(name="web", level="mandatory", **more):
    values = {
        "rule": "region-not-allowed", "id": "FT702", "pack": "fleet-policies", "level": level, "severity": "high",
        "urn": f"{HEAD}aws:ec2/instance:Instance::{name}", "message": "FT702 not here",
        "remediation": "Move it.", "location": Location(file="__main__.py", line=7),
        "documentation": "https://example.com/rules/FT702",
    }  # fmt: skip
    return Finding(**(values | more))


def _clean():
    shop = _component()
    web = _resource(parent=shop.urn, kg_co2e_per_month=Interval(Decimal("1.5"), Decimal(4)))
    return _result([shop, web, _free(parent=shop.urn)], kg_co2e_per_month=Interval(Decimal("1.5"), Decimal(4)))


def _violations():
    waiver = Exemption(owner="web", reason="moves in spring", expires=date(2027, 3, 1))
    return _result(
        [_resource(), _resource("api", 100, previous_monthly_usd=Interval.exactly(Decimal(40))), _free()],
        [
            _finding(),
            _finding("api"),
            _finding("api", rule="no-public", id=None, pack="house-rules", message="it is public",
                     remediation=None, documentation=None, severity=None, location=None),
            _finding(level="advisory", rule="cheaper-equivalent-available", id="FC105", severity="medium",
                     message="FC105 m9gd does it for less", monthly_saving_usd=Decimal("70.5")),
            _finding("api", "advisory", rule="exempted-finding", id="FT706", exemption=waiver,
                     message="FT706 waives region-not-allowed (owner web): not here"),
        ],
    )  # fmt: skip


def _unknowns():
    unbounded = _resource("open", monthly_usd=Interval(Decimal(10), None), count=Interval(Decimal(1), None),
                          monthly_usd_at_max_scale=Interval(Decimal(10), None))  # fmt: skip
    some = Interval(Decimal(5), Decimal(8))
    either = _resource("either", monthly_usd=some, monthly_usd_at_max_scale=some)
    unpriced = _resource(
        "new", monthly_usd=None, monthly_usd_at_max_scale=None, unpriced_reason="no price of this type is known here",
        lines=[], instance_types=[], count=None, purchase=None, region=None,
    )  # fmt: skip
    return _result(
        [unbounded, either, unpriced],
        by_use=["data that NAT gateways process"],
        not_answered=[NotAnswered(kind="stack_reference", token="org/network/prod")],
    )


RESULTS = {"clean": _clean, "violations": _violations, "unknowns": _unknowns}


@pytest.fixture
def make():
    """`make.resource`, `make.free`, `make.finding`, `make.result`."""
    made = {"resource": _resource, "free": _free, "finding": _finding, "result": _result}
    return type("Make", (), {name: staticmethod(function) for name, function in made.items()})


@pytest.fixture(params=RESULTS)
def example(request):
    """Each of the three results, with its name."""
    return request.param, RESULTS[request.param]()
