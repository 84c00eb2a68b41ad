"""Organisations, people and their duties."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, or_, select
from sqlalchemy.dialects.postgresql import Range, insert

from gridgov.organisations import Organisation, OrganisationBook, OrganisationKind
from gridgov.store.tables import area_period, cell, duty, duty_role, organisation, person
from gridgov.store.upsert import upsert

_BATCH = 2_000


class PeopleStore:
    """Reads and writes organisations, people and duties of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def book(self) -> OrganisationBook:
        """Return all organisations."""
        c = organisation.c
        query = select(c.id, c.code, c.name, c.kind, c.area_code, c.parent_code, c.closed_at.is_not(None))
        return OrganisationBook([_organisation(row) for row in self._connection.execute(query)])

    def codes(self) -> frozenset[str]:
        """Return the codes of all organisations that are not closed."""
        query = select(organisation.c.code).where(organisation.c.closed_at.is_(None))
        return frozenset(self._connection.execute(query).scalars())

    def put_organisations(self, rows: Sequence[dict[str, Any]]) -> int:
        """Add or change organisations by code; return how many changed anything."""
        return upsert(self._connection, organisation, rows, keys=["code"], keep=frozenset({"id"}))

    def put_people(self, rows: Sequence[dict[str, Any]]) -> int:
        """Add or change people by (district, staff code); return how many changed anything."""
        return upsert(self._connection, person, rows, keys=["district_code", "staff_code"], keep=frozenset({"id"}))

    def person_ids(self, district_code: str) -> dict[str, UUID]:
        """Return the district's people by staff code."""
        query = select(person.c.staff_code, person.c.id).where(person.c.district_code == district_code)
        return {r[0]: r[1] for r in self._connection.execute(query)}

    def duty_keys(self, district_code: str) -> set[tuple[Any, ...]]:
        """Return what the district's duties are told apart by: person, role, cell, area, beginning."""
        c = duty.c
        query = select(c.person_id, c.role, c.cell_id, c.area_id, func.lower(c.valid))
        return {tuple(r) for r in self._connection.execute(query.where(c.district_code == district_code))}

    def add_duties(self, rows: Sequence[dict[str, Any]]) -> None:
        """Append duties; each row holds a ``starts_at`` and an ``ends_at`` or None."""
        prepared = [_duty(row) for row in rows]
        for start in range(0, len(prepared), _BATCH):
            self._connection.execute(insert(duty).values(prepared[start : start + _BATCH]))

    def duty_roles(self) -> frozenset[str]:
        """Return the roles that duties may have."""
        return frozenset(self._connection.execute(select(duty_role.c.code)).scalars())

    def duties_of(self, person_of: tuple[str, UUID], *, at: datetime) -> list[dict[str, Any]]:
        """Return what a person answers for at a moment: code, name, is_cell, role with its names, since, until."""
        d, there = duty.c, func.coalesce(cell.c.code, area_period.c.code)
        of_cell = (cell.c.district_code == d.district_code) & (cell.c.id == d.cell_id) & cell.c.valid.contains(at)
        of_area = (area_period.c.district_code == d.district_code) & (area_period.c.area_id == d.area_id)
        query = (
            select(there.label("code"), func.coalesce(cell.c.name, area_period.c.name).label("name"))
            .add_columns(d.cell_id.is_not(None).label("is_cell"), d.role, duty_role.c.name_zh, duty_role.c.name_en)
            .add_columns(func.lower(d.valid).label("since"), func.upper(d.valid).label("until"))
            .join_from(duty, duty_role, duty_role.c.code == d.role)
            .outerjoin(cell, of_cell)
            .outerjoin(area_period, of_area & area_period.c.valid.contains(at))
            .where(d.district_code == person_of[0], d.person_id == person_of[1])
            .where(d.valid.contains(at), there.is_not(None))
            .order_by(there, d.role)
        )
        return [dict(row) for row in self._connection.execute(query).mappings()]

    def who(self, district_code: str, cell_id: UUID, *, at: datetime) -> list[dict[str, Any]]:
        """Return who answers for a cell at a moment: those of the cell itself, then of its community and street."""
        areas = select(cell.c.street_id, cell.c.community_id).where(
            cell.c.district_code == district_code, cell.c.id == cell_id
        )
        row = self._connection.execute(areas).first()
        if row is None:
            return []
        query = (
            select(
                person.c.staff_code,
                person.c.name,
                duty.c.role,
                duty.c.cell_id.is_not(None).label("of_the_cell"),
                area_period.c.name.label("area_name"),
            )
            .join(person, (person.c.district_code == duty.c.district_code) & (person.c.id == duty.c.person_id))
            .outerjoin(
                area_period,
                (area_period.c.district_code == duty.c.district_code)
                & (area_period.c.area_id == duty.c.area_id)
                & area_period.c.valid.contains(at),
            )
            .where(
                duty.c.district_code == district_code,
                duty.c.valid.contains(at),
                or_(duty.c.cell_id == cell_id, duty.c.area_id.in_([row[0], row[1]])),
            )
            .order_by(duty.c.cell_id.is_(None), duty.c.role, person.c.staff_code)
        )
        return [dict(r) for r in self._connection.execute(query).mappings()]


def _organisation(row: Any) -> Organisation:
    return Organisation(row[0], row[1], row[2], OrganisationKind(row[3]), row[4], row[5], closed=row[6])


def _duty(row: dict[str, Any]) -> dict[str, Any]:
    kept = {k: v for k, v in row.items() if k not in {"starts_at", "ends_at"}}
    return {**kept, "valid": Range(row["starts_at"], row["ends_at"])}
