"""What is asked of one street, and what a plan for it costs: the words that the compiled parts of planning share."""

from typing import NamedTuple

import numpy as np

from gridgov.compiled import compiled


class Problem(NamedTuple):
    """What is asked of one street: atoms, who touches whom, and where they are now.

    Attributes
    ----------
    start, neighbour, border
        Neighbours of atom i at start[i]:start[i + 1], each with what a cell's border between the two costs.
    load
        Atoms x criteria, as shares of what a cell should have.
    residents
        Of each atom what it costs to move it, as a share of a cell's.
    home
        The cell of today; whoever is elsewhere has moved.
    locked
        Atoms that stay where they are.
    closed
        Cells that nobody joins.
    kept
        Cells that keep some of their residents: all but those that are dissolved.
    """

    start: np.ndarray
    neighbour: np.ndarray
    border: np.ndarray
    load: np.ndarray
    residents: np.ndarray
    home: np.ndarray
    locked: np.ndarray
    closed: np.ndarray
    kept: np.ndarray


class Wish(NamedTuple):
    """What a good plan is: loads within a band around 1, few residents moved, short borders.

    Attributes
    ----------
    band, weight
        By criterion: how far a load may be off for nothing, and what the square of more than that costs.
    inside
        What the square of any deviation costs, as a share of `weight`: small, or it moves people for little.
    """

    band: np.ndarray
    weight: np.ndarray
    inside: float


class State(NamedTuple):
    """A plan, and what follows from it.

    Attributes
    ----------
    cell
        Of each atom.
    size, loads, own
        Of each cell: atoms, load by criterion, and residents of its own that are still there.
    """

    cell: np.ndarray
    size: np.ndarray
    loads: np.ndarray
    own: np.ndarray


def state_of(problem: Problem, cell: np.ndarray) -> State:
    """Return a plan with what follows from it."""
    cells = len(problem.kept)
    loads = np.stack([np.bincount(cell, column, cells) for column in problem.load.T], axis=1)
    stayed = np.where(cell == problem.home, problem.residents, 0.0)
    return State(cell.astype(np.int64), np.bincount(cell, minlength=cells), loads, np.bincount(cell, stayed, cells))


@compiled
def strain(loads: np.ndarray, more: np.ndarray, share: float, wish: Wish) -> float:
    """Return what a cell's loads cost, after `share` times `more` was added."""
    cost = 0.0
    for k in range(len(loads)):
        off = abs(loads[k] + share * more[k] - 1.0)
        over = max(off - wish.band[k], 0.0)
        cost += wish.weight[k] * (over * over + wish.inside * off * off)
    return cost


@compiled
def energy(problem: Problem, wish: Wish, state: State) -> float:
    """Return what a whole plan costs."""
    cost = 0.0
    for c in range(len(state.size)):
        cost += strain(state.loads[c], state.loads[c], 0.0, wish)
    for i in range(len(state.cell)):
        cost += problem.residents[i] * (state.cell[i] != problem.home[i])
        for e in range(problem.start[i], problem.start[i + 1]):
            cost += 0.5 * problem.border[e] * (state.cell[i] != state.cell[problem.neighbour[e]])
    return cost
