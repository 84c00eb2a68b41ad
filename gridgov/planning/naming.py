"""How the cells of a plan are called: who keeps residents keeps the code; what is new takes one that became free."""

from itertools import count as count_from

import numpy as np

from gridgov.planning.asking import Street


def named(street: Street, cell: np.ndarray) -> np.ndarray:
    """Return the code of each atom's cell.

    A cell that keeps ground or residents of its own keeps its code. A new one takes the code of a cell that was
    dissolved in its community (in its street, where cells may cross), and where none is free, the street's and a
    number: ``370102001+1``. Such a name is for now: codes are numbered when a draft is published.

    Parameters
    ----------
    cell
        Numbers, matched with today's; see `gridgov.planning.matching.matched`.
    """
    home, count = street.problem.home, len(street.cells)
    stays = np.zeros(max(count, int(cell.max()) + 1), bool)
    stays[np.unique(cell[cell == home])] = True
    names = dict(enumerate(street.cells))
    free: dict[int, list[str]] = {}
    for gone in np.flatnonzero(~stays[:count]):
        free.setdefault(int(street.communities[home == gone][0]), []).append(street.cells[gone])
    # A plan of a plan has such names already.
    fresh = (f"{street.code}+{k}" for k in count_from(1) if f"{street.code}+{k}" not in street.cells)
    for number in (int(one) for one in np.unique(cell) if not stays[one]):
        mine = free.get(int(street.communities[cell == number][0]), [])
        names[number] = mine.pop(0) if mine else next(fresh)
    return np.array([names[int(number)] for number in cell], object)
