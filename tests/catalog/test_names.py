"""Every processor, accelerator and system that people ask for resolves; what cannot be bought says why."""

import pytest

from fleet.errors import UnknownName


@pytest.mark.parametrize(
    ("name", "kind", "example"),
    [
        pytest.param("graviton1", "processor", "a1.large", id="Graviton1"),
        pytest.param("graviton2", "processor", "m6g.large", id="Graviton2"),
        pytest.param("graviton3", "processor", "c7gn.large", id="Graviton3 with 3E"),
        pytest.param("graviton4", "processor", "m8g.48xlarge", id="Graviton4"),
        pytest.param("graviton5", "processor", "r9g.large", id="Graviton5"),
        pytest.param("trainium", "accelerator", "trn1.32xlarge", id="Trainium"),
        pytest.param("trainium1", "accelerator", "trn1.32xlarge", id="Trainium1"),
        pytest.param("trainium2", "accelerator", "trn2u.48xlarge", id="Trainium2"),
        pytest.param("inferentia", "accelerator", "inf1.xlarge", id="Inferentia"),
        pytest.param("inferentia2", "accelerator", "inf2.xlarge", id="Inferentia2"),
        pytest.param("t4", "accelerator", "g4dn.xlarge", id="T4"),
        pytest.param("a10g", "accelerator", "g5.xlarge", id="A10G"),
        pytest.param("l4", "accelerator", "gr6.4xlarge", id="L4"),
        pytest.param("l4-1/8", "accelerator", "g6f.large", id="eighth of an L4"),
        pytest.param("l4-1/4", "accelerator", "g6f.2xlarge", id="quarter of an L4"),
        pytest.param("l4-1/2", "accelerator", "gr6f.4xlarge", id="half of an L4"),
        pytest.param("l40s", "accelerator", "g6e.xlarge", id="L40S"),
        pytest.param("a100", "accelerator", "p4de.24xlarge", id="A100"),
        pytest.param("h100", "accelerator", "p5.4xlarge", id="H100"),
        pytest.param("h200", "accelerator", "p5en.48xlarge", id="H200"),
        pytest.param("b200", "accelerator", "p6-b200.48xlarge", id="B200"),
        pytest.param("b300", "accelerator", "p6-b300.48xlarge", id="B300"),
        pytest.param("rtx-pro-4500", "accelerator", "g7.48xlarge", id="RTX PRO 4500"),
        pytest.param("rtx-pro-6000", "accelerator", "g7e.48xlarge", id="RTX PRO 6000"),
        pytest.param("epyc", "processor", "m8a.large", id="EPYC"),
        pytest.param("turin", "processor", "m8a.large", id="Turin"),
        pytest.param("xeon", "processor", "m8i.large", id="Xeon"),
        pytest.param("qualcomm-ai100", "accelerator", "dl2q.24xlarge", id="Qualcomm AI100"),
        pytest.param("fpga", "accelerator", "f2.6xlarge", id="FPGA"),
        pytest.param("u30", "accelerator", "vt1.3xlarge", id="U30"),
        pytest.param("apple-m1", "chip", "mac2.metal", id="Apple M1"),
        pytest.param("m1-ultra", "chip", "mac2-m1ultra.metal", id="M1 Ultra"),
        pytest.param("apple-m2", "chip", "mac2-m2.metal", id="M2"),
        pytest.param("m2-pro", "chip", "mac2-m2pro.metal", id="M2 Pro"),
        pytest.param("m4-pro", "chip", "mac-m4pro.metal", id="M4 Pro"),
        pytest.param("m4-max", "chip", "mac-m4max.metal", id="M4 Max"),
        pytest.param("m3-ultra", "chip", "mac-m3ultra.metal", id="M3 Ultra"),
        pytest.param("intel-mac", "chip", "mac1.metal", id="Intel Mac"),
        pytest.param("M9G", "family", "m9g.large", id="case does not count"),
    ],
)
def test_what_ec2_sells_resolves_to_its_types(catalog, name, kind, example):
    found = catalog.resolve(name)

    assert found.kind == kind
    assert example in {item.name for item in found.types}


