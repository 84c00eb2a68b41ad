"""Facts: what became known of an incident, appended with an author and a time, each chained to the one before."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from itertools import takewhile
from typing import Any
from uuid import UUID

GENESIS = bytes(32)
"""Stands before an incident's first fact."""


class FactKind(StrEnum):
    """What a fact says."""

    REPORTED = "reported"
    LOCATED = "located"
    CLASSIFIED = "classified"
    DUPLICATES_SUGGESTED = "duplicates_suggested"
    WHISTLE_DRAFTED = "whistle_drafted"
    EVIDENCE_ADDED = "evidence_added"
    WHISTLE_BLOWN = "whistle_blown"
    WHISTLE_CONFIRMED = "whistle_confirmed"
    WHISTLE_LEAD_CHOSEN = "whistle_lead_chosen"
    WHISTLE_SUMMONS_CHOSEN = "whistle_summons_chosen"
    WHISTLE_SIDE_WITHDRAWN = "whistle_side_withdrawn"
    WHISTLE_WITHDRAWN = "whistle_withdrawn"
    WHISTLE_ESCALATED = "whistle_escalated"
    WHISTLE_SIDE_CLOSED = "whistle_side_closed"
    WHISTLE_CLOSED = "whistle_closed"
    SUMMONS_ACKNOWLEDGED = "summons_acknowledged"
    CHECKED_IN = "checked_in"
    CHECK_IN_WAITING = "check_in_waiting"
    CHECK_IN_REFUSED = "check_in_refused"
    VOUCHED = "vouched"
    MEASURE_FILED = "measure_filed"
    LEAVE_REFUSED = "leave_refused"
    LEFT = "left"
    SUMMONS_RELEASED = "summons_released"
    SUMMONS_EXCUSED = "summons_excused"
    SUMMONS_RATED = "summons_rated"
    FILED = "filed"
    REJECTED = "rejected"
    DISPATCHED = "dispatched"
    FIRST_DISPATCHED = "first_dispatched"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    FED_BACK = "fed_back"
    VERIFIED = "verified"
    SENT_BACK = "sent_back"
    CLOSED = "closed"
    REOPENED = "reopened"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    EXTENSION_ASKED = "extension_asked"
    EXTENSION_GRANTED = "extension_granted"
    EXTENSION_REFUSED = "extension_refused"
    URGED = "urged"
    SUPERVISED = "supervised"
    MERGED = "merged"
    UNMERGED = "unmerged"
    ABSORBED = "absorbed"
    RELEASED = "released"
    RECLASSIFIED = "reclassified"
    RELOCATED = "relocated"
    NOTED = "noted"
    REPORTER_REVEALED = "reporter_revealed"
    """Somebody looked at who reported; who, and what for, stands in the log of looks, for few."""
    OVERDUE = "overdue"
    RECKONED = "reckoned"
    """A deadline that lay beyond the calendar, or the next look at one, by the rules of time as they are now."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact as stored: number `seq` of its incident, and the hash over it and the one before."""

    incident_id: UUID
    seq: int
    kind: FactKind
    at: datetime
    author: str
    payload: dict[str, Any]
    previous_hash: bytes
    hash: bytes


def fact_hash(  # noqa: PLR0913 - the hash covers every column of a fact
    incident_id: UUID, seq: int, kind: str, at: datetime, author: str, payload: dict[str, Any], *, previous: bytes
) -> bytes:
    """Return the SHA-256 over the previous hash and the fact's canonical JSON (sorted keys, UTC, UTF-8)."""
    body = [str(incident_id), seq, kind, at.astimezone(UTC).isoformat(), author, payload]
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(previous + text.encode()).digest()


def chain(
    incident_id: UUID,
    facts: Iterable[tuple[FactKind, dict[str, Any]]],
    *,
    at: datetime,
    author: str,
    after: Fact | None = None,
) -> list[Fact]:
    """Return `facts` as links of the incident's chain, following `after` (None: as its beginning)."""
    seq, previous = (after.seq, after.hash) if after else (0, GENESIS)
    links = []
    for kind, payload in facts:
        seq += 1
        digest = fact_hash(incident_id, seq, kind, at, author, payload, previous=previous)
        links.append(Fact(incident_id, seq, kind, at, author, payload, previous, digest))
        previous = digest
    return links


def known_at(facts: Iterable[Fact], moment: datetime) -> list[Fact]:
    """Return what was known of an incident at a moment: the beginning of its facts, up to the first that is later."""
    return list(takewhile(lambda fact: fact.at <= moment, facts))


def first_break(facts: Sequence[Fact]) -> int | None:
    """Return the `seq` of the first fact that was altered, removed or inserted, or None where the chain holds."""
    previous = GENESIS
    for expected, fact in enumerate(facts, start=1):
        digest = fact_hash(fact.incident_id, expected, fact.kind, fact.at, fact.author, fact.payload, previous=previous)
        if fact.seq != expected or fact.previous_hash != previous or fact.hash != digest:
            return expected
        previous = digest
    return None
