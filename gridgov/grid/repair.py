"""Propose a clean partition, and show what it would change. What would be guessing is named and left."""

from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridgov.coordinates import to_plane
from gridgov.errors import CoordinateError
from gridgov.grid.check import check_cells, labels_of, middle_longitude, outline_of, usable_coverage
from gridgov.grid.coverage import Coverage
from gridgov.grid.faults import CheckReport, Fault, polygons_of

Shapes = NDArray[Any]

SAFE_WIDTH_M: Final = 2.0
"""A gap or overlap of a smaller mean width is drawing noise: whose ground it is does not matter."""

SAFE_AREA_M2: Final = 100.0
"""So is one of a smaller area, unless it is a tenth of a cell."""

_SAFE_SHARE_OF_CELL: Final = 0.1
_SAFE_SHARE_OF_PART: Final = 0.25
_CRUMB_M2: Final = 1.0
_SNAPS_DEGREES: Final = (-1.0, -1.0, -1.0, 1e-8, 1e-8, 1e-7, 1e-7)
"""How near vertices become one, pass by pass (-1: what rounding asks for): 1 mm and 1 cm only where less did not do."""

_ALL_GAPS: Final = 360.0
_TOUCH_DEGREES: Final = 1e-9
_clean: Final = shapely.coverage_clean  # type: ignore[attr-defined]  # the stubs describe shapely 2.1


@dataclass(frozen=True)
class Repair:
    """A proposal.

    Parameters
    ----------
    cells
        The input with mended geometry; unchanged cells keep theirs bit by bit.
    changes
        One row per changed cell: ``code``, ``before_m2``, ``after_m2``, ``gained_m2``, ``lost_m2``, ``moved_m`` (how
        far the border moved at most, Hausdorff distance), and the new outline, EPSG:4326.
    before, left
        What was wrong, and what still is: faults that only people can decide.
    """

    cells: gpd.GeoDataFrame
    changes: gpd.GeoDataFrame
    before: CheckReport
    left: CheckReport

    @property
    def complete(self) -> bool:
        """Whether the proposal is a partition."""
        return self.left.ok

    def summary(self) -> str:
        """Return what the repair does in two or three sentences."""
        if self.before.ok:
            return f"{len(self.cells)} cells, nothing to repair."
        moved = self.changes[self.changes["moved_m"] > 0]
        words = f"{len(self.before.faults)} faults found, {len(self.changes)} of {len(self.cells)} cells changed"
        if len(moved):
            first = moved.iloc[0]
            words += (
                f", {self.changes['gained_m2'].sum():.1f} m2 changed hands or were added; "
                f"the farthest border moved {first['moved_m']:.2f} m ({first['code']})"
            )
        if self.complete:
            return f"{words}. The result is a partition."
        return f"{words}. {len(self.left.faults)} faults are left for people to decide: {self.left.summary()}"


def propose_repair(
    cells: gpd.GeoDataFrame,
    *,
    district: Any = None,
    safe_width_m: float = SAFE_WIDTH_M,
    safe_area_m2: float = SAFE_AREA_M2,
) -> Repair:
    """Propose cells without gaps, overlaps, unmatched vertices, self-crossings and loose parts.

    Self-crossing outlines are rebuilt. Narrow gaps and overlaps go to the neighbour with the longest common border,
    as does a loose part of a cell; the cell keeps its largest part. Gaps and overlaps that are both wider than
    `safe_width_m` and larger than `safe_area_m2`, or a tenth of a cell, stay as they are, and so do codes and parents.

    Parameters
    ----------
    cells
        Polygons in EPSG:4326 or 4490 with ``code``; not changed.
    district
        The outline that the cells must fill, EPSG:4326; without it ground missing along the outer border stays missing.
    safe_width_m, safe_area_m2
        Up to which mean width or area ground may change hands without asking.

    Raises
    ------
    CoordinateError
        If the cells have no coordinate system, or positions off the map.
    """
    outline = outline_of(district)
    before = check_cells(cells, district=outline)
    blocking = before.of("crs-missing") + before.of("crs-wrong")
    if blocking:
        message = f"Cells cannot be repaired before their coordinates are understood: {blocking[0].reason}."
        raise CoordinateError(message, field="datum")
    if before.ok:
        return Repair(cells.copy(), _changes(cells, cells), before, before)
    mended = _Mender(cells, outline, safe_width_m, safe_area_m2).run()
    return Repair(mended, _changes(cells, mended), before, check_cells(mended, district=outline))


