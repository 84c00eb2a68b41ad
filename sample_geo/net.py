"""The net of borders: arcs between junctions, bent once, rounded once, and shared by the cells on both sides.

Because both neighbours are built from the same rounded arc, they share every vertex to the last bit, and there can be
neither gap nor overlap as long as no two arcs cross; that is checked, and a crossing arc is bent less.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import LineString, MultiLineString, STRtree

from sample_geo.common import Floats, rng, to_degrees
from sample_geo.plan import Plan, PlannedCell

MIN_VERTICES, MAX_VERTICES = 52, 290
GRID_METRES = 0.001
OUTSIDE = -1


@dataclass
class Arc:
    """A border between two cells (or a cell and the outside), from junction to junction."""

    plan: Floats
    """Its straight-lined course (n, 2) in plane metres."""
    level: int
    sides: tuple[int, int]
    """The positions of the cells beside it in the plan's list; the second may be OUTSIDE."""
    steps: int = 0
    """How many segments it gets."""
    wiggle: float = 1.0
    ruled: bool = False
    """Whether a part of it runs exactly along a parallel or a meridian."""
    lonlat: Floats | None = None
    """Its final course (n, 2), rounded degrees."""


def make(plan: Plan) -> list[Arc]:
    """Return the arcs of a plan with their final, rounded courses."""
    arcs = _arcs(plan)
    _count_steps(arcs, plan.cells)
    _choose_ruled(arcs)
    for arc_number, arc in enumerate(arcs):
        arc.lonlat = _course(arc, plan.cells, arc_number)
    for _ in range(12):
        crossing = _crossing(arcs)
        if not crossing:
            return arcs
        for arc_number in crossing:
            arcs[arc_number].wiggle *= 0.5
            arcs[arc_number].ruled = False
            arcs[arc_number].lonlat = _course(arcs[arc_number], plan.cells, arc_number)
    message = f"{len(crossing)} arcs still cross after bending them less."
    raise ValueError(message)


def _arcs(plan: Plan) -> list[Arc]:
    """Node all cuts together and merge them into arcs between junctions, each with the cells on its two sides."""
    noded = shapely.union_all([cut.line for cut in plan.cuts], grid_size=GRID_METRES)
    merged = [part for part in shapely.get_parts(shapely.line_merge(noded)) if part.length > 0]
    merged.sort(key=lambda line: line.coords[0] + line.coords[-1] + line.coords[1])
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded).tolist()))
    owner = _owners(faces.tolist(), plan.cells)
    lines = STRtree([cut.line for cut in plan.cuts])
    tree = STRtree(faces)
    arcs = []
    for line in merged:
        middle = line.interpolate(0.5, normalized=True)
        cut = plan.cuts[int(lines.nearest(middle))]
        around = tree.query(middle.buffer(0.02), predicate="intersects")
        cells = sorted(owner[int(face)] for face in around)
        if len(cells) not in {1, 2}:
            message = f"An arc at {middle} lies beside {len(cells)} cells."
            raise ValueError(message)
        arcs.append(Arc(shapely.get_coordinates(line), cut.level, (cells[0], cells[1] if len(cells) > 1 else OUTSIDE)))
    return arcs


def _owners(faces: list[shapely.Polygon], cells: list[PlannedCell]) -> dict[int, int]:
    """Return the planned cell of every face of the noded net; there is exactly one face per cell."""
    points = [face.representative_point() for face in faces]
    found, cell = STRtree([item.polygon for item in cells]).query(points, predicate="within")
    owner = dict(zip(found.tolist(), cell.tolist(), strict=True))
    if len(owner) != len(faces) or len(set(owner.values())) != len(cells) or len(faces) != len(cells):
        message = f"{len(faces)} faces for {len(cells)} cells: the cuts do not meet cleanly."
        raise ValueError(message)
    return owner


def _length(arc: Arc) -> float:
    return float(np.hypot(*np.diff(arc.plan, axis=0).T).sum())


def _count_steps(arcs: list[Arc], cells: list[PlannedCell]) -> None:
    """Choose how finely each arc is drawn, so that every cell ends with 50 to 300 vertices."""
    around: list[list[int]] = [[] for _ in cells]
    for number, arc in enumerate(arcs):
        for side in arc.sides:
            if side != OUTSIDE:
                around[side].append(number)
    lengths = [_length(arc) for arc in arcs]
    pace = []
    for members in around:
        perimeter = sum(lengths[number] for number in members)
        pace.append(perimeter / min(max(44 + perimeter / 32, 62), 230))
    for number, arc in enumerate(arcs):
        finest = min(pace[side] for side in arc.sides if side != OUTSIDE)
        arc.steps = max(2, round(lengths[number] / finest))
    for _ in range(20):
        for members in around:
            _fit_steps([arcs[number] for number in members])


def _fit_steps(ring: list[Arc]) -> None:
    """Draw the arcs around a cell finer or coarser when together they have too few or too many vertices."""
    total = sum(arc.steps for arc in ring)
    for arc in ring:
        if total > MAX_VERTICES:
            arc.steps = max(2, int(arc.steps * MAX_VERTICES / total))
        elif total < MIN_VERTICES:
            arc.steps = int(np.ceil(arc.steps * MIN_VERTICES / total))


