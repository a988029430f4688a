"""Programs about what is bought, and how; each function is one, its decoys included."""

from typing import Any

from fleet.testing import UNKNOWN, provider, resource
from tests.policies.planted.program import (
    FLEET,
    INSTANCE,
    SPOT,
    Program,
    action,
    asg,
    batch,
    ec2,
    mix,
    nodes,
    template,
    volume,
)


def _old_web() -> Program:
    old = template("old", "m5.large")
    return Program(
        name="old web servers beside new ones",
        resources=[
            ec2("a", "m5.large"),
            ec2("b", "c5.xlarge"),
            old,
            asg("g", old, 2, 4),
            ec2("new", "m8g.large"),
            ec2("newer", "c8a.large"),
            asg("zero", template("unused", "m8g.large"), 0, 0),
        ],
        expected={"FC105": ["a", "b", "g"], "FC106": ["a", "b", "g"], "FE201": ["a", "b", "g"]},
    )


def _x86() -> Program:
    lt = template("lt", "m7a.large")
    return Program(
        name="x86 where Graviton does more for the money",
        resources=[
            ec2("intel", "m7i.large"),
            ec2("amd", "c7a.xlarge"),
            asg("g", lt, 1, 4),
            lt,
            nodes("n", ["m8i.large"], 2),
            ec2("amd-that-is-better", "m8a.large"),
            ec2("spot", "m7i.large", instanceMarketOptions=SPOT),
            asg("stopped", lt, 0, 4, desiredCapacity=0),
        ],
        expected={"FE201": ["intel", "amd", "g", "n"]},
    )


def _volumes() -> Program:
    mapped = [{"deviceName": "/dev/xvda", "ebs": {"volumeType": "gp2", "volumeSize": 50}}]
    modern = [{"deviceName": "/dev/xvda", "ebs": {"volumeType": "gp3", "volumeSize": 50}}]
    return Program(
        name="gp2 volumes in all the places where they are written",
        resources=[
            volume("own", type="gp2"),
            volume("default"),
            volume("gp3", type="gp3"),
            volume("cold", type="sc1", size=500),
            volume("unknown", type=UNKNOWN),
            ec2("root", rootBlockDevice={"volumeType": "gp2", "volumeSize": 20}),
            ec2("second", ebsBlockDevices=[{"deviceName": "/dev/sdb", "volumeType": "gp2", "volumeSize": 900}]),
            ec2("fine", rootBlockDevice={"volumeType": "gp3", "volumeSize": 20}),
            template("mapped", blockDeviceMappings=mapped),
            template("modern", blockDeviceMappings=modern),
        ],
        expected={"FC110": ["own", "default", "root", "second", "mapped"]},
    )


def _spot() -> Program:
    lt, few = template("lt", "m8g.large"), ["c8g.xlarge", "m7g.xlarge"]
    many = [*few, "m6g.xlarge", "c7g.xlarge"]
    return Program(
        name="spot that is thin, capped, or of work that cannot stop",
        resources=[
            lt,
            mix("thin", lt, few, 2, 8, onDemandPercentageAboveBaseCapacity=0),
            mix("capped", lt, many, 2, 8, onDemandPercentageAboveBaseCapacity=0, spotMaxPrice="0.05"),
            mix(
                "ledger", lt, many, 2, 8, tags={"fleet:interruptible": "false"}, onDemandPercentageAboveBaseCapacity=50
            ),
            mix("good", lt, many, 2, 8, tags={"fleet:interruptible": "true"}, onDemandPercentageAboveBaseCapacity=0),
            mix("steady", lt, few, 2, 8, onDemandPercentageAboveBaseCapacity=100),
            ec2("single", "c8g.large", instanceMarketOptions={**SPOT, "spotOptions": {"maxPrice": "0.1"}}),
            ec2("no-stop", "c8g.large", instanceMarketOptions=SPOT, tags={"fleet:interruptible": "false"}),
            nodes("spot-nodes", ["c8g.xlarge"], 3, capacityType="SPOT"),
            nodes("many-nodes", many, 3, capacityType="SPOT"),
            batch("spot-batch", "SPOT", ["c8g.xlarge"], bidPercentage=60),
        ],
        expected={
            "FR501": ["thin", "spot-nodes", "spot-batch"],
            "FC112": ["capped", "single", "spot-batch"],
            "FR503": ["ledger", "no-stop"],
        },
    )


