"""`fleet catalog` answers on standard output, explains on standard error, and exits as the contract says."""

import json
import subprocess
import sys
from dataclasses import dataclass

import pytest

from fleet.catalog import SHIPPED
from fleet.cli.catalog import app
from fleet.cli.catalog_options import OPTIONS
from fleet.errors import FleetError


@dataclass
class Answer:
    exit_code: int
    stdout: str
    stderr: str


@pytest.fixture
def run(monkeypatch, tmp_path, capsys):
    """Runs the command for a user without a data folder, on a given day."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.setenv("FLEET_TODAY", "2026-11-24")
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.delenv("FLEET_CATALOG", raising=False)

    def command(*arguments):
        """As `fleet` runs it: an error of ours is one line and its exit code."""
        try:
            code = app(args=list(arguments), standalone_mode=False, prog_name="catalog") or 0
            error = ""
        except FleetError as exc:
            code, error = exc.exit_code, f"fleet: {exc}\n"
        said = capsys.readouterr()
        return Answer(code, said.out, said.err + error)

    return command


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        pytest.param(
            "m9g.16xlarge",
            ["AWS Graviton5, arm64", "64, 64 cores, 3.3 GHz", "256 GiB", "3.13088  2026-07-20  stale: 127 days old",
             "CoreMark 2,328,543", "(2026-06-10)", "no spot data for m9g.16xlarge", "L-1216C47A on demand"],
            id="m9g.16xlarge",
        ),
        pytest.param(
            "trn2.48xlarge",
            ["16 x Trainium2 (trainium2), 1,536 GiB together", "512 GiB per device", "35.7608", "14.5593",
             "before the October 2026 reset", "trn2.48xlarge is not offered in us-east-1",
             "sold by capacity block (us-east-2)"],
            id="trn2.48xlarge",
        ),
        pytest.param(
            "p5e.48xlarge",
            ["8 x H200", "47.76", "it is sold by capacity block", "video encoder     no", "us-west-2-phx-2a",
             "no on-demand price anywhere"],
            id="p5e.48xlarge",
        ),
        pytest.param(
            "mac-m4.metal",
            ["Apple M4, arm64_mac", "from Sequoia 15.6; no newest is stated", "24-hour floor",
             "29.52 USD in us-east-1, us-east-2, us-west-2", "at least 24 hours", "does not sell mac-m4.metal as spot"],
            id="mac-m4.metal",
        ),
        pytest.param(
            "p6-b300.48xlarge",
            ["8 x B300 SXM (b300)", "142.416", "112.32", "16 EFA interfaces", "44.728",
                "61.52371  2026-09-25  ec2_instance 3yr no-upfront",
             "112.1526  2026-09-25  compute 1yr no-upfront", "1,100 W each", "8,000 GB/s"],
            id="p6-b300.48xlarge",
        ),
        pytest.param(
            "g6f.2xlarge",
            ["1 x L4 1/4 (fractional) (l4-1/4)", "5.588 GiB together", "not published", "0.475"],
            id="g6f.2xlarge",
        ),
    ],
)  # fmt: skip
def test_sheet_shows_the_facts_of_a_type(run, name, texts):
    regional = ("--region", "us-east-1") if name in ("trn2.48xlarge", "p5e.48xlarge") else ()
    result = run("show", name, *regional)

    assert result.exit_code == 0
    assert [text for text in texts if text not in result.stdout] == []


def test_sheet_speaks_of_a_region_that_sells_the_type(run):
    result = run("show", "trn2.48xlarge")

    assert "Not priced in us-east-2" in result.stdout
    assert "spot in us-east-2; capacity block in us-east-2; no on-demand price anywhere" in result.stdout


@pytest.mark.parametrize("name", ["p6-b300.48xlarge", "trn2.48xlarge", "g6f.2xlarge", "mac-m4.metal", "h100"])
def test_facts_fit_a_terminal_of_80_columns(run, monkeypatch, name):
    monkeypatch.setenv("COLUMNS", "80")
    lines = [line for line in run("show", name).stdout.splitlines() if "20" not in line]

    assert max(len(line) for line in lines) <= 80


def test_every_zone_and_every_plan_has_its_own_price(run):
    assert "sa-east-1b       spot            7.7264" in run("show", "trn2.3xlarge").stdout
    offers = json.loads(run("show", "p5.48xlarge", "--json").stdout)["offers"]

    assert {(o["terms"], o["usd"]) for o in offers if o["purchase"] == "savings_plan"} == {
        ("ec2_instance 1yr no-upfront", 34.6752), ("ec2_instance 3yr no-upfront", 23.77728),
    }  # fmt: skip
    assert "us-east-1-atl-2a" in {o["zone"] for o in offers}


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        pytest.param("tpu-v6e", ["Google Cloud only"], id="not on EC2"),
        pytest.param("graviton5", ["m9g.large", "Graviton5"], id="processor"),
        pytest.param(
            "g4ad", ["g4ad.xlarge       -    -  1 x v520", "0.124915", "no longer lists it"], id="family without shapes"
        ),
        pytest.param("u-p6e-gb200x72", ["761.904", "capacity block only"], id="UltraServer"),
        pytest.param("c8g", ["c8g.metal-48xl"], id="family"),
        pytest.param("h100", ["80 GiB, 3,350 GB/s", "p5.4xlarge", "1 x h100", "from USD/h"], id="accelerator"),
        pytest.param("tpu-v6e", ["Google Cloud only"], id="what is unknown of a foreign chip is left out"),
    ],
)
def test_other_names_are_shown_with_what_they_stand_for(run, name, texts):
    result = run("show", name)

    assert result.exit_code == 0
    assert [text for text in texts if text not in result.stdout] == []


def test_sheet_as_json_has_every_price_with_source_and_date(run):
    sheet = json.loads(run("show", "p6-b300.48xlarge", "--json").stdout)

    assert sheet["type"]["accelerators"] == 8
    assert sheet["accelerator"] == "b300"
    assert all(offer["usd"] and offer["as_of"] and offer["source"] for offer in sheet["offers"])
    assert all(offer["usd"] is None and offer["reason"] for offer in sheet["unpriced"])
    assert sheet["minimum_hours"] is None


def test_mac_sheet_as_json_has_the_floor(run):
    assert json.loads(run("show", "mac2.metal", "--json").stdout)["minimum_hours"] == 24


def test_query_as_json_is_nothing_but_json(run):
    result = run("query", "--architecture", "arm64", "--min-vcpus", "190", "--sort", "coremark/usd", "--json")
    found = json.loads(result.stdout)

    assert {item["architecture"] for item in found} == {"arm64"}
    assert min(item["vcpus"] for item in found) >= 190
    rates = [item["coremark/usd"] for item in found if item["coremark/usd"]]
    assert rates == sorted(rates, reverse=True)
    assert all(item["price"]["usd"] is not None or item["price"]["reason"] for item in found)


def test_query_as_a_table_shows_the_field_it_is_sorted_by(run):
    result = run("query", "g6e", "--sort", "price/hbm-gib", "--limit", "3")
    lines = result.stdout.splitlines()

    assert "price/hbm-gib" in lines[0]
    assert len([line for line in lines if line.startswith("g6e.")]) == 3
    assert "* stale" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["query", "--sort", "prise"], "unknown field 'prise'; did you mean 'price'?", id="field"),
        pytest.param(["query", "--sort", "zzzz"], "known are accelerator, ", id="field like none"),
        pytest.param(["query", "--min-vcpus", "-3"], "--min-vcpus is -3; it must be a number from 0 up", id="negative"),
        pytest.param(["query", "--max-interruption", "nan"], "--max-interruption is nan", id="not a number"),
        pytest.param(["query", "--memory", "64GX"], "unknown unit 'GX'", id="unit"),
        pytest.param(["query", "m9g.largr"], "did you mean 'm9g.large'", id="type"),
        pytest.param(["show", "m9g.16xlrge"], "did you mean 'm9g.16xlarge'", id="shown type"),
        pytest.param(["show", "m9g.large", "--region", "us-eats-1"], "did you mean 'us-east-1'", id="region"),
        pytest.param(["query", "--catalog", "/nowhere"], "is not there", id="catalog"),
        pytest.param(["diff", "/nowhere", "/elsewhere"], "is not there", id="diff"),
    ],
)
def test_wrong_request_exits_2_with_one_line_on_stderr(run, arguments, message):
    result = run(*arguments)

    assert result.exit_code == 2
    assert result.stdout == ""
    assert message in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_accelerators_lists_what_can_and_cannot_be_bought(run):
    sold, rest = run("accelerators").stdout.split("Not to be had by type")

    assert "trainium2 " in sold
    assert "rtx-pro-6000" in sold
    assert "mi300x: Instinct MI300X: EC2 sells no AMD Instinct" in rest
    assert "trainium3: " in rest


def test_accelerators_as_json(run):
    found = {item["key"]: item for item in json.loads(run("accelerators", "--json").stdout)}

    assert found["trainium2"]["memory_gib"] == 96
    assert found["h100"]["stacks"] == ["cuda"]


def test_query_of_what_cannot_be_bought_says_why_on_stderr(run):
    result = run("query", "--accelerator", "trainium3", "--json")

    assert json.loads(result.stdout) == []
    assert "trainium3: no EC2 region lists a trn3 type" in result.stderr


def test_regions_are_a_list_or_all(run):
    some = json.loads(run("query", "c7g.large", "--region", "us-east-1,eu-west-1", "--json").stdout)
    every = json.loads(run("query", "c7g.large", "--region", "all", "--json").stdout)

    assert [item["region"] for item in some] == ["eu-west-1", "us-east-1"]
    assert len(every) > 20


def test_few_missing_prices_are_explained_below_the_table(run):
    text = run("query", "trn2u.48xlarge", "--region", "ap-south-2").stdout

    assert "1 offer, 1 without a price" in text
    assert "member of a Trn2 UltraServer" in text


def test_every_filter_has_an_option_and_help(run):
    text = run("query", "--help").stdout

    assert [option.flag for option in OPTIONS if not option.help] == []
    assert "Usage" in text


def test_filters_of_the_command_line_reach_the_query(run):
    arguments = [
        "--stack", "cuda", "--precision", "fp8", "--video-encode", "--accelerator-memory", "80GiB", "--no-bare-metal",
        "--max-price", "2500/month", "--current-generation",
    ]  # fmt: skip
    found = json.loads(run("query", *arguments, "--json").stdout)

    assert [item["name"] for item in found] == ["g7e.2xlarge"]


def test_refresh_dry_run_prints_the_policy_and_calls_nothing(run):
    result = run("refresh", "--dry-run")

    policy = json.loads(result.stdout)
    assert "pricing:GetProducts" in policy["Statement"][0]["Action"]


def test_refresh_without_credentials_is_something_missing(run, monkeypatch, tmp_path):
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))

    result = run("refresh", "--regions", "us-east-1", "--folder", str(tmp_path / "user"))

    assert result.exit_code == 3
    assert "no AWS credentials were found" in result.stderr
    assert not (tmp_path / "user").exists()


def test_diff_as_json(run):
    assert json.loads(run("diff", str(SHIPPED), str(SHIPPED), "--json").stdout) == {
        "new_types": [],
        "gone_types": [],
        "moves": [],
    }


def test_name_that_is_no_type_as_json(run):
    found = json.loads(run("show", "trainium3", "--json").stdout)

    assert (found["kind"], found["types"]) == ("accelerator", [])
    assert "UltraServers" in found["text"]


def test_burstable_and_unpriced_types_have_sheets(run):
    assert "baseline 0.4 vCPU" in run("show", "t3.medium").stdout
    assert "No price is known in any region." in run("show", "t8i.nano").stdout


def test_query_of_spot_shows_interruptions(run):
    assert ">20 %" in run("query", "c5", "--purchase", "spot").stdout


def test_diff_of_a_snapshot_with_itself_says_nothing_changed(run):
    assert run("diff", str(SHIPPED), str(SHIPPED)).stdout == "Nothing changed.\n"


def test_newest_snapshot_of_the_user_is_taken(run, tmp_path, copy):
    copy.rename(tmp_path / "new")
    folder = tmp_path / ".local" / "share" / "fleet" / "catalog"
    folder.mkdir(parents=True)
    broken = (tmp_path / "new").rename(folder / "2026-12-01") / "types.csv"
    broken.write_text("cut")

    assert "2026-12-01/types.csv" in run("accelerators").stderr
    assert run("accelerators", "--catalog", str(SHIPPED)).exit_code == 0


def test_query_loads_neither_spec_nor_planner_nor_aws():
    """What a catalog question does not need must not cost it time."""
    code = (
        "import sys; from fleet.cli.run import main; main(['catalog', 'query', 'm7g.large'])\n"
        "print([name for name in ('fleet.spec.model', 'fleet.planner', 'fleet.engine', 'boto3', 'highspy', 'pulumi')"
        " if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "[]"


def test_what_has_no_price_is_counted_under_a_limit_and_may_be_cheaper(run):
    """Without it the first lines would pass for the cheapest there are."""
    asked = ("query", "--architecture", "arm64", "--memory", "64", "--region", "us-west-2", "--sort", "price")

    every = json.loads(run(*asked, "--json").stdout)
    few = run(*asked, "--limit", "3")
    as_json = run(*asked, "--limit", "3", "--json")

    unpriced = sum(offer["price"]["usd"] is None for offer in every)
    said = f"3 of {len(every)} offers, {unpriced} without a price (any of them may be cheaper)"
    assert unpriced > 0
    assert said in few.stdout.splitlines()
    assert len(json.loads(as_json.stdout)) == 3
    assert said in as_json.stderr


def test_an_order_that_money_does_not_decide_calls_nothing_cheaper(run):
    asked = ("query", "--architecture", "arm64", "--memory", "64", "--region", "us-west-2", "--limit", "3")

    assert "may be cheaper" not in run(*asked, "--sort", "vcpus").stdout
    assert "may be cheaper" not in run(*asked, "--priced", "--sort", "price").stdout


def test_macs_without_an_on_demand_price_say_how_they_are_bought(run):
    assert "--purchase dedicated_host" in run("query", "--category", "mac").stdout
    assert "--purchase dedicated_host" not in run("query", "--category", "mac", "--purchase", "dedicated_host").stdout
    assert "--purchase dedicated_host" not in run("query", "--category", "p").stdout
