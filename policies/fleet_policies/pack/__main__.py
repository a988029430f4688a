"""The policy pack's program: the engine starts it, and it serves the rules of fleet_policies."""

import sys
from pathlib import Path

# The engine puts the program's folder before what is installed: a folder `fleet` there must not stand for the package.
sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != Path.cwd()]

from fleet_policies.serving import serve  # noqa: E402  (after the path is in order)

serve()
