"""Whose hand is at the command line: every command that acts for somebody opens the installation here."""

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any, Protocol, Self, TypeVar
from uuid import UUID

import typer

from gridgov.access import Caller
from gridgov.clock import Clock, system_clock
from gridgov.errors import NotAuthenticatedError, NotFoundError
from gridgov.services.accounts import Administration, Machine, saved
from gridgov.services.accounts.wanted import Who
from gridgov.services.casework import Casework
from gridgov.services.looking import Desk
from gridgov.settings import Settings, settings
from gridgov.store.opening import opened_store
from gridgov.store.unit import Store


class Configured(Protocol):
    """A service that is made from an installation's store and settings."""

    @classmethod
    def configured(cls, store: Store, settings: Settings, *, clock: Clock) -> Self:
        """Return the service as an installation's settings want it."""


S = TypeVar("S", bound=Configured)

Local = Annotated[
    bool, typer.Option("--local", help="Act as this machine's administrator instead of as whoever is logged in.")
]


@dataclass(frozen=True, slots=True)
class Hand:
    """Who acts, and the installation that they act upon."""

    store: Store
    clock: Clock
    who: Who

    @property
    def caller(self) -> Caller:
        """The proof of whoever is logged in.

        Raises
        ------
        NotAuthenticatedError
            If it is the machine's own administrator who acts.
        """
        if isinstance(self.who, Machine):
            message = "This is done by somebody with an account: run `gridgov login`, or set GRIDGOV_TOKEN."
            raise NotAuthenticatedError(message)
        return self.who

    @property
    def machine(self) -> str | None:
        """Under which name the machine's administrator is written down; None where somebody is logged in."""
        return f"machine:{self.who.user}" if isinstance(self.who, Machine) else None

    @property
    def desk(self) -> Desk:
        """What answers questions."""
        return Desk(self.store, clock=self.clock)

    def of(self, kind: type[S]) -> S:
        """Return a service of this installation, as its settings want it."""
        return kind.configured(self.store, settings(), clock=self.clock)

    def incident(self, said: str) -> UUID:
        """Return the id of the case that somebody names by its number or its id.

        Raises
        ------
        NotFoundError
            If there is no such case that they may see.
        """
        return _id_in(said) or self.of(Casework).find(self.caller, said)

    def whistle(self, said: str) -> UUID:
        """Return the id of the whistle that somebody names by its id, or by the case that it was blown for.

        Raises
        ------
        NotFoundError
            If there is no such case that they may see, or nobody whistled for it.
        """
        found = _id_in(said)
        if found is not None:
            return found
        blown = self.desk.incident(self.caller, self.incident(said))["whistles"]
        if not blown:
            message = f"Nobody has whistled for {said}: `gridgov whistle list` shows the whistles that you may see."
            raise NotFoundError(message, field="whistle")
        newest: UUID = blown[-1]
        return newest


@contextmanager
def at_hand() -> Iterator[Hand]:
    """Open this installation for whoever is logged in.

    Raises
    ------
    NotAuthenticatedError
        If nobody is logged in: it says how to.
    """
    caller = saved.saved_caller(settings())
    with opened_store() as store:
        yield Hand(store, system_clock, caller)


@contextmanager
def at_hand_or_machine(*, local: bool) -> Iterator[Hand]:
    """Open this installation for whoever is logged in, or for the machine's own administrator.

    The machine acts where it is asked to, and as long as nobody looks after accounts. Whoever may use the database of
    this machine could write into it by other ways as well: it would protect nothing to refuse them here. Instead it is
    written down whose hand it was.

    Raises
    ------
    NotAuthenticatedError
        If nobody is logged in, and the machine was not asked to act.
    """
    with opened_store() as store:
        caller = None if local else saved.found_caller(settings())
        first = Administration.configured(store, settings(), clock=system_clock)
        if caller is None and not local and not first.needs_first():
            message = "You are not logged in: run `gridgov login`, or act as this machine's administrator by --local."
            raise NotAuthenticatedError(message)
        yield Hand(store, system_clock, caller or Machine(_user()))


@contextmanager
def opened(kind: type[S]) -> Iterator[S]:
    """Open this installation and yield a service of it, for whoever comes in or goes."""
    with opened_store() as store:
        yield kind.configured(store, settings(), clock=system_clock)


def _id_in(said: Any) -> UUID | None:
    try:
        return UUID(str(said))
    except ValueError:
        return None


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        return f"uid {os.getuid()}"
