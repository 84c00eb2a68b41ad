"""Evidence: photos and short videos, cleaned of what their files tell beside the picture."""

from gridgov.evidence.cleaning import Cleaned, clean
from gridgov.evidence.kinds import ACCEPTED, Kind, sniff
from gridgov.evidence.names import display_name
from gridgov.evidence.parts import PART_BYTES, Announcement, part_count, part_length, require_announceable
from gridgov.evidence.told import Told

__all__ = [
    "ACCEPTED",
    "PART_BYTES",
    "Announcement",
    "Cleaned",
    "Kind",
    "Told",
    "clean",
    "display_name",
    "part_count",
    "part_length",
    "require_announceable",
    "sniff",
]
