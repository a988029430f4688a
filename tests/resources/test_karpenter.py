"""The plan as Karpenter manifests that the API server would take.

The schemas are written by hand from Karpenter's documentation: the fields that are used here, with the rules that its
custom resource definitions put on them. They are not the definitions themselves.
"""

import jsonschema
import pytest
from ruamel.yaml import YAML

from fleet.resources.karpenter import Installed, karpenter_manifests, manifests_yaml

NAME = {"type": "string", "pattern": r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "maxLength": 63}
QUANTITY = {"type": "string", "pattern": r"^\d+(\.\d+)?(Ki|Mi|Gi|Ti|m)?$"}
LABEL_KEY = {
    "type": "string",
    "pattern": r"^([a-z0-9.-]+/)?[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?$",
    "maxLength": 316,
}
LABEL_VALUE = {"type": "string", "pattern": r"^([A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?)?$", "maxLength": 63}


def closed(required, **properties):
    """An object that has these properties and no others."""
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


METADATA = closed(["name"], name=NAME)
REQUIREMENT = closed(
    ["key", "operator", "values"],
    key=LABEL_KEY,
    operator={"enum": ["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"]},
    values={"type": "array", "items": LABEL_VALUE, "minItems": 1},
)
TAINT = closed(
    ["key", "effect"],
    key=LABEL_KEY,
    value=LABEL_VALUE,
    effect={"enum": ["NoSchedule", "PreferNoSchedule", "NoExecute"]},
)
REFERENCE = closed(
    ["group", "kind", "name"], group={"const": "karpenter.k8s.aws"}, kind={"const": "EC2NodeClass"}, name=NAME
)
NODE = closed(
    ["nodeClassRef", "requirements"],
    nodeClassRef=REFERENCE,
    requirements={"type": "array", "items": REQUIREMENT, "maxItems": 100},
    taints={"type": "array", "items": TAINT},
    expireAfter={"type": "string", "pattern": r"^(([0-9]+(s|m|h))+|Never)$"},
)
LABELS = {"type": "object", "propertyNames": LABEL_KEY, "additionalProperties": LABEL_VALUE, "maxProperties": 100}
DISRUPTION = closed(
    ["consolidateAfter"],
    consolidationPolicy={"enum": ["WhenEmpty", "WhenEmptyOrUnderutilized"]},
    consolidateAfter={"type": "string", "pattern": r"^(([0-9]+(s|m|h))+|Never)$"},
    budgets={
        "type": "array",
        "items": closed(["nodes"], nodes={"type": "string", "pattern": r"^((100|[0-9]{1,2})%|[0-9]+)$"}),
    },
)
NODE_POOL = closed(
    ["apiVersion", "kind", "metadata", "spec"],
    apiVersion={"const": "karpenter.sh/v1"},
    kind={"const": "NodePool"},
    metadata=METADATA,
    spec=closed(
        ["template"],
        template=closed(["spec"], metadata=closed([], labels=LABELS), spec=NODE),
        limits={"type": "object", "additionalProperties": QUANTITY},
        weight={"type": "integer", "minimum": 1, "maximum": 100},
        disruption=DISRUPTION,
    ),
)
TERMS = {"type": "array", "minItems": 1, "maxItems": 30, "items": {"type": "object", "minProperties": 1}}
EBS = closed(
    [],
    volumeSize={"type": "string", "pattern": r"^\d+(Gi|Ti)$"},
    volumeType={"enum": ["gp2", "gp3", "io1", "io2", "st1", "sc1", "standard"]},
    encrypted={"type": "boolean"},
    deleteOnTermination={"type": "boolean"},
)
NODE_CLASS = closed(
    ["apiVersion", "kind", "metadata", "spec"],
    apiVersion={"const": "karpenter.k8s.aws/v1"},
    kind={"const": "EC2NodeClass"},
    metadata=METADATA,
    spec=closed(
        ["role", "amiSelectorTerms", "subnetSelectorTerms", "securityGroupSelectorTerms"],
        role={"type": "string", "minLength": 1},
        amiSelectorTerms={
            "type": "array",
            "minItems": 1,
            "items": closed(["alias"], alias={"type": "string", "pattern": r"^[a-zA-Z0-9]+@.+$"}),
        },
        subnetSelectorTerms=TERMS,
        securityGroupSelectorTerms=TERMS,
        metadataOptions=closed(
            [],
            httpEndpoint={"enum": ["enabled", "disabled"]},
            httpProtocolIPv6={"enum": ["enabled", "disabled"]},
            httpPutResponseHopLimit={"type": "integer", "minimum": 1, "maximum": 64},
            httpTokens={"enum": ["required", "optional"]},
        ),
        blockDeviceMappings={
            "type": "array",
            "maxItems": 50,
            "items": closed(["ebs"], deviceName={"type": "string"}, ebs=EBS),
        },
        kubelet=closed([], maxPods={"type": "integer", "minimum": 0}),
        tags={
            "type": "object",
            "propertyNames": {
                "not": {"pattern": r"^(kubernetes\.io/cluster/|karpenter\.sh/(nodepool|nodeclaim)$|eks:)"}
            },
            "additionalProperties": {"type": "string"},
        },
    ),
)
SCHEMAS = {"NodePool": NODE_POOL, "EC2NodeClass": NODE_CLASS}


@pytest.fixture
def manifests(source):
    return karpenter_manifests(source)


def test_manifests_fit_karpenters_schema(manifests):
    """`kubectl apply` would take every manifest."""
    assert manifests
    for manifest in manifests:
        jsonschema.validate(manifest, SCHEMAS[manifest["kind"]])


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
