"""Configuration reaches the program as the command line would give it."""

import pytest

from fleet.engine.embedded import read_config, read_project
from fleet.errors import ProgramError
from fleet.stack import Secret

PROJECT = "name: demo\nruntime: python\nconfig:\n"


def config(program, project="", stack=None, given=None, name="dev"):
    program.write("Pulumi.yaml", PROJECT + project if project else "name: demo\nruntime: python\n")
    if stack is not None:
        program.write(f"Pulumi.{name}.yaml", stack)
    return read_config(read_project(program.folder), name, given)


@pytest.mark.parametrize(
    ("line", "key", "text"),
    [
        pytest.param("  size: 3\n", "demo:size", "3", id="a number"),
        pytest.param("  on: true\n", "demo:on", "true", id="a boolean"),
        pytest.param("  aws:region: us-east-1\n", "aws:region", "us-east-1", id="a namespace"),
        pytest.param("  demo:config:x: y\n", "demo:x", "y", id="the older form of a key"),
        pytest.param("  zones: [a, b]\n", "demo:zones", '["a","b"]', id="a list"),
        pytest.param("  size: {value: 3}\n", "demo:size", "3", id="an explicit value"),
        pytest.param("  size: {type: integer, default: 3}\n", "demo:size", "3", id="a declared default"),
        pytest.param("  tags: {value: {a: [1]}}\n", "demo:tags", '{"a":[1]}', id="an object"),
        pytest.param("  off: {default: false}\n", "demo:off", "false", id="a default that is false"),
        pytest.param("  none: {default: 0}\n", "demo:none", "0", id="a default that is zero"),
    ],
)
def test_values_of_the_project_file(program, line, key, text):
    assert config(program, line).values == {key: text}


def test_the_stacks_file_wins_over_the_project_and_what_is_given_over_both(program):
    values = config(
        program, "  a: 1\n  b: 1\n  c: 1\n", "config:\n  demo:b: 2\n  demo:c: 2\n", {"c": "3", "aws:region": "x"}
    ).values

    assert values == {"demo:a": "1", "demo:b": "2", "demo:c": "3", "aws:region": "x"}


def test_a_value_that_is_declared_without_a_default_must_be_set(program):
    with pytest.raises(ProgramError, match=r"missing configuration value 'size'.*set it in Pulumi\.dev\.yaml"):
        config(program, "  size: {type: integer}\n")


def test_a_declared_value_may_come_from_the_stack(program):
    assert config(program, "  size: {type: integer}\n", "config: {demo:size: 4}\n").values == {"demo:size": "4"}


def test_encrypted_values_are_secret_and_not_read(program):
    found = config(
        program,
        stack="config:\n  demo:pw: {secure: AAABAC}\n  demo:db: {user: me, pw: {secure: AAABAC}}\n  demo:n: 1\n",
    )

    assert found.secret_keys == {"demo:pw", "demo:db"}
    assert found.values == {"demo:pw": "[secret]", "demo:db": '{"pw":"[secret]","user":"me"}', "demo:n": "1"}
    assert found.public == {"demo:n": "1"}


def test_each_stack_has_its_own_file(program):
    program.write("Pulumi.prod.yaml", "config: {demo:size: 9}\n")

    assert config(program, "  size: 3\n", name="prod").values == {"demo:size": "9"}
    assert config(program, "  size: 3\n", name="dev").values == {"demo:size": "3"}


def test_stack_files_may_live_in_a_folder_of_their_own(program):
    program.write("stacks/Pulumi.dev.yaml", "config: {demo:size: 9}\n")
    program.write("Pulumi.yaml", "name: demo\nruntime: python\nstackConfigDir: stacks\n")

    assert read_config(read_project(program.folder), "dev").values == {"demo:size": "9"}


def test_the_program_reads_its_configuration_and_secrets_stay_secret(program):
    program.write("Pulumi.yaml", PROJECT + "  size: 3\n  tags: {value: {a: b}}\n  pw: {value: hush, secret: true}\n")
    program.write("Pulumi.dev.yaml", "config: {demo:locked: {secure: AAABAC}}\n")

    run = program.run(
        """\
        import threading
        import pulumi
        config = pulumi.Config()
        pulumi.export("size", config.require_int("size") + 1)
        pulumi.export("tags", config.require_object("tags"))
        pulumi.export("pw", config.require_secret("pw"))
        pulumi.export("locked", config.require_secret("locked"))
        seen = []
        thread = threading.Thread(target=lambda: seen.append(pulumi.Config("demo").get("size")))
        thread.start()
        thread.join()
        pulumi.export("in a thread", seen)
        """
    )

    assert run.stack.exports == {
        "size": 4,
        "tags": {"a": "b"},
        "pw": Secret("hush"),
        "locked": Secret(None),
        "in a thread": ["3"],
    }
    assert run.stack.config == {"demo:size": "3", "demo:tags": '{"a":"b"}'}
    assert "hush" not in repr(run)


def test_secret_configuration_of_a_provider_is_secret_on_its_default_provider(program, named):
    program.write("Pulumi.yaml", PROJECT + "  aws:region: us-east-1\n  aws:token: {value: hush, secret: true}\n")

    stack = program.stack("import pulumi\npulumi.CustomResource('aws:ec2/vpc:Vpc', 'v')\n")

    assert named(stack, "default").inputs == {"region": "us-east-1", "token": Secret("hush")}


def test_what_of_the_configuration_cannot_be_read_is_said(program):
    program.write("Pulumi.dev.yaml", "environment: [base]\nconfig: {demo:pw: {secure: AAABAC}}\n")

    assert program.run("").diagnostics == (
        "note: encrypted configuration cannot be read here, the program sees [secret]: demo:pw",
        "note: Pulumi.dev.yaml imports environments of Pulumi ESC; their values are not known here",
    )


def test_a_stack_may_be_named_with_its_organization(program):
    program.write("Pulumi.prod.yaml", "config: {demo:size: 9}\n")

    stack = program.stack(
        "import pulumi\npulumi.export('where', [pulumi.get_organization(), pulumi.get_stack()])\n",
        stack="acme/demo/prod",
    )

    assert stack.name == "prod"
    assert stack.config == {"demo:size": "9"}
    assert stack.exports == {"where": ["acme", "prod"]}
