"""The register of organisations. One that is closed keeps its name and its past, and is given nothing more."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, insert, or_, select, text, update

from gridgov.store.tables import (
    account_grant,
    incident_state,
    matter_list,
    organisation,
    person,
    responsibility,
    summons,
    whistle,
)

_HELD = text("SELECT cases, summons, people, grants, parts, leads FROM gridgov_held_by(:organisation, :at)")


@dataclass(frozen=True, slots=True)
class OrganisationsAsked:
    """Which organisations to list; all that is given must hold; `closed` lists the closed ones as well."""

    text: str | None = None
    kind: str | None = None
    area: str | None = None
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """What an organisation still holds: open cases, summons, people, grants, open parts of it, matters it answers."""

    cases: int
    summons: int
    people: int
    grants: int
    parts: int
    leads: tuple[str, ...]


class OrganisationRegister:
    """Reads and writes the organisations of one transaction."""

    def __init__(self, connection: Connection, *, acting: bool) -> None:
        self._connection = connection
        self._acting = acting

    def page(
        self, asked: OrganisationsAsked, *, at: datetime, limit: int | None = None, after: str | None = None
    ) -> list[dict[str, Any]]:
        """Return organisations by code, after the code `after`; `at` is now."""
        o = organisation.c
        query = _organisations().where(*_conditions(asked, at)).order_by(o.code).limit(limit)
        query = query.where(o.code > after) if after is not None else query
        return [dict(row) for row in self._connection.execute(query).mappings()]

    def one(self, code: str) -> dict[str, Any] | None:
        """Return an organisation, or None."""
        row = self._connection.execute(_organisations().where(organisation.c.code == code)).mappings().first()
        return None if row is None else dict(row)

    def add(self, values: Mapping[str, Any]) -> None:
        """Add an organisation."""
        self._connection.execute(insert(organisation).values(dict(values)))

    def change(self, code: str, values: Mapping[str, Any]) -> None:
        """Change an organisation's row."""
        self._connection.execute(update(organisation).where(organisation.c.code == code).values(dict(values)))

    def held(self, code: str, *, at: datetime) -> Held:
        """Return what an organisation holds at `at`."""
        if not self._acting:
            return self._held(code, at)
        row = self._connection.execute(_HELD, {"organisation": code, "at": at}).one()
        return Held(row.cases, row.summons, row.people, row.grants, row.parts, tuple(row.leads))

    def _held(self, code: str, at: datetime) -> Held:
        s, w, p, g = incident_state.c, whistle.c, person.c, account_grant.c
        here = summons.c
        open_case = (s.handling_organisation_code == code, s.stage.not_in(("closed", "rejected", "merged")))
        of_whistle = (w.district_code == here.district_code) & (w.id == here.whistle_id)
        called = select(func.count()).select_from(summons).join(whistle, of_whistle)
        called = called.where(here.organisation_code == code, here.released_at.is_(None))
        listed = select(responsibility.c.matter_code).join(
            matter_list, matter_list.c.version == responsibility.c.list_version
        )
        listed = listed.where(responsibility.c.organisation_code == code, func.upper_inf(matter_list.c.valid))
        run = self._connection.execute
        return Held(
            run(select(func.count()).select_from(incident_state).where(*open_case)).scalar_one(),
            run(called.where(w.stage.not_in(("closed", "withdrawn")))).scalar_one(),
            run(
                select(func.count())
                .select_from(person)
                .where(p.organisation_code == code, or_(p.ended_at.is_(None), p.ended_at > at))
            ).scalar_one(),
            run(
                select(func.count()).select_from(account_grant).where(g.organisation_code == code, g.valid.contains(at))
            ).scalar_one(),
            run(
                select(func.count())
                .select_from(organisation)
                .where(organisation.c.parent_code == code, organisation.c.closed_at.is_(None))
            ).scalar_one(),
            tuple(run(listed.order_by(responsibility.c.matter_code)).scalars()),
        )


def _organisations() -> Select[Any]:
    o = organisation.c
    return select(o.id, o.code, o.name, o.kind, o.area_code, o.parent_code, o.closed_at)


def _conditions(asked: OrganisationsAsked, at: datetime) -> list[ColumnElement[bool]]:
    o = organisation.c
    found: list[ColumnElement[bool]] = []
    if asked.text:
        found.append(or_(o.name.contains(asked.text, autoescape=True), o.code.icontains(asked.text, autoescape=True)))
    if asked.kind:
        found.append(o.kind == asked.kind)
    if asked.area:
        found.append(func.starts_with(o.area_code, asked.area))
    if not asked.closed:
        found.append(or_(o.closed_at.is_(None), o.closed_at > at))
    return found
