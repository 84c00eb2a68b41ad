"""Figures of one version of a grid on the cells of another, step by step through the lineage between them."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from uuid import UUID

import pandas as pd

from gridgov.clock import shown
from gridgov.drafts import expressed
from gridgov.errors import InputError
from gridgov.store.unit import Unit


class Weighting(StrEnum):
    """By which share of a cell its figure is handed on."""

    HOUSEHOLDS = "households"
    AREA = "area"


def express(
    unit: Unit, values: "pd.Series[float]", since: datetime, until: datetime, *, by: Weighting
) -> "pd.Series[float]":
    """Return figures by the codes of the cells in force at `since` as figures by the codes of those at `until`.

    Back in time, what a cell has is handed to the cells that it came from by how much of it each brought: share *
    households of the old cell as of that step, or share * its area. Households count where they are known of all that a
    cell came from, and are not nought; else area does.

    Raises
    ------
    InputError
        If a code was not in force at `since`.
    """
    here, there = unit.cells.frame(at=since), unit.cells.frame(at=until)
    ids = dict(zip(here["code"], here["id"], strict=True))
    unknown = sorted(set(values.index) - set(ids))
    if unknown:
        message = f"{unknown[0]} was no cell at {shown(since)}: give the moment that the figures are of."
        raise InputError(message, field="values", details=[{"cell": code} for code in unknown[:100]])
    codes = dict(zip(there["id"], there["code"], strict=True))
    found = values.rename(index=ids)
    for heirs in _steps(unit, {code[:6] for code in values.index}, since, until, by):
        found = expressed(found, heirs)
    return found.rename(index=codes).sort_index()


def _steps(unit: Unit, districts: set[str], since: datetime, until: datetime, by: Weighting) -> list[pd.DataFrame]:
    """Return the heirs of each version between two moments, in the order in which figures pass through them."""
    back = until < since
    span = {"since": min(since, until), "until": max(since, until)}
    steps = []
    for district in sorted(districts):
        rows = unit.drafts.heirs(district, **span)
        sizes = unit.drafts.sizes(district) if back else {}
        for at, members in groupby(rows, key=lambda row: row["at"]):
            table = pd.DataFrame(members)
            ground = table["share"].astype(float)
            share = table["household_share"].astype(float).fillna(ground) if by is Weighting.HOUSEHOLDS else ground
            forth = pd.DataFrame({"from": table["from_cell_id"], "to": table["to_cell_id"], "share": share})
            if not back:
                steps.append(forth)
                continue
            brought = _brought(forth.assign(share=ground), sizes)
            if by is Weighting.HOUSEHOLDS:
                homes = _brought(forth, unit.cells.latest_measure(district, "households", at=at))
                brought = homes.fillna(brought)
            steps.append(pd.DataFrame({"from": forth["to"], "to": forth["from"], "share": brought}))
    return steps[::-1] if back else steps


def _brought(heirs: pd.DataFrame, sizes: Mapping[UUID, float]) -> "pd.Series[float]":
    """Return per old and new cell which part of the new one it brought; NaN where a size of the new one is unknown."""
    size = heirs["share"] * heirs["from"].map(dict(sizes)).astype(float)
    whole = size.groupby(heirs["to"]).transform(lambda parts: parts.sum(skipna=False))
    return size / whole.where(whole > 0)
