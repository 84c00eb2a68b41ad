"""Foretelling: what would become of a report, said before it is sent, by the same functions that intake decides by.

Nothing is stored. What is said holds for the grid and the rules of this moment; the report itself is judged anew.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from gridgov.access import Caller
from gridgov.clock import Clock
from gridgov.incidents import CellRef, GivenPosition, Place
from gridgov.matters import who_answers
from gridgov.services.judging import draft_of, lead_of
from gridgov.services.knowledge import Knowledge, KnowledgeKeeper, keeper_of
from gridgov.services.placing import place_given, street_shares
from gridgov.settings import Settings
from gridgov.store.unit import Store, Unit
from gridgov.whistles import CombinedDraft

_MOST_CELLS = 200
"""So many cells of a large outline are named; its streets are told of all of them."""


@dataclass(frozen=True, slots=True)
class Part:
    """A cell, or a street, that a position may lie in or an extent does; None for what is not asked of it."""

    code: str
    probability: float | None
    share: float | None


@dataclass(frozen=True, slots=True)
class Foretold:
    """What would become of a report.

    Attributes
    ----------
    cells, streets
        The likeliest, or the largest, first. Of a point without an accuracy: where it lies, with certainty.
    names
        What these areas are called, and those above them, by code.
    people
        Who answers for the cell, as `PeopleStore.who` tells.
    lead, cooperating
        Organisations as code and name, of the matter that was asked about, at that place.
    draft
        The combined whistle that would be drafted.
    """

    place: Place
    cells: list[Part]
    streets: list[Part]
    names: dict[str, str]
    people: list[dict[str, Any]]
    lead: tuple[str, str] | None
    cooperating: list[tuple[str, str]]
    draft: CombinedDraft | None


class Foretelling:
    """Says what would become of a report.

    Parameters
    ----------
    store
        Where the grid, the people and the rules are kept.
    clock
        Tells which of them are in force.
    keeper
        Keeps what decides about reports.
    """

    def __init__(self, store: Store, *, clock: Clock, keeper: KnowledgeKeeper) -> None:
        self._store = store
        self._clock = clock
        self._keeper = keeper

    @classmethod
    def configured(cls, store: Store, settings: Settings, *, clock: Clock) -> Self:
        """Return the service as an installation's settings want it."""
        return cls(store, clock=clock, keeper=keeper_of(store, settings.cache_dir))

    def foretell(self, caller: Caller, position: GivenPosition, matter_code: str | None) -> Foretold:
        """Return what would become of a report of a matter (None: of any) at a position.

        Raises
        ------
        NotAllowedError
            If no role of theirs reads the grid.
        RuleError
            If the matter is not on the list.
        CoordinateError, GeometryError
            As for a report.
        """
        now = self._clock()
        with self._store.acting(caller, now=now) as unit:
            unit.subject.require("grid.read")
            knowledge = self._keeper.current(unit, now)
            place = place_given(position, None, knowledge.grid)
            cells = _cells(place)
            lead, cooperating = _answerers(place, matter_code, knowledge)
            return Foretold(
                place=place,
                cells=cells[:_MOST_CELLS],
                streets=_streets(place, cells),
                names=_names(unit, cells, now),
                people=_people(unit, place.cell, now),
                lead=lead,
                cooperating=cooperating,
                draft=draft_of(place, knowledge.matters.matter(matter_code), knowledge, now) if matter_code else None,
            )


def _cells(place: Place) -> list[Part]:
    if place.shares:
        return [Part(part.cell.code, None, part.share) for part in place.shares if part.cell]
    if place.chances:
        return [Part(one.cell.code, one.probability, None) for one in place.chances if one.cell]
    return [Part(place.cell.code, 1.0, None)] if place.cell else []


def _streets(place: Place, cells: list[Part]) -> list[Part]:
    if place.shares:
        found = [Part(street.street_code, None, street.share) for street in street_shares(place.shares)]
        return sorted(found, key=lambda part: (-(part.share or 0.0), part.code))
    sums: dict[str, float] = defaultdict(float)
    for part in cells:
        sums[part.code[:9]] += part.probability or 0.0
    found = [Part(code, probability, None) for code, probability in sums.items()]
    return sorted(found, key=lambda part: (-(part.probability or 0.0), part.code))


def _names(unit: Unit, cells: list[Part], now: datetime) -> dict[str, str]:
    codes = {part.code for part in cells}
    above = {code[:digits] for code in codes for digits in (6, 9, 12)}
    return unit.cells.names(codes, at=now) | unit.areas.names(above, at=now)


def _people(unit: Unit, cell: CellRef | None, now: datetime) -> list[dict[str, Any]]:
    return unit.people.who(cell.district_code, cell.id, at=now) if cell else []


def _answerers(
    place: Place, matter_code: str | None, knowledge: Knowledge
) -> tuple[tuple[str, str] | None, list[tuple[str, str]]]:
    if matter_code is None:
        return None, []
    cell, matter = place.cell, knowledge.matters.matter(matter_code)
    lead, _ = lead_of(matter, place, knowledge)
    here = cell.district_code if cell else knowledge.matters.lead(matter_code)[:6]
    street_code = cell.street_code if cell else None
    answerers = who_answers(
        knowledge.matters, knowledge.organisations, matter_code, street_code=street_code, district_code=here
    )
    return _named(lead, knowledge), [one for code in answerers.cooperating if (one := _named(code, knowledge))]


def _named(code: str | None, knowledge: Knowledge) -> tuple[str, str] | None:
    found = knowledge.organisations.by_code(code) if code else None
    return (found.code, found.name) if found else None
