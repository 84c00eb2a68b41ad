"""A report as it comes in, whatever door it came through, and the rules it must meet."""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from shapely import to_wkt
from shapely.geometry.base import BaseGeometry

from gridgov.clock import SHANGHAI
from gridgov.errors import InputError
from gridgov.ids import first_id_of, moment_of

TEXT_LIMIT = 10_000
"""Characters a report's text may have: ten times the longest hotline transcript one would read to its end."""

ADDRESS_LIMIT = 500
NAME_LIMIT = 200

CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far a reporter's clock may run ahead before its time counts as being in the future."""

EARLIEST = datetime(1990, 1, 1, tzinfo=ZoneInfo("UTC"))
"""Before this, no city had a hotline: an older time is a phone whose battery died."""

_BEYOND_CALENDAR = first_id_of(datetime(9999, 1, 1, tzinfo=ZoneInfo("UTC")))
"""From here on an id's own moment cannot be written as a date; any earlier one, however wrong, is taken."""

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class Channel(StrEnum):
    """Where a report came from."""

    GRID_WORKER = "grid_worker"
    HOTLINE = "hotline_12345"
    RESIDENT = "resident_app"
    CAMERA = "camera"
    INSPECTION = "inspection"
    PROACTIVE = "proactive"
    """Nobody complained: something stood out in what was reported, and a person confirmed that it is worth a case."""

    @property
    def is_field(self) -> bool:
        """Whether people on the ground report by it; the others belong to whoever keeps them for a district."""
        return self in {Channel.GRID_WORKER, Channel.INSPECTION}


class Placement(StrEnum):
    """What locating found out: kept as data, never silently resolved."""

    LOCATED = "located"
    """In one cell, beyond reasonable doubt."""
    DOUBTFUL = "doubtful"
    """Most likely in one cell, but the accuracy reaches into others; the probabilities are kept."""
    CROSSING = "crossing"
    """An extent over several cells; the shares are kept."""
    OUTSIDE = "outside"
    """A position in no cell of the grid."""
    UNPLACED = "unplaced"
    """No position, and the address is unknown or names several places: a person must place it."""


class Finding(StrEnum):
    """What a person should look at in a report that was taken in all the same."""

    ADDRESS_UNSURE = "address_unsure"
    ADDRESS_UNKNOWN = "address_unknown"
    NOT_ADMITTED = "matter_not_admitted"
    NO_STREET_OFFICE = "no_street_office"
    POSSIBLE_DUPLICATE = "possible_duplicate"
    POSITION_FAR_FROM_ADDRESS = "position_far_from_address"


@dataclass(frozen=True, slots=True)
class GivenPosition:
    """A position exactly as given: `geometry` has x, y in the axis order east, north of `datum`."""

    datum: str
    geometry: BaseGeometry
    accuracy_m: float | None = None


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who reported. Kept in a table of its own and masked wherever it is not needed."""

    name: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """One report. `id` is a UUIDv7 made by whoever sends it; sent twice it is stored once."""

    id: UUID
    reported_at: datetime
    channel: Channel
    matter: str
    text: str
    position: GivenPosition | None = None
    address: str | None = None
    external_number: str | None = None
    district_code: str | None = None
    reporter: Reporter | None = None

    def digest(self) -> bytes:
        """Return the SHA-256 of everything the report says: two reports with one id must have one digest."""
        return hashlib.sha256(json.dumps(self._canonical(), sort_keys=True, ensure_ascii=False).encode()).digest()

    def public_digest(self) -> bytes:
        """Return the SHA-256 of the report without its reporter.

        With the rest known, a phone number could be found from `digest` by trying them all.
        """
        return replace(self, reporter=None).digest()

    def _canonical(self) -> dict[str, Any]:
        position = self.position
        return {
            "id": str(self.id),
            "reported_at": self.reported_at.isoformat(),
            "channel": self.channel.value,
            "matter": self.matter,
            "text": self.text,
            "address": self.address,
            "external_number": self.external_number,
            "district_code": self.district_code,
            "reporter": [self.reporter.name, self.reporter.phone] if self.reporter else None,
            "position": [position.datum, to_wkt(position.geometry, rounding_precision=-1), position.accuracy_m]
            if position
            else None,
        }


def require_valid(report: Report, *, now: datetime) -> None:
    """Refuse a report that cannot be taken in, naming the field and what to do.

    Raises
    ------
    InputError
        A time in the future or long past, no place at all, a text that is too long or holds a NUL.
    """
    _require_id(report.id)
    _require_time(report.reported_at, now)
    if report.position is None and not (report.address or "").strip():
        message = "The report says nothing about where: give a position or an address."
        raise InputError(message, field="position")
    require_text(report.text, "text", TEXT_LIMIT)
    require_text(report.address or "-", "address", ADDRESS_LIMIT)
    require_text(report.external_number or "-", "external_number", NAME_LIMIT)
    if report.reporter:
        require_text(report.reporter.name or "-", "reporter.name", NAME_LIMIT)
        require_text(report.reporter.phone or "-", "reporter.phone", NAME_LIMIT)


def _require_id(identifier: UUID) -> None:
    if identifier.version == 7 and identifier.int >= _BEYOND_CALENDAR.int:
        message = "The id says it was made after the year 9998: check the clock of the sender."
        raise InputError(message, field="id")
    moment_of(identifier)


def _require_time(reported_at: datetime, now: datetime) -> None:
    if reported_at > now + CLOCK_TOLERANCE:
        message = f"The report is from the future ({reported_at.isoformat()}): check the clock of the sender."
        raise InputError(message, field="reported_at")
    if reported_at < EARLIEST:
        message = f"The report is from {reported_at.year}: check the clock of the sender."
        raise InputError(message, field="reported_at")


def require_text(text: str, field: str, limit: int) -> None:
    """Refuse words that are empty, too long, or no text at all.

    Raises
    ------
    InputError
        Naming the field.
    """
    if not text.strip():
        message = "This is empty: say in a few words what is the matter."
        raise InputError(message, field=field)
    if len(text) > limit:
        message = f"This has {len(text)} characters; at most {limit} fit. Shorten it, or attach it as a file."
        raise InputError(message, field=field)
    if "\x00" in text or any(0xD800 <= ord(c) <= 0xDFFF for c in text):
        message = "This holds a character that is no text (NUL or half a surrogate pair): remove it."
        raise InputError(message, field=field)


def public_number(district_code: str, identifier: UUID) -> str:
    """Return the number people read out on the phone: district, day, eight signs (``370102-260615-7K3M9QXA``).

    The day is Shanghai's; the signs are 40 of the id's random bits in Crockford's base 32, which has no I, L, O, U.
    """
    day = moment_of(identifier).astimezone(SHANGHAI).strftime("%y%m%d")
    bits = identifier.int & ((1 << 40) - 1)
    signs = "".join(_CROCKFORD[(bits >> shift) & 31] for shift in range(35, -1, -5))
    return f"{district_code}-{day}-{signs}"
