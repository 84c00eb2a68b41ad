"""Revealing: who reported is masked for everybody; to see it takes a role, a purpose, and is written down."""

from typing import Any, Self
from uuid import UUID

from gridgov.access import Caller
from gridgov.clock import Clock
from gridgov.errors import InputError, NotAllowedError, NotFoundError
from gridgov.ids import moment_of
from gridgov.settings import Settings
from gridgov.store.looks import Identity
from gridgov.store.unit import Store, Unit

__all__ = ["Identity", "Revealing"]

_FEWEST = 4
_MOST = 500


class Revealing:
    """Shows who reported, and who looked.

    Parameters
    ----------
    store
        Where reporters are kept, apart from their cases.
    clock
        Tells when somebody looked.
    """

    def __init__(self, store: Store, *, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    @classmethod
    def configured(cls, store: Store, settings: Settings, *, clock: Clock) -> Self:  # noqa: ARG003 - all alike
        """Return the service as an installation's settings want it."""
        return cls(store, clock=clock)

    def masked(self, caller: Caller, incident_id: UUID) -> Identity:
        """Return who reported, masked.

        Raises
        ------
        NotFoundError
            If there is no such incident that the caller may see.
        """
        with self._store.acting(caller, now=self._clock()) as unit:
            return unit.looks.masked(_district(unit, incident_id), incident_id)

    def reveal(self, caller: Caller, incident_id: UUID, purpose: str, *, look_id: UUID) -> Identity:
        """Return who reported, and write down that the caller looked, and what for.

        That somebody looked stands on the case's chain, which witnesses what stands in the log: whoever takes a look
        out of it, or puts another name or purpose there, is found. Who, and what for, is told to few: not on the chain.

        Raises
        ------
        NotFoundError
            If there is no such incident that the caller may see.
        NotAllowedError
            If no role of theirs reveals the reporters of the place.
        InputError
            If the purpose is no words, or the id no UUIDv7.
        ConflictError
            If the id stands for another look.
        """
        words = purpose.strip()
        if not _FEWEST <= len(words) <= _MOST or "\0" in words:
            message = f"Say in {_FEWEST} to {_MOST} characters what the look is for: it is written down with your name."
            raise InputError(message, field="purpose")
        moment_of(look_id)
        with self._store.acting(caller, now=self._clock()) as unit:
            district_code = _district(unit, incident_id)
            if not unit.lists.head(incident_id, unit.subject, permission="reporter.reveal"):
                message = "No role of yours reveals reporters here (reporter.reveal): ask your administrator."
                raise NotAllowedError(message)
            return unit.looks.reveal(district_code, incident_id, look_id=look_id, purpose=words)

    def looks(self, caller: Caller, *, limit: int, before: UUID | None = None) -> list[dict[str, Any]]:
        """Return who looked at what, newest first.

        Raises
        ------
        NotAllowedError
            If the caller reads looks nowhere.
        """
        with self._store.acting(caller, now=self._clock()) as unit:
            unit.subject.require("looks.read")
            return unit.looks.page(unit.subject, limit=limit, before=before)


def _district(unit: Unit, incident_id: UUID) -> str:
    found = unit.lists.head(incident_id, unit.subject)
    if found is None:
        message = f"There is no incident {incident_id}: GET /api/v1/incidents lists those you may see."
        raise NotFoundError(message, field="incident_id")
    return found
