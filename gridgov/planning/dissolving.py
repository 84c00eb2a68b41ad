"""Which cells of a street to dissolve, which to split, and who goes where: a plan in the large.

To pass residents from cell to cell until all are level moves most of them several times over. Letting a small cell go
to its neighbours, and giving its number to a part of an overloaded one, moves each of them once: it halves what moves.
A mixed-integer program over the cells says where; HiGHS (Huangfu, Hall, Mathematical Programming Computation 10 (2018)
119-142, in SciPy) solves it.
"""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp

Floats = np.ndarray

MOST_PARTS = 6
"""Into how many cells more one is split at most."""


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of a street as the program sees them.

    Attributes
    ----------
    loads
        Cells x criteria, as shares of what a cell should have.
    residents
        Of each cell, as a share of a cell's.
    pairs
        Pairs of cells between which residents may go: neighbours, none of them closed.
    fixed
        Cells that are neither dissolved nor split.
    counted
        Cells whose loads are held within their bands.
    most_parts
        Of each cell, how many can be made of it at most: no more than it has atoms.
    """

    loads: np.ndarray
    residents: np.ndarray
    pairs: np.ndarray
    fixed: np.ndarray
    counted: np.ndarray
    most_parts: np.ndarray


@dataclass(frozen=True, slots=True)
class Outline:
    """What becomes of cells.

    Attributes
    ----------
    dissolved
        Cells that go to their neighbours.
    parts
        For each cell, how many are made of it: 0 for those dissolved, mostly 1.
    flows
        (from, to) -> share of the first that goes to the second.
    gap
        How far this is at most from the best outline, as a share of it.
    """

    dissolved: list[int]
    parts: np.ndarray
    flows: dict[tuple[int, int], float]
    gap: float


def outline_of(
    cells: Cells,
    bands: Floats,
    *,
    more: tuple[int, int] = (0, 0),
    most_dissolved: int | None = None,
    effort: tuple[float, int] = (0.01, 2_000),
) -> Outline:
    """Return which cells to dissolve and to split so that every load comes within its band, moving as few as possible.

    A band that no outline reaches is left by as little as possible.

    Parameters
    ----------
    bands
        For each criterion, how far from 1 a load may be.
    more
        How many cells more there are to be afterwards, at least and at most; negative: fewer.
    most_dissolved
        How many cells may go at most.
    effort
        How near to the best is good enough, and after how many nodes the best that was found is taken.
    """
    program = _Program(cells, bands, more, most_dissolved)
    found = program.solve(*effort)
    if found.x is None:
        return Outline([], np.ones(len(cells.loads), np.int64), {}, np.inf)
    return program.read(found)


class _Program:
    """Columns: a share for every directed pair, then whether each cell goes, its extra parts, and slack by row."""

    def __init__(self, cells: Cells, bands: Floats, more: tuple[int, int], most_dissolved: int | None) -> None:
        self._cells, self._bands = cells, np.asarray(bands, float)
        self._arcs = np.concatenate([cells.pairs, cells.pairs[:, ::-1]]) if len(cells.pairs) else np.empty((0, 2), int)
        self._count, self._criteria = cells.loads.shape
        self._more, self._most = more, self._count if most_dissolved is None else most_dissolved
        arcs, count = len(self._arcs), self._count
        self._goes, self._extra = arcs, arcs + count
        self._slack = arcs + 2 * count
        self._columns = self._slack + self._criteria * count

    def solve(self, gap: float, nodes: int) -> OptimizeResult:
        cells, slack = self._cells, self._columns - self._slack
        cost = np.concatenate(
            [
                cells.residents[self._arcs[:, 0]] + 1e-6,
                np.full(self._count, 1e-3),
                np.ones(self._count),
                np.full(slack, 50),
            ]
        )
        whole = np.zeros(self._columns)
        whole[self._goes : self._slack] = 1
        upper = np.ones(self._columns)
        upper[self._goes : self._extra] = ~cells.fixed
        upper[self._extra : self._slack] = np.where(cells.fixed, 0, np.minimum(cells.most_parts - 1, MOST_PARTS))
        upper[self._slack :] = np.inf
        rows = [*self._within_bands(), *self._shares(), *self._counts()]
        options = {"mip_rel_gap": gap, "node_limit": nodes}
        return milp(cost, integrality=whole, bounds=Bounds(0, upper), constraints=rows, options=options)

    def read(self, found: OptimizeResult) -> Outline:
        goes = np.flatnonzero(found.x[self._goes : self._extra] > 0.5)
        parts = 1 + np.rint(found.x[self._extra : self._slack]).astype(np.int64)
        parts[goes] = 0
        shares = found.x[: len(self._arcs)]
        flows = {(int(a), int(b)): float(s) for (a, b), s in zip(self._arcs, shares, strict=True) if s > 1e-6}
        return Outline([int(c) for c in goes], parts, flows, float(found.mip_gap or 0.0))

    def _matrix(self, rows: Floats, columns: Floats, values: Floats, height: int) -> sp.csr_array:
        return sp.csr_array((values, (rows, columns)), shape=(height, self._columns))

    def _within_bands(self) -> list[LinearConstraint]:
        """Hold every load between (1 - band) and (1 + band) times the cells that are made of it, but for its slack."""
        arcs, n = self._arcs, self._count
        found = []
        for k, band in enumerate(self._bands):
            load = self._cells.loads[:, k]
            flow = sp.csr_array(
                (
                    np.concatenate([-load[arcs[:, 0]], load[arcs[:, 0]]]),
                    (np.concatenate([arcs[:, 0], arcs[:, 1]]), np.tile(np.arange(len(arcs)), 2)),
                ),
                shape=(n, len(arcs)),
            )
            eye = sp.eye_array(n, format="csr")
            slack = sp.csr_array((n, n * self._criteria), dtype=float).tolil()
            slack[:, k * n : (k + 1) * n] = sp.eye_array(n)
            slack = slack.tocsr()
            high, low = 1 + band, 1 - band
            upper = sp.hstack([flow, high * eye, -high * eye, -slack])
            lower = sp.hstack([flow, low * eye, -low * eye, slack])
            open_high, open_low = np.where(self._cells.counted, (high - load, low - load), ((np.inf,), (-np.inf,)))
            found += [LinearConstraint(upper, -np.inf, open_high), LinearConstraint(lower, open_low, np.inf)]
        return found

    def _shares(self) -> list[LinearConstraint]:
        """Let nobody give more than all of it, whoever goes give all of it, and nobody come to who goes."""
        arcs, n = self._arcs, self._count
        count = np.arange(len(arcs))
        given = self._matrix(arcs[:, 0], count, np.ones(len(arcs)), n)
        going = self._matrix(np.arange(n), self._goes + np.arange(n), np.ones(n), n)
        into = self._matrix(count, count, np.ones(len(arcs)), len(arcs))
        into = into + self._matrix(count, self._goes + arcs[:, 1], np.ones(len(arcs)), len(arcs))
        split = going * float(MOST_PARTS) + self._matrix(np.arange(n), self._extra + np.arange(n), np.ones(n), n)
        return [
            LinearConstraint(given, -np.inf, np.ones(n)),
            LinearConstraint(given - going, np.zeros(n), np.inf),
            LinearConstraint(into, -np.inf, np.ones(len(arcs))),
            LinearConstraint(split, -np.inf, np.full(n, float(MOST_PARTS))),
        ]

    def _counts(self) -> list[LinearConstraint]:
        """Hold how many cells there are afterwards, and how many go."""
        row = np.zeros(self._columns)
        row[self._goes : self._extra], row[self._extra : self._slack] = -1, 1
        gone = np.zeros(self._columns)
        gone[self._goes : self._extra] = 1
        return [LinearConstraint(row, *self._more), LinearConstraint(gone, -np.inf, self._most)]
