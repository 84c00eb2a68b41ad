"""The map of a district: its grid by load, the incidents of a period, and the combined whistles with their shares."""

from collections.abc import Callable
from datetime import datetime
from importlib.resources import files
from typing import Any

import geopandas as gpd
import pandas as pd
from branca.element import MacroElement, Template

from gridgov.errors import SetupError
from gridgov.store.maps import Box
from gridgov.store.unit import Unit
from layers import display, frames, payload
from layers.catalogue import CATALOGUE, Layer
from layers.frames import View
from layers.offline import OfflineMap
from layers.words import Words

_AROUND_DEGREES = 0.0025  # about 250 m: the buildings that one looks at together with a whistle
_MOST_NEIGHBOURHOODS = 40
_CODE_DIGITS = {"districts": 6, "streets": 9, "communities": 12}


class _Drawing(MacroElement):  # type: ignore[misc]  # branca ships no types
    """Hands the payload to the page's own program."""

    _template = Template(
        "{% macro header(this, kwargs) %}<style>{{ this.css }}</style>{% endmacro %}"
        "{% macro script(this, kwargs) %}{{ this.program }}\n"
        "gridgovMap({{ this._parent.get_name() }}, {{ this.data }});{% endmacro %}"
    )

    def __init__(self, data: dict[str, Any]) -> None:
        super().__init__()
        self._name = "Drawing"
        static = files("layers") / "static"
        self.css = (static / "map.css").read_text(encoding="utf-8")
        self.program = (static / "map.js").read_text(encoding="utf-8")
        self.data = display.script_json(data)


def district_map(unit: Unit, *, at: datetime, since: datetime, until: datetime) -> OfflineMap:
    """Return the map of every district that has cells, centred on the one that has most of them.

    Parameters
    ----------
    unit
        The unit of work; only read.
    at
        The grid, its areas and names are those in force at this instant.
    since, until
        Incidents reported in this period, both ends included; times with offset.

    Returns
    -------
    OfflineMap
        A folium map, to which more may be added. Its page needs nothing from outside, see `layers.offline`.

    Raises
    ------
    SetupError
        If no grid is in force at `at`.
    """
    grid = unit.cells.frame(at=at)
    if grid.empty:
        message = "There is no grid to draw: `gridgov load FILE` one, or `gridgov demo` for the sample district."
        raise SetupError(message)
    view = View(at, since, until, tuple(sorted(grid["district_code"].unique())))
    read = _reader(unit, view)
    home = str(grid["district_code"].value_counts().index[0])
    areas = read(frames.districts).set_index("code")
    data = {
        **_head(areas.loc[home, "name"], view),
        "counts": unit.summary.placements(since, until),
        "notes": [note.as_json() for note in _notes(unit, view, read)],
        "synthetic": _is_synthetic(unit, at),
        **_layers(read),
        "whistles": [_whistle(row) for row in read(frames.whistles).itertuples()],
    }
    west, south, east, north = areas.loc[[home]].total_bounds
    drawn = OfflineMap(
        ((south + north) / 2, (west + east) / 2),
        title=data["title"]["zh"],
        zoom_start=13,
        zoom_control=False,
        zoom_snap=0.25,
        max_zoom=20,
        min_zoom=9,
    )
    data["bounds"] = [[south, west], [north, east]]
    drawn.add_child(_Drawing(data))
    return drawn


def render(drawn: OfflineMap) -> str:
    """Return the page of a map, whole: it can be served, saved, mailed, and opened without a network."""
    page: str = drawn.get_root().render()
    return page


def _reader(unit: Unit, view: View) -> Callable[[Any], gpd.GeoDataFrame]:
    """Return a function that reads a frame once, however many layers draw from it, with geometry made for display."""
    kept: dict[Any, gpd.GeoDataFrame] = {}

    def read(source: Any) -> gpd.GeoDataFrame:
        if source not in kept:
            frame = _around_whistles(unit, view, read) if source is frames.buildings else source(unit, view)
            kept[source] = _for_display(source, frame, read)
        return kept[source]

    return read


def _for_display(
    source: Any, frame: gpd.GeoDataFrame, read: Callable[[Any], gpd.GeoDataFrame]
) -> gpd.GeoDataFrame:
    if source is frames.cells:
        return display.simplified(frame)
    digits = _CODE_DIGITS.get(source.__name__)
    return display.outlines(frame, read(frames.cells), digits) if digits else frame


def _around_whistles(unit: Unit, view: View, read: Callable[[Any], gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    boxes = read(frames.whistles).geometry[:_MOST_NEIGHBOURHOODS].bounds.itertuples(index=False)
    found = [frames.buildings(unit, _boxed(view, box)) for box in boxes] or [
        frames.buildings(unit, _boxed(view, (0.0, 0.0, 0.0, 0.0)))
    ]
    together = pd.concat(found, ignore_index=True).drop_duplicates("id")
    return gpd.GeoDataFrame(together, geometry="geometry", crs="EPSG:4326")


def _boxed(view: View, bounds: Any) -> View:
    west, south, east, north = bounds
    around: Box = (west - _AROUND_DEGREES, south - _AROUND_DEGREES, east + _AROUND_DEGREES, north + _AROUND_DEGREES)
    return View(view.at, view.since, view.until, view.districts, around)


def _layers(read: Callable[[Any], gpd.GeoDataFrame]) -> dict[str, Any]:
    described, sources = [], {}
    for layer in sorted(CATALOGUE, key=lambda one: one.order):
        frame = read(layer.source)
        name = layer.source.__name__
        described.append({**payload.described(layer, frame), "source": name})
        sources[name] = {**sources.get(name, {}), **payload.features(layer, frame)}
    return {"layers": described, "sources": sources}


def _head(name: str, view: View) -> dict[str, Any]:
    since, until = payload.shown_time(view.since), payload.shown_time(view.until)
    return {
        "title": Words(f"{name}网格一张图", f"{name}: the grid on one map").as_json(),
        "period": Words(f"{since} 至 {until}（北京时间）", f"{since} to {until} (China time)").as_json(),
    }


def _notes(unit: Unit, view: View, read: Callable[[Any], gpd.GeoDataFrame]) -> list[Words]:
    notes = [
        Words(
            f"边界仅为显示而简化（拓扑一致，偏差不超过 {display.TOLERANCE_M:.0f} 米）；定位与份额按原始边界计算。",
            f"Borders are simplified for display only (topology kept, at most {display.TOLERANCE_M:.0f} m off); "
            "locating and shares use the borders as they are.",
        )
    ]
    placed = {k: v for k, v in unit.summary.placements(view.since, view.until).items() if k != "unplaced"}
    shown, all_of_them = len(read(frames.incidents)), sum(placed.values())
    if shown < all_of_them:
        notes.append(
            Words(f"只画最新 {shown} 件，共 {all_of_them} 件。", f"The newest {shown} of {all_of_them} are drawn.")
        )
    return notes


def _is_synthetic(unit: Unit, at: datetime) -> bool:
    return any("synthetic" in source.lower() for source in unit.maps.sources(at).values())


def _whistle(row: Any) -> dict[str, Any]:
    west, south, east, north = row.geometry.bounds
    names = ("number", "matter", "text", "kind_zh", "kind_en", "crosses_district", "drafted_at", "sides", "summons")
    return {
        **{name: payload.plain(getattr(row, name)) for name in names},
        "bounds": [[south, west], [north, east]],
        "areal": row.geometry.geom_type.endswith("Polygon"),
    }
