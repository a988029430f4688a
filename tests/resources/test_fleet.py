"""A planned fleet becomes real resources, with the inputs that a careful reviewer asks for."""

import json

import pulumi
import pytest

from fleet.plans import Fallback
from fleet.resources import ClusterSettings, NetworkSettings, OfficeHours, Reservation, Settings

LAUNCH_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
GROUP = "aws:autoscaling/group:Group"
SUBNETS = {f"us-east-1{letter}": f"subnet-{letter}" for letter in "abc"}
TAGGED = ("aws:vpc/", "aws:ec2/", "aws:eks/", "aws:batch/", "aws:autoscaling/", "aws:iam/role", "aws:licensemanager/")
WITHOUT_TAGS = (
    "Route",
    "RouteTableAssociation",
    "AccessPolicyAssociation",
    "RolePolicyAttachment",
    "Policy",
    "Schedule",
    "Group",
)


def test_every_workload_has_groups(declare_fleet):
    """Each workload of the plan is served by groups that the fleet's output names."""
    served = set(declare_fleet().outputs["groups"])

    assert served == {"web", "worker", "licensing", "nightly", "pretrain", "chat", "embed", "live", "ios"}


def test_totals_are_the_plans(declare_fleet):
    """The stack's outputs repeat the totals of the plan."""
    outputs = declare_fleet().outputs

    assert (outputs["monthly_usd"], outputs["one_off_usd"]) == (12345.67, 55000.0)


def test_every_launch_template_asks_for_imdsv2_and_an_encrypted_gp3_root(declare_fleet):
    """No instance answers IMDSv1, and no root volume is plain or of an old kind."""
    templates = declare_fleet().of(LAUNCH_TEMPLATE)

    assert templates
    assert {t["metadataOptions"]["httpTokens"] for t in templates} == {"required"}
    assert {t["metadataOptions"]["httpPutResponseHopLimit"] for t in templates} == {1}
    volumes = [m["ebs"] for t in templates for m in t["blockDeviceMappings"]]
    assert {(v["encrypted"], v["volumeType"]) for v in volumes} == {("true", "gp3")}


def test_nothing_has_a_key_pair_or_a_public_address(declare_fleet):
    """Instances are reached through Systems Manager only."""
    text = json.dumps([r for r in declare_fleet().resources if r["type"].startswith("aws:")])

    assert '"keyName"' not in text
    assert '"associatePublicIpAddress": true' not in text
    assert '"mapPublicIpOnLaunch": true' not in text


def test_no_policy_has_a_wildcard_action(declare_fleet):
    """What is written here names its actions; broad rights come from no document of ours."""
    documents = [
        json.loads(value)
        for resource in declare_fleet().resources
        for key, value in resource["inputs"].items()
        if key in ("policy", "assumeRolePolicy")
    ]

    assert {s["Action"] for d in documents for s in d["Statement"]} == {"sts:AssumeRole"}


def test_everything_that_takes_tags_carries_them(declare_fleet):
    """Cost allocation finds the fleet's name on every resource, and instances and volumes inherit the workload's."""
    untagged = [
        resource["name"]
        for resource in declare_fleet().resources
        if resource["type"].startswith(TAGGED)
        and resource["type"].rsplit(":", 1)[-1] not in WITHOUT_TAGS
        and resource["inputs"].get("tags", {}).get("fleet:name") != "mixed"
    ]

    assert untagged == []


@pytest.mark.parametrize(
    ("workload", "tags"),
    [
        pytest.param("licensing", {"fleet:kind": "service", "fleet:interruptible": "false"}, id="service"),
        pytest.param("chat", {"fleet:framework": "vllm", "fleet:stack": "cuda"}, id="inference on NVIDIA"),
        pytest.param("embed", {"fleet:framework": "pytorch", "fleet:stack": "neuron"}, id="inference on Neuron"),
        pytest.param("pretrain", {"fleet:hours-per-month": "336", "fleet:kind": "training"}, id="training"),
        pytest.param("live", {"fleet:needs": "video_encode", "fleet:interruptible": "true"}, id="rendering"),
        pytest.param("ios", {"fleet:platforms": "ios macos", "fleet:kind": "apple_builds"}, id="builds"),
    ],
)
def test_groups_say_what_they_are_for(declare_fleet, workload, tags):
    """Policies read the intent of a group from its tags, and new instances inherit them."""
    groups = [g for g in declare_fleet().of(GROUP) if tag(g, "fleet:workload") == workload]

    assert groups
    assert [{key: tag(group, key) for key in tags} for group in groups] == [tags] * len(groups)
    assert all(entry["propagateAtLaunch"] for group in groups for entry in group["tags"])


