"""Incidents counted by hexagon, as somebody may see them: for maps of more ground than single marks can show."""

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import pandas as pd

from gridgov.hexagons import FINE, area_km2, children_of, hexagon_at, name_of, parent_of, stored_for
from gridgov.store.singles import Asked
from gridgov.store.unit import Unit


@dataclass(slots=True)
class Tally:
    """What was counted.

    Attributes
    ----------
    stages
        By hexagon: how many incidents are in which stage.
    overdue
        By hexagon: how many of them are overdue.
    from_at
        Where somebody takes part in more than are looked through one by one: since when those are counted.
    """

    stages: defaultdict[int, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    overdue: Counter[int] = field(default_factory=Counter)
    from_at: datetime | None = None

    def total(self, hexagon: int) -> int:
        """Return how many incidents lie in a hexagon."""
        return self.stages[hexagon].total()

    def whole(self) -> int:
        """Return how many there are in all."""
        return sum(stages.total() for stages in self.stages.values())

    def lifted(self, resolution: int) -> "Tally":
        """Return the same by hexagons of a coarser resolution."""
        found = Tally(from_at=self.from_at)
        for hexagon, stages in self.stages.items():
            parent = parent_of(hexagon, resolution)
            found.stages[parent] += stages
            found.overdue[parent] += self.overdue[hexagon]
        return found

    def by_stage(self) -> Counter[str]:
        """Return how many are in which stage."""
        return sum(self.stages.values(), Counter())


def tally(unit: Unit, asked: Asked, resolution: int, within: Collection[int] | None = None) -> Tally:
    """Return incidents counted by hexagons of a resolution.

    Parameters
    ----------
    unit
        The unit of work of whoever looks; only read.
    asked
        Which incidents. Hexagons that reach beyond its box may be counted in part only.
    resolution
        Of H3, 0 to 9; finer ones of the past alone, of which no roll-up tells.
    within
        Hexagons of this resolution, of which alone is told, or None for all.
    """
    return with_singles(unit, rolled_up(unit, asked, resolution, within), asked, resolution, within)


def rolled_up(unit: Unit, asked: Asked, resolution: int, within: Collection[int] | None = None) -> Tally:
    """Return what roll-ups tell of that: of whole districts the whole days of the period."""
    counted = Tally()
    if asked.as_of is not None:
        return counted
    stored = stored_for(resolution)
    named = None if within is None else [child for hexagon in within for child in children_of(hexagon, stored)]
    for hexagon, stage, incidents, overdue in unit.rollups.hexagons(asked, resolution, named):
        counted.stages[hexagon][stage] += incidents
        counted.overdue[hexagon] += overdue
    return counted


def with_singles(
    unit: Unit, counted: Tally, asked: Asked, resolution: int, within: Collection[int] | None = None
) -> Tally:
    """Add to what roll-ups told what they do not tell, and return it."""
    singles = unit.rollups.singles(asked)
    counted.from_at = singles.from_at
    for lon, lat, stage, late in zip(singles.lons, singles.lats, singles.stages, singles.overdue, strict=True):
        if lon is None or lat is None:
            continue
        hexagon = hexagon_at(lon, lat, max(resolution, FINE))
        hexagon = parent_of(hexagon, resolution)  # as roll-ups do, which know fine ones and their parents
        if within is None or hexagon in within:
            counted.stages[hexagon][stage] += 1
            counted.overdue[hexagon] += late
    return counted


def density(counted: Tally) -> pd.DataFrame:
    """Return each hexagon with its figures: hexagon, h3 (its name), count, overdue, per_km2; by hexagon."""
    hexagons = sorted(hexagon for hexagon in counted.stages if counted.total(hexagon))
    count = np.array([counted.total(hexagon) for hexagon in hexagons], dtype=int)
    areas = np.array([area_km2(hexagon) for hexagon in hexagons], dtype=float)
    return pd.DataFrame(
        {
            "hexagon": np.array(hexagons, dtype=np.int64),
            "h3": [name_of(hexagon) for hexagon in hexagons],
            "count": count,
            "overdue": [counted.overdue[hexagon] for hexagon in hexagons],
            "per_km2": count / areas if len(areas) else areas,
        }
    )
