"""Where incidents happen: pools of spots by kind of place, some much hotter than others, read from the data files.

The process is of the Neyman-Scott kind (Neyman and Scott 1958): parents are the spots, chosen by heavy-tailed
weights; each child scatters about its parent.
"""

from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import shapely
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from sample_geo import files, matters
from sample_geo.common import DATA, Floats, geometry_to_metres, read_rows, rng, to_metres
from sample_geo.footprints import BORDER_BLOCK
from sample_geo.matters import Matter

HOME_NAME = "历下区"
NEIGHBOUR_SHARE = 0.15
_SHOP_WORDS = ("市场", "超市", "餐厅", "酒店", "银行", "菜店", "药店", "快递站", "电影院")


@dataclass(frozen=True)
class Pool:
    """Spots of one kind in plane metres: how often each is chosen, how far children scatter, the nearest address."""

    places: Floats
    weights: Floats
    scatter_m: float
    addresses: np.ndarray
    """The row of the address book that people would name."""

    @cached_property
    def steps(self) -> Floats:
        """The weights added up, for drawing."""
        return np.asarray(np.cumsum(self.weights))

    def draw(self, random: np.random.Generator) -> int:
        """Return the position of a spot, chosen by weight."""
        return min(int(np.searchsorted(self.steps, random.random())), len(self.weights) - 1)


