"""Cut two neighbouring cells anew, along the best edge of a random spanning tree over both.

The step of ReCom (DeFord, Duchin, Solomon, Harvard Data Science Review 3.1 (2021)), with a difference: there the first
edge is taken that balances both sides; here every edge of the tree is weighed exactly by load, residents moved and
border, and the best is proposed.
"""

from typing import NamedTuple

import numpy as np

from gridgov.compiled import compiled
from gridgov.planning.problem import Problem, State, Wish, strain

ACROSS = 0.6
"""By how much edges between the two cells come later into the tree: trees along today's border cut near it."""

TREES = 60
"""Random trees of which the best edge splits a cell."""

OFF = 8.0
"""What the square of a part's load that is off costs, beside its border."""


class Scratch(NamedTuple):
    """Room to work in, of as many atoms as a street has, and how often two cells are cut anew (`recuts`).

    Attributes
    ----------
    sums
        Atoms x (criteria + 7), of what hangs on a place of the tree: loads, then the terms of this module.
    edges
        Ends of the edges inside a pair of cells, by the places of `nodes`, with their index.
    """

    recuts: float
    seen: np.ndarray
    stamp: np.ndarray
    queue: np.ndarray
    place: np.ndarray
    nodes: np.ndarray
    parent: np.ndarray
    depth: np.ndarray
    sums: np.ndarray
    edges: np.ndarray
    keys: np.ndarray
    root: np.ndarray


def scratch_for(problem: Problem, recuts: float) -> Scratch:
    """Return room to work in for a problem."""
    atoms, criteria, edges = len(problem.home), problem.load.shape[1], len(problem.neighbour)
    ints = [np.zeros(atoms, np.int64) for _ in range(6)]
    seen, queue, place, nodes, parent, depth = ints
    return Scratch(
        recuts=recuts,
        seen=seen,
        stamp=np.zeros(1, np.int64),
        queue=queue,
        place=place,
        nodes=nodes,
        parent=parent,
        depth=depth,
        sums=np.zeros((atoms, criteria + TERMS)),
        edges=np.zeros((edges, 3), np.int64),
        keys=np.zeros(edges),
        root=np.zeros(atoms, np.int64),
    )


TERMS = 7
LEFT, OWN, LOCKED, BORDER = 0, 2, 4, 6
"""After the loads, by side of the pair: residents that move where all goes to it; residents at home in it; atoms locked
in it. At last what the border around costs inside the pair."""

LEAST = 1e-9
"""Less of one's own residents is nobody."""


@compiled
def _gather(problem: Problem, state: State, scratch: Scratch, first: int, filled: int) -> int:
    """Append all atoms of the cell of atom `first` to `nodes`; return how many there are now."""
    cell, done = state.cell[first], filled
    seen = scratch.stamp[0]
    scratch.nodes[filled] = first
    scratch.place[first] = filled
    scratch.seen[first] = seen
    filled += 1
    while done < filled:
        at = scratch.nodes[done]
        done += 1
        for e in range(problem.start[at], problem.start[at + 1]):
            j = problem.neighbour[e]
            if state.cell[j] == cell and scratch.seen[j] != seen:
                scratch.seen[j] = seen
                scratch.nodes[filled] = j
                scratch.place[j] = filled
                filled += 1
    return filled


@compiled
def _edges_inside(problem: Problem, state: State, scratch: Scratch, count: int) -> int:
    """List the edges inside the pair, each once, with a random key: those across the border of today come later."""
    found, seen = 0, scratch.stamp[0]
    for p in range(count):
        at = scratch.nodes[p]
        for e in range(problem.start[at], problem.start[at + 1]):
            j = problem.neighbour[e]
            if scratch.seen[j] == seen and scratch.place[j] > p:
                scratch.edges[found, 0], scratch.edges[found, 1], scratch.edges[found, 2] = p, scratch.place[j], e
                late = ACROSS * (state.cell[j] != state.cell[at])
                scratch.keys[found] = np.random.random() + late  # noqa: NPY002 - numba's own, of this thread
                found += 1
    return found


@compiled
def _root_of(root: np.ndarray, p: int) -> int:
    while root[p] != p:
        root[p] = root[root[p]]
        p = root[p]
    return p


