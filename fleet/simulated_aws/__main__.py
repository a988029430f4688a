"""The executable: `pulumi-resource-aws [flags] ENGINE_ADDRESS`."""

from fleet.simulated_aws.server import serve

if __name__ == "__main__":
    serve()
