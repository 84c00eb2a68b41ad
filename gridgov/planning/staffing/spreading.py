"""Spread work over people as if cells could be cut at will: a transportation problem.

Of what a staffing must hold, it leaves out what makes it hard: patches in one piece, how many cells and people, skills,
and the cost of a cell by itself. What it costs is therefore a lower bound for every staffing of the same people from
the same bases, and the way it spreads is a good sketch of one.
"""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.optimize import linprog

from gridgov.planning.staffing.part import UNCOVERED, UNFAIR, Part


@dataclass(frozen=True, slots=True)
class Spread:
    """Work spread over people.

    Attributes
    ----------
    fte
        People x cells.
    cost
        What it costs, in the unit of `part`.
    """

    fte: np.ndarray
    cost: float


def spread(part: Part) -> Spread:
    """Return the cheapest way to spread the work of a part whose people all have a home."""
    people, cells = part.known.shape
    pairs = people * cells
    columns = np.concatenate(
        [part.price.ravel(), np.full(cells, UNCOVERED), np.full(people, UNFAIR), np.full(people, UNFAIR)]
    )
    by_cell = sp.hstack([sp.kron(np.ones((1, people)), sp.eye_array(cells)), sp.eye_array(cells)])
    by_person = sp.kron(sp.eye_array(people), np.ones((1, cells)))
    nothing, eye, none = sp.coo_array((people, cells)), sp.eye_array(people), sp.coo_array((people, people))
    upper = np.concatenate([np.full(pairs + cells, np.inf), part.room, np.full(people, np.inf)])
    found = linprog(
        columns,
        A_eq=sp.hstack([by_cell, sp.coo_array((cells, 2 * people))]).tocsr(),
        b_eq=part.demand,
        A_ub=sp.vstack(
            [sp.hstack([by_person, nothing, -eye, none]), sp.hstack([-by_person, nothing, none, -eye])]
        ).tocsr(),
        b_ub=np.concatenate([part.most, -part.least]),
        bounds=np.column_stack([np.zeros(len(upper)), upper]),
        method="highs",
    )
    return Spread(found.x[:pairs].reshape(people, cells), float(found.fun))
