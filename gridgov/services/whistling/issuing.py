"""What the issuing streets do, and the area above them: confirm, choose who leads, withdraw, let go, rate, close."""

from collections.abc import Mapping
from typing import Any

from gridgov.errors import NotAllowedError
from gridgov.incidents import FactKind
from gridgov.messages import Notice
from gridgov.services.whistling import blowing, telling
from gridgov.services.whistling.asked import Callers
from gridgov.services.whistling.deciding import require_worked_on
from gridgov.services.whistling.scene import Outcome, Scene
from gridgov.services.whistling.summoning import choose
from gridgov.whistles import Party, Stage, Whistle, acts
from gridgov.whistles.authority import may_stand_above, require_above, side_for, sides_for


def confirm(scene: Scene, street_code: str | None) -> Outcome:
    """Confirm a side, by its own people or, once that has escalated, by the area above all sides."""
    whistle, by = scene.whistle, scene.subject.login
    street, above = _for(scene, "whistle.confirm", street_code)
    require_worked_on(scene.standing)
    after = acts.confirm(whistle, street, by=by, at=scene.now, above=above)
    said = (FactKind.WHISTLE_CONFIRMED, {"whistle": str(whistle.id), "street": street, "above": above})
    if after.stage is not Stage.BLOWN:
        waiting = sorted(s.street_code for s in after.sides if not s.confirmed_at)
        return Outcome(after, "confirmed", facts=[said], says={"street_code": street, "waiting_for": waiting})
    going = blowing.blown(after)
    says = {"street_code": street, "waiting_for": [], **going.says}
    return Outcome(after, "blown", [said, *going.facts], going.notices, going.admits, says)


def _for(scene: Scene, permission: str, street_code: str | None) -> tuple[str, str | None]:
    """Return the side that somebody acts for and, where they stand above all sides and act in its stead, their area."""
    try:
        return side_for(scene.subject, permission, scene.whistle, street_code), None
    except NotAllowedError:
        if street_code is None or not may_stand_above(scene.subject, scene.whistle):
            raise
        return street_code, scene.whistle.parent


def _in_stead(above: str | None) -> dict[str, str]:
    return {"above": above} if above else {}


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
    street = _first(scene, "whistle.confirm", None)
    after = acts.choose_summons(whistle, street, choose(scene.unit, whistle, wanted))
    codes = [s.organisation_code for s in after.called]
    fact = {"whistle": str(whistle.id), "street": street, "summons": codes, "reason": wanted.said}
    told = telling.to_sides(after, "summons_chosen", f"{scene.act_id}")
    facts = [(FactKind.WHISTLE_SUMMONS_CHOSEN, fact)]
    return Outcome(after, "summons_chosen", facts, told, says={"street_code": street, "to_come": codes})


def withdraw(scene: Scene, reason: str, street_code: str | None) -> Outcome:
    """Withdraw a whistle while nobody has come: a draft by its leading side or the area above, else by every side."""
    whistle = scene.whistle
    mine = sides_for(scene.subject, "whistle.close", whistle)
    above = None if mine else require_above(scene.subject, whistle)
    stands = None if whistle.stage is Stage.DRAFTED else street_code
    street = _first(scene, "whistle.close", street_code) if mine else stands
    after = acts.withdraw(whistle, street, at=scene.now, party=Party.SIDE if mine else Party.PARENT)
    fact = {"whistle": str(whistle.id), "street": street, "reason": reason, **_in_stead(above)}
    if after.stage is Stage.WITHDRAWN:
        return withdrawn(after, fact, {"street_code": street, "waiting_for": []})
    waiting = sorted(s.street_code for s in after.sides if not s.withdrawn_at)
    told = telling.to_sides(after, "side_withdrawn", f"{street}", side=street)
    says = {"street_code": street, "waiting_for": waiting}
    return Outcome(after, "side_withdrawn", [(FactKind.WHISTLE_SIDE_WITHDRAWN, fact)], told, says=says)


def withdrawn(after: Whistle, fact: Mapping[str, Any], says: Mapping[str, Any]) -> Outcome:
    """Return what follows when a whistle was taken back: its sides hear of it, and whoever was summoned."""
    called = [s.organisation_code for s in after.summons if s.summoned_at]
    told = [*telling.to_sides(after, "withdrawn"), *telling.to_organisations(after, called, "withdrawn")]
    return Outcome(after, "withdrawn", [(FactKind.WHISTLE_WITHDRAWN, dict(fact))], told, says=says)


