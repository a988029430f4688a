"""Provider calls are answered where something is known; what nobody knows stays unknown and is listed."""

import json

import pytest

from fleet.engine.embedded import Answers, SuppliedAnswer, catalog_answers, read_invokes
from fleet.errors import ConfigError
from fleet.stack import UNKNOWN, Secret

FACTS = Answers(zones={"us-east-1": ("us-east-1a", "us-east-1b", "us-east-1c"), "cn-north-1": ("cn-north-1a",)})


@pytest.fixture
def aws(program):
    """The exports of a program with the AWS SDK, in us-east-1."""
    program.write("Pulumi.yaml", "name: demo\nruntime: python\nconfig: {'aws:region': us-east-1}\n")

    def run(text, answers=FACTS):
        return program.stack("import pulumi\nimport pulumi_aws as aws\n" + text, answers=answers)

    return run


def test_calls_that_the_catalog_answers(aws):
    stack = aws(
        "z = aws.get_availability_zones(state='available')\n"
        "pulumi.export('zones', z.names)\n"
        "pulumi.export('zone ids', z.zone_ids)\n"
        "pulumi.export('filtered', aws.get_availability_zones(filters=[{'name': 'opt-in-status', 'values':"
        " ['opt-in-not-required']}], exclude_names=['us-east-1a']).names)\n"
        "pulumi.export('elsewhere', aws.get_availability_zones_output(region='cn-north-1').names)\n"
        "pulumi.export('region', aws.get_region().region)\n"
        "pulumi.export('endpoint', aws.get_region_output(region='cn-north-1').endpoint)\n"
        "pulumi.export('regions', aws.get_regions().names)\n"
        "pulumi.export('account', aws.get_caller_identity().account_id)\n"
        "pulumi.export('partition', aws.get_partition().partition)\n"
    )

    assert stack.exports == {
        "zones": ["us-east-1a", "us-east-1b", "us-east-1c"],
        "zone ids": [UNKNOWN, UNKNOWN, UNKNOWN],
        "filtered": ["us-east-1b", "us-east-1c"],
        "elsewhere": ["cn-north-1a"],
        "region": "us-east-1",
        "endpoint": "ec2.cn-north-1.amazonaws.com.cn",
        "regions": ["cn-north-1", "us-east-1"],
        "account": "000000000000",
        "partition": "aws",
    }
    assert stack.not_answered == ()


def test_images_are_placeholders_that_show_it_and_stay_the_same(aws):
    text = (
        "image = aws.ec2.get_ami(owners=['amazon'], most_recent=True, filters=["
        "{'name': 'name', 'values': ['al2023-ami-*']}, {'name': 'architecture', 'values': ['arm64']}])\n"
        "path = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-'\n"
        "pulumi.export('id', image.id)\n"
        "pulumi.export('architecture', image.architecture)\n"
        "pulumi.export('name', image.name)\n"
        "pulumi.export('arm', aws.ssm.get_parameter(name=path + 'arm64').value)\n"
        "pulumi.export('x86', aws.ssm.get_parameter_output(name=path + 'x86_64').value)\n"
    )

    first, second = aws(text).exports, aws(text).exports

    assert first == second
    assert first["id"].startswith("ami-00000000")
    assert len(first["id"]) == len("ami-0123456789abcdef0")
    assert first["architecture"] == "arm64"
    assert first["name"] == UNKNOWN
    assert len({first["id"], first["arm"], first["x86"]}) == 3


CALLS_THAT_NOBODY_ANSWERS = {
    "a parameter of one's own": "aws.ssm.get_parameter(name='/app/password').value",
    "a network": "aws.ec2.get_vpc(default=True).id",
    "as an output": "aws.ec2.get_vpc_output(default=True).id",
    "a list": "aws.ec2.get_subnets().ids",
    "a part of a text": "aws.ec2.get_subnets().ids[0][:-1]",
    "a mapping": "aws.ec2.get_vpc(default=True).tags",
    "inside a text": "f'arn:{aws.ec2.get_vpc(default=True).id}/x'",
    "inside JSON": "__import__('json').dumps({'Resource': aws.ec2.get_vpc(default=True).arn})",
    "zones of another kind": (
        "aws.get_availability_zones(filters=[{'name': 'zone-type', 'values': ['local-zone']}]).names"
    ),
}


