"""Which atoms a cell may hold together: those that touch, inside one street, and on one side of what nobody crosses."""

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import scipy.sparse as sp
import shapely
from scipy.sparse import csgraph
from scipy.spatial import cKDTree

from gridgov.coordinates import to_plane
from gridgov.errors import InputError
from gridgov.planning.adjacency import Adjacency, adjacency_of, crossed, share_along
from gridgov.planning.checks import check_ground, some
from gridgov.planning.wishes import Wished

DISCOUNT = 0.7
"""How much less a border costs that runs along a barrier."""


@dataclass(frozen=True, slots=True)
class Links:
    """Who touches whom, and how large all are.

    Attributes
    ----------
    pairs
        Places of atoms that one cell may hold side by side, the smaller first.
    length_m, along
        Of each pair, how long its border is, and which share of that runs along a barrier; 0 for a bridge.
    touching
        All that touch, as they were found; over borders of streets and communities, too.
    area_m2, around_m
        Of each atom; zeros where there is no geometry.
    """

    pairs: np.ndarray
    length_m: np.ndarray
    along: np.ndarray
    touching: Adjacency
    area_m2: np.ndarray
    around_m: np.ndarray

    def only(self, wanted: np.ndarray) -> "Links":
        """Return the links among the atoms that are wanted, which take their places in order."""
        place = np.cumsum(wanted) - 1
        mine, touching = wanted[self.pairs].all(axis=1), self.touching.only(wanted[self.touching.pairs].all(axis=1))
        return Links(
            place[self.pairs[mine]],
            self.length_m[mine],
            self.along[mine],
            replace(touching, pairs=place[touching.pairs]),
            self.area_m2[wanted],
            self.around_m[wanted],
        )

    def within(self, places: np.ndarray, scale: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return neighbours among `places`, by their order: where each one's begin, who they are, what borders cost.

        A border costs its length in parts of the mean among these places, times `scale`, and less along barriers.
        """
        local = np.full(len(self.area_m2), -1)
        local[places] = np.arange(len(places))
        ends = local[self.pairs]
        mine = np.flatnonzero((ends >= 0).all(axis=1))
        ends = np.sort(ends[mine], axis=1)
        # In one order whatever the frame's was: sums of the same numbers in another order differ in their last bit.
        order = np.lexsort(ends.T[::-1])
        ends, mine = ends[order], mine[order]
        length = self.length_m[mine]
        mean = float(length[length > 0].mean()) if length.any() else 1.0
        cost = length / mean * (1 - DISCOUNT * self.along[mine]) * scale
        count = len(places)
        graph = sp.csr_array(
            (np.tile(cost + 1e-12, 2), (np.concatenate(ends.T), np.concatenate(ends[:, ::-1].T))), shape=(count, count)
        )
        return graph.indptr.astype(np.int64), graph.indices.astype(np.int64), graph.data


def links_of(atoms: pd.DataFrame, wished: Wished) -> Links:
    """Return which atoms a cell may hold together.

    Raises
    ------
    InputError
        If a cell of today is not one piece, and no bridges are wished for; the atoms are named.
    """
    touching = _touching(atoms, wished)
    check_ground(touching, atoms, wished)
    cell = pd.factorize(atoms[wished.cell])[0]
    same_cell = np.equal(*cell[touching.pairs].T)
    kept = np.equal(*pd.factorize(atoms[wished.street])[0][touching.pairs].T)
    if wished.within == "community":
        kept &= np.equal(*pd.factorize(atoms[wished.community])[0][touching.pairs].T)
    kept &= same_cell | ~_forbidden(touching, atoms, wished)
    pairs = touching.pairs[kept]
    bridges = _bridges(atoms, cell, pairs[np.equal(*cell[pairs].T)], wished)
    none = np.zeros(len(bridges))
    return Links(
        np.concatenate([pairs, bridges]),
        np.concatenate([touching.length_m[kept], none]),
        np.concatenate([touching.along[kept], none]),
        touching,
        *_sizes(atoms),
    )


def _touching(atoms: pd.DataFrame, wished: Wished) -> Adjacency:
    barriers = None if wished.barriers is None else wished.barriers.geometry
    if wished.adjacency is not None:
        return wished.adjacency if barriers is None else _beside(wished.adjacency, atoms, barriers)
    if not isinstance(atoms, gpd.GeoDataFrame):
        message = "Who touches whom is read off the atoms' geometry: give a GeoDataFrame in EPSG:4326, or `adjacency=`."
        raise InputError(message, field="geometry")
    return adjacency_of(atoms.geometry, barriers)


def _beside(known: Adjacency, atoms: pd.DataFrame, barriers: gpd.GeoSeries) -> Adjacency:
    """Return who touches whom, as it is known, with what runs along barriers."""
    if not isinstance(atoms, gpd.GeoDataFrame):
        message = "Which borders run along `barriers` is read off the atoms' geometry: give a GeoDataFrame."
        raise InputError(message, field="barriers")
    return Adjacency(known.pairs, known.length_m, np.maximum(known.along, share_along(atoms.geometry, known, barriers)))


def _forbidden(touching: Adjacency, atoms: pd.DataFrame, wished: Wished) -> np.ndarray:
    """Return which borders lie along a barrier that nobody crosses."""
    barriers = wished.barriers
    if barriers is None or "hard" not in barriers or not isinstance(atoms, gpd.GeoDataFrame):
        return np.zeros(len(touching.pairs), bool)
    hard = barriers[barriers["hard"].fillna(value=False).astype(bool)]
    if not len(hard):
        return np.zeros(len(touching.pairs), bool)
    # As wide as for a road: borders of atoms run midway between buildings, and a river is drawn as its middle.
    return crossed(atoms.geometry, touching, hard.geometry, reach_m=15.0, share=0.5)


def _bridges(atoms: pd.DataFrame, cell: np.ndarray, pairs: np.ndarray, wished: Wished) -> np.ndarray:
    """Return pairs that hold cells of several pieces together, each piece by its nearest atoms."""
    count = len(atoms)
    graph = sp.coo_array((np.ones(len(pairs)), pairs.T), shape=(count, count))
    piece = csgraph.connected_components(graph, directed=False)[1]
    pieces = pd.Series(piece).groupby(cell).nunique()
    broken = pieces[pieces > 1].index.to_numpy()
    if not len(broken):
        return np.empty((0, 2), np.int64)
    if wished.islands == "refuse":
        _refuse_islands(atoms, cell, piece, int(broken[0]), wished)
    if not isinstance(atoms, gpd.GeoDataFrame):
        message = "Bridges lead to what is nearest: give a GeoDataFrame in EPSG:4326."
        raise InputError(message, field="islands")
    middles = np.asarray(to_plane(shapely.point_on_surface(atoms.geometry.to_numpy()), float(atoms.total_bounds[0])))
    found = [
        pair
        for one in broken
        for pair in _bridged(np.flatnonzero(cell == one), piece, shapely.get_coordinates(middles))
    ]
    return np.sort(np.array(found, np.int64), axis=1)


def _bridged(members: np.ndarray, piece: np.ndarray, middles: np.ndarray) -> list[tuple[int, int]]:
    """Join the pieces of one cell one by one to what is joined already."""
    sizes = (
        pd.Series(piece[members])
        .value_counts(sort=True)
        .sort_index(kind="stable")
        .sort_values(ascending=False, kind="stable")
    )
    joined = members[piece[members] == sizes.index[0]]
    found = []
    for number in sizes.index[1:]:
        island = members[piece[members] == number]
        distance, nearest = cKDTree(middles[joined]).query(middles[island])
        at = int(np.argmin(distance))
        found.append((int(island[at]), int(joined[nearest[at]])))
        joined = np.concatenate([joined, island])
    return found


def _refuse_islands(atoms: pd.DataFrame, cell: np.ndarray, piece: np.ndarray, broken: int, wished: Wished) -> None:
    members = np.flatnonzero(cell == broken)
    main = np.bincount(piece[members]).argmax()
    apart = [str(label) for label in atoms.index[members[piece[members] != main]]]
    code = str(atoms[wished.cell].iloc[members[0]])
    message = (
        f"Cell {code} is not one piece: its atoms {some(apart, len(apart))} touch no other atom of it. Mend the atoms, "
        "or give islands='bridge' if the cell is to be held together over what lies between."
    )
    raise InputError(message, field=wished.cell, details=[{"cell": code, "atoms": apart[:100]}])


def _sizes(atoms: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    if not isinstance(atoms, gpd.GeoDataFrame):
        return np.zeros(len(atoms)), np.zeros(len(atoms))
    plane = np.asarray(to_plane(atoms.geometry.to_numpy(), float(atoms.total_bounds[[0, 2]].mean())))
    return shapely.area(plane), shapely.length(plane)
