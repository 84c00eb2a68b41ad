"""Atoms from what a district has: its cells, and buildings, blocks, incidents, roads and sites where there are any."""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from tqdm import tqdm

from gridgov.coordinates import to_plane
from gridgov.errors import InputError
from gridgov.planning.tessellation.blocks import edges_of, of_blocks
from gridgov.planning.tessellation.drawing import Ground, parted
from gridgov.planning.tessellation.given import read_cells, read_shapes
from gridgov.planning.tessellation.seeds import Seeds, joined, of_buildings, of_hexagons, of_rest
from gridgov.planning.tessellation.weighing import counted, expected_incidents, road_m


@dataclass(frozen=True, slots=True)
class Drawing:
    """How atoms are drawn.

    Attributes
    ----------
    heavy
        A building with more than this share of its street's mean cell is split, so that loads stay divisible.
    hexagon
        Resolution of H3 where no building is near: 10 has edges of about 75 m, nine to a cell of the sample.
    years
        How long the incidents were collected; what is expected is a year's.
    """

    heavy: float = 0.1
    hexagon: int = 10
    years: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.heavy <= 1 or not 0 <= self.hexagon <= 15 or not 0 < self.years < np.inf:
            message = "Ask for heavy above 0 up to 1, a hexagon's resolution of 0 to 15, and years above 0."
            raise InputError(message, field="drawing")


def atoms(  # noqa: PLR0913 - one frame for each thing that a district may have
    cells: gpd.GeoDataFrame,
    *,
    buildings: gpd.GeoDataFrame | None = None,
    incidents: gpd.GeoDataFrame | None = None,
    roads: gpd.GeoDataFrame | None = None,
    sites: gpd.GeoDataFrame | None = None,
    blocks: gpd.GeoDataFrame | None = None,
    drawing: Drawing | None = None,
    progress: bool = False,
) -> gpd.GeoDataFrame:
    """Draw what cells are made of: areas that partition the district and are small enough to change hands whole.

    Parameters
    ----------
    cells
        Polygons that partition a district, with ``code`` (or ``cell``) and, where the code does not say it,
        ``street_code`` and ``community_code``; also ``kind``, and ``households`` where there are no buildings.
    buildings
        Footprints or points with ``id`` and ``households`` (without the column each counts one). Around each an atom
        is drawn, around each of its units where it holds more than `Drawing.heavy` of its street's mean cell.
    incidents, sites
        What happened and what needs an eye, at any geometry; they count where their inner point lies.
    roads
        Lines to patrol.
    blocks
        Polygons with ``id``, such as blocks between roads or micro-cells: atoms follow them instead of buildings. Their
        ``households`` count where there are no buildings.
    drawing
        How to draw.
    progress
        Show a bar on the standard error.

    All frames may be in any CRS; what is measured is measured in the CGCS2000 3-degree zone of the district's middle.

    Returns
    -------
    GeoDataFrame
        An exact coverage; on the borders of cells it has the vertices of the cells alone.
        In EPSG:4326, lon/lat; the index ``atom`` is text and stays the same for the same input: a building's id
        (``B7``), a unit's (``B7-1``), a block's (``K3``, with the cell behind an @ where it lies in several), or the
        cell's code with a hexagon's name. Columns cell, street, community, kind, households, incidents (expected a
        year, see `smoothing.smoothed`), area_m2, road_m, sites, geometry; 0 where nothing was given.
        ``attrs["outside"]`` counts ``buildings``, ``incidents`` and ``sites`` that lie in no cell; its ``blocks`` have
        of each block that does, wholly or in part, how many of its households are there: ``{"K3": 12.5}``.

    Raises
    ------
    InputError
        If there are no cells, ids or codes are missing or stand twice, nothing says in which street or community a
        cell is, or weights are missing, negative or not finite.
    GeometryError
        If a geometry is missing, invalid or of the wrong kind.
    PartitionError
        If cells overlap or do not share vertices.
    """
    drawing = drawing or Drawing()
    grid = read_cells(cells)
    by_block = buildings is None and blocks is not None and "households" in blocks
    _check_known(grid, buildings, by_block=by_block)
    lon = float(grid.total_bounds[[0, 2]].mean())
    seeds, edges, outside = _seeded(grid, buildings, blocks, drawing, lon)
    made = _drawn(grid, seeds, edges, lon, progress=progress)
    _check_names(made)
    if buildings is None and not by_block:
        made["households"] = _by_area(made, grid)
    made.attrs["outside"] = outside
    return _weighed(made, {"buildings": buildings, "incidents": incidents, "sites": sites}, roads, drawing.years)


