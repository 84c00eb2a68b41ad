"""Attaching: a photo or a short video comes in parts, is cleaned, and hangs on its incident for good."""

from contextlib import AbstractContextManager, suppress
from datetime import datetime
from typing import BinaryIO, Self
from uuid import UUID

from gridgov.access import Caller
from gridgov.clock import Clock
from gridgov.errors import (
    ConflictError,
    EvidenceUnavailableError,
    FileFormatError,
    InputError,
    NotFoundError,
    UnavailableError,
)
from gridgov.evidence import (
    ABANDONED_AFTER,
    DAY,
    LINGERING,
    PART_BYTES,
    Allowance,
    Announcement,
    display_name,
    part_length,
    require_announceable,
)
from gridgov.incidents import FactKind, Head
from gridgov.services.claiming import claim_kept, claim_until
from gridgov.services.preparing import Prepared, measured, prepare
from gridgov.services.uploading import Progress, own, require_open, require_part, require_same, taken, wanted_upload
from gridgov.settings import Settings
from gridgov.store.evidence import Evidence, Upload
from gridgov.store.objects import Objects
from gridgov.store.unit import Store, Unit

_ALLOWANCE = Allowance()


class Attaching:
    """Takes attachments in.

    Parameters
    ----------
    store
        Where it is written what there is.
    objects
        Where the files are.
    clock
        Tells when they come.
    most
        Bytes of the largest file that is taken.
    allowance
        What one account may send.
    """

    def __init__(
        self, store: Store, objects: Objects, *, clock: Clock, most: int, allowance: Allowance = _ALLOWANCE
    ) -> None:
        self._store = store
        self._objects = objects
        self._clock = clock
        self._most = most
        self._allowance = allowance

    @classmethod
    def configured(cls, store: Store, settings: Settings, *, clock: Clock) -> Self:
        """Return the service as an installation's settings want it."""
        allowance = Allowance(day_bytes=settings.evidence_day_bytes)
        objects = Objects.configured(settings)
        return cls(store, objects, clock=clock, most=settings.evidence_max_bytes, allowance=allowance)

    def announce(self, caller: Caller, announced: Announcement) -> Progress:
        """Open an upload; announced again in the same words, the one that is there is returned.

        Raises
        ------
        InputError
            If the file would not be taken.
        NotFoundError
            If there is no such incident or whistle for the caller.
        NotAllowedError
            If the caller has no part in the incident that lets them attach.
        ConflictError
            If the id already stands for another upload.
        TooManyError
            If the caller has announced too much: that never came, in a day, or for this case.
        """
        require_announceable(announced, most=self._most)
        now = self._clock()
        with self._store.acting(caller, now=now) as unit:
            head = unit.evidence.incident_of(announced.incident_id, announced.whistle_id)
            if head is None:
                message = "There is no such incident or whistle, or it is not yours to see."
                raise NotFoundError(message, field="whistle_id" if announced.whistle_id else "incident_id")
            require_part(unit, head)
            unit.evidence.hold(unit.subject.account_id)
            known = unit.evidence.upload(announced.id, unit.subject.account_id)
            if known is not None:
                require_same(known, wanted_upload(announced, head, unit.subject, known.created_at))
                return self._progress(unit, known, replayed=True)
            wanted = wanted_upload(announced, head, unit.subject, now)
            used = unit.evidence.used(wanted.account_id, head, now - DAY)
            self._allowance.require(used, wanted.size, now=now)
            if not unit.evidence.announce(wanted):
                raise taken()
            return Progress(wanted, ())

    def progress(self, caller: Caller, upload_id: UUID) -> Progress:
        """Return how far an upload of the caller is, for a phone that goes on with it.

        Raises
        ------
        NotFoundError
            If the caller has announced no such upload.
        """
        with self._store.acting(caller, now=self._clock()) as unit:
            return self._progress(unit, own(unit, upload_id))

    def expected(self, caller: Caller, upload_id: UUID, number: int) -> tuple[str, int]:
        """Return the district of an upload and how many bytes its part `number` must have, before any is read.

        Raises
        ------
        NotFoundError
            If the caller has announced no such upload.
        ConflictError
            If it is complete or was given up.
        InputError
            If it has no such part.
        """
        with self._store.acting(caller, now=self._clock()) as unit:
            found = own(unit, upload_id)
            require_open(found)
            return found.district_code, part_length(found.size, found.part_size, number)

    def incoming(self) -> AbstractContextManager[BinaryIO]:
        """Return an empty file on the disk for a part on its way."""
        return self._objects.incoming()

    def receive(self, caller: Caller, upload_id: UUID, number: int, part: BinaryIO, sha256: bytes) -> Progress:
        """Keep one part; sent again it is kept once, sent with other bytes it replaces the first.

        Raises
        ------
        InputError
            If its length is not that of its place, or its bytes do not hash to `sha256`.
        """
        district_code, length = self.expected(caller, upload_id, number)
        size, digest = measured(part)
        if size != length:
            message = f"Part {number} has {size} bytes instead of {length}: cut the file every {PART_BYTES} bytes."
            raise InputError(message, field="number", details=[{"expected": length}])
        if digest != sha256:
            message = f"Part {number} was damaged on its way (its checksum differs): send it again."
            raise InputError(message, field="content-digest")
        self._objects.keep_part((district_code, upload_id), number, sha256, part)
        now = self._clock()
        with self._store.acting(caller, now=now) as unit:
            found = own(unit, upload_id, lock=True)
            require_open(found)
            before = dict(unit.evidence.parts(found)).get(number)
            unit.evidence.add_part(found, number, size, sha256, at=now)
            unit.evidence.set_stage(found, "open", now + ABANDONED_AFTER)
            progress = self._progress(unit, found)
        if before not in {None, sha256}:
            self._objects.drop_part((district_code, upload_id), number, before or b"")
        return progress

    def complete(self, caller: Caller, upload_id: UUID) -> Evidence:
        """Put the parts together, clean what they make, and hang it on the incident; done twice, it is done once.

        Raises
        ------
        ConflictError
            If parts are missing (`details` says which) or the upload was given up.
        InputError
            If the whole is not what was announced.
        FileFormatError
            If it is no photo or video that is taken; asked again, the answer is the same.
        EvidenceUnavailableError
            If this file or another of the caller's is being looked at, or those of too many others.
        """
        now = self._clock()
        with self._store.acting(caller, now=now) as unit:
            unit.evidence.hold(unit.subject.account_id)
            found = own(unit, upload_id, lock=True)
            done = unit.evidence.find(upload_id, found.district_code)
            if done is not None:
                return done
            parts = self._require_whole(unit, found)
            _require_idle(unit, found, now)
            unit.evidence.claim(found, claim_until(now))
        try:
            with claim_kept(self._store, found, clock=self._clock):
                prepared = prepare(self._objects, found, parts)
            added = self._add(caller, found, prepared)
        except NotFoundError as error:
            added = self._completed_meanwhile(caller, found, error)
        except FileFormatError as refusal:
            self._refuse(found, refusal.message)
            raise
        except BaseException:
            self._release(found)
            raise
        self._drop_parts(found)
        return added

    def give_up(self, caller: Caller, upload_id: UUID) -> None:
        """Give an open upload up, and remove what it has sent."""
        now = self._clock()
        with self._store.acting(caller, now=now) as unit:
            unit.evidence.hold(unit.subject.account_id)
            found = own(unit, upload_id, lock=True)
            if found.stage == "complete":
                message = "This upload is complete: what hangs on a case stays there."
                raise ConflictError(message)
            _require_idle(unit, found, now)  # or one account could have any number looked at, each given up
            unit.evidence.set_stage(found, "abandoned", now + LINGERING)
        self._drop_parts(found)

    def _progress(self, unit: Unit, found: Upload, *, replayed: bool = False) -> Progress:
        return Progress(found, tuple(number for number, _ in unit.evidence.parts(found)), replayed)

    def _require_whole(self, unit: Unit, found: Upload) -> list[tuple[int, bytes]]:
        require_open(found)
        progress = self._progress(unit, found)
        if progress.missing:
            message = f"{len(progress.missing)} parts are missing: send them, then complete again."
            raise ConflictError(message, details=[{"missing": list(progress.missing)}])
        return unit.evidence.parts(found)

    def _release(self, found: Upload) -> None:
        with suppress(UnavailableError), self._store.transaction() as unit:  # else the claim ends by itself
            unit.evidence.claim(found, None)

    def _refuse(self, found: Upload, why: str) -> None:
        """Close an upload whose content will never be taken, so that nobody has it looked at again."""
        with self._store.transaction() as unit:
            unit.evidence.set_stage(found, "refused", self._clock() + LINGERING, refusal=why)
            unit.evidence.forget_parts(found)
        self._drop_parts(found)

    def _drop_parts(self, found: Upload) -> None:
        with suppress(EvidenceUnavailableError):  # the upload is closed: the sweep comes for them in any case
            self._objects.drop_parts((found.district_code, found.id))

    def _completed_meanwhile(self, caller: Caller, found: Upload, error: NotFoundError) -> Evidence:
        """Return what somebody else completed while we read; if nobody did, a part is lost and must come again."""
        with self._store.acting(caller, now=self._clock()) as unit:
            done = unit.evidence.find(found.id, found.district_code)
            if done is not None:
                return done
            unit.evidence.forget_parts(found, [int(detail["number"]) for detail in error.details])
            unit.evidence.claim(found, None)
        raise ConflictError(error.message, details=error.details) from error

    def _add(self, caller: Caller, found: Upload, prepared: Prepared) -> Evidence:
        with self._store.acting(caller, now=self._clock()) as unit:
            current = own(unit, found.id, lock=True)
            done = unit.evidence.find(found.id, found.district_code)
            if done is not None:  # somebody completed it while we cleaned; the content is the same
                return done
            require_open(current)
            require_part(unit, (found.district_code, found.incident_id))
            unit.cases.lock(found.incident_id)
            now = self._clock()
            added = _attached(unit, found, prepared, now)
            unit.evidence.add(added, prepared.cleaned.told)
            unit.evidence.set_stage(found, "complete", now + LINGERING)
            unit.evidence.forget_parts(found)
            _announce_change(unit, found, now)
            return added


