"""A case's clock reckoned anew from its facts: every act wound again, with the rules of time as they are now. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from gridgov.incidents.asked import FACT_OF
from gridgov.incidents.facts import Fact, FactKind
from gridgov.incidents.lifecycle import Act, require_row
from gridgov.incidents.standing import Stage, Standing
from gridgov.incidents.timing import Winding, begin, escalated, move
from gridgov.worktime import WorkRules

CLOCK = (
    "clock",
    "due_kind",
    "deadline_at",
    "due_at",
    "due_step",
    "remaining_s",
    "counted_since",
    "handling_left_s",
    "handling_whole_s",
    "handling_hours",
    "handling_step",
    "first_dispatched_at",
    "calendar_short",
)
"""What is reckoned of a standing."""

_ACT_OF = {fact: act for act, fact in FACT_OF.items()}


def reckoned(standing: Standing, facts: Sequence[Fact], rules: WorkRules) -> dict[str, Any]:
    """Return the clock of a case as its facts make it, as columns of its state.

    For a case whose clock went beyond the calendar: once the year is loaded, nothing of what happened is missing.
    """
    case = _reported(standing, facts, rules)
    for fact in facts:
        act = _ACT_OF.get(fact.kind)
        if act is not None:
            case = _acted(case, act, fact, rules)
        if fact.kind is FactKind.OVERDUE and _is_of(case, fact.payload):
            case = replace(case, **escalated(case, fact.payload["step"], rules))
    return {name: getattr(case, name) for name in CLOCK}


def _reported(standing: Standing, facts: Sequence[Fact], rules: WorkRules) -> Standing:
    judged = next(fact for fact in facts if fact.kind is FactKind.CLASSIFIED)
    matter, priority = judged.payload["matter"], judged.payload["priority"]
    blank = replace(
        standing,
        stage=Stage.REPORTED,
        stage_before=None,
        matter_code=matter,
        priority=priority,
        handling_organisation_code=None,
        suspended_until=None,
        remaining_s=None,
        handling_left_s=None,
        handling_whole_s=None,
        handling_hours=None,
        handling_step=0,
        first_dispatched_at=None,
    )
    return replace(blank, **begin(rules, matter, priority, standing.list_version, judged.at))


def _acted(case: Standing, act: Act, fact: Fact, rules: WorkRules) -> Standing:
    said = fact.payload
    after = replace(case, **_meant(act, said))
    until = said.get("until") if act is Act.SUSPEND else None
    winding = Winding(
        rules=rules,
        now=fact.at,
        organisation_code=after.handling_organisation_code,
        matter_code=after.matter_code,
        priority=after.priority,
        until=datetime.fromisoformat(until) if until else None,
        granted_s=said["minutes"] * 60 if act is Act.GRANT_EXTENSION else 0,
    )
    return replace(after, **move(case, require_row(case, act), winding))


def _meant(act: Act, said: dict[str, Any]) -> dict[str, Any]:
    match act:
        case Act.DISPATCH:
            return {"handling_organisation_code": said["organisation"]}
        case Act.RETURN:
            return {"handling_organisation_code": None}
        case Act.RECLASSIFY:
            return {"matter_code": said["matter"], "priority": said["priority"]}
        case _:
            return {}


def _is_of(case: Standing, said: dict[str, Any]) -> bool:
    deadline = said["deadline_at"]
    same = deadline is not None and datetime.fromisoformat(deadline) == case.deadline_at
    return same and said["due_kind"] == case.due_kind
