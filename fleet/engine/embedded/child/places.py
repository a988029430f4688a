"""Where in the project a request came from."""

from __future__ import annotations

import os
import sys
import urllib.parse
from pathlib import Path
from typing import Any

_FOREIGN = f"{os.sep}site-packages{os.sep}"
_FLEET = f"{Path(__file__).resolve().parents[3]}{os.sep}"
"""The package of the components: no part of the program, also where a checkout holds both."""


def location(request: Any, root: str) -> list[Any] | None:
    """File (relative to the project) and line of the first frame inside the project, None when there is none."""
    positions = [request.sourcePosition, *(frame.pc for frame in request.stackTrace.frames)]
    for position in positions:
        path = urllib.parse.unquote(urllib.parse.urlsplit(position.uri).path)
        if position.line and _is_own(path, root):
            return [os.path.relpath(path, root), position.line]
    return None


def _is_own(path: str, root: str) -> bool:
    if not path.startswith(root.rstrip(os.sep) + os.sep) or _FOREIGN in path or path.startswith(_FLEET):
        return False
    # A virtual environment often stands inside the project.
    return not path.startswith(sys.prefix.rstrip(os.sep) + os.sep) or root.startswith(sys.prefix)
