"""The question about the whole stack, read one resource at a time.

As messages, tens of thousands of resources take three times the memory of the bytes that they came as, and the server
holds a request until it is answered.
"""

from collections.abc import Iterator
from typing import Any

from pulumi.runtime.proto import analyzer_pb2 as proto

__all__ = ["StackQuestion"]

_RESOURCES = proto.AnalyzeStackRequest.RESOURCES_FIELD_NUMBER
_VARINT, _LENGTH_PREFIXED = 0, 2
_FIXED = {1: 8, 5: 4}
"""Bytes of the wire types of fixed length."""


class StackQuestion:
    """A serialized AnalyzeStackRequest; fields that it does not know are passed over, as protobuf does."""

    def __init__(self, data: bytes) -> None:
        """Of bytes as they came; nothing is read yet."""
        self._data = data

    @property
    def resources(self) -> Iterator[Any]:
        """Its AnalyzerResource messages, made as they are asked for.

        The wire format: https://protobuf.dev/programming-guides/encoding/
        """
        at = 0
        while at < len(self._data):
            tag, at = _varint(self._data, at)
            field, kind = tag >> 3, tag & 7
            if kind == _LENGTH_PREFIXED:
                length, at = _varint(self._data, at)
                if field == _RESOURCES:
                    yield proto.AnalyzerResource.FromString(self._data[at : at + length])
                at += length
            elif kind == _VARINT:
                _, at = _varint(self._data, at)
            else:
                at += _FIXED[kind]


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A number of seven bits a byte, the lowest first, and the place after it."""
    found = shift = 0
    while data[at] & 0x80:
        found |= (data[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
    return found | data[at] << shift, at + 1
