"""One day of incidents, complete with the truth about each: the same day always comes out the same."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np
import shapely
from shapely import LineString
from shapely.geometry.base import BaseGeometry

from gridgov.clock import SHANGHAI
from gridgov.coordinates import Datum, from_wgs84, geometry_from_wgs84
from sample_geo import seasons, texts
from sample_geo.common import Floats, degrees_text, rng, to_degrees, to_metres
from sample_geo.matters import Matter
from sample_geo.scene import Scene

COLUMNS = (
    "number", "reported_at", "channel", "datum", "lon", "lat", "accuracy_m", "geometry_wkt", "address", "matter_code",
    "text", "reporter_name", "reporter_phone",
)  # fmt: skip
TRUTH_COLUMNS = ("number", "cell_code", "kind")
DAYS = (date(2025, 6, 10), date(2025, 6, 11), date(2025, 6, 12))
"""The days that are checked in; the last one is the demonstration's."""

CHANNELS = {"grid_worker": 0.33, "hotline_12345": 0.31, "resident_app": 0.21, "camera": 0.10, "inspection": 0.05}
_DATUMS = {
    "grid_worker": (("wgs84", 0.7), ("gcj02", 0.3)),
    "hotline_12345": (("bd09", 0.6), ("gcj02", 0.4)),
    "resident_app": (("gcj02", 0.8), ("bd09", 0.2)),
    "camera": (("cgcs2000", 1.0),),
    "inspection": (("cgcs2000", 1.0),),
}
_ACCURACY = {"grid_worker": 6.0, "hotline_12345": 20.0, "resident_app": 14.0, "camera": 3.0, "inspection": 1.0}
_ADDRESS_ONLY = {"hotline_12345": 0.72, "resident_app": 0.06}
_RAYLEIGH_68 = 1.5096
"""The 68 % radius of a round two-dimensional normal error of one unit, sqrt(-2 ln 0.32)."""
_WRONG_LABEL, _OUTSIDE, _DUPLICATE = 0.011, 0.006, 0.045


@dataclass
class Incident:
    """A report on its way: what truly happened, and what is written down about it."""

    matter: Matter
    channel: str
    second: int
    place: Floats
    """The true place, plane metres."""
    address: int
    """The row of the address book that people name."""
    datum: str
    accuracy_m: float
    label: str = ""
    """The datum that is claimed; empty if no coordinates are given."""
    shape: BaseGeometry | None = None
    """The extent, true degrees."""
    kind: str = "clean"
    original: "Incident | None" = None
    text: str = ""
    address_text: str = ""
    number: str = ""


def day_rows(scene: Scene, day: date) -> tuple[list[tuple[str, ...]], list[tuple[str, str, str]]]:
    """Return the rows of a day's reports in order of time, and the truth about each."""
    random = rng("day", day)
    found = _happened(scene, day, random)
    found += _doubles(found, random)
    if day == DAYS[-1]:
        found += _shown(scene, random)
    found.sort(key=lambda incident: incident.second)
    for count, incident in enumerate(found, start=1):
        incident.number = f"LX{day:%Y%m%d}{count:05d}"
    return _written(scene, found, day, random)


def _happened(scene: Scene, day: date, random: np.random.Generator) -> list[Incident]:
    counts = random.poisson(seasons.rates(scene.matters, day))
    names, shares = list(CHANNELS), np.array(list(CHANNELS.values()))
    found: list[Incident] = []
    for matter, count in zip(scene.matters, counts.tolist(), strict=True):
        channels = random.choice(names, count, p=shares / shares.sum()).tolist()
        found.extend(_incident(scene, matter, _fitting(matter, channel), random) for channel in channels)
    return found


def _fitting(matter: Matter, channel: str) -> str:
    """Return a channel that can see this: cameras see roads, not what happens inside homes."""
    if channel == "camera" and matter.where not in {"road", "market", "water"}:
        return "hotline_12345"
    return channel


def _incident(scene: Scene, matter: Matter, channel: str, random: np.random.Generator) -> Incident:
    pool = scene.pools[matter.where]
    spot = pool.draw(random)
    place = pool.places[spot] + random.normal(0, pool.scatter_m, 2)
    incident = Incident(
        matter, channel, seasons.seconds(matter, channel, random), place, int(pool.addresses[spot]),
        datum=_datum(channel, random), accuracy_m=round(_ACCURACY[channel] * float(random.lognormal(0, 0.45)), 1),
    )  # fmt: skip
    incident.label = incident.datum
    fate = random.random()
    if matter.where == "footprint" and channel in {"inspection", "grid_worker", "camera"}:
        _outline(scene, incident, random)
    elif matter.name in {"道路遗撒", "占道挖掘未恢复"} and channel != "hotline_12345":
        _stretch(scene, incident, random)
    elif fate < _OUTSIDE:
        incident.kind = "outside"
        incident.place = _beyond(scene, random)
    elif fate < _OUTSIDE + _WRONG_LABEL and channel in {"grid_worker", "resident_app"}:
        incident.kind, incident.datum, incident.label = "wrong_datum", "gcj02", "wgs84"
    elif random.random() < _ADDRESS_ONLY.get(channel, 0.0):
        incident.kind, incident.label = "address_only", ""
        incident.place = scene.address_places[incident.address]
    return incident


