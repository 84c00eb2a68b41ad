"""Expected load of next month, with its interval, and how well that would have been told of the months that are known.

Guessing is measured against guessing: each of the last months is told from the months before it alone (rolling origin;
Tashman, "Out-of-sample tests of forecasting accuracy", 2000). A naive guess is what is given, unless another did
clearly better. What that is worth is measured in the same way: for each month the choice is made anew from what was
known then, so that the error that is told is not that of a method picked by it.
"""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridgov.errors import InputError
from gridgov.proactive.bases import shrunk

Floats = NDArray[np.float64]
Guess = Callable[[Floats, Floats, int], Floats]
"""Takes daily rates (places by months, oldest first), the months' days, and how many months ahead is told; returns that
month's daily rates."""

LEAST_MONTHS = 6
MEASURED_MONTHS = 6
"""So many of the last months are told from those before them, where there are enough."""
CLEARLY = 1.645
"""By so many standard errors a method must be better than the best naive guess: by luck one in twenty is."""
GIVEN = "given"
"""The row of what is measured that tells of the choice itself."""
HALF_LIFE_MONTHS = 9.0
"""So old a month counts half for which place has which share: estates are built, markets move."""
YEAR = 12


@dataclass(frozen=True, slots=True)
class Expected:
    """What next month will bring, and what that is worth.

    Attributes
    ----------
    month
        The month that is told.
    method
        Which of `METHODS` is given: the best naive guess, unless another was clearly better over the last months.
    frame
        By place: expected, low, high (incidents of the whole month), last (the last known month's).
    measured
        By method: mae (incidents a place and month), ratio (to the best naive guess; below 1 is better than it;
        missing where that guess was never wrong),
        pinball (mean over low, expected, high; the less the better), coverage (share of what came that lay between low
        and high), months. The naive guesses are named ``naive_...``; the same month last year is measured beside the
        others from eighteen months on. The row ``given`` tells of what would have been given, each month's method being
        chosen from the months before it: the honest figure, while that of the method picked flatters it.
    level
        The share of months that should lie between low and high.
    sentence, sentence_en
        What is given and how well it was measured.
    """

    month: pd.Period
    method: str
    frame: pd.DataFrame
    measured: pd.DataFrame
    level: float
    sentence: str
    sentence_en: str


def expected(months: pd.DataFrame, *, ahead: int = 1, level: float = 0.8) -> Expected:
    """Return the expected load of a month after the last column, by place.

    Parameters
    ----------
    months
        Incidents by place (rows; a cell, a street) and whole month (columns: `pandas.Period` of months in a row, oldest
        first, at least `LEAST_MONTHS`).
    ahead
        How many months after the last column: 1, or 2 while a month is running. The months that are measured are told
        from as far away.
    level
        The share of months that should lie between low and high, between 0 and 1.

    Returns
    -------
    Expected
        With a row for each row of `months`. The interval is made of the method's own errors in the months before (see
        `_interval`).

    Raises
    ------
    InputError
        If months are missing, too few or without any incident, or `level` is no share.
    """
    _require_months(months, ahead, level)
    periods = list(pd.PeriodIndex(months.columns, freq="M"))
    counts = np.asarray(months, dtype=np.float64)
    days = np.asarray([period.days_in_month for period in periods], dtype=np.float64)
    told = _told_before(counts, days, ahead)
    method = _chosen(told, counts, len(periods) - 1)
    measured = _measured(told, counts, (ahead, level))
    best_naive = str(measured.loc[[name for name in measured.index if name.startswith("naive_")], "mae"].idxmin())
    measured.insert(1, "ratio", measured["mae"] / (measured["mae"].loc[best_naive] or np.nan))
    month = periods[-1] + ahead
    mean = METHODS[method](counts / days, days, ahead) * month.days_in_month
    low, high = _interval(mean, _known(told[method], counts, len(periods) - 1), level)
    frame = pd.DataFrame({"expected": mean, "low": low, "high": high, "last": counts[:, -1]}, index=months.index)
    return Expected(month, method, frame, measured, level, *_told(method, best_naive, measured, level))


def _last(rates: Floats, days: Floats, ahead: int) -> Floats:  # noqa: ARG001 - asked as all guesses
    """Next month is as the last."""
    return rates[:, -1]


def _mean(rates: Floats, days: Floats, ahead: int) -> Floats:  # noqa: ARG001 - the same
    """Next month is as the mean of all, or of the last twelve."""
    return np.asarray(np.average(rates[:, -YEAR:], axis=1, weights=days[-YEAR:]))


def _year_ago(rates: Floats, days: Floats, ahead: int) -> Floats:  # noqa: ARG001 - the same
    """Next month is as the same month a year ago."""
    return rates[:, ahead - 1 - YEAR]


