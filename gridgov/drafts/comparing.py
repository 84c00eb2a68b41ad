"""What a draft changes: the new cells, the changed, the relabelled, the closed, and who inherits from whom."""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridgov.grid import shares_between


@dataclass(frozen=True)
class Comparison:
    """A draft beside the grid that it is drawn on.

    Attributes
    ----------
    change
        Per row of the draft, on its index: ``unchanged``, ``relabelled`` (on the same ground, under another name or of
        another kind), ``changed`` (it continues a cell on other ground), ``new``.
    closed
        Codes of the cells of the grid that end, in order: the ground of each goes to others or to its continuation.
        One that is relabelled ends as well: what it was called until then stays so.
    moved
        Those of them whose ground is divided anew: all but the relabelled.
    heirs
        A row per old and new cell that share ground: ``from`` (code), ``to`` (index of the draft), ``share`` of the
        old cell's area. Of unchanged cells there is none.
    """

    change: "pd.Series[str]"
    closed: list[str]
    moved: list[str]
    heirs: pd.DataFrame

    @property
    def counts(self) -> dict[str, int]:
        """How many cells are unchanged, relabelled, changed, new; and closed for good, continued by none."""
        found = {kind: int((self.change == kind).sum()) for kind in ("unchanged", "relabelled", "changed", "new")}
        return found | {"closed": len(self.moved) - found["changed"]}


def is_same_ground(one: Any, other: Any) -> bool:
    """Return whether two cells have the same outline, vertex by vertex, wherever their rings begin."""
    if one is None or other is None:
        return False
    same: bool = one.normalize().wkb == other.normalize().wkb
    return same


def compared(cells: gpd.GeoDataFrame, base: gpd.GeoDataFrame) -> Comparison:
    """Compare a draft with the grid it is drawn on.

    Parameters
    ----------
    cells
        A draft: the columns of `gridgov.drafts.COLUMNS`, polygons in EPSG:4326.
    base
        The grid: code, name, kind, community_code and polygons in EPSG:4326.
    """
    grid = base.set_index("code")
    change = pd.Series("new", index=cells.index, name="change", dtype=object)
    for index in cells.index:
        code = cells.loc[index, "continues"]
        if code in grid.index:
            change[index] = _change(cells.loc[index], grid.loc[code])
    kept, relabelled = (set(cells["continues"][change == kind]) for kind in ("unchanged", "relabelled"))
    closed = sorted(code for code in base["code"] if code not in kept)
    moved = [code for code in closed if code not in relabelled]
    heirs = _heirs(cells[change.isin(["changed", "new"])], base[base["code"].isin(moved)])
    itself = [{"from": cells.loc[i, "continues"], "to": i, "share": 1.0} for i in cells.index[change == "relabelled"]]
    heirs = pd.concat([heirs, pd.DataFrame(itself)], ignore_index=True) if itself else heirs
    return Comparison(change, closed, moved, heirs)


def _change(cell: "pd.Series[Any]", was: "pd.Series[Any]") -> str:
    same_place = cell["community_code"] == was["community_code"]
    if not (same_place and is_same_ground(cell["geometry"], was["geometry"])):
        return "changed"
    # Files trim what people type, and a cell that says nothing of itself is called what it was.
    same = all(cell[name] is None or cell[name].strip() == was[name].strip() for name in ("name", "kind"))
    return "unchanged" if same else "relabelled"


def _heirs(opened: gpd.GeoDataFrame, closed: gpd.GeoDataFrame) -> pd.DataFrame:
    usable = opened[shapely.is_valid(opened.geometry.to_numpy()) & ~opened.geometry.is_empty]
    old, new = np.asarray(closed.geometry, dtype=object), np.asarray(usable.geometry, dtype=object)
    sources, targets, shares = shares_between(old, new)
    codes, rows = closed["code"].to_numpy(), usable.index.to_numpy()
    return pd.DataFrame({"from": codes[sources], "to": rows[targets], "share": shares})
