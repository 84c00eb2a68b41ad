"""One act upon one whistle: claimed, judged, kept, told and answered, in one transaction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from gridgov.access import Subject
from gridgov.clock import shown
from gridgov.errors import RuleError, StaleError
from gridgov.incidents import FactKind, Head, Standing
from gridgov.messages import Notice
from gridgov.services.proving import awaited
from gridgov.services.whistling import telling
from gridgov.services.whistling.asked import Asked
from gridgov.store.acts import digest_of
from gridgov.store.unit import Unit
from gridgov.store.whistles import Doer
from gridgov.whistles import LADDERS, Due, Ladders, Rung, Whistle, next_due
from gridgov.whistles.authority import require_part
from gridgov.worktime.limits import Limit

Facts = Sequence[tuple[FactKind, dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Times:
    """When an act was received, and when it is done: nobody comes late because others had to be waited for."""

    received_at: datetime
    now: datetime


@dataclass(frozen=True)
class Scene:
    """The whistle and its case, both locked, with whoever acts upon it and when."""

    unit: Unit
    standing: Standing
    whistle: Whistle
    act_id: UUID
    times: Times

    @property
    def now(self) -> datetime:
        """When it is done: after all that was done before it."""
        return self.times.now

    @property
    def subject(self) -> Subject:
        """Who acts."""
        return self.unit.subject

    def is_self(self, account_id: UUID, person_id: UUID | None) -> bool:
        """Return whether an account, or whoever it belongs to, is the one who acts: one person may have two."""
        mine = self.subject.person
        return account_id == self.subject.account_id or (mine is not None and person_id == mine[1])

    def missing(self, organisation_code: str) -> list[str]:
        """Return the attachments that an organisation's check-ins named and that have not come."""
        named = self.unit.whistles.log.named(self.whistle, organisation_code)
        return awaited(self.unit, self.standing.head, named)

    def doer(self, organisation_code: str) -> Doer:
        """Return who does it for, or to, which organisation."""
        subject = self.subject
        person_id = subject.person[1] if subject.person else None
        return Doer(self.act_id, organisation_code, subject.account_id, person_id, subject.login, self.now)


@dataclass(frozen=True, slots=True)
class Deed:
    """An act's name, and everything that is asked by it: the same id asked for something else is refused."""

    name: str
    says: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What an act leads to.

    Attributes
    ----------
    after
        The whistle that follows; the same one where nothing but the log changed.
    change
        What live screens are told, without its noun.
    says
        What the answer says beside the whistle's stage and revision; JSON.
    refusal
        Why it was refused, where the attempt itself is kept: told to the caller after the transaction is committed.
    """

    after: Whistle
    change: str
    facts: Facts = ()
    notices: Sequence[Notice] = ()
    admits: Sequence[tuple[str, str]] = ()
    says: Mapping[str, Any] = field(default_factory=dict)
    refusal: str | None = None


def played(  # noqa: PLR0913 - what is acted upon, what is asked, and how it is done
    unit: Unit,
    standing: Standing,
    whistle: Whistle,
    asked: Asked,
    deed: Deed,
    play: Callable[[Scene], Outcome],
    *,
    times: Times,
) -> dict[str, Any]:
    """Return the answer to an act upon a whistle, done now or, if it was sent before, then; the case is locked first.

    Raises
    ------
    NotAllowedError
        If whoever acts may do this to no part of the whistle, whatever is asked with it.
    StaleError
        If it was decided on another revision than the one that is stored.
    ConflictError
        If its id stands for another act.
    """
    now = times.now
    earlier = claimed(unit, (whistle.district_code, whistle.id), asked, deed, now=now)
    if earlier is not None:
        return earlier | {"replayed": True}
    require_part(unit.subject, deed.name, whistle)
    require_current(unit, whistle, asked, deed)
    outcome = play(Scene(unit, standing, whistle, asked.id, times))
    kept = keep(unit, whistle, outcome, at=now, author=unit.subject.login)
    return answered(unit, kept, asked, deed, outcome, at=now)


def claimed(unit: Unit, subject: tuple[str, UUID], asked: Asked, deed: Deed, *, now: datetime) -> dict[str, Any] | None:
    """Take an act's id, or return what was answered when it was done before; `subject` is a district and an id."""
    digest = digest_of([deed.name, dict(deed.says), asked.revision])
    name, account_id = f"whistle.{deed.name}", unit.subject.account_id
    return unit.acts.claim(subject[0], asked.id, subject[1], name, account_id, digest, at=now)


