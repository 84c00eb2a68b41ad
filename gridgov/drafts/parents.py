"""The areas that a draft draws cells of: each keeps one at least, and no cell names one that is not there."""

from typing import Any, Final

import geopandas as gpd

from gridgov.grid.faults import Fault, placed

_NOUNS: Final = ("community", "street")


def emptied(cells: gpd.GeoDataFrame, *, communities: gpd.GeoDataFrame, streets: gpd.GeoDataFrame) -> list[Fault]:
    """Find the areas that would have no cell left.

    A community or a street is made and abolished by an order of its own. A grid without a cell of it would leave people
    who answer for an area without ground, and codes that name what is not there.

    Parameters
    ----------
    cells
        A draft: the columns of `gridgov.drafts.COLUMNS`.
    communities, streets
        The areas of the district: code, name, geometry in EPSG:4326.
    """
    lon = float(communities.total_bounds[[0, 2]].mean()) if len(communities) else 0.0
    faults = []
    for noun, areas in zip(_NOUNS, (communities, streets), strict=True):
        left = set(cells[f"{noun}_code"].dropna())
        for code, name, shape in zip(areas["code"], areas["name"], areas.geometry, strict=True):
            if code not in left:
                reason = f"{noun} {code} {name} would have no cell left"
                faults.append(placed("area-empty", (), shape, lon, reason))
    return faults


def strangers(cells: gpd.GeoDataFrame, *, communities: gpd.GeoDataFrame) -> list[Fault]:
    """Find the cells, with their ``code``, that name a community which is not in the register."""
    lon = float(communities.total_bounds[[0, 2]].mean()) if len(communities) else 0.0
    strange = cells[cells["community_code"].notna() & ~cells["community_code"].isin(set(communities["code"]))]
    return [_unknown(row, lon) for row in strange.itertuples()]


def _unknown(row: Any, lon: float) -> Fault:
    reason = f"its community {row.community_code} is not in the register"
    label = (str(row.code or f"row {row.Index + 1}"),)
    if row.geometry is None or row.geometry.is_empty:
        return Fault("parent-unknown", label, reason)
    return placed("parent-unknown", label, row.geometry, lon, reason)
