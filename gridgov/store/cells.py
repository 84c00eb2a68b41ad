"""Cells: rows valid over a period whose geometry never changes, versions of the grid, and their lineage."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from shapely.geometry.base import BaseGeometry
from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import Range, distinct_on
from sqlalchemy.dialects.postgresql import insert as upsert

from gridgov.spans import day_of
from gridgov.store.geometry import frame, from_store, to_store
from gridgov.store.tables import area_period, cell, cell_lineage, cell_measure, draft_event, grid_version

if TYPE_CHECKING:
    import geopandas as gpd


@dataclass(frozen=True, slots=True)
class CellRow:
    """A cell as of one moment."""

    district_code: str
    id: UUID
    code: str
    name: str
    kind: str
    street_id: UUID
    community_id: UUID
    area_m2: float
    geometry: BaseGeometry

    def same_ground(self, other: CellRow) -> bool:
        """Return whether both lie in the same place, under the same street and community."""
        return (
            self.street_id == other.street_id
            and self.community_id == other.community_id
            and self.geometry.normalize().wkb == other.geometry.normalize().wkb
        )

    def same_label(self, other: CellRow) -> bool:
        """Return whether both are called the same."""
        return (self.name, self.kind) == (other.name, other.kind)


@dataclass(frozen=True, slots=True)
class Heir:
    """A line of the lineage: this share of the old cell's area went to the new one."""

    from_cell_id: UUID
    to_cell_id: UUID
    share: float


@dataclass(frozen=True, slots=True)
class GridStep:
    """From one version of a district's grid to the next: which cells end, which begin, who inherits from whom."""

    close: Sequence[CellRow]
    open: Sequence[CellRow]
    heirs: Sequence[Heir]
    at: datetime
    published_at: datetime
    source: str


@dataclass(frozen=True, slots=True)
class GridVersion:
    """Which version of a district's grid is in force, and since when."""

    district_code: str
    version: int
    valid_from: datetime


_COLUMNS = (
    cell.c.district_code,
    cell.c.id,
    cell.c.code,
    cell.c.name,
    cell.c.kind,
    cell.c.street_id,
    cell.c.community_id,
    cell.c.area_m2,
    cell.c.geom,
)


