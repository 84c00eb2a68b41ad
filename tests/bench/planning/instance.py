"""One instance of rebalancing as every method gets it: atoms with their cell and street, who touches whom, how long."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp
import shapely
from scipy.sparse import csgraph
from scipy.spatial import cKDTree

from gridgov.coordinates import to_plane

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Street(NamedTuple):
    """One street in plain numbers: what peers are given.

    Attributes
    ----------
    start, neighbour, length
        Neighbours of atom i at start[i]:start[i + 1], and metres of border with each.
    weight
        Households of each atom.
    home
        The cell of today, from 0 to `cells` - 1.
    xy
        A point of each atom, metres.
    """

    start: Ints
    neighbour: Ints
    length: Floats
    weight: Floats
    home: Ints
    cells: int
    xy: Floats


@dataclass(frozen=True)
class Instance:
    """A district to be rebalanced.

    Attributes
    ----------
    atoms
        EPSG:4326, index unique; columns `cell`, `street`, `households`.
    pairs, length_m
        Places of atoms that touch, and the metres of border; bridges within a cell that is in pieces today have 0 m.
    area_m2, around_m, xy
        Of each atom.
    """

    name: str
    source: str
    atoms: gpd.GeoDataFrame
    pairs: Ints
    length_m: Floats
    area_m2: Floats
    around_m: Floats
    xy: Floats

    @property
    def home(self) -> Ints:
        """The cell of each atom, numbered over the whole district in the order of codes."""
        return np.unique(self.atoms["cell"].astype(str), return_inverse=True)[1].astype(np.int64)

    @property
    def street_of_atom(self) -> Ints:
        """The street of each atom as a number."""
        return np.unique(self.atoms["street"].astype(str), return_inverse=True)[1].astype(np.int64)

    @property
    def street_of_cell(self) -> Ints:
        """The street of each cell, in the numbers of `home`."""
        streets = np.empty(int(self.home.max()) + 1, np.int64)
        streets[self.home] = self.street_of_atom
        return streets

    def streets(self) -> list[tuple[Ints, Ints, Street]]:
        """Return of each street the places of its atoms, the numbers of its cells, and itself in plain numbers."""
        return [self._street(np.flatnonzero(self.street_of_atom == s)) for s in np.unique(self.street_of_atom)]

    def _street(self, places: Ints) -> tuple[Ints, Ints, Street]:
        local = np.full(len(self.atoms), -1)
        local[places] = np.arange(len(places))
        ends = local[self.pairs]
        inside = (ends >= 0).all(axis=1)
        graph = graph_of(ends[inside], self.length_m[inside] + 1e-6, len(places))
        cells, home = np.unique(self.home[places], return_inverse=True)
        weight = self.atoms["households"].to_numpy(float)[places]
        street = Street(
            graph.indptr.astype(np.int64),
            graph.indices.astype(np.int64),
            graph.data,
            weight,
            home.astype(np.int64),
            len(cells),
            self.xy[places],
        )
        return places, cells, street


def graph_of(pairs: Ints, values: Floats, count: int) -> Any:
    """Return the symmetric matrix of `pairs` with `values`."""
    both = np.concatenate([pairs, pairs[:, ::-1]])
    return sp.csr_array((np.tile(values, 2), (both[:, 0], both[:, 1])), shape=(count, count))


def instance_of(name: str, source: str, atoms: gpd.GeoDataFrame) -> Instance:
    """Measure atoms that partition a district: borders by intersecting outlines, with none of planning's own code."""
    geometry = atoms.geometry.to_numpy()
    plane = np.asarray(to_plane(geometry, float(np.mean(atoms.total_bounds[[0, 2]]))))
    xy = shapely.get_coordinates(shapely.point_on_surface(plane))
    pairs, length = _touching(geometry, float(np.mean(atoms.total_bounds[[0, 2]])))
    home = pd.factorize(atoms["cell"])[0]
    bridges = _bridges(home, pairs, xy)
    return Instance(
        name=name,
        source=source,
        atoms=atoms,
        pairs=np.concatenate([pairs, bridges]),
        length_m=np.concatenate([length, np.zeros(len(bridges))]),
        area_m2=shapely.area(plane),
        around_m=shapely.length(plane),
        xy=xy,
    )


def _touching(geometry: Any, lon: float) -> tuple[Ints, Floats]:
    tree = shapely.STRtree(geometry)
    one, other = tree.query(geometry, predicate="intersects")
    once = one < other
    pairs = np.column_stack([one[once], other[once]]).astype(np.int64)
    outlines = shapely.boundary(geometry)
    shared = shapely.intersection(outlines[pairs[:, 0]], outlines[pairs[:, 1]])
    length = shapely.length(np.asarray(to_plane(shared, lon)))
    touch = length > 0.01
    return pairs[touch], length[touch]


def _bridges(home: Any, pairs: Ints, xy: Floats) -> Ints:
    """Return pairs that join the pieces of a cell to its largest by what is nearest, as islands and their port."""
    inside = pairs[home[pairs[:, 0]] == home[pairs[:, 1]]]
    piece = csgraph.connected_components(graph_of(inside, np.ones(len(inside)), len(home)), directed=False)[1]
    counts = pd.Series(piece).groupby(home).nunique()
    found = []
    for cell in counts.index[counts > 1]:
        members = np.flatnonzero(home == cell)
        numbers, sizes = np.unique(piece[members], return_counts=True)
        joined = members[piece[members] == numbers[sizes.argmax()]]
        for number in numbers[np.arange(len(numbers)) != sizes.argmax()]:
            island = members[piece[members] == number]
            distance, nearest = cKDTree(xy[joined]).query(xy[island])
            at = int(distance.argmin())
            found.append(sorted((int(island[at]), int(joined[nearest[at]]))))
            joined = np.concatenate([joined, island])
    return np.array(found, np.int64).reshape(-1, 2)
