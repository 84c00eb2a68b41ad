"""What figures are made of, looked at once at the door: every number is there, and every row is found again."""

import numpy as np
import pandas as pd

from gridgov.errors import InputError


def amounts(given: pd.Series, *, field: str) -> pd.Series:
    """Return numbers that add up, as floats on their own index.

    Raises
    ------
    InputError
        If there are none, or some are missing, infinite or below zero.
    """
    numbers = pd.to_numeric(given, errors="coerce").astype(float)
    if numbers.empty:
        message = f"There is nothing to measure: {field} is empty. Was everything filtered away?"
        raise InputError(message, field=field)
    wrong = ~np.isfinite(numbers) | (numbers < 0)
    if wrong.any():
        message = (
            f"{wrong.sum()} of {len(numbers)} {field} are missing or below zero, the first is that of "
            f"{numbers.index[wrong][0]}: give 0 where there is nothing, or leave the row out."
        )
        raise InputError(message, field=field)
    return numbers


def beside(given: pd.Series, index: pd.Index, *, field: str) -> pd.Series:
    """Return values in the order of another index.

    Raises
    ------
    InputError
        If the two are not of the same things, or a value is missing.
    """
    if not given.index.is_unique or len(given) != len(index) or not index.isin(given.index).all():
        message = f"{field} is not on the same index: give it for the same rows, each once."
        raise InputError(message, field=field)
    found = given.reindex(index)
    if found.isna().any():
        message = f"{field} is missing for {found.isna().sum()} rows, the first is {found.index[found.isna()][0]}."
        raise InputError(message, field=field)
    return found
