"""Tell quickly that a small outline is valid; where that is not plain to see, GEOS is asked."""

import numpy as np
import numpy.typing as npt

from gridgov.compiled import borrowing, compiled
from gridgov.locate.coverage import Floats
from gridgov.locate.plane import Places
from gridgov.locate.predicates import side

_MOST_VERTICES = 64


@borrowing
def _apart(xy: Floats, i: int, j: int) -> bool:
    """Return whether two edges of a ring surely have no point in common."""
    a, b, c, d = xy[i], xy[i + 1], xy[j], xy[j + 1]
    if max(a[0], b[0]) < min(c[0], d[0]) or max(c[0], d[0]) < min(a[0], b[0]):
        return True
    if max(a[1], b[1]) < min(c[1], d[1]) or max(c[1], d[1]) < min(a[1], b[1]):
        return True
    p, q, r, s = (a[0], a[1]), (b[0], b[1]), (c[0], c[1]), (d[0], d[1])
    return bool(side(p, q, r, False) * side(p, q, s, False) > 0 or side(r, s, p, False) * side(r, s, q, False) > 0)  # noqa: FBT003 - numba takes no keyword-only arguments


@borrowing
def _turns(xy: Floats, i: int, j: int) -> bool:
    """Return whether consecutive edges i, j of a ring surely share only their vertex."""
    a, b, c = xy[i], xy[j], xy[j + 1]
    if side((a[0], a[1]), (b[0], b[1]), (c[0], c[1]), False) != 0:  # noqa: FBT003 - as above
        return True
    ahead = (b[0] - a[0]) * (c[0] - b[0]) + (b[1] - a[1]) * (c[1] - b[1])
    return bool(ahead > 0.0)


@borrowing
def _is_simple(xy: Floats) -> bool:
    edges = len(xy) - 1
    if edges < 3 or edges > _MOST_VERTICES:
        return False
    for i in range(edges):
        if not _turns(xy, i, (i + 1) % edges):
            return False
        for j in range(i + 2, edges - 1 if i == 0 else edges):
            if not _apart(xy, i, j):
                return False
    return True


@compiled
def surely_valid(xy: Floats, ends: Places) -> npt.NDArray[np.bool_]:
    """Return for every polygon of one ring, xy[ends[k]:ends[k + 1]], whether it is valid beyond doubt."""
    valid = np.zeros(len(ends) - 1, np.bool_)
    for k in range(len(valid)):
        valid[k] = _is_simple(xy[ends[k] : ends[k + 1]])
    return valid
