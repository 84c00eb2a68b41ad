"""The probability of each cell for a position with a circular normal error, from the cells' edges.

In polar coordinates around the position the mass within a polygon is, by Green's theorem, 1 if the position lies inside
(0 if not) less (1 / 2 pi) times the integral of exp(-r^2 / 2 sigma^2) over the angle, along its edges
counter-clockwise. For a straight edge at distance h, from t1 to t2 along its line, that is a difference of Owen's
function T(h / sigma, t / h) (D. B. Owen 1956, "Tables for computing bivariate normal probabilities"). An edge takes
from the cell on its left what it gives to the one on its right, so probabilities add to 1 by themselves; edges beyond
six sigma hold at most exp(-18) = 1.5e-8.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import owens_t

from gridgov.compiled import borrowing, compiled
from gridgov.errors import CoordinateError
from gridgov.locate.coverage import Floats, Integers
from gridgov.locate.plane import Places, Plane, edges_meeting, project
from gridgov.locate.points import rank_at, ranks_at
from gridgov.locate.raster import Raster
from gridgov.locate.shares import Rows, exact_shares, merged

LEAST = 1e-6
"""Cells less probable than this are left out."""

SIGMAS_OF_68_PERCENT = float(np.sqrt(-2.0 * np.log(0.32)))
"""The radius holding 68 % of a circular normal error, in sigmas (its radius is Rayleigh distributed)."""

_REACH = 6.0  # sigmas
_AT_ONCE = 256
_SAMPLES = 4096
_TOO_NEAR_M, _STEP_M = 1e-7, 1e-6


class Sides(NamedTuple):
    """Edges near positions: position, left and right rank, signed distance, from where to where along the edge."""

    position: Places
    left: Places
    right: Places
    distance: Floats
    start: Floats
    end: Floats


def probable_cells(
    ranks: Integers, lon_lat: Floats, accuracy_m: npt.ArrayLike, plane_at: Callable[[int], Plane]
) -> Rows:
    """Return positions, ranks and probabilities; see `CellLocator.probabilities`."""
    try:
        accuracy = np.array(np.broadcast_to(np.asarray(accuracy_m, dtype=np.float64), ranks.shape))
    except (TypeError, ValueError) as error:
        message = "accuracy_m must be one number of metres, or one for every point."
        raise CoordinateError(message, field="accuracy_m") from error
    if not (np.isfinite(accuracy) & (accuracy >= 0)).all():
        message = "accuracy_m must be finite and not negative: leave out or judge what has no known accuracy."
        raise CoordinateError(message, field="accuracy_m")
    spread = np.flatnonzero(np.isfinite(lon_lat).all(axis=1) & (accuracy > 0))
    exact = np.setdiff1d(np.arange(len(ranks)), spread)
    found = [Rows(exact, ranks[exact].astype(np.int64), np.ones(len(exact)))]
    meridians = np.floor(lon_lat[spread, 0] / 3.0 + 0.5).astype(int) * 3
    for meridian in np.unique(meridians):
        plane, chosen = plane_at(int(meridian)), spread[meridians == meridian]
        xy = project(plane.epsg, plane.polynomial, lon_lat[chosen])
        masses = _masses if plane.raster.clean else _sampled
        for start in range(0, len(chosen), _AT_ONCE):
            some = slice(start, start + _AT_ONCE)
            rows = masses(plane.raster, xy[some], accuracy[chosen[some]] / SIGMAS_OF_68_PERCENT)
            found.append(rows._replace(footprint=chosen[some][rows.footprint]))
    rows = merged(found)
    likely = rows.measure >= LEAST
    positions = rows.footprint[likely]
    return Rows(positions, rows.rank[likely], exact_shares(positions, rows.measure[likely]))


def _masses(raster: Raster, xy: Floats, sigma: Floats) -> Rows:
    base, sides = sides_near(raster, xy, sigma)
    scale = sigma[sides.position]
    distance = np.abs(sides.distance)
    mass = owens_t(distance / scale, sides.end / distance) - owens_t(distance / scale, sides.start / distance)
    mass = np.where(sides.distance > 0, mass, -mass)
    everyone = np.arange(len(xy))
    return Rows(
        np.concatenate((everyone, sides.position, sides.position)),
        np.concatenate((base, sides.left, sides.right)),
        np.concatenate((np.ones(len(xy)), -mass, mass)),
    )


@borrowing
def _least_distance(edges: Floats, found: Places, x: float, y: float) -> float:
    least = np.inf
    for e in found:
        dx, dy = edges[e, 2] - edges[e, 0], edges[e, 3] - edges[e, 1]
        length2 = dx * dx + dy * dy
        t = ((x - edges[e, 0]) * dx + (y - edges[e, 1]) * dy) / length2 if length2 > 0.0 else 0.0
        t = min(max(t, 0.0), 1.0)
        least = min(least, np.hypot(edges[e, 0] + t * dx - x, edges[e, 1] + t * dy - y))
    return float(least)


@borrowing
def _off_edges(edges: Floats, found: Places, x: float, y: float) -> tuple[float, float]:
    """Return a place off all edges within micrometres: on an edge the direction to it is not defined."""
    px, py, step = x, y, 0.0
    while _least_distance(edges, found, px, py) < _TOO_NEAR_M and step < 64.0:
        step += 1.0
        px, py = x + _STEP_M * step * np.cos(2.4 * step + 0.7), y + _STEP_M * step * np.sin(2.4 * step + 0.7)
    return px, py


@compiled
def sides_near(raster: Raster, xy: Floats, sigma: Floats) -> tuple[Places, Sides]:
    """Return the rank of every position, and all edges within six sigma, seen from it."""
    base = np.empty(len(xy), np.int64)
    found, edges, used = np.empty(4096, np.int64), raster.edges, 0
    whose, values = np.empty((4096, 3), np.int64), np.empty((4096, 3))
    for k in range(len(xy)):
        x, y, reach = xy[k, 0], xy[k, 1], _REACH * sigma[k]
        count, rank = edges_meeting(raster, (x - reach, y - reach, x + reach, y + reach), found)
        while count > len(found):
            found = np.empty(count, np.int64)
            count, rank = edges_meeting(raster, (x - reach, y - reach, x + reach, y + reach), found)
        if count == 0:
            base[k] = rank
            continue
        x, y = _off_edges(edges, found[:count], x, y)
        base[k] = rank_at(raster, x, y)
        if used + count > len(whose):
            whose = np.concatenate((whose, np.empty((len(whose) + count, 3), np.int64)))
            values = np.concatenate((values, np.empty((len(values) + count, 3))))
        for e in found[:count]:
            ax, ay, bx, by = edges[e, 0] - x, edges[e, 1] - y, edges[e, 2] - x, edges[e, 3] - y
            length = np.hypot(bx - ax, by - ay)
            if length > 0.0:
                whose[used, 0], whose[used, 1], whose[used, 2] = k, int(edges[e, 4]), int(edges[e, 5])
                values[used, 0] = (ax * by - ay * bx) / length
                values[used, 1] = (ax * (bx - ax) + ay * (by - ay)) / length
                values[used, 2] = (bx * (bx - ax) + by * (by - ay)) / length
                used += 1
    whose, values = whose[:used], values[:used]
    return base, Sides(whose[:, 0], whose[:, 1], whose[:, 2], values[:, 0], values[:, 1], values[:, 2])


def _sampled(raster: Raster, xy: Floats, sigma: Floats) -> Rows:
    """Return probabilities from places spread evenly by probability on a spiral: for cells that overlap."""
    k = np.arange(_SAMPLES) + 0.5
    radius, angle = np.sqrt(-2.0 * np.log(1.0 - k / _SAMPLES)), k * np.pi * (3.0 - np.sqrt(5.0))
    spiral = np.column_stack((radius * np.cos(angle), radius * np.sin(angle)))
    places = (xy[:, None] + spiral * sigma[:, None, None]).reshape(-1, 2)
    ranks = np.empty(len(places), np.int32)
    ranks_at(raster, np.ascontiguousarray(places[:, 0]), np.ascontiguousarray(places[:, 1]), ranks)
    positions = np.repeat(np.arange(len(xy)), _SAMPLES)
    return Rows(positions, ranks.astype(np.int64), np.full(len(ranks), 1.0 / _SAMPLES))
