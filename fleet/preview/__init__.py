"""Engine, cost and packs together: a program or a file goes in, a result comes out."""

from fleet.preview.run import Request, check_stack, preview_embedded, preview_with_engine

__all__ = ["Request", "check_stack", "preview_embedded", "preview_with_engine"]
