"""Drawing a tile: of one layer, as somebody may see it, at a moment and over a period."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, TypeAlias

import pandas as pd
from shapely import Point, Polygon

from gridgov.hexagons import FINE, centre_of, hexagons_in, name_of, outline_of, reach_m, resolution_of
from gridgov.services.placing import LARGEST_EXTENT_M
from gridgov.services.recalling import require_told
from gridgov.spans import day_of, split
from gridgov.store.maps import Box
from gridgov.store.rollups import widened
from gridgov.store.singles import Asked, id_window
from gridgov.store.unit import Unit
from layers import classes, frames
from layers.catalogue import ByClass, Layer
from layers.counting import Tally, density, rolled_up, tally, with_singles
from layers.tiles.places import Tile
from layers.tiles.queries import (
    BY_KEY,
    BY_PLACE,
    COUNTS,
    LIVED,
    QUERIES,
    STOOD,
    STOOD_DOUBTFUL,
    Encoded,
    Query,
    encoded,
)

MOST = 5_000
"""So many single features a tile carries; a browser draws more of them slowly, and nobody tells them apart."""

FEW = 1_000
"""So many incidents of a tile are drawn one by one: marks of 8 pixels' radius cover a tile of 512 pixels at 1,300."""

NAMED_ZOOM = 8
"""From here on a tile has few enough hexagons for each to be asked for by name."""

SINGLE_ZOOM = 11
"""Below this zoom level incidents are always counted: a district is a hand wide there."""

DEEP_ZOOM = 15
"""From here on a tile is so small that what lies in it is read by its place, whoever sees it."""

CLOSE_ZOOM = 17
"""From here on a tile is smaller than a hexagon of any roll-up: incidents are not counted, and the newest are drawn."""

