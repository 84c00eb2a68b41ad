"""Lists of incidents, newest first, and one incident in full; each as somebody may see it.

A page is found in two steps: first its ids, by a walk that stops when the page is full (see `store.walking`), then the
rows of these ids. So it costs the same however many incidents there are.
"""

from datetime import datetime
from operator import itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, Uuid, and_, bindparam, func, literal, select, true
from sqlalchemy.dialects.postgresql import ARRAY

from gridgov.access import Subject
from gridgov.store.geometry import from_store
from gridgov.store.tables import (
    incident,
    incident_duplicate,
    incident_fact,
    incident_hop,
    incident_party,
    incident_position,
    incident_probability,
    incident_share,
    incident_state,
    whistle,
)
from gridgov.store.visible import READ, array, visible
from gridgov.store.walking import OWN_OPEN, PLANNER, Filter, Window, codes_of, is_district, walks

FEW = 2_000
"""So many incidents of one's own are looked through sooner than any index."""
FEW_OPEN = 5_000
"""And so many that are open: the newest of them mostly fit."""

_s = incident_state.c
_p = incident_party.c


class ListStore:
    """Reads incidents of one transaction, for people to look at."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def page(
        self, which: Filter, subject: Subject | None, *, now: datetime, limit: int, before: UUID | None = None
    ) -> list[dict[str, Any]]:
        """Return incidents that `subject` (None: the system) may see, newest id first, strictly before `before`."""
        found: list[dict[str, Any]] = []
        while len(found) < limit:
            wanted = limit - len(found)
            ids = self._ids(which, subject, Window(now, wanted, before))
            found += self._rows(ids)
            if len(ids) < wanted:
                break
            before = ids[-1]  # where a row was taken from whoever looks since its id was found, others follow
        return found

    def detail(
        self, incident_id: UUID, subject: Subject | None, *, position_seq: int | None = None
    ) -> dict[str, Any] | None:
        """Return an incident as it stands now with all that hangs on it, or None where there is none to see.

        Parameters
        ----------
        position_seq
            Which of its places to show: 0 for none, None for where it is now.
        """
        seq = _s.position_seq if position_seq is None else literal(position_seq)
        seen = visible(incident.c.district_code, incident.c.id, subject)
        query = _listing(seq).add_columns(seq.label("seq")).where(incident.c.id == incident_id, seen)
        row = self._connection.execute(query).mappings().first()
        if row is None:
            return None
        found = _plain(dict(row))
        head, place = (found["district_code"], incident_id), found.pop("seq")
        for name, table in (("probabilities", incident_probability), ("shares", incident_share)):
            found[name] = self._parts(table, head, place)
        found["possible_duplicates"] = self._duplicates(*head, subject)
        found["hops"] = self._hops(*head)
        w = whistle.c
        query = select(w.id).where(w.district_code == head[0], w.incident_id == incident_id).order_by(w.id)
        found["whistles"] = list(self._connection.execute(query).scalars())
        return found

    def head(self, incident_id: UUID, subject: Subject | None, *, permission: str = READ) -> str | None:
        """Return the district of an incident over which `subject` holds a permission, or None."""
        seen = visible(incident.c.district_code, incident.c.id, subject, permission)
        query = select(incident.c.district_code).where(incident.c.id == incident_id, seen)
        return self._connection.execute(query).scalar_one_or_none()

    def _ids(self, which: Filter, subject: Subject | None, window: Window) -> list[UUID]:
        codes = codes_of(which, subject)
        by_party = not which.number and self._goes_by_party(which, codes)
        found: set[UUID] = set()
        for walk in walks(which, subject, codes if by_party else [], window):
            self._connection.execute(PLANNER, {"other": "on" if walk.gathers else "off"})
            found.update(self._connection.execute(walk.query).scalars())
        return sorted(found, reverse=True)[: window.limit]

    def _goes_by_party(self, which: Filter, codes: list[str]) -> bool:
        """Return whether parties' incidents lead to what is asked for sooner than an index of all states does."""
        if not any(is_district(code) for code in codes):
            if which.is_open:
                return which.overdue or self._has_few(codes, FEW_OPEN, OWN_OPEN)
            return not which.is_selective or self._has_few(codes, FEW)
        return not (which.is_selective or which.stage) or self._has_few(codes, FEW)

    def _has_few(self, codes: list[str], few: int, *which: ColumnElement[bool]) -> bool:
        self._connection.execute(PLANNER, {"other": "off"})
        own = func.unnest(array(codes)).table_valued("party", name="own").render_derived()
        # In the order of the index that is meant, or it gathers them all before it counts a few.
        walk = select(_p.incident_id).where(_p.party == own.c.party, *which).order_by(_p.incident_id.desc())
        first = select(true()).select_from(own.join(walk.limit(few).lateral("walk"), true())).limit(few).subquery()
        return self._connection.execute(select(func.count()).select_from(first)).scalar_one() < few

    def _rows(self, ids: list[UUID]) -> list[dict[str, Any]]:
        """Return the rows of ids, each looked up by itself: they may lie in as many months as there are."""
        self._connection.execute(PLANNER, {"other": "off"})
        rows = self._connection.execute(_ROWS, {"ids": ids}).mappings().all()
        self._connection.execute(PLANNER, {"other": "on"})
        return [_plain(dict(row)) for row in sorted(rows, key=itemgetter("id"), reverse=True)]

    def _parts(self, table: Any, head: tuple[str, UUID], place: int | None) -> list[dict[str, Any]]:
        """Return the cells that one place of an incident lies in; of earlier places there are rows as well."""
        skip = {"district_code", "incident_id", "seq", "rank", "cell_id"}
        query = select(*(c for c in table.c if c.name not in skip))
        query = query.where(table.c.district_code == head[0], table.c.incident_id == head[1], table.c.seq == place)
        return [dict(row) for row in self._connection.execute(query.order_by(table.c.rank)).mappings()]

    def _duplicates(self, district_code: str, incident_id: UUID, subject: Subject | None) -> list[dict[str, Any]]:
        c = incident_duplicate.c
        query = select(c.other_district_code, c.other_id, c.score, c.distance_m, c.similarity)
        query = query.where(c.district_code == district_code, c.incident_id == incident_id)
        query = query.where(visible(c.other_district_code, c.other_id, subject)).order_by(c.score.desc())
        return [dict(row) for row in self._connection.execute(query).mappings()]

    def _hops(self, district_code: str, incident_id: UUID) -> list[dict[str, Any]]:
        c = incident_hop.c
        query = select(c.organisation_code, c.dispatched_at, c.accepted_at, c.ended_at, c.ended_by)
        query = query.where(c.district_code == district_code, c.incident_id == incident_id).order_by(c.seq)
        return [dict(row) for row in self._connection.execute(query).mappings()]


