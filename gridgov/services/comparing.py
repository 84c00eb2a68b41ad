"""Comparing: what is stored of a case against what its chain says. Pure; `auditing` brings the rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from shapely import from_wkt
from shapely.errors import ShapelyError

from gridgov.clock import SHANGHAI
from gridgov.incidents import Channel, GivenPosition, Report, Reporter, public_number
from gridgov.incidents.asked import FACT_OF
from gridgov.incidents.facts import GENESIS, FactKind, fact_hash
from gridgov.incidents.lifecycle import TABLE, Act
from gridgov.incidents.standing import Stage
from gridgov.incidents.witness import Digests, row_digest, rows_of
from gridgov.services.findings import Finding, Where, Wrong

_PLACED = {"placement": "placement", "cell_code": "cell"}
_LED = {"lead_organisation_code": "lead"}
_MATTER = {"matter_code": "matter", "priority": "priority", **_LED}
_SAID: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        FactKind.LOCATED: _PLACED,
        FactKind.RELOCATED: {**_PLACED, **_LED},
        FactKind.CLASSIFIED: _MATTER,
        FactKind.RECLASSIFIED: _MATTER,
        FactKind.DISPATCHED: {"handling_organisation_code": "organisation", "transfers": "transfers"},
        FactKind.MERGED: {"merged_into_id": "into"},
    }
)
"""Which columns of a case's state a fact sets, and under which name it says them."""

_CLEARED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        FactKind.DISPATCHED: ("handler",),
        FactKind.RETURNED: ("handling_organisation_code", "handler"),
        FactKind.UNMERGED: ("merged_into_id",),
    }
)
_ACT_OF: Mapping[str, Act] = MappingProxyType({fact.value: act for act, fact in FACT_OF.items()})


@dataclass(frozen=True, slots=True)
class Sealed:
    """How far a district is sealed, as one incident's facts are judged by it.

    Attributes
    ----------
    last
        Where the newest seal ends, or None where there is none or it is of another server.
    overdue_before
        A fact from before this moment should long be sealed.
    """

    district_code: str
    last: tuple[int, UUID, int] | None
    overdue_before: datetime


def check_chain(incident_id: UUID, facts: Sequence[Any], sealed: Sealed) -> Iterator[Finding]:
    """Yield what is wrong with one incident's chain and its seals; `facts` have their leaf beside them, in order."""
    place = Where(sealed.district_code, incident_id)
    previous, expected = GENESIS, 1
    for fact in facts:
        if fact.hash is None:
            yield place.say(Wrong.FACT_REMOVED, "seal %d names this fact, and it is gone", fact, fact.seal)
            continue
        yield from _check_link(place, fact, previous, expected)
        yield from _check_seal(place, fact, sealed)
        previous, expected = fact.hash, fact.seq + 1


def _check_link(place: "Where", fact: Any, previous: bytes, expected: int) -> Iterator[Finding]:
    if fact.seq != expected:
        yield place.say(Wrong.CHAIN_BROKEN, "the facts from %d to %d are missing", fact, expected, fact.seq - 1)
    elif fact.previous_hash != previous:
        yield place.say(Wrong.CHAIN_BROKEN, "it does not follow the fact before it", fact)
    if _hash_of(place.incident_id, fact) != fact.hash:
        yield place.say(
            Wrong.FACT_ALTERED, "what it says is not what was hashed (%s by %s)", fact, fact.kind, fact.author
        )


def _hash_of(incident_id: UUID, fact: Any) -> bytes | None:
    try:
        said = (fact.kind, fact.at, fact.author, fact.payload)
        return fact_hash(incident_id, fact.seq, *said, previous=fact.previous_hash)
    except (AttributeError, TypeError, ValueError, OverflowError, RecursionError):
        return None


def _said(fact: Any) -> Mapping[str, Any]:
    """Return what a fact says, and nothing where somebody wrote something else than a fact there."""
    return fact.payload if isinstance(fact.payload, dict) else {}


def _check_seal(place: "Where", fact: Any, sealed: Sealed) -> Iterator[Finding]:
    if fact.seal is None:
        if sealed.last is not None and (fact.xid, place.incident_id, fact.seq) <= sealed.last:
            yield place.say(Wrong.FACT_ADDED, "it stands among sealed facts, and no seal names it", fact)
        elif fact.at is None or fact.at < sealed.overdue_before:
            yield place.say(Wrong.UNSEALED, "no seal names it yet: sealing has stopped, or seals are gone", fact)
    elif fact.leaf_hash != fact.hash:
        yield place.say(Wrong.CHAIN_REWRITTEN, "seal %d names another hash", fact, fact.seal)
    elif fact.leaf_xid != fact.xid:
        yield place.say(Wrong.FACT_ALTERED, "seal %d names another transaction", fact, fact.seal)


