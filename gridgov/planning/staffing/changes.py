"""Who gains and who loses which cell, and why: as a frame, and in sentences to hand on."""

from collections.abc import Collection
from enum import StrEnum
from typing import Final, NamedTuple

import pandas as pd

from gridgov.errors import InputError
from gridgov.planning.staffing.reading import Given

_FAR: Final = 0.15
"""How far a load may be from an equal share without being a reason."""


class Change(StrEnum):
    """What happens between a person and a cell."""

    GAINS = "gains"
    LOSES = "loses"


class Why(StrEnum):
    """Why somebody gains or loses a cell."""

    ABSENT = "absent"
    """Who had it is away."""

    LEFT = "left"
    """Who had it is not among the people any more."""

    CELL_GONE = "cell_gone"
    """The cell is no more."""

    HEAVY = "heavy"
    """Carried more than an equal share, and lets it go."""

    RECUT = "recut"
    """Patches were cut anew around it."""

    NEW = "new"
    """Served nobody here until now."""

    COVERS = "covers"
    """Stands in for somebody who is absent."""

    FOLLOWS = "follows"
    """Comes after somebody who is not among the people any more."""

    LIGHT = "light"
    """Carried less than an equal share."""

    RELIEVES = "relieves"
    """Takes it from somebody who carried more than an equal share."""

    SHARES = "shares"
    """Holds it beside those who had it."""

    NEARER = "nearer"
    """It lies better to them than to who had it."""


_SENTENCES: Final = {
    "zh": {
        (Change.LOSES, Why.ABSENT): "{cells}：本人缺勤，交出",
        (Change.LOSES, Why.LEFT): "{cells}：本人已不在岗，交出",
        (Change.LOSES, Why.CELL_GONE): "{cells}：网格已撤并，不再负责",
        (Change.LOSES, Why.HEAVY): "{cells}：原负荷为平均份额的 {load:.0%}，减负交出",
        (Change.LOSES, Why.RECUT): "{cells}：周边片区重新划分，交出",
        (Change.GAINS, Why.NEW): "{cells}：此前在本街道没有责任网格，接手",
        (Change.GAINS, Why.COVERS): "{cells}：{other} 缺勤，顶岗接手",
        (Change.GAINS, Why.FOLLOWS): "{cells}：{other} 已不在岗，接手",
        (Change.GAINS, Why.LIGHT): "{cells}：原负荷只有平均份额的 {load:.0%}，接手",
        (Change.GAINS, Why.RELIEVES): "{cells}：为 {other}（平均份额的 {load:.0%}）减负，接手",
        (Change.GAINS, Why.SHARES): "{cells}：与原责任人共同负责",
        (Change.GAINS, Why.NEARER): "{cells}：离本人片区比离 {other} 更近，接手",
    },
    "en": {
        (Change.LOSES, Why.ABSENT): "loses {cells}: is absent",
        (Change.LOSES, Why.LEFT): "loses {cells}: is not among the people any more",
        (Change.LOSES, Why.CELL_GONE): "loses {cells}: no cell any more",
        (Change.LOSES, Why.HEAVY): "loses {cells}: carried {load:.0%} of an equal share",
        (Change.LOSES, Why.RECUT): "loses {cells}: patches were cut anew around it",
        (Change.GAINS, Why.NEW): "gains {cells}: served nobody here until now",
        (Change.GAINS, Why.COVERS): "gains {cells}: covers for {other}, who is absent",
        (Change.GAINS, Why.FOLLOWS): "gains {cells}: follows {other}, who is not among the people any more",
        (Change.GAINS, Why.LIGHT): "gains {cells}: carried only {load:.0%} of an equal share",
        (Change.GAINS, Why.RELIEVES): "gains {cells}: relieves {other}, who carried {load:.0%} of an equal share",
        (Change.GAINS, Why.SHARES): "gains {cells}: shares it with those who had it",
        (Change.GAINS, Why.NEARER): "gains {cells}: lies better to them than to {other}",
    },
}
_BETWEEN: Final = {"zh": ("、", "；"), "en": (", ", "; ")}


class _Reason(NamedTuple):
    why: Why
    other: str | None = None
    """Whom it concerns besides, if anybody."""

    load: float = 0.0
    """What that person, or else the person themself, carried: a share of an equal one."""


