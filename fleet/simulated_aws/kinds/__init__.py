"""Every resource type that the provider knows, by token."""

from functools import lru_cache

from fleet.simulated_aws.kind import Kind
from fleet.simulated_aws.kinds import (
    balancing,
    batch,
    compute,
    eks,
    endpoints,
    identity,
    licensing,
    network,
    scaling,
    security,
)

__all__ = ["kind_of", "known_types"]

_AREAS = (balancing, batch, compute, eks, endpoints, identity, licensing, network, scaling, security)


def kind_of(token: str) -> Kind | None:
    """What is known about a type, None for a type that is not known."""
    return _kinds().get(token)


def known_types() -> tuple[str, ...]:
    """All tokens, sorted."""
    return tuple(sorted(_kinds()))


@lru_cache(maxsize=1)
def _kinds() -> dict[str, Kind]:
    return {kind.token: kind for area in _AREAS for kind in area.KINDS}
