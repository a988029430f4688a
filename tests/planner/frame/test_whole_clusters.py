"""Small clusters over zones, beside a service that shares their savings plans, against an exact model written here.

The model is one integer program over every way to fill a node. It shares no code with the planner, and asks for no more
than the contract does; so no bound may lie above its optimum, and no plan below it.
"""

import math
from itertools import product

import highspy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fleet.catalog import eks_reserved
from fleet.spec.model import FleetSpec

REGION, MONTH, CENT = "us-east-2", 730, 0.01
ZONES = range(3)
TYPES = ["m7i.large", "c7g.large", "c7g.xlarge", "c8g.2xlarge"]
SETTINGS = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def ways(catalog, name, plans):
    """(purchase, USD an hour, savings plan, USD of it) of each way to pay for a type; volumes have no price there."""
    listed = float(catalog.on_demand(name, REGION).usd)
    yield "on_demand", listed, None, 0.0
    yield "spot", float(catalog.spot(name, REGION).usd), None, 0.0
    for place, plan in enumerate(plans):
        if plan["kind"] == "compute" or plan["family"] == catalog.types[name].family:
            rate = listed * (1 - plan["discount_percent"] / 100)
            yield "on_demand", rate, place, rate


def fillings(catalog, name, workloads):
    """Every number of replicas of each workload that one node holds together."""
    kind = catalog.types[name]
    vcpus, memory = (
        whole - kept
        for whole, kept in zip((kind.vcpus, kind.memory_gib), eks_reserved(kind, min(110, kind.max_pods)), strict=True)
    )
    needs = [w["per_replica"] for w in workloads]
    most = [
        min(w["replicas"], math.floor(min(vcpus / n["vcpus"], memory / n["memory_gib"]) + 1e-9))
        for w, n in zip(workloads, needs, strict=True)
    ]
    for counts in product(*(range(count + 1) for count in most)):
        used = [sum(c * n[what] for c, n in zip(counts, needs, strict=True)) for what in ("vcpus", "memory_gib")]
        if any(counts) and used[0] <= vcpus + 1e-9 and used[1] <= memory + 1e-9:
            yield counts


class Model:
    """The fleet as an integer program."""

    def __init__(self, catalog, plans):
        self.catalog, self.plans = catalog, plans
        self.highs = highspy.Highs()
        self.highs.silent()
        self.highs.setOptionValue("threads", 1)  # one pool of threads serves every model of a process
        self.costs, self.paid, self.vcpus = [], [[] for _ in plans], []

    def bought(self, name, way, hours):
        """How many of a type, bought one way."""
        purchase, usd, plan, rate = way
        count = self.highs.addIntegral()
        self.costs.append(usd * hours * count)
        if plan is not None:
            self.paid[plan].append(rate * count)
        if purchase == "on_demand":
            self.vcpus.append(self.catalog.types[name].vcpus * count)
        return count

    def cluster(self, cluster, workloads, spot_types, base_percent):
        """Nodes in each zone of a cluster: what each zone holds, what stays on demand, over how many types spot is."""
        nodes, spot, steady = [], {name: [] for name in TYPES}, [[] for _ in workloads]
        held = [[[] for _ in ZONES] for _ in workloads]
        for zone, name in product(ZONES, TYPES):
            of_zone = []
            for counts in fillings(self.catalog, name, workloads):
                stays = any(n and not w["interruptible"] for n, w in zip(counts, workloads, strict=True))
                for way in ways(self.catalog, name, self.plans):
                    if way[0] == "spot" and stays:
                        continue
                    node = self.bought(name, way, MONTH)
                    nodes.append(node)
                    of_zone += [node] if way[0] == "spot" else []
                    for place, count in enumerate(counts):
                        held[place][zone].append(count * node)
                        steady[place] += [count * node] if way[0] != "spot" else []
            spot[name].append(of_zone)
        self.zones(cluster, workloads, held)
        for workload, found in zip(workloads, steady, strict=True):
            if workload["interruptible"]:
                self.highs.addConstr(sum(found) >= math.ceil(workload["replicas"] * base_percent / 100 - 1e-9))
        if "max_nodes" in cluster:
            self.highs.addConstr(sum(nodes) <= cluster["max_nodes"])
        if spot_types > 1:
            self.spread(workloads, spot, spot_types, base_percent)

    def zones(self, cluster, workloads, held):
        """Each workload in so many zones of the cluster's, its counts differing by at most one."""
        open_ = [self.highs.addBinary() for _ in ZONES]
        self.highs.addConstr(sum(open_) <= cluster["zones"])
        for workload, by_zone in zip(workloads, held, strict=True):
            spread = min(workload["zone_spread"], workload["replicas"])
            used, more = ([self.highs.addBinary() for _ in ZONES] for _ in range(2))
            share, rest = divmod(workload["replicas"], spread)
            self.highs.addConstr(sum(used) == spread)
            self.highs.addConstr(sum(more) == rest)
            for zone, found in enumerate(by_zone):
                self.highs.addConstr(used[zone] <= open_[zone])
                self.highs.addConstr(more[zone] <= used[zone])
                self.highs.addConstr(sum(found) - share * used[zone] - more[zone] == 0)

    def spread(self, workloads, spot, needed, base_percent):
        """Spot over so many types, none with more of a zone than its share of what may sit on spot there."""
        any_spot = self.highs.addBinary()
        used = []
        for name, by_zone in spot.items():
            kind = self.catalog.types[name]
            kept = eks_reserved(kind, min(110, kind.max_pods))
            rooms = {"vcpus": kind.vcpus - kept[0], "memory_gib": kind.memory_gib - kept[1]}
            share = max(
                sum(
                    w["replicas"] / len(ZONES) * (1 - base_percent / 100) * w["per_replica"][what]
                    for w in workloads
                    if w["interruptible"]
                )
                / room
                / needed
                for what, room in rooms.items()
            )
            for nodes in by_zone:
                self.highs.addConstr(sum(nodes) - math.ceil(share - 1e-9) * any_spot <= 0)
            used.append(self.highs.addBinary())
            self.highs.addConstr(sum(sum(nodes) for nodes in by_zone) - used[-1] >= 0)
        self.highs.addConstr(sum(used) - needed * any_spot >= 0)

    def service(self, workload):
        """Instances of a service of its own; it is not interruptible, and spreads over no zones."""
        held = []
        for name in TYPES:
            kind, need = self.catalog.types[name], workload["per_replica"]
            replicas = math.floor(min(kind.vcpus / need["vcpus"], kind.memory_gib / need["memory_gib"]) + 1e-9)
            steady = (way for way in ways(self.catalog, name, self.plans) if way[0] != "spot")
            held += [replicas * self.bought(name, way, workload["hours_per_month"]) for way in steady]
        self.highs.addConstr(sum(held) >= workload["replicas"])

    def least_monthly(self, quota):
        """The cheapest month; None where there is none."""
        for plan, usd in zip(self.plans, self.paid, strict=True):
            if usd:
                self.highs.addConstr(sum(usd) <= plan["hourly_usd"])
        if quota is not None:
            self.highs.addConstr(sum(self.vcpus) <= quota)
        self.highs.setOptionValue("mip_rel_gap", 0.0)
        self.highs.minimize(sum(self.costs))
        if self.highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return self.highs.getInfo().objective_function_value


