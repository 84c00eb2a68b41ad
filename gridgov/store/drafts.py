"""Drafts of a grid: their cells by revision, and every step of their lives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, bindparam, case, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import Range

from gridgov.store.cells import GridVersion
from gridgov.store.geometry import frame, to_store
from gridgov.store.tables import (
    base_feature,
    cell,
    cell_lineage,
    draft,
    draft_cell,
    draft_event,
    duty,
    grid_version,
    incident_share,
    incident_state,
    person,
    whistle,
)

if TYPE_CHECKING:
    import geopandas as gpd

_SAID = ("continues", "name", "kind", "street_code", "community_code", "households")
_CLOSED = ("closed", "rejected", "merged")
_ENDED = ("closed", "withdrawn")
_BATCH = 500


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A draft as of now; `gridgov.store.tables.drafts` tells what each field is."""

    district_code: str
    id: UUID
    title: str
    author: str
    author_id: UUID
    state: str
    revision: int
    content: int
    within: str
    base_version: int
    faults: list[dict[str, Any]]
    source: str
    created_at: datetime
    changed_at: datetime
    approved_by: str | None
    publish_at: datetime | None
    published_version: int | None


@dataclass(frozen=True, slots=True)
class Step:
    """A step in a draft's life: what leads to the next revision."""

    at: datetime
    author: str
    act: str
    data: Mapping[str, Any]


_ITS_OWN = frozenset({"district_code", "id", "title", "author", "author_id", "within", "created_at"})
"""What a draft keeps from its first day to its last."""

_OF_THE_GRID = frozenset({"published_version"})
"""What is written with the grid alone, by the system."""

_COLUMNS = tuple(draft.c[name] for name in DraftRow.__slots__)