def _datum(channel: str, random: np.random.Generator) -> str:
    names, shares = zip(*_DATUMS[channel], strict=True)
    return str(random.choice(names, p=shares))


def _outline(scene: Scene, incident: Incident, random: np.random.Generator, building: int | None = None) -> None:
    """Let the report carry the outline of a building, as inspectors draw it."""
    if building is None:
        numbers, shares = scene.footprint_pool
        building = int(random.choice(numbers, p=shares))
    incident.shape = scene.outlines[building]
    row = scene.buildings["address_id"].iloc[building]
    incident.address = scene.row_of[row]
    incident.place = scene.address_places[incident.address]


def _stretch(scene: Scene, incident: Incident, random: np.random.Generator) -> None:
    """Let the report carry a line along the nearest road, 40 to 180 m, some metres off its axis."""
    point = shapely.Point(incident.place)
    road = scene.road_lines[int(scene.road_tree.nearest(point))]
    start = road.project(point)
    marks = np.linspace(start, min(start + random.uniform(40, 180), road.length), 6)
    line = shapely.get_coordinates(road.interpolate(marks)) + random.uniform(2, 5, 2) * random.choice([-1, 1], 2)
    if LineString(line).length > 10:
        incident.shape = shapely.LineString(to_degrees(line))
        incident.place = line[len(line) // 2]


def _beyond(scene: Scene, random: np.random.Generator) -> Floats:
    """Return a place in no cell: beside the district, or (rarely) far away."""
    if random.random() < 0.15:
        return np.asarray(random.uniform((20_000, -30_000), (60_000, 40_000)))
    while True:
        place = random.uniform((-1500, -500), (17_000, 14_500))
        if not scene.cell_of(to_degrees(place[None]))[0]:
            return np.asarray(place)


def _doubles(found: list[Incident], random: np.random.Generator) -> list[Incident]:
    """Report some incidents a second time: later, near by, through another door, in other words."""
    doubles = []
    for incident in found:
        if incident.kind != "clean" or incident.shape is not None or random.random() > _DUPLICATE:
            continue
        channel = _fitting(incident.matter, str(random.choice(["hotline_12345", "resident_app", "grid_worker"])))
        second = min(incident.second + int(random.integers(120, 4 * 3600)), 86_399)
        place = incident.place + random.normal(0, 8.0, 2)
        double = Incident(incident.matter, channel, second, place, incident.address, _datum(channel, random), 12.0)
        double.accuracy_m = round(_ACCURACY[channel] * float(random.lognormal(0, 0.45)), 1)
        double.label, double.original, double.kind = double.datum, incident, "duplicate_of"
        if random.random() < _ADDRESS_ONLY.get(channel, 0.0):
            double.label = ""
        doubles.append(double)
    return doubles


def _shown(scene: Scene, random: np.random.Generator) -> list[Incident]:
    """Return what the demonstration's day shows besides: building work on the border block and at streets' borders."""
    matter = next(matter for matter in scene.matters if matter.name == "违法建设")
    targets = [
        (scene.border_block, 10 * 3600 + 17 * 60 + 5),
        *zip(scene.across_streets[:7], range(31_000, 60_000, 4_100), strict=False),
    ]
    found = []
    for building, second in targets:
        incident = Incident(matter, "inspection", second, np.zeros(2), 0, "cgcs2000", 1.0, label="cgcs2000")
        _outline(scene, incident, random, building)
        found.append(incident)
    block = found[0]
    block.address_text = "界边综合楼"
    block.text = "现场检查：界边综合楼楼顶正在违法加盖，楼体跨两个区，需两边联合处置。"
    caller = Incident(matter, "hotline_12345", block.second + 2400, block.place, block.address, "bd09", 15.0)
    caller.kind, caller.original, caller.address_text = "duplicate_of", block, "界边楼楼顶"
    caller.text = "市民来电反映：界边楼楼顶正在私自加盖房子，两个区都说不归自己管，请尽快处理。"
    return [*found, caller]


def _written(
    scene: Scene, found: list[Incident], day: date, random: np.random.Generator
) -> tuple[list[tuple[str, ...]], list[tuple[str, str, str]]]:
    """Write the reports down with their errors of measurement, and judge what can be told about each."""
    true_places = np.array([incident.place for incident in found])
    sigma = np.array([incident.accuracy_m for incident in found]) / _RAYLEIGH_68
    exact = np.array([incident.shape is not None or not incident.label for incident in found])
    noise = random.normal(0, 1, true_places.shape) * np.where(exact, 0.0, sigma)[:, None]
    seen = to_degrees(true_places + noise)
    true_cells = scene.cell_of(to_degrees(true_places))
    seen_cells = scene.cell_of(seen)
    margins = scene.border_distance(to_metres(seen))
    midnight = datetime.combine(day, time(), SHANGHAI)
    said = _in_datums(found, seen)
    rows, truth = [], []
    for number, incident in enumerate(found):
        cell = _true_cell(scene, incident, true_cells[number])
        if incident.kind == "clean":
            incident.kind = _doubt(scene, incident, (cell, seen_cells[number]), float(margins[number]))
        who = _reporter(scene, incident, seen_cells[number], random)
        rows.append(_row(scene, incident, (midnight, said[number], who), random))
        kind = f"duplicate_of:{incident.original.number}" if incident.original else incident.kind
        truth.append((incident.number, cell, kind))
    return rows, truth


def _true_cell(scene: Scene, incident: Incident, cell: str) -> str:
    """Return the cell of the place, or for an extent the cell that holds most of it (the lowest code of equals)."""
    if incident.shape is None:
        return cell
    shares = scene.shares(incident.shape)
    return min(shares, key=lambda code: (-round(shares[code], 9), code)) if shares else ""


def _doubt(scene: Scene, incident: Incident, cells: tuple[str, str], margin_m: float) -> str:
    if incident.shape is not None:
        return "straddling" if len(scene.shares(incident.shape)) > 1 else "clean"
    return "near_border" if margin_m < incident.accuracy_m or cells[0] != cells[1] else "clean"


def _row(
    scene: Scene,
    incident: Incident,
    written: tuple[datetime, tuple[str, str, str], tuple[str, str]],
    random: np.random.Generator,
) -> tuple[str, ...]:
    midnight, (lon, lat, shape), who = written
    book = scene.book[incident.address]
    said = texts.address(book, random)
    address = incident.address_text or (said if not incident.label or random.random() < 0.55 else "")
    if incident.kind == "outside":
        address = ""
    text = incident.text or texts.sentence(incident.matter, incident.channel, _mention(book, random), random)
    moment = (midnight + timedelta(seconds=incident.second)).isoformat()
    accuracy = f"{incident.accuracy_m:.1f}" if incident.label else ""
    return (
        incident.number, moment, incident.channel, incident.label, lon, lat, accuracy, shape, address,
        incident.matter.code, text, *who,
    )  # fmt: skip


def _mention(book: dict[str, str], random: np.random.Generator) -> str:
    """Return how a sentence names the place: shorter than an address."""
    if book["estate"]:
        return book["estate"] + (book["building"] if random.random() < 0.5 else "")
    return (book["name"] or book["road"]) + str(random.choice(["", "附近", "门口", "路口"]))


def _in_datums(found: list[Incident], seen: Floats) -> list[tuple[str, str, str]]:
    """Return lon, lat and WKT as the sources write them; a report with an extent gives no point of its own."""
    said = [("", "", "")] * len(found)
    for name in sorted({incident.datum for incident in found}):
        datum = Datum(name)
        members = [n for n, incident in enumerate(found) if incident.datum == name and incident.label]
        points = [number for number in members if found[number].shape is None]
        for number, lon, lat in zip(points, *from_wgs84(seen[points, 0], seen[points, 1], datum), strict=True):
            said[number] = (degrees_text(float(lon)), degrees_text(float(lat)), "")
        for number in sorted(set(members) - set(points)):
            shape = geometry_from_wgs84(found[number].shape, datum)
            said[number] = ("", "", str(shapely.to_wkt(shape, rounding_precision=8, trim=False)))
    return said


def _reporter(scene: Scene, incident: Incident, cell: str, random: np.random.Generator) -> tuple[str, str]:
    if incident.channel in {"hotline_12345", "resident_app"}:
        return texts.reporter(random), texts.telephone(random)
    if incident.channel == "grid_worker":
        return scene.worker_of(cell)
    return ("视频巡查" if incident.channel == "camera" else "联合检查组"), ""
