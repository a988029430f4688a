"""Post a text as the one comment of its kind on a pull request, or update the one that is there.

usage: python scripts/sticky_comment.py FILE KIND, with GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_TOKEN and NUMBER set.
KIND tells comments of one pull request apart, such as "infra prod" for a folder and a stack.
"""

import hashlib
import json
import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_PAGE = 100
_MOST_PAGES = 50
_TRIES = 4
_LONGEST_WAIT = 60.0
_LIMIT = 65_536
"""Characters that GitHub takes in one comment."""


class RefusedError(Exception):
    """The API did not do what was asked; the text says what it answered. `status` None: there was no answer."""

    def __init__(self, text: str, status: int | None) -> None:
        super().__init__(text)
        self.status = status


def main(file: str, kind: str) -> int:
    """Create or update; 3 when the API refuses, with its reason."""
    mark = f"<!-- fleet {hashlib.sha256(kind.encode()).hexdigest()[:16]} -->"
    text = f"{mark}\n{Path(file).read_text(encoding='utf-8')}"[:_LIMIT]
    issues = f"/repos/{os.environ['GITHUB_REPOSITORY']}/issues"
    comments = f"{issues}/{os.environ['NUMBER']}/comments"
    try:
        known = existing(comments, mark)
        if known is None:
            call("POST", comments, {"body": text})
        else:
            call("PATCH", f"{issues}/comments/{known}", {"body": text})
    except RefusedError as refused:
        print(f"cannot write the comment: {refused}", file=sys.stderr)
        return 3
    return 0


def existing(comments: str, mark: str) -> int | None:
    """The number of our own comment: written with this kind of token, beginning with the mark."""
    login = own_login()
    for comment in all_of(comments):
        user = comment.get("user") or {}
        is_own = user.get("login") == login if login else user.get("type") == "Bot"
        if is_own and (comment.get("body") or "").startswith(mark):
            return int(comment["id"])
    return None


def own_login() -> str | None:
    """Who the token is; None for the token of a workflow, which may not ask and writes as a bot."""
    try:
        return str(call("GET", "/user")["login"])
    except RefusedError as refused:
        if refused.status is None:
            raise
        return None


def all_of(comments: str) -> Iterator[dict[str, Any]]:
    """Every comment, page by page."""
    for page in range(1, _MOST_PAGES + 1):
        found = call("GET", f"{comments}?per_page={_PAGE}&page={page}")
        yield from found
        if len(found) < _PAGE:
            return


def call(method: str, path: str, body: dict[str, str] | None = None) -> Any:
    """One call of the API; its JSON answer. Asks again, after a wait, where the API asks for one or has failed."""
    request = urllib.request.Request(
        os.environ.get("GITHUB_API_URL", "https://api.github.com") + path,
        data=None if body is None else json.dumps(body).encode(),
        method=method,
        headers={
            "Authorization": f"Bearer {os.environ['GITHUB_TOKEN']}",
            "Accept": "application/vnd.github+json",
            "Content-Type": "application/json",
            "User-Agent": "fleet",
        },
    )
    for attempt in range(1, _TRIES + 1):
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            refused, wait = RefusedError(_said(error), error.code), _wait(error, attempt)
        except (urllib.error.URLError, TimeoutError, ValueError) as error:
            # A comment that was posted before the connection broke must not be posted twice.
            refused, wait = RefusedError(f"{error}", None), None if method == "POST" else 2.0 ** (attempt - 1)
        if wait is None or wait > _LONGEST_WAIT or attempt == _TRIES:
            raise refused
        time.sleep(wait)
    raise AssertionError("the last try returns or raises")


def _said(error: urllib.error.HTTPError) -> str:
    try:
        message = json.loads(error.read()).get("message", "")
    except (ValueError, AttributeError):
        message = ""
    hint = "; give the job 'permissions: pull-requests: write'" if error.code in {401, 403, 404} else ""
    return f"{error.code} {message or error.reason}{hint}"


def _wait(error: urllib.error.HTTPError, attempt: int) -> float | None:
    """Seconds until the next try, as the API asks; None when trying again is of no use."""
    after = error.headers.get("retry-after")
    if after is not None and after.isdigit():
        return float(after)
    if error.headers.get("x-ratelimit-remaining") == "0":
        reset = error.headers.get("x-ratelimit-reset", "")
        return max(float(reset) - time.time(), 1.0) if reset.isdigit() else _LONGEST_WAIT
    return 2.0 ** (attempt - 1) if error.code == 429 or error.code >= 500 else None  # noqa: PLR2004  (HTTP's own numbers)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
