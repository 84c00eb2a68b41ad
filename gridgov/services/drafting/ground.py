"""The ground that a draft stands on: the grid it was drawn on, the newest one, and what is wrong with it there."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import geopandas as gpd
import pandas as pd

from gridgov.areas import Level
from gridgov.drafts import Comparison, Within, carried, coded, compared, emptied, strangers, tidy
from gridgov.errors import InputError, NotFoundError, PartitionError, StaleError
from gridgov.grid import CheckReport, check_cells
from gridgov.grid.faults import report
from gridgov.store.cells import GridVersion
from gridgov.store.drafts import DraftRow
from gridgov.store.unit import Unit


@dataclass(frozen=True)
class Ground:
    """The grid of a district in a version, whichever moment it is for.

    Attributes
    ----------
    cells
        district_code, id, code, name, kind, street_code, community_code, area_m2 and polygons in EPSG:4326.
    """

    unit: Unit
    version: GridVersion
    cells: gpd.GeoDataFrame

    @classmethod
    def newest(cls, unit: Unit, district_code: str) -> "Ground":
        """Return the newest version of a district's grid, in force or to come.

        Raises
        ------
        NotFoundError
            If the district has none.
        """
        version = unit.drafts.newest_version(district_code)
        if version is None:
            message = f"There is no grid of {district_code}: load one first with `gridgov load`."
            raise NotFoundError(message, field="district_code")
        return cls(unit, version, _cells(unit, version))

    def before(self, number: int) -> "Ground":
        """Return an older version of the same grid; this one if it is that.

        Raises
        ------
        StaleError
            If that version was called off.
        """
        if number == self.version.version:
            return self
        version = self.unit.drafts.version(self.version.district_code, number)
        if version is None:
            message = (
                f"Version {number} of the grid, that this was drawn on, was called off: draw it on version "
                f"{self.version.version} and load that back as drawn on the newest (--onto-newest), or withdraw it."
            )
            details = [{"base_version": number, "version": self.version.version}]
            raise StaleError(message, field="base_version", details=details)
        return Ground(self.unit, version, _cells(self.unit, version))

    @cached_property
    def areas(self) -> dict[Level, gpd.GeoDataFrame]:
        """The areas of the district as this version has them: code, geometry."""
        at, district = self.version.valid_from, self.version.district_code
        frames = {level: self.unit.areas.frame(level, at=at) for level in (Level.DISTRICT, *_PARENTS)}
        return {level: found[found["district_code"] == district] for level, found in frames.items()}

    def check(self, cells: gpd.GeoDataFrame, codes: "pd.Series[Any]", *, within: str) -> CheckReport:
        """Return all that keeps a draft from being a partition of this district."""
        named = cells.assign(code=codes)[["code", "street_code", "community_code", "geometry"]]
        communities, streets = self.areas[Level.COMMUNITY], self.areas[Level.STREET]
        outlines = communities if within == Within.COMMUNITY else None
        found = check_cells(named, communities=outlines, streets=streets, district=self.areas[Level.DISTRICT])
        faults = emptied(cells, communities=communities, streets=streets)
        if outlines is None:
            faults += strangers(named, communities=communities)
        return report(found.cells, [*found.faults, *faults])


_PARENTS = (Level.STREET, Level.COMMUNITY)


def _cells(unit: Unit, version: GridVersion) -> gpd.GeoDataFrame:
    found = unit.cells.frame(at=version.valid_from)
    return found[found["district_code"] == version.district_code].reset_index(drop=True)


@dataclass(frozen=True)
class Standing:
    """A draft as it stands on a grid: its cells with the codes that they would have, and what it changes.

    Attributes
    ----------
    cells
        The columns of `gridgov.drafts.COLUMNS`, and ``code``.
    """

    ground: Ground
    cells: gpd.GeoDataFrame
    comparison: Comparison
    report: CheckReport

    @classmethod
    def of(cls, ground: Ground, cells: gpd.GeoDataFrame, *, within: str) -> "Standing":
        """Return how a draft stands on the grid that it was drawn on."""
        cells = tidy(cells)
        comparison = compared(cells, ground.cells)
        codes = coded(cells, ground.cells, comparison)
        report = ground.check(cells, codes, within=within)
        return cls(ground, cells.assign(code=codes), comparison, report)

    @classmethod
    def now(cls, unit: Unit, row: DraftRow) -> "Standing":
        """Return how a draft stands on the newest grid.

        Raises
        ------
        StaleError
            If cells that it changes were changed by another version.
        """
        ground = Ground.newest(unit, row.district_code)
        cells = tidy(unit.drafts.cells(row))
        if row.base_version != ground.version.version:
            then = ground.before(row.base_version).cells
            cells = carried(cells, compared(cells, then), then=then, now=ground.cells)
        return cls.of(ground, cells, within=row.within)

    @property
    def faults(self) -> list[dict[str, Any]]:
        """Every fault, as JSON."""
        return [fault.as_dict() for fault in self.report.faults]

    @property
    def heirs(self) -> pd.DataFrame:
        """Who inherits from whom, by code: ``from``, ``to``, ``share`` of the old cell's area."""
        heirs = self.comparison.heirs
        return heirs.assign(to=heirs["to"].map(self.cells["code"]))

    def require_whole(self) -> None:
        """Refuse what is not a partition, and what changes nothing.

        Raises
        ------
        PartitionError
            With every fault in ``details``.
        InputError
            If the draft is the grid as it is.
        """
        if not self.report.ok:
            message = f"This draft is not a partition yet: {self.report.summary()} Mend it, and load it back."
            raise PartitionError(message, field="cells", details=self.faults)
        if not self.comparison.closed:
            message = "This draft changes nothing: every cell is as the grid has it. Edit it first, or withdraw it."
            raise InputError(message, field="cells")
