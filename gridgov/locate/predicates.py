"""On which side of a straight edge a point lies, exactly: the one question every answer here is made of.

The sign of the determinant ``(b - a) x (p - a)`` of four doubles decides. Where the differences of coordinates are
exact (Sterbenz: both within a factor of two, which holds for longitudes 73-135 and for the latitudes of one city) two
rounded products already order the exact ones, because rounding is monotone; a tie is broken by their rounding errors
(Dekker 1971). Elsewhere the determinant is filtered by Shewchuk's bound and, in doubt, expanded without any rounding
(Shewchuk 1997, "Adaptive precision floating-point arithmetic and fast robust geometric predicates").
Of any two coordinates that are not 0 at least one must exceed 1e-269 in magnitude.
"""

import numpy as np

from gridgov.compiled import compiled, compiled_for

Point = tuple[float, float]

_SPLITTER = 134217729.0  # 2**27 + 1, halves a double's 53 bits (Veltkamp)
_FILTER = 3.3306690738754716e-16  # (3 + 16 u) u with u = 2**-53: Shewchuk's ccwerrboundA
_TINY = 1e-300  # below it products lose bits that the filter counts on
_UP = 2.0**500  # lifts degrees, and even the least of doubles times a degree, off the range where bits are lost


@compiled
def _product_tail(a: float, b: float, product: float) -> float:
    split = _SPLITTER * a
    a_high = split - (split - a)
    a_low = a - a_high
    split = _SPLITTER * b
    b_high = split - (split - b)
    b_low = b - b_high
    return a_low * b_low - (((product - a_high * b_high) - a_low * b_high) - a_high * b_low)


@compiled
def _grow(expansion: np.ndarray, size: int, term: float) -> int:
    # Shewchuk's GROW-EXPANSION: the expansion stays exact, components ordered by magnitude.
    for i in range(size):
        total = term + expansion[i]
        virtual = total - term
        expansion[i] = (term - (total - virtual)) + (expansion[i] - virtual)
        term = total
    expansion[size] = term
    return size + 1


@compiled_for("int64(UniTuple(float64, 2), UniTuple(float64, 2), UniTuple(float64, 2))")
def _side_expanded(a: Point, b: Point, p: Point) -> int:
    lefts = (a[0] * _UP, -a[0] * _UP, -p[0] * _UP, -a[1] * _UP, a[1] * _UP, p[1] * _UP)
    rights = (b[1] * _UP, p[1] * _UP, b[1] * _UP, b[0] * _UP, p[0] * _UP, b[0] * _UP)
    expansion = np.zeros(12)
    size = 0
    for i in range(6):
        product = lefts[i] * rights[i]
        size = _grow(expansion, size, _product_tail(lefts[i], rights[i], product))
        size = _grow(expansion, size, product)
    for i in range(size - 1, -1, -1):
        if expansion[i] != 0.0:
            return 1 if expansion[i] > 0.0 else -1
    return 0


@compiled
def side(a: Point, b: Point, p: Point, near: bool) -> int:  # noqa: FBT001 - numba takes no keyword-only arguments
    """Return 1 if `p` lies left of the line from `a` to `b`, -1 if right of it, 0 if exactly on it.

    `near` promises that the differences of these coordinates are exact.
    """
    forward = (b[0] - a[0]) * (p[1] - a[1])
    backward = (b[1] - a[1]) * (p[0] - a[0])
    if near:
        if forward != backward:
            return 1 if forward > backward else -1
        forward = _product_tail(b[0] - a[0], p[1] - a[1], forward)
        backward = _product_tail(b[1] - a[1], p[0] - a[0], backward)
        return int(forward > backward) - int(forward < backward)
    bound = _FILTER * (abs(forward) + abs(backward)) + _TINY
    if forward - backward > bound:
        return 1
    if backward - forward > bound:
        return -1
    return _side_expanded(a, b, p)


@compiled
def within_box(a: Point, b: Point, p: Point) -> bool:
    """Return whether `p` lies in the closed box spanned by `a` and `b`."""
    return bool(
        min(a[0], b[0]) <= p[0] <= max(a[0], b[0]) and min(a[1], b[1]) <= p[1] <= max(a[1], b[1]),
    )


@compiled
def crosses(reference: Point, p: Point, a: Point, b: Point, near: bool) -> bool:  # noqa: FBT001 - as above
    """Return whether the line through `reference` and `p` separates `a` from `b`, a point on it counting as left."""
    return (side(reference, p, a, near) >= 0) != (side(reference, p, b, near) >= 0)


def differences_are_exact(low: float, high: float) -> bool:
    """Return whether all differences of doubles within [low, high] are exact (Sterbenz 1974)."""
    return (low > 0.0 and high <= 2.0 * low) or (high < 0.0 and low >= 2.0 * high)
