"""What could not be as wished, street by street, in words."""

from collections.abc import Iterator

import numpy as np

from gridgov.planning.asking import Street
from gridgov.planning.checks import some

EVEN = 1e-9


def notes_of(street: Street, codes: np.ndarray, band: float) -> Iterator[str]:
    """Say of a street what its plan does not keep, and why where that is known.

    Parameters
    ----------
    codes
        The new cell of each of its atoms.
    band
        As wished, a share; that of the first criterion.
    """
    problem = street.problem
    if not problem.load.any():
        yield f"Street {street.code}: nothing weighs anything there, so it stays as it is."
        return
    if len(street.cells) == 1 and street.more == (0, 0):
        yield f"Street {street.code} has one cell, so there is nobody to share with."
        return
    heavy = (problem.load * street.even).max(axis=1) > 1 + band
    if heavy.any():
        yield f"Street {street.code}: {int(heavy.sum())} atoms weigh more than a cell should; draw them finer."
    closed = street.ordinary & problem.closed[: len(street.cells)]
    if closed.any() and not closed.all():
        yield from _locked(street, closed, band)
    yield from _number(street, codes)
    yield from _outside(street, codes, band)


def _locked(street: Street, closed: np.ndarray, band: float) -> Iterator[str]:
    loads = np.bincount(street.problem.home, street.problem.load[:, 0], len(street.cells))
    rest = float(loads[street.ordinary & ~closed].mean())
    if abs(rest - 1) > band:
        yield (
            f"Street {street.code}: with {int(closed.sum())} cells locked the others have {rest:.0%} of the mean "
            f"at best, out of the band of {band:.0%}. Unlock some, or allow for `more` cells."
        )


def _number(street: Street, codes: np.ndarray) -> Iterator[str]:
    today, now = int(street.ordinary.sum()), len(np.unique(codes[street.ordinary[street.problem.home]]))
    least, most = today + street.more[0], today + street.more[1]
    if not least <= now <= most:
        wanted = f"{least}" if least == most else f"{least} to {most}"
        yield (
            f"Street {street.code}: {wanted} cells were wished for and {now} were made: what is locked, borders of "
            "communities or `most_dissolved` leave no room for the rest."
        )


def _outside(street: Street, codes: np.ndarray, band: float) -> Iterator[str]:
    """Name the cells that stay out of the band: of the first criterion, by the mean of the street as it is planned."""
    counted = street.ordinary[street.problem.home]
    names, cell = np.unique(codes[counted], return_inverse=True)
    loads = np.bincount(cell, street.problem.load[counted, 0], len(names))
    off = loads / loads.mean() - 1 if loads.any() else np.zeros(len(names))
    order = np.argsort(-np.abs(off), kind="stable")
    out = [f"{names[k]} ({off[k]:+.0%})" for k in order if abs(off[k]) > band + EVEN]
    if out:
        yield f"Street {street.code}: {len(out)} of {len(names)} cells stay out of {band:.0%}: {some(out, len(out))}."
