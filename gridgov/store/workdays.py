"""Workdays: what waits for somebody, what became of what they reported, which whistles concern them.

Each is found in a few queries, however many cases there are: first their keys, along the parties that somebody is one
of, then what stands beside these keys, all at once.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from shapely.geometry.base import BaseGeometry
from sqlalchemy import Connection, String, Uuid, any_, bindparam, exists, false, func, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on

from gridgov.access import Subject
from gridgov.incidents import Fact, FactKind, Head, Standing
from gridgov.store.cases import as_standing, standings
from gridgov.store.geometry import from_store
from gridgov.store.tables import (
    incident,
    incident_fact,
    incident_party,
    incident_position,
    incident_state,
    matter,
    summons,
    whistle,
    whistle_side,
)
from gridgov.store.visible import array, visible
from gridgov.whistles import OVER

_STREET_DIGITS = 9
_s, _p = incident_state.c, incident_party.c
_OVER = [stage.value for stage in OVER]
_ENDINGS = ("fed_back", "rejected", "sent_back", "returned", "suspended", "closed", "verified")
"""Facts whose words tell whoever reported what was done, or why not."""


class WorkdayStore:
    """Reads somebody's working day of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def waiting(
        self, parties: Sequence[str] | None, stages: Collection[str], subject: Subject, *, limit: int
    ) -> list[Standing]:
        """Return open cases of any of `parties` (None: all that `subject` sees) at `stages`, the first due first."""
        due = _s.deadline_at.asc().nulls_last()
        query = select(_s.district_code, _s.incident_id).order_by(due, _s.incident_id)
        if parties is None:
            query = query.where(_s.stage.in_(stages), visible(_s.district_code, _s.incident_id, subject))
        else:
            query = _of_parties(parties, stages)
        return self.standing([Head(*row) for row in self._connection.execute(query.limit(limit))])

    def standing(self, heads: Sequence[Head]) -> list[Standing]:
        """Return where cases stand, in the order that they are asked for."""
        rows = self._connection.execute(_STANDING, {"ids": [head.incident_id for head in heads]}).all()
        found = {row.incident_id: row for row in rows}
        asked = select(_p.incident_id, func.array_agg(_p.party)).where(_p.incident_id.in_(list(found)))
        parties = {row[0]: frozenset(row[1]) for row in self._connection.execute(asked.group_by(_p.incident_id))}
        return [
            as_standing(found[head.incident_id], parties.get(head.incident_id, frozenset()))
            for head in heads
            if head.incident_id in found
        ]

    def told(self, incident_ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
        """Return the words and the place of cases, by id: matter, text, address, lon, lat in degrees (EPSG:4326)."""
        rows = self._connection.execute(_TOLD, {"ids": list(incident_ids)}).mappings()
        return {row["incident_id"]: dict(row) for row in rows}

    def shapes(self, incident_ids: Collection[UUID]) -> dict[UUID, BaseGeometry]:
        """Return where cases are, by id: lon/lat in EPSG:4326; those that nobody placed are left out."""
        at = incident_position.c
        here = (at.district_code == _s.district_code) & (at.incident_id == _s.incident_id)
        query = select(_s.incident_id, at.geom).join_from(
            incident_state, incident_position, here & (at.seq == _s.position_seq)
        )
        rows = self._connection.execute(query.where(_s.incident_id.in_(list(incident_ids))))
        return {row[0]: from_store(row[1]) for row in rows}

    def facts(self, incident_ids: Collection[UUID], kinds: Collection[FactKind]) -> dict[UUID, list[Fact]]:
        """Return the facts of some kinds of cases, by id, in order; without the hashes that chain them."""
        c = incident_fact.c
        query = select(c.incident_id, c.seq, c.kind, c.at, c.author, c.payload)
        query = query.where(c.incident_id.in_(list(incident_ids)), c.kind.in_([kind.value for kind in kinds]))
        found: dict[UUID, list[Fact]] = {}
        for row in self._connection.execute(query.order_by(c.incident_id, c.seq)):
            fact = Fact(row[0], row[1], FactKind(row[2]), row[3], row[4], row[5], b"", b"")
            found.setdefault(row[0], []).append(fact)
        return found

    def reported(self, account_id: UUID, *, since: datetime, limit: int) -> list[dict[str, Any]]:
        """Return what an account has reported since a moment, by the ids of the reports, the newest first."""
        i, into = incident.c, incident.alias()
        same = (i.district_code == _s.district_code) & (i.id == _s.incident_id)
        mine = (_p.district_code == _s.district_code) & (_p.incident_id == _s.incident_id)
        merged = (into.c.district_code == _s.district_code) & (into.c.id == _s.merged_into_id)
        known = (matter.c.list_version == i.list_version) & (matter.c.code == _s.matter_code)
        query = (
            select(_s.incident_id, i.number, i.reported_at, _s.matter_code, matter.c.name.label("matter"), i.text)
            .add_columns(_s.stage, _s.stage_since, _s.cell_code, _s.handling_organisation_code, _s.revision)
            .add_columns(func.ST_X(_s.geom).label("lon"), func.ST_Y(_s.geom).label("lat"))
            .add_columns(into.c.number.label("merged_into"))
            .select_from(incident_party)
            .join(incident_state, mine)
            .join(incident, same)
            .outerjoin(matter, known)
            .outerjoin(into, merged)
            .where(_p.party == str(account_id), _p.part == "reporter", _s.reported_at >= since)
            .order_by(_s.incident_id.desc())
            .limit(limit)
        )
        return [dict(row) for row in self._connection.execute(query).mappings()]

    def last_words(self, incident_ids: Collection[UUID]) -> dict[UUID, str]:
        """Return what was last said of cases to whoever reported them, by id, where anything was."""
        c = incident_fact.c
        words = func.coalesce(c.payload["report"].astext, c.payload["reason"].astext, c.payload["text"].astext)
        query = select(c.incident_id, words).ext(distinct_on(c.incident_id))
        query = query.where(c.incident_id.in_(list(incident_ids)), c.kind.in_(_ENDINGS), words.is_not(None))
        return {row[0]: row[1] for row in self._connection.execute(query.order_by(c.incident_id, c.seq.desc()))}

    def whistles(self, areas: Collection[str], organisations: Collection[str], *, limit: int) -> list[UUID]:
        """Return the ids of whistles that are not over and summon an organisation, or lie in or beside an area.

        The first due first.
        """
        w, c, side = whistle.c, summons.c, whistle_side.c
        called = exists().where(
            c.district_code == w.district_code,
            c.whistle_id == w.id,
            c.organisation_code.in_(organisations),
            c.stage.not_in(["withdrawn", "excused"]),
        )
        wide = [area for area in areas if len(area) <= _STREET_DIGITS]
        beside = exists().where(
            side.district_code == w.district_code,
            side.whistle_id == w.id,
            or_(false(), *(side.street_code.startswith(area, autoescape=True) for area in wide)),
        )
        here = exists().where(
            _p.district_code == w.district_code, _p.incident_id == w.incident_id, _p.party.in_(list(areas))
        )
        mine = or_(called, here, beside)
        query = select(w.id).where(w.stage.not_in(_OVER), mine).order_by(w.due_at.asc().nulls_last(), w.id)
        return list(self._connection.execute(query.limit(limit)).scalars())


def _of_parties(parties: Sequence[str], stages: Collection[str]) -> Any:
    mine = select(_p.district_code, _p.incident_id).where(_p.open, _p.party == any_(array(list(parties))))
    own = mine.distinct().subquery("own")
    same = (_s.district_code == own.c.district_code) & (_s.incident_id == own.c.incident_id)
    # OFFSET 0: each state is looked up by its key, in its own month.
    state = select(_s.deadline_at).where(same, _s.stage.in_(stages)).offset(0).lateral("state")
    query = select(own.c.district_code, own.c.incident_id).select_from(own.join(state, true()))
    return query.order_by(state.c.deadline_at.asc().nulls_last(), own.c.incident_id)


def _wanted() -> Any:
    return func.unnest(bindparam("ids", type_=ARRAY(Uuid))).table_valued("id", name="wanted").render_derived()


def _told() -> Any:
    wanted, i, at, f = _wanted(), incident.c, incident_position.c, incident_fact.c
    same = (i.district_code == _s.district_code) & (i.id == _s.incident_id)
    here = (at.district_code == _s.district_code) & (at.incident_id == _s.incident_id) & (at.seq == _s.position_seq)
    first = (f.district_code == _s.district_code) & (f.incident_id == _s.incident_id) & (f.seq == 1)
    known = (matter.c.list_version == i.list_version) & (matter.c.code == _s.matter_code)
    address = func.coalesce(at.address, f.payload["address"].astext).cast(String)
    return (
        select(_s.incident_id, i.text, matter.c.name.label("matter"), address.label("address"))
        .add_columns(func.ST_X(_s.geom).label("lon"), func.ST_Y(_s.geom).label("lat"))
        .select_from(wanted)
        .join(incident_state, _s.incident_id == wanted.c.id)
        .join(incident, same)
        .outerjoin(incident_position, here)
        .outerjoin(incident_fact, first)
        .outerjoin(matter, known)
    )


def _standing() -> Any:
    wanted = _wanted()
    return standings().join(wanted, wanted.c.id == _s.incident_id)


_STANDING = _standing()
_TOLD = _told()
