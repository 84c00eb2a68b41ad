"""`gridgov inbox`: what you are told, newest first."""

from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.markup import escape

from gridgov.cli._giving import Before
from gridgov.cli._hand import at_hand
from gridgov.messages import Severity
from gridgov.services.messaging import Inbox, Told

_console = Console(highlight=False)


def inbox_command(
    *,
    unread: Annotated[bool, typer.Option("--unread", help="Only what is not read yet.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many at most.")] = 20,
    before: Before = None,
    read: Annotated[
        list[UUID] | None, typer.Option("--read", help="Mark the notice of this id as read, and stop.")
    ] = None,
) -> None:
    """Show what you are told, newest first."""
    with at_hand() as hand:
        inbox = hand.of(Inbox)
        for notice_id in read or ():
            inbox.read(hand.caller, notice_id)
        if not read:
            page = inbox.page(hand.caller, limit=limit, before=before, unread_only=unread)
            for told in page.items:
                _tell(told)
            _console.print(f"{page.unread} not read.")


def _tell(told: Told) -> None:
    mark = " " if told.row.read_at else "*"
    style = "bold red" if told.severity is Severity.URGENT else "bold"
    _console.print(f"{mark} [{style}]{escape(told.letter.title)}[/]", soft_wrap=True)
    for line in told.letter.lines:
        _console.print(f"    {escape(line)}", soft_wrap=True)
    _console.print(f"    {told.row.id}", style="dim")