class _Mender:
    """Works on plain arrays, in degrees: untouched vertices must come out as they went in."""

    def __init__(self, cells: gpd.GeoDataFrame, district: Any, safe_width_m: float, safe_area_m2: float) -> None:
        self._cells = cells
        self._district = district
        self._originals = np.asarray(cells.geometry, dtype=object)
        self._safe_width_m = safe_width_m
        self._safe_area_m2 = safe_area_m2
        self._lon = middle_longitude(self._originals)
        start, self._rows = usable_coverage(self._originals, labels_of(cells), self._lon)
        self._labels = start.labels
        self._number = {label: number for number, label in enumerate(start.labels)}
        self._shapes = start.shapes

    def run(self) -> gpd.GeoDataFrame:
        for snap in _SNAPS_DEGREES:
            previous = self._shapes
            self._shapes = self._settled(self._cleaned(previous, snap))
            if _same(previous, self._shapes).all() and not self._more_to_do():
                break
        result = self._originals.copy()
        changed = ~_same(result[self._rows], self._shapes)
        result[self._rows[changed]] = self._shapes[changed]
        return self._cells.set_geometry(gpd.GeoSeries(result, index=self._cells.index, crs=self._cells.crs))

    def _more_to_do(self) -> bool:
        coverage = Coverage(self._shapes, self._labels, self._lon)
        return any(self._is_safe(fault, self._shapes) for fault in coverage.overlaps() + coverage.gaps(self._district))

    def _cleaned(self, shapes: Shapes, snap: float) -> Shapes:
        """Close what is safe to close; what is not takes part as a cell of its own, so that nothing grows into it."""
        coverage = Coverage(shapes, self._labels, self._lon)
        disputed = _faces([fault for fault in coverage.overlaps() if not self._is_safe(fault, shapes)])
        gaps = coverage.gaps(self._district)
        open_ground = [fault.geometry for fault in gaps if not self._is_safe(fault, shapes)]
        shared = [part for fault in gaps if self._is_safe(fault, shapes) for part in self._share_out(fault, shapes)]
        own = shapes
        if len(disputed):
            own = shapely.difference(shapes, shapely.union_all(disputed))
        owners = [
            *([number] for number in range(len(shapes))),
            *(np.flatnonzero(shapely.contains(shapes, shapely.point_on_surface(face))) for face in disputed),
            *([heir] for heir, _ in shared),
            *([] for _ in open_ground),
        ]
        pool = np.array([*own, *disputed, *(part for _, part in shared), *open_ground], dtype=object)
        filled = ~shapely.is_empty(pool)
        pool[filled] = _partition(pool[filled], snap)
        return _gathered(pool, owners, len(shapes))

    def _share_out(self, gap: Fault, shapes: Shapes) -> list[tuple[int, Any]]:
        """Divide a gap along more than two cells, or one of them would grow a tentacle between the others.

        Of the cells around, each triangle of the gap goes to that one it touches which has most border with the gap.
        """
        around = np.flatnonzero(shapely.dwithin(shapes, gap.geometry, _TOUCH_DEGREES))
        if len(around) == 1:
            return [(int(around[0]), gap.geometry)]
        borders = [
            shapely.length(shapely.intersection(shape, gap.geometry.buffer(_TOUCH_DEGREES))) for shape in shapes[around]
        ]
        ranked = around[np.argsort(-np.array(borders), kind="stable")]
        triangles = shapely.get_parts(shapely.constrained_delaunay_triangles(gap.geometry))
        touching = shapely.dwithin(shapes[ranked][:, None], triangles[None, :], _TOUCH_DEGREES)
        heirs = np.where(touching.any(axis=0), ranked[np.argmax(touching, axis=0)], -1)
        return [(int(heir), shapely.union_all(triangles[heirs == heir])) for heir in np.unique(heirs) if heir >= 0]

    def _settled(self, shapes: Shapes) -> Shapes:
        """Give loose parts to the neighbour with the longest common border; each cell keeps its largest part."""
        result = shapes.copy()
        for number in np.flatnonzero(shapely.get_num_geometries(shapes) > 1).tolist():
            parts, _ = polygons_of(result[number : number + 1])
            areas = shapely.area(to_plane(parts, self._lon))
            order = np.argsort(-areas, kind="stable")
            kept = [parts[order[0]]]
            for part, area in zip(parts[order[1:]], areas[order[1:]], strict=True):
                heir = self._heir(result, number, part) if area <= _SAFE_SHARE_OF_PART * areas.sum() else None
                if heir is not None:
                    result[heir] = _joined([result[heir], part])
                elif area > self._safe_area_m2 or (area > _CRUMB_M2 and _touches_any(result, number, part)):
                    kept.append(part)
            result[number] = kept[0] if len(kept) == 1 else shapely.multipolygons(kept)
        return result

    def _heir(self, shapes: Shapes, owner: int, part: Any) -> int | None:
        near = np.flatnonzero(shapely.intersects(shapes, part))
        near = near[near != owner]
        borders = shapely.length(shapely.intersection(shapes[near], shapely.boundary(part)))
        return int(near[np.argmax(borders)]) if len(near) and borders.max() > 0 else None

    def _is_safe(self, fault: Fault, shapes: Shapes) -> bool:
        plane = to_plane(fault.geometry, self._lon)
        if plane.area > self._safe_area_m2 and 2 * plane.area / plane.length > self._safe_width_m:
            return False
        concerned = [self._number[label] for label in fault.cells]
        smallest = min((to_plane(shapes[number], self._lon).area for number in concerned), default=np.inf)
        return bool(plane.area <= _SAFE_SHARE_OF_CELL * smallest)