def tag(group, key):
    return next((entry["value"] for entry in group["tags"] if entry["key"] == key), None)


def test_spot_has_many_pools_no_price_cap_and_its_base(declare_fleet):
    """Spot is taken from the pools least likely to be interrupted, with the planned base on demand."""
    policy = declare_fleet().one(GROUP, "mixed-live-spot-x86-64")["mixedInstancesPolicy"]

    distribution = policy["instancesDistribution"]
    overrides = policy["launchTemplate"]["overrides"]
    assert distribution["spotAllocationStrategy"] == "price-capacity-optimized"
    assert "spotMaxPrice" not in distribution
    assert (distribution["onDemandBaseCapacity"], distribution["onDemandPercentageAboveBaseCapacity"]) == (3, 0)
    assert [(o["instanceType"], o["weightedCapacity"]) for o in overrides] == [
        ("g6.4xlarge", "3"),
        ("g6.2xlarge", "3"),
        ("g6e.2xlarge", "7"),
    ]


def test_training_waits_for_its_capacity_block(declare_fleet):
    """Nothing is launched, and nothing bought, before the user names the block."""
    declared = declare_fleet()
    group = declared.one(GROUP, "mixed-pretrain-p5-48xlarge")
    template = declared.one(LAUNCH_TEMPLATE, "mixed-pretrain-p5-48xlarge")

    assert (group["minSize"], group["desiredCapacity"], group["maxSize"]) == (0, 0, 4)
    assert template["instanceMarketOptions"]["marketType"] == "capacity-block"
    assert "capacityReservationSpecification" not in template
    assert declared.of("aws:ec2/placementGroup:PlacementGroup") == []
    assert not [r for r in declared.resources if "capacityBlock" in r["type"] or "Reservation" in r["type"]]


def test_training_starts_in_the_reservation_that_is_named(declare_fleet):
    """With the block's id and zone, all planned nodes start in it."""
    block = Reservation(id="cr-0123456789abcdef0", zone="us-east-1b")
    declared = declare_fleet(Settings(reservations={"pretrain": block}))
    group = declared.one(GROUP, "mixed-pretrain-p5-48xlarge")
    target = declared.one(LAUNCH_TEMPLATE, "mixed-pretrain-p5-48xlarge")["capacityReservationSpecification"]

    assert (group["desiredCapacity"], group["vpcZoneIdentifiers"]) == (4, ["mixed-us-east-1b-id"])
    assert target == {"capacityReservationTarget": {"capacityReservationId": "cr-0123456789abcdef0"}}


@pytest.mark.parametrize(
    ("workload", "instance_type", "name"),
    [
        pytest.param("chat", "g6e.12xlarge", "mixed-chat-g6e-12xlarge", id="inference"),
        pytest.param("live", "g6.4xlarge", "mixed-live-g6-4xlarge", id="rendering"),
        pytest.param("licensing", "m8a.4xlarge", "mixed-licensing-m8a-4xlarge", id="service"),
    ],
)
def test_a_pool_starts_in_the_reservation_that_is_named(
    declare_fleet, make_plan, allocate, workload, instance_type, name
):
    """On-demand capacity that the user reserved is what the workload then runs in."""
    reserved = Reservation(id="cr-0123456789abcdef0", zone="us-east-1c")
    declared = declare_fleet(
        Settings(reservations={workload: reserved}), by=make_plan([allocate(workload, instance_type, 2)])
    )

    target = declared.one(LAUNCH_TEMPLATE, name)["capacityReservationSpecification"]
    assert target == {"capacityReservationTarget": {"capacityReservationId": "cr-0123456789abcdef0"}}
    assert declared.one(GROUP, name)["vpcZoneIdentifiers"] == ["mixed-us-east-1c-id"]