def check_incident(row: Any, facts: Sequence[Any], *, with_reporter: bool = True) -> Iterator[Finding]:
    """Yield where an incident's rows say something else than its facts.

    Parameters
    ----------
    row
        The incident, as `gridgov.store.audit` reads it.
    facts
        Those that are there.
    with_reporter
        Whether the row tells who reported, so that it can be checked too.
    """
    place = Where(row.district_code, row.id)
    first = next((f for f in facts if f.seq == 1), None)
    if first is None or first.kind != FactKind.REPORTED:
        yield place.say(Wrong.FACT_REMOVED, "the incident has no first fact", None)
        return
    if row.number != public_number(row.district_code, row.id):
        yield place.say(Wrong.REPORT_ALTERED, "its number is %s, which its id does not give", None, row.number)
    witnessed = _said(first).get("row")
    if witnessed is not None and row_digest(row._mapping).hex() != witnessed:  # noqa: SLF001 - SQLAlchemy's name for it
        yield place.say(Wrong.REPORT_ALTERED, "its report says something else than when it was taken in", first)
    elif with_reporter and not _digest_holds(row, first):
        yield place.say(Wrong.REPORTER_ALTERED, "its digest does not fit its report and its reporter", None)
    yield from _check_place(place, row, facts)
    yield from _check_state(place, row, facts)


def _digest_holds(row: Any, first: Any) -> bool:
    """Return whether the row's digest covers the report and its reporter as they are stored."""
    try:
        return row.digest in _digests(row, _said(first))
    except (ShapelyError, AttributeError, TypeError, ValueError, OverflowError):
        return False  # what cannot be read is no report that was ever taken in


def _digests(row: Any, said: Mapping[str, Any]) -> Iterator[bytes]:
    """Yield the digests that a report's row may have."""
    if "row" not in said:
        yield row.digest  # taken in before the first fact witnessed enough to tell
        return
    position = (
        GivenPosition(said["datum"], from_wkt(row.raw_wkt), row.accuracy_m) if "datum" in said and row.raw_wkt else None
    )
    named = row.reporter_name or row.reporter_phone
    report = Report(
        id=row.id,
        reported_at=row.reported_at,
        channel=Channel(row.channel),
        matter=row.matter_code,
        text=row.text,
        position=position,
        address=said.get("address"),
        external_number=row.external_number,
        district_code=said.get("district"),
        reporter=Reporter(row.reporter_name, row.reporter_phone) if named else None,
    )
    # Whoever reported may have written the time with another offset, or have been named without a name.
    spelled = [replace(report, reported_at=row.reported_at.astimezone(zone)) for zone in (UTC, SHANGHAI)]
    spelled += [] if named else [replace(r, reporter=Reporter()) for r in spelled]
    yield from (r.digest() for r in spelled)


def _check_place(place: "Where", row: Any, facts: Sequence[Any]) -> Iterator[Finding]:
    located = next((f for f in facts if f.kind == FactKind.LOCATED), None)
    if located is None or "source" not in _said(located):
        return
    said = {"source": row.source, "datum": row.datum, "raw": row.raw_wkt, "accuracy_m": row.accuracy_m}
    said |= {"cell": row.position_cell_code, "grid": row.grid_checksum}
    differing = [name for name, value in said.items() if _said(located).get(name) != value]
    if differing:
        yield place.say(Wrong.PLACE_ALTERED, "its first place differs in: %s", located, ", ".join(differing))


def _check_state(place: "Where", row: Any, facts: Sequence[Any]) -> Iterator[Finding]:
    if row.stage is None:
        yield place.say(Wrong.STATE_DIFFERS, "its state is gone", None)
        return
    told = retell(facts)
    stored = {**row._mapping, "matter_code": row.state_matter_code}  # noqa: SLF001 - SQLAlchemy's name for it
    for name, value in told.items():
        kept = str(stored[name]) if isinstance(stored[name], UUID) else stored[name]
        if kept != value:
            yield place.say(Wrong.STATE_DIFFERS, "%s is %s, its facts say %s", None, name, kept, value)
    if row.misled:
        yield place.say(Wrong.STATE_DIFFERS, "%s of its parties do not find it where open cases are", None, row.misled)


