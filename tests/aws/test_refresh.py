"""A refresh takes what AWS answers, keeps the rest, says what it may not read, and never breaks the old snapshot."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError, ReadTimeoutError

from fleet.aws import ACTIONS, boto3_clients, iam_policy, refresh
from fleet.aws.answer import missing_lines, progress_bar, refreshed_json, refreshed_text
from fleet.aws.clients import Denied
from fleet.aws.price_list import host_prices, instance_prices
from fleet.aws.readers import read_regions
from fleet.catalog import SHIPPED, Catalog, Price
from fleet.catalog.location import snapshots
from fleet.errors import MissingError, UnknownName
from tests.aws.conftest import FakeAws

_TODAY = date(2026, 11, 24)


@pytest.fixture
def run(aws, tmp_path):
    def go(**more):
        options = {"folder": tmp_path, "today": _TODAY, "regions": ("us-east-1",)} | more
        return refresh(aws.client, **options)

    return go


@pytest.fixture
def fresh(run):
    return Catalog.load(run().path)


@pytest.fixture(scope="session")
def described(moto_aws, tmp_path_factory):
    """A snapshot with the EC2 answers of moto."""
    folder = tmp_path_factory.mktemp("user")
    return Catalog.load(refresh(moto_aws.client, folder=folder, today=_TODAY, regions=("us-east-1",)).path)


def test_answered_prices_replace_the_old_ones_with_day_and_source(fresh):
    found = fresh.on_demand("m7g.large", "us-east-1")

    assert (found.usd, found.as_of, found.source) == (Decimal("0.09"), _TODAY, "AWS Price List API")


def test_what_aws_does_not_speak_of_keeps_its_old_price_and_day(fresh, catalog):
    for name, region in (("m8g.large", "us-east-1"), ("m7g.2xlarge", "eu-west-1"), ("g4ad.xlarge", "us-east-1")):
        assert fresh.on_demand(name, region) == catalog.on_demand(name, region)
    assert fresh.accelerators == catalog.accelerators


def test_block_that_is_priced_at_nothing_on_demand_stays_unpriced(fresh):
    assert not isinstance(fresh.on_demand("trn2.48xlarge", "us-east-1"), Price)


def test_mac_hosts_are_matched_by_their_whole_family(fresh, catalog):
    assert fresh.host("mac2.metal", "us-east-1").usd == Decimal("0.7")
    assert fresh.host("mac2-m2.metal", "us-east-1") == catalog.host("mac2-m2.metal", "us-east-1")
    assert not isinstance(fresh.host("m7g.large", "us-east-1"), Price)


def test_capacity_block_is_the_lowest_offer_an_hour(fresh, catalog):
    found = fresh.capacity_block("p5.48xlarge", "us-east-1")

    assert (found.usd, found.as_of) == (Decimal(40), _TODAY)
    assert fresh.capacity_block("p4d.24xlarge", "us-east-1") == catalog.capacity_block("p4d.24xlarge", "us-east-1")


def test_savings_plan_rates_of_all_pages_without_windows(fresh):
    rates = {(r.plan, r.term, r.payment): r.price.usd for r in fresh.savings_plan_rates("m7g.large", "us-east-1")}

    assert rates == {
        ("compute", "1yr", "no-upfront"): Decimal("0.05"),
        ("ec2_instance", "3yr", "all-upfront"): Decimal("0.03"),
    }


def test_spot_price_is_the_newest_of_each_zone(fresh):
    prices = [fresh.spot("m7g.large", "us-east-1", f"us-east-1{zone}") for zone in "ab"]

    assert [price.usd for price in prices] == [Decimal("0.033"), Decimal("0.029")]
    assert {price.source for price in prices} == {"DescribeSpotPriceHistory of the account"}
    assert fresh.spot("m7g.large", "us-east-1").usd == Decimal("0.029")


@pytest.mark.moto
def test_types_and_offerings_are_those_that_aws_describes(described, catalog):
    assert dict(described.types) == dict(catalog.types)
    assert described.zones("us-east-1") == catalog.zones("us-east-1")
    assert described.offered("m9g.large", "us-east-1") == catalog.offered("m9g.large", "us-east-1")
    assert described.spot("m7g.large", "us-east-1").source.startswith("DescribeSpotPriceHistory of the account")


def test_regions_that_are_not_read_stay_as_they_were(fresh, catalog):
    assert fresh.offered("m7g.large", "eu-west-1") == catalog.offered("m7g.large", "eu-west-1")
    assert fresh.zones("us-east-1") == ("us-east-1a", "us-east-1b")


def test_new_type_gets_a_shape(aws, run, monkeypatch):
    """A type that the shipped snapshot has never heard of."""
    record = aws.answer("ec2", "us-east-1", "describe_instance_types", {})["InstanceTypes"][0]
    new = {"InstanceTypes": [record | {"InstanceType": "m10g.large"}]}
    monkeypatch.setattr(aws, "_describe_instance_types", lambda *_: new, raising=False)

    found = Catalog.load(run().path).type("m10g.large")

    assert (found.family, found.generation, found.vcpus) == ("m10g", 10, 2)


def test_quotas_of_the_account_are_kept(fresh, catalog):
    assert fresh.quota_limits("us-east-1") == {"L-1216C47A": Decimal(1920), "L-417A185B": Decimal(192)}
    assert catalog.quota_limits("us-east-1") == {}


def test_snapshot_is_dated_and_newer_than_its_base(run, tmp_path):
    done = run()

    assert done.path == tmp_path / "2026-11-24"
    assert Catalog.load(done.path).as_of == _TODAY
    assert done.missing == ()


@pytest.mark.parametrize(
    ("operation", "what"),
    [
        pytest.param("describe_instance_types", {"types"}, id="types"),
        pytest.param("describe_instance_type_offerings", {"offerings"}, id="offerings"),
        pytest.param("describe_spot_price_history", {"spot"}, id="spot"),
        pytest.param("get_products", {"on_demand", "hosts"}, id="price list"),
        pytest.param("describe_savings_plans_offering_rates", {"savings_plan_rates"}, id="savings plans"),
        pytest.param("describe_capacity_block_offerings", {"capacity_blocks"}, id="capacity blocks"),
        pytest.param("list_service_quotas", {"quota_limits"}, id="quotas"),
    ],
)
def test_missing_permission_is_named_and_leaves_the_old_figures(aws, run, catalog, operation, what):
    aws.denied.add(operation)

    done = run()

    assert {item.what for item in done.missing} == what
    assert {item.action for item in done.missing} == {ACTIONS[name] for name in what}
    assert len(missing_lines(done)) == len(what)
    assert all("allow " in line for line in missing_lines(done))
    found = Catalog.load(done.path)
    assert set(found.types) == set(catalog.types)
    assert isinstance(found.on_demand("m8g.large", "us-east-1"), Price)


def test_type_that_aws_sells_no_blocks_of_does_not_cost_the_others(aws, run, monkeypatch):
    """AWS refuses a type that it sells no blocks of in a region; the price of the next one is still read."""
    aws.records = [*aws.records, next(r for r in aws.records if r["InstanceType"] == "p5.48xlarge") | {
        "InstanceType": "p4d.24xlarge"
    }]  # fmt: skip
    answer = aws._describe_capacity_block_offerings

    def refused(region, arguments):
        if arguments["InstanceType"] == "p4d.24xlarge":
            raise ClientError({"Error": {"Code": "InvalidParameterValue"}}, "x")
        return answer(region, arguments)

    monkeypatch.setattr(aws, "_describe_capacity_block_offerings", refused)
    done = run()

    assert Catalog.load(done.path).capacity_block("p5.48xlarge", "us-east-1").usd == Decimal(40)
    assert missing_lines(done) == [
        (
            "capacity blocks of p4d.24xlarge kept their old figures in us-east-1: "
            "AWS answered InvalidParameterValue to ec2:DescribeCapacityBlockOfferings"
        )
    ]


def test_second_refresh_keeps_what_the_first_one_read(aws, run, catalog):
    """Other regions, or fewer permissions, another day: an answer of the account is not lost to an older list."""
    run(regions=("sa-east-1",))
    aws.denied |= {"get_products", "list_service_quotas"}
    aws.products = []
    found = Catalog.load(run(regions=("us-east-1",), today=date(2026, 11, 25)).path)

    assert found.quota_limits("sa-east-1") == {"L-1216C47A": Decimal(1920), "L-417A185B": Decimal(192)}
    assert found.on_demand("m7g.large", "sa-east-1").usd == Decimal("0.09")
    assert found.on_demand("m7g.large", "sa-east-1").as_of == _TODAY
    assert found.zones("sa-east-1") == ("sa-east-1a", "sa-east-1b")
    assert found.spot("m7g.large", "sa-east-1").usd == Decimal("0.029")
    assert found.on_demand("m7g.large", "us-east-1") == catalog.on_demand("m7g.large", "us-east-1")


def test_two_refreshes_of_one_day_stand_side_by_side_and_the_last_one_is_taken(aws, run, tmp_path):
    first = run()
    aws.products = [aws.products[0].replace("0.0900000000", "0.0950000000")]
    second = run()

    assert [path.name for path in snapshots(tmp_path)] == ["2026-11-24.2", "2026-11-24"]
    assert Catalog.load(first.path).on_demand("m7g.large", "us-east-1").usd == Decimal("0.09")
    assert Catalog.load(second.path).on_demand("m7g.large", "us-east-1").usd == Decimal("0.095")


def test_refreshes_at_the_same_time_lose_nothing(tmp_path):
    """Both write, one after the other, and the later one has what the earlier one read."""
    with ThreadPoolExecutor() as pool:
        runs = [
            pool.submit(refresh, FakeAws().client, folder=tmp_path, today=_TODAY, regions=(region,))
            for region in ("us-east-1", "sa-east-1")
        ]
        paths = {found.result().path for found in runs}

    last = Catalog.load(snapshots(tmp_path)[0])
    assert len(paths) == 2
    assert all(last.quota_limits(region) for region in ("us-east-1", "sa-east-1"))


def test_snapshot_that_is_broken_is_left_out_and_named(run, tmp_path):
    path = run(regions=("sa-east-1",)).path
    (path / "types.csv").write_text("cut")
    done = run()

    assert Catalog.load(done.path).quota_limits("sa-east-1") == {}
    assert any("an earlier snapshot was left out" in line and "types.csv" in line for line in missing_lines(done))


def test_price_that_ships_later_than_the_account_was_read_wins(run, tmp_path, monkeypatch, catalog):
    """An upgrade of fleet brings newer prices than those of an old refresh."""
    run(today=date(2026, 1, 5))
    found = Catalog.load(run(regions=("sa-east-1",)).path)

    assert found.on_demand("m7g.large", "us-east-1") == catalog.on_demand("m7g.large", "us-east-1")


@pytest.mark.parametrize(
    ("region", "message"),
    [
        pytest.param("us-eats-1", "unknown region 'us-eats-1'; did you mean 'us-east-1'", id="no region"),
        pytest.param("eu-west-1", "unknown region of the account 'eu-west-1'", id="not enabled in the account"),
    ],
)
def test_region_that_the_account_cannot_use_is_refused_before_anything_is_read(aws, run, tmp_path, region, message):
    with pytest.raises(UnknownName, match=message):
        run(regions=("us-east-1", region))

    assert [name for _, _, name in aws.calls] == ["describe_regions"]
    assert list(tmp_path.iterdir()) == []


def test_shapes_of_the_account_say_where_they_come_from(fresh, catalog):
    assert fresh.origins["types"].as_of == _TODAY
    assert "of the account" in fresh.origins["types"].source
    assert fresh.origins["spot_advisor"] == catalog.origins["spot_advisor"]


def test_nothing_allowed_writes_nothing(aws, run, tmp_path):
    aws.denied |= {
        "describe_instance_types", "describe_instance_type_offerings", "describe_spot_price_history", "get_products",
        "describe_savings_plans_offering_rates", "describe_capacity_block_offerings", "list_service_quotas",
    }  # fmt: skip

    with pytest.raises(MissingError, match=r"nothing could be read, the old snapshot stays; AWS refused ec2:Describe"):
        run()

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        pytest.param(EndpointConnectionError(endpoint_url="https://x"), MissingError, id="endpoint gone"),
        pytest.param(ReadTimeoutError(endpoint_url="https://x"), MissingError, id="no answer in time"),
        pytest.param(ClientError({"Error": {"Code": "ExpiredToken"}}, "x"), MissingError, id="session over"),
        pytest.param(KeyboardInterrupt(), KeyboardInterrupt, id="interrupted"),
    ],
)
@pytest.mark.parametrize("operation", ["describe_instance_types", "get_products", "list_service_quotas"])
def test_refresh_that_fails_half_way_leaves_the_old_snapshot(aws, run, tmp_path, operation, error, kind):
    old = run().path
    before = {path.name: path.read_bytes() for path in old.rglob("*.csv")}
    aws.calls.clear()
    aws.broken[operation] = (0, error)

    with pytest.raises(kind):
        run()

    assert {path.name: path.read_bytes() for path in old.rglob("*.csv")} == before
    assert [path.name for path in tmp_path.iterdir()] == [old.name]


def test_throttled_calls_are_tried_again_a_bounded_number_of_times(monkeypatch, tmp_path):
    """boto3 itself: five attempts, then the answer is named like any other refusal."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None, time=time.time))
    clients, attempts = boto3_clients(), []
    body = b"<Response><Errors><Error><Code>RequestLimitExceeded</Code></Error></Errors></Response>"

    def throttled(request, **_):
        attempts.append(request.url)
        answer = AWSResponse(request.url, 503, {}, None)
        answer._content = body
        return answer

    clients("ec2", "us-east-1").meta.events.register("before-send.ec2.*", throttled)
    with pytest.raises(Denied) as caught:
        read_regions(clients)

    assert (caught.value.code, len(attempts)) == ("RequestLimitExceeded", 5)


