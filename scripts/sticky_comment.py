"""Post a text as the one comment of this tool on a pull request, or update the one that is there.

usage: python scripts/sticky_comment.py FILE, with GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_TOKEN and NUMBER set.
The first line of the file is the mark that the comment is found by.
"""

import json
import os
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

_PAGE = 100
_MOST_PAGES = 50


def call(method: str, path: str, body: dict[str, str] | None = None) -> Any:
    """One call of the comment API; its JSON answer."""
    request = urllib.request.Request(
        os.environ.get("GITHUB_API_URL", "https://api.github.com") + path,
        data=None if body is None else json.dumps(body).encode(),
        method=method,
        headers={"Authorization": f"Bearer {os.environ['GITHUB_TOKEN']}", "Accept": "application/vnd.github+json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def existing(comments: str, mark: str) -> int | None:
    """The number of our own comment: by a bot, beginning with the mark."""
    for page in range(1, _MOST_PAGES + 1):
        found = call("GET", f"{comments}?per_page={_PAGE}&page={page}")
        for comment in found:
            if comment["body"].startswith(mark) and comment["user"]["type"] == "Bot":
                return int(comment["id"])
        if len(found) < _PAGE:
            break
    return None


def main(file: str) -> int:
    """Create or update; 3 when the API refuses, with its reason."""
    text = Path(file).read_text(encoding="utf-8")
    issues = f"/repos/{os.environ['GITHUB_REPOSITORY']}/issues"
    comments = f"{issues}/{os.environ['NUMBER']}/comments"
    try:
        known = existing(comments, text.partition("\n")[0])
        if known is None:
            call("POST", comments, {"body": text})
        else:
            call("PATCH", f"{issues}/comments/{known}", {"body": text})
    except urllib.error.URLError as error:
        print(f"cannot write the comment: {error}; give the job 'pull-requests: write'", file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
