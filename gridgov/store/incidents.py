"""Incidents: taken in whole or not at all; found again by id, number or place."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, bindparam, func, insert, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from gridgov.errors import ConflictError
from gridgov.ids import first_id_of
from gridgov.incidents import (
    Case,
    DuplicateRule,
    Fact,
    FactKind,
    Neighbour,
    Place,
    Stored,
)
from gridgov.store import rows
from gridgov.store.tables import (
    change,
    incident,
    incident_duplicate,
    incident_external,
    incident_fact,
    incident_party,
    incident_position,
    incident_probability,
    incident_share,
    incident_state,
    reporter,
)


class IncidentStore:
    """Reads and writes incidents of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def hold(self, incident_id: UUID) -> None:
        """Make others who bring the same id wait until this transaction ends."""
        key = incident_id.int & 0x7FFF_FFFF_FFFF_FFFF
        self._connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})

    def stored(self, incident_id: UUID) -> Stored | None:
        """Return what is already stored under the id, in whatever district, or None."""
        row = self._connection.execute(_STORED, {"of_incident": incident_id}).first()
        return Stored(*row) if row else None

    def state(self, district_code: str, incident_id: UUID) -> dict[str, Any]:
        """Return an incident's newest state."""
        c = incident_state.c
        query = select(incident_state).where(c.district_code == district_code, c.incident_id == incident_id)
        return dict(self._connection.execute(query).mappings().one())

    def add(self, case: Case) -> None:
        """Store a case with its place, its first state and a change row."""
        run = self._connection.execute
        run(insert(incident), rows.incident(case))
        if case.place:
            self._add_place(case, case.place)
        run(insert(incident_state), rows.state(case))
        run(insert(incident_party), [{**rows.head(case), **p} for p in rows.parties(case)])
        report = case.report
        head = rows.head(case)
        if report.external_number:
            self._claim_number(head, report.channel.value, report.external_number)
        if report.reporter and (report.reporter.name or report.reporter.phone):
            run(insert(reporter), {**head, "name": report.reporter.name, "phone": report.reporter.phone})
        if case.duplicates:
            run(insert(incident_duplicate), [{**head, **rows.duplicate(s)} for s in case.duplicates])
        news = {"district_code": case.district_code, "at": case.received_at}
        run(insert(change).inline(), {**news, "kind": "incident.reported", "subject_id": report.id})

    def _claim_number(self, head: dict[str, Any], channel: str, number: str) -> None:
        row = {**head, "channel": channel, "external_number": number}
        claim = upsert(incident_external).values(row).on_conflict_do_nothing()
        if self._connection.execute(claim.returning(incident_external.c.incident_id)).first():
            return
        # Not for which one: whoever brings the number may not see it.
        message = f"The channel's number {number} already stands for another incident: send changes as a new number."
        raise ConflictError(message, field="external_number")

    def known_numbers(self, numbers: Sequence[str]) -> set[str]:
        """Return which of the channels' own numbers stand for an incident, of whatever district and channel."""
        c = incident_external.c
        return set(self._connection.execute(select(c.external_number).where(c.external_number.in_(numbers))).scalars())

    def _add_place(self, case: Case, place: Place) -> None:
        head = {"district_code": case.district_code, "incident_id": case.report.id, "seq": rows.FIRST_POSITION}
        self._connection.execute(insert(incident_position), {**head, **rows.position(place)})
        if place.chances:
            chances = [{**head, "rank": rank, **rows.chance(c)} for rank, c in enumerate(place.chances)]
            self._connection.execute(insert(incident_probability), chances)
        if place.shares:
            shares = [{**head, "rank": rank, **rows.share(s)} for rank, s in enumerate(place.shares)]
            self._connection.execute(insert(incident_share), shares)

    def neighbours(self, place: Place, matter: str, reported_at: datetime, rule: DuplicateRule) -> list[Neighbour]:
        """Return incidents of the same matter near `place` and `reported_at`, whatever district they belong to."""
        here = place.geometry.representative_point()  # as the others are kept: an extent is nowhere far from itself
        asked = {
            "lon": here.x,
            "lat": here.y,
            "degrees": rule.within_m / 60_000,  # wider than needed on purpose: the distance decides, the box only finds
            "since": reported_at - rule.within,
            "until": reported_at + rule.within,
            "first_id": first_id_of(reported_at - rule.within * 2),
            "matter": matter,
            "within_m": rule.within_m,
        }
        found = self._connection.execute(_NEIGHBOURS, asked)
        return [Neighbour(*row) for row in found]

    def facts(self, district_code: str, incident_id: UUID) -> list[Fact]:
        """Return an incident's facts in order."""
        c = incident_fact.c
        query = select(c.incident_id, c.seq, c.kind, c.at, c.author, c.payload, c.previous_hash, c.hash)
        query = query.where(c.district_code == district_code, c.incident_id == incident_id).order_by(c.seq)
        return [Fact(r[0], r[1], FactKind(r[2]), *r[3:]) for r in self._connection.execute(query)]


def _stored() -> Select[Any]:
    i, f = incident.c, incident_fact.c
    first = (f.district_code == i.district_code) & (f.incident_id == i.id) & (f.seq == 1)
    query = select(i.district_code, i.id, i.number, i.digest, i.received_at, f.author)
    return query.join(incident_fact, first).where(i.id == bindparam("of_incident"))


def _neighbours() -> Select[Any]:
    point = func.ST_SetSRID(func.ST_MakePoint(bindparam("lon"), bindparam("lat")), 4326)
    distance = func.ST_DistanceSphere(incident_state.c.geom, point)
    same = (incident.c.district_code == incident_state.c.district_code) & (
        incident.c.id == incident_state.c.incident_id
    )
    return (
        select(
            incident.c.district_code,
            incident.c.id,
            incident.c.number,
            incident.c.reported_at,
            incident.c.text,
            distance,
        )
        .select_from(incident_state)
        .join(incident, same)
        .where(
            incident_state.c.geom.bool_op("&&")(func.ST_Expand(point, bindparam("degrees"))),
            incident_state.c.reported_at.between(bindparam("since"), bindparam("until")),
            incident_state.c.incident_id >= bindparam("first_id"),
            incident.c.id >= bindparam("first_id"),
            incident.c.matter_code == bindparam("matter"),
            distance <= bindparam("within_m"),
        )
        .order_by(distance)
        .limit(50)
    )


_STORED, _NEIGHBOURS = _stored(), _neighbours()  # asked with every report, so put together once
