"""A program that fails is told in its own words, and never keeps this process waiting."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fleet.engine.embedded import run_program
from fleet.errors import MissingError, ProgramError


def test_a_program_that_raises_shows_its_own_frames_only(program, refused):
    program.write("parts.py", "def build():\n    return 1 / 0\n")

    problem = refused("import parts\n\nparts.build()\n")

    assert str(problem) == "ZeroDivisionError: division by zero"
    assert problem.traceback == (
        "Traceback (most recent call last):\n"
        f'  File "{program.folder}/__main__.py", line 3, in <module>\n'
        "    parts.build()\n"
        f'  File "{program.folder}/parts.py", line 2, in build\n'
        "    return 1 / 0\n"
        "           ~~^~~\n"
        "ZeroDivisionError: division by zero\n"
    )


def test_the_cause_of_an_error_is_shown_without_frames_of_ours(program, refused):
    problem = refused(
        """\
        try:
            {}["x"]
        except KeyError as cause:
            raise ValueError("no x") from cause
        """
    )

    assert "KeyError: 'x'" in problem.traceback
    assert "direct cause" in problem.traceback
    assert "runner.py" not in problem.traceback
    assert "asyncio" not in problem.traceback


def test_a_syntax_error_names_its_line(program, refused):
    problem = refused("x = 1\ny = = 2\n")

    assert str(problem) == "SyntaxError: invalid syntax"
    assert f'File "{program.folder}/__main__.py", line 2' in problem.traceback
    assert "runner.py" not in problem.traceback


def test_a_missing_module_is_named(program, refused):
    problem = refused("import no_such_module_here\n")

    assert str(problem) == "ModuleNotFoundError: No module named 'no_such_module_here'"


def test_an_error_in_an_apply_is_the_programs_error(program, refused):
    problem = refused(
        """\
        import pulumi
        pulumi.export("x", pulumi.Output.from_input(1).apply(lambda x: x / 0))
        """
    )

    assert str(problem) == "ZeroDivisionError: division by zero"
    assert "line 2, in <lambda>" in problem.traceback


def test_an_error_in_an_asynchronous_program_is_the_programs_error(program, refused):
    problem = refused(
        """\
        import pulumi
        async def main():
            raise RuntimeError("not today")
        pulumi.run(main)
        """
    )

    assert str(problem) == "RuntimeError: not today"


def test_a_run_error_is_told_without_a_traceback(program, refused):
    problem = refused("import pulumi\nraise pulumi.RunError('the quota is too small')\n")

    assert (str(problem), problem.traceback) == ("the quota is too small", "")


def test_a_refused_input_is_told_by_its_path_at_the_users_own_line(program, refused):
    """What is wrong is the input: neither frames of the component that refused it, nor what made it do so."""
    program.write("parts/__init__.py", "")
    program.write(
        "parts/checks.py",
        """\
        import pulumi
        def check():
            try:
                int("x")
            except ValueError as error:
                raise pulumi.InputPropertyError("network.cidr", "found 'x'") from error
        """,
    )
    program.write("parts/pool.py", "from parts.checks import check\ndef pool():\n    check()\n")
    program.write("helper.py", "from parts.pool import pool\ndef build():\n    pool()\n")

    problem = refused("import helper\n\nhelper.build()\n")

    assert str(problem) == "pulumi.errors.InputPropertyError: network.cidr: found 'x'"
    assert problem.traceback == (
        "Traceback (most recent call last):\n"
        f'  File "{program.folder}/__main__.py", line 3, in <module>\n'
        "    helper.build()\n"
        f'  File "{program.folder}/helper.py", line 3, in build\n'
        "    pool()\n"
        "pulumi.errors.InputPropertyError: network.cidr: found 'x'\n"
    )


def test_an_input_that_the_program_itself_refuses_shows_its_line(program, refused):
    problem = refused(
        """\
        import pulumi
        def check():
            raise pulumi.InputPropertyError("size", "is too large")
        check()
        """
    )

    assert str(problem) == "pulumi.errors.InputPropertyError: size: is too large"
    assert f'File "{program.folder}/__main__.py", line 4, in <module>' in problem.traceback
    assert f'File "{program.folder}/__main__.py", line 3, in check' in problem.traceback


def test_an_input_that_is_refused_in_an_apply_is_told_by_its_path(refused):
    problem = refused(
        """\
        import pulumi
        def check(size):
            raise pulumi.InputPropertyError("size", "is too large")
        pulumi.export("x", pulumi.Output.from_input(1).apply(check))
        """
    )

    assert str(problem) == "pulumi.errors.InputPropertyError: size: is too large"
    assert "line 3, in check" in problem.traceback


def test_a_logged_error_is_shown_and_stops_nothing_as_in_the_engine(program):
    run = program.run("import pulumi\npulumi.log.error('the quota is too small')\npulumi.export('on', 1)\n")

    assert run.diagnostics == ("error: the quota is too small",)
    assert run.stack.exports == {"on": 1}


def test_leaving_with_a_code_is_an_error(program, refused):
    problem = refused("import sys\nsys.exit(3)\n")

    assert str(problem) == "the program left with sys.exit(3)"
    assert "line 2" in problem.traceback


def test_leaving_without_a_code_is_none(program):
    stack = program.stack("import pulumi, sys\npulumi.export('x', 1)\nsys.exit(0)\n")

    assert stack.exports == {"x": 1}


def test_a_program_that_kills_its_process_is_told_apart(program, refused):
    problem = refused("import os\nprint('last words', flush=True)\nos._exit(7)\n")

    assert "left with exit code 7 before it was done" in str(problem)
    assert problem.traceback == "last words"


def test_a_signal_is_named(program, refused):
    assert f"ended by signal {int(signal.SIGSEGV)}" in str(
        refused("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n")
    )


def test_a_program_ends_when_who_runs_it_is_killed(program):
    program.write(
        "__main__.py", "import pathlib, os, time\npathlib.Path('pid').write_text(str(os.getpid()))\ntime.sleep(60)\n"
    )
    code = (
        "import pathlib\nfrom fleet.engine.embedded import run_program\n"
        f"run_program(pathlib.Path({str(program.folder)!r}))\n"
    )
    runner = subprocess.Popen([sys.executable, "-c", code])
    told = program.folder / "pid"
    _within(60, lambda: told.exists() and told.read_text() != "")

    runner.kill()
    runner.wait()

    _within(10, lambda: not _is_alive(int(told.read_text())))


def _within(seconds, claim):
    deadline = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _is_alive(process):
    """Whether a process is there and no zombie that nobody has reaped."""
    status = Path(f"/proc/{process}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


def test_a_program_that_never_ends_is_stopped_with_everything_it_started(program, refused):
    program.write(
        "child.py", "import pathlib, os, time\npathlib.Path('pid').write_text(str(os.getpid()))\ntime.sleep(600)\n"
    )
    started = time.monotonic()

    problem = refused(
        """\
        import subprocess, sys, time
        subprocess.Popen([sys.executable, "child.py"])
        while True:
            time.sleep(0.1)
        """,
        timeout=3.0,
    )

    assert "did not end within 3 seconds and was stopped" in str(problem)
    assert time.monotonic() - started < 10
    pid = int((program.folder / "pid").read_text())
    assert not Path(f"/proc/{pid}").exists() or "Z" in Path(f"/proc/{pid}/stat").read_text().split(")")[1]


def test_output_without_end_neither_fills_the_memory_nor_blocks(program, refused):
    problem = refused("while True:\n    print('x' * 10_000)\n", timeout=2.0)

    printed = sum(map(len, program.printed))
    assert "did not end within 2 seconds" in str(problem)
    assert 3_900_000 <= printed <= 4_100_000
    assert "the rest is left out" in program.printed[-1]


def test_what_a_program_prints_is_handed_on_and_not_in_the_result(program):
    run = program.run("import sys\nprint('to out')\nsys.stderr.write('to err\\n')\n")

    assert sorted(program.printed) == ["to err", "to out"]
    assert run.diagnostics == ()


def test_a_program_that_reads_its_input_gets_none(program):
    assert program.stack("import pulumi, sys\npulumi.export('read', sys.stdin.read())\n").exports == {"read": ""}


def test_the_programs_log_is_kept_without_debug_messages(program):
    run = program.run("import pulumi\npulumi.log.debug('d')\npulumi.log.info('i')\npulumi.log.warn('w')\n")

    assert run.diagnostics == ("info: i", "warning: w")


def test_a_process_that_the_program_leaves_behind_does_not_keep_us_waiting(program):
    started = time.monotonic()

    program.stack("import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n")

    assert time.monotonic() - started < 10


def test_a_program_sees_its_folder_its_arguments_and_its_name(program):
    program.write("beside.py", "VALUE = 5\n")

    exports = program.stack(
        """\
        import os, sys
        import pulumi
        import beside
        pulumi.export("cwd", os.getcwd())
        pulumi.export("name", __name__)
        pulumi.export("path", sys.path[0])
        pulumi.export("argv", sys.argv)
        pulumi.export("value", beside.VALUE)
        pulumi.export("where", [pulumi.get_project(), pulumi.get_stack(), pulumi.get_organization()])
        pulumi.export("preview", pulumi.runtime.is_dry_run())
        """
    ).exports

    folder = str(program.folder)
    assert exports == {
        "cwd": folder,
        "name": "__main__",
        "path": folder,
        "argv": [f"{folder}/__main__.py"],
        "value": 5,
        "where": ["demo", "dev", "organization"],
        "preview": True,
    }


@pytest.mark.parametrize("name", ["model.py", "runner.py", "embedded/__init__.py", "wire.py", "fleet/__init__.py"])
def test_modules_of_the_program_are_never_shadowed_by_ours(program, name):
    program.write(name, "MINE = True\n")
    module = name.removesuffix(".py").removesuffix("/__init__")

    stack = program.stack(f"import pulumi\nimport {module}\npulumi.export('mine', {module}.MINE)\n")

    assert stack.exports == {"mine": True}


def test_the_main_of_the_project_file_names_the_program(program):
    program.write("Pulumi.yaml", "name: demo\nruntime: python\nmain: infra\n")
    program.write("infra/__main__.py", "import os, pulumi\npulumi.export('cwd', os.getcwd())\n")

    assert program.run().stack.exports == {"cwd": str(program.folder / "infra")}


def test_a_program_that_names_a_virtual_environment_runs_with_its_python(program):
    program.write("Pulumi.yaml", "name: demo\nruntime: {name: python, options: {virtualenv: env}}\n")
    python = program.folder / "env" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nCHOSEN=env exec {sys.executable} "$@"\n')
    python.chmod(0o755)

    stack = program.stack("import os, pulumi\npulumi.export('chosen', os.environ['CHOSEN'])\n")

    assert stack.exports == {"chosen": "env"}


def test_a_virtual_environment_that_does_not_exist_says_how_to_make_it(program):
    program.write("Pulumi.yaml", "name: demo\nruntime: {name: python, options: {virtualenv: env}}\n")

    with pytest.raises(MissingError, match=r"env, named by the option virtualenv .* does not exist; make it with"):
        program.run("")


def test_a_python_without_pulumi_says_so(program):
    program.write("Pulumi.yaml", "name: demo\nruntime: {name: python, options: {virtualenv: env}}\n")
    python = program.folder / "env" / "bin" / "python"
    python.parent.mkdir(parents=True)
    # -S: without the installed packages.
    python.write_text(f'#!/bin/sh\nexec {sys.executable} -S "$@"\n')
    python.chmod(0o755)

    with pytest.raises(ProgramError, match=r"cannot import pulumi .*; install its requirements"):
        program.run("")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("runtime: python\n", "has no name", id="no name"),
        pytest.param("name: demo\n", "names no runtime", id="no runtime"),
        pytest.param("name: demo\nruntime: nodejs\n", "the runtime 'nodejs'", id="another language"),
        pytest.param("name: [\n", "cannot read", id="broken"),
        pytest.param("- name\n", "it must be a mapping", id="a list"),
    ],
)
def test_a_bad_project_file_says_what_is_wrong(program, refused, text, message):
    program.write("Pulumi.yaml", text)

    assert message in str(refused(""))


def test_a_folder_without_a_project_says_what_to_do(tmp_path):
    with pytest.raises(ProgramError, match=r"no Pulumi.yaml in .*; 'fleet init' writes one"):
        run_program(tmp_path)


def test_secrets_of_the_run_touch_no_file_and_no_environment_of_ours(program):
    before = dict(os.environ)

    program.write("Pulumi.yaml", "name: demo\nruntime: python\nconfig: {pw: {value: hush, secret: true}}\n")
    program.stack("import pulumi\npulumi.export('pw', pulumi.Config().require_secret('pw'))\n")

    assert dict(os.environ) == before


RUN = "import sys, pathlib, fleet.engine.embedded as engine; engine.run_program(pathlib.Path(sys.argv[1]))"


def test_an_interrupt_ends_the_program_and_what_it_started(program):
    program.write("__main__.py", "import os, time\nopen('pid', 'w').write(str(os.getpid()))\ntime.sleep(600)\n")
    ours = subprocess.Popen(
        [sys.executable, "-c", RUN, str(program.folder)],
        cwd=Path(__file__).parents[2],
        stderr=subprocess.PIPE,
    )
    pid = program.folder / "pid"
    deadline = time.monotonic() + 30
    while not (pid.exists() and pid.read_text()) and time.monotonic() < deadline:
        time.sleep(0.05)

    ours.send_signal(signal.SIGINT)
    _, errors = ours.communicate(timeout=30)

    assert b"KeyboardInterrupt" in errors
    assert not Path(f"/proc/{pid.read_text()}").exists()
