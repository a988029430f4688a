"""Writes docs/rules from the rules: `python -m fleet_policies.write_pages docs/rules`."""

import sys
from collections.abc import Mapping
from pathlib import Path

from fleet_policies.pages import page
from fleet_policies.registry import rules
from fleet_policies.rule import Rule

__all__ = ["all_pages", "write_pages"]

_TITLES = {
    "accelerators": "Accelerators",
    "cost": "Cost",
    "efficiency": "Efficiency",
    "governance": "Governance",
    "mac": "EC2 Mac",
    "quotas": "Quotas",
    "resilience": "Resilience",
}


def all_pages(found: Mapping[str, Rule]) -> dict[str, str]:
    """Text of every file of docs/rules, by name."""
    pages = {f"{rule.name}.md": page(rule) for rule in found.values()}
    return pages | {"README.md": _index(found)}


def _index(found: Mapping[str, Rule]) -> str:
    lines = ["# Rules", "", "Written from the rules themselves; `fleet policies show RULE` prints a page."]
    for area, title in _TITLES.items():
        lines += ["", f"## {title}", "", "| id | rule | level | what is wrong |", "| --- | --- | --- | --- |"]
        ours = [rule for rule in found.values() if rule.area == area]
        lines += [f"| {r.id} | [{r.name}]({r.name}.md) | {r.level} | {r.summary} |" for r in ours]
    return "\n".join(lines) + "\n"


def write_pages(folder: Path) -> None:
    """Write all pages into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in all_pages(rules()).items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_pages(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/rules"))
