"""Where everybody starts from: a home for those who have none, and the cell around which a person's patch is grown."""

from dataclasses import replace

import numpy as np
from scipy.optimize import linear_sum_assignment

from gridgov.planning.staffing.part import Part
from gridgov.planning.staffing.spreading import Spread, spread

_ROUNDS = 3
_NEAREST = 4


def settled(part: Part) -> tuple[Part, Spread]:
    """Return the part with a home for everybody, and the spread of work from these homes.

    Whoever has none is put where most work is left, then moved to the middle of what falls to them: Lloyd's rule
    (IEEE Transactions on Information Theory 28 (1982) 129-137) with a transportation problem for the nearest.
    """
    free = part.home < 0
    part = replace(part, home=_placed(part))
    found = spread(part)
    for _ in range(_ROUNDS if free.any() else 0):
        home = np.where(free & (found.fte.sum(axis=1) > 0), _middles(part, found.fte), part.home)
        if (home == part.home).all():
            break
        moved = replace(part, home=home)
        again = spread(moved)
        if again.cost >= found.cost:
            break
        part, found = moved, again
    return part, found


def _placed(part: Part) -> np.ndarray:
    home, left = part.home.copy(), part.demand.astype(float).copy()
    for person in np.flatnonzero(home >= 0):
        _take(part, left, home[person], part.target[person])
    for person in np.flatnonzero(home < 0):
        home[person] = int(np.argmax(left))
        _take(part, left, home[person], part.target[person])
    return home


def _take(part: Part, left: np.ndarray, home: int, wanted: float) -> None:
    for cell in np.argsort(part.metres[home], kind="stable"):
        taken = min(left[cell], wanted)
        left[cell] -= taken
        wanted -= taken
        if wanted <= 0:
            return


def _middles(part: Part, fte: np.ndarray) -> np.ndarray:
    return np.asarray(np.argmin(fte @ part.metres, axis=1))


def anchors(part: Part, sketch: np.ndarray, seed: int) -> np.ndarray:
    """Return for each person the cell that they hold in any case, so that all cells can be held and none by too many.

    Parameters
    ----------
    sketch
        People x cells: FTE, as `spread` gave them.
    seed
        Decides between cells that are as good.
    """
    people, cells = sketch.shape
    total = np.maximum(sketch.sum(axis=1, keepdims=True), 1e-12)
    hops = np.minimum(part.hops, cells)
    far = sketch @ hops / total + 0.5 * (1 - part.known)
    rng = np.random.default_rng(seed)
    # Somebody's first, before anybody's second: a cell that is nobody's anchor hangs on its neighbours.
    copies = min(part.limits.people or people, -(-people // cells) + 1)
    extra = np.repeat(np.arange(copies) * 1.0, cells)
    cost = np.tile(far, (1, copies)) + extra + 1e-6 * rng.random((people, cells * copies))
    who, chosen = linear_sum_assignment(cost)
    # More people than cells may have: whoever is left over is offered what lies nearest, and may end with nothing.
    anchor = np.argmin(far, axis=1)
    anchor[who] = chosen % cells
    return np.asarray(anchor)


def within_reach(part: Part, anchor: np.ndarray, sketch: np.ndarray) -> np.ndarray:
    """Return which cells each person may hold: those around the anchor, those of the sketch, and those on the way.

    With about as many people as cells, that is what touches the anchor.
    """
    people, cells = sketch.shape
    wanted = min(cells, 3 * cells / people)
    reach = np.zeros((people, cells), bool)
    for person in range(people):
        hops = part.hops[anchor[person]]
        ring = next((n for n in range(1, cells + 1) if (hops <= n).sum() >= wanted or not (hops == n).any()), cells)
        reach[person] = (hops <= ring) | ((sketch[person] > 0.05 * part.demand) & (hops <= ring + 2))
        reach[person] |= _on_the_way(part.hops, hops, reach[person])
    for cell in np.flatnonzero(~reach.any(axis=0)):
        # Nobody is near, as where there is nothing to do: those who are nearest may hold it all the same.
        for person in np.argsort(part.hops[anchor, cell], kind="stable")[:_NEAREST]:
            reach[person] |= _on_the_way(part.hops, part.hops[anchor[person]], np.arange(cells) == cell)
    return reach


def _on_the_way(between: np.ndarray, hops: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Return the cells on shortest ways from the anchor to what is wanted."""
    far = np.flatnonzero(wanted)
    return np.asarray((hops[:, None] + between[:, far] == hops[far]).any(axis=1) & (hops < len(hops)))