def test_all_regions_of_the_account_are_read_without_a_choice(aws, run):
    run(regions=())

    assert {region for service, region, _ in aws.calls if service == "service-quotas"} == {"us-east-1", "sa-east-1"}


def test_regions_without_permission_to_list_them_ask_for_a_choice(aws, run):
    aws.denied.add("describe_regions")

    with pytest.raises(MissingError, match="allow ec2:DescribeRegions, or give --regions"):
        run(regions=())


def test_progress_counts_every_step(run):
    seen = []

    run(progress=lambda what, done, total: seen.append((what, done, total)))

    assert seen[0] == ("us-east-1 types", 0, len(seen))
    assert [done for _, done, _ in seen] == list(range(len(seen)))


@pytest.mark.parametrize(
    ("error", "message"),
    [
        pytest.param(NoCredentialsError(), "no AWS credentials were found", id="no credentials"),
        pytest.param(EndpointConnectionError(endpoint_url="https://x"), "cannot be reached", id="no network"),
        pytest.param(
            ClientError({"Error": {"Code": "ExpiredToken"}}, "x"), "does not accept the credentials", id="expired"
        ),
        pytest.param(
            ClientError({"Error": {"Code": "Throttling"}}, "x"), r"AWS refused .* Throttling", id="throttled to the end"
        ),
    ],
)
def test_aws_out_of_reach_is_something_missing(tmp_path, error, message):
    def client(service, region):
        raise error

    with pytest.raises(MissingError, match=message) as caught:
        refresh(client, folder=tmp_path, today=_TODAY, regions=("us-east-1",))

    assert caught.value.exit_code == 3
    assert list(tmp_path.iterdir()) == []


