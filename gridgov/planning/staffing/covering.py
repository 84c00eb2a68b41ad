"""Who covers a cell when somebody is ill."""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from gridgov.errors import InputError
from gridgov.planning.staffing.beside import DETOUR
from gridgov.planning.staffing.part import KILOMETRE, NEWCOMER, UNFAIR, UNSKILLED
from gridgov.planning.staffing.reading import Given
from gridgov.planning.staffing.wishes import Wished

_STRANGER: Final = 0.5
"""What it costs to send somebody of another street, for each FTE: another office, another lead."""

_AT_LEAST: Final = 0.05
"""FTE that a cell counts for at least: to look after one takes something even if it has no work by numbers."""

COLUMNS: Final = (
    "person",
    "role",
    "street",
    "shares_it",
    "known",
    "walk_m",
    "relative",
    "relative_after",
    "lacks",
    "cost",
)


class _Duty(NamedTuple):
    """What waits for somebody: the work of a role in the cell, and who did it until now."""

    role: str
    street: str
    fte: float
    person: str | None


def cover(
    given: Given, duties: pd.DataFrame, loads: pd.DataFrame, places: np.ndarray, cell: str, without: str | None
) -> pd.DataFrame:
    """Return who can look after a cell, the best first: `Staffing.cover`."""
    if cell not in given.cells.index:
        message = f"Cell {cell} is not among those that were staffed."
        raise InputError(message, field="cell")
    here = duties[duties["cell"] == cell]
    gone = here[here["person"] == without] if without is not None else here
    if without is not None and gone.empty:
        holders = ", ".join(here["person"]) or "nobody"
        message = (
            f"{without} does not hold cell {cell}; that does {holders}. Ask without one of them, or without nobody."
        )
        raise InputError(message, field="without")
    wanted = [_Duty(str(role), str(street), float(fte), person) for role, street, fte, person in _duties(gone)]
    if without is None:
        # Of a role that nobody holds there, all of its work waits.
        street, free = str(given.cells["street"][cell]), sorted(set(given.demand.columns) - set(here["role"]))
        wanted += [_Duty(role, street, float(given.demand[role][cell]), None) for role in free]
    found = [_ranked(given, duties, loads, places, cell, one) for one in wanted]
    frame = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=list(COLUMNS))
    return frame.sort_values(["role", "cost", "person"], ignore_index=True)[list(COLUMNS)]


def with_limits(ranked: pd.DataFrame, duties: pd.DataFrame, wished: Wished) -> pd.DataFrame:
    """Return stand-ins with ``beyond``: who would hold more cells than was wished of their role; they come last.

    A limit is for duties, and a cover is for days: where nobody else is left, somebody beyond it is better than nobody.
    """
    most = ranked["role"].map({role: wished.limits_of(role).cells for role in ranked["role"].unique()}).astype(float)
    held = ranked["person"].map(duties.groupby("person")["cell"].nunique()).astype(float).fillna(0.0)
    beyond = held + ~ranked["shares_it"].astype(bool) > most
    return ranked.assign(beyond=beyond).sort_values(["role", "beyond", "cost", "person"], ignore_index=True)


def _duties(gone: pd.DataFrame) -> Iterator[tuple[str, str, float, str]]:
    return zip(gone["role"], gone["street"], gone["fte"], gone["person"], strict=True)


def _ranked(
    given: Given, duties: pd.DataFrame, loads: pd.DataFrame, places: np.ndarray, cell: str, gone: _Duty
) -> pd.DataFrame:
    role, street, fte, person = gone.role, gone.street, max(gone.fte, _AT_LEAST), gone.person
    able = loads[(loads["role"] == role) & (loads.index != person)]
    target = (able["fte"] / able["relative"]).where(able["relative"] > 0, able["capacity"])
    known = given.known[given.known["cell"] == cell].set_index("person")["share"].reindex(able.index).fillna(0.0)
    walk = _walks(given, duties, able, places, cell)
    after = (able["fte"] + fte) / target
    asked = given.needs[(given.needs["cell"] == cell) & (given.needs["role"].isna() | (given.needs["role"] == role))]
    others = set(duties.loc[(duties["cell"] == cell) & (duties["person"] != person), "person"])
    skills: dict[str, frozenset[str]] = dict(zip(given.people.index, given.people["skills"], strict=True))
    missing = set(asked["skill"]).difference(*(skills[one] for one in others))
    lacks = [sorted(missing - skills[one]) for one in able.index]
    cost = (
        fte * (NEWCOMER * (1 - known) + KILOMETRE * walk / 1000 + _STRANGER * (able["street"] != street))
        + UNFAIR * target * (after - 1).clip(lower=0)
        + UNSKILLED * pd.Series([len(one) for one in lacks], index=able.index)
    )
    return pd.DataFrame(
        {
            "person": able.index.to_numpy(),
            "role": role,
            "street": able["street"],
            "shares_it": able.index.isin(list(others)),
            "known": known,
            "walk_m": walk,
            "relative": able["relative"],
            "relative_after": after,
            "lacks": lacks,
            "cost": cost,
        }
    )


def _walks(given: Given, duties: pd.DataFrame, able: pd.DataFrame, places: np.ndarray, cell: str) -> pd.Series:
    """Return the way on foot from each person's nearest cell (or base), in metres."""
    away = places - places[given.cells.index.get_loc(cell)]
    metres = pd.Series(DETOUR * np.hypot(away[:, 0], away[:, 1]), index=given.cells.index)
    nearest = duties["cell"].map(metres).groupby(duties["person"]).min()
    return nearest.reindex(able.index).fillna(able["base"].map(metres))
