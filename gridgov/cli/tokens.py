"""`gridgov tokens`: tokens by which programs act in your name."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Annotated
from uuid import UUID

import typer

from gridgov.access import Caller
from gridgov.access.secrets import caller_of
from gridgov.cli._giving import Identity
from gridgov.cli._hand import Hand, at_hand
from gridgov.cli._saying import say, say_table, shown
from gridgov.cli.login import origin
from gridgov.ids import new_id
from gridgov.services.accounts import Entrance, Keys, NewToken

app = typer.Typer(no_args_is_help=True, help="Make, list and end the tokens by which programs act in your name.")


@app.command("list")
def list_tokens() -> None:
    """List your tokens in force, without their secrets."""
    with at_hand() as hand:
        rows = hand.of(Keys).tokens(hand.caller)
    headers = ("token", "name", "begins with", "may", "until", "last seen")
    told = [(r["id"], r["name"], r["prefix"], r["scopes"] or "all", r["expires_at"], r["seen_at"]) for r in rows]
    say_table(headers, told, none="You have no tokens.")


@app.command()
def make(
    name: Annotated[str, typer.Argument(help="Which program has it.")],
    *,
    scope: Annotated[list[str] | None, typer.Option(help="What it may do; may be repeated. All if left out.")] = None,
    days: Annotated[int, typer.Option(min=1, help="How long it lasts.")] = 90,
    identity: Identity = None,
) -> None:
    """Make a token for a program, by your password; its secret is shown this once."""
    wanted = NewToken(name, frozenset(scope or ()), days, identity or new_id())
    with at_hand() as hand, _in_person(hand) as caller:
        row, secret = hand.of(Keys).make(caller, wanted)
    say(secret or "It was made before: its secret is not shown again.")
    typer.echo(f"{row['name']} acts by it until {shown(row['expires_at'])}; its id is {row['id']}.", err=True)


@app.command()
def end(token: Annotated[UUID, typer.Argument(help="The token's id.")]) -> None:
    """End one of your tokens."""
    with at_hand() as hand:
        hand.of(Keys).end(hand.caller, "token", token)
    say("It ends.")


@contextmanager
def _in_person(hand: Hand) -> Iterator[Caller]:
    """Yield a session that ends at once: what the command line is logged in by is a token, and those make none."""
    entrance = hand.of(Entrance)
    login = entrance.me(hand.caller)["login"]
    password = typer.prompt(f"Password of {login}", hide_input=True, err=True)
    entered = entrance.log_in(login, password, replace(origin(), lasting=False))
    try:
        yield caller_of(entered.secret)
    finally:
        entrance.log_out(caller_of(entered.secret))