def test_profile_that_is_not_configured_is_something_missing(monkeypatch, tmp_path):
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))

    with pytest.raises(MissingError, match="profile 'nobody' is not configured"):
        boto3_clients("nobody")


def test_clients_have_bounded_retries_and_timeouts(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    config = boto3_clients()("ec2", "us-east-1").meta.config

    assert config.retries["total_max_attempts"] == 5
    assert config.connect_timeout <= 10
    assert config.read_timeout <= 60


def test_policy_allows_every_action_that_is_called_and_only_reading():
    actions = iam_policy()["Statement"][0]["Action"]

    assert set(actions) == set(ACTIONS.values())
    assert all(action.split(":")[1].startswith(("Describe", "List", "Get")) for action in actions)


def test_price_list_leaves_out_products_without_a_price(make_product):
    products = [
        make_product("a", "1.5"),
        make_product("b", "0"),
        make_product("c", "2", market="CapacityBlock"),
        make_product("a", "1.9", locationType="AWS Local Zone"),
    ]

    assert instance_prices(products) == {"a": Decimal("1.5")}


def test_host_price_of_another_region_has_a_prefix(make_product):
    products = [make_product("", "1.23", usagetype="USE2-HostUsage:mac-m4")]

    assert host_prices(products, {"mac-m4": "mac-m4.metal"}) == {"mac-m4.metal": Decimal("1.23")}


def test_answer_says_where_the_snapshot_is(run):
    done = run()

    assert str(done.path) in refreshed_text(done)
    assert "5 types" in refreshed_text(done)
    assert refreshed_json(done)["rows"]["types"] == 5


def test_no_bar_in_a_pipe():
    with progress_bar() as progress:
        assert progress is None


@pytest.fixture(scope="session")
def catalog():
    return Catalog.load(SHIPPED)


def test_bar_is_on_standard_error_of_a_terminal(monkeypatch, capsys):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)

    with progress_bar() as progress:
        progress("us-east-1 types", 1, 8)

    assert capsys.readouterr().out == ""
