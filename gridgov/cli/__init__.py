"""The command line.

A module here is a command of its name: it holds ``app`` (a Typer application with commands of its own, as in ``db``) or
one function, ``<name>_command``; what several share lies in modules whose names begin with an underscore. The floors
above add theirs through the entry points ``gridgov.commands``, so that the core never imports upwards. A command is
imported when it is called, not before: what the list says of it is read in its source (`_listing`). One that cannot be
imported says so and leaves the others alone.

People wait for it to start. What a command alone needs and what is slow to load (frames, a compiler, the pages) is
imported where it is used, in the body of a function; for annotations it stands under ``TYPE_CHECKING``.
"""

import importlib
import pkgutil
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import entry_points
from importlib.metadata import version as installed_version
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console
from typer.core import TyperGroup

from gridgov import logs
from gridgov.cli._listing import Listed, sentence_of
from gridgov.cli._saying import said_of
from gridgov.errors import GridgovError, InputError, SetupError
from gridgov.settings import Settings, settings

_ENTRY_POINTS = "gridgov.commands"
_ANY_ARGUMENTS = {"allow_extra_args": True, "ignore_unknown_options": True}


@dataclass(frozen=True, slots=True)
class _Source:
    """Where a command comes from."""

    module: str
    names: tuple[str, ...]
    load: Callable[[], Any]


class Commands(Mapping[str, Any]):
    """The commands by name; each is imported when it is looked up."""

    def __getitem__(self, name: str) -> Any:
        """Return the command `name` as Typer runs it; one that cannot be imported becomes a command that says so."""
        source = self._sources[name]
        try:
            found = source.load()
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one command must not break the others
            return _broken(name, error)
        if found is None:
            raise KeyError(name)
        return _compiled(name, found)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._sources))

    def __len__(self) -> int:
        return len(self._sources)

    def listed(self, name: str) -> Any:
        """Return the command `name` as it can be listed; it is not imported unless its source does not tell of it."""
        source = self._sources[name]
        sentence = sentence_of(source.module, source.names)
        return self[name] if sentence is None else Listed(name, sentence, lambda: self[name])

    @cached_property
    def _sources(self) -> dict[str, _Source]:
        above = {
            point.name: _Source(point.module, (point.attr,), point.load) for point in entry_points(group=_ENTRY_POINTS)
        }
        return above | {
            module.name.replace("_", "-"): _own(module.name)
            for module in pkgutil.iter_modules(__path__)
            if not module.name.startswith("_")
        }


class _Group(TyperGroup):
    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.commands = Commands()  # type: ignore[assignment]  # nothing adds to it after this

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - Typer's signature
        return list(self.commands)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - the same
        try:
            return self.commands.listed(cmd_name)  # type: ignore[attr-defined]  # they are ours
        except KeyError:
            return None


app = typer.Typer(
    cls=_Group,
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # its tables of local variables would show what people reported
    help="Govern a city by its grid: cells, staff, incidents, whistles.",
)


def main() -> None:
    """Run the command line; an error that gridgov raises on purpose ends it in one line and without a traceback.

    What it knows beside its words follows, a line for each: both versions of what somebody else was quicker to change.
    The exit code is 2 where the input is wrong, else 1.
    """
    signal.signal(signal.SIGTERM, _leave)
    try:
        app()
    except GridgovError as error:
        console = Console(stderr=True, highlight=False, markup=False, emoji=False)
        for line in said_of(error):
            console.print(line, style="red", soft_wrap=True)
        sys.exit(2 if isinstance(error, InputError) else 1)


def _leave(number: int, _frame: object) -> None:
    # Ended by a service manager, a program leaves as by Ctrl-C: whoever is last stops the private database.
    sys.exit(128 + number)


def _say_version(wanted: bool) -> None:  # noqa: FBT001 - Typer calls it with the flag
    if wanted:
        typer.echo(f"gridgov {installed_version('gridgov')}")
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", help="Print the version and stop.", is_eager=True, callback=_say_version)
]


@app.callback()
def _prepare(context: typer.Context, version: Version = False) -> None:  # noqa: ARG001, FBT002 - a flag with a callback
    chosen = _settings()
    logs.configure(chosen.log_level, json=chosen.log_json)
    context.with_resource(logs.context(command=context.invoked_subcommand))


def _settings() -> Settings:
    try:
        return settings()
    except ValidationError as error:
        wrong = "; ".join(f"GRIDGOV_{str(fault['loc'][0]).upper()}: {fault['msg']}" for fault in error.errors())
        message = f"A setting in the environment is wrong: {wrong}."
        raise SetupError(message) from error


def _own(module_name: str) -> _Source:
    names = ("app", f"{module_name}_command")

    def load() -> Any:
        module = importlib.import_module(f"{__name__}.{module_name}")
        return next((getattr(module, name) for name in names if hasattr(module, name)), None)

    return _Source(f"{__name__}.{module_name}", names, load)


def _compiled(name: str, command: Any, **options: Any) -> Any:
    """Return a Typer application or a plain function as the command that Typer would run for it."""
    parent = typer.Typer(add_completion=False)
    parent.callback()(lambda: None)
    if isinstance(command, typer.Typer):
        parent.add_typer(command, name=name)
    else:
        parent.command(name, **options)(command)
    group: Any = typer.main.get_command(parent)
    return group.commands[name]


def _broken(name: str, error: Exception) -> Any:
    """Return a command that takes any argument and says why it is not the one that was wanted."""
    reason = f"{type(error).__name__}: {error}"

    def say(_: typer.Context) -> None:
        message = f"The command `{name}` cannot be loaded ({reason}): install gridgov again."
        raise SetupError(message) from error

    return _compiled(name, say, help=f"(cannot be loaded: {reason})", context_settings=_ANY_ARGUMENTS)