CLOSE_RESOLUTION = 11
"""Edges of about 29 m: by such hexagons those of the past are counted in close tiles, where some may be left out."""


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
    as_of
        Incidents as they stood at this moment of the past, and what was overdue then; None for the present.
    """

    at: datetime
    since: datetime
    until: datetime
    now: datetime
    stage: str | None = None
    as_of: datetime | None = None

    def asked(self, box: Box | None = None) -> Asked:
        """Return which incidents it shows, in a box or anywhere."""
        return Asked(self.since, self.until, self.as_of or self.now, self.stage, box, self.as_of)

    def whenever(self) -> "Sight":
        """Return the same for counts of what was reported, whatever became of it: roll-ups tell them of any period."""
        return replace(self, as_of=None)


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


def loads(unit: Unit, sight: Sight) -> pd.DataFrame:
    """Return the load of all cells, as `frames.loads` does; what is read one by one for it serves the rest as well."""
    return frames.loads(unit, sight.at, sight.since, sight.until, now=sight.now)


def _as_stored(unit: Unit, layer: Layer, tile: Tile, sight: Sight) -> bytes:
    return _encoded(unit, layer, tile, sight).data


def _cells(unit: Unit, layer: Layer, tile: Tile, sight: Sight) -> bytes:
    """Draw cells with their reports, and the rank of the class of each among all cells."""
    found = loads(unit, sight)
    column = layer.look.column if isinstance(layer.look, ByClass) else "reports"
    given: dict[str, Any] = {"codes": found["code"].tolist(), "reports": found["reports"].tolist()}
    given |= {"ranks": classes.ranks(found[column]), "fewest": frames.FEWEST_HOUSEHOLDS, "on": day_of(sight.at)}
    return _encoded(unit, layer, tile, sight, **given).data


def _incidents(unit: Unit, layer: Layer, tile: Tile, sight: Sight) -> bytes:
    """Draw incidents one by one where they can be told apart, and counted by hexagon where not."""
    if sight.as_of:
        return _incidents_then(unit, layer, tile, sight, sight.as_of)
    if tile.z >= CLOSE_ZOOM:
        return _placed(unit, layer, tile, sight, MOST).data
    asked, resolution, within = _counting(tile, sight)
    counted = rolled_up(unit, asked, resolution, within)
    if tile.z >= DEEP_ZOOM and not _is_crowded(counted, tile):
        drawn = _placed(unit, layer, tile, sight, FEW + 1)
        if drawn.features <= FEW:
            return drawn.data
    with_singles(unit, counted, asked, resolution, within)
    if SINGLE_ZOOM <= tile.z < DEEP_ZOOM and _is_few(counted):
        return _told_apart(unit, layer, tile, sight, asked)
    return _hexagons(unit, layer, tile, counted)


def _incidents_then(unit: Unit, layer: Layer, tile: Tile, sight: Sight, then: datetime) -> bytes:
    """Draw the same as they stood at a moment of the past: no roll-up tells of it, nor does any place."""
    require_told(unit, then)
    asked, resolution, within = _counting(tile, sight)
    counted = tally(unit, asked, resolution, within)
    if tile.z >= SINGLE_ZOOM and (_is_few(counted) or (tile.z >= CLOSE_ZOOM and not counted.from_at)):
        return _told_apart(unit, layer, tile, sight, asked)
    return _hexagons(unit, layer, tile, counted)


def _counting(tile: Tile, sight: Sight) -> tuple[Asked, int, Collection[int] | None]:
    """Return what is counted for a tile, and by which hexagons: all, where those are too many to be named."""
    resolution = CLOSE_RESOLUTION if tile.z >= CLOSE_ZOOM else resolution_of(tile.z)
    within = frozenset(hexagons_in(tile.box(), resolution)) if tile.z >= NAMED_ZOOM else None
    return sight.asked(widened(tile.box(), reach_m(resolution))), resolution, within


def _is_crowded(counted: Tally, tile: Tile) -> bool:
    """Return whether roll-ups alone tell already that there is too much in a tile to be drawn one by one."""
    return sum(counted.total(hexagon) for hexagon in counted.stages if tile.holds(*centre_of(hexagon))) > FEW


def _is_few(counted: Tally) -> bool:
    """Return whether these can be drawn one by one; marks cannot say that others are left out."""
    return counted.whole() <= FEW and not counted.from_at


def _hexagons(unit: Unit, layer: Layer, tile: Tile, counted: Tally) -> bytes:
    """Draw counts, each hexagon in the one tile that its middle lies in, so that none is counted twice."""
    inside = {h: centre_of(h) for h in counted.stages if counted.total(h) and tile.holds(*centre_of(h))}
    said = [
        {"count": counted.total(h), "overdue": counted.overdue[h], **counted.stages[h], **_least(counted)}
        for h in inside
    ]
    return _counts(unit, layer, tile, {h: Point(*centre).wkt for h, centre in inside.items()}, said)


def _placed(unit: Unit, layer: Layer, tile: Tile, sight: Sight, most: int) -> Encoded:
    """Draw incidents one by one, all that somebody sees there, the newest first."""
    first, last = id_window(sight.since, sight.until)
    given: dict[str, Any] = {"whole": None, "own_districts": [], "own_ids": [], "first": first, "last": last}
    return _encoded(unit, layer, tile, sight, BY_PLACE, **given, most=most)


def _told_apart(unit: Unit, layer: Layer, tile: Tile, sight: Sight, asked: Asked) -> bytes:
    """Draw incidents one by one that were counted before: those that were counted singly are known by their keys."""
    districts, ids = unit.rollups.singles(asked).keys_in(tile.box())
    given: dict[str, Any] = {"own_districts": districts, "own_ids": ids}
    if sight.as_of:
        return _encoded(unit, layer, tile, sight, STOOD, **given).data
    if not split(sight.since, sight.until).spans:
        return _encoded(unit, layer, tile, sight, BY_KEY, **given).data
    first, last = id_window(sight.since, sight.until)
    given |= {"whole": unit.rollups.reach.whole, "first": first, "last": last}
    return _encoded(unit, layer, tile, sight, BY_PLACE, **given).data


def _doubtful(unit: Unit, layer: Layer, tile: Tile, sight: Sight) -> bytes:
    """Draw doubtful incidents as circles of their accuracy; of the past those that were doubtful then."""
    if not sight.as_of:
        first, last = id_window(sight.since, sight.until)
        return _encoded(unit, layer, tile, sight, first=first, last=last, at_least=False).data
    require_told(unit, sight.as_of)
    box = widened(tile.box(), LARGEST_EXTENT_M)
    singles = unit.rollups.singles(sight.asked(box)).of_placement("doubtful")
    districts, ids = singles.keys_in(box)
    given: dict[str, Any] = {"own_districts": districts, "own_ids": ids, "at_least": singles.from_at is not None}
    return _encoded(unit, layer, tile, sight, STOOD_DOUBTFUL, **given).data


def _whistles(unit: Unit, layer: Layer, tile: Tile, sight: Sight) -> bytes:
    """Draw whistles, or the parts of their sides; of the past those that lived then, where their cases lay."""
    if not sight.as_of:
        return _as_stored(unit, layer, tile, sight)
    require_told(unit, sight.as_of)
    return _encoded(unit, layer, tile, sight, replace(QUERIES[layer.name], found=LIVED)).data


def _heat(unit: Unit, layer: Layer, tile: Tile, sight: Sight) -> bytes:
    """Draw hexagons with the class of their density, by the classes of all of them at the finest resolution.

    A hexagon lies in each tile that it reaches into: whoever adds up takes each by its `h3` once. Of the past roll-ups
    tell what was reported, and not in which stage it was then: where that is asked for, each is looked at.
    """
    resolution = resolution_of(tile.z)
    if sight.as_of and sight.stage:
        require_told(unit, sight.as_of)
    fine = tally(unit, (sight if sight.stage else sight.whenever()).asked(), FINE)
    figures = density(fine.lifted(resolution))
    figures["rank"] = classes.ranks_by(figures["per_km2"], density(fine)["per_km2"])
    west, south, east, north = widened(tile.box(), 2 * reach_m(resolution))
    near = [west <= lon <= east and south <= lat <= north for lon, lat in map(centre_of, figures["hexagon"].tolist())]
    figures = figures.loc[pd.Series(near, index=figures.index, dtype=bool)]  # of none, a list would be one of columns
    shapes = {hexagon: Polygon(outline_of(hexagon)).wkt for hexagon in figures["hexagon"].tolist()}
    columns = ["count", "per_km2", "rank", *([] if sight.as_of else ["overdue"])]
    said = [{**row, **_least(fine)} for row in figures[columns].to_dict("records")]
    return _counts(unit, layer, tile, shapes, said)


def _least(counted: Tally) -> dict[str, bool]:
    """Return what is said of counts that do not hold all."""
    return {"at_least": True} if counted.from_at else {}


def _counts(
    unit: Unit, layer: Layer, tile: Tile, shapes: Mapping[int, str], said: Sequence[Mapping[Any, Any]]
) -> bytes:
    given = {"hexagons": [name_of(hexagon) for hexagon in shapes], "shapes": list(shapes.values())}
    given["said"] = [json.dumps(one) for one in said]
    return encoded(unit.connection, layer.name, COUNTS, tile, given).data if shapes else b""


def _encoded(unit: Unit, layer: Layer, tile: Tile, sight: Sight, query: Query | None = None, **more: Any) -> Encoded:
    given: dict[str, Any] = {"at": sight.at, "since": sight.since, "until": sight.until}
    given |= {"now": sight.as_of or sight.now, "past": sight.as_of is not None, "stage": sight.stage, "most": MOST}
    return encoded(unit.connection, layer.name, query or QUERIES[layer.name], tile, {**given, **more})


_Way: TypeAlias = Callable[[Unit, Layer, Tile, Sight], bytes]
_WAYS: Mapping[frames.Source, _Way] = MappingProxyType(
    {
        frames.cells: _cells,
        frames.incidents: _incidents,
        frames.doubtful: _doubtful,
        frames.whistles: _whistles,
        frames.parts: _whistles,
        frames.heat: _heat,
    }
)
