"""What atoms grow around: units of buildings, middles of hexagons, points in blocks."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from gridgov import hexagons
from gridgov.coordinates import to_plane
from gridgov.planning.tessellation.given import read_ids, read_shapes, read_weights


@dataclass(frozen=True, slots=True)
class Seeds:
    """What atoms grow around.

    Attributes
    ----------
    ids, households
        Of each seed.
    cell
        In which cell it is (its place in the frame), -1 outside of all.
    places, seed
        Easting and northing by row, and whose: a long building has several.
    """

    ids: np.ndarray
    households: np.ndarray
    cell: np.ndarray
    places: np.ndarray
    seed: np.ndarray


def joined(several: list[Seeds]) -> Seeds:
    """Return all of them as one."""
    before = np.cumsum([0, *(len(one.ids) for one in several)])[:-1]
    return Seeds(
        np.concatenate([one.ids for one in several]),
        np.concatenate([one.households for one in several]),
        np.concatenate([one.cell for one in several]),
        np.concatenate([one.places for one in several]),
        np.concatenate([one.seed + first for one, first in zip(several, before, strict=True)]),
    )


def of_buildings(buildings: gpd.GeoDataFrame, cells: gpd.GeoDataFrame, heavy: float, lon: float) -> Seeds:
    """Return a seed for each unit of each building.

    A building belongs to the cell that its inner point lies in, with all its households: that is how a register counts
    them, and nobody's flat lies in two cells. One that holds more than `heavy` of its street's mean cell is several
    units, side by side along its long axis, with as many households each: ``B7-1``, ``B7-2`` and so on.
    """
    shapes = read_shapes(buildings, "buildings", (0, 3, 6))
    ids = read_ids(buildings, "buildings")
    if "households" in buildings:
        households = read_weights(buildings["households"], "buildings.households")
    else:
        households = np.ones(len(buildings))
    cell = cell_of(shapely.point_on_surface(shapes), cells)
    inside = np.flatnonzero(cell >= 0)
    ids, households, cell, shapes = ids[inside], households[inside], cell[inside], shapes[inside]
    units = _units(households, cell, cells, heavy)
    middle, axis, points = _axes(shapes, cells.geometry.to_numpy()[cell], lon)
    points = -(-np.maximum(points, units) // units) * units
    building = np.repeat(np.arange(len(ids)), points)
    step = np.arange(len(building)) - np.repeat(np.cumsum(points) - points, points)
    places = middle[building] + ((step + 0.5) / points[building] - 0.5)[:, None] * axis[building]
    first = np.cumsum(units) - units
    of = np.repeat(np.arange(len(ids)), units)
    names = [
        f"{ids[i]}-{unit + 1}" if units[i] > 1 else ids[i]
        for i, unit in zip(of, np.arange(len(of)) - first[of], strict=True)
    ]
    return Seeds(
        np.array(names, dtype=object),
        (households / units)[of],
        cell[of],
        places,
        first[building] + step * units[building] // points[building],
    )


def _units(households: np.ndarray, cell: np.ndarray, cells: gpd.GeoDataFrame, heavy: float) -> np.ndarray:
    """Return into how many units each building is split."""
    street, names = cells["street"].factorize()
    total = np.bincount(street[cell], households, len(names))
    mean = total / np.bincount(street, minlength=len(names))
    share = np.divide(households, mean[street[cell]], out=np.zeros(len(cell)), where=households > 0)
    return np.asarray(np.maximum(1, np.ceil(share / heavy - 1e-9)), dtype=np.int64)


def _axes(shapes: np.ndarray, cells: np.ndarray, lon: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the middle of each building, its long axis as a vector, and how often its width fits into its length."""
    across = ~shapely.covers(cells, shapes)
    shapes = shapes.copy()
    shapes[across] = shapely.intersection(shapes[across], cells[across])
    flat = to_plane(shapes, lon)
    middle = shapely.get_coordinates(shapely.point_on_surface(flat))
    axis, points = np.zeros((len(flat), 2)), np.ones(len(flat), dtype=np.int64)
    boxes = shapely.oriented_envelope(flat)
    boxed = np.flatnonzero(shapely.get_type_id(boxes) == 3)
    corners = shapely.get_coordinates(boxes[boxed]).reshape(-1, 5, 2)
    sides = np.diff(corners[:, :3], axis=1)
    lengths = np.hypot(sides[..., 0], sides[..., 1])
    axis[boxed] = sides[np.arange(len(boxed)), lengths.argmax(axis=1)]
    middle[boxed] = corners[:, :4].mean(axis=1)
    points[boxed] = np.maximum(1, np.rint(lengths.max(axis=1) / np.maximum(lengths.min(axis=1), 1.0)))
    return middle, axis, points


def of_hexagons(cells: gpd.GeoDataFrame, resolution: int, seeds: Seeds | None, lon: float) -> Seeds:
    """Return the middles of hexagons where no other seed is near: their surroundings are these hexagons."""
    west, south, east, north = cells.total_bounds
    found = hexagons.hexagons_in((west, south, east, north), resolution)
    points = shapely.points([hexagons.centre_of(one) for one in found]) if found else np.array([], dtype=object)
    cell = cell_of(points, cells)
    flat = np.asarray(to_plane(points, lon), dtype=object)
    edge = hexagons.reach_m(resolution) / 2.2
    keep = cell >= 0
    borders = shapely.boundary(to_plane(cells.geometry.to_numpy(), lon))
    keep[keep] = shapely.distance(flat[keep], borders[cell[keep]]) > edge / 3
    if seeds is not None and len(seeds.places):
        near, _ = shapely.STRtree(np.asarray(shapely.points(seeds.places))).query(
            flat, predicate="dwithin", distance=edge
        )
        keep[near] = False
    names = [
        f"{cells['cell'].iloc[c]}-{hexagons.name_of(one)}" for one, c, k in zip(found, cell, keep, strict=True) if k
    ]
    return _single(names, np.zeros(len(names)), cell[keep], shapely.get_coordinates(flat[keep]))


def of_rest(cells: gpd.GeoDataFrame, taken: np.ndarray, lon: float) -> Seeds:
    """Return a seed for each cell that has none yet."""
    rest = np.setdiff1d(np.arange(len(cells)), taken)
    points = to_plane(shapely.point_on_surface(cells.geometry.to_numpy()[rest]), lon)
    names = [f"{cells['cell'].iloc[i]}-0" for i in rest]
    return _single(names, np.zeros(len(rest)), rest, shapely.get_coordinates(points))


def _single(names: list[str], households: np.ndarray, cell: np.ndarray, places: np.ndarray) -> Seeds:
    return Seeds(np.array(names, dtype=object), households, cell, places.reshape(-1, 2), np.arange(len(names)))


def cell_of(points: np.ndarray, cells: gpd.GeoDataFrame) -> np.ndarray:
    """Return the place of the cell that each point lies in, the first on a border, -1 outside of all."""
    found = np.full(len(points), len(cells))
    if len(points):
        point, cell = shapely.STRtree(cells.geometry.to_numpy()).query(points, predicate="intersects")
        np.minimum.at(found, point, cell)
    return np.where(found == len(cells), -1, found)
