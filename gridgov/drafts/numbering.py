"""Codes for the cells of a draft: what stays keeps its code, what is new is numbered in the standard's order."""

from itertools import chain

import geopandas as gpd
import pandas as pd

from gridgov.drafts.comparing import Comparison
from gridgov.errors import CodeError
from gridgov.grid import number_cells

_MOST = 999


def coded(cells: gpd.GeoDataFrame, base: gpd.GeoDataFrame, comparison: Comparison) -> "pd.Series[str]":
    """Return the code that each cell of a draft is to have.

    1. A cell on the same ground is the same cell, and keeps its code.
    2. A cell that continues one of its own community keeps that one's code, so that people find it again.
    3. The others are numbered inside their community from north to south and west to east, as `number_cells` counts,
       with the lowest numbers that no cell of the grid has. A number that a closed cell had is taken only when none
       other is left, so that on one day a code does not pass from one place to another.

    Parameters
    ----------
    cells
        A draft: the columns of `gridgov.drafts.COLUMNS`. A cell without a community gets no code.
    base
        The grid that it is drawn on, with its codes.

    Returns
    -------
    Series
        Named ``code``, on the index of `cells`; None where there is no community.

    Raises
    ------
    CodeError
        If a community would have more than 999 cells.
    """
    codes = pd.Series(None, index=cells.index, name="code", dtype=object)
    order = chain(*(cells.index[comparison.change == kind] for kind in ("unchanged", "relabelled", "changed", "new")))
    taken: set[str] = set()
    for index in order:
        wish, community = cells.loc[index, "continues"], cells.loc[index, "community_code"]
        if wish and community and wish[:12] == community and wish not in taken:
            codes[index] = wish
            taken.add(wish)
    fresh = cells[codes.isna() & cells["community_code"].notna() & cells.geometry.notna() & ~cells.geometry.is_empty]
    for community, members in fresh.groupby("community_code", sort=True):
        places = number_cells(members).sort_values().index
        free = _free(str(community), len(places), taken, set(base["code"]))
        for index, code in zip(places, free, strict=True):
            codes[index] = code
            taken.add(code)
    return codes


def _free(community: str, wanted: int, taken: set[str], known: set[str]) -> list[str]:
    """Return the codes for so many new cells of a community, in order."""
    numbers = [f"{community}{number:03d}" for number in range(1, _MOST + 1)]
    unused = [code for code in numbers if code not in taken and code not in known]
    left = [code for code in numbers if code not in taken and code in known]
    if wanted > len(unused) + len(left):
        message = f"{community} would have more than {_MOST} cells, and three digits number no more: split it first."
        raise CodeError(message, field="cells")
    return sorted([*unused, *left][:wanted])
