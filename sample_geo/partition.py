"""Cells, communities, streets and districts, put together from the arcs of the net, named and numbered."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from shapely import LineString, Polygon

from sample_geo import net, plan
from sample_geo.common import NAMES, geometry_to_metres, read_rows
from sample_geo.net import OUTSIDE, Arc
from sample_geo.plan import PlannedCell

CRS = "EPSG:4326"


@dataclass(frozen=True)
class Ground:
    """The finished geometry: one frame per level of area, and the arcs with the codes of the cells beside them."""

    districts: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame
    communities: gpd.GeoDataFrame
    cells: gpd.GeoDataFrame
    arcs: list[Arc]
    codes: list[str]
    """The code of each cell in the order of the plan, which the arcs' `sides` point into."""


def make() -> Ground:
    """Draw the plan, bend its borders, and return the finished areas."""
    drawn = plan.make()
    arcs = net.make(drawn)
    polygons = _polygons(arcs, range(len(drawn.cells)), lambda number: number)
    numbers = _codes(drawn.cells, polygons)
    names = {row["code"]: row["name"] for kind in ("districts", "streets", "communities") for row in _names(kind)}
    return Ground(
        districts=_areas(arcs, drawn.cells, 6, names),
        streets=_areas(arcs, drawn.cells, 9, names),
        communities=_areas(arcs, drawn.cells, 12, names),
        cells=_cells(drawn.cells, polygons, numbers, names),
        arcs=arcs,
        codes=numbers,
    )


def short_name(community: str) -> str:
    """Return the everyday name of a community, as addresses write it, from its committee's full name.

    Examples
    --------
    >>> short_name("解放桥社区居民委员会")
    '解放桥社区'
    >>> short_name("兴隆一村村民委员会")
    '兴隆一村'
    """
    for ending in ("居民居民委员会", "居民委员会", "村民委员会", "社区居委会"):
        if community.endswith(ending):
            stem = community.removesuffix(ending)
            if stem.endswith(("社区", "村", "庄", "屯")):
                return stem
            return stem + ("村" if ending.startswith("村民") else "社区")
    return community


def number_cells(polygons: list[Polygon]) -> list[int]:
    """Return the number, from 1, of each cell inside its community: rows north to south, west to east in a row.

    The community's box is cut, from its northern edge down, into r = max(1, round(sqrt(n * height / width))) rows of
    equal height, with width and height in metres; a cell belongs to the row of its representative point
    (shapely's `representative_point`, always inside the cell), and is counted by that point's longitude in the row.
    """
    points = np.array([polygon.representative_point().coords[0] for polygon in polygons])
    west, south, east, north = shapely.total_bounds(np.array(polygons))
    width, height = (east - west) * np.cos(np.radians((south + north) / 2)), north - south
    rows = max(1, round(float(np.sqrt(len(polygons) * height / width))))
    row = np.minimum(((north - points[:, 1]) / height * rows).astype(int), rows - 1)
    order = np.lexsort((points[:, 1], points[:, 0], row))
    numbers = np.empty(len(polygons), dtype=int)
    numbers[order] = np.arange(1, len(polygons) + 1)
    return [int(number) for number in numbers]


def _names(kind: str) -> list[dict[str, str]]:
    return read_rows(NAMES / f"{kind}.csv")


def _polygons(arcs: list[Arc], keys: Iterable[object], key_of: Callable[[int], object]) -> list[Polygon]:
    """Return, per key, the polygon that the arcs between it and everything else enclose."""
    around: dict[object, list[LineString]] = {key: [] for key in keys}
    for arc in arcs:
        left, right = (None if side == OUTSIDE else key_of(side) for side in arc.sides)
        if left == right:
            continue
        line = LineString(arc.lonlat)
        for key in (left, right):
            if key is not None:
                around[key].append(line)
    polygons = []
    for lines in around.values():
        # A hole's ring closes a face of its own: the area itself is the face with the larger box.
        faces = shapely.get_parts(shapely.polygonize(lines)).tolist()
        polygons.append(shapely.normalize(max(faces, key=lambda face: Polygon(face.exterior).area)))
    return polygons


def _codes(cells: list[PlannedCell], polygons: list[Polygon]) -> list[str]:
    codes = [""] * len(cells)
    for community in sorted({cell.community for cell in cells}):
        members = [number for number, cell in enumerate(cells) if cell.community == community]
        for number, count in zip(members, number_cells([polygons[m] for m in members]), strict=True):
            codes[number] = f"{community}{count:03d}"
    return codes


def _areas(arcs: list[Arc], cells: list[PlannedCell], digits: int, names: dict[str, str]) -> gpd.GeoDataFrame:
    codes = sorted({cell.community[:digits] for cell in cells})
    frame = gpd.GeoDataFrame(
        {"code": codes, "name": [names[code] for code in codes]},
        geometry=_polygons(arcs, codes, lambda number: cells[number].community[:digits]),
        crs=CRS,
    )
    if digits == 12:
        frame["street_code"] = frame["code"].str[:9]
    if digits > 6:
        frame["district_code"] = frame["code"].str[:6]
    return frame


def _cells(
    planned: list[PlannedCell], polygons: list[Polygon], codes: list[str], names: dict[str, str]
) -> gpd.GeoDataFrame:
    rows = []
    for cell, code in zip(planned, codes, strict=True):
        name = short_name(names[cell.community])
        what = f"{plan.SITE_NAMES[cell.site]}专属网格" if cell.site else f"第{int(code[12:])}网格"
        kind = "dedicated" if cell.site else "ordinary"
        rows.append((code, name + what, cell.community, cell.street, cell.district, kind))
    columns = ["code", "name", "community_code", "street_code", "district_code", "kind"]
    frame = gpd.GeoDataFrame(rows, columns=columns, geometry=polygons, crs=CRS)
    return frame.sort_values("code", ignore_index=True)


def area_km2(frame: gpd.GeoDataFrame) -> float:
    """Return the summed area of a frame in square kilometres (CGCS2000, zone of 117 E)."""
    return float(shapely.area(geometry_to_metres(frame.geometry.to_numpy())).sum() / 1e6)
