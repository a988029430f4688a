"""Which provider manages a resource, and the default providers that the engine makes when a program names none."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from typing import Any

from . import urns
from .wire import SECRET, SIGNATURE, UNKNOWN


class Refusal(Exception):  # noqa: N818  (an answer of the engine, not a bug)
    """What the engine refuses; the text is what it would print."""


@dataclass(frozen=True)
class Package:
    """What a program asks a provider of: a package, its version, and where its plugin is downloaded."""

    name: str
    version: str = ""
    url: str = ""
    parameterized: bool = False

    @property
    def default_name(self) -> str:
        """The name of the default provider, made from the version as the engine does (`default_7_51_1`)."""
        name = "default"
        if self.version:
            name += "_" + "".join(letter if letter.isalnum() else "_" for letter in self.version)
        if self.url:
            name += "_" + "".join(letter if letter.isalnum() or letter in "._" else "_" for letter in self.url)
        return name


@dataclass
class Providers:
    """Default providers made so far, packages registered by reference, and what components hand to their children."""

    project: str
    stack: str
    config: dict[str, str]
    secret_keys: frozenset[str]
    made: dict[Package, str] = field(default_factory=dict)
    packages: dict[str, Package] = field(default_factory=dict)
    of_components: dict[str, dict[str, str]] = field(default_factory=dict)

    def register(self, package: Package) -> str:
        """Keep a parameterized package; gives the reference by which requests name it."""
        reference = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{package.name}/{package.version}/{package.url}"))
        self.packages[reference] = package
        return reference

    def package(self, request: Any, kind: str) -> Package:
        """The package that a request asks for."""
        if request.packageRef:
            if request.packageRef not in self.packages:
                raise Refusal(f"unknown provider package '{request.packageRef}'")
            return self.packages[request.packageRef]
        return Package(urns.package_of(kind), request.version, request.pluginDownloadURL.rstrip("/"))

    def from_parents(self, own: str, offered: dict[str, str], parent: str, package: str) -> str:
        """The provider reference of a resource: its own, one it was offered, or its parent's for the package."""
        return own or offered.get(package) or self.of_components.get(parent, {}).get(package, "")

    def default(self, package: Package, kind: str) -> tuple[str, dict[str, Any] | None]:
        """The reference of the package's default provider, with its record when this call made it."""
        if package in self.made:
            return self.made[package], None
        if package.name != "pulumi" and self._denied(package.name):
            raise Refusal(f"Default provider for '{package.name}' disabled. '{kind}' must use an explicit provider.")
        urn = urns.make(self.stack, self.project, "", urns.PROVIDER + package.name, package.default_name)
        self.made[package] = f"{urn}::{UNKNOWN}"
        inputs: dict[str, Any] = {}
        for key, value in self.config.items():
            namespace, _, name = key.partition(":")
            if namespace == package.name:
                inputs[name] = {SIGNATURE: SECRET, "value": value} if key in self.secret_keys else value
        inputs.update(internals(package))
        record = {
            "kind": "resource",
            "urn": urn,
            "type": urns.PROVIDER + package.name,
            "name": package.default_name,
            "custom": True,
            "inputs": inputs,
        }
        return self.made[package], record

    def _denied(self, package: str) -> bool:
        denied = self.config.get("pulumi:disable-default-providers", "")
        return bool(denied) and any(str(name).strip() in ("*", package) for name in json.loads(denied))


def internals(package: Package) -> dict[str, Any]:
    """The inputs that the engine itself adds to a provider."""
    added: dict[str, Any] = {}
    if package.version and not package.parameterized:
        added.update({"__internal": {}, "version": package.version})
    if package.url:
        added.setdefault("__internal", {})["pluginDownloadURL"] = package.url
    return added


def urn_of(reference: str) -> str:
    """The URN in a provider reference (`URN::ID`)."""
    return reference.rsplit("::", 1)[0] if reference else ""
