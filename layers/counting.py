"""Incidents counted by hexagon, as somebody may see them: for maps of more ground than single marks can show."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from gridgov.hexagons import area_km2, hexagon_at, name_of
from gridgov.store.rollups import Asked, Seen
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
    own
        Those that were found one by one because the asker does not see their whole district.
    """

    stages: defaultdict[int, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    overdue: Counter[int] = field(default_factory=Counter)
    own: list[Seen] = field(default_factory=list)

    def total(self, hexagon: int) -> int:
        """Return how many incidents lie in a hexagon."""
        return self.stages[hexagon].total()

    def add(self, hexagon: int, stage: str, incidents: int, overdue: int) -> None:
        """Count more."""
        self.stages[hexagon][stage] += incidents
        self.overdue[hexagon] += overdue


def tally(unit: Unit, asked: Asked, resolution: int) -> Tally:
    """Return incidents counted by hexagons of a resolution.

    Parameters
    ----------
    unit
        The unit of work of whoever looks; only read.
    asked
        Which incidents. Hexagons that reach beyond its box may be counted in part only.
    resolution
        Of H3, 0 to 9.
    """
    counted = Tally(own=unit.rollups.own(asked))
    for count in unit.rollups.hexagons(asked, resolution):
        counted.add(*count)
    for seen in (*unit.rollups.edges(asked), *counted.own):
        if seen.lon is not None and seen.lat is not None:
            counted.add(hexagon_at(seen.lon, seen.lat, resolution), seen.stage, 1, int(seen.overdue))
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
