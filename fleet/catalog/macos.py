"""Releases of macOS on EC2: which AWS has images of, and how the parameters that name them are called."""

from datetime import date

__all__ = ["MACOS_RELEASES", "NEWEST_IMAGE"]

MACOS_RELEASES = {13: "ventura", 14: "sonoma", 15: "sequoia", 26: "tahoe"}
"""Major -> name in `/aws/service/ec2-macos/NAME/ARCHITECTURE/latest/image_id`; oldest first (EC2 user guide)."""

NEWEST_IMAGE = (27, date(2026, 9, 23))
"""Newest major macOS of which AWS publishes images, and the day of that release (EC2 macOS AMI release notes)."""
