"""Run one Pulumi program for the engine. Started by path in the program's own interpreter: imports nothing of fleet."""

import asyncio
import gc
import json
import os
import runpy
import sys
import traceback
from pathlib import Path
from typing import Any

_LOGGED = 32


def _configure(settings: dict[str, Any]) -> None:
    import pulumi.runtime  # noqa: PLC0415  (after the environment is complete)

    os.environ["PULUMI_CONFIG"] = json.dumps(settings["config"])
    pulumi.runtime.set_all_config(settings["config"], settings["config_secret_keys"])
    pulumi.runtime.configure(
        pulumi.runtime.Settings(
            project=settings["project"],
            stack=settings["stack"],
            organization=settings["organization"],
            dry_run=settings["dry_run"],
            parallel=settings["parallel"],
            monitor=settings["monitor"],
            engine=settings["engine"],
            root_directory=settings["root_directory"],
        )
    )


def _run(program: str) -> int:
    import pulumi  # noqa: PLC0415
    import pulumi.runtime  # noqa: PLC0415

    folder = Path(program) if Path(program).is_dir() else Path(program).parent
    sys.path.insert(0, str(folder))
    sys.argv = [program]
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        loop.run_until_complete(pulumi.runtime.run_in_stack(lambda: runpy.run_path(program, run_name="__main__")))
    except pulumi.RunError as problem:
        pulumi.log.error(str(problem))
        return _LOGGED
    except BaseException as problem:  # noqa: BLE001  (whatever the program raises belongs to its user)
        if isinstance(problem, SystemExit) and problem.code in (None, 0):
            return 0
        pulumi.log.error("Program failed with an unhandled exception:\n" + _traceback(problem, str(folder)))
        return _LOGGED
    return 0


def _traceback(problem: BaseException, folder: str) -> str:
    """The traceback from the program's first frame on."""
    frames = traceback.extract_tb(problem.__traceback__)
    first = next((i for i, frame in enumerate(frames) if frame.filename.startswith(folder)), 0)
    lines = traceback.format_list(frames[first:])
    return "Traceback (most recent call last):\n" + "".join(lines + traceback.format_exception_only(problem))


def main() -> None:
    """Configure the SDK from `PULUMI_RUN`, run the program named on the command line, exit with its code."""
    # A program is a short process that keeps everything it makes: collecting garbage only costs time.
    gc.disable()
    _configure(json.loads(os.environ.pop("PULUMI_RUN")))
    code = _run(sys.argv[1])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
