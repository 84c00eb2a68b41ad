"""From frames to plain ones that can be trusted: everything that is wrong with them is said here, by name."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from gridgov.errors import InputError
from gridgov.planning.staffing.wishes import Wished

NAMED: Final = 5
"""How many of those who are wrong a message names."""

_OTHER_NAMES: Final = {
    "cell": ("code", "target_code"),
    "street": ("street_code",),
    "person": ("staff_code", "person_code", "code"),
}
"""What registers call these columns."""


@dataclass(frozen=True, slots=True)
class Given:
    """What `staff` was given, checked.

    Attributes
    ----------
    cells
        Index: code. ``street`` and ``geometry``.
    people
        Index: id. ``role``, ``street`` (None: open), ``fte``, ``skills`` (a set), ``base`` (a cell or None). Without
        the absent.
    duties
        ``person``, ``cell``, once each; of people who are away or gone, too.
    demand
        Cells x roles: FTE of work.
    known
        ``person``, ``cell``, ``share``: of a cell's households, which share a person served before.
    needs
        ``cell``, ``skill``, ``role`` (None: any).
    roles
        By person, the absent and those of other streets too.
    elsewhere
        How many people were left out as those of other streets.
    """

    cells: gpd.GeoDataFrame
    people: pd.DataFrame
    duties: pd.DataFrame
    demand: pd.DataFrame
    known: pd.DataFrame
    needs: pd.DataFrame
    roles: pd.Series
    elsewhere: int


def given(cells: gpd.GeoDataFrame, people: pd.DataFrame, duties: pd.DataFrame | None, wished: Wished) -> Given:
    """Check what `staff` was given.

    Raises
    ------
    InputError
        With the column and the rows that are wrong, and what to do about them.
    """
    places = _cells(cells)
    everybody = _people(people, places.index)
    here = _present(everybody, wished.absent)
    held = _duties(duties)
    overlap = _overlap(wished.overlap, places.index)
    _check_old(held, overlap)
    known = _known(held, overlap)
    who = _streets(here, known, places)
    demand, needs = _demand(cells, places, who, wished), _needs(wished.needs, places.index)
    _check_roles(who, set(demand.columns) | set(everybody["role"]), demand, needs, wished)
    return Given(places, who, held, demand, known, needs, everybody["role"], len(here) - len(who))


def _column(frame: pd.DataFrame, name: str, what: str) -> pd.Series:
    for column in (name, *_OTHER_NAMES.get(name, ())):
        if column in frame:
            return frame[column]
    if frame.index.name in (name, *_OTHER_NAMES.get(name, ())):
        return frame.index.to_series()
    message = f"{what} need a column {name!r}; they have {', '.join(map(str, frame.columns))}."
    raise InputError(message, field=name)


def _refuse(wrong: Any, ids: Iterable[Any], sentence: str, field: str) -> None:
    """Name the first of those that are wrong, if any is."""
    labels = [str(label) for label, bad in zip(ids, np.asarray(wrong, bool), strict=True) if bad]
    if labels:
        more = f" and {len(labels) - NAMED} more" if len(labels) > NAMED else ""
        message = f"{sentence}: {', '.join(labels[:NAMED])}{more}."
        raise InputError(message, field=field, details=[{"of": labels}])


def _cells(cells: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    if not len(cells):
        message = "There are no cells to staff. Was everything filtered away?"
        raise InputError(message, field="cells")
    codes = _column(cells, "cell", "Cells").astype("string")
    _refuse(codes.isna(), range(1, len(codes) + 1), "Every cell needs a code; none in rows", "cell")
    _refuse(codes.duplicated(), codes, "A cell stands once among the cells; these stand twice", "cell")
    streets = _column(cells, "street", "Cells").astype("string")
    _refuse(streets.isna(), codes, "Every cell needs a street", "street")
    if not isinstance(cells, gpd.GeoDataFrame) or cells.active_geometry_name is None:
        message = "Cells need outlines, to know what lies beside what: give a GeoDataFrame in EPSG:4326."
        raise InputError(message, field="geometry")
    shapes = cells.geometry
    _refuse(
        shapes.isna() | shapes.is_empty, codes, "Every cell needs an outline, to know what lies beside it", "geometry"
    )
    found = gpd.GeoDataFrame({"street": streets.to_numpy(str)}, geometry=shapes.array, crs=cells.crs)
    return found.set_index(pd.Index(codes.to_numpy(str), name="cell")).sort_index()


def _people(people: pd.DataFrame, codes: pd.Index) -> pd.DataFrame:
    ids = _column(people, "person", "People").astype("string")
    _refuse(ids.isna(), range(1, len(ids) + 1), "Every person needs an id; none in rows", "person")
    _refuse(ids.duplicated(), ids, "A person stands once among the people; these stand twice", "person")
    roles = _column(people, "role", "People").astype("string")
    _refuse(roles.isna() | (roles == ""), ids, "Everybody needs a role, or must be left out", "role")
    count = len(people)
    fte = pd.to_numeric(people["fte"], errors="coerce").to_numpy(float) if "fte" in people else np.ones(count)
    _refuse(~(np.isfinite(fte) & (fte > 0)), ids, "`fte` says how much of full time somebody works, above 0", "fte")
    none = pd.Series([None] * count, dtype=object)
    base = people.get("base", none)
    street = (
        people[next(name for name in ("street", "street_code") if name in people)]
        if ({"street", "street_code"} & set(people))
        else none
    )
    found = pd.DataFrame(
        {
            "role": roles.to_numpy(str),
            "street": [None if pd.isna(one) else str(one) for one in street],
            "fte": fte,
            "skills": [_skills(one) for one in people.get("skills", none)],
            "base": [None if pd.isna(one) else str(one) for one in base],
        },
        index=pd.Index(ids.to_numpy(str), name="person"),
    ).sort_index()
    based = found["base"].notna()
    _refuse(based & ~found["base"].isin(codes), found.index, "`base` is one of the cells, or empty; not so of", "base")
    return found


def _present(people: pd.DataFrame, absent: Iterable[str]) -> pd.DataFrame:
    away = sorted({str(one) for one in absent})
    _refuse([one not in people.index for one in away], away, "These are absent, and not among the people", "absent")
    return people[~people.index.isin(away)]


def _skills(value: Any) -> frozenset[str]:
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return frozenset()
    if isinstance(value, str):
        return frozenset(part for part in re.split(r"[;,、，\s]+", value) if part)
    return frozenset(map(str, value))


def _duties(duties: pd.DataFrame | None) -> pd.DataFrame:
    if duties is None or not len(duties):
        return pd.DataFrame({"person": pd.Series(dtype=str), "cell": pd.Series(dtype=str)})
    held = duties[duties["target_kind"] == "cell"] if "target_kind" in duties else duties
    found = pd.DataFrame(
        {
            "person": _column(held, "person", "Duties").astype("string").to_numpy(),
            "cell": _column(held, "cell", "Duties").astype("string").to_numpy(),
        }
    )
    rows = range(1, len(found) + 1)
    _refuse(found.isna().any(axis=1), rows, "Every duty needs a person and a cell; not so in rows", "duties")
    return found.astype(str).drop_duplicates().sort_values(["person", "cell"], ignore_index=True)


def _overlap(overlap: pd.DataFrame | None, codes: pd.Index) -> pd.DataFrame:
    """Return old cell, new cell, and which share of the new cell's households come from the old."""
    if overlap is None:
        return pd.DataFrame({"old": codes, "new": codes, "share": 1.0})
    if overlap.shape[1] < 3:
        message = "`overlap` needs three columns: an old cell, a new cell, and the households that both have."
        raise InputError(message, field="overlap")
    found = overlap.iloc[:, :3].set_axis(["old", "new", "homes"], axis=1).reset_index(drop=True)
    found = found.astype({"old": str, "new": str})
    homes = pd.to_numeric(found["homes"], errors="coerce")
    _refuse(~(homes >= 0), found["new"], "Households in `overlap` are 0 or more; not so of", "overlap")
    _refuse(~found["new"].isin(codes), found["new"], "`overlap` leads to cells that are not among the cells", "overlap")
    total = homes.groupby(found["new"]).transform("sum")
    # A cell without households is known to whoever had its ground: by rows, as there is nothing else to count.
    evenly = 1.0 / found.groupby("new")["old"].transform("size")
    return found.assign(share=np.where(total > 0, homes / total.where(total > 0, 1.0), evenly))[["old", "new", "share"]]


