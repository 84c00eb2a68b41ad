"""Casework: acts upon cases. Each is one transaction that locks the case, asks the table, and keeps what follows."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, Self
from uuid import UUID

from gridgov.access import Caller
from gridgov.clock import SHANGHAI, Clock
from gridgov.errors import NotAllowedError, NotFoundError, RuleError, StaleError
from gridgov.incidents import Head, Standing
from gridgov.incidents.asked import FACT_OF, Asked, Merge
from gridgov.incidents.hops import Measured, measured
from gridgov.incidents.lifecycle import Act, Hop, Possibility, Row, possibilities, require_possible
from gridgov.incidents.timing import Winding, move
from gridgov.lateness import Device, said_of
from gridgov.services import casework_news as news
from gridgov.services.casework_acts import Meaning, Occasion, meaning
from gridgov.services.casework_rules import Beside, heads_above, require_free
from gridgov.services.knowledge import Knowledge, KnowledgeKeeper, keeper_of
from gridgov.services.whistling.blowing import blowable
from gridgov.services.whistling.following import follow
from gridgov.settings import Settings
from gridgov.store.acts import digest_of
from gridgov.store.cases import MERGED_REPORTER
from gridgov.store.unit import Store, Unit


@dataclass(frozen=True, slots=True)
class Done:
    """What an act led to. The same act sent again gets the same answer, with `replayed` set."""

    answer: dict[str, Any]
    replayed: bool


@dataclass(frozen=True, slots=True)
class Prospect:
    """Where a case stands, what somebody may do with it now, and which kinds of whistle they may blow over it."""

    standing: Standing
    acts: list[Possibility]
    whistle_kinds: list[str]


class Casework:
    """Does acts upon cases, for whoever may.

    Parameters
    ----------
    store
        Where cases are kept.
    clock
        Tells when acts are done.
    keeper
        Keeps what decides: the lists, the organisations, the grid.
    """

    def __init__(self, store: Store, *, clock: Clock, keeper: KnowledgeKeeper) -> None:
        self._store = store
        self._clock = clock
        self._keeper = keeper

    @classmethod
    def configured(cls, store: Store, settings: Settings, *, clock: Clock) -> Self:
        """Return the service as an installation's settings want it."""
        return cls(store, clock=clock, keeper=keeper_of(store, settings.cache_dir))

    def act(
        self,
        caller: Caller,
        incident_id: UUID,
        asked: Asked,
        *,
        act_id: UUID,
        expected_revision: int | None = None,
        device: Device | None = None,
    ) -> Done:
        """Do an act upon a case.

        Parameters
        ----------
        act_id
            Made by the sender: the idempotency key.
        expected_revision
            The state that the sender has seen; None does it whatever was done meanwhile.
        device
            When it was done by a phone's clock that had no signal: the fact keeps it.

        Raises
        ------
        NotAuthenticatedError
            If the caller proves nothing.
        NotAllowedError
            If they may not do this, or not with this case.
        NotFoundError
            If there is no such case, or it is not visible to them.
        InputError
            If what is asked cannot be, at this stage or at all; nothing is stored.
        StaleError
            If somebody has acted since `expected_revision`.
        ConflictError
            If the act's id stands for another act.
        """
        asked.require_valid(now=self._clock())
        with self._store.acting(caller, now=self._clock()) as unit:
            subject = unit.subject
            subject.require(asked.act.permission)
            standing, other = _locked(unit, incident_id, asked)
            now = self._clock()  # only now, when nobody else acts upon the case: its times do not go back
            digest = digest_of({"act": asked.act, "incident": incident_id, **asked.said()})
            earlier = unit.acts.claim(
                standing.district_code, act_id, incident_id, asked.act.value, subject.account_id, digest, at=now
            )
            if earlier is not None:
                return Done(earlier, replayed=True)
            _require_current(standing, asked, expected_revision)
            row = require_possible(standing, asked.act, subject)
            occasion = Occasion(unit, standing, other, subject, now, self._knowledge(unit, now), device)
            after = carry_out(occasion, row, asked, occasion_id=str(act_id))
            answer = _answer(after, asked, act_id, now)
            unit.acts.answer(standing.district_code, act_id, answer)
            return Done(answer, replayed=False)

    def find(self, caller: Caller, number: str) -> UUID:
        """Return the id of the case that people call by this number.

        Raises
        ------
        NotFoundError
            If there is no such case, or it is not visible to them.
        """
        with self._store.acting(caller, now=self._clock()) as unit:
            found = unit.cases.find(number.strip().upper())
        if found is None:
            message = f"There is no case {number!r} that you may see: give its number or its id."
            raise NotFoundError(message, field="case")
        return found

    def prospect(self, caller: Caller, incident_id: UUID) -> Prospect:
        """Return what the caller may do with a case now, and why not the rest.

        Raises
        ------
        NotFoundError
            If there is no such case, or it is not visible to them.
        """
        now = self._clock()
        with self._store.acting(caller, now=now) as unit:
            standing = read_visible(unit, incident_id)
            beside = Beside(unit, standing)
            acts = [_freely(beside, one, now=now) for one in possibilities(standing, unit.subject)]
            return Prospect(standing, acts, blowable(unit, standing, beside.living))

    def hops(self, caller: Caller, incident_id: UUID) -> list[Measured]:
        """Return whose hands a case went through, and how long it lay idle in each.

        Raises
        ------
        NotFoundError
            If there is no such case, or it is not visible to the caller.
        """
        now = self._clock()
        with self._store.acting(caller, now=now) as unit:
            return hops_of(unit, read_visible(unit, incident_id).head, now=now)

    def _knowledge(self, unit: Unit, now: datetime) -> Callable[[], Knowledge]:
        return partial(self._keeper.current, unit, now)


