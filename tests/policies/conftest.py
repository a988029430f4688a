"""The pack as engines run it: one process for all tests of a module, its files written anew for each analysis."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from fleet.plans import write_lock
from fleet.testing import start
from tests.conventions.test_every_rule import lock_with

ROOT = Path(__file__).parents[2]
_BASELINE = "cost-increase-exceeded"


@dataclass(frozen=True)
class Told:
    """A pack that runs, and the folder of the files that its variables name."""

    pack: Any
    folder: Path

    def analyze(self, resources, *, config=None, exemptions=(), baseline=None, planned=None, **stack):
        """What the pack finds when it is told all of this."""
        with (self.folder / "exemptions.yaml").open("w") as file:
            YAML(typ="safe", pure=True).dump([dict(entry) for entry in exemptions], file)
        lock = self.folder / "fleet.lock.json"
        lock.unlink(missing_ok=True)
        if planned is not None:
            write_lock(lock_with({name: tuple(types) for name, types in planned.items()}), lock)
        config = dict(config or {})
        if baseline is not None:
            (self.folder / "baseline.json").write_text(json.dumps(baseline))
            config[_BASELINE] = {**config.get(_BASELINE, {}), "baseline": str(self.folder / "baseline.json")}
        return self.pack.analyze(resources, config=config, **stack)


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    folder = tmp_path_factory.mktemp("given")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FLEET_TODAY", "2026-12-01")
        patch.setenv("FLEET_EXEMPTIONS", str(folder / "exemptions.yaml"))
        patch.setenv("FLEET_SPEC", str(folder / "fleet.yaml"))
        (folder / "fleet.yaml").write_text("version: 1\nname: example\nregion: us-east-1\nworkloads: []\n")
        (folder / "exemptions.yaml").write_text("[]\n")
        with start(ROOT / "policies", timeout=120) as running:
            yield Told(running, folder)
