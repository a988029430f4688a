"""FC105, FC106 and FE201 name what separate code names, for every type that AWS lists, with the same saving.

The code here reads the files of the catalog itself, and knows nothing of the rules' own.
"""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from fleet_policies.analysis import analyze
from fleet_policies.registry import rules
from fleet_policies.scene import Given, Scene
from fleet_policies.settings import read_settings

import fleet.catalog
from fleet.catalog import Catalog
from fleet.result.grammar import parse_message
from fleet.stack.model import Resource, Stack

DATA = Path(fleet.catalog.__file__).parent / "data"
REGION, MONTH, LEAST = "us-east-1", 730, Decimal("0.9")
KIND = "aws:ec2/instance:Instance"


def rows(file):
    with (DATA / file).open(newline="") as lines:
        return list(csv.DictReader(lines))


TYPES = {row["name"]: row for row in rows("types.csv")}
USD = {row["instance_type"]: Decimal(row["usd"]) for row in rows(f"on_demand/{REGION}.csv")}
SOLD = [row["instance_type"] for row in rows(f"offerings/{REGION}.csv") if row["zones"] and row["instance_type"] in USD]


def figure(name, column):
    written = TYPES[name][column]
    return float(written) if written else None


def work(name):
    """CoreMark for a dollar; None without a measurement."""
    return Decimal(str(figure(name, "coremark"))) / USD[name] if figure(name, "coremark") else None


def holds(other, name, *columns):
    return all((figure(other, column) or 0) >= (figure(name, column) or 0) for column in columns)


def is_as_fast(other, name):
    return (figure(other, "coremark") or 0) >= (figure(name, "coremark") or 0) > 0


def has_nothing_less(other, name):
    a, b = TYPES[other], TYPES[name]
    known = all(
        not b[column] or (a[column] and float(a[column]) >= float(b[column])) for column in ("network_gbps", "ebs_mbps")
    )
    counts = ("vcpus", "memory_gib", "instance_storage_gb", "efa_interfaces", "accelerators")
    same = a["accelerator"] == b["accelerator"] and a["bare_metal"] == b["bare_metal"]
    return known and same and holds(other, name, *counts) and not (a["burstable"] and not b["burstable"])


def cheaper(name):
    """FC105: same architecture, nothing less, as fast where it is measured, a tenth less money."""
    if TYPES[name]["burstable"] or name not in USD:
        return None
    unmeasured = TYPES[name]["accelerator"] and not figure(name, "coremark")
    fitting = [
        other
        for other in SOLD
        if USD[other] <= USD[name] * LEAST
        and TYPES[other]["architecture"] == TYPES[name]["architecture"]
        and not TYPES[other]["burstable"]
        and has_nothing_less(other, name)
        and (unmeasured or is_as_fast(other, name))
    ]
    return min(fitting, key=lambda other: (USD[other], other), default=None)


def graviton(name):
    """FE201: the most work per dollar of all that is cheaper and as fast, when AWS makes it."""
    if TYPES[name]["burstable"] or TYPES[name]["architecture"] != "x86_64" or name not in USD or not work(name):
        return None
    fitting = [o for o in SOLD if USD[o] < USD[name] and is_as_fast(o, name) and has_nothing_less(o, name)]
    best = max(fitting, key=lambda other: (work(other), other), default=None)
    if best is None or TYPES[best]["processor_maker"] != "AWS" or work(name) > work(best) * LEAST:
        return None
    return best


def newer(name):
    """FC106: of the smallest that are large enough, the most work per dollar; '' when nothing newer fits.

    None where a dollar does less on it.
    """
    old = TYPES[name]
    if old["current_generation"]:
        return None
    after = [
        other
        for other in SOLD
        if TYPES[other]["current_generation"]
        and (not old["generation"] or int(TYPES[other]["generation"] or 99) > int(old["generation"]))
        and all(TYPES[other][same] == old[same] for same in ("architecture", "bare_metal"))
        and holds(other, name, "vcpus", "memory_gib", "instance_storage_gb", "accelerators")
        and (old["burstable"] or not TYPES[other]["burstable"])
    ]
    fitting = [other for other in after if TYPES[other]["category"] == old["category"]]
    if not fitting and not old["burstable"]:
        fitting = [other for other in after if TYPES[other]["category"] in "cmr"]
    sized = [o for o in fitting if figure(o, "vcpus") == min(figure(f, "vcpus") for f in fitting)]
    measured = [other for other in sized if work(other)]
    if measured:
        best = max(measured, key=lambda other: (work(other), other))
        return None if name in USD and work(name) and work(best) <= work(name) else best
    return min(sized, key=lambda other: (USD[other], other), default="")


