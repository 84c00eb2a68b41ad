"""Who is told of what is done with a case, and of what is late."""

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from uuid import UUID

from gridgov.incidents import Stage, Standing
from gridgov.incidents.asked import FACT_OF
from gridgov.incidents.lifecycle import Act
from gridgov.messages import Audience, Notice
from gridgov.worktime import Escalation, Level


class Whom(StrEnum):
    """Whom something is told."""

    HANDLING = "handling"
    """The organisation that handles the case."""
    OFFICES = "offices"
    """Who dispatches it: the district's command centre and the street's officers."""
    CENTRE = "centre"
    """The district's command centre."""
    VERIFIERS = "verifiers"
    """The grid workers of its cell, and the offices."""
    RESPONSIBLE = "responsible"
    """Whoever must act next."""
    REPORTERS = "reporters"
    """Whoever reported it, or what was merged into it."""


TOLD: Mapping[Act, tuple[Whom, ...]] = MappingProxyType(
    {
        Act.FILE: (Whom.REPORTERS,),
        Act.REJECT: (Whom.REPORTERS,),
        Act.DISPATCH: (Whom.HANDLING,),
        Act.RETURN: (Whom.OFFICES,),
        Act.FEED_BACK: (Whom.VERIFIERS,),
        Act.VERIFY: (Whom.OFFICES,),
        Act.SEND_BACK: (Whom.HANDLING,),
        Act.CLOSE: (Whom.HANDLING, Whom.REPORTERS),
        Act.REOPEN: (Whom.RESPONSIBLE, Whom.REPORTERS),
        Act.SUSPEND: (Whom.OFFICES,),
        Act.RESUME: (Whom.RESPONSIBLE,),
        Act.ASK_EXTENSION: (Whom.CENTRE,),
        Act.GRANT_EXTENSION: (Whom.HANDLING,),
        Act.REFUSE_EXTENSION: (Whom.HANDLING,),
        Act.URGE: (Whom.RESPONSIBLE,),
        Act.SUPERVISE: (Whom.RESPONSIBLE, Whom.OFFICES),
        Act.MERGE: (Whom.REPORTERS,),
        Act.UNMERGE: (Whom.OFFICES,),
        Act.RECLASSIFY: (),
        Act.RELOCATE: (Whom.HANDLING,),
        Act.ACCEPT: (),
        Act.NOTE: (),
    }
)
"""Who is told of which act. Nobody is told what a reporter's name is."""

_CENTRE = "command_centre"
_IN_HANDS = {Stage.DISPATCHED, Stage.HANDLING, Stage.SUSPENDED}


def notices(
    act: Act, after: Standing, *, occasion: str, reporters: Iterable[UUID], data: Mapping[str, Any]
) -> list[Notice]:
    """Return the notices of an act; `after` is where the case stands now, `occasion` names the act."""
    kind = f"case.{FACT_OF[act]}"
    whom = dict.fromkeys(audience for each in TOLD[act] for audience in _audiences(each, after, reporters))
    return [_notice(kind, after, audience, f"{occasion}:{i}", data) for i, audience in enumerate(whom)]


def against_list(after: Standing, *, occasion: str, data: Mapping[str, Any]) -> Notice:
    """Return the report of a dispatch against the responsibility list."""
    audience = Audience(role=_CENTRE, area_code=after.district_code)
    return _notice("case.dispatched_against_list", after, audience, f"{occasion}:list", data)


def overdue(standing: Standing, escalation: Escalation) -> list[Notice]:
    """Return the notices of a step of escalation."""
    deadline = standing.deadline_at.isoformat() if standing.deadline_at else None
    data = {"due_kind": standing.due_kind, "step": escalation.step, "deadline_at": deadline}
    occasion = f"overdue:{standing.incident_id}:{standing.due_kind}:{deadline}:{escalation.step}"
    own = _audiences(Whom.RESPONSIBLE, standing, ()) if escalation.tells_own else ()
    whom = dict.fromkeys([_level(standing, escalation), *own])
    return [_notice("case.overdue", standing, a, f"{occasion}:{i}", data) for i, a in enumerate(whom)]


def _level(standing: Standing, escalation: Escalation) -> Audience:
    organisation = standing.handling_organisation_code
    if escalation.level is Level.ORGANISATION and organisation:
        return Audience(organisation_code=organisation)
    street = standing.cell_code[:9] if standing.cell_code and escalation.level is Level.STREET else None
    return Audience(role=escalation.role, area_code=street or standing.district_code)


def _audiences(whom: Whom, standing: Standing, reporters: Iterable[UUID]) -> Iterator[Audience]:
    organisation = standing.handling_organisation_code
    if whom is Whom.RESPONSIBLE:
        in_hands = organisation and standing.stage in _IN_HANDS
        whom = Whom.HANDLING if in_hands else Whom.VERIFIERS if standing.stage is Stage.FED_BACK else Whom.OFFICES
    if whom is Whom.HANDLING and organisation:
        yield Audience(organisation_code=organisation)
    if whom in {Whom.OFFICES, Whom.CENTRE, Whom.VERIFIERS}:
        yield Audience(role=_CENTRE, area_code=standing.district_code)
    if whom in {Whom.OFFICES, Whom.VERIFIERS} and standing.cell_code:
        yield Audience(role="street_officer", area_code=standing.cell_code[:9])
    if whom is Whom.VERIFIERS and standing.cell_code:
        yield Audience(role="grid_worker", area_code=standing.cell_code)
    if whom is Whom.REPORTERS:
        yield from (Audience(account_id=account) for account in reporters)


def _notice(kind: str, standing: Standing, audience: Audience, dedup: str, data: Mapping[str, Any]) -> Notice:
    words = {"number": standing.number, "matter": standing.matter_code, **data}
    return Notice(kind, standing.district_code, audience, dedup, incident_id=standing.incident_id, data=words)
