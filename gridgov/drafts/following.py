"""A draft that was overtaken: carried onto the newer grid where nobody else touched the same cells."""

import geopandas as gpd
import pandas as pd

from gridgov.drafts.comparing import Comparison
from gridgov.drafts.reading import as_draft, tidy
from gridgov.errors import StaleError


def touched(comparison: Comparison, base: gpd.GeoDataFrame) -> set[str]:
    """Return the codes of the cells of `base` that a draft changes and that lie in it."""
    return set(comparison.closed) & set(base["code"])


def carried(
    cells: gpd.GeoDataFrame, comparison: Comparison, *, then: gpd.GeoDataFrame, now: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Return a draft as it stands on a newer grid.

    A draft is what it changes: the cells that it closes, and those that take their ground. As long as all that it
    closes are still there, the same cells can take the same ground; all other cells are as the newer grid has them.

    Parameters
    ----------
    cells, comparison
        The draft, and what it changes of `then`.
    then, now
        The grid that it was drawn on and the newer one: code, id, name, kind, street_code, community_code, geometry.

    Raises
    ------
    StaleError
        If cells that it changes were changed meanwhile; ``details`` names each, with its code.
    """
    known = dict(zip(then["code"], then["id"], strict=True))
    alive = set(now["id"])
    gone = sorted(code for code in touched(comparison, then) if known[code] not in alive)
    if gone:
        some = ", ".join(gone[:5]) + (f" and {len(gone) - 5} more" if len(gone) > 5 else "")
        message = (
            f"Another version of the grid changed the same cells meanwhile: {some}. "
            "Export the grid as it is now, draw these cells anew and load the file back."
        )
        raise StaleError(message, field="cells", details=[{"cell": code} for code in gone])
    closed = {known[code] for code in touched(comparison, then)}
    rest = as_draft(now[~now["id"].isin(closed)])
    own = cells[comparison.change != "unchanged"]
    return tidy(pd.concat([own, rest], ignore_index=True))
