"""`gridgov login`: log the command line in; what it needs for that stays in a file of one's own."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Protocol, Self, TypeVar

import typer

from gridgov.access import Caller
from gridgov.access.secrets import caller_of
from gridgov.clock import SHANGHAI, Clock, system_clock
from gridgov.services.accounts import Entrance, Origin, saved
from gridgov.settings import Settings, settings
from gridgov.store.cluster import database_url
from gridgov.store.schema import upgrade_engine
from gridgov.store.unit import Store


class Configured(Protocol):
    """A service that is made from an installation's store and settings."""

    @classmethod
    def configured(cls, store: Store, settings: Settings, *, clock: Clock) -> Self:
        """Return the service as an installation's settings want it."""


S = TypeVar("S", bound=Configured)

LoginArgument = Annotated[str | None, typer.Argument(help="The login; asked for if left out.")]


def login_command(login: LoginArgument = None) -> None:
    """Log in, and stay so for seven days on this account of this machine."""
    name = login or typer.prompt("Login")
    password = typer.prompt("Password", hide_input=True)
    origin = Origin("local", f"gridgov login on {socket.gethostname()}", lasting=True)
    with opened(Entrance) as entrance:
        entered = entrance.log_in(name, password, origin)
        if entered.must_change:
            typer.echo("This password was set by somebody else: choose one of your own, of at least 10 characters.")
            new = typer.prompt("New password", hide_input=True, confirmation_prompt=True)
            caller = caller_of(entered.secret)
            entered = entrance.change_password(caller, password, new, origin, keep_tokens=True)
    file = saved.keep(settings(), saved.Proof(entered.login, entered.secret))
    until = entered.expires_at.astimezone(SHANGHAI)
    typer.echo(f"You are {entered.login} until {until:%Y-%m-%d %H:%M}; {file} keeps it, `gridgov logout` ends it.")


def saved_caller() -> Caller:
    """Return the proof of whoever uses this command line.

    Raises
    ------
    NotAuthenticatedError
        If nobody is logged in: it says how to.
    """
    return saved.saved_caller(settings())


@contextmanager
def opened(kind: type[S], *, clock: Clock = system_clock) -> Iterator[S]:
    """Open this installation, migrated, and yield a service of it as its settings want it."""
    with database_url() as url:
        store = Store(url)
        try:
            upgrade_engine(store.engine)
            yield kind.configured(store, settings(), clock=clock)
        finally:
            store.close()
