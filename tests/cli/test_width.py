"""Tables fit the terminal: what has no room is named or wrapped, and what tells rows apart is never cut."""

from pathlib import Path

import pytest

from fleet.cli.run import main

EXAMPLE = Path(__file__).parents[2]
COMMANDS = [
    ["catalog", "query", "--purchase", "any", "--sort", "price/hbm-gib", "--accelerator", "h100"],
    ["catalog", "query", "--purchase", "capacity_block"],
    ["catalog", "query", "--region", "all", "--limit", "500"],
    ["catalog", "accelerators"],
    ["catalog", "show", "p5.48xlarge"],
    ["catalog", "show", "trainium2"],
    ["explain", "ios"],
    ["explain", "pretrain"],
    ["explain", "chat"],
    ["policies", "list"],
    ["preview", "--today", "2026-12-01"],
]


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("columns", [80, 160])
def test_no_line_is_wider_than_the_terminal(arguments, columns, monkeypatch, capsys):
    monkeypatch.chdir(EXAMPLE)
    monkeypatch.setenv("COLUMNS", str(columns))

    main(arguments)

    lines = capsys.readouterr().out.splitlines()
    assert lines
    assert [line for line in lines if len(line) > columns] == []
    assert [line for line in lines if "…" in line] == []


def test_columns_that_have_no_room_are_named(monkeypatch, capsys):
    """Type, region, purchase and price stay whole."""
    monkeypatch.setenv("COLUMNS", "80")

    main(["catalog", "query", "u7in-32tb.224xlarge", "p5.48xlarge"])

    out = capsys.readouterr().out
    assert "not shown for want of room: spot int., coremark" in out
    header, *rows = out.splitlines()
    assert header.split()[:2] == ["type", "region"]
    assert {"purchase", "USD/h"} <= set(header.split())
    assert rows[0].startswith("p5.48xlarge")


def test_a_pipe_gets_every_column(monkeypatch, capsys):
    monkeypatch.delenv("COLUMNS", raising=False)

    main(["catalog", "accelerators"])

    assert "RTX PRO 6000 Blackwell Server Edition" in capsys.readouterr().out


@pytest.mark.parametrize("columns", [80, 160])
def test_doctor_wraps_what_to_do_and_keeps_paths_whole(columns, monkeypatch, capsys):
    """A line is wider than the terminal only where a single path is."""
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("PATH", "/nowhere")

    main(["doctor"])

    out = capsys.readouterr().out
    assert "plugin install resource aws` gets the" in " ".join(out.split())
    assert [line for line in out.splitlines() if len(line) > columns and len(line.split()) > 1] == []
