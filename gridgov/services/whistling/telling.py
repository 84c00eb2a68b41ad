"""Whom to tell of what happens to a whistle, for which case and where. No notice says anything of a reporter."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from gridgov.incidents import Head
from gridgov.messages import Audience, Notice
from gridgov.store.unit import Unit
from gridgov.store.whistles import Whereabouts
from gridgov.whistles import Due, DueStep, Whistle

STREET_ROLE = "street_officer"
ABOVE_ROLE = "command_centre"


def tell(unit: Unit, told: Iterable[tuple[Whistle, Sequence[Notice]]], *, at: datetime) -> None:
    """Post the notices of whistles. Each says which case it is for and where, so that it is enough to know the way."""
    told = [(whistle, notices) for whistle, notices in told if notices]
    found = unit.whistles.whereabouts(_head(whistle) for whistle, _ in told) if told else {}
    about = {whistle.id: _about(whistle, found[_head(whistle)]) for whistle, _ in told}
    every = [replace(one, data=about[whistle.id] | one.data) for whistle, notices in told for one in notices]
    unit.messages.post(every, at=at)


def _head(whistle: Whistle) -> Head:
    return Head(whistle.district_code, whistle.incident_id)


def _about(whistle: Whistle, here: Whereabouts) -> dict[str, Any]:
    return {
        "number": here.number,
        "matter": here.matter_code,
        "kind": whistle.kind.code,
        "street": here.cell_code[:9] if here.cell_code else whistle.lead.street_code,
        "community": here.cell_code[:12] if here.cell_code else None,
        "place": here.address,
        "position": list(here.point) if here.point else None,
    }


def to_sides(whistle: Whistle, event: str, occasion: str = "", **data: Any) -> list[Notice]:
    """Return a notice for the people of each side."""
    return [
        _notice(whistle, event, Audience(role=STREET_ROLE, area_code=street), f"{occasion}:{street}", data)
        for street in sorted(whistle.streets)
    ]


def in_stead(whistle: Whistle, streets: Iterable[str], done: str, occasion: str, **data: Any) -> list[Notice]:
    """Return what the people of `streets` are told when the area above has `done` an act in a side's stead.

    `data` names the side and the area, so that nobody takes it for what the side itself said.
    """
    told = {"done": done, **data}
    return [
        _notice(whistle, "acted_above", _people(street), f"{occasion}:{street}", told) for street in sorted(streets)
    ]


def to_organisations(
    whistle: Whistle, codes: Iterable[str], event: str, occasion: str = "", **data: Any
) -> list[Notice]:
    """Return a notice for the people of each organisation."""
    return [
        _notice(whistle, event, Audience(organisation_code=code), f"{occasion}:{code}", data) for code in sorted(codes)
    ]


def summoned(whistle: Whistle) -> list[Notice]:
    """Return what the organisations are told when the whistle is blown."""
    codes = [s.organisation_code for s in whistle.called]
    due_at = next((s.due_at for s in whistle.called if s.due_at), None)
    until = due_at.isoformat() if due_at else None
    return to_organisations(whistle, codes, "summoned", due_at=until)


def escalated(whistle: Whistle, step: DueStep) -> list[Notice]:
    """Return what is told when something is late: to those the rules name, and to whoever is late themselves.

    Each who is late is named in a notice of its own: closing is late for every silent side, and for no other.
    """
    if step.due is not Due.CLOSE:
        return _escalated(whistle, step)
    return [notice for side in whistle.silent for notice in _escalated(whistle, replace(step, target=side.street_code))]


def _escalated(whistle: Whistle, step: DueStep) -> list[Notice]:
    since = (step.at - step.rung.after).isoformat()
    data = {"due": step.due.value, "target": step.target, "step": step.rung.step, "due_at": since}
    occasion = f"{step.due}:{step.target}:{step.rung.step}"
    above = [
        _notice(whistle, "escalated", audience, f"{occasion}:{number}", data)
        for number, audience in enumerate(_audiences(whistle, step))
    ]
    is_side = step.target in whistle.streets
    late = _people(step.target) if is_side else Audience(organisation_code=step.target)
    return [*above, _notice(whistle, "late", late, occasion, data)]


def _audiences(whistle: Whistle, step: DueStep) -> list[Audience]:
    role = step.rung.role
    match step.rung.level:
        case "parent":
            areas = [whistle.parent]
        case "street":
            areas = sorted(whistle.streets)
        case "organisation":
            return [Audience(organisation_code=step.target, role=role)]
        case _:
            areas = districts_of(whistle, step)
    return [Audience(role=role, area_code=area) for area in areas]


def districts_of(whistle: Whistle, step: DueStep) -> list[str]:
    """Return the districts that hear of a lateness: of whoever is late, and of the side that leads."""
    own = step.target[:6]  # an organisation's code begins with its district's six digits
    return list(dict.fromkeys([*([own] if own.isdigit() else []), whistle.lead.street_code[:6]]))


def _people(street_code: str) -> Audience:
    return Audience(role=STREET_ROLE, area_code=street_code)


def _notice(whistle: Whistle, event: str, audience: Audience, occasion: str, data: dict[str, Any]) -> Notice:
    return Notice(
        kind=f"whistle.{event}",
        district_code=whistle.district_code,
        audience=audience,
        dedup=f"whistle:{whistle.id}:{event}:{occasion}",
        incident_id=whistle.incident_id,
        whistle_id=whistle.id,
        data=data,
    )
