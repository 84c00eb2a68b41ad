"""What is done to a whistle, purely: each act checks its table and its rules, and returns the whistle that follows."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from gridgov.clock import shown
from gridgov.errors import ConflictError, RuleError
from gridgov.whistles.lifecycle import (
    DONE_WITH,
    ON_SITE,
    Party,
    Stage,
    SummonsAct,
    SummonsStage,
    WhistleAct,
    summons_step,
    whistle_step,
)
from gridgov.whistles.live import LiveSummons, Whistle

LONGEST_WORDS = 2_000
"""Characters a reason, a rating's words or a measure may have."""


def confirm(whistle: Whistle, street_code: str, *, by: str, at: datetime, above: str | None = None) -> Whistle:
    """Return the whistle with a side confirmed; once all are, the summons go out and their time starts.

    Parameters
    ----------
    above
        The common parent that confirms in the side's stead; when it may, `deadlines.require_silent` says.
    """
    step = whistle_step(whistle.stage, WhistleAct.CONFIRM, _party(above))
    side = whistle.side(street_code)
    if side.confirmed_at:
        message = f"Street {street_code} has confirmed already, at {shown(side.confirmed_at)}."
        raise ConflictError(message, field="street_code")
    side = replace(side, confirmed_at=at, confirmed_by=by, confirmed_above=above)
    whistle = whistle.with_side(side)
    if all(s.confirmed_at for s in whistle.sides):
        return blow(replace(whistle, stage=step.last or step.next), at=at)
    return replace(whistle, stage=step.next)


def blow(whistle: Whistle, *, at: datetime) -> Whistle:
    """Return the whistle blown: every summons goes out at once, and their time starts."""
    due_at = at + whistle.kind.check_in_within

    def call(one: LiveSummons) -> LiveSummons:
        step = summons_step(one.stage, SummonsAct.SUMMON, Party.SYSTEM)
        return replace(one, stage=step.next, summoned_at=at, due_at=due_at)

    called = tuple(call(s) if s.stage is SummonsStage.PENDING else s for s in whistle.summons)
    close_due_at = at + whistle.kind.close_within
    return replace(whistle, stage=Stage.BLOWN, blown_at=at, close_due_at=close_due_at, summons=called)


def choose_lead(whistle: Whistle, street_code: str, choice: str) -> Whistle:
    """Return the whistle with a side's choice of who leads; once all sides choose the same one, it leads."""
    step = whistle_step(whistle.stage, WhistleAct.CHOOSE_LEAD, Party.SIDE)
    whistle = whistle.with_side(replace(whistle.side(street_code), lead_choice=whistle.side(choice).street_code))
    if {s.lead_choice for s in whistle.sides} == {choice}:
        sides = tuple(replace(s, leads=s.street_code == choice, lead_choice=None) for s in whistle.sides)
        whistle = replace(whistle, sides=sides)
    return replace(whistle, stage=step.next)


def choose_summons(whistle: Whistle, street_code: str, chosen: Sequence[LiveSummons]) -> Whistle:
    """Return a drafted whistle that summons only `chosen`, by its leading side, before another side has confirmed it.

    Whoever is left out stays on record as withdrawn.
    """
    step = whistle_step(whistle.stage, WhistleAct.CHOOSE_SUMMONS, Party.SIDE)
    if not whistle.side(street_code).leads:
        message = f"The leading side, street {whistle.lead.street_code}, says who is to come: ask them."
        raise RuleError(message, field="street_code")
    confirmed = sorted(s.street_code for s in whistle.sides if s.confirmed_at and s.street_code != street_code)
    if confirmed:
        message = f"Street {', '.join(confirmed)} has confirmed who is to come: it cannot be changed any more."
        raise RuleError(message, field="organisations")
    codes = {call.organisation_code for call in chosen}
    left_out = tuple(
        replace(_withdrawn(call), leads=False) for call in whistle.summons if call.organisation_code not in codes
    )
    return replace(whistle, stage=step.next, summons=(*chosen, *left_out))


