"""Blowing: who blows, which streets are its sides, and who is summoned."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from gridgov.access import Subject
from gridgov.errors import ConflictError, InputError, RuleError
from gridgov.ids import new_id
from gridgov.incidents import FactKind
from gridgov.incidents.standing import Head, Standing
from gridgov.incidents.standing import Stage as CaseStage
from gridgov.matters import MatterList, who_answers
from gridgov.organisations import OrganisationBook
from gridgov.services.whistling import telling
from gridgov.services.whistling.asked import BlowOrder, Callers
from gridgov.services.whistling.scene import Outcome, shown
from gridgov.store.unit import Unit
from gridgov.store.whistles import Ground
from gridgov.whistles import (
    Answerer,
    LiveSide,
    LiveSummons,
    Stage,
    StreetShare,
    Whistle,
    WhistleKind,
    acts,
    answerer,
    issuing_streets,
)
from gridgov.whistles.authority import issuer

_OVER = {CaseStage.CLOSED, CaseStage.REJECTED, CaseStage.MERGED}


@dataclass(frozen=True, slots=True)
class Made:
    """A whistle as it is blown, and each side's part of the footprint in m2 or m."""

    whistle: Whistle
    measures: dict[str, float]


@dataclass(frozen=True, slots=True)
class _Ground:
    """What decides about a whistle that is blown now."""

    standing: Standing
    ground: Ground
    matters: MatterList
    book: OrganisationBook
    kind: WhistleKind


def make(unit: Unit, standing: Standing, order: BlowOrder, now: datetime) -> Made:
    """Return the whistle that an order asks for; the incident must be locked.

    In one street it is blown at once. Where several streets have their share it is a combined whistle: the street of
    whoever blows has confirmed it, and nobody is summoned before the others have.

    Raises
    ------
    RuleError
        If the matter may not be whistled, the case is over, nobody would come, or the kind is not theirs to blow.
    ConflictError
        If the incident has a whistle that is neither closed nor withdrawn.
    NotAllowedError
        If the place is not theirs.
    """
    here = _ground(unit, standing, order.kind)
    _require_alone(unit, standing)
    subject = unit.subject
    level, area_code = issuer(subject, here.ground.cells, here.kind)
    shares = _shares(here)
    summons = _summons(unit, here, order.callers, [share.street_code for share in shares])
    whistle = Whistle(
        district_code=standing.district_code,
        id=new_id(),
        incident_id=standing.incident_id,
        kind=here.kind,
        stage=Stage.DRAFTED,
        sides=tuple(_side(s, rank, here, now) for rank, s in enumerate(shares)),
        summons=summons,
        drafted_at=now,
        level=level,
        issuer_area_code=area_code,
        issued_by=subject.login,
        reason=order.callers.said,
        list_version=standing.list_version,
    )
    whistle = acts.confirm(whistle, _own_street(subject, area_code, here, whistle), by=subject.login, at=now)
    return Made(whistle, {share.street_code: share.measure for share in shares})


def outcome(whistle: Whistle) -> Outcome:
    """Return what follows from a whistle that was blown or drafted by somebody."""
    if whistle.stage is Stage.BLOWN:
        return blown(whistle)
    sides = [[s.street_code, s.share, s.leads] for s in whistle.sides]
    fact: dict[str, Any] = {"whistle": str(whistle.id), "kind": whistle.kind.code, "sides": sides}
    fact["summons"] = [s.organisation_code for s in whistle.summons]
    due_at = min(s.confirm_due_at for s in whistle.sides if s.confirm_due_at)
    return Outcome(
        whistle,
        "drafted",
        facts=[(FactKind.WHISTLE_DRAFTED, fact)],
        notices=telling.to_sides(whistle, "drafted", confirm_due_at=shown(due_at)),
        admits=sides_of(whistle),
        says={"confirm_due_at": shown(due_at)},
    )


