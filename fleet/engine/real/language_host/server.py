"""The `LanguageRuntime` server: programs and plugins in child processes, their errors as the engine expects them."""

import json
import os
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent import futures
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import empty_pb2, json_format
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

from fleet.engine.real.language_host.interpreter import choose_interpreter
from fleet.engine.real.language_host.processes import Children, end_with_parent
from fleet.errors import MissingError

__all__ = ["LanguageHost", "serve"]

_LOGGED = 32
"""Exit code of a program whose error the engine has already shown (Pulumi's own number)."""
_PACK = "analyzer"
"""What the protocol calls a policy pack."""
_MAX_MESSAGE = 400 * 1024 * 1024
_ENGINE = Path(__file__).resolve().parents[2]
_RUNNER = _ENGINE / "runner.py"
_PACK_RUNNER = _ENGINE / "packs" / "child.py"


class LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    """Runs Python for the engine."""

    def __init__(self, engine_address: str, children: Children) -> None:
        self._engine_address = engine_address
        self._children = children

    def Handshake(self, request: Any, context: Any) -> Any:  # noqa: N802, ARG002  (names of the protocol)
        """Nothing to agree on."""
        return language_pb2.LanguageHandshakeResponse()

    def GetRequiredPackages(self, request: Any, context: Any) -> Any:  # noqa: N802, ARG002
        """None: the engine asks for a provider when the program first uses it."""
        return language_pb2.GetRequiredPackagesResponse()

    def GetRequiredPlugins(self, request: Any, context: Any) -> Any:  # noqa: N802, ARG002
        """None, as above; the older name of the same question."""
        return language_pb2.GetRequiredPluginsResponse()

    def GetProgramDependencies(self, request: Any, context: Any) -> Any:  # noqa: N802, ARG002
        """None known."""
        return language_pb2.GetProgramDependenciesResponse()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:  # noqa: N802, ARG002
        """The version of this stand-in."""
        return plugin_pb2.PluginInfo(version="0.0.1")

    def About(self, request: Any, context: Any) -> Any:  # noqa: N802, ARG002
        """The Python that a program without a virtualenv gets."""
        version = ".".join(str(part) for part in sys.version_info[:3])
        return language_pb2.AboutResponse(executable=sys.executable, version=version)

    def InstallDependencies(self, request: Any, context: Any) -> Iterator[Any]:  # noqa: N802, ARG002
        """Installs nothing, and says so: the interpreter must have what the program needs."""
        text = b"the stand-in language host installs no dependencies; install them into the virtualenv yourself\n"
        yield language_pb2.InstallDependenciesResponse(stderr=text)

    def RuntimeOptionsPrompts(self, request: Any, context: Any) -> Any:  # noqa: N802, ARG002
        """No questions."""
        return language_pb2.RuntimeOptionsResponse()

    def Cancel(self, request: Any, context: Any) -> Any:  # noqa: N802, ARG002
        """Stop every program and plugin."""
        self._children.end()
        return empty_pb2.Empty()

    def Run(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Run a program to its end; bail when its error is already on the engine's log."""
        try:
            python = choose_interpreter(
                Path(request.info.root_directory), json_format.MessageToDict(request.info.options), is_plugin=False
            )
        except MissingError as problem:
            return language_pb2.RunResponse(error=str(problem))
        child = self._children.start(
            [str(python), "-u", str(_RUNNER)],
            cwd=Path(request.pwd or request.info.program_directory),
            environment=os.environ,
            text=json.dumps(_job(request, self._engine_address)),
        )
        context.add_callback(lambda: self._children.end(child))
        code = 0
        for kind, piece in self._children.stream(child):
            if isinstance(piece, int):
                code = piece
            else:
                _pass_on(kind, piece)
        if code == 0:
            return language_pb2.RunResponse()
        if code == _LOGGED:
            return language_pb2.RunResponse(bail=True)
        return language_pb2.RunResponse(error=f"the Python program exited with code {code}")

    def RunPlugin(self, request: Any, context: Any) -> Iterator[Any]:  # noqa: N802
        """Run a policy pack, resource plugin or component plugin, passing on what it writes until it ends."""
        folder = Path(request.info.program_directory)
        try:
            options = json_format.MessageToDict(request.info.options)
            python = choose_interpreter(Path(request.info.root_directory), options, is_plugin=True)
        except MissingError as problem:
            yield language_pb2.RunPluginResponse(stderr=f"error: {problem}\n".encode())
            yield language_pb2.RunPluginResponse(exitcode=1)
            return
        child = self._children.start(
            _plugin_command(python, request.kind, folder, list(request.args)),
            cwd=Path(request.pwd or folder),
            environment=_plugin_environment(request.env),
            text=None if request.kind == _PACK else "",
        )
        context.add_callback(lambda: self._children.end(child))
        for kind, piece in self._children.stream(child):
            yield _response(kind, piece)


def _program(request: Any) -> str:
    """The file or folder to run, absolute."""
    return os.path.normpath(Path(request.info.program_directory) / (request.info.entry_point or "."))


def _job(request: Any, engine_address: str) -> Mapping[str, object]:
    """What the runner reads from its input: values that must not stand in an environment or a process list."""
    return {
        "program": _program(request),
        "arguments": list(request.args),
        "monitor": request.monitor_address,
        "engine": engine_address,
        "project": request.project,
        "stack": request.stack,
        "organization": request.organization,
        "dry_run": request.dryRun,
        "parallel": request.parallel,
        "root_directory": request.info.root_directory,
        "config": dict(request.config),
        "secret_keys": list(request.configSecretKeys),
    }


def _plugin_command(python: Path, kind: str, folder: Path, arguments: list[str]) -> list[str]:
    if kind == _PACK:
        return [str(python), "-u", str(_PACK_RUNNER), *arguments, str(folder)]
    return [str(python), "-u", str(folder), *arguments]


def _plugin_environment(extra: Sequence[str]) -> dict[str, str]:
    environment = dict(os.environ)
    for assignment in extra:
        name, _, value = assignment.partition("=")
        environment[name] = value
    return environment


def _response(kind: str, piece: bytes | int) -> Any:
    if isinstance(piece, int):
        return language_pb2.RunPluginResponse(exitcode=piece)
    if kind == "stdout":
        return language_pb2.RunPluginResponse(stdout=piece)
    return language_pb2.RunPluginResponse(stderr=piece)


def _pass_on(kind: str, piece: bytes) -> None:
    stream = sys.stdout if kind == "stdout" else sys.stderr
    stream.buffer.write(piece)
    stream.buffer.flush()


def serve(arguments: Sequence[str]) -> None:
    """Serve until the engine ends this process; the last argument is the engine's address, the port goes to stdout."""
    children = Children()
    end_with_parent(children)
    server = grpc.server(
        futures.ThreadPoolExecutor(max_workers=32),
        options=[("grpc.max_receive_message_length", _MAX_MESSAGE), ("grpc.max_send_message_length", _MAX_MESSAGE)],
    )
    host = LanguageHost(arguments[-1] if arguments else "", children)
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    threading.Event().wait()