def _freely(beside: Beside, one: Possibility, *, now: datetime) -> Possibility:
    """Return a possibility, or why what the table allows is refused for something beside the case."""
    if not one.possible:
        return one
    try:
        require_free(beside, beside.unit.subject, one.act, now=now)
    except (NotAllowedError, RuleError) as error:
        return Possibility(one.act, possible=False, to=None, why_not=error.message)
    return one


def hops_of(unit: Unit, head: Head, *, now: datetime) -> list[Measured]:
    """Return a case's hops with their times as of `now`."""
    rules = unit.worktime.rules()
    return [measured(stay, rules, now=now) for stay in unit.cases.stays(head)]


def read_visible(unit: Unit, incident_id: UUID) -> Standing:
    """Return where a case stands, for whoever may read cases.

    Raises
    ------
    NotFoundError
        If there is no such case, or it is not visible to who acts.
    """
    unit.subject.require("case.read")
    return unit.cases.read(incident_id)


def carry_out(occasion: Occasion, row: Row, asked: Asked, *, occasion_id: str) -> Standing:
    """Do what a row of the table says with a locked case, keep it, and return where the case stands then."""
    unit, standing, now = occasion.unit, occasion.standing, occasion.now
    meant = meaning(occasion, asked)
    changes = _changes(occasion, row, meant)
    fact = FACT_OF[asked.act]
    said = {**asked.said(), **meant.said, **said_of(occasion.device, received_at=now)}
    unit.cases.save(standing, changes)
    for code in meant.parties:
        unit.cases.admit(standing.head, code, "handling")
    if changes.get("stage", standing.stage) != standing.stage:
        unit.cases.tell_parties(standing.head)
    unit.cases.change(standing.head, f"case.{fact}", at=now)
    after = replace(standing, **{name: changes[name] for name in changes if name in Standing.__dataclass_fields__})
    _keep_hop(unit, standing, after, row, now)
    unit.cases.append(standing.head, [(fact, said), *meant.facts], at=now, author=occasion.author)
    follow(unit, standing, after, asked.act, at=now, author=occasion.author)
    _tell_other(occasion, meant, asked)
    _tell(occasion, after, asked.act, meant, occasion_id)
    return after


def _changes(occasion: Occasion, row: Row, meant: Meaning) -> dict[str, Any]:
    standing = occasion.standing
    changes: dict[str, Any] = {**meant.changes, "revision": standing.revision + 1}
    after = replace(standing, **{name: changes[name] for name in changes if name in Standing.__dataclass_fields__})
    winding = Winding(
        rules=occasion.unit.worktime.rules(),
        now=occasion.now,
        organisation_code=after.handling_organisation_code,
        matter_code=after.matter_code,
        priority=after.priority,
        until=meant.until,
        granted_s=meant.granted_s,
    )
    return changes | move(standing, row, winding)


def _keep_hop(unit: Unit, before: Standing, after: Standing, row: Row, now: datetime) -> None:
    organisation = after.handling_organisation_code
    if row.hop in {Hop.BEGIN, Hop.END}:
        unit.cases.end_stay(before.head, by=row.act.value, at=now)
    if row.hop in {Hop.BEGIN, Hop.AGAIN} and organisation:
        unit.cases.begin_stay(before.head, organisation, at=now, accepted=row.hop is Hop.AGAIN)
    if row.hop is Hop.ACCEPT:
        unit.cases.accept_stay(before.head, at=now)


