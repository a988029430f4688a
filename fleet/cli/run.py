"""Run the command line and turn what is raised into a message and an exit code."""

import os
import sys
from collections.abc import Sequence

from fleet.cli.interrupts import Interrupted, orderly_end
from fleet.errors import FleetError, MissingError, ProgramError, SpecError

REFUSED = 2
"""Exit code of a request that is wrong."""
BUG = 70
"""Exit code of a defect in fleet itself (EX_SOFTWARE of sysexits.h)."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `fleet` with these arguments (the process's own by default) and give its exit code.

    0 fine; 1 the answer is no; 2 the request is wrong; 3 something needed is missing; 70 a defect of fleet itself; 128
    and the signal's number when interrupted (130 for Ctrl-C). With FLEET_DEBUG=1 whatever was raised comes out with its
    traceback.
    """
    try:
        with orderly_end():
            return _run(arguments)
    except Interrupted as signal:
        print("fleet: interrupted", file=sys.stderr)
        return signal.exit_code
    except BrokenPipeError:
        # The reader of our output left (`fleet ... | head`): nothing to say, and nobody to say it to.
        _close_output()
        return 0
    except Exception as error:  # the parser's usage errors have no public base
        if os.environ.get("FLEET_DEBUG") == "1" and not _is_usage(error):
            raise
        return _explained(error)


def _run(arguments: Sequence[str] | None) -> int:
    from fleet.cli.app import app

    code = app(args=list(arguments) if arguments is not None else None, standalone_mode=False, prog_name="fleet")
    sys.stdout.flush()  # a full disk shows here, not in the interpreter's last words
    return code if isinstance(code, int) else 0


def _close_output() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _explained(error: Exception) -> int:
    """Say what is wrong and give the exit code."""
    if isinstance(error, FleetError):
        _say(error)
        return error.exit_code
    if _is_usage(error):
        error.show()  # type: ignore[attr-defined]  # what makes it a usage error
        return int(getattr(error, "exit_code", REFUSED))
    if isinstance(error, OSError):
        return _unusable(error)
    print(f"fleet: {type(error).__name__}: {error}", file=sys.stderr)
    print("fleet: this is a defect of fleet; FLEET_DEBUG=1 shows where, please report it", file=sys.stderr)
    return BUG


def _is_usage(error: Exception) -> bool:
    """A usage error of the parser, which shows itself with a hint."""
    return callable(getattr(error, "show", None))


def _unusable(error: OSError) -> int:
    """The machine refused: a full disk, a folder without permission. Says where, and what the system said."""
    where = f"{error.filename}: " if error.filename else ""
    print(f"fleet: {where}{(error.strerror or str(error)).lower()}", file=sys.stderr)
    if error.filename is None:
        _close_output()  # what is left in the buffer cannot be written either
    return REFUSED


def _say(error: FleetError) -> None:
    if isinstance(error, ProgramError) and error.traceback:
        print(error.traceback.rstrip(), file=sys.stderr)
    # A spec's problems are lines FILE:LINE:COLUMN: message, for editors; everything else says who speaks.
    text = str(error) if isinstance(error, SpecError) else f"fleet: {error}"
    print(text, file=sys.stderr)
    if isinstance(error, MissingError):
        print("fleet: 'fleet doctor' shows what is there and what to do", file=sys.stderr)
