"""Looking: what anybody at the desk asks of the store. Reads only, each in one transaction of its own."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import geopandas as gpd

from gridgov.areas import Level
from gridgov.clock import Clock
from gridgov.errors import NotFoundError
from gridgov.incidents import Fact
from gridgov.matters import MatterList
from gridgov.store.unit import Store


@dataclass(frozen=True, slots=True)
class Filter:
    """Which incidents a list shows; None shows all."""

    district_code: str | None = None
    placement: str | None = None
    cell_code: str | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class DayCount:
    """What happened in the 24 hours up to the newest report."""

    since: datetime
    until: datetime
    reports: int
    placements: dict[str, int]
    findings: dict[str, int]
    combined_whistles: int


class Desk:
    """Answers questions about incidents, whistles, cells and matters."""

    def __init__(self, store: Store, *, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def incident(self, incident_id: UUID) -> dict[str, Any]:
        """Return an incident as it stands now.

        Raises
        ------
        NotFoundError
            If there is none with this id.
        """
        with self._store.transaction() as unit:
            found = unit.incidents.detail(incident_id)
        if found is None:
            raise _no_incident(incident_id)
        return found

    def facts(self, incident_id: UUID) -> list[Fact]:
        """Return an incident's facts in order, each with the hash that chains it to the one before."""
        with self._store.transaction() as unit:
            stored = unit.incidents.stored(incident_id)
            if stored is None:
                raise _no_incident(incident_id)
            return unit.incidents.facts(stored.district_code, incident_id)

    def incidents(self, which: Filter, *, limit: int, before: UUID | None = None) -> list[dict[str, Any]]:
        """Return incidents, newest first, strictly before the id `before`."""
        with self._store.transaction() as unit:
            return unit.incidents.page(
                limit=limit,
                before=before,
                district_code=which.district_code,
                placement=which.placement,
                cell_code=which.cell_code,
                since=which.since,
            )

    def whistles(self, *, limit: int, before: UUID | None = None) -> list[dict[str, Any]]:
        """Return whistles with their sides and summons, newest first."""
        with self._store.transaction() as unit:
            return unit.whistles.page(limit=limit, before=before)

    def matters(self) -> MatterList:
        """Return the matter list in force."""
        with self._store.transaction() as unit:
            return unit.rules.matters()

    def cells(self, *, as_of: datetime | None = None) -> gpd.GeoDataFrame:
        """Return the cells as of a moment (now): code, name, kind, street_code, community_code, area_m2, geometry."""
        with self._store.transaction() as unit:
            return unit.cells.frame(at=as_of or self._clock())

    def areas(self, level: Level, *, as_of: datetime | None = None) -> gpd.GeoDataFrame:
        """Return the areas of a level as of a moment (now): code, name, geometry."""
        with self._store.transaction() as unit:
            return unit.areas.frame(level, at=as_of or self._clock())

    def who(self, cell_code: str, *, as_of: datetime | None = None) -> list[dict[str, Any]]:
        """Return who answered for a cell at a moment (now).

        Raises
        ------
        NotFoundError
            If there was no such cell then.
        """
        moment = as_of or self._clock()
        with self._store.transaction() as unit:
            cell_id = unit.cells.id_of(cell_code, at=moment)
            if cell_id is None:
                message = f"There was no cell {cell_code} at {moment.isoformat()}: GET /api/v1/cells shows all."
                raise NotFoundError(message, field="cell_code")
            return unit.people.who(cell_code[:6], cell_id, at=moment)

    def last_day(self) -> DayCount:
        """Return the counts of the 24 hours up to the newest report; all zero where there is none."""
        with self._store.transaction() as unit:
            until = unit.summary.newest_report() or self._clock()
            since = until - timedelta(days=1)
            placements = unit.summary.placements(since, until)
            return DayCount(
                since=since,
                until=until,
                reports=sum(placements.values()),
                placements=placements,
                findings=unit.summary.findings(since, until),
                combined_whistles=unit.summary.combined_whistles(since, until),
            )


def _no_incident(incident_id: UUID) -> NotFoundError:
    message = f"There is no incident {incident_id}: GET /api/v1/incidents lists those there are."
    return NotFoundError(message, field="incident_id")
