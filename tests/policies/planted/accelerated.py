"""Programs about accelerators and Macs; each function is one, its decoys included."""

from fleet.testing import UNKNOWN, Secret, resource
from tests.policies.planted.program import ARM, MAC_HOSTS, SPOT, X86, Program, action, asg, ec2, host, nodes, template


def _steady() -> Program:
    return Program(
        name="training on demand that blocks sell for less",
        resources=[
            ec2("train", "p5.48xlarge", tags={"fleet:kind": "training", "fleet:hours-per-month": "336"}),
            ec2("trn", "trn1.32xlarge", tags={"fleet:kind": "training"}),
            ec2("serve", "p5.48xlarge", tags={"fleet:kind": "inference", "fleet:hours-per-month": "100"}),
            ec2(
                "in-block",
                "p5.48xlarge",
                tags={"fleet:kind": "training"},
                instanceMarketOptions={"marketType": "capacity-block"},
                capacityReservationSpecification={"capacityReservationTarget": {"capacityReservationId": "cr-1"}},
            ),
        ],
        expected={"FC111": ["train", "trn"]},
    )


def _committed() -> Program:
    always = {"fleet:kind": "inference"}
    return Program(
        name="steady work on demand that savings plans cover for less",
        resources=[
            ec2("serve", "p5.48xlarge", tags=always),
            ec2("tagged", "p4de.24xlarge", tags={"fleet:hours-per-month": "730"}),
            ec2("by-day", "p5.48xlarge", tags={**always, "fleet:hours-per-month": "200"}),
            ec2("no-rate", "m8g.large", tags={"fleet:kind": "service"}),
        ],
        expected={"FC108": ["serve", "tagged"]},
    )


def _oversized() -> Program:
    need = {"fleet:stack": "cuda", "fleet:memory-gib": "16"}
    return Program(
        name="accelerators that are too large, idle or wrong",
        resources=[
            ec2("embed", "p5.4xlarge", tags=need),
            ec2("fits", "g6.xlarge", tags=need),
            ec2("idle", "g6e.12xlarge", tags={"fleet:accelerators": "1"}),
            ec2("idle-p5", "p5.48xlarge", tags={"fleet:accelerators": "4"}),
            ec2("busy", "g6e.12xlarge", tags={"fleet:accelerators": "4"}),
            ec2("unknown", "g6e.12xlarge", tags={"fleet:accelerators": UNKNOWN}),
            ec2("secret", "g6e.12xlarge", tags={"fleet:accelerators": Secret("1")}),
        ],
        expected={"FE202": ["embed"], "FE206": ["idle", "idle-p5"]},
    )


def _cannot() -> Program:
    return Program(
        name="accelerators that cannot run the work",
        resources=[
            ec2("transcoder", "p5.48xlarge", tags={"fleet:needs": "video_encode"}),
            ec2("renderer", "p5.48xlarge", tags={"fleet:kind": "rendering"}),
            ec2("cuda-on-neuron", "trn1.32xlarge", tags={"fleet:stack": "cuda"}),
            ec2("neuron-on-cuda", "g6.xlarge", tags={"fleet:stack": "neuron"}),
            ec2("too-small", "g6.xlarge", tags={"fleet:memory-gib": "80"}),
            ec2("no-accelerator", "m8g.large", tags={"fleet:stack": "cuda"}),
            ec2("fp8-on-old", "p4d.24xlarge", tags={"fleet:precision": "fp8"}),
            ec2("encodes", "g6.xlarge", tags={"fleet:needs": "video_encode", "fleet:kind": "rendering"}),
            ec2("neuron", "trn1.32xlarge", tags={"fleet:stack": "neuron"}),
            ec2("unknown", UNKNOWN, tags={"fleet:stack": "cuda"}),
        ],
        expected={
            "FA301": [
                *("transcoder", "renderer", "cuda-on-neuron", "neuron-on-cuda", "too-small", "no-accelerator"),
                "fp8-on-old",
            ]
        },
    )


def _images() -> Program:
    lt = template("lt", "m8g.large", imageId=X86)
    ami = resource("aws:ec2/ami:Ami", "ours", {"architecture": "x86_64"}, outputs={"id": "ami-0ours"})
    return Program(
        name="images of another architecture",
        resources=[
            ec2("x86-on-arm", "m8g.large", ami=X86),
            ec2("arm-on-x86", "m8a.large", ami=ARM),
            lt,
            asg("g", lt, 1, 2),
            nodes("n", ["m8g.large"], 1, amiType="AL2023_x86_64_STANDARD"),
            nodes("bottle", ["m8a.large"], 1, amiType="BOTTLEROCKET_ARM_64"),
            ami,
            ec2("registered", "m8g.large", ami="ami-0ours"),
            ec2("fits", "m8g.large", ami=ARM),
            ec2("by-id", "m8g.large"),
            ec2("unknown", "m8g.large", ami=UNKNOWN),
            nodes("fine", ["m8g.large"], 1, amiType="AL2023_ARM_64_STANDARD"),
        ],
        expected={
            "FA302": ["x86-on-arm", "arm-on-x86", "g", "n", "bottle", "registered"],
            "FC104": ["ours"],
        },
    )


