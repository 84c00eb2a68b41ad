"""`gridgov account`: make accounts, give and withdraw roles, disable, set passwords anew.

Whoever is logged in acts with their own rights. Until there is somebody who looks after accounts, whoever may use the
database of this machine makes the first; with ``--local`` they may later, too. They could write into it by other ways
as well, so it would protect nothing to refuse them here: instead it is written down whose hand it was.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Self
from uuid import UUID

import typer

from gridgov.cli._acting import OrLocal
from gridgov.cli._giving import Before, Limit
from gridgov.cli._hand import Hand
from gridgov.cli._saying import say_fields, say_more, say_table
from gridgov.services.accounts import AccountWanted, Administration, Left, NewAccount, NewGrant
from gridgov.services.accounts.wanted import Who
from gridgov.settings import settings

app = typer.Typer(no_args_is_help=True, help="Make accounts, give and withdraw roles, disable, set passwords anew.")
LoginArgument = Annotated[str, typer.Argument(help="The login of the account.")]
AreaOption = Annotated[str, typer.Option("--area", help="The area: 37 a province, 3701 a city, 370102 a district ...")]
OrganisationOption = Annotated[str | None, typer.Option("--organisation", help="The organisation to act for.")]


@dataclass(frozen=True, slots=True)
class Office:
    """Where accounts are looked after, and by whom."""

    administration: Administration
    who: Who

    @classmethod
    def of(cls, hand: Hand) -> Self:
        """Return it for whoever is at the command line."""
        return cls(hand.of(Administration), hand.who)

    def account(self, login: str) -> dict[str, Any]:
        """Return the account of this login."""
        return self.administration.account(self.who, self.administration.id_of(login))


ours = OrLocal(app, Office.of)


@ours.command()
def add(  # noqa: PLR0913 - one option for each part of an account
    office: Office,
    login: LoginArgument,
    *,
    name: Annotated[str, typer.Option("--name", help="Who holds it.")],
    area: Annotated[str | None, typer.Option("--area", help="Whose administrators look after it.")] = None,
    email: Annotated[str | None, typer.Option("--email", help="Where messages go.")] = None,
    person: Annotated[UUID | None, typer.Option("--person", help="Which member of staff it is: their id.")] = None,
    person_district: Annotated[
        str | None, typer.Option("--person-district", help="Whose staff; the home district's if left out.")
    ] = None,
    sign_on: Annotated[bool, typer.Option("--single-sign-on", help="They come in by it, without a password.")] = False,
) -> None:
    """Make an account without any role; its first password is shown this once and must be changed."""
    who = (person_district or settings().home_district, person) if person else None
    new = NewAccount(login, name, area, email, who, single_sign_on=sign_on)
    _, password = office.administration.add(office.who, new)
    _tell(login, password)


@ours.command()
def grant(
    office: Office, login: LoginArgument, role: str, *, area: AreaOption, organisation: OrganisationOption = None
) -> None:
    """Give an account a ROLE over an area, maybe for an organisation."""
    office.administration.give(office.who, office.administration.id_of(login), NewGrant(role, area, organisation))
    typer.echo(f"{login} is {role} over {area}{f' for {organisation}' if organisation else ''} from now on.")


@ours.command()
def withdraw(
    office: Office, login: LoginArgument, role: str, *, area: AreaOption, organisation: OrganisationOption = None
) -> None:
    """Withdraw a ROLE over an area."""
    account = office.administration.account(office.who, office.administration.id_of(login))
    wanted = (role, area, organisation)
    held = [g for g in account["grants"] if (g["role"], g["area_code"], g["organisation_code"]) == wanted]
    for one in held:
        office.administration.withdraw(office.who, account["id"], one["id"])
    typer.echo(f"{login} is {role} over {area} no more." if held else f"{login} was not {role} over {area}.")


@ours.command()
def disable(office: Office, login: LoginArgument) -> None:
    """Keep somebody out from now on; their sessions and tokens end."""
    office.administration.disable(office.who, office.administration.id_of(login))
    typer.echo(f"{login} is kept out.")


@ours.command()
def enable(office: Office, login: LoginArgument) -> None:
    """Let somebody in again."""
    office.administration.enable(office.who, office.administration.id_of(login))
    typer.echo(f"{login} may log in again.")


@ours.command("reset-password")
def reset_password(office: Office, login: LoginArgument) -> None:
    """Set a first password anew; sessions and tokens end."""
    _, password = office.administration.reset_password(office.who, office.administration.id_of(login))
    _tell(login, password)


@ours.command()
def change(
    office: Office,
    login: LoginArgument,
    *,
    name: Annotated[str | None, typer.Option("--name", help="Who holds it.")] = None,
    email: Annotated[str | None, typer.Option("--email", help="Where messages go; '' takes the address out.")] = None,
    person: Annotated[
        str | None, typer.Option("--person", help="Which member of staff it is: their id; '' for none of them.")
    ] = None,
    person_district: Annotated[
        str | None, typer.Option("--person-district", help="Whose staff; the home district's if left out.")
    ] = None,
) -> None:
    """Change who holds an account, or where messages go; of another person's account sessions and tokens end."""
    wanted = AccountWanted(
        name,
        Left.AS_IT_IS if email is None else email or None,
        Left.AS_IT_IS if person is None else _staff(person, person_district),
    )
    account = office.administration.change(office.who, office.administration.id_of(login), wanted)
    typer.echo(f"{login} is {account['name']}, {account['email'] or 'without an address'}.")


