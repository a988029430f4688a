"""The pack as engines run it: over the Analyzer protocol, in a process of its own, from a foreign folder."""

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from fleet_policies.analysis import analyze
from fleet_policies.registry import rules
from fleet_policies.scene import Given, Scene
from fleet_policies.settings import read_settings

from fleet.catalog import Catalog
from fleet.engine.packs import run_pack
from fleet.errors import ConfigError, PackError
from fleet.stack.model import UNKNOWN, Resource, Secret, Stack
from fleet.testing import resource as given
from fleet.testing import start

ROOT = Path(__file__).parents[2]
PACK = ROOT / "policies"
TODAY = date(2026, 12, 1)
WEST = {"aws:region": "us-west-2"}


@pytest.fixture(scope="module")
def catalog():
    return Catalog.load()


def resource(kind, name, inputs, **more):
    return Resource(urn=f"urn:pulumi:dev::p::{kind}::{name}", type=kind, name=name, inputs=inputs, **more)


def instance(name, **inputs):
    return resource("aws:ec2/instance:Instance", name, {"ami": "ami-1", **inputs})


def stack_of(*resources):
    return Stack(project="p", name="dev", resources=resources, config={"aws:region": "us-east-1"})


def found_by(catalog, *resources, config=None):
    given = Given(today=TODAY, catalog=catalog)
    return analyze(Scene(stack_of(*resources), given), rules(), read_settings(config or {}, rules()))


def test_a_process_of_its_own_says_the_same_as_the_rules_in_process(catalog, tmp_path, monkeypatch):
    """Same rule, resource, level and message, though a folder `fleet` beside the program would hide the package."""
    (tmp_path / "fleet").mkdir()
    (tmp_path / "fleet" / "__init__.py").write_text("raise ImportError('the wrong fleet')")
    monkeypatch.setenv("FLEET_TODAY", TODAY.isoformat())
    resources = [
        instance("mac", instanceType="mac2.metal"),
        instance("web", instanceType="m5.2xlarge", userData=Secret("hunter2")),
        instance("later", instanceType=UNKNOWN, hostId=UNKNOWN),
    ]
    run = run_pack(PACK, tmp_path, stack_of(*resources), {"required-tags-missing": {"tags": ["owner"]}})
    own = found_by(catalog, *resources, config={"required-tags-missing": {"tags": ["owner"]}})

    assert [(f.rule, f.urn, f.level, f.message) for f in run.findings] == [
        (f.rule, f.urn, f.level, f.message) for f in own.findings
    ]
    assert "hunter2" not in str(run)
    assert {rule for rule, _ in run.not_applicable} >= {"monthly-budget-exceeded"}


@pytest.mark.parametrize(
    ("config", "message"),
    [
        pytest.param({"gp2-volum": "advisory"}, "unknown rule 'gp2-volum'; did you mean 'gp2-volume'", id="rule"),
        pytest.param({"gp2": "advisory"}, "unknown rule 'gp2'; did you mean 'gp2-volume'", id="part of a rule"),
        pytest.param({"fc110": "advisory"}, "unknown rule 'fc110'; FC110 is 'gp2-volume'", id="id of a rule"),
        pytest.param({"zzz": "advisory"}, "unknown rule 'zzz'$", id="nothing like any"),
        pytest.param({"gp2-volume": {"on_unknwon": "fail"}}, "did you mean 'on_unknown'", id="option"),
        pytest.param({"graviton-available": "remediate"}, "'remediate' is not possible", id="level"),
    ],
)
def test_a_wrong_configuration_is_refused(tmp_path, config, message):
    """A typo never turns a rule off in silence."""
    with pytest.raises(ConfigError, match=message):
        run_pack(PACK, tmp_path, stack_of(), config)


@pytest.mark.parametrize("name", ["config.json", "config.strict.json", "config.relaxed.json"])
def test_the_configurations_that_come_with_the_pack_are_right(name):
    """Every rule and option in them exists."""
    read_settings(json.loads((PACK / name).read_text()), rules())


@pytest.mark.parametrize("name", ["__main__.py", "config.json", "requirements.txt"])
def test_the_pack_inside_the_package_is_the_pack(name):
    """What `fleet policies install` copies is what is tested here."""
    assert (PACK / "fleet_policies" / "pack" / name).read_text() == (PACK / name).read_text()


def test_a_broken_file_is_told_with_the_first_resource(tmp_path):
    (tmp_path / "fleet.yaml").write_text("version: 1\nname: example\nregon: us-east-1\nworkloads: []\n")

    with pytest.raises(PackError, match=r"fleet.yaml:3:1: regon: unknown key .*; did you mean 'region'\?"):
        run_pack(PACK, tmp_path, stack_of(instance("web", instanceType="m7g.large")))


