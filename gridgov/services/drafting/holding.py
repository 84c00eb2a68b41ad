"""How drafts are held: found, locked, moved on by one step, each with its author; and who may."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Self, TypeAlias
from uuid import UUID

import geopandas as gpd

from gridgov.access import Caller, Subject
from gridgov.clock import Clock, shown
from gridgov.coordinates import Datum
from gridgov.drafts import Act, State, Within, move
from gridgov.drafts.lifecycle import APPROVE, PLAN
from gridgov.errors import InputError, NotAllowedError, NotFoundError, StaleError
from gridgov.ids import new_id
from gridgov.services.drafting.files import read_content, read_draft
from gridgov.services.drafting.ground import Ground, Standing
from gridgov.settings import Settings
from gridgov.store.drafts import DraftRow, Step
from gridgov.store.unit import Store, Unit

Cells: TypeAlias = gpd.GeoDataFrame | str | Path | bytes
"""A frame of cells, a file of them, or the content of a GeoPackage."""

_LONGEST_TITLE = 200


@dataclass(frozen=True, slots=True)
class Titled:
    """What a new draft says of itself."""

    title: str
    source: str
    within: Within


class Holding:
    """Finds drafts, holds them, and keeps each step.

    Parameters
    ----------
    store
        Where grids and drafts are kept.
    clock
        Tells the time.
    """

    def __init__(self, store: Store, *, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    @classmethod
    def configured(cls, store: Store, settings: Settings, *, clock: Clock) -> Self:  # noqa: ARG003 - all alike
        """Return the service as an installation's settings want it."""
        return cls(store, clock=clock)

    @contextmanager
    def _reading(self, caller: Caller, draft_id: UUID) -> Iterator[tuple[Unit, DraftRow]]:
        with self._store.acting(caller, now=self._clock()) as unit:
            require_reads(unit.subject)
            yield unit, _known(unit.drafts.one(draft_id), draft_id)

    def _brought(
        self, caller: Caller, cells: Cells, datum: Datum | str | None, draft_id: UUID | None = None
    ) -> tuple[gpd.GeoDataFrame, str]:
        """Return the cells that somebody brings, and where they came from; who may not draw has no byte of it read."""
        with self._store.acting(caller, now=self._clock()) as unit:
            require_reads(unit.subject)
            row = None if draft_id is None else _known(unit.drafts.one(draft_id), draft_id)
            unit.subject.require(PLAN, row.district_code if row else None)
            if row is not None:
                move(State(row.state), Act.EDIT)
        return read_cells(cells, datum)

    @contextmanager
    def _held(self, caller: Caller, draft_id: UUID, act: Act, revision: int | None) -> Iterator[tuple[Unit, DraftRow]]:
        """Hold a draft for an act that its state and one's rights allow, and that was decided on what it is now."""
        with self._store.acting(caller, now=self._clock()) as unit:
            require_reads(unit.subject)
            unit.hold_loading()  # what a draft stands on must not move while it is looked at
            row = _known(unit.drafts.one(draft_id, hold=True), draft_id)
            wanted = move(State(row.state), act)
            unit.subject.require(wanted.permission, row.district_code)
            if not wanted.by_author and row.author_id == unit.subject.account_id:
                message = "Nobody approves their own draft: ask somebody else who may (grid.approve)."
                raise NotAllowedError(message, field="draft_id")
            _require_revision(row, act, revision)
            yield unit, row

    @contextmanager
    def _held_with_grid(
        self, caller: Caller, draft_id: UUID, act: Act, revision: int | None
    ) -> Iterator[tuple[Unit, DraftRow, Subject]]:
        """Hold a draft for an act that changes the grid itself, and yield who does it too.

        Whether they may is asked under their own rights; the grid is written by the system alone, on the draft that it
        was asked of.
        """
        with self._held(caller, draft_id, act, revision) as (unit, seen):
            subject = unit.subject
        with self._store.transaction() as unit:
            unit.hold_loading()
            row = _known(unit.drafts.one(draft_id, hold=True), draft_id)
            move(State(row.state), act)
            _require_revision(row, act, seen.revision)
            yield unit, row, subject

    def _add(self, unit: Unit, ground: Ground, cells: gpd.GeoDataFrame, said: Titled) -> DraftRow:
        drawn, now, subject = Standing.of(ground, cells, within=said.within), self._clock(), unit.subject
        row = DraftRow(
            district_code=ground.version.district_code,
            id=new_id(),
            title=said.title,
            author=subject.login,
            author_id=subject.account_id,
            state=State.DRAFT,
            revision=1,
            content=1,
            within=said.within,
            base_version=ground.version.version,
            faults=drawn.faults,
            source=said.source,
            created_at=now,
            changed_at=now,
            approved_by=None,
            publish_at=None,
            published_version=None,
        )
        unit.drafts.add(row, drawn.cells, Step(now, subject.login, "create", _told(drawn, said.source)))
        return row

    def _redrawn(self, unit: Unit, row: DraftRow, drawn: Standing, act: Act, source: str) -> DraftRow:
        """Keep the cells that an edit brings, beside those that were there before."""
        version = drawn.ground.version.version
        next_row = self._after(row, act)
        new = replace(next_row, content=next_row.revision, base_version=version, faults=drawn.faults, source=source)
        step = Step(new.changed_at, unit.subject.login, act, _told(drawn, source))
        unit.drafts.change(new, step, cells=drawn.cells)
        return new

    def _moved(self, unit: Unit, row: DraftRow, act: Act, data: dict[str, Any]) -> DraftRow:
        new = self._after(row, act)
        unit.drafts.change(new, Step(new.changed_at, unit.subject.login, act, data))
        return new

    def _moved_with_grid(
        self, unit: Unit, row: DraftRow, step: tuple[Act, Subject, dict[str, Any]], *, due_at: datetime | None = None
    ) -> DraftRow:
        act, subject, data = step
        new = self._after(row, act)
        published = {"published_version": new.published_version, "due_at": due_at}
        unit.drafts.change(new, Step(new.changed_at, subject.login, act, data), **published)
        return new

    def _after(self, row: DraftRow, act: Act) -> DraftRow:
        to = move(State(row.state), act).to
        return replace(row, state=to, revision=row.revision + 1, changed_at=self._clock())


