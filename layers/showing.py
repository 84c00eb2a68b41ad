"""Maps by one call, for notebooks: `show` a frame, `compare` two grids, `show_moves` of a plan.

Each returns an `OfflineMap`: in a notebook it shows itself, `save` makes a file of it, and nothing leaves the machine.
Outlines are simplified for display (`layers.display`); every figure is computed before.
"""

from typing import Any, Final

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridgov.errors import CoordinateError, InputError
from gridgov.planning import metrics
from layers import display, styles, tips
from layers.boxes import box, comparison, legend, told
from layers.choropleth import Colouring, Step, around_mean, by_amount
from layers.offline import OfflineMap
from layers.styles import Paint
from layers.words import Words

MEAN: Final = "mean"
_HEIGHT: Final = 560
_OVER: Final = "over"
_BOX_PIXELS: Final = 320  # the ground is not drawn where the box stands
_STREET_COLUMNS: Final = ("street_code", "street")
_TODAY, _PROPOSED = Words("现在", "today"), Words("新方案", "proposed")


def show(
    frame: gpd.GeoDataFrame,
    *,
    by: str | None = None,
    against: str | None = MEAN,
    title: str = "",
    height: int = _HEIGHT,
) -> OfflineMap:
    """Return a map of cells or other areas, with the borders and names of their streets, a legend and cards.

    Parameters
    ----------
    frame
        Polygons in EPSG:4326, lon/lat, like ``gov.cells()`` or the cells of a plan. Cells whose `kind` is
        ``dedicated`` are drawn and not counted.
    by
        The column of numbers that colours them, like ``households``; all alike where left out.
    against
        What a number is compared with: ``"mean"`` of all, or the mean of those alike in a column, like
        ``"street_code"``; None colours by how much there is, in quintiles.
    title
        What stands over the legend; Chinese first.
    height
        Pixels.

    Raises
    ------
    InputError
        If a column is missing or holds no numbers, or there is nothing to show.
    CoordinateError
        If the frame is not in EPSG:4326.
    """
    drawn = _ground(frame, title, height)
    chosen = None if by is None else _coloured(frame, by, against)
    _cells(frame, chosen, by).add_to(drawn)
    _streets(drawn, frame)
    if chosen is not None:
        _page(drawn).html.add_child(box(title, _said(str(by), against), legend(chosen.steps)))
    return drawn


def compare(
    before: gpd.GeoDataFrame,
    after: gpd.GeoDataFrame,
    *,
    by: str = "households",
    against: str | None = MEAN,
    title: str = "",
    height: int = _HEIGHT,
) -> OfflineMap:
    """Return a map that holds two grids of the same ground, one shown at a time, and the fairness of both.

    Parameters
    ----------
    before, after
        Cells as in `show`, both with the column `by`.
    by, against, title, height
        As in `show`.

    Raises
    ------
    InputError, CoordinateError
        As in `show`.
    """
    drawn = _ground(before, title, height)
    chosen = [_coloured(frame, by, against) for frame in (before, after)]
    for name, frame, own in zip((_TODAY, _PROPOSED), (before, after), chosen, strict=True):
        layer = folium.FeatureGroup(_both(name), overlay=False, show=name is _PROPOSED)
        _cells(frame, own, by).add_to(layer)
        layer.add_to(drawn)
    _streets(drawn, after)
    folium.LayerControl(collapsed=False).add_to(drawn)
    figures = [metrics.fairness(_counted(frame, by), groups=_groups(frame, by, against)) for frame in (before, after)]
    body = comparison(chosen[0].steps, chosen[1].steps, figures)
    _page(drawn).html.add_child(box(title, _said(by, against), body))
    return drawn


