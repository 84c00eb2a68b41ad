"""The deadlines of whistles: sides that do not confirm, departments that do not come, measures that are not filed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from gridgov.incidents import FactKind
from gridgov.incidents.standing import Head
from gridgov.messages import Notice
from gridgov.services.sweeps import fire
from gridgov.services.whistling import telling
from gridgov.services.whistling.scene import Outcome, ladders
from gridgov.store.unit import Unit
from gridgov.whistles import DueStep, Ladders, Whistle, due_steps, escalated, next_due

NAME = "whistles"
AUTHOR = "system"


def late_whistles(unit: Unit, now: datetime, limit: int) -> int:
    """Escalate what is due of at most `limit` whistles, and return how many were dealt with."""
    due = unit.whistles.live.due(now, limit)
    return fire(unit, NAME, due, _step(unit, now), key=lambda w: (w.district_code, str(w.id)), now=now)


def _step(unit: Unit, now: datetime) -> Callable[[Sequence[Whistle]], None]:
    known = ladders(unit)

    def escalate(due: Sequence[Whistle]) -> None:
        led_to = {w.id: outcome(w, now, known) for w in due}
        late = [w for w in due if led_to[w.id].facts]
        for whistle in due:  # where the rules have changed meanwhile, nothing follows but another time to look
            after = led_to[whistle.id].after
            unit.whistles.live.save(whistle, after, due_at=next_due(after, known))
        if late:
            _write_down(unit, late, led_to, now)

    return escalate


def _write_down(unit: Unit, late: Sequence[Whistle], led_to: Mapping[UUID, Outcome], now: datetime) -> None:
    heads = {w.id: Head(w.district_code, w.incident_id) for w in late}
    unit.whistles.live.lock_incidents([(head.district_code, head.incident_id) for head in heads.values()])
    for whistle in late:
        for party, part in led_to[whistle.id].admits:
            unit.cases.admit(heads[whistle.id], party, part)
    unit.cases.append_each({heads[w.id]: led_to[w.id].facts for w in late}, at=now, author=AUTHOR)
    unit.messages.post([notice for w in late for notice in led_to[w.id].notices], at=now)
    unit.whistles.live.change_each(late, "whistle.escalated", at=now)


def outcome(whistle: Whistle, now: datetime, known: Ladders) -> Outcome:
    """Return what follows from everything of a whistle that is due at `now`, each step once and in order of time."""
    after = whistle
    facts: list[tuple[FactKind, dict[str, Any]]] = []
    notices: list[Notice] = []
    for step in due_steps(whistle, now, known):
        after = escalated(after, step)
        facts.append((FactKind.WHISTLE_ESCALATED, _fact(whistle, step)))
        notices += telling.escalated(whistle, step)
    if facts:
        after = replace(after, revision=whistle.revision + 1)
    return Outcome(after, "escalated", facts, notices, [(area, "above") for area in _above(whistle, notices)])


def _fact(whistle: Whistle, step: DueStep) -> dict[str, Any]:
    rung = step.rung
    said = {"whistle": str(whistle.id), "due": step.due.value, "target": step.target, "since": step.at.isoformat()}
    return {**said, "step": rung.step, "level": rung.level, "role": rung.role}


def _above(whistle: Whistle, notices: Sequence[Notice]) -> list[str]:
    """Return the areas that hear of it and may not have seen the incident before: the city above two districts."""
    areas = {n.audience.area_code for n in notices if n.kind == "whistle.escalated" and n.audience.area_code}
    known = {code[:digits] for code in whistle.streets for digits in (6, 9)}
    return sorted(areas - known)
