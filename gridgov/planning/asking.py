"""From a frame of atoms to one problem per street: everything is checked here, and plain numbers go on."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import fsum

import numpy as np
import pandas as pd

from gridgov.errors import InputError
from gridgov.planning.checks import check_atoms, check_room, check_whole, some
from gridgov.planning.joining import Links, links_of
from gridgov.planning.problem import Problem, state_of
from gridgov.planning.wishes import Wished

Graph = tuple[np.ndarray, np.ndarray, np.ndarray]

GROUND = 0.02
"""What a cell's ground costs to move, as a share of its residents: nobody's land changes hands for nothing, either."""

BORDER = 0.4
"""What a border of the usual length between two atoms costs, as a share of a cell's residents."""


@dataclass(frozen=True, slots=True)
class Street:
    """One street: what is asked, and how its numbers are called.

    Attributes
    ----------
    code
        The street's.
    atoms
        Places of its atoms in the frame.
    cells
        Codes of its cells; the numbers in `problem` are places in this list.
    ordinary
        Of each cell, whether its load counts.
    problem
        What is asked of it, but for a wish.
    even
        What each cell should carry of each criterion, in parts of the mean of ordinary cells: what those that are open
        carry on average, or where their number may change, those of the whole district.
    begin
        The cell of each atom by which to begin.
    more, most_dissolved
        As wished.
    communities
        Of each atom, a number of its community; all alike where cells may cross.
    """

    code: str
    atoms: np.ndarray
    cells: list[str]
    ordinary: np.ndarray
    problem: Problem
    even: np.ndarray
    begin: np.ndarray
    more: tuple[int, int]
    most_dissolved: int | None
    communities: np.ndarray


def streets_of(atoms: pd.DataFrame, wished: Wished) -> tuple[list[Street], Links]:
    """Check a frame of atoms, and return what is asked of each of its streets, by their codes, and who touches whom.

    Raises
    ------
    InputError
        With the column and the atoms that are wrong, and what to do about them.
    """
    check_atoms(atoms, wished)
    links = links_of(atoms, wished)
    codes = atoms[wished.street].astype(str).to_numpy()
    # By their labels, so that the order of the frame's rows changes nothing.
    order = np.argsort(atoms.index.astype(str).to_numpy(), kind="stable")
    made = [_street(atoms, wished, links, order[codes[order] == code]) for code in sorted(set(codes))]
    _check_streets(wished, {one.code for one in made})
    return [_aiming(one, atoms, wished) for one in made], links


def _check_streets(wished: Wished, known: set[str]) -> None:
    for name, by_street in (("more", wished.more), ("most_dissolved", wished.most_dissolved)):
        unknown = sorted(set(by_street) - known) if isinstance(by_street, Mapping) else []
        if unknown:
            message = (
                f"`{name}` names the street {unknown[0]}, which these atoms do not have: "
                f"{some(sorted(known), len(known))}."
            )
            raise InputError(message, field=name)


def _aiming(street: Street, atoms: pd.DataFrame, wished: Wished) -> Street:
    """Return a street with what its cells should carry."""
    problem = street.problem
    if street.more != (0, 0):
        everywhere = _ordinary(atoms, wished)
        mine = street.atoms[everywhere[street.atoms]]
        part = criteria_of(atoms, wished, everywhere)[mine].sum(axis=0)
        cells = atoms.loc[everywhere, wished.cell].nunique()
        return replace(street, even=street.ordinary.sum() / np.maximum(part * cells, 1e-12))
    open_cells = street.ordinary & ~problem.closed[: len(street.cells)]
    if not open_cells.any():
        return street
    loads = state_of(problem, problem.home).loads[: len(street.cells)][open_cells]
    return replace(street, even=np.where(loads.any(axis=0), loads.mean(axis=0), 1.0))


def _ordinary(atoms: pd.DataFrame, wished: Wished) -> np.ndarray:
    if wished.kind not in atoms:
        return np.ones(len(atoms), bool)
    return np.asarray(atoms[wished.kind].fillna("ordinary") == "ordinary")


