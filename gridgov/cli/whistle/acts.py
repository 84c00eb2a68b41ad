"""Acts upon a whistle, as whoever is logged in; the same as through the API."""

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

import typer

from gridgov.cli._acting import Acts
from gridgov.cli._giving import (
    Accuracy,
    At,
    CaseArgument,
    Datum,
    Evidence,
    Identity,
    Lat,
    Lon,
    WhistleArgument,
    maybe_moment,
    position,
)
from gridgov.cli._hand import Hand, at_hand
from gridgov.cli._saying import say, say_fields
from gridgov.clock import system_clock
from gridgov.ids import new_id
from gridgov.incidents import GivenPosition
from gridgov.services.whistling import (
    Answer,
    Asked,
    BlowOrder,
    Callers,
    Measure,
    Rating,
    Sighting,
    Which,
    Whistling,
)

app = typer.Typer(no_args_is_help=True, help="Whistle for departments, come when whistled for, and let them go.")

Organisation = Annotated[str, typer.Argument(metavar="ORGANISATION", help="Code of the organisation.")]
StreetOption = Annotated[str | None, typer.Option("--street", help="Which side; your own if left out.")]
TeamsOption = Annotated[list[UUID] | None, typer.Option("--team", help="Id of a team to summon; may be repeated.")]
ComingOption = Annotated[list[str] | None, typer.Option("--organisation", help="Who comes as well; may be repeated.")]
ListOption = Annotated[bool, typer.Option("--by-list/--not-by-list", help="Summon whom the list names.")]
WhyOption = Annotated[str | None, typer.Option("--reason", help="Why others come, or not all of the list.")]
Wanted = Callable[..., Answer]
"""Does the act: given the service, the caller, the whistle and how it is asked for."""


def _perform(hand: Hand, whistle: str, how: Asked, wanted: Wanted) -> None:
    _tell(wanted(hand.of(Whistling), hand.caller, hand.whistle(whistle), how))


acts = Acts(app, "whistle", WhistleArgument, _perform)


@app.command()
def blow(  # noqa: PLR0913 - one option for each part of an order
    case: CaseArgument,
    *,
    kind: Annotated[str | None, typer.Option(help="Kind of whistle; by the list if left out.")] = None,
    by_list: ListOption = True,
    team: TeamsOption = None,
    organisation: ComingOption = None,
    reason: WhyOption = None,
    identity: Identity = None,
) -> None:
    """Blow a whistle for a case."""
    callers = _callers(by_list, team, organisation, reason)
    with at_hand() as hand:
        order = BlowOrder(hand.incident(case), kind, callers)
        _tell(hand.of(Whistling).blow(hand.caller, Asked(identity or new_id()), order))


@acts.act()
def confirm(*, street: StreetOption = None) -> Wanted:
    """Confirm a side of a combined whistle."""
    return lambda w, *asked: w.confirm(*asked, street)


@acts.act()
def lead(
    choice: Annotated[str, typer.Argument(metavar="STREET", help="The street that should lead.")],
    *,
    street: StreetOption = None,
) -> Wanted:
    """Say which side should lead; it does once all sides say the same."""
    return lambda w, *asked: w.choose_lead(*asked, choice, street)


@acts.act()
def summons(
    *,
    by_list: ListOption = False,
    team: TeamsOption = None,
    organisation: ComingOption = None,
    reason: WhyOption = None,
) -> Wanted:
    """Say who is to come to a drafted whistle, instead of whom the draft names."""
    wanted = _callers(by_list, team, organisation, reason)
    return lambda w, *asked: w.choose_summons(*asked, wanted)


@acts.act()
def withdraw(
    *,
    reason: Annotated[str, typer.Option(help="Why.")],
    street: StreetOption = None,
) -> Wanted:
    """Take a whistle back while nobody has come; once it is blown, each side says so for itself."""
    return lambda w, *asked: w.withdraw(*asked, reason, street)


@acts.act()
def acknowledge(
    organisation: Organisation,
) -> Wanted:
    """Say that the summons was read."""
    return lambda w, *asked: w.acknowledge(*asked, organisation)


@acts.act("check-in")
def check_in(  # noqa: PLR0913 - one option for each part of what a device says
    organisation: Organisation,
    *,
    datum: Datum = None,
    lon: Lon = None,
    lat: Lat = None,
    accuracy_m: Accuracy = None,
    at: At = None,
    evidence: Evidence = None,
) -> Wanted:
    """Arrive on site."""
    seen = _sighting(organisation, position(datum, lon, lat, accuracy_m), at, evidence)
    return lambda w, *asked: w.check_in(*asked, seen)


@acts.act()
def vouch(
    organisation: Organisation,
    *,
    datum: Datum = None,
    lon: Lon = None,
    lat: Lat = None,
    accuracy_m: Accuracy = None,
) -> Wanted:
    """Vouch for the check-in of an organisation that waits, being on site yourself."""
    seen = _sighting(organisation, position(datum, lon, lat, accuracy_m), None, None)
    return lambda w, *asked: w.vouch(*asked, seen)


@acts.act()
def measure(
    organisation: Organisation,
    *,
    text: Annotated[str, typer.Option(help="What was done.")],
    evidence: Evidence = None,
) -> Wanted:
    """File what was done on site."""
    filed = Measure(organisation, text, tuple(evidence or ()))
    return lambda w, *asked: w.file_measure(*asked, filed)


@acts.act()
def leave(
    organisation: Organisation,
) -> Wanted:
    """Leave the site, which is impossible before the release."""
    return lambda w, *asked: w.leave(*asked, organisation)


@acts.act()
def release(
    organisation: Organisation,
    *,
    street: StreetOption = None,
    never_came: Annotated[str | None, typer.Option(help="Excuse it instead: why it did not come.")] = None,
    reason: Annotated[
        str | None, typer.Option(help="Why, of one that filed no measure, or in another side's stead.")
    ] = None,
) -> Wanted:
    """Release an organisation, or excuse one that never came."""
    which = Which(organisation, street)
    if never_came is None:
        return lambda w, *asked: w.release(*asked, which, reason)
    return lambda w, *asked: w.excuse(*asked, which, never_came)


@acts.act()
def rate(
    organisation: Organisation,
    score: Annotated[int, typer.Argument(min=1, max=5, help="1 did not help, 5 solved it.")],
    *,
    words: Annotated[str, typer.Option(help="Why.")],
    street: StreetOption = None,
) -> Wanted:
    """Rate an organisation for your side."""
    return lambda w, *asked: w.rate(*asked, Rating(organisation, score, words, street))


@acts.act()
def close(
    *,
    street: StreetOption = None,
    reason: Annotated[str | None, typer.Option(help="Why, in another side's stead.")] = None,
) -> Wanted:
    """Close your side; the whistle closes with the last of them."""
    return lambda w, *asked: w.close(*asked, street, reason)


def _callers(
    by_list: bool,  # noqa: FBT001 - the option's own value
    teams: list[UUID] | None,
    organisations: list[str] | None,
    reason: str | None,
) -> Callers:
    return Callers(by_list, tuple(teams or ()), tuple(organisations or ()), reason)


def _sighting(organisation: str, seen: GivenPosition | None, at: str | None, evidence: list[UUID] | None) -> Sighting:
    return Sighting(organisation, maybe_moment(at, "at") or system_clock(), seen, None, tuple(evidence or ()))


def _tell(answer: Answer) -> None:
    say(f"whistle {answer['whistle_id']}: {answer['stage']}, revision {answer['revision']}")
    say_fields(answer["says"])
