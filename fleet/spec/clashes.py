"""Fields that do not go together. The same rules serve the models and the loader.

They read plain values of any quality (a file may have other problems too), and give the path and a message of each
clash; paths start at the value that is checked.
"""

from collections import Counter
from collections.abc import Iterator, Mapping

__all__ = [
    "DEMANDS",
    "Clash",
    "apple_builds",
    "everywhere",
    "fleet",
    "inference",
    "performance",
    "savings_plan",
    "training",
]

Path = tuple[str | int, ...]
Clash = tuple[Path, str]


_TRAINING = ("compute", "accelerators")
_INFERENCE = ("tokens_per_second", "replicas", "request_mix")
_BUILDS = ("builds_per_weekday", "profile")
DEMANDS = frozenset({*_TRAINING, *_INFERENCE, *_BUILDS})
"""Fields that say how much must run, where a kind takes one of several."""


def performance(values: Mapping[str, object]) -> list[Clash]:
    """Metric coremark needs a family to compare with."""
    if values.get("metric") == "coremark" and values.get("reference") is None:
        return [(("reference",), "metric coremark needs a reference family, for example 'reference: m7g'")]
    return []


def savings_plan(values: Mapping[str, object]) -> list[Clash]:
    """An EC2 instance savings plan holds for one family in one region."""
    if values.get("kind") != "ec2_instance":
        return []
    missing = [key for key in ("family", "region") if values.get(key) is None]
    return [((key,), f"an ec2_instance savings plan holds for one family in one region: give {key}") for key in missing]


def training(values: Mapping[str, object]) -> list[Clash]:
    """Training is asked for by work or by accelerators."""
    return _one_of("training", values, _TRAINING)


def inference(values: Mapping[str, object]) -> list[Clash]:
    """Inference is asked for in one way; tokens need a throughput."""
    found = _one_of("inference", values, _INFERENCE)
    if values.get("tokens_per_second") and not values.get("throughput"):
        found.append((("throughput",), "tokens_per_second needs 'throughput': tokens a second of each accelerator"))
    return found


def apple_builds(values: Mapping[str, object]) -> list[Clash]:
    """Builds are asked for by weekday or by profile."""
    return _one_of("apple_builds", values, _BUILDS)


def fleet(values: Mapping[str, object]) -> list[Clash]:
    """Names that stand twice, clusters that are not there, spreads that do not fit."""
    clusters, workloads = _maps(values.get("clusters")), _maps(values.get("workloads"))
    found = [*_twice("clusters", clusters), *_twice("workloads", workloads)]
    zones = {name: c.get("zones", 1) for c in clusters.values() if isinstance(name := c.get("name"), str)}
    for index, workload in workloads.items():
        found += [(("workloads", index, *path), text) for path, text in _cluster(workload, zones)]
    return [*found, *_limits_twice(values)]


def everywhere(values: Mapping[str, object]) -> list[Clash]:
    """Every clash of a whole spec, with paths from its top."""
    found = [(("performance", *path), text) for path, text in performance(_map(values.get("performance")))]
    found += _plans(values, ())
    rules = {"training": training, "inference": inference, "apple_builds": apple_builds}
    for index, workload in _maps(values.get("workloads")).items():
        at: Path = ("workloads", index)
        rule = rules.get(str(workload.get("kind")))
        found += [((*at, *path), text) for path, text in (rule(workload) if rule else [])]
        found += _plans(workload, at)
    return [*found, *fleet(values)]


def _plans(values: Mapping[str, object], at: Path) -> Iterator[Clash]:
    for index, plan in _maps(_map(values.get("purchase")).get("savings_plans")).items():
        for path, text in savings_plan(plan):
            yield (*at, "purchase", "savings_plans", index, *path), text


def _cluster(workload: Mapping[str, object], zones: Mapping[str, object]) -> Iterator[Clash]:
    name, spread = workload.get("cluster"), workload.get("zone_spread", 1)
    if workload.get("kind") != "service" or not isinstance(name, str):
        return
    if name not in zones:
        have = ", ".join(sorted(zones)) or "none is defined under clusters"
        yield ("cluster",), f"there is no such cluster (found {name!r}, allowed {have})"
        return
    there = zones[name]
    if isinstance(spread, int) and isinstance(there, int) and spread > there:
        yield (
            ("zone_spread",),
            f"more zones than the cluster has (found {spread}, allowed 1 to {there}, the zones of {name!r})",
        )


def _one_of(kind: str, values: Mapping[str, object], keys: tuple[str, ...]) -> list[Clash]:
    given = [key for key in keys if values.get(key) is not None]
    if len(given) == 1:
        return []
    wanted = " or ".join(repr(key) for key in keys)
    if not given:
        return [((), f"{kind} needs its demand (found none, allowed one of {wanted})")]
    return [((given[1],), f"{kind} takes one demand only (found {' and '.join(given)}, allowed one of {wanted})")]


def _twice(key: str, items: Mapping[int, Mapping[str, object]]) -> Iterator[Clash]:
    names = Counter(name for item in items.values() if isinstance(name := item.get("name"), str))
    seen: set[str] = set()
    for index, item in items.items():
        name = item.get("name")
        if not isinstance(name, str) or names[name] == 1:
            continue
        if name in seen:
            yield (key, index, "name"), f"the name stands twice (found {name!r}, allowed names that differ)"
        seen.add(name)


def _limits_twice(values: Mapping[str, object]) -> Iterator[Clash]:
    seen: set[tuple[str, str]] = set()
    for index, limit in _maps(_map(values.get("quotas")).get("limits")).items():
        key = (str(limit.get("code")), str(limit.get("region")))
        if key in seen:
            yield ("quotas", "limits", index, "code"), f"the quota is listed twice for one region (found {key[0]!r})"
        seen.add(key)


def _map(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _maps(value: object) -> dict[int, Mapping[str, object]]:
    """The mappings of a list by index; everything else is left out."""
    if not isinstance(value, list):
        return {}
    return {index: item for index, item in enumerate(value) if isinstance(item, Mapping)}
