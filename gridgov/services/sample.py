"""The sample district: load it, and live through one of its days."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

from gridgov.clock import SHANGHAI
from gridgov.ids import id_at
from gridgov.incidents import Channel, GivenPosition, Report, Reporter
from gridgov.patrols import Checklist, Every, Item
from gridgov.services.intake import Intake
from gridgov.services.loading import load_grid
from gridgov.services.registering import (
    register_addresses,
    register_features,
    register_matters,
    register_organisations,
    register_staff,
)
from gridgov.store.unit import Store, Unit

Progress = Callable[[str], None]
"""Is told what is being done next."""

_HOME = "370102"
SOURCE = "sample_geo: synthetic geometry, real names of streets and communities"
"""What a grid of the sample says of where it came from."""


def load_sample(store: Store, folder: Path, *, now: datetime, progress: Progress) -> bool:
    """Load the sample district in one transaction; return False if all of it was there already."""
    source = f"{SOURCE}, {hashlib.sha256((folder / 'SHA256SUMS').read_bytes()).hexdigest()}"
    with store.transaction() as unit:
        unit.hold_loading()
        if unit.summary.was_loaded(source):
            return False
        changed = _load_ground(unit, folder, now, progress)
        changed |= _load_people(unit, folder, now, progress)
        changed |= _load_base_map(unit, folder, progress)
        if changed:
            unit.gather_statistics()
        unit.summary.log_load(_HOME, at=now, source=source, summary={"changed": changed})
    return changed


def _load_ground(unit: Unit, folder: Path, now: datetime, progress: Progress) -> bool:
    progress("districts, streets, communities, cells")
    layers = {
        name: gpd.read_file(folder / "grid.gpkg", layer=name) for name, _ in pyogrio.list_layers(folder / "grid.gpkg")
    }
    loads = load_grid(unit, layers, now=now, source=SOURCE, mend=True)
    return any(load.changed_anything for load in loads)


def _load_people(unit: Unit, folder: Path, now: datetime, progress: Progress) -> bool:
    progress("organisations, staff, duties, matters")
    organisations = _table(folder, "organisations")
    changed = register_organisations(unit, organisations) > 0
    matters, parts = _table(folder, "matters"), _table(folder, "responsibilities")
    changed |= register_matters(unit, matters, parts, now=now, source=SOURCE)
    changed |= _load_checklists(unit, _table(folder, "checklists"), now)
    districts = dict(zip(organisations["code"], organisations["district_code"], strict=True))
    return changed | (register_staff(unit, _table(folder, "staff"), _table(folder, "duties"), districts) > 0)


def _load_checklists(unit: Unit, rows: pd.DataFrame, now: datetime) -> bool:
    """Put the sample's checklists in force, where there are none of their names: a district may have changed them."""
    missing = [code for code in rows["code"].unique() if unit.patrols.checklist(_HOME, code) is None]
    for code in missing:
        unit.patrols.put(_checklist(rows[rows["code"] == code]), at=now, author="sample")
    return bool(missing)


def _checklist(rows: pd.DataFrame) -> Checklist:
    first = rows.iloc[0]
    return Checklist(
        district_code=_HOME,
        code=first["code"],
        name_zh=first["name_zh"],
        name_en=first["name_en"],
        every=Every(first["every"]),
        items=tuple(Item(r["item"], r["zh"], r["en"], r["matter"] or None) for r in rows.to_dict("records")),
        source=first["source"],
        roles=tuple(first["roles"].split()),
        version=1,
    )


def _load_base_map(unit: Unit, folder: Path, progress: Progress) -> bool:
    progress("buildings, roads, water, green, addresses")
    cells = gpd.read_file(folder / "grid.gpkg", layer="cells")[["district_code", "geometry"]]
    districts = gpd.read_file(folder / "grid.gpkg", layer="districts")

    def district_of(frame: gpd.GeoDataFrame) -> list[str]:
        _, nearest = cells.sindex.nearest(frame.geometry.representative_point(), return_all=False)
        return list(cells["district_code"].to_numpy()[nearest])

    changed = 0
    for layer, name in (("roads", "road"), ("water", "water"), ("green", "green")):
        changed += register_features(unit, name, gpd.read_file(folder / "base.gpkg", layer=layer), district_of)
    changed += register_features(unit, "building", gpd.read_parquet(folder / "buildings.parquet"), district_of)
    names = dict(zip(districts["name"], districts["code"], strict=True))
    changed += register_addresses(unit, _table(folder, "addresses"), names)
    return changed > 0


@dataclass
class Day:
    """What happened on a day that was played."""

    reports: int = 0
    placements: dict[str, int] = field(default_factory=dict)
    findings: dict[str, int] = field(default_factory=dict)
    combined: int = 0
    refused: list[str] = field(default_factory=list)


def day_of_reports(folder: Path, *, ending: datetime) -> list[Report]:
    """Return the last checked-in day of incidents, moved so that it ends at `ending`, in order of time.

    Ids are made from the moved time and the report's number: the same day moved to the same end has the same ids.
    """
    rows = _table(folder, "incidents_days")
    times = pd.to_datetime(rows["reported_at"], format="ISO8601")
    last_day = times.dt.tz_convert(SHANGHAI).dt.date.max()
    rows, times = rows[times.dt.date == last_day], times[times.dt.date == last_day]
    shift = ending - times.max().to_pydatetime()
    order = times.sort_values().index
    return [_report(rows.loc[i].to_dict(), times.loc[i].to_pydatetime() + shift) for i in order]


def not_yet_played(store: Store, reports: list[Report]) -> list[Report]:
    """Return the reports whose numbers are not taken in yet: a day that was interrupted goes on where it stopped."""
    with store.transaction() as unit:
        known = unit.incidents.known_numbers([r.external_number for r in reports if r.external_number])
    return [r for r in reports if r.external_number not in known]


def play(intake: Intake, reports: list[Report]) -> Iterator[Day]:
    """Take the reports in, one by one, yielding the day so far after each."""
    day = Day()
    for report in reports:
        receipt = intake.take(report, author="sample")
        day.reports += 1
        day.placements[receipt.placement] = day.placements.get(receipt.placement, 0) + 1
        for finding in receipt.findings:
            day.findings[finding] = day.findings.get(finding, 0) + 1
        day.combined += receipt.whistle_id is not None
        yield day


def _report(row: dict[str, Any], at: datetime) -> Report:
    at = at - timedelta(microseconds=at.microsecond)
    return Report(
        id=id_at(at, _entropy(row["number"])),
        reported_at=at,
        channel=Channel(row["channel"]),
        matter=row["matter_code"],
        text=row["text"],
        position=_position(row),
        address=row["address"] or None,
        external_number=row["number"],
        reporter=Reporter(row["reporter_name"] or None, row["reporter_phone"] or None),
    )


def _entropy(number: str) -> int:
    return int.from_bytes(hashlib.sha256(number.encode()).digest()[:10])


def _position(row: dict[str, Any]) -> GivenPosition | None:
    accuracy = float(row["accuracy_m"]) if row["accuracy_m"] else None
    if row["geometry_wkt"]:
        return GivenPosition(row["datum"], shapely.from_wkt(row["geometry_wkt"]), None)
    if row["lon"]:
        return GivenPosition(row["datum"], shapely.Point(float(row["lon"]), float(row["lat"])), accuracy)
    return None


def _table(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False, encoding="utf-8")
