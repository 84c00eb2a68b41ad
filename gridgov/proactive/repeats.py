"""Repeat places: where the same comes up again and again."""

import heapq

import geopandas as gpd
import numpy as np
import pandas as pd

from gridgov.clock import SHANGHAI
from gridgov.coordinates import projected_crs
from gridgov.errors import InputError
from gridgov.proactive.places import CRS

WITHIN_M = 30.0
"""So near, it is the same place: a stairwell, a crossing, a shop; about the accuracy of a phone between houses."""
AT_LEAST = 4
"""On so many days, it is no chance meeting."""

_COLUMNS = ["matter", "count", "days", "first_at", "last_at", "every_days", "address", "cell", "radius_m", "incidents"]
_ALL = [*_COLUMNS, "sentence", "sentence_en", "geometry"]


def repeats(incidents: pd.DataFrame, *, within_m: float = WITHIN_M, at_least: int = AT_LEAST) -> gpd.GeoDataFrame:
    """Return the places where one matter was reported on several days.

    Each matter by itself: the incident with the most others within `within_m` takes them all as its place, then the
    next of those that are left, and so on. So a place never grows along a road from neighbour to neighbour, as chains
    do, and nothing is counted twice. Days count and not reports: five calls about one night are one night. Of equals
    the earliest incident comes first, then the lowest id, so that the same incidents give the same places.

    Parameters
    ----------
    incidents
        Index: id. Columns: ``at`` (instants), ``matter`` (code), ``lon``, ``lat`` (degrees, EPSG:4326), ``cell``,
        ``address`` (text or missing). Those without a position are left out.
    within_m
        How far from its middle incident a place reaches, metres, above zero.
    at_least
        On how many days, two or more.

    Returns
    -------
    GeoDataFrame
        One row a place, the most days first: matter, count, days, first_at, last_at, every_days (mean distance of its
        days), address (the one named most), cell (of the middle incident), radius_m, incidents (their ids, in order of
        time), sentence, sentence_en, geometry (the middle incident's point, EPSG:4326).

    Raises
    ------
    InputError
        If a distance or a number makes no sense.
    """
    if not within_m > 0 or at_least < 2:
        message = "A place reaches further than 0 m, and a repeat takes two days or more."
        raise InputError(message, field="within_m" if not within_m > 0 else "at_least")
    placed = incidents[incidents["lon"].notna() & incidents["lat"].notna()].copy()
    placed["day"] = placed["at"].dt.tz_convert(SHANGHAI).dt.date
    placed = placed.assign(_id=placed.index.astype(str)).sort_values(["at", "_id"], kind="stable")
    rows = [
        {**_row(group.iloc[members], xy[members], xy[middle]), "geometry": points[middle]}
        for group, points, xy in _by_matter(placed)
        for middle, members in _gathered(xy, group["day"].to_numpy(), within_m, at_least)
    ]
    if not rows:
        return gpd.GeoDataFrame(
            columns=[*_COLUMNS, "sentence", "sentence_en", "geometry"], geometry="geometry", crs=CRS
        )
    found = gpd.GeoDataFrame(rows, geometry="geometry", crs=CRS)
    _tell(found, within_m)
    found = found.sort_values(["days", "count", "first_at"], ascending=[False, False, True], kind="stable")
    return found.reset_index(drop=True)[_ALL]


def _by_matter(placed: pd.DataFrame) -> "list[tuple[pd.DataFrame, np.ndarray, np.ndarray]]":
    """Return each matter's incidents with their points and their plane metres."""
    if placed.empty:
        return []
    points = gpd.GeoSeries(gpd.points_from_xy(placed["lon"], placed["lat"]), index=placed.index, crs=CRS)
    plane = points.to_crs(projected_crs(float(placed["lon"].median())))
    xy = np.column_stack([plane.x, plane.y])
    rows = placed.reset_index(drop=True).groupby("matter", sort=True).indices
    return [(placed.iloc[row], points.to_numpy()[row], xy[row]) for row in rows.values()]


def _gathered(xy: "np.ndarray", days: "np.ndarray", within_m: float, at_least: int) -> "list[tuple[int, np.ndarray]]":
    """Return places as the row of the middle incident and the rows of all, the fullest first."""
    from scipy.spatial import cKDTree  # noqa: PLC0415 - heavy

    if len(xy) < at_least:
        return []
    near = cKDTree(xy).query_ball_point(xy, within_m)
    left, found = np.ones(len(xy), dtype=bool), []

    def held(row: int) -> int:
        return len(set(days[[other for other in near[row] if left[other]]])) if left[row] else 0

    # What a place holds only ever shrinks, so that the first of the heap is the fullest once it is counted anew.
    heap = [(-held(row), row) for row in range(len(xy))]
    heap = [one for one in heap if -one[0] >= at_least]
    heapq.heapify(heap)
    while heap:
        before, middle = heapq.heappop(heap)
        now = held(middle)
        if now < at_least:
            continue
        if now < -before:
            heapq.heappush(heap, (-now, middle))
            continue
        members = np.array(sorted(other for other in near[middle] if left[other]))
        left[members] = False
        found.append((middle, members))
    return found


def _row(members: pd.DataFrame, xy: "np.ndarray", middle: "np.ndarray") -> dict[str, object]:
    days = sorted(set(members["day"]))
    named = members["address"].dropna()
    nearest = int(np.argmin(np.hypot(*(xy - middle).T)))
    return {
        "matter": members["matter"].iloc[0],
        "count": len(members),
        "days": len(days),
        "first_at": members["at"].iloc[0],
        "last_at": members["at"].iloc[-1],
        "every_days": (days[-1] - days[0]).days / (len(days) - 1),
        "address": named.mode().iloc[0] if len(named) else None,
        "cell": members["cell"].iloc[nearest],
        "radius_m": round(float(np.hypot(*(xy - middle).T).max()), 1),
        "incidents": members.index.tolist(),
    }


def _tell(found: gpd.GeoDataFrame, within_m: float) -> None:
    # A column of text holds what is missing as NaN, which is true, and no JSON.
    found["address"] = pd.Series([one if isinstance(one, str) else None for one in found["address"]], dtype=object)
    rows = list(zip(found["address"], found["days"], found["count"], found["every_days"], strict=True))
    found["sentence"] = [
        f"{address or '同一地点'} {within_m:.0f} 米内 {days} 天共 {count} 件，平均每 {every:.0f} 天一次"
        for address, days, count, every in rows
    ]
    found["sentence_en"] = [
        f"{count} incidents on {days} days within {within_m:.0f} m of {address or 'one place'}, every {every:.0f} days"
        for address, days, count, every in rows
    ]
