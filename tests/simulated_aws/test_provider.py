"""The provider over its protocol: what a preview, an update, a refresh and an import see."""

import json

import grpc
import pytest
from google.protobuf import json_format, struct_pb2
from pulumi.runtime.proto import provider_pb2

from fleet.simulated_aws.kinds import kind_of, known_types
from fleet.simulated_aws.provider import SimulatedAws
from fleet.simulated_aws.values import UNKNOWN

SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "value": "hush"}
VOLUME = "aws:ebs/volume:Volume"
INSTANCE = "aws:ec2/instance:Instance"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"


class RefusedError(Exception):
    """What the engine would show."""


class Context:
    """A gRPC context that raises where the server would end the call."""

    def abort(self, code, details):
        assert code == grpc.StatusCode.UNKNOWN
        raise RefusedError(details)


def struct(values):
    made = struct_pb2.Struct()
    made.update(values)
    return made


def urn(token):
    return f"urn:pulumi:dev::project::{token}::name"


def plain(made):
    return json_format.MessageToDict(made)


@pytest.fixture
def provider():
    made = SimulatedAws()
    made.Configure(
        provider_pb2.ConfigureRequest(
            args=struct({"region": "us-east-1", "defaultTags": json.dumps({"tags": {"team": "platform"}})})
        ),
        Context(),
    )
    return made


def created(provider, token, inputs, *, preview=False):
    request = provider_pb2.CreateRequest(urn=urn(token), properties=struct(inputs), preview=preview)
    return provider.Create(request, Context())


def diffed(provider, token, old, new):
    request = provider_pb2.DiffRequest(urn=urn(token), old_inputs=struct(old), news=struct(new))
    return provider.Diff(request, Context())


@pytest.mark.parametrize("token", known_types())
def test_computed_outputs_are_unknown_in_a_preview(provider, token):
    """Whatever AWS computes is unknown before the first update, for every type."""
    outputs = plain(created(provider, token, {"region": "us-east-1"}, preview=True).properties)

    kind = kind_of(token)
    assert {name: outputs[name] for name in kind.computed} == dict.fromkeys(kind.computed, UNKNOWN)
    assert outputs["region"] == "us-east-1"


def test_check_leaves_inputs_as_written(provider):
    """Nothing is filled in and nothing refused before create: policies see what the user wrote."""
    wrong = {"instanceType": "mac2.metal", "instanceMarketOptions": {"marketType": "spot"}, "userData": SECRET}
    request = provider_pb2.CheckRequest(urn=urn("aws:ec2/instance:Instance"), news=struct(wrong))
    answer = provider.Check(request, Context())

    assert plain(answer.inputs) == wrong
    assert list(answer.failures) == []


def test_unknown_type_is_previewed_but_never_made(provider):
    """A type without a simulation passes a preview and fails at create: it is never a silent success."""
    assert plain(created(provider, "aws:s3/bucket:Bucket", {"bucket": "b"}, preview=True).properties) == {"bucket": "b"}
    with pytest.raises(RefusedError, match="does not know aws:s3/bucket:Bucket"):
        created(provider, "aws:s3/bucket:Bucket", {"bucket": "b"})


@pytest.mark.parametrize(
    ("token", "old", "new", "replaces"),
    [
        pytest.param(VOLUME, {"size": 1}, {"size": 1}, None, id="nothing"),
        pytest.param(VOLUME, {"size": 1}, {"size": 2}, [], id="a larger volume is changed in place"),
        pytest.param(
            VOLUME,
            {"availabilityZone": "us-east-1a"},
            {"availabilityZone": "us-east-1b"},
            ["availabilityZone"],
            id="a volume in another zone is a new one",
        ),
        pytest.param(TEMPLATE, {"instanceType": "m7g.large"}, {"instanceType": "m8g.large"}, [], id="template version"),
        pytest.param(TEMPLATE, {"name": "a"}, {"name": "b"}, ["name"], id="a template of another name is a new one"),
        pytest.param(
            "aws:ec2/dedicatedHost:DedicatedHost",
            {"instanceType": "mac2.metal"},
            {"instanceType": "mac2-m2.metal"},
            ["instanceType"],
            id="a host of another type is a new one",
        ),
        pytest.param(VOLUME, {"size": 1}, {"size": 1, "region": "eu-west-1"}, ["region"], id="another region"),
        pytest.param(
            INSTANCE,
            {"vpcSecurityGroupIds": ["sg-1"]},
            {"vpcSecurityGroupIds": ["sg-2"]},
            [],
            id="an instance gets other security groups where it is",
        ),
        pytest.param(INSTANCE, {"userData": "a"}, {"userData": "b"}, [], id="other user data"),
        pytest.param(
            INSTANCE,
            {"userData": "a", "userDataReplaceOnChange": True},
            {"userData": "b", "userDataReplaceOnChange": True},
            ["userData"],
            id="other user data that is to replace",
        ),
        pytest.param(INSTANCE, {"ami": "ami-1"}, {"ami": "ami-2"}, ["ami"], id="an instance of another image is new"),
        pytest.param(VOLUME, {"size": 1}, {"size": UNKNOWN}, [], id="a value that is not known yet has changed"),
    ],
)
def test_diff_replaces_where_aws_does(provider, token, old, new, replaces):
    """A change is made in place or by a new resource, as AWS does it."""
    answer = diffed(provider, token, old, new)

    if replaces is None:
        assert answer.changes == provider_pb2.DiffResponse.DIFF_NONE
    else:
        assert answer.changes == provider_pb2.DiffResponse.DIFF_SOME
        assert list(answer.replaces) == replaces


