"""Hot spots: places that, with their neighbours, have more incidents than was to be expected."""

import warnings

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridgov.errors import InputError
from gridgov.proactive.bases import Base, shared
from gridgov.proactive.many import families, tails
from gridgov.proactive.places import Places

ALPHA = 0.05
"""The share of false ones among what is found that we live with."""

HOT, COLD, HOT_ALONE, NONE, NO_BASE = "hot", "cold", "hot_alone", "none", "no_base"
CLASSES = {
    HOT: ("热点", "hot spot"),
    HOT_ALONE: ("孤立热点", "hot by itself"),
    COLD: ("冷点", "cold spot"),
    NONE: ("不显著", "not significant"),
    NO_BASE: ("无基数", "nothing to compare with"),
}
"""What the classes are called, in Chinese and in English."""

_QUADRANTS = ("", "HH", "LH", "LL", "HL")
Floats = NDArray[np.float64]


def hotspots(counts: "pd.Series[int]", base: Base, places: Places, *, alpha: float = ALPHA) -> gpd.GeoDataFrame:
    """Return the places with what they had, what was expected, and whether that is more than chance.

    Two statistics by `esda` of the standardised deviations ``r = (O - E) / sqrt(E + V)``: Getis and Ord's G*i of a
    place with its neighbours (Ord and Getis, "Local spatial autocorrelation statistics", 1995), and the quadrant of
    local Moran's I (Anselin, "Local indicators of spatial association - LISA", 1995), which tells a high place among
    high ones (HH) from one by itself (HL). The deviations are rates against a base: counts alone show where people
    live.

    The p-value is not from the normal curve, nor from shuffling: where a place expects 0.2 incidents its deviation is
    skewed and not exchangeable with one that expects 20, and 999 shuffles tell no p below 0.001, which no correction
    for 800 places lets pass. G*i rises with the sum of the counts around a place, so that it is judged by the chance
    of that sum under the base (`many.tails`), where neighbours waver together as they did in the past
    (`bases.shared`). A place by itself is judged by its own count in the same way. High around, low around and high by
    itself are three families of one-sided tests, each corrected for as many tests as there are places, that share
    `alpha` (`many.families`).

    That is as true as the base: the tails are those of a gamma's wavering, whose size is an estimate from few periods.
    On boards of noise that neighbours share, with eight periods of past, about one in twenty cries at 0.05; where one
    place wavers far more than all others do, it cries more often.

    Parameters
    ----------
    counts
        Incidents by place, on the index of `places`.
    base
        What was to be expected; see `bases`.
    places
        The places, EPSG:4326.
    alpha
        The share of false discoveries that is lived with, between 0 and 1.

    Returns
    -------
    GeoDataFrame
        On the index of `places`: count, expected, ratio, around (count with neighbours), around_expected, statistic
        (G*i, standard deviations), p (one-sided, of the side that it lies on), q (found where ``q <= alpha``), moran,
        quadrant, class (see `CLASSES`), sentence, sentence_en, geometry.

    Raises
    ------
    InputError
        If `alpha` is no share, or the counts are of other places.

    Examples
    --------
    Of ten places in a row, 0.9 expected in each, the third has nine incidents and the others none: the second, third
    and fourth are hot, with nine around them where 2.7 were expected (p 0.0019, q 0.0191).
    """
    _require_sound(counts, places, alpha)
    found = gpd.GeoDataFrame(index=places.frame.index, geometry=places.frame.geometry)
    found["count"], found["expected"] = counts, base.expected.reindex(counts.index)
    found["ratio"] = found["count"] / found["expected"].where(found["expected"] > 0)
    _judge(found, base, places, alpha)
    _tell(found, base)
    return found[_ORDER]


_ORDER = [
    *("count", "expected", "ratio", "around", "around_expected", "statistic", "p", "q"),
    *("moran", "quadrant", "class", "sentence", "sentence_en", "geometry"),
]


