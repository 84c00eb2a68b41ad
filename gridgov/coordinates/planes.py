"""Planes in which metres and square metres are true: the CGCS2000 3-degree Gauss-Kruger zones."""

from functools import cache
from typing import Final

import numpy as np
import pyproj

from gridgov.coordinates.checks import Floats
from gridgov.coordinates.shapes import Geometries, change_coordinates
from gridgov.errors import CoordinateError, GeometryError

_FIRST_ZONE: Final = 4534
_FIRST_MERIDIAN: Final = 75
_LAST_MERIDIAN: Final = 135


def projected_crs(lon: float) -> int:
    """Return the EPSG code of the 3-degree zone whose central meridian is nearest to `lon`.

    EPSG:4534 (75 E) to EPSG:4554 (135 E), without zone number in the easting; 117 E is EPSG:4548. A longitude half
    way between two meridians belongs to the eastern zone. Lengths are true to 1.5e-4 within a zone at 36 N.

    Parameters
    ----------
    lon
        Longitude in degrees, 73.5 to 136.5.

    Raises
    ------
    CoordinateError
        If no zone reaches there.
    """
    value = float(lon)
    meridian = int(np.floor(value / 3 + 0.5)) * 3 if np.isfinite(value) else 0
    if not _FIRST_MERIDIAN <= meridian <= _LAST_MERIDIAN:
        message = (
            f"There is no CGCS2000 3-degree zone at longitude {value:.6g}: the zones reach from 73.5 E to 136.5 E."
        )
        raise CoordinateError(message, field="position")
    return _FIRST_ZONE + (meridian - _FIRST_MERIDIAN) // 3


def to_plane(geometries: Geometries, lon: float) -> Geometries:
    """Return lon/lat geometries in metres, easting and northing, in the zone of `lon`.

    Parameters
    ----------
    geometries
        A geometry, an array or a GeoSeries in WGS 84 or CGCS2000, lon/lat. A GeoSeries comes back with its new CRS.
    lon
        The longitude that chooses the zone: one for a whole district, so that its parts stay comparable.

    Raises
    ------
    CoordinateError
        If there is no zone at `lon`, or a GeoSeries is not in EPSG:4326 or EPSG:4490.
    GeometryError
        If something is no geometry, or a vertex cannot be projected.
    """
    import geopandas as gpd  # noqa: PLC0415 - slow to load: only where it is used

    if isinstance(geometries, gpd.GeoSeries) and (
        geometries.crs is None or geometries.crs.to_epsg() not in {4326, 4490}
    ):
        message = f"Geometry must be in EPSG:4326 before it is measured, not in {geometries.crs or 'no CRS at all'}."
        raise CoordinateError(message, field="datum")
    return _through(geometries, projected_crs(lon), inverse=False)


def from_plane(geometries: Geometries, lon: float) -> Geometries:
    """Return metres in the zone of `lon` as lon/lat degrees, EPSG:4326: the inverse of `to_plane`."""
    return _through(geometries, projected_crs(lon), inverse=True)


@cache
def _plane(epsg: int) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(4490, epsg, always_xy=True, allow_ballpark=False)


def _through(geometries: Geometries, epsg: int, *, inverse: bool) -> Geometries:
    transformer = _plane(epsg)

    def move(xs: Floats, ys: Floats) -> tuple[Floats, Floats]:
        moved_x, moved_y = transformer.transform(xs, ys, direction="INVERSE" if inverse else "FORWARD")
        if not (np.isfinite(moved_x).all() and np.isfinite(moved_y).all()):
            message = "A vertex cannot be projected: it is not finite or lies on the other side of the earth."
            raise GeometryError(message, field="geometry")
        return moved_x, moved_y

    return change_coordinates(geometries, move, 4326 if inverse else epsg)