def test_what_nobody_knows_is_unknown_wherever_it_goes_and_listed_once(aws):
    stack = aws("".join(f"pulumi.export({what!r}, {call})\n" for what, call in CALLS_THAT_NOBODY_ANSWERS.items()))

    assert stack.exports == dict.fromkeys(CALLS_THAT_NOBODY_ANSWERS, UNKNOWN)
    assert stack.not_answered == (
        ("invoke", "aws:ssm/getParameter:getParameter"),
        ("invoke", "aws:ec2/getVpc:getVpc"),
        ("invoke", "aws:ec2/getSubnets:getSubnets"),
        ("invoke", "aws:index/getAvailabilityZones:getAvailabilityZones"),
    )


def test_an_unknown_result_runs_no_applies(aws):
    stack = aws("aws.ec2.get_vpc_output(default=True).apply(lambda vpc: 1 / 0)\n")

    assert stack.not_answered == (("invoke", "aws:ec2/getVpc:getVpc"),)


def test_a_call_with_unknown_arguments_is_unknown_without_being_asked(aws):
    stack = aws("vpc = aws.ec2.Vpc('v')\npulumi.export('x', aws.ec2.get_vpc_output(id=vpc.id).cidr_block)\n")

    assert stack.exports == {"x": UNKNOWN}
    assert stack.not_answered == ()


def test_what_the_user_supplies_wins_and_matches_by_its_arguments(aws):
    token = "aws:ec2/getVpc:getVpc"
    answers = Answers(
        zones=FACTS.zones,
        invokes=(
            SuppliedAnswer(token=token, args={"tags": {"name": "a"}}, result={"id": "vpc-a", "cidrBlock": UNKNOWN}),
            SuppliedAnswer(token=token, args={"default": True}, result={"id": "vpc-default"}),
            SuppliedAnswer(token="aws:index/getRegion:getRegion", result={"region": "mars-1"}),
        ),
    )

    stack = aws(
        "vpc = aws.ec2.get_vpc(default=True)\n"
        "pulumi.export('default', vpc.id)\n"
        "pulumi.export('other part', vpc.owner_id)\n"
        "pulumi.export('named', aws.ec2.get_vpc(tags={'name': 'a', 'more': 'b'}).id)\n"
        "pulumi.export('unknown part', aws.ec2.get_vpc_output(tags={'name': 'a'}).cidr_block)\n"
        "pulumi.export('region', aws.get_region().region)\n"
        "pulumi.export('none', aws.ec2.get_vpc(tags={'name': 'z'}).id)\n",
        answers,
    )

    assert stack.exports == {
        "default": "vpc-default",
        "other part": UNKNOWN,
        "named": "vpc-a",
        "unknown part": UNKNOWN,
        "region": "mars-1",
        "none": UNKNOWN,
    }
    assert stack.not_answered == (("invoke", token),)


def test_outputs_of_other_stacks_are_unknown_and_listed(program, named):
    stack = program.stack(
        "import pulumi\n"
        "other = pulumi.StackReference('org/net/prod')\n"
        "pulumi.CustomResource('a:b:C', 'c', {'vpc': other.get_output('vpc'), 'must': other.require_output('x')})\n"
    )

    assert named(stack, "c").inputs == {"vpc": UNKNOWN, "must": UNKNOWN}
    assert stack.not_answered == (("stack_reference", "org/net/prod"),)
    assert named(stack, "org/net/prod").operation == "read"