def test_a_pack_whose_rules_cannot_be_loaded_says_why(tmp_path):
    """The engine is answered before the rules are there: what is wrong with them is told with the next question."""
    pack = tmp_path / "policies"
    shutil.copytree(PACK, pack, ignore=shutil.ignore_patterns("__pycache__"))
    (pack / "PulumiPolicy.yaml").write_text("runtime: python\n")
    (pack / "fleet_policies" / "registry.py").write_text("import no_such_package\n")

    with pytest.raises(PackError, match="the policy pack cannot be loaded:") as caught:
        run_pack(pack, tmp_path, stack_of(instance("web", instanceType="m7g.large")))

    assert "ModuleNotFoundError: No module named 'no_such_package'" in str(caught.value)


def test_gp2_is_changed_to_gp3_only_at_level_remediate(tmp_path):
    """The change keeps what gp2 gave: more IOPS and throughput for large volumes."""
    volume = resource("aws:ebs/volume:Volume", "v", {"availabilityZone": "us-east-1a", "size": 2000, "type": "gp2"})
    run = run_pack(PACK, tmp_path, stack_of(volume), {"gp2-volume": "remediate"})
    after = run.remediations[0].after

    assert (after["type"], after["iops"], after["throughput"]) == ("gp3", 6000, 250)
    assert "gp2-volume" not in {finding.rule for finding in run.findings}
    assert run_pack(PACK, tmp_path, stack_of(volume), {"gp2-volume": "advisory"}).remediations == ()


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"hostId": UNKNOWN}, id="a host that is not known yet"),
        pytest.param({"tenancy": UNKNOWN}, id="a tenancy that is not known yet"),
        pytest.param({"hostResourceGroupArn": UNKNOWN}, id="a host resource group that is not known yet"),
    ],
)
def test_what_is_set_but_unknown_counts_as_set(catalog, more):
    """No mandatory finding without proof."""
    analysis = found_by(catalog, instance("mac", instanceType="mac2.metal", **more))

    assert "mandatory" not in {finding.level for finding in analysis.findings}


def test_an_unknown_output_of_the_provider_is_not_a_setting(catalog):
    """Providers answer a preview with computed values as unknown; only inputs say what was set."""
    mac = instance("mac", instanceType="mac2.metal")
    previewed = replace(mac, outputs={**mac.inputs, "hostId": UNKNOWN, "tenancy": UNKNOWN})

    assert "mac-instance-without-host" in {f.rule for f in found_by(catalog, previewed).findings}


@pytest.mark.parametrize(
    "inputs",
    [
        pytest.param({"instanceType": 7, "tags": "no", "rootBlockDevice": 3}, id="wrong types"),
        pytest.param({"instanceType": "m7g.large\u2028\N{PILE OF POO}" * 1000}, id="unicode and length"),
        pytest.param({"instanceType": "x" * 1_000_000}, id="a name of a megabyte"),
        pytest.param({}, id="nothing at all"),
        pytest.param({"tags": {"fleet:memory-gib": "nan", "fleet:accelerators": "-1e999"}}, id="no numbers"),
        pytest.param({"instanceType": "m7g.large", "rootBlockDevice": {"volumeSize": -5}}, id="a negative size"),
    ],
)
def test_hostile_input_crashes_no_rule(catalog, inputs):
    """Whatever a program says, every rule comes to an end, and messages stay short."""
    kinds = ["aws:ec2/instance:Instance", "aws:autoscaling/group:Group", "aws:ec2/launchTemplate:LaunchTemplate"]
    kinds += ["aws:batch/computeEnvironment:ComputeEnvironment", "aws:eks/nodeGroup:NodeGroup", "aws:ec2/fleet:Fleet"]
    kinds += ["aws:ec2/dedicatedHost:DedicatedHost", "aws:ebs/volume:Volume", "aws:autoscaling/schedule:Schedule"]
    analysis = found_by(catalog, *(resource(kind, "r", inputs) for kind in kinds))

    assert [finding.message for finding in analysis.findings if "failed with" in finding.message] == []
    assert all(len(finding.message) < 5000 for finding in analysis.findings)


def test_prices_are_worked_out_once_for_all_rules(catalog, monkeypatch):
    """However many rules there are (what it takes is measured in benchmarks/policies.py)."""
    import fleet_policies.scene as module

    real, calls = module.estimate, []

    def counted(stack, *given, **more):
        calls.append(stack)
        return real(stack, *given, **more)

    monkeypatch.setattr(module, "estimate", counted)
    found_by(catalog, *(instance(f"web{i}", instanceType="m5.large") for i in range(3)))

    assert len(calls) == 1


def test_an_analysis_knows_nothing_of_the_one_before():
    """One process may be asked many times: neither configuration nor inputs carry over."""
    with start(PACK) as pack:
        west = pack.analyze([given("aws:ec2/instance:Instance", "i", {"instanceType": "m7g.large"})], stack_config=WEST)
        bare = pack.analyze([given("aws:ec2/instance:Instance", "i", {"instanceType": "m7g.large"})])

    assert "unpriced-resource" not in {finding.rule for finding in west.findings}
    assert "no region is known" in bare.of("unpriced-resource")[0].message
