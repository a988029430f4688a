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


_ran: list[str] = []


def pytest_runtest_logreport(report):
    if report.when == "call" and ("engine", "pulumi") in map(tuple, report.user_properties) and not report.skipped:
        _ran.append(report.nodeid)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus):
    """A whole suite in which no test ran the real engine has not shown that it works: it does not pass."""
    if _is_whole_suite(session.config) and not _ran and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _is_whole_suite(config):
    """Whether nothing was chosen: no folder, no marker, no name; and this is not one of several workers."""
    chosen = config.option.markexpr or config.option.keyword or config.args_source != pytest.Config.ArgsSource.TESTPATHS
    return not chosen and not hasattr(config, "workerinput")


def pytest_terminal_summary(terminalreporter):
    """How many tests ran the real engine."""
    terminalreporter.write_line(f"tests that ran the real Pulumi CLI: {len(_ran)}")
    if _is_whole_suite(terminalreporter.config) and not _ran:
        terminalreporter.write_line(
            "the suite does not pass without them: `fleet doctor --build` gets the CLI", red=True
        )
