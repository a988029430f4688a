"""Every field of fleet.yaml: what it takes, its default, and what is said about anything else."""

import pytest

from fleet.spec import FleetSpec, parse_spec


@pytest.mark.parametrize(
    ("line", "place", "words"),
    [
        pytest.param("tags: {a: 010}", "5:11", "without leading zeros (found 010)", id="octal-like number"),
        pytest.param("tags: {a: 1}", "5:11", "found the number 1, allowed a tag value in quotes", id="number as tag"),
        pytest.param("tags: {AWS:x: y}", "5:8", "is reserved by AWS", id="reserved tag key"),
        pytest.param("candidates: {burstable: yes}", "5:25", "found the text 'yes', allowed true or false", id="yes"),
        pytest.param("candidates: {min_generation: 5.5}", "5:30", "found the number 5.5, allowed a whole", id="5.5"),
        pytest.param("candidates: {min_generation: '5'}", "5:30", "found the text '5'", id="number in quotes"),
        pytest.param("candidates: {categories: [cc]}", "5:27", "unknown category (found 'cc'", id="category"),
        pytest.param("candidates: {families: [m9]}", "5:25", "did you mean 'm9g'", id="family"),
        pytest.param("candidates: {instance_types: [m9g.4xl]}", "5:31", "did you mean 'm9g.4xlarge'", id="type"),
        pytest.param("budget: {monthly_usd: .nan}", "5:23", "is not a finite number (found the number .nan", id="nan"),
        pytest.param("budget: {monthly_usd: .inf}", "5:23", "is not a finite number", id="infinity"),
        pytest.param(
            "budget: {monthly_usd: 1e400}", "5:23", "is not a finite number (found the number 1e400", id="1e400"
        ),
        pytest.param("budget: {monthly_usd: 1e13}", "5:23", "is out of range", id="too much money"),
        pytest.param(f"budget: {{monthly_usd: {'9' * 5000}}}", "5:23", "found 5000 digits", id="5,000 digits"),
        pytest.param(f"planner: {{time_limit_seconds: {'9' * 40}}}", "5:31", "is out of range", id="40 digits"),
        pytest.param("budget: {monthly_usd: 0x1f}", "5:23", "written in decimal", id="hexadecimal"),
        pytest.param(
            "budget: {monthly_usd: 5 USD}", "5:23", "found the text '5 USD', allowed a number", id="with unit"
        ),
        pytest.param("budget:", "5:1", "found nothing, allowed a mapping with monthly_usd", id="left empty"),
        pytest.param("budgets: {}", "5:1", "unknown key (found 'budgets'", id="unknown key"),
        pytest.param(
            "clusters: {name: a}", "5:11", "found a mapping of 1, allowed a list of mappings", id="not a list"
        ),
        pytest.param("clusters: [{name: a, max_pods_per_node: 1001}]", "5:41", "from 1 to 1,000", id="pods"),
        pytest.param("clusters: [{name: a, zones: 7}]", "5:29", "from 1 to 6", id="zones"),
        pytest.param("clusters: [{name: a, headroom_percent: 100}]", "5:40", "from 0 below 100", id="headroom"),
        pytest.param("clusters: [{name: a}, {name: a}]", "5:30", "the name stands twice", id="cluster twice"),
        pytest.param("clusters: [{name: A b}]", "5:19", "is not well formed", id="cluster name"),
        pytest.param("performance: {metric: coremark}", "5:14", "needs a reference family", id="coremark alone"),
        pytest.param("performance: {relative: {z9: 1}}", "5:26", "unknown family (found 'z9'", id="relative family"),
        pytest.param(
            "purchase: {savings_plans: [{kind: ec2_instance, hourly_usd: 1, region: us-east-1}]}",
            "5:28",
            "one family in one region: give family",
            id="savings plan without family",
        ),
        pytest.param("purchase: {spot: {min_instance_types: 41}}", "5:39", "from 1 to 40", id="spot types"),
        pytest.param("price_book: {on_demand_usd: {m7g: 1}}", "5:30", "unknown instance type", id="price of a family"),
        pytest.param("price_book: {discount_percent: {m7g: 101}}", "5:38", "from 0 to 100", id="discount"),
        pytest.param("quotas: {limits: [{code: X, limit: 1}]}", "5:26", "a quota code such as L-1216C47A", id="code"),
        pytest.param("quotas: {limits: [{code: L-00000000, limit: 1}]}", "5:26", "unknown quota code", id="other code"),
        pytest.param(
            "quotas: {limits: [{code: L-1216C47A, limit: 1}, {code: L-1216C47A, limit: 2}]}",
            "5:56",
            "listed twice",
            id="quota twice",
        ),
        pytest.param("unavailable: [{instance_type: m7g.larg}]", "5:31", "did you mean 'm7g.large'", id="pool type"),
        pytest.param("unavailable: [{instance_type: m7g.large, zone: mars-1a}]", "5:48", "no known region", id="zone"),
        pytest.param("planner: {max_gap_percent: -1}", "5:28", "is out of range", id="gap"),
        pytest.param("carbon_budget: {}", "5:16", "kg_co2e_per_month: is required", id="carbon budget"),
        pytest.param("budget: {monthly_usd: !usd 5}", "5:23", "a tag is not allowed here", id="yaml tag"),
        pytest.param("budget: &b {monthly_usd: *b}", "5:9", "an alias that holds itself", id="recursive alias"),
        pytest.param("version: 1", "5:1", "the key stands twice (found 'version' again, first in line 1)", id="twice"),
        pytest.param("? [a]\n: 1", "5:3", "a key must be text", id="list as key"),
    ],
)
def test_problems_of_the_fleet(problems, with_top, line, place, words) -> None:
    """One mistake gives one line, at its place, with what was found and what is allowed."""
    found = problems(with_top(line))

    assert len(found) == 1, found
    assert found[0].startswith(f"fleet.yaml:{place}: ")
    assert words in found[0]


