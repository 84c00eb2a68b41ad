"""Areas: an identity that lasts, and dated periods of code, name, parent and outline."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from shapely.geometry.base import BaseGeometry
from sqlalchemy import Connection, Select, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import Range

from gridgov.areas import Level
from gridgov.ids import new_id
from gridgov.store.geometry import frame, from_store, to_store
from gridgov.store.tables import area, area_period

if TYPE_CHECKING:
    import geopandas as gpd


@dataclass(frozen=True, slots=True)
class AreaRow:
    """An area as of one moment."""

    district_code: str
    area_id: UUID
    level: Level
    code: str
    name: str
    parent_id: UUID | None
    geometry: BaseGeometry

    def says_the_same(self, other: AreaRow) -> bool:
        """Return whether nothing but the identity could tell the two apart."""
        mine, theirs = ((a.level, a.code, a.name, a.parent_id, a.geometry.normalize().wkb) for a in (self, other))
        return mine == theirs


class AreaStore:
    """Reads and writes areas of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def current(self, district_code: str) -> dict[str, AreaRow]:
        """Return the district's areas that are in force now, by code."""
        in_force = (area_period.c.district_code == district_code, func.upper_inf(area_period.c.valid))
        query = _areas().where(*in_force)
        rows = self._connection.execute(query)
        return {r.code: AreaRow(r[0], r[1], Level(r[2]), r[3], r[4], r[5], from_store(r[6])) for r in rows}

    def put(self, rows: list[AreaRow], *, at: datetime) -> None:
        """Store areas that are new or changed from `at` on; what was in force before ends there."""
        for row in rows:
            self._put(row, at)

    def _put(self, row: AreaRow, at: datetime) -> None:
        key = (area_period.c.district_code == row.district_code, area_period.c.area_id == row.area_id)
        closed = self._connection.execute(
            update(area_period)
            .where(*key, func.upper_inf(area_period.c.valid))
            .values(valid=func.tstzrange(func.lower(area_period.c.valid), at))
        )
        if not closed.rowcount:
            values = {"district_code": row.district_code, "id": row.area_id, "level": row.level}
            self._connection.execute(insert(area).values(values))
        self._connection.execute(
            insert(area_period).values(
                district_code=row.district_code,
                area_id=row.area_id,
                starts_at=at,
                valid=Range(at, None),
                code=row.code,
                name=row.name,
                parent_id=row.parent_id,
                geom=to_store(row.geometry),
            )
        )

    def take_back(self, district_code: str, at: datetime) -> None:
        """Let the periods that begin at a moment to come never begin: those that they follow go on."""
        a = area_period.c
        mine, open_ended = a.district_code == district_code, func.tstzrange(func.lower(a.valid), None)
        self._connection.execute(delete(area_period).where(mine, a.starts_at == at))
        self._connection.execute(update(area_period).where(mine, func.upper(a.valid) == at).values(valid=open_ended))

    def codes(self, level: Level, *, at: datetime) -> list[str]:
        """Return the codes of the areas of a level as of `at`, in order."""
        same = (area.c.district_code == area_period.c.district_code) & (area.c.id == area_period.c.area_id)
        query = select(area_period.c.code).join(area, same).where(area.c.level == level)
        return list(self._connection.execute(query.where(area_period.c.valid.contains(at)).order_by("code")).scalars())

    def names(self, codes: Collection[str], *, at: datetime) -> dict[str, str]:
        """Return what areas are called as of `at`, by code."""
        c = area_period.c
        query = select(c.code, c.name).where(c.district_code.in_({code[:6] for code in codes}), c.code.in_(codes))
        return {row[0]: row[1] for row in self._connection.execute(query.where(c.valid.contains(at)))}

    def frame(self, level: Level, *, at: datetime) -> gpd.GeoDataFrame:
        """Return the areas of a level as of `at`: district_code, code, name, geometry; sorted by code."""
        query = (
            select(area_period.c.district_code, area_period.c.code, area_period.c.name, area_period.c.geom)
            .join(area, (area.c.district_code == area_period.c.district_code) & (area.c.id == area_period.c.area_id))
            .where(area.c.level == level, area_period.c.valid.contains(at))
            .order_by(area_period.c.code)
        )
        return frame(self._connection.execute(query), ["district_code", "code", "name", "geom"])


def fresh(district_code: str, level: Level, code: str, name: str, parent: UUID | None, shape: BaseGeometry) -> AreaRow:
    """Return an area that has no identity yet, with a new one."""
    return AreaRow(district_code, new_id(), level, code, name, parent, shape)


def _areas() -> Select[Any]:
    return select(
        area.c.district_code,
        area.c.id,
        area.c.level,
        area_period.c.code,
        area_period.c.name,
        area_period.c.parent_id,
        area_period.c.geom,
    ).join(area_period, (area.c.district_code == area_period.c.district_code) & (area.c.id == area_period.c.area_id))
