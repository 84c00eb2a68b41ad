"""What a batch of positions tells about its datum, measured on the reference data of the district.

Reports lie on roads, at buildings, at addresses. Read in the right datum a batch fits such features; read in a wrong
one it is displaced by some 550 m to 1.3 km and fits them as well as any displaced batch does. So the fit of each
reading is compared with the fit of the *same* batch displaced by many other vectors: how dense the city is, how
clustered the reports are, how regular the blocks are and how good the positions are all enter both sides alike.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
import shapely
from numpy.typing import NDArray

from gridgov.coordinates.checks import Floats
from gridgov.coordinates.planes import to_plane
from gridgov.errors import GeometryError

_SCALES_M: Final = (8.0, 20.0)
_STRAY_SHARE: Final = 0.15
_REACH_M: Final = 100.0
_BORDER_DOUBT_M: Final = 30.0
_CONTROLS: Final = 72
_CONTROL_RANGE_M: Final = (200.0, 1700.0)
_CLEAR_OF_CANDIDATE_M: Final = 120.0
_OFFSETS_M: Final = (50.0, 90.0, 130.0)
_EXPECTED_SCALE_M: Final = 60.0
_GOLDEN_ANGLE: Final = np.pi * (3 - 5**0.5)


@dataclass(frozen=True, slots=True)
class Reference:
    """Where things truly are: what reports of this district lie on.

    Parameters
    ----------
    features
        Buildings, roads, address points, in the plane of `lon`, metres.
    outline
        The district, in the same plane, or None.
    lon
        The longitude that chose the plane.
    """

    features: NDArray[np.object_]
    outline: Any
    lon: float
    tree: shapely.STRtree

    @classmethod
    def from_layers(cls, layers: Iterable[Any], outline: Any = None) -> Self:
        """Make the reference from layers in EPSG:4326.

        Parameters
        ----------
        layers
            GeoDataFrames, GeoSeries or arrays of geometries: the more kinds, the surer.
        outline
            The district's polygon in EPSG:4326, lon/lat, or None.

        Raises
        ------
        GeometryError
            If there is neither a feature nor an outline.
        """
        arrays = [np.asarray(getattr(layer, "geometry", layer), dtype=object).ravel() for layer in layers]
        features = np.concatenate([*arrays, np.empty(0, dtype=object)])
        features = features[~(shapely.is_missing(features) | shapely.is_empty(features))]
        known = features if len(features) else np.array([outline] if outline is not None else [], dtype=object)
        if not len(known):
            message = "To tell a datum, give buildings, roads or addresses of the district, or its outline."
            raise GeometryError(message, field="reference")
        west, _, east, _ = shapely.total_bounds(known)
        lon = float(west + east) / 2
        plane = to_plane(features, lon)
        border = None if outline is None else shapely.buffer(to_plane(outline, lon), _BORDER_DOUBT_M)
        shapely.prepare(border)
        return cls(plane, border, lon, shapely.STRtree(plane))

    def distances(self, places: Floats) -> Floats:
        """Return per place (n, 2, metres) the distance to the nearest feature, infinite beyond 100 m."""
        found = np.full(len(places), np.inf)
        if len(self.features):
            (rows, _), near = self.tree.query_nearest(
                shapely.points(places), max_distance=_REACH_M, return_distance=True, all_matches=False
            )
            found[rows] = near
        return found

    def inside(self, places: Floats) -> NDArray[np.bool_]:
        """Return per place whether it lies in the district or within 30 m of it; all do when no outline is known."""
        if self.outline is None:
            return np.ones(len(places), dtype=bool)
        return np.asarray(shapely.contains_xy(self.outline, places[:, 0], places[:, 1]))

    def fit(self, places: Floats) -> float:
        """Return how well places sit on features: the mean log of a mixture of near (8 and 20 m) and anywhere."""
        distances = self.distances(places[self.inside(places)])
        if not len(distances):
            return float(np.log(_STRAY_SHARE))
        near = [np.log((1 - _STRAY_SHARE) * np.exp(-distances / scale) + _STRAY_SHARE) for scale in _SCALES_M]
        return float(np.mean(near))


def standing_out(reference: Reference, readings: dict[str, Floats]) -> dict[str, float]:
    """Return per reading how many standard deviations its fit stands above that of displaced copies of the batch.

    Parameters
    ----------
    reference
        What the batch is held against.
    readings
        Per candidate the same places (n, 2) in the plane, metres.

    Notes
    -----
    72 displacements of 200 to 1,700 m on a sunflower spiral. How fit falls with distance and direction (the city thins
    out) is taken out by a quadratic surface, so that wrong readings scatter around 0 with a deviation of about 1.
    """
    raw = next(iter(readings.values()))
    shifts = np.array([np.mean(places - raw, axis=0) for places in readings.values()])
    controls = _spiral()
    controls = controls[
        np.hypot(*(controls[:, None] - shifts[None]).transpose(2, 0, 1)).min(axis=1) > _CLEAR_OF_CANDIDATE_M
    ]
    fits = np.array([reference.fit(raw + control) for control in controls])
    surface = _surface(controls)
    trend = np.linalg.lstsq(surface, fits, rcond=None)[0]
    residuals = fits - surface @ trend
    spread = float(np.sqrt((residuals**2).sum() / (len(controls) - surface.shape[1])))
    if spread < 1e-9:
        return dict.fromkeys(readings, 0.0)
    expected = _surface(shifts) @ trend
    return {
        name: (reference.fit(places) - level) / spread
        for (name, places), level in zip(readings.items(), expected, strict=True)
    }


def remaining_offset(reference: Reference, places: Floats) -> float:
    """Return how many metres away the batch would fit far better than where it lies, 0 if nowhere.

    A batch in an old national datum lies 50 to 150 m beside its place in every reading. Far better: by more than twice
    the spread of the fit among 36 displacements of 50, 90 and 130 m, and than the batch fits as it lies.
    """
    if not len(reference.features):
        return 0.0
    angles = np.arange(12) * np.pi / 6
    ring = np.column_stack([np.cos(angles), np.sin(angles)])
    shifts = np.concatenate([ring * radius for radius in _OFFSETS_M])
    fits = np.array([reference.fit(places + shift) for shift in shifts])
    best = int(np.argmax(fits))
    far_better = fits[best] > reference.fit(places) + 2 * np.std(fits)
    return float(np.hypot(*shifts[best])) if far_better else 0.0


def agreement(expected: NDArray[np.object_], readings: dict[str, Floats]) -> dict[str, float]:
    """Return per reading half the log-likelihood ratio between "lies at its address or cell" and "lies anywhere".

    Halved, because neighbouring reports share the errors of their address book.

    Parameters
    ----------
    expected
        Per place where it should lie, in the plane: a point, the outline of a cell, or None where nothing is known.
    readings
        Per candidate the same places (n, 2), metres.
    """
    known = ~(shapely.is_missing(expected) | shapely.is_empty(expected))
    result = {}
    for name, places in readings.items():
        distances = shapely.distance(shapely.points(places[known]), expected[known])
        score = np.log(0.65 * np.exp(-distances / _EXPECTED_SCALE_M) + 0.05)
        result[name] = float(0.5 * (score - np.log(0.05)).sum()) - 0.05 * int(known.sum())
    return result


def expected_in_plane(expected: Any, lon: float, count: int) -> NDArray[np.object_]:
    """Return expected positions as an array of `count` geometries in the plane of `lon`, None where unknown.

    Raises
    ------
    GeometryError
        If there is not one per position.
    """
    import geopandas as gpd  # noqa: PLC0415 - slow to load: only where it is used

    if expected is None:
        return np.full(count, None, dtype=object)
    values = expected.geometry if isinstance(expected, gpd.GeoDataFrame) else expected
    array = np.asarray(values, dtype=object).ravel()
    if len(array) != count:
        message = (
            f"There are {count} positions and {len(array)} expected places: give one per position, None if unknown."
        )
        raise GeometryError(message, field="expected")
    return to_plane(array, lon)


def _spiral() -> Floats:
    order = np.arange(_CONTROLS) + 0.5
    low, high = _CONTROL_RANGE_M
    radius = np.sqrt(low**2 + (high**2 - low**2) * order / _CONTROLS)
    return np.column_stack([radius * np.cos(order * _GOLDEN_ANGLE), radius * np.sin(order * _GOLDEN_ANGLE)])


def _surface(vectors: Floats) -> Floats:
    x, y = vectors[:, 0] / 1000, vectors[:, 1] / 1000
    return np.column_stack([np.ones(len(vectors)), x, y, x * x, y * y, x * y])
