"""Cases while they live: locked for an act, moved on, and everything appended that says so."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from gridgov.errors import NotFoundError
from gridgov.incidents import Fact, FactKind, chain
from gridgov.incidents.standing import Clock, Head, Stage, Standing
from gridgov.store import rows
from gridgov.store.tables import change, incident, incident_fact, incident_party, incident_state

_KEPT = tuple(
    name
    for name in Standing.__dataclass_fields__
    if name not in {"district_code", "incident_id", "number", "list_version", "parties"}
)


class CaseStore:
    """Reads and writes cases of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def lock(self, incident_id: UUID) -> Standing:
        """Return where a case stands, and make others who act upon it wait until this transaction ends.

        Raises
        ------
        NotFoundError
            If there is none with this id, or it is not visible to who acts.
        """
        return self._standing(incident_id, _standings().with_for_update(of=incident_state))

    def read(self, incident_id: UUID) -> Standing:
        """Return where a case stands, without a lock.

        Raises
        ------
        NotFoundError
            As for `lock`.
        """
        return self._standing(incident_id, _standings())

    def _standing(self, incident_id: UUID, query: Select[Any]) -> Standing:
        row = self._connection.execute(query.where(incident.c.id == incident_id)).first()
        if row is None:
            raise _no_case(incident_id)
        c = incident_party.c
        parties = select(c.party).where(c.district_code == row.district_code, c.incident_id == incident_id)
        return _as_standing(row, frozenset(self._connection.execute(parties).scalars()))

    def append(
        self, head: Head, facts: Iterable[tuple[FactKind, dict[str, Any]]], *, at: datetime, author: str
    ) -> list[Fact]:
        """Append facts to a case's chain; the case must be locked."""
        c = incident_fact.c
        query = select(c.incident_id, c.seq, c.kind, c.at, c.author, c.payload, c.previous_hash, c.hash)
        query = query.where(c.district_code == head.district_code, c.incident_id == head.incident_id)
        last = self._connection.execute(query.order_by(c.seq.desc()).limit(1)).one()
        after = Fact(last[0], last[1], FactKind(last[2]), *last[3:])
        links = chain(head.incident_id, facts, at=at, author=author, after=after)
        if links:
            self._connection.execute(insert(incident_fact), [rows.link(head.district_code, link) for link in links])
        return links

    def admit(self, head: Head, party: str, part: str) -> None:
        """Let an area, an organisation or an account (by its id) see a case from now on; nobody is ever taken off."""
        row = {"district_code": head.district_code, "incident_id": head.incident_id, "party": party, "part": part}
        self._connection.execute(upsert(incident_party).values(row).on_conflict_do_nothing())

    def save(self, before: Standing, changes: Mapping[str, Any]) -> None:
        """Keep what an act or a sweep changed of a locked case."""
        c = incident_state.c
        found = update(incident_state).where(
            c.district_code == before.district_code, c.incident_id == before.incident_id
        )
        self._connection.execute(found.values(dict(changes)))

    def change(self, head: Head, kind: str, *, at: datetime) -> None:
        """Write down for live screens that a case changed: ``case.dispatched`` and the like."""
        row = {"district_code": head.district_code, "subject_id": head.incident_id, "kind": kind, "at": at}
        self._connection.execute(insert(change).values(row))


def _standings() -> Select[Any]:
    same = (incident.c.district_code == incident_state.c.district_code) & (
        incident.c.id == incident_state.c.incident_id
    )
    kept = (incident_state.c[name] for name in _KEPT)
    return select(
        incident_state.c.district_code, incident_state.c.incident_id, incident.c.number, incident.c.list_version, *kept
    ).join_from(incident, incident_state, same)


def _as_standing(row: Row[Any], parties: frozenset[str]) -> Standing:
    values = row._asdict()
    before = values["stage_before"]
    values |= {"stage": Stage(values["stage"]), "stage_before": Stage(before) if before else None}
    return Standing(**{**values, "clock": Clock(values["clock"]), "parties": parties})


def _no_case(incident_id: UUID) -> NotFoundError:
    message = f"There is no incident {incident_id} that you may see: GET /api/v1/incidents lists those you may."
    return NotFoundError(message, field="incident_id")
