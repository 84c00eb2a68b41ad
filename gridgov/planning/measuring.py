"""What a plan is worth: how even, how many move, how compact, and how far from the least that any plan must move."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from gridgov.planning.asking import Street
from gridgov.planning.bounds import least_for_spread, least_residents, least_within
from gridgov.planning.joining import Links
from gridgov.planning.wishes import Wished

EVEN = 1e-9


@dataclass(frozen=True, slots=True)
class Measured:
    """What measuring needs of all streets together, once for all plans.

    Attributes
    ----------
    street, ordinary
        Of each atom: the number of its street, and whether its cell's load counts.
    before
        Of each atom, the code of its cell today.
    loads
        Atoms x criteria, as parts of what an ordinary cell of its street has.
    residents
        Of each atom, as the frame has them.
    plain
        Whether the load is the residents themselves: only then is the bound for a spread known.
    """

    names: list[str]
    street: np.ndarray
    ordinary: np.ndarray
    before: np.ndarray
    loads: np.ndarray
    residents: np.ndarray
    plain: bool
    links: Links

    def figures(self, after: np.ndarray, bands: np.ndarray) -> dict[str, float]:
        """Return what a plan is worth: `after` is the code of each atom's cell."""
        found = self._fairness(after, bands) | self._upheaval(after) | self._shape(after)
        whole = float(self.residents.sum()) or 1.0
        found["bound"] = self.bound(after, found, bands) / whole
        found["times_bound"] = found["moved_share"] / found["bound"] if found["bound"] > EVEN else np.nan
        return found

    def only(self, wanted: np.ndarray) -> "Measured":
        """Return what measuring needs of one street: `wanted` says of each atom whether it lies there."""
        return replace(
            self,
            street=np.zeros(int(wanted.sum()), np.int64),
            ordinary=self.ordinary[wanted],
            before=self.before[wanted],
            loads=self.loads[wanted],
            residents=self.residents[wanted],
            links=self.links.only(wanted),
        )

    def cells(self, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray, pd.Index]:
        """Return the loads of ordinary cells, the numbers of their streets, and their codes."""
        mine = self.ordinary
        numbers, names = pd.factorize(codes[mine], sort=True)
        loads = np.stack([np.bincount(numbers, column[mine], len(names)) for column in self.loads.T], axis=1)
        streets = np.zeros(len(names), np.int64)
        streets[numbers] = self.street[mine]
        return loads, streets, pd.Index(names)

    def bound(self, after: np.ndarray, found: dict[str, float], bands: np.ndarray) -> float:
        """Return the least number of residents that any plan moves that is as even, with as many cells by street."""
        cell, streets = self._today()
        mine = self.ordinary
        cells = np.bincount(self.cells(after)[1], minlength=int(streets.max(initial=-1)) + 1)
        if not self.plain:
            if (cells != np.bincount(streets)).any():
                return (
                    np.nan
                )  # of other loads than the residents', the least is known for the same number of cells only
            worst = np.nan_to_num(np.abs(self._off(after))).max(axis=0, initial=0.0)
            return max(
                least_residents(self.loads[mine, k], self.residents[mine], cell, streets, float(band) + EVEN)
                for k, band in enumerate(np.maximum(bands, worst))
            )
        own = np.bincount(cell, self.residents[mine], len(streets))
        within = least_within(own, streets, max(float(bands[0]), found["worst"]) + EVEN, cells=cells)
        return max(within, least_for_spread(own, streets, max(found["cv"], 1e-6), cells=cells))

    def _today(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the number of each ordinary atom's cell of today, and of each such cell, its street's."""
        cell = pd.factorize(self.before[self.ordinary], sort=True)[0]
        streets = np.zeros(int(cell.max(initial=-1)) + 1, np.int64)
        streets[cell] = self.street[self.ordinary]
        return cell, streets

    def _fairness(self, after: np.ndarray, bands: np.ndarray) -> dict[str, float]:
        off = self._off(after)
        counted = (~np.isnan(off)).any(axis=1)
        each = np.sqrt([float(np.nanmean(column**2)) if not np.isnan(column).all() else 0.0 for column in off.T])
        cells = float(len(off))
        off = np.nan_to_num(off[counted])
        if not len(off):
            even = {"cv": 0.0, "worst": 0.0, "within_10": 1.0, "within_25": 1.0, "within": 1.0}
            return {"cells": cells} | even
        found = {
            "cells": cells,
            "cv": float(each.max()),
            "worst": float(np.abs(off).max()),
            "within_10": float((np.abs(off) <= 0.1 + EVEN).all(axis=1).mean()),
            "within_25": float((np.abs(off) <= 0.25 + EVEN).all(axis=1).mean()),
            "within": float((np.abs(off) <= bands + EVEN).all(axis=1).mean()),
        }
        return found | (
            {f"cv_{name}": float(one) for name, one in zip(self.names, each, strict=True)} if len(each) > 1 else {}
        )

    def _off(self, codes: np.ndarray) -> np.ndarray:
        """Return ordinary cells x criteria: how far off its street's mean each load is; NaN where that is nothing."""
        loads, streets, _ = self.cells(codes)
        count = np.maximum(np.bincount(streets), 1)
        mean = np.stack([np.bincount(streets, column) / count for column in loads.T], axis=1)[streets]
        off: np.ndarray = np.divide(loads, mean, out=np.full(loads.shape, np.nan), where=mean > 0) - 1
        return off

    def _upheaval(self, after: np.ndarray) -> dict[str, float]:
        gone = after != self.before
        moved = float(self.residents[gone].sum())
        whole = float(self.residents.sum())
        old, new = set(self.before), set(after)
        stayed = set(self.before[~gone])
        return {
            "moved": moved,
            "moved_share": moved / whole if whole else 0.0,
            "cells_touched": float(len(set(self.before[gone]) | set(after[gone]))),
            "dissolved": float(len(old - stayed)),
            "added": float(len(new) - len(old)),
        }

    def _shape(self, after: np.ndarray) -> dict[str, float]:
        """Return the mean compactness of ordinary cells (4 pi area / perimeter²), and how long borders of cells are."""
        links = self.links
        numbers, names = pd.factorize(after, sort=True)
        ends = numbers[links.touching.pairs]
        inside = ends[:, 0] == ends[:, 1]
        length = links.touching.length_m
        found = {"cut_km": float(length[~inside].sum()) / 1000}
        area = np.bincount(numbers, links.area_m2, len(names))
        if not (area.all() and self.ordinary.any()):
            return found | {"compactness": np.nan}
        around = np.bincount(numbers, links.around_m, len(names))
        around -= 2 * np.bincount(ends[inside, 0], length[inside], len(names))
        counted = np.zeros(len(names), bool)
        counted[numbers[self.ordinary]] = True
        return found | {"compactness": float((4 * np.pi * area / np.maximum(around, 1e-9) ** 2)[counted].mean())}


def measured(atoms: pd.DataFrame, wished: Wished, streets: list[Street], links: Links, names: list[str]) -> Measured:
    """Gather what measuring needs."""
    count = len(atoms)
    street, ordinary = np.zeros(count, np.int64), np.zeros(count, bool)
    loads = np.zeros((count, len(names)))
    for number, one in enumerate(streets):
        street[one.atoms] = number
        ordinary[one.atoms] = one.ordinary[one.problem.home]
        loads[one.atoms] = one.problem.load
    return Measured(
        names=names,
        street=street,
        ordinary=ordinary,
        before=atoms[wished.cell].astype(str).to_numpy(object),
        loads=loads,
        residents=atoms[wished.residents].to_numpy(float),
        plain=isinstance(wished.weight, str)
        and wished.weight == wished.residents
        and not isinstance(wished.band, dict),
        links=links,
    )
