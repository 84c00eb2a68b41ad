"""Every layer as a GeoDataFrame in EPSG:4326, lon/lat. Codes are text, shares fractions, areas square metres."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridgov.areas import Level
from gridgov.coordinates import from_plane, to_plane
from gridgov.hexagons import FINE, outline_of
from gridgov.store.maps import Box
from gridgov.store.singles import Asked
from gridgov.store.unit import Unit
from layers.counting import density, tally

FEWEST_HOUSEHOLDS = 30
"""Below this many households a rate says more about chance than about the cell: it is left empty."""

_CIRCLE_QUARTER = 8  # segments a quarter of a circle is drawn with: 2 % off the true radius at most


@dataclass(frozen=True, slots=True)
class View:
    """What a map looks at.

    Attributes
    ----------
    at
        The grid, its areas and its names are those in force at this instant.
    since, until
        Incidents reported in this period, both ends included.
    districts
        Codes of the districts that are read.
    box
        West, south, east, north in degrees, or None for everything; heed by layers of many features.
    """

    at: datetime
    since: datetime
    until: datetime
    districts: Sequence[str]
    box: Box | None = None


class Reading:
    """Reads frames of one view from one unit of work, each once, however many layers are drawn from it.

    Parameters
    ----------
    unit
        The unit of work; only read.
    view
        What is looked at.
    """

    def __init__(self, unit: Unit, view: View) -> None:
        self.unit = unit
        self.view = view
        self._kept: dict[Source, gpd.GeoDataFrame] = {}

    def __call__(self, source: "Source") -> gpd.GeoDataFrame:
        """Return the frame of `source`, one of the functions below; not to be changed by who gets it."""
        if source not in self._kept:
            self._kept[source] = source(self)
        return self._kept[source]


Source: TypeAlias = Callable[[Reading], gpd.GeoDataFrame]
"""Makes the frame of a layer."""


def districts(read: Reading) -> gpd.GeoDataFrame:
    """Return the districts as of `view.at`: district_code, code, name, geometry."""
    return _areas(read, Level.DISTRICT)


def streets(read: Reading) -> gpd.GeoDataFrame:
    """Return the streets as of `view.at`: district_code, district, code, name, geometry."""
    frame = _areas(read, Level.STREET)
    return frame.assign(district=frame["district_code"].map(_names(read(districts))))


def communities(read: Reading) -> gpd.GeoDataFrame:
    """Return the communities as of `view.at`: district_code, code, name, geometry."""
    return _areas(read, Level.COMMUNITY)


def cells(read: Reading) -> gpd.GeoDataFrame:
    """Return the cells as of `view.at` with the reports of the period.

    Columns: district_code, code, name, kind, street_code, street, community_code, community, area_m2,
    households (NaN: not known), reports, per_1000_households (NaN below `FEWEST_HOUSEHOLDS`), geometry.
    """
    unit, view = read.unit, read.view
    frame = _within(unit.cells.frame(at=view.at), view)
    counts = unit.summary.per_cell(view.since, view.until)
    homes = {k: v for d in view.districts for k, v in unit.cells.latest_measure(d, "households", at=view.at).items()}
    households = pd.Series([homes.get(key, np.nan) for key in frame["id"]], index=frame.index, dtype=float)
    reports = pd.Series([counts.get(code, 0) for code in frame["code"]], index=frame.index, dtype=int)
    rated = households.where(households >= FEWEST_HOUSEHOLDS)
    return frame.assign(
        street=frame["street_code"].map(_names(read(streets))),
        community=frame["community_code"].map(_names(read(communities))),
        households=households,
        reports=reports,
        per_1000_households=1000 * reports / rated,
    ).drop(columns=["id", "street_id"])


def loads(unit: Unit, at: datetime, since: datetime, until: datetime, *, now: datetime | None = None) -> pd.DataFrame:
    """Return what `cells` says of the load of all cells, without their outlines: code, reports, per_1000_households."""
    frame = unit.maps.homes(at)
    counts = unit.rollups.per_cell(Asked(since, until, now or until))
    reports = frame["code"].map(counts).fillna(0).astype(int)
    homes = frame["households"].astype(float)
    rated = homes.where(homes >= FEWEST_HOUSEHOLDS)
    return pd.DataFrame({"code": frame["code"], "reports": reports, "per_1000_households": 1000 * reports / rated})


def roads(read: Reading) -> gpd.GeoDataFrame:
    """Return the roads: id, name, kind (express, main, secondary, lane), geometry."""
    return _features(read, "road", kind="class")


def water(read: Reading) -> gpd.GeoDataFrame:
    """Return lakes and rivers: id, name, geometry."""
    return _features(read, "water")


def green(read: Reading) -> gpd.GeoDataFrame:
    """Return hills and parks: id, name, geometry."""
    return _features(read, "green")


def buildings(read: Reading) -> gpd.GeoDataFrame:
    """Return the buildings that meet `view.box`: id, name, kind, floors, households, geometry; at most 20,000."""
    return _features(read, "building", kind="kind", floors="floors", households="households")


def incidents(read: Reading) -> gpd.GeoDataFrame:
    """Return the incidents of the period that have a place, newest first; at most 5,000.

    Columns: district_code, id, number, reported_at, channel, channel_zh, channel_en, matter, text, stage, placement
    (located, doubtful, crossing, outside), cell_code, address, accuracy_m, geometry (points).
    """
    view = read.view
    return read.unit.maps.incidents(view.districts, view.since, view.until, box=view.box)


def heat(read: Reading) -> gpd.GeoDataFrame:
    """Return the hexagons in which incidents of the period lie: h3, count, overdue, per_km2, geometry."""
    view = read.view
    found = density(tally(read.unit, Asked(view.since, view.until, view.at), FINE))
    shapes = [shapely.Polygon(outline_of(hexagon)) for hexagon in found.pop("hexagon").tolist()]
    return gpd.GeoDataFrame(found, geometry=shapes, crs="EPSG:4326")


def doubtful(read: Reading) -> gpd.GeoDataFrame:
    """Return the doubtful incidents of the period as circles of their accuracy.

    Columns: district_code, id, number, accuracy_m, cell_code, chances (list of [code or None, probability], likeliest
    first), geometry (polygons, true circles in metres).
    """
    view = read.view
    found = read(incidents)
    found = found[(found["placement"] == "doubtful") & found["accuracy_m"].notna()].reset_index(drop=True)
    table = read.unit.maps.chances(view.districts, view.since, view.until)
    chances = {
        key: [list(pair) for pair in zip(part["cell_code"], part["probability"].astype(float), strict=True)]
        for key, part in table.groupby("incident_id", sort=False)
    }
    kept = found[["district_code", "id", "number", "accuracy_m", "cell_code"]].copy()
    kept["chances"] = [chances.get(key, []) for key in kept["id"]]
    return gpd.GeoDataFrame(kept, geometry=_circles(found.geometry, found["accuracy_m"]), crs="EPSG:4326")


def whistles(read: Reading) -> gpd.GeoDataFrame:
    """Return the combined whistles of the period with their footprints, newest first.

    Columns: district_code, id, number, matter, text, kind_zh, kind_en, stage, crosses_district, drafted_at,
    sides (list of dicts: street_code, street_name, district, share, measure, leads, confirm_due_at; largest first),
    summons (list of dicts: organisation_code, name, leads, due_at; the lead first), geometry.
    """
    view = read.view
    found = read.unit.maps.combined_whistles(view.districts, view.since, view.until)
    towns = _names(read(districts))
    found.sides["district"] = [towns.get(code[:6], "") for code in found.sides["street_code"]]
    return found.whistles.assign(
        sides=[_rows(found.sides, key) for key in found.whistles["id"]],
        summons=[_rows(found.summons, key) for key in found.whistles["id"]],
    )


def parts(read: Reading) -> gpd.GeoDataFrame:
    """Return each side's part of each combined whistle's footprint.

    Columns: number, street_code, street, rank (0: the side with the largest share), share, measure, leads, geometry.
    The shares are those that were stored when the report was located; only the outlines are computed here.
    """
    outlines = read(streets).set_index("code").geometry
    rows = [
        _part(whistle, side, rank, outlines)
        for whistle in read(whistles).itertuples()
        for rank, side in enumerate(whistle.sides)
        if side["street_code"] in outlines.index
    ]
    columns = ["number", "street_code", "street", "rank", "share", "measure", "leads", "geometry"]
    return gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), geometry="geometry", crs="EPSG:4326")


def _part(whistle: Any, side: dict[str, Any], rank: int, outlines: gpd.GeoSeries) -> tuple[Any, ...]:
    shape = shapely.intersection(whistle.geometry, outlines[side["street_code"]])
    name = side["street_name"] or side["street_code"]
    return whistle.number, side["street_code"], name, rank, side["share"], side["measure"], side["leads"], shape


def _rows(table: pd.DataFrame, key: object) -> list[dict[str, Any]]:
    chosen = table[table["whistle_id"] == key].drop(columns="whistle_id")
    return [{str(k): v for k, v in row.items()} for row in chosen.to_dict("records")]


def _areas(read: Reading, level: Level) -> gpd.GeoDataFrame:
    return _within(read.unit.areas.frame(level, at=read.view.at), read.view)


def _within(frame: gpd.GeoDataFrame, view: View) -> gpd.GeoDataFrame:
    return frame[frame["district_code"].isin(list(view.districts))].reset_index(drop=True)


def _names(areas: gpd.GeoDataFrame) -> dict[str, str]:
    return dict(zip(areas["code"], areas["name"], strict=True))


def _features(read: Reading, layer: str, **attributes: str) -> gpd.GeoDataFrame:
    frame = read.unit.maps.features(layer, read.view.districts, box=read.view.box)
    given = {column: [bag.get(key) for bag in frame["attributes"]] for column, key in attributes.items()}
    return frame.rename(columns={"source_key": "id"}).drop(columns=["attributes", "district_code"]).assign(**given)


def _circles(centres: gpd.GeoSeries, radii_m: pd.Series) -> list[Any]:
    if centres.empty:
        return []
    lon = float(centres.x.median())
    rings = shapely.buffer(to_plane(centres, lon).to_numpy(), radii_m.to_numpy(dtype=float), quad_segs=_CIRCLE_QUARTER)
    return list(from_plane(rings, lon))
