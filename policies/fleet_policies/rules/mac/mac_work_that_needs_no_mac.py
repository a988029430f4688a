"""Work that runs on Linux is placed on EC2 Mac.

## What it does
Reports Mac instances whose tag `fleet:platforms` names nothing but linux, or whose `fleet:language` is swift for a
service or batch work without platforms.

## Why is this bad
Swift for Linux builds and runs on Graviton and x86. Only Apple's SDKs, signing and simulators need a Mac, whose host
costs several times as much and is leased for at least a day.

## Example
```yaml
resources:
  - type: aws:ec2/instance:Instance
    name: api
    properties:
      instanceType: mac-m4.metal
      ami: ami-0abc
      tenancy: host
      hostId: h-0abc
      tags: {fleet:platforms: linux, fleet:language: swift}
```
Use instead:
```yaml
resources:
  - type: aws:ec2/instance:Instance
    name: api
    properties: {instanceType: m8g.large, ami: ami-0abc, tags: {"fleet:platforms": linux, "fleet:language": swift}}
```

## Options
None of its own.

## Source
https://www.swift.org/install/linux/
"""

from fleet.cost import MACHINE_TYPES, Machines, Tags
from fleet.stack.model import Unknown
from fleet_policies.intent import all_of, is_kind, words
from fleet_policies.per_machines import decided, each_machines
from fleet_policies.rule import Found, Options, Rule, Violation
from fleet_policies.scene import Scene

_LINUX = frozenset({"linux"})
_SERVER_KINDS = frozenset({"service", "batch"})


def needs_no_mac(tags: Tags) -> bool | Unknown:
    """Nothing that was said needs an Apple SDK, and something was said."""
    platforms, language = words(tags, "fleet:platforms"), words(tags, "fleet:language")
    if isinstance(platforms, Unknown) or platforms:
        return platforms if isinstance(platforms, Unknown) else frozenset(platforms) <= _LINUX
    swift = language if isinstance(language, Unknown) else "swift" in language
    return all_of(swift, is_kind(tags, *_SERVER_KINDS))


def verdict(machines: Machines, scene: Scene, _options: Options) -> Found | None:
    """The first Mac type with work for Linux."""
    meant = needs_no_mac(machines.tags)
    name = next((name for name in machines.types if scene.catalog.mac(name) is not None), None)
    if name is None or meant is False:
        return decided(machines, meant, None)
    text = f"{name} for work that runs on Linux; Swift's Linux toolchain does it on Graviton or x86 without a Mac host"
    return decided(machines, meant, Violation(urn=machines.urn, text=text))


RULE = Rule(
    id="FM405",
    name="mac-work-that-needs-no-mac",
    level="advisory",
    severity="medium",
    summary="Work that runs on Linux is placed on EC2 Mac.",
    fix="Run it on Graviton or x86 with the Linux toolchain of Swift.",
    check=each_machines(verdict),
    types=MACHINE_TYPES,
)
