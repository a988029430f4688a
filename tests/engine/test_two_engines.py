"""The embedded engine and the real one, over the same programs: same resources, costs and findings."""

import importlib
import shutil
from dataclasses import fields, replace
from pathlib import Path

import pytest

from fleet.catalog import Catalog
from fleet.cost import estimate
from fleet.engine.embedded import Answers, catalog_answers, run_program
from fleet.engine.model import PolicyPack
from fleet.engine.packs import run_packs
from fleet.errors import ProgramError
from fleet.stack import Resource, Secret
from fleet.stack.plain import SIGNATURE

pytestmark = pytest.mark.engine

SERVER = "urn:pulumi:dev::reference::aws:ec2/instance:Instance::server"
# What the simulated provider computes beyond the inputs is its own; policies see inputs, and unknowns for the rest.
COMPARED = [field.name for field in fields(Resource) if field.name not in {"outputs", "options"}]


@pytest.fixture(scope="session")
def catalog():
    return Catalog.load()


def shown(stack):
    return {resource.urn: {name: repr(getattr(resource, name)) for name in COMPARED} for resource in stack.resources}


def told(findings):
    return sorted((one.rule, one.pack, one.level, one.urn, one.message) for one in findings)


@pytest.mark.parametrize(
    ("program", "config"),
    [
        pytest.param("violations", {}, id="violations"),
        pytest.param("unknowns", {}, id="unknown values"),
        pytest.param("secrets", {}, id="secrets"),
        pytest.param("components", {}, id="components in components, transforms, depends_on"),
        pytest.param("providers", {}, id="explicit providers, two regions, default tags"),
        pytest.param("invokes", {}, id="provider calls"),
        pytest.param("configured", {}, id="configuration of every type, secrets in it, logged errors"),
        pytest.param("dynamic", {}, id="dynamic providers"),
        pytest.param("outputs", {}, id="coroutines, chains of applies, loops over answers"),
        pytest.param("options", {}, id="options, transformations, providers handed down"),
        pytest.param("regions", {}, id="regions, hooks, transforms of calls, odd names"),
        pytest.param("everything", {}, id="every type of the simulated provider"),
        pytest.param("generated", {"generated:resources": "200"}, id="200 resources"),
        pytest.param("generated", {"generated:resources": "1000"}, id="1000 resources"),
    ],
)
def test_engines_agree(program, config, programs, packs, preview, catalog, day):
    """Both engines show the same resources, inputs, lines, costs and findings of a foreign pack."""
    folder, foreign = programs / program, [PolicyPack(folder=packs / "foreign")]

    embedded = run_program(folder, config=config, answers=catalog_answers(catalog))
    judged = run_packs(foreign, folder, embedded.stack)
    real = preview(folder, packs=foreign, config=config)

    assert shown(real.stack) == shown(embedded.stack)
    assert repr(real.stack.exports) == repr(embedded.stack.exports)
    assert real.stack.config == embedded.stack.config
    assert told(real.findings) == told(judged[0].findings)
    ours = estimate(embedded.stack, catalog, today=day)
    theirs = estimate(real.stack, catalog, today=day)
    assert theirs.cost == ours.cost
    assert {one.urn: one.monthly_usd for one in theirs.resources} == {
        one.urn: one.monthly_usd for one in ours.resources
    }


def _own_programs():
    root = Path(__file__).parents[2]
    found = [root, *sorted(file.parent for file in root.glob("examples/*/Pulumi.yaml"))]
    return [pytest.param(folder, id=folder.name if folder != root else "example fleet") for folder in found]


@pytest.mark.parametrize("folder", _own_programs())
def test_engines_agree_on_our_programs(folder, preview, catalog, day, monkeypatch):
    """The example fleet and every example: the same stack, the same costs, and the same findings of our pack."""
    monkeypatch.setenv("FLEET_TODAY", day.isoformat())
    ours = [PolicyPack(folder=Path(__file__).parents[2] / "policies")]

    embedded = run_program(folder, answers=catalog_answers(catalog))
    judged = run_packs(ours, folder, embedded.stack)
    real = preview(folder, packs=ours)

    assert shown(real.stack) == shown(embedded.stack)
    assert sorted(map(repr, real.findings)) == sorted(map(repr, judged[0].findings))
    assert estimate(real.stack, catalog, today=day).cost == estimate(embedded.stack, catalog, today=day).cost


def test_violations_are_findings_not_errors(programs, packs, preview):
    """A mandatory violation of a foreign pack is reported with its level and text, and the stack is there."""
    run = preview(programs / "violations", packs=[PolicyPack(folder=packs / "foreign")])

    assert told(run.findings) == [
        (
            "no-large-volume",
            "foreign",
            "mandatory",
            "urn:pulumi:dev::violations::aws:ebs/volume:Volume::large",
            "Volumes are at most 500 GiB.\nlarge has 900 GiB",
        ),
        (
            "no-lone-instance",
            "foreign",
            "advisory",
            "urn:pulumi:dev::violations::pulumi:pulumi:Stack::violations-dev",
            "Instances belong into groups.\n2 instances outside a group: one, two",
        ),
    ]
    assert [pack.name for pack in run.packs] == ["foreign"]
    assert any("names no virtual environment" in line for line in preview.said)


