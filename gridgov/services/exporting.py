"""Exporting: one case's whole story, for the file, for a court, for whoever asks how it went."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from gridgov.access import Caller
from gridgov.clock import SHANGHAI, Clock
from gridgov.errors import NotAllowedError, NotFoundError
from gridgov.incidents import public_number
from gridgov.services.auditing import OVERDUE
from gridgov.services.comparing import (
    Sealed,
    check_chain,
    check_evidence,
    check_evidence_is_there,
    check_incident,
    check_rows,
    unwitnessed,
)
from gridgov.services.findings import Wrong, guarded
from gridgov.services.showing import takes_part
from gridgov.settings import Settings
from gridgov.store.evidence import Evidence
from gridgov.store.objects import Objects
from gridgov.store.stories import SealedFact
from gridgov.store.unit import Store, Unit
from gridgov.story import codes_in, page

FORMAT = "gridgov-story/1"
MOST_THUMBNAILS = 60
"""A page with more pictures than that would be too heavy to open; the others are named."""


class Exporting:
    """Tells one case's whole story. Who reported it is never in it.

    Parameters
    ----------
    store
        Where the story is.
    objects
        Where the pictures are.
    clock
        Tells when it was told.
    """

    def __init__(self, store: Store, objects: Callable[[], Objects], *, clock: Clock) -> None:
        self._store = store
        self._objects = objects
        self._clock = clock

    @classmethod
    def configured(cls, store: Store, settings: Settings, *, clock: Clock) -> Self:
        """Return the service as an installation's settings want it."""
        return cls(store, lambda: Objects.configured(settings), clock=clock)

    def story(self, caller: Caller, incident_id: UUID) -> dict[str, Any]:
        """Return a case's story as JSON would hold it.

        Raises
        ------
        NotFoundError
            If there is no such case for the caller.
        NotAllowedError
            If no role lets them take cases out of the house.
        """
        with self._store.acting(caller, now=self._clock()) as unit:
            head = unit.evidence.incident_of(incident_id, None)
            if head is None:
                raise _no_case(str(incident_id))
            if not takes_part(unit, head, "case.export"):
                message = "Taking a case's story out needs the permission case.export over its place: ask the district."
                raise NotAllowedError(message)
            login = unit.subject.login
        return self._told(head, by=login)

    def story_of(self, number: str, *, by: str = "command line") -> dict[str, Any]:
        """Return the story of the case with this number, for whoever runs the installation under the name `by`.

        Raises
        ------
        NotFoundError
            If there is none.
        """
        with self._store.transaction() as unit:
            incident_id = unit.stories.find(number.strip().upper())
            head = unit.evidence.incident_of(incident_id, None) if incident_id else None
        if head is None:
            raise _no_case(number)
        return self._told(head, by=by)

    def html(self, story: dict[str, Any]) -> str:
        """Return a story as one page that needs nothing else, with its pictures inside."""
        return page(story, dict(self._thumbnails(story)))

    def _thumbnails(self, story: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
        objects = self._objects() if story["evidence"] else None
        for found in story["evidence"][:MOST_THUMBNAILS]:
            if objects is not None and found["thumbnail_sha256"]:
                try:
                    yield found["id"], b"".join(objects.read(bytes.fromhex(found["thumbnail_sha256"])))
                except NotFoundError:
                    continue  # the page says that there is no picture; `audit verify --files` says why

    def _told(self, head: tuple[str, UUID], *, by: str) -> dict[str, Any]:
        now = self._clock()
        with self._store.transaction() as unit:
            unit.audit.fix_moment()
            facts = unit.stories.facts(*head)
            attached = unit.evidence.of_incident(*head)
            incident = unit.stories.head(*head)
            hops, whistles = unit.stories.hops(*head), unit.stories.whistles(*head)
            said = {"incident": incident, "hops": hops, "whistles": whistles, "facts": [f.payload for f in facts]}
            found: dict[str, Any] = _plain(
                {
                    "format": FORMAT,
                    "exported_at": now,
                    "exported_by": by,
                    "incident": incident,
                    "reporter": {"known": incident.pop("has_reporter"), "masked": True},
                    "hops": hops,
                    "whistles": whistles,
                    "evidence": [_evidence(one) for one in attached],
                    "facts": [_fact(fact) for fact in facts],
                    "verification": _verified(unit, head, facts, attached, now),
                    "names": unit.stories.names(set(codes_in(said))),
                }
            )
            return found


def _verified(
    unit: Unit, head: tuple[str, UUID], facts: Sequence[SealedFact], attached: Sequence[Evidence], now: datetime
) -> dict[str, Any]:
    now_said, number = unit.audit.rows_of(*head), public_number(*head)
    newest, server = unit.audit.newest(head[0]), unit.audit.server()
    last = newest.last if newest and newest.system_id == server.system_id else None
    sealed = Sealed(head[0], last, now - OVERDUE)
    findings = list(guarded(check_chain(head[1], facts, sealed), head[0], number))
    row = unit.audit.incident(*head)
    checks = [check_incident(row, facts, with_reporter=False)]  # the story does not tell of them either
    checks += [check_rows(*head, facts, now_said), *(check_evidence(one, facts) for one in attached)]
    checks.append(check_evidence_is_there(*head, facts, {one.fact_seq for one in attached}))
    for check in checks:
        findings += guarded(check, head[0], number)
    overdue = sum(1 for f in findings if f.what is Wrong.UNSEALED)
    findings = [f for f in findings if f.what is not Wrong.UNSEALED]
    unknown = unwitnessed(facts, now_said)
    return {
        "whole": not findings and not unknown,
        "unwitnessed": unknown,
        "overdue": overdue,
        "findings": [{"what": f.what.value, "seq": f.seq, "detail": f.detail} for f in findings],
        "unsealed": sum(1 for fact in facts if fact.seal is None),
        "head": newest.head if newest else None,
        "head_at": newest.at if newest else None,
    }


def _fact(fact: SealedFact) -> dict[str, Any]:
    hashes = {"previous_hash": fact.previous_hash, "hash": fact.hash, "seal": fact.seal}
    return {"seq": fact.seq, "kind": fact.kind, "at": fact.at, "author": fact.author, "payload": fact.payload, **hashes}


def _evidence(found: Evidence) -> dict[str, Any]:
    hidden = {"district_code", "account_id", "incident_id"}
    return {name: value for name, value in asdict(found).items() if name not in hidden}


def _plain(value: Any) -> Any:
    """Return a value as JSON writes it: times of Shanghai, hashes in hexadecimal."""
    match value:
        case dict():
            return {name: _plain(one) for name, one in value.items()}
        case list() | tuple():
            return [_plain(one) for one in value]
        case datetime():
            return value.astimezone(SHANGHAI).isoformat()
        case UUID():
            return str(value)
        case bytes():
            return value.hex()
        case _:
            return value


def _no_case(which: str) -> NotFoundError:
    message = f"There is no incident {which} for you: check the number, or GET /api/v1/incidents."
    return NotFoundError(message, field="incident_id")