@pytest.mark.parametrize(
    ("name", "why"),
    [
        pytest.param("trainium3", "UltraServers of 64 or 144 chips", id="Trainium3"),
        pytest.param("trn3.48xlarge", "no EC2 region lists a trn3 type", id="a type name that AWS software mentions"),
        pytest.param("gb200", "by capacity block only", id="GB200"),
        pytest.param("gb300", "neither a type name nor a price", id="GB300"),
        pytest.param("v520", "no longer lists g4ad", id="Radeon Pro V520"),
        pytest.param("radeon-pro-v520", "V520", id="its long name"),
        pytest.param("mi300x", "no AMD Instinct", id="Instinct MI300X"),
        pytest.param("instinct", "no AMD Instinct", id="Instinct"),
        pytest.param("gaudi", "no longer lists dl1", id="Gaudi"),
        pytest.param("gaudi3", "EC2 sells no Gaudi3", id="Gaudi3"),
        pytest.param("tpu-v6e", "Google Cloud only", id="TPU v6e"),
        pytest.param("tpu", "Google Cloud only", id="TPU"),
        pytest.param("g4ad.xlarge", "no longer lists it", id="a type that only the price list knows"),
        pytest.param("p3.2xlarge", "no longer lists it", id="P3"),
        pytest.param("p6e-gb200.36xlarge", "cannot be started alone", id="UltraServer member"),
        pytest.param("u-p6e-gb200x72", "capacity block only", id="UltraServer"),
        pytest.param("u-trn2x64", "no price is published", id="Trn2 UltraServer"),
        pytest.param("m3-max", "EC2 has no Mac with Apple M3 Max", id="a Mac that EC2 lacks"),
    ],
)
def test_what_cannot_be_bought_by_type_says_why(catalog, name, why):
    found = catalog.resolve(name)

    assert found.types == ()
    assert why in found.text


@pytest.mark.parametrize(
    ("name", "prefer", "example"),
    [
        pytest.param("m4", None, "m4.large", id="m4 is a family"),
        pytest.param("m4", "chip", "mac-m4.metal", id="m4 is a chip for whoever builds for Apple"),
        pytest.param("t4g", None, "t4g.large", id="t4g is a family"),
        pytest.param("t4g", "accelerator", "g5g.xlarge", id="t4g is a GPU for whoever needs one"),
    ],
)
def test_names_with_two_meanings_take_the_one_preferred(catalog, name, prefer, example):
    assert example in {item.name for item in catalog.resolve(name, prefer=prefer).types}


@pytest.mark.parametrize(
    ("name", "same"),
    [
        pytest.param("AMD EPYC", "epyc", id="EPYC"),
        pytest.param("Intel Xeon", "xeon", id="Xeon"),
        pytest.param("Apple M4 Max", "m4-max", id="Apple M4 Max"),
        pytest.param("Intel Mac", "intel-mac", id="Intel Mac"),
        pytest.param("NVIDIA H100", "h100", id="with its maker"),
        pytest.param("RTX PRO 6000", "rtx-pro-6000", id="RTX PRO 6000"),
        pytest.param("rtx_pro_4500", "rtx-pro-4500", id="underscores"),
        pytest.param("Radeon Pro V520", "v520", id="Radeon Pro V520"),
        pytest.param("Instinct MI300X", "mi300x", id="Instinct MI300X"),
        pytest.param("Intel Habana Gaudi", "gaudi", id="Habana Gaudi"),
        pytest.param("Qualcomm AI100", "ai100", id="Qualcomm AI100"),
        pytest.param("Google TPU", "tpu", id="Google TPU"),
        pytest.param("Graviton 5", "graviton5", id="a number apart"),
        pytest.param("Trainium 2", "trainium2", id="Trainium 2"),
    ],
)
def test_names_resolve_as_people_write_them(catalog, name, same):
    found, expected = catalog.resolve(name), catalog.resolve(same)

    assert (found.types, found.listed) == (expected.types, expected.listed)
    assert (found.text == expected.text) or expected.text in found.text


