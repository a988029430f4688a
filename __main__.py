"""The fleet of fleet.yaml, as `fleet plan` decided it. A lock that does not match the spec stops the program here."""

import pulumi

from fleet.resources import Fleet, args_from_config

args = args_from_config(pulumi.Config("fleet"))
fleet = Fleet(args.spec.name, args)

pulumi.export("monthly_usd", fleet.monthly_usd)
pulumi.export("one_off_usd", fleet.one_off_usd)
pulumi.export("hourly_usd", fleet.hourly_usd)
pulumi.export("groups", fleet.groups)
