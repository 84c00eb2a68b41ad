"""Cases while they live: locked for an act, moved on, and everything appended that says so."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    Table,
    bindparam,
    case,
    delete,
    func,
    insert,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.dialects.postgresql import insert as upsert

from gridgov.errors import NotAllowedError, NotFoundError
from gridgov.incidents import Clock, Fact, FactKind, Head, Place, Stage, Standing, chain
from gridgov.incidents.hops import Stay
from gridgov.incidents.witness import witnessing
from gridgov.organisations import OrganisationKind
from gridgov.store import rows
from gridgov.store.standing import StandingKeeper
from gridgov.store.tables import (
    change,
    incident,
    incident_fact,
    incident_hop,
    incident_party,
    incident_position,
    incident_state,
    organisation,
)
from gridgov.store.waiting import Waiting
from gridgov.store.witnesses import Witnesses

MERGED_REPORTER = "merged_reporter"
"""The part of whoever reported what was merged into a case: taken off again with it."""
_COLUMNS = frozenset(incident_state.c.keys())
_KEPT = tuple(
    name
    for name in Standing.__dataclass_fields__
    if name not in {"district_code", "incident_id", "number", "list_version", "parties", "handling_office"}
)


class CaseStore:
    """Reads and writes cases of one transaction."""

    def __init__(self, connection: Connection, waiting: Waiting) -> None:
        self._connection = connection
        self._waiting = waiting
        self._witnesses = Witnesses(connection)
        self._past = StandingKeeper(connection)

    def lock(self, incident_id: UUID) -> Standing:
        """Return where a case stands, and make others who act upon it wait until this transaction ends.

        Raises
        ------
        NotFoundError
            If there is none with this id, or it is not visible to who acts.
        NotAllowedError
            If whoever acts may read it, and no more.
        DatabaseBusyError
            If too many wait for it already.
        """
        try:
            with self._waiting.at(incident_id):
                found = self._standing(incident_id, _LOCKED)
        except NotFoundError:  # the rules of the rows lock only what may be changed
            self.read(incident_id)
            message = "You may read this case, but nothing lets you act upon it: ask your administrator for a role."
            raise NotAllowedError(message) from None
        return self._watched([found])[0]

    def _watched(self, locked: list[Standing]) -> list[Standing]:
        """Return locked cases, their rows remembered as they are before anything is done: facts witness the change."""
        self._witnesses.look([standing.head for standing in locked])
        return locked

    def hold(self, heads: Iterable[Head]) -> None:
        """Make others who append to these cases wait until this transaction ends, in the order of their ids."""
        wanted, c = list(heads), incident_state.c
        query = select(c.incident_id).where(tuple_(c.district_code, c.incident_id).in_(_keys(wanted)))
        with self._waiting.at(*(head.incident_id for head in wanted)):
            self._connection.execute(query.order_by(c.incident_id).with_for_update())
        self._witnesses.look(wanted)

    def read(self, incident_id: UUID) -> Standing:
        """Return where a case stands, without a lock.

        Raises
        ------
        NotFoundError
            As for `lock`.
        """
        return self._standing(incident_id, _READ)

    def find(self, number: str) -> UUID | None:
        """Return the id that a public number stands for, or None."""
        c = incident.c
        query = select(c.id).where(c.district_code == number[:6], c.number == number)
        found: UUID | None = self._connection.execute(query).scalar()
        return found

    def merged_into(self, head: Head) -> Head | None:
        """Return the case that another was merged into, if it was, and if whoever acts may see that one."""
        query = select(incident_state.c.merged_into_id).where(*_of(head, incident_state))
        into: UUID | None = self._connection.execute(query).scalar()
        try:
            return self.read(into).head if into else None
        except NotFoundError:
            return None

    def _standing(self, incident_id: UUID, query: Select[Any]) -> Standing:
        row = self._connection.execute(query, {"of_incident": incident_id}).first()
        if row is None:
            raise _no_case(incident_id)
        parties = self._connection.execute(_PARTIES, _key(Head(row.district_code, incident_id))).scalars()
        return as_standing(row, frozenset(parties))

    def append(
        self, head: Head, facts: Iterable[tuple[FactKind, dict[str, Any]]], *, at: datetime, author: str
    ) -> list[Fact]:
        """Append facts to a case's chain; the case must be locked, or new.

        This comes last: the newest fact witnesses what the transaction made of the case's rows.
        """
        return self.append_each({head: list(facts)}, at=at, author=author)

    def append_each(
        self, facts: Mapping[Head, Iterable[tuple[FactKind, dict[str, Any]]]], *, at: datetime, author: str
    ) -> list[Fact]:
        """Append facts to the chains of several locked cases at once."""
        said = {head: list(each) for head, each in facts.items()}
        last = self._last_facts(head for head, each in said.items() if each)
        rows_of = self._witnesses.changes(last)
        links = {
            head: chain(head.incident_id, witnessing(said[head], rows_of[head][0]), at=at, author=author, after=after)
            for head, after in last.items()
        }
        found = [rows.link(head.district_code, link) for head, each in links.items() for link in each]
        if found:
            self._connection.execute(_ADD_FACTS, rows.one_or_many(found))
        for head, each in links.items():
            self._witnesses.tell(head, each[-1], rows_of[head][1])
        self._past.keep(last)
        return [link for each in links.values() for link in each]

    def _last_facts(self, heads: Iterable[Head]) -> dict[Head, Fact | None]:
        wanted = dict.fromkeys(heads)
        found = self._connection.execute(_LAST_FACTS, {"keys": _keys(wanted)})
        return wanted | {Head(r[0], r[1]): Fact(r[1], r[2], FactKind(r[3]), *r[4:]) for r in found}

    def digest_of(self, state: Mapping[str, Any]) -> str:
        """Return what a fact would witness of a case's state, if its row were this one."""
        return self._witnesses.digest_of(state)

    def admit(self, head: Head, party: str, part: str) -> None:
        """Let an area, an organisation or an account (by its id) see a case from now on."""
        row = {"district_code": head.district_code, "incident_id": head.incident_id, "party": party, "part": part}
        self._connection.execute(_ADMIT, row)

    def tell_parties(self, head: Head) -> None:
        """Let lists of what is open know whether a locked case is open, with the fact that tells of its new stage."""
        self._past.turn(head)

    def dismiss(self, head: Head, accounts: Iterable[UUID]) -> None:
        """Take accounts off a case that see it only because what they reported was merged into it."""
        c = incident_party.c
        theirs = c.party.in_([str(account) for account in accounts])
        self._connection.execute(
            delete(incident_party).where(*_of(head, incident_party), theirs, c.part == MERGED_REPORTER)
        )

    def save(self, before: Standing, changes: Mapping[str, Any]) -> None:
        """Keep what an act or a sweep changed of a locked case."""
        self.save_each({before.head: changes})

    def reporters(self, head: Head) -> list[UUID]:
        """Return the accounts that reported a case, or one that was merged into it."""
        c = incident_party.c
        query = select(c.party).where(*_of(head, incident_party), c.part.in_(("reporter", MERGED_REPORTER)))
        return [UUID(party) for party in self._connection.execute(query.order_by(c.party)).scalars()]

    def save_each(self, changes: Mapping[Head, Mapping[str, Any]]) -> None:
        """Keep what a sweep changed of locked cases; the same columns of each."""
        if not changes:
            return
        columns = {frozenset(values) for values in changes.values()}
        unknown = frozenset().union(*columns) - _COLUMNS
        if unknown or len(columns) > 1:  # the statement would leave some out without a word
            message = f"Not the same columns of incident_state: {[sorted(each) for each in columns]}"
            raise KeyError(message)
        found = [{**_key(head), **values} for head, values in changes.items()]
        self._connection.execute(_SAVE, rows.one_or_many(found))
        self._past.note(changes)

    def change(self, head: Head, kind: str, *, at: datetime) -> None:
        """Write down for live screens that a case changed: ``case.dispatched`` and the like."""
        self.change_each([head], kind, at=at)

    def change_each(self, heads: Sequence[Head], kind: str, *, at: datetime) -> None:
        """Write down that the same happened to several cases."""
        said = {"kind": kind, "at": at}
        found = [
            {"district_code": h.district_code, "subject_id": h.incident_id, "incident_id": h.incident_id, **said}
            for h in heads
        ]
        if found:
            self._connection.execute(_ADD_CHANGES, rows.one_or_many(found))

    def stays(self, head: Head) -> list[Stay]:
        """Return a case's hops in order."""
        return [Stay(*row) for row in self._connection.execute(_STAYS, _key(head))]

    def begin_stay(self, head: Head, organisation_code: str, *, at: datetime, accepted: bool = False) -> None:
        """Write down that a locked case is in an organisation's hands."""
        seq = self._connection.execute(_LAST_STAY, _key(head)).scalar_one() + 1
        row = {"district_code": head.district_code, "incident_id": head.incident_id, "seq": seq}
        row |= {"organisation_code": organisation_code, "dispatched_at": at, "accepted_at": at if accepted else None}
        self._connection.execute(insert(incident_hop).values(row))

    def accept_stay(self, head: Head, *, at: datetime) -> None:
        """Write down that whoever has a locked case took it on."""
        self._change_open(head, {"accepted_at": at})

    def end_stay(self, head: Head, *, by: str, at: datetime) -> None:
        """Write down that a locked case left the hands that it was in, if any."""
        self._change_open(head, {"ended_at": at, "ended_by": by})

    def _change_open(self, head: Head, values: dict[str, Any]) -> None:
        self._connection.execute(_CHANGE_OPEN, {**_key(head), **values})

    def move(self, head: Head, place: Place) -> dict[str, Any]:
        """Append a place to a locked case, let whoever answers there see it, and return what its state becomes."""
        last = select(func.coalesce(func.max(incident_position.c.seq), 0)).where(*_of(head, incident_position))
        seq = self._connection.execute(last).scalar_one() + 1
        key = {"district_code": head.district_code, "incident_id": head.incident_id, "seq": seq}
        for table, found in rows.place(place):
            self._connection.execute(insert(table), [{**key, **row} for row in found])
        for code in rows.places(place):
            self.admit(head, code, "place")
        return rows.placed(place) | {"position_seq": seq}

    def due(self, now: datetime, limit: int) -> list[Standing]:
        """Return the cases of which something is due, longest due first, locked; what others hold is left out."""
        query = standings().where(incident_state.c.due_at <= now).order_by(incident_state.c.due_at).limit(limit)
        found = self._connection.execute(query.with_for_update(of=incident_state, skip_locked=True))
        return self._watched([as_standing(row, frozenset()) for row in found])

    def short_of(self, last_day: date, limit: int) -> list[Standing]:
        """Return cases whose clock went beyond a calendar that ended before `last_day`, locked, like `due`."""
        query = standings().where(incident_state.c.calendar_short < last_day).limit(limit)
        found = self._connection.execute(query.with_for_update(of=incident_state, skip_locked=True))
        return self._watched([as_standing(row, frozenset()) for row in found])


