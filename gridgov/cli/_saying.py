"""How the command line says things: times of Shanghai, tables that are not folded, errors with what they know."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Any

from rich.console import Console
from rich.table import Table

from gridgov.clock import SHANGHAI
from gridgov.errors import GridgovError

console = Console(highlight=False, soft_wrap=True, markup=False, emoji=False)

_UNFOLDED = 240
_SHOWN = 20
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")
_ADDRESS = re.compile(r"(GET|POST) /api/v1/([a-z-]+(/[a-z-]+)*)")
_HERE = {
    "accounts": "gridgov account list",
    "drafts": "gridgov draft list",
    "evidence/uploads": "gridgov case attach",
    "hours": "gridgov rules hours",
    "incidents": "gridgov case list",
    "limits": "gridgov rules limits",
    "matter-lists": "gridgov rules lists",
    "me/positions": "gridgov shift show",
    "roles": "gridgov account roles",
    "teams": "gridgov whistle teams",
    "whistle-kinds": "gridgov whistle kinds",
    "whistles": "gridgov whistle list",
}
"""Which command does here what an address of the API does there."""


def shown(value: Any) -> str:
    """Return a value as people read it: times of Shanghai, lists with commas, nothing for None."""
    for kind, said in _SAID_AS:
        if isinstance(value, kind):
            return said(value)
    return str(value)


def say(words: str, *, style: str | None = None) -> None:
    """Say a line."""
    console.print(words, style=style)


def say_fields(fields: Mapping[str, Any]) -> None:
    """Say what is known of one thing, a line each; what is not known is left out."""
    for name, value in fields.items():
        words = shown(value)
        if words:
            console.print(f"  {name.replace('_', ' '):<24} {words}")


def say_table(headers: Sequence[str], rows: Iterable[Sequence[Any]], *, none: str = "nothing") -> None:
    """Say rows as a table; where it goes into a file or another program, it is not folded."""
    table = Table(box=None, pad_edge=False)
    for header in headers:
        table.add_column(header, overflow="fold")  # Chinese has no spaces to break a sentence at
    for row in rows:
        table.add_row(*map(shown, row))
    wide = console if console.is_terminal else Console(highlight=False, width=_UNFOLDED, markup=False, emoji=False)
    wide.print(table if table.row_count else none)


def say_more(rows: Sequence[Mapping[str, Any]], limit: int) -> None:
    """Say how to see what a list did not show."""
    if len(rows) == limit:
        console.print(f"More: --before {rows[-1]['id']}")


def said_of(error: GridgovError) -> list[str]:
    """Return an error as lines: what happened and what to do next, then what it knows.

    What it advises is an address of the API or a command, whichever is at hand.
    """
    where = f"{error.field}: " if error.field else ""
    first = " ".join(f"Error: {where}{error.message}".split())
    facts = [f"  {name}: {shown(fact)}" for one in islice(error.details, _SHOWN) for name, fact in one.items()]
    return [_ADDRESS.sub(_here, first), *facts]


def _here(address: re.Match[str]) -> str:
    command = _HERE.get(address[2])
    return f"`{command}`" if command else address[0]


def _words(value: str) -> str:
    return _moment(datetime.fromisoformat(value)) if _INSTANT.fullmatch(value) else value


def _moment(value: datetime) -> str:
    return f"{value.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"


def _number(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")


def _fields(value: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {shown(one)}" for name, one in value.items() if one is not None and one != [])


def _several(value: Iterable[Any]) -> str:
    return ", ".join(f"({shown(one)})" if isinstance(one, Mapping) else shown(one) for one in value)


_SAID_AS: tuple[tuple[Any, Callable[[Any], str]], ...] = (
    (type(None), lambda _: ""),
    (bool, lambda value: "yes" if value else "no"),
    (StrEnum, lambda value: value.value),
    (str, _words),
    (datetime, _moment),
    (float, _number),
    (Mapping, _fields),
    ((list, tuple, set, frozenset), _several),
)
