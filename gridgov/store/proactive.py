"""What was reported, as those who look for what stands out need it; and proposals, each decided once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import shapely
from sqlalchemy import Connection, select, text, update
from sqlalchemy.dialects.postgresql import Range, insert

from gridgov.ids import new_id
from gridgov.proactive import State, Suspicion
from gridgov.store.geometry import from_store, to_store
from gridgov.store.tables import proposal

if TYPE_CHECKING:
    import pandas as pd

_p = proposal.c
_COLUMNS = ("id", "at", "matter", "channel", "cell", "lon", "lat", "address")


class ProactiveStore:
    """Reads incidents in bulk, and reads and writes proposals, of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def incidents(self, since: datetime, until: datetime, *, matter: str | None = None) -> pd.DataFrame:
        """Return what was reported from `since` to before `until`, as far as whoever acts sees it.

        Without those that were merged into others, were rejected, or were opened proactively: what we went to look for
        must not prove itself. Index: id. Columns: at (UTC), matter (as it stands), channel, cell (of the place as it
        stands, of any version of the grid, or None), lon, lat (EPSG:4326, NaN without a place), address (or None).
        """
        import pandas as pd  # noqa: PLC0415 - slow to load: only where it is used

        rows = self._connection.execute(_INCIDENTS, {"since": since, "until": until, "matter": matter})
        found = pd.DataFrame([tuple(row) for row in rows], columns=list(_COLUMNS)).set_index("id")
        found["at"] = pd.to_datetime(found["at"], utc=True)
        return found.astype({"lon": float, "lat": float})

    def monthly(self, since: datetime, until: datetime, *, digits: int) -> pd.DataFrame:
        """Return counts by month (of Shanghai), area (so many digits of the cell's code, or None), matter, channel.

        Of the same incidents as `incidents`, with those that were opened proactively, by their channel.
        """
        import pandas as pd  # noqa: PLC0415 - the same

        rows = self._connection.execute(_MONTHLY, {"since": since, "until": until, "digits": digits})
        return pd.DataFrame([tuple(row) for row in rows], columns=["month", "area", "matter", "channel", "incidents"])

    def first_at(self) -> datetime | None:
        """Return when the oldest incident was reported that whoever acts sees, or None."""
        found: datetime | None = self._connection.execute(_FIRST).scalar()
        return found

    def propose(self, suspicions: Sequence[Suspicion], *, at: datetime, author: str) -> list[UUID]:
        """Keep what is suspected and return the ids of what was not known yet.

        One is known where the same was proposed of a time that meets its own, whatever became of that.
        """
        added: list[UUID] = []
        for one in suspicions:
            row = {**_row(one), "proposed_at": at, "author": author}
            adding = insert(proposal).values(row).on_conflict_do_nothing().returning(_p.id)
            added.extend(self._connection.execute(adding).scalars())
        return added

    def page(self, *, state: State | None, limit: int, before: UUID | None) -> list[dict[str, Any]]:
        """Return proposals that whoever acts sees, the newest first, strictly before the id `before`."""
        query = select(proposal).order_by(_p.id.desc()).limit(limit)
        query = query.where(_p.state == state.value) if state else query
        query = query.where(_p.id < before) if before else query
        return [_plain(row) for row in self._connection.execute(query).mappings()]

    def proposal(self, proposal_id: UUID) -> dict[str, Any] | None:
        """Return a proposal that whoever acts sees, or None."""
        row = self._connection.execute(select(proposal).where(_p.id == proposal_id)).mappings().first()
        return _plain(row) if row else None

    def held(self, proposal_id: UUID) -> dict[str, Any] | None:
        """Return a proposal, kept from being decided by others until this transaction ends; or None."""
        query = select(proposal).where(_p.id == proposal_id).with_for_update()
        row = self._connection.execute(query).mappings().first()
        return _plain(row) if row else None

    def confirm(self, proposal_id: UUID, *, at: datetime, by: str, opened: tuple[UUID, str]) -> None:
        """Write down who confirmed a proposal, and the id and the number of the case that was opened."""
        decided = {"state": State.CONFIRMED.value, "decided_at": at, "decided_by": by}
        opening = {"incident_id": opened[0], "incident_number": opened[1]}
        self._connection.execute(update(proposal).where(_p.id == proposal_id).values(**decided, **opening))

    def dismiss(self, proposal_id: UUID, *, at: datetime, by: str, note: str) -> None:
        """Write down who dismissed a proposal, and why."""
        decided = {"state": State.DISMISSED.value, "decided_at": at, "decided_by": by, "note": note}
        self._connection.execute(update(proposal).where(_p.id == proposal_id).values(**decided))


def _row(one: Suspicion) -> dict[str, Any]:
    return {
        "district_code": one.district_code,
        "id": new_id(),
        "kind": one.kind.value,
        "area_code": one.area_code,
        "place": one.place,
        "matter_code": one.matter,
        "period": Range(one.since, one.until),
        "geom": to_store(shapely.Point(one.lon, one.lat)),
        "reason": one.reason,
        "reason_en": one.reason_en,
        "numbers": dict(one.numbers),
    }


def _plain(row: Any) -> dict[str, Any]:
    found = dict(row)
    period, point = found.pop("period"), from_store(found.pop("geom"))
    return {
        **found,
        "since": period.lower,
        "until": period.upper,
        "lon": float(shapely.get_x(point)),
        "lat": float(shapely.get_y(point)),
    }


_WHICH = """
    FROM incident AS i
    JOIN incident_state AS s ON s.district_code = i.district_code AND s.incident_id = i.id
"""
_WHEN = """
    i.reported_at >= :since AND i.reported_at < :until AND s.reported_at >= :since AND s.reported_at < :until
    AND s.stage NOT IN ('merged', 'rejected')
"""
_INCIDENTS = text(f"""
    SELECT i.id, i.reported_at AS at, coalesce(s.matter_code, i.matter_code) AS matter, i.channel, s.cell_code AS cell,
           ST_X(s.geom) AS lon, ST_Y(s.geom) AS lat, p.address
    {_WHICH}
    LEFT JOIN incident_position AS p
        ON p.district_code = s.district_code AND p.incident_id = s.incident_id AND p.seq = s.position_seq
    WHERE {_WHEN} AND i.channel <> 'proactive'
      AND (CAST(:matter AS text) IS NULL OR coalesce(s.matter_code, i.matter_code) = CAST(:matter AS text))
    ORDER BY i.reported_at, i.id
""")
_MONTHLY = text(f"""
    SELECT to_char(i.reported_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM') AS month,
           left(s.cell_code, :digits) AS area, coalesce(s.matter_code, i.matter_code) AS matter, i.channel,
           CAST(count(*) AS integer) AS incidents
    {_WHICH}
    WHERE {_WHEN}
    GROUP BY 1, 2, 3, 4
""")
_FIRST = text("SELECT min(reported_at) FROM incident_state WHERE stage NOT IN ('merged', 'rejected')")
