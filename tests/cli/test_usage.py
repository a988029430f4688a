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


def leaves(app, *words):
    """Every command of the tree, as the words that call it."""
    import typer

    command = typer.main.get_command(app) if not words else app
    for name, inner in command.commands.items():
        if hasattr(inner, "commands"):
            yield from leaves(inner, *words, name)
        else:
            yield (*words, name)


def test_every_command_shows_examples_that_call_it_and_takes_quiet_and_verbose(fleet):
    from fleet.cli.app import app

    for words in leaves(app):
        out = fleet(*words, "-h").out
        examples = out.partition("Examples:\n")[2].strip().splitlines()
        assert examples, words
        assert all(f"fleet {' '.join(words)}" in line for line in examples), words
        assert "-q, --quiet" in out, words
        assert "-v, --verbose" in out, words


def test_quiet_hides_notes_and_keeps_the_result(planned, fleet):
    usual, quiet = (fleet("plan", "--today", "2026-12-01", *flags) for flags in ((), ("--quiet",)))

    assert usual.err == "fleet: wrote fleet.lock.json\n"
    assert quiet.err == ""
    assert quiet.out.splitlines()[1:] == usual.out.splitlines()[1:]


def test_quiet_does_not_hide_why_the_answer_is_no(example, fleet):
    ran = fleet("plan", "--check", "--quiet")

    assert ran.code == 1
    assert "there is no lock" in ran.err


def test_verbose_shows_every_type_assumption_and_step(planned, fleet):
    short, full = (fleet("plan", "--today", "2026-12-01", *flags).out for flags in ((), ("-v",)))

    assert "assumptions: see --verbose" in short
    assumed, every = (
        " ".join(text.partition("\nAssumed\n")[2].partition("\nNext\n")[0].split()) for text in (short, full)
    )
    assert assumed == (
        "- licensing: nodes of its own count nominal memory; leave room for the operating system in memory_gib"
    )
    assert len(every) > len(assumed)
    assert "--verbose" not in full
    assert len(full.splitlines()) > len(short.splitlines())


def test_quiet_and_verbose_exclude_each_other(planned, fleet):
    assert fleet("plan", "--check", "-q", "-v").code == 2


def test_a_machine_that_refuses_is_a_message_and_no_traceback(example, fleet):
    """A folder that cannot be made, a device that is full."""
    ran = fleet("init", "/proc/nowhere")

    assert ran.code == 2
    assert ran.err == "fleet: /proc/nowhere: no such file or directory\n"


def test_a_defect_is_one_line_unless_debugging(example, fleet, monkeypatch):
    from fleet.cli import plan

    def broken(*_, **__):
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(plan.around, "load_catalog", broken)

    ran = fleet("plan")
    monkeypatch.setenv("FLEET_DEBUG", "1")

    assert ran.code == 70
    assert ran.err.splitlines()[0] == "fleet: ZeroDivisionError: division by zero"
    assert "FLEET_DEBUG=1" in ran.err
    with pytest.raises(ZeroDivisionError):
        fleet("plan")


def test_debugging_does_not_turn_a_usage_error_into_a_traceback(fleet, monkeypatch):
    monkeypatch.setenv("FLEET_DEBUG", "1")

    assert fleet("plan", "--bogus").code == 2


@pytest.mark.parametrize("day", ["20261201", "2026-W49-1", "2026-13-01", "1.12.2026"])
def test_a_day_is_year_month_and_day(planned, fleet, day):
    assert fleet("plan", "--today", day).code == 2
