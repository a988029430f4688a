"""The fleet components as a Pulumi plugin: `pulumi package add <this folder>` makes an SDK for any language."""

import sys
from importlib.metadata import version

from pulumi.provider import main

from fleet.resources.hosted import FleetProvider

if __name__ == "__main__":
    main(FleetProvider(version("fleet-planner")), sys.argv[1:])
