"""Organisations: departments, street offices, stations, enterprises. Each answers for an area and for matters."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class OrganisationKind(StrEnum):
    """What sort of body an organisation is."""

    GOVERNMENT = "government"
    DEPARTMENT = "department"
    STREET_OFFICE = "street_office"
    COMMUNITY = "community"
    STATION = "station"
    ENTERPRISE = "enterprise"


_OF_THE_STREET = frozenset({OrganisationKind.STREET_OFFICE, OrganisationKind.COMMUNITY})


@dataclass(frozen=True, slots=True)
class Organisation:
    """One organisation; `area_code` is the area it answers for, with everything below.

    Attributes
    ----------
    closed
        It is given nothing more; its name and its past stay.
    """

    id: UUID
    code: str
    name: str
    kind: OrganisationKind
    area_code: str
    parent_code: str | None = None
    closed: bool = False


class OrganisationBook:
    """All organisations of an installation, found by code and by the street they answer for."""

    def __init__(self, organisations: list[Organisation]) -> None:
        self._by_code = {o.code: o for o in organisations}
        there = [o for o in organisations if not o.closed]
        self._street_office = {o.area_code: o for o in there if o.kind is OrganisationKind.STREET_OFFICE}
        self._government = {o.area_code: o for o in there if o.kind is OrganisationKind.GOVERNMENT}

    def __len__(self) -> int:
        return len(self._by_code)

    def __iter__(self) -> Iterator[Organisation]:
        return iter(self._by_code.values())

    def by_code(self, code: str) -> Organisation | None:
        """Return the organisation with this code, or None."""
        return self._by_code.get(code)

    def open(self, code: str) -> Organisation | None:
        """Return the organisation with this code, or None if there is none or it is closed."""
        found = self._by_code.get(code)
        return None if found is None or found.closed else found

    def street_office(self, street_code: str) -> Organisation | None:
        """Return the office that answers for the street, or None if nobody does."""
        return self._street_office.get(street_code)

    def of_the_street(self, organisation: Organisation) -> bool:
        """Return whether it is a street's office or a community, or a part of one, however far below."""
        seen: set[str] = set()
        one: Organisation | None = organisation
        while one is not None and one.code not in seen:
            if one.kind in _OF_THE_STREET:
                return True
            seen.add(one.code)
            one = self._by_code.get(one.parent_code or "")
        return False

    def counterpart(self, code: str, district_code: str) -> str:
        """Return who does the same work in a district: the same code after its six digits, else `code` itself.

        The responsibility list names the departments of the district that wrote it; across the border, those of the
        neighbour answer.
        """
        other = district_code + code[6:]
        return other if self.open(other) else code

    def government(self, district_code: str) -> Organisation | None:
        """Return the district's government, or None."""
        return self._government.get(district_code)
