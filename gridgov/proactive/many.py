"""Many tests at once: how many of those that shout may be wrong."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def q_values(p: ArrayLike, *, any_dependence: bool = False) -> NDArray[np.float64]:
    """Return p-values corrected for being many, in their shape; what is missing stays missing and counts for nothing.

    Calling all with ``q <= alpha`` found, at most the share `alpha` of what is found is false in the mean, so far as
    the p-values are right (Benjamini and Hochberg, "Controlling the false discovery rate in multiple testing", 1995).
    For tests that depend on each other that is proven of one-sided ones that rise together (Benjamini and Yekutieli,
    "The control of the false discovery rate in multiple testing under dependency", 2001, theorem 1.2), not of
    two-sided ones: for these, `any_dependence` corrects by their theorem 1.3, which costs a factor ``sum(1 / i)``.
    Where there is nothing to find, that is the chance of finding anything at all. By
    `scipy.stats.false_discovery_control`.
    """
    from scipy.stats import false_discovery_control  # noqa: PLC0415 - heavy

    given = np.asarray(p, dtype=float)
    corrected, known = np.full(given.shape, np.nan), ~np.isnan(given)
    if known.any():
        corrected[known] = false_discovery_control(given[known], method="by" if any_dependence else "bh")
    return corrected


def families(*p: ArrayLike) -> list[NDArray[np.float64]]:
    """Return the q-values of several families of one-sided tests that share one alpha: each times how many there are.

    High and low are two families and not one of two-sided tests, because `q_values` needs one-sided ones.
    """
    return [np.minimum(1.0, len(p) * q_values(one)) for one in p]


def tails(
    observed: NDArray[np.float64], expected: NDArray[np.float64], variance: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the chance of a count so high or higher, and of one so low or lower.

    Negative binomial with mean `expected` and variance ``expected + variance``; Poisson where `variance` is zero. Exact
    tails, because counts of places are small; missing where nothing is expected.
    """
    from scipy.stats import nbinom, poisson  # noqa: PLC0415 - heavy

    high, low = np.full(observed.shape, np.nan), np.full(observed.shape, np.nan)
    known = expected > 0
    sure = known & (variance <= 1e-12 * expected**2)
    high[sure] = poisson.sf(observed[sure] - 1, expected[sure])
    low[sure] = poisson.cdf(observed[sure], expected[sure])
    unsure = known & ~sure
    size = expected[unsure] ** 2 / variance[unsure]
    chance = size / (size + expected[unsure])
    high[unsure] = nbinom.sf(observed[unsure] - 1, size, chance)
    low[unsure] = nbinom.cdf(observed[unsure], size, chance)
    return high, low
