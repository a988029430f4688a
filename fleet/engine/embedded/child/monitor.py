"""A resource monitor for previews: the methods that the SDK calls, answered as the engine answers in a first preview.

Nothing exists yet: every resource is to be created, ids are unknown, outputs beyond the inputs are unknown. The monitor
keeps a record of each registration; `result()` gives them all as JSON values.
"""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Any

from google.protobuf import empty_pb2
from pulumi.runtime.proto import resource_pb2

from . import providers, urns, wire
from .callbacks import Callbacks
from .dependencies import Dependencies
from .executor import call_site
from .invokes import Answer, Invokes
from .options import is_given, kept_options, option, resource_options
from .placeholder import TEXT
from .places import location
from .providers import Package, Providers, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_FEATURES = (
    "SECRETS",
    "RESOURCE_REFERENCES",
    "OUTPUT_VALUES",
    "ALIAS_SPECS",
    "REPLACEMENT_TRIGGER",
    "DELETED_WITH",
    "REPLACE_WITH",
    "TRANSFORMS",
    "INVOKE_TRANSFORMS",
    "PARAMETERIZATION",
    "RESOURCE_HOOKS",
    "ERROR_HOOKS",
    "STATE_MIGRATIONS",
)
_INHERITED = ("protect", "retain_on_delete", "deleted_with")