def show_moves(
    atoms: gpd.GeoDataFrame,
    after: pd.Series,
    *,
    before: str | pd.Series = "cell",
    residents: str = "households",
    title: str = "",
    height: int = _HEIGHT,
) -> OfflineMap:
    """Return a map of what a plan moves: the ground that gets another cell, with today's borders and the plan's.

    Parameters
    ----------
    atoms
        Polygons in EPSG:4326, lon/lat, that fit together vertex by vertex.
    after
        The new cell of each atom: a plan's `assignment`.
    before
        The cell of each atom today, or the column that holds it.
    residents
        The column that is counted.
    title, height
        As in `show`.

    Raises
    ------
    InputError
        If `after` is not on the atoms' index, or a column is missing.
    CoordinateError
        If the atoms are not in EPSG:4326.
    """
    _require(atoms, residents)
    old = atoms[before] if isinstance(before, str) else before
    moved = metrics.households_moved(old, after, atoms[residents])
    drawn = _ground(atoms, title, height)
    pieces = _pieces(atoms, old, after, residents)
    _layer(pieces, [styles.MOVED] * len(pieces), "迁移 · moved").add_to(drawn)
    steps = [Step(styles.MOVED, Words("换了网格的地块", "ground with another cell"), len(pieces))]
    for said, cells, paint in ((_TODAY, old, styles.BEFORE), (_PROPOSED, after, styles.AFTER)):
        outlines = _joined(atoms, cells)
        _borders(outlines, paint, f"边界 · borders {_both(said)}").add_to(drawn)
        steps.append(Step(paint, Words(f"{said.zh}的网格", f"cells {said.en}"), len(outlines)))
    _streets(drawn, atoms)
    folium.LayerControl(collapsed=True, position="topleft").add_to(drawn)
    touched = metrics.cells_touched(old, after)
    share = float(moved.sum()) / max(float(atoms[residents].sum()), 1.0)
    figures = [
        (Words("迁移户数", "households moved"), f"{moved.sum():,.0f}（{share:.1%}）"),
        (Words("涉及网格", "cells touched"), f"{touched.sum():,} / {len(touched):,}"),
    ]
    _page(drawn).html.add_child(box(title, Words("", ""), legend(steps) + told(figures)))
    return drawn


def _coloured(frame: gpd.GeoDataFrame, by: str, against: str | None) -> Colouring:
    loads = _counted(frame, by).reindex(frame.index)
    if against is None:
        return by_amount(loads)
    groups = _groups(frame, by, against)
    return around_mean(loads, groups=groups)


def _counted(frame: gpd.GeoDataFrame, by: str) -> pd.Series:
    """Return the numbers of a column where there are some, without cells that have none on purpose."""
    _require(frame, by)
    numbers: pd.Series = pd.to_numeric(frame[by], errors="coerce").astype(float)
    if "kind" in frame:
        numbers = numbers[frame["kind"] != "dedicated"]
    numbers = numbers.dropna()
    if numbers.empty:
        message = f"The column {by} holds no number: name the one that is to colour the map."
        raise InputError(message, field="by")
    return numbers


def _groups(frame: gpd.GeoDataFrame, by: str, against: str | None) -> pd.Series | None:
    if against in {None, MEAN}:
        return None
    _require(frame, str(against))
    groups: pd.Series = frame.loc[_counted(frame, by).index, against]
    return groups


def _require(frame: gpd.GeoDataFrame, column: str) -> None:
    if column not in frame:
        message = f"There is no column {column}; there are {', '.join(map(str, frame.columns))}."
        raise InputError(message, field=column)


def _said(by: str, against: str | None) -> Words:
    words = tips.words(by)
    if against is None:
        return words
    if against == MEAN:
        return Words(f"{words.zh}，与平均数相比", f"{words.en} against the mean")
    group = tips.words(against)
    return Words(f"{words.zh}，与本{group.zh}的平均数相比", f"{words.en} against the mean of its {group.en}")


def _both(said: Words) -> str:
    return f"{said.zh} · {said.en}"


def _ground(frame: gpd.GeoDataFrame, title: str, height: int) -> OfflineMap:
    if frame.crs is None or frame.crs.to_epsg() != 4326:
        message = (
            f"A map needs EPSG:4326, lon/lat, not {frame.crs or 'no CRS at all'}: use to_crs(4326) or set_crs(...)."
        )
        raise CoordinateError(message, field="datum")
    if frame.empty:
        message = "There is nothing to show: the frame has no rows. Was everything filtered away?"
        raise InputError(message, field="frame")
    west, south, east, north = frame.total_bounds
    middle = ((south + north) / 2, (west + east) / 2)
    drawn = OfflineMap(middle, title=title or "gridgov", zoom_snap=0.25)
    # A page of its own is filled; in a notebook it is as high as was asked for.
    page = _page(drawn)
    page.width, page.height = "100%", f"{height}px"
    bounds = [[south, west], [north, east]]
    drawn.fit_bounds(bounds, padding_top_left=(8, 8), padding_bottom_right=(_BOX_PIXELS, 8))
    folium.map.CustomPane(_OVER, z_index=450, pointer_events=False).add_to(drawn)
    return drawn