@compiled
def _grow(scratch: Scratch, count: int, edges: int) -> None:
    """Make a random spanning tree (Kruskal's), rooted at place 0: `queue` holds its places, parents first."""
    head = np.full(count, -1, np.int64)
    link, end = np.empty(2 * count, np.int64), np.empty(2 * count, np.int64)
    for p in range(count):
        scratch.root[p] = p
    used = 0
    for k in np.argsort(scratch.keys[:edges]):
        p, q = scratch.edges[k, 0], scratch.edges[k, 1]
        one, other = _root_of(scratch.root, p), _root_of(scratch.root, q)
        if one != other:
            scratch.root[one] = other
            link[used], end[used], head[p] = head[p], q, used
            link[used + 1], end[used + 1], head[q] = head[q], p, used + 1
            used += 2
    scratch.queue[0], scratch.parent[0], scratch.depth[0] = 0, -1, 0
    done, filled = 0, 1
    while done < filled:
        p = scratch.queue[done]
        done += 1
        at = head[p]
        while at >= 0:
            q = end[at]
            if q != scratch.parent[p]:
                scratch.parent[q], scratch.depth[q] = p, scratch.depth[p] + 1
                scratch.queue[filled] = q
                filled += 1
            at = link[at]


@compiled
def _sum_up(problem: Problem, state: State, scratch: Scratch, size: tuple[int, int], pair: tuple[int, int]) -> None:
    """Sum up what hangs on every place of the tree; `size` is how many places and edges the pair has."""
    count, edges = size
    a, b = pair
    criteria = problem.load.shape[1]
    sums = scratch.sums
    for p in range(count):
        i = scratch.nodes[p]
        home, residents = problem.home[i], problem.residents[i]
        for k in range(criteria):
            sums[p, k] = problem.load[i, k]
        sums[p, criteria + LEFT] = residents * (home != a)
        sums[p, criteria + LEFT + 1] = residents * (home != b)
        sums[p, criteria + OWN] = residents * (home == a)
        sums[p, criteria + OWN + 1] = residents * (home == b)
        sums[p, criteria + LOCKED] = 1.0 if problem.locked[i] and state.cell[i] == a else 0.0
        sums[p, criteria + LOCKED + 1] = 1.0 if problem.locked[i] and state.cell[i] == b else 0.0
        sums[p, criteria + BORDER] = 0.0
    for k in range(edges):
        p, q, border = scratch.edges[k, 0], scratch.edges[k, 1], problem.border[scratch.edges[k, 2]]
        sums[p, criteria + BORDER] += border
        sums[q, criteria + BORDER] += border
        while p != q:  # up to where both hang on the same place: above it, the edge is no border
            if scratch.depth[p] < scratch.depth[q]:
                p, q = q, p
            p = scratch.parent[p]
        sums[p, criteria + BORDER] -= 2.0 * border
    for at in range(count - 1, 0, -1):
        p = scratch.queue[at]
        for k in range(criteria + TERMS):
            sums[scratch.parent[p], k] += sums[p, k]


@compiled
def _now(problem: Problem, wish: Wish, state: State, scratch: Scratch, edges: int, pair: tuple[int, int]) -> float:
    """Return what the pair costs as it is."""
    a, b = pair
    criteria = problem.load.shape[1]
    whole = scratch.sums[0]
    cost: float = strain(state.loads[a], state.loads[a], 0.0, wish) + strain(state.loads[b], state.loads[b], 0.0, wish)
    # Who is at home in neither has moved wherever the border runs.
    cost += whole[criteria + LEFT] + whole[criteria + OWN] - state.own[a] - state.own[b]
    for k in range(edges):
        one, other = scratch.nodes[scratch.edges[k, 0]], scratch.nodes[scratch.edges[k, 1]]
        cost += problem.border[scratch.edges[k, 2]] * (state.cell[one] != state.cell[other])
    return cost


@compiled
def _cost(
    problem: Problem, wish: Wish, state: State, sums: np.ndarray, pair: tuple[int, int], at: tuple[int, int]
) -> float:
    """Return what a pair costs where what hangs on a place goes to one side and the rest to the other.

    `at` is the place, and the side of `pair` that has it: 0 or 1.
    """
    p, side = at
    a, b = (pair[0], pair[1]) if side == 0 else (pair[1], pair[0])
    criteria = problem.load.shape[1]
    part, whole = sums[p], sums[0]
    left_a, left_b = criteria + LEFT + side, criteria + LEFT + 1 - side
    own_a, own_b = criteria + OWN + side, criteria + OWN + 1 - side
    locked_a, locked_b = criteria + LOCKED + side, criteria + LOCKED + 1 - side
    if part[locked_b] > 0.5 or whole[locked_a] - part[locked_a] > 0.5:
        return np.inf
    if problem.kept[a] and state.own[a] > LEAST and part[own_a] < LEAST:
        return np.inf
    if problem.kept[b] and state.own[b] > LEAST and whole[own_b] - part[own_b] < LEAST:
        return np.inf
    cost = strain(part[:criteria], part[:criteria], 0.0, wish) + strain(whole[:criteria], part[:criteria], -1.0, wish)
    return float(cost + part[criteria + BORDER] + part[left_a] + whole[left_b] - part[left_b])


