"""What the issuing streets do, and the area above them: confirm, choose who leads, withdraw, let go, rate, close."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gridgov.errors import NotAllowedError, RuleError
from gridgov.incidents import FactKind
from gridgov.messages import Notice
from gridgov.services.whistling import blowing, telling
from gridgov.services.whistling.asked import Callers
from gridgov.services.whistling.deciding import require_worked_on
from gridgov.services.whistling.scene import Outcome, Scene, ladders
from gridgov.services.whistling.summoning import choose
from gridgov.whistles import Due, Party, Stage, SummonsStage, Whistle, acts, require_silent
from gridgov.whistles.authority import may_stand_above, require_above, side_for, sides_for


def confirm(scene: Scene, street_code: str | None) -> Outcome:
    """Confirm a side, by its own people or, once that has escalated, by the area above all sides."""
    whistle, by = scene.whistle, scene.subject.login
    street, above = side_or_above(scene, "whistle.confirm", street_code, Due.CONFIRM)
    require_worked_on(scene.standing)
    after = acts.confirm(whistle, street, by=by, at=scene.now, above=above)
    said = (FactKind.WHISTLE_CONFIRMED, {"whistle": str(whistle.id), "street": street, "above": above})
    told = _in_stead(scene, "confirm", street, above)
    if after.stage is not Stage.BLOWN:
        waiting = sorted(s.street_code for s in after.sides if not s.confirmed_at)
        return Outcome(after, "confirmed", [said], told, says={"street_code": street, "waiting_for": waiting})
    going = blowing.blown(after)
    says = {"street_code": street, "waiting_for": [], **going.says}
    return Outcome(after, "blown", [said, *going.facts], [*told, *going.notices], going.admits, says)


def side_or_above(
    scene: Scene, permission: str, street_code: str | None, owes: Due = Due.CLOSE
) -> tuple[str, str | None]:
    """Return the side that somebody acts for and, where they stand above all sides and act in its stead, their area.

    Raises
    ------
    NotAllowedError
        If they do neither.
    RuleError
        If they do not say in whose stead, or the side may still do itself what it `owes`.
    """
    whistle = scene.whistle
    try:
        return side_for(scene.subject, permission, whistle, street_code), None
    except NotAllowedError:
        if not may_stand_above(scene.subject, whistle):
            raise
    if street_code is None:
        message = f"Say in which side's stead you act: {', '.join(sorted(whistle.streets))} are the sides."
        raise RuleError(message, field="street_code")
    require_silent(whistle, street_code, owes, now=scene.now, ladders=ladders(scene.unit))
    return street_code, whistle.parent


def _in_stead(scene: Scene, act: str, street: str, above: str | None, **data: Any) -> list[Notice]:
    """Return what is told of an act in a side's stead: to all sides what all are told of, else to the side itself."""
    if above is None:
        return []
    heard = scene.whistle.streets if act in {"confirm", "withdraw", "close"} else {street}
    return telling.in_stead(scene.whistle, heard, act, f"{scene.act_id}", side=street, above=above, **data)


def _why(said: str | None, above: str | None) -> dict[str, str]:
    """Return what a fact says of why, and of the area that acted in the side's stead: it must say why.

    Raises
    ------
    RuleError
        If it does not.
    """
    if above is not None and not said:
        message = "You act in a side's stead: say why, it stands in the record."
        raise RuleError(message, field="reason")
    return ({"reason": said} if said else {}) | ({"above": above} if above is not None else {})


def choose_lead(scene: Scene, choice: str, street_code: str | None) -> Outcome:
    """Say for a side which one should lead; it does once all sides say the same."""
    whistle = scene.whistle
    street = side_for(scene.subject, "whistle.confirm", whistle, street_code)
    after = acts.choose_lead(whistle, street, choice)
    agreed = after.lead.street_code == choice and not any(s.lead_choice for s in after.sides)
    fact = {"whistle": str(whistle.id), "street": street, "choice": choice, "agreed": agreed}
    says = {"street_code": street, "choice": choice, "agreed": agreed, "leads": after.lead.street_code}
    event = "lead_chosen" if agreed else "lead_wanted"
    told = telling.to_sides(after, event, f"{scene.act_id}", side=choice)
    return Outcome(after, "lead_chosen", [(FactKind.WHISTLE_LEAD_CHOSEN, fact)], told, says=says)


