"""The register of duties: who answered for which cell or area, as what, from when until when. None is taken out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, case, func, insert, literal, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import Range

from gridgov.staff import TargetKind
from gridgov.store.tables import area_period, cell, duty, duty_role, person

_BATCH = 1_000
_CELL_DIGITS: Final = 15
KIND_OF_DIGITS: Final = {
    6: TargetKind.DISTRICT,
    9: TargetKind.STREET,
    12: TargetKind.COMMUNITY,
    _CELL_DIGITS: TargetKind.CELL,
}


@dataclass(frozen=True, slots=True)
class DutiesAsked:
    """Which duties to list; all that is given must hold.

    Attributes
    ----------
    person_id
        Of whom.
    cell
        A cell's code: those of the cell itself, of its community, its street and its district.
    area
        A code: those of the area and of all that lies in it.
    as_of
        In force at this moment; None for all there ever were.
    ending_after
        Not over by this moment: in force then, or to come.
    """

    person_id: UUID | None = None
    cell: str | None = None
    area: str | None = None
    as_of: datetime | None = None
    ending_after: datetime | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """What a duty is for: a cell or an area, with the code that it has; `ends_at` where a new grid closes the cell."""

    district_code: str
    code: str
    cell_id: UUID | None
    area_id: UUID | None
    ends_at: datetime | None = None


class DutyRegister:
    """Reads and writes the duties of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def page(
        self, asked: DutiesAsked, *, at: datetime, limit: int | None = None, before: UUID | None = None
    ) -> list[dict[str, Any]]:
        """Return duties, the latest beginning first, after the duty `before`; `at` is now."""
        began = func.lower(duty.c.valid)
        # A duty that never came into force, because its cell did not, is nothing to tell of.
        there = ~func.isempty(duty.c.valid)
        query = _duties(asked.as_of or at).where(there, *_conditions(asked)).order_by(began.desc(), duty.c.id.desc())
        if before is not None:
            place = select(began, duty.c.id).where(duty.c.id == before).scalar_subquery()
            query = query.where(tuple_(began, duty.c.id) < place)
        return [_told(row) for row in self._connection.execute(query.limit(limit)).mappings()]

    def one(self, duty_id: UUID, *, at: datetime) -> dict[str, Any] | None:
        """Return a duty, or None."""
        row = self._connection.execute(_duties(at).where(duty.c.id == duty_id)).mappings().first()
        return None if row is None else _told(row)

    def roles(self) -> list[dict[str, Any]]:
        """Return what people may answer as: code, name_zh, name_en."""
        return [dict(r) for r in self._connection.execute(select(duty_role).order_by(duty_role.c.code)).mappings()]

    def target(self, code: str, *, at: datetime) -> Target | None:
        """Return the cell that has this code at a moment, or the area that has it in the newest grid, or None."""
        if len(code) != _CELL_DIGITS:
            return self.area(code)
        c, district = cell.c, code[:6]
        query = select(c.id, func.upper(c.valid))
        query = query.where(c.district_code == district, c.code == code, c.valid.contains(at))
        row = self._connection.execute(query).first()
        return None if row is None else Target(district, code, row[0], None, row[1])

    def area(self, code: str) -> Target | None:
        """Return the area that has this code in the newest grid, or None."""
        a, district = area_period.c, code[:6]
        query = select(a.area_id).where(a.district_code == district, a.code == code, func.upper_inf(a.valid))
        found = self._connection.execute(query).scalar()
        return None if found is None else Target(district, code, None, found)

    def targets(self, district_code: str, at: datetime) -> dict[str, Target]:
        """Return all cells of a district by the codes that they have at a moment, and all areas."""
        c, a = cell.c, area_period.c
        cells = select(c.code, c.id, func.upper(c.valid)).where(c.district_code == district_code, c.valid.contains(at))
        areas = select(a.code, a.area_id).where(a.district_code == district_code, func.upper_inf(a.valid))
        run = self._connection.execute
        found = {row[0]: Target(district_code, row[0], row[1], None, row[2]) for row in run(cells)}
        return found | {row[0]: Target(district_code, row[0], None, row[1]) for row in run(areas)}

    def overlapping(self, wanted: Mapping[str, Any], *, at: datetime) -> dict[str, Any] | None:
        """Return a duty of the same person, role and target whose time runs into `wanted`'s, or None."""
        d = duty.c
        query = _duties(at).where(
            d.district_code == wanted["district_code"],
            d.person_id == wanted["person_id"],
            d.role == wanted["role"],
            d.cell_id.is_not_distinct_from(wanted["cell_id"]),
            d.area_id.is_not_distinct_from(wanted["area_id"]),
            d.valid.overlaps(Range(wanted["since"], wanted["until"])),
        )
        row = self._connection.execute(query.limit(1)).mappings().first()
        return None if row is None else _told(row)

    def add(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add duties; each has a `since` and an `until` or None."""
        values = [
            {
                **{name: row[name] for name in ("district_code", "id", "person_id", "role", "cell_id", "area_id")},
                "valid": Range(row["since"], row["until"]),
            }
            for row in rows
        ]
        for start in range(0, len(values), _BATCH):
            self._connection.execute(insert(duty), values[start : start + _BATCH])

    def end(self, district_code: str, duty_ids: Sequence[UUID], at: datetime) -> None:
        """Let duties end at a moment."""
        where = (duty.c.district_code == district_code, duty.c.id.in_(duty_ids))
        self._connection.execute(update(duty).where(*where).values(valid=func.tstzrange(func.lower(duty.c.valid), at)))


def _duties(at: datetime) -> Select[Any]:
    """Return duties with the codes and names that their targets had when they were last in force, as of `at`."""
    d, a = duty.c, area_period.c
    last = func.least(func.coalesce(func.upper(d.valid), at), at)
    # The period of the last day; of a duty from before the area was loaded, the first that is known.
    period = (
        select(a.code, a.name)
        .where(a.district_code == d.district_code, a.area_id == d.area_id)
        .order_by(case((a.starts_at <= last, a.starts_at)).desc().nulls_last(), a.starts_at)
        .limit(1)
        .lateral("period")
    )
    return (
        select(d.district_code, d.id, d.person_id, person.c.staff_code, person.c.name, d.role, d.cell_id, d.area_id)
        .add_columns(duty_role.c.name_zh.label("role_name_zh"), duty_role.c.name_en.label("role_name_en"))
        .add_columns(func.coalesce(cell.c.code, period.c.code).label("target_code"))
        .add_columns(func.coalesce(cell.c.name, period.c.name).label("target_name"))
        .add_columns(func.lower(d.valid).label("since"), func.upper(d.valid).label("until"))
        .join_from(duty, person, (person.c.district_code == d.district_code) & (person.c.id == d.person_id))
        .join(duty_role, duty_role.c.code == d.role)
        .outerjoin(cell, (cell.c.district_code == d.district_code) & (cell.c.id == d.cell_id))
        .outerjoin(period, literal(value=True))
    )


def _conditions(asked: DutiesAsked) -> list[ColumnElement[bool]]:
    d = duty.c
    found: list[ColumnElement[bool]] = []
    if asked.person_id is not None:
        found.append(d.person_id == asked.person_id)
    if asked.cell is not None:
        found.append(_over(asked.cell))
    if asked.area is not None:
        found.append(_inside(asked.area))
    if asked.as_of is not None:
        found.append(d.valid.contains(asked.as_of))
    if asked.ending_after is not None:
        found.append(or_(func.upper_inf(d.valid), func.upper(d.valid) > asked.ending_after))
    return found


def _over(code: str) -> ColumnElement[bool]:
    """Return the condition that a duty is for the cell of a code, or for what it lies in."""
    d, c, a = duty.c, cell.c, area_period.c
    cells = select(c.id).where(c.district_code == code[:6], c.code == code)
    above = [code[:digits] for digits in KIND_OF_DIGITS if digits < _CELL_DIGITS]
    areas = select(a.area_id).where(a.district_code == code[:6], a.code.in_(above))
    return (d.district_code == code[:6]) & or_(d.cell_id.in_(cells), d.area_id.in_(areas))


def _inside(code: str) -> ColumnElement[bool]:
    d, c, a = duty.c, cell.c, area_period.c
    cells = select(c.id).where(func.starts_with(c.code, code))
    areas = select(a.area_id).where(func.starts_with(a.code, code))
    return or_(d.cell_id.in_(cells), d.area_id.in_(areas))


def _told(row: Mapping[Any, Any]) -> dict[str, Any]:
    code = row["target_code"]
    return {**row, "target_kind": KIND_OF_DIGITS.get(len(code or ""), TargetKind.CELL)}