def tell_draft(unit: Unit, whistle: Whistle, *, at: datetime) -> None:
    """Tell the sides of a whistle that was drafted with a report, and let them see its incident."""
    found = outcome(whistle)
    head = Head(whistle.district_code, whistle.incident_id)
    for party, part in found.admits:
        unit.cases.admit(head, party, part)
    unit.messages.post(found.notices, at=at)


def blown(whistle: Whistle) -> Outcome:
    """Return what follows when the summons go out."""
    codes = [s.organisation_code for s in whistle.called]
    due_at = next(s.due_at for s in whistle.summons if s.due_at)
    fact = {
        "whistle": str(whistle.id),
        "kind": whistle.kind.code,
        "streets": sorted(whistle.streets),
        "summons": codes,
        "due_at": due_at.isoformat(),
        "level": whistle.level.value if whistle.level else None,
        "reason": whistle.reason,
        "list_version": whistle.list_version,
    }
    return Outcome(
        whistle,
        "blown",
        facts=[(FactKind.WHISTLE_BLOWN, fact)],
        notices=telling.summoned(whistle),
        admits=[*sides_of(whistle), *((code, "summoned") for code in codes)],
        says={"summoned": codes, "due_at": shown(due_at)},
    )


def sides_of(whistle: Whistle) -> list[tuple[str, str]]:
    """Return who sees the incident for being a side: its street, its district, and the street's office."""
    codes = {code for s in whistle.streets for code in (s, s[:6])}
    offices = {s.organisation_code for s in whistle.sides if s.organisation_code}
    return [(code, "side") for code in sorted(codes | offices)]


def _require_alone(unit: Unit, standing: Standing) -> None:
    live = unit.whistles.live.of_incident(standing.district_code, standing.incident_id)
    if live is not None:
        what = "confirm your side of it" if live.stage is Stage.DRAFTED else "it is being answered"
        message = f"This incident has whistle {live.id} already, {live.stage}: {what}."
        raise ConflictError(message, field="incident_id", details=[{"whistle_id": str(live.id), "stage": live.stage}])


def _ground(unit: Unit, standing: Standing, kind: str | None) -> _Ground:
    if standing.stage in _OVER:
        message = f"The case is {standing.stage}: a whistle is blown for a case that is being worked on."
        raise RuleError(message, field="incident_id")
    ground = unit.whistles.live.ground(standing.district_code, standing.incident_id)
    if ground is None or not ground.cells:
        message = "Nobody can come to a place that is not known: place the incident in a cell first."
        raise RuleError(message, field="incident_id")
    matters = unit.rules.matters(standing.list_version)
    return _Ground(standing, ground, matters, unit.people.book(), _kind(unit, matters, standing, kind))


def _kind(unit: Unit, matters: MatterList, standing: Standing, wanted: str | None) -> WhistleKind:
    matter = matters.matter(standing.matter_code)
    if matter.whistle_kind is None:
        message = f"{matter.name} ({matter.code}) may not be whistled by the responsibility list: dispatch it."
        raise RuleError(message, field="matter")
    kinds = unit.whistles.kinds.all()
    kind = kinds.get(wanted or matter.whistle_kind)
    if kind is None or kind.retired:
        known = ", ".join(code for code, one in kinds.items() if not one.retired)
        message = f"There is no kind of whistle {wanted or matter.whistle_kind!r} to blow: choose one of {known}."
        raise InputError(message, field="kind")
    return kind


def _shares(here: _Ground) -> list[StreetShare]:
    sides = issuing_streets(here.ground.shares, here.kind.min_share)
    street = (here.standing.cell_code or here.ground.cells[0])[:9]
    return sides or [StreetShare(street, 1.0, 0.0)]


def _side(share: StreetShare, rank: int, here: _Ground, now: datetime) -> LiveSide:
    office = here.book.street_office(share.street_code)
    return LiveSide(
        street_code=share.street_code,
        organisation_code=office.code if office else None,
        share=share.share,
        leads=rank == 0,
        confirm_due_at=now + here.kind.confirm_within,
    )


