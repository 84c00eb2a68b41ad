"""What a tile of each layer asks the store: rows as `sql/*.sql` find them, and which of their columns travel."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, TextClause, text

from gridgov.areas import Level
from layers.tiles.places import EXTENT, MARGIN, Tile

_SQL = files("layers") / "tiles" / "sql"


@dataclass(frozen=True, slots=True)
class Query:
    """How a layer's rows are found.

    Attributes
    ----------
    rows
        The file of `sql/` that finds them.
    columns
        What travels with each feature, beside its shape.
    key
        The column whose hash becomes the feature's id.
    given
        Parameters that are the same for every tile of the layer.
    least_zoom
        Below this zoom level a tile is empty: there would be too much in it to be seen.
    labels
        What travels with the points where names stand; nothing where a layer has none.
    found
        The file of `sql/` that finds what `rows` then tells more of, as `{found}`; None where that does all.
    """

    rows: str
    columns: tuple[str, ...]
    key: str = "id"
    given: Mapping[str, Any] = field(default_factory=dict)
    least_zoom: int = 0
    labels: tuple[str, ...] = ()
    found: str | None = None


_CELL = (
    "code",
    "name",
    "kind",
    "district_code",
    "street_code",
    "street",
    "community_code",
    "community",
    "area_m2",
    "households",
    "reports",
    "per_1000_households",
    "rank",
)
_INCIDENT = (
    "id",
    "number",
    "stage",
    "placement",
    "matter",
    "priority",
    "overdue",
    "emergency",
    "cell_code",
    "reported_at",
    "at_least",
)


def _areas(level: Level, *more: str) -> Query:
    columns = ("id", "district_code", "code", "name", *more)
    return Query("areas", columns, given={"level": int(level)}, labels=("id", "code", "name"))


def _base(layer: str, *columns: str, least_zoom: int = 0, labels: tuple[str, ...] = ()) -> Query:
    given = {"feature_layer": layer}
    return Query("base", ("id", "name", *columns), given=given, least_zoom=least_zoom, labels=labels)


BY_PLACE = Query("incidents", _INCIDENT, found="found_by_place")
"""Incidents that lie in the tile, and some that are known."""

BY_KEY = Query("incidents", _INCIDENT, found="found_by_key")
"""Incidents that are known."""

STOOD = Query("incidents", _INCIDENT, found="found_as_of")
"""Incidents that are known, as they stood at a moment."""

DOUBTFUL = Query(
    "doubtful", ("id", "number", "accuracy_m", "cell_code", "at_least"), least_zoom=11, found="found_doubtful"
)
"""Incidents that are doubtful, as circles; `at_least` where others may be left out."""

STOOD_DOUBTFUL = replace(DOUBTFUL, found="found_as_of")
"""The same of incidents that are known, as they stood at a moment."""

WHISTLES = Query(
    "whistles",
    (
        "id",
        "incident_id",
        "number",
        "matter",
        "kind",
        "kind_zh",
        "kind_en",
        "stage",
        "combined",
        "crosses_district",
        "due_at",
        "drafted_at",
    ),
    found="found_living",
)
"""Whistles that are not over."""

PARTS = Query(
    "whistle_parts",
    ("whistle_id", "number", "street_code", "street", "rank", "share", "measure", "leads"),
    key="whistle_id",
    found="found_living",
)
"""The parts of their sides."""

LIVED = "found_living_then"
"""What finds whistles that lived at a moment, for both."""

COUNTS = Query("counts", ("h3", "said"), key="h3")
"""Hexagons, or their middles, with what was counted in each."""

QUERIES: Mapping[str, Query] = MappingProxyType(
    {
        "green": _base("green", labels=("id", "name")),
        "water": _base("water", labels=("id", "name")),
        "roads": _base("road", "kind"),
        "buildings": _base("building", "kind", "floors", "households", least_zoom=14),
        "districts": _areas(Level.DISTRICT),
        "streets": _areas(Level.STREET, "district"),
        "communities": _areas(Level.COMMUNITY),
        "cells_by_reports": Query("cells", _CELL, key="code"),
        "cells_by_rate": Query("cells", _CELL, key="code"),
        "heat": COUNTS,
        "incidents": BY_PLACE,
        "incidents_by_stage": BY_PLACE,
        "doubtful": DOUBTFUL,
        "whistles": WHISTLES,
        "whistle_parts": PARTS,
    }
)
"""By the name of the layer; a test holds them equal to the catalogue."""

_PIXELS = 256  # of a tile on a screen; what is smaller than one of them is not seen


@dataclass(frozen=True, slots=True)
class Encoded:
    """A tile, and how many features of the layer itself it holds."""

    data: bytes
    features: int


def encoded(connection: Connection, name: str, query: Query, tile: Tile, given: Mapping[str, Any]) -> Encoded:
    """Return a layer's source-layer of a tile, and that of its labels behind it; nothing where there is nothing.

    Parameters
    ----------
    connection
        The transaction, of whoever looks.
    name
        The layer's name.
    query
        What is asked.
    tile
        Which tile.
    given
        What the rows depend on beside the tile.
    """
    west, south, east, north = tile.box()
    asked = {"west": west, "south": south, "east": east, "north": north, **tile.numbers, **query.given, **given}
    asked["pixel"] = (east - west) / _PIXELS
    features = _layer(connection, statement("tile", name, query), asked)
    if not query.labels:
        return features
    labels = _layer(connection, statement("labels", name, query), asked)
    return Encoded(features.data + labels.data, features.features)


def plan_once(connection: Connection) -> None:
    """Have the statements of this transaction planned once a connection, and not for each tile anew.

    Planning over months of incidents takes longer than reading a tile of them. What the values would tell the planner
    it need not know: a tile is small, so its box is what to go by, and months are left out when a plan is begun.
    """
    connection.execute(_PLAN_ONCE)


_PLAN_ONCE = text("SET LOCAL plan_cache_mode = force_generic_plan")


def _layer(connection: Connection, words: "Statement", asked: Mapping[str, Any]) -> Encoded:
    data, features = connection.execute(words.clause, {name: asked[name] for name in words.parameters}).one()
    return Encoded(bytes(data or b"") if features else b"", features)


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement, and the names of its parameters."""

    clause: TextClause
    parameters: frozenset[str]


@cache
def _words(name: str) -> str:
    return (_SQL / f"{name}.sql").read_text(encoding="utf-8")


_KEPT: dict[tuple[str, str, str, str | None], Statement] = {}


def statement(frame: str, name: str, query: Query) -> Statement:
    """Return the statement of a layer's features (`tile`) or of its names (`labels`)."""
    key = (frame, name, query.rows, query.found)
    if key not in _KEPT:
        rows, columns = _words(query.rows), query.columns if frame == "tile" else query.labels
        if query.found:
            rows = rows.format(found=_words(query.found))
        parts = {"name": name, "rows": rows, "columns": ", ".join(columns), "key": query.key}
        clause = text(_words(frame).format(**parts, extent=EXTENT, margin=MARGIN))
        _KEPT[key] = Statement(clause, frozenset(clause.compile().params))
    return _KEPT[key]
