"""Drawing a tile: of one layer, as somebody may see it, at a moment and over a period."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gridgov.store.unit import Unit
from layers import classes, frames
from layers.catalogue import ByClass, Layer
from layers.tiles.places import Tile
from layers.tiles.queries import QUERIES, encoded

MOST = 5_000
"""So many single features a tile carries; a browser draws more of them slowly, and nobody tells them apart."""


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
    query = QUERIES[layer.name]
    if tile.z < query.least_zoom:
        return b""
    given: dict[str, Any] = {"at": sight.at, "since": sight.since, "until": sight.until, "now": sight.now}
    given |= {"stage": sight.stage, "most": MOST}
    if query.rows == "cells":
        given |= _loads(unit, layer, sight)
    return encoded(unit.connection, layer.name, query, tile, given)


def _loads(unit: Unit, layer: Layer, sight: Sight) -> dict[str, Any]:
    """Return the reports of each cell, and the rank of its class among all cells."""
    loads = frames.loads(unit, sight.at, sight.since, sight.until)
    column = layer.look.column if isinstance(layer.look, ByClass) else "reports"
    return {
        "codes": loads["code"].tolist(),
        "reports": loads["reports"].tolist(),
        "ranks": classes.ranks(loads[column]),
        "fewest": frames.FEWEST_HOUSEHOLDS,
    }
