"""`fleet explain`: one name, or everything, whatever the answer."""

import json

import pytest

DAY = ("--today", "2026-12-01")


@pytest.mark.parametrize(
    ("workload", "name", "reason"),
    [
        pytest.param("live-video", "trn2.48xlarge", "no_video_encoder", id="trainium encodes no video"),
        pytest.param("live-video", "p5.48xlarge", "no_graphics", id="a compute GPU is no rendering GPU"),
        pytest.param("pretrain", "tpu-v6e", "not_orderable", id="Google's TPU is not sold by EC2"),
        pytest.param("chat", "inferentia2", "framework_unsupported", id="vLLM has no path on Inferentia2"),
        pytest.param("licensing", "c8g.xlarge", "architecture", id="x86 work does not run on Graviton"),
        pytest.param("web", "mac2.metal", "architecture", id="a Mac is no Linux node"),
        pytest.param("ios", "c7g.xlarge", "needs_mac", id="Apple's SDKs need a Mac"),
    ],
)
def test_a_type_that_cannot_run_the_work_is_turned_down_with_the_reason(planned, fleet, workload, name, reason):
    ran = fleet("explain", workload, "--type", name, "--json", *DAY)

    said = json.loads(ran.out)
    assert ran.code == 0
    assert (said["workload"], said["type"], said["eligible"], said["chosen"]) == (workload, name, False, False)
    assert reason in said["reasons"]
    assert said["reasons"] == sorted(said["reasons"])


def test_ec2_does_not_sell_a_tpu_and_the_text_says_so(planned, fleet):
    assert "EC2 does not sell tpu-v6e" in fleet("explain", "pretrain", "--type", "tpu-v6e", *DAY).out


def test_a_type_that_fits_but_costs_more_is_eligible_with_its_cost(planned, fleet):
    said = json.loads(fleet("explain", "licensing", "--type", "m7i.8xlarge", "--json", *DAY).out)

    assert (said["eligible"], said["chosen"], said["reasons"]) == (True, False, [])
    # 24 replicas of 4 vCPUs and 16 GiB, 8 on each: 3 instances.
    assert said["count"] == 3
    assert said["monthly_usd"] > 0


def test_everything_about_a_workload_has_the_choice_the_alternatives_and_the_rejections(planned, fleet):
    said = json.loads(fleet("explain", "web", "--json", *DAY).out)

    assert set(said) == {"workload", "chosen", "alternatives", "rejections", "binding"}
    assert said["chosen"]
    assert all(item["saves_hourly_usd"] > 0 and item["step"] for item in said["binding"])
    costs = [alternative["monthly_usd"] for alternative in said["alternatives"]]
    assert costs == sorted(costs)


def test_families_of_accelerators_stand_side_by_side_with_what_they_cost(planned, fleet):
    """The example's job is 900 PFLOP-days in bf16, on CUDA in us-east-1.

    A p5.48xlarge in a block costs 41.528 x 24 / 3.1664 PFLOPS = 314.77 a PFLOP-day; 22 of them for 13 days are
    285,048.19, and 22 x 8 x 700 W x 312 h = 38,438 kWh.
    """
    shown = fleet("explain", "pretrain", *DAY).out
    said = json.loads(fleet("explain", "pretrain", "--json", *DAY).out)["families"]

    (line,) = [line for line in shown.splitlines() if line.startswith("p5.48xlarge") and "38,438" in line]
    assert {"22", "913.62", "285,048.19", "314.77"} <= set(line.split())
    assert any("mi300x" in line and "not_orderable" in line for line in shown.splitlines())
    p5 = next(family for family in said if family["family"] == "p5")
    assert (p5["count"], p5["job_usd"], p5["usd_per_pflop_day"]) == (22, 285048.192, pytest.approx(314.765, abs=1e-3))
    assert [f["job_usd"] for f in said if f["eligible"]] == sorted(f["job_usd"] for f in said if f["eligible"])
    assert all(family["reasons"] for family in said if not family["eligible"])


def test_what_is_not_known_of_a_family_shows_as_unknown(example, fleet):
    """No power limit of Inferentia2 is published."""
    (example / "own.yaml").write_text(
        "version: 1\nname: own\nregion: us-east-1\nworkloads:\n"
        "  - {name: embed, kind: inference, framework: pytorch, accelerator_stacks: [neuron], model_memory_gib: 6,\n"
        "     replicas: 2}\n"
    )

    shown = fleet("explain", "embed", "--spec", "own.yaml", *DAY).out

    (line,) = [line for line in shown.splitlines() if line.startswith("inf2.xlarge") and "unknown" in line]
    assert line.split()[1] == "2"


def test_the_week_of_the_mac_hosts_is_drawn(planned, fleet):
    shown = fleet("explain", "ios", *DAY).out

    assert "Sun" in shown
    assert "leased" in shown


def test_a_name_that_nobody_knows_is_refused_with_the_nearest(planned, fleet):
    ran = fleet("explain", "web", "--type", "m9g.xlage", *DAY)

    assert ran.code == 2
    assert "m9g.xlarge" in ran.err


def test_it_answers_without_a_lock_and_for_a_fleet_that_cannot_be_had(example, fleet):
    spec = example / "fleet.yaml"
    spec.write_text(spec.read_text().replace("monthly_usd: 900000", "monthly_usd: 1000"))

    ran = fleet("explain", "web", *DAY)

    assert ran.code == 0
    assert "Instead" in ran.out
    assert not (example / "fleet.lock.json").exists()


def test_no_alternative_is_cheaper_than_a_choice_that_is_proved_optimal(example, fleet):
    """Alternatives count what the plan counts: root volumes, and nodes in every zone of the spread."""
    (example / "fleet.yaml").write_text(
        "version: 1\nname: one\nregion: us-east-1\nworkloads:\n"
        "  - {name: web, kind: service, replicas: 6, per_replica: {vcpus: 2, memory_gib: 4}, zone_spread: 3}\n"
    )
    plan = json.loads(fleet("plan", "--json", *DAY).out)

    explained = json.loads(fleet("explain", "web", "--json", *DAY).out)

    assert plan["status"] == "optimal"
    assert explained["chosen"][0]["monthly_usd"] == pytest.approx(plan["monthly_usd"])
    assert min(item["monthly_usd"] for item in explained["alternatives"]) >= plan["monthly_usd"]


def test_a_name_that_is_a_family_too_means_the_chip_for_apple_builds(planned, fleet):
    """m4 is a family of 2015 and a chip of Apple."""
    said = json.loads(fleet("explain", "ios", "--type", "m4", "--json", *DAY).out)

    assert (said["known"], said["eligible"]) == (True, True)


def test_every_reason_is_said_in_words():
    from typing import get_args

    from fleet.report.reasons import MEANING
    from fleet.vocabulary import Reason

    assert set(MEANING) == set(get_args(Reason))


def test_codes_come_with_their_meaning_and_once(planned, fleet):
    out = fleet("explain", "web", "--type", "t3.large", *DAY).out

    assert out.count("burstable types are left out") == 1
    assert "burstable, excluded" not in out


def test_no_builds_are_no_missing_fleet(example, fleet):
    (example / "quiet.yaml").write_text(
        "version: 1\nname: quiet\nregion: us-east-1\nworkloads:\n"
        "  - {name: ios, kind: apple_builds, platforms: [ios], builds_per_weekday: 0, minutes_per_build: 14}\n"
    )

    shown = fleet("explain", "ios", "--spec", "quiet.yaml", *DAY).out

    assert "nothing is chosen: no work is asked for" in shown
    assert "no fleet is possible" not in shown
