"""Wrong requests are refused with exit code 2 and a hint; help is there for every command."""

import pytest


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("plna",), id="unknown command"),
        pytest.param(("plan", "--bogus"), id="unknown option"),
        pytest.param(("explain",), id="missing argument"),
        pytest.param(("plan", "--today", "tomorrow"), id="not a day"),
        pytest.param(("plan", "--spec", "nowhere.yaml"), id="no such spec"),
        pytest.param(("plan", "--catalog", "nowhere"), id="no such catalog"),
        pytest.param(("check", "nowhere.json"), id="no such file"),
        pytest.param(("preview", "--fail-on", "new"), id="new without a baseline"),
        pytest.param(("preview", "--policy-pack", "nowhere"), id="no such pack"),
        pytest.param(("preview", "--invokes", "nowhere.json"), id="no such answers"),
    ],
)
def test_a_wrong_request_exits_2_and_says_why(planned, fleet, arguments):
    ran = fleet(*arguments)

    assert ran.code == 2
    assert ran.err.strip()
    assert ran.out == ""


@pytest.mark.parametrize(
    "command",
    ["plan", "explain", "preview", "check", "rehearse", "catalog", "export", "policies", "schema", "init", "doctor"],
)
def test_every_command_has_help_with_a_sentence(example, fleet, command):
    ran = fleet(command, "--help")

    assert ran.code == 0
    assert "Usage: fleet" in ran.out
    assert len(ran.out.strip().splitlines()) > 3


def test_the_version_is_that_of_the_package(fleet):
    from importlib.metadata import version

    assert fleet("--version").out.strip() == f"fleet {version('fleet-planner')}"
