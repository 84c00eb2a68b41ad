"""What was done in a whistle, row by row: check-ins, measures, releases, ratings, attempts. Appended, never edited."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Table, any_, exists, func, insert, literal, or_, select, union, update

from gridgov.store.geometry import from_store, to_store
from gridgov.store.tables import (
    check_in,
    summons_attempt,
    summons_measure,
    summons_rating,
    summons_release,
)
from gridgov.whistles import Arrival, Judgement, Reason, Verdict, Whistle

_HIDDEN = {"district_code", "whistle_id", "account_id", "person_id"}


@dataclass(frozen=True, slots=True)
class Doer:
    """Who did it for which organisation, when; `id` is the act's, `person_id` whose account it is."""

    id: UUID
    organisation_code: str
    account_id: UUID
    person_id: UUID | None
    author: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RawPosition:
    """A position as the device gave it."""

    datum: str
    wkt: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A check-in that waits for somebody to vouch, and whose account and person it came from."""

    id: UUID
    organisation_code: str
    account_id: UUID
    person_id: UUID | None
    arrived_at: datetime


class LogStore:
    """Reads and writes what was done in whistles of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def check_in(
        self,
        of: Whistle,
        who: Doer,
        arrival: Arrival,
        judged: Judgement,
        *,
        raw: RawPosition | None,
        evidence: tuple[UUID, ...],
    ) -> None:
        """Keep an attempt to check in, whatever became of it."""
        values = {
            "verdict": judged.verdict.value,
            "reasons": [reason.value for reason in judged.reasons],
            "flags": [flag.value for flag in judged.flags],
            "device_at": arrival.device_at,
            "sent_at": arrival.sent_at,
            "received_at": arrival.received_at,
            "arrived_at": judged.arrived_at,
            "datum": raw.datum if raw else None,
            "raw_wkt": raw.wkt if raw else None,
            "geom": to_store(arrival.spot.point) if arrival.spot else None,
            "accuracy_m": arrival.spot.accuracy_m if arrival.spot else None,
            "distance_m": judged.distance_m,
            "evidence": list(evidence),
        }
        self._connection.execute(insert(check_in).values(**_by(of, who), **values))

    def waiting(self, of: Whistle, organisation_code: str) -> Waiting | None:
        """Return the newest check-in of an organisation that waits for a voucher, or None.

        It waits no longer once whoever sent it was elsewhere afterwards: that contradicts, and nobody's word cures it.
        """
        c = check_in.c
        query = select(c.id, c.organisation_code, c.account_id, c.person_id, c.arrived_at).where(
            *_mine(check_in, of),
            c.organisation_code == organisation_code,
            c.verdict == Verdict.WAITING.value,
            c.vouched_at.is_(None),
            ~_elsewhere_after(c),
        )
        row = self._connection.execute(query.order_by(c.received_at.desc()).limit(1)).first()
        return Waiting(*row) if row else None

    def vouch(self, of: Whistle, check_in_id: UUID, *, by: str, at: datetime, distance_m: float | None) -> None:
        """Write beside a waiting check-in who vouched for it."""
        said = {"vouched_by": by, "vouched_at": at, "vouch_distance_m": distance_m}
        mine = (*_mine(check_in, of), check_in.c.id == check_in_id)
        self._connection.execute(update(check_in).where(*mine).values(said))

    def measure(self, of: Whistle, who: Doer, text: str, evidence: tuple[UUID, ...]) -> None:
        """Keep a measure."""
        values = {**_by(of, who), "at": who.at, "text": text, "evidence": list(evidence)}
        self._connection.execute(insert(summons_measure).values(values))

    def named(self, of: Whistle, organisation_code: str) -> list[UUID]:
        """Return the attachments that an organisation's check-ins named."""
        c = check_in.c
        query = select(func.unnest(c.evidence)).where(*_mine(check_in, of), c.organisation_code == organisation_code)
        return list(self._connection.execute(query).scalars())

    def answered(self, of: Whistle, organisation_code: str) -> list[tuple[UUID, UUID | None]]:
        """Return the accounts, each with its person, that checked in or filed measures for an organisation."""
        both = (
            select(t.c.account_id, t.c.person_id).where(*_mine(t, of), t.c.organisation_code == organisation_code)
            for t in (check_in, summons_measure)
        )
        return [(row[0], row[1]) for row in self._connection.execute(union(*both))]

    def let_go(self, of: Whistle, who: Doer, street_code: str, *, excused: bool, reason: str | None) -> None:
        """Keep a side's word that it needs an organisation no longer."""
        values = {**_by(of, who), "at": who.at, "street_code": street_code, "excused": excused, "reason": reason}
        self._connection.execute(insert(summons_release).values({k: v for k, v in values.items() if k != "id"}))

    def rating(self, of: Whistle, who: Doer, street_code: str, score: int, words: str) -> int:
        """Keep a side's rating beside its earlier ones, and return its number."""
        c = summons_rating.c
        mine = (*_mine(summons_rating, of), c.organisation_code == who.organisation_code, c.street_code == street_code)
        seq = self._connection.execute(select(func.count()).where(*mine)).scalar_one() + 1
        values = {**_by(of, who), "at": who.at, "street_code": street_code, "seq": seq, "score": score, "words": words}
        self._connection.execute(insert(summons_rating).values({k: v for k, v in values.items() if k != "id"}))
        return seq

    def attempt(self, of: Whistle, who: Doer, act: str, stage: str) -> None:
        """Keep what somebody tried and could not."""
        values = {**_by(of, who), "at": who.at, "act": act, "stage": stage}
        self._connection.execute(insert(summons_attempt).values(values))

    def of(self, found: Whistle) -> dict[str, list[dict[str, Any]]]:
        """Return everything that was done in a whistle, by sort, in order of time."""
        check_ins = self._rows(found, check_in, check_in.c.received_at)
        for row in check_ins:
            stored = row.pop("geom")
            row["geometry"] = None if stored is None else from_store(stored)
        return {
            "check_ins": check_ins,
            "measures": self._rows(found, summons_measure, summons_measure.c.at),
            "releases": self._rows(found, summons_release, summons_release.c.at),
            "ratings": self._rows(found, summons_rating, summons_rating.c.at),
            "attempts": self._rows(found, summons_attempt, summons_attempt.c.at),
        }

    def _rows(self, of: Whistle, table: Table, order: Any) -> list[dict[str, Any]]:
        shown = (c for c in table.c if c.name not in _HIDDEN)
        query = select(*shown).where(*_mine(table, of)).order_by(order, *table.primary_key)
        return [dict(row) for row in self._connection.execute(query).mappings()]


def _elsewhere_after(c: Any) -> ColumnElement[bool]:
    """Return whether the same person, by whichever account, was refused later for being too far away."""
    other = check_in.alias("other")
    o = other.c
    same = or_(o.account_id == c.account_id, o.person_id == c.person_id)
    here = (o.district_code == c.district_code, o.whistle_id == c.whistle_id)
    whose = (o.organisation_code == c.organisation_code, same)
    later = func.coalesce(o.arrived_at, o.received_at) > c.arrived_at
    return exists().where(*here, *whose, later, literal(Reason.TOO_FAR.value) == any_(o.reasons))


def _mine(table: Table, of: Whistle) -> tuple[Any, Any]:
    return table.c.district_code == of.district_code, table.c.whistle_id == of.id


def _by(of: Whistle, who: Doer) -> dict[str, Any]:
    return {
        "district_code": of.district_code,
        "whistle_id": of.id,
        "id": who.id,
        "organisation_code": who.organisation_code,
        "account_id": who.account_id,
        "person_id": who.person_id,
        "author": who.author,
    }
