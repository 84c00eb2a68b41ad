"""Locating and shares against PostGIS and DuckDB on the sample's cells; every answer compared."""

import time
from collections.abc import Callable
from typing import Any

import duckdb
import duckdb_extensions
import geopandas as gpd
import numpy as np
import pandas as pd
import psycopg
import shapely

from gridgov import CellLocator
from gridgov.store.cluster.address import plain
from tests.bench.coverages import mixed_points
from tests.bench.site import SAMPLE, database

POINTS = 200_000
BUILDINGS = 20_000
_ULP_MISSES = 1e-5  # of the points: PostGIS errs beside vertices about once in ten million, DuckDB not at all

_DUCK_POINTS = """
    SELECT p.id, min(c.code) AS code
    FROM points p JOIN cells c ON ST_Intersects(c.geom, ST_Point(p.lon, p.lat))
    GROUP BY p.id
"""
# Cells outside, points by their index inside: the faster of PostGIS's plans by four times.
_PG_POINTS = """
    SELECT p.id, min(c.code COLLATE "C") AS code
    FROM cells c JOIN points p ON ST_Intersects(c.geom, p.geom)
    GROUP BY p.id
"""
_DUCK_SHARES = """
    SELECT b.id, c.code, ST_Area(ST_Intersection(c.geom, b.geom)) AS area_m2
    FROM buildings b JOIN cells c ON ST_Intersects(c.geom, b.geom)
"""
_PG_SHARES = """
    SELECT b.id, c.code,
           CASE WHEN ST_CoveredBy(b.geom, c.geom) THEN ST_Area(b.geom)
                ELSE ST_Area(ST_Intersection(c.geom, b.geom)) END AS area_m2
    FROM buildings b JOIN cells c ON ST_Intersects(c.geom, b.geom)
"""


def run() -> list[dict[str, Any]]:
    """Measure wall time of each, one process or one backend, indexes built before the clock starts."""
    cells = gpd.read_file(SAMPLE / "grid.gpkg", layer="cells")[["code", "geometry"]]
    buildings = gpd.read_parquet(SAMPLE / "buildings.parquet").geometry.iloc[:BUILDINGS]
    lon, lat = mixed_points(cells.geometry.array, POINTS, np.random.default_rng(5))
    locator = CellLocator.from_frame(cells)
    locator.locate(lon[:10], lat[:10])
    locator.shares(buildings.iloc[:50])
    point_s, codes = _timed(lambda: locator.locate(lon, lat))
    share_s, shares = _timed(lambda: locator.shares(buildings))
    frames = _Frames(cells, lon, lat, buildings)
    rows = []
    for name, measure in (("DuckDB spatial", _duckdb), ("PostGIS", _postgis)):
        (theirs_point_s, theirs_codes), (theirs_share_s, theirs_shares) = measure(frames)
        same_points = _share_of_misses(codes, theirs_codes) <= _ULP_MISSES
        rows += [
            _row(f"{POINTS:,} points", point_s / POINTS, theirs_point_s / POINTS, name, equal=same_points),
            _row(
                f"shares of {BUILDINGS:,} buildings",
                share_s / BUILDINGS,
                theirs_share_s / BUILDINGS,
                name,
                equal=_same_areas(shares, theirs_shares),
            ),
        ]
    return rows


class _Frames:
    """The same data for every peer: lon/lat for points, the plane of EPSG:4548 for areas."""

    def __init__(self, cells: gpd.GeoDataFrame, lon: Any, lat: Any, buildings: gpd.GeoSeries) -> None:
        self.cells = pd.DataFrame({"code": cells["code"], "wkb": shapely.to_wkb(cells.geometry.to_numpy())})
        plane = cells.to_crs(4548)
        self.plane = pd.DataFrame({"code": cells["code"], "wkb": shapely.to_wkb(plane.geometry.to_numpy())})
        self.points = pd.DataFrame({"id": np.arange(len(lon)), "lon": lon, "lat": lat})
        metres = buildings.to_crs(4548)
        self.buildings = pd.DataFrame({"id": np.arange(len(metres)), "wkb": shapely.to_wkb(metres.to_numpy())})