@pytest.mark.parametrize(
    ("kind", "more", "words"),
    [
        pytest.param("service", "replica: 1", "did you mean 'replicas'", id="misspelt"),
        pytest.param("batch", "replicas: 1", "replicas is a field of inference, service workloads", id="other kind's"),
        pytest.param("service", "cluster: a", "there is no such cluster (found 'a', allowed none", id="no cluster"),
        pytest.param("service", "zone_spread: 3, regions: [us-west-1]", "allowed 1 to 2", id="more zones than region"),
        pytest.param("service", "regions: [us-mars-1]", "unknown region (found 'us-mars-1'", id="region"),
        pytest.param("service", "hours_per_month: 731", "from 0 to 730", id="hours"),
        pytest.param("service", "min_nodes: -1", "from 0 to 10,000,000", id="min nodes"),
        pytest.param("training", "", "training needs its demand (found none", id="training without demand"),
        pytest.param(
            "training", "accelerators: 1, compute: {pflop_days: 1, utilization: {cuda: 1}}", "one demand", id="2"
        ),
        pytest.param(
            "training", "compute: {pflop_days: 1, utilization: {cuda: 1.5}}", "above 0 to 1", id="utilization"
        ),
        pytest.param("training", "compute: {pflop_days: 1, utilization: {}}", "too few items", id="no utilization"),
        pytest.param("training", "accelerators: 1, start: 2026-02-30", "there is no such day", id="no such day"),
        pytest.param("training", "accelerators: 1, start: 2026-12-07 10:00:00", "a time is not allowed", id="time"),
        pytest.param("training", "accelerators: 1, start: soon", "allowed a day such as 2026-12-07", id="no day"),
        pytest.param("inference", "replicas: 1, replicas: 1", "stands twice", id="key twice"),
        pytest.param("inference", "tokens_per_second: 1", "tokens_per_second needs 'throughput'", id="no throughput"),
        pytest.param("inference", "replicas: 1, tokens_per_second: 0", "takes one demand only", id="two demands"),
        pytest.param("inference", "request_mix: []", "too few items", id="empty mix"),
        pytest.param("inference", "replicas: 1, throughput: {h1000: 1}", "did you mean 'h100'", id="accelerator"),
        pytest.param("inference", "replicas: 1, utilization_target: 0", "above 0 to 1", id="target"),
        pytest.param("inference", "replicas: 1, precision: fp7", "did you mean 'fp8'", id="precision"),
        pytest.param("rendering", "needs: [video]", "allowed video_encode, ray_tracing, fp8 or fp4", id="needs"),
        pytest.param("apple_builds", "", "apple_builds needs its demand", id="no builds"),
        pytest.param("apple_builds", "builds_per_weekday: -1", "from 0", id="negative builds"),
        pytest.param("apple_builds", f"profile: [{', '.join(['1'] * 167)}]", "found a list of 167", id="167 numbers"),
        pytest.param("apple_builds", f"profile: [{', '.join(['1'] * 169)}]", "found a list of 169", id="169 numbers"),
        pytest.param(
            "apple_builds", f"profile: [{', '.join(['-1'] + ['1'] * 167)}]", "profile[0]: is out of", id="neg."
        ),
        pytest.param("apple_builds", "builds_per_weekday: 1, max_vms_per_host: 3", "from 1 to 2", id="three machines"),
        pytest.param(
            "apple_builds", "builds_per_weekday: 1, min_macos: 26", 'in quotes, such as "26"', id="macos number"
        ),
        pytest.param(
            "apple_builds", "builds_per_weekday: 1, build_speed: {m9: 2}", "unknown chip (found 'm9'", id="chip"
        ),
        pytest.param("apple_builds", "builds_per_weekday: 1, platforms2: [ios]", "unknown key", id="unknown key"),
    ],
)
def test_problems_of_workloads(problems, with_workload, kind, more, words) -> None:
    """One mistake gives one line, with what was found and what is allowed."""
    found = problems(with_workload(kind, more))

    assert len(found) == 1, found
    assert words in found[0]