class CellStore:
    """Reads and writes cells of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def current(self, district_code: str) -> dict[str, CellRow]:
        """Return the district's cells that are in force now, by code."""
        query = select(*_COLUMNS).where(cell.c.district_code == district_code, func.upper_inf(cell.c.valid))
        rows = self._connection.execute(query)
        return {row.code: CellRow(*row[:-1], from_store(row[-1])) for row in rows}

    def publish(self, district_code: str, step: GridStep) -> None:
        """Close and open cells, write their lineage, and number a new version of the grid."""
        if step.close:
            where = (cell.c.district_code == district_code, cell.c.id.in_([row.id for row in step.close]))
            ended = func.tstzrange(func.lower(cell.c.valid), step.at)
            self._connection.execute(update(cell).where(*where).values(valid=ended))
        if step.open:
            self._connection.execute(insert(cell), [_values(row, step.at) for row in step.open])
        if step.heirs:
            self._connection.execute(insert(cell_lineage), [_heir(district_code, h, step.at) for h in step.heirs])
        self._number_version(district_code, step)

    def take_back(self, version: GridVersion) -> None:
        """Let a version that has not begun never begin: what it closes stays, what it opens was never in force.

        The rows of its cells are kept, with a time that is none: duties may name them. Their lineage and their figures
        are not, for there is nothing that they tell.
        """
        district, at, valid = version.district_code, version.valid_from, cell.c.valid
        mine = cell.c.district_code == district
        opened = select(cell.c.id).where(mine, func.lower(valid) == at)
        run, lines, figures = self._connection.execute, cell_lineage.c, cell_measure.c
        run(delete(cell_lineage).where(lines.district_code == district, lines.at == at))
        run(delete(cell_measure).where(figures.district_code == district, figures.cell_id.in_(opened)))
        run(update(cell).where(mine, func.lower(valid) == at).values(valid=Range(empty=True)))
        run(update(cell).where(mine, func.upper(valid) == at).values(valid=func.tstzrange(func.lower(valid), None)))
        versions = grid_version.c
        run(delete(grid_version).where(versions.district_code == district, versions.version == version.version))

    def relabel(self, district_code: str, rows: Sequence[CellRow]) -> None:
        """Give cells another name or kind; their ground and their identity stay."""
        for row in rows:
            where = (cell.c.district_code == district_code, cell.c.id == row.id)
            self._connection.execute(update(cell).where(*where).values(name=row.name, kind=row.kind))

    def _number_version(self, district_code: str, step: GridStep) -> None:
        cells = self.current(district_code)
        # A number that was called off is never given again: drafts that were drawn on it would take the next for it.
        newest = select(func.max(grid_version.c.version)).where(grid_version.c.district_code == district_code)
        told = draft_event.c
        off = select(func.max(told.data["version"].as_integer()))
        off = off.where(told.district_code == district_code, told.act == "call_off")
        version = (
            self._connection.execute(
                select(func.coalesce(func.greatest(newest.scalar_subquery(), off.scalar_subquery()), 0))
            ).scalar_one()
            + 1
        )
        self._connection.execute(
            insert(grid_version).values(
                district_code=district_code,
                version=version,
                valid_from=step.at,
                published_at=step.published_at,
                checksum=checksum(cells.values()),
                cells=len(cells),
                source=step.source,
            )
        )

    def measure(self, district_code: str, measure: str, values: dict[UUID, float], on: date) -> int:
        """Keep a figure per cell as observed on a day; return how many differ from what that day already said."""
        if not values:
            return 0
        rows = [
            {"district_code": district_code, "cell_id": c, "measure": measure, "observed_on": on, "value": v}
            for c, v in values.items()
        ]
        statement = upsert(cell_measure).values(rows)
        statement = statement.on_conflict_do_update(
            index_elements=["district_code", "cell_id", "measure", "observed_on"],
            set_={"value": statement.excluded.value},
            where=cell_measure.c.value != statement.excluded.value,
        )
        return self._connection.execute(statement.returning(cell_measure.c.cell_id)).rowcount

    def latest_measure(self, district_code: str, measure: str, *, at: datetime | None = None) -> dict[UUID, float]:
        """Return the newest value of a figure per cell; as of a moment, by `observed_by`."""
        newest = observed_by(day_of(at)) if at else (cell_measure.c.observed_on.desc(),)
        query = (
            select(cell_measure.c.cell_id, cell_measure.c.value)
            .ext(distinct_on(cell_measure.c.cell_id))
            .where(cell_measure.c.district_code == district_code, cell_measure.c.measure == measure)
            .order_by(cell_measure.c.cell_id, *newest)
        )
        return {row[0]: row[1] for row in self._connection.execute(query)}

    def checksums(self, at: datetime) -> list[bytes]:
        """Return the checksum of every district's grid as of `at`, in order of district."""
        c = grid_version.c
        query = select(c.checksum).ext(distinct_on(c.district_code)).where(c.valid_from <= at)
        return list(self._connection.execute(query.order_by(c.district_code, c.version.desc())).scalars())

    def versions(self, at: datetime) -> list[GridVersion]:
        """Return the version of every district's grid as of `at`, in order of district."""
        c = grid_version.c
        query = select(c.district_code, c.version, c.valid_from).ext(distinct_on(c.district_code))
        query = query.where(c.valid_from <= at).order_by(c.district_code, c.version.desc())
        return [GridVersion(*row) for row in self._connection.execute(query)]

    def numbered(self) -> list[dict[str, Any]]:
        """Return every version of every grid, the newest first: district_code, version, valid_from, cells, source."""
        c = grid_version.c
        query = select(c.district_code, c.version, c.valid_from, c.cells, c.source)
        rows = self._connection.execute(query.order_by(c.district_code, c.version.desc()))
        return [dict(row) for row in rows.mappings()]

    def beginnings(self, at: datetime) -> list[datetime]:
        """Return since when each district's grid as of `at` has been in force."""
        c = grid_version.c
        query = select(func.max(c.valid_from)).where(c.valid_from <= at).group_by(c.district_code)
        return list(self._connection.execute(query).scalars())

    def names(self, codes: Collection[str], *, at: datetime) -> dict[str, str]:
        """Return what cells are called as of `at`, by code."""
        c = cell.c
        query = select(c.code, c.name).where(c.district_code.in_({code[:6] for code in codes}), c.code.in_(codes))
        return {row[0]: row[1] for row in self._connection.execute(query.where(c.valid.contains(at)))}

    def id_of(self, code: str, *, at: datetime) -> UUID | None:
        """Return the identity of the cell that had this code at a moment, or None."""
        where = (cell.c.district_code == code[:6], cell.c.code == code, cell.c.valid.contains(at))
        return self._connection.execute(select(cell.c.id).where(*where)).scalar()

    def frame(self, *, at: datetime) -> gpd.GeoDataFrame:
        """Return the cells of all districts as of `at`, sorted by code.

        Columns: district_code, id, code, name, kind, street_id, area_m2, geometry (EPSG:4326), street_code,
        community_code.
        """
        names = ["district_code", "id", "code", "name", "kind", "street_id", "community_id", "area_m2", "geom"]
        query = select(*(cell.c[name] for name in names)).where(cell.c.valid.contains(at)).order_by(cell.c.code)
        cells = frame(self._connection.execute(query), names)
        # Joined here and not in SQL: without statistics, as after a fresh restore, the planner goes cell by cell.
        areas = self._area_codes(at)
        cells["street_code"] = cells["street_id"].map(areas)
        cells["community_code"] = cells.pop("community_id").map(areas)
        return cells

    def _area_codes(self, at: datetime) -> dict[UUID, str]:
        query = select(area_period.c.area_id, area_period.c.code).where(area_period.c.valid.contains(at))
        return {row[0]: row[1] for row in self._connection.execute(query)}


def observed_by(day: date) -> tuple[ColumnElement[Any], ...]:
    """Return the order in which the figure of a cell as of a day comes first: the newest observed by then.

    Before the first observation, that one: of a figure which moves slowly it says more than nothing would.
    """
    observed = cell_measure.c.observed_on
    return observed > day, func.abs(observed - day)


def checksum(cells: Iterable[CellRow]) -> bytes:
    """Return the SHA-256 over the cells' codes and coordinates, in order of code."""
    digest = hashlib.sha256()
    for row in sorted(cells, key=lambda r: r.code):
        digest.update(row.code.encode())
        digest.update(row.geometry.normalize().wkb)
    return digest.digest()


def _heir(district_code: str, heir: Heir, at: datetime) -> dict[str, object]:
    return {
        "district_code": district_code,
        "from_cell_id": heir.from_cell_id,
        "to_cell_id": heir.to_cell_id,
        "share": heir.share,
        "at": at,
    }


def _values(row: CellRow, at: datetime) -> dict[str, object]:
    return {
        "district_code": row.district_code,
        "id": row.id,
        "code": row.code,
        "name": row.name,
        "kind": row.kind,
        "street_id": row.street_id,
        "community_id": row.community_id,
        "valid": Range(at, None),
        "area_m2": row.area_m2,
        "geom": to_store(row.geometry),
    }
