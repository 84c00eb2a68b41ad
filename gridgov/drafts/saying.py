"""What the cells of a draft say of themselves, looked at before anything is computed of them or kept."""

import re
from collections.abc import Iterator
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridgov.codes import LENGTHS
from gridgov.errors import InputError
from gridgov.grid.faults import Fault

MOST_CELLS: Final = 20_000
"""Ten times the cells of a large district."""

MOST_VERTICES: Final = 10_000
"""Of one cell. An outline that is drawn by hand or follows roads has some hundreds."""

_MOST_VERTICES_IN_ALL: Final = 3_000_000
_MOST_HOUSEHOLDS: Final = 1_000_000
_LONGEST_NAME: Final = 120
_LONGEST_KIND: Final = 40
_SHOWN: Final = 40
_NEW: Final = re.compile(r"[0-9]{9,12}\+[0-9]{1,4}")  # what a plan calls the cells that it adds: 370102004+1
_MOST_TOLD: Final = 200


def require_workable(cells: gpd.GeoDataFrame) -> None:
    """Refuse a frame that is too large to be worked on, before anything is locked or computed for it.

    Raises
    ------
    InputError
        If it has more than `MOST_CELLS` cells, or one of them more than `MOST_VERTICES` vertices; each is in
        ``details``.
    """
    if len(cells) > MOST_CELLS:
        message = f"These are {len(cells):,} cells and a draft holds {MOST_CELLS:,} at most: send one district's alone."
        raise InputError(message, field="cells")
    sizes = shapely.get_num_coordinates(np.asarray(cells.geometry, dtype=object))
    reason = f"an outline has {MOST_VERTICES:,} vertices at most: simplify it"
    large = np.flatnonzero(sizes > MOST_VERTICES)
    _refuse([Fault("vertices-many", (f"row {n + 1}",), f"{sizes[n]:,} vertices; {reason}") for n in large])
    if sizes.sum() > _MOST_VERTICES_IN_ALL:
        message = f"These outlines have {sizes.sum():,} vertices, more than any grid: simplify them first."
        raise InputError(message, field="cells")


def require_said(cells: gpd.GeoDataFrame, base: gpd.GeoDataFrame, homes: "pd.Series[Any]") -> None:
    """Refuse what cells say of themselves that cannot be meant; all of it at once, each row with its reason.

    Parameters
    ----------
    cells
        The columns of `gridgov.drafts.COLUMNS`, texts stripped, as they were given.
    base
        The grid that the draft is drawn on.
    homes
        The households as they were given, before they became numbers.

    Raises
    ------
    InputError
        With every fault in ``details``: households-bad, name-bad, kind-unknown, parent-unknown, continues-unknown.
    """
    # What the grid itself calls its cells is no fault of a draft.
    known = {name: {None, *base[name]} for name in ("code", "name", "kind")}
    _refuse(
        [
            Fault(kind, (f"row {number}",), reason)
            for number, (row, given) in enumerate(zip(cells.itertuples(), homes, strict=True), 1)
            for kind, reason in _faults(row, given, known)
        ]
    )


def _faults(row: Any, given: Any, known: dict[str, set[Any]]) -> Iterator[tuple[str, str]]:
    if row.continues not in known["code"] and not _NEW.fullmatch(row.continues):
        yield "continues-unknown", f"{_shown(row.continues)} is no cell of this grid; leave it empty for a new cell"
    if _says(given) and not 0 <= row.households <= _MOST_HOUSEHOLDS:
        yield "households-bad", f"{_shown(given)} is no number of households from 0 to {_MOST_HOUSEHOLDS:,}"
    if row.name not in known["name"] and not (len(row.name) <= _LONGEST_NAME and row.name.isprintable()):
        yield "name-bad", f"{_shown(row.name)} is no line of 1 to {_LONGEST_NAME} characters"
    if row.kind not in known["kind"] and not (len(row.kind) <= _LONGEST_KIND and row.kind.isidentifier()):
        yield "kind-unknown", f"{_shown(row.kind)} is no word for a kind of cell, such as ordinary"
    for noun, code in (("street", row.street_code), ("community", row.community_code)):
        if code is not None and not (len(code) == LENGTHS[noun] and code.isascii() and code.isdigit()):
            yield "parent-unknown", f"{_shown(code)} is no code of a {noun}, which has {LENGTHS[noun]} digits"


def _says(given: Any) -> bool:
    return not (given is None or given is pd.NA or (isinstance(given, float) and np.isnan(given)) or given == "")


def _shown(value: Any) -> str:
    return repr(str(value)[:_SHOWN])


def _refuse(faults: list[Fault]) -> None:
    if faults:
        rest = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        message = f"These cells cannot be taken up: {faults[0]}{rest}. Correct them in the file and send it again."
        raise InputError(message, field="cells", details=[fault.as_dict() for fault in faults[:_MOST_TOLD]])
