"""Staff a grid: who looks after which cell, and what that is worth."""

from dataclasses import dataclass
from typing import Unpack

import geopandas as gpd
import numpy as np
import pandas as pd

from gridgov.planning.staffing.advice import Advice, advice_on
from gridgov.planning.staffing.beside import places_of
from gridgov.planning.staffing.changes import changes_of, steps_of
from gridgov.planning.staffing.covering import cover, with_limits
from gridgov.planning.staffing.parts import cut
from gridgov.planning.staffing.reading import Given, given
from gridgov.planning.staffing.solving import staffed
from gridgov.planning.staffing.telling import (
    duties_of,
    figures_of,
    loads_of,
    notes_of,
    parts_of,
    roles_of,
    uncovered_of,
)
from gridgov.planning.staffing.wishes import StaffWishes, Wished


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Staffing:
    """Who looks after which cell.

    Attributes
    ----------
    duties
        A row for each person and cell: ``person``, ``role``, ``street``, ``cell``, ``fte``, ``share`` (of the cell's
        work for that role), ``lead`` (one for each cell and role: who does most), ``travel_m`` (on foot from the base),
        ``known`` (the share of the cell's households that the person served before).
    loads
        A row for each person: ``role``, ``street``, ``base`` (a cell), ``capacity`` and ``fte``, ``load`` (their
        ratio), ``relative`` (to an equal share within street and role), ``before`` (the same with today's duties),
        ``cells``, ``walk_m`` (the least length of ways that join the cells), ``continuity`` (the share of their work
        among households that know them), ``whole`` (cells hang together).
    figures
        What a staffing is judged by: ``load_cv`` (root mean square of `relative` - 1), ``load_cv_before``,
        ``load_max``, ``load_cv_streets`` (the same within a role across streets: only moving people mends it),
        ``gini``, ``continuity``, ``newcomers`` (duties in cells where nobody knows them), ``uncovered_fte``,
        ``empty_cells`` (with nobody of a role), ``without_lead``, ``split_patches``, ``walk_m`` (mean), ``cost``,
        ``bound`` and ``bound_duties`` (any staffing from the same bases costs at least that; see `parts`), ``ratio``
        and ``ratio_duties`` (cost to each), ``gap`` (to the solver's own bound), ``ended_by_time`` and
        ``ended_by_nodes`` (streets x roles).
    uncovered
        Work that nobody does: ``cell``, ``role``, ``street``, ``fte``.
    relax
        What could not be had, and which wish to relax by how much. Print one to read it.
    notes
        What a limit of time or of branches cut off, and how many people were left out, in words.
    changes
        Against today's duties, by cell: ``person``, ``cell``, ``street``, ``role``, ``change`` (``gains``,
        ``loses``), ``why`` (see `changes.Why`), ``other`` (whom it concerns besides), ``load`` (what made it a reason,
        as a share of an equal one, or 0). A cell is compared by its code: identities are kept by overlap where the grid
        changes, and a code that is no more is lost by all who had it.
    parts
        A row for each street and role: ``people``, ``cells``, ``level`` (FTE of work for each FTE of a person),
        ``cost``, three bounds below it, ``gap``, ``end`` (``gap``, ``nodes``, ``time``: what ended the search).
        ``bound``: work is cut at will (a transportation problem). ``bound_duties``: a duty costs by itself, and limits
        and skills count (a linear program). Both hold for any staffing from the same bases, and neither asks for whole
        patches. ``bound_anchors``: patches are whole, and grown from the same cells: the solver's own, from which
        ``gap`` is counted.
    roles
        The same summed by role, with ``load_cv``, ``continuity``, ``walk_m`` and the ratios.
    """

    duties: pd.DataFrame
    loads: pd.DataFrame
    figures: pd.Series
    uncovered: pd.DataFrame
    relax: list[Advice]
    notes: tuple[str, ...]
    changes: pd.DataFrame
    parts: pd.DataFrame
    roles: pd.DataFrame
    _given: Given
    _places: np.ndarray
    _wished: Wished

    def __repr__(self) -> str:
        told = {str(name): float(value) for name, value in self.figures.items()}
        return (
            f"<Staffing: {told['people']:.0f} people, {told['duties']:.0f} duties, load CV {told['load_cv']:.3f} (now "
            f"{told['load_cv_before']:.3f}), {told['continuity']:.0%} served by somebody known, cost "
            f"{told['ratio']:.2f} times the bound, {len(self.relax)} wishes to relax>"
        )

    def steps(self, language: str = "zh") -> pd.DataFrame:
        """Return what changes for each person in a sentence, to hand on to the streets.

        Parameters
        ----------
        language
            ``zh`` or ``en``.

        Returns
        -------
        pandas.DataFrame
            ``street``, ``role``, ``person``, ``gains`` and ``loses`` (cells), ``sentence``; by street, role, person.

        Raises
        ------
        InputError
            If it is asked for in another language.
        """
        return steps_of(self.changes, language)

    def cover(self, cell: str, without: str | None = None) -> pd.DataFrame:
        """Return who covers a cell when somebody is ill, the best first.

        Parameters
        ----------
        cell
            Code.
        without
            Who is away; None: for each of its people in turn, and for each role that nobody holds there.

        Returns
        -------
        pandas.DataFrame
            Everybody else of the same role: ``shares_it`` (holds part of the cell already), ``known`` (share of its
            households), ``walk_m`` (on foot from the nearest of their cells), ``relative`` and ``relative_after`` (load
            to an equal share, now and with the cell), ``lacks`` (skills that the cell asks for and would miss), and
            ``cost``, by which they are ranked: newcomer and way as in staffing, a load above an equal share, a missing
            skill, and half a newcomer for coming from another street; ``beyond``: they would hold more cells than the
            `Limits.cells` that was wished of their role, and so come last, whatever they cost.

        Raises
        ------
        InputError
            If the cell was not staffed, or the person does not hold it.
        """
        ranked = cover(self._given, self.duties, self.loads, self._places, str(cell), without)
        return with_limits(ranked, self.duties, self._wished)


