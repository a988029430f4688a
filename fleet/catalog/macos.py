"""Releases of macOS on EC2: which AWS has images of, how the parameters that name them are called, what runs them."""

import re
from datetime import date

from fleet.catalog.model import MacHost

__all__ = ["MACOS_RELEASES", "NEWEST_IMAGE", "macos_version", "may_run"]

_NUMBER = re.compile(r"\d+(?:\.\d+)*")

MACOS_RELEASES = {13: "ventura", 14: "sonoma", 15: "sequoia", 26: "tahoe"}
"""Major -> name in `/aws/service/ec2-macos/NAME/ARCHITECTURE/latest/image_id`; oldest first (EC2 user guide)."""

NEWEST_IMAGE = (27, date(2026, 9, 23))
"""Newest major macOS of which AWS publishes images, and the day of that release (EC2 macOS AMI release notes)."""


def macos_version(text: str) -> tuple[int, ...]:
    """The numbers of a macOS version in a text such as 'Sequoia 15.6'; () where there is none."""
    found = _NUMBER.search(text)
    return tuple(int(part) for part in found.group().split(".")) if found else ()


def may_run(mac: MacHost, wanted: tuple[int, ...]) -> bool:
    """Whether nothing that is known keeps a Mac from a macOS: its oldest, its newest, and AWS's newest image.

    A release without a minor version stands for all of it: a Mac from 15.6 on runs 15.
    """
    oldest, newest = macos_version(mac.oldest_macos or ""), macos_version(mac.newest_macos or "")
    newest = newest or (NEWEST_IMAGE[0],)
    return oldest[: len(wanted)] <= wanted and newest >= wanted[: len(newest)]
