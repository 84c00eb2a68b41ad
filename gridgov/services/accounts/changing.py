"""What is to be different about an account, and what comes of it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from typing import Any
from uuid import UUID

from gridgov.access.delegation import Hand
from gridgov.services.accounts.leaving import require_serving
from gridgov.services.accounts.wanted import person_in_reach, require_name
from gridgov.store.unit import Unit

Staff = tuple[str, UUID]
"""A member of staff, as district code and id."""

_NOBODY = {"person_district_code": None, "person_id": None}


class Left(Enum):
    """Says of what may be taken out that it stays: None says that there is to be none."""

    AS_IT_IS = auto()


@dataclass(frozen=True, slots=True)
class AccountWanted:
    """What is to be different about an account.

    Attributes
    ----------
    name, disabled
        None leaves them as they are.
    email
        None takes the address out: nothing goes there any more.
    person
        The member of staff who holds the account; None unties it from whoever that was.
    """

    name: str | None = None
    email: str | Left | None = Left.AS_IT_IS
    person: Staff | Left | None = Left.AS_IT_IS
    disabled: bool | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that befalls an account: its kind, the columns that change, what is written down of it.

    Attributes
    ----------
    ends_keys
        Whether sessions, tokens and a shift end with it: whoever comes in by the account is somebody else from then on,
        or nobody.
    """

    kind: str
    values: dict[str, Any]
    told: dict[str, Any] = field(default_factory=dict)
    ends_keys: bool = False


def changes_of(
    unit: Unit, hand: Hand, account: dict[str, Any], wanted: AccountWanted, *, now: datetime
) -> list[Change]:
    """Return what is different from what is wanted, as the changes that make it so.

    Raises
    ------
    InputError
        If nobody could be called so, or there is no such member of staff in service in the hand's area.
    ConflictError
        If the account's holder has left: nobody is let in by it, and it becomes nobody else's.
    """
    found = [*_described(account, wanted), *_tied(unit, hand, account, wanted, now)]
    if wanted.disabled is not None and wanted.disabled != bool(account["disabled_at"]):
        if wanted.disabled:
            found.append(Change("disabled", {"disabled_at": now}, ends_keys=True))
        else:
            require_serving(unit, account, now=now)
            found.append(Change("enabled", {"disabled_at": None}))
    return found


def _described(account: dict[str, Any], wanted: AccountWanted) -> list[Change]:
    values: dict[str, Any] = {}
    told: dict[str, Any] = {}
    if wanted.name is not None and wanted.name != account["name"]:
        require_name(wanted.name)
        values["name"] = wanted.name
        told["name"] = {"from": account["name"], "to": wanted.name}
    if not isinstance(wanted.email, Left) and wanted.email != account["email"]:
        values["email"] = wanted.email
        # That it was another, or none any more, is enough to know: what befell an account is kept for good.
        told["email"] = {"from": _veiled(account["email"]), "to": _veiled(wanted.email)}
    return [Change("changed", values, {"fields": told})] if values else []


def _tied(unit: Unit, hand: Hand, account: dict[str, Any], wanted: AccountWanted, now: datetime) -> list[Change]:
    held = (account["person_district_code"], account["person_id"]) if account["person_id"] else None
    if isinstance(wanted.person, Left) or wanted.person == held:
        return []
    require_serving(unit, account, now=now, field="person")
    found = []
    if held is not None:
        found.append(Change("untied", dict(_NOBODY), _staff(unit, held), ends_keys=True))
    if wanted.person is not None:
        columns = person_in_reach(unit, hand, wanted.person, now=now)
        found.append(Change("tied", columns, _staff(unit, wanted.person), ends_keys=True))
    return found


def _staff(unit: Unit, person: Staff) -> dict[str, Any]:
    known = unit.registers.people.one(person[1])
    return {"person_id": str(person[1]), "staff_code": known["staff_code"] if known else None}


def _veiled(address: str | None) -> str | None:
    return "***" if address else None
