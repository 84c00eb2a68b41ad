"""The nearest cell of a point outside all cells: positions drift over the district's border."""

import numpy as np
import numpy.typing as npt
import shapely

from gridgov.errors import CoordinateError
from gridgov.locate.coverage import Coverage, Floats, Integers

_EQUATOR_M, _ECCENTRICITY_2 = 6378137.0, 6.69437999014e-3  # WGS 84 (EPSG:7030)


def degree_lengths(lat: float) -> tuple[float, float]:
    """Return the metres of a degree of longitude and of latitude at `lat`, on the WGS 84 ellipsoid."""
    phi = np.radians(lat)
    w2 = 1.0 - _ECCENTRICITY_2 * np.sin(phi) ** 2
    across = _EQUATOR_M / np.sqrt(w2) * np.cos(phi)
    along = _EQUATOR_M * (1.0 - _ECCENTRICITY_2) / w2**1.5
    return float(np.radians(across)), float(np.radians(along))


class OuterBorder:
    """The edges with a cell on one side only, in local metres, ready to be searched."""

    def __init__(self, coverage: Coverage) -> None:
        _, south, _, north = coverage.bounds
        self._metres = np.array(degree_lengths((south + north) / 2))
        outer = coverage.edges[coverage.edges[:, 4:6].min(axis=1) < 0]
        ends = outer[:, :4].reshape(-1, 2) * self._metres
        self._ranks = outer[:, 6].astype(np.int32)
        self._tree = shapely.STRtree(shapely.linestrings(ends.reshape(-1, 2, 2)))

    def nearest(self, lon: Floats, lat: Floats, within_m: float) -> Integers:
        """Return the rank of the nearest cell of points outside, -1 beyond `within_m`; the lowest of equals."""
        if not (np.isfinite(within_m) and within_m >= 0):
            message = f"within_m must be a finite number of metres, 0 or more, not {within_m}."
            raise CoordinateError(message, field="within_m")
        found: npt.NDArray[np.int32] = np.full(len(lon), np.iinfo(np.int32).max, np.int32)
        if within_m > 0 and len(lon):
            points = shapely.points(np.column_stack((lon, lat)) * self._metres)
            point, edge = self._tree.query_nearest(points, max_distance=within_m, all_matches=True)
            np.minimum.at(found, point, self._ranks[edge])
        return np.where(found == np.iinfo(np.int32).max, -1, found).astype(np.int32)
