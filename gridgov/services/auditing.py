"""Auditing: every chain, every seal and every row that a chain witnesses, checked in one moment of the database.

What this finds, and what it cannot: see `Auditing.verify`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Self
from uuid import UUID

from gridgov.access import Caller
from gridgov.clock import SHANGHAI, Clock
from gridgov.errors import InputError, NotFoundError
from gridgov.incidents import public_number
from gridgov.seals import GENESIS, Seal, decode, end_of, parse_head, seal_hash
from gridgov.services.comparing import (
    Sealed,
    check_chain,
    check_evidence,
    check_evidence_is_there,
    check_incident,
    check_rows,
)
from gridgov.services.findings import Finding, Wrong, guarded
from gridgov.settings import Settings
from gridgov.store.objects import Objects
from gridgov.store.unit import Store, Unit

OVERDUE = timedelta(hours=1)
"""A fact without a seal for so long means that sealing has stopped, or that somebody took seals away."""

_KEPT_DETAILS = 100

Progress = Callable[[int], None]
"""Told how many facts were checked so far."""


@dataclass
class Verdict:
    """What verifying a district came to."""

    district_code: str
    seals: int = 0
    facts: int = 0
    unsealed: int = 0
    head: str | None = None
    findings: list[Finding] = field(default_factory=list)


class Auditing:
    """Verifies what is stored against its chains and seals.

    Parameters
    ----------
    store
        What is verified.
    objects
        Where the files of attachments are.
    clock
        Tells when.
    """

    def __init__(self, store: Store, objects: Callable[[], Objects], *, clock: Clock) -> None:
        self._store = store
        self._objects = objects
        self._clock = clock

    @classmethod
    def configured(cls, store: Store, settings: Settings, *, clock: Clock) -> Self:
        """Return the service as an installation's settings want it."""
        return cls(store, lambda: Objects.configured(settings), clock=clock)

    def districts(self) -> list[str]:
        """Return the districts that have something to verify."""
        with self._store.transaction() as unit:
            return unit.audit.districts()

    def count(self, district_code: str) -> int:
        """Return how many facts a district has."""
        with self._store.transaction() as unit:
            return unit.audit.count(district_code)

    def head(self, district_code: str) -> str | None:
        """Return what to keep elsewhere of a district: its newest seal; None where nothing is sealed yet."""
        with self._store.transaction() as unit:
            newest = unit.audit.newest(district_code)
            return newest.head if newest else None

    def heads(self, caller: Caller) -> dict[str, str]:
        """Return the newest seal of each district that the caller audits.

        Raises
        ------
        NotAllowedError
            If no role of theirs audits.
        """
        with self._store.acting(caller, now=self._clock()) as unit:
            unit.subject.require("audit.read")
            return {seal.district_code: seal.head for seal in unit.audit.all_newest()}

    def last_verifications(self, caller: Caller) -> list[dict[str, Any]]:
        """Return the newest verification of each district that the caller audits.

        Raises
        ------
        NotAllowedError
            If no role of theirs audits.
        """
        with self._store.acting(caller, now=self._clock()) as unit:
            unit.subject.require("audit.read")
            return unit.audit.newest_verifications()

    def verify(
        self,
        district_code: str,
        *,
        heads: Sequence[str] = (),
        files: bool = False,
        progress: Progress = lambda _: None,
    ) -> Verdict:
        """Check a district and write the verdict down.

        Found is whatever was altered, added, removed or moved after a seal had been set over it, whether or not the
        chain was hashed anew; and whatever was changed of a case or a whistle otherwise than by an act. Whoever owns
        the database can also make all seals anew: that is found by heads alone that were kept outside before. What was
        not yet sealed can be cut off at a chain's end without a trace.

        Parameters
        ----------
        heads
            What `head` returned earlier and somebody kept elsewhere, or found in the log or in a message.
        files
            Whether to read the files of attachments as well.
        progress
            Told how many facts were checked.

        Raises
        ------
        InputError
            If a head is none, or of another district.
        """
        with self._store.transaction() as unit:
            unit.audit.fix_moment()
            verdict = examine(unit, district_code, now=self._clock(), heads=heads, progress=progress)
            if files:
                verdict.findings += _check_files(unit, district_code, self._objects())
        self._record(verdict)
        return verdict

    def _record(self, verdict: Verdict) -> None:
        details = [
            {"what": f.what, "number": f.number, "seq": f.seq, "seal": f.seal, "detail": f.detail}
            for f in verdict.findings[:_KEPT_DETAILS]
        ]
        said = {"district_code": verdict.district_code, "at": self._clock(), "details": details}
        said |= {"seals": verdict.seals, "facts": verdict.facts, "unsealed": verdict.unsealed}
        said |= {"findings": len(verdict.findings)}
        said |= {"head": parse_head(verdict.head)[2] if verdict.head else None}
        with self._store.transaction() as unit:
            unit.audit.record(said)