def withdraw(whistle: Whistle, street_code: str | None, *, at: datetime, party: Party = Party.SIDE) -> Whistle:
    """Return the whistle taken back, while nobody is on site.

    A draft is withdrawn by its leading side, by the common parent or with its case. Once it is blown, each side says
    for itself that it needs nobody, and the last of them withdraws it: one street cannot send away whom another needs.
    The common parent says so for a side that has not closed in time; see `deadlines.require_silent`.

    Parameters
    ----------
    street_code
        The side that says so, or in whose stead the common parent does; None for the parent of a draft and the case.
    """
    step = whistle_step(whistle.stage, WhistleAct.WITHDRAW, party)
    if step.last is not None and street_code is None:
        silent = ", ".join(sorted(side.street_code for side in whistle.silent))
        message = f"Say in which side's stead you act: street {silent} has said nothing."
        raise RuleError(message, field="street_code")
    came = sorted(s.organisation_code for s in whistle.summons if s.arrived_at)
    if came:
        message = f"{', '.join(came)} came already: release them and close the whistle instead of withdrawing it."
        raise RuleError(message, field="act")
    if street_code is not None:
        whistle = _given_up(whistle, street_code, at)
    if step.last is not None and not all(s.withdrawn_at for s in whistle.sides):
        return replace(whistle, stage=step.next)
    calls = tuple(_withdrawn(call) for call in whistle.summons)
    return replace(whistle, stage=step.last or step.next, withdrawn_at=at, summons=calls)


def _party(above: str | None) -> Party:
    """Return as what somebody acts for a side: as the side, or as the common parent (`above`) in its stead."""
    return Party.SIDE if above is None else Party.PARENT


def _given_up(whistle: Whistle, street_code: str, at: datetime) -> Whistle:
    side = whistle.side(street_code)
    if whistle.stage is Stage.DRAFTED and not side.leads:
        message = f"Only the leading side, street {whistle.lead.street_code}, may withdraw a draft: ask them."
        raise RuleError(message, field="street_code")
    if side.withdrawn_at:
        waiting = ", ".join(sorted(s.street_code for s in whistle.sides if not s.withdrawn_at))
        message = f"Street {street_code} has said so already, at {shown(side.withdrawn_at)}: {waiting} must too."
        raise ConflictError(message, field="street_code")
    return whistle.with_side(replace(side, withdrawn_at=at))


def _withdrawn(call: LiveSummons) -> LiveSummons:
    if call.stage in DONE_WITH:
        return call
    return replace(call, stage=summons_step(call.stage, SummonsAct.WITHDRAW, Party.SYSTEM).next)


def acknowledge(whistle: Whistle, organisation_code: str, *, at: datetime) -> Whistle:
    """Return the whistle with a summons acknowledged."""
    call = whistle.call(organisation_code)
    step = summons_step(call.stage, SummonsAct.ACKNOWLEDGE, Party.ANSWERER)
    return whistle.with_call(replace(call, stage=step.next, acknowledged_at=at))


def arrive(whistle: Whistle, organisation_code: str, *, at: datetime, vouched: bool = False) -> Whistle:
    """Return the whistle with an organisation on site since `at`; the time to scene is whole seconds."""
    call = whistle.call(organisation_code)
    act, party = (SummonsAct.VOUCH, Party.VOUCHER) if vouched else (SummonsAct.CHECK_IN, Party.ANSWERER)
    step = summons_step(call.stage, act, party)
    took = int((at - (call.summoned_at or at)).total_seconds())
    measure_due_at = at + whistle.kind.measure_within
    call = replace(call, stage=step.next, arrived_at=at, time_to_scene_s=took, measure_due_at=measure_due_at)
    return whistle.with_call(call)


def file_measure(whistle: Whistle, organisation_code: str, *, at: datetime) -> Whistle:
    """Return the whistle with a measure filed; the first one counts for the deadline, more may follow."""
    call = whistle.call(organisation_code)
    step = summons_step(call.stage, SummonsAct.FILE_MEASURE, Party.ANSWERER)
    return whistle.with_call(replace(call, stage=step.next, measured_at=call.measured_at or at))


def leave(whistle: Whistle, organisation_code: str, *, at: datetime) -> Whistle:
    """Return the whistle with an organisation gone, which it may be after its release."""
    call = whistle.call(organisation_code)
    if call.stage in ON_SITE:
        waiting = ", ".join(sorted(whistle.streets - call.let_go))
        message = f"You may not leave before you are released. Needed by: {waiting}. This was written down."
        raise RuleError(message, field="act", details=[{"stage": call.stage.value, "waiting_for": waiting}])
    step = summons_step(call.stage, SummonsAct.LEAVE, Party.ANSWERER)
    return whistle.with_call(replace(call, stage=step.next, left_at=call.left_at or at))


