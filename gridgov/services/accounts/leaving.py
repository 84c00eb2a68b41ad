"""Whoever has left comes in no more: their accounts are kept out from the moment on at which their service is over.

The end of service is the deadline, kept in the register of people; a sweep acts upon it, so that an end which was told
weeks before holds as well, and one that was written while nobody swept. Their roles are withdrawn with it: somebody who
is let in again is given what they need then.
"""

from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from gridgov.clock import shown
from gridgov.errors import ConflictError, UnavailableError
from gridgov.store.unit import Store, Unit

BY = "system"
"""Who is written down to have done it: the end itself stands with its author in the register's changes."""

_AT_ONCE = 200


def keep_out_leavers(unit: Unit, now: datetime, limit: int) -> int:
    """Keep out accounts whose holder's service is over, end what they had begun, withdraw their roles: a sweep.

    Returns
    -------
    How many accounts were kept out; those that somebody else changes at the moment wait for the next round.
    """
    leavers = unit.accounts.leavers(now=now, limit=limit)
    for leaver in leavers:
        account_id = leaver["id"]
        unit.accounts.change(account_id, {"disabled_at": now})
        turn_out(unit, account_id, now=now)
        unit.accounts.note(account_id, "disabled", by=BY, at=now, left_at=shown(leaver["ended_at"]))
        for grant in unit.accounts.grants(account_id, now=now):
            unit.accounts.withdraw(grant["id"], now=now, by=BY)
            said = {name: grant[name] for name in ("role", "area_code", "organisation_code")}
            unit.accounts.note(account_id, "withdrawn", by=BY, at=now, **said)
    return len(leavers)


def keep_out_now(store: Store, *, now: datetime) -> None:
    """Keep out whoever has left by now without waiting for the sweep, which does what cannot be done at once.

    A transaction of the system's own: whoever looks after people looks after no accounts.
    """
    with suppress(UnavailableError), store.transaction() as unit:
        keep_out_leavers(unit, now, _AT_ONCE)


def turn_out(unit: Unit, account_id: UUID, *, now: datetime) -> None:
    """End all that somebody had begun by an account, which is theirs no more or closed: sessions, tokens, a shift.

    Nobody else could end that shift, and until it ended by itself its person would show as on duty, and could not begin
    another one by an account of their own.
    """
    unit.accounts.revoke(account_id, now=now)
    unit.positions.end_by(account_id, now=now)


def require_serving(unit: Unit, account: dict[str, Any], *, now: datetime, field: str = "disabled") -> None:
    """Refuse to let in whoever has left, and to make their account somebody else's.

    Raises
    ------
    ConflictError
        Saying since when.
    """
    person = unit.registers.people.one(account["person_id"]) if account["person_id"] else None
    if person is not None and person["ended_at"] is not None and person["ended_at"] <= now:
        message = (
            f"{person['name']} left at {shown(person['ended_at'])}: take that back in the register of people first, "
            "or give whoever has the place now an account of their own."
        )
        raise ConflictError(message, field=field)
