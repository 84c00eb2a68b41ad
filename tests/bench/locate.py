"""Locating and shares against geopandas and shapely: CPU time of one process, every answer compared.

All sides get the same arrays or the same lon/lat frame and give the same answer. The index of cells is built before the
clock starts where the row says so; geopandas builds its own within the join, as it always does.
"""

import time
from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gridgov import CellLocator
from gridgov.coordinates import to_plane
from tests.bench.coverages import by_geos, footprints, mixed_points, voronoi_coverage

Row = dict[str, Any]


def cpu_seconds(work: Callable[[], Any], *, rounds: int = 1) -> tuple[float, Any]:
    """Return the least CPU time of some rounds of `work`, and its answer."""
    best, answer = float("inf"), None
    for _ in range(rounds):
        start = time.process_time()
        answer = work()
        best = min(best, time.process_time() - start)
    return best, answer


def row(what: str, times: tuple[float, float], peer_name: str, unit: str, *, equal: bool) -> Row:
    ours, peer = times
    return {
        "what": what,
        "ours": round(ours, 3),
        "peer": round(peer, 3),
        "peer_name": peer_name,
        "ratio": round(peer / ours, 1),
        "unit": unit,
        "equal": bool(equal),
    }


def by_sjoin(frame: gpd.GeoDataFrame, points: gpd.GeoDataFrame) -> npt.NDArray[Any]:
    """Locate by geopandas, the lowest code where several cells meet."""
    joined = gpd.sjoin(points, frame, predicate="intersects")
    ranks = np.full(len(points), len(frame), np.int64)
    np.minimum.at(ranks, joined.index.to_numpy(), joined["rank"].to_numpy())
    return np.where(ranks == len(frame), -1, ranks)


def bench_points(cells: int, points: int) -> list[Row]:
    """Many points: build, locate, compare with geopandas and with GEOS."""
    frame = voronoi_coverage(cells)
    # The compiler's time is not the index's: a small locator first.
    CellLocator.from_frame(frame.iloc[:20]).locate([117.0], [36.6])
    built, locator = cpu_seconds(lambda: CellLocator.from_frame(frame))
    lon, lat = mixed_points(frame.geometry.array, points, np.random.default_rng(1))
    out = np.empty(points, np.int32)
    ours, _ = cpu_seconds(lambda: locator.locate_index(lon, lat, out=out), rounds=3)
    with_codes, _ = cpu_seconds(lambda: locator.locate(lon, lat))
    ranked = frame.sort_values("code").reset_index(drop=True).assign(rank=range(cells))[["rank", "geometry"]]
    theirs = gpd.GeoDataFrame(geometry=gpd.points_from_xy(lon, lat, crs=4326))
    peer, joined = cpu_seconds(lambda: by_sjoin(ranked, theirs))
    equal = np.array_equal(joined, out)
    if not equal:  # so that a reader sees who errs
        equal = np.array_equal(by_geos(frame["code"], frame.geometry.array, lon, lat), out)
    scale, name = 1e9 / points, "geopandas.sjoin(intersects), lowest code"
    return [
        row(
            f"{points:,} points in {cells:,} cells, index built", (ours * scale, peer * scale), name, "ns", equal=equal
        ),
        row("the same, codes as text", (with_codes * scale, peer * scale), name, "ns", equal=equal),
        row("the same, with building", ((ours + built) * scale, peer * scale), name, "ns", equal=equal),
        row(
            f"build {cells:,} cells; {locator.nbytes / 1e6:.0f} MB", (built, peer), "(the join above)", "s", equal=equal
        ),
    ]


def bench_online(lookups: int = 20_000) -> list[Row]:
    """One point at a time from Python."""
    frame = voronoi_coverage(773)
    locator = CellLocator.from_frame(frame)
    lon, lat = mixed_points(frame.geometry.array, lookups, np.random.default_rng(2))
    pairs = list(zip(lon.tolist(), lat.tolist(), strict=True))
    one, codes = locator.locate_one, locator.codes
    tree = shapely.STRtree(frame.sort_values("code").geometry.to_numpy())

    def query(x: float, y: float) -> str | None:
        found = tree.query(shapely.Point(x, y), predicate="intersects")
        return str(codes[found.min()]) if len(found) else None

    ours, got = cpu_seconds(lambda: [one(x, y) for x, y in pairs], rounds=3)
    peer, expected = cpu_seconds(lambda: [query(x, y) for x, y in pairs])
    scale = 1e6 / lookups
    return [
        row(
            "one lookup from Python", (ours * scale, peer * scale), "shapely STRtree.query", "us", equal=got == expected
        )
    ]