def test_outputs_of_other_stacks_may_be_supplied(program, named):
    answers = Answers(stack_references={"org/net/prod": {"vpc": "vpc-1", "password": Secret("hush")}})

    stack = program.stack(
        "import pulumi\n"
        "other = pulumi.StackReference('org/net/prod')\n"
        "pulumi.CustomResource('a:b:C', 'c', {'vpc': other.get_output('vpc'), 'pw': other.get_output('password')})\n",
        answers=answers,
    )

    assert named(stack, "c").inputs == {"vpc": "vpc-1", "pw": Secret("hush")}
    assert stack.not_answered == ()


def test_invoke_transforms_change_the_question(aws):
    stack = aws(
        "def change(args):\n"
        "    return pulumi.InvokeTransformResult({**args.args, 'region': 'cn-north-1'}, args.opts)\n"
        "pulumi.runtime.register_invoke_transform(change)\n"
        "pulumi.export('zones', aws.get_availability_zones_output().names)\n"
    )

    assert stack.exports == {"zones": ["cn-north-1a"]}


def test_answers_are_read_from_a_file(tmp_path):
    path = tmp_path / "answers.json"
    path.write_text(
        json.dumps(
            {
                "invokes": [
                    {"token": "aws:ec2/getVpc:getVpc", "args": {"default": True}, "result": {"id": {"$unknown": True}}}
                ],
                "stack_references": {"org/net/prod": {"password": {"$secret": "hush"}}},
            }
        )
    )

    assert read_invokes(path) == Answers(
        invokes=(SuppliedAnswer(token="aws:ec2/getVpc:getVpc", args={"default": True}, result={"id": UNKNOWN}),),
        stack_references={"org/net/prod": {"password": Secret("hush")}},
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("{", "cannot read the answers", id="broken"),
        pytest.param("[]", "is a list; it must be an object", id="a list"),
        pytest.param('{"invoke": []}', "unknown key 'invoke'; allowed are", id="a misspelt key"),
        pytest.param('{"invokes": [{"result": {}}]}', r"invokes\[0\] has no 'token'", id="no token"),
        pytest.param('{"invokes": [{"token": "a"}]}', r"invokes\[0\] has no 'result'", id="no result"),
        pytest.param('{"invokes": [{"token": "a", "result": 1}]}', r"invokes\[0\].result must be", id="a bad result"),
        pytest.param('{"stack_references": {"a": 1}}', "'stack_references' must be an object", id="bad outputs"),
    ],
)
def test_a_bad_file_of_answers_says_what_is_wrong(tmp_path, text, message):
    path = tmp_path / "answers.json"
    path.write_text(text)

    with pytest.raises(ConfigError, match=message):
        read_invokes(path)


def test_the_catalog_gives_the_zones_of_its_regions():
    class Facts:
        regions = ("us-east-1", "eu-west-1")

        def zones(self, region):
            return (f"{region}a",)

    assert catalog_answers(Facts()).zones == {"us-east-1": ("us-east-1a",), "eu-west-1": ("eu-west-1a",)}


def test_tags_of_a_resource_and_its_provider_make_all_its_tags(aws, named):
    stack = aws(
        "plain = aws.ec2.Vpc('plain', tags={'a': '1'})\n"
        "tagged = aws.Provider('tagged', region='us-east-1', default_tags={'tags': {'a': '0', 'b': '2'}})\n"
        "options = pulumi.ResourceOptions(provider=tagged)\n"
        "aws.ec2.Vpc('both', tags={'a': '1'}, opts=options)\n"
        "aws.ec2.Vpc('unknown', tags={'of': plain.arn}, opts=options)\n"
    )

    assert named(stack, "plain").outputs["tagsAll"] == {"a": "1"}
    assert named(stack, "both").outputs["tagsAll"] == {"a": "1", "b": "2"}
    assert named(stack, "both").outputs["arn"] == UNKNOWN
    assert named(stack, "unknown").outputs["tagsAll"] == UNKNOWN