def choose_summons(scene: Scene, wanted: Callers) -> Outcome:
    """Say who is to come instead of whom the draft names; the leading side does, before the others confirm."""
    whistle = scene.whistle
    street = first_side(scene, "whistle.confirm", None)
    after = acts.choose_summons(whistle, street, choose(scene.unit, whistle, wanted))
    codes = [s.organisation_code for s in after.called]
    fact = {"whistle": str(whistle.id), "street": street, "summons": codes, "reason": wanted.said}
    told = telling.to_sides(after, "summons_chosen", f"{scene.act_id}")
    facts = [(FactKind.WHISTLE_SUMMONS_CHOSEN, fact)]
    return Outcome(after, "summons_chosen", facts, told, says={"street_code": street, "to_come": codes})


def withdraw(scene: Scene, reason: str, street_code: str | None) -> Outcome:
    """Withdraw a whistle while nobody has come: a draft by its leading side or the area above, else by every side."""
    whistle = scene.whistle
    street, above = _withdraws(scene, street_code)
    after = acts.withdraw(whistle, street, at=scene.now, party=Party.SIDE if above is None else Party.PARENT)
    fact = {"whistle": str(whistle.id), "street": street, **_why(reason, above)}
    told = _in_stead(scene, "withdraw", street, above) if street else []
    if after.stage is Stage.WITHDRAWN:
        gone = withdrawn(after, fact, {"street_code": street, "waiting_for": []})
        return replace(gone, notices=[*told, *gone.notices])
    waiting = sorted(s.street_code for s in after.sides if not s.withdrawn_at)
    told = told or telling.to_sides(after, "side_withdrawn", f"{street}", side=street)
    says = {"street_code": street, "waiting_for": waiting}
    return Outcome(after, "side_withdrawn", [(FactKind.WHISTLE_SIDE_WITHDRAWN, fact)], told, says=says)


def _withdraws(scene: Scene, street_code: str | None) -> tuple[str | None, str | None]:
    """Return for which side somebody withdraws (None: a draft, from above), and the area above if it does."""
    subject, whistle = scene.subject, scene.whistle
    mine = sides_for(subject, "whistle.close", whistle)
    leads = whistle.lead.street_code in mine
    if whistle.stage is Stage.DRAFTED and not leads and (not mine or may_stand_above(subject, whistle)):
        return None, require_above(subject, whistle)
    if mine and street_code in {None, *mine}:
        return first_side(scene, "whistle.close", street_code), None
    return side_or_above(scene, "whistle.close", street_code)


def withdrawn(after: Whistle, fact: Mapping[str, Any], says: Mapping[str, Any]) -> Outcome:
    """Return what follows when a whistle was taken back: its sides hear of it, and whoever was summoned."""
    called = [s.organisation_code for s in after.summons if s.summoned_at]
    told = [*telling.to_sides(after, "withdrawn"), *telling.to_organisations(after, called, "withdrawn")]
    return Outcome(after, "withdrawn", [(FactKind.WHISTLE_WITHDRAWN, dict(fact))], told, says=says)


def first_side(scene: Scene, permission: str, street_code: str | None) -> str:
    """Return the side that is meant: the one that is named, else the leading one if it is one's own, else one's own."""
    lead = scene.whistle.lead.street_code
    mine = sides_for(scene.subject, permission, scene.whistle)
    return (
        lead
        if street_code is None and lead in mine
        else side_for(scene.subject, permission, scene.whistle, street_code)
    )


def release(scene: Scene, organisation_code: str, street_code: str | None, reason: str | None) -> Outcome:
    """Release an organisation for one side or, with a reason, in its stead; so too one that filed no measure."""
    street, above = side_or_above(scene, "whistle.release", street_code)
    require_other_hand(scene, organisation_code)
    after = acts.release(scene.whistle, organisation_code, street, at=scene.now, above=above)
    unmeasured = scene.whistle.call(organisation_code).stage is SummonsStage.ON_SITE
    if unmeasured and not reason:
        message = f"{organisation_code} has filed no measure: say why you release it all the same."
        raise RuleError(message, field="reason")
    said = _why(reason, above) | ({"measured": False} if unmeasured else {})
    return _let_go(scene, after, organisation_code, street, said)