def test_misspelt_demand_is_one_mistake(problems, with_workload) -> None:
    found = problems(with_workload("training", "computee: {pflop_days: 1, utilization: {cuda: 1}}"))

    assert len(found) == 1
    assert "did you mean 'compute'?" in found[0]


def test_unknown_kind_suggests_the_nearest(problems) -> None:
    (found,) = problems("version: 1\nname: a\nregion: us-east-1\nworkloads: [{name: x, kind: sevice}]\n")

    assert found.startswith("fleet.yaml:4:29: workloads[0].kind: unknown kind (found the text 'sevice', allowed ")
    assert found.endswith("did you mean 'service'?)")


def test_swapped_letters_lead_to_the_name_they_make(problems, with_workload) -> None:
    text = with_workload("service", "").replace("region: us-east-1", "region: us-esat-1")

    (found,) = problems(text)

    assert "did you mean 'us-east-1' or" in found


def test_spread_is_held_against_the_zones_of_the_cluster(problems, with_workload) -> None:
    text = with_workload("service", "cluster: main, zone_spread: 3", "clusters: [{name: main, zones: 2}]\n")

    (found,) = problems(text)

    assert "workloads[0].zone_spread: more zones than the cluster has (found 3, allowed 1 to 2" in found


def test_defaults_restrict_nothing(with_workload) -> None:
    spec = parse_spec(with_workload("apple_builds", "builds_per_weekday: 1", "clusters: [{name: main}]\n"))
    cluster, builds = spec.clusters[0], spec.workloads[0]

    assert spec.candidates.architectures is spec.candidates.min_generation is spec.candidates.max_vcpus is None
    assert (spec.candidates.bare_metal, spec.candidates.burstable) == (False, False)
    assert (spec.purchase.capacity_blocks, spec.purchase.spot.max_interruption_percent) == (True, None)
    assert (cluster.zones, cluster.max_nodes, cluster.max_pods_per_node) == (1, None, 110)
    assert (cluster.root_volume_gib, cluster.headroom_percent, cluster.per_node_monthly_usd) == (20, 0, 0)
    assert (builds.ready_minutes, builds.reference_chip, builds.max_vms_per_host) == (30, "m2", 2)  # type: ignore[union-attr]  # builds
    assert spec.performance.metric == "vcpu"


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("budget: {monthly_usd: 0}", id="budget"),
        pytest.param("clusters: [{name: a, max_nodes: 0, root_volume_gib: 0}]", id="cluster"),
        pytest.param("clusters: [{name: a, max_pods_per_node: 1000}]", id="a thousand pods"),
        pytest.param("purchase: {spot: {max_interruption_percent: 0, on_demand_base_percent: 0}}", id="spot"),
        pytest.param(
            "planner: {keep_unless_saving_percent: 0, time_limit_seconds: 0, max_gap_percent: 0}", id="planner"
        ),
        pytest.param("quotas: {limits: [{code: L-1216C47A, limit: 0, in_use: 0}]}", id="quota"),
        pytest.param("price_book: {discount_percent: {'*': 0}}", id="discount for the rest"),
        pytest.param("candidates: {max_vcpus: 96, min_generation: }", id="a filter that is left empty"),
    ],
)
def test_zero_is_allowed_where_it_means_something(problems, with_top, line) -> None:
    assert problems(with_top(line)) == []


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        pytest.param("service", "hours_per_month: 0", id="hours"),
        pytest.param("inference", "replicas: 0", id="replicas"),
        pytest.param("inference", "tokens_per_second: 0", id="tokens"),
        pytest.param("apple_builds", "builds_per_weekday: 0, max_wait_minutes: 0, ready_minutes: 0", id="builds"),
    ],
)
def test_zero_demand_is_allowed(problems, with_workload, kind, more) -> None:
    assert problems(with_workload(kind, more)) == []


def test_specs_cannot_be_changed_once_made(with_workload) -> None:
    spec: FleetSpec = parse_spec(with_workload("service"))

    with pytest.raises(ValueError, match="frozen"):
        spec.name = "other"  # type: ignore[misc]  # that is what must fail
