"""Codes for cells: numbered north to south, west to east inside their community."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridgov.codes import community_code, parent, read_codes
from gridgov.errors import CodeError, GeometryError
from gridgov.grid.check import clean_outline


def number_cells(cells: gpd.GeoDataFrame) -> "pd.Series[str]":
    """Return a new 15-digit code per cell: the community's twelve digits and a number from 001.

    The rule, as a person would count on a map: rows from north to south, in a row from west to east.

    1. The box around the community's cells is cut, from its northern edge down, into r rows of equal height,
       r = max(1, round(sqrt(n * height / width))) for n cells, height and width in metres: about as many rows as a
       grid of square cells would have.
    2. A cell belongs to the row of its representative point (GEOS ``PointOnSurface``, always inside the cell).
    3. In a row cells are counted by the longitude of that point; equal longitudes from south to north.

    Parameters
    ----------
    cells
        Polygons in EPSG:4326; ``community_code``, or else a ``code`` that names the community.

    Returns
    -------
    Series
        Named ``code``, on the index of `cells`.

    Raises
    ------
    CodeError
        If a community is missing, or has more than 999 cells.
    GeometryError
        If a cell has no geometry to number it by.
    """
    communities = np.array(_communities(cells), dtype=object)
    shapes = np.array([_usable(shape) for shape in cells.geometry], dtype=object)
    result = np.full(len(cells), "", dtype=object)
    for community in sorted(set(communities.tolist())):
        members = np.flatnonzero(communities == community)
        if len(members) > 999:
            message = f"{community} has {len(members)} cells and three digits number 999: split the community first."
            raise CodeError(message, field="code")
        for member, number in zip(members, _count(shapes[members]), strict=True):
            result[member] = f"{community}{number:03d}"
    return pd.Series(result, index=cells.index, name="code")


def _communities(cells: gpd.GeoDataFrame) -> list[str]:
    if "community_code" in cells:
        return [community_code(value) for value in cells["community_code"]]
    if "code" not in cells:
        message = "To number cells, say their community in a column community_code (所属社区编码)."
        raise CodeError(message, field="community_code")
    read, errors = read_codes(list(cells["code"]), "cell")
    for error in errors:
        if error is not None:
            raise error
    return [parent(code) or "" for code in read if code is not None]


def _usable(shape: Any) -> Any:
    if shape is None or shape.is_empty:
        message = "A cell without geometry cannot be numbered: draw it or leave it out."
        raise GeometryError(message, field="geometry")
    if shape.is_valid:
        return shape
    cleaned = clean_outline(shape)
    return shape.envelope if cleaned.is_empty else cleaned  # only its place counts here


def _count(shapes: Any) -> "np.ndarray[Any, np.dtype[np.int64]]":
    points = shapely.get_coordinates(shapely.point_on_surface(shapes))
    west, south, east, north = shapely.total_bounds(shapes)
    width = (east - west) * np.cos(np.radians((south + north) / 2))
    rows = max(1, round(float(np.sqrt(len(shapes) * (north - south) / width))))
    row = np.minimum(((north - points[:, 1]) / (north - south) * rows).astype(int), rows - 1)
    order = np.lexsort((points[:, 1], points[:, 0], row))
    numbers = np.empty(len(shapes), dtype=np.int64)
    numbers[order] = np.arange(1, len(shapes) + 1)
    return numbers
