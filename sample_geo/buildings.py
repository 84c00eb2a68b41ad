"""About 20,000 buildings with their kinds, floors and households, some hundred of them across borders of cells."""

from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import shapely
from shapely import LineString, Polygon, STRtree
from shapely.geometry.base import BaseGeometry

from sample_geo import footprints as shapes
from sample_geo.common import HOME, geometry_to_degrees, geometry_to_metres, rng
from sample_geo.net import Arc
from sample_geo.partition import Ground

TARGET_HOUSEHOLDS = 300_000
TARGET_BUILDINGS = 20_000
ASTRIDE = {2: 470, 1: 70, 0: 60}
"""How many houses are tried on borders of cells, communities and streets."""
BLOCK_BETWEEN = ("370102009", "370112002")
"""The two streets, of two districts, that the named border block lies in."""
_SITE_PATTERN = {"市场": "market", "校区": "school", "医院": "hospital", "体育": "office", "厂区": "industrial"}


@dataclass
class Draft:
    """A building on its way: outline in plane metres, what it is, how high, and its place in the drawing order."""

    outline: Polygon
    kind: str
    floors: int
    pattern: str
    cell: int
    """Position of its cell in the frame of cells (for a house astride, of one of them)."""


@dataclass
class Site:
    """What a cell offers to build on."""

    number: int
    code: str
    inside: BaseGeometry
    angle: float
    pattern: str
    random: np.random.Generator = field(repr=False)


def wall_arcs(ground: Ground) -> set[int]:
    """Return the arcs that must carry no road: a seeded part of the inner borders, and the border block's."""
    random = rng("astride arcs")
    chosen: set[int] = {block_arc(ground)}
    for level, count in ASTRIDE.items():
        fit = [number for number, arc in enumerate(ground.arcs) if arc.level == level and min(arc.sides) >= 0]
        fit = [number for number in fit if _line(ground.arcs[number]).length > 70]
        part = min(len(fit), {2: count, 1: 45, 0: 22}[level])
        chosen.update(random.choice(fit, part, replace=False).tolist())
    return chosen


def block_arc(ground: Ground) -> int:
    """Return the longest arc between the two streets that the border block lies in."""
    fit = [number for number in range(len(ground.arcs)) if _streets(ground, number) == BLOCK_BETWEEN]
    return max(fit, key=lambda number: _line(ground.arcs[number]).length)


def make(ground: Ground, roads: gpd.GeoDataFrame, free: BaseGeometry, walls: set[int]) -> gpd.GeoDataFrame:
    """Return the buildings (id, name, kind, floors, households, cell, pattern, geometry), by cell and then by place.

    `free` is what must stay unbuilt, plane metres; `walls` are the arcs that houses may stand astride.
    """
    cells = ground.cells
    plane = geometry_to_metres(cells.geometry.to_numpy())
    block = _block(ground)
    taken = [Draft(geometry_to_metres(block), "office", 2, "block", -1)]
    taken = _accept(taken, [draft for draft in _astride(ground, walls, plane) if not draft.outline.intersects(free)])
    streets = STRtree(geometry_to_metres(roads.geometry.to_numpy()))
    taken = _accept(taken, _shops(roads, plane, free, streets))
    taken = _accept(taken, _filled(cells, plane, free, roads))
    return _frame(_thinned(taken, plane), block, cells)


def _line(arc: Arc) -> LineString:
    return LineString(geometry_to_metres(LineString(arc.lonlat)).coords)


def _streets(ground: Ground, number: int) -> tuple[str, ...]:
    return tuple(sorted(ground.codes[side][:9] for side in ground.arcs[number].sides if side >= 0))


def _block(ground: Ground) -> Polygon:
    arc = ground.arcs[block_arc(ground)]
    home = next(ground.codes[side] for side in arc.sides if ground.codes[side].startswith(HOME))
    cell = ground.cells.set_index("code").geometry[home]
    return shapes.border_block(_line(arc), cell, STRtree(ground.cells.geometry.to_numpy()))


def _accept(taken: list[Draft], more: list[Draft]) -> list[Draft]:
    """Return `taken` and those of `more` that keep three metres from all before them."""
    outlines = np.array([draft.outline for draft in [*taken, *more]])
    first, second = STRtree(outlines).query(outlines, predicate="dwithin", distance=3.0)
    kept = np.ones(len(outlines), dtype=bool)
    for later, earlier in sorted(zip(first.tolist(), second.tolist(), strict=True)):
        if earlier < later and later >= len(taken) and kept[earlier]:
            kept[later] = False
    return [draft for draft, keep in zip([*taken, *more], kept.tolist(), strict=True) if keep]


