"""The register of people, one row each for good: whoever leaves has an end, and is never taken out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, insert, or_, select, text, tuple_, update

from gridgov.store.tables import area_period, cell, duty, organisation, person

_PHONES = text("SELECT person_id, phone, whole FROM gridgov_phones(:district, :people)")
_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class PeopleAsked:
    """Which people to list; all that is given must hold.

    Attributes
    ----------
    text
        A part of the name or of the staff number.
    area
        A code: those whose organisation answers for it or for a part of it, and those with a duty there.
    organisation
        The code of their organisation.
    ended
        Whether those who have left are listed as well.
    """

    text: str | None = None
    area: str | None = None
    organisation: str | None = None
    ended: bool = False


class PersonRegister:
    """Reads and writes the people of one transaction."""

    def __init__(self, connection: Connection, *, acting: bool) -> None:
        self._connection = connection
        self._acting = acting

    def page(self, asked: PeopleAsked, *, at: datetime, limit: int, after: UUID | None = None) -> list[dict[str, Any]]:
        """Return people by district and staff number, after the person `after`."""
        p = person.c
        query = _people().where(*_conditions(asked, at)).order_by(p.district_code, p.staff_code).limit(limit)
        if after is not None:
            place = select(p.district_code, p.staff_code).where(p.id == after).scalar_subquery()
            query = query.where(tuple_(p.district_code, p.staff_code) > place)
        return self._told(self._connection.execute(query).mappings().all())

    def one(self, person_id: UUID) -> dict[str, Any] | None:
        """Return a person, or None."""
        rows = self._connection.execute(_people().where(person.c.id == person_id)).mappings().all()
        return self._told(rows)[0] if rows else None

    def by_codes(self, district_code: str) -> dict[str, dict[str, Any]]:
        """Return the district's people by staff number."""
        rows = self._connection.execute(_people().where(person.c.district_code == district_code)).mappings().all()
        return {row["staff_code"]: row for row in self._told(rows)}

    def has_code(self, district_code: str, staff_code: str) -> bool:
        """Return whether the staff number is somebody's already."""
        query = select(person.c.id).where(person.c.district_code == district_code, person.c.staff_code == staff_code)
        return self._connection.execute(query).first() is not None

    def add(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add people."""
        for start in range(0, len(rows), _BATCH):
            self._connection.execute(insert(person), [dict(row) for row in rows[start : start + _BATCH]])

    def change(self, district_code: str, person_id: UUID, values: Mapping[str, Any]) -> None:
        """Change a person's row."""
        where = (person.c.district_code == district_code, person.c.id == person_id)
        self._connection.execute(update(person).where(*where).values(dict(values)))

    def _told(self, rows: Sequence[Mapping[Any, Any]]) -> list[dict[str, Any]]:
        """Return rows with the numbers as far as whoever asks may know them."""
        numbers: dict[UUID, tuple[str | None, bool]] = {}
        for district_code in {row["district_code"] for row in rows}:
            ids = [row["id"] for row in rows if row["district_code"] == district_code]
            numbers |= self._phones(district_code, ids)
        unknown = (None, False)
        return [
            {
                **row,
                "phone": numbers.get(row["id"], unknown)[0],
                "phone_is_whole": numbers.get(row["id"], unknown)[1],
            }
            for row in rows
        ]

    def _phones(self, district_code: str, ids: list[UUID]) -> dict[UUID, tuple[str | None, bool]]:
        if self._acting:
            found = self._connection.execute(_PHONES, {"district": district_code, "people": ids})
            return {row.person_id: (row.phone, row.whole) for row in found}
        query = select(person.c.id, person.c.phone).where(person.c.district_code == district_code, person.c.id.in_(ids))
        return {row.id: (row.phone, True) for row in self._connection.execute(query)}


def in_service(at: datetime) -> ColumnElement[bool]:
    """Return the condition that somebody has not left at `at`."""
    return or_(person.c.ended_at.is_(None), person.c.ended_at > at)


def _people() -> Select[Any]:
    p, o = person.c, organisation.c
    return select(
        p.district_code,
        p.id,
        p.staff_code,
        p.name,
        p.organisation_code,
        o.name.label("organisation_name"),
        o.area_code,
        p.employment,
        p.ended_at,
    ).join(organisation, o.code == p.organisation_code)


def _conditions(asked: PeopleAsked, at: datetime) -> list[ColumnElement[bool]]:
    p = person.c
    found: list[ColumnElement[bool]] = []
    if asked.text:
        found.append(
            or_(p.name.contains(asked.text, autoescape=True), p.staff_code.icontains(asked.text, autoescape=True))
        )
    if asked.area:
        found.append(or_(func.starts_with(organisation.c.area_code, asked.area), _has_duty(asked.area, at)))
    if asked.organisation:
        found.append(p.organisation_code == asked.organisation)
    if not asked.ended:
        found.append(in_service(at))
    return found


def _has_duty(area: str, at: datetime) -> ColumnElement[bool]:
    d, c, a = duty.c, cell.c, area_period.c
    mine = and_(d.district_code == person.c.district_code, d.person_id == person.c.id, d.valid.contains(at))
    of_cell = exists().where(c.district_code == d.district_code, c.id == d.cell_id, func.starts_with(c.code, area))
    of_area = exists().where(a.district_code == d.district_code, a.area_id == d.area_id, func.starts_with(a.code, area))
    return exists().where(mine, or_(of_cell, of_area))