@pytest.mark.parametrize(
    ("workload", "reservation", "path", "words"),
    [
        pytest.param("live", Reservation(id="cr-1"), "reservations.live", "g6.2xlarge (spot)", id="spot"),
        pytest.param("licensing", Reservation(id="cr-1"), "reservations.licensing", "m7i.2xlarge", id="two types"),
        pytest.param("nightly", Reservation(id="cr-1"), "reservations.nightly", "of its own", id="Batch"),
        pytest.param("web", Reservation(id="cr-1"), "reservations.web", "of its own", id="nodes that are shared"),
        pytest.param(
            "chat", Reservation(id="cr-1", zone="us-west-2a"), "reservations.chat.zone", "us-east-1", id="elsewhere"
        ),
    ],
)
def test_a_reservation_that_cannot_hold_is_said_and_not_dropped(declare_fleet, workload, reservation, path, words):
    """A reservation is one type in one zone, not spot; whoever names another would pay for it and not use it."""
    with pytest.raises(pulumi.InputPropertyError) as caught:
        declare_fleet(Settings(reservations={workload: reservation}))

    assert caught.value.property_path == path
    assert words in str(caught.value)


def test_training_on_demand_is_placed_together(declare_fleet, make_plan, allocate):
    """Nodes that talk to each other share a cluster placement group and one zone, and talk over EFA."""
    declared = declare_fleet(by=make_plan([allocate("pretrain", "p4d.24xlarge", 4)]))
    template = declared.one(LAUNCH_TEMPLATE, "mixed-pretrain-p4d-24xlarge")

    assert declared.one("aws:ec2/placementGroup:PlacementGroup", "mixed-pretrain-p4d-24xlarge")["strategy"] == "cluster"
    assert template["placement"] == {"groupName": "mixed-pretrain-p4d-24xlarge"}
    assert [(i["networkCardIndex"], i["deviceIndex"], i["interfaceType"]) for i in template["networkInterfaces"]] == [
        (0, 0, "interface"),
        (0, 1, "efa-only"),
        (1, 0, "efa-only"),
        (2, 0, "efa-only"),
        (3, 0, "efa-only"),
    ]
    assert len(declared.one(GROUP, "mixed-pretrain-p4d-24xlarge")["vpcZoneIdentifiers"]) == 1


@pytest.mark.parametrize(
    ("instance_type", "zone", "first_efa", "efas"),
    [
        pytest.param("p5.48xlarge", "us-east-1b", (0, 1), 32, id="an EFA on each of 32 cards"),
        pytest.param("p6-b300.48xlarge", "us-west-2b", (1, 0), 16, id="card 0 of 17 has none"),
        pytest.param("p5.4xlarge", "us-east-1b", (0, 1), 1, id="one card"),
    ],
)
def test_every_card_that_has_efa_gets_one(declare_fleet, make_plan, allocate, instance_type, zone, first_efa, efas):
    """The primary interface is a plain one on card 0, as an EFA without addresses cannot be; each card has one EFA."""
    there = allocate("pretrain", instance_type, 2, region=zone[:-1], zones=[zone])
    declared = declare_fleet(by=make_plan([there]))
    (template,) = declared.of(LAUNCH_TEMPLATE)

    primary, *others = template["networkInterfaces"]
    assert (primary["networkCardIndex"], primary["deviceIndex"], primary["interfaceType"]) == (0, 0, "interface")
    assert {i["interfaceType"] for i in others} == {"efa-only"}
    assert (others[0]["networkCardIndex"], others[0]["deviceIndex"]) == first_efa
    assert len({i["networkCardIndex"] for i in others}) == len(others) == efas