def release(
    whistle: Whistle, organisation_code: str, street_code: str, *, at: datetime, above: str | None = None
) -> Whistle:
    """Return the whistle with an organisation released by a side; it is free once every side has let it go.

    Whoever is on site and files no measure is released once that is overdue, and not before.

    Parameters
    ----------
    above
        The common parent that does so in the side's stead: one side that stays silent must not hold for ever whom the
        others need no longer. When it may, `deadlines.require_silent` says.
    """
    due_at = whistle.call(organisation_code).measure_due_at
    if whistle.call(organisation_code).stage is SummonsStage.ON_SITE and due_at and at < due_at:
        message = f"{organisation_code} has until {shown(due_at)} to file its measure: release it then, or after that."
        raise RuleError(message, field="act", details=[{"stage": SummonsStage.ON_SITE, "act": SummonsAct.RELEASE}])
    return _let_go(whistle, organisation_code, street_code, SummonsAct.RELEASE, at=at, above=above)


def excuse(
    whistle: Whistle, organisation_code: str, street_code: str, *, at: datetime, above: str | None = None
) -> Whistle:
    """Return the whistle with an organisation that never came excused by a side; `above` as for `release`."""
    return _let_go(whistle, organisation_code, street_code, SummonsAct.EXCUSE, at=at, above=above)


def _let_go(
    whistle: Whistle, organisation_code: str, street_code: str, act: SummonsAct, *, at: datetime, above: str | None
) -> Whistle:
    side, call = whistle.side(street_code), whistle.call(organisation_code)
    if side.street_code in call.let_go:
        message = f"Street {street_code} has let {organisation_code} go already."
        raise ConflictError(message, field="organisation_code")
    step = summons_step(call.stage, act, _party(above))
    call = replace(call, let_go=call.let_go | {street_code})
    if call.let_go >= whistle.streets:
        call = replace(call, stage=step.last or step.next, released_at=at)
    return whistle.with_call(call)


def rate(whistle: Whistle, organisation_code: str, street_code: str, *, score: int) -> Whistle:
    """Return the whistle with an organisation rated by a side, 1 (worst) to 5; a later rating counts more."""
    side, call = whistle.side(street_code), whistle.call(organisation_code)
    step = summons_step(call.stage, SummonsAct.RATE, Party.SIDE)
    if not 1 <= score <= 5:
        message = f"The score is {score}: give a whole number from 1 (did not help) to 5 (solved it)."
        raise RuleError(message, field="score")
    call = replace(call, rated=call.rated | {side.street_code})
    complete = call.rated >= whistle.streets
    return whistle.with_call(replace(call, stage=(step.last or step.next) if complete else step.next))


def close(whistle: Whistle, street_code: str, *, at: datetime, above: str | None = None) -> Whistle:
    """Return the whistle with a side closed; it closes itself only when every side has.

    A side closes once it has let go everybody who was summoned; `above` as for `release`.
    """
    step = whistle_step(whistle.stage, WhistleAct.CLOSE, _party(above))
    side = whistle.side(street_code)
    if side.closed_at:
        message = f"Street {street_code} has closed already, at {shown(side.closed_at)}."
        raise ConflictError(message, field="street_code")
    held = [s for s in whistle.summons if s.stage not in DONE_WITH and street_code not in s.let_go]
    if held:
        on_site = sorted(s.organisation_code for s in held if s.stage in ON_SITE)
        absent = sorted(s.organisation_code for s in held if s.stage not in ON_SITE)
        message = (
            f"Still on site: {', '.join(on_site) or 'nobody'}; never came: {', '.join(absent) or 'nobody'}. "
            "Release those and excuse these before you close."
        )
        raise RuleError(message, field="act", details=[{"on_site": on_site, "never_came": absent}])
    whistle = whistle.with_side(replace(side, closed_at=at))
    if all(s.closed_at for s in whistle.sides):
        return replace(whistle, stage=step.last or step.next, closed_at=at)
    return replace(whistle, stage=step.next)
