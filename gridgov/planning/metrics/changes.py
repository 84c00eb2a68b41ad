"""What a new grid changes for people: who gets another cell, which cells are touched, whom staff keep.

An atom is the smallest piece of ground that moves as a whole. `before` and `after` are the cell of each, on the same
index; cells are told apart by their names, so give a plan's, which keeps each name where most residents stay.
"""

import pandas as pd

from gridgov.errors import InputError
from gridgov.planning.metrics._given import amounts, beside


def households_moved(before: pd.Series, after: pd.Series, households: pd.Series) -> pd.Series:
    """Return of each atom the households that get another cell: all of its own where ``after != before``, else 0.

    Its sum over the sum of `households` is the share of households moved.

    Parameters
    ----------
    before, after
        The cell of each atom.
    households
        Of each atom; not negative.

    Returns
    -------
    pandas.Series
        `households_moved` on the index of `before`.

    Raises
    ------
    InputError
        If the three are not on the same index, or something is missing.

    Examples
    --------
    >>> before, after = pd.Series({"p": "a", "q": "a"}), pd.Series({"p": "a", "q": "b"})
    >>> households_moved(before, after, pd.Series({"p": 30, "q": 10})).to_dict()
    {'p': 0.0, 'q': 10.0}
    """
    old, new = _both(before, after)
    homes = beside(amounts(households, field="households"), old.index, field="households")
    return homes.where(old != new, 0.0).rename("households_moved")


def cells_touched(before: pd.Series, after: pd.Series) -> pd.Series:
    """Return of each cell whether an atom leaves or joins it; cells that are new or gone are touched.

    Parameters
    ----------
    before, after
        The cell of each atom.

    Returns
    -------
    pandas.Series
        `cells_touched`, true or false, by the cells of before and after in order.

    Examples
    --------
    >>> before = pd.Series({"p": "a", "q": "a", "r": "c"})
    >>> cells_touched(before, pd.Series({"p": "a", "q": "b", "r": "c"})).to_dict()
    {'a': True, 'b': True, 'c': False}
    """
    old, new = _both(before, after)
    cells = pd.Index(sorted({*old, *new}))
    changed = pd.concat([old[old != new], new[old != new]])
    return pd.Series(cells.isin(changed), index=cells, name="cells_touched")


def staff_kept(
    duties: pd.DataFrame,
    duties_after: pd.DataFrame,
    *,
    before: pd.Series,
    after: pd.Series,
    households: pd.Series,
) -> pd.Series:
    """Return of each person which share of their households is still theirs: ``still served / served before``.

    By where households live, not by the names of cells: whoever keeps a cell that moved elsewhere keeps nobody.
    The share that stays with the same person is the index of N. Breslau, K. G. Reeb, "Continuity of Care in a
    University-Based Practice", Journal of Medical Education 50 (1975), 965-969; here over one change, of households.

    Parameters
    ----------
    duties, duties_after
        Who answers for which cell: `person` and `cell`, a row for each pair. People who only come later are not asked.
    before, after, households
        The cells of each atom, and its households.

    Returns
    -------
    pandas.Series
        `staff_kept`, 0 to 1, on the people of `duties` in order; missing for whoever served no household. How many keep
        theirs is ``(staff_kept >= 0.5).sum()``.

    Raises
    ------
    InputError
        If a column or value is missing.

    Examples
    --------
    >>> before, after = pd.Series({"p": "a", "q": "a", "r": "b"}), pd.Series({"p": "a", "q": "b", "r": "b"})
    >>> homes, duties = pd.Series({"p": 30, "q": 10, "r": 40}), pd.DataFrame({"person": [1, 2], "cell": ["a", "b"]})
    >>> staff_kept(duties, duties, before=before, after=after, households=homes).to_dict()
    {1: 0.75, 2: 1.0}
    """
    old, new = _both(before, after)
    homes = beside(amounts(households, field="households"), old.index, field="households")
    # One row for each pair of an old and a new cell, not for each atom: people times pairs stay few.
    pairs = pd.DataFrame({"cell": old, "later": new, "homes": homes}).groupby(["cell", "later"], as_index=False).sum()
    served = _pairs(duties, "duties").merge(pairs, on="cell")
    later = _pairs(duties_after, "duties_after").rename(columns={"cell": "later"}).assign(still=True)
    kept = served.merge(later, on=["person", "later"], how="left")
    still = kept["homes"].where(kept["still"].notna(), 0.0).groupby(kept["person"]).sum()
    total = served.groupby("person")["homes"].sum()
    people = pd.Index(sorted(duties["person"].unique()), name=None)
    return (still / total.where(total > 0)).reindex(people).rename("staff_kept")


def _both(before: pd.Series, after: pd.Series) -> tuple[pd.Series, pd.Series]:
    old = beside(before, before.index, field="before")
    return old, beside(after, old.index, field="after")


def _pairs(duties: pd.DataFrame, field: str) -> pd.DataFrame:
    if not {"person", "cell"} <= set(duties.columns) or duties[["person", "cell"]].isna().any(axis=None):
        message = f"{field} needs the columns person and cell, with a value in every row."
        raise InputError(message, field=field)
    return duties[["person", "cell"]].drop_duplicates()
