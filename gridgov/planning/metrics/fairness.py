"""How evenly loads lie on cells.

A load is any number that adds up: households, incidents a year, or a mixture of both. Only ordinary cells belong here:
a cell that was made for a market or a campus has no households on purpose.
"""

import numpy as np
import pandas as pd

from gridgov.planning.metrics._given import amounts, beside

_ROUNDING = 1e-9  # a load that is exactly on the edge of a band is inside it, whatever a division left over


def deviation(loads: pd.Series, *, groups: pd.Series | None = None) -> pd.Series:
    """Return how far each load is from the mean of its group: ``load / mean - 1``; 2.0 is three times the mean.

    Parameters
    ----------
    loads
        Of each cell; not negative.
    groups
        On the same index what the mean is taken over, as the street of each cell; one mean for all where left out.

    Returns
    -------
    pandas.Series
        `deviation`, a share of the mean, on the index of `loads`. Missing where a group has no load at all.

    Raises
    ------
    InputError
        If a load is missing or negative, or a group is missing.

    Examples
    --------
    >>> deviation(pd.Series({"a": 100.0, "b": 300.0})).to_dict()
    {'a': -0.5, 'b': 0.5}
    >>> deviation(pd.Series({"a": 1.0, "b": 3.0, "c": 8.0}), groups=pd.Series({"a": 1, "b": 1, "c": 2})).to_list()
    [-0.5, 0.5, 0.0]
    """
    numbers = amounts(loads, field="loads")
    if groups is None:
        means = pd.Series(numbers.mean(), index=numbers.index)
    else:
        means = numbers.groupby(beside(groups, numbers.index, field="groups")).transform("mean")
    return (numbers / means.where(means > 0) - 1).rename("deviation")


def variation(loads: pd.Series, *, groups: pd.Series | None = None) -> float:
    """Return the coefficient of variation, the root of the mean square of `deviation`: 0 where all carry the same.

    Of all cells, not of a sample of them: the divisor is their number. Groups without any load are left out.

    Parameters
    ----------
    loads, groups
        As in `deviation`.

    Notes
    -----
    K. Pearson, "Regression, Heredity, and Panmixia", Philosophical Transactions A 187 (1896), 253-318. Without groups
    it is the standard deviation over the mean; with groups each cell is compared with its own.

    Examples
    --------
    >>> variation(pd.Series([100.0, 300.0]))
    0.5
    >>> variation(pd.Series([1.0, 1.0, 9.0, 9.0]), groups=pd.Series(["x", "x", "y", "y"]))
    0.0
    """
    off = deviation(loads, groups=groups).dropna()
    return float(np.sqrt((off**2).mean())) if len(off) else 0.0


def gini(loads: pd.Series) -> float:
    """Return Gini's coefficient: 0 where all carry the same, ``1 - 1 / n`` where one of n carries all.

    It is twice the area between the curve of Lorenz and the diagonal: ``sum_i (2 i - n - 1) x_i / (n sum x)`` over
    ascending loads. Where nobody carries anything it is 0.

    Notes
    -----
    C. Gini, "Variabilita e mutabilita" (1912); the form for sorted values is that of A. Sen, "On Economic Inequality"
    (1973), section 2.2.

    Examples
    --------
    >>> gini(pd.Series([5.0, 5.0, 5.0]))
    0.0
    >>> round(gini(pd.Series([0.0, 0.0, 3.0])), 4)
    0.6667
    """
    ordered = np.sort(amounts(loads, field="loads").to_numpy())
    total, count = ordered.sum(), len(ordered)
    if total == 0:
        return 0.0
    ranks = 2 * np.arange(1, count + 1) - count - 1
    # Loads of one size add up to zero but for rounding, which may fall below it.
    return max(float((ranks * (ordered / total)).sum() / count), 0.0)


def share_within(loads: pd.Series, band: float, *, groups: pd.Series | None = None) -> float:
    """Return the share of cells whose load is at most `band` off the mean: ``|deviation| <= band``.

    Parameters
    ----------
    loads, groups
        As in `deviation`; groups without any load are left out.
    band
        A share of the mean: 0.25 for a quarter. A policy of 300 to 500 households is the band 0.25 around 400.

    Examples
    --------
    >>> share_within(pd.Series([90.0, 110.0, 70.0, 130.0]), 0.1)
    0.5
    """
    off = deviation(loads, groups=groups).dropna().abs()
    return float((off <= band + _ROUNDING).mean()) if len(off) else 1.0


def fairness(loads: pd.Series, *, groups: pd.Series | None = None) -> pd.Series:
    """Return how evenly loads lie in one table row: what two grids are compared by.

    Returns
    -------
    pandas.Series
        Named as `loads`: cells, mean, least, most, max_deviation (the largest distance from the mean, a share of it),
        variation, gini, within_10, within_25 (shares of cells). Means and Gini's coefficient are of all cells together.

    Examples
    --------
    >>> fairness(pd.Series([100.0, 300.0], name="households")).to_dict()  # doctest: +NORMALIZE_WHITESPACE
    {'cells': 2.0, 'mean': 200.0, 'least': 100.0, 'most': 300.0, 'max_deviation': 0.5, 'variation': 0.5,
     'gini': 0.25, 'within_10': 0.0, 'within_25': 0.0}
    """
    numbers = amounts(loads, field="loads")
    figures = {
        "cells": len(numbers),
        "mean": numbers.mean(),
        "least": numbers.min(),
        "most": numbers.max(),
        "max_deviation": deviation(numbers, groups=groups).abs().max(),
        "variation": variation(numbers, groups=groups),
        "gini": gini(numbers),
        "within_10": share_within(numbers, 0.10, groups=groups),
        "within_25": share_within(numbers, 0.25, groups=groups),
    }
    return pd.Series(figures, dtype=float, name=loads.name)
