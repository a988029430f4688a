"""Which resources and findings of two results are the same, though stack, project or parent have another name."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence

from fleet.cost.model import PricedResource
from fleet.result.model import Finding, Result

__all__ = ["Key", "Pair", "key_of", "known", "pairs"]

Key = Callable[[str], str]
"""A URN in, what identifies the resource out."""

Pair = tuple[PricedResource | None, PricedResource | None]


def key_of(result: Result) -> Key:
    """What identifies a resource of this result.

    Where it holds one stack, that is the URN without stack and project: `dev` and `prod` of one program hold the same
    resources. Of several stacks together it is the whole URN.
    """
    urns = [*(resource.urn for resource in result.resources), *(finding.urn for finding in result.findings)]
    return _within if len({_stack(urn) for urn in urns if urn.startswith("urn:pulumi:")}) <= 1 else str


def _stack(urn: str) -> str:
    return "::".join(urn.split("::", 2)[:2])


def _within(urn: str) -> str:
    parts = urn.split("::", 2)
    return parts[2] if len(parts) > 2 and urn.startswith("urn:pulumi:") else urn  # noqa: PLR2004  (stack, project, rest)


def pairs(base: Result, head: Result) -> list[Pair]:
    """Every resource before and after, by URN; None where it was not or is not there.

    A resource that moved under another parent keeps type and name, and is the same where these tell which one it is.
    What is only there to be deleted is there no more.
    """
    keys = key_of(base), key_of(head)
    before, after = (
        {key(resource.urn): resource for resource in result.resources if _counts(resource)}
        for key, result in zip(keys, (base, head), strict=True)
    )
    moved = _moved([before[key] for key in before.keys() - after.keys()], _only(after, before))
    gone = {old.urn for old, _ in moved}
    come = {new.urn for _, new in moved}
    rest = [(before.get(key), after.get(key)) for key in sorted(before.keys() | after.keys())]
    kept = [
        (old, new) for old, new in rest if (old is None or old.urn not in gone) and (new is None or new.urn not in come)
    ]
    return [*kept, *moved]


def _counts(resource: PricedResource) -> bool:
    """Neither the stack and its providers, whose names carry stack and version, nor what is there to be deleted."""
    return resource.operation != "delete" and not resource.type.startswith(("pulumi:pulumi:", "pulumi:providers:"))


def _only(these: dict[str, PricedResource], others: dict[str, PricedResource]) -> list[PricedResource]:
    return [resource for key, resource in these.items() if key not in others]


def _moved(
    removed: Iterable[PricedResource], added: Iterable[PricedResource]
) -> list[tuple[PricedResource, PricedResource]]:
    gone, come = _by_name(removed), _by_name(added)
    return [
        (gone[name][0], come[name][0])
        for name in sorted(gone.keys() & come.keys())
        if len(gone[name]) == len(come[name]) == 1
    ]


def _by_name(resources: Iterable[PricedResource]) -> dict[tuple[str, str], list[PricedResource]]:
    found: dict[tuple[str, str], list[PricedResource]] = defaultdict(list)
    for resource in resources:
        found[resource.type, resource.name].append(resource)
    return found


def known(findings: Sequence[Finding], key: Key, base: Result) -> list[bool]:
    """For each finding, whether the base has it: the same rule of the same pack for the same resource.

    Messages carry amounts and move, so they do not count, unless a rule speaks more often of a resource than before:
    then those that say what was said before are known, and only so many others as are left.
    """
    base_key = key_of(base)
    said = Counter((*_identity(finding, base_key), finding.message) for finding in base.findings)
    left = Counter(_identity(finding, base_key) for finding in base.findings)
    found = [False] * len(findings)
    for position, finding in enumerate(findings):
        identity = _identity(finding, key)
        if said[*identity, finding.message] > 0:
            said[*identity, finding.message] -= 1
            left[identity] -= 1
            found[position] = True
    for position, finding in enumerate(findings):
        identity = _identity(finding, key)
        if not found[position] and left[identity] > 0:
            left[identity] -= 1
            found[position] = True
    return found


def _identity(finding: Finding, key: Key) -> tuple[str, str, str, bool]:
    return finding.pack, finding.rule, key(finding.urn), finding.exemption is None
