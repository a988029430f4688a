import textwrap
from pathlib import Path

import pytest

from fleet.testing import start

PACK = textwrap.dedent(
    """\
    from pulumi_policy import (
        EnforcementLevel, PolicyConfigSchema, PolicyPack, ResourceValidationPolicy, Severity, StackValidationPolicy,
    )

    def no_large(args, report):
        if args.resource_type == "aws:ec2/instance:Instance":
            allowed = args.get_config()["allowed"]
            if args.props["instanceType"] not in allowed:
                report(f"{args.props['instanceType']} is none of {', '.join(allowed)}")

    def spread(args, report):
        zones = {r.props["availabilityZone"] for r in args.resources if r.resource_type == "aws:ec2/subnet:Subnet"}
        if len(zones) < args.get_config()["zones"]:
            report(f"only {len(zones)} zones")
        for resource in args.resources:
            if resource.resource_type == "my:index:Comp" and "url" not in resource.props:
                report("a component without a url", resource.urn)

    def modern(args):
        if args.resource_type == "aws:ebs/volume:Volume" and args.props.get("type") == "gp2":
            return {**args.props, "type": "gp3"}

    PolicyPack("company", [
        ResourceValidationPolicy(
            "no-large-instances", "Instances are small.", no_large, EnforcementLevel.MANDATORY,
            PolicyConfigSchema(properties={
                "allowed": {"type": "array", "items": {"type": "string"}, "default": ["m7g.large"]}}),
            severity=Severity.HIGH, remediation_steps="Choose a smaller type.", url="https://example.com/no-large"),
        StackValidationPolicy(
            "zones", "Networks span zones.", spread, config_schema=PolicyConfigSchema(properties={
                "zones": {"type": "integer", "minimum": 1, "default": 2}})),
        ResourceValidationPolicy("gp3", "Volumes are gp3.", remediate=modern,
                                 enforcement_level=EnforcementLevel.REMEDIATE),
    ])
    """
)


@pytest.fixture
def write_pack(tmp_path: Path):
    """A pack of one's own text, in a folder."""

    def write(text: str = PACK, name: str = "pack", project: str = "runtime: python\nversion: 1.2.3\n") -> Path:
        folder = tmp_path / name
        folder.mkdir()
        (folder / "PulumiPolicy.yaml").write_text(project)
        (folder / "__main__.py").write_text(textwrap.dedent(text))
        return folder

    return write


@pytest.fixture(scope="session")
def company_pack(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("company")
    (folder / "PulumiPolicy.yaml").write_text("runtime: python\nversion: 1.2.3\n")
    (folder / "__main__.py").write_text(PACK)
    return folder


@pytest.fixture(scope="session")
def company(company_pack):
    """The pack of the company, running once for all tests."""
    with start(company_pack) as pack:
        yield pack
