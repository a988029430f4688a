"""`fleet.testing` runs any policy pack against resources written as Python, as the engine would."""

import json
import textwrap
import time
from pathlib import Path

import pytest

from fleet.errors import ConfigError, PackError
from fleet.testing import UNKNOWN, Secret, analyze, component, provider, resource, start

PREFIX = "urn:pulumi:dev::project::"
LARGE = resource("aws:ec2/instance:Instance", "web", {"instanceType": "m7g.16xlarge"})


def small(name, **options):
    return resource("aws:ec2/instance:Instance", name, {"instanceType": "m7g.large"}, **options)


def subnet(name, zone):
    return resource("aws:ec2/subnet:Subnet", name, {"availabilityZone": zone})


def test_a_violation_has_everything_that_the_engine_reports(company):
    finding = company.analyze([LARGE]).of("no-large-instances")[0]

    assert finding.pack == "company"
    assert finding.level == "mandatory"
    assert finding.severity == "high"
    assert finding.urn == f"{PREFIX}aws:ec2/instance:Instance::web"
    assert finding.message == "Instances are small.\nm7g.16xlarge is none of m7g.large"
    assert finding.remediation == "Choose a smaller type."
    assert finding.documentation == "https://example.com/no-large"


def test_what_is_fine_gives_nothing(company):
    assert company.analyze([small("web")]).of("no-large-instances") == ()


def test_stack_rules_see_all_resources_and_report_on_the_stack_or_one_of_them(company):
    report = company.analyze([subnet("a", "us-east-1a"), component("my:index:Comp", "c", {"url": "not an output"})])

    assert [(finding.urn, finding.message) for finding in report.of("zones")] == [
        (f"{PREFIX}pulumi:pulumi:Stack::project-dev", "Networks span zones.\nonly 1 zones"),
        (f"{PREFIX}my:index:Comp::c", "Networks span zones.\na component without a url"),
    ]


def test_stack_rules_see_what_a_component_registers(company):
    report = company.analyze(
        [subnet("a", "a"), subnet("b", "b"), component("my:index:Comp", "c", outputs={"url": "https://x"})]
    )

    assert report.of("zones") == ()


def test_remediations_change_the_inputs(company):
    report = company.analyze([resource("aws:ebs/volume:Volume", "disk", {"type": "gp2", "size": 10})])

    assert report.remediated("disk") == {"type": "gp3", "size": 10}
    assert [(item.rule, item.before["type"], item.after["type"]) for item in report.remediations] == [
        ("gp3", "gp2", "gp3")
    ]


def test_configuration_has_defaults_and_levels_and_does_not_carry_over(company):
    strict = company.analyze([small("web")], config={"no-large-instances": {"allowed": ["t4g.nano"]}})
    softer = company.analyze([LARGE], config={"no-large-instances": "advisory"})
    silent = company.analyze([LARGE], config={"all": "disabled"})
    plain = company.analyze([LARGE])

    assert [finding.level for finding in strict.of("no-large-instances")] == ["mandatory"]
    assert [finding.level for finding in softer.of("no-large-instances")] == ["advisory"]
    assert silent.findings == ()
    assert [finding.level for finding in plain.of("no-large-instances")] == ["mandatory"]


def test_a_level_for_all_holds_for_rules_without_one_of_their_own(company):
    report = company.analyze(
        [LARGE], config={"all": "advisory", "no-large-instances": {"enforcementLevel": "mandatory"}}
    )

    assert {name: rule.level for name, rule in report.info.rules.items()} == {
        "gp3": "advisory",
        "no-large-instances": "mandatory",
        "zones": "advisory",
    }


@pytest.mark.parametrize(
    ("config", "message"),
    [
        pytest.param({"zones": "strict"}, "'strict' is not a valid enforcement level", id="a bad level"),
        pytest.param({"zones": {"enforcementLevel": 3}}, "3 is not a valid enforcement level", id="a level of no text"),
        pytest.param({"zones": 3}, "3 is not a valid value; must be a string or object", id="a bad entry"),
        pytest.param({"zones": {"zones": "two"}}, "zones: zones: invalid type; expected integer", id="a bad type"),
        pytest.param({"zones": {"zones": 0}}, "must be greater than or equal to 1; found 0", id="out of bounds"),
        pytest.param({"no-large-instances": {"allowed": [1]}}, "allowed.0: invalid type", id="inside a list"),
        pytest.param({"no-such-rule": {"option": 1}}, "it is no rule of the pack", id="options of no rule"),
        pytest.param({"zone": {"zones": 2}}, "no rule of the pack; did you mean 'zones'", id="a slip in a rule's name"),
    ],
)
def test_a_configuration_that_the_engine_refuses_is_an_error(company, config, message):
    with pytest.raises(ConfigError, match=message):
        company.analyze([], config=config)


