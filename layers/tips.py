"""What a card on a quick map says of each row: the columns that people know, Chinese first, as text that is safe."""

import html
import math
from collections.abc import Sequence
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.words import Words

COLUMNS: Final = {
    "name": Words("名称", "name"),
    "code": Words("编码", "code"),
    "cell": Words("网格", "cell"),
    "street_name": Words("街道", "street"),
    "street_code": Words("街道", "street"),
    "street": Words("街道", "street"),
    "community_name": Words("社区", "community"),
    "community_code": Words("社区", "community"),
    "community": Words("社区", "community"),
    "kind": Words("类别", "kind"),
    "households": Words("户数", "households"),
    "incidents": Words("事件（件/年）", "incidents a year"),
    "reports": Words("事件", "reports"),
    "count": Words("件数", "count"),
    "load": Words("负荷", "load"),
    "area_m2": Words("面积（平方米）", "area, m²"),
    "road_m": Words("道路（米）", "roads, m"),
    "sites": Words("特殊场所", "special sites"),
    "from": Words("原网格", "from"),
    "to": Words("新网格", "to"),
    "why": Words("原因", "why"),
}
"""Columns that a card shows, in its order; of others only the one that colours the map."""

_VALUES: Final = {
    "ordinary": Words("普通网格", "ordinary"),
    "dedicated": Words("专属网格", "dedicated"),
}


def words(column: str) -> Words:
    """Return what a column is called; its own name where it is none of ours."""
    return COLUMNS.get(column, Words(column, column))


def cards(frame: gpd.GeoDataFrame, *, also: str | None = None, off: pd.Series | None = None) -> dict[str, list[str]]:
    """Return what stands on the cards: heading to one text per row, in which no tag is left.

    Parameters
    ----------
    also
        A column to show besides.
    off
        How far each row is from the mean, a share of it.
    """
    shown = [column for column in COLUMNS if column in frame]
    if also is not None and also in frame and also not in shown:
        shown.append(also)
    found = {_heading(words(column)): _texts(frame[column]) for column in _once(shown)}
    if off is not None and off.notna().any():
        found[_heading(Words("与平均数相比", "against the mean"))] = [_percent(value) for value in off]
    return found


def safe(text: object) -> str:
    """Return a text in which no tag is left."""
    return html.escape(str(text))


def _once(columns: Sequence[str]) -> list[str]:
    """Return columns without the code of what is named already."""
    named = {column.removesuffix("_name") for column in columns if column.endswith("_name")}
    return [column for column in columns if column not in named and column.removesuffix("_code") not in named]


def _heading(said: Words) -> str:
    return html.escape(said.zh if said.zh == said.en else f"{said.zh} · {said.en}")


def _texts(values: pd.Series) -> list[str]:
    return [_text(value) for value in values]


def _text(value: Any) -> str:
    if value is None or value is pd.NaT or (isinstance(value, float | np.floating) and math.isnan(value)):
        return "–"
    if isinstance(value, int | np.integer | float | np.floating) and not isinstance(value, bool):
        number = float(value)
        return f"{number:,.0f}" if abs(number) >= 100 or number.is_integer() else f"{number:,.2f}"
    known = _VALUES.get(str(value))
    return html.escape(f"{known.zh} {known.en}" if known else str(value))


def _percent(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:+.0%}"
