"""The straight-lined plan of the district: which cells there are, before their borders get their real-life wiggles."""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import LineString, Polygon

from sample_geo import layout
from sample_geo.common import NAMES, Floats, read_rows, rng
from sample_geo.split import Cut, Cutter

ENCLAVES = {
    "370102001002": "market", "370102007010": "campus", "370102010004": "hospital", "370102011005": "market",
    "370102011026": "campus", "370102012005": "stadium", "370102012014": "campus", "370102013001": "works",
}  # fmt: skip
"""Communities with a cell inside another cell: a site that is a cell of its own (a dedicated cell)."""

SITE_NAMES = {"market": "市场", "campus": "校区", "hospital": "医院", "stadium": "体育场", "works": "厂区"}


@dataclass(frozen=True)
class PlannedCell:
    """A cell of the plan: its polygon in plane metres and where it belongs."""

    polygon: Polygon
    community: str
    dense: float
    site: str = ""
    """What kind of site a dedicated cell is made for; empty for an ordinary cell."""

    @property
    def street(self) -> str:
        """The nine digits of its street."""
        return self.community[:9]

    @property
    def district(self) -> str:
        """The six digits of its district."""
        return self.community[:6]


@dataclass(frozen=True)
class Plan:
    """All planned cells and the lines that part them."""

    cells: list[PlannedCell]
    cuts: list[Cut]


def make() -> Plan:
    """Return the plan of the district and of the strips beside it."""
    lines = layout.edges()
    cutter = Cutter(rng("plan"))
    cutter.cuts.extend(Cut(LineString(line), 0) for line in lines.values())
    cutter.crossings.extend(np.unique(np.vstack([line[[0, -1]] for line in lines.values()]), axis=0))
    communities = read_rows(NAMES / "communities.csv")
    cells: list[PlannedCell] = []
    for street in layout.STREETS:
        codes = [row["code"] for row in communities if row["streetCode"] == street.code][: street.communities]
        cells.extend(_street(cutter, street, codes, Polygon(layout.ring(street, lines))))
    return Plan(cells, cutter.cuts)


def _street(cutter: Cutter, street: layout.StreetPlan, codes: list[str], outline: Polygon) -> list[PlannedCell]:
    counts = _counts(street)
    sizes = [count * float(np.exp(cutter.random.normal(0, street.spread))) for count in counts]
    parts = cutter.divide(outline, sizes, level=1, turn=street.turn)
    cells: list[PlannedCell] = []
    for code, count, part in zip(_placed(codes, parts), counts, parts, strict=True):
        cells.extend(_community(cutter, street, code, (count, part)))
    return cells


def _placed(codes: list[str], parts: list[Polygon]) -> list[str]:
    """Give the lake's community the part that lies farthest north-east of the old town, so that the lake has room."""
    if layout.LAKE not in codes:
        return codes
    largest = int(np.argmax([part.area for part in parts]))
    others = [code for code in codes if code != layout.LAKE]
    return [*others[:largest], layout.LAKE, *others[largest:]]


def _counts(street: layout.StreetPlan) -> list[int]:
    """Share a street's cells out among its communities: unlike numbers, at least two each, always the same sum."""
    random = rng("counts", street.code)
    wanted = np.exp(random.normal(0, 0.4, street.communities))
    spare = street.cells - 2 * street.communities
    exact = wanted / wanted.sum() * spare
    counts = np.floor(exact).astype(int)
    counts[np.argsort(counts - exact, kind="stable")[: spare - counts.sum()]] += 1
    return [int(count) + 2 for count in counts]


def _community(cutter: Cutter, street: layout.StreetPlan, code: str, part: tuple[int, Polygon]) -> list[PlannedCell]:
    count, polygon = part
    site = ENCLAVES.get(code, "")
    ordinary = count - bool(site)
    sizes = [float(np.exp(cutter.random.normal(0, street.spread * 0.8))) for _ in range(ordinary)]
    pieces = cutter.divide(polygon, sizes, level=2, turn=street.turn)
    cells = [PlannedCell(piece, code, street.dense) for piece in pieces]
    if site:
        host = int(np.argmax([piece.area for piece in pieces]))
        hole = _site(pieces[host], rng("enclave", code))
        cutter.cuts.append(Cut(LineString(hole.exterior.coords), 2))
        cells[host] = PlannedCell(Polygon(pieces[host].exterior, [hole.exterior]), code, street.dense)
        cells.append(PlannedCell(hole, code, street.dense, site))
    return cells


def _site(host: Polygon, random: np.random.Generator) -> Polygon:
    """Return a crooked outline well inside the host, around its widest place."""
    circle = shapely.maximum_inscribed_circle(host, tolerance=1.0)
    centre = np.asarray(circle.coords[0])
    bearings = np.linspace(0, 2 * np.pi, 9)[:-1] + random.uniform(0, 0.7)
    reach = circle.length * random.uniform(0.5, 0.68, 8)
    corners: Floats = centre + reach[:, None] * np.column_stack([np.cos(bearings), np.sin(bearings)])
    return Polygon(np.round(corners, 2))