def _smoothed(rates: Floats, days: Floats, ahead: int) -> Floats:
    """Next month's total by exponential smoothing, shared out by what places had, shrunk for small numbers.

    The shares weigh months by a half-life, and are shrunk as `bases.shrunk` does, each place's weighted total first
    scaled so that it wavers as a count of its size does (sum w / sum w^2).
    """
    weights = 0.5 ** (np.arange(rates.shape[1])[::-1] / HALF_LIFE_MONTHS)
    counts = rates * days
    totals = counts @ weights * weights.sum() / (weights**2).sum()
    share = shrunk(totals)[0]
    return np.asarray(share / share.sum() * _next_total(rates.sum(axis=0), ahead))


def _next_total(rates: Floats, ahead: int) -> float:
    """Return the whole's daily rate so many months ahead by exponential smoothing; from two years on with a season."""
    from statsmodels.tsa.holtwinters import ExponentialSmoothing  # noqa: PLC0415 - heavy

    seasonal = {"seasonal": "mul", "seasonal_periods": YEAR} if len(rates) >= 2 * YEAR and (rates > 0).all() else {}
    # That few months leave the smoothing unsure is what measuring is for; where all are alike it takes log(0).
    with warnings.catch_warnings(), np.errstate(divide="ignore"):
        warnings.simplefilter("ignore")
        fitted = ExponentialSmoothing(rates, initialization_method="estimated", **seasonal).fit()
        told = float(fitted.forecast(ahead)[-1])
    return max(told, 0.0)


METHODS: Mapping[str, Guess] = MappingProxyType(
    {"smoothed": _smoothed, "naive_last": _last, "naive_mean": _mean, "naive_year_ago": _year_ago}
)
"""How next month may be guessed."""
NAMES = {
    "smoothed": ("平滑加经验贝叶斯", "smoothing with empirical Bayes"),
    "naive_last": ("照上月", "as last month"),
    "naive_mean": ("照历史平均", "as the mean so far"),
    "naive_year_ago": ("照去年同月", "as the same month last year"),
    GIVEN: ("当时会给出的", "as would have been given"),
}
"""What the methods are called, in Chinese and in English."""


def _told_before(counts: Floats, days: Floats, ahead: int) -> dict[str, Floats]:
    """Return what each method would have told of each month (columns), NaN of those it had too little before."""
    told = {}
    for name, guess in METHODS.items():
        told[name] = np.full(counts.shape, np.nan)
        first = YEAR if name == "naive_year_ago" else LEAST_MONTHS // 2 + ahead - 1
        for month in range(first, counts.shape[1]):
            known = month - ahead + 1
            told[name][:, month] = guess(counts[:, :known] / days[:known], days[:known], ahead) * days[month]
    return told


def _chosen(told: Mapping[str, Floats], counts: Floats, last: int) -> str:
    """Return the method to give when the month `last` is the last that is known.

    The best naive guess over the last months, unless another's error is less by so many standard errors of the monthly
    differences (Diebold and Mariano, "Comparing predictive accuracy", 1995). By the mean where nothing was told yet.
    """
    window = slice(max(last + 1 - MEASURED_MONTHS, 0), last + 1)
    errors = {name: np.abs(counts - one).mean(axis=0)[window] for name, one in told.items()}
    heard = ~np.isnan(errors["naive_mean"])
    errors = {name: one[heard] for name, one in errors.items() if heard.any() and not np.isnan(one[heard]).any()}
    if not errors:
        return "naive_mean"
    naive = min((name for name in errors if name.startswith("naive_")), key=lambda name: float(errors[name].mean()))
    better = {name: errors[naive] - one for name, one in errors.items() if not name.startswith("naive_")}
    sure = [name for name, gain in better.items() if len(gain) >= LEAST_MONTHS // 2
            and gain.mean() > CLEARLY * gain.std(ddof=1) / np.sqrt(len(gain)) + 1e-9]  # fmt: skip
    return max(sure, key=lambda name: float(better[name].mean()), default=naive)


