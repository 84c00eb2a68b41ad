"""A frame of cells, from a plan or from an edited file, taken up as a draft. Nothing that is wrong is dropped here."""

from enum import StrEnum
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridgov.drafts.comparing import is_same_ground
from gridgov.drafts.saying import require_said, require_workable
from gridgov.errors import CodeError, InputError

COLUMNS: Final = ("continues", "name", "kind", "street_code", "community_code", "households", "geometry")
"""A draft as a frame: ``continues`` is the code of the cell that this one goes on as, or None. EPSG:4326."""

_CALLED: Final = {
    "continues": ("cell", "code", "continues"),
    "street_code": ("street", "street_code"),
    "community_code": ("community", "community_code"),
}
_ORDINARY: Final = "ordinary"
_TEXTS: Final = ("continues", "name", "kind", "street_code", "community_code")


class Within(StrEnum):
    """What no cell of a draft may cross."""

    COMMUNITY = "community"
    STREET = "street"


def taken_up(given: gpd.GeoDataFrame, base: gpd.GeoDataFrame, *, whole: bool = False) -> gpd.GeoDataFrame:
    """Take a frame of cells up as a draft of the grid `base`.

    Parameters
    ----------
    given
        Polygons in EPSG:4326 (or 4490); ``cell`` (or ``code``): the cell that each continues, missing for a new one;
        optional ``street``, ``community``, ``name``, ``kind``, ``households``. A cell that does not say its community
        is of the one in which most of it lies. Of several that continue the same cell, as a cut in QGIS leaves them,
        the one with most of its ground does; the others are new.
    base
        The grid in force: code, name, kind, street_code, community_code, geometry.
    whole
        Whether the frame is all of the district. Else a street that no cell of it says stays as it is, so that a
        street can be planned alone.

    Returns
    -------
    GeoDataFrame
        The columns of `COLUMNS`, index 0, 1, ...

    Raises
    ------
    InputError
        If the frame is empty, too large or not in lon/lat, or a cell says of itself what cannot be meant.
    """
    if given.crs is None or given.crs.to_epsg() not in {4326, 4490}:
        message = "Cells of a draft come in lon/lat (EPSG:4326 or 4490): convert them with to_crs(4326) first."
        raise InputError(message, field="cells")
    if given.empty:
        message = "There is no cell in it: a draft holds all cells of at least one street."
        raise InputError(message, field="cells")
    require_workable(given)
    cells = _renamed(given)
    require_said(cells, base, _households(given))
    cells["geometry"] = [_single(shape) for shape in cells.geometry]
    cells["continues"] = pd.Series(_one_each(cells, base), index=cells.index, dtype=object)
    _fill(cells, base)
    if not whole:
        cells = pd.concat([cells, _others(cells, base)], ignore_index=True)
    return tidy(cells)


def tidy(cells: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return a draft with its columns alone, rows numbered from 0, and None for every text that is not there."""
    found = gpd.GeoDataFrame(cells[list(COLUMNS)], geometry="geometry", crs=4326).reset_index(drop=True)
    for name in _TEXTS:
        found[name] = found[name].astype(object).where(found[name].notna(), None)
    return found


def as_draft(base: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return cells of a grid as a draft that changes nothing of them."""
    kept = base[["code", "name", "kind", "street_code", "community_code", "geometry"]]
    found = kept.rename(columns={"code": "continues"}).assign(households=np.nan)
    return tidy(found)


def _renamed(given: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    data: dict[str, Any] = {}
    for name in _TEXTS:
        there = [column for column in _CALLED.get(name, (name,)) if column in given]
        said = [_text(v) for v in given[there[0]]] if there else [None] * len(given)
        data[name] = pd.Series(said, dtype=object)
    data["households"] = pd.to_numeric(_households(given), errors="coerce").to_numpy(dtype=float)
    return gpd.GeoDataFrame(data, geometry=np.asarray(given.geometry, dtype=object), crs=4326)


def _households(given: gpd.GeoDataFrame) -> "pd.Series[Any]":
    return given["households"] if "households" in given else pd.Series(np.nan, index=given.index)


def _text(value: Any) -> str | None:
    """Return a code or a name as text; None for all that says nothing."""
    if value is None or (isinstance(value, float) and np.isnan(value)) or value is pd.NA:
        return None
    if isinstance(value, float):
        message = f"{value!r} is a number and codes are text: a spreadsheet has spoilt them; take them from the export."
        raise CodeError(message, field="cells")
    return str(value).strip() or None


def _single(shape: Any) -> Any:
    """Return a polygon for a collection of one polygon, as QGIS saves all of them."""
    if shape is not None and shape.geom_type == "MultiPolygon" and len(shape.geoms) == 1:
        return shape.geoms[0]
    return shape


def _one_each(cells: gpd.GeoDataFrame, base: gpd.GeoDataFrame) -> list[str | None]:
    """Let each cell of the grid be continued once at most, by that which has most of its ground."""
    ground = dict(zip(base["code"], base.geometry, strict=True))
    best: dict[str, tuple[float, int]] = {}
    for number, (code, shape) in enumerate(zip(cells["continues"], cells.geometry, strict=True)):
        if code in ground:
            best[code] = max(best.get(code, (-1.0, -1)), (_shared(shape, ground[code]), -number))
    return [
        code if code in best and -best[code][1] == number else None for number, code in enumerate(cells["continues"])
    ]


def _shared(shape: Any, ground: Any) -> float:
    if shape is None or not shape.is_valid:
        return 0.0
    return float(ground.area if is_same_ground(shape, ground) else shape.intersection(ground).area)


def _fill(cells: gpd.GeoDataFrame, base: gpd.GeoDataFrame) -> None:
    """Say of each cell what it does not say itself: its parents by its ground, name and kind by what it continues."""
    grid = base.set_index("code")
    for index in cells.index:
        code = cells.loc[index, "continues"]
        for name, otherwise in (("name", None), ("kind", _ORDINARY)):
            if cells.loc[index, name] is None:
                cells.loc[index, name] = grid.loc[code, name] if code is not None else otherwise
    lacking = cells.index[cells["community_code"].isna() | cells["street_code"].isna()]
    for index, row in zip(lacking, _homes(cells.loc[lacking], base), strict=True):
        if row is None:
            continue
        for name in ("community_code", "street_code"):
            if cells.loc[index, name] is None:
                said = cells.loc[index, "community_code"]
                cells.loc[index, name] = said[:9] if said and name == "street_code" else base[name].iloc[row]


def _homes(cells: gpd.GeoDataFrame, base: gpd.GeoDataFrame) -> list[int | None]:
    """Return per cell the row of the grid's cell in which most of it lies; None for one that lies nowhere."""
    old = np.asarray(base.geometry, dtype=object)
    tree, found = shapely.STRtree(old), []
    for shape in cells.geometry:
        usable = shape is not None and not shape.is_empty and shape.is_valid
        rows = tree.query(shape, predicate="intersects") if usable else np.empty(0, int)
        sizes = shapely.area(shapely.intersection(old[rows], shape)) if len(rows) else np.empty(0)
        found.append(int(rows[sizes.argmax()]) if len(rows) and sizes.max() > 0 else None)
    return found


def _others(cells: gpd.GeoDataFrame, base: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return as_draft(base[~base["street_code"].isin(set(cells["street_code"]))])
