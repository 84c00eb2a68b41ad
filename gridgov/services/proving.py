"""Proving: attachments that an act names belong to its case, and are there, or are known to be still on their way."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from gridgov.errors import InputError
from gridgov.incidents import Head
from gridgov.store.unit import Unit


def require_attached(unit: Unit, head: Head, wanted: Collection[UUID]) -> None:
    """Refuse attachments that are not there.

    Raises
    ------
    InputError
        Naming those that the case does not have.
    """
    missing = awaited(unit, head, wanted)
    if missing:
        message = f"This case has no attachment {missing[0]}: upload it to this case first."
        raise InputError(message, field="evidence", details=[{"missing": missing}])


def promised(unit: Unit, head: Head, wanted: Collection[UUID]) -> list[str]:
    """Return those of the attachments that are not there yet: a phone without signal sends its photos later.

    Raises
    ------
    InputError
        If one is there, and belongs to another case.
    """
    missing = awaited(unit, head, wanted)
    foreign = next((identifier for identifier in missing if unit.evidence.find(UUID(identifier))), None)
    if foreign:
        message = f"Attachment {foreign} belongs to another case: upload it to this one under an id of its own."
        raise InputError(message, field="evidence", details=[{"missing": [foreign]}])
    return missing


def awaited(unit: Unit, head: Head, wanted: Collection[UUID], *, at: datetime | None = None) -> list[str]:
    """Return those of the attachments that the case did not have at a moment (None: has not now), each once."""
    if not wanted:
        return []
    attached = unit.evidence.of_incident(head.district_code, head.incident_id)
    there = {found.id for found in attached if at is None or found.added_at <= at}
    return [str(identifier) for identifier in dict.fromkeys(wanted) if identifier not in there]
