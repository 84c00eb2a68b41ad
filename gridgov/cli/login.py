"""`gridgov login`: log the command line in; what it needs for that stays in a file of one's own."""

import socket
from typing import Annotated

import typer

from gridgov.access import Caller
from gridgov.access.secrets import caller_of
from gridgov.cli._hand import opened
from gridgov.cli._saying import shown
from gridgov.services.accounts import Entered, Entrance, Origin, saved
from gridgov.settings import settings

LoginArgument = Annotated[str | None, typer.Argument(help="The login; asked for if left out.")]


def login_command(login: LoginArgument = None) -> None:
    """Log in, and stay so for seven days on this account of this machine."""
    name = login or typer.prompt("Login")
    password = typer.prompt("Password", hide_input=True)
    with opened(Entrance) as entrance:
        entered = entrance.log_in(name, password, origin())
        if entered.must_change:
            typer.echo("This password was set by somebody else: choose one of your own, of at least 10 characters.")
            entered = chosen(entrance, caller_of(entered.secret), password, keep_tokens=True)
    keep(entered)


def origin() -> Origin:
    """Return where the command line comes from."""
    return Origin("local", f"gridgov login on {socket.gethostname()}", lasting=True)


def chosen(entrance: Entrance, caller: Caller, old: str, *, keep_tokens: bool) -> Entered:
    """Ask for another password, set it, and return what is come in by from now on."""
    new = typer.prompt("New password", hide_input=True, confirmation_prompt=True)
    return entrance.change_password(caller, old, new, origin(), keep_tokens=keep_tokens)


def keep(entered: Entered) -> None:
    """Keep what the next command comes in by, and say where."""
    file = saved.keep(settings(), saved.Proof(entered.login, entered.secret))
    until = shown(entered.expires_at)
    typer.echo(f"You are {entered.login} until {until}; {file} keeps it, `gridgov logout` ends it.")
