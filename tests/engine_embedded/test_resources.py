"""What a program declares is what the stack holds: names, parents, providers, dependencies, values, places."""

import textwrap

import pytest

from fleet.stack import UNKNOWN, Location, Secret

# Plain resources: the SDK of AWS takes a second to import, and its classes add nothing to these promises.
PRELUDE = textwrap.dedent("""\
    import pulumi
    from pulumi import ResourceOptions as Options

    class Vpc(pulumi.CustomResource):
        arn: pulumi.Output[str]
        def __init__(self, name, props=None, opts=None):
            opts = Options.merge(Options(version="7.51.1"), opts)
            super().__init__("aws:ec2/vpc:Vpc", name, {"arn": None, **(props or {})}, opts)

    class Inner(pulumi.ComponentResource):
        def __init__(self, name, opts=None):
            super().__init__("my:index:Inner", name, {"size": 1}, opts)
            self.vpc = Vpc(name + "-vpc", {"tags": {"a": "b"}}, Options(parent=self))
            self.register_outputs({"arn": self.vpc.arn, "tags": {"a": "b"}})

    class Outer(pulumi.ComponentResource):
        def __init__(self, name, opts=None):
            super().__init__("my:index:Outer", name, None, opts)
            self.inner = Inner(name + "-inner", Options(parent=self))
            self.register_outputs({})

    class Aws(pulumi.ProviderResource):
        def __init__(self, name, props=None, opts=None):
            super().__init__("aws", name, props or {}, opts)
    """)
PREFIX = "urn:pulumi:dev::demo::"


def body(text: str) -> str:
    return PRELUDE + textwrap.dedent(text)


def test_urns_carry_the_chain_of_parents(program):
    stack = program.stack(body("Outer('o')\nVpc('alone')\n"))

    assert [resource.urn.removeprefix(PREFIX) for resource in stack.resources if "providers" not in resource.urn] == [
        "pulumi:pulumi:Stack::demo-dev",
        "my:index:Outer::o",
        "aws:ec2/vpc:Vpc::alone",
        "my:index:Outer$my:index:Inner::o-inner",
        "my:index:Outer$my:index:Inner$aws:ec2/vpc:Vpc::o-inner-vpc",
    ]


def test_children_of_resources_name_their_parent_and_what_has_none_the_root_stack(program, named):
    stack = program.stack(body("v = Vpc('v')\nVpc('child', opts=Options(parent=v))\n"))

    assert named(stack, "v").parent == f"{PREFIX}pulumi:pulumi:Stack::demo-dev"
    assert named(stack, "child").urn == f"{PREFIX}aws:ec2/vpc:Vpc$aws:ec2/vpc:Vpc::child"


def test_a_program_without_providers_gets_the_default_provider_with_its_version_and_configuration(program, named):
    program.write("Pulumi.yaml", "name: demo\nruntime: python\nconfig: {'aws:region': us-west-2}\n")

    stack = program.stack(body("Vpc('v')\n"))

    default = named(stack, "default_7_51_1")
    assert default.urn == f"{PREFIX}pulumi:providers:aws::default_7_51_1"
    assert default.inputs == {"region": "us-west-2", "version": "7.51.1"}
    assert named(stack, "v").provider == default.urn


def test_components_hand_their_providers_to_their_children(program, named):
    stack = program.stack(
        body("""\
        west = Aws("west", {"region": "us-west-2"})
        Outer("by-list", Options(providers=[west]))
        Outer("by-name", Options(providers={"aws": west}))
        Outer("by-one", Options(provider=west))
        """)
    )

    for name in ("by-list", "by-name", "by-one"):
        assert named(stack, f"{name}-inner-vpc").provider == f"{PREFIX}pulumi:providers:aws::west"
    assert "default" not in "".join(resource.urn for resource in stack.resources)


def test_a_denied_default_provider_is_refused_where_it_is_needed(program, refused):
    program.write(
        "Pulumi.yaml", 'name: demo\nruntime: python\nconfig: {"pulumi:disable-default-providers": {value: ["*"]}}\n'
    )

    problem = refused(body("Vpc('v')\n"))

    assert "Default provider for 'aws' disabled. 'aws:ec2/vpc:Vpc' must use an explicit provider." in str(problem)


