"""An unknown value stands for every value that it may turn out to have.

The law is tried on both examples of every rule, for each value in them (and each that the other example adds): it is
made unknown, and put in turn to everything that it could be. A rule that fires for an unknown must fire for all of
these; one that is silent about it, without saying that it is undecided, must be silent for all. Gates fail on what
could be: they fire when any value would.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest
from fleet_policies.analysis import analyze
from fleet_policies.pages import Example, examples
from fleet_policies.registry import rules
from fleet_policies.rule import Rule
from fleet_policies.scene import Given, Scene
from fleet_policies.settings import read_settings

from fleet.catalog import Catalog
from fleet.result.baseline import parse_baseline
from fleet.result.grammar import parse_undecided
from fleet.stack.model import UNKNOWN, Resource, Secret, Unknown
from tests.conventions.test_every_rule import lock_with

TODAY = date(2026, 12, 1)
RULES = tuple(rule for rule in rules().values() if rule.name not in ("exempted-finding", "exemption-expired"))
TYPES = [
    *("m7g.large", "m8g.2xlarge", "m5.2xlarge", "m4.xlarge", "t3.large", "c7g.2xlarge", "c5.12xlarge", "r6i.2xlarge"),
    *("p5.48xlarge", "p5e.48xlarge", "p5en.48xlarge", "g6.4xlarge", "g6.48xlarge", "trn1.32xlarge"),
    *("mac2.metal", "mac-m4.metal", "hpc7a.96xlarge", "m7i.24xlarge"),
]
WORDS: Mapping[str, list[Any]] = {
    "instanceType": TYPES,
    "imageId": ["ami-0abc", "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"],
    "ami": ["ami-0abc", "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"],
    "tenancy": ["default", "dedicated", "host"],
    "hostId": ["h-0abc"],
    "marketType": ["spot", "capacity-block"],
    "region": ["us-east-1", "eu-west-1", "ap-south-1", "af-south-1"],
    "type": ["gp2", "gp3", "io2", "st1"],
    "volumeType": ["gp2", "gp3"],
    "cpuCredits": ["standard", "unlimited"],
    "size": [8, 500, 4000],
    "minSize": [0, 1, 4],
    "maxSize": [0, 1, 4, 100],
    "desiredCapacity": [0, 1, 4],
    "onDemandPercentageAboveBaseCapacity": [0, 50, 100],
    "availabilityZone": ["us-east-1a", "us-east-1b", "eu-west-1a"],
    "recurrence": ["0 20 * * MON", "0 20 * * FRI", "0 8 * * MON"],
    "environment": ["production", "test", "dev"],
    "fleet:kind": ["service", "batch", "training", "inference", "rendering", "apple_builds"],
    "fleet:interruptible": ["true", "false"],
    "fleet:memory-gib": ["1", "16", "70", "500"],
    "fleet:accelerators": ["1", "4", "8"],
    "fleet:stack": ["cuda", "neuron"],
    "fleet:needs": ["video_encode", "ray_tracing"],
    "fleet:hours-per-month": ["10", "260", "730"],
    "fleet:utilization": ["0.1", "0.9"],
    "fleet:platforms": ["linux", "ios"],
    "fleet:language": ["swift", "go"],
    "fleet:workload": ["web", "other"],
    "owner": ["web"],
    "interfaceType": ["efa", "interface"],
    "hostResourceGroupArn": ["arn:aws:resource-groups:us-east-1:123456789012:group/mac"],
    "groupName": ["pretrain"],
}
"""What a value of that key may turn out to be."""


@pytest.fixture(scope="module")
def catalog():
    return Catalog.load()


@dataclass(frozen=True)
class Place:
    """One value of a program: number of the resource, and keys and numbers on the way to it."""

    resource: int
    path: tuple[Any, ...]

    def __str__(self) -> str:
        return f"{self.resource}:{'.'.join(map(str, self.path))}"

    @property
    def key(self) -> str:
        return next(part for part in reversed(self.path) if isinstance(part, str))


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from leaves(item, (*path, index))
    else:
        yield path


def put(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """A copy of a value with something else at a path, which is made where it is not there."""
    if not path:
        return new
    head, rest = path[0], path[1:]
    if isinstance(head, int):
        held = list(value) if isinstance(value, list) else []
        held += [{}] * (head + 1 - len(held))
        held[head] = put(held[head], rest, new)
        return held
    held_map = dict(value) if isinstance(value, Mapping) else {}
    held_map[head] = put(held_map.get(head), rest, new)
    return held_map


def changed(example: Example, place: Place, new: Any) -> Example:
    found = list(example.stack.resources)
    found[place.resource] = replace(found[place.resource], inputs=put(found[place.resource].inputs, place.path, new))
    return replace(example, stack=replace(example.stack, resources=tuple(found)))


def values_of(place: Place, both: tuple[Example, Example], tag: str | None) -> list[Any]:
    """Everything that a value may be: what the examples have there, and the words of its key."""
    known = list(WORDS.get(tag or place.key, ()))
    for example in both:
        for resource in example.stack.resources:
            known += [
                at(resource.inputs, path)
                for path in leaves(resource.inputs)
                if path and Place(0, path).key == place.key and (tag is None or tag_of(resource, path) == tag)
            ]
    usable = [value for value in known if not isinstance(value, Unknown | Secret)]
    return [value for index, value in enumerate(usable) if value not in usable[:index]]


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for part in path:
        value = value[part]
    return value


def tag_of(resource: Resource, path: tuple[Any, ...]) -> str | None:
    """Key of the tag whose value stands at a path, where tags are a list."""
    if path[-1] != "value":
        return None
    return at(resource.inputs, path[:-1]).get("key")


def places(example: Example, both: tuple[Example, Example]) -> Iterator[tuple[Place, str | None]]:
    """Values of an example that may be unknown, those that only the other example sets included."""
    seen = set()
    for other in both:
        for index, resource in enumerate(other.stack.resources):
            same = index < len(example.stack.resources) and example.stack.resources[index].type == resource.type
            for path in leaves(resource.inputs) if same else ():
                tag = tag_of(resource, path) if path else None
                if path and path[-1] != "key" and (tag is None or other is example) and (index, path) not in seen:
                    seen.add((index, path))
                    yield Place(index, path), tag


def state(rule: Rule, example: Example, catalog: Catalog) -> str:
    given = Given(
        today=example.today or TODAY,
        catalog=catalog,
        plan=None if example.plan is None else lock_with(example.plan),
        baseline=None if example.baseline is None else parse_baseline(example.baseline, "example"),
    )
    mine = {rule.name: rule}
    settings = read_settings({rule.name: {"enforcementLevel": "mandatory", **example.options}}, mine)
    analysis = analyze(Scene(example.stack, given), mine, settings)
    assert not [f for f in analysis.findings if "failed with" in f.message]
    assert not [f for f in analysis.findings if "UNKNOWN" in f.message or "04da6b54" in f.message]
    if analysis.findings:
        return "fires"
    return "undecided" if any(parse_undecided(reason) for _, reason in analysis.notes) else "silent"


@pytest.mark.parametrize("which", [0, 1], ids=["bad", "good"])
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_an_unknown_value_is_judged_as_all_that_it_may_be(rule, which, catalog):
    """Rules fire on proof and say what they could not decide; gates fail on what could be."""
    both = examples(rule)
    wrong = []
    for place, tag in places(both[which], both):
        values = values_of(place, both, tag)
        if place.key == "maxSize":
            # AWS takes no maximum below the minimum.
            values = [
                value
                for value in values
                if value >= at(both[which].stack.resources[place.resource].inputs, ("minSize",))
            ]
        outcomes = {str(value): state(rule, changed(both[which], place, value), catalog) for value in values}
        unknown = state(rule, changed(both[which], place, UNKNOWN), catalog)
        secret = state(rule, changed(both[which], place, Secret(values[0])), catalog) if values else unknown
        assert secret == unknown
        firing = [value for value, found in outcomes.items() if found == "fires"]
        silent = [value for value, found in outcomes.items() if found == "silent"]
        if rule.gate and firing and unknown != "fires":
            wrong.append(f"{place}: {unknown} when unknown, fires for {firing[:3]}")
        elif not rule.gate and silent and unknown == "fires":
            wrong.append(f"{place}: fires when unknown, silent for {silent[:3]}")
        elif firing and unknown == "silent":
            wrong.append(f"{place}: silent when unknown, fires for {firing[:3]}")

    assert wrong == []
