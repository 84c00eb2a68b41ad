"""Uploads of one's own: how far they are, and what may be done with them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gridgov.access import Subject
from gridgov.errors import ConflictError, FileFormatError, NotAllowedError, NotFoundError
from gridgov.evidence import ABANDONED_AFTER, PART_BYTES, Announcement, part_count
from gridgov.services.showing import takes_part
from gridgov.store.evidence import Upload
from gridgov.store.unit import Unit


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an upload is: which parts there are, and which are still to come.

    Attributes
    ----------
    replayed
        Whether the same upload had been announced before.
    """

    upload: Upload
    received: tuple[int, ...]
    replayed: bool = False

    @property
    def missing(self) -> tuple[int, ...]:
        """The numbers of the parts that are not there."""
        if self.upload.stage != "open":
            return ()
        there = set(self.received)
        return tuple(n for n in range(1, part_count(self.upload.size, self.upload.part_size) + 1) if n not in there)


def wanted_upload(announced: Announcement, head: tuple[str, UUID], subject: Subject, now: datetime) -> Upload:
    """Return an announcement as an open upload of whoever announces it."""
    return Upload(
        district_code=head[0],
        id=announced.id,
        incident_id=head[1],
        whistle_id=announced.whistle_id,
        account_id=subject.account_id,
        name=announced.name,
        media_type=announced.media_type,
        size=announced.size,
        sha256=announced.sha256,
        part_size=PART_BYTES,
        stage="open",
        created_at=now,
        due_at=now + ABANDONED_AFTER,
    )


def require_same(known: Upload, wanted: Upload) -> None:
    """Refuse an announcement under an id that stands for something else (ConflictError)."""
    said = ("account_id", "incident_id", "whistle_id", "name", "media_type", "size", "sha256")
    if any(getattr(known, name) != getattr(wanted, name) for name in said):
        raise taken()


def taken() -> ConflictError:
    """Return the error that an id stands for another upload."""
    message = "This id already stands for another upload: announce this one under a new id."
    return ConflictError(message, field="id")


def own(unit: Unit, upload_id: UUID, *, lock: bool = False) -> Upload:
    """Return an upload of the caller, locked if wanted, or raise NotFoundError."""
    found = unit.evidence.upload(upload_id, unit.subject.account_id, lock=lock)
    if found is None:
        message = f"You have announced no upload {upload_id}: POST /api/v1/evidence/uploads first."
        raise NotFoundError(message, field="upload_id")
    return found


def require_open(found: Upload) -> None:
    """Refuse to go on with an upload that is closed (ConflictError) or not taken (FileFormatError)."""
    if found.refusal is not None:
        raise FileFormatError(found.refusal, field="file")
    if found.stage != "open":
        message = f"This upload is {found.stage}: announce the file anew under a new id."
        raise ConflictError(message, field="upload_id", details=[{"stage": found.stage}])


def require_part(unit: Unit, head: tuple[str, UUID]) -> None:
    """Refuse whoever takes no part in an incident that lets them attach to it (NotAllowedError)."""
    if not takes_part(unit, head, "evidence.add"):
        message = "You take no part in this case that lets you attach to it: ask whoever handles it."
        raise NotAllowedError(message)
