"""The catalogue of layers, as data: what there is to see, where it comes from, how it is drawn, who may read it how.

Maps draw from it; tiles and GIS tools are to list the same names. A layer's columns are declared in the docstring of
its frame; `Field` names those that a person reads.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import geopandas as gpd

from gridgov.errors import NotFoundError
from gridgov.store.unit import Unit
from layers import classes, frames, styles
from layers.frames import Reading, Source, View
from layers.styles import Paint
from layers.words import Words

DEEPEST_ZOOM = 20
"""Web Mercator zoom levels are counted as everywhere: 0 shows the world, one more halves the width."""


class Shape(StrEnum):
    """The kind of geometry that a layer holds; ``MIXED`` is an extent: polygons and lines."""

    POINT = "point"
    LINE = "line"
    POLYGON = "polygon"
    MIXED = "mixed"


class Kind(StrEnum):
    """How the value of a field is written."""

    TEXT = "text"
    NUMBER = "number"
    DECIMAL = "decimal"
    METRES = "metres"
    SHARE = "share"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Field:
    """A column that a person reads. In the English view `column_en` stands for it, where there is one."""

    column: str
    title: Words
    kind: Kind = Kind.TEXT
    column_en: str | None = None


@dataclass(frozen=True, slots=True)
class Plain:
    """Everything is drawn alike."""

    paint: Paint


@dataclass(frozen=True, slots=True)
class ByValue:
    """The value of a column decides; what it does not name is drawn like its first."""

    column: str
    values: Mapping[str, tuple[Words, Paint]]


@dataclass(frozen=True, slots=True)
class ByRank:
    """A whole number decides: the paint of a side of a combined whistle."""

    column: str
    label: str


@dataclass(frozen=True, slots=True)
class ByClass:
    """The class of a figure decides (see `layers.classes`); `digits` are written after the decimal point."""

    column: str
    digits: int
    none: Words
    unknown: Words | None = None


Look: TypeAlias = Plain | ByValue | ByRank | ByClass


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer.

    Attributes
    ----------
    name
        Stable, for programs and addresses.
    order
        What lies on top: higher over lower.
    zoom
        The first and the last zoom level at which it is worth drawing: a hint, not a filter.
    group
        Of the layers of one group at most one is shown.
    label
        The column whose text stands on the map.
    listed
        Whether a legend offers it; the others come with the layer they belong to.
    boxed
        Whether it has so many features that it is read for a box only.
    fields, extra
        What a person reads about a feature, and columns that a program needs beside them.
    """

    name: str
    title: Words
    shape: Shape
    order: int
    source: Source
    look: Look
    zoom: tuple[int, int] = (0, DEEPEST_ZOOM)
    visible: bool = True
    group: str | None = None
    label: str | None = None
    listed: bool = True
    boxed: bool = False
    fields: tuple[Field, ...] = ()
    extra: tuple[str, ...] = ()
    note: Words | None = None

    def frame(self, unit: Unit, view: View) -> gpd.GeoDataFrame:
        """Return the layer's features in EPSG:4326; columns as the source's docstring says."""
        return Reading(unit, view)(self.source)


_CELL_FIELDS = (
    Field("name", Words("网格", "Cell")),
    Field("code", Words("编码", "Code")),
    Field("street", Words("街道", "Street")),
    Field("community", Words("社区", "Community")),
    Field("households", Words("户数", "Households"), Kind.NUMBER),
    Field("reports", Words("本期上报", "Reports"), Kind.NUMBER),
    Field("per_1000_households", Words("每千户", "Per 1,000 households"), Kind.DECIMAL),
)

_INCIDENT_FIELDS = (
    Field("number", Words("编号", "Number")),
    Field("matter", Words("事项", "Matter")),
    Field("text", Words("内容", "Text")),
    Field("address", Words("地址", "Address")),
    Field("reported_at", Words("上报时间", "Reported"), Kind.TIME),
    Field("channel_zh", Words("渠道", "Channel"), column_en="channel_en"),
    Field("cell_code", Words("网格", "Cell")),
    Field("accuracy_m", Words("定位精度", "Accuracy"), Kind.METRES),
)

_PLACEMENTS = {
    "located": (Words("已定位", "Located"), styles.PLACEMENTS["located"]),
    "doubtful": (Words("临近边界存疑", "Doubtful, near a border"), styles.PLACEMENTS["doubtful"]),
    "crossing": (Words("跨网格", "Across cells"), styles.PLACEMENTS["crossing"]),
    "outside": (Words("网格之外", "Outside every cell"), styles.PLACEMENTS["outside"]),
}

_STAGES = {
    stage: (words, styles.STAGES[stage])
    for stage, words in {
        "reported": Words("已上报", "Reported"),
        "filed": Words("已立案", "Filed"),
        "dispatched": Words("已派遣", "Dispatched"),
        "handling": Words("处置中", "Handling"),
        "fed_back": Words("已反馈", "Fed back"),
        "verified": Words("已核查", "Verified"),
        "closed": Words("已结案", "Closed"),
        "rejected": Words("不予立案", "Rejected"),
        "suspended": Words("已挂起", "Suspended"),
        "merged": Words("已并案", "Merged"),
    }.items()
}

