"""A made-up city to detect datums in: bent roads, estates of parallel blocks, reports at both."""

from dataclasses import dataclass

import numpy as np
import pytest
import shapely
import shapely.affinity
from numpy.typing import NDArray

from gridgov.coordinates import Datum, from_plane, from_wgs84, to_plane

LON, LAT = 117.1, 36.65
SIZE_M = 6000.0


@dataclass(frozen=True)
class City:
    outline: shapely.Polygon
    roads: NDArray[np.object_]
    buildings: NDArray[np.object_]
    centre: NDArray[np.float64]

    def lonlat(self, geometries: NDArray[np.object_]) -> NDArray[np.object_]:
        return from_plane(geometries, LON)

    def reports(
        self, count: int, noise_m: float, datum: Datum, seed: int
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Make reports at buildings (70 %) and on roads, 2 % of them far off, written in `datum`."""
        rng = np.random.default_rng(seed)
        homes = shapely.get_coordinates(shapely.centroid(rng.choice(self.buildings, count))) + rng.normal(
            0, 8, (count, 2)
        )
        streets = shapely.get_coordinates(
            shapely.line_interpolate_point(rng.choice(self.roads, count), rng.random(count), normalized=True)
        )
        places = np.where(rng.random((count, 1)) < 0.7, homes, streets) + rng.normal(0, noise_m, (count, 2))
        places += rng.normal(0, 3000, (count, 2)) * (rng.random((count, 1)) < 0.02)
        return self.written(places, datum)

    def written(self, places: NDArray[np.float64], datum: Datum) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return places in the plane, metres, as degrees of `datum`."""
        degrees = shapely.get_coordinates(from_plane(shapely.points(places), LON))
        return from_wgs84(degrees[:, 0], degrees[:, 1], datum)


@pytest.fixture(scope="session")
def city() -> City:
    return make_city(seed=3)


def make_city(seed: int, estates: int = 200) -> City:
    rng = np.random.default_rng(seed)
    centre = shapely.get_coordinates(to_plane(shapely.Point(LON, LAT), LON))[0]
    outline = shapely.box(*(centre - SIZE_M / 2), *(centre + SIZE_M / 2))
    roads = np.array([_road(rng, turn) + 0 for turn in (0.05, np.pi / 2) for _ in range(20)])
    lines = shapely.linestrings(roads + centre)
    blocks = [block for _ in range(estates) for block in _estate(rng, centre)]
    clipped = shapely.intersection(lines, outline)
    return City(outline, clipped[~shapely.is_empty(clipped)], np.array(blocks, dtype=object), centre)


def _road(rng: np.random.Generator, turn: float) -> NDArray[np.float64]:
    along = np.linspace(-SIZE_M, SIZE_M, 40)
    across = rng.uniform(-SIZE_M / 2, SIZE_M / 2) + np.cumsum(rng.normal(0, 12, 40))
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    return np.column_stack([along, across]) @ rotation.T


def _estate(rng: np.random.Generator, centre: NDArray[np.float64]) -> list[shapely.Geometry]:
    place = centre + rng.uniform(-SIZE_M / 2, SIZE_M / 2, 2)
    rows, columns = rng.integers(2, 7, 2)
    block = shapely.box(-22, -7, 22, 7)
    estate = shapely.MultiPolygon(
        [shapely.affinity.translate(block, 70 * col, 42 * row) for row in range(rows) for col in range(columns)]
    )
    turned = shapely.affinity.rotate(estate, rng.normal(0, 9))
    return list(shapely.affinity.translate(turned, *place).geoms)
