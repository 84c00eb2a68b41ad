"""How few residents any plan must move: lower bounds, which hold for every plan however its cells are drawn.

Both take residents for divisible and let anybody live in any cell of their street. A cell that is to have less than it
has must let the difference go, whoever comes instead; so a plan moves at least the sum of what its cells let go.
"""

import numpy as np
from scipy.optimize import brentq

Floats = np.ndarray
Groups = np.ndarray


def least_within(loads: Floats, streets: Groups, band: float, *, cells: Groups | None = None) -> float:
    """Return the least that any plan moves after which every cell is within `band` of its street's mean.

    Parameters
    ----------
    loads
        Of each cell today.
    streets
        Of each cell, the number of its street: cells keep their street, and each street its number of cells.
    band
        As a share: 0.25 is a quarter.
    cells
        By the number of a street, how many cells it is to have; as many as today unless said. What is new begins with
        nothing, and where there are to be fewer, at best those go that have least.

    Returns
    -------
    float
        In the unit of `loads`.

    Examples
    --------
    >>> round(least_within(np.array([100.0, 300.0, 200.0]), np.array([0, 0, 0]), 0.25), 9)
    50.0
    """
    least = 0.0
    for street in np.unique(streets):
        mine, gone = _in_number(loads[streets == street], None if cells is None else int(cells[street]))
        if not len(mine):
            continue
        mean = (mine.sum() + gone) / len(mine)
        above = np.maximum(mine - mean * (1 + band), 0).sum() + gone
        below = np.maximum(mean * (1 - band) - mine, 0).sum()
        least += max(above, below)
    return float(least)


def _in_number(mine: Floats, count: int | None) -> tuple[Floats, float]:
    """Return the loads of a street of so many cells, and what those had that are no more."""
    more = 0 if count is None else count - len(mine)
    if more >= 0:
        return np.concatenate([mine, np.zeros(more)]), 0.0
    kept = np.sort(mine)[-more:]
    return kept, float(mine.sum() - kept.sum())


def least_residents(load: Floats, residents: Floats, cell: Groups, streets: Groups, band: float) -> float:
    """Return the least number of residents that any plan moves after which other loads than theirs are within `band`.

    What a cell lets go is taken from those of its atoms that carry most load with fewest residents (the fractional
    knapsack; Dantzig, Operations Research 5 (1957) 266-277); what cells lack, from those of all others of the street.

    Parameters
    ----------
    load, residents, cell
        Of each atom; cells are numbered from 0.
    streets
        Of each cell, the number of its street.

    Examples
    --------
    >>> load, residents, cell = np.array([1.0, 2.0, 1.0]), np.array([10.0, 5.0, 10.0]), np.array([0, 0, 1])
    >>> least_residents(load, residents, cell, np.array([0, 0]), 0.0)
    2.5
    """
    loads = np.bincount(cell, load, len(streets))
    least = 0.0
    for street in np.unique(streets):
        mine = streets == street
        mean = loads[mine].mean()
        above = np.maximum(loads - mean * (1 + band), 0) * mine
        let_go = sum(_lightest(load[cell == c], residents[cell == c], above[c]) for c in np.flatnonzero(above > 0))
        below = float((np.maximum(mean * (1 - band) - loads, 0) * mine).sum())
        givers = mine[cell] & (loads[cell] >= mean * (1 - band))
        least += max(let_go, _lightest(load[givers], residents[givers], below))
    return float(least)


def _lightest(load: Floats, residents: Floats, wanted: float) -> float:
    """Return how many residents carry at least as much load as is wanted, at the fewest."""
    carrying = load > 0
    load, residents = load[carrying], residents[carrying]
    order = np.argsort(residents / load, kind="stable")
    taken = np.clip(wanted - (np.cumsum(load[order]) - load[order]), 0, load[order])
    return float((taken * residents[order] / load[order]).sum())


def least_for_spread(loads: Floats, streets: Groups, spread: float, *, cells: Groups | None = None) -> float:
    """Return the least that a plan moves after which the coefficient of variation is at most a spread.

    The coefficient is that of loads as shares of their street's mean. What is best cuts off what lies above one level
    of a street and fills up what lies below another; how far the two levels are apart is, by the price of spread, the
    square of the street's mean over that price. The price is found by bisection. Where a street is to have fewer cells
    (`cells`, as in `least_within`), nothing is known: 0.

    Examples
    --------
    >>> round(least_for_spread(np.array([100.0, 300.0]), np.array([0, 0]), 0.0), 6)
    100.0
    >>> least_for_spread(np.array([100.0, 300.0]), np.array([0, 0]), 0.5)
    0.0
    """
    counts = np.bincount(streets) if cells is None else cells
    if (counts < np.bincount(streets)).any():
        return 0.0
    groups = [np.sort(_in_number(loads[streets == s], int(counts[s]))[0]) for s in np.unique(streets)]
    groups = [mine for mine in groups if mine.sum() > 0]
    allowed = spread**2 * sum(len(mine) for mine in groups)
    if _spread(groups, groups) <= allowed:
        return 0.0

    def off(price: float) -> float:
        return _spread([_levelled(mine, mine.mean() ** 2 * price) for mine in groups], groups) - allowed

    low = min(1.0 / mine.mean() for mine in groups) * 1e-9
    # A hair more than levels nothing: a spread may be above what is allowed in its last bit alone.
    high = max((mine[-1] - mine[0]) / mine.mean() ** 2 for mine in groups) * (1 + 1e-9)
    price = low if off(low) > 0 else brentq(off, low, high, xtol=1e-15, rtol=1e-12)
    return float(sum(np.maximum(mine - _levelled(mine, mine.mean() ** 2 * price), 0).sum() for mine in groups))


def _spread(after: list[Floats], before: list[Floats]) -> float:
    return float(sum((((one / other.mean()) - 1) ** 2).sum() for one, other in zip(after, before, strict=True)))


def _levelled(mine: Floats, width: float) -> Floats:
    """Return a street's loads after those above a level went to those more than `width` below it."""
    if mine[-1] - mine[0] <= width:
        return mine

    def left_over(level: float) -> float:
        return float(np.maximum(mine - level, 0).sum() - np.maximum(level - width - mine, 0).sum())

    level = brentq(left_over, mine[0], mine[-1] + width, xtol=1e-12 * mine[-1])
    levelled: Floats = np.clip(mine, level - width, level)
    return levelled
