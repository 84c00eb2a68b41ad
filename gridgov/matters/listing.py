"""The responsibility list: every matter with its rules, and the organisations' parts in it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from gridgov.errors import RuleError


class Part(StrEnum):
    """An organisation's part in a matter."""

    LEAD = "lead"
    COOPERATING = "cooperating"


class Counted(StrEnum):
    """How the time to handle a matter runs."""

    URGENT = "urgent"
    """Day and night, whoever handles it."""
    WORKING = "working"
    """While the organisation works."""
    DAYS = "days"
    """By the organisation's working days; 24 hours of the list are one."""


STREET_OFFICE = "STREET_OFFICE"
"""Stands in the list for "the office of the street where it happens"."""


@dataclass(frozen=True, slots=True)
class Matter:
    """One class of incident and its rules.

    `admitted` is the admission list: whether grid workers and streets may be given this matter at all.
    Limits count from the step before: filing from the report, handling from the dispatch. Filing counts as the clock
    of whoever files runs; `counted` says how handling does.
    """

    code: str
    name: str
    category: str
    subcategory: str
    whistle_kind: str | None
    admitted: bool
    priority: int
    file_within: timedelta
    handle_within: timedelta
    counted: Counted = Counted.WORKING

    @property
    def whistle_allowed(self) -> bool:
        """Whether a street may whistle for this matter."""
        return self.whistle_kind is not None


@dataclass(frozen=True, slots=True)
class Responsibility:
    """An organisation's part in a matter; `organisation_code` may be `STREET_OFFICE`."""

    matter_code: str
    organisation_code: str
    part: Part


class MatterList:
    """One version of the classification and its responsibilities.

    Raises
    ------
    RuleError
        If a matter has not exactly one lead, or a responsibility names an unknown matter.
    """

    def __init__(self, version: int, matters: Sequence[Matter], responsibilities: Sequence[Responsibility]) -> None:
        self.version = version
        self._matters: Mapping[str, Matter] = {m.code: m for m in matters}
        self._parts: dict[str, list[Responsibility]] = {code: [] for code in self._matters}
        for entry in responsibilities:
            if entry.matter_code not in self._parts:
                message = f"The responsibility list names matter {entry.matter_code}, which it does not define."
                raise RuleError(message, field="matter_code")
            self._parts[entry.matter_code].append(entry)
        for code, parts in self._parts.items():
            leads = sum(p.part is Part.LEAD for p in parts)
            if leads != 1:
                message = f"Matter {code} has {leads} lead organisations; it needs exactly one."
                raise RuleError(message, field="responsibilities")

    def __len__(self) -> int:
        return len(self._matters)

    def __iter__(self) -> Iterator[Matter]:
        return iter(self._matters.values())

    def matter(self, code: str) -> Matter:
        """Return the matter with this code.

        Raises
        ------
        RuleError
            If the list has no such matter.
        """
        try:
            return self._matters[code]
        except KeyError:
            message = f"Matter {code!r} is not on the list (version {self.version}); GET /api/v1/matters shows all."
            raise RuleError(message, field="matter") from None

    def lead(self, code: str) -> str:
        """Return the code of the organisation that leads, possibly `STREET_OFFICE`."""
        return next(p.organisation_code for p in self._parts[code] if p.part is Part.LEAD)

    def cooperating(self, code: str) -> list[str]:
        """Return the codes of the cooperating organisations, in the list's order."""
        return [p.organisation_code for p in self._parts[code] if p.part is Part.COOPERATING]
