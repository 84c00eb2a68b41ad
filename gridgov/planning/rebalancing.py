"""Rebalancing: a fairer grid out of today's, with as few residents moved as can be.

Each street is a problem of its own. An outline says which cells to dissolve and which to split (`dissolving`), it is
drawn into the atoms (`realising`), and made better step by step (`annealing`). Streets run side by side.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from typing import Unpack

import numpy as np
import pandas as pd

from gridgov.planning.asking import Street, streets_of
from gridgov.planning.checks import weights_of
from gridgov.planning.measuring import measured
from gridgov.planning.naming import named
from gridgov.planning.noting import notes_of
from gridgov.planning.plan import Plan, bands_at
from gridgov.planning.problem import Wish
from gridgov.planning.proving import check_done
from gridgov.planning.street import EFFORTS, Task, planned
from gridgov.planning.wishes import Wished, Wishes

STRICT = 2_000.0
"""What the square of a load costs that is out of its band: 2 % too much cost as much as all residents of a cell."""

INSIDE = 0.0002
"""What the square of a load costs inside its band, as a share of that: enough to choose between equals, and no more."""

MARGIN = (0.1, 0.02)
"""By what share of it, but at most by how much, a band is held narrower: at its edge, a little too much costs less than
whoever would have to move."""


def rebalance(
    atoms: pd.DataFrame,
    *,
    cell: str = "cell",
    street: str = "street",
    weight: str | Mapping[str, float] = "households",
    **wishes: Unpack[Wishes],
) -> Plan:
    """Return a fairer grid, and others to choose from: the front between fairness and upheaval.

    Every new cell is one piece inside its street, and by default inside its community. What is locked stays, dedicated
    cells stay, and codes stay with whoever keeps most residents.

    Parameters
    ----------
    atoms
        What cells are made of, with polygons in EPSG:4326 or with ``adjacency``; see `gridgov.planning.atoms`.
    cell, street
        Columns of the cell and the street of today.
    weight
        Column of the load that is to be even; or parts of several, as ``{"households": .7, "incidents": .3}``.
    **wishes
        See `gridgov.planning.wishes.Wishes`: ``within``, ``band``, ``front``, ``more``, ``most_dissolved``, ``locked``,
        ``start``, ``barriers``, ``shape``, ``effort``, ``seed``, ``progress`` ...

    Returns
    -------
    Plan
        ``plan.assignment`` is the new cell of every atom; ``plan.front`` what other bands would cost.

    Raises
    ------
    InputError
        If atoms or wishes cannot be used; the message names the atoms and says what to do.
    """
    atoms = atoms.copy()  # what a plan says stays true, whatever becomes of the frame
    wished = Wished(cell=cell, street=street, weight=weight, **wishes)
    streets, links = streets_of(atoms, wished)
    first = next(iter(wished.bands.values()))
    bands = sorted({float(first), *(float(band) for band in wished.front)})
    tasks = [(band, one) for band in bands for one in streets]
    points = {band: atoms[cell].astype(str).to_numpy(object).copy() for band in bands}
    for (band, one), codes in zip(tasks, _worked(tasks, wished), strict=True):
        points[band][one.atoms] = codes
    _level_front(points, streets)
    names = ["load"] if not isinstance(wished.band, Mapping) else weights_of(wished)
    return Plan(
        atoms=atoms,
        wished=wished,
        band=float(first),
        _points=points,
        _notes={
            band: tuple(note for one in streets for note in notes_of(one, codes[one.atoms], band))
            for band, codes in points.items()
        },
        _measured=measured(atoms, wished, streets, links, names),
    )


def _level_front(points: dict[float, np.ndarray], streets: list[Street]) -> None:
    """Give a street the plan of a narrower band where that moves fewer: it keeps the wider one as well."""
    bands = sorted(points)
    for one in streets:
        home = np.array(one.cells, object)[one.problem.home]
        moved = [float(one.problem.residents[points[band][one.atoms] != home].sum()) for band in bands]
        for k in range(1, len(bands)):
            if moved[k] > moved[k - 1]:
                points[bands[k]][one.atoms] = points[bands[k - 1]][one.atoms]
                moved[k] = moved[k - 1]


def _worked(tasks: list[tuple[float, Street]], wished: Wished) -> list[np.ndarray]:
    """Plan every street for every band, the largest first; return the codes in the order of `tasks`.

    Threads do, since what takes long is compiled and holds no lock of the interpreter's.
    """
    order = sorted(range(len(tasks)), key=lambda k: -len(tasks[k][1].atoms))
    made: list[np.ndarray] = [np.empty(0)] * len(tasks)
    with _told(wished, len(tasks)) as step, ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        found = pool.map(lambda k: _planned(*tasks[k], wished), order)
        for k, codes in zip(order, found, strict=True):
            made[k] = codes
            step()
    return made


def _planned(band: float, street: Street, wished: Wished) -> np.ndarray:
    if _nothing_to_do(street):
        as_it_is: np.ndarray = np.array(street.cells, object)[street.begin]
        return as_it_is
    street = replace(street, problem=street.problem._replace(load=street.problem.load / street.even))
    bands = bands_at(wished, band)
    held = bands - np.minimum(MARGIN[0] * bands, MARGIN[1])
    wish = Wish(held, np.full(len(held), STRICT), INSIDE)
    done = planned(Task(street, wish, EFFORTS[wished.effort], _seed(wished.seed, street.code)))
    check_done(street, done.cell)
    return named(street, done.cell)


def _nothing_to_do(street: Street) -> bool:
    """Whether all is locked, or nothing weighs anything, or there is one cell and there shall be no other."""
    problem = street.problem
    one_cell = len(street.cells) == 1 and street.more == (0, 0)
    return bool(one_cell or problem.locked.all() or not problem.load.any())


def _seed(seed: int, code: str) -> int:
    """Return a street's own seed, the same whatever other streets are planned beside it."""
    return int.from_bytes(sha256(f"{seed} {code}".encode()).digest()[:3], "big")


@contextmanager
def _told(wished: Wished, count: int) -> Iterator[Callable[[], None]]:
    """Give what is called after each piece of work."""
    done = 0

    def tell() -> None:
        nonlocal done
        done += 1
        if callable(wished.progress):
            wished.progress(done, count)

    if wished.progress is not True:
        yield tell
        return
    from tqdm import tqdm  # noqa: PLC0415 - only whoever looks on needs it

    with tqdm(total=count, desc="划分 redrawing", unit="街道·方案") as bar:
        yield bar.update
