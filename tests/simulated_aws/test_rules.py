"""Rules of AWS that moto lacks: refused when something is made or released, with AWS's reason."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from fleet.errors import MissingError
from fleet.simulated_aws.kinds import kind_of
from fleet.simulated_aws.rules import AwsRefusalError

pytestmark = pytest.mark.moto

HOST = kind_of("aws:ec2/dedicatedHost:DedicatedHost")
INSTANCE = kind_of("aws:ec2/instance:Instance")
GROUP = kind_of("aws:autoscaling/group:Group")
TEMPLATE = kind_of("aws:ec2/launchTemplate:LaunchTemplate")
IMAGE = "ami-0123456789abcdef0"


def host(cloud, **inputs):
    given = {"instanceType": "mac2.metal", "availabilityZone": "us-east-1a", "autoPlacement": "off", **inputs}
    return HOST.create(cloud, given)[0]


def mac(cloud, **inputs):
    given = {"ami": IMAGE, "instanceType": "mac2.metal", "tenancy": "host", "availabilityZone": "us-east-1a", **inputs}
    return INSTANCE.create(cloud, given)[0]


def test_mac_instance_needs_a_host(cloud):
    """Without host tenancy a Mac instance is refused."""
    with pytest.raises(AwsRefusalError, match="needs a dedicated host"):
        mac(cloud, tenancy="default")


def test_mac_instance_starts_from_a_launch_template_named_by_its_id(cloud):
    """As components declare it: image and type come from the template, the host is the instance's own."""
    template = TEMPLATE.create(cloud, {"imageId": IMAGE, "instanceType": "mac2.metal"})[0]
    given = {"launchTemplate": {"id": template, "version": "1"}, "instanceType": "mac2.metal", "tenancy": "host"}

    instance, outputs = INSTANCE.create(cloud, {**given, "hostId": host(cloud), "availabilityZone": "us-east-1a"})

    assert instance.startswith("i-")
    assert outputs["instanceState"] == "running"


def test_mac_instance_needs_a_free_host(cloud):
    """Without any host of its type a Mac instance is refused."""
    host(cloud, instanceType="mac2-m2.metal", availabilityZone="us-east-1b")

    with pytest.raises(AwsRefusalError, match=r"no free host for mac2[.]metal"):
        mac(cloud)


def test_host_takes_one_instance(cloud):
    """A second instance on the same host is refused until the first is gone."""
    only = host(cloud)
    first = mac(cloud, hostId=only)

    with pytest.raises(AwsRefusalError, match="takes one"):
        mac(cloud, hostId=only)
    INSTANCE.delete(cloud, first, {})
    assert mac(cloud, hostId=only).startswith("i-")


def test_host_of_another_type_is_refused(cloud):
    """A host takes instances of its own type only."""
    other = host(cloud, instanceType="mac2-m2.metal", availabilityZone="us-east-1b")

    with pytest.raises(AwsRefusalError, match=r"takes mac2-m2[.]metal"):
        mac(cloud, hostId=other)


def test_mac_host_is_leased_for_24_hours(cloud, monkeypatch):
    """Releasing a Mac host is refused before 24 hours, and works afterwards."""
    leased = host(cloud)
    with pytest.raises(AwsRefusalError, match=r"cannot be released for another 24[.]0 h"):
        HOST.delete(cloud, leased, {})

    later = datetime.now(UTC) + timedelta(hours=24, minutes=1)
    monkeypatch.setenv("FLEET_SIMULATED_NOW", later.isoformat())
    HOST.delete(cloud, leased, {})

    assert HOST.read(cloud, leased, {}) is None


def test_host_with_an_instance_is_not_released(cloud, monkeypatch):
    """A host that still runs an instance is not released, however old it is."""
    busy = host(cloud)
    mac(cloud, hostId=busy)
    monkeypatch.setenv("FLEET_SIMULATED_NOW", (datetime.now(UTC) + timedelta(days=9)).isoformat())

    with pytest.raises(AwsRefusalError, match="terminate it first"):
        HOST.delete(cloud, busy, {})