def fleet(cluster, workloads, spot, plans, quota):
    limits = [] if quota is None else [{"code": "L-1216C47A", "limit": quota}]
    return FleetSpec.model_validate(
        {
            "version": 1,
            "name": "s",
            "region": REGION,
            "candidates": {"instance_types": TYPES},
            "quotas": {"limits": limits},
            "purchase": {"savings_plans": plans, "spot": spot},
            "clusters": [{"name": "k", **cluster}],
            "workloads": [{"kind": "service", **some} for some in workloads],
        }
    )


need = st.fixed_dictionaries({"vcpus": st.sampled_from([0.5, 1, 1.8]), "memory_gib": st.sampled_from([1, 2.5, 5])})
owned = st.one_of(
    st.fixed_dictionaries(
        {"kind": st.just("compute"), "hourly_usd": st.sampled_from([0.1, 0.3]), "discount_percent": st.just(30)}
    ),
    st.fixed_dictionaries(
        {
            "kind": st.just("ec2_instance"),
            "hourly_usd": st.sampled_from([0.1, 0.4]),
            "discount_percent": st.sampled_from([35, 60]),
            "family": st.sampled_from(["m7i", "c7g"]),
            "region": st.just(REGION),
        }
    ),
)
plans = st.lists(owned, max_size=2, unique_by=lambda some: (some["kind"], some.get("family")))


def agrees(found, least):
    if least is None:
        assert found.status == "infeasible"
    elif found.status == "infeasible":
        assert found.conflicts
        assert not any(conflict.proved for conflict in found.conflicts)
    else:
        assert float(found.lower_bound_usd) <= least + CENT
        assert float(found.monthly_usd) >= least - CENT


@SETTINGS
@given(
    zones=st.integers(1, 3),
    sizes=st.lists(st.tuples(need, st.integers(1, 5), st.integers(1, 3), st.booleans()), min_size=1, max_size=2),
    base=st.sampled_from([0, 40]),
    alone=st.one_of(st.none(), st.tuples(need, st.integers(1, 8), st.sampled_from([MONTH, 100]))),
    plans=plans,
    quota=st.one_of(st.none(), st.integers(2, 30)),
    most=st.one_of(st.none(), st.integers(1, 6)),
)
def test_clusters_over_zones_that_share_savings_plans(catalog, plan, zones, sizes, base, alone, plans, quota, most):
    cluster = {"zones": zones} | ({} if most is None else {"max_nodes": most})
    members = [
        {
            "name": f"w{place}",
            "replicas": replicas,
            "per_replica": each,
            "zone_spread": min(spread, zones),
            "interruptible": may_stop,
        }
        for place, (each, replicas, spread, may_stop) in enumerate(sizes)
    ]
    model = Model(catalog, plans)
    model.cluster(cluster, members, 1, base)
    workloads = [{**some, "cluster": "k"} for some in members]
    if alone is not None:
        workloads.append({"name": "own", "per_replica": alone[0], "replicas": alone[1], "hours_per_month": alone[2]})
        model.service(workloads[-1])

    found = plan(fleet(cluster, workloads, {"on_demand_base_percent": base}, plans, quota), catalog)

    agrees(found, model.least_monthly(quota))


@SETTINGS
@given(
    sizes=st.lists(st.tuples(need, st.integers(1, 2), st.booleans()), min_size=1, max_size=2),
    base=st.sampled_from([0, 50]),
    types=st.integers(2, 3),
)
def test_spot_nodes_of_several_types_over_zones(catalog, plan, sizes, base, types):
    members = [
        {
            "name": f"w{place}",
            "replicas": 6 * some,
            "per_replica": each,
            "zone_spread": 3,
            "interruptible": may_stop,
        }
        for place, (each, some, may_stop) in enumerate(sizes)
    ]
    model = Model(catalog, [])
    model.cluster({"zones": 3}, members, types, base)
    spot = {"min_instance_types": types, "on_demand_base_percent": base}

    found = plan(fleet({"zones": 3}, [{**some, "cluster": "k"} for some in members], spot, [], None), catalog)

    agrees(found, model.least_monthly(None))
