"""Shifts and positions of staff. Positions of others are shown only by a function that writes the look down."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, delete, func, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from gridgov.lateness import is_late
from gridgov.store.tables import shift, staff_position

_DAYS_AHEAD = timedelta(days=8)
_LOCATE = text("SELECT * FROM gridgov_locate(:purpose, CAST(:since AS timestamptz))")
_KEEP = text("SELECT gridgov_keep_days(CAST(:since AS timestamptz), CAST(:until AS timestamptz))")
_FORGET = text("DELETE FROM staff_position WHERE at < :since")
# Squares of 0.006 by 0.005 degrees: about 540 m by 560 m at 36.6 degrees north. EPSG:4326, lon before lat. Many cells
# are smaller than that, so none is named any more.
_COARSEN = text("""
    UPDATE staff_position AS p
    SET coarse = true, accuracy_m = 400, cell_code = NULL, geom = ST_SetSRID(ST_MakePoint(
            (floor(ST_X(geom) / 0.006) + 0.5) * 0.006, (floor(ST_Y(geom) / 0.005) + 0.5) * 0.005
        ), 4326)
    FROM (SELECT district_code, person_id, at FROM staff_position WHERE NOT coarse AND at < :before LIMIT :limit) AS old
    WHERE p.district_code = old.district_code AND p.person_id = old.person_id AND p.at = old.at
""")
_CELL = text("SELECT gridgov_cell_at(:lon, :lat, CAST(:at AS timestamptz))")
# What was kept on shifts that this account declared: a track is its account's, not another one's of the same person.
_TRACK = text("""
    SELECT p.at, ST_X(p.geom) AS lon, ST_Y(p.geom) AS lat, p.accuracy_m, p.cell_code, p.coarse
    FROM staff_position AS p
    WHERE p.district_code = :district_code AND p.person_id = :person_id AND p.at >= :since AND EXISTS (
        SELECT FROM shift AS s
        WHERE s.district_code = p.district_code AND s.person_id = p.person_id AND s.account_id = :account_id
          AND s.started_at <= p.at AND coalesce(s.ended_at, s.due_at) >= p.at
    )
    ORDER BY p.at DESC LIMIT :limit
""")
_s = shift.c


@dataclass(frozen=True, slots=True)
class Shift:
    """A time on duty, as somebody declared it.

    Attributes
    ----------
    due_at
        When it ends by itself; None once it has ended.
    ended_at
        None while it lasts.
    start_received_at, end_received_at
        When the server heard of it; None of an end that came by itself.
    device_started_at
        When it began by the phone's clock, where the phone said so.
    """

    id: UUID
    started_at: datetime
    due_at: datetime | None
    ended_at: datetime | None
    start_received_at: datetime | None = None
    end_received_at: datetime | None = None
    device_started_at: datetime | None = None

    @property
    def sent_late(self) -> bool:
        """Whether its beginning or its end was heard of later than it happened."""
        began = (self.started_at, self.start_received_at)
        ended = (self.ended_at, self.end_received_at)
        return any(at is not None and heard is not None and is_late(at, heard) for at, heard in (began, ended))

    def covers(self, moment: datetime) -> bool:
        """Return whether a moment lies within it."""
        end = self.ended_at or self.due_at
        return self.started_at <= moment and end is not None and moment <= end


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose shifts and track: a person, as district code and id, by one of their accounts."""

    person: tuple[str, UUID]
    account_id: UUID

    @property
    def columns(self) -> dict[str, Any]:
        """The columns that say so."""
        return {"district_code": self.person[0], "person_id": self.person[1], "account_id": self.account_id}


@dataclass(frozen=True, slots=True)
class Sighting:
    """Where a person was: lon/lat in EPSG:4326, accuracy in metres."""

    at: datetime
    lon: float
    lat: float
    accuracy_m: float | None


