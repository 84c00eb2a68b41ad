"""Suspicions: what stands out, as something that a person can look at, and confirm or dismiss."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """Why something is suspected."""

    HOTSPOT = "hotspot"
    """A cell with its neighbours has more than its own past lets expect."""
    REPEAT = "repeat"
    """The same came up on many days at one place."""
    RISING = "rising"
    """A matter comes up in a street more than in the weeks before."""


class State(StrEnum):
    """What became of a proposal. Decided once, and for good."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    """A person saw to it: a case was opened."""
    DISMISSED = "dismissed"
    """A person said why not."""


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A suspected problem: what, where, since when, and by which numbers.

    Attributes
    ----------
    area_code
        The cell, or the street, that it lies in.
    place
        What tells it from others of its kind: the cell's code, the street's, or a hexagon of about 25 m for a repeat.
    matter
        A code of the list in force.
    since, until
        The period that the numbers are of.
    lon, lat
        Where to look, degrees, EPSG:4326.
    reason, reason_en
        One sentence.
    numbers
        What the sentence is made of: count, expected, q, ...
    """

    kind: Kind
    area_code: str
    place: str
    matter: str
    since: datetime
    until: datetime
    lon: float
    lat: float
    reason: str
    reason_en: str
    numbers: Mapping[str, Any] = field(default_factory=dict)

    @property
    def district_code(self) -> str:
        """The district that it lies in."""
        return self.area_code[:6]
