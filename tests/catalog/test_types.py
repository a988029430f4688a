"""Shapes are what EC2 describes, corrected where the API is known to be wrong."""

import pytest

from fleet.catalog import Catalog, eks_reserved, known
from fleet.errors import UnknownName


def test_every_type_that_ec2_describes_is_there(catalog):
    assert len(catalog.types) == 1395
    assert list(catalog.types) == sorted(catalog.types)


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        pytest.param(
            "m9g.16xlarge",
            {"vcpus": 64, "cores": 64, "memory_gib": 256, "architecture": "arm64", "processor": "Graviton5",
             "generation": 9, "category": "m", "clock_ghz": 3.3, "family": "m9g", "size": "16xlarge"},
            id="Graviton5",
        ),
        pytest.param(
            "trn2.48xlarge",
            {"accelerator": "trainium2", "accelerators": 16, "accelerator_memory_gib": 1536, "efa_interfaces": 16,
             "network_cards": 16, "network_gbps": 3200, "dedicated_hosts": False},
            id="Trainium2 has 96 GiB a chip, not 512",
        ),
        pytest.param(
            "trn2u.48xlarge",
            {"accelerator": "trainium2", "accelerators": 16, "accelerator_memory_gib": 1536},
            id="UltraServer member has chips that the API leaves out",
        ),
        pytest.param(
            "g6f.2xlarge",
            {"accelerator": "l4-1/4", "accelerators": 1, "vcpus": 8, "instance_storage_gb": 200},
            id="quarter of an L4",
        ),
        pytest.param(
            "p6-b300.48xlarge",
            {"accelerator": "b300", "accelerators": 8, "vcpus": 192, "memory_gib": 4096, "efa_interfaces": 16},
            id="B300",
        ),
        pytest.param(
            "mac-m4.metal",
            {"architecture": "arm64_mac", "bare_metal": True, "instance_storage_gb": 0, "vcpus": 10, "memory_gib": 24},
            id="internal disk of a Mac is not instance storage",
        ),
        pytest.param("mac1.metal", {"architecture": "x86_64_mac"}, id="Intel Mac"),
        pytest.param("p4de.24xlarge", {"accelerator": "a100-80", "accelerators": 8}, id="A100 with 80 GiB"),
        pytest.param("p4d.24xlarge", {"accelerator": "a100-40", "accelerators": 8}, id="A100 with 40 GiB"),
        pytest.param("t3.medium", {"burstable": True, "baseline_vcpus": 0.4}, id="burstable baseline"),
        pytest.param("m7i-flex.large", {"burstable": False, "baseline_vcpus": None}, id="flex is not burstable"),
        pytest.param("im4gn.large", {"category": "i", "generation": 4}, id="AWS groups im4gn with I"),
        pytest.param("u7i-12tb.224xlarge", {"category": "u", "generation": 7}, id="high memory"),
        pytest.param("c7gn.large", {"processor": "Graviton3E"}, id="Graviton3E"),
        pytest.param("m8g.48xlarge", {"processor": "Graviton4", "clock_ghz": 2.7}, id="largest Graviton4 is slower"),
        pytest.param("t2.nano", {"architecture": "x86_64"}, id="32-bit types are x86_64"),
        pytest.param("g5g.metal", {"accelerator": "t4g", "accelerators": 2}, id="T4G"),
        pytest.param("dl2q.24xlarge", {"accelerator": "ai100", "accelerators": 8}, id="Qualcomm AI100"),
        pytest.param("vt1.24xlarge", {"accelerator": "u30", "accelerators": 8}, id="media accelerator"),
        pytest.param("f2.48xlarge", {"accelerator": "vu47p", "accelerators": 8}, id="FPGA"),
    ],
)  # fmt: skip
def test_shape(catalog, name, facts):
    found = catalog.type(name)

    assert {field: getattr(found, field) for field in facts} == facts


@pytest.mark.parametrize(
    ("name", "pods"),
    [
        pytest.param("m5.large", 29, id="m5.large"),
        pytest.param("m5.24xlarge", 737, id="m5.24xlarge"),
        pytest.param("t3.micro", 4, id="t3.micro"),
        pytest.param("p4d.24xlarge", 737, id="only the first network card counts"),
    ],
)
def test_pods_are_those_of_the_eks_list(catalog, name, pods):
    assert catalog.type(name).max_pods == pods


def test_memory_of_accelerators_agrees_with_the_accelerator_table(catalog):
    """A type's memory is that of its accelerators, within the rounding of the vendor's figure."""
    wrong = []
    for item in catalog.types.values():
        if item.accelerator and item.accelerator_memory_gib:
            each = catalog.accelerators[item.accelerator].memory_gib
            if abs(item.accelerator_memory_gib - each * item.accelerators) > 0.01 * each * item.accelerators:
                wrong.append((item.name, item.accelerator_memory_gib, each))

    assert wrong == []