def _training() -> Program:
    plain, tags = template("plain", "p5.48xlarge"), {"fleet:kind": "training", "fleet:hours-per-month": "100"}
    efa = [{"deviceIndex": 0, "networkCardIndex": 0, "interfaceType": "efa"}]
    placed = {"placement": {"groupName": "pretrain"}}
    target = {"capacityReservationTarget": {"capacityReservationId": "cr-1"}}
    good = template("good", "p5.48xlarge", networkInterfaces=efa, **placed, capacityReservationSpecification=target)
    half = template("half", "p5.48xlarge", networkInterfaces=efa, capacityReservationSpecification=target)
    return Program(
        name="training over several nodes, far apart",
        resources=[
            plain,
            asg("slow", plain, 4, 4, tags=tags),
            good,
            asg("fast", good, 4, 4, tags=tags),
            half,
            asg("apart", half, 4, 4, tags=tags),
            asg("grouped", half, 4, 4, tags=tags, placementGroup="pretrain"),
            asg("alone", plain, 1, 1, tags={"fleet:kind": "inference", "fleet:hours-per-month": "100"}),
        ],
        expected={"FA303": ["slow"], "FA304": ["slow", "apart"], "FC111": ["slow"]},
    )


def _paths() -> Program:
    block = {"marketType": "capacity-block"}
    hosts = host("h", "mac2.metal")
    return Program(
        name="ways of purchase that AWS does not sell",
        resources=[
            ec2("hpc-spot", "hpc7a.96xlarge", instanceMarketOptions=SPOT),
            ec2("m8g-block", "m8g.large", instanceMarketOptions=block),
            hosts,
            ec2("mac-spot", "mac2.metal", host=hosts, instanceMarketOptions=SPOT),
            ec2("block", "p5.48xlarge", instanceMarketOptions=block),
            ec2("hpc", "hpc7a.96xlarge"),
            ec2("unlisted", "p5e.48xlarge"),
            ec2("trn2", "trn2.48xlarge"),
        ],
        expected={
            "FA305": ["hpc-spot", "m8g-block", "mac-spot"],
            "FA306": ["unlisted", "trn2"],
            # Neither is offered in the region; one finding for all instances, at the first.
            "FC104": ["hpc"],
        },
    )


def _macs() -> Program:
    used, idle, waste = host("used"), host("idle"), host("waste", tags={"fleet:utilization": "0.1"})
    grouped = template("grouped", "mac-m4.metal")
    right = template("right", "mac-m4.metal", placement=MAC_HOSTS)
    return Program(
        name="Macs without hosts, and hosts without Macs",
        resources=[
            used,
            ec2("builder", "mac-m4.metal", host=used),
            idle,
            waste,
            ec2("builder-2", "mac-m4.metal", host=waste),
            ec2("bare", "mac2.metal"),
            ec2("dedicated", "mac2.metal", tenancy="dedicated"),
            ec2("unknown-host", "mac2.metal", hostId=UNKNOWN, tenancy="host"),
            grouped,
            asg("no-host", grouped, 0, 2),
            right,
            asg("right", right, 0, 2),
        ],
        expected={
            "FM401": ["bare", "dedicated", "no-host"],
            "FM404": ["idle"],
            "FM403": ["waste"],
            "FM406": ["no-host"],
            "FC104": ["dedicated"],
        },
    )


def _mac_times() -> Program:
    lt = template("lt", "mac-m4.metal", placement=MAC_HOSTS)
    early, late = asg("early", lt, 0, 4), asg("late", lt, 0, 4)
    loose = template("loose", "mac-m4.metal", placement={"tenancy": "host"})
    web = template("web")
    servers = asg("servers", web, 0, 4)
    own = host("own", "mac2.metal", tags={"fleet:utilization": "70"})
    tags = {"fleet:platforms": "linux", "fleet:language": "swift"}
    return Program(
        name="Macs by the hour, and Macs for Linux",
        resources=[
            lt,
            early,
            action("early-up", early, "0 8 * * *", 4),
            action("early-down", early, "0 20 * * *", 0),
            late,
            action("late-up", late, "0 8 * * MON", 4),
            action("late-down", late, "0 20 * * FRI", 0),
            loose,
            asg("no-group", loose, 0, 2),
            web,
            servers,
            action("web-up", servers, "0 8 * * *", 4),
            action("web-down", servers, "0 20 * * *", 0),
            own,
            ec2("swift-api", "mac2.metal", host=own, tags=tags),
            ec2("ios", "mac2.metal", tenancy="host", hostId="h-0abc", tags={"fleet:platforms": "ios linux"}),
        ],
        expected={"FM402": ["early"], "FM405": ["swift-api"], "FM406": ["no-group"]},
    )


PROGRAMS = (_steady(), _committed(), _oversized(), _cannot(), _images(), _training(), _paths(), _macs(), _mac_times())
