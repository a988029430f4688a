"""The only place that reads a user's AWS account: a new catalog snapshot from its own APIs."""

from fleet.aws.clients import Clients, boto3_clients
from fleet.aws.permissions import ACTIONS, iam_policy
from fleet.aws.refresh import Missing, Refreshed, refresh

__all__ = ["ACTIONS", "Clients", "Missing", "Refreshed", "boto3_clients", "iam_policy", "refresh"]
