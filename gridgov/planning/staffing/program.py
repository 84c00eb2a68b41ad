"""The mixed-integer program of one part: who holds which cell, and how much of its work.

A patch is in one piece because a cell may be held only together with one that is a border nearer to the person's
anchor. HiGHS (Huangfu, Hall, Mathematical Programming Computation 10 (2018) 119-142, in SciPy) solves it.
"""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp

from gridgov.planning.staffing.part import CELL, EMPTY, LEAST_SHARE, UNCOVERED, UNFAIR, UNSKILLED, Part


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard to try: it ends by whichever of these comes first; without a limit of time it asks no clock."""

    gap: float
    nodes: int
    within_s: float | None = None


@dataclass(frozen=True, slots=True)
class Shares:
    """What the program found.

    Attributes
    ----------
    held
        People x cells: who holds which.
    fte
        People x cells.
    cost, least
        What it costs; and what any other with the same anchors costs at least.
    end
        "gap", "nodes" or "time": what ended the search. Only what ended by time may differ on another machine.
    """

    held: np.ndarray
    fte: np.ndarray
    cost: float
    least: float
    end: str


def shares(part: Part, anchor: np.ndarray, reach: np.ndarray, effort: Effort) -> Shares | None:
    """Return the best that is found for a part whose people all have a home; None if time was too short for any."""
    program = _Program(part, anchor, reach)
    found = program.solve(effort)
    return None if found.x is None else program.read(found, effort)


def least_for_duties(part: Part) -> float:
    """Return what any staffing of a part costs at least, with all that makes duties duties: a bound above `spread`'s.

    The program without its demand for whole patches, anybody anywhere, where a duty may be held in part: its linear
    relaxation. A cell costs by itself then, in proportion to the work taken; somebody is in each; limits and skills
    count. No choice of anchors is in it, so it bounds every staffing from the same bases.
    """
    people, cells = part.known.shape
    found = _Program(part, np.zeros(people, int), np.ones((people, cells), bool)).relaxed()
    return float(found.fun) if found.status == 0 else 0.0


class _Program:
    """Columns: held and FTE by pair within reach; by cell what is uncovered and empty; by person over, under; unmet."""

    def __init__(self, part: Part, anchor: np.ndarray, reach: np.ndarray) -> None:
        self._part, self._anchor, self._reach = part, anchor, reach
        self._who, self._where = np.nonzero(reach)
        self._pairs = len(self._who)
        people, cells = reach.shape
        self._asked = [(need, int(cell)) for need in part.needs for cell in need.cells]
        sizes = [self._pairs, self._pairs, cells, cells, people, people, len(self._asked)]
        ends = np.cumsum(sizes)
        self._width = int(ends[-1])
        names = ("held", "fte", "uncovered", "empty", "over", "under", "unmet")
        self._at = dict(zip(names, ends - sizes, strict=True))

    def relaxed(self) -> OptimizeResult:
        """Solve without whole numbers and without whole patches."""
        rows = [*self._work(), *self._fairness(), *self._numbers(), *self._skills()]
        return milp(self._costs(), bounds=self._bounds(), constraints=rows)

    def solve(self, effort: Effort) -> OptimizeResult:
        whole = np.zeros(self._width)
        whole[: self._pairs] = 1
        rows = [*self._work(), *self._fairness(), *self._numbers(), *self._in_one_piece(), *self._skills()]
        options = {"mip_rel_gap": effort.gap, "node_limit": effort.nodes}
        if effort.within_s is not None:
            options["time_limit"] = effort.within_s
        return milp(self._costs(), integrality=whole, bounds=self._bounds(), constraints=rows, options=options)

    def read(self, found: OptimizeResult, effort: Effort) -> Shares:
        held, fte = np.zeros(self._reach.shape, bool), np.zeros(self._reach.shape)
        held[self._who, self._where] = found.x[: self._pairs] > 0.5
        fte[self._who, self._where] = found.x[self._pairs : 2 * self._pairs]
        fte = np.where(held, np.maximum(fte, 0), 0)
        least = min(float(found.mip_dual_bound), float(found.fun))
        gap = (float(found.fun) - least) / max(abs(float(found.fun)), 1e-9)
        nodes = int(found.mip_node_count or 0)
        end = "gap" if found.status == 0 or gap <= effort.gap else "nodes" if nodes >= effort.nodes else "time"
        return Shares(held, fte, float(found.fun), least, end)

    def _bounds(self) -> Bounds:
        upper = np.full(self._width, np.inf)
        upper[: self._pairs] = 1
        upper[self._at["over"] : self._at["under"]] = self._part.room
        return Bounds(0, upper)

    def _costs(self) -> np.ndarray:
        part, cost = self._part, np.zeros(self._width)
        cost[: self._pairs] = CELL * (1 - part.known[self._who, self._where])
        cost[self._pairs : 2 * self._pairs] = part.price[self._who, self._where]
        cost[self._at["uncovered"] : self._at["empty"]] = UNCOVERED
        cost[self._at["empty"] : self._at["over"]] = EMPTY
        cost[self._at["over"] : self._at["unmet"]] = UNFAIR
        cost[self._at["unmet"] :] = UNSKILLED
        return cost

    def _rows(self, height: int, *entries: tuple[np.ndarray, np.ndarray, np.ndarray | float]) -> sp.csr_array:
        rows = np.concatenate([row for row, _, _ in entries])
        columns = np.concatenate([column for _, column, _ in entries])
        values = np.concatenate([np.broadcast_to(value, len(row)) for row, _, value in entries])
        return sp.csr_array((values, (rows, columns)), shape=(height, self._width))

    def _work(self) -> list[LinearConstraint]:
        """Have all work done or called uncovered, by those only who hold the cell, and by each of them some."""
        pairs, cells = np.arange(self._pairs), np.arange(len(self._part.cells))
        fte, demand = pairs + self._at["fte"], self._part.demand
        done = self._rows(len(cells), (self._where, fte, 1.0), (cells, cells + self._at["uncovered"], 1.0))
        most = self._rows(self._pairs, (pairs, fte, 1.0), (pairs, pairs, -demand[self._where]))
        some = self._rows(self._pairs, (pairs, fte, 1.0), (pairs, pairs, -LEAST_SHARE * demand[self._where]))
        return [
            LinearConstraint(done, demand, demand),
            LinearConstraint(most, -np.inf, 0),
            LinearConstraint(some, 0, np.inf),
        ]

    def _fairness(self) -> list[LinearConstraint]:
        people, pairs = np.arange(len(self._part.people)), np.arange(self._pairs)
        fte = (self._who, pairs + self._at["fte"], 1.0)
        high = self._rows(len(people), fte, (people, people + self._at["over"], -1.0))
        low = self._rows(len(people), fte, (people, people + self._at["under"], 1.0))
        return [LinearConstraint(high, -np.inf, self._part.most), LinearConstraint(low, self._part.least, np.inf)]

    def _numbers(self) -> list[LinearConstraint]:
        """Hold how many cells a person has and how many people a cell, and have somebody in each."""
        limits, pairs = self._part.limits, np.arange(self._pairs)
        people, cells = self._reach.shape
        each = self._rows(people, (self._who, pairs, 1.0))
        together = self._rows(cells, (self._where, pairs, 1.0))
        anybody = self._rows(
            cells, (self._where, pairs, 1.0), (np.arange(cells), np.arange(cells) + self._at["empty"], 1.0)
        )
        return [
            LinearConstraint(each, -np.inf, limits.cells),
            LinearConstraint(together, -np.inf, limits.people),
            LinearConstraint(anybody, 1, np.inf),
        ]

    def _in_one_piece(self) -> list[LinearConstraint]:
        """Let a cell be held only with a neighbour of it that is nearer to the person's anchor."""
        part, number = self._part, np.full(self._reach.shape, -1)
        number[self._who, self._where] = np.arange(self._pairs)
        rows, columns, values = [], [], []
        for pair in np.flatnonzero(self._where != self._anchor[self._who]):
            person, cell = self._who[pair], self._where[pair]
            hops = part.hops[self._anchor[person]]
            nearer = number[person, (part.hops[cell] == 1) & (hops == hops[cell] - 1)]
            nearer = nearer[nearer >= 0]
            rows += [pair] * (1 + len(nearer))
            columns += [pair, *nearer]
            values += [1.0, *[-1.0] * len(nearer)]
        matrix = self._rows(self._pairs, (np.asarray(rows, int), np.asarray(columns, int), np.asarray(values, float)))
        return [LinearConstraint(matrix, -np.inf, 0)]

    def _skills(self) -> list[LinearConstraint]:
        if not self._asked:
            return []
        matrix = sp.lil_array((len(self._asked), self._width))
        for row, (need, cell) in enumerate(self._asked):
            able = (self._where == cell) & np.isin(self._who, need.people)
            matrix[row, np.flatnonzero(able)] = 1
            matrix[row, self._at["unmet"] + row] = 1
        return [LinearConstraint(matrix.tocsr(), 1, np.inf)]