def retell(facts: Sequence[Any]) -> dict[str, Any]:
    """Return what the state of a case must be, by its facts in order."""
    told: dict[str, Any] = {
        "stage": Stage.REPORTED.value,
        "first_organisation_code": None,
        "handling_organisation_code": None,
        "handler": None,
        "merged_into_id": None,
        "transfers": 0,
        "reopenings": 0,
    }
    before: str | None = None
    for fact in facts:
        stage = told["stage"]
        told |= _changes(fact, told)
        row = TABLE.get((Stage(stage), _ACT_OF[fact.kind])) if fact.kind in _ACT_OF else None
        if row is not None and row.to in set(Stage):
            told["stage"] = str(row.to)
            before = stage if row.to in {Stage.REJECTED, Stage.SUSPENDED, Stage.MERGED} else before
        elif row is not None and row.to == "back":
            told["stage"] = before or Stage.REPORTED.value
    return told


def _changes(fact: Any, told: Mapping[str, Any]) -> dict[str, Any]:
    said = _said(fact)
    changes: dict[str, Any] = dict.fromkeys(_CLEARED.get(fact.kind, ()))
    changes |= {column: said.get(key) for column, key in _SAID.get(fact.kind, {}).items()}
    if fact.kind == FactKind.FIRST_DISPATCHED:
        changes["first_organisation_code"] = told["first_organisation_code"] or said.get("organisation")
    if fact.kind == FactKind.FED_BACK:
        changes["handler"] = fact.author
    if fact.kind == FactKind.REOPENED:
        changes["reopenings"] = told["reopenings"] + 1
    return changes


def check_rows(district_code: str, incident_id: UUID, facts: Sequence[Any], now: Digests) -> Iterator[Finding]:
    """Yield the tables whose rows were changed otherwise than by acts.

    Each act says what it found and what it left: what one finds must be what an earlier one left, so that a change in
    between is found even when a later act wrote over it, and what stands `now` must be what the newest left. An
    incident of before facts witnessed this is followed from the first of them on.
    """
    place = Where(district_code, incident_id)
    left: dict[str, tuple[str | None, Any]] = {}
    complete = False
    for fact in facts:
        told = rows_of(fact.payload)
        complete |= not left and told.get("incident_state", ["?"])[0] is None
        for table, (before, after) in told.items():
            known = left.get(table, (None, None))[0] if table in left or complete else before
            if before != known:
                yield place.say(Wrong.ROWS_DIFFER, "before this fact, %s was changed beside the chain", fact, table)
            left[table] = after, fact
    for table in sorted({*left, *(now if complete else ())}):
        after, fact = left.get(table, (None, None))
        if now.get(table) != after:
            yield place.say(Wrong.ROWS_DIFFER, "since this fact, %s was changed beside the chain", fact, table)


def unwitnessed(facts: Sequence[Any], now: Digests) -> list[str]:
    """Return the tables with rows of an incident that none of its facts witnesses: it is older than that."""
    return sorted({*now} - {table for fact in facts for table in rows_of(fact.payload)})


def check_evidence(row: Any, facts: Sequence[Any]) -> Iterator[Finding]:
    """Yield where an attachment's row says something else than its fact."""
    place = Where(row.district_code, row.incident_id)
    fact = next((f for f in facts if f.seq == row.fact_seq and f.kind == FactKind.EVIDENCE_ADDED), None)
    said = _said(fact) if fact is not None else {}
    kept = {
        "evidence_id": str(row.id),
        "whistle_id": str(row.whistle_id) if row.whistle_id else None,
        "name": row.name,
        "media_type": row.media_type,
        "size": row.size,
        "sha256": row.sha256.hex(),
        "original_size": row.original_size,
        "original_sha256": row.original_sha256.hex(),
        "thumbnail_sha256": row.thumbnail_sha256.hex() if row.thumbnail_sha256 else None,
        "width": row.width,
        "height": row.height,
        "duration_s": row.duration_s,
    }
    differing = [name for name, value in kept.items() if said.get(name) != value]
    if fact is not None and (row.author, row.added_at) != (fact.author, fact.at):
        differing.append("author or added_at")
    if differing:
        yield place.say(Wrong.EVIDENCE_ALTERED, "attachment %s differs in: %s", fact, row.id, ", ".join(differing))


def check_evidence_is_there(
    district_code: str, incident_id: UUID, facts: Sequence[Any], seqs: set[int]
) -> Iterator[Finding]:
    """Yield the facts of attachments whose row is gone; `seqs` are the facts that have one."""
    place = Where(district_code, incident_id)
    for fact in facts:
        if fact.kind == FactKind.EVIDENCE_ADDED and fact.seq not in seqs:
            yield place.say(Wrong.EVIDENCE_REMOVED, "the attachment that it tells of is gone", fact)