def _duckdb(frames: _Frames) -> Any:
    duckdb_extensions.import_extension("spatial")
    with duckdb.connect(config={"threads": 1}) as line:
        line.execute("LOAD spatial")
        line.register("raw", frames.cells)
        line.execute("CREATE TABLE cells AS SELECT code, ST_GeomFromWKB(wkb) AS geom FROM raw")
        line.register("points", frames.points)
        points = _timed(lambda: _by_id(line.execute(_DUCK_POINTS).fetchall()))
        line.register("raw_plane", frames.plane)
        line.execute("CREATE OR REPLACE TABLE cells AS SELECT code, ST_GeomFromWKB(wkb) AS geom FROM raw_plane")
        line.register("raw_buildings", frames.buildings)
        line.execute("CREATE TABLE buildings AS SELECT id, ST_GeomFromWKB(wkb) AS geom FROM raw_buildings")
        shares = _timed(lambda: line.execute(_DUCK_SHARES).fetchdf())
    return points, shares


def _postgis(frames: _Frames) -> Any:
    with database() as url, psycopg.connect(plain(url), autocommit=True) as line:
        line.execute("CREATE SCHEMA bench; SET search_path = bench, public; SET max_parallel_workers_per_gather = 0")
        _copy(line, "cells (code text, geom geometry)", frames.cells)
        points = pd.DataFrame({"id": frames.points["id"], "wkb": shapely.to_wkb(_as_points(frames))})
        _copy(line, "points (id int, geom geometry)", points)
        line.execute("CREATE INDEX ON points USING gist (geom)")
        line.execute("ANALYZE cells; ANALYZE points")
        located = _timed(lambda: _by_id(line.execute(_PG_POINTS).fetchall()))
        line.execute("DROP TABLE cells")
        _copy(line, "cells (code text, geom geometry)", frames.plane)
        _copy(line, "buildings (id int, geom geometry)", frames.buildings)
        line.execute("CREATE INDEX ON buildings USING gist (geom)")
        line.execute("ANALYZE cells; ANALYZE buildings")
        columns = ["id", "code", "area_m2"]
        shared = _timed(lambda: pd.DataFrame(line.execute(_PG_SHARES).fetchall(), columns=columns))
    return located, shared


def _as_points(frames: _Frames) -> Any:
    return shapely.points(frames.points["lon"], frames.points["lat"])


def _copy(line: psycopg.Connection[Any], table: str, frame: pd.DataFrame) -> None:
    line.execute(f"CREATE TABLE {table}")
    name = table.split(" ", 1)[0]
    with line.cursor().copy(f"COPY {name} FROM STDIN") as stream:
        for first, wkb in frame.itertuples(index=False):
            stream.write_row([first, wkb.hex()])


def _by_id(found: list[tuple[int, str]]) -> Any:
    codes = np.full(POINTS, None, dtype=object)
    for number, code in found:
        codes[number] = code
    return codes


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    answer = work()
    return time.perf_counter() - start, answer


def _share_of_misses(ours: Any, theirs: Any) -> float:
    return float(np.mean(ours != theirs))


def _same_areas(ours: pd.DataFrame, theirs: pd.DataFrame) -> bool:
    mine = ours.dropna(subset=["cell"]).set_index(["footprint", "cell"])["area_m2"]
    mine.index = mine.index.set_names(["id", "code"])
    other = theirs.set_index(["id", "code"])["area_m2"]
    both = pd.concat([mine, other], axis=1, keys=["ours", "theirs"]).fillna(0.0)
    return bool((both["ours"] - both["theirs"]).abs().max() < 1e-4)


def _row(what: str, ours: float, peer: float, name: str, *, equal: bool) -> dict[str, Any]:
    return {
        "what": what,
        "ours": ours * 1e6,
        "peer": peer * 1e6,
        "peer_name": name,
        "ratio": peer / ours,
        "unit": "us each",
        "equal": equal,
    }
