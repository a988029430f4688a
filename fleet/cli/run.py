"""Run the command line and turn what is raised into a message and an exit code."""

import os
import sys
from collections.abc import Sequence

from fleet.errors import FleetError, MissingError, ProgramError, SpecError

REFUSED = 2
"""Exit code of a request that is wrong."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `fleet` with these arguments (the process's own by default) and give its exit code.

    0 fine; 1 the answer is no; 2 the request is wrong; 3 something needed is missing; 130 interrupted.
    """
    from fleet.cli.app import app  # a broken command module must not hide the texts below

    try:
        code = app(args=list(arguments) if arguments is not None else None, standalone_mode=False, prog_name="fleet")
    except FleetError as error:
        if os.environ.get("FLEET_DEBUG") == "1":
            raise
        _say(error)
        return error.exit_code
    except KeyboardInterrupt:
        print("fleet: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader of our output left (`fleet ... | head`): nothing to say, and nobody to say it to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001  (the parser's usage errors have no public base; others are raised again)
        return _refused(error)
    return code if isinstance(code, int) else 0


def _say(error: FleetError) -> None:
    if isinstance(error, ProgramError) and error.traceback:
        print(error.traceback.rstrip(), file=sys.stderr)
    # A spec's problems are lines FILE:LINE:COLUMN: message, for editors; everything else says who speaks.
    text = str(error) if isinstance(error, SpecError) else f"fleet: {error}"
    print(text, file=sys.stderr)
    if isinstance(error, MissingError):
        print("fleet: 'fleet doctor' shows what is there and what to do", file=sys.stderr)


def _refused(error: Exception) -> int:
    """A usage error of the parser is shown with its hint; anything else is a bug, and shows as one."""
    show = getattr(error, "show", None)
    if callable(show):
        show()
        code = getattr(error, "exit_code", REFUSED)
        return int(code)
    raise error
