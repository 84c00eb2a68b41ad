"""What is wrong with a frame of atoms, named by column and atom, with what to do about it."""

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import scipy.sparse as sp
from scipy.sparse import csgraph

from gridgov.errors import InputError
from gridgov.planning.adjacency import Adjacency, parts_of
from gridgov.planning.problem import Problem
from gridgov.planning.wishes import Wished

_DEGREES = pyproj.CRS(4326)

NAMED = 5
"""How many of those who are wrong a message names."""


def weights_of(wished: Wished) -> list[str]:
    """Return the columns of which loads are made."""
    if isinstance(wished.band, Mapping):
        return list(wished.band)
    return list(wished.weight) if isinstance(wished.weight, Mapping) else [wished.weight]


def check_atoms(atoms: pd.DataFrame, wished: Wished) -> None:
    """Refuse a frame that cannot be planned with.

    Raises
    ------
    InputError
        With the column and the atoms that are wrong.
    """
    if not len(atoms):
        message = "There are no atoms: make some with `gridgov.planning.atoms(cells, buildings=...)`."
        raise InputError(message, field="atoms")
    groups = [wished.cell, wished.street, *([wished.community] if wished.within == "community" else [])]
    numbers = list(dict.fromkeys([*weights_of(wished), wished.residents]))
    for name in [*groups, *numbers]:
        if name not in atoms:
            message = f"The atoms have no column {name!r}; they have {', '.join(map(str, atoms.columns))}."
            raise InputError(message, field=name)
    _name(atoms.index.duplicated(), atoms.index, "Labels of atoms must be unique", "index")
    for name in groups:
        _name(atoms[name].isna().to_numpy(), atoms.index, f"Every atom needs a {name}", name)
    for name in numbers:
        _check_numbers(atoms[name], name)
    check_crs(atoms, "atoms")
    check_crs(wished.barriers, "barriers")
    _check_nesting(atoms, wished)
    _check_locked(atoms, wished)
    _check_start(atoms, wished)
    _check_adjacency(len(atoms), wished)


def check_crs(frame: pd.DataFrame | None, name: str) -> None:
    """Refuse a frame with geometry that is not in EPSG:4326.

    Raises
    ------
    InputError
        With how to bring it there.
    """
    if not isinstance(frame, gpd.GeoDataFrame):
        return
    if frame.crs is None:
        message = (
            f"The {name} do not say where they lie: `.set_crs(4326)` if they are in degrees (longitude, latitude)."
        )
        raise InputError(message, field=name)
    if frame.crs.to_epsg() != 4326 and not frame.crs.equals(_DEGREES, ignore_axis_order=True):
        message = f"The {name} are in {frame.crs.name}: give `{name}.to_crs(4326)`."
        raise InputError(message, field=name)


def _check_start(atoms: pd.DataFrame, wished: Wished) -> None:
    start = wished.start
    if start is None:
        return
    _name(start.index.duplicated(), start.index, "The plan to start from names atoms twice", "start")
    unknown = ~start.index.isin(atoms.index)
    _name(unknown, start.index, "The plan to start from names what is no label of an atom", "start")


def _check_adjacency(count: int, wished: Wished) -> None:
    pairs = None if wished.adjacency is None else wished.adjacency.pairs
    if pairs is not None and len(pairs) and not 0 <= pairs.min() <= pairs.max() < count:
        message = (
            f"`adjacency` has places up to {int(pairs.max())}, and there are {count} atoms: make it of these atoms."
        )
        raise InputError(message, field="adjacency")


def check_ground(touching: Adjacency, atoms: pd.DataFrame, wished: Wished) -> None:
    """Refuse a street whose ground is in pieces, unless islands are wished for: two streets may have one code.

    Raises
    ------
    InputError
        With the street and how many pieces it is in.
    """
    if wished.islands == "bridge" or wished.adjacency is not None:
        return
    parts = parts_of(touching, atoms[wished.street].astype(str))
    apart = parts[parts > 1]
    if len(apart):
        message = (
            f"Street {apart.index[0]} is in {int(apart.iloc[0])} pieces that do not touch. If these are two streets of "
            "one code, give each its own; if they belong together, give islands='bridge'."
        )
        raise InputError(message, field=wished.street)


