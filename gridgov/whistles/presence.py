"""Whether somebody has arrived: by where a device is, how well it knows that, and what its clock is worth."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import asin, cos, radians, sin, sqrt

from shapely import Point, distance
from shapely.geometry.base import BaseGeometry

from gridgov.coordinates import to_plane
from gridgov.whistles.kinds import Vouching, WhistleKind

_BESIDE_DEGREES = 1.0
_EARTH_M = 6_371_000.0


class Verdict(StrEnum):
    """What becomes of a check-in."""

    ACCEPTED = "accepted"
    WAITING = "waiting"
    """It counts, from its own time on, once a second person on site has vouched."""
    REFUSED = "refused"


class Reason(StrEnum):
    """Why a check-in does not count, or not yet."""

    NO_POSITION = "no_position"
    TOO_COARSE = "too_coarse"
    TOO_FAR = "too_far"
    CLOCK_AHEAD = "clock_ahead"
    TOO_LATE = "too_late"
    BEFORE_WHISTLE = "before_whistle"
    NEEDS_VOUCH = "needs_vouch"


class Flag(StrEnum):
    """What a person should look at in a check-in that counts."""

    OFFLINE = "offline"
    """It was sent in later than it happened; the device's time counts."""
    CLOCK_CORRECTED = "clock_corrected"
    """The device's clock was wrong; what passed between arriving and sending was measured by it all the same."""


_SOFT = frozenset({Reason.NO_POSITION, Reason.TOO_COARSE, Reason.NEEDS_VOUCH})

WORDS: dict[Reason, str] = {
    Reason.NO_POSITION: "no position was sent: switch on positioning, or let somebody on site vouch for you",
    Reason.TOO_COARSE: "the position is too coarse: wait for a better one, or let somebody on site vouch for you",
    Reason.TOO_FAR: "the position is too far from the place: check in when you are there",
    Reason.CLOCK_AHEAD: "the device's clock is ahead of ours: set it, and check in again",
    Reason.TOO_LATE: "the arrival is too long ago, or the device's clock is wrong: set it, and check in again",
    Reason.BEFORE_WHISTLE: "the arrival lies before the whistle: check in again with the present time",
    Reason.NEEDS_VOUCH: "a second person on site must vouch for you",
}
"""What a refusal says, and what to do next."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a device is: lon/lat in WGS 84, and the radius in metres that holds it with 68 %."""

    point: Point
    accuracy_m: float | None


