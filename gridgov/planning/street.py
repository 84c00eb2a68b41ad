"""Plan one street: outline, draw, improve."""

from dataclasses import dataclass

import numpy as np

from gridgov.planning.annealing import Schedule, anneal
from gridgov.planning.asking import Street
from gridgov.planning.cutting import Scratch, scratch_for
from gridgov.planning.dissolving import Cells, Outline, outline_of
from gridgov.planning.matching import matched
from gridgov.planning.problem import Problem, Wish, state_of
from gridgov.planning.realising import realised

HEAT = (0.06, 0.001)
"""The temperature at the beginning and at the end: a cell's residents are 1."""

RECUTS = 0.03
"""How many steps cut two neighbours anew; the others move one atom."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard to try.

    Attributes
    ----------
    steps_per_atom
        Of annealing.
    starts
        How many outlines are drawn and improved; the best is kept.
    gap
        How far from the best outline is near enough, as a share.
    nodes
        After how many nodes of its tree the search for an outline ends: a number and not a time, so that the same seed
        gives the same plan on any machine.
    """

    steps_per_atom: int
    starts: int
    gap: float
    nodes: int


EFFORTS = {
    "preview": Effort(400, 1, 0.05, 200),
    "full": Effort(1_000, 2, 0.015, 2_000),
    "best": Effort(2_000, 4, 0.01, 5_000),
}


@dataclass(frozen=True, slots=True)
class Task:
    """One street, and what is wished for it."""

    street: Street
    wish: Wish
    effort: Effort
    seed: int


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it.

    Attributes
    ----------
    cell
        The cell of each atom: places in the street's list, and beyond it for cells that are new.
    outline
        What was to become of each cell in the large.
    """

    cell: np.ndarray
    outline: Outline


def planned(task: Task) -> Done:
    """Return a plan for a street."""
    street, effort = task.street, task.effort
    outline = outlined(street, task.wish, effort)
    problem = _letting_go(street, outline)
    scratch = scratch_for(problem, RECUTS)
    best, least = street.begin, np.inf
    for start in range(effort.starts):
        found, cost = _drawn(task, problem, outline, scratch, start)
        if cost < least:
            best, least = found, cost
    pinned = problem.closed | (np.bincount(problem.home, problem.locked, len(problem.kept)) > 0)
    # Under a limit on cells that go, no number may go for the sake of some residents more.
    staying = 0.0 if street.most_dissolved is None else float(problem.residents.sum())
    return Done(matched(problem.home, best, problem.residents, pinned=pinned, staying=staying), outline)


def _drawn(task: Task, problem: Problem, outline: Outline, scratch: Scratch, start: int) -> tuple[np.ndarray, float]:
    seed = task.seed + 1_000 * start
    state = realised(problem, task.street.begin, outline, scratch, seed)
    schedule = Schedule(task.effort.steps_per_atom * len(problem.home), *HEAT, seed)
    return anneal(problem, task.wish, state, scratch, schedule)


def _letting_go(street: Street, outline: Outline) -> Problem:
    """Return the problem in which those cells must keep residents that are not dissolved, and have some to begin."""
    problem = street.problem
    own = np.bincount(street.begin, problem.residents * (street.begin == problem.home), len(problem.kept))
    kept = problem.kept & (own > 0)
    kept[outline.dissolved] = False
    return problem._replace(kept=kept)


def outlined(street: Street, wish: Wish, effort: Effort) -> Outline:
    """Return what is to become of the cells of a street in the large."""
    count = len(street.cells)
    sizes = np.bincount(street.begin, minlength=count)
    there = np.flatnonzero(sizes[:count])
    empty = count - len(there)
    outline = outline_of(
        _cells(street, there),
        np.maximum(wish.band, 0.01),
        more=(street.more[0] + empty, street.more[1] + empty),
        most_dissolved=street.most_dissolved,
        effort=(effort.gap, effort.nodes),
    )
    parts = np.zeros(count, np.int64)
    parts[there] = outline.parts
    flows = {(int(there[a]), int(there[b])): share for (a, b), share in outline.flows.items()}
    return Outline([int(there[c]) for c in outline.dissolved], parts, flows, outline.gap)


def _cells(street: Street, there: np.ndarray) -> Cells:
    problem, begin = street.problem, street.begin
    number = np.full(len(problem.kept), -1)
    number[there] = np.arange(len(there))
    loads = state_of(problem, begin).loads[there]
    residents = np.bincount(begin, problem.residents, len(problem.kept))[there]
    ends = np.repeat(begin, np.diff(problem.start)), begin[problem.neighbour]
    pairs = np.unique(np.sort(number[np.column_stack(ends)], axis=1), axis=0)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    closed = problem.closed[there]
    pairs = pairs[~closed[pairs].any(axis=1)]
    held = np.bincount(begin, problem.locked, len(problem.kept))[there] > 0
    atoms = np.bincount(begin, minlength=len(problem.kept))[there]
    return Cells(loads, residents, pairs, closed | held, ~closed, atoms)
