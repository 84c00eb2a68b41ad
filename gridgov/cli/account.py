"""`gridgov account`: make accounts, give and withdraw roles, disable, set passwords anew.

Whoever is logged in acts with their own rights. Until there is somebody who looks after accounts, whoever may use the
database of this machine makes the first; with ``--local`` they may later, too. They could write into it by other ways
as well, so it would protect nothing to refuse them here: instead it is written down whose hand it was.
"""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from gridgov.cli.login import opened
from gridgov.errors import NotAuthenticatedError
from gridgov.services.accounts import Administration, Machine, NewAccount, NewGrant, saved
from gridgov.services.accounts.wanted import Who
from gridgov.settings import settings

app = typer.Typer(no_args_is_help=True, help="Make accounts, give and withdraw roles, disable, set passwords anew.")
_console = Console(highlight=False)

LoginArgument = Annotated[str, typer.Argument(help="The login of the account.")]
Local = Annotated[
    bool, typer.Option("--local", help="Act as this machine's administrator instead of as whoever is logged in.")
]
AreaOption = Annotated[str, typer.Option("--area", help="The area: 37 a province, 3701 a city, 370102 a district ...")]
OrganisationOption = Annotated[str | None, typer.Option("--organisation", help="The organisation to act for.")]


@app.command()
def add(
    login: LoginArgument,
    *,
    name: Annotated[str, typer.Option("--name", help="Who holds it.")],
    area: Annotated[str | None, typer.Option("--area", help="Whose administrators look after it.")] = None,
    email: Annotated[str | None, typer.Option("--email", help="Where messages go.")] = None,
    sign_on: Annotated[bool, typer.Option("--single-sign-on", help="They come in by it, without a password.")] = False,
    local: Local = False,
) -> None:
    """Make an account without any role; its first password is shown this once and must be changed."""
    with _at_hand(local=local) as (administration, who):
        _, password = administration.add(who, NewAccount(login, name, area, email, single_sign_on=sign_on))
    _tell(login, password)


@app.command()
def grant(
    login: LoginArgument, role: str, *, area: AreaOption, organisation: OrganisationOption = None, local: Local = False
) -> None:
    """Give an account a ROLE over an area, maybe for an organisation."""
    with _at_hand(local=local) as (administration, who):
        administration.give(who, administration.id_of(login), NewGrant(role, area, organisation))
    typer.echo(f"{login} is {role} over {area}{f' for {organisation}' if organisation else ''} from now on.")


@app.command()
def withdraw(
    login: LoginArgument, role: str, *, area: AreaOption, organisation: OrganisationOption = None, local: Local = False
) -> None:
    """Withdraw a ROLE over an area."""
    with _at_hand(local=local) as (administration, who):
        account = administration.account(who, administration.id_of(login))
        wanted = (role, area, organisation)
        held = [g for g in account["grants"] if (g["role"], g["area_code"], g["organisation_code"]) == wanted]
        for one in held:
            administration.withdraw(who, account["id"], one["id"])
    typer.echo(f"{login} is {role} over {area} no more." if held else f"{login} was not {role} over {area}.")


@app.command()
def disable(login: LoginArgument, *, local: Local = False) -> None:
    """Keep somebody out from now on; their sessions and tokens end."""
    with _at_hand(local=local) as (administration, who):
        administration.disable(who, administration.id_of(login))
    typer.echo(f"{login} is kept out.")


@app.command()
def enable(login: LoginArgument, *, local: Local = False) -> None:
    """Let somebody in again."""
    with _at_hand(local=local) as (administration, who):
        administration.enable(who, administration.id_of(login))
    typer.echo(f"{login} may log in again.")


@app.command(name="reset-password")
def reset_password(login: LoginArgument, *, local: Local = False) -> None:
    """Set a first password anew; sessions and tokens end."""
    with _at_hand(local=local) as (administration, who):
        _, password = administration.reset_password(who, administration.id_of(login))
    _tell(login, password)


@app.command(name="list")
def list_accounts(
    words: Annotated[str | None, typer.Argument(help="Part of a login or a name.")] = None, *, local: Local = False
) -> None:
    """List the accounts of your area with their roles."""
    with _at_hand(local=local) as (administration, who):
        rows = list(_all(administration, who, words))
    table = Table("login", "name", "roles", "state")
    for row in rows:
        roles = ", ".join(_role(held) for held in row["grants"])
        table.add_row(escape(row["login"]), escape(row["name"]), roles, "kept out" if row["disabled_at"] else "")
    _console.print(table)


def _all(administration: Administration, who: Who, words: str | None) -> Iterator[dict[str, Any]]:
    page = administration.accounts(who, limit=200, words=words)
    while page:
        yield from page
        page = administration.accounts(who, limit=200, after=page[-1]["id"], words=words)


@contextmanager
def _at_hand(*, local: bool) -> Iterator[tuple[Administration, Who]]:
    with opened(Administration) as administration:
        caller = None if local else saved.found_caller(settings())
        if caller is None and not local and not administration.needs_first():
            message = "You are not logged in: run `gridgov login`, or act as this machine's administrator by --local."
            raise NotAuthenticatedError(message)
        yield administration, caller or Machine(getpass.getuser())


def _tell(login: str, password: str | None) -> None:
    if password is None:
        typer.echo(f"{login} logs in by the single sign-on.")
    else:
        typer.echo(f"{login} logs in with {password} (shown this once; it must be changed at the first login).")


def _role(held: dict[str, Any]) -> str:
    of = f" for {held['organisation_code']}" if held["organisation_code"] else ""
    return f"{held['role']} over {held['area_code']}{of}"
