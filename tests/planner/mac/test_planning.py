"""Apple builds, planned: the type that is chosen, what it costs, and clear answers to what cannot be."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleet import plan
from fleet.catalog import Catalog
from fleet.planner.mac import as_batch, hourly_builds, needs_mac, plan_apple_builds, slots_per_host, survey_macs
from fleet.planner.mac.demand import RESERVE_GIB
from fleet.plans import UNTRIED_MACOS
from fleet.spec import AppleBuilds, load_spec

TODAY = date(2026, 12, 1)
EXAMPLE = Path(__file__).parents[3] / "fleet.yaml"


def _reasons(part) -> dict[str, list[str]]:
    return {rejection.reason: rejection.examples for rejection in part.rejections}


def test_the_example_leases_by_the_day(catalog) -> None:
    spec = load_spec(EXAMPLE)
    part = plan_apple_builds(spec, spec.workload("ios"), catalog, today=TODAY)
    (schedule,) = part.schedules

    assert part.status == "optimal"
    assert all(lease.hours >= 24 for lease in schedule.leases)
    assert len(schedule.needed) == len(schedule.leased) == 168
    assert all(have >= want for have, want in zip(schedule.leased, schedule.needed, strict=True))
    assert schedule.wait_minutes.p95 <= 20
    assert sum(a.monthly_usd for a in part.allocations) == part.monthly_bound_usd
    assert any("always on would cost" in line and "% less" in line for line in part.assumptions)


def test_cost_is_the_leased_hours_at_the_hosts_price(planned) -> None:
    part = planned(builds_per_weekday=320)
    (schedule,) = part.schedules
    price = part.allocations[0].unit_hourly_usd

    hours = Decimal(sum(schedule.leased)) * 730 / 168

    assert sum(a.monthly_usd for a in part.allocations) == pytest.approx(price * hours, abs=Decimal("0.00001"))
    assert {a.purchase for a in part.allocations} == {"dedicated_host"}
    for allocation in part.allocations:
        cost = float(allocation.unit_hourly_usd) * allocation.hours_per_month * allocation.count
        assert cost == pytest.approx(float(allocation.monthly_usd), rel=1e-6)


def test_flat_load_has_hosts_that_stay_and_no_leases(planned) -> None:
    part = planned(profile=[20] * 168)
    (schedule,) = part.schedules

    assert schedule.leases == []
    assert set(schedule.leased) == {schedule.always_on}
    assert any("would not save anything" in line for line in part.assumptions)


def test_a_replay_of_the_plan_holds_the_limit(planned, replay, replayed) -> None:
    part = planned(builds_per_weekday=320)
    (schedule,) = part.schedules
    rates = [320 / 9 if hour // 24 < 5 and 9 <= hour % 24 < 18 else 0.0 for hour in range(168)]
    leases = [(lease.start_hour, lease.hours, lease.count) for lease in schedule.leases]

    slots = 1 if schedule.instance_type == "mac2.metal" else 2
    hosts = replay(slots=slots, always_on=schedule.always_on, leases=leases, ready_minutes=30)
    waits = sorted(replayed(rates, 14, hosts))

    assert waits[int(0.95 * len(waits))] <= 21
    assert waits[int(0.95 * len(waits))] == pytest.approx(schedule.wait_minutes.p95, abs=1)


def test_a_faster_chip_that_was_measured_may_win(planned) -> None:
    plain = planned(builds_per_weekday=320)
    measured = planned(builds_per_weekday=320, build_speed={"m4": 1.6})

    assert plain.allocations[0].instance_type == "mac2-m2.metal"
    assert measured.allocations[0].instance_type == "mac-m4.metal"
    assert measured.monthly_bound_usd < plain.monthly_bound_usd


def test_chips_without_a_measurement_are_listed_as_an_assumption(planned) -> None:
    part = planned(build_speed={"m4": 1.6})
    (line,) = [line for line in part.assumptions if "build as fast as" in line]

    assert "m4-pro" in line
    assert " m4," not in line
    assert "none was made up" in line


@pytest.mark.parametrize(
    ("memory", "limit", "host", "slots"),
    [
        pytest.param(8, 2, 24, 2, id="two fit with a reserve"),
        pytest.param(8, 2, 16, 1, id="the reserve leaves room for one"),
        pytest.param(8, 1, 24, 1, id="one is allowed"),
        pytest.param(8, 2, 256, 2, id="never more than two"),
        pytest.param(13, 2, 16, 0, id="none fits"),
        pytest.param(10, 2, 24, 2, id="exactly"),
    ],
)
def test_virtual_machines_of_a_host(fleet, memory, limit, host, slots) -> None:
    workload = fleet(memory_gib_per_vm=memory, max_vms_per_host=limit).workloads[0]

    assert slots_per_host(workload, host) == slots


def test_large_machines_reject_small_hosts(planned) -> None:
    part = planned(memory_gib_per_vm=50)

    assert _reasons(part)["memory_too_small"] == [
        "mac-m4.metal", "mac-m4pro.metal", "mac1.metal", "mac2-m2.metal", "mac2-m2pro.metal",
    ]  # fmt: skip
    assert part.allocations[0].instance_type in {"mac2-m1ultra.metal", "mac-m4max.metal"}


def test_old_macs_do_not_run_a_new_macos(planned) -> None:
    assert _reasons(planned(min_macos="26"))["macos_unsupported"] == ["mac1.metal"]
    assert "macos_unsupported" not in _reasons(planned(min_macos="15.6"))


def test_types_that_are_no_macs_are_rejected_as_such(planned, catalog) -> None:
    part = planned()
    (rejection,) = [found for found in part.rejections if found.reason == "needs_mac"]

    assert rejection.count == len(catalog.types) - len(set(catalog.macs) & set(catalog.types))


def test_filters_that_hold_for_macs(fleet, catalog) -> None:
    """Of the fleet: architectures (arm64 means Apple silicon too), excluded families. Of the workload: everything."""
    top = {
        "candidates": {
            "architectures": ["arm64"],
            "categories": ["c"],
            "min_generation": 7,
            "max_vcpus": 2,
            "exclude_families": ["mac2-m2"],
        }
    }
    spec = fleet(top, candidates={"max_vcpus": 12})
    market = survey_macs(spec, spec.workloads[0], catalog, today=TODAY)

    assert {option.kind.name for option in market.options} == {"mac2.metal", "mac2-m2pro.metal", "mac-m4.metal"}
    assert market.rejected["mac1.metal"] == {"architecture"}
    assert market.rejected["mac2-m2.metal"] == {"excluded"}
    assert market.rejected["mac-m4pro.metal"] == {"excluded"}


def test_the_cheapest_of_several_regions_is_taken(fleet, catalog) -> None:
    spec = fleet(regions=["eu-west-1", "us-east-2"], candidates={"instance_types": ["mac2.metal"]})
    part = plan_apple_builds(spec, spec.workloads[0], catalog, today=TODAY)

    assert {allocation.region for allocation in part.allocations} == {"us-east-2"}


def test_negotiated_prices_count(planned) -> None:
    dear, cheap = planned(), planned({"price_book": {"on_demand_usd": {"mac-m4.metal": 0.1}}})

    assert cheap.allocations[0].instance_type == "mac-m4.metal"
    assert cheap.allocations[0].unit_hourly_usd == Decimal("0.1")
    assert cheap.monthly_bound_usd < dear.monthly_bound_usd


def test_hosts_at_least_stay(planned) -> None:
    assert planned(builds_per_weekday=0, min_hosts=2).schedules[0].always_on == 2
    assert planned(builds_per_weekday=0, min_nodes=1).schedules[0].always_on == 1


def test_no_builds_cost_nothing(planned) -> None:
    part = planned(builds_per_weekday=0)

    assert (part.status, part.allocations, part.monthly_bound_usd) == ("optimal", (), 0)
    assert part.schedules[0].instance_type == "mac2.metal"


def test_builds_of_seconds_take_the_hosts_of_their_work(planned) -> None:
    """11,111 builds an hour of 12 seconds fill 18.5 hosts of two machines; waiting spares the half."""
    (schedule,) = planned(builds_per_weekday=100_000, minutes_per_build=0.2).schedules

    assert max(schedule.leased) == 18


def test_no_waiting_with_bursts_takes_more_hosts(planned) -> None:
    bursts = [60.0 if hour % 24 == 12 else 0.0 for hour in range(168)]
    patient, impatient = planned(profile=bursts, max_wait_minutes=60), planned(profile=bursts, max_wait_minutes=0)

    assert impatient.status == "optimal"
    assert max(impatient.schedules[0].leased) > max(patient.schedules[0].leased)
    assert impatient.schedules[0].wait_minutes.p95 == 0


@pytest.mark.parametrize(
    ("top", "fields", "constraint", "words"),
    [
        pytest.param(
            None, {"min_macos": "99"}, "ios min_macos", "macOS 99 macOS 27 at most; macOS 15 at most on mac1.metal",
            id="a macOS that nothing runs",
        ),
        pytest.param(
            {"region": "eu-south-2"}, {}, "ios region",
            "Macs, which eu-south-2 does not offer ap-southeast-1, eu-west-1, us-east-1, us-east-2, us-west-2 take one",
            id="a region without Macs",
        ),
        pytest.param(
            {"region": "eu-north-1"}, {}, "ios price", "a price of mac1.metal in eu-north-1",
            id="a region that has one Mac, without a price",
        ),
        pytest.param(None, {"memory_gib_per_vm": 300}, "ios memory_gib_per_vm", "300 GiB", id="machines too large"),
        pytest.param({"quotas": {"defaults": True}}, {}, "ios quota", "the default of Mac hosts is 0", id="quota 0"),
        pytest.param(None, {"minutes_per_build": 2000}, "ios minutes_per_build", "split it", id="a build of two days"),
        pytest.param(
            None,
            {"candidates": {"architectures": ["x86_64"]}, "min_macos": "26"},
            "ios candidates",
            "macOS 26 macOS 15 at most on mac1.metal",
            id="Intel alone, and a macOS that it does not run",
        ),
        pytest.param(
            None, {"builds_per_weekday": 1e9}, "ios builds", "more than 10,000 hosts", id="more than there are"
        ),
        pytest.param(
            {"quotas": {"limits": [{"code": code, "limit": 2} for code in (
                "L-7108A7B5", "L-2CBA8B92", "L-D82CB68A", "L-6919FC30", "L-A8448DC5", "L-AE4D744C", "L-B90B5B66",
                "L-14F120D1", "L-5D8DADF5")]}},
            {"builds_per_weekday": 900}, "quota L-", "more than 2", id="a quota below the need",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said(planned, top, fields, constraint, words) -> None:
    part = planned(top, **fields)
    text = " ".join(f"{c.constraint} {c.needed} {c.allowed} {c.hint}" for c in part.conflicts)

    assert (part.status, part.allocations, part.schedules) == ("infeasible", (), ())
    assert any(constraint in conflict.constraint for conflict in part.conflicts)
    assert words in text


def test_a_quota_moves_the_work_to_another_type(planned) -> None:
    free = planned(builds_per_weekday=320, build_speed={"m4": 1.6})
    tight = planned(
        {"quotas": {"limits": [{"code": "L-2CBA8B92", "limit": 2}]}}, builds_per_weekday=320, build_speed={"m4": 1.6}
    )

    assert free.allocations[0].instance_type == "mac-m4.metal"
    assert tight.allocations[0].instance_type == "mac2-m2.metal"
    assert _reasons(tight)["quota"] == ["mac-m4.metal"]


def test_an_empty_pool_is_not_planned_on(planned) -> None:
    part = planned({"unavailable": [{"instance_type": "mac2-m2.metal"}]})

    assert "mac2-m2.metal" in _reasons(part)["unavailable"]
    assert part.allocations[0].instance_type != "mac2-m2.metal"


def test_what_to_do_next_is_said(planned) -> None:
    """Images without Xcode, and images that no parameter is known of; an image of one's own needs neither."""
    steps = " ".join(planned(builds_per_weekday=320, min_macos="27").next_steps)
    own = " ".join(planned(builds_per_weekday=320, min_macos="27", ami="ami-0123456789abcdef0").next_steps)

    assert "no Xcode" in steps
    assert "macOS 27 is not known" in steps
    assert "'ami'" not in own