def examine(
    unit: Unit, district_code: str, *, now: datetime, heads: Sequence[str] = (), progress: Progress = lambda _: None
) -> Verdict:
    """Check a district within one transaction; see `Auditing.verify`."""
    verdict = Verdict(district_code)
    newest = _check_seals(unit, verdict)
    for head in heads:
        _check_head(unit, verdict, head)
    _check_earlier(unit, verdict)
    server = unit.audit.server()
    here = newest is not None and newest.system_id == server.system_id
    last = newest.last if newest is not None and here else None
    sealed = Sealed(district_code, last, now - OVERDUE)
    for incident in _incidents(unit, district_code):
        _check_one(incident, sealed, verdict)
        progress(verdict.facts)
    for name, rows in unit.audit.misplaced():
        detail = f"{rows} rows lie in partition {name}, which is not theirs"
        verdict.findings.append(Finding(Wrong.ROW_MISPLACED, district_code, detail))
    return verdict


def _check_seals(unit: Unit, verdict: Verdict) -> Seal | None:
    """Check the chain of a district's seals, and return the newest."""
    previous, newest = GENESIS, None
    for seal, claimed in unit.audit.unpack(verdict.district_code):
        expected = newest.seq + 1 if newest else 1
        leaves = list(decode(seal.leaves))
        fits = len(leaves) == claimed and len(seal.leaves) == 60 * claimed and _ends(seal, newest)
        if seal.seq != expected:
            _say(verdict, Wrong.SEAL_REMOVED, seal, f"the seals from {expected} to {seal.seq - 1} are missing")
        elif seal.previous_hash != previous:
            _say(verdict, Wrong.SEAL_ALTERED, seal, "it does not follow the seal before it")
        if not _holds(seal) or not fits:
            _say(verdict, Wrong.SEAL_ALTERED, seal, "what it says is not what was hashed")
        verdict.seals += 1
        verdict.head = seal.head
        previous, newest = seal.hash, seal
    return newest


def _holds(seal: Seal) -> bool:
    try:
        return seal_hash(seal) == seal.hash
    except (AttributeError, TypeError, ValueError, OverflowError):
        return False


def _ends(seal: Seal, before: Seal | None) -> bool:
    """Return whether a seal ends with its last fact, or, as the first of another server, behind a transaction."""
    *_, last = decode(seal.leaves) if seal.leaves else (None,)
    moved = before is None or before.system_id != seal.system_id
    return (last is not None and seal.last == last.position) or (moved and seal.last == end_of(seal.last.xid))


def _check_head(unit: Unit, verdict: Verdict, head: str) -> None:
    district_code, seq, digest = parse_head(head)
    if district_code != verdict.district_code:
        message = f"This head is of district {district_code}, and {verdict.district_code} is verified: leave it out."
        raise InputError(message, field="head")
    found = unit.audit.seal_at(district_code, seq)
    if found != digest:
        detail = f"seal {seq} is not the one that was kept elsewhere: seals were made anew or taken away"
        verdict.findings.append(Finding(Wrong.HEAD_DIFFERS, district_code, detail, seal=seq))


def _check_earlier(unit: Unit, verdict: Verdict) -> None:
    """Compare the seals that earlier verifications saw and found whole."""
    for at in unit.audit.lost_heads(verdict.district_code):
        seen = at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if at else "an unknown time"
        detail = f"the newest seal that was verified at {seen} is gone: seals were made anew or taken away"
        verdict.findings.append(Finding(Wrong.HEAD_DIFFERS, verdict.district_code, detail))


