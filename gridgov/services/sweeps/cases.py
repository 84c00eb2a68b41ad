"""What is due of cases: a missed deadline goes up step by step, a suspension that ends lets its case go on."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any, NoReturn

from gridgov.errors import SetupError
from gridgov.incidents import FactKind, Head, Standing
from gridgov.incidents.asked import Resume
from gridgov.incidents.lifecycle import Act, require_row
from gridgov.incidents.timing import RESUME, looks_next, next_step
from gridgov.messages import Notice
from gridgov.services import casework_news as news
from gridgov.services.casework import carry_out
from gridgov.services.casework_acts import Occasion
from gridgov.services.sweeps import fire
from gridgov.store.unit import Unit
from gridgov.worktime import Escalation, WorkRules

SYSTEM = "system"
"""The author of what nobody did."""


def due_cases(unit: Unit, now: datetime, limit: int) -> int:
    """Do the next step of at most `limit` cases of which something is due, and return how many were dealt with."""
    due = unit.cases.due(now, limit)
    return fire(unit, "cases", due, partial(_step, unit, now), key=_name, now=now)


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
    for standing in late:
        following = next_step(standing, rules)
        if following and following[1] <= now:
            taken.append((standing, following[0]))
            kept[standing.head] = _moved(standing, following[0].step, rules)
        else:  # the rules were changed meanwhile
            kept[standing.head] = {"due_step": standing.due_step, "due_at": following[1] if following else None}
    unit.cases.save_each(kept)
    unit.cases.append_each({s.head: [(FactKind.OVERDUE, _said(s, e))] for s, e in taken}, at=now, author=SYSTEM)
    unit.cases.change_each([standing.head for standing, _ in taken], "case.overdue", at=now)
    unit.messages.post(_notices(taken), at=now)


def _moved(standing: Standing, step: int, rules: WorkRules) -> dict[str, Any]:
    kind, organisation = standing.due_kind or RESUME, standing.handling_organisation_code
    return {"due_step": step, "due_at": looks_next(kind, step, standing.deadline_at, organisation, rules)}


def _said(standing: Standing, escalation: Escalation) -> dict[str, Any]:
    deadline = standing.deadline_at.isoformat() if standing.deadline_at else None
    said = {"due_kind": standing.due_kind, "deadline_at": deadline, "step": escalation.step}
    return {**said, "level": escalation.level.value, "role": escalation.role}


def _notices(taken: Sequence[tuple[Standing, Escalation]]) -> list[Notice]:
    return [notice for standing, escalation in taken for notice in news.overdue(standing, escalation)]
