"""Whole fleets against exact models that are written here, from the catalog, and share no code with the planner.

Services, their spot, quotas and owned savings plans are one integer program of the fleet; batch work, whose cost is a
quotient, is counted out. No bound may lie above the optimum, and no plan below it.
"""

import math
from itertools import product

import highspy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fleet.spec.model import FleetSpec

MONTH, CENT = 730, 0.01
TYPES = ["m7i.large", "m7i.2xlarge", "c7g.large", "c7g.xlarge", "c8g.2xlarge"]
QUOTAS = {"on_demand": "L-1216C47A", "spot": "L-34B43A08"}
SETTINGS = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def hourly(catalog, name, purchase="on_demand"):
    """An instance with its 20 GiB of gp3."""
    volume = catalog.service("us-east-1", "ebs", "gp3 storage").usd * 20 / MONTH
    return float(catalog.price(name, "us-east-1", purchase).usd + volume)


def covers(plan, kind):
    return plan["kind"] == "compute" or plan["family"] == kind.family


def least_monthly(catalog, services, plans, limits):
    """The cheapest month of all services together; None where there is none."""
    model = highspy.Highs()
    model.silent()
    model.setOptionValue("threads", 1)  # one pool of threads serves every model of a process
    paid, vcpus = [[] for _ in plans], {"on_demand": [], "spot": []}
    costs = []
    for service in services:
        held, steady = [], []
        for name in TYPES:
            kind, need = catalog.types[name], service["per_replica"]
            replicas = math.floor(min(kind.vcpus / need["vcpus"], kind.memory_gib / need["memory_gib"]) + 1e-9)
            ways = ["on_demand", "spot"] if service["interruptible"] else ["on_demand"]
            bought = [(hourly(catalog, name, way), way, None) for way in ways]
            listed = float(catalog.on_demand(name, "us-east-1").usd)
            for place, owned in enumerate(plans):
                saved = listed * owned["discount_percent"] / 100
                if covers(owned, kind):
                    bought.append((hourly(catalog, name) - saved, "on_demand", (place, listed - saved)))
            for usd, way, owned in bought:
                count = model.addIntegral()
                costs.append(usd * service["hours_per_month"] * count)
                held.append(replicas * count)
                steady.append(replicas * count * (0 if way == "spot" else 1))
                vcpus[way].append(kind.vcpus * count)
                if owned is not None:
                    paid[owned[0]].append(owned[1] * count)
        model.addConstr(sum(held) >= service["replicas"])
        base = service["purchase"]["spot"]["on_demand_base_percent"] / 100 if service["interruptible"] else 1
        model.addConstr(sum(steady) >= base * sum(held))
    for owned, usd in zip(plans, paid, strict=True):
        if usd:
            model.addConstr(sum(usd) <= owned["hourly_usd"])
    for way, code in QUOTAS.items():
        if code in limits and vcpus[way]:
            model.addConstr(sum(vcpus[way]) <= limits[code])
    model.setOptionValue("mip_rel_gap", 0.0)
    model.minimize(sum(costs))
    if model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    return model.getInfo().objective_function_value


def fleet(workloads, limits, plans=()):
    return FleetSpec.model_validate(
        {
            "version": 1,
            "name": "s",
            "region": "us-east-1",
            "candidates": {"instance_types": TYPES},
            "quotas": {"limits": [{"code": code, "limit": limit} for code, limit in limits.items()]},
            "purchase": {"savings_plans": list(plans)},
            "workloads": workloads,
        }
    )


def agrees(found, least):
    """The bound lies below the optimum, the plan above it; where nothing is possible, nothing is planned."""
    if least is None:
        assert found.status == "infeasible"
    elif found.status == "infeasible":
        assert found.conflicts  # several services want one quota: another order might have done
    else:
        assert float(found.lower_bound_usd) <= least + CENT
        assert float(found.monthly_usd) >= least - CENT