def _check_one(incident: "_Incident", sealed: Sealed, verdict: Verdict) -> None:
    there = _once([fact for fact in incident.facts if fact.hash is not None])
    verdict.facts += len(there)
    verdict.unsealed += sum(1 for fact in there if fact.seal is None)
    district_code, number = sealed.district_code, public_number(sealed.district_code, incident.id)
    checks = [_sealed_twice(incident, sealed), check_chain(incident.id, _once(incident.facts), sealed)]
    if incident.row is not None:
        now = {row.rows_of: row.digest for row in incident.digests}
        checks += [check_incident(incident.row, there), check_rows(district_code, incident.id, there, now)]
    else:
        gone = Finding(Wrong.INCIDENT_REMOVED, district_code, "the incident itself is gone", number=number)
        verdict.findings.append(gone)
    checks += [check_evidence(row, there) for row in incident.evidence]
    seqs = {row.fact_seq for row in incident.evidence}
    checks.append(check_evidence_is_there(district_code, incident.id, there, seqs))
    for check in checks:
        verdict.findings += guarded(check, district_code, number)


def _once(facts: Iterable[Any]) -> list[Any]:
    """Return each fact once: one that two seals name comes twice."""
    return list({fact.seq: fact for fact in facts}.values())


def _sealed_twice(incident: "_Incident", sealed: Sealed) -> Iterator[Finding]:
    seen: set[int] = set()
    for fact in incident.facts:
        if fact.seq in seen:
            yield Finding(
                Wrong.FACT_SEALED_TWICE,
                sealed.district_code,
                f"seal {fact.seal} names a fact of incident {incident.id} that another names as well",
                seq=fact.seq,
                seal=fact.seal,
            )
        seen.add(fact.seq)


@dataclass(frozen=True, slots=True)
class _Incident:
    id: UUID
    facts: list[Any]
    row: Any
    evidence: list[Any]
    digests: list[Any]


def _incidents(unit: Unit, district_code: str) -> Iterator[_Incident]:
    """Yield incidents by id, each with what there is of it; facts and leaves without an incident too."""
    audit = unit.audit
    streams = [
        groupby(audit.facts(district_code), key=lambda fact: fact.incident_id),
        groupby(audit.incidents(district_code), key=lambda row: row.id),
        groupby(audit.evidence(district_code), key=lambda row: row.incident_id),
        groupby(audit.rows(district_code), key=lambda row: row.incident_id),
    ]
    waiting: list[tuple[UUID, list[Any]] | None] = [_taken(stream) for stream in streams]
    while any(waiting):
        current = min(found[0] for found in waiting if found)
        parts = [found[1] if found and found[0] == current else [] for found in waiting]
        waiting = [
            _taken(stream) if found and found[0] == current else found
            for stream, found in zip(streams, waiting, strict=True)
        ]
        yield _Incident(current, parts[0], parts[1][0] if parts[1] else None, parts[2], parts[3])


def _taken(stream: Iterator[tuple[UUID, Iterator[Any]]]) -> tuple[UUID, list[Any]] | None:
    found = next(stream, None)
    return (found[0], list(found[1])) if found else None


def _check_files(unit: Unit, district_code: str, objects: Objects) -> Iterator[Finding]:
    for row in unit.audit.evidence(district_code):
        number = public_number(district_code, row.incident_id)
        for name, digest in (("file", row.sha256), ("thumbnail", row.thumbnail_sha256)):
            kept = _kept(objects, digest)
            if kept != digest:
                what = "is gone" if kept is None else "was altered"
                detail = f"the {name} of attachment {row.id} {what}"
                yield Finding(Wrong.FILE_ALTERED, district_code, detail, number=number, seq=row.fact_seq)


def _kept(objects: Objects, digest: bytes | None) -> bytes | None:
    """Return the hash of what is kept under a hash, or None where nothing is."""
    try:
        return objects.hash_of(digest) if digest is not None else None
    except NotFoundError:
        return None


def _say(verdict: Verdict, what: Wrong, seal: Seal, detail: str) -> None:
    verdict.findings.append(Finding(what, verdict.district_code, detail, seal=seal.seq))
