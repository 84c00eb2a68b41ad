"""What there is to see, as a page that draws tiles takes it: the catalogue, with classes of the period."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Any

import pandas as pd

from gridgov.areas import Level
from gridgov.hexagons import FINE
from gridgov.store.cells import GridVersion
from gridgov.store.maps import Box
from gridgov.store.standing import is_told
from gridgov.store.unit import Unit
from layers import frames, payload
from layers.catalogue import CATALOGUE, ByClass, ByValue, Layer
from layers.counting import Tally, density, tally
from layers.tiles.drawing import Sight, loads

_DRAWN_AS = "1"
"""Raised when tiles come to be drawn otherwise from the same content, so that no browser keeps the old ones."""

OF_PERIODS = frozenset(
    {frames.cells, frames.incidents, frames.doubtful, frames.whistles, frames.parts, frames.heat},
)
"""Sources that hang on incidents: what is drawn from them is somebody's own, and of the moment."""


@dataclass(frozen=True, slots=True)
class Described:
    """The catalogue as it stands.

    Attributes
    ----------
    bounds
        Where the districts lie.
    layers
        Every layer as JSON.
    grids
        The version of each district's grid that is drawn.
    behind_days
        So many days changed and are still to be counted anew: counts of them are those of before.
    counted_from
        Where there is more than is looked through one by one for one answer, of cases elsewhere that somebody takes
        part in, or of all at a moment of the past: since when those were reported that are counted.
    """

    bounds: Box
    layers: list[dict[str, Any]]
    grids: list[GridVersion]
    behind_days: int
    counted_from: datetime | None


def is_kept(layer: Layer) -> bool:
    """Return whether a layer's tiles stay the same until the grid or the base map changes."""
    return layer.source not in OF_PERIODS


def version(unit: Unit, at: datetime) -> str:
    """Return what changes whenever the grid or the base map as of a moment does."""
    said = repr((_DRAWN_AS, unit.summary.signature(at), sorted(unit.cells.checksums(at)), unit.maps.drawn(at)))
    return sha256(said.encode()).hexdigest()[:16]


def describe(unit: Unit, sight: Sight) -> Described:
    """Return the catalogue with the classes and counts of a period, as whoever looks sees them."""
    kept = version(unit, sight.at)
    columns = _Columns(unit, sight)
    layers = [_described(layer, columns, kept) for layer in sorted(CATALOGUE, key=lambda one: one.order)]
    grids = unit.cells.versions(sight.at)
    return Described(_bounds(unit, sight.at), layers, grids, unit.rollups.behind(), columns.counted_from)


class _Columns:
    """The one column of each layer that its look depends on, read without any shape."""

    def __init__(self, unit: Unit, sight: Sight) -> None:
        self._unit = unit
        self._sight = sight
        self._told = sight.as_of is None or is_told(unit.connection, sight.as_of)

    @property
    def counted_from(self) -> datetime | None:
        """Since when those were reported that are counted, where not all are."""
        counted = (self._tallied, self._stood) if self._told else (self._tallied,)
        return max((one.from_at for one in counted if one.from_at), default=None)

    @cached_property
    def _tallied(self) -> Tally:
        return tally(self._unit, self._sight.whenever().asked(), FINE)

    @cached_property
    def _stood(self) -> Tally:
        return tally(self._unit, self._sight.asked(), FINE) if self._sight.as_of else self._tallied

    @cached_property
    def _loads(self) -> pd.DataFrame:
        return loads(self._unit, self._sight)

    def of(self, layer: Layer) -> pd.DataFrame:
        """Return a table that stands for the layer's frame."""
        if not isinstance(layer.look, ByValue | ByClass):
            return pd.DataFrame()
        if layer.source is frames.cells:
            return self._loads
        if layer.source is frames.heat:
            return density(self._tallied)
        return pd.DataFrame({layer.look.column: pd.Series([], dtype=object)})

    def counts(self, layer: Layer, look: ByValue) -> Mapping[str, int] | None:
        """Return how many features of a layer have which value; None as long as nobody can tell how cases stood."""
        if layer.source is frames.incidents and not self._told:
            return None
        if layer.source is frames.incidents:
            placed = look.column == "placement"
            return self._unit.rollups.placements(self._sight.asked()) if placed else self._stood.by_stage()
        if layer.source is frames.roads:
            return self._unit.maps.kinds("road", "class")
        return {}


def _described(layer: Layer, columns: _Columns, kept: str) -> dict[str, Any]:
    said = payload.described(layer, columns.of(layer))  # of a frame, its look reads one column
    if isinstance(layer.look, ByValue):
        counts = columns.counts(layer, layer.look)
        for value, entry in said["look"]["values"].items():
            del entry["count"]  # that of a frame without rows
            if counts is not None:
                entry["count"] = counts.get(value, 0)
    return {
        **said,
        "shape": layer.shape.value,
        "tiles": f"/tiles/{layer.name}/{{z}}/{{x}}/{{y}}.mvt",
        "periodic": not is_kept(layer),
        "version": kept,
    }


def _bounds(unit: Unit, at: datetime) -> Box:
    areas = unit.areas.frame(Level.DISTRICT, at=at)
    grid = unit.maps.homes(at)
    with_cells = areas[areas["code"].isin(set(grid["code"].str[:6]))] if len(grid) else areas
    if with_cells.empty:
        return (-180.0, -85.0, 180.0, 85.0)
    west, south, east, north = (round(float(edge), 6) for edge in with_cells.total_bounds)
    return west, south, east, north
