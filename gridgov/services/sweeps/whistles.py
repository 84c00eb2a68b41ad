"""The deadlines of whistles: sides that do not confirm, departments that do not come, measures that are not filed."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from gridgov.incidents import FactKind
from gridgov.messages import Notice
from gridgov.services.sweeps import fire
from gridgov.services.whistling import telling
from gridgov.services.whistling.scene import Outcome, keep, ladders
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
        for whistle in due:
            led_to = outcome(whistle, now, known)
            if led_to.facts:
                keep(unit, whistle, led_to, at=now, author=AUTHOR)
            else:  # the rules have changed since it was written down when to look
                unit.whistles.live.save(whistle, whistle, due_at=next_due(whistle, known))

    return escalate


def outcome(whistle: Whistle, now: datetime, known: Ladders) -> Outcome:
    """Return what follows from everything of a whistle that is due at `now`, each step once and in order of time."""
    after = whistle
    facts: list[tuple[FactKind, dict[str, Any]]] = []
    notices: list[Notice] = []
    for step in due_steps(whistle, now, known):
        after = escalated(after, step)
        facts.append((FactKind.WHISTLE_ESCALATED, _fact(whistle, step)))
        notices += telling.escalated(whistle, step)
    return Outcome(after, "escalated", facts, notices, [(area, "above") for area in _above(whistle, notices)])


def _fact(whistle: Whistle, step: DueStep) -> dict[str, Any]:
    rung = step.rung
    said = {"whistle": str(whistle.id), "due": step.due.value, "target": step.target, "since": step.at.isoformat()}
    return {**said, "step": rung.step, "level": rung.level, "role": rung.role}


def _above(whistle: Whistle, notices: Sequence[Notice]) -> list[str]:
    """Return the areas that hear of it and may not have seen the incident before: the city above two districts."""
    areas = {n.audience.area_code for n in notices if n.kind == "whistle.escalated" and n.audience.area_code}
    return sorted(areas - whistle.streets)
