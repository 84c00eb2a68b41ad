"""Summoning: who comes to a whistle, by the responsibility list, by teams, by name."""

from collections.abc import Iterator
from dataclasses import replace

from gridgov.errors import InputError, RuleError
from gridgov.matters import who_answers
from gridgov.services.whistling.asked import Callers
from gridgov.services.whistling.deciding import Basis, basis_of
from gridgov.store.unit import Unit
from gridgov.whistles import Answerer, LiveSummons, Whistle, answerer
from gridgov.whistles.teams import Team


def choose(unit: Unit, whistle: Whistle, wanted: Callers) -> tuple[LiveSummons, ...]:
    """Return the summons that `wanted` means for a drafted whistle.

    Raises
    ------
    RuleError
        If somebody comes who is not on the responsibility list, or stays away who is, and nobody says why.
    """
    here = basis_of(unit, unit.cases.read(whistle.incident_id), whistle.kind.code)
    streets = [side.street_code for side in sorted(whistle.sides, key=lambda s: not s.leads)]
    chosen = summons_of(unit, here, wanted, streets)
    missing = sorted(set(all_listed(here, streets)) - {call.organisation_code for call in chosen})
    if missing and not wanted.said:
        message = f"The responsibility list names {', '.join(missing)} too: say why they need not come."
        raise RuleError(message, field="reason")
    kept = {call.organisation_code: call for call in whistle.summons}
    due_at = max((call.due_at for call in whistle.summons if call.due_at), default=None)
    return tuple(replace(call, due_at=due_at) if call.organisation_code in kept else call for call in chosen)


def summons_of(unit: Unit, here: Basis, wanted: Callers, streets: list[str]) -> tuple[LiveSummons, ...]:
    """Return whom `wanted` calls to a whistle of these streets, the leading one first.

    By the list, its lead for the leading street leads; without it the lead of the first team that has one.

    Raises
    ------
    RuleError
        If nobody would come, somebody beside the list without a reason, or a team of elsewhere.
    InputError
        If it names an organisation that is none.
    """
    listed = all_listed(here, streets)
    teams = [_here(here, unit.whistles.teams.one(team_id)) for team_id in wanted.teams]
    origins = dict.fromkeys(listed, "list") if wanted.by_list else {}
    for team in teams:
        for code in _called(here, team, streets):
            if not team.stands and code not in listed:
                _require_reason(code, wanted)
            origins.setdefault(_coming(here, code), "team")
    for code in wanted.organisations:
        if code not in {*origins, *listed}:
            _require_reason(code, wanted)
        origins.setdefault(_coming(here, code), "list" if code in listed else "named")
    if not origins:
        message = "Nobody would come: name organisations or a team, or let the responsibility list decide."
        raise RuleError(message, field="organisations")
    leads = [] if wanted.by_list else [team.leads(here.book, streets[0][:6]) for team in teams if team.lead]
    first = next((code for code in (*leads, *listed) if code in origins), next(iter(origins)))
    return tuple(LiveSummons(code, leads=code == first, origin=origin) for code, origin in origins.items())


def all_listed(here: Basis, streets: list[str]) -> list[str]:
    """Return whom the responsibility list names for these streets, those of the leading one first."""
    return list(dict.fromkeys(code for street in streets for code in _listed(here, street)))


def _listed(here: Basis, street_code: str) -> list[str]:
    """Return whom the list names for a street, of the sorts that answer this kind; the district first."""
    place = {"street_code": street_code, "district_code": street_code[:6]}
    named = who_answers(here.matters, here.book, here.standing.matter_code, **place).summoned
    found = [here.book.by_code(code) for code in named]
    codes = [o.code for o in found if o is not None and answerer(o, here.book) in here.kind.answerers]
    government = here.book.government(street_code[:6]) if Answerer.DISTRICT in here.kind.answerers else None
    return [government.code, *codes] if government else codes


def _here(here: Basis, team: Team) -> Team:
    if not any(cell.startswith(team.area_code) for cell in here.ground.cells):
        message = f"{team.name} is a team for whistles in {team.area_code}, and this place lies elsewhere: name others."
        raise RuleError(message, field="teams")
    return team


def _called(here: Basis, team: Team, streets: list[str]) -> Iterator[str]:
    for district in dict.fromkeys(street[:6] for street in streets):
        yield from team.called(here.book, district)


def _require_reason(code: str, wanted: Callers) -> None:
    if not wanted.said:
        message = f"{code} is not on the responsibility list for this matter: say why it must come."
        raise RuleError(message, field="reason")


def _coming(here: Basis, code: str) -> str:
    organisation = here.book.open(code)
    if organisation is None:
        message = f"There is no organisation {code}: correct its code."
        raise InputError(message, field="organisations")
    if answerer(organisation, here.book) not in here.kind.answerers:
        who = ", ".join(sorted(here.kind.answerers))
        message = (
            f"{organisation.name} is of kind {organisation.kind}; a {here.kind.code} whistle is answered by {who}."
        )
        raise RuleError(message, field="organisations")
    return code
