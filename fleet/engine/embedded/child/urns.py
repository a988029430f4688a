"""Names of resources as the engine makes them: `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`."""

from __future__ import annotations

ROOT = "pulumi:pulumi:Stack"
PROVIDER = "pulumi:providers:"


def make(stack: str, project: str, parent: str, kind: str, name: str) -> str:
    """The URN of a resource; the chain of its parents' types stands before its own, the root stack left out."""
    chain = qualified_type(parent) if parent else ""
    if chain and chain != ROOT:
        kind = f"{chain}${kind}"
    return f"urn:pulumi:{stack}::{project}::{kind}::{name}"


def qualified_type(urn: str) -> str:
    """The type with its parents' types, as it stands in a URN."""
    return urn.split("::", 3)[2]


def kind_of(urn: str) -> str:
    """The type alone."""
    return qualified_type(urn).rsplit("$", 1)[-1]


def name_of(urn: str) -> str:
    """The name of the resource."""
    return urn.split("::", 3)[3]


def package_of(kind: str) -> str:
    """The package whose provider manages a type; of a provider the package it provides."""
    return kind[len(PROVIDER) :] if kind.startswith(PROVIDER) else kind.split(":", 1)[0]


def alias(own: dict[str, str], spec: dict[str, str | bool]) -> str:
    """The URN that an alias stands for: every part it leaves out is the resource's own."""
    parent = "" if spec.get("no_parent") else str(spec.get("parent") or own["parent"])
    return make(
        str(spec.get("stack") or own["stack"]),
        str(spec.get("project") or own["project"]),
        parent,
        str(spec.get("type") or own["type"]),
        str(spec.get("name") or own["name"]),
    )