@pytest.mark.parametrize(("min_macos", "is_untried"), [("26", False), ("27", True)])
def test_a_macos_newer_than_all_that_is_known_of_macs_stands_beside_the_plan(planned, min_macos, is_untried) -> None:
    part = planned(min_macos=min_macos)

    assert is_untried == any(text.endswith(UNTRIED_MACOS) for text in part.assumptions)


def test_each_mac_quota_that_clashes_says_that_it_alone_would_be_enough(fleet, catalog) -> None:
    codes = sorted(mac.quota_code for name, mac in catalog.macs.items() if catalog.offered(name, "us-east-1"))
    limits = [{"code": code, "limit": 0} for code in codes]

    found = plan(fleet({"quotas": {"limits": limits}}), catalog, today=TODAY)

    assert sorted(conflict.constraint for conflict in found.conflicts) == [
        f"quota {code} in us-east-1" for code in codes
    ]
    assert all("that alone is enough" in conflict.hint for conflict in found.conflicts)


APART = [20.0 if hour in {9, 35, 57} else 0.0 for hour in range(168)]
"""Builds at three hours: to let hosts go after a day and lease them again soon after costs less than to keep them."""


def test_a_quota_that_clashes_is_told_with_the_hosts_that_are_cleaned(fleet, catalog) -> None:
    alone = {"candidates": {"instance_types": ["mac2-m2.metal"]}, "profile": APART, "minutes_per_build": 12}

    free = plan(fleet(**alone), catalog, today=TODAY)
    tight = plan(fleet({"quotas": {"limits": [{"code": "L-B90B5B66", "limit": 1}]}}, **alone), catalog, today=TODAY)

    default = plan(fleet({"quotas": {"defaults": True}}, **alone), catalog, today=TODAY)

    needed = next(use.needed for use in free.quotas if use.code == "L-B90B5B66")
    assert needed > max(free.schedules[0].leased)
    assert f"{needed:g} hosts" in [conflict.needed for conflict in tight.conflicts]
    assert f"{needed:g} hosts of L-B90B5B66" in [conflict.needed for conflict in default.conflicts]


