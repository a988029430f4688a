"""Several files are shown each and in total, and budgets hold over the total."""

import json

CLUSTER = "aws:eks/cluster:Cluster"


def state(folder, stack, clusters):
    """A state export with so many EKS clusters (73 USD a month each)."""
    root = f"urn:pulumi:{stack}::shop::pulumi:pulumi:Stack::shop-{stack}"
    resources = [{"urn": root, "type": "pulumi:pulumi:Stack", "custom": False, "inputs": {}, "outputs": {}}]
    resources += [
        {
            "urn": f"urn:pulumi:{stack}::shop::{CLUSTER}::c{number}",
            "type": CLUSTER,
            "custom": True,
            "id": f"c{number}",
            "parent": root,
            "inputs": {"region": "us-east-1", "tags": {"owner": "a", "cost-center": "b", "environment": "prod"}},
            "outputs": {},
        }
        for number in range(clusters)
    ]
    path = folder / f"{stack}.json"
    path.write_text(json.dumps({"version": 3, "deployment": {"resources": resources}}))
    return str(path)


def test_each_stack_has_its_sum_and_the_total_is_their_sum(example, fleet):
    ran = fleet("check", state(example, "prod", 2), state(example, "dev", 1), "--today", "2026-12-01")

    lines = ran.out.splitlines()
    assert next(line for line in lines if line.startswith("shop-prod  Stack")).split()[-1] == "146.00"
    assert next(line for line in lines if line.startswith("shop-dev  Stack")).split()[-1] == "73.00"
    assert next(line for line in lines if line.startswith("Total")).split()[1] == "219.00"


def test_a_budget_holds_over_the_total(example, fleet):
    (example / "limits.json").write_text(json.dumps({"monthly-budget-exceeded": {"monthly_usd": 200}}))
    files = [state(example, "prod", 2), state(example, "dev", 1)]

    alone = [fleet("check", file, "--policy-config", "limits.json").code for file in files]
    both = fleet("check", *files, "--policy-config", "limits.json", "--format", "json")

    assert alone == [0, 0]
    assert both.code == 1
    assert [f["id"] for f in json.loads(both.out)["findings"] if f["level"] == "mandatory"] == ["FC101"]


def test_the_same_file_twice_is_refused(example, fleet):
    file = state(example, "prod", 1)

    ran = fleet("check", file, file)

    assert ran.code == 2
    assert "two files hold the stack shop/prod" in ran.err
