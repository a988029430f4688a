"""A policy pack as anybody would write it, with Pulumi's own SDK."""

from pulumi_policy import (
    EnforcementLevel,
    PolicyPack,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)


def _large(args: ResourceValidationArgs, report: ReportViolation) -> None:
    if args.resource_type == "aws:ebs/volume:Volume" and args.props["size"] > 500:
        report(f"{args.name} has {args.props['size']:.0f} GiB")


def _instances(args: StackValidationArgs, report: ReportViolation) -> None:
    found = sorted(one.name for one in args.resources if one.resource_type == "aws:ec2/instance:Instance")
    if found:
        report(f"{len(found)} instances outside a group: {', '.join(found)}")


PolicyPack(
    name="foreign",
    policies=[
        ResourceValidationPolicy(
            name="no-large-volume",
            description="Volumes are at most 500 GiB.",
            validate=_large,
            enforcement_level=EnforcementLevel.MANDATORY,
        ),
        StackValidationPolicy(
            name="no-lone-instance",
            description="Instances belong into groups.",
            validate=_instances,
            enforcement_level=EnforcementLevel.ADVISORY,
        ),
    ],
)