service = st.fixed_dictionaries(
    {
        "kind": st.just("service"),
        "replicas": st.integers(0, 12),
        "per_replica": st.fixed_dictionaries(
            {"vcpus": st.sampled_from([0.5, 1, 2, 3]), "memory_gib": st.sampled_from([1, 3, 6])}
        ),
        "hours_per_month": st.sampled_from([MONTH, 200]),
        "interruptible": st.booleans(),
        "purchase": st.fixed_dictionaries(
            {"spot": st.fixed_dictionaries({"on_demand_base_percent": st.sampled_from([0, 20, 50])})}
        ),
    }
)
limits = st.dictionaries(st.sampled_from(sorted(QUOTAS.values())), st.integers(0, 40), max_size=2)
owned = st.one_of(
    st.fixed_dictionaries(
        {
            "kind": st.just("compute"),
            "hourly_usd": st.sampled_from([0.1, 0.5]),
            "discount_percent": st.sampled_from([20, 30]),
        }
    ),
    st.fixed_dictionaries(
        {
            "kind": st.just("ec2_instance"),
            "hourly_usd": st.sampled_from([0.2, 0.8]),
            "discount_percent": st.sampled_from([35, 50]),
            "family": st.sampled_from(["m7i", "c7g"]),
            "region": st.just("us-east-1"),
        }
    ),
)


@SETTINGS
@given(services=st.lists(service, min_size=1, max_size=3), limits=limits)
def test_services_that_share_quotas(catalog, plan, services, limits):
    named = [{**some, "name": f"s{place}"} for place, some in enumerate(services)]

    agrees(plan(fleet(named, limits), catalog), least_monthly(catalog, services, [], limits))


@SETTINGS
@given(
    services=st.lists(service, min_size=1, max_size=2),
    plans=st.lists(owned, max_size=2, unique_by=lambda some: (some["kind"], some.get("family"))),
)
def test_services_that_share_savings_plans(catalog, plan, services, plans):
    rules = [{**some["purchase"], "savings_plans": plans} for some in services]
    named = [
        {**some, "name": f"s{place}", "purchase": own}
        for place, (some, own) in enumerate(zip(services, rules, strict=True))
    ]

    agrees(plan(fleet(named, {}, plans), catalog), least_monthly(catalog, services, plans, {}))


@SETTINGS
@given(
    needed=st.integers(1, 24),
    days=st.sampled_from([0.25, 2, 10]),
    memory=st.sampled_from([0, 2, 4]),
    base=st.sampled_from([0, 30]),
    limits=limits,
)
def test_batch_work_counted_out(catalog, plan, needed, days, memory, base, limits):
    hours = 24 * days
    work = {
        "name": "night",
        "kind": "batch",
        "vcpu_hours": needed * hours,
        "runs_per_month": 2,
        "memory_gib_per_vcpu": memory,
        "deadline_hours": hours,
        "interruptible": True,
        "purchase": {"spot": {"on_demand_base_percent": base}},
    }
    offers = []
    for name, way in product(["m7i.2xlarge", "c7g.xlarge"], QUOTAS):
        kind, bucket = catalog.types[name], catalog.interruption(name, "us-east-1")
        size = min(kind.vcpus, kind.memory_gib / memory if memory else kind.vcpus)
        stays = 1 - (bucket.high_percent or bucket.low_percent) / 100
        kept = 1 + math.log(stays) / MONTH * hours / 2 if way == "spot" else 1
        offers.append((hourly(catalog, name, way), size, kept, way, kind.vcpus))
    spec = fleet([{**work, "candidates": {"instance_types": ["m7i.2xlarge", "c7g.xlarge"]}}], limits)

    agrees(plan(spec, catalog), _counted_out(offers, needed, needed * hours * 2, base / 100, limits))


def _counted_out(offers, needed, work, base, limits):
    """The cheapest of all counts up to what one offer alone would need and one more."""
    most = [math.ceil(needed / (size * kept)) + 1 for _, size, kept, _, _ in offers]
    best = None
    for counts in product(*(range(count + 1) for count in most)):
        bought = list(zip(counts, offers, strict=True))
        useful = sum(count * size * kept for count, (_, size, kept, _, _) in bought)
        steady = sum(count * size for count, (_, size, _, way, _) in bought if way == "on_demand")
        if useful < needed - 1e-9 or steady < base * sum(count * size for count, (_, size, *_) in bought) - 1e-9:
            continue
        taken = {code: sum(c * v for c, (*_, w, v) in bought if w == way) for way, code in QUOTAS.items()}
        if any(taken[code] > limit for code, limit in limits.items()):
            continue
        usd = sum(count * price for count, (price, *_) in bought) * work / useful
        best = usd if best is None else min(best, usd)
    return best
