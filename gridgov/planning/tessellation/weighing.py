"""What an atom carries: what happens in it, how far it is to walk, what is in it that needs an eye."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridgov.coordinates import to_plane
from gridgov.planning.tessellation.given import read_shapes
from gridgov.planning.tessellation.smoothing import smoothed

PIECE_M = 10.0
"""Roads are counted by pieces of at most this length: a metre of road belongs to where its piece's middle is."""

_BESIDE_M = 1.0


def expected_incidents(made: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame, years: float) -> tuple[np.ndarray, int]:
    """Return how many incidents a year each atom is to expect, and how many incidents lie in none of them.

    Atoms with households are drawn towards their street's rate a household, those without towards its rate a square
    metre of such atoms. Both sums stay what they were.
    """
    points = shapely.point_on_surface(read_shapes(incidents, "incidents", range(7)))
    counts, outside = counted(made, points)
    expected = np.zeros(len(made))
    empty = made["households"].to_numpy() == 0
    exposure = np.where(empty, made["area_m2"], made["households"])
    for _, rows in pd.Series(np.arange(len(made))).groupby([made["street"].to_numpy(), empty]):
        expected[rows] = smoothed(counts[rows], exposure[rows])
    return expected / years, outside


def counted(made: gpd.GeoDataFrame, points: np.ndarray) -> tuple[np.ndarray, int]:
    """Return how many points each atom holds, the first one on a border, and how many none does."""
    first = np.full(len(points), len(made))
    point, atom = shapely.STRtree(made.geometry.to_numpy()).query(points, predicate="intersects")
    np.minimum.at(first, point, atom)
    counts = np.bincount(first, minlength=len(made) + 1)
    return counts[:-1].astype(float), int(counts[-1])


def road_m(flat: np.ndarray, roads: gpd.GeoDataFrame, lon: float) -> np.ndarray:
    """Return the length of road in each atom, in metres of the plane; a road on a border counts half on each side.

    Parameters
    ----------
    flat
        Atoms in the plane of `lon`.
    """
    lines = shapely.get_parts(to_plane(read_shapes(roads, "roads", (1, 5)), lon))
    cut = shapely.segmentize(lines, PIECE_M)
    at, line = shapely.get_coordinates(cut, return_index=True)
    same = line[1:] == line[:-1]
    middles = ((at[1:] + at[:-1]) / 2)[same]
    length = np.hypot(*(at[1:] - at[:-1]).T)[same]
    piece, atom = shapely.STRtree(flat).query(shapely.points(middles), predicate="dwithin", distance=_BESIDE_M)
    sharers = np.bincount(piece, minlength=len(middles))
    return np.bincount(atom, length[piece] / sharers[piece], len(flat))