def excuse(scene: Scene, organisation_code: str, street_code: str | None, reason: str) -> Outcome:
    """Let an organisation off that never came, for one side or in its stead."""
    street, above = side_or_above(scene, "whistle.release", street_code)
    require_other_hand(scene, organisation_code)
    after = acts.excuse(scene.whistle, organisation_code, street, at=scene.now, above=above)
    return _let_go(scene, after, organisation_code, street, _why(reason, above), excused=True)


def _let_go(
    scene: Scene, after: Whistle, organisation_code: str, street: str, said: dict[str, Any], *, excused: bool = False
) -> Outcome:
    reason, above = said.get("reason"), said.get("above")
    who = scene.doer(organisation_code)
    scene.unit.whistles.log.let_go(after, who, street, excused=excused, reason=reason)
    call = after.call(organisation_code)
    held = sorted(after.streets - call.let_go)
    fact = {"whistle": str(after.id), "organisation": organisation_code, "street": street, "still_held_by": held}
    kind, name = (FactKind.SUMMONS_EXCUSED, "excused") if excused else (FactKind.SUMMONS_RELEASED, "released")
    told = _in_stead(scene, "excuse" if excused else "release", street, above, organisation=organisation_code)
    told += [] if held else telling.to_organisations(after, [organisation_code], name)
    says = {"organisation_code": organisation_code, "street_code": street, "still_held_by": held}
    return Outcome(after, name, [(kind, fact | said)], told, says=says | {"summons_stage": call.stage.value})


def rate(scene: Scene, organisation_code: str, street_code: str | None, score: int, said: str) -> Outcome:
    """Rate an organisation for one side; a later rating stands beside the earlier ones, and counts."""
    street = side_for(scene.subject, "whistle.rate", scene.whistle, street_code)
    require_other_hand(scene, organisation_code)
    after = acts.rate(scene.whistle, organisation_code, street, score=score)
    seq = scene.unit.whistles.log.rating(after, scene.doer(organisation_code), street, score, said)
    fact: dict[str, Any] = {"whistle": str(after.id), "organisation": organisation_code, "street": street}
    fact |= {"score": score, "words": said, "seq": seq}
    told = telling.to_organisations(after, [organisation_code], "rated", score=score) if seq == 1 else []
    says = {"organisation_code": organisation_code, "street_code": street, "score": score, "seq": seq}
    return Outcome(after, "rated", [(FactKind.SUMMONS_RATED, fact)], told, says=says)


def require_other_hand(scene: Scene, organisation_code: str) -> None:
    """Refuse whoever acts for the organisation, or answered for it under another account: nobody lets themselves go."""
    answered = scene.unit.whistles.log.answered(scene.whistle, organisation_code)
    acts_for = any(grant.organisation_code == organisation_code for grant in scene.subject.grants)
    if acts_for or any(scene.is_self(*who) for who in answered):
        message = f"{scene.subject.login} answers for {organisation_code}: somebody else lets it go and rates it."
        raise NotAllowedError(message, field="organisation_code")


def close(scene: Scene, street_code: str | None, reason: str | None) -> Outcome:
    """Close a side or, with a reason, in its stead; the whistle closes with the last.

    What was promised and never came is noted.
    """
    street, above = side_or_above(scene, "whistle.close", street_code)
    after = acts.close(scene.whistle, street, at=scene.now, above=above)
    open_sides = sorted(s.street_code for s in after.sides if not s.closed_at)
    lacking = {call.organisation_code: scene.missing(call.organisation_code) for call in after.called}
    missing = {code: identifiers for code, identifiers in lacking.items() if identifiers}
    fact: dict[str, Any] = {"whistle": str(after.id), "street": street, "open": open_sides, **_why(reason, above)}
    facts = [(FactKind.WHISTLE_SIDE_CLOSED, fact | ({"missing": missing} if missing else {}))]
    says = {"street_code": street, "open_sides": open_sides, "missing": missing}
    told = _in_stead(scene, "close", street, above)
    if open_sides:
        told = told or telling.to_sides(after, "side_closed", street, side=street)
        return Outcome(after, "side_closed", facts, told, says=says)
    facts.append((FactKind.WHISTLE_CLOSED, {"whistle": str(after.id)}))
    return Outcome(after, "closed", facts, [*told, *_closed(after)], says=says)


def _closed(after: Whistle) -> list[Notice]:
    came = [s.organisation_code for s in after.called]
    return [*telling.to_sides(after, "closed"), *telling.to_organisations(after, came, "closed")]