def test_an_unknown_value_is_one_and_drops_the_sdks_rule_with_a_note(company):
    findings = company.analyze([resource("aws:ec2/instance:Instance", "web", {"instanceType": UNKNOWN})]).findings

    assert [(finding.rule, finding.level) for finding in findings][:1] == [("no-large-instances", "advisory")]
    assert "can't be known during preview" in findings[0].message


SEES = """\
    import json
    from pulumi_policy import PolicyPack, ResourceValidationPolicy, StackValidationPolicy

    def resource(args, report):
        if args.resource_type == "aws:x:Y":
            provider = args.provider
            report(json.dumps({
                "name": args.name, "urn": args.urn, "pw": args.props["pw"], "keys": sorted(list(args.props)),
                "provider": [provider.resource_type, provider.name, provider.props["region"]],
                "protect": args.opts.protect, "ignore": list(args.opts.ignore_changes), "parent": args.opts.parent,
                "create": args.opts.custom_timeouts.create_seconds, "tags": dict(args.stack_tags)}))

    def stack(args, report):
        one = next(r for r in args.resources if r.name == "two")
        report(json.dumps({
            "all": sorted(r.resource_type for r in args.resources),
            "parent": one.parent.name, "dependencies": [d.name for d in one.dependencies],
            "by": {k: [d.name for d in v] for k, v in one.property_dependencies.items()}}))

    PolicyPack("sees", [
        ResourceValidationPolicy("resource", "d", resource), StackValidationPolicy("stack", "d", stack)])
    """


def test_a_rule_sees_what_the_engine_shows_it(write_pack):
    west = provider("aws", "west", {"region": "us-west-2"})
    parent = component("my:index:Comp", "c")
    one = resource(
        "aws:x:Y",
        "one",
        {"pw": Secret("hush"), "__internal": 1},
        provider=west,
        parent=parent,
        protect=True,
        options={"ignoreChanges": ["pw"], "customTimeouts": {"create": "1h30m"}},
    )
    two = resource("aws:x:Z", "two", {"of": 1}, parent=parent, depends_on=[one], property_depends_on={"of": [one]})

    report = analyze(write_pack(SEES), [two], stack_config={"aws:region": "us-east-1"}, stack_tags={"owner": "me"})
    seen = json.loads(report.of("resource")[0].message.partition("\n")[2])
    stack = json.loads(report.of("stack")[0].message.partition("\n")[2])

    assert seen == {
        "name": "one",
        "urn": f"{PREFIX}my:index:Comp$aws:x:Y::one",
        "pw": "hush",
        "keys": ["pw"],
        "provider": ["pulumi:providers:aws", "west", "us-west-2"],
        "protect": True,
        "ignore": ["pw"],
        "parent": f"{PREFIX}my:index:Comp::c",
        "create": 5400.0,
        "tags": {"owner": "me"},
    }
    assert stack == {
        "all": [
            "aws:x:Y",
            "aws:x:Z",
            "my:index:Comp",
            "pulumi:providers:aws",
            "pulumi:providers:aws",
            "pulumi:pulumi:Stack",
        ],
        "parent": "c",
        "dependencies": ["one"],
        "by": {"of": ["one"]},
    }


def test_a_pack_works_in_a_folder_that_is_neither_its_own_nor_ours(write_pack):
    pack = write_pack(
        """\
        import os, sys
        from pulumi_policy import PolicyPack, StackValidationPolicy
        PolicyPack("p", [StackValidationPolicy("where", "d", lambda a, report: report(f"{os.getcwd()} {sys.path[0]}"))])
        """
    )

    folder, first = analyze(pack, []).of("where")[0].message.partition("\n")[2].split(" ")

    assert first == str(pack)
    assert folder != str(pack)
    assert not Path(folder, "fleet").exists()


