"""What the summoned do, and who vouches for them: acknowledge, check in, file measures, leave."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import shapely
from shapely import Point
from shapely.geometry.base import BaseGeometry

from gridgov.clock import shown
from gridgov.coordinates import Datum, point_to_wgs84
from gridgov.errors import CoordinateError, GeometryError, RuleError
from gridgov.incidents import FactKind, GivenPosition
from gridgov.services.proving import promised, require_attached
from gridgov.services.whistling import telling
from gridgov.services.whistling.asked import Sighting
from gridgov.services.whistling.scene import Outcome, Scene
from gridgov.store.whistles import RawPosition, Waiting
from gridgov.whistles import (
    WORDS,
    Arrival,
    Judgement,
    Party,
    Spot,
    SummonsAct,
    Verdict,
    Vouching,
    Whistle,
    acts,
    judge_arrival,
    judge_spot,
    summons_step,
)
from gridgov.whistles.authority import require_answers, require_voucher
from gridgov.whistles.lifecycle import ON_SITE

_CHECK_IN_FACTS = {
    Verdict.ACCEPTED: FactKind.CHECKED_IN,
    Verdict.WAITING: FactKind.CHECK_IN_WAITING,
    Verdict.REFUSED: FactKind.CHECK_IN_REFUSED,
}


def acknowledge(scene: Scene, organisation_code: str) -> Outcome:
    """Say that the summons was read."""
    require_answers(scene.subject, organisation_code)
    after = acts.acknowledge(scene.whistle, organisation_code, at=scene.now)
    fact = {"whistle": str(after.id), "organisation": organisation_code}
    says = {"organisation_code": organisation_code}
    return Outcome(after, "acknowledged", [(FactKind.SUMMONS_ACKNOWLEDGED, fact)], says=says)


def check_in(scene: Scene, seen: Sighting) -> Outcome:
    """Arrive. Whatever is made of it, the attempt is kept with its distance; a refusal is told after that."""
    whistle, code = scene.whistle, seen.organisation_code
    require_answers(scene.subject, code)
    call = whistle.call(code)
    summons_step(call.stage, SummonsAct.CHECK_IN, Party.ANSWERER)
    awaits = promised(scene.unit, scene.standing.head, seen.evidence)
    spot, raw = _spot(seen.position)
    arrival = Arrival(spot, seen.device_at, seen.sent_at, scene.times.received_at)
    judged = judge_arrival(arrival, _place(scene), whistle.kind, call.summoned_at or scene.now)
    log = scene.unit.whistles.log
    log.check_in(whistle, scene.doer(code), arrival, judged, raw=raw, evidence=seen.evidence)
    after = whistle
    if judged.verdict is Verdict.ACCEPTED and judged.arrived_at:
        after = acts.arrive(whistle, code, at=judged.arrived_at)
    return _checked_in(after, code, judged, _evidence(seen.evidence, awaits))


def vouch(scene: Scene, seen: Sighting) -> Outcome:
    """Vouch for a check-in that waits: by a second person, who is on site by their own device."""
    whistle, code = scene.whistle, seen.organisation_code
    waiting = vouchable(scene, code)
    awaits = promised(scene.unit, scene.standing.head, seen.evidence)
    spot, _ = _spot(seen.position)
    stood = _require_there(spot, scene)
    scene.unit.whistles.log.vouch(
        whistle, waiting.id, by=scene.subject.login, at=scene.now, distance_m=stood.distance_m
    )
    after = acts.arrive(whistle, code, at=waiting.arrived_at, vouched=True)
    return _vouched(after, code, stood, _evidence(seen.evidence, awaits))


def vouchable(scene: Scene, organisation_code: str) -> Waiting:
    """Return the check-in of an organisation that waits, for whoever may vouch for it.

    Raises
    ------
    NotAllowedError
        If whoever acts may not.
    RuleError
        If none waits, or it is their own.
    """
    whistle, code = scene.whistle, organisation_code
    require_voucher(scene.subject, whistle, code)
    summons_step(whistle.call(code).stage, SummonsAct.VOUCH, Party.VOUCHER)
    waiting = scene.unit.whistles.log.waiting(whistle, code)
    if waiting is None or scene.now - waiting.arrived_at > whistle.kind.late_within:
        message = f"{code} has no check-in that waits for somebody to vouch: it must check in first."
        raise RuleError(message, field="organisation_code")
    if scene.is_self(waiting.account_id, waiting.person_id):
        message = "Nobody vouches for themselves, under whichever account: a second person on site must."
        raise RuleError(message, field="organisation_code")
    return waiting


def file_measure(scene: Scene, organisation_code: str, text: str, evidence: tuple[UUID, ...]) -> Outcome:
    """File what was done; what its check-ins promised to send and is not there by now is written down beside it."""
    require_answers(scene.subject, organisation_code)
    require_attached(scene.unit, scene.standing.head, evidence)
    missing = scene.missing(organisation_code)
    after = acts.file_measure(scene.whistle, organisation_code, at=scene.now)
    scene.unit.whistles.log.measure(after, scene.doer(organisation_code), text, evidence)
    fact: dict[str, Any] = {"whistle": str(after.id), "organisation": organisation_code, "text": text}
    fact |= {"evidence": [str(one) for one in evidence]} | ({"missing": missing} if missing else {})
    told = telling.to_sides(after, "measure_filed", f"{scene.act_id}", organisation=organisation_code)
    says = {"organisation_code": organisation_code, "missing": missing}
    return Outcome(after, "measure_filed", [(FactKind.MEASURE_FILED, fact)], told, says=says)


def leave(scene: Scene, organisation_code: str) -> Outcome:
    """Leave, which nobody does before the release: the attempt is kept, and refused."""
    whistle = scene.whistle
    require_answers(scene.subject, organisation_code)
    call = whistle.call(organisation_code)
    fact: dict[str, Any] = {"whistle": str(whistle.id), "organisation": organisation_code}
    says: dict[str, Any] = {"organisation_code": organisation_code}
    try:
        after = acts.leave(whistle, organisation_code, at=scene.now)
    except RuleError as error:
        if call.stage not in ON_SITE:
            raise
        held = sorted(whistle.streets - call.let_go)
        scene.unit.whistles.log.attempt(whistle, scene.doer(organisation_code), SummonsAct.LEAVE, call.stage)
        facts = [(FactKind.LEAVE_REFUSED, fact | {"held_by": held})]
        told = telling.to_sides(whistle, "leave_refused", f"{scene.act_id}", organisation=organisation_code)
        says |= {"still_held_by": held, "summons_stage": call.stage.value}
        return Outcome(whistle, "leave_refused", facts, told, says=says, refusal=error.message)
    return Outcome(after, "left", [(FactKind.LEFT, fact)], says=says)


def _evidence(named: tuple[UUID, ...], awaits: list[str]) -> dict[str, Any]:
    """Return what a fact says of attachments: those that are named, and those of them that are still on their way."""
    said: dict[str, Any] = {"evidence": [str(one) for one in named]}
    return said | ({"awaited": awaits} if awaits else {})


def _checked_in(after: Whistle, code: str, judged: Judgement, evidence: dict[str, Any]) -> Outcome:
    call = after.call(code)
    away = None if judged.distance_m is None else round(judged.distance_m, 1)
    reasons, flags = [r.value for r in judged.reasons], [f.value for f in judged.flags]
    says = {
        "organisation_code": code,
        "verdict": judged.verdict.value,
        "reasons": reasons,
        "flags": flags,
        "distance_m": away,
        "arrived_at": shown(judged.arrived_at) if judged.arrived_at else None,
        "time_to_scene_s": call.time_to_scene_s,
    }
    arrived = judged.arrived_at.isoformat() if judged.arrived_at else None
    fact = {"whistle": str(after.id), "organisation": code, "distance_m": away, "reasons": reasons, "flags": flags}
    fact |= {"arrived_at": arrived, "time_to_scene_s": call.time_to_scene_s, **evidence}
    says |= {"awaited": evidence["awaited"]} if "awaited" in evidence else {}
    change = _CHECK_IN_FACTS[judged.verdict]
    told = telling.to_sides(after, "vouch_wanted", code, organisation=code) if judged.verdict is Verdict.WAITING else []
    refused = judged.verdict is Verdict.REFUSED
    refusal = _refusal(judged, after) if refused else None
    return Outcome(after, change.value, [(change, fact)], told, says=says, refusal=refusal)


def _refusal(judged: Judgement, whistle: Whistle) -> str:
    said = "; ".join(WORDS[reason] for reason in judged.reasons)
    if judged.distance_m is None:
        return f"The check-in was refused and written down: {said}."
    away, within = f"{judged.distance_m:,.0f}", f"{whistle.kind.geofence_m:,.0f}"
    return f"The check-in was refused and written down: {said}. You are {away} m away; {within} m count as there."


def _vouched(after: Whistle, code: str, stood: Judgement, evidence: dict[str, Any]) -> Outcome:
    call = after.call(code)
    away = None if stood.distance_m is None else round(stood.distance_m, 1)
    arrived = call.arrived_at.isoformat() if call.arrived_at else None
    fact = {"whistle": str(after.id), "organisation": code, "arrived_at": arrived, "voucher_distance_m": away}
    says = {"organisation_code": code, "time_to_scene_s": call.time_to_scene_s, "voucher_distance_m": away}
    facts = [(FactKind.VOUCHED, fact | {"time_to_scene_s": call.time_to_scene_s, **evidence})]
    return Outcome(
        after, "vouched", facts, telling.to_organisations(after, [code], "vouched", organisation=code), says=says
    )


def _require_there(spot: Spot | None, scene: Scene) -> Judgement:
    if spot is None:
        message = "Say where you are: whoever vouches is on site too."
        raise CoordinateError(message, field="position")
    # How far a voucher's device may err is the kind's business; that somebody vouches for them in turn is not.
    kind = replace(scene.whistle.kind, vouching=Vouching.NONE)
    stood = judge_spot(spot, _place(scene), kind)
    if stood.verdict is not Verdict.ACCEPTED:
        said = "; ".join(WORDS[reason] for reason in stood.reasons)
        message = f"You cannot vouch from where you are: {said}."
        details = [{"distance_m": stood.distance_m, "reasons": [r.value for r in stood.reasons]}]
        raise RuleError(message, field="position", details=details)
    return stood


def _place(scene: Scene) -> BaseGeometry:
    ground = scene.unit.whistles.live.ground(scene.whistle.district_code, scene.whistle.incident_id)
    if ground is None:
        message = "The incident has no place any more: somebody must place it before anybody can arrive."
        raise RuleError(message, field="incident_id")
    return ground.geometry


def _spot(given: GivenPosition | None) -> tuple[Spot | None, RawPosition | None]:
    """Return where a device is in WGS 84, and what it said itself."""
    if given is None:
        return None, None
    point = given.geometry
    if not isinstance(point, Point) or point.is_empty:
        message = "A person is at one point: send lon and lat."
        raise GeometryError(message, field="position")
    accuracy_m = given.accuracy_m
    if accuracy_m is not None and not 0 <= accuracy_m < float("inf"):
        message = "The accuracy is a radius in metres, zero or more."
        raise CoordinateError(message, field="position.accuracy_m")
    datum = Datum.parse(given.datum)
    lon, lat = point_to_wgs84(point.x, point.y, datum)
    return Spot(Point(lon, lat), accuracy_m), RawPosition(datum.name, shapely.to_wkt(point, rounding_precision=-1))
