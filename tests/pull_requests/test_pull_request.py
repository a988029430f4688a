"""The script of the action on a real repository: base and head previewed, compared, written for every later step."""

from pathlib import Path

import junitparser

ROOT = Path(__file__).parents[2]

MAC = "mac2.metal"
"""Without a host this type breaks FM401, which is mandatory."""


def test_growth_is_shown_in_money_and_nothing_fails(repository, program):
    base = repository.commit(program(web="m7g.large", api="m7g.large"))
    repository.commit(program(web="m7g.2xlarge", api="m7g.large", db="r7g.large"))
    run = repository.run(base)

    assert (run.ran.returncode, run.outputs["code"]) == (0, "0"), run.ran.stderr
    assert run.outputs["artifact"] == "fleet-infra-live-dev"
    assert run.comment.startswith("### ✅ shop / dev: passed")
    assert "instanceType: m7g.large -&gt; m7g.2xlarge" in run.comment
    assert "| + db " in run.comment
    assert run.summary == run.comment
    before, after = run.json("base.json"), run.json("result.json")
    change = after["cost"]["monthly_usd"]["min"] - before["cost"]["monthly_usd"]["min"]
    assert f"**+{change:,.2f} USD a month** against the baseline" in run.comment


def test_a_violation_fails_and_says_where(repository, program):
    base = repository.commit(program(web="m7g.large"))
    repository.commit(program(web="m7g.large", ios=MAC))
    run = repository.run(base, fail_on="new")

    assert run.outputs["code"] == "1"
    assert "failed: 1 new mandatory finding" in run.comment
    found = [r for r in run.json("fleet.sarif")["runs"][0]["results"] if r["ruleId"] == "FM401"]
    place = found[0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "infra/live/__main__.py"
    assert place["region"]["startLine"] == 4
    assert junitparser.JUnitXml.fromfile(str(run.folder / "fleet.xml")).failures == 1


def test_what_the_base_breaks_already_fails_only_when_everything_counts(repository, program):
    base = repository.commit(program(ios=MAC))
    repository.commit(program(ios=MAC, web="m7g.large"))

    run = repository.run(base, fail_on="new")
    assert (run.outputs["code"], run.json("result.json")["counts"]["mandatory"]) == ("0", 1)
    assert "passed, with 1 mandatory finding of before" in run.comment
    assert repository.run(base, fail_on="any").outputs["code"] == "1"


def test_a_project_that_the_base_does_not_have_is_previewed_without_a_change(repository, program):
    base = repository.commit({"README.md": "nothing yet"})
    repository.commit(program(web="m7g.large", ios=MAC))
    run = repository.run(base, fail_on="new")

    assert run.outputs["code"] == "1"
    assert "the base could not be previewed" in run.ran.stdout
    assert "against the baseline" not in run.comment


def test_a_base_that_cannot_be_fetched_is_no_reason_to_say_nothing(repository, program):
    repository.commit(program(web="m7g.large"))
    run = repository.run("0" * 40)

    assert (run.ran.returncode, run.outputs["code"]) == (0, "0")
    assert run.comment.startswith("### ✅")


def test_outside_of_a_pull_request_there_is_nothing_to_compare_with(repository, program):
    repository.commit(program(web="m7g.large"))
    run = repository.run("", fail_on="new")

    assert run.outputs["code"] == "0"
    assert not (run.folder / "base.json").exists()


def test_a_program_that_raises_replaces_the_comment_of_the_run_before(repository, program):
    """A comment that goes on to say `passed` would be believed."""
    base = repository.commit(program(web="m7g.large"))
    repository.commit(program(web="m7g.large") | {"__main__.py": "raise RuntimeError('broken')\n"})
    run = repository.run(base)

    assert (run.ran.returncode, run.outputs["code"]) == (0, "2")
    assert "could not be previewed" in run.comment
    assert "RuntimeError: broken" in run.ran.stderr


def test_the_base_is_judged_by_the_policies_of_the_head(repository, program):
    """Adopting a stricter rule does not blame a program that did not change."""
    before = program(web="m7g.large")
    base = repository.commit(before)
    pack = {
        "policies/PulumiPolicy.yaml": "version: 0.1.0\nruntime: {name: python, options: {virtualenv: ../env}}\n",
        "policies/__main__.py": (ROOT / "policies" / "__main__.py").read_text(encoding="utf-8"),
        "policies/config.json": '{"required-tags-missing": {"tags": ["owner"]}}',
    }
    repository.commit(before | pack)
    run = repository.run(base, fail_on="new")

    assert run.outputs["code"] == "0", run.ran.stderr
    assert [f["new"] for f in run.json("result.json")["findings"] if f["id"] == "FT701"] == [False]


def test_exempted_findings_are_no_alerts(repository, program):
    exemptions = "- {rule: FM401, resource: ios, owner: mac team, reason: moves soon, expires: 2027-01-01}\n"
    repository.commit(program(ios=MAC) | {"exemptions.yaml": exemptions})
    run = repository.run("")

    assert run.outputs["code"] == "0", run.ran.stderr
    assert run.json("result.json")["counts"]["exempted"] == 1
    assert "FT706" not in {r["ruleId"] for r in run.json("fleet.sarif")["runs"][0]["results"]}


def test_a_program_with_an_environment_of_its_own_gets_it_on_both_sides(repository, program):
    named = {"Pulumi.yaml": "name: shop\nruntime: {name: python, options: {virtualenv: .venv}}\n"}
    base = repository.commit(program(web="m7g.large") | named)
    repository.commit(program(web="m7g.xlarge") | named)
    run = repository.run(base)

    assert run.outputs["code"] == "0", run.ran.stderr
    assert "against the baseline" in run.comment
