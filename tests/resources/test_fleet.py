"""A planned fleet becomes real resources, with the inputs that a careful reviewer asks for."""


def test_every_workload_has_groups(declare_fleet):
    """Each workload of the plan is served by groups that the fleet's output names."""
    declared = declare_fleet()

    served = set(declared.outputs["groups"])
    assert served == {"web", "worker", "licensing", "nightly", "pretrain", "chat", "embed", "live", "ios"}


def test_totals_are_the_plans(declare_fleet):
    """The stack's outputs repeat the totals of the plan."""
    outputs = declare_fleet().outputs

    assert (outputs["monthly_usd"], outputs["one_off_usd"]) == (12345.67, 55000.0)