def _cells(frame: gpd.GeoDataFrame, chosen: Colouring | None, by: str | None) -> folium.GeoJson:
    paints = [styles.deviation_paint(3)] * len(frame) if chosen is None else chosen.paints
    return _layer(frame, paints, "网格 · cells", also=by, off=None if chosen is None else chosen.off)


def _layer(
    frame: gpd.GeoDataFrame, paints: list[Paint], name: str, *, also: str | None = None, off: pd.Series | None = None
) -> folium.GeoJson:
    cards = tips.cards(frame, also=also, off=off)
    keys = {f"t{number}": texts for number, texts in enumerate(cards.values())}
    # Folium tells features apart by their id: one that is the row's number is there once, whatever the codes say.
    light = gpd.GeoDataFrame(keys, geometry=_light(frame).to_numpy(), crs=4326)
    looks = {str(row): paint.as_leaflet() for row, paint in enumerate(paints)}
    tooltip = folium.GeoJsonTooltip(list(keys), aliases=list(cards)) if len(frame) and keys else None
    return folium.GeoJson(
        light, name=name, style_function=lambda feature: looks[feature["id"]], tooltip=tooltip, smooth_factor=0.3
    )


def _light(frame: gpd.GeoDataFrame) -> gpd.GeoSeries:
    shapes = frame.geometry
    if set(frame.geom_type) <= {"Polygon", "MultiPolygon"}:
        shapes = display.simplified(frame).geometry
    return gpd.GeoSeries(shapely.set_precision(shapes.to_numpy(), 1e-6, mode="pointwise"), crs=4326)


def _streets(drawn: OfflineMap, frame: gpd.GeoDataFrame) -> None:
    """Draw the borders of streets and write their names over what is there, where the frame tells of streets."""
    column = next((column for column in _STREET_COLUMNS if column in frame), None)
    if column is None or not set(frame.geom_type) <= {"Polygon", "MultiPolygon"}:
        return
    outlines = _joined(display.simplified(frame), frame[column])
    _borders(outlines, styles.STREET, None).add_to(drawn)
    if "street_name" in frame:
        names = frame.groupby(column)["street_name"].first()
        for (lon, lat), name in zip(display.label_points(outlines), names[outlines.index], strict=True):
            icon = folium.DivIcon(html=f"<div class=g-name>{tips.safe(name)}</div>", icon_size=(0, 0))
            folium.Marker((lat, lon), icon=icon, interactive=False, keyboard=False).add_to(drawn)


def _borders(outlines: gpd.GeoDataFrame, paint: Paint, name: str | None) -> folium.GeoJson:
    look = {**paint.as_leaflet(), "fill": False}
    lines = gpd.GeoDataFrame(geometry=_light(outlines).boundary.to_numpy(), crs=4326)
    return folium.GeoJson(
        lines, name=name, control=name is not None, style_function=lambda _: look, interactive=False, pane=_OVER
    )


def _joined(frame: gpd.GeoDataFrame, groups: pd.Series) -> gpd.GeoDataFrame:
    """Return the outline of each group of shapes that fit together, by group in order."""
    rows = pd.Series(np.arange(len(frame)), index=frame.index).groupby(groups).indices
    shapes = frame.geometry.to_numpy()
    merged = {name: shapely.coverage_union_all(shapes[which]) for name, which in sorted(rows.items())}
    return gpd.GeoDataFrame(geometry=gpd.GeoSeries(merged, crs=4326))


def _pieces(atoms: gpd.GeoDataFrame, old: pd.Series, after: pd.Series, residents: str) -> gpd.GeoDataFrame:
    """Return the ground that moves, a row for each pair of cells: from, to, residents."""
    moving = old.index[(old != after.reindex(old.index)).to_numpy()]
    pairs = pd.DataFrame({"from": old[moving], "to": after[moving], residents: atoms.loc[moving, residents]})
    shapes = atoms.geometry
    joined = pairs.groupby(["from", "to"])[residents].sum().reset_index()
    rows = pairs.groupby(["from", "to"]).indices
    shapes = atoms.geometry.loc[moving].to_numpy()
    outlines = [
        shapely.coverage_union_all(shapes[rows[pair]]) for pair in zip(joined["from"], joined["to"], strict=True)
    ]
    return gpd.GeoDataFrame(joined, geometry=outlines, crs=4326)


def _page(drawn: OfflineMap) -> Any:
    return drawn.get_root()