def _attached(unit: Unit, found: Upload, prepared: Prepared, now: datetime) -> Evidence:
    """Append the fact of an attachment to its locked case, and return the attachment that it tells of."""
    cleaned = prepared.cleaned
    name = display_name(found.name, cleaned.kind.suffix)
    said = {
        "evidence_id": str(found.id),
        "whistle_id": str(found.whistle_id) if found.whistle_id else None,
        "name": name,
        "media_type": cleaned.kind.media_type,
        "size": prepared.size,
        "sha256": prepared.sha256.hex(),
        "original_size": found.size,
        "original_sha256": found.sha256.hex(),
        "thumbnail_sha256": prepared.thumbnail_sha256.hex() if prepared.thumbnail_sha256 else None,
        "width": cleaned.width,
        "height": cleaned.height,
        "duration_s": cleaned.duration_s,
    }
    head = Head(found.district_code, found.incident_id)
    (fact,) = unit.cases.append(head, [(FactKind.EVIDENCE_ADDED, said)], at=now, author=unit.subject.login)
    return Evidence(
        district_code=found.district_code,
        id=found.id,
        incident_id=found.incident_id,
        whistle_id=found.whistle_id,
        fact_seq=fact.seq,
        name=name,
        media_type=cleaned.kind.media_type,
        size=prepared.size,
        sha256=prepared.sha256,
        original_size=found.size,
        original_sha256=found.sha256,
        width=cleaned.width,
        height=cleaned.height,
        duration_s=cleaned.duration_s,
        thumbnail_sha256=prepared.thumbnail_sha256,
        account_id=unit.subject.account_id,
        author=unit.subject.login,
        added_at=now,
    )


def _require_idle(unit: Unit, found: Upload, now: datetime) -> None:
    if unit.evidence.is_preparing(found.account_id, now):
        message = "A file of yours is being looked at: ask again in a few seconds."
        raise EvidenceUnavailableError(message, details=[{"retry_after_s": 3}])


def _announce_change(unit: Unit, found: Upload, now: datetime) -> None:
    whose = found.incident_id  # screens fetch the case anew, and the rules of the rows know it
    unit.changes.add(found.district_code, "incident.evidence_added", whose, at=now, incident_id=whose)
