"""The one way from a place to its cells."""

from functools import cached_property
from typing import Any, Self

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from gridgov.errors import CoordinateError
from gridgov.locate.coverage import Coverage, Floats, Integers, checksum_of, read_coverage
from gridgov.locate.online import LocateOne, one_at_a_time
from gridgov.locate.plane import Plane, plane_of
from gridgov.locate.points import ranks_at
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
        return checksum_of(self._coverage.codes, self._coverage.cells)

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

        A cell that a polygon only touches has no row: parts below 1e-12 of the footprint's bounding box are rounding.
        Against exact overlay of the projected vertices areas err by less than 1e-8 of the footprint. What runs along
        a border counts once, for the lowest code, within a micrometre. Where cells overlap the lowest code
        takes what it covers. A point counts where `locate` puts it.

        Raises
        ------
        GeometryError
            A geometry that is missing, empty, invalid or a mixed collection; its index is named.
        CoordinateError
            A projected or missing CRS, no degrees, or no CGCS2000 zone there.
        """
        near = Cells(self._coverage.cells, self.locate_index, self._plane_at)
        return share_table(*share_out(near, geometries), self._code_or_none)

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
