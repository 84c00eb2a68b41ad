"""What an act must not be although the table allows it: by one's own hand, without end, or at the cost of others."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from gridgov.access import Subject
from gridgov.errors import NotAllowedError, RuleError
from gridgov.incidents import Fact, FactKind, Head, Standing
from gridgov.incidents.asked import HANDLERS_SUSPENSION
from gridgov.incidents.lifecycle import Act, independent
from gridgov.services.whistling.following import require_answered
from gridgov.store.unit import Unit
from gridgov.whistles import Whistle

BY_HANDLER = {FactKind.ACCEPTED, FactKind.FED_BACK, FactKind.EXTENSION_ASKED}
"""Facts of who handled a case; they name the person behind the account."""

_ASK_OFFICE = "ask an office over the place to suspend it, or ask for more time"
_BY_ANOTHER = {Act.VERIFY, Act.SEND_BACK, Act.GRANT_EXTENSION, Act.REFUSE_EXTENSION}


@dataclass(frozen=True)
class Beside:
    """What lies beside a case that nobody moves on meanwhile: read once, however many acts are asked about."""

    unit: Unit
    standing: Standing

    @cached_property
    def facts(self) -> list[Fact]:
        """What became known of it."""
        return _facts(self.unit, self.standing.head)

    @cached_property
    def living(self) -> Whistle | None:
        """Its whistle that is neither closed nor withdrawn, if it has one."""
        return self.unit.whistles.live.of_incident(self.standing.district_code, self.standing.incident_id)


def require_free(beside: Beside, subject: Subject | None, act: Act, *, now: datetime) -> None:
    """Refuse what the table allows and something beside the case forbids, whatever is asked with the act.

    Raises
    ------
    NotAllowedError, RuleError
        By their own hand, a second time, or at the cost of others: of cases that went into it, of whoever is summoned.
    """
    if act in _BY_ANOTHER:
        require_other_person(beside, subject, act)
    if act is Act.REJECT:
        require_none_hanging(beside)
    if act is Act.SUSPEND:
        require_once(beside, subject, now)
    require_answered(act, lambda: beside.living)


def require_other_person(beside: Beside, subject: Subject | None, act: Act) -> None:
    """Refuse whoever handled the case themselves, at any time and under any of their accounts.

    The table compares accounts, and one person may have several.

    Raises
    ------
    NotAllowedError
        If they did.
    """
    if subject is None:
        return
    person = str(subject.person[1]) if subject.person else None
    for fact in beside.facts:
        if fact.kind not in BY_HANDLER:
            continue
        if fact.author == subject.login:
            message = f"You handled this case yourself: somebody else must {act} it."
            raise NotAllowedError(message, field="act")
        if person and fact.payload.get("person") == person:
            message = f"You handled this case yourself, under another account: somebody else must {act} it."
            raise NotAllowedError(message, field="act")


def require_once(beside: Beside, subject: Subject | None, now: datetime) -> None:
    """Let whoever handles a case make it wait in time and once; more is for an office to decide.

    Raises
    ------
    RuleError
        If it is late already, or has waited since it was dispatched.
    """
    standing = beside.standing
    if subject is None or independent(standing, subject, Act.SUSPEND):
        return
    if standing.deadline_at is not None and standing.deadline_at <= now:
        message = f"This case is late, and whoever handles it cannot stop its clock: {_ASK_OFFICE}."
        raise RuleError(message, field="act")
    since = [fact.kind for fact in beside.facts]
    last = max((i for i, kind in enumerate(since) if kind is FactKind.DISPATCHED), default=0)
    if FactKind.SUSPENDED in since[last:]:
        message = f"This case has waited since it was dispatched: {_ASK_OFFICE}."
        raise RuleError(message, field="act")


def require_short(standing: Standing, subject: Subject | None, until: datetime, now: datetime) -> None:
    """Let whoever handles a case make it wait for a few days only.

    Raises
    ------
    RuleError
        If it would wait longer.
    """
    handler = subject is not None and not independent(standing, subject, Act.SUSPEND)
    if handler and until > now + HANDLERS_SUSPENSION:
        message = f"Whoever handles a case lets it wait {HANDLERS_SUSPENSION.days} days at most: {_ASK_OFFICE}."
        raise RuleError(message, field="until")


def hanging(facts: Iterable[Fact]) -> dict[UUID, str]:
    """Return the cases that are merged into one, by id, with their numbers, as its own facts tell."""
    found: dict[UUID, str] = {}
    for fact in facts:
        if fact.kind is FactKind.ABSORBED:
            found[UUID(fact.payload["incident"])] = fact.payload["number"]
        if fact.kind is FactKind.RELEASED:
            found.pop(UUID(fact.payload["incident"]), None)
    return found


def require_none_hanging(beside: Beside) -> None:
    """Refuse to turn away a case that goes on for others: each of them needs an answer of its own.

    Raises
    ------
    RuleError
        If others are merged into it.
    """
    others = hanging(beside.facts)
    if others:
        message = f"{', '.join(sorted(others.values()))} went into this case: un-merge first, so that each is answered."
        raise RuleError(message, field="act", details=[{"incident_id": str(i), "number": n} for i, n in others.items()])


def heads_above(unit: Unit, head: Head) -> list[Head]:
    """Return what a case was merged into, what that was merged into, and so on."""
    found: list[Head] = []
    above = unit.cases.merged_into(head)
    while above and above not in found:
        found.append(above)
        above = unit.cases.merged_into(above)
    return found


def dismiss_reporters(unit: Unit, leaving: Standing, other: Standing, *, at: datetime, author: str) -> None:
    """Take whoever reported a case that goes its own way off the other one, and off what that was merged into.

    All of them are locked, or held.
    """
    gone = set(unit.cases.reporters(leaving.head))
    said = {"incident": str(leaving.incident_id), "number": leaving.number, "act": Act.UNMERGE.value}
    for head in (other.head, *heads_above(unit, other.head)):
        gone -= _staying(unit, head, leaving.incident_id)
        if not gone:
            return
        unit.cases.dismiss(head, gone)
        if head != other.head:  # the other one's own fact comes with the act
            unit.cases.append(head, [(FactKind.RELEASED, said)], at=at, author=author)


def _staying(unit: Unit, head: Head, leaving: UUID) -> set[UUID]:
    others = {Head(number[:6], found) for found, number in hanging(_facts(unit, head)).items() if found != leaving}
    return {account for other in others for account in unit.cases.reporters(other)}


def _facts(unit: Unit, head: Head) -> list[Fact]:
    return unit.incidents.facts(head.district_code, head.incident_id)