def _handling_office() -> ColumnElement[str]:
    """Return the area of the street office that handles a case, itself or by a section of its own; else null."""
    own, above = organisation.alias(), organisation.alias()
    office = OrganisationKind.STREET_OFFICE.value
    area = case((own.c.kind == office, own.c.area_code), (above.c.kind == office, above.c.area_code))
    joined = own.outerjoin(above, above.c.code == own.c.parent_code)
    found = select(area).select_from(joined).where(own.c.code == incident_state.c.handling_organisation_code)
    return found.correlate(incident_state).scalar_subquery()


def _keys(heads: Iterable[Head]) -> list[tuple[str, UUID]]:
    return [(head.district_code, head.incident_id) for head in heads]


def _key(head: Head) -> dict[str, Any]:
    """Return what the statements below ask by."""
    return {"of_district": head.district_code, "of_incident": head.incident_id}


def _asked(table: Table) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return table.c.district_code == bindparam("of_district"), table.c.incident_id == bindparam("of_incident")


def _of(head: Head, table: Table) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return table.c.district_code == head.district_code, table.c.incident_id == head.incident_id


def standings() -> Select[Any]:
    """Return the query for where cases stand, to be narrowed; `as_standing` makes records of its rows."""
    same = (incident.c.district_code == incident_state.c.district_code) & (
        incident.c.id == incident_state.c.incident_id
    )
    kept = (incident_state.c[name] for name in _KEPT)
    key = (incident_state.c.district_code, incident_state.c.incident_id)
    office = _handling_office().label("handling_office")
    return select(*key, incident.c.number, incident.c.list_version, *kept, office).join_from(
        incident, incident_state, same
    )