def _astride(ground: Ground, walls: set[int], plane: np.ndarray) -> list[Draft]:
    random = rng("astride")
    drafts = []
    order = {code: number for number, code in enumerate(ground.cells["code"])}
    tree, block = STRtree(plane), block_arc(ground)
    for number in sorted(walls):
        arc = ground.arcs[number]
        line = _line(arc)
        if min(arc.sides) < 0 or line.length < 40 or number == block:
            continue
        for _ in range(1 if arc.level == 2 else 3):
            sliver = random.random() < 0.06
            share = random.uniform(0.001, 0.006) if sliver else random.uniform(0.08, 0.5)
            outline = shapes.astride(line, share, random)
            home = order[ground.codes[arc.sides[0]]]
            kind = "residential" if random.random() < 0.75 else str(random.choice(["office", "shop", "industrial"]))
            if len(tree.query(outline, predicate="intersects")) >= 2:
                drafts.append(Draft(outline, kind, int(random.integers(2, 8)), "astride", home))
    return drafts


def _shops(roads: gpd.GeoDataFrame, plane: np.ndarray, free: BaseGeometry, streets: STRtree) -> list[Draft]:
    random = rng("shops")
    outlines: list[Polygon] = []
    lines = geometry_to_metres(roads.geometry.to_numpy())
    for line, kind in zip(lines, roads["class"], strict=True):
        if kind != "express":
            for side in (-1, 1):
                outlines.extend(shapes.along(line, side, random))
    found = np.array(outlines)
    inside, cell = STRtree(plane).query(found, predicate="within")
    near, _ = streets.query(found, predicate="dwithin", distance=6.0)
    blocked = set(near.tolist()) | set(np.flatnonzero(shapely.intersects(found, free)).tolist())
    drafts = []
    built = _density(plane)
    for number, at in sorted(zip(inside.tolist(), cell.tolist(), strict=True)):
        if number not in blocked and random.random() < 0.42 * built[at]:
            kind = "shop" if random.random() < 0.8 else "office"
            drafts.append(Draft(outlines[number], kind, int(random.integers(1, 5)), "front", at))
    return drafts


def _density(plane: np.ndarray) -> np.ndarray:
    """Return 0..1 per cell: small cells are dense towns, large ones hills."""
    return np.asarray(np.clip(1.15 - shapely.area(plane) / 6e5, 0.12, 1.0))


def _filled(cells: gpd.GeoDataFrame, plane: np.ndarray, free: BaseGeometry, roads: gpd.GeoDataFrame) -> list[Draft]:
    lines = geometry_to_metres(roads.geometry.to_numpy())
    tree = STRtree(lines)
    drafts = []
    for number, code in enumerate(cells["code"]):
        inside = shapely.difference(shapely.buffer(plane[number], -9.0), free)
        if inside.area > 400:
            random = rng("fill", code)
            name = cells["name"].iloc[number]
            site = Site(
                number,
                code,
                inside,
                _angle(plane[number], lines, tree),
                _pattern(code, name, plane[number], random),
                random,
            )
            drafts.extend(_fill(site))
    return drafts


def _angle(cell: Polygon, lines: np.ndarray, tree: STRtree) -> float:
    """Return the bearing of the road that runs longest beside a cell; of the cell's own long side if none does."""
    beside = [shapely.intersection(lines[index], cell.buffer(1.0)) for index in sorted(tree.query(cell.buffer(1.0)))]
    runs = [part for run in beside for part in shapely.get_parts(run) if part.length > 0]
    runs = runs or [LineString(shapely.get_coordinates(shapely.minimum_rotated_rectangle(cell))[:2])]
    ends = shapely.get_coordinates(max(runs, key=lambda part: part.length))[[0, -1]]
    bearing = float(np.arctan2(*(ends[1] - ends[0])[::-1]) % (np.pi / 2))
    # Houses face south: of the two ways to stand square to the road, the long side runs more east-west.
    return bearing if bearing < np.pi / 4 else bearing - np.pi / 2


def _pattern(code: str, name: str, cell: Polygon, random: np.random.Generator) -> str:
    for word, pattern in _SITE_PATTERN.items():
        if name.endswith("专属网格") and word in name:
            return pattern
    old = code[:6] == HOME and int(code[6:9]) <= 9
    if cell.area > 4.5e5:
        return str(random.choice(["village", "tower", "slab"], p=[0.75, 0.1, 0.15]))
    if code[:9] in {"370102013", "370102012"} or code.startswith("370112"):
        return str(
            random.choice(
                ["tower", "midrise", "slab", "village", "office", "industrial", "school"],
                p=[0.33, 0.25, 0.13, 0.08, 0.09, 0.07, 0.05],
            )
        )
    if code.startswith("370102011"):
        return str(
            random.choice(
                ["slab", "midrise", "tower", "office", "industrial", "school", "hospital"],
                p=[0.33, 0.26, 0.2, 0.1, 0.03, 0.05, 0.03],
            )
        )
    chances = [0.25, 0.48, 0.1, 0.08, 0.05, 0.02, 0.02] if old else [0.08, 0.52, 0.18, 0.08, 0.08, 0.03, 0.03]
    return str(random.choice(["court", "slab", "midrise", "office", "school", "hospital", "market"], p=chances))


