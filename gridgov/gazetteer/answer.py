"""What the gazetteer answers: sure, unsure or unknown, three different things.

A caller must tell them apart, so they are three types and not one with flags: only `Sure` may be stored without a
person looking at it, `Unsure` carries the question to ask the reporter, `Unknown` says what was missing.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Level: TypeAlias = Literal["unit", "building", "number", "estate", "road", "community", "street"]
"""How finely a candidate is known. A named place (a school, a park) counts as a building."""

Whole: TypeAlias = Literal["estate", "road", "community", "street"]
"""Levels that hold many addresses."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One place that a text may mean.

    Parameters
    ----------
    address_id
        Id in the address book, or None when the candidate stands for several addresses (a whole estate, a road).
    label
        The address written out in the book's own words.
    lon, lat
        Degrees, EPSG:4326, longitude first in every pair.
    score
        0 (nothing fits) to 1 (everything said fits); comparable within one answer and between texts.
    level
        How finely the place is known.
    accuracy_m
        Radius in metres, around lon and lat, of what the matched level and words like 对面 leave open.
    matched, unmatched
        The pieces of the given text, as written, that speak for this candidate, and those that do not.
    """

    address_id: str | None
    label: str
    lon: float
    lat: float
    score: float
    level: Level
    accuracy_m: float
    matched: tuple[str, ...] = ()
    unmatched: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sure:
    """One place fits, well enough and far better than any other."""

    candidate: Candidate

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """The one candidate, so that a caller may list any answer the same way."""
        return (self.candidate,)


@dataclass(frozen=True, slots=True)
class Unsure:
    """Something fits, not enough to act on: ask.

    Parameters
    ----------
    candidates
        Best first, at least one.
    question
        What to ask the reporter, in a sentence.
    asks
        The part of an address that the question is about (``street``, ``building``, ...), for programs.
    """

    candidates: tuple[Candidate, ...]
    question: str
    asks: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """The text names nothing that the address book knows; `reason` says what was looked for in vain."""

    reason: str

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """None at all."""
        return ()


Answer: TypeAlias = Sure | Unsure | Unknown
