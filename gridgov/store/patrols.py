"""Checklists in their versions, and patrols as they were walked."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Select, func, insert, or_, select, true, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.dialects.postgresql import insert as upsert

from gridgov.access import Subject
from gridgov.codes import LENGTHS
from gridgov.patrols import Checklist, Every, Item, PatrolsWanted, naming
from gridgov.store.tables import checklist, patrol, person
from gridgov.store.visible import READ

_c, _p = checklist.c, patrol.c
_SHOWN = (
    *("district_code", "id", "person_id", "cell_code", "checklist_code", "checklist_version", "started_at", "ended_at"),
    *("device_started_at", "device_ended_at", "received_at", "answers", "found"),
)


class PatrolStore:
    """Reads and writes checklists and patrols of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def checklists(self) -> list[Checklist]:
        """Return the checklists in force, by district and code."""
        query = select(checklist).where(func.upper_inf(_c.valid), ~_c.retired).order_by(_c.district_code, _c.code)
        return [_checklist(row) for row in self._connection.execute(query)]

    def checklist(self, district_code: str, code: str, version: int | None = None) -> Checklist | None:
        """Return a version of a checklist (None: the newest, be it retired), or None where there is none."""
        query = select(checklist).where(_c.district_code == district_code, _c.code == code)
        query = query.where(func.upper_inf(_c.valid) if version is None else _c.version == version)
        row = self._connection.execute(query).first()
        return _checklist(row) if row else None

    def put(self, wanted: Checklist, *, at: datetime, author: str) -> None:
        """Put a version of a checklist in force from `at` on; the one before it ends there.

        By a clock that went back it takes effect when the one before it did, of which nothing is left then.
        """
        mine = (_c.district_code == wanted.district_code, _c.code == wanted.code, func.upper_inf(_c.valid))
        began = self._connection.execute(select(func.lower(_c.valid)).where(*mine).with_for_update()).scalar()
        at = max(at, began or at)
        ended = update(checklist).where(*mine).values(valid=func.tstzrange(func.lower(_c.valid), at))
        self._connection.execute(ended)
        row = {name: getattr(wanted, name) for name in ("district_code", "code", "version", "name_zh", "name_en")}
        row |= {"every": wanted.every.value, "roles": list(wanted.roles), "source": wanted.source, "author": author}
        items = [{"code": i.code, "zh": i.zh, "en": i.en, "matter": i.matter} for i in wanted.items]
        row |= {"valid": Range(at, None), "retired": wanted.retired, "items": items}
        self._connection.execute(insert(checklist).values(row))

    def add(self, row: dict[str, Any]) -> bool:
        """Keep a patrol; return False if its id is taken."""
        adding = upsert(patrol).values(row).on_conflict_do_nothing().returning(_p.id)
        return self._connection.execute(adding).first() is not None

    def digest(self, patrol_id: UUID, account_id: UUID) -> bytes | None:
        """Return the digest of what an account sent under an id, or None."""
        query = select(_p.digest).where(_p.id == patrol_id, _p.account_id == account_id)
        found: bytes | None = self._connection.execute(query).scalar()
        return found

    def patrol(self, patrol_id: UUID) -> dict[str, Any] | None:
        """Return a patrol that whoever acts may see, or None."""
        row = self._connection.execute(_listing().where(_p.id == patrol_id)).mappings().first()
        return dict(row) if row else None

    def page(self, subject: Subject, wanted: PatrolsWanted, *, limit: int, before: UUID | None) -> list[dict[str, Any]]:
        """Return patrols that `subject`, who acts, may see, the newest id first, strictly before the id `before`."""
        query = listed(subject, wanted, limit=limit, before=before)
        return [dict(row) for row in self._connection.execute(query).mappings()]

    def last(self, cells: Collection[str]) -> dict[tuple[str, str], datetime]:
        """Return when cells were walked last, by cell and checklist, as far as whoever acts may see it."""
        query = select(_p.cell_code, _p.checklist_code, func.max(_p.ended_at))
        query = query.where(_p.district_code.in_({cell[:6] for cell in cells}), _p.cell_code.in_(list(cells)))
        rows = self._connection.execute(query.group_by(_p.cell_code, _p.checklist_code))
        return {(row[0], row[1]): row[2] for row in rows}


def listed(subject: Subject, wanted: PatrolsWanted, *, limit: int, before: UUID | None) -> Select[Any]:
    """Return the query for a page of patrols."""
    cell, incident = wanted.cell_code, wanted.incident_id
    query: Select[Any] = _listing().where(_reached(subject)).order_by(_p.id.desc()).limit(limit)
    query = query.where(_p.district_code == cell[:6], _p.cell_code == cell) if cell else query
    query = query.where(_p.ended_at >= wanted.since) if wanted.since else query
    if incident:
        # No index looks into answers: the ids tell which few days to look through.
        first, end = naming(incident)
        named = _p.answers.contains([{"incident_id": str(incident)}])
        query = query.where(_p.id >= first, _p.id < end, named)
    return query.where(_p.id < before) if before else query


def _reached(subject: Subject) -> ColumnElement[bool]:
    """Return what the rule of the rows comes down to for whoever has no area, or cells alone.

    Whom it lets see what is the rule's own business. But no index finds what only a function tells, so that somebody
    who has walked little, or never, would look through everybody's patrols.
    """
    areas = subject.areas(READ)
    mine = _p.account_id == subject.account_id
    if not areas:
        return mine
    if any(len(area) < LENGTHS["cell"] for area in areas):
        return true()
    return or_(mine, _p.district_code.in_({area[:6] for area in areas}) & _p.cell_code.in_(areas))


def _listing() -> Any:
    mine = (person.c.district_code == _p.district_code) & (person.c.id == _p.person_id)
    return select(*(_p[name] for name in _SHOWN), person.c.name.label("person")).join(person, mine)


def _checklist(row: Row[Any]) -> Checklist:
    return Checklist(
        district_code=row.district_code,
        code=row.code,
        name_zh=row.name_zh,
        name_en=row.name_en,
        every=Every(row.every),
        items=tuple(Item(i["code"], i["zh"], i["en"], i["matter"]) for i in row.items),
        source=row.source,
        roles=tuple(row.roles),
        retired=row.retired,
        version=row.version,
    )
