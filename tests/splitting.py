"""A second version of the sample's grid: one cell is split in two, as a district does that has grown."""

from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

import geopandas as gpd
import shapely
from shapely import LineString, Polygon

from gridgov.services.loading import load_grid
from gridgov.store.unit import Store


@dataclass(frozen=True)
class Split:
    """What became of a cell.

    Attributes
    ----------
    code
        Of the cell that was split; one half keeps it.
    new_code
        Of the other half.
    before
        The cell as it was.
    along
        The new border: from one corner of the old cell to another, all of it inside.
    """

    code: str
    new_code: str
    before: Polygon
    along: LineString


def split(store: Store, code: str, *, now: datetime) -> Split:
    """Split the cell of this code, and publish the grid that it leads to."""
    with store.transaction() as unit:
        grid = unit.cells.frame(at=now).set_index("code")
        before = grid.loc[code, "geometry"]
        new_code = next(found for number in range(1, 1_000) if (found := f"{code[:12]}{number:03}") not in grid.index)
        halves = _halved(before)
        name = grid.loc[code, "name"]
        cells = {"code": [code, new_code], "name": [name, f"{name}（新）"], "kind": [grid.loc[code, "kind"]] * 2}
        shapes = gpd.GeoSeries(halves, crs="EPSG:4326")
        load_grid(unit, {"cells": gpd.GeoDataFrame(cells, geometry=shapes)}, now=now, source="split.gpkg")
    return Split(code, new_code, before, LineString(shapely.get_coordinates(halves[0])[[0, -2]]))


def _halved(shape: Polygon) -> tuple[Polygon, Polygon]:
    """Return the most equal halves between two corners: with corners that are there, no neighbour needs another one."""
    ring = shapely.get_coordinates(shape.exterior)[:-1]
    best = None
    for first, last in combinations(range(len(ring)), 2):
        cut = LineString(ring[[first, last]])
        if not shape.contains(cut) or len(shapely.get_parts(cut.intersection(shape.boundary))) != 2:
            continue
        one = Polygon(ring[first : last + 1])
        other = Polygon([*ring[last:], *ring[: first + 1]])
        if best is None or min(one.area, other.area) > min(part.area for part in best):
            best = one, other
    assert best, "no border fits into this cell"
    return best
