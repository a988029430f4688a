"""Breaks every rule of the policy pack. `fleet preview --policy-config policies.json` reports them all and exits 1."""

import accelerators
import cost
import mac
import work

cost.declare()
work.declare()
accelerators.declare()
mac.declare()
