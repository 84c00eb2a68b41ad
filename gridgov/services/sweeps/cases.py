"""What is due of cases: a missed deadline goes up step by step, a suspension that ends lets its case go on."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any, NoReturn

from gridgov.errors import SetupError
from gridgov.incidents import FactKind, Head, Standing
from gridgov.incidents.asked import Resume
from gridgov.incidents.lifecycle import Act, require_row
from gridgov.incidents.replay import reckoned
from gridgov.incidents.timing import RESUME, escalated, last_known, next_step
from gridgov.messages import Notice
from gridgov.services import casework_news as news
from gridgov.services.casework import carry_out
from gridgov.services.casework_acts import Occasion
from gridgov.services.sweeps import fire
from gridgov.store.unit import Unit
from gridgov.worktime import Escalation

SYSTEM = "system"
"""The author of what nobody did."""


def short_cases(unit: Unit, now: datetime, limit: int) -> int:
    """Reckon at most `limit` clocks anew that went beyond the calendar, where a year was loaded since."""
    short = unit.cases.short_of(last_known(unit.worktime.rules()), limit)
    return fire(unit, "clocks", short, partial(_reckon, unit, now), key=_name, now=now)


def due_cases(unit: Unit, now: datetime, limit: int) -> int:
    """Do the next step of at most `limit` cases of which something is due, and return how many were dealt with."""
    due = unit.cases.due(now, limit)
    return fire(unit, "cases", due, partial(_step, unit, now), key=_name, now=now)


def _reckon(unit: Unit, now: datetime, short: Sequence[Standing]) -> None:
    rules = unit.worktime.rules()
    said = {}
    for standing in short:
        clock = reckoned(standing, unit.incidents.facts(standing.district_code, standing.incident_id), rules)
        unit.cases.save(standing, clock)
        said[standing.head] = [(FactKind.RECKONED, _reckoned(clock["due_kind"], clock["deadline_at"]))]
    unit.cases.append_each(said, at=now, author=SYSTEM)
    unit.cases.change_each([standing.head for standing in short], "case.reckoned", at=now)


def _name(standing: Standing) -> tuple[str, str]:
    return standing.district_code, str(standing.incident_id)


def _step(unit: Unit, now: datetime, due: Sequence[Standing]) -> None:
    for standing in due:
        if standing.due_kind == RESUME:
            _resume(unit, standing, now)
    _escalate(unit, [standing for standing in due if standing.due_kind != RESUME], now)


def _resume(unit: Unit, standing: Standing, now: datetime) -> None:
    occasion = Occasion(unit, standing, None, None, now, _nothing)
    row = require_row(standing, Act.RESUME)
    carry_out(occasion, row, Resume(), occasion_id=f"resume:{standing.incident_id}:{standing.revision}")


def _nothing() -> NoReturn:
    message = "A sweep decides by the case and by the rules of time alone."
    raise SetupError(message)


def _escalate(unit: Unit, late: Sequence[Standing], now: datetime) -> None:
    rules = unit.worktime.rules()
    taken: list[tuple[Standing, Escalation]] = []
    kept: dict[Head, dict[str, Any]] = {}
    facts: dict[Head, list[tuple[FactKind, dict[str, Any]]]] = {}
    for standing in late:
        step = next_step(standing, rules, now)
        kept[standing.head] = escalated(standing, step.step if step else standing.due_step, rules)
        if step:
            taken.append((standing, step))
            facts[standing.head] = [(FactKind.OVERDUE, _said(standing, step))]
        else:  # the rules were changed meanwhile
            facts[standing.head] = [(FactKind.RECKONED, _reckoned(standing.due_kind, standing.deadline_at))]
    unit.cases.save_each(kept)
    unit.cases.append_each(facts, at=now, author=SYSTEM)
    unit.cases.change_each([standing.head for standing, _ in taken], "case.overdue", at=now)
    unit.messages.post(_notices(taken), at=now)


def _reckoned(due_kind: str | None, deadline_at: datetime | None) -> dict[str, Any]:
    return {"due_kind": due_kind, "deadline_at": deadline_at.isoformat() if deadline_at else None}


def _said(standing: Standing, escalation: Escalation) -> dict[str, Any]:
    said = {**_reckoned(standing.due_kind, standing.deadline_at), "step": escalation.step}
    return {**said, "level": escalation.level.value, "role": escalation.role}


def _notices(taken: Sequence[tuple[Standing, Escalation]]) -> list[Notice]:
    return [notice for standing, escalation in taken for notice in news.overdue(standing, escalation)]
