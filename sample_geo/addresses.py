"""The address book: every building and about 1,500 places, with the doubles, short and old names of real books."""

from collections import defaultdict
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import shapely
from shapely import STRtree

from sample_geo.common import Floats, degrees_text, geometry_to_metres, rng, to_degrees
from sample_geo.partition import Ground, short_name
from sample_geo.words import ESTATE_ENDINGS, stems

COLUMNS = (
    "id", "kind", "district", "street", "community", "road", "number", "estate", "building", "unit", "name", "aliases",
    "old_names", "lon", "lat",
)  # fmt: skip
_UNIT_HOUSES = 120
_TWIN_ESTATES = 14
_TWIN_ROADS = 9
_RENAMED_ROADS = 12


@dataclass
class Address:
    """One row of the book; texts as the book writes them (names, not codes)."""

    id: str
    kind: str
    cell: str
    place: Floats
    road: str = ""
    number: str = ""
    estate: str = ""
    building: str = ""
    unit: str = ""
    name: str = ""
    aliases: list[str] = field(default_factory=list)
    old_names: list[str] = field(default_factory=list)


@dataclass
class Streetside:
    """Which road a point lies on and which numbers are taken there."""

    names: list[str]
    lines: np.ndarray
    tree: STRtree
    taken: set[tuple[int, int]] = field(default_factory=set)

    def number(self, point: Floats) -> tuple[str, str]:
        """Return road and house number of a point in plane metres: even on the left, odd on the right of its course."""
        at = shapely.Point(point)
        road = int(self.tree.nearest(at))
        line = self.lines[road]
        along = line.project(at)
        start, end = (np.asarray(line.interpolate(max(along + d, 0.0)).coords[0]) for d in (-3.0, 3.0))
        step, away = end - start, point - start
        left = step[0] * away[1] - step[1] * away[0] > 0
        count = 2 * int(along / 14) + (2 if left else 1)
        while (road, count) in self.taken:
            count += 2
        self.taken.add((road, count))
        return self.names[road], f"{count}号"