class Monitor:
    """The engine's side of one program run. Its methods are called from several threads."""

    def __init__(self, job: Mapping[str, Any]) -> None:
        self._job = job
        self._lock = threading.RLock()
        self._records: dict[str, dict[str, Any]] = {}
        self._exports: Any = {}
        self._goals: dict[str, dict[str, Any]] = {}
        self._parents: dict[str, str] = {}
        self._transforms: dict[str, list[Any]] = {}
        self._stack_transforms: list[Any] = []
        self._invoke_transforms: list[Any] = []
        self._callbacks = Callbacks()
        self._not_answered: list[tuple[str, str]] = []
        self.refusals: list[dict[str, Any]] = []
        self._providers = Providers(
            project=job["project"],
            stack=job["stack"],
            config=dict(job["config"]),
            secret_keys=frozenset(job["secret_keys"]),
        )
        self._invokes = Invokes(job)

    def result(self) -> dict[str, Any]:
        """Everything that was registered, in the order in which the program asked for it."""
        ordered = sorted(self._records.values(), key=lambda record: record.pop("order"))
        return {
            "resources": ordered,
            "exports": self._exports,
            "not_answered": list(dict.fromkeys(self._not_answered)),
        }

    # What the SDK asks about the engine.

    def SupportsFeature(self, _request: Any) -> Any:  # noqa: N802  (the protocol's name)
        """Older SDKs ask for each part of the protocol by name; all that they know are served."""
        return resource_pb2.SupportsFeatureResponse(hasSupport=True)

    def GetDeploymentInfo(self, _request: Any) -> Any:  # noqa: N802
        """The run's settings and the parts of the protocol that are served."""
        served = [getattr(resource_pb2, f"RESOURCE_MONITOR_FEATURE_{name}", None) for name in _FEATURES]
        return resource_pb2.DeploymentInfo(
            project=self._job["project"],
            stack=self._job["stack"],
            organization=self._job["organization"],
            config=self._job["config"],
            configSecretKeys=self._job["secret_keys"],
            dryRun=True,
            supportedFeatures=[feature for feature in served if feature is not None],
        )

    def SignalAndWaitForShutdown(self, _request: Any) -> Any:  # noqa: N802
        """Nothing is to be waited for."""
        return empty_pb2.Empty()

    def RegisterPackage(self, request: Any) -> Any:  # noqa: N802
        """Keep a parameterized package."""
        with self._lock:
            package = Package(request.name, request.version, request.download_url.rstrip("/"))
            if request.HasField("parameterization"):
                own = request.parameterization
                package = Package(own.name, own.version, package.url, parameterized=True)
            return resource_pb2.RegisterPackageResponse(ref=self._providers.register(package))

    def RegisterStackTransform(self, callback: Any) -> Any:  # noqa: N802
        """Keep a transform for every resource that follows."""
        self._stack_transforms.append(callback)
        return empty_pb2.Empty()

    def RegisterStackInvokeTransform(self, callback: Any) -> Any:  # noqa: N802
        """Keep a transform for every invoke that follows."""
        self._invoke_transforms.append(callback)
        return empty_pb2.Empty()

    def RegisterResourceHook(self, _request: Any) -> Any:  # noqa: N802
        """Hooks act on creations and deletions; a preview makes none."""
        return empty_pb2.Empty()

    def RegisterErrorHook(self, _request: Any) -> Any:  # noqa: N802
        """Errors of operations do not happen in a preview."""
        return empty_pb2.Empty()

    # Resources.

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802
        """Register a resource: transforms, provider, name, record."""
        options, properties, dependencies = self._transformed(request)
        with self._guard(request), self._lock:
            return self._registered(request, options, properties, dependencies)

    def ReadResource(self, request: Any) -> Any:  # noqa: N802
        """Register a resource that exists already: its id is known, of the rest only what the program says."""
        with self._guard(request), self._lock:
            return self._read(request)

    def ExistsResource(self, _request: Any) -> Any:  # noqa: N802
        """Whether something exists in the cloud cannot be known here."""
        return resource_pb2.ExistsResourceResponse(exists=False, unknown=True)

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802
        """Keep the outputs of a component; those of the root stack are the exports."""
        outputs = wire.plain_struct(request.outputs)
        with self._lock:
            if urns.kind_of(request.urn) == urns.ROOT:
                self._exports = outputs
            if request.urn in self._records:
                self._records[request.urn]["outputs"] = outputs
        return empty_pb2.Empty()

    # Calls of providers.

    def Invoke(self, request: Any) -> Any:  # noqa: N802
        """Answer a provider call, or leave it unknown and list it."""
        options = resource_pb2.TransformInvokeOptions(
            provider=request.provider, version=request.version, plugin_download_url=request.pluginDownloadURL
        )
        arguments = request.args
        for callback in self._invoke_transforms:
            arguments, options = self._callbacks.transform_invoke(callback, request.tok, arguments, options)
        with self._lock:
            return self._answered(request, wire.plain_struct(arguments), options)

    def Call(self, request: Any) -> Any:  # noqa: N802
        """Methods of components run in their provider, which is not there: unknown, and listed."""
        with self._lock:
            self._not_answered.append(("invoke", request.tok))
        return Answer(wire.struct({"result": wire.UNKNOWN}), unknown=True)

    # How it is done.

    @contextlib.contextmanager
    def _guard(self, request: Any) -> Iterator[None]:
        """Note what is refused and where in the program, then let the refusal go its way."""
        try:
            yield
        except Refusal as problem:
            place = location(request, self._job["root_directory"])
            self.refusals.append({"message": str(problem), "location": place})
            raise

    def _transformed(self, request: Any) -> tuple[Any, dict[str, Any], Dependencies]:
        """Options, properties and dependencies after all transforms: the resource's, its parents', the stack's."""
        with self._lock:
            self._inherit(request)
            reference = request.provider
            if request.custom or request.remote:
                reference = self._providers.from_parents(
                    request.provider, request.providers, request.parent, urns.package_of(request.type)
                )
            callbacks = list(request.transforms)
            parent = request.parent
            while parent:
                callbacks += self._transforms.get(parent, [])
                parent = self._parents.get(parent, "")
            callbacks += self._stack_transforms
        options = resource_options(request, reference)
        properties = wire.plain_struct(request.object)
        dependencies = Dependencies(request, properties)
        if request.transforms:
            properties = dependencies.upgraded(properties)
        for callback in callbacks:
            with self._guard(request):
                properties, options = self._callbacks.transform(callback, request, properties, options)
        if request.transforms:
            dependencies.rebuild(properties, options)
        return options, wire.without_output_values(properties), dependencies

    def _inherit(self, request: Any) -> None:
        goal = self._goals.get(request.parent, {})
        if not request.deletedWith and goal.get("deleted_with"):
            request.deletedWith = goal["deleted_with"]
        if goal.get("protect") is not None and not is_given(request, "protect"):
            request.protect = goal["protect"]
        if goal.get("retain_on_delete") is not None and not is_given(request, "retainOnDelete"):
            request.retainOnDelete = goal["retain_on_delete"]
        parent_provider = goal.get("provider", "")
        if not request.provider and parent_provider:
            package = urns.package_of(urns.kind_of(providers.urn_of(parent_provider)))
            if package == urns.package_of(request.type):
                request.provider = parent_provider

    def _registered(self, request: Any, options: Any, properties: dict[str, Any], dependencies: Dependencies) -> Any:
        is_provider = request.type.startswith(urns.PROVIDER)
        reference = ""
        if (request.custom and not is_provider) or request.remote:
            reference = options.provider or self._default(request, options)
        if not request.custom:
            inherited = self._providers.of_components.get(request.parent, {})
            for package, offered in inherited.items():
                if package not in options.providers:
                    options.providers[package] = offered
        if is_provider:
            self._complete_provider(request, options, properties)
        urn = self._named(request.parent, request.type, request.name)
        record = self._record(urn, request, properties, dependencies)
        record.update(kept_options(request, options, urn))
        record["provider"] = providers.urn_of(reference)
        imported = getattr(options, "import")
        record["id"] = imported or None
        record["operation"] = "import" if imported else "create"
        self._goals[urn] = {name: option(options, name) for name in _INHERITED} | {"provider": reference}
        self._parents[urn] = request.parent
        self._transforms[urn] = list(request.transforms)
        if not request.custom:
            self._providers.of_components[urn] = dict(options.providers)
        if request.remote:
            self._not_answered.append(("remote_component", request.type))
        known = properties if request.custom else {}
        # To a program the id of a provider is a known text, the engine's mark of an unknown: what waits for it goes on.
        identity = wire.UNKNOWN if is_provider else imported
        return resource_pb2.RegisterResourceResponse(urn=urn, id=identity, object=wire.struct(known))

    def _default(self, request: Any, options: Any) -> str:
        asked = self._providers.package(request, request.type)
        if not request.packageRef:
            asked = Package(asked.name, options.version, options.plugin_download_url.rstrip("/"))
        return self._default_for(asked, request.type)

    def _default_for(self, package: Package, kind: str) -> str:
        reference, record = self._providers.default(package, kind)
        if record is not None:
            record["order"] = (call_site().order, 0)
            record["operation"] = "create"
            self._records[record["urn"]] = record
        return reference

    def _complete_provider(self, request: Any, options: Any, properties: dict[str, Any]) -> None:
        package = self._providers.package(request, request.type)
        if not request.packageRef:
            package = Package(package.name, options.version, options.plugin_download_url.rstrip("/"))
        properties.update(providers.internals(package))

    def _named(self, parent: str, kind: str, name: str) -> str:
        if parent and parent not in self._records:
            raise Refusal(f"could not find parent resource {parent}")
        urn = urns.make(self._job["stack"], self._job["project"], parent, kind, name)
        if urn in self._records:
            raise Refusal(f"Duplicate resource URN '{urn}'; try giving it a unique name")
        return urn

    def _record(self, urn: str, request: Any, inputs: dict[str, Any], dependencies: Dependencies) -> dict[str, Any]:
        site = call_site()
        record = {
            # The root stack comes first, as in a state file, even when the program asks a provider something before.
            "order": (0 if request.type == urns.ROOT else site.order, 1),
            "kind": "resource",
            "urn": urn,
            "type": request.type,
            "name": request.name,
            "custom": bool(getattr(request, "custom", True)),
            "inputs": inputs,
            "computed": site.computed(inputs),
            "parent": request.parent or None,
            "dependencies": dependencies.all,
            "property_dependencies": dependencies.by_property,
            "location": location(request, self._job["root_directory"]),
        }
        self._records[urn] = record
        return record

    def _read(self, request: Any) -> Any:
        reference = request.provider
        if not reference and not request.type.startswith(urns.PROVIDER):
            reference = self._default_for(self._providers.package(request, request.type), request.type)
        urn = self._named(request.parent, request.type, request.name)
        inputs = wire.plain_struct(request.properties)
        record = self._record(urn, request, inputs, Dependencies(request, inputs))
        identity = wire.plain(wire.proto(request.id))
        known = "" if identity == wire.UNKNOWN else request.id
        record.update(provider=providers.urn_of(reference), id=known or None, operation="read", custom=True)
        state = dict(inputs)
        if request.type == "pulumi:pulumi:StackReference":
            state = self._invokes.stack_outputs(str(inputs.get("name", request.id)))
            if state["outputs"] == wire.UNKNOWN:
                self._not_answered.append(("stack_reference", str(state["name"])))
            record["outputs"] = state
        answer = resource_pb2.ReadResourceResponse(urn=urn, properties=wire.struct(state))
        # Newer SDKs take the id from the answer, older ones have no field for it.
        if "id" in answer.DESCRIPTOR.fields_by_name:
            answer.id = known
        return answer

    def _answered(self, request: Any, arguments: Any, options: Any) -> Answer:
        if request.tok == "pulumi:pulumi:getResource":
            return self._resource_state(arguments["urn"])
        reference = options.provider
        if not reference:
            asked = self._providers.package(request, request.tok)
            if not request.packageRef:
                asked = Package(asked.name, options.version, options.plugin_download_url.rstrip("/"))
            reference = self._default_for(asked, request.tok)
        inputs = self._records.get(providers.urn_of(reference), {}).get("inputs", {})
        found = self._invokes.answer(request.tok, arguments, inputs)
        if found is not None:
            return Answer(wire.struct(_complete(found, call_site().placeholders())))
        kind = "stack_reference" if request.tok.startswith("pulumi:pulumi:readStack") else "invoke"
        self._not_answered.append((kind, str(arguments.get("name")) if kind == "stack_reference" else request.tok))
        return Answer(wire.struct(call_site().placeholders()), unknown=call_site().takes_unknown)

    def _resource_state(self, urn: str) -> Answer:
        record = self._records.get(urn)
        if record is None:
            raise Refusal(f"unknown resource {urn}")
        state = record["inputs"] if record["custom"] else record.get("outputs", {})
        identity = record.get("id") or (wire.UNKNOWN if record["custom"] else "")
        return Answer(wire.struct({"urn": urn, "id": identity, "state": state}))


def _complete(found: dict[str, Any], placeholders: dict[str, Any]) -> dict[str, Any]:
    """An answer in which placeholders stand for what is unknown or not mentioned."""
    known = {key: value for key, value in found.items() if value != wire.UNKNOWN}
    unknown = {key: TEXT for key in found if key not in known and key not in placeholders}
    return {**placeholders, **unknown, **{key: _text_for_unknown(value) for key, value in known.items()}}


def _text_for_unknown(value: Any) -> Any:
    if isinstance(value, list):
        return [_text_for_unknown(item) for item in value]
    if isinstance(value, dict):
        return {key: _text_for_unknown(item) for key, item in value.items()}
    return TEXT if value == wire.UNKNOWN else value