def test_ignored_changes_do_not_count(provider):
    """What the program ignores is no change."""
    request = provider_pb2.DiffRequest(
        urn=urn(VOLUME), old_inputs=struct({"size": 1}), news=struct({"size": 2}), ignoreChanges=["size"]
    )

    assert provider.Diff(request, Context()).changes == provider_pb2.DiffResponse.DIFF_NONE


@pytest.mark.parametrize(
    ("borne", "ignored", "changes"),
    [
        pytest.param({"team": "platform", "name": "data"}, [], [], id="as the provider gives them"),
        pytest.param({"team": "video", "name": "data"}, [], ["tagsAll"], id="another value"),
        pytest.param({"team": "platform", "old": "x", "name": "data"}, [], ["tagsAll"], id="one that is gone"),
        pytest.param({"team": "video", "name": "data"}, ["tags"], [], id="ignored"),
    ],
)
def test_other_default_tags_are_a_change_of_each_resource(provider, borne, ignored, changes):
    """The provider's default tags count: when they change, so does what bears them, in place."""
    inputs = struct({"size": 1, "tags": {"name": "data"}})
    request = provider_pb2.DiffRequest(
        urn=urn(VOLUME), old_inputs=inputs, news=inputs, olds=struct({"tagsAll": borne}), ignoreChanges=ignored
    )
    answer = provider.Diff(request, Context())

    assert (list(answer.diffs), list(answer.replaces)) == (changes, [])


def test_nothing_can_be_read_in_a_preview(provider, monkeypatch):
    """Without any AWS a resource that exists elsewhere cannot be read, and one of the stack is as the stack has it."""
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with pytest.raises(RefusedError, match="knows no account"):
        provider.Read(provider_pb2.ReadRequest(id="vpc-1", urn=urn("aws:ec2/vpc:Vpc")), Context())
    known = struct({"size": 1})
    own = provider_pb2.ReadRequest(id="vol-1", urn=urn(VOLUME), inputs=known, properties=known)

    assert plain(provider.Read(own, Context()).properties) == {"size": 1}


def test_default_tags_are_under_the_own_ones(provider):
    """`tagsAll` holds default tags and the resource's own, which win; a secret tag stays one."""
    inputs = {"size": 1, "tags": {"team": "video", "key": SECRET}}
    outputs = plain(created(provider, VOLUME, inputs, preview=True).properties)

    assert outputs["tagsAll"] == {"team": "video", "key": SECRET}
    assert outputs["tags"] == inputs["tags"]