def test_options_reach_the_resource_and_protection_reaches_its_children(program, named):
    stack = program.stack(
        body("""\
        Outer("o", Options(protect=True))
        Vpc("v", opts=Options(
            ignore_changes=["tags"], additional_secret_outputs=["arn"], delete_before_replace=True,
            aliases=["urn:pulumi:dev::demo::aws:ec2/vpc:Vpc::w", pulumi.Alias(name="old")],
            custom_timeouts=pulumi.CustomTimeouts(create="1h30m")))
        Outer("free", Options(protect=False))
        """)
    )

    assert named(stack, "o-inner-vpc").protect
    assert not named(stack, "free-inner-vpc").protect
    assert named(stack, "v").options == {
        "ignoreChanges": ["tags"],
        "additionalSecretOutputs": ["arn"],
        "deleteBeforeReplace": True,
        "aliases": ["urn:pulumi:dev::demo::aws:ec2/vpc:Vpc::w", "urn:pulumi:dev::demo::aws:ec2/vpc:Vpc::old"],
        "customTimeouts": {"create": "1h30m"},
    }


def test_what_the_cloud_computes_is_unknown_and_what_the_program_sets_flows_on(program, named):
    stack = program.stack(
        body("""\
        v = Vpc("v", {"cidrBlock": "10.0.0.0/16"})
        Vpc("w", {"from_id": v.id, "from_arn": v.arn, "text": pulumi.Output.concat("x-", v.id),
                  "nested": {"list": [1, 2.5, v.arn, None]}})
        """)
    )

    assert named(stack, "v").id is None
    assert named(stack, "w").inputs == {
        "from_id": UNKNOWN,
        "from_arn": UNKNOWN,
        "text": UNKNOWN,
        "nested": {"list": [1, 2.5, UNKNOWN, None]},
    }


def test_dependencies_are_listed_in_all_and_by_property(program, named):
    stack = program.stack(
        body("""\
        v = Vpc("v")
        o = Outer("o")
        Vpc("w", {"vpc": v.id}, Options(depends_on=[o]))
        """)
    )

    vpc, inner = f"{PREFIX}aws:ec2/vpc:Vpc::v", f"{PREFIX}my:index:Outer$my:index:Inner$aws:ec2/vpc:Vpc::o-inner-vpc"
    assert set(named(stack, "w").dependencies) == {vpc, inner}
    assert named(stack, "w").property_dependencies == {"vpc": (vpc,)}


def test_secrets_stay_secret_and_their_repr_hides_them(program, named):
    stack = program.stack(
        body("""\
        hush = pulumi.Output.secret("hush")
        Vpc("v", {"password": hush, "made": hush.apply(lambda x: x + "!")})
        pulumi.export("password", hush)
        """)
    )

    assert named(stack, "v").inputs == {"password": Secret("hush"), "made": Secret("hush!")}
    assert stack.exports == {"password": Secret("hush")}
    assert "hush" not in repr(stack)


def test_components_have_their_inputs_and_the_outputs_that_they_register(program, named):
    inner = named(program.stack(body("Outer('o')\n")), "o-inner")

    assert not inner.custom
    assert inner.inputs == {"size": 1}
    assert inner.outputs == {"arn": UNKNOWN, "tags": {"a": "b"}}


def test_exports_are_the_outputs_of_the_root_stack(program, named):
    stack = program.stack(body("pulumi.export('n', {'a': [1, True, None]})\npulumi.export('id', Vpc('v').id)\n"))

    assert stack.exports == {"n": {"a": [1, True, None]}, "id": UNKNOWN}
    assert named(stack, "demo-dev").outputs == stack.exports


def test_every_resource_names_the_line_that_declared_it(program, named):
    stack = program.stack(body("\n\nOuter('o')\n"))
    lines = PRELUDE.splitlines()

    assert named(stack, "o").location == Location(file="__main__.py", line=len(lines) + 3)
    inner = next(number for number, line in enumerate(lines, 1) if "self.inner = " in line)
    assert named(stack, "o-inner").location == Location(file="__main__.py", line=inner)


def test_code_of_installed_packages_is_not_the_programs_place(program, named):
    program.write("venv/lib/python3/site-packages/library.py", PRELUDE + "def make(name):\n    return Vpc(name)\n")

    stack = program.stack(
        """\
        import sys
        sys.path.insert(0, "venv/lib/python3/site-packages")
        import library

        library.make("v")
        """
    )

    assert named(stack, "v").location == Location(file="__main__.py", line=5)


def test_resources_that_exist_are_read_not_created(program, named):
    stack = program.stack(
        body("v = Vpc('v', opts=Options(id='vpc-1'))\nVpc('w', {'id_of_v': v.id, 'arn_of_v': v.arn})\n")
    )

    assert (named(stack, "v").operation, named(stack, "v").id) == ("read", "vpc-1")
    assert named(stack, "w").inputs == {"id_of_v": "vpc-1", "arn_of_v": UNKNOWN}


def test_imported_resources_have_the_id_that_they_are_imported_by(program, named):
    imported = named(program.stack(body("Vpc('v', opts=Options(import_='vpc-1'))\n")), "v")

    assert (imported.operation, imported.id) == ("import", "vpc-1")


