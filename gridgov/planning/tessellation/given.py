"""What a planner gives, read once: cells that are a grid, buildings with households, points, lines, blocks."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridgov.errors import GeometryError, InputError, PartitionError

NAMED = 5
"""How many of those who are wrong a message names."""


def read_cells(cells: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return cells with the columns that atoms inherit: cell, street, community, kind, and households if there are any.

    Raises
    ------
    InputError
        If there are no cells, a code is missing or stands twice, or nothing says in which street or community one is.
    GeometryError
        If an outline is no polygon, or invalid.
    PartitionError
        If cells overlap, or neighbours do not share their vertices.
    """
    name = next((name for name in ("cell", "code") if name in cells), None)
    if name is None:
        message = f"Cells need a column 'code' of fifteen digits; they have {', '.join(map(str, cells.columns))}."
        raise InputError(message, field="cells.code")
    if not len(cells):
        message = "There are no cells: give those of a district, or look at what they were filtered by."
        raise InputError(message, field="cells")
    shapes = _single(read_shapes(cells, "cells", (3, 6)), cells[name])
    code = cells[name].astype("string")
    _refuse(code.isna(), cells.index, "Every cell needs its code", "cells.code")
    _refuse(code.duplicated(keep=False), code, "Codes of cells must be unique", "cells.code")
    edges = shapely.coverage_invalid_edges(shapes)
    wrong = ~(shapely.is_missing(edges) | shapely.is_empty(edges))
    if wrong.any():
        message = f"Cells overlap or do not share their vertices: {_some(code[wrong])}. Run gridgov check to see each."
        raise PartitionError(message, field="cells", details=[{"cells": [one]} for one in code[wrong]])
    read = pd.DataFrame({"cell": code.astype(str).to_numpy()})
    for noun, digits in (("street", 9), ("community", 12)):
        read[noun] = _parents(cells, code, noun, digits)
    read["kind"] = cells["kind"].fillna("ordinary").astype(str).to_numpy() if "kind" in cells else "ordinary"
    if "households" in cells:
        read["households"] = read_weights(cells["households"], "cells.households")
    return gpd.GeoDataFrame(read, geometry=shapes, crs=4326)


def _parents(cells: gpd.GeoDataFrame, code: pd.Series, noun: str, digits: int) -> np.ndarray:
    """Return the street or community of each cell: its column, else the first digits of the cell's code."""
    column = next((column for column in (noun, f"{noun}_code") if column in cells), None)
    if column is not None:
        _refuse(cells[column].isna(), code, f"Cells whose {column} is missing", f"cells.{column}")
        return np.asarray(cells[column].astype(str))
    silent = ~code.str.fullmatch(r"\d{15}")
    sentence = f"Codes that do not have fifteen digits say no {noun}, so cells need a column '{noun}_code'"
    _refuse(silent, code, sentence, f"cells.{noun}_code")
    return np.asarray(code.str[:digits].astype(str))


def _single(shapes: np.ndarray, codes: pd.Series) -> np.ndarray:
    _refuse(shapely.get_num_geometries(shapes) > 1, codes, "Cells of several pieces", "cells", shape=True)
    return np.asarray(shapely.get_geometry(shapes, 0))


def read_shapes(frame: gpd.GeoDataFrame, what: str, kinds: Sequence[int]) -> np.ndarray:
    """Return the geometries of a frame in EPSG:4326, lon/lat.

    Raises
    ------
    InputError
        If the frame has no geometry or no CRS.
    GeometryError
        If one is missing, empty, invalid or of another kind (GEOS's numbers of types).
    """
    if not isinstance(frame, gpd.GeoDataFrame) or frame.active_geometry_name is None:
        message = f"{what} need a geometry: give a GeoDataFrame."
        raise InputError(message, field=what)
    if frame.crs is None:
        message = f"{what} have no CRS, so nobody knows where they lie: say it with set_crs(4326)."
        raise InputError(message, field=what)
    if frame.crs.to_epsg() not in {4326, 4490}:
        frame = frame.to_crs(4326)
    shapes = np.asarray(frame.geometry.array, dtype=object)
    _refuse(
        shapely.is_missing(shapes) | shapely.is_empty(shapes), frame.index, f"{what} without a place", what, shape=True
    )
    _refuse(~np.isin(shapely.get_type_id(shapes), kinds), frame.index, f"{what} of another kind", what, shape=True)
    _refuse(~shapely.is_valid(shapes), frame.index, f"{what} whose outline crosses itself", what, shape=True)
    return shapes


def read_ids(frame: pd.DataFrame, what: str) -> np.ndarray:
    """Return the ids of a frame's rows as text: its column ``id``, else its index.

    Raises
    ------
    InputError
        If one is missing or stands twice.
    """
    ids = (frame["id"] if "id" in frame else frame.index.to_series()).astype("string")
    _refuse(ids.isna(), frame.index, f"{what} without an id", f"{what}.id")
    _refuse(ids.duplicated(keep=False), ids, f"Ids of {what} must be unique", f"{what}.id")
    return ids.astype(str).to_numpy()


def read_weights(values: pd.Series, field: str) -> np.ndarray:
    """Return numbers that are there, finite and not negative.

    Raises
    ------
    InputError
        If one is not.
    """
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(float, na_value=np.nan)
    _refuse(~np.isfinite(numbers), values.index, f"{field} must be a number everywhere, 0 for nobody", field)
    _refuse(numbers < 0, values.index, f"{field} must not be negative", field)
    return numbers


def _refuse(wrong: object, labels: object, sentence: str, field: str, *, shape: bool = False) -> None:
    where = np.asarray(wrong, dtype=bool)
    if where.any():
        named = np.asarray(labels)[where]
        kind = GeometryError if shape else InputError
        message = f"{sentence}: {_some(named)}. Mend or leave out these {len(named)} rows."
        raise kind(message, field=field, details=[{"row": str(one)} for one in named])


def _some(named: Sequence[object]) -> str:
    more = "" if len(named) <= NAMED else f" and {len(named) - NAMED} more"
    return ", ".join(str(one) for one in list(named)[:NAMED]) + more