def _measured(told: Mapping[str, Floats], counts: Floats, how: tuple[int, float]) -> pd.DataFrame:
    """Return how well each method, and the choice among them, would have told the last months."""
    ahead, level = how
    months = range(max(counts.shape[1] - MEASURED_MONTHS, LEAST_MONTHS // 2 + ahead - 1), counts.shape[1])
    names = [name for name, one in told.items() if not np.isnan(one[:, months.start]).any()]
    rows: dict[str, list[dict[str, float]]] = {name: [] for name in (GIVEN, *names)}
    for month in months:
        last = month - ahead  # what came later was not known when this month was told
        for name in names:
            mean = told[name][:, month]
            interval = _interval(mean, _known(told[name], counts, last), level)
            rows[name].append(_scored(counts[:, month], mean, interval, level))
        rows[GIVEN].append(rows[_chosen({name: told[name] for name in names}, counts, last)][-1])
    return pd.DataFrame({name: {**pd.DataFrame(one).mean(), "months": len(one)} for name, one in rows.items()}).T


def _known(told: Floats, counts: Floats, last: int) -> tuple[Floats, Floats]:
    """Return what came and what was told of the months up to `last`; before any was told, of each by its mean."""
    heard = ~np.isnan(told[:, : last + 1]).any(axis=0)
    if heard.any():
        return counts[:, : last + 1][:, heard], told[:, : last + 1][:, heard]
    past = counts[:, : last + 1]
    others = (past.sum(axis=1, keepdims=True) - past) / max(past.shape[1] - 1, 1)  # of each month by those beside it
    return past, others


def _scored(came: Floats, mean: Floats, interval: tuple[Floats, Floats], level: float) -> dict[str, float]:
    low, high = interval
    tail = (1 - level) / 2
    pinball = [_pinball(came, low, tail), _pinball(came, mean, 0.5), _pinball(came, high, 1 - tail)]
    inside = (came >= low) & (came <= high)
    return {"mae": float(np.abs(came - mean).mean()), "pinball": float(np.mean(pinball)), "coverage": inside.mean()}


def _pinball(came: Floats, told: Floats, quantile: float) -> float:
    """Return the pinball loss of a quantile (Koenker and Bassett, "Regression quantiles", 1978)."""
    loss: Floats = np.maximum(quantile * (came - told), (quantile - 1) * (came - told))
    return float(loss.mean())


def _interval(mean: Floats, known: tuple[Floats, Floats], level: float) -> tuple[Floats, Floats]:
    """Return low and high of what is told, by the errors of what was told before.

    Conformal prediction: the quantiles of past errors, each in units of ``sqrt(E + phi E^2)``, over all places (Vovk,
    Gammerman and Shafer, "Algorithmic Learning in a Random World", 2005). Places share a month's weather, so that m
    months are m looks and not m times as many as places: the level is raised by (m + 1) / m, as for groups of which a
    new one is told (Dunn, Wasserman and Ramdas, "Distribution-free prediction sets for two-layer hierarchical models",
    2023), and never beyond what was seen.
    """
    came, told = known
    phi = _phi(came, told)
    errors = np.sort(((came - told) / _scale(told, phi)).ravel())
    outside = max(0.0, 1 - level * (came.shape[1] + 1) / came.shape[1]) / 2
    below, above = np.quantile(errors, [outside, 1 - outside], method="inverted_cdf")
    scale = _scale(mean, phi)
    # Counts are whole: these bounds hold the same counts as those between them.
    low, high = np.ceil(mean + below * scale - 1e-9), np.floor(mean + above * scale + 1e-9)
    return np.maximum(np.minimum(low, np.floor(mean)), 0.0), np.maximum(high, np.ceil(mean))


def _scale(mean: Floats, phi: float) -> Floats:
    at_least = np.maximum(mean, 0.5)
    return np.sqrt(at_least + phi * at_least**2)


def _phi(came: Floats, guessed: Floats) -> float:
    """Return phi where errors waver by ``E + phi E^2``, by moments."""
    weight = float((guessed**2).sum())
    return max(0.0, float(((came - guessed) ** 2 - guessed).sum()) / weight) if weight else 0.0


def _require_months(months: pd.DataFrame, ahead: int, level: float) -> None:
    columns = list(pd.PeriodIndex(months.columns, freq="M"))
    if len(columns) < LEAST_MONTHS:
        message = f"{len(columns)} whole months are too few to tell the next: {LEAST_MONTHS} are needed."
        raise InputError(message, field="months")
    if any(after != before + 1 for before, after in pairwise(columns)):
        message = "The months do not follow one another: give each one once, oldest first, also those of no incident."
        raise InputError(message, field="months")
    if months.empty or not months.to_numpy().any():
        message = "There was no incident in any of these months: nothing can be told from nothing."
        raise InputError(message, field="months")
    if ahead not in {1, 2}:
        message = f"{ahead} months ahead were never measured: 1, or 2 while a month is running."
        raise InputError(message, field="month")
    if not 0 < level < 1:
        message = f"level is a share between 0 and 1, like 0.8; {level} is none."
        raise InputError(message, field="level")


def _told(method: str, best_naive: str, measured: pd.DataFrame, level: float) -> tuple[str, str]:
    row = measured.to_dict("index")[GIVEN]
    (zh, en), (naive_zh, naive_en) = NAMES[method], NAMES[best_naive]
    better = "没有方法明显胜过朴素猜测，照它；" if method.startswith("naive_") else ""
    better_en = "nothing was clearly better than this naive guess; " if better else ""
    months, held = int(row["months"]), f"{row['coverage']:.0%}"
    against_zh = against_en = ""
    if not np.isnan(row["ratio"]):
        against_zh = f"，为最好的朴素猜测（{naive_zh}，事后看）的 {row['ratio']:.0%}"
        against_en = f", {row['ratio']:.0%} of that of the best naive guess in hindsight ({naive_en})"
    told_zh = (
        f"{zh}：{better}最近 {months} 个月按当时的选择，平均误差 {row['mae']:.1f} 件{against_zh}；"
        f"{level:.0%} 区间实际覆盖 {held}"
    )
    told_en = (
        f"{en}: {better_en}as chosen then, a mean error of {row['mae']:.1f} incidents over the last {months} months"
        f"{against_en}; the {level:.0%} interval held {held}"
    )
    return told_zh, told_en
