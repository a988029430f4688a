"""The embedded engine: programs and policy packs without the Pulumi command line."""

from fleet.engine.embedded.answers import Answers, SuppliedAnswer, catalog_answers, read_invokes
from fleet.engine.embedded.program import run_program
from fleet.engine.embedded.project import Config, Project, read_config, read_project

__all__ = [
    "Answers",
    "Config",
    "Project",
    "SuppliedAnswer",
    "catalog_answers",
    "read_config",
    "read_invokes",
    "read_project",
    "run_program",
]
