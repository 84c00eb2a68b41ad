"""Evidence: photos and short videos, cleaned of what their files tell beside the picture."""

from gridgov.evidence.allowance import DAY, Allowance, Used
from gridgov.evidence.cleaning import Cleaned, clean
from gridgov.evidence.kinds import ACCEPTED, Kind, sniff
from gridgov.evidence.names import display_name
from gridgov.evidence.parts import (
    ABANDONED_AFTER,
    LINGERING,
    PART_BYTES,
    Announcement,
    part_count,
    part_length,
    require_announceable,
)
from gridgov.evidence.told import Told

__all__ = [
    "ABANDONED_AFTER",
    "ACCEPTED",
    "DAY",
    "LINGERING",
    "PART_BYTES",
    "Allowance",
    "Announcement",
    "Cleaned",
    "Kind",
    "Told",
    "Used",
    "clean",
    "display_name",
    "part_count",
    "part_length",
    "require_announceable",
    "sniff",
]
