"""`gridgov whoami`: who the command line acts as, and what they may do."""

import typer

from gridgov.cli._hand import at_hand
from gridgov.cli._saying import shown
from gridgov.services.accounts import Entrance


def whoami_command() -> None:
    """Say who you are, until when, and what you may do over which area."""
    with at_hand() as hand:
        me = hand.of(Entrance).me(hand.caller)
    typer.echo(f"{me['login']} ({me['name']}), until {shown(me['expires_at'])}")
    if me["must_change"]:
        typer.echo("The password must be changed first: log in again.")
    for grant in me["grants"]:
        where = grant["area_code"] + (f" for {grant['organisation_code']}" if grant["organisation_code"] else "")
        typer.echo(f"  {grant['role']} over {where}: {', '.join(grant['permissions'])}")
    if not me["grants"]:
        typer.echo("  No role yet: ask your administrator.")