@pytest.mark.parametrize(
    ("name", "purchase", "code"),
    [
        pytest.param("m9g.large", "on_demand", "L-1216C47A", id="standard on demand"),
        pytest.param("im4gn.large", "spot", "L-34B43A08", id="standard spot"),
        pytest.param("g6e.xlarge", "on_demand", "L-DB2E81BA", id="G and VT"),
        pytest.param("vt1.3xlarge", "spot", "L-3819A6DF", id="G and VT spot"),
        pytest.param("p5.48xlarge", "on_demand", "L-417A185B", id="P"),
        pytest.param("p5.48xlarge", "spot", "L-7212CCBC", id="P spot"),
        pytest.param("inf2.xlarge", "on_demand", "L-1945791B", id="Inf"),
        pytest.param("trn1.32xlarge", "spot", "L-6B0D517C", id="Trn spot"),
        pytest.param("dl2q.24xlarge", "on_demand", "L-6E869C2A", id="DL"),
        pytest.param("f2.6xlarge", "on_demand", "L-74FC7D96", id="F"),
        pytest.param("hpc7g.4xlarge", "on_demand", "L-F7808C92", id="HPC"),
        pytest.param("u7in-16tb.224xlarge", "on_demand", "L-43DA4232", id="high memory"),
        pytest.param("x8g.large", "on_demand", "L-7295265B", id="X"),
        pytest.param("mac2-m2.metal", "dedicated_host", "L-B90B5B66", id="Mac hosts by family"),
        pytest.param("inf1.xlarge", "dedicated_host", "L-5480EFD2", id="inf hosts are those of inf1"),
        pytest.param("trn2.48xlarge", "capacity_block", "L-64569A79", id="capacity blocks of an account"),
        pytest.param("mac2.metal", "on_demand", None, id="Macs are in no vCPU quota"),
        pytest.param("p6-b200.48xlarge", "capacity_block", None, id="no code known"),
    ],
)
def test_quota_code(catalog, name, purchase, code):
    assert catalog.quota_code(name, purchase) == code


def test_every_type_but_a_mac_has_an_on_demand_quota(catalog):
    without = {name for name in catalog.types if catalog.quota_code(name, "on_demand") is None}

    assert without == set(catalog.macs)


def test_unknown_type_suggests_the_nearest(catalog):
    with pytest.raises(UnknownName, match=r"'m9g\.16xlrge'; did you mean 'm9g\.16xlarge'"):
        catalog.type("m9g.16xlrge")


@pytest.mark.parametrize(
    ("name", "vcpus", "memory_gib"),
    [
        pytest.param("m7g.xlarge", 0.08, (255 + 11 * 58 + 100) / 1024 + 16 * 0.075, id="four vCPUs"),
        pytest.param("c7g.medium", 0.06, (255 + 11 * 8 + 100) / 1024 + 2 * 0.075, id="one vCPU"),
        pytest.param("m7g.metal", 0.06 + 0.01 + 0.01 + 60 * 0.0025, (255 + 11 * 737 + 100) / 1024, id="no hypervisor"),
    ],
)
def test_eks_reserves_what_its_node_image_computes(catalog, name, vcpus, memory_gib):
    assert eks_reserved(catalog.type(name)) == pytest.approx((vcpus, memory_gib))


def test_fewer_pods_reserve_less_memory(catalog):
    shape = catalog.type("m7g.16xlarge")

    assert eks_reserved(shape)[1] - eks_reserved(shape, 110)[1] == pytest.approx(11 * (737 - 110) / 1024)


def test_successor_is_the_same_size_of_the_next_generation(catalog):
    assert catalog.type("m7g.4xlarge").successor == "m8g.4xlarge"
    assert catalog.type("m5.large").successor == "m6i.large"
    assert catalog.type("m9g.large").successor == ""
    wrong = [
        item.name
        for item in catalog.types.values()
        if item.successor
        and (catalog.type(item.successor).architecture, catalog.type(item.successor).size)
        != (item.architecture, item.size)
    ]
    assert wrong == []


def test_zones_and_regions(catalog):
    assert catalog.zones("us-east-1") == tuple(f"us-east-1{letter}" for letter in "abcdef")
    assert catalog.offered("trn2.48xlarge", "us-east-1") == ()
    assert catalog.regions_of("trn2.48xlarge") == ("ap-south-2", "us-east-2")
    assert len([name for name in catalog.types if catalog.offered(name, "us-east-1")]) == 1375
    with pytest.raises(UnknownName, match="did you mean 'us-east-1'"):
        catalog.zones("us-eats-1")


def test_two_catalogs_of_one_snapshot_are_the_same(catalog):
    again = Catalog.load()

    assert (again.sha256, again.as_of) == (catalog.sha256, catalog.as_of)
    assert dict(again.types) == dict(catalog.types)


def test_spec_is_checked_against_every_name_of_the_catalog(catalog):
    found = known(catalog)

    assert found.regions["us-east-1"] == 6
    assert {"m9g.large", "g4ad.xlarge", "u-p6e-gb200x72"} <= found.instance_types
    assert {"m9g", "g4ad"} <= found.families
    assert {"trainium3", "tpu-v6e", "l4-1/8"} <= found.accelerators
    assert found.chips == {"intel", "m1", "m1-ultra", "m2", "m2-pro", "m4", "m4-pro", "m4-max", "m3-ultra"}
    assert "L-1216C47A" in found.quota_codes


def test_unknown_purchase_option_has_no_quota(catalog):
    with pytest.raises(UnknownName, match="unknown purchase option 'reserved'"):
        catalog.quota_code("m7g.large", "reserved")


def test_mac_hosts(catalog):
    found = catalog.mac("mac-m4.metal")

    assert (found.chip, found.host_family, found.oldest_macos) == ("m4", "mac-m4", "Sequoia 15.6")
    assert catalog.mac("mac1.metal").newest_macos == "15"
    assert catalog.mac("m7g.large") is None
    assert len(catalog.macs) == 9
