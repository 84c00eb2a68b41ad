"""Drafting: what people do with drafts of a grid, each act in one transaction."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import geopandas as gpd
import pandas as pd

from gridgov.access import Caller
from gridgov.clock import instant, shown
from gridgov.coordinates import Datum
from gridgov.drafts import Act, State, Within, as_draft, taken_up
from gridgov.errors import InputError
from gridgov.services.drafting.calling_off import call_off, require_to_come
from gridgov.services.drafting.expressing import Weighting, express
from gridgov.services.drafting.files import draft_file, write_draft
from gridgov.services.drafting.ground import Ground, Standing
from gridgov.services.drafting.holding import (
    Cells,
    Holding,
    district_of,
    drawn,
    planned,
    require_reads,
    titled,
)
from gridgov.services.drafting.previewing import Preview, preview_of
from gridgov.services.drafting.publishing import publish, require_moment, require_no_whistles
from gridgov.store.drafts import DraftRow
from gridgov.store.handovers import Publication
from gridgov.store.unit import Unit

Drafts = list[DraftRow]
Steps = list[dict[str, Any]]

_TOLD = ("id", "stage", "combined", "cell_code")
"""What a planner learns of any combined whistle over the cells of a draft."""


class Drafting(Holding):
    """Makes drafts, previews them, and leads them to publication."""

    def create(
        self,
        caller: Caller,
        cells: Cells,
        *,
        title: str,
        within: Within | str = Within.COMMUNITY,
        datum: Datum | str | None = None,
    ) -> DraftRow:
        """Make a draft of a plan's cells or of a file; what is wrong with it is kept with it, in ``faults``.

        Parameters
        ----------
        caller
            Who plans.
        cells
            A frame as `gridgov.drafts.taken_up` takes it (``plan.cells()``), or a file with a layer of cells. Streets
            that it does not mention stay as they are.
        title
            What people call it.
        within
            What no cell may cross: ``community`` or ``street``.
        datum
            What the coordinates of a file mean, where it does not say so.

        Raises
        ------
        NotAllowedError
            If one does not plan in that district.
        InputError
            If the frame is empty or not in lon/lat, or names no district, or several.
        """
        given, source = self._brought(caller, cells, datum)
        with self._store.acting(caller, now=self._clock()) as unit:
            ground = Ground.newest(unit, district_of(unit, given))
            return self._add(unit, ground, taken_up(given, ground.cells), titled(title, source, within))

    def load_back(
        self,
        caller: Caller,
        draft_id: UUID,
        cells: Cells,
        *,
        revision: int | None = None,
        onto_newest: bool = False,
        datum: Datum | str | None = None,
    ) -> DraftRow:
        """Take the cells of a draft from an edited file or frame, which holds all cells of the district.

        Parameters
        ----------
        caller
            Who edits.
        draft_id
            The draft.
        cells
            What it is to be.
        revision
            The revision that was exported; refused if somebody was quicker.
        onto_newest
            Whether it was drawn on the newest grid, and not on the one that the draft was made on.
        datum
            What the coordinates of a file mean, where it does not say so.

        Raises
        ------
        StaleError
            If the draft is at another revision by now: both are kept, the other one's in the draft, yours in your file.
        """
        given, source = self._brought(caller, cells, datum, draft_id)
        with self._held(caller, draft_id, Act.EDIT, revision) as (unit, row):
            ground = Ground.newest(unit, row.district_code)
            ground = ground if onto_newest else ground.before(row.base_version)
            edited = taken_up(given, ground.cells, whole=True)
            return self._redrawn(unit, row, Standing.of(ground, edited, within=row.within), Act.EDIT, source)

    def rebase(self, caller: Caller, draft_id: UUID, *, revision: int | None = None) -> DraftRow:
        """Carry a draft onto the newest version of the grid.

        Raises
        ------
        StaleError
            If another version changed the same cells, each named: they must be drawn anew.
        """
        with self._held(caller, draft_id, Act.REBASE, revision) as (unit, row):
            return self._redrawn(unit, row, Standing.now(unit, row), Act.REBASE, row.source)

    def undo(
        self, caller: Caller, *, to: datetime, district_code: str | None = None, title: str | None = None
    ) -> DraftRow:
        """Make a draft that restores the cells of a moment; published, it is a new version, and nothing is erased.

        Raises
        ------
        InputError
            If the moment does not say its offset, there was no grid, or it was the newest.
        """
        moment = instant(to, field="to")
        with self._store.acting(caller, now=self._clock()) as unit:
            district = planned(unit, district_code)
            ground = Ground.newest(unit, district)
            if ground.version in unit.cells.versions(moment):
                message = f"The grid of {shown(moment)} is the newest one: there is nothing to undo."
                raise InputError(message, field="to")
            then = unit.cells.frame(at=moment)
            then = then[then["district_code"] == district].reset_index(drop=True)
            if then.empty:
                message = f"{district} had no grid at {shown(moment)}: choose a later moment."
                raise InputError(message, field="to")
            words = title or f"The grid of {shown(moment)}"
            # A partition was published within communities or streets: what it was held to is not asked again.
            return self._add(unit, ground, as_draft(then), titled(words, f"undo to {shown(moment)}", Within.STREET))

    def export(self, caller: Caller, draft_id: UUID, path: str | Path) -> Path:
        """Write a draft as a GeoPackage for QGIS: cells, streets, communities, district, faults."""
        with self._reading(caller, draft_id) as (unit, row):
            return write_draft(drawn(unit, row), Path(path))

    def exported(self, caller: Caller, draft_id: UUID) -> bytes:
        """Return a draft as the content of that GeoPackage."""
        with self._reading(caller, draft_id) as (unit, row):
            return draft_file(drawn(unit, row))

    def cells(self, caller: Caller, draft_id: UUID) -> gpd.GeoDataFrame:
        """Return the cells of a draft: code, change, and the columns of `gridgov.drafts.COLUMNS`; EPSG:4326."""
        with self._reading(caller, draft_id) as (unit, row):
            found = drawn(unit, row)
            return found.cells.assign(change=found.comparison.change)

    def preview(self, caller: Caller, draft_id: UUID, *, at: datetime | None = None) -> Preview:
        """Return what publishing a draft would change: cells, codes, people, open cases, whistles, figures.

        Raises
        ------
        StaleError
            If another version changed the same cells meanwhile.
        """
        with self._reading(caller, draft_id) as (unit, row):
            now = self._clock()
            moment = instant(at, field="at") if at else max(now, row.publish_at or now)
            standing = Standing.now(unit, row)
            found = preview_of(unit, standing, moment)
        with self._store.transaction() as unit:
            return found.with_whistles(_combined_whistles(unit, row.district_code, standing))

    def propose(self, caller: Caller, draft_id: UUID, *, revision: int | None = None, note: str = "") -> DraftRow:
        """Propose a draft to those who approve. From here on its cells stay as they are.

        Raises
        ------
        PartitionError
            If it is not a partition, with every fault.
        StaleError
            If it was overtaken by another version or another edit.
        """
        with self._held(caller, draft_id, Act.PROPOSE, revision) as (unit, row):
            Standing.now(unit, row).require_whole()
            return self._moved(unit, row, Act.PROPOSE, {"note": note})

    def approve(
        self,
        caller: Caller,
        draft_id: UUID,
        *,
        at: datetime | None = None,
        revision: int | None = None,
        note: str = "",
    ) -> DraftRow:
        """Approve a proposal for a moment to come, or for whenever it is published.

        Raises
        ------
        NotAllowedError
            If one does not approve in this district, or is its author.
        InputError, RuleError
            If no version can begin at that moment.
        """
        moment = instant(at, field="at") if at else None
        with self._held(caller, draft_id, Act.APPROVE, revision) as (unit, row):
            standing = Standing.now(unit, row)
            standing.require_whole()
            if moment is not None:
                require_moment(moment, self._clock(), standing.ground)
            said = {"note": note, "at": shown(moment) if moment else None}
            approved = replace(row, approved_by=unit.subject.login, publish_at=moment)
            return self._moved(unit, approved, Act.APPROVE, said)

    def send_back(self, caller: Caller, draft_id: UUID, *, revision: int | None = None, note: str = "") -> DraftRow:
        """Send a proposal back to be edited; an approval is gone with that."""
        with self._held(caller, draft_id, Act.SEND_BACK, revision) as (unit, row):
            return self._moved(unit, replace(row, approved_by=None, publish_at=None), Act.SEND_BACK, {"note": note})

    def withdraw(self, caller: Caller, draft_id: UUID, *, revision: int | None = None, note: str = "") -> DraftRow:
        """Withdraw a draft that is not to be published; it can still be read."""
        with self._held(caller, draft_id, Act.WITHDRAW, revision) as (unit, row):
            return self._moved(unit, row, Act.WITHDRAW, {"note": note})

    def publish(
        self, caller: Caller, draft_id: UUID, *, revision: int | None = None, over_whistles: bool = False
    ) -> DraftRow:
        """Publish an approved draft: its cells are in force from the moment that was approved, or from now on.

        Raises
        ------
        ConflictError
            If combined whistles are open over changed cells and `over_whistles` does not say that this is known.
        InputError, RuleError
            If the moment has passed meanwhile, or another version begins then or later.
        PartitionError, StaleError
            If the draft was overtaken.
        """
        with self._held_with_grid(caller, draft_id, Act.PUBLISH, revision) as (unit, row, subject):
            now = self._clock()  # behind the lock: what came while this waited was judged by the grid of before
            standing = Standing.now(unit, row)
            standing.require_whole()
            if not over_whistles:
                require_no_whistles(_combined_whistles(unit, row.district_code, standing))
            at = row.publish_at or now
            require_moment(at, now, standing.ground)
            done = publish(unit, standing, Publication(row.district_code, row.id, row.revision + 1, at), now=now)
            version = unit.drafts.newest_version(row.district_code)
            published = replace(row, publish_at=at, published_version=version.version if version else None)
            step = (Act.PUBLISH, subject, done)
            return self._moved_with_grid(unit, published, step, due_at=at if at > now else None)

    def call_off(self, caller: Caller, draft_id: UUID, *, revision: int | None = None, note: str = "") -> DraftRow:
        """Call a publication for later off until its moment: the draft is approved again, the grid as it was.

        Raises
        ------
        RuleError
            If its moment has come, or a later version is published that was drawn on it.
        """
        with self._held_with_grid(caller, draft_id, Act.CALL_OFF, revision) as (unit, row, subject):
            now = self._clock()
            version = require_to_come(row, unit.drafts.newest_version(row.district_code), now)
            done = call_off(unit, row, version, now=now)
            approved = replace(row, published_version=None)
            return self._moved_with_grid(unit, approved, (Act.CALL_OFF, subject, {"note": note, **done}))

    def list(
        self, caller: Caller, *, state: State | str | None = None, limit: int | None = None, before: UUID | None = None
    ) -> Drafts:
        """Return the drafts of one's districts, the newest first."""
        with self._store.acting(caller, now=self._clock()) as unit:
            require_reads(unit.subject)
            return unit.drafts.page(limit=limit, before=before, state=State(state) if state else None)

    def one(self, caller: Caller, draft_id: UUID) -> DraftRow:
        """Return a draft."""
        with self._reading(caller, draft_id) as (_, row):
            return row

    def steps(self, caller: Caller, draft_id: UUID) -> Steps:
        """Return what became of a draft, step by step: revision, at, author, act, data."""
        with self._reading(caller, draft_id) as (unit, row):
            return unit.drafts.steps(row.district_code, row.id)

    def figures(
        self,
        caller: Caller,
        values: "pd.Series[float]",
        *,
        since: datetime,
        until: datetime,
        by: Weighting | str = Weighting.HOUSEHOLDS,
    ) -> "pd.Series[float]":
        """Return figures of the cells of one moment, expressed on the cells of another, through the lineage.

        Parameters
        ----------
        caller
            Whoever reads the grid.
        values
            A figure that adds up (households, incidents), by the codes of the cells in force at `since`.
        since, until
            The two moments, in either order.
        by
            ``households``: by the share of households where it is known, else of area; or ``area``.
        """
        moments = instant(since, field="since"), instant(until, field="until")
        with self._store.acting(caller, now=self._clock()) as unit:
            unit.subject.require("grid.read")
            return express(unit, values, *moments, by=Weighting(by))


def _combined_whistles(unit: Unit, district_code: str, standing: Standing) -> Steps:
    """Return the open combined whistles over the cells that a draft moves.

    The system counts them: one over another district's case, or where planners read no cases, stands in the way too.
    """
    found = unit.drafts.open_whistles(district_code, standing.comparison.moved)
    return [{name: one[name] for name in _TOLD} for one in found if one["combined"]]
