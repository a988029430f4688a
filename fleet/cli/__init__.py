"""The `fleet` command: parse, call, print, exit code. Nothing is decided here."""

from fleet.cli.run import main

__all__ = ["main"]