def rename_twins(roads: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give a few roads the name of another road far away, as towns that grew together have them."""
    renamed = roads.copy()
    for kind in ("secondary", "lane"):
        chosen = rng("twins", kind).choice(roads.index[roads["class"] == kind], 2 * _TWIN_ROADS, replace=False)
        for first, second in chosen.reshape(-1, 2).tolist():
            renamed.loc[second, "name"] = renamed.loc[first, "name"]
    return renamed


def streetside(roads: gpd.GeoDataFrame) -> Streetside:
    """Return the numbering of a set of roads (expressways have no houses)."""
    fit = roads[roads["class"] != "express"]
    lines = geometry_to_metres(fit.geometry.to_numpy())
    return Streetside(fit["name"].tolist(), lines, STRtree(lines))


def of_buildings(buildings: gpd.GeoDataFrame, side: Streetside) -> list[Address]:
    """Return one address per building, in the buildings' order, and the rows of single entrances after them."""
    places = shapely.get_coordinates(geometry_to_metres(shapely.point_on_surface(buildings.geometry.to_numpy())))
    book = [
        Address(f"A{number + 1:05d}", "building", cell, place)
        for number, (cell, place) in enumerate(zip(buildings["cell"], places, strict=True))
    ]
    _estates(book, buildings, places, side)
    _offices(book, buildings, side)
    for address in book:
        if not address.road:
            address.road, address.number = side.number(address.place)
    _old_roads(book)
    return [*book, *_entrances(book, buildings)]


def _estates(book: list[Address], buildings: gpd.GeoDataFrame, places: Floats, side: Streetside) -> None:
    """Group the houses of a cell into one or two estates, which share a gate's number and count their houses."""
    random = rng("estates")
    groups: dict[tuple[str, int], list[int]] = defaultdict(list)
    wanted = (buildings["kind"] == "residential") & buildings["pattern"].isin(["slab", "midrise", "tower", "village"])
    for cell, members in buildings.index[wanted].groupby(buildings["cell"][wanted]).items():
        axis = int(random.integers(2))
        middle = np.median(places[members, axis]) if len(members) > 24 else np.inf
        for member in members:
            groups[str(cell), int(places[member, axis] > middle)].append(int(member))
    names = _estate_names([cell[:9] for cell, _ in sorted(groups)], random)
    for (_, members), name in zip(sorted(groups.items()), names, strict=True):
        village = buildings["pattern"].iloc[members[0]] == "village"
        estate = name[:2] + ("村" if name[0] < name[1] else "庄") if village else name
        aliases = [name[:2] + "小区"] if not village and not name.endswith("小区") and random.random() < 0.3 else []
        old = [f"{_factory(random)}宿舍@{1990 + int(random.integers(28))}-0{1 + int(random.integers(9))}-01"]
        old = old if random.random() < 0.06 else []
        road, number = side.number(places[members].mean(axis=0))
        order = sorted(members, key=lambda m: (-round(float(places[m, 1]) / 45), float(places[m, 0])))
        for count, member in enumerate(order, start=1):
            row = book[member]
            row.road, row.number, row.estate = road, number, estate
            row.building = f"{count}号院" if village else f"{count}号楼"
            row.aliases, row.old_names = list(aliases), list(old)


def _estate_names(streets: list[str], random: np.random.Generator) -> list[str]:
    """Return one name per estate, given the street of each; some names stand in two streets, as in real books."""
    words = stems(random, len(streets))
    names = [stem + ESTATE_ENDINGS[int(random.integers(len(ESTATE_ENDINGS)))] for stem in words]
    pairs = random.choice(len(streets), 4 * _TWIN_ESTATES, replace=False).reshape(-1, 2).tolist()
    for first, second in [pair for pair in pairs if streets[pair[0]] != streets[pair[1]]][:_TWIN_ESTATES]:
        names[second] = names[first]
    return names


def _factory(random: np.random.Generator) -> str:
    what = ("机床", "纺织", "电机", "轴承", "印刷", "化工", "食品", "仪表", "造纸", "木器")
    return stems(random, 1)[0] + what[int(random.integers(len(what)))] + "厂"


def _offices(book: list[Address], buildings: gpd.GeoDataFrame, side: Streetside) -> None:
    random = rng("offices")
    wanted = np.flatnonzero((buildings["kind"] == "office").to_numpy() & (buildings["floors"] >= 5).to_numpy())
    endings = ("大厦", "广场", "商务中心", "写字楼", "科技园")
    used = iter(stems(random, len(wanted)))
    for member in wanted.tolist():
        if random.random() < 0.5:
            stem, ending = next(used), endings[int(random.integers(len(endings)))]
            book[member].name = stem + ending
            book[member].aliases = [stem + "大楼"] if random.random() < 0.3 else []
    for row in np.flatnonzero((buildings["pattern"] == "block").to_numpy()).tolist():
        book[row].name, book[row].aliases = "界边综合楼", ["界边楼"]
        book[row].road, book[row].number = side.number(book[row].place)


def _old_roads(book: list[Address]) -> None:
    """Let a dozen roads have had another name until some day: written with the number, as people still say it."""
    random = rng("old roads")
    roads = sorted({row.road for row in book})
    for road in random.choice(roads, _RENAMED_ROADS, replace=False).tolist():
        old = stems(random, 1)[0] + "路"
        until = f"{1995 + int(random.integers(25))}-10-01"
        for row in book:
            if row.road == road:
                row.old_names.append(f"{old}{row.number}@{until}")


def _entrances(book: list[Address], buildings: gpd.GeoDataFrame) -> list[Address]:
    """Return rows for the single entrances of some long houses: three each, spread along the house."""
    random = rng("entrances")
    fit = np.flatnonzero((buildings["pattern"] == "slab").to_numpy() & (buildings["kind"] == "residential").to_numpy())
    rows: list[Address] = []
    for member in sorted(random.choice(fit, _UNIT_HOUSES, replace=False).tolist()):
        shape = geometry_to_metres(buildings.geometry.iloc[member])
        corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(shape))[:4]
        sides = corners[1] - corners[0], corners[2] - corners[1]
        long_side = max(sides, key=lambda step: float(np.hypot(*step)))
        centre = corners.mean(axis=0)
        owner = book[member]
        for unit, part in enumerate((-0.33, 0.0, 0.33), start=1):
            row = Address(f"A{len(book) + len(rows) + 1:05d}", "building", owner.cell, centre + part * long_side)
            row.road, row.number, row.estate, row.building = owner.road, owner.number, owner.estate, owner.building
            row.aliases, row.old_names, row.unit = list(owner.aliases), list(owner.old_names), f"{unit}单元"
            rows.append(row)
    return rows


def rows(book: list[Address], ground: Ground) -> list[tuple[str, ...]]:
    """Return the book's rows as addresses.csv holds them."""
    names: dict[str, str] = {}
    for frame in (ground.districts, ground.streets, ground.communities):
        names |= dict(zip(frame["code"], frame["name"], strict=True))
    lonlat = to_degrees(np.array([address.place for address in book]))
    found: list[tuple[str, ...]] = []
    for address, (lon, lat) in zip(book, lonlat.tolist(), strict=True):
        area = (names[address.cell[:6]], names[address.cell[:9]], short_name(names[address.cell[:12]]))
        parts = (address.road, address.number, address.estate, address.building, address.unit, address.name)
        lists = ";".join(address.aliases), ";".join(address.old_names)
        found.append((address.id, address.kind, *area, *parts, *lists, degrees_text(lon), degrees_text(lat)))
    return found
