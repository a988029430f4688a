"""The plan as Karpenter manifests that an API server with Karpenter's own resource definitions would take.

The definitions are Karpenter's (see karpenter/README.md): their schemas, with unknown fields refused as
`kubectl apply` refuses them, and their CEL rules.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cel
import jsonschema
import pytest
from ruamel.yaml import YAML

from fleet.resources.karpenter import Installed, karpenter_manifests, manifests_yaml

DEFINITIONS = Path(__file__).parent / "karpenter"
OBJECT_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")


def schema_of(kind: str) -> dict[str, Any]:
    """The schema of a kind in the version that manifests name."""
    for path in DEFINITIONS.glob("*.yaml"):
        definition = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
        if definition["spec"]["names"]["kind"] == kind:
            (version,) = [v for v in definition["spec"]["versions"] if v["name"] == "v1"]
            return version["schema"]["openAPIV3Schema"]
    raise AssertionError(f"no definition of {kind}")


def closed(schema: Any) -> Any:
    """The same schema without room for unknown fields: strict field validation, the default of kubectl."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: closed(part) for key, part in schema.items()}
    if isinstance(schema.get("properties"), dict):
        inner.setdefault("additionalProperties", False)
    return inner


def broken_rules(schema: dict[str, Any], value: Any, path: str = "") -> Iterator[str]:
    """CEL rules of a schema that a value breaks, inner ones too; rules about a change do not hold for a new object."""
    for rule in schema.get("x-kubernetes-validations", []):
        if "oldSelf" not in rule["rule"] and not holds(rule["rule"], value):
            yield f"{path}: {rule['rule']}"
    if isinstance(value, dict):
        inner, other = schema.get("properties", {}), schema.get("additionalProperties")
        for key, entry in value.items():
            part = inner.get(key, other)
            if isinstance(part, dict):
                yield from broken_rules(part, entry, f"{path}.{key}")
    elif isinstance(value, list):
        for place, entry in enumerate(value):
            yield from broken_rules(schema["items"], entry, f"{path}[{place}]")


def holds(rule: str, value: Any) -> bool:
    """Whether a CEL rule holds, with the text functions that Kubernetes adds to the language."""
    context = cel.Context()
    context.add_variable("self", value)
    context.add_function("find", lambda text, pattern: found.group() if (found := re.search(pattern, text)) else "")
    context.add_function("split", lambda text, separator: text.split(separator))
    return bool(cel.evaluate(rule, context))


def refusals(manifest: dict[str, Any]) -> list[str]:
    """What an API server says against a manifest."""
    schema = schema_of(manifest["kind"])
    found = [
        f"{e.json_path}: {e.message}" for e in jsonschema.Draft202012Validator(closed(schema)).iter_errors(manifest)
    ]
    if not OBJECT_NAME.fullmatch(manifest["metadata"]["name"]):
        found.append(f"metadata.name: {manifest['metadata']['name']}")
    return found + list(broken_rules(schema, manifest))


@pytest.fixture
def manifests(source):
    return karpenter_manifests(source)


def test_karpenter_would_take_every_manifest(manifests):
    """Schemas and rules of Karpenter's own definitions hold."""
    assert {manifest["kind"] for manifest in manifests} == {"NodePool", "EC2NodeClass"}
    assert [refusal for manifest in manifests for refusal in refusals(manifest)] == []


@pytest.mark.parametrize(
    ("kind", "path", "value", "words"),
    [
        pytest.param("NodePool", ["spec", "weight"], 101, "maximum", id="a weight over 100"),
        pytest.param("NodePool", ["spec", "wieght"], 1, "unexpected", id="a misspelt field"),
        pytest.param(
            "NodePool", ["spec", "template", "metadata", "labels", "karpenter.sh/x"], "y", "endsWith", id="a label"
        ),
        pytest.param("NodePool", ["spec", "limits", "cpu"], "many", "does not match", id="a quantity"),
        pytest.param("EC2NodeClass", ["spec", "instanceProfile"], "p", "has(self.role)", id="role and profile"),
        pytest.param("EC2NodeClass", ["spec", "amiSelectorTerms"], [{"alias": "al9@latest"}], "split", id="an alias"),
        pytest.param("EC2NodeClass", ["spec", "tags", "karpenter.sh/nodepool"], "x", "nodepool", id="a reserved tag"),
    ],
)
def test_the_definitions_refuse_mistakes(manifests, kind, path, value, words):
    """The check above can fail."""
    manifest = next(m for m in manifests if m["kind"] == kind)
    place = manifest
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value

    assert any(words in refusal for refusal in refusals(manifest))


def test_pools_buy_what_the_plan_bought(manifests):
    """Types, market and zones are the plan's; limits stop where the plan does; the largest pool is preferred."""
    pools = {m["metadata"]["name"]: m["spec"] for m in manifests if m["kind"] == "NodePool"}

    found = {
        name: (required(spec, "instance-type"), required(spec, "capacity-type"), spec["limits"]["cpu"], spec["weight"])
        for name, spec in pools.items()
    }
    assert found == {
        "main-c8g-4xlarge": (["c8g.4xlarge"], ["on-demand"], "96", 100),
        "main-c7g-2xlarge-spot": (["c7g.2xlarge", "c8g.2xlarge"], ["spot"], "24", 99),
        "main-m7i-2xlarge": (["m7i.2xlarge"], ["on-demand"], "8", 98),
    }


def required(spec, key):
    (found,) = [r["values"] for r in spec["template"]["spec"]["requirements"] if r["key"].endswith(key)]
    return found


def test_every_pool_has_its_node_class(manifests):
    """No pool refers to a node class that is not there."""
    classes = {m["metadata"]["name"] for m in manifests if m["kind"] == "EC2NodeClass"}
    used = {m["spec"]["template"]["spec"]["nodeClassRef"]["name"] for m in manifests if m["kind"] == "NodePool"}

    assert used == classes


def test_names_in_the_account_are_the_users(source):
    """Cluster and role are named as they were deployed."""
    manifests = karpenter_manifests(source, Installed(cluster_name="main-1a2b3c4", role="nodes-5d6e7f8"))
    spec = next(m["spec"] for m in manifests if m["kind"] == "EC2NodeClass")

    assert spec["role"] == "nodes-5d6e7f8"
    assert spec["securityGroupSelectorTerms"] == [{"tags": {"aws:eks:cluster-name": "main-1a2b3c4"}}]


def test_the_stream_reads_back(manifests):
    """The YAML says what the values say."""
    assert list(YAML(typ="safe").load_all(manifests_yaml(manifests))) == manifests
