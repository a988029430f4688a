"""Finding and getting the CLI: what is taken, what is refused, and what a machine without any is told."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from fleet.engine.real import cache, examine, find_cli, go_build, obtain_cli
from fleet.engine.real import cli as discovery
from fleet.errors import MissingError

PINNED = discovery.PINNED


@pytest.fixture
def machine(tmp_path):
    """An environment of a machine with nothing on it, and no network."""
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    return {
        "PATH": str(bin_folder),
        "HOME": str(tmp_path / "home"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "FLEET_OFFLINE": "1",
    }


def executable(folder, name, script):
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    return file


def cached(machine):
    return cache.cli_folder(machine, PINNED)


def fake_go(machine, script):
    """A `go` that runs `script`, with the output path of `go build` in $OUT."""
    return executable(machine["PATH"], "go", 'while [ "$1" != "-o" ]; do shift; done; OUT=$2\n' + script)


WORKING = f'''printf '#!/bin/sh\\necho v{PINNED}\\n' > "$OUT"; /bin/chmod +x "$OUT"'''


def test_recent_cli_on_path_comes_first(machine):
    """A recent enough `pulumi` on PATH is taken before anything in the cache."""
    executable(machine["PATH"], "pulumi", "echo v3.300.1")
    executable(cached(machine), "pulumi", f"echo v{PINNED}")

    found = find_cli(machine)

    assert (found.version, found.origin) == ("3.300.1", "PATH")


@pytest.mark.parametrize(
    "script",
    [
        pytest.param("echo v3.248.0", id="too old"),
        pytest.param("exit 1", id="broken"),
        pytest.param("echo hello", id="something else"),
    ],
)
def test_useless_cli_on_path_is_passed_over(machine, script):
    """A CLI on PATH that is too old or does not answer does not hide the cached one."""
    executable(machine["PATH"], "pulumi", script)
    executable(cached(machine), "pulumi", f"echo v{PINNED}")

    assert find_cli(machine).origin == "cache"


def test_empty_machine_is_told_the_three_ways(machine):
    """Without CLI, network and Go the error names all three, any of which would do."""
    with pytest.raises(MissingError) as refusal:
        obtain_cli(machine, print)

    text = str(refusal.value)
    assert refusal.value.exit_code == 3
    assert all(way in text for way in ("`pulumi` on PATH", "get.pulumi.com", "Go 1.25"))
    assert "no `go` on PATH" in text


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\x7fELF\x02\x01\x01" + b"\0" * 500, id="half written"),
        pytest.param(b"#!/bin/sh\necho v3.100.0\n", id="another version"),
    ],
)
def test_broken_cache_is_rebuilt(machine, content):
    """A cached file that is not the pinned CLI is replaced by a build."""
    file = executable(cached(machine), "pulumi", "")
    file.write_bytes(content)
    fake_go(machine, WORKING)
    said = []

    made = obtain_cli(machine, said.append)

    assert (made.version, made.origin) == (PINNED, "go build")
    assert find_cli(machine).origin == "cache"
    assert "building the Pulumi CLI" in said[0]


def test_failed_build_leaves_no_trace(machine):
    """A build that fails half way leaves nothing under the final name, and the next one works."""
    fake_go(machine, 'echo half > "$OUT"; echo "write $OUT: no space left on device" >&2; exit 1')
    with pytest.raises(MissingError, match=r"no space left on device; make room in .*XDG_CACHE_HOME"):
        obtain_cli(machine, print)
    assert list(cached(machine).iterdir()) == []

    fake_go(machine, WORKING)

    assert obtain_cli(machine, print).version == PINNED


def test_remains_of_a_killed_build_are_removed(machine):
    """What a build that was killed left in the cache goes before the next one begins."""
    left = cached(machine) / f"{cache.UNFINISHED}x"
    left.mkdir(parents=True)
    (left / "pulumi").write_text("half")
    fake_go(machine, WORKING)

    obtain_cli(machine, print)

    assert [file.name for file in cached(machine).iterdir()] == ["pulumi"]


def test_interrupted_build_leaves_nothing(machine, tmp_path):
    """Ctrl-C during the build ends the compiler with everything it started, and leaves no file; the next one works."""
    fake_go(machine, f"/bin/sleep 60 & echo half > $OUT; echo started > {tmp_path}/started; wait")
    code = "import os\nfrom fleet.engine.real import obtain_cli\nobtain_cli(dict(os.environ), print)\n"
    environment = {**machine, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen([sys.executable, "-c", code], env=environment, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while not (tmp_path / "started").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)

    assert process.returncode != 0
    assert list(cached(machine).iterdir()) == []
    assert not [
        entry
        for entry in Path("/proc").glob("[0-9]*")
        if str(tmp_path).encode() in _environment(entry) and int(entry.name) != os.getpid()
    ]
    fake_go(machine, WORKING)
    assert obtain_cli(machine, print).origin == "go build"


def _environment(entry):
    try:
        return (entry / "environ").read_bytes()
    except OSError:
        return b""


def test_cache_that_cannot_be_written_is_named(machine, tmp_path):
    """A cache folder that cannot be made is an error that says which and what to do."""
    (tmp_path / "cache").write_text("a file where the folder should be")

    with pytest.raises(MissingError, match="XDG_CACHE_HOME"):
        obtain_cli(machine, print)


def test_two_processes_build_once(machine, tmp_path):
    """Whoever comes second waits, says so, and takes what the first has built."""
    fake_go(machine, f"echo built >> {tmp_path}/builds; /bin/sleep 1; {WORKING}")
    said = []
    results = []

    def obtain():
        results.append(obtain_cli(machine, said.append))

    threads = [threading.Thread(target=obtain) for _ in range(2)]
    for thread in threads:
        thread.start()
        time.sleep(0.2)
    for thread in threads:
        thread.join()

    assert (tmp_path / "builds").read_text().split() == ["built"]
    assert sorted(one.origin for one in results) == ["cache", "go build"]
    assert "another process is getting the Pulumi CLI; waiting for it" in said


def test_build_is_pinned():
    """The module file that is shipped names the version that is built, and its checksums are there."""
    folder = Path(go_build.__file__).parents[1] / "cli_build"

    assert f"github.com/pulumi/pulumi/pkg/v3 v{PINNED}" in (folder / "go.mod").read_text()
    assert f"github.com/pulumi/pulumi/pkg/v3 v{PINNED} h1:" in (folder / "go.sum").read_text()


def test_doctor_says_what_to_do(machine):
    """On an empty machine every missing part has a stand-in or an advice."""
    parts = {part.name: part for part in examine(machine)}

    assert parts["Pulumi CLI"].place is None
    assert "fleet doctor --build" in parts["Pulumi CLI"].advice
    assert "stand-in" in parts["Python language host"].place
    assert "stand-in" in parts["AWS provider"].place
    assert parts["Python"].place == sys.executable


def test_doctor_says_which_packages_a_rehearsal_needs(machine, monkeypatch):
    """A package that only an extra brings is shown, and how to get it where it is missing."""
    there = {part.name: part for part in examine(machine)}
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    missing = {part.name: part for part in examine(machine)}

    assert there["moto"].place
    assert not there["moto"].advice
    for name in ("moto", "boto3"):
        assert missing[name].place is None
        assert "`fleet rehearse`" in missing[name].advice
        assert "make setup" in missing[name].advice


def test_doctor_finds_the_real_parts(machine, tmp_path):
    """Real parts are shown with place and version: host beside the CLI, provider among the plugins."""
    executable(machine["PATH"], "pulumi", "echo v3.300.1")
    host = executable(machine["PATH"], "pulumi-language-python", "exit 0")
    plugins = tmp_path / "home" / ".pulumi" / "plugins"
    executable(plugins / "resource-aws-v7.9.0", "pulumi-resource-aws", "exit 0")
    newest = executable(plugins / "resource-aws-v7.51.1", "pulumi-resource-aws", "exit 0")

    parts = {part.name: part for part in examine(machine)}

    assert parts["Python language host"].place == str(host)
    assert (parts["AWS provider"].version, parts["AWS provider"].place) == ("7.51.1", str(newest))


@pytest.mark.engine
def test_pinned_cli_answers(cli):
    """The CLI that the tests use is recent enough for the event stream."""
    answer = subprocess.run([cli.path, "version"], capture_output=True, text=True, check=True)

    assert answer.stdout.strip().removeprefix("v") == cli.version
    assert tuple(int(part) for part in cli.version.split(".")[:2]) >= discovery.MINIMUM
