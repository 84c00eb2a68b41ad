"""Which cells lie beside each other, how many borders apart, and how far on foot."""

from typing import Any, Final

import geopandas as gpd
import numpy as np
import scipy.sparse as sp
import shapely
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree, shortest_path

from gridgov.coordinates import to_plane
from gridgov.planning.adjacency import adjacency_of
from gridgov.planning.staffing.part import APART

DETOUR: Final = 1.33
"""Metres on foot for each metre of straight line: an assumption, not a measurement of any district.

On a grid of streets at right angles it is between 1 and sqrt(2) = 1.41, and 4 / pi = 1.27 in the mean over all
directions; courts that are closed to who passes by make it more. It scales all ways alike, so that it moves only how
much a kilometre counts against a newcomer (`part.KILOMETRE`), and the metres that are told.
"""


def places_of(cells: gpd.GeoDataFrame) -> np.ndarray:
    """Return a point inside each cell: easting and northing in metres, in the zone of the district's middle."""
    west, _, east, _ = cells.total_bounds
    flat = to_plane(cells.geometry, (west + east) / 2)
    return np.asarray(shapely.get_coordinates(shapely.point_on_surface(flat)))


def walks_between(places: np.ndarray) -> np.ndarray:
    """Return the way on foot between places, in metres: the straight line times `DETOUR`."""
    away = places[:, None, :] - places[None, :, :]
    return np.asarray(DETOUR * np.hypot(away[..., 0], away[..., 1]))


def joined(pairs: np.ndarray, metres: np.ndarray) -> tuple[np.ndarray, list[tuple[int, int]]]:
    """Return pairs that join all cells, and which of them were added: from each island the shortest way off it."""
    added: list[tuple[int, int]] = []
    while True:
        every = np.concatenate([pairs.reshape(-1, 2), np.asarray(added, int).reshape(-1, 2)])
        count, island = connected_components(_matrix(every, len(metres)), directed=False)
        if count <= 1:
            return every, added
        here = island == island[np.argmin(np.bincount(island)[island])]
        off = np.where(here[:, None] & ~here[None, :], metres, np.inf)
        a, b = np.unravel_index(int(np.argmin(off)), off.shape)
        added.append((int(a), int(b)))


def hops_between(pairs: np.ndarray, count: int) -> np.ndarray:
    """Return how many borders lie between any two of `count` cells, `APART` if there is no way."""
    hops = shortest_path(_matrix(pairs, count), directed=False, unweighted=True)
    return np.where(np.isfinite(hops), hops, APART).astype(np.int64)


def in_one_piece(hops: np.ndarray, held: np.ndarray) -> bool:
    """Return whether the cells that are held (a mask) hang together by borders between them."""
    if held.sum() <= 1:
        return True
    return int(connected_components(hops[np.ix_(held, held)] == 1, directed=False)[0]) == 1


def round_of(metres: np.ndarray, held: np.ndarray) -> float:
    """Return the least length of ways that join the cells held (a mask), in metres: their minimum spanning tree.

    A round through all of them is at least as long, and at most twice.
    """
    return float(minimum_spanning_tree(metres[np.ix_(held, held)]).sum())


def pairs_of(cells: gpd.GeoDataFrame, neighbours: Any = None) -> np.ndarray:
    """Return which cells lie beside each other, as pairs of rows.

    Parameters
    ----------
    cells
        Index: code.
    neighbours
        A frame or a list of pairs of codes, where that is known; those of other cells are left out. Else cells that
        share a border are neighbours.
    """
    if neighbours is None:
        return adjacency_of(cells.geometry).pairs
    codes = cells.index
    row = {code: number for number, code in enumerate(codes)}
    values = neighbours.iloc[:, :2].to_numpy() if hasattr(neighbours, "iloc") else np.asarray(list(neighbours), object)
    found = [(row[a], row[b]) for a, b in values.reshape(-1, 2) if a in row and b in row and a != b]
    return np.unique(np.sort(np.asarray(found, int).reshape(-1, 2), axis=1), axis=0)


def _matrix(pairs: np.ndarray, count: int) -> sp.csr_array:
    return sp.csr_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