def test_host_quota_holds(cloud, monkeypatch):
    """With a quota of one host of a family a second one is refused."""
    monkeypatch.setenv("FLEET_SIMULATED_QUOTAS", '{"L-5D8DADF5": 1}')
    host(cloud)

    with pytest.raises(AwsRefusalError, match="needs 1 hosts of L-5D8DADF5, the quota is 1"):
        host(cloud)


def test_other_hosts_are_not_leased_by_the_day(cloud):
    """Only Mac hosts have the 24 hours."""
    HOST.delete(cloud, host(cloud, instanceType="m5.large"), {})


@pytest.mark.parametrize(
    ("inputs", "reason"),
    [
        pytest.param(
            {"instanceType": "mac2.metal", "tenancy": "host", "instanceMarketOptions": {"marketType": "spot"}},
            "not sold as spot",
            id="spot on Mac",
        ),
        pytest.param(
            {"instanceType": "u7i-12tb.224xlarge", "instanceMarketOptions": {"marketType": "spot"}},
            "not sold as spot",
            id="spot on a type without it",
        ),
        pytest.param({"instanceType": "trn2.48xlarge"}, "not offered in us-east-1", id="type of another region"),
        pytest.param(
            {"instanceType": "g7e.2xlarge", "availabilityZone": "us-east-1b"},
            "not offered in us-east-1b",
            id="type of another zone",
        ),
        pytest.param({"instanceType": "m99.large"}, "not offered", id="type that nobody knows"),
    ],
)
def test_instances_that_aws_would_not_start(cloud, inputs, reason):
    """Types must be offered in the zone and sold in the way that is asked for."""
    with pytest.raises(AwsRefusalError, match=reason):
        INSTANCE.create(cloud, {"ami": IMAGE, **inputs})


@pytest.mark.parametrize(
    ("template", "group", "reason"),
    [
        pytest.param(
            {"instanceType": "m7g.large"}, {"desiredCapacity": 9}, "outside 1 to 4", id="desired above maximum"
        ),
        pytest.param({"instanceType": "m7g.large"}, {"availabilityZones": []}, "needs subnets", id="nowhere"),
        pytest.param({"instanceType": "trn2.48xlarge"}, {}, "not offered", id="type of another region"),
        pytest.param({"instanceType": "mac2.metal"}, {}, "host resource group", id="Mac without hosts"),
        pytest.param(
            {"instanceType": "mac2.metal", "instanceMarketOptions": {"marketType": "spot"}},
            {},
            "not sold as spot",
            id="spot on Mac",
        ),
    ],
)
def test_groups_that_aws_would_not_make(cloud, template, group, reason):
    """A group obeys the same rules, for all the types of its policy."""
    made, _ = TEMPLATE.create(cloud, {"imageId": IMAGE, **template})
    inputs = {
        "minSize": 1,
        "maxSize": 4,
        "availabilityZones": ["us-east-1a"],
        "launchTemplate": {"id": made, "version": "$Latest"},
        **group,
    }

    with pytest.raises(AwsRefusalError, match=reason):
        GROUP.create(cloud, inputs)


