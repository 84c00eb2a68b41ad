"""Cells in colours: how far each is from what is fair, or how much it carries.

`around_mean` says whether a load is fair: near the mean is white, more is orange, less is violet, in the bands that
policies are written in (10 %, 25 %, half, double). `by_amount` says how much there is, in the quintiles of `classes`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import pandas as pd

from gridgov.planning import metrics
from layers import classes, styles
from layers.styles import Paint
from layers.words import Words

BANDS: Final = (-0.5, -0.25, -0.1, 0.1, 0.25, 0.5, 1.0)
"""Where the classes around the mean part, as shares of it."""

_ROUNDING = 1e-9  # what is exactly on the edge of a band is still in the one nearer to the mean

_TITLES: Final = (
    Words("少一半以上", "less than half"),
    Words("少 25–50 %", "25–50 % less"),
    Words("少 10–25 %", "10–25 % less"),
    Words("均匀，±10 % 以内", "fair, within 10 %"),
    Words("多 10–25 %", "10–25 % more"),
    Words("多 25–50 %", "25–50 % more"),
    Words("多 50–100 %", "50–100 % more"),
    Words("翻倍以上", "more than double"),
)

NOT_COUNTED: Final = Words("不计（如专属网格）", "not counted")


@dataclass(frozen=True, slots=True)
class Step:
    """A colour of the legend, what it stands for, and of how many."""

    paint: Paint
    title: Words
    count: int


@dataclass(frozen=True, slots=True)
class Colouring:
    """The colours of some cells.

    Attributes
    ----------
    paints
        Of each cell.
    steps
        The legend, from much to little; last, those that are not counted.
    off
        How far each is from the mean, a share of it; missing where that is not asked or not known.
    """

    paints: list[Paint]
    steps: list[Step]
    off: pd.Series


def around_mean(loads: pd.Series, *, groups: pd.Series | None = None) -> Colouring:
    """Return cells coloured by how far their load is from the mean (`gridgov.planning.metrics.deviation`).

    Parameters
    ----------
    loads
        Of each cell, not negative; a missing one is not counted, nor does it count in the mean.
    groups
        What the mean is taken over, as each cell's street; all cells where left out.
    """
    counted = loads.dropna()
    off = pd.Series(np.nan, index=loads.index)
    if len(counted):
        own = None if groups is None else groups.loc[counted.index]
        off = metrics.deviation(counted, groups=own).reindex(loads.index)
    inner = off - np.sign(off) * _ROUNDING
    ranks = [None if np.isnan(value) else int(np.searchsorted(BANDS, value)) for value in inner]
    paints = [styles.deviation_paint(rank) for rank in range(len(_TITLES))]
    return _coloured(ranks, paints, _TITLES, off)


def by_amount(amounts: pd.Series) -> Colouring:
    """Return cells coloured by how much they carry: zero apart, the others in quintiles; see `layers.classes`.

    Whole numbers are told as such, others with as many digits as keep their classes apart, two at most.
    """
    found = classes.intervals(amounts)
    ranks = [None if rank is None else rank + 1 for rank in classes.ranks(amounts)]
    paints = [styles.NO_LOAD, *(styles.class_paint(rank, len(found)) for rank in range(len(found)))]
    digits = next((count for count in range(2) if _apart(found, count)), 2)
    titles = [Words("0", "0"), *(Words(one.label(digits), one.label(digits)) for one in found)]
    return _coloured(ranks, paints, titles, pd.Series(np.nan, index=amounts.index))


def _apart(found: Sequence[classes.Interval], digits: int) -> bool:
    """Return whether, with so many digits, the largest value of each class reads as less than the least of the next."""
    return all(round(lower.up_to, digits) < round(upper.least, digits) for lower, upper in pairwise(found))


def _coloured(
    ranks: Sequence[int | None], paints: Sequence[Paint], titles: Sequence[Words], off: pd.Series
) -> Colouring:
    counted = [Step(p, title, ranks.count(rank)) for rank, (p, title) in enumerate(zip(paints, titles, strict=True))]
    steps = [*reversed(counted), Step(styles.UNRATED, NOT_COUNTED, ranks.count(None))]
    chosen = [styles.UNRATED if rank is None else paints[rank] for rank in ranks]
    return Colouring(chosen, steps, off)