_ROADS = {
    "express": (Words("快速路", "Expressway"), styles.ROADS["express"]),
    "main": (Words("主干路", "Main road"), styles.ROADS["main"]),
    "secondary": (Words("次干路", "Secondary road"), styles.ROADS["secondary"]),
    "lane": (Words("支路巷道", "Lane"), styles.ROADS["lane"]),
}

CATALOGUE: tuple[Layer, ...] = (
    Layer("green", Words("山体公园", "Hills and parks"), Shape.POLYGON, 10, frames.green, Plain(styles.GREEN)),
    Layer("water", Words("水系", "Water"), Shape.POLYGON, 12, frames.water, Plain(styles.WATER)),
    Layer(
        "cells_by_reports",
        Words("网格：本期上报件数", "Cells: reports in the period"),
        Shape.POLYGON,
        20,
        frames.cells,
        ByClass("reports", 0, Words("无上报", "None")),
        group="load",
        fields=_CELL_FIELDS,
        note=classes.RULE,
    ),
    Layer(
        "cells_by_rate",
        Words("网格：每千户上报件数", "Cells: reports per 1,000 households"),
        Shape.POLYGON,
        21,
        frames.cells,
        ByClass(
            "per_1000_households",
            1,
            Words("无上报", "None"),
            Words(
                f"不足 {frames.FEWEST_HOUSEHOLDS} 户，不计", f"Under {frames.FEWEST_HOUSEHOLDS} households: not rated"
            ),
        ),
        visible=False,
        group="load",
        fields=_CELL_FIELDS,
        note=classes.RULE,
    ),
    Layer(
        "heat",
        Words("热力：每平方千米上报件数", "Heat: reports per square km"),
        Shape.POLYGON,
        24,
        frames.heat,
        ByClass("per_km2", 1, Words("无上报", "None")),
        visible=False,
        group="load",
        fields=(
            Field("count", Words("本期上报", "Reports"), Kind.NUMBER),
            Field("overdue", Words("其中超期", "Of these overdue"), Kind.NUMBER),
            Field("per_km2", Words("每平方千米", "Per square km"), Kind.DECIMAL),
        ),
        note=classes.RULE,
    ),
    Layer("roads", Words("道路", "Roads"), Shape.LINE, 30, frames.roads, ByValue("kind", _ROADS), label="name"),
    Layer(
        "buildings",
        Words("建筑（联合哨周边）", "Buildings (around combined whistles)"),
        Shape.POLYGON,
        32,
        frames.buildings,
        Plain(styles.BUILDING),
        zoom=(16, DEEPEST_ZOOM),
        boxed=True,
    ),
    Layer(
        "communities",
        Words("社区界", "Communities"),
        Shape.POLYGON,
        40,
        frames.communities,
        Plain(styles.COMMUNITY),
        zoom=(14, DEEPEST_ZOOM),
        label="name",
    ),
    Layer(
        "streets",
        Words("街道界", "Streets"),
        Shape.POLYGON,
        42,
        frames.streets,
        Plain(styles.STREET),
        label="name",
        extra=("district", "district_code"),
    ),
    Layer(
        "districts",
        Words("区县界", "Districts"),
        Shape.POLYGON,
        44,
        frames.districts,
        Plain(styles.DISTRICT),
        extra=("code",),
    ),
    Layer(
        "doubtful",
        Words("存疑范围（定位精度）", "Doubt (radius of accuracy)"),
        Shape.POLYGON,
        50,
        frames.doubtful,
        Plain(styles.DOUBT),
        zoom=(15, DEEPEST_ZOOM),
    ),
    Layer(
        "incidents",
        Words("上报事件", "Incidents"),
        Shape.POINT,
        60,
        frames.incidents,
        ByValue("placement", _PLACEMENTS),
        group="incidents",
        fields=_INCIDENT_FIELDS,
    ),
    Layer(
        "incidents_by_stage",
        Words("上报事件：按环节", "Incidents by stage"),
        Shape.POINT,
        61,
        frames.incidents,
        ByValue("stage", _STAGES),
        visible=False,
        group="incidents",
        fields=_INCIDENT_FIELDS,
    ),
    Layer(
        "whistle_parts",
        Words("联合哨：各方份额", "Combined whistles: each side's share"),
        Shape.MIXED,
        56,
        frames.parts,
        ByRank("rank", "street"),
        label="share",
        extra=("number",),
    ),
    Layer(
        "whistles",
        Words("联合哨", "Combined whistles"),
        Shape.MIXED,
        58,
        frames.whistles,
        Plain(Paint(line=styles.INK, width=2.2)),
        listed=False,
    ),
)
"""All layers. A name that was published stays."""


def layer(name: str) -> Layer:
    """Return the layer of this name.

    Raises
    ------
    NotFoundError
        If there is none; the message lists what there is.
    """
    for found in CATALOGUE:
        if found.name == name:
            return found
    names = ", ".join(sorted(one.name for one in CATALOGUE))
    message = f"There is no layer {name!r}. There are: {names}."
    raise NotFoundError(message, field="layer")
