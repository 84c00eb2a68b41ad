"""A plan: a cell for every atom, what it costs and brings, and the others that were possible."""

from dataclasses import dataclass, field, replace
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridgov.errors import InputError
from gridgov.planning.measuring import Measured
from gridgov.planning.moves import moves_of, steps_of
from gridgov.planning.noting import Note
from gridgov.planning.wishes import Wished


@dataclass(frozen=True)
class Plan:
    """A new grid, atom by atom. Nothing is kept or published by it: see `gridgov.services.drafting`.

    Attributes
    ----------
    atoms
        As they were given.
    wished
        What was asked.
    band
        Of the front, the band that this plan is for.
    """

    atoms: pd.DataFrame = field(repr=False)
    wished: Wished = field(repr=False)
    band: float
    _points: dict[float, np.ndarray] = field(repr=False)
    _notes: dict[float, tuple[Note, ...]] = field(repr=False)
    _measured: Measured = field(repr=False)

    @cached_property
    def assignment(self) -> pd.Series:
        """The new cell of every atom, on the atoms' index.

        A cell that keeps residents or ground keeps its code. What is new has the code of one that was dissolved, or a
        name with a plus sign until it is numbered.
        """
        return pd.Series(self._points[self.band], index=self.atoms.index, name=self.wished.cell)

    @property
    def notes(self) -> tuple[Note, ...]:
        """What this plan could not make as wished: each a sentence, in English and in Chinese (``text_zh``)."""
        return self._notes[self.band]

    @property
    def today(self) -> pd.Series:
        """The cell of every atom as it is."""
        return self.atoms[self.wished.cell].astype(str)

    @cached_property
    def front(self) -> pd.DataFrame:
        """What each band brings and costs, by band: rows from the most even to the one that moves fewest.

        ``cells``; ``cv``, ``worst``: coefficient of variation and largest deviation of load, as shares of the street's
        mean; ``within_10``, ``within_25``, ``within``: shares of cells within 10 %, 25 % and the row's band; ``moved``,
        ``moved_share``: residents whose cell changes; ``cells_touched``, ``dissolved``, ``added``: cells; ``cut_km``;
        ``compactness``: Polsby and Popper's, the mean of cells; ``bound``: the least share that any plan as even moves;
        ``times_bound``.
        """
        rows = {band: self._measured.figures(codes, self._bands(band)) for band, codes in sorted(self._points.items())}
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("band")

    @cached_property
    def figures(self) -> pd.DataFrame:
        """The figures of `front` for today's grid and for this plan: columns ``today`` and ``plan``."""
        today = self._measured.figures(self._measured.before, self._bands(self.band))
        return pd.DataFrame({"today": today, "plan": self.front.loc[self.band]}).drop(index=["added"])

    @cached_property
    def streets(self) -> pd.DataFrame:
        """The figures of `front` for each street by itself, as it is in this plan: rows by street."""
        return self._by_street(self._points[self.band])

    @cached_property
    def streets_today(self) -> pd.DataFrame:
        """The same of today's grid."""
        return self._by_street(self._measured.before)

    @property
    def bound(self) -> float:
        """The least share of residents that any plan as even as this one moves."""
        return float(self.front["bound"].loc[self.band])

    def at(self, band: float) -> "Plan":
        """Return the plan of the front for another band.

        Raises
        ------
        InputError
            If the front has none for it.
        """
        if band not in self._points:
            known = ", ".join(f"{one:g}" for one in sorted(self._points))
            message = f"The front has no plan for a band of {band:g}; it has {known}."
            raise InputError(message, field="band")
        return replace(self, band=float(band))

    @cached_property
    def loads(self) -> pd.DataFrame:
        """What each cell of the plan carries, by code: ``street``, ``load``, ``residents``.

        A load of 1 is the mean of the street's ordinary cells as they are in the plan.
        """
        return self._carried(self.assignment)

    @cached_property
    def loads_today(self) -> pd.DataFrame:
        """The same of today's cells."""
        return self._carried(self.today)

    @cached_property
    def moves(self) -> pd.DataFrame:
        """Every atom that changes hands: ``source``, ``to``, ``residents``, ``load``, ``why``."""
        return moves_of(self.today, self.assignment, self._residents, self._load)

    def steps(self, language: str = "zh") -> pd.DataFrame:
        """Return what goes from cell to cell, in sentences: ``zh`` or ``en``."""
        if language not in {"zh", "en"}:
            message = f"Sentences are in zh or en, not {language!r}."
            raise InputError(message, field="language")
        return steps_of(self.moves, self.today, self._load, language=language, counted_in=self.wished.residents)

    def cells(self) -> gpd.GeoDataFrame:
        """Return the new cells, one row each.

        Returns
        -------
        GeoDataFrame
            In the CRS of the atoms, EPSG:4326 with longitude first, by code. Columns ``cell``, ``street``,
            ``community`` (where atoms have one; of several, that of most residents), ``changed`` (whether it gives or
            gets anything), the column of residents, ``geometry``: as few polygons as atoms allow. Where all atoms share
            their vertices, a cell that stays has today's outline to the last bit.

        Raises
        ------
        InputError
            If the atoms have no geometry.
        """
        if not isinstance(self.atoms, gpd.GeoDataFrame):
            message = "These atoms have no geometry: give a GeoDataFrame."
            raise InputError(message, field="geometry")
        codes = self.assignment
        touched = set(self.moves["source"]) | set(self.moves["to"])
        groups = self.atoms.geometry.groupby(codes.to_numpy())
        shapes = {str(code): _union(part.to_numpy()) for code, part in groups}
        residents = self._residents.groupby(codes).sum()
        frame = gpd.GeoDataFrame(
            {
                "cell": list(shapes),
                "street": self._most(self.wished.street).reindex(list(shapes)).to_numpy(),
                "changed": [code in touched for code in shapes],
                self.wished.residents: residents.reindex(list(shapes)).to_numpy(),
            },
            geometry=list(shapes.values()),
            crs=self.atoms.crs,
        )
        if self.wished.community in self.atoms:
            frame.insert(2, "community", self._most(self.wished.community).reindex(list(shapes)).to_numpy())
        return frame

    def _most(self, column: str) -> pd.Series:
        """Return of each cell the value that most of its residents have; where there are none, of its atoms."""
        weight = self._residents + 1e-6
        summed = weight.groupby([self.assignment, self.atoms[column]]).sum()
        return pd.Series({cell: part.droplevel(0).idxmax() for cell, part in summed.groupby(level=0)})

    @property
    def _residents(self) -> pd.Series:
        return self.atoms[self.wished.residents].astype(float)

    @property
    def _load(self) -> pd.Series:
        return pd.Series(self._measured.loads.mean(axis=1), index=self.atoms.index, name="load")

    def _carried(self, codes: pd.Series) -> pd.DataFrame:
        streets = self.atoms[self.wished.street].groupby(codes).first()
        load, residents = self._load.groupby(codes).sum(), self._residents.groupby(codes).sum()
        ordinary = load[load.index.isin(codes[self._measured.ordinary])]
        load = load / streets.map(ordinary.groupby(streets).mean()).replace(0.0, 1.0).fillna(1.0)
        return pd.DataFrame({"street": streets, "load": load, "residents": residents}).rename_axis("cell")

    def _by_street(self, codes: np.ndarray) -> pd.DataFrame:
        measured, names = self._measured, self.atoms[self.wished.street].astype(str).to_numpy()
        rows = {
            code: measured.only(names == code).figures(codes[names == code], self._bands(self.band))
            for code in sorted(set(names))
        }
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("street")

    def _bands(self, band: float) -> np.ndarray:
        return bands_at(self.wished, band)


def _union(parts: np.ndarray) -> shapely.Geometry:
    """Return the ground of atoms as one: without arithmetic where they share their vertices, else laid over."""
    return shapely.coverage_union_all(parts) if shapely.coverage_is_valid(parts) else shapely.union_all(parts)


def bands_at(wished: Wished, band: float) -> np.ndarray:
    """Return the band of every criterion at a point of the front: in proportion to what was wished."""
    asked = np.array(list(wished.bands.values()))
    return np.asarray(asked * band / asked[0])
