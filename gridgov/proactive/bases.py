"""What was to be expected at a place, so that a count can be called high: by what is there, or by its own past."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from gridgov.errors import InputError


@dataclass(frozen=True, slots=True)
class Base:
    """What was expected, and how unsure that is.

    Attributes
    ----------
    expected
        By place, of the same total as the counts it is for. Missing where there is nothing to expect by.
    variance
        Of the expectation itself, by place: what is beyond chance (a count of a known expectation has its own). Zero
        makes counts Poisson; more makes them negative binomial.
    words
        What it was expected by, in Chinese and in English.
    past
        The periods that it was expected by, by place, from which `shared` tells how far neighbours waver together. None
        where it was by no past: neighbours are then taken to waver each by itself.
    """

    expected: "pd.Series[float]"
    variance: "pd.Series[float]"
    words: tuple[str, str]
    past: pd.DataFrame | None = None


def by_exposure(
    counts: "pd.Series[int]", exposure: "pd.Series[float]", words: tuple[str, str] = ("户数", "households")
) -> Base:
    """Return what was to be expected if the counts followed an exposure, such as households.

    Places differ by more than chance for many reasons that no exposure knows. How much they do is taken from the counts
    themselves, so that a place stands out among places and not against an ideal: with a variance of
    ``E + phi E^2`` (negative binomial, NB2), ``phi = max(0, sum((O - E)^2 - O) / sum(E^2))`` (moments; Breslow,
    "Extra-Poisson variation in log-linear models", 1984). Hot places raise `phi` too, which errs to the side of
    silence.

    One period cannot tell what neighbours have in common for good from what they share this once (a storm, a fair):
    places are taken to waver each by itself, and a whole quarter that is found may be either.

    Parameters
    ----------
    counts
        Incidents by place.
    exposure
        By place; missing or zero: nothing can be expected there, and nothing is said of it.

    Raises
    ------
    InputError
        If an exposure is negative or infinite, or all are missing.
    """
    given = exposure.reindex(counts.index).astype(float)
    if (given < 0).any() or np.isinf(given).any():
        message = f"An exposure of {given.index[(given < 0) | np.isinf(given)][0]} is negative or endless: correct it."
        raise InputError(message, field="exposure")
    known = given.where(given > 0)
    if known.isna().all():
        message = "No place has an exposure above zero: give one, or compare with the past (base='history')."
        raise InputError(message, field="exposure")
    if not counts[known.notna()].sum():
        message = "Nothing was reported in this period where there is an exposure: there is nothing to compare."
        raise InputError(message, field="counts")
    expected = known / known.sum() * counts[known.notna()].sum()
    return Base(expected, _dispersion(counts, expected) * expected**2, words)


def by_history(counts: "pd.Series[int]", past: pd.DataFrame) -> Base:
    """Return what was to be expected by each place's own past, at today's level of the whole.

    A place's rate is shrunk towards the mean of all as far as its numbers are small: gamma-Poisson empirical Bayes with
    moments (Marshall, "Mapping disease and mortality rates using empirical Bayes estimators", 1991). How unsure it is
    then, and by how much places waver from period to period beyond chance, go into the variance.

    Parameters
    ----------
    counts
        Incidents by place, of the period that is looked at.
    past
        Incidents by place (rows, as `counts`) and earlier period of the same length (columns, at least two).

    Raises
    ------
    InputError
        If there are fewer than two periods, or none of them has an incident.
    """
    past = past.reindex(counts.index, fill_value=0)
    before = past.to_numpy(float)
    if before.shape[1] < 2 or before.sum() == 0:
        message = "There is no past to compare with: at least two earlier periods with incidents are needed."
        raise InputError(message, field="past")
    level, weight = shrunk(before.sum(axis=1))
    expected = pd.Series(level / level.sum() * counts.sum(), counts.index)
    # The mean of m periods wavers as well: by a share 1 / m of what one of them does.
    wavers = _wavering(before) * (1 + 1 / before.shape[1])
    return Base(expected, expected**2 * (1 / weight + wavers), ("自身历史", "its own past"), past)


def shrunk(totals: "np.ndarray") -> "tuple[np.ndarray, np.ndarray]":
    """Return the totals of places shrunk towards their mean, and the shape of the gamma that each is known by.

    With a prior Gamma(a, b) of mean m = a / b and variance v = a / b^2 by moments (v = max(0, s^2 - m)), a place's
    posterior is Gamma(a + n, b + 1). Where places differ by no more than chance, all get the mean.
    """
    mean = float(totals.mean())
    spread = max(float(totals.var(ddof=1)) - mean if len(totals) > 1 else 0.0, 1e-9 * mean)
    prior_shape, prior_rate = mean**2 / spread, mean / spread
    shape = prior_shape + totals
    return shape / (prior_rate + 1), shape


def shared(past: pd.DataFrame, around: csr_array) -> float:
    """Return how far places wavered together with those around them, from the past periods' own sums around each.

    Weather and events come to neighbours at once, and their sum wavers by more than neighbours by themselves would:
    ``Var(sum) = sum(E + phi E^2) + c ((sum E)^2 - sum(E^2))``. `c` is by moments over all places and periods; zero
    where sums wavered no more than neighbours do by themselves.

    Parameters
    ----------
    past
        Incidents by place and period, at least two.
    around
        Row by row each place with its neighbours: ones (`Places.around`).
    """
    before = past.to_numpy(float)
    expected, free = _expected_by_margins(before)
    sums, means, squares = around @ before, around @ expected, around @ expected**2
    alone = means + _wavering(before) * squares
    excess = ((sums - means) ** 2).sum() / free - alone.sum()
    pairs = float((means**2 - squares).sum())
    together = max(0.0, float(excess) / pairs) if pairs > 0 else 0.0
    return together * (1 + 1 / before.shape[1])


def _dispersion(counts: "pd.Series[int]", expected: "pd.Series[float]") -> float:
    """Return the moment estimate of phi where Var = E + phi E^2; zero where counts waver less than chance."""
    known = expected.notna()
    observed, mean = counts[known].to_numpy(float), expected[known].to_numpy(float)
    return max(0.0, float(((observed - mean) ** 2 - observed).sum() / (mean**2).sum()))


def _wavering(before: "np.ndarray") -> float:
    """Return phi of how places waver between periods, beyond chance and beyond what all do together."""
    expected, free = _expected_by_margins(before)
    excess = ((before - expected) ** 2).sum() / free - expected.sum()
    return max(0.0, float(excess / (expected**2).sum()))


def _expected_by_margins(before: "np.ndarray") -> "tuple[np.ndarray, float]":
    """Return what places and periods by themselves let expect, and the share of freedom that this leaves."""
    expected = np.outer(before.sum(axis=1), before.sum(axis=0)) / before.sum()
    free = (before.shape[0] - 1) * (before.shape[1] - 1) / before.size  # a margin estimated is a freedom lost
    return expected, max(free, 1e-9)