def test_group_quota_counts_vcpus(cloud, monkeypatch):
    """A group that needs more vCPUs than the quota of its kind is refused."""
    monkeypatch.setenv("FLEET_SIMULATED_QUOTAS", '{"L-417A185B": 100}')
    made, _ = TEMPLATE.create(cloud, {"imageId": IMAGE, "instanceType": "p5.48xlarge"})

    with pytest.raises(AwsRefusalError, match="needs 192 vCPUs of L-417A185B, the quota is 100"):
        GROUP.create(
            cloud,
            {
                "minSize": 1,
                "maxSize": 1,
                "availabilityZones": ["us-east-1a"],
                "launchTemplate": {"id": made, "version": "$Latest"},
            },
        )


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        pytest.param("m7g.large", "trn2.48xlarge", "not offered", id="type of another region"),
        pytest.param("m7g.large", "mac2.metal", "is that of its host", id="a Mac is bound to its host"),
        pytest.param("m7g.large", "m7g.16xlarge", "the quota is 10", id="more than the quota"),
    ],
)
def test_changes_of_type_that_aws_would_not_make(cloud, monkeypatch, old, new, reason):
    """An instance in place obeys the same rules as a new one; what it gives back counts against the quota."""
    monkeypatch.setenv("FLEET_SIMULATED_QUOTAS", '{"L-1216C47A": 10}')
    identity, _ = INSTANCE.create(cloud, {"ami": IMAGE, "instanceType": old})
    INSTANCE.update(cloud, identity, {"instanceType": old}, {"instanceType": "m7g.2xlarge"})

    with pytest.raises(AwsRefusalError, match=reason):
        INSTANCE.update(cloud, identity, {"instanceType": "m7g.2xlarge"}, {"instanceType": new})
    INSTANCE.delete(cloud, identity, {})


def test_volume_does_not_shrink(cloud):
    """A volume grows in place and never shrinks."""
    volume = kind_of("aws:ebs/volume:Volume")
    identity, _ = volume.create(cloud, {"availabilityZone": "us-east-1a", "size": 10})
    volume.update(cloud, identity, {"size": 10}, {"size": 20})

    with pytest.raises(AwsRefusalError, match="has 20 GiB and cannot shrink to 15"):
        volume.update(cloud, identity, {"size": 20}, {"size": 15})


def test_groups_bear_no_default_tags(cloud):
    """AWS's provider leaves its default tags out of Auto Scaling groups, alone among all resources."""
    tagged = replace(cloud, default_tags={"team": "platform"})
    made, _ = TEMPLATE.create(tagged, {"imageId": IMAGE, "instanceType": "m7g.large"})
    name, _ = GROUP.create(
        tagged,
        {
            "minSize": 0,
            "maxSize": 1,
            "availabilityZones": ["us-east-1a"],
            "launchTemplate": {"id": made, "version": "$Latest"},
            "tags": [{"key": "own", "value": "yes", "propagateAtLaunch": False}],
        },
    )
    found = cloud.client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[name])

    assert [tag["Key"] for tag in found["AutoScalingGroups"][0]["Tags"]] == ["own"]


def test_nothing_but_a_local_endpoint(monkeypatch, cloud):
    """The provider refuses to talk to anything that is not on this machine."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://ec2.us-east-1.amazonaws.com")

    with pytest.raises(MissingError, match="local endpoint only"):
        mac(cloud)


@pytest.mark.parametrize(
    ("token", "inputs", "most"),
    [
        ("aws:iam/role:Role", {"assumeRolePolicy": "{}"}, 64),
        ("aws:ec2/launchTemplate:LaunchTemplate", {"imageId": IMAGE}, 128),
        ("aws:lb/targetGroup:TargetGroup", {"port": 80, "protocol": "HTTP", "vpcId": "vpc-1"}, 32),
        ("aws:autoscaling/group:Group", {"minSize": 0, "maxSize": 0, "availabilityZones": ["us-east-1a"]}, 255),
        ("aws:eks/nodeGroup:NodeGroup", {"clusterName": "named"}, 63),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_name_that_is_too_long_is_refused(cloud, token, inputs, most):
    """Names made from the resource's name have its whole length and eight characters, as Pulumi makes them."""
    if "clusterName" in inputs:
        cluster = {"name": "named", "roleArn": "arn:aws:iam::123456789012:role/r", "vpcConfig": {"subnetIds": ["s"]}}
        kind_of("aws:eks/cluster:Cluster").create(cloud, cluster)
    long = replace(cloud, token=token, resource="x" * (most - 7))

    with pytest.raises(AwsRefusalError, match=rf"has {most + 1} characters, AWS takes {most} for"):
        kind_of(token).create(long, inputs)


