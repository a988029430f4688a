"""Whether what exists matches what the program asked for, and whether it is gone afterwards."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from fleet.rehearsal.inventory import Inventory
from fleet.rehearsal.model import Check
from fleet.simulated_aws.store import Store
from fleet.stack.model import Resource, Secret

__all__ = ["check_existence", "check_gone", "check_groups", "check_hosts", "check_templates", "check_unchanged"]

_GROUP = "aws:autoscaling/group:Group"
_INSTANCE = "aws:ec2/instance:Instance"
_HOST = "aws:ec2/dedicatedHost:DedicatedHost"
_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
_NODES = "aws:eks/nodeGroup:NodeGroup"


def check_existence(resources: Sequence[Resource], found: Inventory, store: Store) -> Check:
    """Every resource that can be listed exists under the id that Pulumi recorded."""
    kept = store.kinds()
    looked, problems = 0, []
    for resource in _made(resources):
        if resource.type in found.entries:
            looked += 1
            if found.find(resource.type, str(resource.id)) is None:
                problems.append(f"{resource.name} ({resource.type}) has id {resource.id}, which AWS does not list")
        elif resource.type in kept:
            looked += 1
            if not any(key.endswith(f"/{resource.id}") for key in kept[resource.type]):
                problems.append(f"{resource.name} ({resource.type}) has id {resource.id}, which is not recorded")
    return Check(claim="what Pulumi made exists", count=looked, problems=tuple(problems))


def check_groups(resources: Sequence[Resource], found: Inventory) -> Check:
    """Groups and node groups have the sizes that the program gave them, and groups run as many instances."""
    looked, problems = 0, []
    for resource in _made(resources):
        entry = found.find(resource.type, str(resource.id))
        if entry is None or resource.type not in {_GROUP, _NODES}:
            continue
        looked += 1
        problems += _differences(resource.name, _wanted_sizes(resource), _sizes(resource.type, entry))
        if resource.type == _GROUP and len(entry["Instances"]) != entry["DesiredCapacity"]:
            running = len(entry["Instances"])
            problems.append(f"{resource.name} wants {entry['DesiredCapacity']} instances and runs {running}")
    return Check(
        claim="groups have the sizes of the program, and run that many", count=looked, problems=tuple(problems)
    )


def _wanted_sizes(resource: Resource) -> dict[str, Any]:
    inputs = _plain(resource.inputs)
    if resource.type == _NODES:
        scaling = inputs.get("scalingConfig") or {}
        return {"min": scaling.get("minSize"), "max": scaling.get("maxSize"), "desired": scaling.get("desiredSize")}
    desired = inputs.get("desiredCapacity", inputs.get("minSize"))
    return {"min": inputs.get("minSize"), "max": inputs.get("maxSize"), "desired": desired}


def _sizes(kind: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    if kind == _NODES:
        scaling = entry["scalingConfig"]
        return {"min": scaling["minSize"], "max": scaling["maxSize"], "desired": scaling["desiredSize"]}
    return {"min": entry["MinSize"], "max": entry["MaxSize"], "desired": entry["DesiredCapacity"]}


def check_templates(resources: Sequence[Resource], versions: Mapping[str, Any]) -> Check:
    """The newest version of each launch template has the type and image of the program."""
    looked, problems = 0, []
    for resource in _made(resources):
        data = versions.get(str(resource.id))
        if resource.type != _TEMPLATE or data is None:
            continue
        looked += 1
        inputs = _plain(resource.inputs)
        wanted = {"type": inputs.get("instanceType"), "image": inputs.get("imageId")}
        problems += _differences(
            resource.name, wanted, {"type": data.get("InstanceType"), "image": data.get("ImageId")}
        )
    return Check(
        claim="launch templates have the type and image of the program", count=looked, problems=tuple(problems)
    )


def check_hosts(resources: Sequence[Resource], found: Inventory) -> Check:
    """Hosts are of the type asked for, and each Mac instance sits on a host of its own."""
    looked, problems = 0, []
    for resource in _made(resources):
        entry = found.find(resource.type, str(resource.id))
        if resource.type == _HOST and entry is not None:
            looked += 1
            wanted = _plain(resource.inputs).get("instanceType")
            problems += _differences(
                resource.name, {"type": wanted}, {"type": entry["HostProperties"].get("InstanceType")}
            )
    macs = {
        identity: one["Placement"].get("HostId")
        for identity, one in found.entries.get(_INSTANCE, {}).items()
        if one["InstanceType"].startswith("mac")
    }
    problems += [f"{identity} is a Mac instance on no host" for identity, host in sorted(macs.items()) if not host]
    shared = Counter(host for host in macs.values() if host)
    problems += [f"host {host} runs {count} instances" for host, count in sorted(shared.items()) if count > 1]
    claim = "Mac instances have a host each, hosts are of the type asked for"
    return Check(claim=claim, count=looked + len(macs), problems=tuple(problems))


def check_unchanged(operations: Mapping[str, int]) -> Check:
    """A second update with nothing changed in the program changes nothing."""
    changes = {name: count for name, count in operations.items() if name not in {"same", "read"}}
    problems = tuple(f"{count} resources would {name} again" for name, count in sorted(changes.items()))
    return Check(claim="a second update changes nothing", count=sum(operations.values()), problems=problems)


def check_gone(after: Inventory, looked: int, store: Store) -> Check:
    """After destroy AWS holds nothing; `looked` is how much it held before."""
    problems = [f"{identity} ({kind}) is still there" for kind, identity in sorted(after.ids())]
    problems += [f"{key} ({kind}) is still recorded" for kind, keys in store.kinds().items() for key in keys]
    return Check(claim="nothing is left after destroy", count=looked, problems=tuple(problems))


def _made(resources: Sequence[Resource]) -> list[Resource]:
    return [one for one in resources if one.custom and one.id and one.operation != "delete"]


def _differences(name: str, wanted: Mapping[str, Any], has: Mapping[str, Any]) -> list[str]:
    return [
        f"{name} should have {key} {value}, and has {has.get(key)}"
        for key, value in wanted.items()
        if value is not None and value != has.get(key)
    ]


def _plain(value: Any) -> Any:
    """Values of the engine's stream: secrets unwrapped, whole floats as integers."""
    if isinstance(value, Secret):
        return None
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