def _interruptible() -> Program:
    may, lt = {"fleet:interruptible": "true"}, template("lt", "c8g.2xlarge")
    return Program(
        name="work that may stop, bought on demand",
        resources=[
            ec2("render", "c8g.2xlarge", tags=may),
            lt,
            asg("g", lt, 1, 10, tags=may),
            batch("b", "EC2", ["c8g.2xlarge"], tags=may),
            ec2("unknown", "c8g.2xlarge", tags={"fleet:interruptible": UNKNOWN}),
            ec2("on-spot", "c7g.2xlarge", tags=may, instanceMarketOptions=SPOT),
            asg("empty", lt, 0, 0, tags=may),
            ec2("must-not", "c8g.2xlarge", tags={"fleet:interruptible": "false"}),
        ],
        expected={"FC107": ["render", "g", "b"]},
    )


def _interrupted() -> Program:
    region = {"region": "af-south-1", "instanceMarketOptions": SPOT}
    return Program(
        name="spot of types that AWS takes back often",
        resources=[
            ec2("a", "c5.12xlarge", **region),
            ec2("elsewhere", "c8g.xlarge", instanceMarketOptions=SPOT),
            ec2("unknown-region", "c8g.xlarge", region=UNKNOWN, instanceMarketOptions=SPOT),
        ],
        # No price of it is known in that region, so that no budget counts it.
        expected={"FR504": ["a"], "FC106": ["a"], "FC104": ["a"]},
    )


def _not_production() -> Program:
    lt = template("lt")
    timed = asg("timed", lt, 0, 4, tags={"environment": "dev"})
    return Program(
        name="test systems that run day and night",
        resources=[
            ec2("test", tags={"environment": "test"}),
            ec2("Staging", tags={"environment": "Staging"}),
            lt,
            asg("g", lt, 1, 2, tags={"environment": "dev"}),
            nodes("n", ["m8g.large"], 1, tags={"environment": "qa"}),
            timed,
            action("up", timed, "0 8 * * 1-5", 4),
            action("down", timed, "0 18 * * 1-5", 0),
            ec2("tagged", tags={"environment": "test", "fleet:hours-per-month": "200"}),
            ec2("production", tags={"environment": "production"}),
            ec2("later", tags={"environment": UNKNOWN}),
            asg("off", lt, 0, 2, tags={"environment": "dev"}),
        ],
        expected={"FC109": ["test", "Staging", "g", "n"]},
    )


def _defaults() -> Program:
    tagged = provider("aws", "tagged", {"region": "us-east-1", "defaultTags": '{"tags": {"environment": "sandbox"}}'})
    web = resource(INSTANCE, "web", {"instanceType": "m8g.large", "ami": "ami-0abc"}, provider=tagged)
    own = {"instanceType": "m8g.large", "ami": "ami-0abc", "tags": {"environment": "production"}}
    return Program(
        name="default tags of a provider say what it is for",
        resources=[web, resource(INSTANCE, "own", own, provider=tagged), ec2("other")],
        config={"required-tags-missing": {"tags": ["environment"]}},
        expected={"FC109": ["web"], "FT701": ["other"]},
    )


def _fleets() -> Program:
    lt = template("lt", "c8g.xlarge")
    configs = [{"launchTemplateSpecification": {"launchTemplateId": UNKNOWN, "version": "1"}}]

    def fleet(name: str, tags: Any = None, **target: Any) -> Any:
        given = {"launchTemplateConfigs": configs, "targetCapacitySpecification": target, "tags": tags or {}}
        return resource(FLEET, name, given, property_depends_on={"launchTemplateConfigs": [lt]})

    return Program(
        name="fleets and requests",
        resources=[
            lt,
            fleet("spot", totalTargetCapacity=4, defaultTargetCapacityType="spot"),
            fleet("steady", totalTargetCapacity=4, defaultTargetCapacityType="on-demand"),
            fleet(
                "ledger",
                {"fleet:interruptible": "false"},
                totalTargetCapacity=4,
                spotTargetCapacity=2,
                defaultTargetCapacityType="on-demand",
            ),
            fleet("none", totalTargetCapacity=0, defaultTargetCapacityType="spot"),
            resource(
                "aws:ec2/spotInstanceRequest:SpotInstanceRequest",
                "request",
                {"instanceType": "c8g.xlarge", "ami": "ami-0abc", "spotPrice": "0.03"},
            ),
        ],
        expected={"FR501": ["spot", "ledger"], "FR503": ["ledger"], "FC112": ["request"]},
    )


PROGRAMS = (
    _old_web(),
    _x86(),
    _volumes(),
    _spot(),
    _interruptible(),
    _interrupted(),
    _not_production(),
    _defaults(),
    _fleets(),
)