def test_every_mac_has_one_name(catalog):
    assert {item.name for item in catalog.resolve("mac").types} == set(catalog.macs)
    assert "mac1.metal" not in {item.name for item in catalog.resolve("Apple silicon").types}


def test_alias_of_something_that_cannot_be_bought_says_why(catalog):
    assert "no longer lists g4ad" in catalog.resolve("radeon-pro-v520").text


def test_name_with_two_meanings_names_the_other_one(catalog):
    assert "apple-m4" in catalog.resolve("m4").text
    assert catalog.resolve("nvidia-t4g").kind == "accelerator"
    assert "nvidia-t4g" in catalog.resolve("t4g").text


def test_unknown_name_suggests_the_nearest(catalog):
    with pytest.raises(UnknownName, match=r"did you mean .*'trainium2'"):
        catalog.resolve("trainum2")


@pytest.mark.parametrize(
    ("key", "supported", "unsupported"),
    [
        pytest.param("inferentia2", {"pytorch", "jax"}, {"vllm", "tensorflow"}, id="Inferentia2"),
        pytest.param("trainium", {"pytorch"}, {"vllm", "tensorflow"}, id="Trainium"),
        pytest.param("trainium2", {"pytorch", "jax", "vllm"}, {"tensorflow"}, id="Trainium2"),
        pytest.param("inferentia", set(), {"pytorch", "tensorflow", "vllm", "jax"}, id="Inferentia is archived"),
        pytest.param("h100", {"pytorch", "tensorflow", "jax", "vllm"}, set(), id="H100"),
        pytest.param("v520", set(), {"pytorch", "vllm"}, id="V520 is for graphics"),
    ],
)
def test_framework_gates(catalog, key, supported, unsupported):
    gates = catalog.accelerators[key].frameworks

    assert {name for name, reason in gates.items() if not reason} >= supported
    assert {name for name, reason in gates.items() if reason} >= unsupported


def test_encoders_and_graphics_are_those_of_g_families(catalog):
    """P and Trainium families have no encoder and no graphics: rendering must not land on them."""
    encoding = {k for k, a in catalog.accelerators.items() if a.video_encode and a.graphics and a.orderable}
    families = {family for key in encoding for family in catalog.accelerators[key].families}

    assert families == {"g4dn", "g5", "g5g", "g6", "g6e", "g6f", "g7", "g7e", "gr6", "gr6f"}


@pytest.mark.parametrize(
    ("precision", "keys"),
    [
        pytest.param("fp4", {"b200", "b300", "rtx-pro-4500", "rtx-pro-6000"}, id="FP4 is Blackwell's"),
        pytest.param("fp8", {"l4", "l40s", "h100", "h200", "b200", "trainium2"}, id="FP8 from Ada and Hopper up"),
    ],
)
def test_precisions_that_the_hardware_runs(catalog, precision, keys):
    orderable = {k for k, a in catalog.accelerators.items() if precision in a.precisions and a.orderable}

    assert keys <= orderable
    assert not orderable & {"t4", "t4g", "a10g", "a100-40", "a100-80", "v100"}


def test_corrected_and_measured_figures_of_accelerators(catalog):
    found = catalog.accelerators

    assert found["trainium2"].memory_gib == 96
    assert found["trainium2"].tflops["fp8"] == 1299
    assert found["a10g"].power_w == 300
    assert found["b300"].tflops["fp4"] == 13500
    assert found["l4-1/4"].tflops == {}
    assert found["trainium3"].tflops["mxfp8"] == 2517
    assert found["ai100"].video_encode is None


def test_accelerator_that_is_not_orderable_says_why(catalog):
    assert [key for key, item in catalog.accelerators.items() if item.orderable == bool(item.why_not)] == []
