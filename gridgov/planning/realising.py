"""Draw an outline into the atoms: dissolved cells go to their neighbours, overloaded ones are split."""

import numpy as np

from gridgov.planning.cutting import Scratch, part_of
from gridgov.planning.dissolving import Outline
from gridgov.planning.problem import Problem, State, state_of


def realised(problem: Problem, begin: np.ndarray, outline: Outline, scratch: Scratch, seed: int) -> State:
    """Return a plan that goes from `begin` to where the outline leads, each of its cells one piece.

    `problem.kept` has as many cells as the plan may have in the end: those beyond today's are free from the beginning.
    """
    state = state_of(problem, begin)
    for gone in outline.dissolved:
        _dissolve(problem, state, gone, {to: share for (a, to), share in outline.flows.items() if a == gone})
    free = [int(cell) for cell in np.flatnonzero(state.size == 0)]
    for cell in np.flatnonzero(outline.parts > 1):
        for left in range(int(outline.parts[cell]), 1, -1):
            if free and state.size[cell] > 1:
                state = _split(problem, state, scratch, int(cell), free.pop(0), (1 / left, seed + left))
    # What was dissolved went elsewhere than the outline said, and a cell was too small to be split: another is.
    for missing in range(int(outline.parts.sum()) - np.count_nonzero(state.size)):
        able = (state.size > 1) & ~problem.closed & (np.bincount(state.cell, problem.locked, len(state.size)) == 0)
        if not (free and able.any()):
            break
        heaviest = int(np.argmax(np.where(able, state.loads.sum(axis=1), -1.0)))
        state = _split(problem, state, scratch, heaviest, free.pop(0), (0.5, seed + missing))
    return state


def _split(problem: Problem, state: State, scratch: Scratch, cell: int, number: int, how: tuple[float, int]) -> State:
    """Return the plan in which a part of a cell is another; `how` is as for `_part`."""
    state.cell[_part(problem, state, scratch, cell, how)] = number
    return state_of(problem, state.cell)


def _dissolve(problem: Problem, state: State, cell: int, shares: dict[int, float]) -> None:
    """Give a cell to those who are to have it: in turns an atom that touches whoever has least of their share."""
    cells = state.cell
    whole = float(problem.residents[cells == cell].sum()) or 1.0
    left = {to: share * whole for to, share in shares.items()}
    members = set(np.flatnonzero(cells == cell).tolist())
    while members:
        touching = _touching(problem, cells, members)
        if not touching:
            break  # nobody is beside it: it stays
        to = max(touching, key=lambda one: (left.get(one, -whole), -one))
        atom = max(touching[to], key=lambda one: (touching[to][one], -one))
        cells[atom] = to
        members.discard(atom)
        left[to] = left.get(to, 0.0) - float(problem.residents[atom])
    fresh = state_of(problem, cells)
    for kept, made in zip(state, fresh, strict=True):
        kept[:] = made


def _touching(problem: Problem, cells: np.ndarray, members: set[int]) -> dict[int, dict[int, float]]:
    """Return whose border runs along which atoms, and how long."""
    found: dict[int, dict[int, float]] = {}
    for atom in members:
        for e in range(problem.start[atom], problem.start[atom + 1]):
            beside = int(problem.neighbour[e])
            if beside in members or problem.closed[cells[beside]]:
                continue
            mine = found.setdefault(int(cells[beside]), {})
            mine[atom] = mine.get(atom, 0.0) + float(problem.border[e])
    return found


def _part(problem: Problem, state: State, scratch: Scratch, cell: int, how: tuple[float, int]) -> np.ndarray:
    """Return the atoms of a part of a cell that becomes another; whichever has more of its own residents stays.

    `how` is the share that the part has of the load, and a seed.
    """
    atoms = np.flatnonzero(state.cell == cell)
    part = part_of(problem, state, scratch, int(atoms[0]), how[0], how[1])
    rest = np.setdiff1d(atoms, part)
    own = problem.residents * (problem.home == cell)
    return part if own[part].sum() <= own[rest].sum() or problem.locked[rest].any() else rest
