"""Provider calls, answered as the embedded preview answers them: from the catalog, and from what the user supplied."""

import json
import os
from functools import lru_cache
from pathlib import Path
from typing import Any

from fleet.catalog import Catalog
from fleet.engine.embedded import catalog_answers
from fleet.engine.embedded.child.invokes import Invokes
from fleet.engine.real.preview import ANSWERS
from fleet.errors import MissingError
from fleet.simulated_aws.cloud import Cloud

__all__ = ["answer"]


def answer(cloud: Cloud, call: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """What the provider call returns; MissingError for calls that nothing here can answer."""
    found = Invokes({"answers": _answers(), "config": {"aws:region": cloud.region}}).answer(call, arguments, {})
    if found is None:
        raise MissingError(
            f"the simulated AWS provider cannot answer {call} {json.dumps(arguments, sort_keys=True)}; "
            "supply the answer with --invokes FILE, or use a real AWS provider"
        )
    return found


@lru_cache(maxsize=1)
def _answers() -> dict[str, Any]:
    named = os.environ.get(ANSWERS)
    if named:
        loaded: dict[str, Any] = json.loads(Path(named).read_text(encoding="utf-8"))
        return loaded
    return catalog_answers(Catalog.load()).plain()
