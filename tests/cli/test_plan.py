"""`fleet plan`: the lock is made, checked, kept and never lost."""

import json

DAY = ("--today", "2026-12-01")


def test_the_lock_is_fresh_after_planning_and_after_a_comment(planned, fleet):
    """Comments do not count: what is compared are values."""
    spec = planned / "fleet.yaml"

    assert fleet("plan", "--check").code == 0
    spec.write_text("# a comment\n" + spec.read_text())
    assert fleet("plan", "--check").code == 0


def test_the_lock_is_stale_after_a_number_changed(planned, fleet):
    """Another demand needs another plan, and the check says which command makes it."""
    spec = planned / "fleet.yaml"
    spec.write_text(spec.read_text().replace("replicas: 120", "replicas: 121"))

    ran = fleet("plan", "--check", "--json")

    assert ran.code == 1
    assert json.loads(ran.out)["reason"] == "stale"
    assert "fleet plan" in fleet("plan", "--check").err


def test_a_missing_or_truncated_lock_is_stale_with_a_clear_text(planned, fleet):
    lock = planned / "fleet.lock.json"
    lock.write_text(lock.read_text()[:500])

    ran = fleet("plan", "--check")
    assert (ran.code, "not whole JSON" in ran.err) == (1, True)

    lock.unlink()
    ran = fleet("plan", "--check")
    assert (ran.code, "no lock" in ran.err) == (1, True)


def test_two_fresh_plans_give_the_same_bytes(planned, fleet):
    """Same spec, catalog and day: same lock, whatever was locked before."""
    lock = planned / "fleet.lock.json"

    fleet("plan", "--fresh", *DAY)
    first = lock.read_bytes()
    lock.unlink()
    fleet("plan", "--fresh", *DAY)

    assert lock.read_bytes() == first


def test_json_is_nothing_but_json_and_has_every_field_of_the_plan(example, fleet):
    ran = fleet("plan", "--json", *DAY)

    plan = json.loads(ran.out)
    assert set(plan) == {
        "schema", "name", "planned_on", "spec_sha256", "catalog", "status", "monthly_usd", "one_off_usd",
        "lower_bound_usd", "gap_percent", "solve_seconds", "kg_co2e_per_month", "allocations", "nodes", "rejections",
        "conflicts", "schedules", "quotas", "assumptions", "next_steps", "changes",
    }  # fmt: skip
    assert plan["planned_on"] == "2026-12-01"
    assert "solve_seconds" not in json.loads((example / "fleet.lock.json").read_text())


def test_the_totals_are_the_sums_of_the_allocations_and_the_bound_is_below(example, fleet):
    plan = json.loads(fleet("plan", "--json", *DAY).out)

    monthly = sum(allocation["monthly_usd"] for allocation in plan["allocations"])
    once = sum(allocation["job_usd"] or 0 for allocation in plan["allocations"])
    assert abs(plan["monthly_usd"] - monthly) < 0.001
    assert abs(plan["one_off_usd"] - once) < 0.001
    assert 0 < plan["lower_bound_usd"] <= plan["monthly_usd"] + plan["one_off_usd"]
    assert plan["gap_percent"] <= 2


def test_the_schedule_is_compared_with_hosts_that_are_never_released(planned, fleet):
    """The line of the Mac week says what the same peak costs all month."""
    ran = fleet("plan", *DAY)

    plan = json.loads((planned / "fleet.lock.json").read_text())
    (week,) = plan["schedules"]
    hosts = [a for a in plan["allocations"] if a["workloads"] == [week["workload"]]]
    always = max(week["needed"]) * hosts[0]["unit_hourly_usd"] * 730
    saved = 100 * (1 - sum(a["monthly_usd"] for a in hosts) / always)
    assert f"{saved:.0f} % less than {max(week['needed'])} always on for {always:,.2f} USD a month" in " ".join(
        ran.out.split()
    )


