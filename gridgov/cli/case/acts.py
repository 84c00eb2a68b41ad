"""Acts upon a case, as whoever is logged in; the same as through the API."""

from collections.abc import Callable
from typing import Annotated

import typer

from gridgov.cli._acting import Acts
from gridgov.cli._giving import (
    Accuracy,
    CaseArgument,
    Datum,
    Evidence,
    Lat,
    Lon,
    MaybeReason,
    Reason,
    Wkt,
    moment,
    position,
)
from gridgov.cli._hand import Hand
from gridgov.cli._saying import say, shown
from gridgov.incidents import asked
from gridgov.services.casework import Casework
from gridgov.services.whistling import Asked

app = typer.Typer(no_args_is_help=True, help="Look at cases and act upon them, as whoever is logged in.")

Words = Annotated[str, typer.Argument(metavar="TEXT", help="What to say.")]
MaybeText = Annotated[str | None, typer.Option("--text", help="What to say with it.")]
Wanted = asked.Asked | Callable[[Hand], asked.Asked]
"""What is asked for; where others are named in it, whoever asks must see them."""


def _perform(hand: Hand, case: str, how: Asked, wanted: Wanted) -> None:
    incident_id = hand.incident(case)
    meant = wanted if isinstance(wanted, asked.Asked) else wanted(hand)
    done = hand.of(Casework).act(hand.caller, incident_id, meant, act_id=how.id, expected_revision=how.revision)
    found = done.answer
    again = " (done before; nothing changed)" if done.replayed else ""
    say(f"{found['number']} is {found['stage']}, revision {found['revision']}{again}")
    due = found["suspended_until"] if found["stage"] == "suspended" else found["deadline_at"]
    if due:
        say(f"  {found['due_kind'] or 'suspended'} until {shown(due)}")


acts = Acts(app, "case", CaseArgument, _perform)


@acts.act()
def file(text: MaybeText = None) -> Wanted:
    """Take a report as a case."""
    return asked.File(text=text)


@acts.act()
def reject(reason: Reason) -> Wanted:
    """Turn a report away."""
    return asked.Reject(reason=reason)


@acts.act()
def dispatch(
    organisation: Annotated[str, typer.Argument(help="Code of the organisation.")],
    reason: MaybeReason = None,
    text: MaybeText = None,
) -> Wanted:
    """Give a case to an organisation; against the responsibility list only with a reason."""
    return asked.Dispatch(organisation_code=organisation, reason=reason, text=text)


@acts.act()
def accept() -> Wanted:
    """Take a dispatched case on."""
    return asked.Accept()


@acts.act("return")
def give_back(reason: Reason) -> Wanted:
    """Give a case back to be dispatched again."""
    return asked.Return(reason=reason)


@acts.act()
def feed_back(
    report: Annotated[str, typer.Option(help="What was done.")],
    measures: Annotated[str | None, typer.Option(help="What keeps it from happening again.")] = None,
    evidence: Evidence = None,
) -> Wanted:
    """Report what was done."""
    return asked.FeedBack(report=report, measures=measures, evidence=tuple(evidence or ()))


@acts.act()
def verify(
    report: Annotated[str | None, typer.Option(help="What was seen.")] = None,
    evidence: Evidence = None,
) -> Wanted:
    """Say that it is done, having looked; never by whoever handled it."""
    return asked.Verify(report=report, evidence=tuple(evidence or ()))


@acts.act()
def send_back(reason: Reason, evidence: Evidence = None) -> Wanted:
    """Say that it is not done: the same organisation goes on."""
    return asked.SendBack(reason=reason, evidence=tuple(evidence or ()))


@acts.act()
def close(text: MaybeText = None) -> Wanted:
    """End a verified case."""
    return asked.Close(text=text)


@acts.act()
def reopen(reason: Reason) -> Wanted:
    """Take a closed or rejected case up again; its clock goes on."""
    return asked.Reopen(reason=reason)


@acts.act()
def suspend(
    reason: Reason,
    until: Annotated[str, typer.Option(help="Until when, like 2026-03-05T14:30:00+08:00.")],
) -> Wanted:
    """Let a case wait until a moment, at which it goes on by itself."""
    return asked.Suspend(reason=reason, until=moment(until, "until"))


@acts.act()
def resume(reason: MaybeReason = None) -> Wanted:
    """Go on before the suspension ends."""
    return asked.Resume(reason=reason)


@acts.act()
def ask_extension(
    reason: Reason,
    minutes: Annotated[int, typer.Option(help="Of the organisation's working time.")],
) -> Wanted:
    """Ask for more time to handle."""
    return asked.AskExtension(reason=reason, minutes=minutes)


@acts.act()
def grant_extension(
    minutes: Annotated[int | None, typer.Option(help="Fewer than were asked for; all of them if left out.")] = None,
    reason: MaybeReason = None,
) -> Wanted:
    """Grant what was asked for, or less."""
    return asked.GrantExtension(minutes=minutes, reason=reason)


@acts.act()
def refuse_extension(reason: Reason) -> Wanted:
    """Leave the deadline as it is."""
    return asked.RefuseExtension(reason=reason)


@acts.act()
def urge(text: Words) -> Wanted:
    """Remind whoever must act."""
    return asked.Urge(text=text)


@acts.act()
def supervise(text: Words) -> Wanted:
    """Put a case under the district's eye."""
    return asked.Supervise(text=text)


@acts.act()
def merge(
    into: Annotated[str, typer.Argument(metavar="INTO", help="The number or id of the case that goes on.")],
    reason: MaybeReason = None,
) -> Wanted:
    """Say that a case is the same as another, which goes on for both."""
    return lambda hand: asked.Merge(into_id=hand.incident(into), reason=reason)


@acts.act()
def unmerge(reason: Reason) -> Wanted:
    """Say that it was another one after all."""
    return asked.Unmerge(reason=reason)


@acts.act()
def reclassify(
    matter: Annotated[str, typer.Argument(help="Code of the matter.")],
    reason: Reason,
) -> Wanted:
    """Say that it is another matter."""
    return asked.Reclassify(matter=matter, reason=reason)


@acts.act()
def relocate(  # noqa: PLR0913 - one option for each part of a place
    reason: Reason,
    *,
    datum: Datum = None,
    lon: Lon = None,
    lat: Lat = None,
    accuracy_m: Accuracy = None,
    wkt: Wkt = None,
    address: Annotated[str | None, typer.Option(help="The place in words.")] = None,
) -> Wanted:
    """Say that it is at another place."""
    return asked.Relocate(reason=reason, position=position(datum, lon, lat, accuracy_m, wkt), address=address)


@acts.act()
def note(text: Words, evidence: Evidence = None) -> Wanted:
    """Write something down."""
    return asked.Note(text=text, evidence=tuple(evidence or ()))