def _check_numbers(values: pd.Series, name: str) -> None:
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(float)
    _name(
        ~np.isfinite(numbers), values.index, f"{name} must be a number; fill what is missing, with 0 for nobody", name
    )
    _name(numbers < 0, values.index, f"{name} must not be negative", name)


def _name(wrong: np.ndarray, index: pd.Index, sentence: str, name: str) -> None:
    if wrong.any():
        labels = [str(label) for label in index[wrong][:NAMED]]
        message = f"{sentence}: atoms {some(labels, int(wrong.sum()))}."
        raise InputError(message, field=name, details=[{"atoms": labels}])


def some(labels: list[str], count: int) -> str:
    """Return the first of so many labels as words."""
    more = f" and {count - NAMED} more" if count > NAMED else ""
    return ", ".join(labels[:NAMED]) + more


def _check_nesting(atoms: pd.DataFrame, wished: Wished) -> None:
    """Refuse a cell of two streets: two streets of one code show by it, as well."""
    chains = [(wished.cell, wished.street)]
    if wished.within == "community":
        chains += [(wished.cell, wished.community), (wished.community, wished.street)]
    for inner, outer in chains:
        several = atoms.groupby(inner)[outer].nunique()
        several = several[several > 1]
        if len(several):
            code = several.index[0]
            names = sorted(atoms.loc[atoms[inner] == code, outer].astype(str).unique())
            message = f"The {inner} {code} lies in several of {outer}: {', '.join(names)}. Give each its own code."
            raise InputError(message, field=inner, details=[{inner: str(one)} for one in several.index[:NAMED]])


def _check_locked(atoms: pd.DataFrame, wished: Wished) -> None:
    known = set(atoms[wished.cell].astype(str)) | set(atoms.index.astype(str))
    unknown = sorted({str(name) for name in wished.locked} - known)
    if unknown:
        names = some(unknown, len(unknown))
        message = f"Neither a cell nor an atom is called {names}: `locked` holds their codes as text."
        raise InputError(message, field="locked")


def check_room(code: str, atoms: int, cells: int, more: tuple[int, int]) -> None:
    """Refuse a street that is to have more cells than atoms, or none: both without those that are not ordinary.

    Raises
    ------
    InputError
        With the numbers.
    """
    if cells + more[0] < min(cells, 1) or cells + more[0] > atoms:
        message = (
            f"Street {code} has {cells} cells of {atoms} atoms and cannot have {cells + more[0]}: "
            "every cell needs an atom, and every street a cell. Change `more`, or draw finer atoms."
        )
        raise InputError(message, field="more")


def check_whole(problem: Problem, cell: np.ndarray, cells: list[str], index: pd.Index) -> None:
    """Refuse a plan by hand in which a cell is not one piece, or something locked is moved.

    Raises
    ------
    InputError
        With the cell and its atoms.
    """
    moved = (cell != problem.home) & (problem.locked | problem.closed[cell])
    _name(moved, index, "The plan to start from moves what is locked, or into what is", "start")
    for number in np.flatnonzero(pieces_of(problem, cell) > 1):
        atoms = [str(label) for label in index[cell == number]]
        message = f"In the plan to start from, cell {cells[number]} is not one piece: {some(atoms, len(atoms))}."
        raise InputError(message, field="start", details=[{"cell": cells[number], "atoms": atoms[:100]}])


def pieces_of(problem: Problem, cell: np.ndarray) -> np.ndarray:
    """Return of how many pieces each cell is, by its number; 0 for one without atoms."""
    ends = np.repeat(np.arange(len(cell)), np.diff(problem.start)), problem.neighbour
    inside = cell[ends[0]] == cell[ends[1]]
    graph = sp.coo_array((np.ones(int(inside.sum())), (ends[0][inside], ends[1][inside])), shape=(len(cell), len(cell)))
    piece = csgraph.connected_components(graph, directed=False)[1]
    found = np.zeros(len(problem.kept), np.int64)
    np.add.at(found, cell[np.unique(piece, return_index=True)[1]], 1)
    return found
