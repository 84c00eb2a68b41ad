"""Teams that are summoned at once: standing command groups by name, templates by what an organisation does."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from gridgov.organisations import OrganisationBook

AT_MOST = 50
"""Members a team may have: more is a roll call, not a team."""

STREET_DIGITS = 9
"""Digits of a street's code: a shorter one is an area above, a longer one lies inside it."""


class TeamKind(StrEnum):
    """How a team names its members."""

    GROUP = "group"
    """A standing command group: organisations by their own codes."""
    TEMPLATE = "template"
    """A template: codes of one district, which stand for who does the same work in the district of the whistle."""


@dataclass(frozen=True, slots=True)
class Team:
    """A team for whistles in `area_code`; `lead` is one of `members`, or None where the list says who leads.

    Retired, it is the same team, and can be summoned no more.
    """

    id: UUID
    district_code: str
    kind: TeamKind
    name: str
    area_code: str
    members: tuple[str, ...]
    lead: str | None = None
    retired_at: datetime | None = field(default=None, compare=False)

    @property
    def stands(self) -> bool:
        """Whether a street or a district made it: who belongs to it was decided there, and nobody needs to say why."""
        return len(self.area_code) <= STREET_DIGITS

    def leads(self, book: OrganisationBook, district_code: str) -> str | None:
        """Return who leads it at a whistle in a district, or None where the list says so."""
        if self.lead is None or self.kind is TeamKind.GROUP:
            return self.lead
        return book.counterpart(self.lead, district_code)

    def called(self, book: OrganisationBook, district_code: str) -> tuple[str, ...]:
        """Return whom it calls to a whistle in a district, the lead first."""
        first = sorted(self.members, key=lambda code: (code != self.lead, code))
        if self.kind is TeamKind.GROUP:
            return tuple(first)
        return tuple(dict.fromkeys(book.counterpart(code, district_code) for code in first))
