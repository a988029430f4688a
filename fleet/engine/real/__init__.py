"""The real engine: find or build the CLI, stand in for what it lacks, run it, and read what it says."""

from fleet.engine.real.cli import Cli, find_cli, obtain_cli
from fleet.engine.real.parts import INSTALL_REHEARSAL, Part, examine
from fleet.engine.real.preview import preview_with_cli
from fleet.engine.real.workbench import Workbench, workbench

__all__ = [
    "INSTALL_REHEARSAL",
    "Cli",
    "Part",
    "Workbench",
    "examine",
    "find_cli",
    "obtain_cli",
    "preview_with_cli",
    "workbench",
]
