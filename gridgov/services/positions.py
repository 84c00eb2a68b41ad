"""Positions of staff: on duty only, said by the person, exact for some days, kept for some weeks, every look logged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

from gridgov.access import Caller
from gridgov.clock import Clock
from gridgov.coordinates import Datum, point_to_wgs84
from gridgov.errors import ConflictError, GridgovError, InputError, NotAllowedError, NotFoundError
from gridgov.ids import moment_of
from gridgov.lateness import Device, believed
from gridgov.settings import Settings
from gridgov.store.positions import Holder, Shift, Sighting
from gridgov.store.unit import Store, Unit

__all__ = ["Given", "Own", "Positions", "Refused", "Shift"]

MOST = 500
"""Positions of one batch."""
LATE = timedelta(hours=24)
"""So old may a position be that was kept on a phone without signal."""
AHEAD = timedelta(minutes=2)
"""So far may a phone's clock be ahead."""
NEW = timedelta(minutes=15)
"""Whoever was not heard of for so long is not shown to others."""
SHOWN = timedelta(days=31)
_PURPOSE = (4, 200)
_MOST_SHOWN = 5_000


@dataclass(frozen=True, slots=True)
class Given:
    """A position as a phone says it, in a stated datum."""

    at: datetime
    datum: str
    lon: float
    lat: float
    accuracy_m: float | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A position of a batch that was not kept: its place in the batch, and why."""

    index: int
    reason: str


@dataclass(frozen=True, slots=True)
class Own:
    """What is kept about a person: shifts, positions, and who looked."""

    shifts: list[Shift]
    positions: list[dict[str, Any]]
    looks: list[dict[str, Any]]


class Positions:
    """Takes and shows positions.

    Parameters
    ----------
    store
        Where they are kept, for a short time.
    clock
        Tells when they came.
    longest
        After so long a shift ends by itself: whoever forgets to end it is not watched at home.
    """

    def __init__(self, store: Store, *, clock: Clock, longest: timedelta) -> None:
        self._store = store
        self._clock = clock
        self._longest = longest

    @classmethod
    def configured(cls, store: Store, settings: Settings, *, clock: Clock) -> Self:
        """Return the service as an installation's settings want it."""
        return cls(store, clock=clock, longest=timedelta(hours=settings.shift_hours))

    def start(self, caller: Caller, shift_id: UUID, began: Device | None = None) -> Shift:
        """Begin to be on duty, from now on; the same id again is the same shift.

        Parameters
        ----------
        began
            When it began by the phone's clock, where that had no signal; the shift covers the time from then on.

        Raises
        ------
        NotAllowedError
            If the account is no person's, or no role of theirs goes on duty.
        ConflictError
            If the person is on duty already, or the id stands for a shift that began at another moment.
        InputError
            If it began in the future, or too long ago.
        """
        moment_of(shift_id)
        now = self._clock()
        began_at = now if began is None else believed(began, received_at=now, longest=SHOWN, field="started_at")
        with self._store.acting(caller, now=now) as unit:
            holder = _holder(unit)
            said = {"began_at": began_at, "device_at": began.at if began else None}
            unit.positions.start(holder, shift_id, now=now, due_at=began_at + self._longest, **said)
            found = unit.positions.shift(holder, shift_id)
            if found is None:
                message = "You are on duty already: end that shift first (GET /api/v1/me/positions names it, for the "
                message += "account that began it)."
                raise ConflictError(message, field="id")
            if began is not None and found.device_started_at != began.at:
                message = "This id already stands for another shift: begin another one under a new id."
                raise ConflictError(message, field="id")
            return found

    def end(self, caller: Caller, shift_id: UUID, ended: Device | None = None) -> Shift:
        """End a shift now; one that has ended stays as it is.

        Parameters
        ----------
        ended
            When it ended by the phone's clock, where that had no signal.

        Raises
        ------
        NotAllowedError
            As for `start`.
        NotFoundError
            If the account has no such shift.
        InputError
            If it ended in the future, or too long ago.
        """
        now = self._clock()
        at = None if ended is None else believed(ended, received_at=now, longest=SHOWN, field="ended_at")
        with self._store.acting(caller, now=now) as unit:
            holder = _holder(unit)
            unit.positions.end(holder, shift_id, now=now, ended_at=at, device_at=ended.at if ended else None)
            found = unit.positions.shift(holder, shift_id)
            if found is None:
                message = f"You have no shift {shift_id}: GET /api/v1/me/positions names yours."
                raise NotFoundError(message, field="shift_id")
            return found

    def add(self, caller: Caller, batch: Sequence[Given]) -> tuple[int, list[Refused]]:
        """Keep the positions of a batch that were taken on duty, and return how many were new, and what was refused.

        Raises
        ------
        InputError
            If the batch is too large.
        NotAllowedError
            As for `start`.
        """
        if len(batch) > MOST:
            message = f"A batch holds {MOST} positions at most: send several."
            raise InputError(message, field="positions")
        now = self._clock()
        with self._store.acting(caller, now=now) as unit:
            holder = _holder(unit)
            shifts = unit.positions.shifts(holder, since=now - LATE)
            judged = [_judged(given, shifts, now) for given in batch]
            kept = [one for one in judged if isinstance(one, Sighting)]
            refused = [Refused(index, one) for index, one in enumerate(judged) if isinstance(one, str)]
            return unit.positions.add(holder.person, kept, now=now), refused

    def locate(self, caller: Caller, purpose: str) -> list[dict[str, Any]]:
        """Return the newest positions of the people on duty inside the caller's own area, and write the look down.

        Raises
        ------
        NotAllowedError
            If no role of theirs locates staff.
        InputError
            If the purpose is no words.
        """
        words = purpose.strip()
        if not _PURPOSE[0] <= len(words) <= _PURPOSE[1] or "\0" in words:
            message = "Say in some words what the look is for: whoever is looked at can read it."
            raise InputError(message, field="purpose")
        now = self._clock()
        with self._store.acting(caller, now=now) as unit:
            unit.subject.require("staff.locate")
            return unit.positions.locate(purpose=words, since=now - NEW)

    def own(self, caller: Caller) -> Own:
        """Return what is kept of the caller's shifts, the positions on them, and who looked at the person.

        Raises
        ------
        NotAllowedError
            As for `start`.
        """
        since = self._clock() - SHOWN
        with self._store.acting(caller, now=self._clock()) as unit:
            holder = _holder(unit)
            return Own(
                shifts=unit.positions.shifts(holder, since=since),
                positions=unit.positions.track(holder, since=since, limit=_MOST_SHOWN),
                looks=unit.looks.at_person(holder.person, since=since),
            )


def _holder(unit: Unit) -> Holder:
    unit.subject.require("staff.self")
    person = unit.subject.person
    if person is None:
        message = "This account is no person's, so it is never on duty: ask your administrator to name the person."
        raise NotAllowedError(message)
    return Holder(person, unit.subject.account_id)


def _judged(given: Given, shifts: Sequence[Shift], now: datetime) -> Sighting | str:
    """Return the position in EPSG:4326, or why it is not kept."""
    if not now - LATE <= given.at <= now + AHEAD:
        return "too old, or from the future: check the clock of the phone"
    if not any(shift.covers(given.at) for shift in shifts):
        return "taken off duty"
    try:
        lon, lat = point_to_wgs84(given.lon, given.lat, Datum.parse(given.datum))
    except GridgovError as error:
        return error.message
    return Sighting(given.at, lon, lat, given.accuracy_m)