def test_a_name_that_just_fits_is_taken_whole(cloud):
    """What is one character shorter is made under its whole name."""
    fits = replace(cloud, token="aws:iam/role:Role", resource="x" * 56)
    policy = '{"Version": "2012-10-17", "Statement": []}'

    name, _ = kind_of("aws:iam/role:Role").create(fits, {"assumeRolePolicy": policy})

    assert name.startswith("x" * 56 + "-")
    assert len(name) == 64


def test_names_that_aws_keeps_are_refused(cloud):
    """A security group may not begin with sg-."""
    kept = replace(cloud, token="aws:ec2/securityGroup:SecurityGroup", resource="sg-web")

    with pytest.raises(AwsRefusalError, match="which AWS keeps"):
        kind_of("aws:ec2/securityGroup:SecurityGroup").create(kept, {"description": "web"})


@pytest.mark.parametrize(
    ("nodes", "types", "reason"),
    [
        pytest.param(451, 1, "451 nodes in one group, the quota L-BD136A63 is 450", id="nodes of a group"),
        pytest.param(1, 21, "takes 20 instance types", id="types of a group"),
    ],
)
def test_node_groups_keep_to_the_limits_of_eks(cloud, nodes, types, reason):
    cluster = {"name": f"n{nodes}", "roleArn": "arn:aws:iam::123456789012:role/r", "vpcConfig": {"subnetIds": ["s"]}}
    kind_of("aws:eks/cluster:Cluster").create(cloud, cluster)
    given = {
        "clusterName": f"n{nodes}",
        "instanceTypes": [f"m7g.{number}xlarge" for number in range(types)],
        "scalingConfig": {"minSize": 0, "desiredSize": 0, "maxSize": nodes},
    }

    with pytest.raises(AwsRefusalError, match=reason):
        kind_of("aws:eks/nodeGroup:NodeGroup").create(cloud, given)


def test_one_node_group_too_many_is_refused(cloud, monkeypatch):
    """An account starts with 30 a cluster; the rehearsal may be given what the account has."""
    cluster = {"name": "full", "roleArn": "arn:aws:iam::123456789012:role/r", "vpcConfig": {"subnetIds": ["s"]}}
    kind_of("aws:eks/cluster:Cluster").create(cloud, cluster)
    monkeypatch.setenv("FLEET_SIMULATED_QUOTAS", '{"L-6D54EA21": 0}')

    with pytest.raises(AwsRefusalError, match="1 node groups in full, the quota L-6D54EA21 is 0"):
        kind_of("aws:eks/nodeGroup:NodeGroup").create(
            cloud, {"clusterName": "full", "scalingConfig": {"minSize": 0, "desiredSize": 0, "maxSize": 1}}
        )


def test_a_listener_without_a_protocol_listens_to_http(cloud):
    """What Pulumi's AWS provider fills in for an application load balancer."""
    ec2 = cloud.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.9.{n}.0/24", AvailabilityZone=f"us-east-1{z}")["Subnet"]["SubnetId"]
        for n, z in enumerate("ab")
    ]
    balancer, _ = kind_of("aws:lb/loadBalancer:LoadBalancer").create(cloud, {"name": "front", "subnets": subnets})
    target, _ = kind_of("aws:lb/targetGroup:TargetGroup").create(
        cloud, {"name": "api", "port": 80, "protocol": "HTTP", "vpcId": vpc}
    )
    actions = [{"type": "forward", "targetGroupArn": target}]
    made, _ = kind_of("aws:lb/listener:Listener").create(
        cloud, {"loadBalancerArn": balancer, "port": 80, "defaultActions": actions}
    )

    (listener,) = cloud.client("elbv2").describe_listeners(ListenerArns=[made])["Listeners"]
    assert listener["Protocol"] == "HTTP"