def _check_known(grid: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame | None, *, by_block: bool) -> None:
    """Refuse what says nowhere how many households there are."""
    if buildings is None and "households" not in grid and not by_block:
        message = "Nobody knows where households are: give buildings=, or cells or blocks with a column 'households'."
        raise InputError(message, field="buildings")


def _check_names(made: gpd.GeoDataFrame) -> None:
    """Refuse names that are taken twice, as when one building is called like another's unit."""
    twice = made.index[made.index.duplicated()]
    if len(twice):
        message = f"Two atoms would be called {twice[0]}: give buildings or blocks other ids."
        raise InputError(message, field="id", details=[{"row": str(one)} for one in twice])


def _seeded(
    grid: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame | None,
    blocks: gpd.GeoDataFrame | None,
    drawing: Drawing,
    lon: float,
) -> tuple[Seeds, np.ndarray | None, dict[str, Any]]:
    """Return what atoms grow around, the lines they follow if any, and what of it lies in no cell."""
    if blocks is None:
        return _seeds(grid, buildings, drawing, lon), None, {}
    seeds, beyond = of_blocks(blocks, buildings, grid, lon)
    return seeds, edges_of(blocks, lon), {"blocks": beyond}


def _seeds(grid: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame | None, drawing: Drawing, lon: float) -> Seeds:
    built = None if buildings is None else of_buildings(buildings, grid, drawing.heavy, lon)
    several = [*([] if built is None else [built]), of_hexagons(grid, drawing.hexagon, built, lon)]
    taken = np.concatenate([one.cell for one in several])
    return joined([*several, of_rest(grid, taken, lon)])


def _drawn(
    grid: gpd.GeoDataFrame, seeds: Seeds, edges: np.ndarray | None, lon: float, *, progress: bool
) -> gpd.GeoDataFrame:
    """Return atoms with what they inherit from their cells and seeds."""
    shapes: list[Any] = []
    first: list[int] = []
    households: list[float] = []
    flat = to_plane(grid.geometry.to_numpy(), lon)
    order, places = np.argsort(seeds.cell[seeds.seed], kind="stable"), seeds.cell[seeds.seed]
    starts = np.searchsorted(places[order], np.arange(len(grid) + 1))
    tree = None if edges is None else shapely.STRtree(edges)
    for row in tqdm(range(len(grid)), desc="atoms", unit="cell", disable=not progress):
        mine = order[starts[row] : starts[row + 1]]
        near = None if tree is None or edges is None else edges[tree.query(flat[row], predicate="intersects")]
        numbers, owner = np.unique(seeds.seed[mine], return_inverse=True)
        parts = parted(Ground(grid.geometry.iloc[row], flat[row], lon), seeds.places[mine], owner, near)
        shapes += list(parts.shapes)
        first += [int(numbers[of[0]]) for of in parts.owners]
        households += [float(seeds.households[numbers[of]].sum()) for of in parts.owners]
    made = grid.iloc[seeds.cell[first]][["cell", "street", "community", "kind"]].reset_index(drop=True)
    made.index = pd.Index(seeds.ids[first], name="atom", dtype=object)
    made["households"] = households
    return gpd.GeoDataFrame(made, geometry=shapes, crs=4326)


def _by_area(made: gpd.GeoDataFrame, grid: gpd.GeoDataFrame) -> np.ndarray:
    """Return the households of cells, shared out over their atoms by area: nobody knows better."""
    area = shapely.area(made.geometry.to_numpy())
    whole = pd.Series(area).groupby(made["cell"].to_numpy()).transform("sum").to_numpy()
    held = made["cell"].map(grid.set_index("cell")["households"]).to_numpy(float)
    return np.asarray(held * area / whole)


def _weighed(
    made: gpd.GeoDataFrame, points: dict[str, gpd.GeoDataFrame | None], roads: gpd.GeoDataFrame | None, years: float
) -> gpd.GeoDataFrame:
    """Return atoms with what they carry; count what lies in none of them."""
    lon = float(made.total_bounds[[0, 2]].mean())
    flat = np.asarray(to_plane(made.geometry.to_numpy(), lon))
    outside = made.attrs["outside"]
    made["area_m2"] = shapely.area(flat)
    made["incidents"] = made["road_m"] = made["sites"] = 0.0
    if roads is not None and len(roads):
        made["road_m"] = road_m(flat, roads, lon)
    if (given := points["incidents"]) is not None:
        made["incidents"], outside["incidents"] = expected_incidents(made, given, years)
    for name in ("sites", "buildings"):
        if (given := points[name]) is not None:
            inner = shapely.point_on_surface(read_shapes(given, name, range(7)))
            counts, outside[name] = counted(made, inner)
            if name == "sites":
                made["sites"] = counts
    return made[
        ["cell", "street", "community", "kind", "households", "incidents", "area_m2", "road_m", "sites", "geometry"]
    ]
