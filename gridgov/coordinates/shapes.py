"""Geometry goes through a change of coordinates one by one, in arrays or in a GeoSeries, and comes back alike."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import shapely

from gridgov.coordinates.checks import Floats
from gridgov.errors import GeometryError

Geometries = TypeVar("Geometries")
"""A shapely geometry, an array of them or a GeoSeries; what comes in comes out."""


def change_coordinates(
    geometries: Geometries, change: Callable[[Floats, Floats], tuple[Floats, Floats]], epsg: int | None
) -> Geometries:
    """Return `geometries` with every vertex changed; heights are dropped, None stays None.

    Parameters
    ----------
    geometries
        A geometry, an array or a GeoSeries; not changed.
    change
        From x and y of all vertices, arrays of equal length, to the new x and y.
    epsg
        The CRS that a GeoSeries has afterwards.

    Raises
    ------
    GeometryError
        If something is no geometry.
    """
    import geopandas as gpd  # noqa: PLC0415 - slow to load: only where it is used

    plain: Any = geometries.to_numpy() if isinstance(geometries, gpd.GeoSeries) else geometries

    def move(coordinates: Floats) -> Floats:
        moved = coordinates.copy()
        moved[:, 0], moved[:, 1] = change(coordinates[:, 0], coordinates[:, 1])
        return moved

    try:
        result: Any = shapely.transform(plain, move)
    except TypeError as error:
        message = "A value is not a geometry: give shapely geometries or a GeoSeries."
        raise GeometryError(message, field="geometry") from error
    if isinstance(geometries, gpd.GeoSeries):
        result = gpd.GeoSeries(result, index=geometries.index, name=geometries.name, crs=epsg)
    return cast("Geometries", result)