@compiled
def _take_over(problem: Problem, state: State, scratch: Scratch, at: tuple[int, int], pair: tuple[int, int]) -> None:
    """Give what hangs on a place to the first of a pair, the rest to the second; `at` is how many places, and which."""
    count, p = at
    a, b = pair
    criteria = problem.load.shape[1]
    part = scratch.root  # room that nobody needs any more
    for c in (a, b):
        state.size[c], state.own[c] = 0, 0.0
        for k in range(criteria):
            state.loads[c, k] = 0.0
    for order in range(count):
        q = scratch.queue[order]
        part[q] = 1 if q == p or (q != 0 and part[scratch.parent[q]] == 1) else 0
        i, c = scratch.nodes[q], (a if part[q] == 1 else b)
        state.cell[i] = c
        state.size[c] += 1
        state.own[c] += problem.residents[i] * (problem.home[i] == c)
        for k in range(criteria):
            state.loads[c, k] += problem.load[i, k]


@compiled
def recut(problem: Problem, wish: Wish, state: State, scratch: Scratch, heat: float) -> float:
    """Cut two neighbours anew, or not; return by how much the plan costs more."""
    i = np.random.randint(len(state.cell))  # noqa: NPY002
    degree = problem.start[i + 1] - problem.start[i]
    if degree == 0:
        return 0.0
    j = problem.neighbour[problem.start[i] + np.random.randint(degree)]  # noqa: NPY002
    a, b = state.cell[i], state.cell[j]
    if a == b or problem.closed[a] or problem.closed[b]:
        return 0.0
    scratch.stamp[0] += 2
    count = _gather(problem, state, scratch, j, _gather(problem, state, scratch, i, 0))
    edges = _edges_inside(problem, state, scratch, count)
    _grow(scratch, count, edges)
    _sum_up(problem, state, scratch, (count, edges), (a, b))
    least, best, side = np.inf, -1, 0
    for p in range(1, count):
        for one in range(2):
            cost = _cost(problem, wish, state, scratch.sums, (a, b), (p, one))
            if cost < least:
                least, best, side = cost, p, one
    more = least - _now(problem, wish, state, scratch, edges, (a, b))
    if best < 0 or (more > 0.0 and np.random.random() >= np.exp(-more / heat)):  # noqa: NPY002
        return 0.0
    _take_over(problem, state, scratch, (count, best), (a, b) if side == 0 else (b, a))
    return float(more)


@compiled
def part_of(problem: Problem, state: State, scratch: Scratch, first: int, share: float, seed: int) -> np.ndarray:
    """Return atoms of the cell of atom `first` that are one piece, leave one piece, and have `share` of its load.

    The best of the edges of `TREES` random trees by how near it comes to `share`, and by how long the border is.
    """
    np.random.seed(seed)  # noqa: NPY002
    criteria, cell = problem.load.shape[1], state.cell[first]
    scratch.stamp[0] += 2
    count = _gather(problem, state, scratch, first, 0)
    least, best = np.inf, np.zeros(count, np.bool_)
    for _ in range(TREES):
        edges = _edges_inside(problem, state, scratch, count)
        _grow(scratch, count, edges)
        _sum_up(problem, state, scratch, (count, edges), (cell, cell))
        whole = scratch.sums[0]
        for p in range(1, count):
            part = scratch.sums[p]
            if part[criteria + LOCKED] > 0.5:
                continue
            cost = part[criteria + BORDER]
            for k in range(criteria):
                cost += OFF * (part[k] - share * whole[k]) ** 2
            if cost < least:
                least = cost
                for at in range(count):
                    q = scratch.queue[at]
                    best[q] = q == p or (q != 0 and best[scratch.parent[q]])
    return scratch.nodes[:count][best]
