"""Counts for pages and maps, and the record of what was loaded."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, insert, select

from gridgov.access import Subject
from gridgov.ids import new_id
from gridgov.store.tables import grid_version, incident_state, load_log, whistle
from gridgov.store.visible import visible
from gridgov.store.watching import WatchStore


@dataclass(frozen=True, slots=True)
class Signature:
    """Changes whenever something that decides about reports was loaded, or a version of a grid came into force."""

    loads: int
    last_load: datetime | None
    grids: int


def _signature() -> Select[Any]:
    loads = select(func.count()).select_from(load_log).scalar_subquery()
    last = select(func.max(load_log.c.at)).scalar_subquery()
    in_force = grid_version.c.valid_from <= bindparam("now")
    grids = select(func.count()).select_from(grid_version).where(in_force).scalar_subquery()
    return select(loads, last, grids)


_SIGNATURE = _signature()  # asked with every report


class SummaryStore:
    """Counts things of one transaction, as far as `subject` sees them (None, the system, sees all)."""

    def __init__(self, connection: Connection, subject: Subject | None = None) -> None:
        self._connection = connection
        self._subject = subject

    @cached_property
    def wall(self) -> WatchStore:
        """What a wall shows: what is late and soon, and the numbers of the moment."""
        return WatchStore(self._connection, self._subject)

    @cached_property
    def _seen(self) -> ColumnElement[bool]:
        return visible(incident_state.c.district_code, incident_state.c.incident_id, self._subject)

    def signature(self, now: datetime) -> Signature:
        """Return the signature of what decides about reports at `now`."""
        return Signature(*self._connection.execute(_SIGNATURE, {"now": now}).one())

    def newest_report(self) -> datetime | None:
        """Return when the newest report was made, or None if there is none."""
        return self._connection.execute(select(func.max(incident_state.c.reported_at)).where(self._seen)).scalar()

    def placements(self, since: datetime, until: datetime) -> dict[str, int]:
        """Return how many incidents reported in a period were placed how."""
        c = incident_state.c
        query = select(c.placement, func.count()).where(c.reported_at >= since, c.reported_at <= until, self._seen)
        return {r[0]: r[1] for r in self._connection.execute(query.group_by(c.placement))}

    def findings(self, since: datetime, until: datetime) -> dict[str, int]:
        """Return how often each finding occurs among incidents reported in a period."""
        c = incident_state.c
        unnested = (
            select(func.unnest(c.findings).label("finding"))
            .where(c.reported_at >= since, c.reported_at <= until, self._seen)
            .subquery()
        )
        rows = self._connection.execute(select(unnested.c.finding, func.count()).group_by(unnested.c.finding))
        return {r[0]: r[1] for r in rows}

    def combined_whistles(self, since: datetime, until: datetime) -> int:
        """Return how many combined whistles were drafted for incidents reported in a period."""
        c = incident_state.c
        same = (c.district_code == whistle.c.district_code) & (c.incident_id == whistle.c.incident_id)
        query = select(func.count()).select_from(whistle).join(incident_state, same)
        query = query.where(whistle.c.combined, c.reported_at >= since, c.reported_at <= until, self._seen)
        return self._connection.execute(query).scalar_one()

    def per_cell(self, since: datetime, until: datetime) -> dict[str, int]:
        """Return how many incidents reported in a period lie in each cell, by cell code."""
        c = incident_state.c
        query = select(c.cell_code, func.count()).where(
            c.reported_at >= since, c.reported_at <= until, c.cell_code.is_not(None), self._seen
        )
        return {r[0]: r[1] for r in self._connection.execute(query.group_by(c.cell_code))}

    def was_loaded(self, source: str) -> bool:
        """Return whether something of exactly this source was loaded before."""
        query = select(func.count()).select_from(load_log).where(load_log.c.source == source)
        return self._connection.execute(query).scalar_one() > 0

    def log_load(self, district_code: str, *, at: datetime, source: str, summary: dict[str, Any]) -> UUID:
        """Write down what a load did, and return its id; this also tells running programs to read anew."""
        load_id = new_id()
        values = {"district_code": district_code, "id": load_id, "at": at, "source": source, "summary": summary}
        self._connection.execute(insert(load_log).values(values))
        return load_id
