"""Identity is a UUIDv7 (RFC 9562, section 5.7): 48 bits of Unix milliseconds, then randomness.

The client makes it, so that a phone without signal can name its report and send it twice without harm;
its leading time is what tables are partitioned by.
"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import uuid6

from gridgov.errors import InputError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def new_id() -> UUID:
    """Return a new UUIDv7 of the present moment."""
    return UUID(int=uuid6.uuid7().int)


def id_at(moment: datetime, entropy: int) -> UUID:
    """Return the UUIDv7 of `moment` whose 74 random bits are the low bits of `entropy`.

    For seeded data and for the bounds of partitions; a given moment and entropy always give the same id.
    """
    milliseconds = (moment - _EPOCH) // timedelta(milliseconds=1)
    random_a = (entropy >> 62) & 0xFFF
    random_b = entropy & ((1 << 62) - 1)
    return UUID(int=(milliseconds << 80) | (0x7 << 76) | (random_a << 64) | (0b10 << 62) | random_b)


def first_id_of(moment: datetime) -> UUID:
    """Return the lowest 128-bit value that a UUIDv7 of `moment` or later can have (a bound, not a valid id).

    No id is older than 1970: for an earlier moment that is the lowest value of all.
    """
    return UUID(int=(max(moment - _EPOCH, timedelta()) // timedelta(milliseconds=1)) << 80)


def moment_of(identifier: UUID) -> datetime:
    """Return the instant that a UUIDv7 carries, to the millisecond.

    Raises
    ------
    InputError
        If `identifier` is not a UUID of version 7.
    """
    if identifier.version != 7:
        message = "The id must be a UUID of version 7: make it with gridgov.ids.new_id() or any RFC 9562 library."
        raise InputError(message, field="id")
    return _EPOCH + timedelta(milliseconds=identifier.int >> 80)
