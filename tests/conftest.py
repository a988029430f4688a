"""What every folder of tests shares: the real CLI, and the count of the tests that ran it."""

import os

import pytest

from fleet.engine.real import obtain_cli
from fleet.errors import MissingError


@pytest.fixture(scope="session")
def cli():
    """The Pulumi CLI, got if need be. Without any the tests fail, and say what to provide: they never skip."""
    try:
        return obtain_cli(dict(os.environ), print)
    except MissingError as problem:
        pytest.fail(f"the engine tests need a Pulumi CLI: {problem}", pytrace=False)


@pytest.fixture(autouse=True)
def _count_engine_tests(request):
    if request.node.get_closest_marker("engine"):
        request.node.user_properties.append(("engine", "pulumi"))


def pytest_terminal_summary(terminalreporter):
    """How many tests ran the real engine: a suite that ran none has not shown that it works."""
    ran = [
        report
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, [])
        if report.when == "call" and ("engine", "pulumi") in map(tuple, report.user_properties)
    ]
    terminalreporter.write_line(f"tests that ran the real Pulumi CLI: {len(ran)}")