def test_two_resources_of_one_name_are_refused_with_the_place_of_the_second(program, refused):
    problem = refused(body("Vpc('v')\nVpc('v')\n"))

    line = len(PRELUDE.splitlines()) + 2
    assert str(problem) == (
        f"__main__.py:{line}: Duplicate resource URN '{PREFIX}aws:ec2/vpc:Vpc::v'; try giving it a unique name"
    )


def test_components_of_other_languages_are_listed_as_not_answered_and_their_outputs_are_unknown(program, named):
    stack = program.stack(
        body("""\
        class Remote(pulumi.ComponentResource):
            url: pulumi.Output[str]
            def __init__(self, name):
                super().__init__("awsx:ec2:Vpc", name, {"url": None, "size": 2}, Options(version="2.0.0"), remote=True)
        Vpc("v", {"url": Remote("r").url})
        """)
    )

    assert stack.not_answered == (("remote_component", "awsx:ec2:Vpc"),)
    assert named(stack, "r").inputs == {"size": 2}
    assert named(stack, "v").inputs == {"url": UNKNOWN}


def test_dynamic_providers_of_the_program_pass(program, named):
    stack = program.stack(
        """\
        import pulumi
        from pulumi.dynamic import CreateResult, Resource, ResourceProvider

        class Provider(ResourceProvider):
            def create(self, props):
                raise RuntimeError("nothing is created in a preview")

        class Thing(Resource):
            made: pulumi.Output[str]
            def __init__(self, name, size):
                super().__init__(Provider(), name, {"size": size, "made": None})

        pulumi.export("made", Thing("t", 3).made)
        """
    )

    assert named(stack, "t").type == "pulumi-python:dynamic:Resource"
    assert named(stack, "t").inputs == {"size": 3}
    assert stack.exports == {"made": UNKNOWN}


@pytest.mark.parametrize(
    "declaration",
    [
        pytest.param("pulumi.runtime.register_resource_transform(change)\nVpc('v', {'a': 1})", id="of the stack"),
        pytest.param("Vpc('v', {'a': 1}, Options(transforms=[change]))", id="of the resource"),
        pytest.param("Outer('o', Options(transforms=[change]))", id="of a component for its children"),
        pytest.param("pulumi.runtime.register_stack_transformation(old)\nVpc('v', {'a': 1})", id="the older kind"),
    ],
)
def test_transforms_change_the_inputs(program, named, declaration):
    stack = program.stack(
        body("""\
        def change(args):
            if args.type_ == "aws:ec2/vpc:Vpc":
                return pulumi.ResourceTransformResult({**args.props, "added": "yes"}, args.opts)
        def old(args):
            if args.type_ == "aws:ec2/vpc:Vpc":
                return pulumi.ResourceTransformationResult({**args.props, "added": "yes"}, args.opts)
        """)
        + declaration
        + "\n"
    )

    assert named(stack, "o-inner-vpc" if "Outer" in declaration else "v").inputs["added"] == "yes"


def test_a_transform_may_wait_and_call(program, named):
    """An asynchronous transform runs on the program's loop, while registrations wait for it."""
    stack = program.stack(
        body("""\
        import asyncio
        async def change(args):
            await asyncio.sleep(0.01)
            if args.type_ == "aws:ec2/vpc:Vpc":
                return pulumi.ResourceTransformResult({**args.props, "added": "late"}, args.opts)
        pulumi.runtime.register_resource_transform(change)
        first = Vpc("v")
        for number in range(40):
            Vpc(f"v{number}", {"of": first.arn})
        """)
    )

    assert {named(stack, f"v{number}").inputs["added"] for number in range(40)} == {"late"}


def test_a_transform_that_raises_is_the_programs_error(program, refused):
    problem = refused(
        body("""\
        def change(args):
            raise ValueError("not like this")
        pulumi.runtime.register_resource_transform(change)
        Vpc("v")
        """)
    )

    assert "not like this" in str(problem)


def test_the_order_of_resources_is_the_order_of_the_program(program):
    text = body("for number in range(60):\n    Vpc(f'v{number:02}')\n")

    first, second = program.stack(text), program.stack(text)

    names = [resource.name for resource in first.resources if resource.name.startswith("v")]
    assert names == sorted(names)
    assert first == second


def test_asynchronous_programs_are_waited_for(program, named):
    stack = program.stack(
        body("""\
        import asyncio
        async def main():
            await asyncio.sleep(0.01)
            Vpc("late")
            return {"done": True}
        pulumi.run(main)
        """)
    )

    assert named(stack, "late").operation == "create"
    assert stack.exports == {"done": True}


def test_a_program_may_be_empty(program):
    stack = program.stack("")

    assert [resource.urn for resource in stack.resources] == [f"{PREFIX}pulumi:pulumi:Stack::demo-dev"]
