"""Who inherits whose ground, from one version of a grid to the next."""

from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from gridgov.coordinates import to_plane

LEAST_SHARE: Final = 1e-6
"""Of the old cell: less is the noise of computing an intersection, not a change of hands."""

_STEP_DEGREES: Final = 2e-4


def shares_between(old: Any, new: Any) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    """Return which old cell shares ground with which new one, and the share of the old one's area.

    Cells are cut where they are defined, in lon/lat; areas are taken in the plane of the place. An edge that is
    straight in one is bent in the other, so long edges are given intermediate points first: without them a cut
    through a 1 km edge loses 1e-5 of the area.

    Parameters
    ----------
    old, new
        Arrays of valid polygons in EPSG:4326, lon/lat.

    Returns
    -------
    tuple
        Rows of `old`, rows of `new`, and the share, for each pair whose share is above `LEAST_SHARE`.
    """
    if not len(old) or not len(new):
        return np.empty(0, np.intp), np.empty(0, np.intp), np.empty(0)
    lon = float(old[0].centroid.x)
    sources, targets = shapely.STRtree(new).query(old, predicate="intersects")
    shares = _area_m2(shapely.intersection(old[sources], new[targets]), lon) / _area_m2(old, lon)[sources]
    kept = shares > LEAST_SHARE
    return sources[kept], targets[kept], shares[kept]


def _area_m2(shapes: Any, lon: float) -> NDArray[np.float64]:
    areas: NDArray[np.float64] = shapely.area(to_plane(shapely.segmentize(shapes, _STEP_DEGREES), lon))
    return areas
