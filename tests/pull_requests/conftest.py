"""A repository with a pull request, a stand-in for the comment API, and the action's two scripts run for real."""

import json
import os
import shutil
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = "name: shop\nruntime: {name: python}\nconfig:\n  aws:region: {value: us-east-1}\n"
PROGRAM = """import pulumi_aws as aws

for name, kind in %s:
    aws.ec2.Instance(name, ami="ami-0123456789abcdef0", instance_type=kind)
"""


@pytest.fixture
def program():
    """`program(name=type, ...)` is a plain program, without anything of ours, that declares these instances."""
    return lambda **instances: {"__main__.py": PROGRAM % list(instances.items()), "Pulumi.yaml": PROJECT}


@dataclass
class Api:
    """The comments of one pull request, as the API keeps them; `fail` answers the next calls of a method instead."""

    comments: list[dict]
    address: str = ""
    login: str | None = None
    fail: dict[str, list[tuple[int, dict[str, str]]]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    def answer(self, method, target, body):
        """Status, headers and JSON of a call; every call that the script should not make is a 418."""
        parts = urlsplit(target)
        self.calls.append(f"{method} {target}")
        if self.fail.get(method):
            status, headers = self.fail[method].pop(0)
            return status, headers, {"message": "no"}
        if parts.path == "/user":
            return (200, {}, {"login": self.login}) if self.login else (403, {}, {"message": "not by integration"})
        if (method, parts.path) == ("GET", "/repos/org/shop/issues/7/comments"):
            query = parse_qs(parts.query)
            size, page = int(query["per_page"][0]), int(query["page"][0])
            return 200, {}, self.comments[(page - 1) * size : page * size]
        if (method, parts.path) == ("POST", "/repos/org/shop/issues/7/comments"):
            self.add(body["body"])
            return 201, {}, self.comments[-1]
        found = [c for c in self.comments if parts.path == f"/repos/org/shop/issues/comments/{c['id']}"]
        if method == "PATCH" and found:
            found[0]["body"] = body["body"]
            return 200, {}, found[0]
        return 418, {}, {"message": f"unexpected {method} {target}"}

    def add(self, body, kind="Bot", login="github-actions[bot]"):
        """A comment by somebody."""
        user = {"type": kind, "login": login}
        self.comments.append({"id": 1000 + len(self.comments), "body": body, "user": user})


@pytest.fixture
def api():
    """The stand-in, listening on the loopback."""
    state = Api(comments=[])

    class Handler(BaseHTTPRequestHandler):
        def _serve(self):
            length = int(self.headers.get("content-length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            assert self.headers["authorization"] == "Bearer secret-token"
            status, headers, values = state.answer(self.command, self.path, body)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(json.dumps(values).encode())

        do_GET = do_POST = do_PATCH = _serve  # noqa: N815  (names that the server looks for)

        def log_message(self, *_):
            """Nothing: the test reads `calls`."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    state.address = f"http://127.0.0.1:{server.server_port}"
    yield state
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def comment(api, tmp_path):
    """`comment(text)` runs scripts/sticky_comment.py as the action does."""

    def run(text, kind="infra prod"):
        file = tmp_path / "comment.md"
        file.write_text(text, encoding="utf-8")
        environment = {
            "PATH": os.environ["PATH"], "GITHUB_API_URL": api.address, "GITHUB_REPOSITORY": "org/shop",
            "GITHUB_TOKEN": "secret-token", "NUMBER": "7",
        }  # fmt: skip
        return subprocess.run(
            [sys.executable, ROOT / "scripts" / "sticky_comment.py", file, kind],
            env=environment, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip

    return run


@dataclass(frozen=True)
class Run:
    """What scripts/pull-request left: exit code, what it wrote, and the outputs for later steps."""

    ran: subprocess.CompletedProcess
    folder: Path
    outputs: dict[str, str]
    summary: str

    def json(self, name):
        """A file it wrote, parsed."""
        return json.loads((self.folder / name).read_text(encoding="utf-8"))

    @property
    def comment(self):
        """The text for the pull request."""
        return (self.folder / "comment.md").read_text(encoding="utf-8")


class Repository:
    """A clone with a base and a head commit, as actions/checkout leaves one: the head alone, at depth 1."""

    def __init__(self, folder: Path, below: str) -> None:
        self.origin, self.clone, self.below = folder / "origin", folder / "clone", below
        self.temp = folder / "temp"
        self.temp.mkdir()
        self.origin.mkdir()
        self.git("init", "--quiet", "--initial-branch", "main")
        self.git("config", "uploadpack.allowAnySHA1InWant", "true")

    def git(self, *arguments: str) -> str:
        """One git command in the origin, by nobody in particular."""
        who = ["-c", "user.name=nobody", "-c", "user.email=nobody@example.com", "-c", "commit.gpgsign=false"]
        ran = subprocess.run(["git", *who, *arguments], cwd=self.origin, check=True, capture_output=True, text=True)
        return ran.stdout.strip()

    def commit(self, files: dict[str, str]) -> str:
        """A commit with these files below the folder; its hash."""
        for name, text in files.items():
            path = self.origin / self.below / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "a change")
        return self.git("rev-parse", "HEAD")

    def run(self, base: str, *, fail_on: str = "any") -> Run:
        """scripts/pull-request for the newest commit against a base."""
        shutil.rmtree(self.clone, ignore_errors=True)
        subprocess.run(["git", "clone", "--quiet", "--depth", "1", f"file://{self.origin}", self.clone], check=True)
        for name in ("output", "summary"):
            (self.temp / name).write_text("")
        environment = {
            **os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "RUNNER_TEMP": str(self.temp),
            "GITHUB_OUTPUT": str(self.temp / "output"), "GITHUB_STEP_SUMMARY": str(self.temp / "summary"),
            "FOLDER": self.below, "STACK": "dev", "FAIL_ON": fail_on, "BASE": base, "FLEET_TODAY": "2026-12-01",
            "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        ran = subprocess.run(
            [ROOT / "scripts" / "pull-request"], cwd=self.clone, env=environment, capture_output=True, text=True,
            timeout=240, check=False,
        )  # fmt: skip
        outputs = dict(line.split("=", 1) for line in (self.temp / "output").read_text().splitlines())
        return Run(ran, self.temp / "fleet", outputs, (self.temp / "summary").read_text(encoding="utf-8"))


@pytest.fixture
def repository(tmp_path):
    """A repository whose Pulumi program stands in a folder of its own."""
    return Repository(tmp_path, "infra/live")