def _own_street(subject: Subject, area_code: str, here: _Ground, whistle: Whistle) -> str:
    """Return the side that whoever blows stands for; a district blows for the side that leads."""
    if len(area_code) >= 9:
        if area_code[:9] in whistle.streets:
            return area_code[:9]
        message = (
            f"{subject.login} has too small a part of the place to blow for it: {here.kind.min_share:.0%} at least."
        )
        raise RuleError(message, field="incident_id")
    return whistle.lead.street_code


def choose(unit: Unit, whistle: Whistle, wanted: Callers) -> tuple[LiveSummons, ...]:
    """Return the summons that `wanted` means for a drafted whistle.

    Raises
    ------
    RuleError
        If somebody comes who is not on the responsibility list, or stays away who is, and nobody says why.
    """
    here = _ground(unit, unit.cases.read(whistle.incident_id), whistle.kind.code)
    streets = [side.street_code for side in sorted(whistle.sides, key=lambda s: not s.leads)]
    chosen = _summons(unit, here, wanted, streets)
    listed = {code for street in streets for code in _listed(here, street)}
    missing = sorted(listed - {call.organisation_code for call in chosen})
    if missing and not wanted.said:
        message = f"The responsibility list names {', '.join(missing)} too: say why they need not come."
        raise RuleError(message, field="reason")
    kept = {call.organisation_code: call for call in whistle.summons}
    due_at = max((call.due_at for call in whistle.summons if call.due_at), default=None)
    return tuple(replace(call, due_at=due_at) if call.organisation_code in kept else call for call in chosen)


def _summons(unit: Unit, here: _Ground, wanted: Callers, streets: list[str]) -> tuple[LiveSummons, ...]:
    listed = list(dict.fromkeys(code for street in streets for code in _listed(here, street)))
    origins = dict.fromkeys(listed, "list") if wanted.by_list else {}
    for team in (unit.whistles.teams.one(team_id) for team_id in wanted.teams):
        for code in (code for district in _districts(streets) for code in team.called(here.book, district)):
            origins.setdefault(_coming(here, code), "team")
    for code in wanted.organisations:
        if code not in {*origins, *listed} and not wanted.said:
            message = f"{code} is not on the responsibility list for this matter: say why it must come."
            raise RuleError(message, field="reason")
        origins.setdefault(_coming(here, code), "list" if code in listed else "named")
    if not origins:
        message = "Nobody would come: name organisations or a team, or let the responsibility list decide."
        raise RuleError(message, field="organisations")
    first = next((code for code in listed if code in origins), next(iter(origins)))
    return tuple(LiveSummons(code, leads=code == first, origin=origin) for code, origin in origins.items())


def _listed(here: _Ground, street_code: str) -> list[str]:
    """Return whom the list names for a street, of the sorts that answer this kind; the district first."""
    place = {"street_code": street_code, "district_code": street_code[:6]}
    named = who_answers(here.matters, here.book, here.standing.matter_code, **place).summoned
    found = [here.book.by_code(code) for code in named]
    codes = [o.code for o in found if o is not None and answerer(o.kind) in here.kind.answerers]
    government = here.book.government(street_code[:6]) if Answerer.DISTRICT in here.kind.answerers else None
    return [government.code, *codes] if government else codes


def _coming(here: _Ground, code: str) -> str:
    organisation = here.book.by_code(code)
    if organisation is None:
        message = f"There is no organisation {code}: correct its code."
        raise InputError(message, field="organisations")
    if answerer(organisation.kind) not in here.kind.answerers:
        who = ", ".join(sorted(here.kind.answerers))
        message = (
            f"{organisation.name} is of kind {organisation.kind}; a {here.kind.code} whistle is answered by {who}."
        )
        raise RuleError(message, field="organisations")
    return code


def _districts(streets: list[str]) -> list[str]:
    return list(dict.fromkeys(street[:6] for street in streets))
