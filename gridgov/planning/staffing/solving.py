"""Staff all parts, two at a time: each is a problem of its own."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from gridgov.planning.staffing.bases import anchors, settled, within_reach
from gridgov.planning.staffing.part import CELL, EMPTY, UNCOVERED, UNFAIR, UNSKILLED, Part
from gridgov.planning.staffing.program import Shares, least_for_duties, shares
from gridgov.planning.staffing.spreading import Spread
from gridgov.planning.staffing.wishes import Told, Wished

WORKERS: Final = 2
"""Solvers at a time. HiGHS lets go of the interpreter's lock, so threads do; the answer does not depend on them."""


@dataclass(frozen=True, slots=True)
class Staffed:
    """A part with its answer.

    Attributes
    ----------
    part
        With a home for everybody.
    anchor
        By person: the cell around which the patch is grown.
    shares
        Who holds which cell, and how much of it.
    bound
        What any staffing of these people from these homes costs at least (`spread`).
    bound_duties
        The same, with what a duty costs by itself and the limits (`program.least_for_duties`).
    """

    part: Part
    anchor: np.ndarray
    shares: Shares
    bound: float
    bound_duties: float


def staffed(parts: list[Part], wished: Wished) -> list[Staffed]:
    """Return every part with its answer, in the order of the parts."""
    found: list[Staffed | None] = [None] * len(parts)
    largest = sorted(range(len(parts)), key=lambda n: -len(parts[n].people) * len(parts[n].cells))
    with _telling(wished.progress, len(parts)) as tell, ThreadPoolExecutor(WORKERS) as pool:
        waiting = {pool.submit(_one, parts[n], wished): n for n in largest}
        for done, future in enumerate(as_completed(waiting), 1):
            found[waiting[future]] = future.result()
            tell(done)
    return [one for one in found if one is not None]


def _one(part: Part, wished: Wished) -> Staffed:
    part, sketch = settled(part)
    anchor = anchors(part, sketch.fte, wished.seed)
    found = _searched(part, anchor, sketch, wished)
    guessed = wished.limits_of(part.role).cells is None
    # A limit of cells that nobody asked for is our own guess, and must not leave a cell with nobody.
    while guessed and not found.held.any(axis=0).all() and (part.limits.cells or 0) < len(part.cells):
        part = replace(part, limits=replace(part.limits, cells=2 * (part.limits.cells or 1)))
        again = _searched(part, anchor, sketch, wished)
        found = min(again, found, key=lambda one: one.cost)
    return Staffed(part, anchor, found, sketch.cost, max(sketch.cost, least_for_duties(part)))


def _searched(part: Part, anchor: np.ndarray, sketch: Spread, wished: Wished) -> Shares:
    effort = wished.effort
    best = shares(part, anchor, within_reach(part, anchor, sketch.fte), effort)
    if best is None or best.end == "time":
        end = "nodes" if effort.within_s is None else "time"
        quick = replace(by_hand(part, anchor), least=sketch.cost, end=end)
        best = quick if best is None or quick.cost < best.cost else best
    return best


def by_hand(part: Part, anchor: np.ndarray) -> Shares:
    """Return what can be had at once, where a search was too short to find any: patches grown from the anchors.

    The person with the least work takes the heaviest cell beside theirs, one holder to a cell.
    """
    held = np.zeros(part.known.shape, bool)
    for person, cell in enumerate(anchor):
        held[person, cell] = held[:, cell].sum() < (part.limits.people or 1)
    while True:
        free = ~held.any(axis=0)
        fte = _divided(part, held)
        beside = (held.astype(int) @ (part.hops == 1)).astype(bool) & free
        may = beside & (held.sum(axis=1) < (part.limits.cells or len(part.cells)))[:, None]
        if not may.any():
            return Shares(held, fte, _cost(part, held, fte), 0.0, "time")
        load = np.where(may.any(axis=1), fte.sum(axis=1) / part.capacity, np.inf)
        person = int(np.argmin(load))
        held[person, np.argmax(np.where(may[person], part.demand, -1.0))] = True


def _divided(part: Part, held: np.ndarray) -> np.ndarray:
    weight = held * part.capacity[:, None]
    fte = part.demand * weight / np.maximum(weight.sum(axis=0), 1e-12)
    total, most = fte.sum(axis=1), part.most + part.room
    return np.asarray(fte * np.minimum(1.0, most / np.maximum(total, 1e-12))[:, None])


def _cost(part: Part, held: np.ndarray, fte: np.ndarray) -> float:
    load = fte.sum(axis=1)
    unfair = np.maximum(load - part.most, 0) + np.maximum(part.least - load, 0)
    unmet = sum(int((~held[np.ix_(need.people, need.cells)].any(axis=0)).sum()) for need in part.needs)
    return float(
        (part.price * fte).sum()
        + CELL * (held * (1 - part.known)).sum()
        + UNCOVERED * np.maximum(part.demand - fte.sum(axis=0), 0).sum()
        + EMPTY * (~held.any(axis=0)).sum()
        + UNFAIR * unfair.sum()
        + UNSKILLED * unmet
    )


@contextmanager
def _telling(progress: bool | Told, count: int) -> Iterator[Callable[[int], object]]:  # noqa: FBT001 - or a function
    if callable(progress):
        yield lambda done: progress(done, count)
        return
    if not progress:
        yield lambda _: None
        return
    from tqdm import tqdm  # noqa: PLC0415 - only whoever looks on needs it

    with tqdm(total=count, desc="配岗 staffing", unit="街道·岗位") as bar:
        yield lambda _: bar.update(1)