def test_one_training_node_needs_no_neighbours(declare_fleet, make_plan, allocate):
    """A job on one instance gets neither EFA nor a placement group."""
    declared = declare_fleet(by=make_plan([allocate("pretrain", "p4d.24xlarge", 1)]))

    assert "networkInterfaces" not in declared.one(LAUNCH_TEMPLATE, "mixed-pretrain-p4d-24xlarge")
    assert declared.of("aws:ec2/placementGroup:PlacementGroup") == []


def test_mac_hosts_place_nothing_by_themselves(declare_fleet):
    """Each host that stays carries the one instance that names it, with host tenancy and a macOS image."""
    declared = declare_fleet()
    hosts = declared.of("aws:ec2/dedicatedHost:DedicatedHost")
    instances = declared.of("aws:ec2/instance:Instance")

    assert {host["autoPlacement"] for host in hosts} == {"off"}
    assert [i["hostId"] for i in instances] == ["mixed-ios-mac2-m2-0-id", "mixed-ios-mac2-m2-1-id"]
    assert {i["tenancy"] for i in instances} == {"host"}
    image = declared.one(LAUNCH_TEMPLATE, "mixed-ios-mac2-m2")["imageId"]
    assert image == "resolve:ssm:/aws/service/ec2-macos/tahoe/arm64_mac/latest/image_id"


def test_an_x86_group_never_gets_an_arm_image(declare_fleet, catalog):
    """The image of every group fits the architecture of its types."""
    for template in declare_fleet().of(LAUNCH_TEMPLATE):
        image = template.get("imageId", "")
        if image and "neuron" not in image:
            architecture = catalog.type(template["instanceType"]).architecture
            assert architecture in image.replace("/arm64_mac/", "/arm64_mac/"), template["instanceType"]


def test_network_is_private_with_one_nat_gateway(declare_fleet):
    """Nodes sit in private subnets of the plan's zones; S3 does not go through NAT."""
    declared = declare_fleet()
    subnets = declared.of("aws:ec2/subnet:Subnet")

    private = [s["availabilityZone"] for s in subnets if s["tags"]["fleet:subnet"] == "private"]
    assert private == ["us-east-1a", "us-east-1b", "us-east-1c"]
    assert len(declared.of("aws:ec2/natGateway:NatGateway")) == 1
    assert [e["vpcEndpointType"] for e in declared.of("aws:ec2/vpcEndpoint:VpcEndpoint")] == ["Gateway"]


@pytest.mark.parametrize(
    ("nat", "gateways", "endpoints"),
    [
        pytest.param("per_zone", 3, 1, id="one in each zone"),
        pytest.param("none", 0, 15, id="endpoints only"),
    ],
)
def test_nat_is_as_set(declare_fleet, nat, gateways, endpoints):
    """A stack decides how its network reaches AWS and the internet."""
    declared = declare_fleet(Settings(networks={"*": NetworkSettings(nat=nat)}))

    found = [len(declared.of(f"aws:ec2/{t}")) for t in ("natGateway:NatGateway", "vpcEndpoint:VpcEndpoint")]
    assert found == [gateways, endpoints]


def test_an_existing_network_is_used_as_it_is(declare_fleet):
    """With ids of a VPC and subnets, no network is made."""
    network = NetworkSettings(vpc_id="vpc-1", subnet_ids=SUBNETS)
    declared = declare_fleet(Settings(networks={"us-east-1": network}))

    assert declared.of("aws:ec2/vpc:Vpc") == []
    assert declared.one(GROUP, "mixed-chat-g6e-12xlarge")["vpcZoneIdentifiers"] == ["subnet-b"]


def test_an_existing_cluster_only_gets_node_groups(declare_fleet):
    """A cluster that is there keeps its control plane and addons."""
    declared = declare_fleet(Settings(clusters={"main": ClusterSettings(existing="shared")}))

    assert declared.of("aws:eks/cluster:Cluster") + declared.of("aws:eks/addon:Addon") == []
    assert {g["clusterName"] for g in declared.of("aws:eks/nodeGroup:NodeGroup")} == {"shared"}


