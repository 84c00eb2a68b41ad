"""Synthetic coverages and points, as nasty as real ones: shared by the tests and the benchmarks.

Cells are Voronoi regions whose borders are bent at random and snapped, the same on both
sides, so that they fit bit for bit.
"""

from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import Voronoi

Floats = npt.NDArray[np.float64]
WEST, SOUTH = 117.01, 36.59


def snapped(xy: Floats) -> Floats:
    """Snap to 2**-23 degrees in the west of the map and to 1e-7 degrees in the east, as mixed sources are."""
    return np.where(xy[:, :1] < WEST + 0.08, np.round(xy * 2.0**23) / 2.0**23, np.round(xy, 7))


def _bent(a: Floats, b: Floats, pieces: int, rng: np.random.Generator) -> Floats:
    steps = np.linspace(0, 1, pieces + 1)[:, None]
    walk = np.concatenate(([0.0], np.cumsum(rng.normal(size=pieces))))[:, None]
    bridge = (walk - steps * walk[-1]) * (0.12 / np.sqrt(pieces)) * np.minimum(1.0, 4 * steps * (1 - steps))
    along = b - a
    return a + steps * along + bridge * np.array([[-along[1], along[0]]])


def voronoi_coverage(
    cells: int, *, seed: int = 0, step: float = 1.05e-4, span: float | None = None
) -> gpd.GeoDataFrame:
    """Return `cells` cells with bent borders, a vertex about every `step` degrees, in an irregular outline.

    Codes have 15 digits, numbered west to east; about 0.13 km2 a cell unless `span` (degrees) says otherwise.
    """
    rng = np.random.default_rng(seed)
    span = span if span is not None else 0.0041 * np.sqrt(cells)
    side = int(np.ceil(np.sqrt(cells))) + 6
    grid = np.stack(np.meshgrid(np.arange(side), np.arange(side)), -1).reshape(-1, 2)
    seeds = (grid + rng.uniform(-0.42, 0.42, grid.shape)) / side * span + (WEST, SOUTH)
    diagram = Voronoi(seeds)
    centre = np.array([WEST, SOUTH]) + span / 2
    border = np.abs(grid - (side - 1) / 2).max(axis=1) > side / 2 - 2
    order = np.argsort(np.hypot(*(seeds - centre).T) + rng.normal(0, 0.4 * span / side, len(seeds)) + 1e9 * border)
    kept = np.sort(order[:cells])
    chains: dict[tuple[int, int], Floats] = {}
    corners = snapped(diagram.vertices)
    kept_set = set(kept.tolist())
    for (p, q), (v, w) in zip(diagram.ridge_points, diagram.ridge_vertices, strict=True):
        if v >= 0 and w >= 0 and (p in kept_set or q in kept_set):
            pieces = max(1, int(np.hypot(*(corners[v] - corners[w])) / step))
            line = snapped(_bent(corners[v], corners[w], pieces, rng))
            line[0], line[-1] = corners[v], corners[w]
            chains[min(v, w), max(v, w)] = line if v < w else line[::-1]
    outlines = [_outline(diagram.regions[diagram.point_region[k]], diagram.vertices, chains) for k in kept]
    return frame_of(shapely.polygons([shapely.linearrings(o) for o in outlines]), rng)


def _outline(region: list[int], vertices: Floats, chains: dict[tuple[int, int], Floats]) -> Floats:
    middle = vertices[region].mean(axis=0)
    ring = sorted(region, key=lambda v: np.arctan2(*(vertices[v] - middle)[::-1]))
    parts = []
    for v, w in zip(ring, ring[1:] + ring[:1], strict=True):
        line = chains[min(v, w), max(v, w)]
        parts.append((line if v < w else line[::-1])[:-1])
    return np.vstack(parts)


def frame_of(cells: Any, rng: np.random.Generator | None = None) -> gpd.GeoDataFrame:
    """Return cells as a frame with 15-digit codes, in the given order or (with `rng`) shuffled."""
    frame = gpd.GeoDataFrame({"code": [f"370102001{k:06d}" for k in range(len(cells))]}, geometry=list(cells), crs=4326)
    return frame if rng is None else frame.iloc[rng.permutation(len(frame))].reset_index(drop=True)


def edge_ends(cells: Any) -> tuple[Floats, Floats]:
    """Return the (m, 2) starts and ends of all edges of `cells`."""
    xy, ring = shapely.get_coordinates(shapely.boundary(np.asarray(cells)), return_index=True)
    same = ring[:-1] == ring[1:]
    return xy[:-1][same], xy[1:][same]


