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
        facts: dict[Head, list[tuple[FactKind, dict[str, Any]]]] = {}
        unit.cases.hold(_head(whistle) for whistle in due)
        for whistle in due:
            led = led_to[whistle.id]
            looks_next = next_due(led.after, known)
            unit.whistles.live.save(whistle, led.after, due_at=looks_next)
            for party, part in led.admits:
                unit.cases.admit(_head(whistle), party, part)
            facts.setdefault(_head(whistle), []).extend(led.facts or [_reckoned(whistle, looks_next)])
        unit.cases.append_each(facts, at=now, author=AUTHOR)
        _tell(unit, [w for w in due if led_to[w.id].facts], led_to, now)

    return escalate


def _head(whistle: Whistle) -> Head:
    return Head(whistle.district_code, whistle.incident_id)


def _reckoned(whistle: Whistle, looks_next: datetime | None) -> tuple[FactKind, dict[str, Any]]:
    """Return the fact of a whistle of which nothing is due any more, because the rules were changed meanwhile."""
    said = {"whistle": str(whistle.id), "due_at": looks_next.isoformat() if looks_next else None}
    return FactKind.RECKONED, said


def _tell(unit: Unit, late: Sequence[Whistle], led_to: Mapping[UUID, Outcome], now: datetime) -> None:
    telling.tell(unit, [(w, led_to[w.id].notices) for w in late], at=now)
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
