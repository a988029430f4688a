"""What a rehearsal found, as values and as a page of text."""

from dataclasses import dataclass

__all__ = ["Check", "Report", "Step", "summary"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step with its duration in seconds and what came of it, in a few words."""

    name: str
    seconds: float
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """Something that was asked of the simulated AWS: `problems` is empty when everything was as planned."""

    claim: str
    count: int
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A whole rehearsal."""

    project: str
    steps: tuple[Step, ...]
    checks: tuple[Check, ...]
    was_there: tuple[str, ...] = ()
    """What ran in the simulated AWS between `up` and `destroy`, in words."""
    notes: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether every check held."""
        return not any(check.problems for check in self.checks)


def summary(report: Report) -> str:
    """The report as text: steps with times, checks with what they looked at, problems in full."""
    seconds = sum(step.seconds for step in report.steps)
    lines = [f"rehearsal of {report.project} on a simulated AWS"]
    lines += [f"  {step.name:<16} {step.seconds:6.1f} s  {step.outcome}" for step in report.steps]
    if report.was_there:
        lines += ["what AWS had", *(f"  {line}" for line in report.was_there)]
    lines.append("checks")
    for check in report.checks:
        lines.append(f"  {_verdict(check)} {check.claim} ({check.count} looked at)")
        lines += [f"       {problem}" for problem in check.problems]
    lines += [f"note: {note}" for note in report.notes]
    lines.append(f"{'passed' if report.passed else 'failed'} in {seconds:.1f} s; nothing left this machine")
    return "\n".join(lines) + "\n"


def _verdict(check: Check) -> str:
    """A claim about nothing has not been shown: it is neither a success nor a failure."""
    if check.problems:
        return "FAIL"
    return "ok  " if check.count else "-   "
