"""Tags that must be there and regions that are allowed: what counts, what takes none, and what is not known yet."""

from datetime import date

import pytest
from fleet_policies.analysis import analyze
from fleet_policies.registry import rules
from fleet_policies.scene import Given, Scene
from fleet_policies.settings import read_settings

from fleet.catalog import Catalog
from fleet.result.grammar import parse_undecided
from fleet.stack.model import UNKNOWN
from fleet.testing import provider, resource
from fleet.testing.given import stack_of

INSTANCE = "aws:ec2/instance:Instance"
TWO = {"tags": ["owner", "team"]}
EAST = {"regions": ["us-east-1"]}


@pytest.fixture(scope="module")
def catalog():
    return Catalog.load()


def ask(catalog, rule, resources, options, region="us-east-1"):
    """Messages of one rule, or 'undecided' when it says so."""
    mine = {rule: rules()[rule]}
    stack = stack_of(resources, stack_config={} if region is None else {"aws:region": region})
    scene = Scene(stack, Given(today=date(2026, 12, 1), catalog=catalog))
    analysis = analyze(scene, mine, read_settings({rule: options}, mine))
    undecided = any(parse_undecided(reason) for _, reason in analysis.notes)
    return [finding.message for finding in analysis.findings] + (["undecided"] if undecided else [])


def default_tags(tags):
    return provider("aws", "own", {"region": "us-east-1", "defaultTags": tags})


def web(tags=None, **more):
    return resource(INSTANCE, "web", {"instanceType": "m8g.large", **({} if tags is None else {"tags": tags})}, **more)


TAGS = {
    "all there": ([web({"owner": "me", "team": "us"})], []),
    "one missing": ([web({"owner": "me"})], ["FT701 tag 'team' missing on"]),
    "all missing": ([web()], ["FT701 tags 'owner', 'team' missing on"]),
    "one without a value": ([web({"owner": "me", "team": ""})], ["FT701 tag 'team' missing on"]),
    "a value that is not known": ([web({"owner": UNKNOWN, "team": "us"})], []),
    "tags that are not known": ([web(UNKNOWN)], ["undecided"]),
    "one of the provider": (
        [own := default_tags({"tags": {"team": "us"}}), web({"owner": "me"}, provider=own)],
        [],
    ),
    "tags of a provider that are not known": (
        [own := default_tags(UNKNOWN), web({"owner": "me"}, provider=own)],
        ["undecided"],
    ),
    "all there, whatever the provider adds": (
        [own := default_tags(UNKNOWN), web({"owner": "me", "team": "us"}, provider=own)],
        [],
    ),
    "a type that takes none": ([resource("aws:ec2/route:Route", "r", {})], []),
}


@pytest.mark.parametrize("case", TAGS)
def test_required_tags(catalog, case):
    """Proved to be missing, there, or not known."""
    resources, words = TAGS[case]
    found = ask(catalog, "required-tags-missing", resources, TWO)

    assert len(found) == len(words)
    assert all(message.startswith(start) for message, start in zip(found, words, strict=True))


REGIONS = {
    "an allowed one": ([web()], "us-east-1", []),
    "another": ([web()], "eu-west-1", ["FT702 region 'eu-west-1' is not allowed for"]),
    "its own argument": ([resource(INSTANCE, "w", {"region": "eu-west-1"})], "us-east-1", ["FT702 region 'eu-west-1'"]),
    "one that is not known": ([resource(INSTANCE, "w", {"region": UNKNOWN})], "us-east-1", ["undecided"]),
    "none that anybody said": ([web()], None, ["undecided"]),
    "a type of no region": ([resource("aws:iam/role:Role", "r", {})], "eu-west-1", []),
    "a resource of another cloud": ([resource("gcp:compute/instance:Instance", "g", {})], "eu-west-1", []),
}


@pytest.mark.parametrize("case", REGIONS)
def test_allowed_regions(catalog, case):
    """By each resource's own region; what belongs to none is left alone."""
    resources, region, words = REGIONS[case]
    found = ask(catalog, "region-not-allowed", resources, EAST, region)

    assert len(found) == len(words)
    assert all(message.startswith(start) for message, start in zip(found, words, strict=True))