def staff(
    cells: gpd.GeoDataFrame, people: pd.DataFrame, duties: pd.DataFrame | None = None, **wishes: Unpack[StaffWishes]
) -> Staffing:
    """Staff a grid: people to cells, many to many, by role and skill.

    Loads are brought within a band of an equal share, each patch stays in one piece, each cell has a lead for each
    role, and as few households as possible get somebody whom they do not know, near to where people are based. Each
    street and role is a mixed-integer program for HiGHS; a transportation problem tells what any staffing costs at
    least. Nothing fails for a wish that cannot be had: the rest is staffed, and `Staffing.relax` says which wish to
    relax.

    Parameters
    ----------
    cells
        ``cell`` (or ``code``), ``street`` (or ``street_code``), polygons in EPSG:4326 lon/lat, and what `demand` names.
    people
        ``person`` (or ``code``), ``role``; optionally ``street`` (else where they serve now, else where most work
        waits), ``fte`` (1), ``skills`` (a list, or words with commas), ``base`` (a cell; else the middle of what they
        serve now). Those of other streets are left out.
    duties
        Those in force: ``person`` and ``cell``. A register's own columns (``staff_code``, ``target_kind``,
        ``target_code``) are understood.
    **wishes
        As in `StaffWishes`.

    Returns
    -------
    Staffing

    Raises
    ------
    InputError
        With the column and the rows that are wrong: no role, an id twice, cells that are not there, work that is
        missing or below zero.

    Notes
    -----
    Ways are straight lines between points inside cells, in metres of the CGCS2000 zone, times `beside.DETOUR`. Costs
    are those of `part`: an FTE of work by somebody unknown 1, a kilometre 0.05 for each FTE, a new cell 0.02. Where
    somebody has neither duties nor a base, the base is chosen, and the bound holds for these bases.
    """
    wished = Wished(**wishes)
    told = given(cells, people, duties, wished)
    work = cut(told, wished)
    answers = staffed(work.parts, wished)
    made, loads = duties_of(answers), loads_of(answers)
    uncovered, parts = uncovered_of(answers, told, work.vacant), parts_of(answers)
    return Staffing(
        duties=made,
        loads=loads,
        figures=figures_of(made, loads, uncovered, parts),
        uncovered=uncovered,
        relax=advice_on(answers, work, told.cells.index.to_numpy(), wished),
        notes=notes_of(answers, told.elsewhere, wished),
        changes=changes_of(told, made, loads, {str(one) for one in wished.absent}),
        parts=parts,
        roles=roles_of(made, loads, parts),
        _given=told,
        _places=places_of(told.cells),
        _wished=wished,
    )
