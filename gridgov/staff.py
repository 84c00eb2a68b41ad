"""Staff and their duties: many people to a cell, many cells to a person, each dated, none deleted."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class TargetKind(StrEnum):
    """What a duty is for."""

    CELL = "cell"
    COMMUNITY = "community"
    STREET = "street"
    DISTRICT = "district"


@dataclass(frozen=True, slots=True)
class Duty:
    """Who answers for what, as what, from when until when (None: still)."""

    person_code: str
    person_name: str
    role: str
    target_kind: TargetKind
    target_code: str
    starts_at: datetime
    ends_at: datetime | None

    def holds_at(self, moment: datetime) -> bool:
        """Return whether the duty is in force at `moment`; its end is not part of it."""
        return self.starts_at <= moment and (self.ends_at is None or moment < self.ends_at)
