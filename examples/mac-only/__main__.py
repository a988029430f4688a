"""Planned Mac hosts, declared. Protected, so that no `up` or `destroy` gives a host back by mistake."""

import pulumi

from fleet.resources import Fleet, args_from_config

args = args_from_config(pulumi.Config("fleet"))
fleet = Fleet(args.spec.name, args)

pulumi.export("groups", fleet.groups)
pulumi.export("monthly_usd", fleet.monthly_usd)
