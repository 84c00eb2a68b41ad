"""Part the ground of a cell among places, without a new vertex on its border.

Cells that are not redrawn must stay as they are to the last bit, and neighbours share every vertex. So a line inside a
cell may meet its border only where there is a vertex already: the surroundings of the places (Voronoi, Crelle's Journal
134 (1908) 198-287) are drawn in the plane, and each line that reaches the border is led to a vertex near by from which
it can be seen. What lies between lines are faces; a face belongs to the owner whose places are in it.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.spatial import Voronoi
from shapely import Polygon

from gridgov.coordinates import from_plane, to_plane

DECIMALS = 8
"""Of a degree: about a millimetre, as the grid's own vertices."""

MARGIN_M = 3.0
"""A meeting of lines nearer than this to the border moves onto it: otherwise slivers lie between the two."""

STRAIGHT_M = 6.0
"""Bends of lines that are smaller than a triangle of this squared are taken out."""

OPTIONS = 6
"""How many vertices of the border a line may choose from."""

_FAR = 20.0
_LEAST_SHARE = 0.2  # of a fair part: what is smaller is a sliver that nobody lives in
_APART = "FF*F*****"  # two lines that meet at their ends or not at all
_CLEAR = "F********"  # a line whose inside keeps away from another


@dataclass(frozen=True, slots=True)
class Ground:
    """A piece of ground: the same polygon in degrees and in the plane of `lon`, vertex by vertex."""

    shape: Polygon
    flat: Polygon
    lon: float

    @classmethod
    def of(cls, shape: Polygon, lon: float) -> "Ground":
        """Return a polygon in EPSG:4326 with its likeness in the plane."""
        return cls(shape, to_plane(shape, lon), lon)


@dataclass(frozen=True, slots=True)
class Parts:
    """Polygons that fill a ground, in EPSG:4326.

    Attributes
    ----------
    shapes
        The polygons.
    owners
        Of each, those whose places lie in it: one, or several that no line could part.
    """

    shapes: np.ndarray
    owners: list[list[int]]


def parted(ground: Ground, places: np.ndarray, owner: np.ndarray, edges: np.ndarray | None = None) -> Parts:
    """Part a ground among owners: to each what is nearer to its places, as far as lines can follow that.

    Parameters
    ----------
    ground
        What is parted.
    places
        Easting and northing by row, in the ground's plane, inside of it.
    owner
        Of each place: a whole number from 0, each at least once.
    edges
        Lines to part along instead, in the ground's plane: pairs of points that meet at their ends alone.

    Returns
    -------
    Parts
        They fill the ground and share all vertices; on its border they have its own vertices alone.
    """
    count = int(owner.max()) + 1
    if count == 1:
        return Parts(np.array([ground.shape]), [[0]])
    lines = _lines(ground, *(_ridges(places, owner) if edges is None else _meetings(edges)))
    faces = _faces(ground, lines)
    dots = np.asarray(from_plane(shapely.points(places), ground.lon), dtype=object)
    return _straightened(_owned(faces, dots, owner), ground)


