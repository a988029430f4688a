"""Every input that a component sets exists in the installed AWS SDK, with that type, and no required one is missing."""

import inspect
import types
import typing
from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pulumi_aws
import pytest

PLAIN = {"str": str, "int": int, "float": (int, float), "bool": bool}


def resource_class(token: str) -> type:
    """The SDK's class of a resource type, such as aws:ec2/launchTemplate:LaunchTemplate."""
    _, place, name = token.split(":")
    return getattr(getattr(pulumi_aws, place.split("/")[0]), name)


def properties(args: type) -> dict[str, tuple[Any, bool]]:
    """Name on the wire -> (type of its values, required) of an Args class."""
    # `pulumi.Input` refers to "Output[T]" by name, as its own module knows it.
    hints = typing.get_type_hints(args.__init__, {**vars(pulumi.output), **vars(inspect.getmodule(args))})
    parameters = inspect.signature(args.__init__).parameters
    found = {}
    for python_name, getter in inspect.getmembers(args, lambda member: isinstance(member, property)):
        wire = getter.fget._pulumi_name
        required = parameters[python_name].default is inspect.Parameter.empty
        found[wire] = (hints[python_name], required)
    return found


def alternatives(hint: Any) -> list[Any]:
    """The plain types that a hint allows: without None, Output, Awaitable and the twins of an Args class."""
    if typing.get_origin(hint) not in (typing.Union, types.UnionType):
        return [hint]
    left = []
    for part in typing.get_args(hint):
        name = getattr(typing.get_origin(part) or part, "__name__", "")
        if part is not type(None) and name not in ("Output", "Awaitable") and not name.endswith("ArgsDict"):
            left += alternatives(part)
    nested_inputs = [part for part in left if isinstance(part, type) and is_args(part)]
    plain = [part for part in left if typing.get_origin(part) or getattr(part, "__name__", "") in PLAIN]
    return nested_inputs + plain or left


def is_args(candidate: type) -> bool:
    """Classes of nested inputs are made by the SDK's `input_type`."""
    return candidate.__name__.endswith("Args")


def problems(value: Any, hint: Any, path: str) -> list[str]:
    """What does not fit the SDK's type, with its path: the least of what each alternative finds."""
    return min((problems_of(value, part, path) for part in alternatives(hint)), key=len)


def problems_of(value: Any, hint: Any, path: str) -> list[str]:
    """What does not fit one alternative of a type."""
    origin = typing.get_origin(hint)
    if origin in (list, Sequence):
        if not isinstance(value, list):
            return [f"{path}: {value!r} is no list"]
        inner = typing.get_args(hint)[0]
        return [problem for n, entry in enumerate(value) for problem in problems(entry, inner, f"{path}[{n}]")]
    if origin in (dict, Mapping):
        return [] if isinstance(value, dict) else [f"{path}: {value!r} is no mapping"]
    if isinstance(hint, type) and is_args(hint):
        return nested(value, properties(hint), path) if isinstance(value, dict) else [f"{path}: {value!r} is no object"]
    expected = PLAIN.get(getattr(hint, "__name__", ""))
    wrong = expected is not None and (not isinstance(value, expected) or (hint is int and isinstance(value, bool)))
    return [f"{path}: {value!r} is no {hint.__name__}"] if wrong else []


def nested(value: dict[str, Any], known: dict[str, tuple[Any, bool]], path: str) -> list[str]:
    """Unknown, missing and wrong properties of an object."""
    found = [f"{path}.{name}: the SDK has no such input" for name in value if name not in known]
    found += [f"{path}.{name}: is required" for name, (_, needed) in known.items() if needed and name not in value]
    for name, entry in value.items():
        if name in known:
            found += problems(entry, known[name][0], f"{path}.{name}")
    return found


def args_class(token: str) -> type:
    """The Args class of a resource."""
    name = f"{token.rsplit(':', 1)[-1]}Args"
    module = inspect.getmodule(resource_class(token))
    return getattr(module, name)


def test_inputs_fit_the_sdk(declare_fleet):
    """No resource of a mixed fleet sets an input that the provider would refuse by name or type."""
    found = []
    for resource in declare_fleet().resources:
        if resource["type"].startswith("aws:"):
            found += nested(resource["inputs"], properties(args_class(resource["type"])), resource["name"])

    assert found == []


@pytest.mark.parametrize(
    ("inputs", "problem"),
    [
        pytest.param({"imageID": "ami-1"}, "x.imageID: the SDK has no such input", id="a misspelt name"),
        pytest.param({"updateDefaultVersion": "yes"}, "x.updateDefaultVersion: 'yes' is no bool", id="a wrong type"),
        pytest.param(
            {"metadataOptions": {"httpToken": "required"}},
            "x.metadataOptions.httpToken: the SDK has no such input",
            id="a misspelt name inside",
        ),
        pytest.param({"vpcSecurityGroupIds": "sg-1"}, "x.vpcSecurityGroupIds: 'sg-1' is no list", id="a list of none"),
    ],
)
def test_the_comparison_finds_mistakes(inputs, problem):
    """The check above can fail."""
    known = properties(args_class("aws:ec2/launchTemplate:LaunchTemplate"))

    assert nested(inputs, known, "x") == [problem]