RULE = """\
    import os, sys, time
    from pulumi_policy import PolicyPack, ResourceValidationPolicy
    def rule(args, report):
        {act}
    PolicyPack("p", [ResourceValidationPolicy("r", "d", rule)])
    """


@pytest.mark.parametrize(
    ("act", "message"),
    [
        pytest.param("raise ValueError('broken rule')", "broken rule", id="raises"),
        pytest.param("os._exit(3)", "its process ended during Analyze", id="ends its process"),
        pytest.param("time.sleep(60)", "no answer to Analyze in time", id="never answers"),
        pytest.param("sys.exit(1)", "its process ended during Analyze(?s:.*)SystemExit: 1", id="leaves its thread"),
    ],
)
def test_a_rule_that_breaks_is_an_error_with_its_words(write_pack, act, message):
    started = time.monotonic()

    with pytest.raises(PackError, match=message):
        analyze(write_pack(RULE.format(act=act)), [LARGE], timeout=4)

    assert time.monotonic() - started < 15


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("raise RuntimeError('no licence')\n", "failed to start:(?s:.*)no licence", id="raises"),
        pytest.param("x = = 1\n", "failed to start:(?s:.*)SyntaxError", id="no python"),
        pytest.param("import no_such_module\n", "No module named 'no_such_module'", id="lacks a module"),
        pytest.param("print('hello')\n", "printed 'hello' instead of its port", id="prints first"),
        pytest.param("import time; time.sleep(60)\n", "did not start within 3 seconds", id="hangs"),
        pytest.param("", "failed to start", id="does nothing"),
    ],
)
def test_a_pack_that_does_not_start_is_an_error_with_its_words(write_pack, text, message):
    with pytest.raises(PackError, match=message):
        analyze(write_pack(text), [], timeout=3)


@pytest.mark.parametrize(
    ("project", "message"),
    [
        pytest.param("version: 1\n", "names no runtime", id="no runtime"),
        pytest.param("runtime: nodejs\n", "the runtime 'nodejs'", id="another language"),
        pytest.param("runtime: [\n", "cannot read", id="broken"),
    ],
)
def test_a_bad_pack_file_says_what_is_wrong(write_pack, project, message):
    with pytest.raises(PackError, match=message):
        analyze(write_pack(project=project), [])


def test_a_folder_that_is_no_pack_is_told(tmp_path):
    with pytest.raises(PackError, match=r"is not a policy pack: it has no PulumiPolicy.yaml"):
        analyze(tmp_path, [])


def test_a_typing_error_in_a_rules_or_resources_name_cannot_pass(company):
    report = company.analyze([LARGE])

    with pytest.raises(KeyError, match="has no rule 'no-large'"):
        report.of("no-large")
    with pytest.raises(KeyError, match="no resource of the stack is named 'wep'"):
        report.about("wep")


def test_two_resources_cannot_share_a_name(company):
    with pytest.raises(ValueError, match="two resources have the URN"):
        company.analyze([small("web"), small("web")])


def test_nothing_runs_after_a_pack_is_closed(write_pack):
    pack = write_pack(
        """\
        import os, pathlib
        pathlib.Path(__file__).with_name("pid").write_text(str(os.getpid()))
        from pulumi_policy import PolicyPack, StackValidationPolicy
        PolicyPack("p", [StackValidationPolicy("r", "d", lambda args, report: None)])
        """
    )

    with start(pack):
        pid = int((pack / "pid").read_text())
        assert Path(f"/proc/{pid}").exists()

    assert not Path(f"/proc/{pid}").exists()


def test_the_example_of_the_guide_runs(tmp_path):
    """The code in docs/testing.md is a test that passes."""
    guide = (Path(__file__).parents[2] / "docs" / "testing.md").read_text()
    pack, test = (block.partition("```")[0] for block in guide.split("```python\n")[1:3])
    folder = tmp_path / "policies"
    folder.mkdir()
    (folder / "PulumiPolicy.yaml").write_text("runtime: python\n")
    (folder / "__main__.py").write_text(pack)
    namespace = {"PACK": folder}

    exec(compile(textwrap.dedent(test), "docs/testing.md", "exec"), namespace)
    tests = [value for name, value in namespace.items() if name.startswith("test_")]

    assert len(tests) >= 3
    for one in tests:
        one()