def _listing(position_seq: ColumnElement[Any] = _s.position_seq) -> Select[Any]:
    same = and_(incident.c.district_code == _s.district_code, incident.c.id == _s.incident_id)
    at = and_(
        incident_position.c.district_code == _s.district_code,
        incident_position.c.incident_id == _s.incident_id,
        incident_position.c.seq == position_seq,
    )
    # What has no position yet still has the words of its report, for whoever must place it.
    f = incident_fact.c
    first_fact = and_(f.district_code == incident.c.district_code, f.incident_id == incident.c.id, f.seq == 1)
    reported = {"digest", "matter_code", "reported_at"}
    standing = {"district_code", "incident_id", "position_seq", "geom"}
    address = func.coalesce(incident_position.c.address, f.payload["address"].astext)
    return (
        select(
            *(c for c in incident.c if c.name not in reported),
            *(c for c in incident_state.c if c.name not in standing),
            incident_position.c.source.label("position_source"),
            incident_position.c.datum,
            incident_position.c.raw_wkt,
            address.label("address"),
            incident_position.c.accuracy_m,
            incident_position.c.grid_checksum,
            incident_position.c.geom,
        )
        .join(incident_state, same)
        .join(incident_fact, first_fact)
        .outerjoin(incident_position, at)
    )


def _rows_of_ids() -> Select[Any]:
    wanted = func.unnest(bindparam("ids", type_=ARRAY(Uuid))).table_valued("id", name="wanted").render_derived()
    return _listing().join(wanted, wanted.c.id == incident.c.id)


_ROWS = _rows_of_ids()  # one text for any number of ids, so that the database plans it once


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    stored = row.pop("geom")
    row["geometry"] = None if stored is None else from_store(stored)
    return row