def _check_old(held: pd.DataFrame, overlap: pd.DataFrame) -> None:
    cells = held["cell"].drop_duplicates()
    sentence = (
        "Duties name cells that are not among the cells. Leave those duties out, or give `overlap=` where the grid "
        "changes; unknown are"
    )
    _refuse(~cells.isin(overlap["old"]), cells, sentence, "duties")


def _check_roles(who: pd.DataFrame, named: set[str], demand: pd.DataFrame, needs: pd.DataFrame, wished: Wished) -> None:
    """Refuse roles that nobody and nothing answers to: a word misspelt would leave people out without a word."""
    without = sorted(set(who["role"]) - set(demand.columns))
    sentence = "`demand` does not say how much work there is for these roles. Say it, or leave their people out"
    _refuse([True] * len(without), without, sentence, "demand")
    limits = sorted(wished.limits) if isinstance(wished.limits, Mapping) else []
    _refuse([role not in named for role in limits], limits, "`limits` names roles that nobody has", "limits")
    asked = sorted(needs["role"].dropna().unique())
    _refuse([role not in named for role in asked], asked, "`needs` names roles that nobody has", "needs")


def _known(held: pd.DataFrame, overlap: pd.DataFrame) -> pd.DataFrame:
    served = held.merge(overlap, left_on="cell", right_on="old")[["person", "new", "share"]]
    by_cell = served.groupby(["person", "new"])["share"].sum().reset_index()
    return by_cell.rename(columns={"new": "cell"})


