"""An upload in parts: what may be announced, and how it is cut."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from gridgov.errors import InputError
from gridgov.ids import moment_of

PART_BYTES = 4_194_304
"""Four mebibytes: at a weak signal's 1 Mbit/s half a minute, which is what breaking off costs at most."""

NAME_LIMIT = 500

ABANDONED_AFTER = timedelta(days=3)
"""A phone that was offline over a weekend still completes what it began on Friday."""

LINGERING = timedelta(minutes=10)
"""So long after an upload is closed what it sent is removed: parts that were on their way then have come."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a sender says of a file before sending it; the id becomes the evidence's."""

    id: UUID
    incident_id: UUID | None
    whistle_id: UUID | None
    name: str
    media_type: str
    size: int
    sha256: bytes


def require_announceable(announced: Announcement, *, most: int) -> None:
    """Refuse a file that will not be taken, before it is sent.

    Raises
    ------
    InputError
        An id that is no UUIDv7, neither or both of incident and whistle, an empty or too large file.
    """
    moment_of(announced.id)
    if (announced.incident_id is None) == (announced.whistle_id is None):
        message = "Say what the file belongs to: incident_id or whistle_id, one of them."
        raise InputError(message, field="incident_id")
    if announced.size < 1:
        message = "The file is empty: there is nothing to attach."
        raise InputError(message, field="size")
    if announced.size > most:
        message = f"The file has {announced.size} bytes, at most {most} are taken: shorten the video."
        raise InputError(message, field="size", details=[{"most": most}])
    if not announced.name.strip() or len(announced.name) > NAME_LIMIT or "\x00" in announced.name:
        message = f"The name is empty, longer than {NAME_LIMIT} characters, or holds a NUL: give it a plain one."
        raise InputError(message, field="name")


def part_count(size: int, part_size: int) -> int:
    """Return how many parts a file is cut into."""
    return -(-size // part_size)


def part_length(size: int, part_size: int, number: int) -> int:
    """Return how many bytes part `number` (from 1) has: all are full, only the last may be shorter.

    Raises
    ------
    InputError
        If the file has no such part.
    """
    count = part_count(size, part_size)
    if not 1 <= number <= count:
        message = f"There is no part {number}: this file has parts 1 to {count}."
        raise InputError(message, field="number")
    return part_size if number < count else size - part_size * (count - 1)