def test_admins_get_access_entries(declare_fleet):
    """Named principals administer the cluster through the API; its creator does not by accident."""
    admin = "arn:aws:iam::123456789012:role/admins"
    declared = declare_fleet(Settings(clusters={"main": ClusterSettings(admins=(admin,), version="1.34")}))
    (cluster,) = declared.of("aws:eks/cluster:Cluster")

    assert [e["principalArn"] for e in declared.of("aws:eks/accessEntry:AccessEntry")] == [admin]
    assert cluster["accessConfig"]["bootstrapClusterCreatorAdminPermissions"] is False
    assert (cluster["version"], cluster["vpcConfig"]["endpointPublicAccess"]) == ("1.34", False)


def test_a_schedule_switches_groups_off(declare_fleet):
    """Outside office hours services, inference and rendering stand at 0; Macs keep their own timetable."""
    hours = OfficeHours(start="0 7 * * MON-FRI", stop="0 20 * * MON-FRI", time_zone="Europe/Berlin")
    declared = declare_fleet(Settings(schedule=hours))
    start = declared.one("aws:autoscaling/schedule:Schedule", "mixed-chat-g6e-12xlarge-start")
    stop = declared.one("aws:autoscaling/schedule:Schedule", "mixed-chat-g6e-12xlarge-stop")

    assert (start["desiredCapacity"], start["timeZone"], stop["desiredCapacity"], stop["minSize"]) == (
        2,
        "Europe/Berlin",
        0,
        0,
    )


def test_a_changed_count_changes_its_own_group_only(declare_fleet, plan, make_plan):
    """More replicas of one workload touch nothing of the others."""
    more = [a.model_copy(update={"count": 9}) if a.instance_type == "m8a.4xlarge" else a for a in plan.allocations]
    before = {(r["type"], r["name"]): r for r in declare_fleet().resources}
    after = declare_fleet(by=make_plan(more, nodes=plan.nodes, schedules=plan.schedules)).resources

    changed = {r["name"] for r in after if before.get((r["type"], r["name"])) != r}
    assert (changed, len(after)) == ({"mixed-licensing-m8a-4xlarge"}, len(before))


def test_a_fleet_elsewhere_follows(declare_fleet, spec, make_plan, allocate):
    """Another region, fewer workloads and another name: nothing is tied to the example."""
    zones = ["eu-west-1a", "eu-west-1b"]
    moved = spec.model_copy(
        update={"name": "other", "workloads": [w for w in spec.workloads if w.name == "licensing"], "clusters": []}
    )
    plan = make_plan([allocate("licensing", "m8g.xlarge", 3, region="eu-west-1", zones=zones)])
    declared = declare_fleet(of=moved, by=plan)

    regions = {r["inputs"]["region"] for r in declared.resources if "region" in r["inputs"] and "aws:" in r["type"]}
    assert regions == {"eu-west-1"}
    assert declared.names(GROUP) == ["mixed-licensing-m8g-xlarge-eu-west-1"]


def test_regions_have_networks_of_their_own(declare_fleet, make_plan, allocate):
    """Workloads in two regions get a network in each."""
    there = allocate("chat", "g6e.12xlarge", 1, region="us-west-2", zones=["us-west-2a"])
    declared = declare_fleet(by=make_plan([allocate("licensing", "m8g.xlarge", 3), there]))

    assert [v["region"] for v in declared.of("aws:ec2/vpc:Vpc")] == ["us-east-1", "us-west-2"]


@pytest.mark.parametrize(
    ("settings", "path"),
    [
        pytest.param(Settings(reservations={"train": Reservation(id="cr-1")}), "reservations.train", id="no workload"),
        pytest.param(Settings(clusters={"side": ClusterSettings()}), "clusters.side", id="no cluster"),
        pytest.param(
            Settings(networks={"*": NetworkSettings(vpc_id="vpc-1", subnet_ids={"us-east-1a": "subnet-a"})}),
            "network.subnet_ids",
            id="a zone without a subnet",
        ),
        pytest.param(Settings(networks={"*": NetworkSettings(cidr="10.0.0.0/8")}), "network.cidr", id="too large"),
        pytest.param(Settings(networks={"*": NetworkSettings(cidr="10.0.0.300/16")}), "network.cidr", id="no address"),
    ],
)
def test_settings_that_do_not_fit_are_named(declare_fleet, settings, path):
    """What a stack sets is checked against the plan, and the message says where to look."""
    with pytest.raises(pulumi.InputPropertyError) as caught:
        declare_fleet(settings)

    assert caught.value.property_path == path