def _judge(found: gpd.GeoDataFrame, base: Base, places: Places, alpha: float) -> None:
    """Add the statistics, p, q and class of what was counted against the base."""
    observed, expected, variance = (
        np.asarray(one.reindex(found.index), dtype=np.float64) for one in (found["count"], base.expected, base.variance)
    )
    known = expected > 0
    own = [np.where(known, one, 0.0) for one in (observed, expected, variance)]
    sums = [places.around @ one for one in own]
    if base.past is not None:  # what neighbours share is in their sum's wavering, not in their own
        sums[2] = sums[2] + shared(base.past, places.around) * (sums[1] ** 2 - places.around @ own[1] ** 2)
    found["around"], found["around_expected"] = sums[0].astype(int), sums[1]
    for name, values in described(observed, expected, variance, places).items():
        found[name] = values
    high, low = tails(*[np.where(known, one, np.nan) for one in sums])
    high_alone, _ = tails(*[np.where(known, one, np.nan) for one in own])
    hot, cold, alone = families(high, low, high_alone)
    rose = sums[0] > sums[1]
    kinds = [~known, (hot <= alpha) & rose, (cold <= alpha) & ~rose, (alone <= alpha) & (observed > expected)]
    found["class"] = np.select(kinds, [NO_BASE, HOT, COLD, HOT_ALONE], NONE)
    by_itself = found["class"] == HOT_ALONE
    found["p"] = np.where(by_itself, high_alone, np.where(rose, high, low))
    found["q"] = np.where(by_itself, alone, np.where(rose, hot, cold))


def described(observed: Floats, expected: Floats, variance: Floats, places: Places) -> dict[str, Floats]:
    """Return G*i (`statistic`), local Moran's I (`moran`) and its quadrant of the standardised deviations, by esda."""
    scale = np.sqrt(np.where(expected > 0, expected + variance, 1.0))
    residuals = np.where(expected > 0, (observed - expected) / scale, 0.0)
    quiet = np.full(len(residuals), np.nan)
    if len(places) < 3 or np.ptp(residuals) == 0:
        return {"statistic": quiet, "moran": quiet, "quadrant": np.full(len(residuals), "", dtype=object)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a part of it that is not used here misses a notebook's widgets
        from esda import G_Local, Moran_Local  # noqa: PLC0415 - heavy

    # Islands have no neighbours to be compared with; esda divides by their number, which is told by a missing value.
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        # esda divides by the sum, whose sign would turn the statistic around: of positive values it is the same.
        getis = G_Local(
            residuals - residuals.min() + 1,
            places.weights,
            transform="B",
            permutations=0,
            star=True,
            keep_simulations=False,
        )
        moran = Moran_Local(residuals, places.weights, permutations=0, keep_simulations=False)
    quadrant = np.array(_QUADRANTS, dtype=object)[moran.q]
    return {"statistic": np.asarray(getis.Zs), "moran": np.asarray(moran.Is), "quadrant": quadrant}


def _require_sound(counts: "pd.Series[int]", places: Places, alpha: float) -> None:
    if not 0 < alpha < 1:
        message = f"alpha is a share between 0 and 1, like 0.05; {alpha} is none."
        raise InputError(message, field="alpha")
    if not counts.index.equals(places.frame.index):
        message = "The counts are of other places: count with `places.counts(...)`."
        raise InputError(message, field="counts")


def _tell(found: gpd.GeoDataFrame, base: Base) -> None:
    """Add what each row says, in Chinese and in English."""
    zh, en = base.words
    kinds = [CLASSES[one] for one in found["class"]]
    numbers = list(zip(found["count"], found["expected"], found["around"], found["around_expected"], found["q"],
                       strict=True))  # fmt: skip
    found["sentence"] = [
        f"{kind[0]}：发生 {n} 件，按{zh}预期 {e:.1f} 件；连同相邻 {a} 件，预期 {ae:.1f} 件（q={q:.2g}）"
        for kind, (n, e, a, ae, q) in zip(kinds, numbers, strict=True)
    ]
    found["sentence_en"] = [
        f"{kind[1]}: {n} incidents, {e:.1f} expected by {en}; with its neighbours {a}, {ae:.1f} expected (q={q:.2g})"
        for kind, (n, e, a, ae, q) in zip(kinds, numbers, strict=True)
    ]
