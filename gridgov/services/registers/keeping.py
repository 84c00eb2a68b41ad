"""What all registers share: who reads them, whose hand changes them, and how far it reaches."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from gridgov.access.delegation import Hand
from gridgov.clock import Clock, shown
from gridgov.errors import InputError, NotAllowedError, NotFoundError
from gridgov.services.accounts.wanted import Machine, Who
from gridgov.settings import Settings
from gridgov.store.registers import Noted
from gridgov.store.unit import Store, Unit

PERMISSION = "people.manage"
"""Looks after the people, the duties and the organisations of an area."""

_READS = "grid.read"
_LONGEST_TEXT = 80


class Keeping:
    """Reads registers and changes them. Whoever holds the machine reaches everywhere.

    Parameters
    ----------
    store
        Where registers are kept.
    clock
        Tells the time.
    """

    def __init__(self, store: Store, *, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    @classmethod
    def configured(cls, store: Store, settings: Settings, *, clock: Clock) -> Self:  # noqa: ARG003 - every service is made so
        """Return the service as an installation's settings want it."""
        return cls(store, clock=clock)

    def changes(
        self,
        who: Who,
        *,
        limit: int = 50,
        before: UUID | None = None,
        register: str | None = None,
        key: str | None = None,
    ) -> list[dict[str, Any]]:
        """Return who changed what in the registers of one's area, newest first, before the change `before`.

        Raises
        ------
        NotAllowedError
            If one looks after none, and does not audit.
        """
        with self._reading(who) as unit:
            if unit.acting is not None and not unit.subject.may("audit.read"):
                hand_of(unit, who)
            return unit.registers.changes.page(limit=limit, before=before, register=register, key=key)

    @contextmanager
    def _reading(self, who: Who) -> Iterator[Unit]:
        if isinstance(who, Machine):
            with self._store.transaction() as unit:
                yield unit
            return
        with self._store.acting(who, now=self._clock()) as unit:
            unit.subject.require(_READS)
            yield unit

    @contextmanager
    def _changing(self, who: Who) -> Iterator[tuple[Unit, Hand]]:
        with self._reading(who) as unit:
            hand = hand_of(unit, who)
            unit.hold_loading()  # one at a time: what may be added is decided by what is there
            yield unit, hand

    def _note(self, unit: Unit, hand: Hand, *changes: Noted) -> None:
        now = self._clock()
        unit.registers.changes.add(*changes, at=now, author=hand.name)
        # Live screens read a district's registers anew, once however many rows of it were changed.
        told = {one.area_code[:6]: one for one in changes}
        for district_code, one in told.items():
            unit.changes.add(district_code, f"{_NOUNS[one.register]}.{one.what}", one.id, at=now)


_NOUNS = {"people": "person", "duties": "duty", "organisations": "organisation"}


def hand_of(unit: Unit, who: Who) -> Hand:
    """Return whose hand changes registers, and where it may.

    Raises
    ------
    NotAllowedError
        If it may nowhere.
    """
    if isinstance(who, Machine):
        return Hand(f"machine:{who.user}", ("",))
    subject = unit.subject
    areas = subject.areas(PERMISSION)
    if not areas:
        message = f"{subject.login} looks after no people or organisations ({PERMISSION}): ask your administrator."
        raise NotAllowedError(message)
    return Hand(subject.login, areas, subject.account_id)


def plain_text(value: str, field: str, *, longest: int = _LONGEST_TEXT) -> str:
    """Return a text of one line, without blanks around it.

    Raises
    ------
    InputError
        If nothing is left of it, or it is too long or cannot be printed.
    """
    bare = value.strip()
    if not bare or len(bare) > longest or not bare.isprintable():
        message = f"{field} is a text of one line with 1 to {longest} characters."
        raise InputError(message, field=field)
    return bare


def missing(said: object, *, field: str) -> NotFoundError:
    """Return the error that there is no such thing; `field` names it."""
    what, place = _PLACES[field]
    return NotFoundError(f"There is no {what} {said}: GET /api/v1/{place} lists those there are.", field=field)


_PLACES = {
    "person_id": ("person", "people"),
    "duty_id": ("duty", "duties"),
    "code": ("organisation", "organisations"),
}


def differences(before: dict[str, Any], after: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the fields whose value differs, each with what it was and what it is, as JSON."""
    return {
        name: {"from": as_json(before.get(name)), "to": as_json(value)}
        for name, value in after.items()
        if before.get(name) != value
    }


def as_json(value: Any) -> Any:
    """Return a value as it is written down."""
    if isinstance(value, datetime):
        return shown(value)
    return str(value) if isinstance(value, UUID) else value
