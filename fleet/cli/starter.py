"""The files that `fleet init` writes: a spec to edit, the program, its settings, and a workflow for pull requests."""

__all__ = ["WORKFLOW", "starter_files"]

WORKFLOW = ".github/workflows/fleet.yml"
"""Where the workflow for pull requests is, in the folder."""

_UNKNOWN = "fleet-planner @ git+https://github.com/OWNER/REPOSITORY@REVISION"
_REPLACE = "    # replace by the repository that holds fleet, the one place in this file to change"

_SPEC = """\
# What must run. Edit it, then run `fleet plan` and `fleet preview`.
# `fleet schema > fleet.schema.json` gives editors completion: docs/spec.md of fleet explains every field.
version: 1
name: {name}
region: us-east-1
tags: {{owner: you@example.com, cost-center: none, environment: production}}
# budget: {{monthly_usd: 10000}}       # a month's recurring cost plus one-off jobs; `fleet preview` fails above it

candidates:                          # what services and batch work may run on; leave out what does not matter
  architectures: [arm64, x86_64]     # Graviton, and Intel and AMD
  categories: [c, m, r]
  min_generation: 6

workloads:
  - name: web                        # replicas of a service
    kind: service
    replicas: 6
    per_replica: {{vcpus: 2, memory_gib: 3.5}}     # not 4: a node of 8 GiB holds two and the operating system
    zone_spread: 3

  # - name: nightly                  # batch work that may be interrupted, and so may run on spot
  #   kind: batch
  #   vcpu_hours: 2000               # of one run
  #   runs_per_month: 22
  #   memory_gib_per_vcpu: 4
  #   deadline_hours: 6
  #   interruptible: true

  # - name: chat                     # a model that is served
  #   kind: inference
  #   framework: vllm
  #   accelerator_stacks: [cuda]
  #   model_memory_gib: 40
  #   tokens_per_second: 5000
  #   throughput: {{l40s: 1500}}       # tokens a second of one accelerator: measure your own model

  # - name: ios                      # builds that need a Mac
  #   kind: apple_builds
  #   platforms: [ios]
  #   builds_per_weekday: 60
  #   minutes_per_build: 12          # on reference_chip: measure your own builds
  #   reference_chip: m2
"""

_PULUMI = """\
name: {name}
description: A fleet planned by fleet
runtime:
  name: python
"""

_PROGRAM = '''\
"""The fleet of fleet.yaml, as `fleet plan` decided it. A lock that does not match the spec stops the program here."""

import pulumi

from fleet.resources import Fleet, args_from_config

args = args_from_config(pulumi.Config("fleet"))
fleet = Fleet(args.spec.name, args)

pulumi.export("monthly_usd", fleet.monthly_usd)
pulumi.export("one_off_usd", fleet.one_off_usd)
'''

_WORKFLOW = """\
# On every pull request: is the lock fresh, what does the fleet cost, and does it keep the policies?
# Needs no AWS and no Pulumi account: `fleet preview` runs the program in process.
name: fleet
on: pull_request
permissions:
  contents: read
env:
  FLEET: "{requirement}"{replace}
jobs:
  preview:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.11"
      - run: pip install "$FLEET"
      - run: fleet plan --check
      - run: fleet preview --format markdown --output preview.md
      - if: always()
        run: cat preview.md >> "$GITHUB_STEP_SUMMARY"
"""


def starter_files(name: str, requirement: str | None) -> dict[str, str]:
    """Path in the folder -> text of each file, for a fleet of that name.

    `requirement` installs fleet (PEP 508); None leaves a place to fill in, and says so there.
    """
    workflow = _WORKFLOW.replace("{requirement}", requirement or _UNKNOWN)
    return {
        "fleet.yaml": _SPEC.format(name=name),
        "Pulumi.yaml": _PULUMI.format(name=name),
        "__main__.py": _PROGRAM,
        WORKFLOW: workflow.replace("{replace}", "" if requirement else _REPLACE),
    }