def as_standing(row: Row[Any], parties: frozenset[str]) -> Standing:
    """Return a row of `standings` as a record."""
    values = row._asdict()
    before = values["stage_before"]
    values |= {"stage": Stage(values["stage"]), "stage_before": Stage(before) if before else None}
    return Standing(**{**values, "clock": Clock(values["clock"]), "parties": parties})


def _no_case(incident_id: UUID) -> NotFoundError:
    message = f"There is no incident {incident_id} that you may see: GET /api/v1/incidents lists those you may."
    return NotFoundError(message, field="incident_id")


def _last_facts() -> Select[Any]:
    c = incident_fact.c
    key = (c.district_code, c.incident_id)
    said = select(*key, c.seq, c.kind, c.at, c.author, c.payload, c.previous_hash, c.hash)
    theirs = said.where(tuple_(*key).in_(bindparam("keys", expanding=True)))
    return theirs.ext(distinct_on(*key)).order_by(*key, c.seq.desc())


def _stays() -> Select[Any]:
    c = incident_hop.c
    said = select(c.seq, c.organisation_code, c.dispatched_at, c.accepted_at, c.ended_at, c.ended_by)
    return said.where(*_asked(incident_hop)).order_by(c.seq)


# Each act sends these: putting one together anew takes as long as sending it.
_READ = standings().where(incident.c.id == bindparam("of_incident"))
_LOCKED = _READ.with_for_update(of=incident_state)
_PARTIES = select(incident_party.c.party).where(*_asked(incident_party))
_ADMIT = upsert(incident_party).on_conflict_do_nothing()
_LAST_FACTS = _last_facts()
_ADD_FACTS = insert(incident_fact)
_ADD_CHANGES = insert(change).inline()
_SAVE = update(incident_state).where(*_asked(incident_state))
_STAYS = _stays()
_LAST_STAY = select(func.coalesce(func.max(incident_hop.c.seq), 0)).where(*_asked(incident_hop))
_CHANGE_OPEN = update(incident_hop).where(*_asked(incident_hop), incident_hop.c.ended_at.is_(None))