@pytest.fixture(scope="module")
def found():
    """What the rules say about one instance of every type, by rule and type."""
    made = tuple(
        Resource(urn=f"urn:pulumi:dev::p::{KIND}::{name}", type=KIND, name=name, inputs={"instanceType": name})
        for name in TYPES
    )
    stack = Stack(project="p", name="dev", resources=made, config={"aws:region": REGION})
    scene = Scene(stack, Given(today=date(2026, 12, 1), catalog=Catalog.load()))
    said = analyze(scene, rules(), read_settings({}, rules())).findings
    messages = [(finding.urn.rpartition("::")[2], parse_message(finding.message)) for finding in said]
    return {(message.id, name): message for name, message in messages}


@pytest.mark.parametrize(("rule", "choose"), [("FC105", cheaper), ("FC106", newer), ("FE201", graviton)])
def test_what_is_named_and_what_it_saves(found, rule, choose):
    """The same type and the same cents a month, and silence for all other types."""
    expected = {name: other for name in TYPES if (other := choose(name)) is not None}
    named = {name: found.get((rule, name)) for name in TYPES}
    savings = {}
    for name, other in expected.items():
        saving = ((USD[name] - USD[other]) * MONTH).quantize(Decimal("0.01")) if other and name in USD else Decimal(0)
        savings[name] = saving if saving > 0 else None

    assert len(expected) > 50
    assert {name for name, message in named.items() if message} == set(expected)
    assert [name for name, other in expected.items() if f"{other}" not in named[name].text] == []
    assert {name: named[name].saving for name in expected} == savings


SHARED = {"tenancy": "default"}
APART = [
    {"tenancy": "dedicated"},
    {"ami": "resolve:ssm:/aws/service/ami-windows-latest/Windows_Server-2022-English-Full-Base"},
]


def said_of(inputs):
    one = Resource(urn=f"urn:pulumi:dev::p::{KIND}::a", type=KIND, name="a", inputs=inputs)
    stack = Stack(project="p", name="dev", resources=(one,), config={"aws:region": REGION})
    scene = Scene(stack, Given(today=date(2026, 12, 1), catalog=Catalog.load()))
    found = [parse_message(finding.message) for finding in analyze(scene, rules(), read_settings({}, rules())).findings]
    return {message.id: message.text for message in found}


INTERRUPTIBLE = {"tags": {"fleet:interruptible": "true", "fleet:kind": "service"}}


@pytest.mark.parametrize("apart", APART)
def test_no_price_is_quoted_for_what_costs_something_else_than_linux_on_shared_hardware(apart):
    """On shared hardware each of these rules speaks of the same machine, in money."""
    of_money = {"FC105", "FC107", "FE201"}
    shared = said_of({"instanceType": "m5.2xlarge", **INTERRUPTIBLE, **SHARED})
    said = said_of({"instanceType": "m5.2xlarge", **INTERRUPTIBLE, **apart})

    assert of_money <= shared.keys()
    assert not of_money & said.keys()
    assert "USD" in shared["FC106"]
    assert "USD" not in said["FC106"]


def test_a_successor_whose_hour_is_dearer_says_what_a_dollar_does():
    """M5 to M8a: the hour costs more, and the work costs less."""
    text = said_of({"instanceType": "m5.2xlarge"})["FC106"]
    after = work("m8a.2xlarge") / work("m5.2xlarge")

    assert USD["m8a.2xlarge"] > USD["m5.2xlarge"]
    assert f"dearer an hour, but {(after * 100 - 100):.1f} % more measured work per dollar" in text


def test_a_successor_that_nobody_measured_says_so():
    """The hour is dearer, and what it does is not known."""
    assert (
        "dearer an hour, what a dollar does on each is not measured" in said_of({"instanceType": "c1.medium"})["FC106"]
    )


def test_bare_metal_without_a_successor_of_its_size_has_a_virtual_one():
    """Four times the vCPUs at six times the price are no replacement for a1.metal; the metal stands beside."""
    text = said_of({"instanceType": "a1.metal"})["FC106"]

    assert "use c9g.4xlarge at 0.6955 USD an hour instead of 0.408 USD" in text
    assert text.endswith("; the smallest bare metal is m7g.metal at 2.6112 USD")
    assert "use m8a.metal-24xl at" in said_of({"instanceType": "m5.metal"})["FC106"]
