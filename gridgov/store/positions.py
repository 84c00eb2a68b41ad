"""Shifts and positions of staff. Positions of others are shown only by a function that writes the look down."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, text, update
from sqlalchemy.dialects.postgresql import insert

from gridgov.store.tables import shift, staff_position

_DAYS_AHEAD = timedelta(days=8)
_LOCATE = text("SELECT * FROM gridgov_locate(:purpose, CAST(:since AS timestamptz), CAST(:now AS timestamptz))")
_KEEP = text("SELECT gridgov_keep_days(CAST(:since AS timestamptz), CAST(:until AS timestamptz))")
_FORGET = text("DELETE FROM staff_position WHERE at < :since")
# Squares of 0.006 by 0.005 degrees: about 540 m by 560 m at 36.6 degrees north. EPSG:4326, lon before lat.
_COARSEN = text("""
    UPDATE staff_position AS p
    SET coarse = true, accuracy_m = 400, geom = ST_SetSRID(ST_MakePoint(
            (floor(ST_X(geom) / 0.006) + 0.5) * 0.006, (floor(ST_Y(geom) / 0.005) + 0.5) * 0.005
        ), 4326)
    FROM (SELECT district_code, person_id, at FROM staff_position WHERE NOT coarse AND at < :before LIMIT :limit) AS old
    WHERE p.district_code = old.district_code AND p.person_id = old.person_id AND p.at = old.at
""")
_CELL = text("SELECT gridgov_cell_at(:lon, :lat, CAST(:at AS timestamptz))")
_TRACK = text("""
    SELECT at, ST_X(geom) AS lon, ST_Y(geom) AS lat, accuracy_m, cell_code, coarse
    FROM staff_position
    WHERE district_code = :district_code AND person_id = :person_id AND at >= :since
    ORDER BY at DESC LIMIT :limit
""")


@dataclass(frozen=True, slots=True)
class Shift:
    """A time on duty, as the person declared it; `ended_at` None while it lasts."""

    id: UUID
    started_at: datetime
    ended_at: datetime | None

    def covers(self, moment: datetime) -> bool:
        """Return whether a moment lies within it."""
        return self.started_at <= moment and (self.ended_at is None or moment <= self.ended_at)


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

    def start(self, person: tuple[str, UUID], shift_id: UUID, *, now: datetime) -> None:
        """Begin a shift, unless one is open already."""
        row = {"district_code": person[0], "id": shift_id, "person_id": person[1], "started_at": now}
        self._connection.execute(insert(shift).values(row).on_conflict_do_nothing())

    def end(self, person: tuple[str, UUID], shift_id: UUID, *, now: datetime) -> None:
        """End an open shift; one that has ended stays as it is."""
        same = (shift.c.district_code == person[0], shift.c.person_id == person[1], shift.c.id == shift_id)
        self._connection.execute(update(shift).where(*same, shift.c.ended_at.is_(None)).values(ended_at=now))

    def shifts(self, person: tuple[str, UUID], *, since: datetime) -> list[Shift]:
        """Return a person's shifts that did not end before `since`, newest first."""
        c = shift.c
        query = select(c.id, c.started_at, c.ended_at).where(c.district_code == person[0], c.person_id == person[1])
        query = query.where((c.ended_at.is_(None)) | (c.ended_at >= since)).order_by(c.started_at.desc())
        return [Shift(*row) for row in self._connection.execute(query)]

    def shift(self, person: tuple[str, UUID], shift_id: UUID) -> Shift | None:
        """Return one of a person's shifts, or None."""
        c = shift.c
        query = select(c.id, c.started_at, c.ended_at)
        query = query.where(c.district_code == person[0], c.person_id == person[1], c.id == shift_id)
        row = self._connection.execute(query).first()
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

    def locate(self, *, purpose: str, since: datetime, now: datetime) -> list[dict[str, Any]]:
        """Return where the people on duty inside one's own area are; the same statement writes the looks down."""
        asked = {"purpose": purpose, "since": since, "now": now}
        return [dict(row) for row in self._connection.execute(_LOCATE, asked).mappings()]

    def track(self, person: tuple[str, UUID], *, since: datetime, limit: int) -> list[dict[str, Any]]:
        """Return a person's own positions, newest first."""
        asked = {"district_code": person[0], "person_id": person[1], "since": since, "limit": limit}
        return [dict(row) for row in self._connection.execute(_TRACK, asked).mappings()]

    def coarsen(self, *, before: datetime, limit: int) -> int:
        """Move old positions to the middle of their square, and return how many."""
        return self._connection.execute(_COARSEN, {"before": before, "limit": limit}).rowcount

    def forget(self, *, since: datetime, now: datetime) -> int:
        """Drop the days that ended before `since`, open those that come, and return how much that changed."""
        turned: int = self._connection.execute(_KEEP, {"since": since, "until": now + _DAYS_AHEAD}).scalar_one()
        return turned + self._connection.execute(_FORGET, {"since": since}).rowcount
