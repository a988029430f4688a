"""Runs one Pulumi program: started by path, in the program's own Python, beside a monitor of ours or the engine's.

The job is one JSON object on standard input:
    program             folder or file to run           root_directory     folder of Pulumi.yaml
    project, stack, organization                         config, secret_keys
    dry_run, parallel, arguments
    monitor, engine     addresses of the engine's servers; without them the embedded monitor answers (`answers`: facts)
    report              file descriptor for the report (embedded only)

With addresses the outcome is the exit code: 0, or 32 after the error was logged to the engine. Embedded, a JSON report
is written to the descriptor. Nothing of `fleet` is imported: the program's interpreter may not have it.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import gc
import importlib.util
import json
import logging
import os
import runpy
import select
import sys
import threading
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

LOGGED = 32
_HERE = Path(__file__).resolve().parent


def main() -> None:
    """Read the job, run the program, report, and leave without waiting for whatever the program left running."""
    # The SDK makes hundreds of thousands of futures and tasks, all alive until the program ends. Looking for garbage
    # among them is most of the time of a large preview (7.1 s against 1.9 s for 1,000 resources) and finds nothing:
    # the process is short and returns its memory at its end.
    gc.disable()
    job = json.load(sys.stdin)
    _detach_input()
    sys.path[0] = _folder(job)
    if "report" in job:
        threading.Thread(target=_end_with_reader, args=(job["report"],), daemon=True).start()
    code = _run_for_engine(job) if job.get("monitor") else _run_embedded(job)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def run_program(job: Mapping[str, Any], monitor: Any, engine: Any) -> None:
    """Run the program against a monitor and an engine: addresses, or objects with the methods of their services."""
    import pulumi.runtime  # noqa: PLC0415  (in the program's interpreter, after the environment is complete)

    config, secret_keys = dict(job["config"]), list(job["secret_keys"])
    # The SDK reads configuration from here in threads of the program, which do not inherit its context.
    os.environ["PULUMI_CONFIG"] = json.dumps(config)
    os.environ["PULUMI_CONFIG_SECRET_KEYS"] = json.dumps(secret_keys)
    pulumi.runtime.set_all_config(config, secret_keys)
    pulumi.runtime.configure(
        pulumi.runtime.Settings(
            project=job["project"],
            stack=job["stack"],
            organization=job["organization"],
            root_directory=job["root_directory"],
            dry_run=job["dry_run"],
            parallel=job["parallel"],
            monitor=monitor,
            engine=engine,
        )
    )
    sys.argv = [_main_file(job), *job.get("arguments", [])]
    # Pulumi programs leave tasks behind on purpose; asyncio's complaints about them help nobody.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    loop = asyncio.new_event_loop()
    loop.set_default_executor(_executor(job, monitor))
    asyncio.set_event_loop(loop)
    loop.run_until_complete(pulumi.runtime.run_in_stack(lambda: _run_path(job["program"])))


def own_traceback(problem: BaseException, job: Mapping[str, Any]) -> str:
    """The traceback of the user's program: frames of this runner and of the event loop are left out.

    Of an input that a component refuses, the component's frames are left out too: what is wrong is the input.
    """
    if _is_refused_input(problem):
        place = "".join(traceback.format_list(_frames_of_the_caller(problem, _folder(job))))
        return f"Traceback (most recent call last):\n{place}{_told(problem)}\n" if place else f"{_told(problem)}\n"
    # An error inside a file that cannot be compiled has no frame of the program: its last lines say where it is.
    shown = traceback.TracebackException.from_exception(problem)
    seen: set[int] = set()
    current: traceback.TracebackException | None = shown
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        current.stack = traceback.StackSummary.from_list(_own_frames(current.stack, _folder(job)))
        current = current.__cause__ or current.__context__
    return "".join(shown.format())


def _is_refused_input(problem: BaseException) -> bool:
    import pulumi  # noqa: PLC0415

    return isinstance(problem, pulumi.InputPropertyError)


def _told(problem: BaseException) -> str:
    """Type and message of an error, as Python says it; a refused input as its path and the reason."""
    if _is_refused_input(problem):
        name = f"{type(problem).__module__}.{type(problem).__qualname__}"
        return f"{name}: {problem.property_path}: {problem.reason}"  # type: ignore[attr-defined]
    return traceback.format_exception_only(type(problem), problem)[-1].strip()


def _frames_of_the_caller(problem: BaseException, folder: str) -> list[traceback.FrameSummary]:
    """Frames from the program's first one up to the package that refused an input of the program's."""
    own = _own_frames(traceback.extract_tb(problem.__traceback__), folder)
    called = [frame for frame, _ in traceback.walk_tb(problem.__traceback__)][-len(own) :] if own else []
    packages = [str(frame.f_globals.get("__name__")).partition(".")[0] for frame in called]
    until = packages.index(packages[-1]) if packages else 0
    return own[:until] or own


def _own_frames(frames: traceback.StackSummary, folder: str) -> list[traceback.FrameSummary]:
    first = next((place for place, frame in enumerate(frames) if _is_under(frame.filename, folder)), None)
    if first is None:
        return []
    return list(frames)[first:]


def _is_under(path: str, folder: str) -> bool:
    if path.startswith("<"):
        return False
    absolute = os.path.realpath(path)
    return absolute.startswith(os.path.realpath(folder) + os.sep) and "site-packages" not in absolute


def _end_with_reader(report: int) -> None:
    """Leave when nobody reads the report any more: who runs this process was killed. The pipe is watched, not used."""
    pipe = select.poll()
    pipe.register(report, 0)
    pipe.poll()
    os._exit(1)


def _run_path(program: str) -> None:
    runpy.run_path(program, run_name="__main__")


def _run_for_engine(job: Mapping[str, Any]) -> int:
    import pulumi  # noqa: PLC0415

    try:
        run_program(job, job["monitor"], job["engine"])
    except pulumi.RunError as problem:
        pulumi.log.error(str(problem))
        return LOGGED
    except SystemExit as leaving:
        if not isinstance(leaving.code, int | None):
            pulumi.log.error(f"the program left with sys.exit({leaving.code!r})")
            return LOGGED
        return _exit_code(leaving)
    except BaseException as problem:  # noqa: BLE001  (whatever the program raises is reported as its own)
        pulumi.log.error(f"Program failed with an unhandled exception:\n{own_traceback(problem, job)}")
        return LOGGED
    return 0


def _run_embedded(job: Mapping[str, Any]) -> int:
    report: dict[str, Any] = {"error": None, "python": sys.version.split()[0]}
    try:
        child = _load_child()
        monitor, engine = child.monitor.Monitor(job), child.engine.Engine()
    except ImportError as problem:
        report["error"] = {"kind": "missing", "message": str(problem), "traceback": ""}
        _send(job, report)
        return 0
    report["error"] = _failure(job, monitor, engine)
    report.update(monitor.result(), logs=engine.logs)
    _send(job, report)
    return 0


def _failure(job: Mapping[str, Any], monitor: Any, engine: Any) -> dict[str, Any] | None:
    """Run the program; what went wrong, as a value."""
    try:
        run_program(job, monitor, engine)
    except SystemExit as leaving:
        if _exit_code(leaving) == 0:
            return None
        return _error("exit", f"the program left with sys.exit({leaving.code!r})", own_traceback(leaving, job))
    except BaseException as problem:  # noqa: BLE001  (whatever the program raises is reported as its own)
        if monitor.refusals:
            first = monitor.refusals[0]
            return {**_error("refused", first["message"], ""), "location": first["location"]}
        import pulumi  # noqa: PLC0415

        if isinstance(problem, pulumi.RunError):
            return _error("run", str(problem), "")
        return _error("raised", _told(problem), own_traceback(problem, job))
    return None


def _error(kind: str, message: str, own: str) -> dict[str, Any]:
    return {"kind": kind, "message": message, "traceback": own}


def _exit_code(leaving: SystemExit) -> int:
    if leaving.code is None:
        return 0
    return leaving.code if isinstance(leaving.code, int) else 1


def _executor(job: Mapping[str, Any], monitor: Any) -> concurrent.futures.ThreadPoolExecutor:
    workers = max(1, min(int(job["parallel"] or 32), 64))
    if isinstance(monitor, str):
        return concurrent.futures.ThreadPoolExecutor(max_workers=workers)
    executor: concurrent.futures.ThreadPoolExecutor = _load_child().executor.Executor(workers)
    return executor


def _load_child() -> Any:
    """The monitor's package, loaded by path under a name of its own, so that nothing of the user's is shadowed."""
    name = "_fleet_embedded"
    if name not in sys.modules:
        folder = _HERE / "embedded" / "child"
        spec = importlib.util.spec_from_file_location(
            name, folder / "__init__.py", submodule_search_locations=[str(folder)]
        )
        assert spec is not None
        assert spec.loader is not None
        package: ModuleType = importlib.util.module_from_spec(spec)
        sys.modules[name] = package
        spec.loader.exec_module(package)
        for part in ("monitor", "engine", "executor"):
            importlib.import_module(f"{name}.{part}")
    return sys.modules[name]


def _send(job: Mapping[str, Any], report: Mapping[str, Any]) -> None:
    # Once the report is read this process may end at any moment.
    sys.stdout.flush()
    sys.stderr.flush()
    with os.fdopen(job["report"], "w", encoding="utf-8") as pipe:
        pipe.write(json.dumps(report))


def _detach_input() -> None:
    # A program that reads from its input must not wait for a person: the engine gives it none either.
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)


def _folder(job: Mapping[str, Any]) -> str:
    program = str(job["program"])
    return program if Path(program).is_dir() else str(Path(program).parent)


def _main_file(job: Mapping[str, Any]) -> str:
    program = Path(job["program"])
    return str(program / "__main__.py" if program.is_dir() else program)


if __name__ == "__main__":
    main()