def beside_an_ulp(xy: Floats, rng: np.random.Generator) -> Floats:
    """Move every number one double up, down, or not at all."""
    towards = rng.choice([-np.inf, np.inf, np.nan], xy.shape)
    return np.where(np.isnan(towards), xy, np.nextafter(xy, np.where(np.isnan(towards), 0.0, towards)))


def nasty_points(cells: Any, n: int, rng: np.random.Generator) -> Floats:
    """Return (n, 2) points on vertices, on edges, and one ulp beside either."""
    a, b = edge_ends(cells)
    k = rng.integers(len(a), size=n)
    t = rng.uniform(size=(n, 1))
    kinds = rng.integers(4, size=(n, 1))
    points = np.where(kinds == 0, a[k], np.where(kinds == 1, (a[k] + b[k]) / 2, a[k] + t * (b[k] - a[k])))
    return np.where(rng.uniform(size=(n, 1)) < 0.5, beside_an_ulp(points, rng), points)


def mixed_points(cells: Any, n: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return lon, lat (n,): half in clusters, a fifth along borders, 2 % nasty, others anywhere; shuffled."""
    west, south, east, north = shapely.total_bounds(np.asarray(cells))
    box = np.array([[west, south], [east, north]])
    pad = (box[1] - box[0]) * 0.03
    a, b = edge_ends(cells)
    centres = rng.uniform(box[0], box[1], (200, 2))
    clustered = centres[rng.integers(200, size=n // 2)] + rng.normal(0, 0.002, (n // 2, 2))
    k = rng.integers(len(a), size=n // 5)
    along = a[k] + rng.uniform(size=(n // 5, 1)) * (b[k] - a[k]) + rng.normal(0, 1e-4, (n // 5, 2))
    nasty = nasty_points(cells, n // 50, rng)
    anywhere = rng.uniform(box[0] - pad, box[1] + pad, (n - n // 2 - n // 5 - n // 50, 2))
    points = np.vstack((clustered, along, nasty, anywhere))
    points = points[rng.permutation(n)]
    return np.ascontiguousarray(points[:, 0]), np.ascontiguousarray(points[:, 1])


def by_geos(codes: Any, cells: Any, lon: Floats, lat: Floats) -> npt.NDArray[Any]:
    """Return the rank of the lowest code whose closed cell holds each point, by GEOS: the oracle."""
    order = np.argsort(np.asarray(codes, dtype=str))
    tree = shapely.STRtree(np.asarray(cells)[order])
    points, found = tree.query(shapely.points(lon, lat), predicate="intersects")
    ranks = np.full(len(lon), len(order))
    np.minimum.at(ranks, points, found)
    return np.where(ranks == len(order), -1, ranks)


_SHAPES = (
    np.array([(0, 0), (1, 0), (1, 1), (0, 1)]),
    np.array([(0, 0), (1, 0), (1, 0.4), (0.4, 0.4), (0.4, 1), (0, 1)]),
    np.array([(0, 0), (1, 0), (1, 1), (0.7, 1), (0.7, 0.3), (0.3, 0.3), (0.3, 1), (0, 1)]),
)
_COURT = np.array([(0.3, 0.3), (0.7, 0.3), (0.7, 0.7), (0.3, 0.7)])


def footprints(cells: Any, n: int, rng: np.random.Generator) -> npt.NDArray[Any]:
    """Return (n,) buildings of 5 to 80 m, turned at random: rectangles, L, U, and blocks around a court."""
    west, south, east, north = shapely.total_bounds(np.asarray(cells))
    result = np.empty(n, dtype=object)
    kind = rng.choice(4, n, p=(0.5, 0.25, 0.15, 0.1))
    for k in range(4):
        chosen = np.flatnonzero(kind == k)
        outline = _SHAPES[k % 3]
        angle, size = rng.uniform(0, 2 * np.pi, len(chosen)), rng.uniform(5, 80, (len(chosen), 2))
        centre = rng.uniform((west, south), (east, north), (len(chosen), 2))

        def placed(shape: Floats, size: Floats = size, angle: Floats = angle, centre: Floats = centre) -> Floats:
            x, y = ((shape - 0.5)[None] * size[:, None]).transpose(2, 0, 1)
            cos, sin = np.cos(angle)[:, None], np.sin(angle)[:, None]
            metres = np.stack((x * cos - y * sin, x * sin + y * cos), axis=-1)
            return centre[:, None] + metres / (89_300.0, 111_000.0)

        shells = shapely.polygons(placed(outline))
        result[chosen] = shapely.difference(shells, shapely.polygons(placed(_COURT))) if k == 3 else shells
    return result
