"""A layer as the page takes it: how it is drawn, what stands in its cards, and its features."""

from datetime import datetime
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from gridgov.clock import SHANGHAI
from layers import classes, display, styles
from layers.catalogue import ByClass, ByRank, ByValue, Field, Kind, Layer, Plain
from layers.words import Words

_MOST_CHARACTERS = 280  # of a text on a card: a map is for looking; the case itself holds the rest


def described(layer: Layer, frame: gpd.GeoDataFrame) -> dict[str, Any]:
    """Return everything about a layer but its features; classes are those of the frame's figures."""
    return {
        "name": layer.name,
        "title": layer.title.as_json(),
        "order": layer.order,
        "zoom": list(layer.zoom),
        "visible": layer.visible,
        "group": layer.group,
        "label": layer.label,
        "listed": layer.listed,
        "note": layer.note.as_json() if layer.note else None,
        "look": _look(layer, frame),
        "fields": [_field(field) for field in layer.fields],
    }


def features(layer: Layer, frame: gpd.GeoDataFrame) -> dict[str, Any]:
    """Return the features of a layer as columns of equal length, in the frame's order."""
    columns: dict[str, Any] = {"shapes": display.encoded(frame.geometry.to_numpy())}
    wanted = {layer.label} | {c for f in layer.fields for c in (f.column, f.column_en)}
    if isinstance(layer.look, ByValue | ByRank | ByClass):
        wanted.add(layer.look.column)
    if isinstance(layer.look, ByRank):
        wanted.add(layer.look.label)
    wanted |= set(layer.extra)
    for name in sorted(column for column in wanted if column):
        columns[name] = [plain(value) for value in frame[name]]
    if layer.label == "name":
        columns["label_at"] = [[round(float(x), 6), round(float(y), 6)] for x, y in display.label_points(frame)]
    return columns


def plain(value: Any) -> Any:
    """Return a value as JSON has it: times in Shanghai's, nothing for NaN, long texts cut."""
    match value:
        case list():
            return [plain(one) for one in value]
        case dict():
            return {key: plain(one) for key, one in value.items()}
        case datetime() if value is not pd.NaT:
            return shown_time(value)
        case str():
            return value if len(value) <= _MOST_CHARACTERS else f"{value[:_MOST_CHARACTERS]}…"
        case _:
            return _figure(value)


def _figure(value: Any) -> Any:
    if value is None or value is pd.NaT:
        return None
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return None if np.isnan(value) else round(float(value), 6)
    return str(value)


def shown_time(moment: datetime) -> str:
    """Return an instant as people in Shanghai's zone read it, to the minute."""
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def _field(field: Field) -> dict[str, Any]:
    return {
        "column": field.column,
        "columnEn": field.column_en,
        "title": field.title.as_json(),
        "kind": field.kind.value if isinstance(field.kind, Kind) else field.kind,
    }


def _look(layer: Layer, frame: gpd.GeoDataFrame) -> dict[str, Any]:
    match layer.look:
        case Plain(paint):
            return {"kind": "plain", "paint": paint.as_leaflet()}
        case ByValue(column, values):
            counts = frame[column].value_counts()
            entries = {
                value: {"title": words.as_json(), "paint": paint.as_leaflet(), "count": int(counts.get(value, 0))}
                for value, (words, paint) in values.items()
            }
            return {"kind": "value", "column": column, "values": entries}
        case ByRank(column, _):
            paints = [styles.side_paint(rank).as_leaflet() for rank in range(len(styles.SIDES))]
            return {"kind": "rank", "column": column, "paints": paints}
        case ByClass() as look:
            return _classed(look, frame)


def _classed(look: ByClass, frame: gpd.GeoDataFrame) -> dict[str, Any]:
    found = classes.intervals(frame[look.column])
    entries = [
        {
            "upTo": round(interval.up_to, 6),  # as the values themselves travel
            "title": Words(interval.label(look.digits), interval.label(look.digits)).as_json(),
            "paint": styles.class_paint(rank, len(found)).as_leaflet(),
        }
        for rank, interval in enumerate(found)
    ]
    return {
        "kind": "class",
        "column": look.column,
        "classes": entries,
        "none": {"title": look.none.as_json(), "paint": styles.NO_LOAD.as_leaflet()},
        "unknown": {"title": look.unknown.as_json(), "paint": styles.UNRATED.as_leaflet()} if look.unknown else None,
    }