def _tell_other(occasion: Occasion, meant: Meaning, asked: Asked) -> None:
    if meant.elsewhere is None:
        return
    (head, fact, accounts), standing, unit = meant.elsewhere, occasion.standing, occasion.unit
    said = {"incident": str(standing.incident_id), "number": standing.number, "act": asked.act.value}
    for account in accounts:
        unit.cases.admit(head, str(account), MERGED_REPORTER)
    unit.cases.append(head, [(fact, said)], at=occasion.now, author=occasion.author)
    unit.cases.change(head, f"case.{fact}", at=occasion.now)


def _tell(occasion: Occasion, after: Standing, act: Act, meant: Meaning, occasion_id: str) -> None:
    unit, head = occasion.unit, after.head
    asks = any(whom is news.Whom.REPORTERS for whom in news.TOLD[act])
    reporters = unit.cases.reporters(head) if asks else []
    data = {
        "act": act.value,
        "stage": after.stage.value,
        "organisation": after.handling_organisation_code,
        "due_at": _said_at(after.deadline_at),
        "until": _said_at(after.suspended_until),
        "minutes": after.extension_s // 60 if after.extension_s else None,
    }
    told = news.notices(act, after, occasion=occasion_id, reporters=reporters, data=data)
    if meant.against_list:
        told.append(news.against_list(after, occasion=occasion_id, data=data))
    unit.messages.post(told, at=occasion.now)


def _locked(unit: Unit, incident_id: UUID, asked: Asked) -> tuple[Standing, Standing | None]:
    """Lock the case, and the other one of a merger, in the order of their ids: so nobody waits for somebody waiting."""
    if asked.act is Act.UNMERGE:
        return _locked_apart(unit, incident_id, asked)
    other_id = asked.into_id if isinstance(asked, Merge) else None
    locked = {found: unit.cases.lock(found) for found in sorted({incident_id, other_id} - {None}, key=str) if found}
    return locked[incident_id], None if other_id in {None, incident_id} else locked[other_id]


def _locked_apart(unit: Unit, incident_id: UUID, asked: Asked) -> tuple[Standing, Standing | None]:
    """Lock a merged case and the one it went into, and hold what that went into, all in the order of their ids.

    Whoever reported the case is taken off all of them.
    """
    standing = unit.cases.read(incident_id)
    other_id, above = standing.merged_into_id, heads_above(unit, standing.head)
    locked: dict[UUID, Standing] = {}
    acted_upon = {found for found in (incident_id, other_id) if found}
    held = {head.incident_id: head for head in above if head.incident_id not in acted_upon}
    for found in sorted({*acted_upon, *held}):
        if found in held:
            unit.cases.hold([held[found]])
        else:
            locked[found] = unit.cases.lock(found)
    standing = locked[incident_id]
    if standing.merged_into_id != other_id or heads_above(unit, standing.head) != above:
        raise _stale(standing, asked, None)
    return standing, locked[other_id] if other_id else None


def _require_current(standing: Standing, asked: Asked, expected: int | None) -> None:
    if expected is not None and expected != standing.revision:
        raise _stale(standing, asked, expected)


def _stale(standing: Standing, asked: Asked, expected: int | None) -> StaleError:
    message = "Somebody has acted on this case since you looked: look at what it is now, and decide again."
    yours = {"revision": expected, "act": asked.act.value, **asked.said()}
    return StaleError(message, field="If-Match", details=[{"yours": yours, "stored": shown(standing)}])


def shown(standing: Standing) -> dict[str, Any]:
    """Return where a case stands as JSON, for answers and conflicts."""
    return {
        "incident_id": str(standing.incident_id),
        "number": standing.number,
        "revision": standing.revision,
        "stage": standing.stage.value,
        "matter_code": standing.matter_code,
        "cell_code": standing.cell_code,
        "clock": standing.clock.value,
        "due_kind": standing.due_kind,
        "deadline_at": _said_at(standing.deadline_at),
        "calendar_short": standing.calendar_short.isoformat() if standing.calendar_short else None,
        "remaining_s": standing.remaining_s,
        "suspended_until": _said_at(standing.suspended_until),
        "extension_s": standing.extension_s,
        "lead_organisation_code": standing.lead_organisation_code,
        "first_organisation_code": standing.first_organisation_code,
        "handling_organisation_code": standing.handling_organisation_code,
        "merged_into_id": str(standing.merged_into_id) if standing.merged_into_id else None,
        "transfers": standing.transfers,
        "reopenings": standing.reopenings,
    }


def _said_at(moment: datetime | None) -> str | None:
    return moment.astimezone(SHANGHAI).isoformat() if moment else None


def _answer(after: Standing, asked: Asked, act_id: UUID, now: datetime) -> dict[str, Any]:
    return {"act_id": str(act_id), "act": asked.act.value, "at": now.isoformat(), **shown(after)}