def drawn(unit: Unit, row: DraftRow) -> Standing:
    """Return a draft as it was drawn, on the grid that it was drawn on; if that was called off, on the newest."""
    ground = Ground.newest(unit, row.district_code)
    with suppress(StaleError):
        ground = ground.before(row.base_version)
    return Standing.of(ground, unit.drafts.cells(row), within=row.within)


def read_cells(cells: Cells, datum: Datum | str | None) -> tuple[gpd.GeoDataFrame, str]:
    """Return the cells that somebody brings, and where they came from."""
    if isinstance(cells, gpd.GeoDataFrame):
        return cells, "frame"
    if isinstance(cells, bytes):
        return read_content(cells), "file"
    path = Path(cells)
    return read_draft(path, datum=datum), path.name


def district_of(unit: Unit, cells: gpd.GeoDataFrame) -> str:
    """Return the one district whose codes a frame holds.

    Raises
    ------
    InputError
        If it holds those of several, or none and one plans in several.
    """
    columns = [name for name in ("cell", "code", "continues", "community", "community_code") if name in cells]
    found = {str(code)[:6] for name in columns for code in cells[name].dropna() if str(code).strip()}
    if len(found) > 1:
        message = f"These cells are of several districts ({', '.join(sorted(found)[:5])}): make a draft of each."
        raise InputError(message, field="cells")
    return planned(unit, found.pop() if found else None)


def planned(unit: Unit, district_code: str | None) -> str:
    """Return the district that somebody plans.

    Raises
    ------
    NotAllowedError
        If they do not.
    InputError
        If they plan several and say none.
    """
    if district_code is not None:
        unit.subject.require(PLAN, district_code)
        return district_code
    unit.subject.require(PLAN)
    known = [version.district_code for version in unit.cells.versions(_FAR)]
    mine = [code for code in known if unit.subject.may(PLAN, code)]
    if len(mine) != 1:
        message = "Say which district: give the cells their codes, or name it."
        raise InputError(message, field="district_code", details=[{"district_code": code} for code in mine])
    return mine[0]


def titled(title: str, source: str, within: Within | str) -> Titled:
    """Return what a draft says of itself.

    Raises
    ------
    InputError
        If the title is none, or there is no such `within`.
    """
    bare = title.strip()
    if not bare or len(bare) > _LONGEST_TITLE or not bare.isprintable():
        message = f"A title is a line of 1 to {_LONGEST_TITLE} characters."
        raise InputError(message, field="title")
    try:
        return Titled(bare, source, Within(within))
    except ValueError as error:
        message = f"{within!r} is nothing that cells stay within: say community or street."
        raise InputError(message, field="within") from error


def require_reads(subject: Subject) -> None:
    """Refuse whoever neither plans nor approves."""
    if not subject.may(APPROVE):
        subject.require(PLAN)


_FAR = datetime.fromisoformat("9999-01-01T00:00:00+00:00")


def _known(row: DraftRow | None, draft_id: UUID) -> DraftRow:
    if row is None:
        message = f"There is no draft {draft_id}: GET /api/v1/drafts lists those there are."
        raise NotFoundError(message, field="draft_id")
    return row


def _require_revision(row: DraftRow, act: Act, revision: int | None) -> None:
    if revision is None or revision == row.revision:
        return
    message = (
        f"This draft is at revision {row.revision} by now, and this was decided on revision {revision}: "
        "look at what changed, then do it again on the newest."
    )
    stored = {"revision": row.revision, "state": row.state, "changed_at": shown(row.changed_at)}
    details = [{"stored": stored, "yours": {"revision": revision, "act": act}}]
    raise StaleError(message, field="revision", details=details)


def _told(drawn: Standing, source: str) -> dict[str, Any]:
    return {"source": source, "version": drawn.ground.version.version, **drawn.comparison.counts} | {
        "faults": len(drawn.faults)
    }
