"""Publishing a draft: the grid's next version, its lineage, its figures and its people, in one transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import geopandas as gpd
import pandas as pd

from gridgov.clock import shown
from gridgov.drafts import Handover
from gridgov.errors import ConflictError, InputError, RuleError
from gridgov.ids import new_id
from gridgov.services.drafting.ground import Ground, Standing
from gridgov.services.drafting.previewing import handovers, loads, with_households
from gridgov.services.loading import load_grid
from gridgov.store.handovers import Publication
from gridgov.store.unit import Unit

FURTHEST = timedelta(days=366)
"""A grid is published for a year ahead at most: who answers for what then is not known earlier either."""


def require_moment(at: datetime, now: datetime, ground: Ground) -> None:
    """Refuse a moment at which no version can begin.

    Raises
    ------
    InputError
        If it is past, or too far away.
    RuleError
        If another version begins then or later: versions follow each other in time, also where a clock was set back.
    """
    if at < now:
        message = f"{shown(at)} is past, and what was judged then stays so: publish now, or for a moment to come."
        raise InputError(message, field="at")
    if at > now + FURTHEST:
        message = f"{shown(at)} is more than a year away: publish for a moment until {shown(now + FURTHEST)}."
        raise InputError(message, field="at")
    newest = ground.version
    if at <= newest.valid_from:
        begins = shown(newest.valid_from)
        message = f"Version {newest.version} of the grid begins at {begins}: the next one can only begin after it."
        raise RuleError(message, field="at", details=[{"version": newest.version, "valid_from": begins}])


def require_no_whistles(found: Sequence[Mapping[str, Any]]) -> None:
    """Refuse to publish over open combined whistles that whoever publishes has not said to know of.

    Raises
    ------
    ConflictError
        ``details`` names each whistle, its cell and its stage, and no more: not all of them are theirs to read.
    """
    if found:
        message = (
            f"{len(found)} combined whistles are open over cells that this draft changes. They keep the version that "
            "they were judged by; wait until they are closed, or confirm that you publish over them."
        )
        details = [{"whistle": str(one["id"]), "cell": one["cell_code"], "stage": one["stage"]} for one in found]
        raise ConflictError(message, field="over_whistles", details=details)


def publish(unit: Unit, standing: Standing, of: Publication, *, now: datetime) -> dict[str, Any]:
    """Make a draft the next version of its grid from the moment `of` tells on, and return what was done, as JSON.

    Cells, lineage, areas and figures go the way of every load; duties are handed over to the largest heirs. All of it
    holds from the same instant, which may be to come: whoever asks as of before it is answered by the old grid.
    """
    at, heirs = of.at, with_households(unit, standing)
    _, households = loads(unit, standing, heirs)
    handed = handovers(unit, standing, at)
    given, source = _given(standing, households), f"draft {of.draft_id}"
    (load,) = load_grid(unit, {"cells": given}, now=now, source=source, at=at, whole=True)
    district = standing.ground.version.district_code
    cells = {row.code: row.id for row in unit.cells.current(district).values()}
    old = dict(zip(standing.ground.cells["code"], standing.ground.cells["id"], strict=True))
    known = heirs.dropna(subset=["household_share"])
    unit.drafts.put_household_shares(
        district,
        [
            {"old": old[row["from"]], "new": cells[row["to"]], "part": float(row["household_share"])}
            for row in known.to_dict("records")
        ],
    )
    unit.handovers.keep(of, [_hand_over(unit, of, one, old=old, new=cells) for one in handed])
    done = {str(kind): sum(h.outcome is kind for h in handed) for kind in sorted({h.outcome for h in handed})}
    return {"at": shown(at), **standing.comparison.counts, "duties": done, "load": load.as_dict()}


def _given(standing: Standing, households: "pd.Series[float]") -> gpd.GeoDataFrame:
    cells = standing.cells[["code", "name", "kind", "geometry"]].copy()
    cells["name"] = cells["name"].fillna(cells["code"])
    changed = standing.comparison.change != "unchanged"
    cells["households"] = cells["code"].map(households).where(changed)
    return cells


def _hand_over(
    unit: Unit, of: Publication, one: Handover, *, old: Mapping[str, Any], new: Mapping[str, Any]
) -> dict[str, Any]:
    """Let a duty go on with its heir, or end, and return what is kept of that."""
    duty, duties, district, at = one.duty, unit.registers.duties, of.district_code, of.at
    was = {"duty_id": duty.id, "cell_id": old[duty.cell], "since": duty.since, "until": duty.until}
    if duty.since >= at and one.to is not None:
        unit.drafts.pass_on(district, duty.id, new[one.to])
        return was | {"heir_id": duty.id}
    duties.end(district, [duty.id], max(at, duty.since))
    if one.to is None:
        return was | {"heir_id": None}
    row = {"district_code": district, "id": new_id(), "person_id": duty.person_id, "role": duty.role}
    duties.add([{**row, "cell_id": new[one.to], "area_id": None, "since": at, "until": duty.until}])
    return was | {"heir_id": row["id"]}
