"""What a planner may wish of a new grid."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from numbers import Integral, Real
from typing import TypedDict

import geopandas as gpd
import pandas as pd

from gridgov.errors import InputError
from gridgov.planning.adjacency import Adjacency

FRONT = (0.05, 0.1, 0.15, 0.25)
"""Bands of which the front is made: from cells nearly alike to those of 300 to 500 households at a mean of 400."""

LEAST_BAND = 0.01
MOST_BAND = 5.0

Range = tuple[int, int]
Told = Callable[[int, int], None]


class Wishes(TypedDict, total=False):
    """What may be said to `rebalance`, each by its name.

    Attributes
    ----------
    community
        Column of the community, for ``within``.
    residents
        Column of those whom a move disturbs.
    kind
        Column by which cells that are not ``ordinary`` (a campus, a market) stay as they are and are measured apart.
    within
        ``community``: no cell crosses the border of its community; ``street``: it may.
    band
        How far a cell's load may be off its street's mean, as a share. By column (``{"households": .25, "incidents":
        .3}``) every one of them is held at once, in place of `weight`.
    front
        Further bands of which a plan is made, so that fairness and upheaval can be weighed against each other.
    more
        By how much a street's cells may grow in number, at least and at most; negative: fewer. For all, or by street.
    most_dissolved
        How many of a street's cells may be dissolved at most. For all streets alike, or by street.
    locked
        Codes of cells, or labels of atoms, that stay as they are.
    start
        A new cell for every atom, by which to begin: a plan by hand.
    adjacency
        Who touches whom, where it is known already; else it is found from the geometry.
    barriers
        Lines or polygons that are hard to cross, EPSG:4326: borders along them cost less. Those with a true ``hard``
        are not crossed at all, but by cells that lie on both sides today.
    islands
        ``refuse``: a cell whose atoms do not touch each other is an error; ``bridge``: they belong together even so.
    shape
        What borders cost, beside the residents who move: 1 is the usual, 6 keeps shapes nearly as they are.
    effort
        ``full``; ``preview``, some times faster and some hundredths worse; ``best``, slower and a little better.
    seed
        The same seed gives the same plan.
    progress
        Shows a bar; or is told how many pieces of work of how many are done.
    """

    community: str
    residents: str
    kind: str
    within: str
    band: float | Mapping[str, float]
    front: Collection[float]
    more: Range | Mapping[str, Range]
    most_dissolved: int | Mapping[str, int] | None
    locked: Collection[str]
    start: pd.Series | None
    adjacency: Adjacency | None
    barriers: pd.DataFrame | None
    islands: str
    shape: float
    effort: str
    seed: int
    progress: bool | Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Wished:
    """The same, complete and checked."""

    cell: str
    street: str
    weight: str | Mapping[str, float]
    community: str = "community"
    residents: str = "households"
    kind: str = "kind"
    within: str = "community"
    band: float | Mapping[str, float] = 0.1
    front: Collection[float] = FRONT
    more: Range | Mapping[str, Range] = (0, 0)
    most_dissolved: int | Mapping[str, int] | None = None
    locked: Collection[str] = ()
    start: pd.Series | None = field(default=None, compare=False)
    adjacency: Adjacency | None = field(default=None, compare=False)
    barriers: pd.DataFrame | None = field(default=None, compare=False)
    islands: str = "refuse"
    shape: float = 1.0
    effort: str = "full"
    seed: int = 0
    progress: bool | Told = False

    def __post_init__(self) -> None:
        _one_of("within", self.within, ("community", "street"))
        _one_of("islands", self.islands, ("refuse", "bridge"))
        _one_of("effort", self.effort, ("preview", "full", "best"))
        self._check_bands()
        if not 0 <= self.shape <= 100:
            message = "`shape` lies between 0 and 100; 1 is the usual."
            raise InputError(message, field="shape")
        if isinstance(self.locked, str):
            message = "`locked` is a list of codes, not one text."
            raise InputError(message, field="locked")
        start: object = self.start
        if start is not None and not isinstance(start, pd.Series):
            message = "`start` is a Series: the code of a cell for each atom, on the atoms' labels."
            raise InputError(message, field="start")
        if self.barriers is not None and not isinstance(self.barriers, gpd.GeoDataFrame):
            message = "`barriers` is a GeoDataFrame of lines or polygons in EPSG:4326."
            raise InputError(message, field="barriers")
        self._check_weight()
        self._check_dissolved()

    def _check_bands(self) -> None:
        if not isinstance(self.band, Mapping | Real) or not self.bands:
            message = "`band` is a share, as 0.25, or shares by column, as {'households': 0.25, 'incidents': 0.3}."
            raise InputError(message, field="band")
        if isinstance(self.front, str | Real):
            message = "`front` is a list of bands, as (0.05, 0.1)."
            raise InputError(message, field="front")
        for band in [*self.bands.values(), *self.front]:
            if not LEAST_BAND <= band <= MOST_BAND:
                message = (
                    f"A band of {band} cannot be held: give a share between {LEAST_BAND} and {MOST_BAND}, as 0.25."
                )
                raise InputError(message, field="band")

    def _check_weight(self) -> None:
        weight: object = self.weight
        if not isinstance(weight, Mapping | str):
            message = "`weight` is a column, or parts of several, as {'households': 0.7, 'incidents': 0.3}."
            raise InputError(message, field="weight")
        if isinstance(self.weight, Mapping) and not (self.weight and all(part > 0 for part in self.weight.values())):
            message = "Parts of a composite weight are positive, as {'households': 0.7, 'incidents': 0.3}."
            raise InputError(message, field="weight")

    def _check_dissolved(self) -> None:
        most = self.most_dissolved
        given: list[object] = list(most.values()) if isinstance(most, Mapping) else [] if most is None else [most]
        for one in given:
            if not isinstance(one, Integral) or int(one) < 0:
                message = "`most_dissolved` is a number of cells, 0 or more; or such a number by street."
                raise InputError(message, field="most_dissolved")

    @property
    def bands(self) -> dict[str, float]:
        """The band of every criterion by its name; of the weight itself by an empty one."""
        return dict(self.band) if isinstance(self.band, Mapping) else {"": float(self.band)}

    def most_dissolved_of(self, street: str) -> int | None:
        """Return how many cells of a street may be dissolved at most; None for any number."""
        most = self.most_dissolved
        return most.get(street) if isinstance(most, Mapping) else most

    def more_of(self, street: str) -> Range:
        """Return by how much a street's cells may grow in number."""
        found = self.more.get(street, (0, 0)) if isinstance(self.more, Mapping) else self.more
        if not (
            isinstance(found, tuple | list) and len(found) == 2 and all(isinstance(one, Integral) for one in found)
        ):
            message = "`more` is two whole numbers, at least and at most, as (0, 2); or such a pair by street."
            raise InputError(message, field="more")
        least, most = int(found[0]), int(found[1])
        if least > most:
            message = (
                f"`more` of street {street} is at least {least} and at most {most}: give the smaller number first."
            )
            raise InputError(message, field="more")
        return least, most


def _one_of(name: str, given: str, known: tuple[str, ...]) -> None:
    if given not in known:
        message = f"`{name}` is one of {', '.join(known)}, not {given!r}."
        raise InputError(message, field=name)
