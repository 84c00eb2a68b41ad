"""Attachments: uploads with their parts, and what they became."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, exists, func, insert, select, true, update
from sqlalchemy.dialects.postgresql import insert as upsert

from gridgov.evidence import Told, Used
from gridgov.store.tables import (
    evidence,
    evidence_exif,
    incident,
    incident_party,
    upload,
    upload_part,
    whistle,
)


@dataclass(frozen=True, slots=True)
class Upload:
    """An announced upload."""

    district_code: str
    id: UUID
    incident_id: UUID
    whistle_id: UUID | None
    account_id: UUID
    name: str
    media_type: str
    size: int
    sha256: bytes
    part_size: int
    stage: str
    created_at: datetime
    due_at: datetime | None
    refusal: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One attachment as it is kept; see the table for what each column holds."""

    district_code: str
    id: UUID
    incident_id: UUID
    whistle_id: UUID | None
    fact_seq: int
    name: str
    media_type: str
    size: int
    sha256: bytes
    original_size: int
    original_sha256: bytes
    width: int | None
    height: int | None
    duration_s: float | None
    thumbnail_sha256: bytes | None
    account_id: UUID
    author: str
    added_at: datetime


class EvidenceStore:
    """Reads and writes attachments of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def hold(self, account_id: UUID) -> None:
        """Make an account's other announcements and completions wait until this transaction ends."""
        self._connection.execute(select(func.pg_advisory_xact_lock(account_id.int & 0x7FFF_FFFF_FFFF_FFFF)))

    def incident_of(self, incident_id: UUID | None, whistle_id: UUID | None) -> tuple[str, UUID] | None:
        """Return the district and id of the incident that is meant, or of the whistle's, or None."""
        query = (
            select(whistle.c.district_code, whistle.c.incident_id).where(whistle.c.id == whistle_id)
            if whistle_id
            else select(incident.c.district_code, incident.c.id).where(incident.c.id == incident_id)
        )
        row = self._connection.execute(query).first()
        return (row[0], row[1]) if row else None

    def takes_part(self, head: tuple[str, UUID], parties: Sequence[str]) -> bool:
        """Return whether one of `parties` takes part in an incident; an area stands for its district's, if above it."""
        p = incident_party.c
        above = [code for code in parties if len(code) < 6]
        if any(head[0].startswith(code) for code in above):
            return True
        query = select(p.party).where(p.district_code == head[0], p.incident_id == head[1], p.party.in_(parties))
        return self._connection.execute(query.limit(1)).first() is not None

    def announce(self, announced: Upload) -> bool:
        """Write down an upload that is about to come, and return whether its id was free."""
        values = {name: getattr(announced, name) for name in Upload.__dataclass_fields__}
        added = upsert(upload).values(values).on_conflict_do_nothing()
        return self._connection.execute(added.returning(upload.c.id)).first() is not None

    def used(self, account_id: UUID, head: tuple[str, UUID], since: datetime) -> Used:
        """Return what an account has announced: what never came, all of it `since`, and how many files of a case."""
        u, e = upload.c, evidence.c
        opened = u.account_id == account_id, u.stage == "open"
        bytes_of = func.coalesce(func.sum(u.size), 0)
        waiting = self._connection.execute(select(bytes_of).where(*opened)).scalar_one()
        coming = (
            select(func.count()).where(*opened, u.district_code == head[0], u.incident_id == head[1]).correlate(None)
        )
        hanging = select(func.count()).where(
            e.district_code == head[0], e.incident_id == head[1], e.account_id == account_id
        )
        query = select(bytes_of, func.min(u.created_at), coming.scalar_subquery() + hanging.scalar_subquery())
        lately = self._connection.execute(query.where(u.account_id == account_id, u.created_at > since)).one()
        return Used(int(waiting), int(lately[0]), lately[1], int(lately[2]))

    def upload(self, upload_id: UUID, account_id: UUID, *, lock: bool = False) -> Upload | None:
        """Return an upload that an account has announced, locked against others if wanted, or None."""
        columns = [upload.c[name] for name in Upload.__dataclass_fields__]
        query = select(*columns).where(upload.c.id == upload_id, upload.c.account_id == account_id)
        row = self._connection.execute(query.with_for_update() if lock else query).first()
        return Upload(*row) if row else None

    def parts(self, found: Upload) -> list[tuple[int, bytes]]:
        """Return the number and hash of each part that is there, in order."""
        p = upload_part.c
        query = select(p.number, p.sha256).where(p.district_code == found.district_code, p.upload_id == found.id)
        return [(row[0], row[1]) for row in self._connection.execute(query.order_by(p.number))]

    def add_part(self, found: Upload, number: int, size: int, sha256: bytes, *, at: datetime) -> None:
        """Write down that a part is there, or that another has replaced it."""
        said = {"size": size, "sha256": sha256, "at": at}
        row = {"district_code": found.district_code, "upload_id": found.id, "number": number, **said}
        key = ["district_code", "upload_id", "number"]
        self._connection.execute(upsert(upload_part).values(row).on_conflict_do_update(index_elements=key, set_=said))

    def forget_parts(self, found: Upload, numbers: Sequence[int] | None = None) -> None:
        """Forget the parts of an upload, or those with `numbers`."""
        p = upload_part.c
        which = true() if numbers is None else p.number.in_(numbers)
        self._connection.execute(
            delete(upload_part).where(p.district_code == found.district_code, p.upload_id == found.id, which)
        )

    def set_stage(self, found: Upload, stage: str, due_at: datetime | None, *, refusal: str | None = None) -> None:
        """Move an upload on; `due_at` is when the sweep looks at it next."""
        self._change(found, stage=stage, due_at=due_at, refusal=refusal or found.refusal)

    def is_preparing(self, account_id: UUID, now: datetime) -> bool:
        """Return whether a file of an account is being decoded."""
        u = upload.c
        query = select(u.id).where(u.account_id == account_id, u.stage == "open", u.preparing_until > now)
        return self._connection.execute(query.limit(1)).first() is not None

    def claim(self, found: Upload, until: datetime | None) -> None:
        """Let nobody else decode an upload `until` then; None: whoever comes may."""
        self._change(found, preparing_until=until)

    def _change(self, found: Upload, **values: Any) -> None:
        u = upload.c
        self._connection.execute(
            update(upload).where(u.district_code == found.district_code, u.id == found.id).values(**values)
        )

    def due(self, now: datetime, limit: int) -> list[Upload]:
        """Return uploads that the sweep must look at, locked; those that others look at are left out."""
        columns = [upload.c[name] for name in Upload.__dataclass_fields__]
        query = select(*columns).where(upload.c.due_at <= now).order_by(upload.c.due_at).limit(limit)
        return [Upload(*row) for row in self._connection.execute(query.with_for_update(skip_locked=True))]

    def add(self, added: Evidence, told: Told) -> None:
        """Store an attachment and, apart from it, what its file told."""
        values = {name: getattr(added, name) for name in Evidence.__dataclass_fields__}
        self._connection.execute(insert(evidence).values(values))
        if told:
            row = {name: getattr(told, name) for name in Told.__dataclass_fields__}
            head = {"district_code": added.district_code, "evidence_id": added.id}
            self._connection.execute(insert(evidence_exif).values({**head, **row}))

    def find(self, evidence_id: UUID, district_code: str | None = None) -> Evidence | None:
        """Return an attachment (None: of whatever district), or None."""
        here = true() if district_code is None else evidence.c.district_code == district_code
        return next(iter(self._all(evidence.c.id == evidence_id, here)), None)

    def of_incident(self, district_code: str, incident_id: UUID) -> list[Evidence]:
        """Return the attachments of an incident, oldest first."""
        return self._all(evidence.c.district_code == district_code, evidence.c.incident_id == incident_id)

    def told(self, found: Evidence) -> Told:
        """Return what an attachment's file told; nothing if it told nothing."""
        e = evidence_exif.c
        query = select(*(e[name] for name in Told.__dataclass_fields__))
        row = self._connection.execute(
            query.where(e.district_code == found.district_code, e.evidence_id == found.id)
        ).first()
        return Told(*row) if row else Told()

    def _all(self, *conditions: Any) -> list[Evidence]:
        visible = exists(incident.c.id).where(
            incident.c.district_code == evidence.c.district_code, incident.c.id == evidence.c.incident_id
        )
        query = select(*(evidence.c[name] for name in Evidence.__dataclass_fields__)).where(*conditions, visible)
        return [Evidence(*row) for row in self._connection.execute(query.order_by(evidence.c.id))]
