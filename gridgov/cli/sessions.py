"""`gridgov sessions`: where you are logged in."""

from typing import Annotated
from uuid import UUID

import typer

from gridgov.cli._hand import at_hand
from gridgov.cli._saying import say, say_table
from gridgov.services.accounts import Keys

app = typer.Typer(no_args_is_help=True, help="See where you are logged in, and end it.")


@app.command("list")
def list_sessions() -> None:
    """List your open sessions."""
    with at_hand() as hand:
        rows = hand.of(Keys).sessions(hand.caller)
    headers = ("session", "with", "since", "last seen", "until", "this one")
    told = [(r["id"], r["name"], r["created_at"], r["seen_at"], r["expires_at"], r["current"]) for r in rows]
    say_table(headers, told, none="You have no open sessions.")


@app.command()
def end(session: Annotated[UUID, typer.Argument(help="The session's id.")]) -> None:
    """End one of your sessions."""
    with at_hand() as hand:
        hand.of(Keys).end(hand.caller, "session", session)
    say("It ends.")
