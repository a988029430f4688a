"""Our policy pack under the real CLI: violations fail, configuration is checked, remediation changes inputs."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from fleet.engine.embedded import run_program
from fleet.engine.model import PolicyPack
from fleet.engine.packs import run_packs
from fleet.engine.real.processes import run
from fleet.engine.real.workbench import workbench
from fleet.errors import ConfigError, PackError
from fleet.rehearsal.server import simulated_aws
from fleet.result.grammar import parse_undecided

pytestmark = pytest.mark.engine

PACK = Path(__file__).parents[2] / "policies"
CLEAN = Path(__file__).parents[1] / "policies" / "clean"


@pytest.fixture(autouse=True)
def _day(monkeypatch, day):
    monkeypatch.setenv("FLEET_TODAY", day.isoformat())


def rules(findings):
    return sorted((finding.rule, finding.level, finding.urn.rsplit("::", 1)[-1]) for finding in findings)


def told(findings):
    return sorted((finding.rule, finding.level, finding.urn, finding.message) for finding in findings)


def test_mandatory_violation_fails_the_command_line(cli, programs, tmp_path):
    """`pulumi preview` with the pack ends with an error and a readable message when the budget is passed."""
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"monthly-budget-exceeded": {"monthly_usd": 10}}))
    lines = []
    with workbench(
        programs / "violations", cli=cli, environment=dict(os.environ), say=print, simulated_aws=True, throw_away=True
    ) as bench:
        pack = ["--policy-pack", str(PACK), "--policy-pack-config", str(config)]
        done = run(
            [str(cli.path), "preview", *bench.arguments(), *pack],
            cwd=bench.folder,
            environment=bench.environment,
            on_line=lines.append,
        )

    text = "\n".join(lines)
    assert done.code != 0
    assert "[mandatory]" in text
    assert "monthly-budget-exceeded" in text
    assert "FC101" in text


def test_unknown_amount_fails_a_budget(programs, preview):
    """A size that is not known yet counts at its maximum: the budget gate fails on what could be."""
    config = {"monthly-budget-exceeded": {"monthly_usd": 10_000}}
    found = preview(programs / "unknowns", packs=[PolicyPack(folder=PACK, config=config)]).findings

    assert ("monthly-budget-exceeded", "mandatory") in {(finding.rule, finding.level) for finding in found}


def test_what_cannot_be_decided_is_counted(programs, preview):
    """The events tell nothing of rules that could not decide: they are counted all the same, as embedded."""
    packs, folder = [PolicyPack(folder=PACK)], programs / "unknowns"
    embedded = run_packs(packs, folder, run_program(folder).stack)[0].not_applicable
    real = preview(folder, packs=packs).not_applicable

    assert sorted(real) == sorted(embedded)
    assert sum(parse_undecided(reason) for _, reason in real) > 0


def test_unknown_rule_is_refused(programs, preview):
    """A rule that the pack does not have is an error that names the nearest one."""
    with pytest.raises(ConfigError, match="did you mean 'gp2-volume'"):
        preview(programs / "violations", packs=[PolicyPack(folder=PACK, config={"gp2-volumes": "advisory"})])


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"gp2-volumes": {"exemptable": False}}, "'gp2-volumes' .* no rule of the pack; did you mean 'gp2-volume'"),
        ({"gp2-volume": {"exemptible": False}}, "unknown option 'exemptible'; did you mean 'exemptable'"),
    ],
)
def test_a_slip_in_the_configuration_names_its_file(programs, preview, config, words):
    """The CLI says `invalid enforcement level ""` of options for no rule, and of no mistake where it was made."""
    pack = PolicyPack(folder=PACK, config=config, config_file=Path("strict.json"))

    with pytest.raises((ConfigError, PackError), match=f"^strict.json: .*{words}"):
        preview(programs / "violations", packs=[pack])


def test_remediation_changes_the_previewed_input(programs, preview):
    """At level `remediate` a gp2 volume is previewed as gp3; at its own level it stays and is reported."""
    fixed = preview(programs / "violations", packs=[PolicyPack(folder=PACK, config={"gp2-volume": "remediate"})])
    told = preview(programs / "violations", packs=[PolicyPack(folder=PACK)])

    def types(run_):
        return {one.name: one.inputs["type"] for one in run_.stack.resources if one.type == "aws:ebs/volume:Volume"}

    assert types(fixed) == {"large": "gp3", "small": "gp3"}
    assert types(told) == {"large": "gp2", "small": "gp3"}
    assert ("gp2-volume", "advisory", "large") in rules(told.findings)


def _waived(monkeypatch, tmp_path, expires):
    waiver = {"rule": "gp2-volume", "resource": "large", "owner": "data", "reason": "moves soon", "expires": expires}
    path = tmp_path / "exemptions.yaml"
    path.write_text(json.dumps([waiver]))  # JSON is YAML
    monkeypatch.setenv("FLEET_EXEMPTIONS", str(path))


MANDATORY = {"gp2-volume": "mandatory"}


def test_an_exemption_holds_under_the_command_line(programs, preview, monkeypatch, tmp_path):
    """The finding becomes an advisory one of the rule that carries exemptions, with owner and end in its words."""
    packs, folder = [PolicyPack(folder=PACK, config=MANDATORY)], programs / "violations"
    before = rules(preview(folder, packs=packs).findings)
    _waived(monkeypatch, tmp_path, "2026-12-01")
    real = preview(folder, packs=packs).findings

    assert ("gp2-volume", "mandatory", "large") in before
    assert ("gp2-volume", "mandatory", "large") not in rules(real)
    [carried] = [finding for finding in real if finding.rule == "exempted-finding"]
    assert (carried.level, carried.urn.rsplit("::", 1)[-1]) == ("advisory", "large")
    assert all(word in carried.message for word in ("gp2-volume", "data", "moves soon", "2026-12-01"))
    assert told(real) == told(run_packs(packs, folder, run_program(folder).stack, remediate=False)[0].findings)


def test_an_exemption_that_has_expired_fails_under_the_command_line(programs, preview, monkeypatch, tmp_path):
    """It covers nothing any more: the finding stands, and so does one about the exemption."""
    packs, folder = [PolicyPack(folder=PACK, config=MANDATORY)], programs / "violations"
    _waived(monkeypatch, tmp_path, "2026-11-30")
    real = preview(folder, packs=packs).findings

    assert ("gp2-volume", "mandatory", "large") in rules(real)
    assert ("exemption-expired", "mandatory") in {(finding.rule, finding.level) for finding in real}
    assert "exempted-finding" not in {finding.rule for finding in real}
    assert told(real) == told(run_packs(packs, folder, run_program(folder).stack, remediate=False)[0].findings)


@pytest.mark.parametrize("name", ["web_service", "mac_builds", "two_regions"])
def test_a_clean_program_fails_nothing_under_the_command_line(name, preview, tmp_path):
    """What people write gets through with the configuration for production; both engines give the same advice."""
    (tmp_path / "Pulumi.yaml").write_text("name: clean\nruntime: python\nconfig:\n  aws:region: us-east-1\n")
    shutil.copy(CLEAN / f"{name}.py", tmp_path / "__main__.py")
    config = json.loads((PACK / "config.json").read_text())
    packs = [PolicyPack(folder=PACK, config=config)]
    embedded = run_packs(packs, tmp_path, run_program(tmp_path).stack)[0]
    real = preview(tmp_path, packs=packs)

    assert {finding.level for finding in real.findings} <= {"advisory"}
    assert told(real.findings) == told(embedded.findings)


def test_exported_state_can_be_analyzed(cli, tmp_path):
    """`pulumi policy analyze --file` runs the pack on the state of a deployed stack."""
    program = tmp_path / "program"
    program.mkdir()
    (program / "Pulumi.yaml").write_text("name: scratch\nruntime: python\nconfig:\n  aws:region: us-east-1\n")
    (program / "__main__.py").write_text(
        "import pulumi_aws as aws\naws.ebs.Volume('old', availability_zone='us-east-1a', size=9, type='gp2')\n"
    )
    state, lines = tmp_path / "state.json", []
    with (
        simulated_aws() as aws,
        workbench(
            program, cli=cli, environment=dict(os.environ), say=print, simulated_aws=True, throw_away=True
        ) as bench,
    ):
        environment = {
            **bench.environment,
            "AWS_ENDPOINT_URL": aws.endpoint,
            "FLEET_SIMULATED_STATE": str(bench.scratch / "s.json"),
        }
        for arguments in (
            ["up", "--yes", "--skip-preview", *bench.arguments()],
            ["stack", "export", "--stack", "dev", "--file", str(state)],
            ["policy", "analyze", "--policy-pack", str(PACK), "--file", str(state)],
        ):
            done = run([str(cli.path), *arguments], cwd=program, environment=environment, on_line=lines.append)
            said = "\n".join(lines) + done.stderr

    assert "gp2-volume" in said
    assert "old" in said


def test_fleet_preview_with_the_engine(programs):
    """`fleet preview --engine pulumi` gives the result as JSON, priced, with the findings of the pack."""
    command = [sys.executable, "-m", "fleet", "preview", "--engine", "pulumi", "--format", "json"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PULUMI_")}
    root = str(Path(__file__).parents[2])
    environment["PYTHONPATH"] = os.pathsep.join([root, str(PACK)])
    done = subprocess.run(
        command, cwd=programs / "violations", capture_output=True, text=True, check=False, env=environment
    )

    assert done.returncode in {0, 1}, done.stderr
    result = json.loads(done.stdout)
    assert result["engine"] == "pulumi"
    assert result["cost"]["monthly_usd"]["min"] > 0
    assert "gp2-volume" in {finding["rule"] for finding in result["findings"]}
