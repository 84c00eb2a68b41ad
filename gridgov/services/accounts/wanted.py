"""What an administrator may want: an account, a role for it; and what is refused before anything is stored."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from gridgov.access import Caller
from gridgov.access.delegation import Hand
from gridgov.errors import ConflictError, InputError
from gridgov.ids import new_id
from gridgov.store.unit import Unit

_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Machine:
    """Whoever holds the machine: they could write into the database as well, so they may, and it is written down."""

    user: str


Who = Caller | Machine


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account to make.

    Attributes
    ----------
    area_code
        Whose administrators look after it; None for the administrator's own area.
    person
        A member of staff, as district code and id.
    single_sign_on
        Whether the holder comes in by the single sign-on instead of a password.
    """

    login: str
    name: str
    area_code: str | None = None
    email: str | None = None
    person: tuple[str, UUID] | None = None
    single_sign_on: bool = False
    id: UUID = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class NewGrant:
    """A role to give, over an area, maybe for an organisation."""

    role: str
    area_code: str
    organisation_code: str | None = None
    id: UUID = field(default_factory=new_id)


def require_name(name: str) -> None:
    """Refuse a name that nobody could be called by."""
    if not name.strip() or not name.isprintable() or len(name) > _LONGEST_NAME:
        message = f"An account needs the name of who holds it, of at most {_LONGEST_NAME} characters."
        raise InputError(message, field="name")


def require_free(unit: Unit, login: str) -> None:
    """Refuse a login that is taken."""
    if unit.accounts.id_of(login) is not None:
        message = f"The login {login} is taken: choose another."
        raise ConflictError(message, field="login")


def require_own_password(account: dict[str, Any]) -> None:
    """Refuse a password for an account whose holder the provider of the single sign-on vouches for: one way in each."""
    if account["issuer"]:
        message = (
            "This account comes in by the single sign-on and has no password: "
            "its holder gets a new one there, or another account here with a password."
        )
        raise ConflictError(message, field="account_id")


def require_same_grant(made: dict[str, Any], account_id: UUID, new: NewGrant) -> None:
    """Refuse an id under which another grant is kept."""
    kept = (made["account_id"], made["role"], made["area_code"], made["organisation_code"])
    if kept != (account_id, new.role, new.area_code, new.organisation_code):
        message = "This id already stands for another grant: give this one under a new id."
        raise ConflictError(message, field="id")


def require_known(unit: Unit, hand: Hand, new: NewGrant, now: datetime) -> None:
    """Refuse a role, an area or an organisation that there is not, or that is out of reach."""
    if not unit.accounts.knows_role(new.role):
        message = f"There is no role {new.role}: GET /api/v1/roles lists those there are."
        raise InputError(message, field="role")
    if not unit.accounts.knows_area(new.area_code, now=now):
        message = f"There is no area {new.area_code} in the loaded grid: check the code."
        raise InputError(message, field="area_code")
    if new.organisation_code is None:
        return
    organisation = unit.people.book().open(new.organisation_code)
    if organisation is None:
        message = f"There is no organisation {new.organisation_code}: check the code."
        raise InputError(message, field="organisation_code")
    hand.require_reach(organisation.area_code)


def person_in_reach(unit: Unit, hand: Hand, person: tuple[str, UUID] | None, *, now: datetime) -> dict[str, Any]:
    """Return the columns that bind an account to a member of staff, whose organisation must lie in the hand's area."""
    if person is None:
        return {}
    found = unit.registers.people.one(person[1])
    if found is None or found["district_code"] != person[0] or not hand.reaches(found["area_code"]):
        message = f"There is no member of staff {person[1]} in your area: check district and id."
        raise InputError(message, field="person")
    if found["ended_at"] is not None and found["ended_at"] <= now:
        message = f"{found['name']} has left: accounts are made for those in service."
        raise InputError(message, field="person")
    return {"person_district_code": person[0], "person_id": person[1]}
