"""Which of the new cells is which of the old: by most residents in common, so that whoever looks after them stays."""

import numpy as np
import scipy.sparse as sp
from scipy.optimize import linear_sum_assignment


def matched(
    before: np.ndarray, after: np.ndarray, residents: np.ndarray, *, pinned: np.ndarray, staying: float = 0.0
) -> np.ndarray:
    """Return `after` with its cells numbered anew so that as many residents as possible keep their cell.

    The assignment problem (Kuhn, Naval Research Logistics Quarterly 2 (1955) 83-97), by overlap of residents; where
    there are none, of atoms.

    Parameters
    ----------
    before, after
        The cell of each atom: numbers that are smaller than the length of `pinned`.
    residents
        Of each atom.
    pinned
        Of each cell, whether it keeps its number whatever happens.
    staying
        How many residents it is worth that one cell more keeps some of its own.
    """
    cells = len(pinned)
    least = 1e-9 * max(float(residents.sum()), 1.0) / max(len(residents), 1)
    common = sp.coo_array((residents + least, (after, before)), shape=(cells, cells)).toarray()
    common += staying * (common > 0)
    common[pinned, pinned] += common.sum() + 1.0
    rows, columns = linear_sum_assignment(common, maximize=True)
    number = np.empty(cells, np.int64)
    number[rows] = columns
    renumbered: np.ndarray = number[after]
    return renumbered