def test_a_fleet_over_its_budget_is_infeasible_and_leaves_the_old_lock(planned, fleet):
    lock = planned / "fleet.lock.json"
    before = lock.read_bytes()
    spec = planned / "fleet.yaml"
    spec.write_text(spec.read_text().replace("monthly_usd: 900000", "monthly_usd: 1000"))

    ran = fleet("plan", "--json", *DAY)

    plan = json.loads(ran.out)
    assert (ran.code, plan["status"], plan["reason"], plan["allocations"]) == (1, "infeasible", "infeasible", [])
    assert plan["conflicts"][0]["constraint"] == "budget.monthly_usd"
    assert lock.read_bytes() == before


def test_five_mistakes_are_five_lines_with_their_places(example, fleet):
    """All problems at once, each with line and column, the value, what is allowed, and the nearest name."""
    spec = example / "fleet.yaml"
    text = spec.read_text()
    for good, bad in (
        ("region: us-east-1\n", "region: us-esat-1\n"),
        ("max_nodes: 400", "max_node: 400"),
        ("replicas: 120", "replicas: many"),
        ("headroom_percent: 10", "headroom_percent: 100"),
        ("platforms: [ios, macos]", "platforms: [ios, beos]"),
    ):
        assert good in text
        text = text.replace(good, bad, 1)
    spec.write_text(text)

    ran = fleet("plan", *DAY)

    lines = ran.err.strip().splitlines()
    assert ran.code == 2
    assert ran.out == ""
    assert len(lines) == 5
    assert all(line.startswith("fleet.yaml:") and line.split(":")[1].isdigit() for line in lines)
    assert "us-east-1" in ran.err
    assert "max_nodes" in ran.err


def test_other_names_another_region_and_fewer_workloads_follow(example, fleet):
    """Nothing is tied to the example: plan, lock, explanation and preview speak of what the spec says."""
    spec = example / "fleet.yaml"
    text = spec.read_text().replace("region: us-east-1\n", "region: us-east-2\n", 1)
    text = text.replace("- name: web ", "- name: api ").replace("- name: ios ", "- name: apps ")
    start, end = text.index("  - name: chat"), text.index("  - name: embed")
    spec.write_text(text[:start] + text[end:])

    plan = json.loads(fleet("plan", "--json", "--fresh", *DAY).out)

    served = {name for allocation in plan["allocations"] for name in allocation["workloads"]}
    assert {"api", "apps"} <= served
    assert not {"web", "ios", "chat"} & served
    assert {a["region"] for a in plan["allocations"] if "api" in a["workloads"]} == {"us-east-2"}
    assert fleet("explain", "api").code == 0
    ran = fleet("explain", "web")
    assert (ran.code, "unknown workload 'web'" in ran.err) == (2, True)
    preview = json.loads(fleet("preview", "--format", "json", *DAY).out)
    names = " ".join(resource["name"] for resource in preview["resources"])
    assert "api" in names or "main" in names
    assert "chat" not in names
    assert "us-east-2" in {resource["region"] for resource in preview["resources"]}


def test_planning_on_a_list_of_shapes_uses_these_alone(example, fleet):
    shapes = [
        {"name": "small", "architecture": "arm64", "vcpus": 4, "memory_gib": 16, "max_pods": 50, "on_demand_usd": 0.1},
        {
            "name": "large",
            "architecture": "arm64",
            "vcpus": 64,
            "memory_gib": 256,
            "max_pods": 250,
            "on_demand_usd": 1.5,
        },
    ]
    (example / "shapes.json").write_text(json.dumps(shapes))
    (example / "fleet.yaml").write_text(
        "version: 1\nname: study\nregion: us-east-1\nclusters: [{name: main, zones: 1}]\nworkloads:\n"
        "  - {name: web, kind: service, cluster: main, replicas: 64, per_replica: {vcpus: 2, memory_gib: 4}}\n"
    )

    plan = json.loads(fleet("plan", "--json", "--catalog", "shapes.json", *DAY).out)

    # 128 vCPUs: two large at 1.5 cost 3.0; thirty-two small would cost 3.2.
    assert [(a["instance_type"], a["count"]) for a in plan["allocations"]] == [("large", 2)]
    assert plan["status"] == "optimal"
    assert "Prices without a day, a list of shapes" in fleet("plan", "--catalog", "shapes.json", *DAY).out
