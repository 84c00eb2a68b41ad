"""Classes of a choropleth: a rule that can be said in one sentence.

Nothing is a class of its own. The other values are cut at their own quantiles, so that each class holds about as many
cells as the next; every cut is a value that occurs, and cuts that fall together become one class. Counts of one day
are small whole numbers, so there are often fewer classes than asked for: that is what the day says, not a fault.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from layers.words import Words

RULE = Words(
    "分级：零值单列；其余网格按实际数值的五分位分级，重合的断点合并。",
    "Classes: zero stands apart; the other cells are cut at their own quintiles, and equal cuts are merged.",
)


@dataclass(frozen=True, slots=True)
class Interval:
    """A class: values above `above` and up to `up_to`, where `least` and `up_to` both occur."""

    above: float
    least: float
    up_to: float

    def label(self, digits: int) -> str:
        """Return the class as people read it: ``3`` or ``4-9``."""
        low, high = f"{self.least:.{digits}f}", f"{self.up_to:.{digits}f}"
        return high if low == high else f"{low}–{high}"


def intervals(values: ArrayLike, count: int = 5) -> list[Interval]:
    """Return the classes of the positive values, from little to much; empty where there are none.

    Parameters
    ----------
    values
        One per cell; NaN and zero belong to no class.
    count
        At most so many classes.

    Notes
    -----
    Quantiles by inversion of the empirical distribution (type 1 of Hyndman and Fan, "Sample Quantiles in Statistical
    Packages", The American Statistician 50(4), 1996), so that each cut occurs.
    """
    numbers = np.asarray(values, dtype=float)
    positive = np.sort(numbers[numbers > 0])
    if not positive.size:
        return []
    shares = np.arange(1, count + 1) / count
    cuts = np.unique(np.quantile(positive, shares, method="inverted_cdf"))
    return [
        Interval(float(above), float(positive[positive > above][0]), float(up_to))
        for above, up_to in zip([0.0, *cuts[:-1]], cuts, strict=True)
    ]


NONE = -1
"""The rank of nothing, which belongs to no class."""


def ranks(values: ArrayLike, count: int = 5) -> list[int | None]:
    """Return the rank of each value's class, 0 for the least; `NONE` for nothing, None where there is no value."""
    return ranks_by(values, values, count)


def ranks_by(values: ArrayLike, among: ArrayLike, count: int = 5) -> list[int | None]:
    """Return the rank of each value among the classes of others; beyond the last class it is of the last."""
    numbers = np.asarray(values, dtype=float)
    cuts = [interval.up_to for interval in intervals(among, count)]
    found = np.where(numbers > 0, np.minimum(np.searchsorted(cuts, numbers), max(len(cuts) - 1, 0)), NONE)
    return [None if missing else int(rank) for rank, missing in zip(found, np.isnan(numbers), strict=True)]
