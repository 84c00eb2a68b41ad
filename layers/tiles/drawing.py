"""Drawing a tile: of one layer, as somebody may see it, at a moment and over a period."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, TypeAlias

from shapely import Point, Polygon

from gridgov.hexagons import FINE, centre_of, name_of, outline_of, reach_m, resolution_of
from gridgov.store.maps import Box
from gridgov.store.rollups import Asked, districts_of, id_window, widened
from gridgov.store.unit import Unit
from layers import classes, frames
from layers.catalogue import ByClass, Layer
from layers.counting import Tally, density, tally
from layers.tiles.places import Tile
from layers.tiles.queries import COUNTS, QUERIES, Encoded, encoded

MOST = 5_000
"""So many single features a tile carries; a browser draws more of them slowly, and nobody tells them apart."""

FEW = 2_000
"""So many incidents are drawn one by one although the zoom level would have them counted."""

SINGLE_ZOOM = 11
"""Below this zoom level incidents are always counted: a district is a hand wide there."""

DEEP_ZOOM = 15
"""From here on a tile is so small that what lies in it is read by itself, whoever sees it."""

CLOSE_ZOOM = 17
"""From here on a tile is smaller than a hexagon: incidents are never counted, and the newest are drawn."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What a tile shows.

    Attributes
    ----------
    at
        The grid, its areas and names are those in force at this instant; whistles those that were open.
    since, until
        Incidents reported in this period, both ends included.
    now
        The present: what is overdue is overdue now.
    stage
        Incidents in this stage alone, or None for all.
    """

    at: datetime
    since: datetime
    until: datetime
    now: datetime
    stage: str | None = None

    def asked(self, box: Box | None = None) -> Asked:
        """Return which incidents it shows, in a box or anywhere."""
        return Asked(self.since, self.until, self.now, self.stage, box)


def draw(unit: Unit, layer: Layer, tile: Tile, sight: Sight) -> bytes:
    """Return a tile as the Vector Tile Specification 2.1 has it; empty bytes where nothing lies in it.

    Parameters
    ----------
    unit
        The unit of work of whoever looks; only read.
    layer
        One of the catalogue's.
    tile
        Which tile.
    sight
        What it shows.
    """
    if tile.z < QUERIES[layer.name].least_zoom:
        return b""
    return _WAYS.get(layer.source, _as_stored)(unit, layer, tile, sight)


def _as_stored(unit: Unit, layer: Layer, tile: Tile, sight: Sight) -> bytes:
    return _encoded(unit, layer, tile, sight).data


def _cells(unit: Unit, layer: Layer, tile: Tile, sight: Sight) -> bytes:
    """Draw cells with their reports, and the rank of the class of each among all cells."""
    loads = frames.loads(unit, sight.at, sight.since, sight.until)
    column = layer.look.column if isinstance(layer.look, ByClass) else "reports"
    given: dict[str, Any] = {"codes": loads["code"].tolist(), "reports": loads["reports"].tolist()}
    given |= {"ranks": classes.ranks(loads[column]), "fewest": frames.FEWEST_HOUSEHOLDS}
    return _encoded(unit, layer, tile, sight, **given).data


def _incidents(unit: Unit, layer: Layer, tile: Tile, sight: Sight) -> bytes:
    """Draw incidents one by one where they can be told apart, and counted by hexagon where not."""
    if tile.z >= DEEP_ZOOM:
        drawn = _single(unit, layer, tile, sight, None)
        if drawn.features < MOST or tile.z >= CLOSE_ZOOM:
            return drawn.data
    resolution = resolution_of(tile.z)
    box = tile.box()
    counted = tally(unit, sight.asked(widened(box, reach_m(resolution))), resolution)
    if SINGLE_ZOOM <= tile.z < DEEP_ZOOM and sum(map(counted.total, list(counted.stages))) <= FEW:
        return _single(unit, layer, tile, sight, counted).data
    inside = {h: centre_of(h) for h in counted.stages if counted.total(h) and _holds(box, *centre_of(h))}
    said = [
        {"count": counted.total(hexagon), "overdue": counted.overdue[hexagon], **counted.stages[hexagon]}
        for hexagon in inside
    ]
    return _counts(unit, layer, tile, {h: Point(*centre).wkt for h, centre in inside.items()}, said)


def _single(unit: Unit, layer: Layer, tile: Tile, sight: Sight, counted: Tally | None) -> Encoded:
    """Draw incidents one by one: all that lie there, or those of whole districts and those that were counted singly."""
    first, last = id_window(sight.since, sight.until)
    districts, ids = districts_of(counted.own if counted else [])
    given = {"whole": unit.rollups.reach.whole if counted else None, "own_districts": districts, "own_ids": ids}
    return _encoded(unit, layer, tile, sight, **given, first=first, last=last)


def _heat(unit: Unit, layer: Layer, tile: Tile, sight: Sight) -> bytes:
    """Draw hexagons with the class of their density, by the classes of all of them at the finest resolution."""
    resolution = resolution_of(tile.z)
    counted = tally(unit, sight.asked(widened(tile.box(), 2 * reach_m(resolution))), resolution)
    figures = density(counted)
    figures["rank"] = classes.ranks_by(figures["per_km2"], density(tally(unit, sight.asked(), FINE))["per_km2"])
    shapes = {hexagon: Polygon(outline_of(hexagon)).wkt for hexagon in figures["hexagon"].tolist()}
    said = figures[["count", "overdue", "per_km2", "rank"]].to_dict("records")
    return _counts(unit, layer, tile, shapes, said)


def _counts(
    unit: Unit, layer: Layer, tile: Tile, shapes: Mapping[int, str], said: Sequence[Mapping[Any, Any]]
) -> bytes:
    given = {"hexagons": [name_of(hexagon) for hexagon in shapes], "shapes": list(shapes.values())}
    given["said"] = [json.dumps(one) for one in said]
    return encoded(unit.connection, layer.name, COUNTS, tile, given).data if shapes else b""


def _holds(box: Box, lon: float, lat: float) -> bool:
    west, south, east, north = box
    return west <= lon <= east and south <= lat <= north


def _encoded(unit: Unit, layer: Layer, tile: Tile, sight: Sight, **more: Any) -> Encoded:
    given = {"at": sight.at, "since": sight.since, "until": sight.until, "now": sight.now, "stage": sight.stage}
    return encoded(unit.connection, layer.name, QUERIES[layer.name], tile, {**given, "most": MOST, **more})


_Way: TypeAlias = Callable[[Unit, Layer, Tile, Sight], bytes]
_WAYS: Mapping[frames.Source, _Way] = MappingProxyType(
    {frames.cells: _cells, frames.incidents: _incidents, frames.heat: _heat}
)