def test_an_infeasible_plan_declares_nothing(declare_fleet, make_plan):
    """A plan that found no fleet is never deployed in part."""
    with pytest.raises(pulumi.InputPropertyError) as caught:
        declare_fleet(by=make_plan([], status="infeasible"))

    assert caught.value.property_path == "plan.status"


@pytest.mark.parametrize(
    ("workload", "instance_type", "zone", "words"),
    [
        pytest.param("embed", "trn2.48xlarge", "ap-south-2b", "neuron", id="no Neuron parameters in that region"),
        pytest.param("live", "g6f.large", "us-east-1a", "GRID driver", id="a fraction of a GPU"),
        pytest.param("pretrain", "p3dn.24xlarge", "us-east-1a", "open driver", id="older than the open driver"),
    ],
)
def test_a_chip_without_a_public_image_asks_for_one(
    declare_fleet, make_plan, allocate, workload, instance_type, zone, words
):
    """Where AWS publishes no image with the drivers, the user has to name one: nothing starts without them."""
    there = allocate(workload, instance_type, 1, region=zone[:-1], zones=[zone])

    with pytest.raises(pulumi.InputPropertyError) as caught:
        declare_fleet(by=make_plan([there]))

    assert caught.value.property_path == f"spec.workloads.{workload}.ami"
    assert words in str(caught.value)


def test_vllm_on_neuron_gets_its_own_image_however_it_is_written(declare_fleet, spec, make_plan, allocate):
    """The gates read a framework in any case, and so does the choice of the image."""
    changes = {"framework": "vLLM", "accelerator_stacks": ["neuron"]}
    named = [w.model_copy(update=changes) if w.name == "embed" else w for w in spec.workloads]
    there = allocate("embed", "trn2.48xlarge", 1, region="us-east-2", zones=["us-east-2c"])
    declared = declare_fleet(of=spec.model_copy(update={"workloads": named}), by=make_plan([there]))

    assert "vllm" in declared.one(LAUNCH_TEMPLATE, "mixed-embed-trn2-48xlarge-us-east-2")["imageId"]


def test_burstable_types_keep_to_their_baseline(declare_fleet, make_plan, allocate):
    """The plan counts a burstable type at its baseline; surplus credits would be a bill that nobody planned."""
    declared = declare_fleet(
        by=make_plan([allocate("licensing", "t4g.xlarge", 3), allocate("chat", "g6e.12xlarge", 1)])
    )

    assert declared.one(LAUNCH_TEMPLATE, "mixed-licensing-t4g-xlarge")["creditSpecification"] == {
        "cpuCredits": "standard"
    }
    assert "creditSpecification" not in declared.one(LAUNCH_TEMPLATE, "mixed-chat-g6e-12xlarge")


def test_an_image_of_ones_own_goes_before_all(declare_fleet, spec):
    """A workload's `ami` is taken as an id, or as the path of a parameter."""
    amis = {"chat": "ami-0123456789abcdef0", "embed": "/my/images/neuron"}
    own = spec.model_copy(
        update={"workloads": [w.model_copy(update={"ami": amis.get(w.name)}) for w in spec.workloads]}
    )
    declared = declare_fleet(of=own)

    assert declared.one(LAUNCH_TEMPLATE, "mixed-chat-g6e-12xlarge")["imageId"] == "ami-0123456789abcdef0"
    assert declared.one(LAUNCH_TEMPLATE, "mixed-embed-inf2-xlarge")["imageId"] == "resolve:ssm:/my/images/neuron"


def test_an_image_on_shared_nodes_is_refused(declare_fleet, spec):
    """An `ami` that could not hold is said, not dropped."""
    shared = [w.model_copy(update={"ami": "ami-1"}) if w.name == "web" else w for w in spec.workloads]

    with pytest.raises(pulumi.InputPropertyError) as caught:
        declare_fleet(of=spec.model_copy(update={"workloads": shared}))

    assert caught.value.property_path == "spec.workloads.web.ami"


