"""What is to be expected where little has happened: small numbers drawn towards their street's rate."""

import numpy as np


def smoothed(counts: np.ndarray, exposure: np.ndarray) -> np.ndarray:
    """Return expected counts by the empirical Bayes of Marshall, Applied Statistics 40 (1991) 283-294.

    With r = counts / exposure, its mean m = sum(counts) / sum(exposure) and its weighted variance
    s2 = sum(exposure (r - m)^2) / sum(exposure), the variance among true rates is
    A = max(s2 - m / mean(exposure), 0), and the rate of a place is m + A / (A + m / exposure) (r - m).
    What comes out is multiplied so that the sum of counts stays: nothing that happened is lost to smoothing.

    Parameters
    ----------
    counts
        What was seen at each place.
    exposure
        Households or area of each place, more than 0.

    Returns
    -------
    ndarray
        Expected counts. They are the counts where nothing was seen at all.
    """
    total = counts.sum()
    if total == 0:
        return counts.astype(float)
    rate, mean = counts / exposure, total / exposure.sum()
    spread = (exposure * (rate - mean) ** 2).sum() / exposure.sum()
    among = max(spread - mean / exposure.mean(), 0.0)
    expected = exposure * (mean + among / (among + mean / exposure) * (rate - mean))
    return np.asarray(expected * (total / expected.sum()))
