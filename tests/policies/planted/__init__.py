"""Programs with mistakes that people make, each mistake named; everything else in them is right.

A program says what it declares and which findings a reviewer expects: rule ids with the names of the resources ('' is
the stack). The test wants all of them and not one more, so that every other resource is a decoy.
"""

from tests.policies.planted import accelerated, buying, governed
from tests.policies.planted.program import Program

__all__ = ["PROGRAMS", "Program", "table"]

PROGRAMS: tuple[Program, ...] = (*buying.PROGRAMS, *accelerated.PROGRAMS, *governed.PROGRAMS)
"""All programs."""


def table() -> str:
    """The page on the programs: what is planted where, as Markdown."""
    rows = [_row(number, program) for number, program in enumerate(PROGRAMS, start=1)]
    planted = sum(len(names) for program in PROGRAMS for names in program.expected.values())
    kinds = {rule for program in PROGRAMS for rule in program.expected}
    declared = sum(len(program.resources) for program in PROGRAMS)
    return "\n".join(
        [
            "# Planted mistakes",
            "",
            f"{len(PROGRAMS)} programs declare {declared} resources with {planted} mistakes for {len(kinds)} rules.",
            "The pack's own process reports all of them over the Analyzer protocol, and nothing else: a test compares",
            "rules, resources and numbers. `stack` is a finding about the whole stack.",
            "",
            "| | program | resources | planted and found | extra |",
            "| --- | --- | --- | --- | --- |",
            *rows,
            "",
        ]
    )


def _row(number: int, program: Program) -> str:
    found = [f"{rule} {', '.join(name or 'stack' for name in names)}" for rule, names in program.expected.items()]
    return f"| {number} | {program.name} | {len(program.resources)} | {'; '.join(found)} | 0 |"
