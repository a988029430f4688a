"""The seam to AWS: who makes clients, and what their errors mean."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from fleet.errors import MissingError

__all__ = ["Clients", "Denied", "boto3_clients", "translated"]

Clients = Callable[[str, str], Any]
"""(service, region) -> a boto3 client, or a fake of one."""

_ATTEMPTS = 5
_CONNECT_SECONDS = 10
_READ_SECONDS = 60
_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError"})
_NO_LOGIN = frozenset({"AuthFailure", "ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId"})
_NO_LOGIN |= {"UnrecognizedClientException", "SignatureDoesNotMatch", "OptInRequired", "RequestExpired"}


class Denied(Exception):  # noqa: N818  (a fact about a call, not a failure of the refresh)
    """AWS refused one call; `code` says why, '' when the permission for it is missing."""

    def __init__(self, action: str, code: str = "") -> None:
        self.action = action
        self.code = code
        super().__init__(action)


def boto3_clients(profile: str | None = None) -> Clients:
    """Clients of the user's own account, with bounded retries and timeouts. MissingError without boto3 or profile."""
    try:
        import boto3  # noqa: PLC0415  (an extra: only the refresh needs it)
        from botocore.config import Config  # noqa: PLC0415
        from botocore.exceptions import ProfileNotFound  # noqa: PLC0415
    except ImportError as exc:
        raise MissingError("boto3 is not installed; run 'pip install fleet-planner[aws]'") from exc
    try:
        session = boto3.Session(profile_name=profile)
    except ProfileNotFound as exc:
        raise MissingError(f"AWS profile {profile!r} is not configured; see 'aws configure list-profiles'") from exc
    config = Config(
        retries={"total_max_attempts": _ATTEMPTS, "mode": "standard"},
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
    )
    make: Callable[..., Any] = session.client
    return cache(lambda service, region: make(service, region_name=region, config=config))


@contextmanager
def translated(action: str) -> Iterator[None]:
    """Errors of boto3 as ours: Denied for one refused call, MissingError without credentials or network."""
    from botocore.exceptions import (  # noqa: PLC0415  (see boto3_clients)
        BotoCoreError,
        ClientError,
        NoCredentialsError,
        PartialCredentialsError,
    )

    try:
        yield
    except ClientError as exc:
        code = str(exc.response.get("Error", {}).get("Code", ""))
        if code in _DENIED:
            raise Denied(action) from exc
        if code in _NO_LOGIN:
            raise MissingError(f"AWS does not accept the credentials ({code}); log in again") from exc
        raise Denied(action, code) from exc
    except (NoCredentialsError, PartialCredentialsError) as exc:
        raise MissingError("no AWS credentials were found; log in, or give --profile") from exc
    except BotoCoreError as exc:
        raise MissingError(f"AWS cannot be reached for {action}: {exc}; the old snapshot stays") from exc
