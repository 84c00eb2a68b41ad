"""The one way from a place to its cells."""

from functools import cached_property
from pathlib import Path
from typing import Any, Self

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from gridgov.errors import CoordinateError
from gridgov.locate.coverage import Coverage, Floats, Integers, checksum_of, read_coverage
from gridgov.locate.nearest import OuterBorder
from gridgov.locate.online import LocateOne, one_at_a_time
from gridgov.locate.persist import Saved, read_locator, write_locator
from gridgov.locate.plane import Plane, plane_of
from gridgov.locate.points import ranks_at
from gridgov.locate.probability import probable_cells
from gridgov.locate.raster import Raster, build_raster, fitting_pixel, grid_over
from gridgov.locate.shares import Cells, share_out, share_table

_DEGREE_M = 111_320.0  # of latitude; only to make pixels about square


class CellLocator:
    """Locate points and extents in cells: total, deterministic, exact.

    Every point lies in exactly one cell or outside; a point on a border belongs to the lowest code (order of text) of
    the cells touching it. So it is for cells with holes, enclaves and several parts, for any order of cells, and also
    for cells that overlap or leave gaps. All coordinates are lon, lat in degrees (x before y), WGS 84 or CGCS2000.

    Make one with `from_frame`, keep it with `save` and `load`: it is built once per version of the grid.
    Instances are immutable and may be shared between threads; the compiled parts release the interpreter's lock.
    """

    def __init__(self, coverage: Coverage, raster: Raster) -> None:
        self._coverage = coverage
        self._raster = raster
        self._planes: dict[int, Plane] = {}

    @classmethod
    def from_frame(cls, cells: gpd.GeoDataFrame, code: str = "code") -> Self:
        """Build a locator.

        Parameters
        ----------
        cells
            Polygons or MultiPolygons in WGS 84 or CGCS2000 lon/lat, one row per cell, in any order.
        code
            The column of codes: text, no two the same.

        Raises
        ------
        InputError
            No such column, or no cell.
        CodeError
            A code that is not text, or there twice.
        CoordinateError
            No CRS, a projected one, another datum, or values that are no degrees.
        GeometryError
            A cell without area, or crossing itself.
        """
        coverage = read_coverage(cells, code)
        _, south, _, north = coverage.bounds
        degree = 1.0 / _DEGREE_M
        unit = (degree / max(np.cos(np.radians((south + north) / 2)), 0.01), degree)
        pixel = fitting_pixel(coverage.edges, len(coverage.codes), unit)
        grid = grid_over(coverage.edges, (pixel * unit[0], pixel * unit[1]))
        return cls(coverage, build_raster(coverage.edges, len(coverage.codes), grid, clean=coverage.clean))

    @property
    def codes(self) -> npt.NDArray[np.str_]:
        """The codes of the cells, ascending; `locate_index` answers with places in it."""
        return self._coverage.codes

    @property
    def is_clean(self) -> bool:
        """Whether no cells overlap and shared borders have the same vertices on both sides."""
        return self._raster.clean

    @property
    def nbytes(self) -> int:
        """The memory of the index, in bytes."""
        return int(sum(part.nbytes for part in self._raster if isinstance(part, np.ndarray)))

    @cached_property
    def checksum(self) -> str:
        """SHA-256 (hex) of codes and coordinates: the same for the same cells in any order."""
        return checksum_of(self.codes, self._coverage.load_cells())

    @cached_property
    def _code_or_none(self) -> npt.NDArray[Any]:
        return np.array([*self.codes.tolist(), None], dtype=object)

    def locate_index(self, lon: npt.ArrayLike, lat: npt.ArrayLike, *, out: Integers | None = None) -> Integers:
        """Return the place in `codes` of the cell of every point, -1 outside.

        Parameters
        ----------
        lon, lat
            (n,) degrees. What is infinite or not a number lies outside.
        out
            (n,) int32 to write to, contiguous; made if not given.

        Raises
        ------
        CoordinateError
            `lon` and `lat` are not numbers, or not of one length.
        """
        x, y = _pair(lon, lat)
        if out is None:
            out = np.empty(len(x), np.int32)
        elif out.shape != x.shape or out.dtype != np.int32 or not out.flags.c_contiguous:
            message = f"out must be a contiguous int32 array of {len(x)} elements."
            raise CoordinateError(message, field="out")
        ranks_at(self._raster, x, y, out)
        return out

    def locate(self, lon: npt.ArrayLike, lat: npt.ArrayLike) -> npt.NDArray[Any]:
        """Return the code of the cell of every point, None outside; parameters as `locate_index`.

        Returns
        -------
        ndarray
            (n,) of str or None.
        """
        codes: npt.NDArray[Any] = self._code_or_none[self.locate_index(lon, lat)]
        return codes

    @cached_property
    def locate_one(self) -> LocateOne:
        """``locate_one(lon, lat) -> str | None``: the code of the cell of one point, in about a microsecond."""
        return one_at_a_time(self._raster, self._code_or_none.tolist())

    def shares(self, geometries: Any) -> pd.DataFrame:
        """Return what share of every footprint lies in each cell.

        Parameters
        ----------
        geometries
            A GeoSeries, GeoDataFrame or sequence of polygons, lines and points in any mixture, lon/lat degrees
            (what has no CRS of its own, such as a list of shapely geometries, is taken for lon/lat).

        Returns
        -------
        DataFrame
            One row per footprint and cell, by footprint in the given order, then by code, outside last:

            - footprint: the input's index (its place, if it has none);
            - cell: the code, None for what lies outside all cells;
            - share: of area, of length, of the number of points; a footprint's shares add to exactly 1
              (``math.fsum`` gives 1.0; the largest takes up the rounding);
            - area_m2: of polygons, in the CGCS2000 3-degree zone nearest to the footprint's middle; points have 0;
              not there if all are lines;
            - length_m: of lines, in the same plane; only there if some are;
            - sliver: True if the share is below SLIVER_SHARE and the part below SLIVER_M2 (lines: SLIVER_M).

        Polygons are overlaid in the plane, straight from vertex to vertex there, off by less than 1e-8 of the
        footprint. (Straight in degrees and straight in the plane part by the square of a side over 60,000 km: 3 um for
        12 m, 2 cm for 1 km.) A cell that a polygon only touches has no row: parts below 1e-12 of the footprint's
        bounding box are rounding. Lines are cut in degrees, as points are located; what runs along a border, within a
        micrometre, counts once and for the lowest code. A point counts where `locate` puts it. Where cells overlap
        the lowest code takes what it covers.

        Raises
        ------
        GeometryError
            A geometry that is missing, empty, invalid or a mixed collection; its index is named.
        CoordinateError
            A projected or missing CRS, no degrees, or no CGCS2000 zone there.
        """
        near = Cells(self._coverage.load_cells, self.locate_index, self._raster, self._plane_at)
        return share_table(*share_out(near, geometries), self._code_or_none)

    def probabilities(self, lon: npt.ArrayLike, lat: npt.ArrayLike, accuracy_m: npt.ArrayLike) -> pd.DataFrame:
        """Return how probable each cell is for positions that are not exact.

        The error is taken for circular normal, `accuracy_m` for the radius that holds the true place with 68 % (as
        Android's Location.getAccuracy defines it): sigma = accuracy_m / sqrt(-2 ln 0.32) = accuracy_m / 1.5096.

        Parameters
        ----------
        lon, lat
            (n,) degrees; what is not finite is outside with probability 1.
        accuracy_m
            One or (n,) metres, finite, not negative. 0 means exact: the cell that `locate` gives.

        Returns
        -------
        DataFrame
            One row per point and cell, by point, then by code, outside last:

            - point: its place in the input;
            - cell: the code, None for outside all cells;
            - probability: a point's probabilities add to exactly 1 (``math.fsum``).

            No sampling: the mass of a cell is a sum over its edges (see `gridgov.locate.probability`), off by less than
            1e-7. Cells below 1e-6 are left out, the others scaled. Where cells overlap it is sampled, to 0.01.

        Raises
        ------
        CoordinateError
            Arrays that do not fit, an accuracy that is negative or not finite, or no CGCS2000 zone there.
        """
        x, y = _pair(lon, lat)
        rows = probable_cells(self.locate_index(x, y), np.column_stack((x, y)), accuracy_m, self._plane_at)
        cell = pd.Series(self._code_or_none[rows.rank], dtype=object)
        return pd.DataFrame({"point": rows.footprint, "cell": cell, "probability": rows.measure})

    def nearest(self, lon: npt.ArrayLike, lat: npt.ArrayLike, within_m: float) -> npt.NDArray[Any]:
        """Return the code of every point's cell or, outside, of the nearest one; None beyond `within_m`.

        Distance is that of a local affine plane, with the metres of a degree on the WGS 84 ellipsoid at the middle
        latitude of the cells: off by up to 0.8 % of itself for each degree of latitude away from there. Of cells
        at one distance the lowest code is taken.

        Raises
        ------
        CoordinateError
            Arrays that do not fit, or `within_m` negative or not finite.
        """
        x, y = _pair(lon, lat)
        ranks = self.locate_index(x, y)
        outside = np.flatnonzero((ranks < 0) & np.isfinite(x) & np.isfinite(y))
        ranks[outside] = self._border.nearest(x[outside], y[outside], within_m)
        codes: npt.NDArray[Any] = self._code_or_none[ranks]
        return codes

    @cached_property
    def _border(self) -> OuterBorder:
        return OuterBorder(self._coverage)

    def save(self, path: str | Path) -> None:
        """Keep the locator in a file, written aside and renamed; `load` maps it into memory.

        Raises
        ------
        InputError
            The place cannot be written.
        """
        write_locator(Path(path), Saved(self.codes, self._raster, self._coverage.load_cells(), self.checksum))

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Return the locator kept in a file; its arrays stay on disk until they are read.

        Raises
        ------
        FileFormatError
            No such file, another kind or version of file, or a damaged one.
        """
        kept = read_locator(Path(path))
        raster = kept.raster
        locator = cls(Coverage(kept.codes, kept.load_cells, raster.edges, raster.clean), raster)
        locator.__dict__["checksum"] = kept.checksum
        return locator

    def _plane_at(self, meridian: int) -> Plane:
        # Two threads may build the same plane at once: the same twice, one is kept.
        if meridian not in self._planes:
            self._planes[meridian] = plane_of(self._coverage, meridian)
        return self._planes[meridian]


def _pair(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Floats, Floats]:
    try:
        x = np.ascontiguousarray(np.atleast_1d(lon), dtype=np.float64)
        y = np.ascontiguousarray(np.atleast_1d(lat), dtype=np.float64)
    except (TypeError, ValueError) as error:
        message = "lon and lat must be numbers, in degrees."
        raise CoordinateError(message, field="lon") from error
    if x.ndim != 1 or x.shape != y.shape:
        message = f"lon and lat must be two flat arrays of one length, not {x.shape} and {y.shape}."
        raise CoordinateError(message, field="lat")
    return x, y