def _streets(people: pd.DataFrame, known: pd.DataFrame, cells: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the people of these streets: whoever names none is where their base is, or most of whom they know."""
    by_street = known.assign(street=cells["street"].reindex(known["cell"]).to_numpy())
    total = by_street.groupby(["person", "street"])["share"].sum().reset_index()
    most = total.sort_values(["person", "share", "street"], ascending=[True, False, True]).drop_duplicates("person")
    known_in = most.set_index("person")["street"].to_dict()
    based_in = cells["street"].to_dict()
    found = [
        street if street is not None else based_in[base] if base is not None else known_in.get(person)
        for person, street, base in zip(people.index, people["street"], people["base"], strict=True)
    ]
    people = people.assign(street=pd.Series(found, index=people.index, dtype=object))
    return people[people["street"].isna() | people["street"].isin(set(cells["street"]))]


def _demand(cells: gpd.GeoDataFrame, places: gpd.GeoDataFrame, people: pd.DataFrame, wished: Wished) -> pd.DataFrame:
    codes = _column(cells, "cell", "Cells").astype(str).to_numpy()
    if isinstance(wished.demand, pd.DataFrame):
        frame = wished.demand.set_index("cell") if "cell" in wished.demand else wished.demand
        frame = frame.set_axis(frame.index.astype(str)).rename(columns=str)
        _refuse(~places.index.isin(frame.index), places.index, "Demand is missing of cells", "demand")
        numbers = frame.loc[places.index].apply(pd.to_numeric, errors="coerce").astype(float)
    else:
        roles = sorted(set(people["role"]))
        asked = wished.demand if isinstance(wished.demand, Mapping) else dict.fromkeys(roles, wished.demand)
        for column in asked.values():
            if column not in cells:
                message = (
                    f"Demand is a column of the cells; {column!r} is none of {', '.join(map(str, cells.columns))}."
                )
                raise InputError(message, field="demand")
        numbers = pd.DataFrame(
            {
                role: pd.Series(pd.to_numeric(cells[column], errors="coerce").to_numpy(float), index=codes)
                for role, column in sorted(asked.items())
            },
            index=pd.Index(places.index, name="cell"),
        )
    for role in numbers:
        wrong = ~np.isfinite(numbers[role])
        _refuse(
            wrong, numbers.index, f"Demand for {role} is missing; give 0 where there is nothing to do. Cells", "demand"
        )
        _refuse(numbers[role] < 0, numbers.index, f"Demand for {role} is below zero in cells", "demand")
    if numbers.empty:
        message = "There is nobody to staff with: no people are left in these streets."
        raise InputError(message, field="people")
    return numbers if isinstance(wished.demand, pd.DataFrame) else _scaled(numbers, people)


def _scaled(numbers: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """Return demand as FTE: all of a role's is what its people can do together."""
    fte = people.groupby("role")["fte"].sum().reindex(numbers.columns).fillna(1.0)
    total = numbers.sum()
    return numbers * (fte / total.where(total > 0, 1.0))


def _needs(needs: pd.DataFrame | None, codes: pd.Index) -> pd.DataFrame:
    if needs is None:
        return pd.DataFrame({"cell": [], "skill": [], "role": []}, dtype=object)
    cells = _column(needs, "cell", "Needs").astype(str)
    skills = _column(needs, "skill", "Needs")
    _refuse(skills.isna() | (skills == ""), cells, "Every need names a skill; not so in cells", "needs")
    _refuse(~cells.isin(codes), cells, "Skills are needed in cells that are not among the cells", "needs")
    roles = needs["role"] if "role" in needs else [None] * len(needs)
    role = [None if pd.isna(one) else str(one) for one in roles]
    asked = {"cell": cells.to_numpy(), "skill": skills.astype(str).to_numpy(), "role": pd.Series(role, dtype=object)}
    found = pd.DataFrame(asked)
    return found.drop_duplicates(ignore_index=True)
