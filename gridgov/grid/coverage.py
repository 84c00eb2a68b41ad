"""Where cells do not fit together: overlaps, gaps, borders whose vertices differ. Exact, then measured in metres."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from gridgov.coordinates import to_plane
from gridgov.grid.faults import Fault, placed, polygons_of

Shapes = NDArray[Any]

LEAST_AREA_M2: Final = 1e-6
"""Below this an area is the rounding of doubles: 1e-14 degrees along some 100 m of border."""

SLIVER_WIDTH_M: Final = 0.5
"""An area of a smaller mean width (twice the area by the perimeter) is a sliver."""

_TOUCH_DEGREES: Final = 1e-9
_CHANNEL_DEGREES: Final = 5e-6
_CHANNEL_LENGTH_DEGREES: Final = 1e-4


@dataclass(frozen=True)
class Coverage:
    """Cells that should fit together.

    Parameters
    ----------
    shapes
        Valid, non-empty polygons or multipolygons in EPSG:4326.
    labels
        What each is called in a fault.
    lon
        The longitude that chooses the plane of measuring.
    """

    shapes: Shapes
    labels: list[str]
    lon: float

    @cached_property
    def unmatched(self) -> Shapes:
        """Per cell the edges that break the coverage, empty where none does."""
        if not len(self.shapes) or shapely.coverage_is_valid(self.shapes):
            return np.full(len(self.shapes), shapely.LineString(), dtype=object)
        return np.asarray(shapely.coverage_invalid_edges(self.shapes))

    @cached_property
    def union(self) -> Any:
        """The ground that cells cover."""
        fits = bool(shapely.is_empty(self.unmatched).all())
        return shapely.coverage_union_all(self.shapes) if fits else shapely.union_all(self.shapes)

    @cached_property
    def tree(self) -> shapely.STRtree:
        """An index of the cells."""
        return shapely.STRtree(self.shapes)

    def overlaps(self) -> list[Fault]:
        """Return every overlap, per pair of cells and connected piece."""
        suspects = np.flatnonzero(~shapely.is_empty(self.unmatched))
        if not len(suspects):
            return []
        first, second = self.tree.query(self.shapes[suspects], predicate="intersects")
        pairs = np.sort(np.column_stack([suspects[first], second]), axis=1)
        pairs = np.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0)
        shared = shapely.intersection(self.shapes[pairs[:, 0]], self.shapes[pairs[:, 1]])
        pieces, rows = polygons_of(shared)
        names = [(self.labels[pairs[row, 0]], self.labels[pairs[row, 1]]) for row in rows]
        return self._measured("overlap", pieces, names)

    def gaps(self, district: Any = None) -> list[Fault]:
        """Return every gap: holes among the cells, and with a district also what is uncovered along its border.

        Without a district a hole is a gap even if another district's enclave lies there, and ground missing along the
        outer border is known only where it is a channel up to some 0.5 m wide.
        """
        ground = district if district is not None else self._filled()
        pieces, _ = polygons_of(np.array([shapely.difference(ground, self.union)]))
        return self._measured("gap", pieces, [self._neighbours(piece) for piece in pieces])

    def edges(self, told: list[Fault]) -> list[Fault]:
        """Return borders with differing vertices of cells that no told overlap or gap concerns.

        Nothing is uncovered or covered twice there beyond rounding, but what follows relies on equal vertices.
        """
        concerned = {label for fault in told for label in fault.cells}
        found = []
        for number in np.flatnonzero(~shapely.is_empty(self.unmatched)):
            if self.labels[number] not in concerned:
                lines = self.unmatched[number]
                reason = f"{shapely.length(to_plane(lines, self.lon)):.1f} m of border"
                found.append(placed("edge-unmatched", (self.labels[number],), lines, self.lon, reason))
        return found

    def outside(self, kind: str, area: Any, rows: "NDArray[np.intp]", least_m2: float) -> list[Fault]:
        """Return where cells `rows` reach out of `area` by `least_m2` or more."""
        reaching = rows[~shapely.covers(area, self.shapes[rows])]
        beyond = shapely.difference(self.shapes[reaching], area)
        pieces, index = polygons_of(beyond)
        names = [(self.labels[reaching[row]],) for row in index]
        found = self._measured(kind, pieces, names, slivers=False)
        return [fault for fault in found if fault.area_m2 >= least_m2]

    def _filled(self) -> Any:
        """Return the ground inside the outer borders, narrow channels that lead outside included.

        Filled rings, not holes: a cell shrunk away from all others stands in its hole as an island.
        """
        parts, _ = polygons_of(np.array([self.union]))
        return shapely.union_all([*(shapely.Polygon(part.exterior) for part in parts), *self._channels()])

    def _channels(self) -> Shapes:
        """Return gaps up to some 0.5 m wide that are open at an end, so that no ring encloses them."""
        edges = shapely.coverage_invalid_edges(self.shapes, gap_width=_CHANNEL_DEGREES)
        rim = shapely.union_all([part.exterior for part in polygons_of(np.array([self.union]))[0]])
        shapely.prepare(rim)
        rows = np.flatnonzero(shapely.intersects(rim, edges))
        if not len(rows):
            return np.empty(0, dtype=object)
        near = np.unique(self.tree.query(self.shapes[rows], predicate="dwithin", distance=4 * _CHANNEL_DEGREES)[1])
        closed = _closed(shapely.union_all(self.shapes[near]), 0.6 * _CHANNEL_DEGREES)
        pieces, _ = polygons_of(shapely.make_valid(np.array([shapely.difference(closed, self.union)])))
        sides = shapely.intersection(shapely.union_all(edges[rows]), shapely.buffer(pieces, _TOUCH_DEGREES))
        between = np.array([len(self._neighbours(piece)) > 1 for piece in pieces], dtype=bool)
        return np.asarray(pieces[between & (shapely.length(sides) > _CHANNEL_LENGTH_DEGREES)])

    def _neighbours(self, piece: Any) -> tuple[str, ...]:
        rows = self.tree.query(piece, predicate="dwithin", distance=_TOUCH_DEGREES)
        return tuple(sorted(self.labels[row] for row in rows))

    def _measured(self, kind: str, pieces: Shapes, names: list[Any], *, slivers: bool = True) -> list[Fault]:
        plane = to_plane(pieces, self.lon)
        areas = shapely.area(plane)
        widths = 2 * areas / np.maximum(shapely.length(plane), 1e-12)
        found = []
        for number in np.flatnonzero(areas >= LEAST_AREA_M2):
            thin = slivers and widths[number] < SLIVER_WIDTH_M
            found.append(placed(f"{kind}-sliver" if thin else kind, names[number], pieces[number], self.lon))
        return found


def _closed(shape: Any, reach: float) -> Any:
    """Return a shape with all that is narrower than twice `reach` filled (a morphological closing)."""
    grown = shapely.buffer(shape, reach, join_style="mitre", mitre_limit=2.0)
    return shapely.make_valid(shapely.buffer(grown, -reach, join_style="mitre", mitre_limit=2.0))