def test_findings_come_from_the_command_line_only(programs, packs, preview, monkeypatch):
    """With our own pack runner broken the real engine reports the same."""
    own = importlib.import_module("fleet.engine.packs.run")

    def broken(*_args, **_options):
        raise AssertionError("the in-process runner was used")

    monkeypatch.setattr(own, "run_packs", broken)
    monkeypatch.setattr(own.PackSession, "run", broken)

    run = preview(programs / "violations", packs=[PolicyPack(folder=packs / "foreign")])

    assert [finding.rule for finding in run.findings] == ["no-large-volume", "no-lone-instance"]


def test_configuration_of_a_pack_holds(programs, packs, preview):
    """Levels of the pack's configuration are the ones that are reported."""
    config = {"all": "advisory", "no-lone-instance": "disabled"}
    run = preview(programs / "violations", packs=[PolicyPack(folder=packs / "foreign", config=config)])

    assert [(finding.rule, finding.level) for finding in run.findings] == [("no-large-volume", "advisory")]


def test_engines_agree_on_references_that_are_answered(programs, preview):
    """Outputs of another stack that the user supplies are the same in both engines, secret ones too."""
    network = {"subnet": "subnet-1", "password": Secret("correct horse"), "ports": [80, {"tls": 443}]}
    answers = Answers(stack_references={"organization/network/dev": network})

    embedded = run_program(programs / "reference", answers=answers)
    real = preview(programs / "reference", answers=answers)

    assert embedded.stack.by_urn()[SERVER].inputs["subnetId"] == "subnet-1"
    assert shown(real.stack) == shown(embedded.stack)
    assert repr(real.stack.exports) == repr(embedded.stack.exports)


def test_stack_reference_needs_its_backend(programs, preview):
    """Where the engines differ: a throw-away backend has no other stacks, so the real one refuses."""
    embedded = run_program(programs / "reference")
    with pytest.raises(ProgramError, match="unknown stack"):
        preview(programs / "reference")

    assert embedded.stack.not_answered == (("stack_reference", "organization/network/dev"),)


def _as_the_engine_shows(value):
    """An asset or archive with its text left out, and without the hashes that the engine adds."""
    if isinstance(value, dict):
        shown_ = {key: _as_the_engine_shows(item) for key, item in value.items() if key != "hash"}
        return {**shown_, "text": "<contents elided>"} if SIGNATURE in value and "text" in value else shown_
    return value


def test_assets_differ_by_hashes_and_texts_only(programs, preview):
    """Where the engines differ: the engine reads files, and shows what they hash to instead of what they say."""
    embedded, real = run_program(programs / "assets").stack.by_urn(), preview(programs / "assets").stack.by_urn()

    assert any("hash" in repr(one.inputs) for one in real.values())
    assert {urn: _as_the_engine_shows(dict(one.inputs)) for urn, one in embedded.items()} == {
        urn: _as_the_engine_shows(dict(one.inputs)) for urn, one in real.items()
    }


def test_a_file_that_is_not_there_is_an_error_of_the_engine_only(programs, preview, tmp_path):
    """Where the engines differ: the embedded one reads no asset."""
    folder = tmp_path / "assets"
    shutil.copytree(programs / "assets", folder, ignore=shutil.ignore_patterns("files", "__pycache__"))
    run_program(folder)

    with pytest.raises(ProgramError, match=r"assets/files.*no such file or directory"):
        preview(folder)


def test_the_stream_tells_of_no_option_but_retention(programs, preview):
    """Where the engines differ: the embedded one keeps all options of a resource."""
    kept = "urn:pulumi:dev::options::aws:ebs/volume:Volume::kept"

    embedded, real = run_program(programs / "options").stack.by_urn(), preview(programs / "options").stack.by_urn()

    assert {"ignoreChanges", "deleteBeforeReplace", "retainOnDelete"} <= set(embedded[kept].options)
    assert set(real[kept].options) == {"retainOnDelete"}
    assert (real[kept].protect, embedded[kept].protect) == (True, True)


def test_what_exists_elsewhere_and_what_nobody_answers_needs_a_real_provider(preview, tmp_path):
    """Where the engines differ: unknown in the embedded one; the simulated provider refuses."""
    (tmp_path / "Pulumi.yaml").write_text("name: elsewhere\nruntime: python\nconfig:\n  aws:region: us-east-1\n")
    reads, asks = "aws.ec2.Vpc.get('v', 'vpc-1')", "aws.ec2.get_vpc_output(id='vpc-1')"
    for code, refusal in ((reads, "vpc-1 cannot be read"), (asks, "getVpc")):
        (tmp_path / "__main__.py").write_text(f"import pulumi_aws as aws\n{code}\n")
        run_program(tmp_path)

        with pytest.raises(ProgramError, match=refusal):
            preview(tmp_path)


def test_secrets_stay_out_of_everything(programs, preview):
    """Neither values, exports, diagnostics nor findings of a run carry a secret."""
    run = preview(programs / "secrets")

    assert "correct horse" not in repr(replace(run, stack=run.stack))
    assert all("correct horse" not in repr(resource.inputs) for resource in run.stack.resources)
