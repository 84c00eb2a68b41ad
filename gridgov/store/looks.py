"""Looks at what is hidden: the database shows it only through functions that write down who looked, and what for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, and_, false, insert, or_, select, text
from sqlalchemy.exc import IntegrityError

from gridgov.access import Subject
from gridgov.errors import ConflictError
from gridgov.ids import new_id
from gridgov.store.tables import look
from gridgov.store.waiting import Waiting

_MASKED = text("SELECT name, phone FROM gridgov_masked_reporter(:district_code, :incident_id)")
_REVEAL = text("SELECT name, phone FROM gridgov_reveal(:district_code, :incident_id, :look_id, :purpose)")
_SHOWN = [c for c in look.c if c.name != "nonce"]


@dataclass(frozen=True, slots=True)
class Identity:
    """Who reported, or the mask of it; None for what was not said."""

    name: str | None = None
    phone: str | None = None


class LookStore:
    """Reads what is hidden within one transaction of somebody's; the system itself has no way to it.

    What somebody takes away in tables hides nothing, and is written down all the same, by the system.
    """

    def __init__(self, connection: Connection, waiting: Waiting) -> None:
        self._connection = connection
        self._waiting = waiting

    def masked(self, district_code: str, incident_id: UUID) -> Identity:
        """Return who reported, with stars in it; nothing where nobody said who they are."""
        row = self._connection.execute(_MASKED, {"district_code": district_code, "incident_id": incident_id}).first()
        return Identity(*row) if row else Identity()

    def reveal(self, district_code: str, incident_id: UUID, *, look_id: UUID, purpose: str) -> Identity:
        """Return who reported; the same statement writes the look down and appends it to the case's chain.

        The look is of the time of entering, and what is appended of that time or the newest fact's. The same look again
        stays one.

        Raises
        ------
        ConflictError
            If the look's id stands for another look.
        DatabaseBusyError
            If too many wait for the case already.
        """
        asked = {"district_code": district_code, "incident_id": incident_id, "look_id": look_id}
        try:
            with self._waiting.at(incident_id), self._connection.begin_nested():
                row = self._connection.execute(_REVEAL, {**asked, "purpose": purpose}).first()
        except IntegrityError as error:
            message = "This id already stands for another look: make a new id for each new look."
            raise ConflictError(message, field="id") from error
        return Identity(*row) if row else Identity()

    def taken(self, subject: Subject, districts: Sequence[str], *, purpose: str, at: datetime) -> None:
        """Write down that a subject took a table of incidents of these districts away."""
        who = {"account_id": subject.account_id, "login": subject.login, "kind": "table", "purpose": purpose, "at": at}
        self._connection.execute(insert(look), [{**who, "district_code": d, "id": new_id()} for d in districts])

    def page(self, subject: Subject, *, limit: int, before: UUID | None = None) -> list[dict[str, Any]]:
        """Return looks in the districts of which `subject` reads them, newest first, strictly before `before`."""
        c = look.c
        areas = subject.areas("looks.read")
        query = select(*_SHOWN).where(
            or_(false(), *(c.district_code.startswith(area, autoescape=True) for area in areas))
        )
        query = query.where(c.id < before) if before else query
        return self._all(query.order_by(c.id.desc()).limit(limit))

    def at_person(self, person: tuple[str, UUID], *, since: datetime) -> list[dict[str, Any]]:
        """Return who looked at a person's position since a moment, newest first."""
        c = look.c
        same = and_(c.district_code == person[0], c.person_id == person[1], c.at >= since)
        return self._all(select(*_SHOWN).where(same).order_by(c.at.desc()))

    def _all(self, query: Any) -> list[dict[str, Any]]:
        return [dict(row) for row in self._connection.execute(query).mappings()]
