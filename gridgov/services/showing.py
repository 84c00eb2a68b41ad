"""Showing: the attachments of a case, to whoever may see the case."""

from collections.abc import Iterator
from typing import Self
from uuid import UUID

from gridgov.access import Caller
from gridgov.clock import Clock
from gridgov.errors import NotAllowedError, NotFoundError
from gridgov.evidence import Told
from gridgov.settings import Settings
from gridgov.store.evidence import Evidence
from gridgov.store.objects import Objects
from gridgov.store.unit import Store, Unit


class Gallery:
    """Hands attachments out.

    Parameters
    ----------
    store
        Where it is written what there is.
    objects
        Where the files are.
    clock
        Tells the time.
    """

    def __init__(self, store: Store, objects: Objects, *, clock: Clock) -> None:
        self._store = store
        self._objects = objects
        self._clock = clock

    @classmethod
    def configured(cls, store: Store, settings: Settings, *, clock: Clock) -> Self:
        """Return the service as an installation's settings want it."""
        return cls(store, Objects.configured(settings), clock=clock)

    def of_incident(self, caller: Caller, incident_id: UUID) -> list[Evidence]:
        """Return an incident's attachments, oldest first.

        Raises
        ------
        NotFoundError
            If there is no such incident for the caller.
        """
        with self._store.acting(caller, now=self._clock()) as unit:
            head = unit.evidence.incident_of(incident_id, None)
            if head is None:
                message = f"There is no incident {incident_id}: GET /api/v1/incidents lists those there are."
                raise NotFoundError(message, field="incident_id")
            return unit.evidence.of_incident(*head)

    def one(self, caller: Caller, evidence_id: UUID) -> Evidence:
        """Return one attachment.

        Raises
        ------
        NotFoundError
            If there is none with this id for the caller.
        """
        with self._store.acting(caller, now=self._clock()) as unit:
            return _visible(unit, evidence_id)

    def told(self, caller: Caller, evidence_id: UUID) -> Told:
        """Return what a file told of place and time.

        Raises
        ------
        NotAllowedError
            If no role lets the caller see that.
        """
        with self._store.acting(caller, now=self._clock()) as unit:
            found = _visible(unit, evidence_id)
            if not takes_part(unit, (found.district_code, found.incident_id), "evidence.exif"):
                message = "Where and when a camera was is shown to the command centre and the street of the case."
                raise NotAllowedError(message)
            return unit.evidence.told(found)

    def read(self, sha256: bytes, span: range | None = None) -> Iterator[bytes]:
        """Yield the bytes of a file whose hash an attachment of the caller names."""
        return self._objects.read(sha256, span)


def takes_part(unit: Unit, head: tuple[str, UUID], permission: str) -> bool:
    """Return whether a permission of the caller is granted over a party of the incident."""
    who = unit.subject
    return who.may(permission) and unit.evidence.takes_part(head, who.parties(permission))


def _visible(unit: Unit, evidence_id: UUID) -> Evidence:
    found = unit.evidence.find(evidence_id)
    if found is None:
        message = f"There is no attachment {evidence_id}, or it is not yours to see."
        raise NotFoundError(message, field="evidence_id")
    return found
