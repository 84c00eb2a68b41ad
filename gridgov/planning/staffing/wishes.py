"""What a planner may wish of a staffing."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, TypedDict

import pandas as pd

from gridgov.errors import InputError
from gridgov.planning.staffing.part import Limits
from gridgov.planning.staffing.program import Effort

Demand = str | Mapping[str, str] | pd.DataFrame
Told = Callable[[int, int], None]


class StaffWishes(TypedDict, total=False):
    """What may be said to `staff`, each by its name.

    Attributes
    ----------
    demand
        How much work there is. A column of the cells (``"households"``), or one for each role (``{"police":
        "incidents"}``): it is shared in proportion, so that all work of a role is as much as all of its people can do.
        Or a frame of FTE, cells (index) x roles: then work is what it is.
    limits
        What may be asked of a person and of a cell (`Limits`), of all roles or by role.
    overlap
        Where the grid changes: rows of an old cell, a new cell, and the households that both have. Duties are then of
        old cells, and whoever served households knows them in their new cell.
    neighbours
        Pairs of cells that lie beside each other; else it is found from shared borders.
    needs
        Skills that cells ask for: ``cell``, ``skill``, and ``role`` if it must be one of that role.
    absent
        People who are away and get no cell.
    band
        How far a load may be from an equal share within street and role, as a share of it.
    gap
        How far from the best is near enough.
    nodes
        How many branches of the search are looked at, for each street and role.
    within_s
        After how many seconds of the clock the best that was found for a street and role is taken; None (the default)
        asks no clock, and the same seed gives the same staffing on any machine. What time ended may differ between
        runs: `Staffing.notes` tells how much it was, `Staffing.parts` which.
    seed
        The same seed gives the same staffing.
    progress
        Shows a bar; or is told how many streets and roles of how many are done.
    """

    demand: Demand
    limits: Limits | Mapping[str, Limits]
    overlap: pd.DataFrame | None
    neighbours: Any
    needs: pd.DataFrame | None
    absent: Collection[str]
    band: float
    gap: float
    nodes: int
    within_s: float | None
    seed: int
    progress: bool | Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Wished:
    """The same, complete and checked."""

    demand: Demand = field(default="households", compare=False)
    limits: Limits | Mapping[str, Limits] = field(default_factory=Limits)
    overlap: pd.DataFrame | None = field(default=None, compare=False)
    neighbours: Any = field(default=None, compare=False)
    needs: pd.DataFrame | None = field(default=None, compare=False)
    absent: Collection[str] = ()
    band: float = 0.1
    gap: float = 0.02
    nodes: int = 100
    within_s: float | None = None
    seed: int = 0
    progress: bool | Told = False

    def __post_init__(self) -> None:
        if not 0 < self.band < 1:
            message = f"A band of {self.band} cannot be held: give a share between 0 and 1, as 0.1 for a tenth."
            raise InputError(message, field="band")
        if not (0 < self.gap < 1 and self.nodes >= 1):
            message = "`gap` lies between 0 and 1 (0.02 is usual), and `nodes` is 1 or more."
            raise InputError(message, field="gap")
        if self.within_s is not None and not self.within_s > 0:
            message = f"`within_s` is above 0, or None for no limit of time; not {self.within_s}."
            raise InputError(message, field="within_s")
        if isinstance(self.absent, str):
            message = "`absent` is a list of people, not one text."
            raise InputError(message, field="absent")

    def limits_of(self, role: str) -> Limits:
        """Return what was wished of a role."""
        return self.limits.get(role, Limits()) if isinstance(self.limits, Mapping) else self.limits

    @property
    def effort(self) -> Effort:
        """How hard to try."""
        return Effort(self.gap, self.nodes, self.within_s)
