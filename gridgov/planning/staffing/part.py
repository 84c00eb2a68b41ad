"""One street and one role: who there is, what there is to do, and what a good answer is. The rest is made of these."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from gridgov.errors import InputError

NEWCOMER: Final = 1.0
"""What one full-time equivalent (FTE) of work costs that is done by somebody whom no household there knows."""

KILOMETRE: Final = 0.05
"""What an FTE of work costs for each kilometre on foot from where the person is based."""

CELL: Final = 0.02
"""What another cell costs by itself, if nobody there knows the person: many small shares are work for everybody."""

UNCOVERED: Final = 20.0
"""What an FTE of work costs that nobody does: far more than any way to have it done."""

EMPTY: Final = 5.0
"""What a cell without anybody costs."""

UNSKILLED: Final = 2.0
"""What a cell costs that has nobody with the skill it asks for."""

UNFAIR: Final = 4.0
"""What an FTE costs by which somebody's load leaves its band."""

LEAST_SHARE: Final = 0.05
"""The share of a cell's work that whoever holds it does at least: nobody holds a cell on paper."""

APART: Final = 10_000
"""How many cells lie between two that no chain of neighbours joins: more than there are."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be asked of one role; None: what its numbers suggest (`resolved`).

    Attributes
    ----------
    cells
        Cells that one person holds at most.
    people
        People of this role that share a cell at most.
    load
        FTE of work for each FTE of a person at most. None: whatever there is to do is shared.
    """

    cells: int | None = None
    people: int | None = None
    load: float | None = None

    def __post_init__(self) -> None:
        for name, limit, whole in (
            ("cells", self.cells, True),
            ("people", self.people, True),
            ("load", self.load, False),
        ):
            if limit is not None and not (limit > 0 and math.isfinite(limit) and (not whole or limit == int(limit))):
                kind = "a whole number" if whole else "a number"
                message = f"A limit of {name} is {kind} above 0, or None for the usual; not {limit}."
                raise InputError(message, field="limits")

    def resolved(self, people: int, demand: np.ndarray) -> "Limits":
        """Return these limits with what was left open.

        Of cells, twice what an equal share would be, at least three: fewer make patches hard to fit together, more are
        hardly a limit. Of people, one more than the heaviest cell needs, at least three.

        Parameters
        ----------
        people
            How many there are.
        demand
            FTE of work of each cell.
        """
        each = math.ceil(2 * len(demand) / max(people, 1))
        heaviest = demand.max() / max(demand.sum(), 1e-12)
        return Limits(self.cells or max(3, each), self.people or max(3, math.ceil(heaviest * people) + 1), self.load)


@dataclass(frozen=True, slots=True)
class Need:
    """A skill that some cells ask for: at least one of their people must have it."""

    skill: str
    cells: np.ndarray
    people: np.ndarray


@dataclass(frozen=True, slots=True)
class Part:
    """One street and one role.

    Attributes
    ----------
    street, role
        Which.
    cells, people
        Their ids; all below is by position among these.
    demand
        FTE of work in each cell.
    capacity
        FTE of each person.
    known
        People x cells: the share of a cell's households that a person served before.
    metres
        Cells x cells: the way on foot.
    hops
        Cells x cells: borders between them, `APART` if there is no way.
    home
        The cell in which each person is based today, -1 if nowhere.
    needs
        Skills that are asked for.
    limits
        Resolved.
    band
        How far a load may be from an equal share, as a share of it.
    """

    street: str
    role: str
    cells: tuple[str, ...]
    people: tuple[str, ...]
    demand: np.ndarray
    capacity: np.ndarray
    known: np.ndarray
    metres: np.ndarray
    hops: np.ndarray
    home: np.ndarray
    needs: tuple[Need, ...]
    limits: Limits
    band: float

    @property
    def level(self) -> float:
        """FTE of work for each FTE of a person, if all carry the same."""
        return float(self.demand.sum() / self.capacity.sum())

    @property
    def target(self) -> np.ndarray:
        """FTE of work that is each person's equal share, as far as limits of load let them do it."""
        level = self.level if self.limits.load is None else min(self.level, self.limits.load)
        return np.asarray(self.capacity * level)

    @property
    def most(self) -> np.ndarray:
        """FTE of work that a person may do."""
        return np.asarray(np.minimum(self.target * (1 + self.band), self._at_most))

    @property
    def room(self) -> np.ndarray:
        """FTE by which a person may do more than the band has it, where nothing fairer can be found."""
        return np.asarray(np.maximum(self._at_most - self.most, 0))

    @property
    def _at_most(self) -> np.ndarray:
        load = np.inf if self.limits.load is None else self.limits.load
        return np.asarray(self.capacity * load)

    @property
    def least(self) -> np.ndarray:
        """FTE of work that a person should do."""
        return np.asarray(self.target * (1 - self.band))

    @property
    def price(self) -> np.ndarray:
        """People x cells: what an FTE of work costs, done by this person there."""
        km = self.metres[self.home] / 1000
        return np.asarray(NEWCOMER * (1 - self.known) + KILOMETRE * km)
