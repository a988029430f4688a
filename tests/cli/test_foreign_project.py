"""A plain pulumi-aws program that never heard of fleet: useful output on the first try."""

import json
import sys

import pytest

PROGRAM = """\
import pulumi
import pulumi_aws as aws

size = pulumi.Config().require("size")
network = pulumi.StackReference("org/network/prod")
ami = aws.ec2.get_ami(most_recent=True, owners=["amazon"])
web = [
    aws.ec2.Instance(f"web-{n}", ami=ami.id, instance_type=size, subnet_id=network.get_output("subnet"))
    for n in range(4)
]
disk = aws.ebs.Volume("disk", availability_zone="us-east-1a", size=100, type="gp2")
ci = aws.ec2.Instance("ci", ami="ami-0123", instance_type="mac2.metal")
pulumi.export("token", pulumi.Output.secret("hunter2"))
"""


@pytest.fixture
def foreign(tmp_path, monkeypatch):
    """Its folder, with its own configuration; the current folder."""
    (tmp_path / "Pulumi.yaml").write_text("name: webshop\nruntime: python\n", encoding="utf-8")
    config = "config: {aws:region: us-east-1, webshop:size: m5.large}\n"
    (tmp_path / "Pulumi.dev.yaml").write_text(config, encoding="utf-8")
    (tmp_path / "__main__.py").write_text(PROGRAM, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("FLEET_TODAY", "2026-12-01")
    return tmp_path


def useful(ran):
    """What an engineer wants to see on the first try."""
    assert ran.code == 1
    for part in (
        "m5.large",  # what it is
        "USD a month",  # what it costs
        "FM401",  # what cannot work: a Mac without a host
        "__main__.py:12",  # and where it stands
        "FC110",  # what is wasteful
        "FC105",
        "org/network/prod: its outputs are unknown",  # what could not be known
        "failed: 1 mandatory finding",
    ):
        assert part in ran.out
    assert "Traceback" not in ran.err
    assert "hunter2" not in ran.out + ran.err
    # Advice about every single resource is said once.
    assert ran.out.count("FT701") <= 1


def test_without_any_pack_the_installed_one_judges(foreign, fleet):
    useful(fleet("preview"))


def test_with_the_pack_in_its_own_folder(foreign, fleet):
    assert fleet("policies", "install", "policies").code == 0

    useful(fleet("preview", "--policy-pack", "policies"))


def test_every_report_of_it_in_one_run(foreign, fleet):
    names = ["r.html", "r.json", "r.md", "r.sarif", "r.txt", "r.xml"]
    ran = fleet("preview", *[part for name in names for part in ("--report", name)])

    assert ran.code == 1
    assert all((foreign / name).stat().st_size > 500 for name in names)
    assert json.loads((foreign / "r.json").read_text())["counts"]["mandatory"] == 1
    assert not any("hunter2" in (foreign / name).read_text() for name in names)


def test_an_unknown_ending_is_refused_before_anything_runs(foreign, fleet):
    (foreign / "__main__.py").write_text("raise SystemExit('ran')\n")
    ran = fleet("preview", "--report", "result.pdf")

    assert (ran.code, ran.out) == (2, "")
    assert ".sarif" in ran.err
    assert "unhandled" not in ran.err


def test_an_old_stack_adopts_the_rules_with_a_baseline(foreign, fleet):
    assert fleet("preview", "--save-baseline", "baseline.json").code == 1
    assert fleet("preview", "--baseline", "baseline.json").code == 1
    assert fleet("preview", "--baseline", "baseline.json", "--fail-on", "new").code == 0
    (foreign / "__main__.py").write_text(PROGRAM.replace('("ci"', '("ci2"'), encoding="utf-8")
    ran = fleet("preview", "--baseline", "baseline.json", "--fail-on", "new")

    assert ran.code == 1
    assert "failed: 1 new mandatory finding" in ran.out


def test_a_baseline_that_is_none_is_refused_before_anything_runs(foreign, fleet):
    (foreign / "old.json").write_text("{}")
    (foreign / "__main__.py").write_text("print('ran')\n")
    ran = fleet("preview", "--baseline", "old.json", "--fail-on", "new")

    assert (ran.code, ran.out) == (2, "")
    assert "old.json" in ran.err


def test_its_own_python_is_named_when_it_lacks_pulumi(foreign, fleet):
    """A virtual environment that is not there is said with the command that makes it."""
    (foreign / "Pulumi.yaml").write_text("name: webshop\nruntime: {name: python, options: {virtualenv: venv}}\n")
    ran = fleet("preview")

    assert ran.code == 3
    assert "-m venv" in ran.err
    assert "or take the option out" in ran.err


def test_the_pack_names_no_path_of_this_machine(foreign, fleet):
    """The folder of whoever installed it would hold nowhere else: the definition names none; what to do is said."""
    ran = fleet("policies", "install", "policies")

    definition = (foreign / "policies" / "PulumiPolicy.yaml").read_text()
    assert "virtualenv" not in definition
    assert sys.prefix not in definition
    assert "python3 -m venv policies/venv" in ran.out


def test_the_pack_names_the_environment_of_its_project(foreign, fleet, monkeypatch):
    """Installed in the project's own environment, the pack runs in it wherever the project is checked out."""
    monkeypatch.setattr(sys, "prefix", str(foreign / ".venv"))
    fleet("policies", "install", "policies")

    assert "    virtualenv: ../.venv\n" in (foreign / "policies" / "PulumiPolicy.yaml").read_text()


def test_a_wrong_configuration_names_its_file_and_the_nearest_rule(foreign, fleet):
    """A rule that is misspelt is not in force, and whoever wrote it finds the line."""
    assert fleet("policies", "install", "policies").code == 0
    own, other = foreign / "policies" / "config.json", foreign / "house.json"
    own.write_text('{"gp2": "disabled"}')
    other.write_text('{"monthly-budget-exceeded": {"monthly": 3}}')
    ran = fleet("preview")
    told = fleet("preview", "--policy-config", "house.json")

    assert (ran.code, told.code) == (2, 2)
    assert f"{own}: " in ran.err
    assert "unknown rule 'gp2'; did you mean 'gp2-volume'?" in ran.err
    assert "house.json: " in told.err
    assert "unknown option 'monthly'; did you mean 'monthly_usd'?" in told.err


@pytest.mark.parametrize(
    ("stack", "said"),
    [
        pytest.param("devv", "no Pulumi.devv.yaml; did you mean 'dev'?", id="a slip"),
        pytest.param("acme/webshop/devv", "no Pulumi.devv.yaml; did you mean 'dev'?", id="a slip in a full name"),
        pytest.param("qa", "no Pulumi.qa.yaml; there is one of dev", id="unlike any"),
        pytest.param("dev", None, id="configured"),
        pytest.param("acme/webshop/dev", None, id="configured, by its full name"),
    ],
)
def test_a_stack_without_configuration_is_said_where_others_have_one(foreign, fleet, stack, said):
    """`--stack devv` is a stack of its own, priced without the configuration that was meant."""
    (foreign / "__main__.py").write_text("")
    ran = fleet("preview", "--stack", stack)

    assert ran.code == 0
    assert (said in ran.err) if said else ("has no configuration" not in ran.err)


def test_a_stack_without_configuration_is_nothing_to_say_where_none_has_any(foreign, fleet):
    (foreign / "__main__.py").write_text("")
    (foreign / "Pulumi.dev.yaml").unlink()

    assert "no configuration" not in fleet("preview", "--stack", "qa").err
