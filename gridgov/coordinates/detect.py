"""Tell from a batch whether it is WGS 84, GCJ-02 or BD-09, and how sure that is."""

from dataclasses import dataclass
from math import lgamma
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from gridgov.coordinates.checks import Floats, as_floats, position_faults
from gridgov.coordinates.convert import to_wgs84
from gridgov.coordinates.datum import BD09, GCJ02, WGS84, Datum
from gridgov.coordinates.evidence import Reference, agreement, expected_in_plane, remaining_offset, standing_out
from gridgov.coordinates.planes import to_plane

SURE: Final = 0.99
"""The probability from which a datum is named."""

_CANDIDATES: Final = (WGS84, GCJ02, BD09)
_MOST_PLACES: Final = 600
_SAME_PLACE_DEGREES: Final = 2e-4
_FEWEST_PLACES: Final = 20
_FEWEST_EXPECTED: Final = 5
_MIXED_FROM: Final = 4.0
_OUTLINE_LIMIT: Final = 3.0
_TAIL_FREEDOM: Final = 8
_TRUE_DENSITY: Final = 0.04


@dataclass(frozen=True, slots=True)
class DatumGuess:
    """What a batch says about its datum.

    Parameters
    ----------
    best
        The datum, or None: cannot tell.
    probabilities
        Per candidate, and for ``none`` of them; they add to 1.
    n
        Distinct places that were used (about 20 m; reports from one spot count once).
    improvement_m
        By how much the median place lies nearer to the reference, read in the likeliest datum instead of the next.
    sentence
        The answer for a person.
    """

    best: Datum | None
    probabilities: dict[str, float]
    n: int
    improvement_m: float
    sentence: str


def detect_datum(x: ArrayLike, y: ArrayLike, reference: Reference, *, expected: Any = None) -> DatumGuess:
    """Tell which of wgs84, gcj02 and bd09 a batch of degrees was written in.

    Three kinds of evidence are combined as Bayes factors, each candidate and "none of them" equally likely before:

    - fit to buildings, roads and addresses, in standard deviations above displaced copies of the batch
      (`evidence.standing_out`): Student's t with 8 degrees of freedom if the reading is wrong, flat above 2 if right;
    - the share of blocks inside the district's outline (beta-binomial, never more than a factor of 20);
    - agreement with `expected` places: the address's position, or the outline of the cell whose code a row carries.

    A batch that fits two datums is called mixed, a small or uninformative one undecidable.

    Parameters
    ----------
    x, y
        Longitude and latitude in degrees, as delivered. Unusable positions are left out.
    reference
        The district's own data, in WGS 84.
    expected
        Geometries in EPSG:4326, one per position, None where nothing is known.

    Returns
    -------
    DatumGuess
        ``best`` is None unless the probability reaches 0.99 on 20 places or more, or 5 expected ones.
    """
    xs, ys = (np.atleast_1d(values).ravel() for values in as_floats(x, y))
    targets = expected_in_plane(expected, reference.lon, len(xs))
    rows = _distinct_places(xs, ys)
    if not len(rows):
        return _undecided({}, 0, "None of the positions is a usable pair of degrees in China: no datum can be told.")
    readings = {datum.name: _read(xs[rows], ys[rows], datum, reference.lon) for datum in _CANDIDATES}
    stands = standing_out(reference, readings) if len(reference.features) else dict.fromkeys(readings, 0.0)
    known = int((~shapely.is_missing(targets[rows])).sum())
    weights = _combine(stands, _outline(reference, readings), agreement(targets[rows], readings))
    return _answer(weights, stands, _Batch(reference, readings, targets[rows], known))


@dataclass(frozen=True, slots=True)
class _Batch:
    reference: Reference
    readings: dict[str, Floats]
    targets: NDArray[np.object_]
    known: int

    @property
    def places(self) -> int:
        return len(self.targets)

    def median_distance(self, name: str) -> float:
        """Return the median distance to what is expected, or else to the nearest feature, 100 m at most."""
        places = self.readings[name]
        if self.known:
            has = ~shapely.is_missing(self.targets)
            return float(np.median(shapely.distance(shapely.points(places[has]), self.targets[has])))
        return float(np.median(np.minimum(self.reference.distances(places), 100.0)))