@pytest.mark.moto
class TestInAws:
    """The same with a simulated AWS behind it."""

    @pytest.fixture(autouse=True)
    def _aws(self, cloud):
        self.ec2 = cloud.client("ec2")

    def test_a_volume_lives(self, provider):
        """Created with default tags, found by id, grown, imported without any state, deleted, and then gone."""
        inputs = {"availabilityZone": "us-east-1a", "size": 10, "type": "gp3", "tags": {"name": "data"}}
        made = created(provider, VOLUME, inputs)
        in_aws = self.ec2.describe_volumes(VolumeIds=[made.id])["Volumes"][0]
        assert (in_aws["Size"], in_aws["VolumeType"]) == (10, "gp3")
        assert {tag["Key"]: tag["Value"] for tag in in_aws["Tags"]} == {"name": "data", "team": "platform"}

        provider.Update(
            provider_pb2.UpdateRequest(
                id=made.id, urn=urn(VOLUME), olds=made.properties, news=struct({**inputs, "size": 20, "tags": {}})
            ),
            Context(),
        )
        in_aws = self.ec2.describe_volumes(VolumeIds=[made.id])["Volumes"][0]
        assert in_aws["Size"] == 20
        assert {tag["Key"] for tag in in_aws["Tags"]} == {"team"}

        imported = provider.Read(provider_pb2.ReadRequest(id=made.id, urn=urn(VOLUME)), Context())
        assert plain(imported.inputs)["size"] == 20

        provider.Delete(provider_pb2.DeleteRequest(id=made.id, urn=urn(VOLUME), properties=made.properties), Context())
        gone = provider.Read(provider_pb2.ReadRequest(id=made.id, urn=urn(VOLUME)), Context())
        assert gone.id == ""

    def test_secrets_stay_secret_and_arrive(self, provider):
        """AWS gets the plain value, the state keeps the mark."""
        made = created(provider, TEMPLATE, {"instanceType": "m7g.large", "userData": SECRET})
        versions = self.ec2.describe_launch_template_versions(LaunchTemplateId=made.id, Versions=["$Latest"])

        assert versions["LaunchTemplateVersions"][0]["LaunchTemplateData"]["UserData"] == "hush"
        assert plain(made.properties)["userData"] == SECRET

    def test_a_changed_template_gets_a_version(self, provider):
        """A launch template keeps its id and counts its versions."""
        made = created(provider, TEMPLATE, {"instanceType": "m7g.large"})
        request = provider_pb2.UpdateRequest(
            id=made.id,
            urn=urn(TEMPLATE),
            olds=made.properties,
            news=struct({"instanceType": "m8g.large", "updateDefaultVersion": True}),
        )
        outputs = plain(provider.Update(request, Context()).properties)

        assert (outputs["latestVersion"], outputs["defaultVersion"]) == (2, 2)

    @pytest.mark.parametrize(
        ("token", "inputs", "identity"),
        [
            pytest.param("aws:ec2/vpc:Vpc", {"cidrBlock": "10.9.0.0/16"}, "vpc-", id="vpc"),
            pytest.param("aws:ec2/securityGroup:SecurityGroup", {"description": "d"}, "sg-", id="security group"),
            pytest.param("aws:ec2/eip:Eip", {"domain": "vpc"}, "eipalloc-", id="address"),
            pytest.param(TEMPLATE, {"instanceType": "m7g.large"}, "lt-", id="launch template"),
            pytest.param(
                "aws:ec2/dedicatedHost:DedicatedHost",
                {"instanceType": "m5.large", "availabilityZone": "us-east-1a"},
                "h-",
                id="dedicated host",
            ),
            pytest.param(
                "aws:ec2/placementGroup:PlacementGroup", {"strategy": "cluster"}, "name-", id="placement group"
            ),
            pytest.param("aws:iam/role:Role", {"assumeRolePolicy": "{}"}, "name-", id="role"),
            pytest.param("aws:iam/instanceProfile:InstanceProfile", {}, "name-", id="instance profile"),
            pytest.param("aws:resourcegroups/group:Group", {"configurations": []}, "name-", id="resource group"),
            pytest.param(
                "aws:licensemanager/licenseConfiguration:LicenseConfiguration",
                {"licenseCountingType": "Socket"},
                "lic-",
                id="licence",
            ),
            pytest.param("aws:eks/addon:Addon", {"clusterName": "c", "addonName": "vpc-cni"}, "c:vpc-cni", id="add-on"),
        ],
    )
    def test_import_and_delete(self, provider, token, inputs, identity):
        """What was made can be imported by its id alone, with its inputs, and is gone after delete."""
        made = created(provider, token, inputs)
        assert made.id.startswith(identity)
        imported = provider.Read(provider_pb2.ReadRequest(id=made.id, urn=urn(token)), Context())
        assert imported.id == made.id

        provider.Delete(provider_pb2.DeleteRequest(id=made.id, urn=urn(token), properties=made.properties), Context())

        assert provider.Read(provider_pb2.ReadRequest(id=made.id, urn=urn(token)), Context()).id == ""

    def test_refresh_shows_what_changed_outside(self, provider):
        """A change that somebody made beside Pulumi shows at the next refresh."""
        made = created(provider, VOLUME, {"availabilityZone": "us-east-1a", "size": 10})
        self.ec2.create_tags(Resources=[made.id], Tags=[{"Key": "by", "Value": "hand"}])
        request = provider_pb2.ReadRequest(
            id=made.id, urn=urn(VOLUME), properties=made.properties, inputs=struct({"size": 10})
        )

        assert plain(provider.Read(request, Context()).inputs)["tags"] == {"by": "hand"}

    def test_second_of_a_name_is_refused(self, provider):
        """Two placement groups of one name are refused, as AWS does."""
        inputs = {"name": "same", "strategy": "cluster"}
        created(provider, "aws:ec2/placementGroup:PlacementGroup", inputs)

        with pytest.raises(RefusedError, match="exists already"):
            created(provider, "aws:ec2/placementGroup:PlacementGroup", inputs)
