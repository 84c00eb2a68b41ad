"""Improve a plan step by step: an atom at a border changes hands, now and then two neighbours are cut anew.

Simulated annealing (Kirkpatrick, Gelatt, Vecchi, Science 220 (1983) 671-680): a step that makes the plan better is
taken, one that makes it worse by `d` with probability exp(-d / temperature), while the temperature falls. Every plan on
the way is one: cells stay whole, and nothing that is locked moves.
"""

from typing import NamedTuple

import numpy as np

from gridgov.compiled import compiled
from gridgov.planning.cutting import Scratch, recut
from gridgov.planning.problem import Problem, State, Wish, energy, strain

TOLD_EVERY = 256
"""Steps between two looks at the temperature."""


@compiled
def _gain(problem: Problem, wish: Wish, state: State, i: int, to: int) -> float:
    """Return by how much the plan would cost more after atom `i` went to the cell `to`."""
    here = state.cell[i]
    load = problem.load[i]
    cost: float = strain(state.loads[here], load, -1.0, wish) + strain(state.loads[to], load, 1.0, wish)
    cost -= strain(state.loads[here], load, 0.0, wish) + strain(state.loads[to], load, 0.0, wish)
    cost += problem.residents[i] * ((problem.home[i] != to) - 1.0 * (problem.home[i] != here))
    for e in range(problem.start[i], problem.start[i + 1]):
        beside = state.cell[problem.neighbour[e]]
        if beside == here:
            cost += problem.border[e]
        elif beside == to:
            cost -= problem.border[e]
    return cost


@compiled
def _stays_whole(problem: Problem, state: State, i: int, scratch: Scratch) -> bool:
    """Return whether the cell of atom `i` is one piece without it."""
    here, wanted, first = state.cell[i], 0, -1
    scratch.stamp[0] += 2
    asked, seen = scratch.stamp[0], scratch.stamp[0] + 1
    for e in range(problem.start[i], problem.start[i + 1]):
        j = problem.neighbour[e]
        if state.cell[j] == here:
            wanted += 1
            scratch.seen[j] = asked
            first = j
    if wanted == 0:
        return False
    scratch.seen[i] = seen
    scratch.seen[first] = seen
    scratch.queue[0] = first
    wanted, done, filled = wanted - 1, 0, 1
    while wanted and done < filled:
        at = scratch.queue[done]
        done += 1
        for e in range(problem.start[at], problem.start[at + 1]):
            j = problem.neighbour[e]
            if state.cell[j] == here and scratch.seen[j] != seen:
                wanted -= scratch.seen[j] == asked
                scratch.seen[j] = seen
                scratch.queue[filled] = j
                filled += 1
    return wanted == 0


@compiled
def _may_go(problem: Problem, state: State, i: int, to: int) -> bool:
    here = state.cell[i]
    if here == to or problem.closed[to] or state.size[here] == 1:
        return False
    if problem.kept[here] and problem.home[i] == here and problem.residents[i] > 0:
        return bool(state.own[here] - problem.residents[i] > 1e-9)
    return True


@compiled
def _go(problem: Problem, state: State, i: int, to: int) -> None:
    here = state.cell[i]
    state.cell[i] = to
    state.size[here] -= 1
    state.size[to] += 1
    if problem.home[i] == here:
        state.own[here] -= problem.residents[i]
    if problem.home[i] == to:
        state.own[to] += problem.residents[i]
    for k in range(problem.load.shape[1]):
        state.loads[here, k] -= problem.load[i, k]
        state.loads[to, k] += problem.load[i, k]


@compiled
def _step(problem: Problem, wish: Wish, state: State, scratch: Scratch, heat: float) -> float:
    """Let one atom at a border change hands, or not; return by how much the plan costs more."""
    i = np.random.randint(len(state.cell))  # noqa: NPY002 - what numba compiles
    count = problem.start[i + 1] - problem.start[i]
    if problem.locked[i] or count == 0:
        return 0.0
    to = state.cell[problem.neighbour[problem.start[i] + np.random.randint(count)]]  # noqa: NPY002
    if not _may_go(problem, state, i, to):
        return 0.0
    cost = _gain(problem, wish, state, i, to)
    if cost > 0.0 and np.random.random() >= np.exp(-cost / heat):  # noqa: NPY002
        return 0.0
    if not _stays_whole(problem, state, i, scratch):
        return 0.0
    _go(problem, state, i, to)
    return cost


class Schedule(NamedTuple):
    """How long, and how warm.

    Attributes
    ----------
    steps
        In all.
    hot, cold
        The temperature at the beginning and at the end, in the unit of `energy`.
    seed
        Of chance.
    """

    steps: int
    hot: float
    cold: float
    seed: int


@compiled
def anneal(
    problem: Problem, wish: Wish, state: State, scratch: Scratch, schedule: Schedule
) -> tuple[np.ndarray, float]:
    """Return the best plan that was met, and what it costs."""
    steps = schedule.steps
    np.random.seed(schedule.seed)  # noqa: NPY002 - numba's own, of this thread
    cost = energy(problem, wish, state)
    best, least = state.cell.copy(), cost
    now = schedule.hot
    for step in range(steps):
        if step % TOLD_EVERY == 0:
            now = schedule.hot * (schedule.cold / schedule.hot) ** (step / steps)
            # Late in the run only: before it, what is best is soon bettered.
            if cost < least - 1e-9 and step > steps // 2:
                best[:], least = state.cell, cost
        if np.random.random() < scratch.recuts:  # noqa: NPY002
            cost += recut(problem, wish, state, scratch, now)
        else:
            cost += _step(problem, wish, state, scratch, now)
    if cost < least - 1e-9:
        best[:], least = state.cell, cost
    return best, least
