"""Areas: district > street > community. Their levels are data; their codes are attributes with dates, never keys."""

from dataclasses import dataclass
from enum import IntEnum


class Level(IntEnum):
    """How deep an area lies. A township is a street, a village is a community (GB/T 10114, GB/T 2260)."""

    CITY = 1
    DISTRICT = 2
    STREET = 3
    COMMUNITY = 4


LEVEL_OF_CODE_LENGTH = {4: Level.CITY, 6: Level.DISTRICT, 9: Level.STREET, 12: Level.COMMUNITY}
"""Digits of the statistical code per level: 6 (GB/T 2260), 3 more per street, 3 more per community."""


@dataclass(frozen=True, slots=True)
class AreaRef:
    """An area as others speak of it: its code and name as of the moment that was asked about."""

    code: str
    name: str

    @property
    def district_code(self) -> str:
        """The six digits of the district it lies in."""
        return self.code[:6]