def criteria_of(atoms: pd.DataFrame, wished: Wished, ordinary: np.ndarray) -> np.ndarray:
    """Return atoms x criteria: the loads in parts of all that ordinary cells of these atoms carry.

    A composite weight is the sum of its columns, each as a share of its own whole, by their parts.
    """
    if isinstance(wished.band, Mapping):
        columns = [_share(atoms[name], ordinary) for name in wished.band]
    elif isinstance(wished.weight, Mapping):
        whole = sum(wished.weight.values())
        parts = [part / whole * _share(atoms[name], ordinary) for name, part in wished.weight.items()]
        columns = [np.sum(parts, axis=0)]
    else:
        columns = [_share(atoms[wished.weight], ordinary)]
    return np.column_stack(columns)


def _share(values: pd.Series, ordinary: np.ndarray) -> np.ndarray:
    numbers = values.to_numpy(float)
    whole = fsum(numbers[ordinary])  # exact, so that the order of rows changes nothing
    return numbers / whole if whole > 0 else np.zeros(len(numbers))


def _street(atoms: pd.DataFrame, wished: Wished, links: Links, places: np.ndarray) -> Street:
    mine = atoms.iloc[places]
    code = str(mine[wished.street].iloc[0])
    names = mine[wished.cell].astype(str)
    cells = sorted(names.unique())
    home = np.searchsorted(cells, names.to_numpy()).astype(np.int64)
    ordinary = np.bincount(home, _ordinary(mine, wished), len(cells)) > 0
    more = wished.more_of(code)
    check_room(code, int(ordinary[home].sum()), int(ordinary.sum()), more)
    problem = _problem(mine, wished, links.within(places, BORDER * wished.shape), home, ordinary)
    problem = _roomier(
        problem._replace(residents=_disturbed(mine, wished, ordinary[home], links.area_m2[places])), more[1]
    )
    begin = home
    if wished.start is not None:
        begin = _begin(mine, wished.start, cells, home)
        check_whole(problem, begin, cells, mine.index)
    communities = np.zeros(len(mine), np.int64)
    if wished.within == "community":
        communities = np.unique(mine[wished.community].astype(str), return_inverse=True)[1]
    even = np.ones(problem.load.shape[1])
    most = wished.most_dissolved_of(code)
    return Street(code, places, cells, ordinary, problem, even, begin, more, most, communities)


def _problem(mine: pd.DataFrame, wished: Wished, graph: Graph, home: np.ndarray, ordinary: np.ndarray) -> Problem:
    locked_cells, locked_atoms = _locked(mine, wished, home, len(ordinary))
    closed = ~ordinary | locked_cells
    return Problem(
        *graph,
        load=np.ascontiguousarray(criteria_of(mine, wished, ordinary[home]) * max(int(ordinary.sum()), 1)),
        residents=np.zeros(len(mine)),
        home=home,
        locked=locked_atoms | closed[home],
        closed=closed,
        kept=np.ones(len(ordinary), bool),
    )


def _roomier(problem: Problem, more: int) -> Problem:
    """Return a problem with room for so many cells more."""
    none = np.zeros(max(more, 0), bool)
    return problem._replace(closed=np.concatenate([problem.closed, none]), kept=np.concatenate([problem.kept, none]))


def _disturbed(mine: pd.DataFrame, wished: Wished, ordinary: np.ndarray, area: np.ndarray) -> np.ndarray:
    """Return what it costs to move each atom, as a share of the residents of a cell: its own, and a little ground."""
    ground = area / area.sum() if area.sum() > 0 else np.full(len(area), 1 / len(area))
    cells = max(int(mine.loc[ordinary, wished.cell].nunique()), 1)
    return np.asarray(cells * (_share(mine[wished.residents], ordinary) + GROUND * ground))


def _locked(mine: pd.DataFrame, wished: Wished, home: np.ndarray, cells: int) -> tuple[np.ndarray, np.ndarray]:
    names = {str(name) for name in wished.locked}
    by_cell = mine[wished.cell].astype(str).isin(names).to_numpy()
    return np.bincount(home, by_cell, cells) > 0, mine.index.astype(str).isin(names)


def _begin(mine: pd.DataFrame, start: pd.Series, cells: list[str], home: np.ndarray) -> np.ndarray:
    """Return a plan by hand as numbers; atoms that it does not name are where they are today."""
    given = start[start.index.isin(mine.index)].reindex(mine.index)
    known = given.notna().to_numpy()
    unknown = sorted(set(given[known].astype(str)) - set(cells))
    if unknown:
        message = f"The plan to start from puts atoms into {unknown[0]}, which is no cell of their street today."
        raise InputError(message, field="start")
    begin = home.copy()
    begin[known] = np.searchsorted(cells, given[known].astype(str).to_numpy())
    return begin
