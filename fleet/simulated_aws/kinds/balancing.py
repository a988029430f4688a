"""Load balancers, target groups and listeners."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from fleet.simulated_aws.cloud import Cloud
from fleet.simulated_aws.kind import EVERYTHING, Kind, Properties
from fleet.simulated_aws.requests import request, tag_list, tag_map

__all__ = ["KINDS"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Balancing:
    """One type of the load balancing service: `noun` is AWS's (`LoadBalancer`), the id is its ARN."""

    noun: str
    snake: str
    computed: tuple[str, ...]
    made_up: str = ""
    renames: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    """What AWS's provider fills in, by the API's names."""

    def create(self, cloud: Cloud, inputs: Properties) -> tuple[str, dict[str, Any]]:
        client = cloud.client("elbv2")
        given = {key: value for key, value in inputs.items() if key not in {"name", "tags", "internal"}}
        arguments = {**self.defaults, **request(client, f"Create{self.noun}", given, **self.renames)}
        if self.made_up:
            arguments["Name"] = cloud.named(inputs, self.made_up)
        if inputs.get("internal"):
            arguments["Scheme"] = "internal"
        if inputs.get("tags"):
            arguments["Tags"] = tag_list(inputs["tags"])
        entry = getattr(client, f"create_{self.snake}")(**arguments)[f"{self.noun}s"][0]
        return entry[f"{self.noun}Arn"], self._outputs(entry)

    def read(self, cloud: Cloud, arn: str, _state: Properties) -> dict[str, Any] | None:
        entry = self._entry(cloud, arn)
        if entry is None:
            return None
        tags = cloud.client("elbv2").describe_tags(ResourceArns=[arn])["TagDescriptions"][0]["Tags"]
        return {**self._outputs(entry), "tags": tag_map(tags) or None}

    def update(self, cloud: Cloud, arn: str, old: Properties, new: Properties) -> dict[str, Any]:
        client = cloud.client("elbv2")
        gone = sorted(set(old.get("tags") or {}) - set(new.get("tags") or {}))
        if gone:
            client.remove_tags(ResourceArns=[arn], TagKeys=gone)
        if new.get("tags"):
            client.add_tags(ResourceArns=[arn], Tags=tag_list(new["tags"]))
        if self.noun != "LoadBalancer":
            given = {key: value for key, value in new.items() if key != "tags"}
            arguments = request(client, f"Modify{self.noun}", given, **self.renames)
            getattr(client, f"modify_{self.snake}")(**arguments | {f"{self.noun}Arn": arn})
        return {}

    def delete(self, cloud: Cloud, arn: str, _state: Properties) -> None:
        if self._entry(cloud, arn) is not None:
            getattr(cloud.client("elbv2"), f"delete_{self.snake}")(**{f"{self.noun}Arn": arn})

    def _entry(self, cloud: Cloud, arn: str) -> dict[str, Any] | None:
        call = getattr(cloud.client("elbv2"), f"describe_{self.snake}s")
        try:
            found = call(**{f"{self.noun}Arns": [arn]})[f"{self.noun}s"]
        except ClientError as problem:
            if problem.response["Error"]["Code"].endswith("NotFound"):
                return None
            raise
        return found[0] if found else None

    def _outputs(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        arn = entry[f"{self.noun}Arn"]
        found = {
            "arn": arn,
            "arnSuffix": arn.rpartition(":")[2].removeprefix("loadbalancer/"),
            "name": entry.get(f"{self.noun}Name"),
            "dnsName": entry.get("DNSName"),
            "zoneId": entry.get("CanonicalHostedZoneId"),
        }
        return {name: found[name] for name in self.computed}


def _kind(token: str, type_: _Balancing, replaced_by: frozenset[str]) -> Kind:
    return Kind(
        token=token,
        computed=type_.computed,
        create=type_.create,
        read=type_.read,
        update=type_.update,
        delete=type_.delete,
        in_place=EVERYTHING,
        replaced_by=replaced_by,
    )


_BALANCER = _Balancing(
    noun="LoadBalancer",
    snake="load_balancer",
    computed=("name", "arn", "arnSuffix", "dnsName", "zoneId"),
    made_up="lb",
    renames={"loadBalancerType": "Type"},
)
_TARGETS = _Balancing(noun="TargetGroup", snake="target_group", computed=("name", "arn", "arnSuffix"), made_up="tg")
# Of an application load balancer; a network one needs a word from the user, which moto does not ask for.
_LISTENER = _Balancing(noun="Listener", snake="listener", computed=("arn",), defaults={"Protocol": "HTTP"})
KINDS = (
    _kind(
        "aws:lb/loadBalancer:LoadBalancer",
        _BALANCER,
        frozenset({"name", "namePrefix", "internal", "loadBalancerType", "subnets"}),
    ),
    _kind(
        "aws:lb/targetGroup:TargetGroup",
        _TARGETS,
        frozenset({"name", "namePrefix", "vpcId", "targetType", "port", "protocol"}),
    ),
    _kind("aws:lb/listener:Listener", _LISTENER, frozenset({"loadBalancerArn"})),
)
