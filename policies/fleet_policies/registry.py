"""All rules of the pack, found by walking the folder of rules: a new file there is a new rule."""

import importlib
import inspect
import pkgutil
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from types import MappingProxyType

from fleet_policies import rules as _rules
from fleet_policies.rule import Rule

__all__ = ["documentation_url", "rules"]

_SOURCE = "## Source"


class DuplicateRule(Exception):  # noqa: N818  (a mistake in the pack, not in a request)
    """Two rules share an id or a name."""


@cache
def rules() -> Mapping[str, Rule]:
    """Rules by name, in the order of their ids."""
    found: list[Rule] = []
    for module in pkgutil.walk_packages(_rules.__path__, f"{_rules.__name__}."):
        if module.ispkg:
            continue
        loaded = importlib.import_module(module.name)
        rule = getattr(loaded, "RULE", None)
        if isinstance(rule, Rule):
            area = module.name.split(".")[-2]
            found.append(replace(rule, page=inspect.cleandoc(loaded.__doc__ or ""), area=area))
    found.sort(key=lambda rule: rule.id)
    if len({rule.id for rule in found}) < len(found) or len({rule.name for rule in found}) < len(found):
        raise DuplicateRule("two rules of the pack share an id or a name")
    return MappingProxyType({rule.name: rule for rule in found})


def documentation_url(rule: Rule) -> str:
    """Address of what a rule rests on: the first link under `Source` of its page."""
    _, _, source = rule.page.partition(_SOURCE)
    return next((word for word in source.split() if word.startswith("https://")), "")
