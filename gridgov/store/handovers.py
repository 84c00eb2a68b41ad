"""What becomes of duties when a draft is published, kept so that it can be taken back as long as nothing has begun."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.dialects.postgresql import Range, distinct_on

from gridgov.store.tables import cell, cell_lineage, draft_duty, duty

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Publication:
    """Which publication of which draft, and from when its cells were to be in force."""

    district_code: str
    draft_id: UUID
    revision: int
    at: datetime


class HandoverStore:
    """Writes and takes back handovers of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(self, of: Publication, rows: Sequence[Mapping[str, Any]]) -> None:
        """Keep what became of duties: each row has duty_id, cell_id, since, until and heir_id."""
        key = {"district_code": of.district_code, "draft_id": of.draft_id, "revision": of.revision}
        values = [
            {**key, "duty_id": row["duty_id"], "cell_id": row["cell_id"], "heir_id": row["heir_id"]}
            | {"valid": Range(row["since"], row["until"])}
            for row in rows
        ]
        for start in range(0, len(values), _BATCH):
            self._connection.execute(insert(draft_duty), values[start : start + _BATCH])

    def take_back(self, of: Publication) -> int:
        """Give duties back to the cells that they were handed over from, and return how many.

        What people changed since then is kept: an end that was brought forward holds, and a duty that was begun on a
        cell which never comes goes to the one that this continues, else to the one that gives it most of its ground.
        """
        run, r = self._connection.execute, draft_duty.c
        query = select(r.duty_id, r.cell_id, r.valid, r.heir_id)
        query = query.where(r.district_code == of.district_code, r.draft_id == of.draft_id, r.revision == of.revision)
        kept = run(query.order_by(r.duty_id)).all()
        for row in kept:
            self._give_back(of, row)
        return len(kept) + self._give_back_others(of)

    def _give_back(self, of: Publication, row: Any) -> None:
        if row.heir_id == row.duty_id:
            self._set(of, row.duty_id, cell_id=row.cell_id)
            return
        now = self._valid(of, row.duty_id)
        if not now.is_empty and now.upper != of.at:
            # It was ended earlier meanwhile; what was to follow is another time of the same cell.
            if row.heir_id is not None:
                self._set(of, row.heir_id, cell_id=row.cell_id)
            return
        heir = None if row.heir_id is None else self._valid(of, row.heir_id)
        until = row.valid.upper if heir is None or heir.is_empty else heir.upper
        self._set(of, row.duty_id, valid=Range(row.valid.lower, until))
        if row.heir_id is not None:
            self._set(of, row.heir_id, valid=Range(empty=True))

    def _give_back_others(self, of: Publication) -> int:
        """Give the duties that were begun on cells of the publication to those that these are mostly made of."""
        origins = self._origins(of)
        d = duty.c
        query = select(d.id, d.person_id, d.role, d.cell_id, d.valid)
        query = query.where(d.district_code == of.district_code, d.cell_id.in_(list(origins)), ~func.isempty(d.valid))
        found = self._connection.execute(query.order_by(d.id)).all()
        for row in found:
            origin = origins[row.cell_id]
            same = select(d.id).where(
                d.district_code == of.district_code,
                d.person_id == row.person_id,
                d.role == row.role,
                d.cell_id == origin,
                d.valid.overlaps(row.valid),
            )
            held = self._connection.execute(same.limit(1)).first() is not None
            given: dict[str, Any] = {"valid": Range(empty=True)} if held else {"cell_id": origin}
            self._set(of, row.id, **given)
        return len(found)

    def _origins(self, of: Publication) -> dict[UUID, UUID]:
        """Return per cell of the publication the one that it continues, else the one that gives it most ground."""
        line, old, new = cell_lineage.c, cell.alias("old").c, cell.alias("new").c
        query = select(line.to_cell_id, line.from_cell_id).where(
            line.district_code == of.district_code,
            line.at == of.at,
            (old.district_code == line.district_code) & (old.id == line.from_cell_id),
            (new.district_code == line.district_code) & (new.id == line.to_cell_id),
        )
        order = ((old.code == new.code).desc(), (line.share * old.area_m2).desc(), old.code)
        query = query.ext(distinct_on(line.to_cell_id)).order_by(line.to_cell_id, *order)
        return {row[0]: row[1] for row in self._connection.execute(query)}

    def _valid(self, of: Publication, duty_id: UUID) -> Range[datetime]:
        query = select(duty.c.valid).where(duty.c.district_code == of.district_code, duty.c.id == duty_id)
        found: Range[datetime] = self._connection.execute(query).scalar_one()
        return found

    def _set(self, of: Publication, duty_id: UUID, **values: Any) -> None:
        where = (duty.c.district_code == of.district_code, duty.c.id == duty_id)
        self._connection.execute(update(duty).where(*where).values(**values))
