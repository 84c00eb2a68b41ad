"""Looking: what anybody at the desk asks of the store. Reads only, each in one transaction of its own.

Whoever asks sees what is theirs to see; None stands for the system itself, as the notebook's door and the command line
on the machine are.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from gridgov.access import Caller
from gridgov.areas import Level
from gridgov.clock import Clock, shown
from gridgov.errors import NotFoundError
from gridgov.incidents import Fact, Head
from gridgov.incidents.facts import known_at
from gridgov.incidents.hops import plain_hop
from gridgov.matters import MatterList
from gridgov.services.casework import hops_of
from gridgov.services.recalling import incident_then, incidents_then, no_incident
from gridgov.store.unit import Store, Unit
from gridgov.store.walking import Filter, Window
from gridgov.story import Told, codes_in, told

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["DayCount", "Desk", "Filter"]


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

    def incident(self, caller: Caller | None, incident_id: UUID, *, as_of: datetime | None = None) -> dict[str, Any]:
        """Return an incident as it stood at a moment (now), with whose hands it went through.

        What of the past its facts do not tell is left out: see `recalling.incident_then`.

        Raises
        ------
        NotFoundError
            If there is none with this id that the caller may see, or was none at that moment.
        """
        with self._as(caller) as unit:
            if as_of is not None:
                return incident_then(unit, incident_id, min(as_of, self._clock()))
            found = unit.lists.detail(incident_id, unit.acting)
            if found is None:
                raise no_incident(incident_id)
            hops = hops_of(unit, Head(found["district_code"], incident_id), now=self._clock())
        return {**found, "hops": [plain_hop(hop) for hop in hops]}

    def facts(self, caller: Caller | None, incident_id: UUID, *, as_of: datetime | None = None) -> list[Fact]:
        """Return an incident's facts up to a moment (all), each with the hash that chains it to the one before.

        Raises
        ------
        NotFoundError
            If there is none with this id that the caller may see.
        """
        with self._as(caller) as unit:
            return _facts(unit, incident_id, as_of)

    def told(
        self, caller: Caller | None, incident_id: UUID, *, as_of: datetime | None = None
    ) -> list[tuple[Fact, Told]]:
        """Return an incident's facts as `facts` does, each with what it says to people, by the names of today.

        Raises
        ------
        NotFoundError
            If there is none with this id that the caller may see.
        """
        with self._as(caller) as unit:
            facts = _facts(unit, incident_id, as_of)
            names = unit.stories.names({code for fact in facts for code in codes_in(fact.payload)})
        return [(fact, told(fact.kind, fact.payload, names)) for fact in facts]

    def incidents(
        self,
        caller: Caller | None,
        which: Filter,
        *,
        limit: int,
        before: UUID | None = None,
        as_of: datetime | None = None,
    ) -> list[dict[str, Any]]:
        """Return incidents that the caller may see, newest first, strictly before the id `before`.

        Parameters
        ----------
        as_of
            As they stood at this moment, those that there were; `which` asks about that moment too. One to come is
            answered by what is known now. `deadline_at` is left out where it cannot be told.

        Raises
        ------
        RuleError
            If those are asked for that were overdue at a moment, and not of all the deadline then can be told.
        UnavailableError
            If the past is still being written down.
        """
        with self._as(caller) as unit:
            if as_of is not None:
                window = Window(min(as_of, self._clock()), limit, before)
                return incidents_then(unit, which, window)
            return unit.lists.page(which, unit.acting, now=self._clock(), limit=limit, before=before)

    def whistles(self, caller: Caller | None, *, limit: int, before: UUID | None = None) -> list[dict[str, Any]]:
        """Return whistles with their sides and summons, newest first."""
        with self._as(caller) as unit:
            return unit.whistles.page(limit=limit, before=before)

    def matters(self, caller: Caller | None) -> MatterList:
        """Return the matter list in force."""
        with self._as(caller) as unit:
            return unit.rules.matters()

    def cells(self, caller: Caller | None, *, as_of: datetime | None = None) -> gpd.GeoDataFrame:
        """Return the cells as of a moment (now): code, name, kind, street_code, community_code, area_m2, geometry."""
        with self._in_the_grid(caller) as unit:
            return unit.cells.frame(at=as_of or self._clock())

    def areas(self, caller: Caller | None, level: Level, *, as_of: datetime | None = None) -> gpd.GeoDataFrame:
        """Return the areas of a level as of a moment (now): code, name, geometry."""
        with self._in_the_grid(caller) as unit:
            return unit.areas.frame(level, at=as_of or self._clock())

    def versions(self, caller: Caller | None) -> list[dict[str, Any]]:
        """Return every version of the grids that are read there, the newest first, also those that are to come.

        Fields: district_code, version, valid_from, cells, source.
        """
        with self._in_the_grid(caller) as unit:
            acting, rows = unit.acting, unit.cells.numbered()
            return [row for row in rows if acting is None or acting.reaches("grid.read", row["district_code"])]

    def who(self, caller: Caller | None, cell_code: str, *, as_of: datetime | None = None) -> list[dict[str, Any]]:
        """Return who answered for a cell at a moment (now).

        Raises
        ------
        NotFoundError
            If there was no such cell then.
        """
        moment = as_of or self._clock()
        with self._in_the_grid(caller) as unit:
            cell_id = unit.cells.id_of(cell_code, at=moment)
            if cell_id is None:
                message = f"There was no cell {cell_code} at {shown(moment)}: GET /api/v1/cells shows all."
                raise NotFoundError(message, field="cell_code")
            return unit.people.who(cell_code[:6], cell_id, at=moment)

    def last_day(self, caller: Caller | None) -> DayCount:
        """Return the counts of the 24 hours up to the newest report that is seen; all zero where there is none."""
        with self._as(caller) as unit:
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

    @contextmanager
    def _in_the_grid(self, caller: Caller | None) -> Iterator[Unit]:
        with self._as(caller) as unit:
            if unit.acting is not None:
                unit.acting.require("grid.read")
            yield unit

    def _as(self, caller: Caller | None) -> AbstractContextManager[Unit]:
        return self._store.transaction() if caller is None else self._store.acting(caller, now=self._clock())


def _facts(unit: Unit, incident_id: UUID, as_of: datetime | None) -> list[Fact]:
    district_code = unit.lists.head(incident_id, unit.acting)
    if district_code is None:
        raise no_incident(incident_id)
    facts = unit.incidents.facts(district_code, incident_id)
    return facts if as_of is None else known_at(facts, as_of)
