"""Look at a finished plan once more, by nothing of what made it."""

import numpy as np

from gridgov.planning.asking import Street
from gridgov.planning.checks import pieces_of


def check_done(street: Street, cell: np.ndarray) -> None:
    """Make sure, whatever the ways of planning are, that a finished plan of a street is one.

    Raises
    ------
    RuntimeError
        If a cell is in pieces, something locked moved, or the number of cells is another although it was to stay. That
        is a mistake of this program: nothing of the plan is given away.
    """
    problem = street.problem
    wrong = []
    if (pieces_of(problem, cell) > 1).any():
        wrong.append("a cell is in pieces")
    locked = problem.locked & (cell != street.begin)
    if locked.any() or (problem.closed[cell] & (cell != problem.home)).any():
        wrong.append("what is locked was moved")
    by_hand = (street.begin != problem.home).any()
    if street.more == (0, 0) and not by_hand and len(np.unique(cell)) != len(street.cells):
        wrong.append(f"{len(street.cells)} cells became {len(np.unique(cell))}")
    if wrong:
        message = f"The plan of street {street.code} is none: {'; '.join(wrong)}. Please report this with your atoms."
        raise RuntimeError(message)
