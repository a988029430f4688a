"""A real `pulumi up` and `destroy` against a simulated AWS on this machine, with a look at what came of it."""

from fleet.rehearsal.model import Check, Report, Step, summary
from fleet.rehearsal.rehearse import rehearse

__all__ = ["Check", "Report", "Step", "rehearse", "summary"]
