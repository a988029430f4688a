"""Reading fleet.yaml: all problems in one go, each with file, line and column."""

from pathlib import Path

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from fleet.errors import Problem, SpecError
from fleet.spec.known import Known
from fleet.spec.model import FleetSpec

__all__ = ["load_spec", "parse_spec"]


def load_spec(path: Path, known: Known | None = None) -> FleetSpec:
    """The spec in a file; SpecError with every problem."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SpecError([Problem(str(path), 1, 1, f"cannot be read: {error}")]) from error
    return parse_spec(text, str(path), known)


def parse_spec(text: str, file: str = "fleet.yaml", known: Known | None = None) -> FleetSpec:  # noqa: ARG001  (wired next)
    """The spec in a text; SpecError with every problem."""
    try:
        data = YAML(typ="safe").load(text)
        return FleetSpec.model_validate(data)
    except YAMLError as error:
        raise SpecError([Problem(file, 1, 1, str(error))]) from error
    except ValidationError as error:
        problems = [Problem(file, 1, 1, f"{e['loc']}: {e['msg']}") for e in error.errors()]
        raise SpecError(problems) from error
