"""Kinds of whistle: who may blow it, who answers, and every limit it is judged by. All of it is data."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from gridgov.errors import InputError
from gridgov.organisations import Organisation, OrganisationBook, OrganisationKind


class IssuerLevel(StrEnum):
    """Who blows: a street, a community inside it, the chief of a lane; a district only where a kind lets it."""

    DISTRICT = "district"
    STREET = "street"
    COMMUNITY = "community"
    LANE_CHIEF = "lane_chief"


class Answerer(StrEnum):
    """Who comes when a whistle is blown."""

    DISTRICT = "district"
    DEPARTMENT = "department"
    STREET_SECTION = "street_section"
    ENTERPRISE = "enterprise"


class Vouching(StrEnum):
    """What the word of a second person on site is worth."""

    NONE = "none"
    """Nothing: the device's position decides."""
    ACCEPTED = "accepted"
    """It stands in for a position that is missing or too coarse, never for one that lies elsewhere."""
    REQUIRED = "required"
    """Nobody has arrived until somebody else on site says so."""


_ANSWERERS = {
    OrganisationKind.GOVERNMENT: Answerer.DISTRICT,
    OrganisationKind.DEPARTMENT: Answerer.DEPARTMENT,
    OrganisationKind.STATION: Answerer.DEPARTMENT,
    OrganisationKind.STREET_OFFICE: Answerer.STREET_SECTION,
    OrganisationKind.ENTERPRISE: Answerer.ENTERPRISE,
}

_ROLES = {
    "street_officer": IssuerLevel.STREET,
    "community_officer": IssuerLevel.COMMUNITY,
    "lane_chief": IssuerLevel.LANE_CHIEF,
    "command_centre": IssuerLevel.DISTRICT,
}

_BY_DIGITS = {9: IssuerLevel.STREET, 12: IssuerLevel.COMMUNITY, 15: IssuerLevel.LANE_CHIEF}

_ISSUERS = frozenset({IssuerLevel.STREET, IssuerLevel.COMMUNITY, IssuerLevel.LANE_CHIEF})
_COMING = frozenset({Answerer.DEPARTMENT, Answerer.STREET_SECTION, Answerer.ENTERPRISE})


def issuer_level(role: str, area_code: str) -> IssuerLevel:
    """Return the level at which a holder of `role` over `area_code` blows; a local role goes by the code's length."""
    return _ROLES.get(role) or _BY_DIGITS.get(len(area_code), IssuerLevel.DISTRICT)


def answerer(organisation: Organisation, book: OrganisationBook) -> Answerer | None:
    """Return as what an organisation answers a whistle, or None where it never does.

    A station answers as what it is a part of: a section of a street's office is no department.
    """
    if organisation.kind is OrganisationKind.STATION and book.of_the_street(organisation):
        return Answerer.STREET_SECTION
    return _ANSWERERS.get(organisation.kind)


@dataclass(frozen=True, slots=True)
class WhistleKind:
    """A kind of whistle and its numbers. Minutes of whistles are minutes of the wall clock, day and night.

    Attributes
    ----------
    check_in_within
        How long a summoned department has to be on site: 30 minutes in Pinggu, Beijing, where the practice began
        (Beijing Municipal Party Committee, "Streets blow the whistle, departments check in", February 2018).
    confirm_within
        How long each side of a combined whistle has to confirm it before it escalates to the common parent.
    min_share
        The least share of the footprint that makes a street a side.
    measure_within
        How long after its arrival a department has to file its measure.
    close_within
        How long after the whistle was blown every side should have closed.
    issuers, answerers
        Who may blow it, and who comes.
    geofence_m
        How far from the incident's geometry an arrival may be, metres in the CGCS2000 zone of the place.
    accuracy_limit_m
        The coarsest position that shows an arrival, metres (radius of 68 %).
    late_within
        How long after an arrival it may be sent in by a phone that had no signal.
    skew_within
        How far a device's clock may differ from the server's.
    vouching
        What the word of a second person on site is worth.
    source
        Where the numbers come from.
    retired
        A kind that is blown no more; whistles of it live on.
    """

    code: str
    name: str
    check_in_within: timedelta
    confirm_within: timedelta
    min_share: float
    name_en: str = ""
    measure_within: timedelta = timedelta(days=1)
    close_within: timedelta = timedelta(days=7)
    issuers: frozenset[IssuerLevel] = _ISSUERS
    answerers: frozenset[Answerer] = _COMING
    geofence_m: float = 200.0
    accuracy_limit_m: float = 100.0
    late_within: timedelta = timedelta(hours=12)
    skew_within: timedelta = timedelta(minutes=5)
    vouching: Vouching = Vouching.ACCEPTED
    source: str = ""
    retired: bool = False


_LONGEST = timedelta(days=366)


def require_sound(kind: WhistleKind) -> None:
    """Refuse a kind whose numbers cannot be lived by.

    Raises
    ------
    InputError
        Naming the number and its limits.
    """
    spans = {
        "check_in_minutes": kind.check_in_within,
        "confirm_minutes": kind.confirm_within,
        "measure_minutes": kind.measure_within,
        "close_minutes": kind.close_within,
    }
    for name, span in spans.items():
        _require(timedelta(minutes=1) <= span <= _LONGEST, name, "from one minute to a year")
    _require(timedelta(0) <= kind.late_within <= _LONGEST, "late_minutes", "from zero to a year")
    _require(timedelta(0) <= kind.skew_within <= timedelta(days=1), "skew_minutes", "from zero to a day")
    _require(0 < kind.min_share <= 1, "min_share", "above 0 and at most 1")
    _require(10 <= kind.geofence_m <= 20_000, "geofence_m", "from 10 to 20 000 metres")
    _require(1 <= kind.accuracy_limit_m <= 20_000, "accuracy_limit_m", "from 1 to 20 000 metres")
    _require(bool(kind.issuers), "issuers", "at least one level")
    _require(bool(kind.answerers), "answerers", "at least one sort of organisation")


def _require(sound: bool, field: str, limits: str) -> None:  # noqa: FBT001 - reads as a sentence
    if not sound:
        message = f"The kind's {field} must be {limits}: correct it and send the kind again."
        raise InputError(message, field=field)