def _partition(shapes: Shapes, snap: float) -> Shapes:
    """Clean a coverage; where rounding defeats GEOS, vertices a little farther apart become one, 1 cm at most."""
    for distance in (snap, *(step for step in _SNAPS_DEGREES if step > max(snap, 0))):
        try:
            return np.asarray(_clean(shapes, gap_width=_ALL_GAPS, snapping_distance=distance))
        except shapely.errors.GEOSException:
            continue
    return shapes


def _joined(pieces: list[Any]) -> Any:
    """Return pieces that share borders as one, keeping every vertex if they match, else by a general union."""
    if len(pieces) == 1:
        return pieces[0]
    try:
        return shapely.coverage_union_all(np.array(pieces, dtype=object))
    except shapely.errors.GEOSException:
        return shapely.union_all(pieces)


def _gathered(pool: Shapes, owners: list[Any], count: int) -> Shapes:
    """Return what the first `count` shapes own together, vertices as they are."""
    held: list[list[Any]] = [[] for _ in range(count)]
    for piece, names in zip(pool, owners, strict=True):
        for number in names:
            if not piece.is_empty:
                held[number].append(piece)
    result = np.full(count, shapely.Polygon(), dtype=object)
    for number, pieces in enumerate(held):
        if pieces:
            result[number] = _joined(pieces)
    return result


def _touches_any(shapes: Shapes, owner: int, part: Any) -> bool:
    near = shapely.intersects(shapes, part)
    near[owner] = False
    return bool(near.any())


def _faces(faults: list[Fault]) -> Shapes:
    """Cut overlapping overlaps into faces that do not overlap, so that three cells may claim the same ground."""
    if not faults:
        return np.empty(0, dtype=object)
    zones = np.array([fault.geometry for fault in faults], dtype=object)
    lines = shapely.union_all(shapely.boundary(zones))
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    ground = shapely.union_all(zones)
    inside = faces[shapely.contains(ground, shapely.point_on_surface(faces))]
    return np.asarray(inside, dtype=object)


def _same(first: Shapes, second: Shapes) -> "NDArray[np.bool_]":
    return np.asarray(shapely.equals_exact(shapely.normalize(first), shapely.normalize(second), tolerance=0.0))


def _changes(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    old, new = (np.asarray(frame.geometry, dtype=object) for frame in (before, after))
    rows = np.flatnonzero(~(_same(old, new) | shapely.is_missing(old) | shapely.is_empty(old)))
    lon = middle_longitude(old)
    was = np.array([shape if shape.is_valid else shapely.make_valid(shape) for shape in old[rows]], dtype=object)

    def area(shapes: Shapes) -> Shapes:
        return np.asarray(shapely.area(to_plane(shapes, lon)))

    borders = [to_plane(shapely.boundary(shapes[rows]), lon) for shapes in (old, new)]
    labels = labels_of(before)
    frame = pd.DataFrame(
        {
            "code": [labels[row] for row in rows],
            "before_m2": area(was),
            "after_m2": area(new[rows]),
            "gained_m2": area(shapely.difference(new[rows], was)),
            "lost_m2": area(shapely.difference(was, new[rows])),
            "moved_m": shapely.hausdorff_distance(*borders) if len(rows) else np.empty(0),
        }
    )
    result = gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(new[rows], crs=4326))
    return result.sort_values("moved_m", ascending=False, kind="stable", ignore_index=True)
