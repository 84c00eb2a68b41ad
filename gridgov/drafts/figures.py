"""Figures across versions of a grid, through the shares of the lineage; and how fair a division is."""

import numpy as np
import pandas as pd


def expressed(
    values: "pd.Series[float]", heirs: pd.DataFrame, *, unchanged: "pd.Index[str] | None" = None
) -> "pd.Series[float]":
    """Return figures of the cells of one version, expressed on the cells of another.

    value(new) = sum over old of value(old) * share(old -> new): areal weighting (Goodchild and Lam 1980, "Areal
    interpolation: a variant of the traditional spatial problem", Geo-Processing 1, 297-312), by area or, where the
    lineage knows it, by households. Counts stay whole: what the old cells sum to, the new ones do. For figures that
    add up (households, incidents); a rate is formed afterwards.

    Parameters
    ----------
    values
        A figure per cell of the first version; a missing one counts as nothing known, and makes its heirs missing.
    heirs
        ``from``, ``to`` and ``share``; the shares of one old cell add up to 1.
    unchanged
        Cells that both versions have: they keep their figure. None for those that no heir is told of.

    Returns
    -------
    Series
        On the cells of the second version, sorted, with the name of `values`.

    Examples
    --------
    A cell of 100 households is cut, a quarter of its homes go to B, which had 40 and stays otherwise:

    >>> values = pd.Series({"A": 100.0, "B": 40.0}, name="households")
    >>> heirs = pd.DataFrame({"from": ["A", "A", "B"], "to": ["A2", "B2", "B2"], "share": [0.75, 0.25, 1.0]})
    >>> expressed(values, heirs).to_dict()
    {'A2': 75.0, 'B2': 65.0}
    """
    old = heirs["from"].to_numpy()
    parts = pd.Series(values.reindex(old).to_numpy() * heirs["share"].to_numpy(), index=heirs["to"].to_numpy())
    moved = parts.groupby(level=0).sum(min_count=1)
    lacking = parts.isna().groupby(level=0).any()
    moved[lacking.index[lacking]] = np.nan
    kept = values.drop(index=list(set(old) & set(values.index))) if unchanged is None else values.reindex(unchanged)
    found: pd.Series[float] = pd.concat([kept, moved]).sort_index().rename(values.name)
    return found


def fairness(load: "pd.Series[float]") -> dict[str, float]:
    """Return how evenly a load is spread: mean, cv (standard deviation over mean, all cells), and within_25.

    ``within_25`` is the share of cells whose load is within a quarter of the mean.

    Examples
    --------
    >>> {name: round(value, 3) for name, value in fairness(pd.Series([80.0, 100.0, 120.0])).items()}
    {'cells': 3, 'mean': 100.0, 'cv': 0.163, 'within_25': 1.0}
    """
    known = load.dropna().to_numpy(dtype=float)
    if not len(known) or known.mean() == 0:
        return {"cells": float(len(known)), "mean": 0.0, "cv": 0.0, "within_25": 1.0}
    mean = float(known.mean())
    near = np.abs(known - mean) <= 0.25 * mean
    return {"cells": len(known), "mean": mean, "cv": float(known.std() / mean), "within_25": float(near.mean())}