def _ridges(places: np.ndarray, owner: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the meetings of lines (x, y in metres), and lines between owners as pairs of meetings."""
    middle = places.mean(axis=0)
    reach = _FAR * (np.ptp(places, axis=0).max() + 1000.0)
    far = reach * np.array([[-1.0, -1.1], [1.1, -1.0], [1.0, 1.1], [-1.1, 1.0]])
    drawn = Voronoi(np.vstack([places - middle, far]))
    ends = np.array(drawn.ridge_vertices)
    between = drawn.ridge_points
    real = (between < len(places)).all(axis=1) & (ends >= 0).all(axis=1)
    ends, between = ends[real], between[real]
    return drawn.vertices + middle, ends[owner[between[:, 0]] != owner[between[:, 1]]]


def _meetings(edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return given lines as `_ridges` does."""
    meetings, ends = np.unique(shapely.get_coordinates(edges), axis=0, return_inverse=True)
    return meetings, ends.reshape(-1, 2)


def _lines(ground: Ground, meetings: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Return the lines to cut along, in degrees, each from a meeting or a vertex of the border to another."""
    core = ground.flat.buffer(-MARGIN_M)
    shapely.prepare(core)
    shapely.prepare(ground.flat)
    kept = shapely.contains_xy(core, meetings[:, 0], meetings[:, 1])
    segments = shapely.linestrings(meetings[edges])
    inner = kept[edges].all(axis=1) & shapely.contains_properly(ground.flat, segments)
    fixed = _rounded(segments[inner], ground.lon)
    clipped = shapely.get_parts(shapely.intersection(segments[~inner], ground.flat))
    clipped = clipped[(shapely.get_type_id(clipped) == 1) & shapely.intersects(core, clipped)]
    return _led(ground, clipped, fixed, {tuple(at) for at in meetings[kept]})


def _rounded(shapes: np.ndarray, lon: float) -> np.ndarray:
    return shapely.transform(from_plane(shapes, lon), lambda at: np.round(at, DECIMALS))


def _led(ground: Ground, reaching: np.ndarray, fixed: np.ndarray, meetings: set[tuple[float, ...]]) -> np.ndarray:
    """Lead lines that reach the border to vertices of it; those for which there is no way are left out."""
    corners = shapely.get_coordinates(ground.shape)
    flat = shapely.get_coordinates(ground.flat)
    accepted: list[shapely.LineString] = list(fixed)
    taken: set[int] = set()
    offers = sorted(
        (offer for line in reaching if (offer := _offer(ground, line, corners, flat, meetings))), key=lambda o: o[0][0]
    )
    for offer in offers:
        free = [way for way in offer if not taken & way[1]]
        shared = [way for way in offer if taken & way[1]]
        for _, used, line in free + shared:
            if not accepted or shapely.relate_pattern(line, np.array(accepted), _APART).all():
                accepted.append(line)
                taken |= used
                break
    return np.array(accepted)


def _offer(
    ground: Ground, line: shapely.LineString, corners: np.ndarray, flat: np.ndarray, meetings: set[tuple[float, ...]]
) -> list[tuple[float, frozenset[int], shapely.LineString]]:
    """Return the ways a line may take, the best first: how far its ends move, vertices of the border, the line."""
    ends = shapely.get_coordinates(line)[[0, -1]]
    choices = []
    for end in ends:
        if tuple(end) in meetings:
            at = shapely.get_coordinates(_rounded(np.array([shapely.Point(end)]), ground.lon))[0]
            choices.append([(0.0, -1, at)])
        else:
            away = np.hypot(*(flat - end).T)
            near = np.argsort(away, kind="stable")[:OPTIONS]
            choices.append([(float(away[i]), int(i), corners[i]) for i in near])
    ways = [(a, b) for a in choices[0] for b in choices[1] if (a[2] != b[2]).any()]
    if not ways:
        return []
    drawn = shapely.linestrings([[a[2], b[2]] for a, b in ways])
    clear = shapely.relate_pattern(drawn, ground.shape.boundary, _CLEAR)
    clear &= shapely.contains(ground.shape, shapely.line_interpolate_point(drawn, 0.5, normalized=True))
    found = [
        (a[0] + b[0], frozenset({a[1], b[1]} - {-1}), way)
        for (a, b), way, ok in zip(ways, drawn, clear, strict=True)
        if ok
    ]
    return sorted(found, key=lambda way: way[0])


def _faces(ground: Ground, lines: np.ndarray) -> np.ndarray:
    rings = [shapely.get_coordinates(ring) for ring in shapely.get_rings(ground.shape)]
    border = np.concatenate([np.stack([ring[:-1], ring[1:]], axis=1) for ring in rings])
    faces = shapely.get_parts(shapely.polygonize([*np.asarray(shapely.linestrings(border)), *lines]))
    return faces[shapely.contains(ground.shape, shapely.point_on_surface(faces))]  # the ground may have holes


def _owned(faces: np.ndarray, dots: np.ndarray, owner: np.ndarray) -> Parts:
    """Give each face to the owner most of whose places are in it, and faces without one to a neighbour."""
    dot, face = shapely.STRtree(faces).query(dots, predicate="intersects")
    seen = np.zeros((len(faces), int(owner.max()) + 1))
    np.add.at(seen, (face, owner[dot]), 1)
    main = seen.argmax(axis=0)
    owners: list[list[int]] = [[] for _ in faces]
    for one in np.argsort(-seen.max(axis=0), kind="stable"):
        owners[main[one]].append(int(one))
    shapes = list(faces)
    while (empty := next((i for i, held in enumerate(owners) if not held), None)) is not None and len(shapes) > 1:
        rings = shapely.boundary(np.array(shapes))
        shared = shapely.length(shapely.intersection(rings[empty], rings))
        shared[empty] = 0.0
        offered = _crowded(shapes, owners, empty, shared, (dots, owner))
        if offered is not None:
            owners[offered[0]].remove(offered[1])
            owners[empty] = [offered[1]]
            continue
        to = int(shared.argmax())
        shapes[to] = shapely.coverage_union(shapes[empty], shapes[to])
        del shapes[empty], owners[empty]
    return Parts(np.array(shapes), owners)


def _crowded(
    shapes: list[Polygon],
    owners: list[list[int]],
    empty: int,
    shared: np.ndarray,
    places: tuple[np.ndarray, np.ndarray],
) -> tuple[int, int] | None:
    """Return who may have an empty face, and from which face beside it: the nearest of several that share one.

    A line that was led to a vertex may have left both its places on one side.
    """
    dots, owner = places
    found = [
        (float(shapely.distance(shapes[empty], dots[owner == one]).min()), int(i), one)
        for i in np.flatnonzero(shared > 0)
        if len(owners[i]) > 1 and shapes[empty].area > _LEAST_SHARE * shapes[i].area / len(owners[i])
        for one in owners[i]
    ]
    return min(found)[1:] if found else None


def _straightened(parts: Parts, ground: Ground) -> Parts:
    """Take small bends out of the lines between parts; where they meet and what lies on the border stays."""
    scale = np.sqrt(ground.shape.area / ground.flat.area)  # the tolerance is the root of an area
    plain = shapely.coverage_simplify(parts.shapes, STRAIGHT_M * scale, simplify_boundary=False)
    return Parts(plain, parts.owners)
