"""Every package exports what it says, and importing fleet is cheap."""

import importlib
import pkgutil
import subprocess
import sys

import pytest

import fleet

PACKAGES = ["fleet", *(f"fleet.{info.name}" for info in pkgutil.iter_modules(fleet.__path__) if info.ispkg)]


@pytest.mark.parametrize("name", PACKAGES)
def test_all_is_importable(name):
    """`__all__` of each package holds each name once, and nothing that cannot be had; the linter keeps its order."""
    module = importlib.import_module(name)
    exported = getattr(module, "__all__", [])

    assert len(exported) == len(set(exported))
    for item in exported:
        assert getattr(module, item) is not None


@pytest.mark.parametrize("heavy", ["highspy", "numpy", "pulumi", "pulumi_aws", "boto3", "grpc", "moto"])
def test_importing_fleet_and_its_help_loads_nothing_heavy(heavy):
    """`import fleet` and the command tree leave the solver, Pulumi and AWS alone until they are needed."""
    script = f"import sys, fleet, fleet.cli.app; sys.exit({heavy!r} in sys.modules)"

    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


@pytest.mark.parametrize("heavy", ["fleet.spec", "fleet.plans", "fleet.planner", "ruamel.yaml", "pulumi_aws"])
def test_the_pack_starts_without_what_only_planned_fleets_need(heavy):
    """Every preview waits for the pack's import; a program without a fleet.yaml pays for no model of one."""
    script = f"import sys, fleet_policies.server; sys.exit({heavy!r} in sys.modules)"

    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_the_public_names_are_the_promised_ones():
    """What users import from `fleet`."""
    for name in ("FleetSpec", "load_spec", "plan", "Catalog", "Plan", "estimate"):
        assert name in fleet.__all__
    assert callable(fleet.plan)
    assert callable(fleet.estimate)


def test_plan_stays_a_function_after_everything_is_imported():
    """No module of ours hides the public function of the same name."""
    for name in PACKAGES:
        importlib.import_module(name)
    from fleet import estimate, plan

    assert callable(plan)
    assert callable(estimate)