def _fill(site: Site) -> list[Draft]:
    """Fill a cell with its pattern, and a corner of it with what a neighbourhood needs: a school, a market, offices."""
    random = site.random
    drafts = []
    pattern = shapes.PATTERNS[site.pattern]
    for part in sorted(shapely.get_parts(site.inside).tolist(), key=lambda p: -p.area)[:4]:
        for outline in shapes.rows(pattern, part, site.angle, random):
            floors = int(random.integers(pattern.floors[0], pattern.floors[1] + 1))
            drafts.append(Draft(outline, pattern.kind, floors, site.pattern, site.number))
    if pattern.kind == "residential" and len(drafts) > 6 and random.random() < 0.35:
        corner = random.choice(["school", "office", "market", "public", "hospital"], p=[0.4, 0.2, 0.15, 0.15, 0.1])
        for draft in drafts[: int(random.integers(2, 5))]:
            draft.kind, draft.floors = str(corner), min(draft.floors, int(random.integers(2, 6)))
    return drafts


def _thinned(drafts: list[Draft], plane: np.ndarray) -> list[Draft]:
    """Leave room: keep all houses astride, and in every cell as many others as its quota, close together."""
    fixed = [draft for draft in drafts if draft.pattern in {"block", "astride"}]
    members: list[list[Draft]] = [[] for _ in plane]
    for draft in drafts:
        if draft.pattern not in {"block", "astride"}:
            members[draft.cell].append(draft)
    counts = np.array([len(group) for group in members])
    quota = _quotas(plane, counts, TARGET_BUILDINGS - len(fixed))
    chosen = [
        _gathered(group, int(size), number) for number, (group, size) in enumerate(zip(members, quota, strict=True))
    ]
    return [*fixed, *(draft for group in chosen for draft in group)]


def _quotas(plane: np.ndarray, counts: np.ndarray, target: int) -> np.ndarray:
    """Share a number of houses out among cells, more to larger cells, none more than it has room for."""
    wanted = np.sqrt(np.minimum(shapely.area(plane), 1.6e5)) * rng("quotas").uniform(0.6, 1.5, len(plane))
    low, high = 0.0, 10.0
    for _ in range(60):
        middle = (low + high) / 2
        if np.minimum(np.round(wanted * middle), counts).sum() < target:
            low = middle
        else:
            high = middle
    quota = np.minimum(np.round(wanted * high), counts).astype(int)
    surplus = int(quota.sum()) - target
    quota[np.argsort(-quota, kind="stable")[:surplus]] -= 1
    return np.asarray(quota)


def _gathered(group: list[Draft], size: int, number: int) -> list[Draft]:
    """Keep the houses nearest to a seeded centre, so that what stays open is open ground and not gaps in rows."""
    if size >= len(group):
        return group
    random = rng("gather", number)
    places = np.array([draft.outline.centroid.coords[0] for draft in group])
    centre = places[int(random.integers(len(group)))]
    gaps = np.hypot(*(places - centre).T) * random.uniform(0.8, 1.25, len(group))
    return [group[index] for index in sorted(np.argsort(gaps, kind="stable")[:size].tolist())]


def _households(drafts: list[Draft], cell: np.ndarray, at_home: np.ndarray) -> np.ndarray:
    """Return households per building, in proportion to floor area inside a cell.

    A cell's own total lies between what its floor area holds and what planners aim at (a few hundred), as their
    geometric mean; one factor then gives the district its total.
    """
    area = np.array([draft.outline.area * draft.floors if draft.kind == "residential" else 0.0 for draft in drafts])
    held = np.bincount(cell, area)
    aimed = np.exp(rng("households").normal(0, 0.45, len(held))) * 36_000
    total = np.where(held > 0, held**0.35 * aimed**0.65, 0.0)
    share = area * np.divide(total, held, out=np.zeros_like(held), where=held > 0)[cell]
    return np.round(np.where(area > 0, np.maximum(share / share[at_home].sum() * TARGET_HOUSEHOLDS, 1.0), 0)).astype(
        np.int64
    )


def _frame(drafts: list[Draft], block: Polygon, cells: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    outlines = geometry_to_degrees(np.array([draft.outline for draft in drafts]))
    outlines[0] = block
    points = shapely.point_on_surface(outlines)
    point, cell = STRtree(cells.geometry.to_numpy()).query(points, predicate="intersects")
    where = np.full(len(drafts), -1)
    where[point[::-1]] = cell[::-1]
    codes = cells["code"].to_numpy()[where]
    at_home = np.array([code.startswith(HOME) for code in codes])
    frame = gpd.GeoDataFrame(
        {
            "id": shapes.BORDER_BLOCK,
            "name": "",
            "kind": [draft.kind for draft in drafts],
            "floors": [draft.floors for draft in drafts],
            "households": _households(drafts, where, at_home),
            "cell": codes,
            "pattern": [draft.pattern for draft in drafts],
        },
        geometry=outlines,
        crs="EPSG:4326",
    )
    x, y = shapely.get_coordinates(points).T
    order = np.lexsort((y, x, codes))
    frame = frame.iloc[order[where[order] >= 0]].reset_index(drop=True)
    others = frame["pattern"] != "block"
    frame.loc[others, "id"] = [f"B{number + 1:05d}" for number in range(int(others.sum()))]
    frame.loc[~others, "name"] = "界边综合楼"
    return frame
