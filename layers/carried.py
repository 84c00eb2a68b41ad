"""What a phone carries: the map and the rules of a place as one JSON document, so that nothing is fetched in the field.

GeoJSON (RFC 7946), EPSG:4326, longitude before latitude, seven decimals: a centimetre. Outlines are whole and not
simplified, for the phone locates by them, by the rule that a border belongs to the lowest code.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

import geopandas as gpd
import shapely

from gridgov.clock import shown
from gridgov.services.carrying import Extent, box_of, carried_kinds, carried_matters, carried_organisations
from gridgov.store.maps import Box
from gridgov.store.unit import Unit
from layers import frames, payload
from layers.catalogue import layer
from layers.frames import Reading, View

DECIMALS = 7

_COLUMNS: Mapping[str, tuple[frames.Source, tuple[str, ...]]] = {
    "communities": (frames.communities, ("code", "name")),
    "streets": (frames.streets, ("code", "name", "district_code")),
    "districts": (frames.districts, ("code", "name")),
    "roads": (frames.roads, ("id", "name", "kind")),
    "water": (frames.water, ("id", "name")),
    "green": (frames.green, ("id", "name")),
    "buildings": (frames.buildings, ("id", "name", "kind")),
}
"""The layers of the map by name, as the catalogue calls them too, and what a phone needs of their features."""

_CELL = ("code", "name", "street_code", "community_code")


def pack(unit: Unit, extent: Extent, *, at: datetime) -> bytes:
    """Return what phones of an extent carry, as UTF-8 JSON; the same content always makes the same bytes.

    Parameters
    ----------
    unit
        The unit of work; only read.
    at
        The grid, its areas and the rules are those in force at this instant.
    """
    box = box_of(unit, extent, at)
    districts = tuple(unit.cells.frame(at=at)["district_code"].unique())
    read = Reading(unit, View(at, at, at, districts, box))
    drawn = {name: _near(read(source), box) for name, (source, _) in _COLUMNS.items()}
    parts = {name: _collection(drawn[name], columns) for name, (_, columns) in _COLUMNS.items()}
    parts["cells"] = _collection(_near(unit.cells.frame(at=at), box), _CELL)
    parts |= {name: _json(value) for name, value in _rules(unit, extent).items()}
    parts["look"] = _json({name: payload.described(layer(name), frame) for name, frame in drawn.items()})
    parts["bounds"] = _json(box)
    changed = [moment for moment in (extent.signature.last_load, *unit.cells.beginnings(at)) if moment]
    parts["made_at"] = _json(shown(max(changed, default=at)))
    version = sha256("".join(f"{name}{parts[name]}" for name in sorted(parts)).encode()).hexdigest()[:32]
    said = {"version": _json(version), **parts}
    return ("{" + ",".join(f'"{name}":{text}' for name, text in said.items()) + "}").encode()


def _rules(unit: Unit, extent: Extent) -> dict[str, Any]:
    kinds = carried_kinds(unit.rules.whistle_kinds().values())
    return {
        "organisations": carried_organisations(unit.people.book(), extent),
        "matters": carried_matters(unit.rules.matters()),
        "combined_threshold": min((kind["min_share"] for kind in kinds), default=1.0),
        "whistle_kinds": kinds,
    }


def _near(frame: gpd.GeoDataFrame, box: Box) -> gpd.GeoDataFrame:
    """Return what meets the box: a point inside it is located by the cells that are carried, or by none at all."""
    return frame[shapely.intersects(frame.geometry.to_numpy(), shapely.box(*box))].reset_index(drop=True)


def _collection(frame: gpd.GeoDataFrame, columns: tuple[str, ...]) -> str:
    rows = frame[list(columns)].to_dict("records")
    shapes = shapely.to_geojson(shapely.transform(frame.geometry.to_numpy(), _rounded))
    features = (
        f'{{"type":"Feature","properties":{_json(_plain(row))},"geometry":{shape}}}'
        for row, shape in zip(rows, shapes, strict=True)
    )
    return f'{{"type":"FeatureCollection","features":[{",".join(features)}]}}'


def _rounded(positions: Any) -> Any:
    return positions.round(DECIMALS)


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): payload.plain(value) for name, value in row.items()}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
