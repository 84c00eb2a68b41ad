"""`gridgov shift`: go on duty, say where you are, and see who looked; locate those on duty."""

from typing import Annotated
from uuid import UUID

import typer

from gridgov.cli._giving import Accuracy, At, Identity, maybe_moment
from gridgov.cli._hand import Hand, at_hand
from gridgov.cli._saying import say, say_table, shown
from gridgov.errors import InputError, NotFoundError
from gridgov.ids import new_id
from gridgov.services.positions import Given, Positions, Shift

app = typer.Typer(no_args_is_help=True, help="Go on and off duty, say where you are; locate those on duty.")


@app.command()
def start(identity: Identity = None) -> None:
    """Go on duty: only then positions are taken, and others may see where you are."""
    with at_hand() as hand:
        _tell(hand.of(Positions).start(hand.caller, identity or new_id()))


@app.command()
def end(shift: Annotated[UUID | None, typer.Argument(help="Which; the one that lasts if left out.")] = None) -> None:
    """Go off duty."""
    with at_hand() as hand:
        _tell(hand.of(Positions).end(hand.caller, shift or _lasting(hand)))


@app.command()
def position(
    *,
    datum: Annotated[str, typer.Option(help="wgs84, cgcs2000, gcj02, bd09 or EPSG:n; no default.")],
    lon: Annotated[float, typer.Option(help="Longitude (or easting) in the datum.")],
    lat: Annotated[float, typer.Option(help="Latitude (or northing) in the datum.")],
    accuracy_m: Accuracy = None,
    at: At = None,
) -> None:
    """Say where you are, or were. What was taken off duty is refused and kept nowhere."""
    with at_hand() as hand:
        given = Given(maybe_moment(at, "at") or hand.clock(), datum, lon, lat, accuracy_m)
        kept, refused = hand.of(Positions).add(hand.caller, [given])
    if refused:
        message = f"It is not kept: {refused[0].reason}."
        raise InputError(message, field="position")
    say("It is kept." if kept else "It was kept before.")


@app.command()
def show() -> None:
    """Show what is kept about you: shifts, positions, and who looked at them, when and what for."""
    with at_hand() as hand:
        own = hand.of(Positions).own(hand.caller)
    shifts = [(s.id, s.started_at, s.ended_at or f"ends {shown(s.due_at)}") for s in own.shifts]
    say_table(("shift", "from", "until"), shifts, none="No shift.")
    names = ("at", "lon", "lat", "accuracy_m", "cell_code")
    say_table(names, [[row[name] for name in names] for row in own.positions], none="No position.")
    looks = [(look["at"], look["login"], look["purpose"]) for look in own.looks]
    say_table(("looked at", "by", "what for"), looks, none="Nobody looked.")


@app.command()
def staff(
    *,
    purpose: Annotated[str, typer.Option(help="What for: those who are looked at can read it.")],
) -> None:
    """Show where the people on duty inside your area are. They can see that you looked, and what for."""
    with at_hand() as hand:
        rows = hand.of(Positions).locate(hand.caller, purpose)
    names = list(rows[0]) if rows else []
    say_table(names, [[row[name] for name in names] for row in rows], none="Nobody on duty has said where they are.")


def _lasting(hand: Hand) -> UUID:
    for shift in hand.of(Positions).own(hand.caller).shifts:
        if shift.ended_at is None:
            return shift.id
    message = "You are not on duty: `gridgov shift start` begins."
    raise NotFoundError(message, field="shift")


def _tell(shift: Shift) -> None:
    if shift.ended_at:
        say(f"Off duty since {shown(shift.ended_at)} ({shift.id}).")
    else:
        say(f"On duty since {shown(shift.started_at)}, until {shown(shift.due_at)} at the latest ({shift.id}).")