@ours.command()
def show(office: Office, login: LoginArgument) -> None:
    """Say what is known of an account."""
    row = office.account(login)
    typer.echo(f"{row['login']} ({row['name']}){', kept out' if row['disabled_at'] else ''}")
    say_fields({"id": row["id"], "area": row["area_code"], "email": row["email"]})
    say_fields({"roles": [_role(held) for held in row["grants"]]})


@ours.command()
def events(office: Office, login: LoginArgument, *, limit: Limit = 50, before: Before = None) -> None:
    """Show what befell an account and by whose hand, newest first."""
    account_id = office.administration.id_of(login)
    rows = office.administration.events(office.who, account_id, limit=limit, before=before)
    say_table(("at", "what", "by", "with"), [(r["at"], r["kind"], r["by"], r["data"]) for r in rows])
    say_more(rows, limit)


@ours.command()
def roles(office: Office) -> None:
    """List the roles there are, and what each may do."""
    rows = office.administration.roles(office.who)
    say_table(("role", "name", "may"), [(r["code"], r["name_zh"], r["permissions"]) for r in rows])


@ours.command("list")
def list_accounts(
    office: Office, words: Annotated[str | None, typer.Argument(help="Part of a login or a name.")] = None
) -> None:
    """List the accounts of your area with their roles."""
    rows = (
        (row["login"], row["name"], [_role(held) for held in row["grants"]], "kept out" if row["disabled_at"] else "")
        for row in _all(office, words)
    )
    say_table(("login", "name", "roles", "state"), rows)


def _staff(person: str, district_code: str | None) -> tuple[str, UUID] | None:
    if not person:
        return None
    try:
        return district_code or settings().home_district, UUID(person)
    except ValueError:
        message = f"{person} is no id of a person."
        raise typer.BadParameter(message, param_hint="--person") from None


def _all(office: Office, words: str | None) -> Iterator[dict[str, Any]]:
    page = office.administration.accounts(office.who, limit=200, words=words)
    while page:
        yield from page
        page = office.administration.accounts(office.who, limit=200, after=page[-1]["id"], words=words)


def _tell(login: str, password: str | None) -> None:
    if password is None:
        typer.echo(f"{login} logs in by the single sign-on.")
    else:
        typer.echo(f"{login} logs in with {password} (shown this once; it must be changed at the first login).")


def _role(held: dict[str, Any]) -> str:
    of = f" for {held['organisation_code']}" if held["organisation_code"] else ""
    return f"{held['role']} over {held['area_code']}{of}"
