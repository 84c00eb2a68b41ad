"""Which atoms touch which, along how long a border, along what that border runs, and who is cut off from whom."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import scipy.sparse as sp
import shapely
from scipy.sparse import csgraph

from gridgov.coordinates import to_plane
from gridgov.errors import InputError

LEAST_BORDER_M = 0.5
"""Atoms that share less touch at a corner: nobody walks from one to the other there."""

_NEAR_M = 0.01


@dataclass(frozen=True, slots=True)
class Adjacency:
    """Pairs of atoms that share a border.

    Attributes
    ----------
    pairs
        Places in the frame of atoms, the smaller first; each pair once, in order.
    length_m
        How long the border of each pair is.
    along
        Which share of it runs along a barrier, 0 to 1.
    """

    pairs: np.ndarray
    length_m: np.ndarray
    along: np.ndarray

    def only(self, wanted: np.ndarray) -> "Adjacency":
        """Return those pairs alone."""
        return Adjacency(self.pairs[wanted], self.length_m[wanted], self.along[wanted])


def adjacency_of(atoms: gpd.GeoSeries, barriers: gpd.GeoSeries | None = None, *, reach_m: float = 15.0) -> Adjacency:
    """Find the borders that atoms share: rook's moves, a corner is none.

    Parameters
    ----------
    atoms
        Polygons in EPSG:4326 that do not overlap. Where neighbours share every vertex, their edges are compared, which
        takes a second for 20,000; else their outlines are laid over one another.
    barriers
        Lines or polygons in EPSG:4326 that are hard to cross: main roads, rivers, walls.
    reach_m
        How far from a barrier's line a border still runs along it: half of a main road with its pavements.

    Raises
    ------
    InputError
        If an atom has no outline.
    """
    shapes = np.asarray(atoms.to_numpy(), dtype=object)
    bare = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    if bare.any():
        message = (
            f"Atoms without an outline: {', '.join(map(str, atoms.index[bare][:5]))}. Leave them out or draw them."
        )
        raise InputError(message, field="geometry")
    if not len(shapes):
        return Adjacency(np.empty((0, 2), np.int64), np.empty(0), np.empty(0))
    lon = float(atoms.total_bounds[[0, 2]].mean())
    exact = bool(shapely.coverage_is_valid(shapes))
    pairs, borders = _shared_edges(shapes, lon) if exact else _laid_over(shapes, lon)
    return _summed(pairs, shapely.length(borders), _length_along(borders, barriers, lon, reach_m))


def _shared_edges(shapes: np.ndarray, lon: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the edges that two polygons share: whose, and each as a line in the plane."""
    parts, atom = shapely.get_parts(shapes, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    at, ring = shapely.get_coordinates(rings, return_index=True)
    flat = shapely.get_coordinates(to_plane(shapely.linestrings(at, indices=ring), lon))
    _, vertex = np.unique(at, axis=0, return_inverse=True)
    first = np.flatnonzero(ring[1:] == ring[:-1])
    ends = np.sort(np.column_stack([vertex[first], vertex[first + 1]]), axis=1)
    owner = atom[part[ring[first]]]
    order = np.lexsort((owner, ends[:, 1], ends[:, 0]))
    same = (ends[order[1:]] == ends[order[:-1]]).all(axis=1)
    one, other = order[:-1][same], order[1:][same]
    differ = owner[one] != owner[other]
    one, other = one[differ], other[differ]
    lines = shapely.linestrings(np.stack([flat[first[one]], flat[first[one] + 1]], axis=1))
    return np.column_stack([owner[one], owner[other]]), np.asarray(lines)


def _laid_over(shapes: np.ndarray, lon: float) -> tuple[np.ndarray, np.ndarray]:
    """Return what the outlines of polygons have in common, in the plane, where vertices may differ."""
    plane = np.asarray(to_plane(shapes, lon))
    first, second = shapely.STRtree(plane).query(plane, predicate="dwithin", distance=_NEAR_M)
    pairs = np.column_stack([first, second])[first < second]
    rings = shapely.boundary(plane)
    return pairs, np.asarray(shapely.intersection(rings[pairs[:, 0]], shapely.buffer(rings[pairs[:, 1]], _NEAR_M)))


def _summed(pairs: np.ndarray, length: np.ndarray, along: np.ndarray) -> Adjacency:
    """Return one row for each pair that shares more than a corner."""
    pairs = pairs.astype(np.int64)
    unique, row = np.unique(pairs, axis=0, return_inverse=True)
    row = row.reshape(-1)
    total = np.bincount(row, length, len(unique))
    share = np.divide(np.bincount(row, along, len(unique)), total, out=np.zeros(len(unique)), where=total > 0)
    return Adjacency(unique, total, np.minimum(share, 1.0)).only(total >= LEAST_BORDER_M)


def _length_along(borders: np.ndarray, barriers: gpd.GeoSeries | None, lon: float, reach_m: float) -> np.ndarray:
    """Return how many metres of each border lie within reach of a barrier."""
    found = np.zeros(len(borders))
    if barriers is None or not len(barriers):
        return found
    ground = shapely.buffer(np.asarray(to_plane(barriers.to_numpy(), lon)), reach_m)
    grounds = np.asarray(shapely.get_parts(shapely.union_all(ground)))
    border, near = shapely.STRtree(grounds).query(borders, predicate="intersects")
    within = shapely.intersection(borders[border], grounds[near])
    return np.bincount(border, shapely.length(within), len(borders))


def crossed(
    atoms: gpd.GeoSeries, adjacency: Adjacency, barriers: gpd.GeoSeries, *, reach_m: float = 5.0, share: float = 0.9
) -> np.ndarray:
    """Return which pairs a barrier separates that nobody crosses, such as a river: a mask on `adjacency.pairs`.

    A pair is separated if at least `share` of its border lies in the barrier or within `reach_m` of it: there is no
    way from one to the other that does not cross it. ``adjacency.only(~crossed(...))`` leaves such pairs out.

    Parameters
    ----------
    atoms
        The polygons that `adjacency` was made of, in EPSG:4326.
    barriers
        Lines or polygons in EPSG:4326.
    """
    return share_along(atoms, adjacency, barriers, reach_m=reach_m) >= share


def share_along(
    atoms: gpd.GeoSeries, adjacency: Adjacency, barriers: gpd.GeoSeries, *, reach_m: float = 15.0
) -> np.ndarray:
    """Return which share of the border of each pair runs along a barrier, 0 where a pair does not touch.

    Atoms and barriers are in EPSG:4326; `reach_m` is that of `adjacency_of`.
    """
    found = adjacency_of(atoms, barriers, reach_m=reach_m)
    size = len(atoms)
    known = pd.Series(found.along, index=found.pairs[:, 0] * size + found.pairs[:, 1])
    wanted = known.reindex(adjacency.pairs[:, 0] * size + adjacency.pairs[:, 1])
    return wanted.fillna(0.0).to_numpy(float)


def parts_of(adjacency: Adjacency, labels: pd.Series) -> pd.Series:
    """Return of how many pieces each group of atoms is: 1 where all hang together, more where there are islands.

    Parameters
    ----------
    adjacency
        Who touches whom.
    labels
        The group of every atom, a street or a cell, in the order of the atoms.

    Returns
    -------
    Series
        ``parts``, whole numbers, by group.
    """
    group = labels.factorize()[0]
    pairs = adjacency.pairs[group[adjacency.pairs[:, 0]] == group[adjacency.pairs[:, 1]]]
    graph = sp.coo_array((np.ones(len(pairs)), pairs.T), shape=(len(labels), len(labels)))
    piece = csgraph.connected_components(graph, directed=False)[1]
    pieces: pd.Series = pd.Series(piece).groupby(labels.to_numpy()).nunique()
    return pieces.rename("parts")
