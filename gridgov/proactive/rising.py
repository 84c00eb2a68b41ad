"""Rising matters: what is reported more than the weeks before would let one expect."""

import numpy as np
import pandas as pd

from gridgov.errors import InputError
from gridgov.proactive.hotspots import ALPHA
from gridgov.proactive.many import families, tails

CLASSES = {
    "rising": ("上升", "rising"),
    "seasonal": ("季节性上升", "rising as last year"),
    "falling": ("下降", "falling"),
    "none": ("平稳", "steady"),
}
"""What the classes are called, in Chinese and in English."""


def rising(
    counts: "pd.Series[int]", past: pd.DataFrame, *, year_ago: pd.DataFrame | None = None, alpha: float = ALPHA
) -> pd.DataFrame:
    """Return matters with what was reported, what the periods before let expect, and whether that is more than chance.

    Expected is the mean of the same number of weeks before. A count is judged by the negative binomial of a new period
    given those of the past: its variance holds chance, how unsure the mean of few periods is, and how much matters
    waver from period to period (`phi` of ``Var = E + phi E^2``, by moments over all matters together, without each
    matter's own mean), corrected for as many tests as there are matters; rises and falls are
    two families of one-sided tests that share `alpha`.

    Where the same weeks of last year are given, the expectation is also taken through last year's change. What rose
    against the weeks before, and not beyond what it rose last year, is seasonal.

    Parameters
    ----------
    counts
        By matter (or matter and area: any index), of the period that is looked at.
    past
        The same of the periods of the same length before it: rows as `counts`, columns oldest first, at least three.
    year_ago
        The same periods a year ago, with the one that is looked at as the last column; None where it is not known.
    alpha
        The share of false discoveries that is lived with.

    Returns
    -------
    DataFrame
        On the index of `counts`, the least q first: count, expected, ratio, expected_by_season, p, q, class (see
        `CLASSES`), sentence, sentence_en.

    Raises
    ------
    InputError
        If there are fewer than three periods before.

    Examples
    --------
    Twenty, where 5, 4, 6, 5 were before: ``expected`` is 5 and ``ratio`` is 4.
    """
    if past.shape[1] < 3:
        message = f"{past.shape[1]} periods before tell no rise from chance: three or more are needed."
        raise InputError(message, field="since")
    before = past.reindex(counts.index, fill_value=0).to_numpy(float)
    observed, expected = counts.to_numpy(float), before.mean(axis=1)
    found = pd.DataFrame({"count": counts, "expected": expected}, index=counts.index)
    found["ratio"] = np.divide(observed, expected, out=np.full_like(expected, np.nan), where=expected > 0)
    phi = _wavering(before)
    p, q, up = _judged(observed, expected, before.shape[1], phi)
    found["p"], found["q"] = p, q
    season = _season(counts.index, year_ago)
    found["expected_by_season"] = expected * season
    _, again, beyond = _judged(observed, expected * season, before.shape[1], phi)
    known = ~np.isnan(season)
    as_last_year = known & ((again > alpha) | ~beyond)
    sure = found["q"] <= alpha
    found["class"] = np.select([sure & up & as_last_year, sure & up, sure], ["seasonal", "rising", "falling"], "none")
    _tell(found)
    columns = ["count", "expected", "ratio", "expected_by_season", "p", "q", "class", "sentence", "sentence_en"]
    return found[columns].sort_values("q", kind="stable")


def _judged(
    observed: "np.ndarray", expected: "np.ndarray", periods: int, phi: float
) -> "tuple[np.ndarray, np.ndarray, np.ndarray]":
    """Return p and q of the side that it lies on, and whether it was more.

    Where nothing was before, half an incident in all the periods was.
    """
    mean = np.where(np.isnan(expected), np.nan, np.maximum(expected, 0.5 / periods))
    # A mean of m periods wavers by (E + phi E^2) / m around the truth.
    variance = phi * mean**2 + (mean + phi * mean**2) / periods
    high, low = tails(observed, mean, variance)
    more = observed > mean
    rising, falling = families(high, low)
    return np.where(more, high, low), np.where(more, rising, falling), more


def _wavering(before: "np.ndarray") -> float:
    means = before.mean(axis=1, keepdims=True)
    excess = before.var(axis=1, ddof=1) - means[:, 0]
    weight = float((means**2).sum())
    return max(0.0, float(excess.sum()) / weight) if weight else 0.0


def _season(index: pd.Index, year_ago: pd.DataFrame | None) -> "np.ndarray":
    """Return by how much each rose last year, with one incident added to both sides for small numbers."""
    if year_ago is None:
        return np.full(len(index), np.nan)
    then = year_ago.reindex(index, fill_value=0).to_numpy(float)
    if not then.sum():
        return np.full(len(index), np.nan)
    return np.asarray((then[:, -1] + 1) / (then[:, :-1].mean(axis=1) + 1))


def _tell(found: pd.DataFrame) -> None:
    names = [CLASSES[one] for one in found["class"]]
    told = list(zip(names, found["count"], found["expected"], found["q"], strict=True))
    found["sentence"] = [f"{name[0]}：本期 {n} 件，前几期平均 {e:.1f} 件（q={q:.2g}）" for name, n, e, q in told]
    found["sentence_en"] = [
        f"{name[1]}: {n} incidents, {e:.1f} in a period before (q={q:.2g})" for name, n, e, q in told
    ]
