"""From what was given to one problem for each street and role."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from gridgov.planning.staffing.beside import hops_between, joined, pairs_of, places_of, walks_between
from gridgov.planning.staffing.part import Need, Part
from gridgov.planning.staffing.reading import Given
from gridgov.planning.staffing.wishes import Wished


@dataclass(frozen=True, slots=True)
class Ground:
    """The cells of a street, and how they lie.

    Attributes
    ----------
    rows
        Their places among all cells.
    metres, hops
        As in `Part`.
    bridged
        Pairs of rows of the street that are taken as neighbours because one touched nobody, and the way between them.
    """

    rows: np.ndarray
    metres: np.ndarray
    hops: np.ndarray
    bridged: list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Work:
    """All that there is to do, cut into parts.

    Attributes
    ----------
    parts
        By street and role.
    grounds
        By street.
    vacant
        Streets and roles for which there is work and nobody to do it.
    even
        Streets and roles whose cells have nothing to do, and are shared out as if all had as much.
    unasked
        Skills asked for of a role that the street does not have: as `Given.needs`, with ``street``.
    """

    parts: list[Part]
    grounds: dict[str, Ground]
    vacant: list[tuple[str, str]]
    even: list[tuple[str, str]]
    unasked: pd.DataFrame


def cut(given: Given, wished: Wished) -> Work:
    """Return what is asked of each street and role, by their codes."""
    people = _allotted(given)
    grounds, needs = _grounds(given, wished), _asked(given, people)
    parts, vacant, even = [], [], []
    for street, ground in grounds.items():
        for role in given.demand.columns:
            mine = people[(people["street"] == street) & (people["role"] == role)]
            demand = given.demand[role].to_numpy(float)[ground.rows]
            if mine.empty:
                vacant += [(street, role)] * bool(demand.sum() > 0)
                continue
            if demand.sum() <= 0:
                even.append((street, role))
                demand = np.full(len(demand), mine["fte"].sum() / len(demand))
            asked = needs[(needs["street"] == street) & (needs["role"] == role)]
            parts.append(_part(given, wished, ground, mine, demand, asked))
    staffed = {(part.street, part.role) for part in parts}
    nobody = [pair not in staffed for pair in zip(needs["street"], needs["role"], strict=True)]
    return Work(parts, grounds, vacant, even, needs.loc[np.asarray(nobody, bool)])


def _allotted(given: Given) -> pd.DataFrame:
    """Return people with a street for everybody: whoever has none goes where most work waits for each of their role."""
    people, streets = given.people, given.cells["street"]
    chosen = dict(zip(people.index, people["street"], strict=True))
    for role in given.demand.columns:
        by_street = given.demand[role].groupby(streets).sum()
        names, work = list(by_street.index), by_street.to_numpy(float)
        mine = people[people["role"] == role]
        there = mine.groupby("street")["fte"].sum().reindex(names).fillna(0.0).to_numpy(float).copy()
        waiting = mine[mine["street"].isna()]
        for person, fte in zip(waiting.index, waiting["fte"].astype(float), strict=True):
            neediest = int(np.argmax(work / (there + 0.5 * fte)))
            chosen[person] = names[neediest]
            there[neediest] += fte
    people = people.assign(street=pd.Series(chosen, dtype=object))
    return people[people["street"].notna()]


def _grounds(given: Given, wished: Wished) -> dict[str, Ground]:
    pairs, places = pairs_of(given.cells, wished.neighbours), places_of(given.cells)
    streets, grounds = given.cells["street"].to_numpy(), {}
    for street in sorted(set(streets)):
        rows = np.flatnonzero(streets == street)
        here = pairs[np.isin(pairs, rows).all(axis=1)]
        metres = walks_between(places[rows])
        every, bridged = joined(np.searchsorted(rows, here), metres)
        grounds[street] = Ground(rows, metres, hops_between(every, len(rows)), bridged)
    return grounds


def _part(
    given: Given, wished: Wished, ground: Ground, people: pd.DataFrame, demand: np.ndarray, needs: pd.DataFrame
) -> Part:
    cells = given.cells.index[ground.rows]
    street, role = str(people["street"].iloc[0]), str(people["role"].iloc[0])
    known = _known(given.known, people.index, cells)
    weight = known * (demand + 1e-9 + 1e-6 * demand.max())
    middle = np.argmin(np.where(known > 0, weight @ ground.metres, np.inf), axis=1)
    base = cells.get_indexer(people["base"].fillna(""))
    home = np.where(base >= 0, base, np.where(known.any(axis=1), middle, -1))
    limits = wished.limits_of(role).resolved(len(people), demand)
    return Part(
        street=street,
        role=role,
        cells=tuple(cells),
        people=tuple(people.index),
        demand=demand,
        capacity=people["fte"].to_numpy(float),
        known=known,
        metres=ground.metres,
        hops=ground.hops,
        home=home,
        needs=_needs(needs, people, cells),
        limits=limits,
        band=wished.band,
    )


def _known(known: pd.DataFrame, people: pd.Index, cells: pd.Index) -> np.ndarray:
    shares = np.zeros((len(people), len(cells)))
    row, column = people.get_indexer(pd.Index(known["person"])), cells.get_indexer(pd.Index(known["cell"]))
    here = (row >= 0) & (column >= 0)
    shares[row[here], column[here]] = np.minimum(known["share"].to_numpy(float)[here], 1.0)
    return shares


def _asked(given: Given, people: pd.DataFrame) -> pd.DataFrame:
    """Return needs with their street, and of which role: where any will do, that which has most people with the skill.

    They are likeliest to have one near.
    """
    needs = given.needs.assign(street=given.cells["street"].reindex(given.needs["cell"]).to_numpy())
    usual: dict[tuple[str, str], str | None] = {}
    for street, skill in set(zip(needs["street"], needs["skill"], strict=True)):
        there = people[people["street"] == street]
        able = there[[skill in skills for skills in there["skills"]]]
        roles = (able if len(able) else there)["role"]
        usual[street, skill] = min(roles.mode()) if len(roles) else None
    role = [
        one if one is not None else usual[street, skill]
        for one, street, skill in zip(needs["role"], needs["street"], needs["skill"], strict=True)
    ]
    return needs.assign(role=pd.Series(role, index=needs.index, dtype=object))


def _needs(needs: pd.DataFrame, people: pd.DataFrame, cells: pd.Index) -> tuple[Need, ...]:
    return tuple(
        Need(
            str(skill),
            np.unique(cells.get_indexer(pd.Index(asked["cell"]))),
            np.flatnonzero([skill in skills for skills in people["skills"]]),
        )
        for skill, asked in needs.groupby("skill", sort=True)
    )
