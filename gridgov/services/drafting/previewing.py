"""What publishing a draft would change: cells and codes, people, open cases, whistles, figures."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridgov.clock import shown
from gridgov.drafts import Duty, Handover, Outcome, expressed, fairness, handed_over
from gridgov.incidents import public_number
from gridgov.services.drafting.ground import Standing
from gridgov.services.drafting.people import staff_of
from gridgov.store.unit import Unit

_PARENTS = ("street_code", "community_code")
_WHISTLE = ["id", "stage", "combined", "kind", "incident_id", "cell_code"]


@dataclass(frozen=True)
class Preview:
    """What publishing a draft would change.

    Attributes
    ----------
    version, at
        The version of the grid that it is compared with, and the moment it is told for.
    counts
        How many cells are unchanged, relabelled, changed, new, closed.
    cells
        The changed, the relabelled and the new cells: code, change, continues, name, kind, street_code,
        community_code, households, geometry (EPSG:4326).
    heirs
        Who inherits from whom: from, to, share (of area), household_share (NaN where no building is known).
    staff
        Duties on changed cells: person_id, name, role, cell, to, share, outcome (continues, look_at, ends).
    uncovered
        Codes of cells that nobody answers for afterwards.
    cases
        Open cases in changed cells: number, cell, stage, would_be. Each keeps the cell it was located in.
    whistles
        Open whistles over them: id, stage, combined, cell_code, and kind and incident_id of those that one may read.
        Each keeps the version it was judged by.
    figures
        How even the households are, before and after: cells, mean, cv, within_25.
    faults
        What keeps the draft from being published.
    """

    version: int
    at: datetime
    counts: dict[str, int]
    cells: gpd.GeoDataFrame
    heirs: pd.DataFrame
    staff: pd.DataFrame
    uncovered: list[str]
    cases: pd.DataFrame
    whistles: pd.DataFrame
    figures: pd.DataFrame
    faults: list[dict[str, Any]]

    def with_whistles(self, others: Sequence[Mapping[str, Any]]) -> "Preview":
        """Return it with those of other whistles that are not told yet: what one may know of them, and no more."""
        told = set(self.whistles["id"])
        rows = [dict(one) for one in others if one["id"] not in told]
        records = [*self.whistles.to_dict("records"), *rows]
        return replace(self, whistles=pd.DataFrame(records, columns=_WHISTLE, dtype=object))

    def as_dict(self) -> dict[str, Any]:
        """Return what a program needs, ready for JSON; without geometry."""
        tables = {
            "cells": pd.DataFrame(self.cells.drop(columns="geometry")),
            "heirs": self.heirs,
            "staff": self.staff,
            "cases": self.cases,
            "whistles": self.whistles,
        }
        plain = {name: _records(table) for name, table in tables.items()}
        figures = {str(name): row for name, row in self.figures.to_dict("index").items()}
        said = {"version": self.version, "at": shown(self.at), "counts": self.counts, "uncovered": self.uncovered}
        return {**said, **plain, "figures": figures, "faults": self.faults}


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    return [{str(k): str(v) if isinstance(v, UUID) else v for k, v in row.items()} for row in rows]


def preview_of(unit: Unit, standing: Standing, at: datetime) -> Preview:
    """Return what publishing a draft at a moment would change."""
    heirs = with_households(unit, standing)
    handed = handovers(unit, standing, at)
    before, after = loads(unit, standing, heirs)
    cells = standing.cells.assign(change=standing.comparison.change, households=standing.cells["code"].map(after))
    cells = cells[cells["change"] != "unchanged"].sort_values("code")
    columns = ["code", "change", "continues", "name", "kind", *_PARENTS, "households", "geometry"]
    whistles = unit.drafts.open_whistles(standing.ground.version.district_code, standing.comparison.moved)
    return Preview(
        version=standing.ground.version.version,
        at=at,
        counts=standing.comparison.counts,
        cells=cells[columns].reset_index(drop=True),
        heirs=heirs,
        staff=staff_of(unit, standing.ground.version.district_code, handed),
        uncovered=_uncovered(unit, standing, handed, at),
        cases=_cases(unit, standing),
        whistles=pd.DataFrame(whistles, columns=_WHISTLE, dtype=object),
        figures=pd.DataFrame({"before": fairness(before), "after": fairness(after)}).T,
        faults=standing.faults,
    )


def with_households(unit: Unit, standing: Standing) -> pd.DataFrame:
    """Return the heirs with the share of the old cell's households that each gets, by the buildings that lie in it.

    A building is where its representative point is. NaN where an old cell has no building with households.
    """
    heirs = standing.heirs.reset_index(drop=True)
    if heirs.empty:
        return heirs.assign(household_share=pd.Series(dtype=float))
    old = standing.ground.cells.set_index("code").geometry[standing.comparison.closed]
    new = standing.cells[standing.comparison.change != "unchanged"].set_index("code").geometry
    homes = unit.drafts.homes(standing.ground.version.district_code, old.total_bounds)
    points = shapely.point_on_surface(np.asarray(homes.geometry, dtype=object))
    inside = pd.DataFrame(
        {"from": _owner(points, old), "to": _owner(points, new), "households": homes["households"].astype(float)}
    ).dropna()
    moved = inside.groupby(["from", "to"])["households"].sum()
    whole = moved.groupby(level="from").sum()
    pairs = pd.MultiIndex.from_frame(heirs[["from", "to"]])
    shares = moved.reindex(pairs).fillna(0.0).to_numpy() / whole.reindex(heirs["from"]).to_numpy()
    return heirs.assign(household_share=shares)


def _owner(points: Any, cells: "gpd.GeoSeries") -> Any:
    """Return per point the code of the cell that holds it: of several, the lowest; None where none does."""
    ordered = cells.sort_index()
    found = np.full(len(points), None, dtype=object)
    rows, holders = shapely.STRtree(np.asarray(ordered, dtype=object)).query(points, predicate="intersects")
    for row, holder in sorted(zip(rows.tolist(), holders.tolist(), strict=True), reverse=True):
        found[row] = ordered.index[holder]
    return found


def loads(unit: Unit, standing: Standing, heirs: pd.DataFrame) -> "tuple[pd.Series[float], pd.Series[float]]":
    """Return the households per cell before and after, by code: as the draft says, else as the lineage carries them."""
    district, ground = standing.ground.version.district_code, standing.ground.cells
    known = unit.cells.latest_measure(district, "households")
    before = pd.Series(
        [known.get(cell, np.nan) for cell in ground["id"]], index=ground["code"].to_numpy(), name="households"
    )
    shares = heirs.assign(share=heirs["household_share"].fillna(heirs["share"]))
    same = standing.comparison.change == "unchanged"
    after = expressed(before, shares, unchanged=pd.Index(standing.cells["code"][same]))
    said = standing.cells[~same].set_index("code")["households"].dropna()
    after.update(said)
    return before, after


def handovers(unit: Unit, standing: Standing, at: datetime) -> list[Handover]:
    """Return what becomes of each duty on a cell that the draft closes, from a moment on."""
    ground = standing.ground
    codes = dict(zip(ground.cells["id"], ground.cells["code"], strict=True))
    duties = [
        Duty(d["id"], d["person_id"], d["role"], codes[d["cell_id"]], d["since"], d["until"])
        for d in unit.drafts.duties(ground.version.district_code, ending_after=at)
        if d["cell_id"] in codes
    ]
    closed = set(standing.comparison.closed)
    ending = [duty for duty in duties if duty.cell in closed]
    return handed_over(ending, standing.heirs, standing=[d for d in duties if d.cell not in closed])


def _uncovered(unit: Unit, standing: Standing, handed: Iterable[Handover], at: datetime) -> list[str]:
    """Return the cells that somebody answered for, or that are new, and nobody would from that moment on."""
    ground = standing.ground
    codes = dict(zip(ground.cells["id"], ground.cells["code"], strict=True))
    duties = unit.drafts.duties(ground.version.district_code, ending_after=at)
    if not duties:
        return []
    # A duty that begins later covers nobody at the moment itself.
    held = {codes.get(d["cell_id"]) for d in duties if d["since"] <= at}
    covered = held - set(standing.comparison.closed)
    covered |= {h.to for h in handed if h.outcome is not Outcome.ENDS and h.duty.since <= at}
    changed = standing.cells[standing.comparison.change != "unchanged"]
    return sorted(code for code in changed["code"].dropna() if code not in covered)


def _cases(unit: Unit, standing: Standing) -> pd.DataFrame:
    district = standing.ground.version.district_code
    found = unit.drafts.open_cases(district, standing.comparison.moved)
    usable = standing.cells[standing.cells["code"].notna() & shapely.is_valid(standing.cells.geometry.to_numpy())]
    would = _owner(np.asarray(found.geometry, dtype=object), usable.set_index("code").geometry)
    numbers = [public_number(district, incident) for incident in found["incident_id"]]
    table: Mapping[str, Any] = {"number": numbers, "cell": found["cell_code"], "stage": found["stage"]}
    return pd.DataFrame({**table, "would_be": would})
