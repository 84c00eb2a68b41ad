"""Atoms that follow given polygons: blocks between roads, micro-cells, what a planner drew."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridgov.coordinates import to_plane
from gridgov.planning.tessellation.given import read_ids, read_shapes, read_weights
from gridgov.planning.tessellation.seeds import Seeds, cell_of

LEAST_M2 = 50.0
"""What a block and a cell share less of is a misfit of their outlines, not an atom."""

_NODED_M = 0.01


def of_blocks(
    blocks: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame | None, cells: gpd.GeoDataFrame, lon: float
) -> tuple[Seeds, dict[str, float]]:
    """Return a seed for each piece of a block in a cell, and for each piece of a cell that no block covers.

    Households are those of the buildings whose inner points lie in a piece, else the block's, shared out by area.

    Returns
    -------
    tuple
        The seeds; and of each block that lies in no cell, wholly or in part, how many of its households are there.
    """
    shapes = read_shapes(blocks, "blocks", (3, 6))
    ids = read_ids(blocks, "blocks")
    flat, ground = to_plane(shapes, lon), to_plane(cells.geometry.to_numpy(), lon)
    cell, block = shapely.STRtree(flat).query(ground, predicate="intersects")
    bare = shapely.difference(ground, shapely.union_all(flat))
    pieces, row = shapely.get_parts(
        np.concatenate([shapely.intersection(ground[cell], flat[block]), bare]), return_index=True
    )
    block, cell = np.append(block, np.full(len(ground), -1))[row], np.append(cell, np.arange(len(ground)))[row]
    beyond = _beyond(flat, ground)
    kept = _worth(pieces, block, beyond)
    pieces, block, cell = pieces[kept], block[kept], cell[kept]
    given = buildings is None and "households" in blocks
    held = read_weights(blocks["households"], "blocks.households") if given else np.zeros(len(flat))
    inside, outside = _shared_out(held, np.where(block < 0, 0.0, shapely.area(pieces)), block, beyond)
    households = inside if buildings is None else _held(pieces, buildings, cells, cell, lon)
    places = shapely.get_coordinates(shapely.point_on_surface(pieces))
    names = _names(ids, block, cells["cell"].to_numpy()[cell])
    lost = {str(ids[one]): float(outside[one]) for one in np.flatnonzero(beyond)}
    return Seeds(names, households, cell, places, np.arange(len(pieces))), lost


def _beyond(flat: np.ndarray, ground: np.ndarray) -> np.ndarray:
    """Return how much of each block lies in no cell, in square metres; 0 where that is a misfit."""
    area = shapely.area(shapely.difference(flat, shapely.union_all(ground)))
    return np.asarray(np.where(area > np.minimum(LEAST_M2, shapely.area(flat) / 2), area, 0.0))


def _worth(pieces: np.ndarray, block: np.ndarray, beyond: np.ndarray) -> np.ndarray:
    """Return which pieces become atoms: those that are no misfit, and the largest of a block that has no such."""
    area = np.where(shapely.get_type_id(pieces) == 3, shapely.area(pieces), 0.0)
    kept = area > LEAST_M2
    small = pd.Series(area)[~kept & (block >= 0) & (area > 0)]
    small = small[~np.isin(block[small.index], [*block[kept], *np.flatnonzero(beyond)])]
    kept[small.groupby(block[small.index]).idxmax()] = True
    return kept


def _shared_out(
    held: np.ndarray, area: np.ndarray, block: np.ndarray, beyond: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the households of each piece, and of each block those outside: by area, so that none is lost."""
    mine = block >= 0
    whole = beyond + np.bincount(block[mine], area[mine], len(held))
    each = np.divide(held, whole, out=np.zeros(len(held)), where=whole > 0)
    return np.where(mine, each[block] * area if len(held) else 0.0, 0.0), each * beyond


def _names(ids: np.ndarray, block: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Return a block's id, with the cell where it lies in several, and a number where it does so twice."""
    several = np.bincount(block[block >= 0], minlength=len(ids)) > 1
    seen: dict[str, int] = {}
    names = []
    for one, code in zip(block, codes, strict=True):
        name = f"{code}-0" if one < 0 else f"{ids[one]}@{code}" if several[one] else str(ids[one])
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name}-{seen[name]}")
    return np.array(names, dtype=object)


def _held(
    pieces: np.ndarray, buildings: gpd.GeoDataFrame, cells: gpd.GeoDataFrame, cell: np.ndarray, lon: float
) -> np.ndarray:
    """Return the households of the buildings nearest to each piece, of those in its cell."""
    points = shapely.point_on_surface(read_shapes(buildings, "buildings", (0, 3, 6)))
    read_ids(buildings, "buildings")
    held = read_weights(buildings["households"], "buildings.households") if "households" in buildings else None
    at, flat = cell_of(points, cells), to_plane(points, lon)
    found = np.zeros(len(pieces))
    for one in np.unique(at[at >= 0]):
        mine, rows = np.flatnonzero(cell == one), np.flatnonzero(at == one)
        to = shapely.STRtree(pieces[mine]).nearest(flat[rows])
        np.add.at(found, mine[to], 1.0 if held is None else held[rows])
    return found


def edges_of(blocks: gpd.GeoDataFrame, lon: float) -> np.ndarray:
    """Return the outlines of blocks in the plane, as segments that meet at their ends alone."""
    flat = to_plane(read_shapes(blocks, "blocks", (3, 6)), lon)
    noded = shapely.get_parts(shapely.union_all(shapely.boundary(flat), grid_size=_NODED_M))
    at, line = shapely.get_coordinates(noded, return_index=True)
    same = line[1:] == line[:-1]
    return np.asarray(shapely.linestrings(np.stack([at[:-1], at[1:]], axis=1)[same]))