def answered(
    unit: Unit, whistle: Whistle, asked: Asked, deed: Deed, outcome: Outcome, *, at: datetime
) -> dict[str, Any]:
    """Return an act's answer as JSON, and keep it for whoever sends the act again."""
    answer = {
        "whistle_id": str(whistle.id),
        "incident_id": str(whistle.incident_id),
        "district_code": whistle.district_code,
        "act": deed.name,
        "at": shown(at),
        "stage": whistle.stage.value,
        "revision": whistle.revision,
        "says": dict(outcome.says),
    }
    answer |= {"refusal": outcome.refusal} if outcome.refusal else {}
    unit.acts.answer(whistle.district_code, asked.id, answer)
    return answer


def keep(unit: Unit, before: Whistle, outcome: Outcome, *, at: datetime, author: str) -> Whistle:
    """Keep what an act led to: the whistle, its facts, parties and notices, and a change row; the case is locked."""
    after, head = outcome.after, Head(before.district_code, before.incident_id)
    if after is not before:
        after = replace(after, revision=before.revision + 1)
        unit.whistles.live.save(before, after, due_at=next_due(after, ladders(unit)))
    for party, part in outcome.admits:
        unit.cases.admit(head, party, part)
    unit.cases.append(head, outcome.facts, at=at, author=author)
    telling.tell(unit, [(after, outcome.notices)], at=at)
    unit.whistles.live.change(after, f"whistle.{outcome.change}", at=at)
    return after


def delivered(answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer, or raise the refusal that it holds: outside the transaction, so that the attempt stays.

    Raises
    ------
    RuleError
        If the act was refused.
    """
    if "refusal" in answer:
        raise RuleError(answer["refusal"], field="act", details=[answer["says"]])
    return answer


def require_current(unit: Unit, whistle: Whistle, asked: Asked, deed: Deed) -> None:
    """Refuse an act that was decided on an older state.

    Raises
    ------
    StaleError
        With both: the act as it is wanted, and the whistle as it is stored.
    """
    if asked.revision in {None, whistle.revision}:
        return
    message = f"The whistle has changed meanwhile (revision {whistle.revision}): look at it again, and decide anew."
    stored = unit.whistles.detail(whistle.district_code, whistle.id)
    both = {
        "yours": {"revision": asked.revision, "act": deed.name, **deed.says},
        "stored": {name: value for name, value in stored.items() if name not in _SETTLED},
    }
    raise StaleError(message, field="If-Match", details=[_said(both)])


_SETTLED = {"rules", "geometry"}
"""What no act changes."""


def _said(value: Any) -> Any:
    """Return a value as JSON, instants as people read them."""
    if isinstance(value, Mapping):
        return {name: _said(one) for name, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_said(one) for one in value]
    if isinstance(value, datetime):
        return shown(value)
    return str(value) if isinstance(value, UUID) else value


def ladders(unit: Unit) -> Ladders:
    """Return to whom lateness escalates by this installation's rules."""
    rules = unit.worktime.rules()
    kinds = (Due.CONFIRM, Due.CHECK_IN, Due.MEASURE)
    own = {
        due: tuple(Rung(e.step, _after(e.after), e.level.value, e.role) for e in rules.escalations(due.value))
        for due in kinds
    }
    return {**LADDERS, **own}


def _after(limit: Limit) -> timedelta:
    # A whistle's time is the wall clock's, and its days have 24 hours.
    return timedelta(days=limit.amount) if limit.seconds is None else timedelta(seconds=limit.seconds)