def _choose_ruled(arcs: list[Arc]) -> None:
    """Let a few borders inside communities run exactly along a parallel or a meridian, as a planner's ruler draws."""
    for number, arc in enumerate(arcs):
        chord = arc.plan[-1] - arc.plan[0]
        straight = np.hypot(*chord) > 0.99 * _length(arc)
        slope = min(abs(chord)) / max(abs(chord).max(), 1e-9)
        if arc.level == 2 and straight and _length(arc) > 90 and slope < 0.1:
            arc.ruled = float(rng("ruled", number).random()) < 0.12


def hilly(xy: Floats) -> Floats:
    """Return how hilly the invented ground is at points (n, 2), 0 in the old town to 1 in the south-east."""
    height = (xy[:, 0] - 2.2 * xy[:, 1] + 6000.0) / 9000.0
    return np.asarray(np.clip(height, 0.0, 1.0))


def _waves(xy: Floats, name: str, length: float, reach: float) -> Floats:
    """Return a smooth displacement (n, 2): twelve plane waves of about `length`, together about `reach` high."""
    random = rng("waves", name)
    bearing = random.uniform(0, 2 * np.pi, (12, 2))
    stretch = 2 * np.pi / (length * random.uniform(0.7, 1.4, (12, 2)))
    phase = random.uniform(0, 2 * np.pi, (12, 2))
    along = xy[:, 0, None, None] * np.cos(bearing) + xy[:, 1, None, None] * np.sin(bearing)
    return np.asarray(np.sin(along * stretch + phase).sum(axis=1) * (reach / np.sqrt(6)))


def bend(xy: Floats) -> Floats:
    """Return points (n, 2) of the plan carried to where they lie on the invented ground.

    A sum of smooth waves whose slopes stay well below one: no two points meet, so nothing crosses by it.
    """
    rough = hilly(xy)[:, None]
    return np.asarray(
        xy
        + _waves(xy, "broad", 4200.0, 85.0)
        + _waves(xy, "middle", 1300.0, 16.0) * (0.6 + 1.2 * rough)
        + _waves(xy, "fine", 420.0, 3.2) * (0.5 + 2.2 * rough)
        + _waves(xy, "small", 130.0, 0.8) * (0.4 + 2.0 * rough)
    )


def _course(arc: Arc, cells: list[PlannedCell], number: int) -> Floats:
    """Return the final course of an arc: stepped unevenly, wiggled, bent with the ground, rounded."""
    random = rng("arc", number)
    line = LineString(arc.plan)
    marks = np.linspace(0, 1, arc.steps + 1)
    marks[1:-1] += random.uniform(-0.3, 0.3, arc.steps - 1) / arc.steps
    points = shapely.get_coordinates(line.interpolate(marks, normalized=True))
    points[0], points[-1] = arc.plan[0], arc.plan[-1]
    if not arc.ruled:
        points = points + _normals(points) * (_sway(arc, cells, marks, random) * arc.wiggle)[:, None]
        points[0], points[-1] = arc.plan[0], arc.plan[-1]
    degrees = to_degrees(bend(points))
    if arc.ruled and arc.steps >= 6:
        axis = int(np.argmin(np.ptp(degrees[[0, -1]] * [0.8, 1.0], axis=0)))
        degrees[2:-2, axis] = degrees[len(degrees) // 2, axis]
    return degrees


def _normals(points: Floats) -> Floats:
    tangent = np.gradient(points, axis=0)
    tangent /= np.maximum(np.hypot(*tangent.T), 1e-9)[:, None]
    return np.column_stack([-tangent[:, 1], tangent[:, 0]])


def _sway(arc: Arc, cells: list[PlannedCell], marks: Floats, random: np.random.Generator) -> Floats:
    """Return how far an arc leaves its straight course at each mark, metres: curves, and jogs around plots in town."""
    length = _length(arc)
    dense = max(cells[side].dense for side in arc.sides if side != OUTSIDE)
    orders = np.arange(1, 13)
    share = (0.008, 0.014, 0.022)[arc.level] * (1.0 + 3.0 * (1 - dense))
    heights = random.normal(0, 1, 12) * min(share * length, 60.0) / orders**0.9
    curve = (heights[None, :] * np.sin(np.pi * orders[None, :] * marks[:, None])).sum(axis=1)
    if arc.level < 2 or dense < 0.5 or random.random() < 0.45:
        return np.asarray(curve)
    plots = max(2, int(length / random.uniform(35, 70)))
    jogs = random.choice([-6.0, -3.0, 0.0, 0.0, 3.0, 6.0], plots)
    jogs[0] = jogs[-1] = 0.0
    return np.asarray(curve * 0.4 + jogs[np.minimum((marks * plots).astype(int), plots - 1)])


def _crossing(arcs: list[Arc]) -> list[int]:
    """Return the arcs that cross themselves or meet another anywhere but at a junction of both."""
    lines = [LineString(arc.lonlat) for arc in arcs]
    bad = {number for number, line in enumerate(lines) if not line.is_simple}
    first, second = STRtree(lines).query(lines, predicate="intersects")
    pairs = [(a, b) for a, b in zip(first.tolist(), second.tolist(), strict=True) if a < b]
    left = np.array([lines[a] for a, _ in pairs])
    right = np.array([lines[b] for _, b in pairs])
    meet = shapely.intersection(left, right)
    for (a, b), where in zip(pairs, meet, strict=True):
        ends = {lines[a].coords[0], lines[a].coords[-1]} & {lines[b].coords[0], lines[b].coords[-1]}
        points = {tuple(point) for point in shapely.get_coordinates(where)}
        if isinstance(where, LineString | MultiLineString) or not points <= ends:
            bad.update((a, b))
    return sorted(bad)
