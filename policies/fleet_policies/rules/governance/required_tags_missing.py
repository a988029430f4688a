"""A resource lacks a tag that is required.

## What it does
Reports resources that lack a tag of the option `tags`. Default tags of the provider count. Types that take no tags are
skipped. A tag whose value is not known yet counts as set.

## Why is this bad
What carries no owner and no cost centre cannot be charged to anybody, and nobody answers for it.

## Example
```yaml
options:
  tags: [owner]
resources:
  - type: aws:ec2/instance:Instance
    name: web
    properties: {instanceType: m7g.large, ami: ami-0abc, tags: {Name: web}}
```
Use instead:
```yaml
options:
  tags: [owner]
resources:
  - type: aws:ec2/instance:Instance
    name: web
    properties: {instanceType: m7g.large, ami: ami-0abc, tags: {Name: web, owner: web@example.com}}
```

## Options
- `tags`: keys that every resource must carry; without it the rule does not apply.

## Source
https://docs.aws.amazon.com/whitepapers/latest/tagging-best-practices/tagging-best-practices.html
"""

from collections.abc import Iterator

from fleet.cost import Tags
from fleet_policies.rule import Found, NotApplicable, Options, Rule, Undecided, Violation
from fleet_policies.scene import Scene
from fleet_policies.taggable import TAKES_TAGS


def missing(tags: Tags, required: list[str]) -> list[str]:
    """Required keys that are proved not to be there, or that are there without a value."""
    return [key for key in required if tags.get(key) in (None, "")]


def check(scene: Scene, options: Options) -> Iterator[Found]:
    """Every resource whose type takes tags, against the required keys."""
    required = options.get("tags")
    if required is None:
        yield NotApplicable(why="option 'tags' is not set")
        return
    for resource in scene.resources:
        if resource.type not in TAKES_TAGS:
            continue
        tags = scene.near.tags(resource)
        absent = missing(tags, required)
        if absent:
            plural = "s" if len(absent) > 1 else ""
            text = f"tag{plural} {', '.join(map(repr, absent))} missing on {resource.type}; add to 'tags'"
            yield Violation(urn=resource.urn, text=f"{text}, or to the provider's default tags")
        elif required and not tags.whole and any(key not in tags.values for key in required):
            yield Undecided(urn=resource.urn, why="its tags are not known yet")


RULE = Rule(
    id="FT701",
    name="required-tags-missing",
    level="mandatory",
    severity="medium",
    summary="A resource lacks a tag that is required.",
    fix="Add the missing tags to the resource, or to the provider's default tags.",
    check=check,
    options={
        "tags": {
            "type": "array",
            "items": {"type": "string"},
            "description": "keys of the tags that every resource must carry",
        }
    },
)