def by_prepared(cells: npt.NDArray[Any], shapes: npt.NDArray[Any]) -> tuple[Any, Any, Any]:
    """Divide by shapely: cells prepared, covers first, intersection only for what straddles."""
    tree = shapely.STRtree(cells)
    shape, cell = tree.query(shapes)
    shapely.prepare(cells)
    covered = shapely.covers(cells[cell], shapes[shape])
    area = np.empty(len(shape))
    area[covered] = shapely.area(shapes[shape[covered]])
    rest = np.flatnonzero(~covered & ~np.isin(shape, shape[covered]))
    area[~covered] = 0.0
    area[rest] = shapely.area(shapely.intersection(shapes[shape[rest]], cells[cell[rest]]))
    return shape, cell, area


def same_areas(table: pd.DataFrame, codes: Any, parts: tuple[Any, Any, Any], whole: Any) -> bool:
    """Return whether all areas agree within 1e-8 of the footprint."""
    shape, cell, area = parts
    inside = table[[isinstance(code, str) for code in table["cell"]]]
    ranks = np.searchsorted(codes, inside["cell"].to_numpy().astype(str))
    keys = np.concatenate((inside["footprint"].to_numpy() * len(codes) + ranks, shape * len(codes) + cell))
    unique, place = np.unique(keys, return_inverse=True)
    differences = np.bincount(place, weights=np.concatenate((inside["area_m2"].to_numpy(), -area)))
    return bool((np.abs(differences) <= 1e-8 * whole[unique // len(codes)]).all())


def bench_shares(buildings: int, overlaid: int) -> list[Row]:
    """Shares of building footprints, from lon/lat to square metres; geopandas.overlay gets a part of them."""
    frame = voronoi_coverage(773).sort_values("code").reset_index(drop=True)
    locator = CellLocator.from_frame(frame)
    shapes = gpd.GeoSeries(footprints(frame.geometry.array, buildings, np.random.default_rng(3)), crs=4326)
    locator.shares(shapes.iloc[:10])  # compiles, and builds the plane's index
    ours, table = cpu_seconds(lambda: locator.shares(shapes), rounds=2)
    planar_cells = np.asarray(to_plane(frame.geometry, 117).array)
    projecting, planar = cpu_seconds(lambda: np.asarray(shapes.to_crs(4548).array))
    prepared, parts = cpu_seconds(lambda: by_prepared(planar_cells, planar))
    equal = same_areas(table, locator.codes, parts, shapely.area(planar))
    cells = gpd.GeoDataFrame({"code": frame["code"]}, geometry=planar_cells, crs=4548)
    some = gpd.GeoDataFrame({"footprint": range(overlaid)}, geometry=planar[:overlaid], crs=4548)
    overlay, _ = cpu_seconds(lambda: gpd.overlay(some, cells, how="intersection").area)
    us, share = 1e6 / buildings, buildings / overlaid
    what = f"shares of {buildings:,} buildings, lon/lat to m2"
    peers = (("shapely covers, then intersection", prepared), ("geopandas.overlay", overlay * share))
    return [
        row(what, (ours * us, (time + extra) * us), name + note, "us", equal=equal)
        for name, time in peers
        for note, extra in (("", projecting), (", projected before", 0.0))
    ]


def run(*, points: int = 1_000_000, buildings: int = 200_000) -> list[Row]:
    """Return all rows; the defaults take about a minute, ten times as many points are the bars' own size."""
    return [
        *bench_points(773, points),
        *bench_points(20_000, points),
        *bench_online(),
        *bench_shares(buildings, min(buildings, 50_000)),
    ]
