"""Ways to make commands: each says only what it needs of its own, and what all of a sort take stands here once.

An act takes upon what it is done, its own id, and the revision it was decided on. What the machine's administrator may
do as well takes ``--local``.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

import typer

from gridgov.cli._giving import Identity, Revision
from gridgov.cli._hand import Hand, Local, at_hand, at_hand_or_machine
from gridgov.ids import new_id
from gridgov.services.whistling import Asked

A = TypeVar("A")
T = TypeVar("T")
P = ParamSpec("P")
_KEYWORD = inspect.Parameter.KEYWORD_ONLY


@dataclass(frozen=True, slots=True)
class Acts:
    """Makes the commands of one noun.

    Attributes
    ----------
    app
        The noun's commands.
    noun
        What the first argument is called.
    upon
        How the first argument is given.
    perform
        Does what is asked upon what the first argument names, and says what became of it.
    """

    app: typer.Typer
    noun: str
    upon: Any
    perform: Callable[[Hand, str, Asked, Any], None]

    def act(self, name: str | None = None) -> Callable[[Callable[..., A]], Callable[..., A]]:
        """Register what makes an act of its own arguments as a command of this noun."""

        def register(make: Callable[..., A]) -> Callable[..., A]:
            def run(**given: Any) -> None:
                upon = given.pop(self.noun)
                how = Asked(given.pop("identity") or new_id(), given.pop("revision"))
                wanted = make(**given)
                with at_hand() as hand:
                    self.perform(hand, upon, how, wanted)

            upon = inspect.Parameter(self.noun, _KEYWORD, annotation=self.upon)
            wanted = [upon, *inspect.signature(make).parameters.values(), *_HOW]
            self.app.command(name or _dashed(make))(_typed(run, make, wanted))
            return make

        return register


@dataclass(frozen=True, slots=True)
class OrLocal(Generic[T]):
    """Makes commands that somebody who is logged in may give, and the machine's administrator by ``--local``.

    Attributes
    ----------
    app
        The commands.
    given
        Makes what each function is given first.
    """

    app: typer.Typer
    given: Callable[[Hand], T]

    def command(
        self, name: str | None = None
    ) -> Callable[[Callable[Concatenate[T, P], None]], Callable[Concatenate[T, P], None]]:
        """Register a function as a command; its first argument is what `given` makes."""

        def register(make: Callable[Concatenate[T, P], None]) -> Callable[Concatenate[T, P], None]:
            def run(**given: Any) -> None:
                with at_hand_or_machine(local=given.pop("local")) as hand:
                    make(self.given(hand), **given)  # type: ignore[call-arg]  # what Typer read from `make` itself

            _, *own = inspect.signature(make).parameters.values()
            self.app.command(name or _dashed(make))(_typed(run, make, [*own, _LOCAL]))
            return make

        return register


_HOW = (
    inspect.Parameter("identity", _KEYWORD, default=None, annotation=Identity),
    inspect.Parameter("revision", _KEYWORD, default=None, annotation=Revision),
)
_LOCAL = inspect.Parameter("local", _KEYWORD, default=False, annotation=Local)


def _dashed(make: Callable[..., Any]) -> str:
    return make.__name__.replace("_", "-")


def _typed(
    run: Callable[..., None], make: Callable[..., Any], parameters: list[inspect.Parameter]
) -> Callable[..., None]:
    """Return `run` as Typer reads it: with these parameters, and the words of `make`."""
    wanted = [one.replace(kind=_KEYWORD) for one in parameters]
    run.__signature__ = inspect.Signature(wanted)  # type: ignore[attr-defined]  # where `inspect` looks first
    run.__annotations__ = {one.name: one.annotation for one in wanted}
    run.__doc__, run.__name__ = make.__doc__, make.__name__
    return run
