"""Findings: what verifying says is wrong, and where."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from gridgov.incidents import public_number


class Wrong(StrEnum):
    """What can be found wrong."""

    FACT_ALTERED = "fact_altered"
    FACT_REMOVED = "fact_removed"
    FACT_ADDED = "fact_added"
    CHAIN_REWRITTEN = "chain_rewritten"
    CHAIN_BROKEN = "chain_broken"
    FACT_SEALED_TWICE = "fact_sealed_twice"
    UNSEALED = "unsealed"
    INCIDENT_REMOVED = "incident_removed"
    SEAL_ALTERED = "seal_altered"
    SEAL_REMOVED = "seal_removed"
    HEAD_DIFFERS = "head_differs"
    REPORT_ALTERED = "report_altered"
    REPORTER_ALTERED = "reporter_altered"
    PLACE_ALTERED = "place_altered"
    STATE_DIFFERS = "state_differs"
    ROWS_DIFFER = "rows_differ"
    UNREADABLE = "unreadable"
    EVIDENCE_ALTERED = "evidence_altered"
    EVIDENCE_REMOVED = "evidence_removed"
    FILE_ALTERED = "file_altered"
    ROW_MISPLACED = "row_misplaced"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: what, and where."""

    what: Wrong
    district_code: str
    detail: str
    number: str | None = None
    seq: int | None = None
    seal: int | None = None


@dataclass(frozen=True, slots=True)
class Where:
    """The incident that findings are about."""

    district_code: str
    incident_id: UUID

    def say(self, what: Wrong, words: str, fact: Any, *values: object) -> Finding:
        """Return a finding about one of its facts, or about the whole of it."""
        number = public_number(self.district_code, self.incident_id)
        return Finding(what, self.district_code, words % values, number=number, seq=fact.seq if fact else None)


def guarded(check: Iterable[Finding], district_code: str, number: str) -> Iterator[Finding]:
    """Yield what a check finds; where what stands there cannot even be read, that is what it found."""
    try:
        yield from check
    except Exception as error:  # noqa: BLE001 - one row that somebody made unreadable must not end the audit of all
        detail = f"what stands there cannot be checked ({type(error).__name__}): no gridgov has written it"
        yield Finding(Wrong.UNREADABLE, district_code, detail, number=number)