@dataclass(frozen=True, slots=True)
class Arrival:
    """What a device says of an arrival, and when the server heard it.

    Attributes
    ----------
    spot
        Where, or None where it does not know.
    device_at
        When it happened, by the device's clock.
    sent_at
        When it was sent, by the same clock; it shows what that clock is worth. None where the sender does not say.
    received_at
        When the server received it, by the server's clock.
    """

    spot: Spot | None
    device_at: datetime
    sent_at: datetime | None
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a check-in is worth; `arrived_at` is None where its time cannot be believed."""

    verdict: Verdict
    arrived_at: datetime | None
    distance_m: float | None
    reasons: tuple[Reason, ...]
    flags: tuple[Flag, ...]


@dataclass(frozen=True, slots=True)
class _Time:
    at: datetime | None
    reasons: tuple[Reason, ...] = ()
    flags: tuple[Flag, ...] = ()


def judge_arrival(arrival: Arrival, place: BaseGeometry, kind: WhistleKind, summoned_at: datetime) -> Judgement:
    """Return whether an arrival counts, and since when.

    Parameters
    ----------
    place
        The incident's geometry, lon/lat in WGS 84.
    kind
        Its geofence, limits and what vouching is worth.
    summoned_at
        When the summons went out: nobody arrives before it.

    Notes
    -----
    A position that is elsewhere beyond what the device can err is refused, whoever vouches; one that is missing or too
    coarse can be vouched for where the kind lets it.
    """
    away = None if arrival.spot is None else distance_m(arrival.spot.point, place)
    time = _time(arrival, kind, summoned_at)
    reasons = (*_where(arrival.spot, away, kind), *time.reasons)
    if not reasons and kind.vouching is Vouching.REQUIRED:
        reasons = (Reason.NEEDS_VOUCH,)
    return Judgement(_verdict(reasons, kind), time.at, away, reasons, time.flags)


def judge_spot(spot: Spot, place: BaseGeometry, kind: WhistleKind) -> Judgement:
    """Return whether somebody who vouches is on site themselves; times play no part."""
    away = distance_m(spot.point, place)
    reasons = _where(spot, away, kind)
    return Judgement(Verdict.REFUSED if reasons else Verdict.ACCEPTED, None, away, reasons, ())


def distance_m(point: Point, place: BaseGeometry) -> float:
    """Return the metres from a point to the nearest of a geometry, both lon/lat in WGS 84.

    Measured in the CGCS2000 3-degree zone of the place; beyond a degree on the sphere, where a zone means nothing.
    """
    here = place.representative_point()
    if max(abs(point.x - here.x), abs(point.y - here.y)) > _BESIDE_DEGREES:
        return _haversine_m(point, here)
    return float(distance(to_plane(point, here.x), to_plane(place, here.x)))


def _haversine_m(one: Point, other: Point) -> float:
    lat_1, lat_2 = radians(one.y), radians(other.y)
    part = sin((lat_2 - lat_1) / 2) ** 2
    part += cos(lat_1) * cos(lat_2) * sin(radians(other.x - one.x) / 2) ** 2
    return 2 * _EARTH_M * asin(min(1.0, sqrt(part)))


def _where(spot: Spot | None, away: float | None, kind: WhistleKind) -> tuple[Reason, ...]:
    if spot is None or away is None:
        return (Reason.NO_POSITION,)
    if spot.accuracy_m is None:
        return (Reason.TOO_COARSE,) if away <= kind.geofence_m else (Reason.TOO_FAR,)
    coarse = spot.accuracy_m > kind.accuracy_limit_m
    if away - (spot.accuracy_m if coarse else 0.0) > kind.geofence_m:
        return (Reason.TOO_FAR,)
    return (Reason.TOO_COARSE,) if coarse else ()


def _time(arrival: Arrival, kind: WhistleKind, summoned_at: datetime) -> _Time:
    skew = kind.skew_within
    sent_at, received_at = arrival.sent_at, arrival.received_at
    if sent_at is None or abs(sent_at - received_at) <= skew:
        return _believed(arrival.device_at, arrival, kind, summoned_at)
    # The clock is wrong, by hours or by years, but it ran: what passed since the arrival is believed.
    passed = sent_at - arrival.device_at
    if passed < -skew:
        return _Time(None, (Reason.CLOCK_AHEAD,))
    if passed > max(kind.late_within, skew):
        return _Time(None, (Reason.TOO_LATE,))
    found = _believed(received_at - passed, arrival, kind, summoned_at)
    return _Time(found.at, found.reasons, (Flag.CLOCK_CORRECTED, *found.flags))


def _believed(at: datetime, arrival: Arrival, kind: WhistleKind, summoned_at: datetime) -> _Time:
    ago, skew = arrival.received_at - at, kind.skew_within
    if ago < -skew:
        return _Time(None, (Reason.CLOCK_AHEAD,))
    if ago > max(kind.late_within, skew):
        return _Time(None, (Reason.TOO_LATE,))
    if at < summoned_at:
        # A clock within its limits may show a moment before the whistle to somebody who checks in right after it.
        just_now = ago <= skew and arrival.received_at >= summoned_at
        return _Time(arrival.received_at) if just_now else _Time(None, (Reason.BEFORE_WHISTLE,))
    return _Time(min(at, arrival.received_at), (), (Flag.OFFLINE,) if ago > skew else ())


def _verdict(reasons: tuple[Reason, ...], kind: WhistleKind) -> Verdict:
    if not reasons:
        return Verdict.ACCEPTED
    if kind.vouching is not Vouching.NONE and _SOFT.issuperset(reasons):
        return Verdict.WAITING
    return Verdict.REFUSED