def _first(scene: Scene, permission: str, street_code: str | None) -> str:
    """Return the side that is meant: the one that is named, else the leading one if it is one's own, else one's own."""
    lead = scene.whistle.lead.street_code
    mine = sides_for(scene.subject, permission, scene.whistle)
    return (
        lead
        if street_code is None and lead in mine
        else side_for(scene.subject, permission, scene.whistle, street_code)
    )


def let_go(scene: Scene, organisation_code: str, street_code: str | None, *, excused: str | None) -> Outcome:
    """Release an organisation, or excuse one that never came (`excused` says why), for one side or in its stead."""
    street, above = _for(scene, "whistle.release", street_code)
    _require_other_hand(scene, organisation_code)
    act = acts.release if excused is None else acts.excuse
    after = act(scene.whistle, organisation_code, street, at=scene.now, above=above)
    who = scene.doer(organisation_code)
    scene.unit.whistles.log.let_go(after, who, street, excused=excused is not None, reason=excused)
    call = after.call(organisation_code)
    held = sorted(after.streets - call.let_go)
    fact = {"whistle": str(after.id), "organisation": organisation_code, "street": street, "still_held_by": held}
    kind, name = (FactKind.SUMMONS_RELEASED, "released") if excused is None else (FactKind.SUMMONS_EXCUSED, "excused")
    told = [] if held else telling.to_organisations(after, [organisation_code], name)
    says = {"organisation_code": organisation_code, "street_code": street, "still_held_by": held}
    fact |= ({"reason": excused} if excused else {}) | _in_stead(above)
    return Outcome(after, name, [(kind, fact)], told, says=says | {"summons_stage": call.stage.value})


def rate(scene: Scene, organisation_code: str, street_code: str | None, score: int, said: str) -> Outcome:
    """Rate an organisation for one side; a later rating stands beside the earlier ones, and counts."""
    street = side_for(scene.subject, "whistle.rate", scene.whistle, street_code)
    _require_other_hand(scene, organisation_code)
    after = acts.rate(scene.whistle, organisation_code, street, score=score)
    seq = scene.unit.whistles.log.rating(after, scene.doer(organisation_code), street, score, said)
    fact: dict[str, Any] = {"whistle": str(after.id), "organisation": organisation_code, "street": street}
    fact |= {"score": score, "words": said, "seq": seq}
    told = telling.to_organisations(after, [organisation_code], "rated", score=score) if seq == 1 else []
    says = {"organisation_code": organisation_code, "street_code": street, "score": score, "seq": seq}
    return Outcome(after, "rated", [(FactKind.SUMMONS_RATED, fact)], told, says=says)


def _require_other_hand(scene: Scene, organisation_code: str) -> None:
    """Refuse whoever acts for the organisation, or answered for it under another account: nobody lets themselves go."""
    answered = scene.unit.whistles.log.answered(scene.whistle, organisation_code)
    acts_for = any(grant.organisation_code == organisation_code for grant in scene.subject.grants)
    if acts_for or any(scene.is_self(*who) for who in answered):
        message = f"{scene.subject.login} answers for {organisation_code}: somebody else lets it go and rates it."
        raise NotAllowedError(message, field="organisation_code")


def close(scene: Scene, street_code: str | None) -> Outcome:
    """Close a side, or in its stead; the whistle closes with the last. What was promised and never came is noted."""
    street, above = _for(scene, "whistle.close", street_code)
    after = acts.close(scene.whistle, street, at=scene.now, above=above)
    open_sides = sorted(s.street_code for s in after.sides if not s.closed_at)
    lacking = {call.organisation_code: scene.missing(call.organisation_code) for call in after.called}
    missing = {code: identifiers for code, identifiers in lacking.items() if identifiers}
    fact: dict[str, Any] = {"whistle": str(after.id), "street": street, "open": open_sides, **_in_stead(above)}
    facts = [(FactKind.WHISTLE_SIDE_CLOSED, fact | ({"missing": missing} if missing else {}))]
    says = {"street_code": street, "open_sides": open_sides, "missing": missing}
    if open_sides:
        told = telling.to_sides(after, "side_closed", street, side=street)
        return Outcome(after, "side_closed", facts, told, says=says)
    facts.append((FactKind.WHISTLE_CLOSED, {"whistle": str(after.id)}))
    return Outcome(after, "closed", facts, _closed(after), says=says)


def _closed(after: Whistle) -> list[Notice]:
    came = [s.organisation_code for s in after.called]
    return [*telling.to_sides(after, "closed"), *telling.to_organisations(after, came, "closed")]