def _distinct_places(xs: Floats, ys: Floats) -> NDArray[np.intp]:
    """One row per usable place, at most 600, spread evenly over the batch."""
    usable = np.flatnonzero(position_faults(xs, ys, BD09) < 0)
    grid = np.round(np.column_stack([xs[usable], ys[usable]]) / _SAME_PLACE_DEGREES)
    _, first = np.unique(grid, axis=0, return_index=True)
    rows = usable[np.sort(first)]
    if len(rows) <= _MOST_PLACES:
        return rows
    return np.sort(np.random.default_rng(len(rows)).choice(rows, _MOST_PLACES, replace=False))


def _read(xs: Floats, ys: Floats, datum: Datum, lon: float) -> Floats:
    places = shapely.points(*to_wgs84(xs, ys, datum))
    return shapely.get_coordinates(to_plane(places, lon))


def _outline(reference: Reference, readings: dict[str, Floats]) -> dict[str, float]:
    """Log-likelihood of how many 250 m blocks lie inside, limited, since borders are crossed lawfully."""
    scores = {}
    for name, places in readings.items():
        blocks, number = np.unique(np.floor(places / 250), axis=0, return_inverse=True)
        share = np.bincount(number.ravel(), weights=reference.inside(places)) / np.bincount(number.ravel())
        inside = float(share.sum())
        scores[name] = _log_beta(8 + inside, 0.6 + len(blocks) - inside)
    middle = float(np.mean(list(scores.values())))
    return {name: float(np.clip(score - middle, -_OUTLINE_LIMIT, _OUTLINE_LIMIT)) for name, score in scores.items()}


def _combine(stands: dict[str, float], outline: dict[str, float], agrees: dict[str, float]) -> dict[str, float]:
    logs = {name: _bayes_factor(stands[name]) + outline[name] + agrees[name] for name in stands}
    logs["none"] = 0.0
    top = max(logs.values())
    weights = {name: float(np.exp(value - top)) for name, value in logs.items()}
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()}


def _bayes_factor(stand: float) -> float:
    """Log of how much likelier this standing is if the reading is right than if it is wrong."""
    if stand == 0:
        return 0.0
    right = np.log(_TRUE_DENSITY) - np.log1p(np.exp(-2 * (stand - 2)))
    return float(right - _student(stand, _TAIL_FREEDOM))


def _student(value: float, freedom: float) -> float:
    """Return the logarithm of Student's density. All of ``scipy.stats`` for it costs each process 34 MB."""
    tail = (freedom + 1) / 2 * np.log1p(value**2 / freedom)
    return float(-_log_beta(0.5, freedom / 2) - np.log(freedom) / 2 - tail)


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def _answer(weights: dict[str, float], stands: dict[str, float], batch: _Batch) -> DatumGuess:
    ranked = sorted(stands, key=lambda name: -weights[name])
    first, second = ranked[0], ranked[1]
    gain = batch.median_distance(second) - batch.median_distance(first)
    if sorted(stands.values())[-2] >= _MIXED_FROM:
        names = " and ".join(sorted(stands, key=lambda name: -stands[name])[:2])
        sentence = f"The batch looks mixed: parts of it fit {names}. Separate it by source and try each part."
        return _undecided(weights, batch.places, sentence, gain)
    if weights[first] < SURE or not _enough(batch):
        sentence = (
            f"Cannot tell the datum from {batch.places} places: {first} is likeliest at {weights[first]:.0%}, "
            f"then {second} at {weights[second]:.0%}. Ask the source, or give more positions, addresses or buildings."
        )
        return _undecided(weights, batch.places, sentence, gain)
    if offset := remaining_offset(batch.reference, batch.readings[first]):
        sentence = (
            f"Read as {first} the batch fits best, but far better still when moved by another {offset:.0f} m: "
            "it may be in an older datum (Xian 1980, Beijing 1954) or a local system. Ask the source."
        )
        return _undecided(weights, batch.places, sentence, gain)
    sentence = (
        f"The coordinates are {first}, {min(weights[first], 0.9999):.2%} certain from {batch.places} places: read so, "
        f"the median place lies {abs(gain):.0f} m {'nearer to' if gain >= 0 else 'farther from'} "
        f"what is there than read as {second}."
    )
    return DatumGuess(Datum(first), weights, batch.places, gain, sentence)


def _enough(batch: _Batch) -> bool:
    return batch.places >= _FEWEST_PLACES or batch.known >= _FEWEST_EXPECTED


def _undecided(weights: dict[str, float], places: int, sentence: str, gain: float = 0.0) -> DatumGuess:
    even = dict.fromkeys([*(datum.name for datum in _CANDIDATES), "none"], 0.25)
    return DatumGuess(None, weights or even, places, gain, sentence)