def test_the_quota_to_ask_for_holds_hosts_that_are_cleaned(fleet, catalog) -> None:
    """A host that is leased again while the one before it is cleaned counts twice: in the plan, and in the command."""
    only = {"instance_types": ["mac2-m2.metal"]}
    found = plan(fleet(profile=APART, minutes_per_build=12, candidates=only), catalog, today=TODAY)
    leased, cleaned = found.schedules[0], [0] * 168
    for lease in leased.leases:
        for hour in range(5):
            cleaned[(lease.start_hour + lease.hours + hour) % 168] += lease.count
    held = max(a + b for a, b in zip(leased.leased, cleaned, strict=True))

    assert held > max(leased.leased)
    assert [(use.code, use.needed) for use in found.quotas] == [("L-B90B5B66", held)]
    assert [step for step in found.next_steps if f"--quota-code L-B90B5B66 --desired-value {held} " in step]


def test_quiet_hours_have_no_hosts_for_builds_that_may_wait(planned, replay, replayed) -> None:
    """Five builds an hour at night may wait an hour: one host does, and the limit holds all the same."""
    day = [60.0 if hour // 24 < 5 and 9 <= hour % 24 < 18 else 5.0 for hour in range(168)]

    (schedule,) = planned(profile=day, max_wait_minutes=60).schedules

    assert schedule.leased[4] == schedule.leased[150] == 1
    leases = [(lease.start_hour, lease.hours, lease.count) for lease in schedule.leases]
    hosts = replay(slots=2, always_on=schedule.always_on, leases=leases, ready_minutes=30)
    waits = replayed(day, 14, hosts)
    assert sum(wait > 60 for wait in waits) <= 0.05 * len(waits)


def test_the_bound_says_what_it_is_a_bound_of(planned) -> None:
    assert any("lower bound holds for the hosts that are needed hour by hour" in a for a in planned().assumptions)


def test_same_input_same_plan(planned) -> None:
    assert planned(builds_per_weekday=320) == planned(builds_per_weekday=320)


def test_linux_alone_needs_no_mac(fleet, catalog) -> None:
    workload = fleet(platforms=["linux"], builds_per_weekday=320).workloads[0]
    batch, lines = as_batch(workload, catalog)

    assert not needs_mac(workload)
    assert needs_mac(fleet(platforms=["linux", "macos"]).workloads[0])
    # 320 builds of 14 minutes on half of an M2 with 8 cores
    assert batch.vcpu_hours == pytest.approx(320 * 14 / 60 * 4)
    assert batch.runs_per_month == pytest.approx(5 * 730 / 168)
    assert batch.memory_gib_per_vcpu == 2
    assert any("linux needs no Mac" in line for line in lines)
    assert any("speed on Linux is not known" in line for line in lines)


def test_builds_of_a_weekday_come_in_working_hours(fleet) -> None:
    hours = hourly_builds(fleet(builds_per_weekday=90).workloads[0])

    assert sum(hours) == pytest.approx(450)
    assert {hours[9], hours[17], hours[4 * 24 + 12]} == {10.0}
    assert {hours[8], hours[18], hours[5 * 24 + 12]} == {0.0}


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.floats(0.5, 64), st.integers(1, 2), st.floats(1, 512))
def test_never_more_than_two_machines_and_never_more_than_memory(memory, limit, host) -> None:
    workload = AppleBuilds(
        name="ios",
        platforms=["ios"],
        builds_per_weekday=1,
        minutes_per_build=1,
        memory_gib_per_vm=memory,
        max_vms_per_host=limit,
    )
    slots = slots_per_host(workload, host)

    assert 0 <= slots <= limit <= 2
    assert slots * memory + RESERVE_GIB <= host + 1e-6 or slots == 0


def test_a_plain_list_of_shapes_has_no_macs(tmp_path, fleet) -> None:
    shapes = [
        {"name": "a.large", "architecture": "arm64", "vcpus": 2, "memory_gib": 4, "max_pods": 10, "on_demand_usd": 0.1}
    ]
    path = tmp_path / "shapes.json"
    path.write_text(json.dumps(shapes))
    spec = fleet()

    part = plan_apple_builds(spec, spec.workloads[0], Catalog.load(path), today=TODAY)

    assert part.status == "infeasible"
    assert [conflict.needed for conflict in part.conflicts] == ["a Mac type"]
    assert _reasons(part) == {"needs_mac": ["a.large"]}