FALLBACKS = [
    Fallback(instance_type="m7a.4xlarge", unit_hourly_usd=1),
    Fallback(instance_type="m7i.4xlarge", unit_hourly_usd=2),
]


def test_what_stands_in_comes_after_the_planned_type_and_counts_as_much(declare_fleet, make_plan, allocate):
    """AWS tries the types in the order of the plan; sizes stay those of the plan, in instances."""
    planned = allocate("licensing", "m8a.4xlarge", 6, fallbacks=FALLBACKS)

    declared = declare_fleet(by=make_plan([planned]))

    (group,) = declared.of(GROUP)
    policy = group["mixedInstancesPolicy"]
    assert [o["instanceType"] for o in policy["launchTemplate"]["overrides"]] == [
        "m8a.4xlarge",
        "m7a.4xlarge",
        "m7i.4xlarge",
    ]
    assert not any("weightedCapacity" in override for override in policy["launchTemplate"]["overrides"])
    assert policy["instancesDistribution"]["onDemandAllocationStrategy"] == "prioritized"
    assert policy["instancesDistribution"]["onDemandPercentageAboveBaseCapacity"] == 100
    assert (group["desiredCapacity"], group["maxSize"]) == (6, 6)
    assert "launchTemplate" not in group


def test_a_type_that_others_stand_in_for_is_no_base_of_a_spot_group(declare_fleet, make_plan, allocate):
    """What stands in on demand is not meant for spot, so it stays out of the group that is."""
    base = allocate("live", "g6.4xlarge", 1, fallbacks=[Fallback(instance_type="g6.8xlarge", unit_hourly_usd=2)])
    spot = allocate("live", "g6.2xlarge", 2, purchase="spot")

    declared = declare_fleet(by=make_plan([base, spot]))

    types = [
        [o["instanceType"] for o in group["mixedInstancesPolicy"]["launchTemplate"]["overrides"]]
        for group in declared.of(GROUP)
    ]
    assert types == [["g6.4xlarge", "g6.8xlarge"], ["g6.2xlarge"]]


def test_nodes_and_batch_list_what_stands_in(declare_fleet, make_plan, allocate):
    """EKS takes the first type that AWS has, so the planned one leads; Batch chooses among all by price."""
    same = [
        Fallback(instance_type="c7g.4xlarge", unit_hourly_usd=2),
        Fallback(instance_type="c6g.4xlarge", unit_hourly_usd=3),
    ]
    web = allocate("web", "c8g.4xlarge", 3, cluster="main", fallbacks=same)
    nightly = allocate(
        "nightly", "m7g.4xlarge", 3, fallbacks=[Fallback(instance_type="m8g.4xlarge", unit_hourly_usd=2)]
    )

    declared = declare_fleet(by=make_plan([web, nightly]))

    for nodes in declared.of("aws:eks/nodeGroup:NodeGroup"):
        assert nodes["instanceTypes"] == ["c8g.4xlarge", "c7g.4xlarge", "c6g.4xlarge"]
        assert nodes["capacityType"] == "ON_DEMAND"
    assert all("c8g-4xlarge" in name for name in declared.names("aws:eks/nodeGroup:NodeGroup"))
    (environment,) = declared.of("aws:batch/computeEnvironment:ComputeEnvironment")
    assert environment["computeResources"]["instanceTypes"] == ["m7g.4xlarge", "m8g.4xlarge"]
    assert environment["computeResources"]["maxVcpus"] == 48


def test_nothing_stands_in_for_what_is_reserved(declare_fleet, make_plan, allocate):
    """Instances of another type would not start in the reservation."""
    planned = allocate("licensing", "m8a.4xlarge", 6, fallbacks=FALLBACKS)

    declared = declare_fleet(Settings(reservations={"licensing": Reservation(id="cr-1")}), by=make_plan([planned]))

    (group,) = declared.of(GROUP)
    assert "mixedInstancesPolicy" not in group
