"""The executable: `pulumi-language-python [flags] ENGINE_ADDRESS`."""

import sys

from fleet.engine.real.language_host.server import serve

if __name__ == "__main__":
    serve(sys.argv[1:])
