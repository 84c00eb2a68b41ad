"""The map of a district: its grid by load, the incidents of a period, and the combined whistles with their shares."""

from dataclasses import replace
from datetime import datetime
from importlib.resources import files
from typing import Any

import geopandas as gpd
import pandas as pd
from branca.element import MacroElement
from jinja2 import Template

from gridgov.areas import Level
from gridgov.errors import SetupError
from gridgov.store.unit import Unit
from layers import display, frames, payload
from layers.catalogue import CATALOGUE
from layers.frames import View
from layers.offline import OfflineMap
from layers.words import Words

_AROUND_DEGREES = 0.0025  # about 250 m: the buildings that one looks at together with a whistle
_MOST_NEIGHBOURHOODS = 40
_CODE_DIGITS: dict[frames.Source, int] = {frames.districts: 6, frames.streets: 9, frames.communities: 12}
_NOWHERE = (0.0, 0.0, 0.0, 0.0)


class _Drawing(MacroElement):
    """Hands the payload to the page's own program."""

    _template = Template(
        "{% macro header(this, kwargs) %}<style>{{ this.css }}</style>{% endmacro %}"
        "{% macro script(this, kwargs) %}{{ this.program }}\n"
        "gridgovMap({{ this._parent.get_name() }}, {{ this.data }});{% endmacro %}"
    )

    def __init__(self, data: dict[str, Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca's
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
    view = View(at, since, until, tuple(unit.areas.frame(Level.DISTRICT, at=at)["code"]))
    read = _ForDisplay(unit, view)
    grid = read(frames.cells)
    if grid.empty:
        message = "There is no grid to draw: `gridgov load FILE` one, or `gridgov demo` for the sample district."
        raise SetupError(message)
    areas = read(frames.districts).set_index("code")
    home = str(grid["district_code"].value_counts().index[0])
    data = {
        **_head(areas.loc[home, "name"], view),
        "home": home,
        "counts": unit.summary.placements(since, until),
        "notes": [note.as_json() for note in _notes(read)],
        "synthetic": any("synthetic" in source.lower() for source in unit.maps.sources(at).values()),
        **_layers(read),
        "whistles": [_whistle(row) for row in read(frames.whistles).itertuples()],
    }
    west, south, east, north = areas.loc[[home]].total_bounds
    drawn = OfflineMap(
        ((south + north) / 2, (west + east) / 2),
        title=data["title"]["zh"],
        zoom_start=13,
        zoom_control=False,
        zoom_snap=0.1,
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


class _ForDisplay(frames.Reading):
    """Reads frames and makes their geometry light; what needs the exact outlines has read them before."""

    def __init__(self, unit: Unit, view: View) -> None:
        super().__init__(unit, view)
        self._exact = frames.Reading(unit, view)
        self._light: dict[frames.Source, gpd.GeoDataFrame] = {}

    def __call__(self, source: frames.Source) -> gpd.GeoDataFrame:
        if source not in self._light:
            self._light[source] = self._lightened(source)
        return self._light[source]

    def _lightened(self, source: frames.Source) -> gpd.GeoDataFrame:
        if source is frames.buildings:
            return self._around_whistles()
        frame = self._exact(source)
        if source is frames.cells:
            return display.simplified(frame)
        digits = _CODE_DIGITS.get(source)
        return display.outlines(frame, self(frames.cells), digits) if digits else frame

    def _around_whistles(self) -> gpd.GeoDataFrame:
        bounds = list(self._exact(frames.whistles).geometry[:_MOST_NEIGHBOURHOODS].bounds.itertuples(index=False))
        views = [_boxed(self.view, *one) for one in bounds or [_NOWHERE]]
        found = [frames.Reading(self.unit, view)(frames.buildings) for view in views]
        together = pd.concat(found, ignore_index=True).drop_duplicates("id")
        return gpd.GeoDataFrame(together, geometry="geometry", crs="EPSG:4326")


def _boxed(view: View, west: float, south: float, east: float, north: float) -> View:
    around = (west - _AROUND_DEGREES, south - _AROUND_DEGREES, east + _AROUND_DEGREES, north + _AROUND_DEGREES)
    return replace(view, box=around)


def _layers(read: frames.Reading) -> dict[str, Any]:
    described = []
    sources: dict[str, dict[str, Any]] = {}
    for layer in sorted(CATALOGUE, key=lambda one: one.order):
        frame = read(layer.source)
        name = layer.source.__name__
        described.append({**payload.described(layer, frame), "source": name})
        sources[name] = {**sources.get(name, {}), **payload.features(layer, frame)}
    return {"layers": described, "sources": sources}


def _head(name: str, view: View) -> dict[str, Any]:
    since, until = payload.shown_time(view.since), payload.shown_time(view.until)
    return {
        "title": Words(f"{name}网格一张图", f"Grid map of {name}").as_json(),
        "period": Words(f"{since} – {until[5:]} 北京时间", f"{since} – {until[5:]}, China time").as_json(),
    }


def _notes(read: frames.Reading) -> list[Words]:
    notes = [
        Words(
            f"边界仅为显示而简化（拓扑一致，偏差不超过 {display.TOLERANCE_M:.0f} 米）；定位与份额按原始边界计算。",
            f"Borders are simplified for display only (topology kept, at most {display.TOLERANCE_M:.0f} m off); "
            "locating and shares use the borders as they are.",
        )
    ]
    counts = read.unit.summary.placements(read.view.since, read.view.until)
    placed = {k: v for k, v in counts.items() if k != "unplaced"}
    shown, all_of_them = len(read(frames.incidents)), sum(placed.values())
    if shown < all_of_them:
        notes.append(
            Words(f"只画最新 {shown} 件，共 {all_of_them} 件。", f"The newest {shown} of {all_of_them} are drawn.")
        )
    return notes


def _whistle(row: Any) -> dict[str, Any]:
    west, south, east, north = row.geometry.bounds
    names = ("number", "matter", "text", "kind_zh", "kind_en", "crosses_district", "drafted_at", "sides", "summons")
    return {
        **{name: payload.plain(getattr(row, name)) for name in names},
        "bounds": [[south, west], [north, east]],
        "areal": row.geometry.geom_type.endswith("Polygon"),
    }
