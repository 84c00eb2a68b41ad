"""`gridgov logout`: end what `gridgov login` began."""

import typer

from gridgov.access.secrets import caller_of
from gridgov.cli._hand import opened
from gridgov.services.accounts import Entrance, saved
from gridgov.settings import settings


def logout_command() -> None:
    """Log out: the token ends, and the file forgets it."""
    proof = saved.kept(settings())
    if proof is None:
        typer.echo("You were not logged in.")
        return
    with opened(Entrance) as entrance:
        entrance.log_out(caller_of(proof.token))
    saved.keep(settings(), None)
    typer.echo(f"{proof.login} is logged out.")
