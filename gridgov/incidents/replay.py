"""Where a case stood after any of its facts: every act done again, with the rules of time as they are now. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

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

BY_RULES = (
    "deadline_at",
    "due_at",
    "due_step",
    "remaining_s",
    "handling_left_s",
    "handling_whole_s",
    "handling_hours",
    "handling_step",
    "calendar_short",
)
"""What the rules of time say of a clock: it comes out otherwise once they were changed."""

_ACT_OF = {fact: act for act, fact in FACT_OF.items()}


def reckoned(standing: Standing, facts: Sequence[Fact], rules: WorkRules) -> dict[str, Any]:
    """Return the clock of a case as its facts make it, as columns of its state.

    For a case whose clock went beyond the calendar: once the year is loaded, nothing of what happened is missing.
    """
    case = replayed(standing, facts, rules)
    return {name: getattr(case, name) for name in CLOCK}


def replayed(standing: Standing, facts: Sequence[Fact], rules: WorkRules) -> Standing:
    """Return where a case stood after `facts`, which are the first of its chain.

    Of `standing`, which may be later, only what never changes is taken. Who took part is not told.
    """
    case = _reported(standing, facts, rules)
    for fact in facts:
        act = _ACT_OF.get(fact.kind)
        if act is not None:
            case = _acted(case, act, fact, rules)
        if fact.kind is FactKind.FIRST_DISPATCHED:
            case = replace(case, first_organisation_code=fact.payload["organisation"])
        if fact.kind is FactKind.OVERDUE and _is_of(case, fact.payload):
            case = replace(case, **escalated(case, fact.payload["step"], rules))
    return case


def _reported(standing: Standing, facts: Sequence[Fact], rules: WorkRules) -> Standing:
    placed = next(fact.payload for fact in facts if fact.kind is FactKind.LOCATED)
    judged = next(fact for fact in facts if fact.kind is FactKind.CLASSIFIED)
    matter, priority = judged.payload["matter"], judged.payload["priority"]
    return Standing(
        district_code=standing.district_code,
        incident_id=standing.incident_id,
        number=standing.number,
        list_version=standing.list_version,
        stage=Stage.REPORTED,
        revision=1,
        matter_code=matter,
        priority=priority,
        lead_organisation_code=judged.payload["lead"],
        first_organisation_code=None,
        handling_organisation_code=None,
        handler=None,
        stage_before=None,
        remaining_s=None,
        handling_left_s=None,
        extension_s=None,
        suspended_until=None,
        merged_into_id=None,
        transfers=0,
        reopenings=0,
        **_cell(placed),
        **begin(rules, matter, priority, standing.list_version, judged.at),
    )


def _acted(case: Standing, act: Act, fact: Fact, rules: WorkRules) -> Standing:
    said = fact.payload
    means = _MEANS.get(act)
    after = replace(case, **(means(case, fact) if means else {}), revision=case.revision + 1)
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


def _cell(said: dict[str, Any]) -> dict[str, Any]:
    code = said.get("cell")
    return {"cell_code": code, "cell_district_code": code and code[:6]}


def _is_of(case: Standing, said: dict[str, Any]) -> bool:
    deadline = said["deadline_at"]
    same = deadline is not None and datetime.fromisoformat(deadline) == case.deadline_at
    return same and said["due_kind"] == case.due_kind


def _dispatched(_: Standing, fact: Fact) -> dict[str, Any]:
    said = fact.payload
    return {**_NOBODYS, "handling_organisation_code": said["organisation"], "transfers": said["transfers"]}


def _reclassified(_: Standing, fact: Fact) -> dict[str, Any]:
    said = fact.payload
    return {"matter_code": said["matter"], "priority": said["priority"], "lead_organisation_code": said["lead"]}


_NOT_ASKED = {"extension_s": None}
_NOBODYS = {"handling_organisation_code": None, "handler": None, **_NOT_ASKED}

_MEANS: Mapping[Act, Callable[[Standing, Fact], dict[str, Any]]] = MappingProxyType(
    {
        Act.DISPATCH: _dispatched,
        Act.RETURN: lambda _, __: _NOBODYS,
        Act.FEED_BACK: lambda _, fact: {"handler": fact.author, **_NOT_ASKED},
        Act.ASK_EXTENSION: lambda _, fact: {"extension_s": fact.payload["minutes"] * 60},
        Act.GRANT_EXTENSION: lambda _, __: _NOT_ASKED,
        Act.REFUSE_EXTENSION: lambda _, __: _NOT_ASKED,
        Act.REOPEN: lambda case, _: {"reopenings": case.reopenings + 1},
        Act.MERGE: lambda _, fact: {"merged_into_id": UUID(fact.payload["into"])},
        Act.UNMERGE: lambda _, __: {"merged_into_id": None},
        Act.RECLASSIFY: _reclassified,
        Act.RELOCATE: lambda _, fact: {**_cell(fact.payload), "lead_organisation_code": fact.payload["lead"]},
    }
)
"""What an act changes of a case beside its stage and its clock, as its fact tells it."""
