"""Notices: what people must be told, and to whom. How they are told is the channels' business."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom a notice is for: an account, the people of an organisation, or the holders of a role over an area."""

    account_id: UUID | None = None
    organisation_code: str | None = None
    role: str | None = None
    area_code: str | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell.

    Attributes
    ----------
    kind
        ``noun.event``: ``case.dispatched``, ``case.overdue``, ``whistle.summoned``, ``whistle.escalated`` ...
    dedup
        Names the occasion. The same occasion is told once, however often its transaction is tried.
    data
        Figures and codes for the words of the message; no personal data of a reporter.
    """

    kind: str
    district_code: str
    audience: Audience
    dedup: str
    incident_id: UUID | None = None
    whistle_id: UUID | None = None
    data: dict[str, Any] = field(default_factory=dict)