class DraftStore:
    """Reads and writes drafts of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, row: DraftRow, cells: gpd.GeoDataFrame, step: Step) -> None:
        """Keep a new draft with its cells."""
        values = {name: getattr(row, name) for name in DraftRow.__slots__}
        self._connection.execute(insert(draft).values(values))
        self._put_cells(row, cells)
        self._tell(row, step)

    def change(self, row: DraftRow, step: Step, *, cells: gpd.GeoDataFrame | None = None, **values: Any) -> None:
        """Keep a step: `row` is the draft as it is after it; `cells` where the step brings others.

        What publishing makes of it (published_version, due_at) is written where `values` say so.
        """
        # In this order: cells come before the step that brings them, and the draft is what its newest step made of it.
        if cells is not None:
            self._put_cells(row, cells)
        self._tell(row, step)
        wanted = {name: getattr(row, name) for name in DraftRow.__slots__ if name not in _ITS_OWN | _OF_THE_GRID}
        where = (draft.c.district_code == row.district_code, draft.c.id == row.id)
        self._connection.execute(update(draft).where(*where).values(**wanted, **values))

    def one(self, draft_id: UUID, *, hold: bool = False) -> DraftRow | None:
        """Return a draft, or None; with `hold` nobody else changes it until this transaction ends."""
        query = select(*_COLUMNS).where(draft.c.id == draft_id)
        row = self._connection.execute(query.with_for_update() if hold else query).first()
        return None if row is None else DraftRow(*row)

    def page(self, *, limit: int | None = None, before: UUID | None = None, state: str | None = None) -> list[DraftRow]:
        """Return drafts, the newest first, those before the draft `before`."""
        query = select(*_COLUMNS).order_by(draft.c.id.desc()).limit(limit)
        query = query if before is None else query.where(draft.c.id < before)
        query = query if state is None else query.where(draft.c.state == state)
        return [DraftRow(*row) for row in self._connection.execute(query)]

    def steps(self, district_code: str, draft_id: UUID) -> list[dict[str, Any]]:
        """Return the steps of a draft in order: revision, at, author, act, data."""
        c = draft_event.c
        query = select(c.revision, c.at, c.author, c.act, c.data)
        query = query.where(c.district_code == district_code, c.draft_id == draft_id).order_by(c.revision)
        return [dict(row) for row in self._connection.execute(query).mappings()]

    def cells(self, row: DraftRow, *, revision: int | None = None) -> gpd.GeoDataFrame:
        """Return the cells of a draft as it is, or as a revision brought them: `gridgov.drafts.COLUMNS`."""
        c = draft_cell.c
        names = [*_SAID, "geom"]
        query = select(*(c[name] for name in names)).where(
            c.district_code == row.district_code, c.draft_id == row.id, c.revision == (revision or row.content)
        )
        found = frame(self._connection.execute(query.order_by(c.number)), names)
        return found.astype({"households": float})

    def _put_cells(self, row: DraftRow, cells: gpd.GeoDataFrame) -> None:
        kept = {"district_code": row.district_code, "draft_id": row.id, "revision": row.content}
        said = cells[list(_SAID)].astype(object)
        records = said.where(said.notna(), None).to_dict("records")
        shapes = [to_store(shape) for shape in cells.geometry]
        rows = [
            {**kept, "number": number, **record, "geom": shape}
            for number, (record, shape) in enumerate(zip(records, shapes, strict=True))
        ]
        for start in range(0, len(rows), _BATCH):
            self._connection.execute(insert(draft_cell), rows[start : start + _BATCH])

    def _tell(self, row: DraftRow, step: Step) -> None:
        values = {"district_code": row.district_code, "draft_id": row.id, "revision": row.revision}
        said = {"at": step.at, "author": step.author, "act": step.act, "data": dict(step.data)}
        self._connection.execute(insert(draft_event).values({**values, **said}))

    def newest_version(self, district_code: str) -> GridVersion | None:
        """Return the newest version of a district's grid, in force or to come."""
        return self._version(district_code)

    def version(self, district_code: str, number: int) -> GridVersion | None:
        """Return a version of a district's grid by its number."""
        return self._version(district_code, grid_version.c.version == number)

    def _version(self, district_code: str, *where: ColumnElement[bool]) -> GridVersion | None:
        c = grid_version.c
        query = select(c.district_code, c.version, c.valid_from).where(c.district_code == district_code, *where)
        row = self._connection.execute(query.order_by(c.version.desc()).limit(1)).first()
        return None if row is None else GridVersion(*row)

    def heirs(self, district_code: str, *, since: datetime, until: datetime) -> list[dict[str, Any]]:
        """Return the lineage after `since` up to `until`, oldest first.

        Fields: from_cell_id, to_cell_id, share, household_share, at.
        """
        c = cell_lineage.c
        query = select(c.from_cell_id, c.to_cell_id, c.share, c.household_share, c.at)
        query = query.where(c.district_code == district_code, c.at > since, c.at <= until).order_by(c.at)
        return [dict(row) for row in self._connection.execute(query).mappings()]

    def sizes(self, district_code: str) -> dict[UUID, float]:
        """Return the area of every cell that a district ever had, in square metres."""
        query = select(cell.c.id, cell.c.area_m2).where(cell.c.district_code == district_code)
        return {row[0]: row[1] for row in self._connection.execute(query)}

    def people(self, district_code: str) -> dict[UUID, str]:
        """Return what the people of a district are called."""
        query = select(person.c.id, person.c.name).where(person.c.district_code == district_code)
        return {row.id: row.name for row in self._connection.execute(query)}

    def put_household_shares(self, district_code: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write into the lineage which share of households went where: each row has old, new, part."""
        c = cell_lineage.c
        where = (c.district_code == district_code, c.from_cell_id == bindparam("old"), c.to_cell_id == bindparam("new"))
        if rows:
            statement = update(cell_lineage).where(*where).values(household_share=bindparam("part"))
            self._connection.execute(statement, [dict(row) for row in rows])

    def homes(self, district_code: str, bounds: Sequence[float]) -> gpd.GeoDataFrame:
        """Return the buildings with households in a box (west, south, east, north): households, geometry."""
        c = base_feature.c
        households = c.attributes["households"].as_float()
        box = func.ST_MakeEnvelope(*map(float, bounds), 4326)
        query = select(households, c.geom).where(
            c.district_code == district_code, c.layer == "building", c.geom.op("&&")(box), households > 0
        )
        return frame(self._connection.execute(query.order_by(c.source_key)), ["households", "geom"])

    def duties(self, district_code: str, *, ending_after: datetime) -> list[dict[str, Any]]:
        """Return the duties on cells that are not over by a moment: id, person_id, role, cell_id, since, until."""
        c = duty.c
        query = select(c.id, c.person_id, c.role, c.cell_id, c.valid)
        query = query.where(c.district_code == district_code, c.cell_id.is_not(None))
        rows = self._connection.execute(query.where(c.valid.overlaps(Range(ending_after, None))).order_by(c.id))
        return [
            {"id": r.id, "person_id": r.person_id, "role": r.role, "cell_id": r.cell_id}
            | {"since": r.valid.lower, "until": r.valid.upper}
            for r in rows
        ]

    def pass_on(self, district_code: str, duty_id: UUID, cell_id: UUID) -> None:
        """Let a duty that has not begun begin with another cell."""
        where = (duty.c.district_code == district_code, duty.c.id == duty_id)
        self._connection.execute(update(duty).where(*where).values(cell_id=cell_id))

    def open_cases(self, district_code: str, cell_codes: Sequence[str]) -> gpd.GeoDataFrame:
        """Return the open cases in cells, as far as one sees them: incident_id, cell_code, stage, geometry."""
        s = incident_state.c
        query = select(s.incident_id, s.cell_code, s.stage, s.geom)
        query = query.where(s.stage.not_in(_CLOSED), _lies_in(district_code, cell_codes)).order_by(s.incident_id)
        return frame(self._connection.execute(query), ["incident_id", "cell_code", "stage", "geom"])

    def open_whistles(self, district_code: str, cell_codes: Sequence[str]) -> list[dict[str, Any]]:
        """Return the open whistles over incidents in cells: id, stage, combined, kind, incident_id, cell_code.

        The code is that of the cell of these which the incident lies in, else of the lowest that a share of it does.
        """
        w, s, h = whistle.c, incident_state.c, incident_share.c
        same = and_(w.district_code == s.district_code, w.incident_id == s.incident_id)
        inside = and_(s.cell_district_code == district_code, s.cell_code.in_(cell_codes))
        shared = select(func.min(h.cell_code)).where(*_shared(district_code, cell_codes)).scalar_subquery()
        cell_code = case((inside, s.cell_code), else_=shared).label("cell_code")
        query = select(w.id, w.stage, w.combined, w.kind, w.incident_id, cell_code)
        query = query.join_from(whistle, incident_state, same).where(w.stage.not_in(_ENDED))
        query = query.where(_lies_in(district_code, cell_codes)).order_by(w.id)
        return [dict(row) for row in self._connection.execute(query).mappings()]

    def coming(self, now: datetime, limit: int) -> list[DraftRow]:
        """Return published drafts whose moment has come and of which screens were not told, held for this sweep."""
        query = select(*_COLUMNS).where(draft.c.due_at <= now).order_by(draft.c.due_at).limit(limit)
        return [DraftRow(*row) for row in self._connection.execute(query.with_for_update(skip_locked=True))]

    def told(self, row: DraftRow) -> None:
        """Remember that screens were told."""
        where = (draft.c.district_code == row.district_code, draft.c.id == row.id)
        self._connection.execute(update(draft).where(*where).values(due_at=None))


def _lies_in(district_code: str, cell_codes: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that an incident lies in one of these cells, or that a share of it does."""
    s = incident_state.c
    shared = select(incident_share.c.incident_id).where(*_shared(district_code, cell_codes))
    return or_(and_(s.cell_district_code == district_code, s.cell_code.in_(cell_codes)), shared.exists())


def _shared(district_code: str, cell_codes: Sequence[str]) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that a share of the incident at hand lies in one of these cells."""
    s, h = incident_state.c, incident_share.c
    return (
        h.district_code == s.district_code,
        h.incident_id == s.incident_id,
        h.cell_district_code == district_code,
        h.cell_code.in_(cell_codes),
    )
