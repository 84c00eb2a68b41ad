"""Hot spots through the weeks: which are new, which stay, which come and go."""

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridgov.errors import InputError
from gridgov.proactive.bases import Base, shared
from gridgov.proactive.hotspots import ALPHA, described
from gridgov.proactive.many import families, q_values, tails
from gridgov.proactive.places import Places

COURSES = {
    "new": ("新增", "new"),
    "consecutive": ("连续", "consecutive"),
    "intensifying": ("加剧", "intensifying"),
    "persistent": ("持续", "persistent"),
    "diminishing": ("减弱", "diminishing"),
    "sporadic": ("间歇", "sporadic"),
    "oscillating": ("摇摆", "oscillating"),
    "historical": ("历史", "historical"),
    "none": ("无规律", "none"),
}
"""How a hot spot went, in Chinese and in English. The words and their order of precedence are those by which
"emerging hot spots" are told (the documentation of Esri's Emerging Hot Spot Analysis), without the cold half."""

MOSTLY = 0.9
"""Hot in so large a share of the weeks is hot all along."""


def courses(weekly: pd.DataFrame, base: Base, places: Places, *, alpha: float = ALPHA) -> gpd.GeoDataFrame:
    """Return how each place went through the weeks.

    Each week's count around a place is judged as `hotspots.hotspots` judges it, against the same base at that week's
    level; all places and weeks are one family of tests for hot, and one for cold. How far neighbours waver together is
    taken from these weeks themselves (`bases.shared`). Whether a hot spot grows is Mann and Kendall's trend of its G*i
    (Mann, "Nonparametric tests against trend", 1945; Kendall 1975), as `scipy.stats.kendalltau` against the weeks, with
    ties, corrected for as many places as are hot all along (two-sided: for any dependence).

    Parameters
    ----------
    weekly
        Incidents by place (rows, as `places`) and week (columns, oldest first, at least four).
    base
        What was to be expected over all the weeks together.
    places
        The places, EPSG:4326.
    alpha
        The share of false discoveries that is lived with.

    Returns
    -------
    GeoDataFrame
        On the index of `places`: count, hot_weeks, cold_weeks, last_q, trend (Kendall's tau), trend_q, class (see
        `COURSES`), sentence, sentence_en, geometry.

    Raises
    ------
    InputError
        If there are fewer than four weeks, none of them has an incident, or the counts are of other places.
    """
    _require_weeks(weekly, places)
    hot, cold, q, scores = _judged(weekly, base, places, alpha)
    trend, trend_q = _trends(scores, hot.mean(axis=1) >= MOSTLY)
    found = gpd.GeoDataFrame(index=places.frame.index, geometry=places.frame.geometry)
    found["count"] = weekly.sum(axis=1)
    found["hot_weeks"], found["cold_weeks"], found["last_q"] = hot.sum(axis=1), cold.sum(axis=1), q[:, -1]
    found["trend"], found["trend_q"] = trend, trend_q
    grows = np.where(trend_q <= alpha, np.sign(trend), 0)
    found["class"] = [_course(*one) for one in zip(hot, cold, grows, strict=True)]
    _tell(found, weekly.shape[1])
    return found[[*(name for name in found.columns if name != "geometry"), "geometry"]]


def _course(hot: NDArray[np.bool_], cold: NDArray[np.bool_], grows: float) -> str:
    """Return the class of one place by its weeks, oldest first."""
    if hot.mean() >= MOSTLY:
        if not hot[-1]:
            return "historical"
        return {1: "intensifying", -1: "diminishing"}.get(int(grows), "persistent")
    if not hot[-1]:
        return "none"
    run = len(hot) if hot.all() else int(np.argmin(hot[::-1]))
    if hot.sum() == run:
        return "new" if run == 1 else "consecutive"
    return "oscillating" if cold.any() else "sporadic"


def _judged(
    weekly: pd.DataFrame, base: Base, places: Places, alpha: float
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.float64], NDArray[np.float64]]:
    """Return by place and week: hot, cold, q, G*i."""
    expected = base.expected.reindex(weekly.index).to_numpy(float)
    known = expected > 0
    share = np.where(known, expected, 0.0) / expected[known].sum()
    relative = np.where(
        known, base.variance.reindex(weekly.index).to_numpy(float) / np.where(known, expected, 1) ** 2, 0
    )
    counts = np.where(known[:, None], weekly.to_numpy(float), 0.0)
    means = np.outer(share, counts.sum(axis=0))
    around, around_means = places.around @ counts, places.around @ means
    around_variance = places.around @ (means**2 * relative[:, None])
    together = shared(pd.DataFrame(counts, index=weekly.index), places.around)
    around_variance += together * (around_means**2 - places.around @ means**2)
    around_means[~known] = np.nan
    high, low = tails(around, around_means, around_variance)
    hot, cold = families(high, low)
    rose = around > around_means
    scores = np.column_stack(
        [described(counts[:, week], means[:, week], means[:, week] ** 2 * relative, places)["statistic"]
         for week in range(counts.shape[1])]
    )  # fmt: skip
    return (hot <= alpha) & rose, (cold <= alpha) & ~rose, np.where(rose, hot, cold), scores


def _trends(scores: NDArray[np.float64], asked: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    from scipy.stats import kendalltau  # noqa: PLC0415 - heavy

    tau, p = np.full(len(scores), np.nan), np.full(len(scores), np.nan)
    for row in np.flatnonzero(asked & ~np.isnan(scores).any(axis=1)):
        tau[row], p[row] = kendalltau(np.arange(scores.shape[1]), scores[row])
    return tau, q_values(p, any_dependence=True)


def _require_weeks(weekly: pd.DataFrame, places: Places) -> None:
    if weekly.shape[1] < 4:
        message = f"{weekly.shape[1]} weeks show no course: ask for four or more."
        raise InputError(message, field="since")
    if not weekly.index.equals(places.frame.index):
        message = "The counts are of other places: count with `places.counts(...)`."
        raise InputError(message, field="weekly")
    if not weekly.to_numpy().any():
        message = "Nothing was reported in any of these weeks: ask for others, or for another matter."
        raise InputError(message, field="until")


def _tell(found: gpd.GeoDataFrame, weeks: int) -> None:
    names = [COURSES[one] for one in found["class"]]
    told = list(zip(names, found["hot_weeks"], found["count"], strict=True))
    found["sentence"] = [f"{name[0]}：{weeks} 周中 {hot} 周为热点，共 {count} 件" for name, hot, count in told]
    found["sentence_en"] = [f"{name[1]}: hot in {hot} of {weeks} weeks, {count} incidents" for name, hot, count in told]
