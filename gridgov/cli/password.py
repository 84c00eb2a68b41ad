"""`gridgov password`: choose another password."""

from typing import Annotated

import typer

from gridgov.cli._hand import at_hand
from gridgov.cli.login import chosen, keep
from gridgov.services.accounts import Entrance


def password_command(
    *,
    keep_tokens: Annotated[bool, typer.Option("--keep-tokens", help="Let the tokens of programs stay.")] = False,
) -> None:
    """Choose another password: every other session ends, and tokens unless they are to stay."""
    with at_hand() as hand:
        old = typer.prompt("Old password", hide_input=True)
        entered = chosen(hand.of(Entrance), hand.caller, old, keep_tokens=keep_tokens)
    keep(entered)
