"""Where a case stands: the newest of its facts in one record, as acts and sweeps find it under lock."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


class Stage(StrEnum):
    """Where a case is on its way: seven stages, and the three beside them."""

    REPORTED = "reported"
    FILED = "filed"
    DISPATCHED = "dispatched"
    HANDLING = "handling"
    FED_BACK = "fed_back"
    VERIFIED = "verified"
    CLOSED = "closed"
    REJECTED = "rejected"
    SUSPENDED = "suspended"
    MERGED = "merged"


ENDED = frozenset({Stage.CLOSED, Stage.REJECTED, Stage.MERGED})
"""Where nothing is to be done any more."""


class Clock(StrEnum):
    """What the clock of a case does."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Head:
    """The key of an incident and of everything that hangs on it."""

    district_code: str
    incident_id: UUID


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a case stands.

    Attributes
    ----------
    revision
        Grows by one with every act: the ETag.
    deadline_at
        Until when what `due_kind` names should be done.
    due_at
        When the sweep looks next: at the deadline, at each step of escalation after it, or when a suspension ends.
    due_step
        How many steps of escalation were taken.
    remaining_s
        Working seconds left of a paused clock; negative when it was late already.
    counted_since
        From when the limit that runs is counted: moved on by what the case lay aside.
    handling_left_s, handling_whole_s
        Working seconds left of the limit to handle while it does not run, and those of all of it.
    handling_hours
        In which hours both are counted.
    handling_step
        How many steps of escalation the limit to handle had taken when it stopped running.
    calendar_short
        The last day of the calendar that ended before an answer; None where all is reckoned.
    handling_office
        The area of the street office that handles the case, itself or by a section of its own.
    extension_s
        Working seconds that were asked for and neither granted nor refused yet.
    list_version
        The responsibility list that judges the case.
    parties
        Who may see it: codes of areas and organisations, ids of accounts.
    """

    district_code: str
    incident_id: UUID
    number: str
    list_version: int
    stage: Stage
    revision: int
    matter_code: str
    priority: int | None
    cell_district_code: str | None
    cell_code: str | None
    lead_organisation_code: str | None
    first_organisation_code: str | None
    handling_organisation_code: str | None
    handler: str | None
    stage_since: datetime
    stage_before: Stage | None
    clock: Clock
    due_kind: str | None
    deadline_at: datetime | None
    due_at: datetime | None
    due_step: int
    remaining_s: int | None
    handling_left_s: int | None
    extension_s: int | None
    suspended_until: datetime | None
    merged_into_id: UUID | None
    transfers: int
    reopenings: int
    counted_since: datetime | None = None
    first_dispatched_at: datetime | None = None
    handling_whole_s: int | None = None
    handling_hours: str | None = None
    handling_step: int = 0
    calendar_short: date | None = None
    handling_office: str | None = None
    parties: frozenset[str] = field(default_factory=frozenset)

    @property
    def head(self) -> Head:
        """The case's key."""
        return Head(self.district_code, self.incident_id)

    @property
    def places(self) -> tuple[str, ...]:
        """The codes that an office over the place must cover one of: the cell that answers, and the district."""
        return (self.cell_code, self.district_code) if self.cell_code else (self.district_code,)