def changes_of(given: Given, new: pd.DataFrame, loads: pd.DataFrame, away: Collection[str]) -> pd.DataFrame:
    """Return what differs between today's duties and new ones: `Staffing.changes`.

    Parameters
    ----------
    given
        With today's duties, of people who are away or gone, too.
    new
        ``person`` and ``cell``.
    loads
        As `Staffing.loads`.
    away
        People who are absent.
    """
    old = given.duties[["person", "cell"]]
    both = old.merge(new[["person", "cell"]], how="outer", indicator="side").query("side != 'both'")
    lost, served, reasons = _losers(both), set(old["person"]), list[_Reason]()
    cells, carried = set(given.cells.index), dict(zip(loads.index, loads["before"].astype(float), strict=True))
    for person, cell, side in zip(both["person"], both["cell"], both["side"], strict=True):
        if side == "left_only":
            reasons.append(_why_lost(person, cell in cells, carried, away))
        else:
            reasons.append(_why_gained(person, lost.get(cell, []), carried, away, new=person not in served))
    told = pd.DataFrame(reasons, columns=list(_Reason._fields), index=both.index).astype({"load": float})
    found = both[["person", "cell"]].assign(
        # Of a cell that is no more, the street is that of who had it.
        street=both["cell"].map(given.cells["street"]).fillna(both["person"].map(loads["street"])),
        role=both["person"].map(given.roles),
        change=both["side"].map({"left_only": Change.LOSES, "right_only": Change.GAINS}).astype(str),
    )
    return found.join(told).sort_values(["cell", "change", "person"], ascending=[True, False, True], ignore_index=True)


def steps_of(changes: pd.DataFrame, language: str) -> pd.DataFrame:
    """Return what changes for each person, in a sentence: `Staffing.steps`."""
    if language not in _SENTENCES:
        message = f"Changes are told in {' or '.join(_SENTENCES)}, not in {language}."
        raise InputError(message, field="language")
    comma, semicolon = _BETWEEN[language]
    rows = []
    for (street, role, person), mine in changes.groupby(["street", "role", "person"], dropna=False, sort=True):
        # What is lost stands before what is gained; the same reason is given once, with all its cells.
        reasons: dict[tuple[str, str, str | None, float], list[str]] = {}
        for row in mine.sort_values("change", ascending=False, kind="stable").to_dict(orient="records"):
            reasons.setdefault((row["change"], row["why"], row["other"], row["load"]), []).append(row["cell"])
        told = [
            _SENTENCES[language][Change(change), Why(why)].format(cells=comma.join(cells), other=other, load=load)
            for (change, why, other, load), cells in reasons.items()
        ]
        counts = mine["change"].value_counts()
        gains, loses = (int(counts.get(change, 0)) for change in Change)
        rows.append((street, role, person, gains, loses, semicolon.join(told)))
    return pd.DataFrame(rows, columns=["street", "role", "person", "gains", "loses", "sentence"])


def _losers(both: pd.DataFrame) -> dict[str, list[str]]:
    here, found = both[both["side"] == "left_only"], dict[str, list[str]]()
    for person, cell in zip(here["person"], here["cell"], strict=True):
        found.setdefault(cell, []).append(person)
    return found


def _why_lost(person: str, still: bool, carried: dict[str, float], away: Collection[str]) -> _Reason:  # noqa: FBT001 - a plain fact
    if person in away:
        return _Reason(Why.ABSENT)
    if person not in carried:
        return _Reason(Why.LEFT)
    if not still:
        return _Reason(Why.CELL_GONE)
    was = carried[person]
    return _Reason(Why.HEAVY, None, was) if was > 1 + _FAR else _Reason(Why.RECUT)


def _why_gained(
    person: str, losers: list[str], carried: dict[str, float], away: Collection[str], *, new: bool
) -> _Reason:
    was = carried[person]
    if new:
        return _Reason(Why.NEW)
    covered = [one for one in losers if one in away]
    if covered:
        return _Reason(Why.COVERS, covered[0])
    gone = [one for one in losers if one not in carried]
    if gone:
        return _Reason(Why.FOLLOWS, gone[0])
    if was < 1 - _FAR:
        return _Reason(Why.LIGHT, None, was)
    heavy = [one for one in losers if carried[one] > 1 + _FAR]
    if heavy:
        return _Reason(Why.RELIEVES, heavy[0], carried[heavy[0]])
    return _Reason(Why.NEARER, losers[0]) if losers else _Reason(Why.SHARES)