class PositionStore:
    """Reads and writes shifts and positions of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def start(
        self,
        holder: Holder,
        shift_id: UUID,
        *,
        now: datetime,
        due_at: datetime,
        began_at: datetime | None = None,
        device_at: datetime | None = None,
    ) -> None:
        """Begin a shift that ends by itself at `due_at`, unless one is open already.

        Parameters
        ----------
        began_at, device_at
            When it began, and when by the phone's clock, where it is heard of later. One that is over by now is kept as
            one that has ended.
        """
        over = update(shift).where(*_of(holder), _s.due_at <= now)
        self._connection.execute(over.values(ended_at=_s.due_at, due_at=None))
        row = {**holder.columns, "id": shift_id, "started_at": began_at or now, "start_received_at": now}
        lasting = {"due_at": due_at} if due_at > now else {"due_at": None, "ended_at": due_at}
        row |= {"device_started_at": device_at, **lasting}
        self._connection.execute(insert(shift).values(row).on_conflict_do_nothing())

    def end(
        self,
        holder: Holder,
        shift_id: UUID,
        *,
        now: datetime,
        ended_at: datetime | None = None,
        device_at: datetime | None = None,
    ) -> None:
        """End an open shift; one that somebody has ended stays as it is.

        Parameters
        ----------
        ended_at, device_at
            When it ended, and when by the phone's clock, where it is heard of later: then one that has ended by itself
            meanwhile ended at that moment, if it is the earlier one.
        """
        lasting = _s.ended_at.is_(None) if ended_at is None else _s.end_received_at.is_(None)
        at = func.greatest(_s.started_at, func.least(_s.due_at, _s.ended_at, ended_at or now))
        mine = update(shift).where(*_of(holder), _s.id == shift_id, lasting)
        self._connection.execute(mine.values(ended_at=at, due_at=None, end_received_at=now, device_ended_at=device_at))

    def end_by(self, account_id: UUID, *, now: datetime) -> int:
        """End what an account has open, for whoever began it comes in by it no more; return how many shifts.

        As with one that ends by itself, nobody has told its end: a phone that comes back may tell an earlier one.
        """
        lasting = update(shift).where(_s.account_id == account_id, _s.ended_at.is_(None))
        at = func.greatest(_s.started_at, func.least(_s.due_at, now))
        return self._connection.execute(lasting.values(ended_at=at, due_at=None)).rowcount

    def end_overdue(self, *, now: datetime, limit: int) -> int:
        """End shifts that nobody ended, when they were due, and return how many."""
        due = select(_s.district_code, _s.id).where(_s.due_at <= now).order_by(_s.due_at).limit(limit)
        over = update(shift).where(tuple_(_s.district_code, _s.id).in_(due.with_for_update(skip_locked=True)))
        return self._connection.execute(over.values(ended_at=_s.due_at, due_at=None)).rowcount

    def shifts(self, holder: Holder, *, since: datetime) -> list[Shift]:
        """Return the shifts that did not end before `since`, newest first."""
        query = _shifts(holder).where((_s.ended_at.is_(None)) | (_s.ended_at >= since))
        return [Shift(*row) for row in self._connection.execute(query.order_by(_s.started_at.desc()))]

    def shift(self, holder: Holder, shift_id: UUID) -> Shift | None:
        """Return one of the shifts, or None."""
        row = self._connection.execute(_shifts(holder).where(_s.id == shift_id)).first()
        return Shift(*row) if row else None

    def add(self, person: tuple[str, UUID], sightings: Sequence[Sighting], *, now: datetime) -> int:
        """Keep positions, and return how many were new: one sent twice is kept once."""
        adding = insert(staff_position).on_conflict_do_nothing().returning(staff_position.c.at)
        rows = [self._row(person, sighting, now) for sighting in sightings]
        return sum(self._connection.execute(adding.values(row)).first() is not None for row in rows)

    def _row(self, person: tuple[str, UUID], sighting: Sighting, now: datetime) -> dict[str, Any]:
        asked = {"lon": sighting.lon, "lat": sighting.lat, "at": sighting.at}
        return {
            "district_code": person[0],
            "person_id": person[1],
            "at": sighting.at,
            "received_at": now,
            "accuracy_m": sighting.accuracy_m,
            "cell_code": self._connection.execute(_CELL, asked).scalar(),
            "coarse": False,
            "geom": f"SRID=4326;POINT({sighting.lon!r} {sighting.lat!r})",
        }

    def locate(self, *, purpose: str, since: datetime) -> list[dict[str, Any]]:
        """Return where the people on duty inside one's own area are; the same statement writes the looks down."""
        asked = {"purpose": purpose, "since": since}
        return [dict(row) for row in self._connection.execute(_LOCATE, asked).mappings()]

    def track(self, holder: Holder, *, since: datetime, limit: int) -> list[dict[str, Any]]:
        """Return the positions that were kept on the holder's shifts, newest first."""
        asked = {**holder.columns, "since": since, "limit": limit}
        return [dict(row) for row in self._connection.execute(_TRACK, asked).mappings()]

    def coarsen(self, *, before: datetime, limit: int) -> int:
        """Move old positions to the middle of their square, and return how many."""
        return self._connection.execute(_COARSEN, {"before": before, "limit": limit}).rowcount

    def forget(self, *, since: datetime, now: datetime) -> int:
        """Drop the days and shifts that ended before `since`, open those that come; return how much that changed."""
        turned: int = self._connection.execute(_KEEP, {"since": since, "until": now + _DAYS_AHEAD}).scalar_one()
        turned += self._connection.execute(delete(shift).where(_s.ended_at < since)).rowcount
        return turned + self._connection.execute(_FORGET, {"since": since}).rowcount


def _of(holder: Holder) -> list[ColumnElement[bool]]:
    return [shift.c[name] == value for name, value in holder.columns.items()]


def _shifts(holder: Holder) -> Select[Any]:
    heard = (_s.start_received_at, _s.end_received_at, _s.device_started_at)
    return select(_s.id, _s.started_at, _s.due_at, _s.ended_at, *heard).where(*_of(holder))
