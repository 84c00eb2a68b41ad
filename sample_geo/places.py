"""Places of the address book: schools, markets, hospitals, banks, stops, parks; every name is invented."""

from collections import defaultdict
from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import shapely
from shapely import STRtree

from sample_geo.addresses import Address, Streetside
from sample_geo.common import Floats, geometry_to_metres, rng
from sample_geo.partition import Ground, short_name
from sample_geo.words import stems

_GROUPED = {
    "school": ("小学", "实验小学", "中学", "幼儿园", "职业学校"),
    "hospital": ("医院", "中医院", "社区卫生服务中心", "口腔医院"),
    "market": ("农贸市场", "综合市场", "建材市场", "便民市场"),
}
_SHOPS = {
    "超市": 170, "银行": 110, "药店": 110, "酒店": 90, "餐厅": 120, "诊所": 60, "幼儿园": 70, "健身房": 40,
    "加油站": 18, "电影院": 14, "书店": 30, "菜店": 60, "快递站": 90, "停车场": 60,
}  # fmt: skip
_STOPS = 210


def make(
    ground: Ground, book: list[Address], buildings: gpd.GeoDataFrame, roads: gpd.GeoDataFrame, green: gpd.GeoDataFrame
) -> list[Address]:
    """Return about 1,500 places; those in a building take its road and number."""
    random = rng("places")
    names = iter(stems(random, 1700))
    found = _grouped(book, buildings, names, random)
    found += _shops(book, buildings, names, random)
    found += _committees(ground, book, random)
    found += _stops(ground, roads, random)
    found += _parks(ground, green)
    for number, place in enumerate(found, start=1):
        place.id = f"P{number:04d}"
    return found


def number_missing(places: list[Address], side: Streetside) -> None:
    """Give parks their road and number, after all buildings have theirs."""
    for place in places:
        if not place.road:
            place.road, place.number = side.number(place.place)


def _at(owner: Address, name: str, aliases: list[str] | None = None) -> Address:
    place = Address("", "place", owner.cell, owner.place, owner.road, owner.number, name=name)
    place.aliases = aliases or []
    return place


def _grouped(
    book: list[Address], buildings: gpd.GeoDataFrame, names: Iterator[str], random: np.random.Generator
) -> list[Address]:
    """Make one school, hospital or market of all such buildings of a cell; its buildings are counted under its name."""
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, (cell, kind) in enumerate(zip(buildings["cell"], buildings["kind"], strict=True)):
        if kind in _GROUPED:
            groups[cell, kind].append(number)
    found = []
    for (_, kind), members in sorted(groups.items()):
        stem = next(names)
        endings = _GROUPED[kind]
        ending = endings[int(random.integers(len(endings)))]
        aliases = [stem + "小学", stem + "实小"] if ending == "实验小学" else []
        aliases = [stem + "卫生院"] if ending.startswith("社区卫生") else aliases
        place = _at(book[members[0]], stem + ending, aliases)
        if random.random() < 0.08:
            place.old_names = [f"{next(names)}{ending}@{1996 + int(random.integers(26))}-09-01"]
        found.append(place)
        for count, member in enumerate(members, start=1):
            book[member].name = place.name
            book[member].building = f"{count}号楼" if len(members) > 1 else ""
            book[member].road, book[member].number = place.road, place.number
    return found


def _shops(
    book: list[Address], buildings: gpd.GeoDataFrame, names: Iterator[str], random: np.random.Generator
) -> list[Address]:
    fit = np.flatnonzero(buildings["kind"].isin(["shop", "office"]).to_numpy())
    chosen = iter(random.choice(fit, sum(_SHOPS.values()), replace=False).tolist())
    found = []
    for ending, count in _SHOPS.items():
        for _ in range(count):
            stem = next(names)
            aliases = [stem + "大酒店"] if ending == "酒店" and random.random() < 0.4 else []
            found.append(_at(book[next(chosen)], stem + ending, aliases))
    return found


def _committees(ground: Ground, book: list[Address], random: np.random.Generator) -> list[Address]:
    """Return the meeting house of each community, in one of its buildings."""
    by_community = defaultdict(list)
    for number, address in enumerate(book):
        by_community[address.cell[:12]].append(number)
    found = []
    for code, name in zip(ground.communities["code"], ground.communities["name"], strict=True):
        members = by_community.get(code)
        if members:
            short = short_name(name)
            owner = book[members[int(random.integers(len(members)))]]
            found.append(_at(owner, short + "党群服务中心", [short + "居委会"]))
    return found


def _stops(ground: Ground, roads: gpd.GeoDataFrame, random: np.random.Generator) -> list[Address]:
    """Return bus stops along the larger roads, named after the crossing road nearest to them."""
    large = roads[roads["class"].isin(["main", "secondary"])]
    lines = geometry_to_metres(large.geometry.to_numpy())
    weights = shapely.length(lines)
    picks = random.choice(len(lines), _STOPS * 2, p=weights / weights.sum())
    points = np.array(
        [lines[pick].interpolate(float(random.uniform(0.05, 0.95)), normalized=True) for pick in picks.tolist()]
    )
    tree = STRtree(lines)
    found: dict[str, Address] = {}
    cells = _cells_of(ground, points)
    for pick, point, cell in zip(picks.tolist(), points.tolist(), cells, strict=True):
        near = [
            index for index in sorted(tree.query(point.buffer(400), predicate="intersects").tolist()) if index != pick
        ]
        own = large["name"].iloc[pick]
        cross = min(near, key=lambda index: lines[index].distance(point), default=None)
        name = f"{own}站" if cross is None else f"{own}{large['name'].iloc[cross]}站"
        if cell and name not in found and len(found) < _STOPS:
            place = Address("", "place", cell, np.asarray(point.coords[0]), own, name=name)
            place.number = ""
            place.aliases = [f"{own}公交站"] if name == f"{own}站" else []
            found[name] = place
    return list(found.values())


def _parks(ground: Ground, green: gpd.GeoDataFrame) -> list[Address]:
    points = shapely.point_on_surface(geometry_to_metres(green.geometry.to_numpy()))
    cells = _cells_of(ground, points)
    rows = zip(green["name"], points.tolist(), cells, strict=True)
    return [Address("", "place", cell, np.asarray(point.coords[0]), name=name) for name, point, cell in rows if cell]


def _cells_of(ground: Ground, points: np.ndarray) -> list[str]:
    shapes: Floats = geometry_to_metres(ground.cells.geometry.to_numpy())
    point, cell = STRtree(shapes).query(points, predicate="within")
    codes = [""] * len(points)
    for at, number in zip(point.tolist(), cell.tolist(), strict=True):
        codes[at] = str(ground.cells["code"].iloc[number])
    return codes