class Scene:
    """The district as incidents need it."""

    def __init__(self) -> None:
        self.cells = files.read_layer(DATA / "grid.gpkg", "cells").sort_values("code", ignore_index=True)
        self.codes: list[str] = self.cells["code"].tolist()
        self.buildings = gpd.read_parquet(DATA / "buildings.parquet")
        self.roads = files.read_layer(DATA / "base.gpkg", "roads")
        self.book = read_rows(DATA / "addresses.csv")
        self.matters: list[Matter] = matters.make()
        self.cell_tree = STRtree(self.cells.geometry.to_numpy())
        self.outlines = self.buildings.geometry.to_numpy()
        lonlat = np.array([(float(row["lon"]), float(row["lat"])) for row in self.book])
        self.address_places = to_metres(lonlat)
        self.address_tree = STRtree(np.asarray(shapely.points(self.address_places)))
        self.borders = STRtree(geometry_to_metres(shapely.boundary(self.cells.geometry.to_numpy())))
        self.road_lines = geometry_to_metres(self.roads.geometry.to_numpy())
        self.road_tree = STRtree(self.road_lines)
        self.workers = _workers()
        self.row_of = {row["id"]: number for number, row in enumerate(self.book)}

    def cell_of(self, lonlat: Floats) -> list[str]:
        """Return the cell of each position (n, 2), the lowest code on a border, empty outside."""
        point, cell = self.cell_tree.query(shapely.points(lonlat), predicate="intersects")
        found = [""] * len(lonlat)
        for at, number in sorted(zip(point.tolist(), cell.tolist(), strict=True), reverse=True):
            found[at] = self.codes[number]
        return found

    def border_distance(self, places: Floats) -> Floats:
        """Return metres to the nearest border of a cell."""
        points = shapely.points(places)
        nearest = self.borders.query_nearest(points, all_matches=False)[1]
        return np.asarray(shapely.distance(points, self.borders.geometries[nearest]))

    def nearest_addresses(self, places: Floats) -> np.ndarray:
        """Return the row of the address nearest to each place."""
        nearest = self.address_tree.query_nearest(shapely.points(places), all_matches=False)
        return np.asarray(nearest[1])

    @cached_property
    def straddling(self) -> list[int]:
        """Buildings that lie in more than one cell."""
        building, _ = self.cell_tree.query(self.outlines, predicate="intersects")
        return [int(n) for n in np.flatnonzero(np.bincount(building, minlength=len(self.outlines)) > 1)]

    @cached_property
    def across_streets(self) -> list[int]:
        """Buildings of which each of two streets holds at least a tenth, the largest first, without the named block."""
        found = []
        for building in self.straddling:
            streets: dict[str, float] = {}
            for code, share in self.shares(self.outlines[building]).items():
                streets[code[:9]] = streets.get(code[:9], 0.0) + share
            if sum(share > 0.1 for share in streets.values()) > 1 and building != self.border_block:
                found.append(building)
        return sorted(found, key=lambda building: (-self.outlines[building].area, building))

    def shares(self, shape: BaseGeometry) -> dict[str, float]:
        """Return the share of a small polygon or line in each cell (in degrees: exact enough for a truth file)."""
        hits = sorted(self.cell_tree.query(shape, predicate="intersects").tolist())
        measure = shapely.length if shape.geom_type == "LineString" else shapely.area
        whole = float(measure(shape))
        parts = {self.codes[n]: float(measure(shapely.intersection(shape, self.cells.geometry.iloc[n]))) for n in hits}
        return {code: part / whole for code, part in parts.items() if part > 1e-9 * whole}

    def worker_of(self, cell: str) -> tuple[str, str]:
        """Return name and telephone of the grid worker of a cell."""
        return self.workers.get(cell, ("网格员", ""))

    @cached_property
    def border_block(self) -> int:
        """The position of the named block across the districts' border."""
        return int(np.flatnonzero((self.buildings["id"] == BORDER_BLOCK).to_numpy())[0])

    @cached_property
    def footprint_pool(self) -> tuple[list[int], Floats]:
        """Buildings that illegal building work is reported at, those across borders far more often than their share."""
        weights = rng("footprints").pareto(1.4, len(self.outlines)) + 0.1
        weights[(self.buildings["kind"] == "school").to_numpy()] *= 0.1
        across = np.zeros(len(self.outlines), dtype=bool)
        across[self.straddling] = True
        weights[across] = np.minimum(weights[across], 3.0) * weights.sum() * 0.22 / weights[across].sum()
        weights[self.border_block] = 0.0
        return list(range(len(self.outlines))), np.asarray(weights / weights.sum())

    @cached_property
    def pools(self) -> dict[str, Pool]:
        """The pools by the word that matters use for where they happen."""
        buildings = self.buildings
        homes = (buildings["households"] > 0).to_numpy()
        busy = buildings["kind"].isin(["office", "school", "hospital", "market", "industrial"]).to_numpy()
        return {
            "estate": self._of_buildings(homes, buildings["households"].to_numpy(dtype=float), 12.0),
            "building": self._of_buildings(homes | busy, np.sqrt(shapely.area(self.outlines)) * 1e4, 10.0),
            "tall": self._of_buildings(
                homes & (buildings["floors"] >= 7).to_numpy(), buildings["households"].to_numpy(float), 4.0
            ),
            "footprint": self._of_buildings(homes, np.ones(len(buildings)), 3.0),
            "market": self._of_markets(),
            "road": self._of_roads(),
            "green": self._of_areas("green"),
            "water": self._of_areas("water"),
        }

    def _of_buildings(self, chosen: np.ndarray, size: Floats, scatter_m: float) -> Pool:
        rows = np.array([self.row_of[identity] for identity in self.buildings["address_id"][chosen]])
        # Whole neighbourhoods are hot, and single houses in them: two heavy tails, one per community and one per house.
        towns = [self.book[row]["community"] for row in rows.tolist()]
        heat = {town: float(rng("heat", town).lognormal(0, 0.6)) for town in sorted(set(towns))}
        tail = rng("pool", scatter_m).pareto(1.3, len(rows)) + 0.3
        weights = np.sqrt(size[chosen]) * tail * np.array([heat[town] for town in towns])
        return self._pool(self.address_places[rows], weights, scatter_m, rows)

    def _of_markets(self) -> Pool:
        rows = np.array([
            number for number, row in enumerate(self.book)
            if row["kind"] == "place" and row["name"].endswith(_SHOP_WORDS)
        ])  # fmt: skip
        weights = rng("markets").pareto(1.1, len(rows)) + 0.2
        weights *= np.array([4.0 if self.book[row]["name"].endswith("市场") else 1.0 for row in rows.tolist()])
        return self._pool(self.address_places[rows], np.minimum(weights, 60.0), 28.0, rows)

    def _of_roads(self) -> Pool:
        lines = geometry_to_metres(self.roads.geometry.to_numpy())
        rank = self.roads["class"].map({"express": 0.5, "main": 2.0, "secondary": 1.3, "lane": 0.7}).to_numpy(float)
        places, weights = [], []
        for line, importance in zip(lines, rank, strict=True):
            marks = np.arange(20.0, line.length, 55.0)
            places.append(shapely.get_coordinates(line.interpolate(marks)))
            weights.append(np.full(len(marks), importance))
        spots = np.vstack(places)
        heat = np.concatenate(weights) * (rng("road heat").pareto(1.2, len(spots)) + 0.25)
        near = self.nearest_addresses(spots)
        # A road through empty hills is reported less than one between houses.
        heat /= 1.0 + (np.hypot(*(spots - self.address_places[near]).T) / 60.0) ** 2
        return self._pool(spots, np.minimum(heat, 40.0), 9.0, near)

    def _of_areas(self, layer: str) -> Pool:
        shapes = geometry_to_metres(files.read_layer(DATA / "base.gpkg", layer).geometry.to_numpy())
        random = rng("areas", layer)
        places = []
        for shape in shapes:
            west, south, east, north = shape.bounds
            tries = random.uniform((west, south), (east, north), (400, 2))
            places.append(tries[shapely.contains_xy(shape, tries)][:40])
        spots = np.vstack(places)
        return self._pool(spots, random.pareto(1.5, len(spots)) + 0.3, 6.0, self.nearest_addresses(spots))

    def _pool(self, places: Floats, weights: Floats, scatter_m: float, addresses: np.ndarray) -> Pool:
        """Return a pool; what happens in the neighbours' strips is mostly reported to the neighbours, not to us."""
        home = np.array([self.book[row]["district"] == HOME_NAME for row in addresses.tolist()])
        weights = weights * np.where(home, 1.0, NEIGHBOUR_SHARE)
        return Pool(places, np.asarray(weights / weights.sum()), scatter_m, addresses)


def _workers() -> dict[str, tuple[str, str]]:
    staff = {row["code"]: (row["name"], row["phone"]) for row in read_rows(DATA / "staff.csv")}
    duties = (row for row in read_rows(DATA / "duties.csv") if row["role"] == "grid_worker" and not row["valid_to"])
    return {row["target_code"]: staff[row["staff_code"]] for row in duties}
