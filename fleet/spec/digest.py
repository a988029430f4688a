"""The fingerprint of a spec: of its values, so that comments, order of keys and spelled-out defaults do not count."""

import hashlib
import json

from fleet.spec.model import FleetSpec

__all__ = ["spec_sha256"]


def spec_sha256(spec: FleetSpec) -> str:
    """SHA-256 (hex) of the values of a spec with defaults filled in."""
    values = spec.model_dump(mode="json", by_alias=True)
    text = json.dumps(_plain(values), sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: object) -> object:
    """The value with whole floats as integers: 4 and 4.0 are one value to whoever writes them."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
