"""One look at all that stands out: hot spots, repeat places, rising matters, each as something to confirm."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from gridgov.errors import InputError
from gridgov.hexagons import centre_of, hexagon_at, name_of
from gridgov.proactive import Kind, Suspicion
from gridgov.services.proactive.reading import PERIODS_BEFORE, On, Seen, Spell, by_spell, places_of

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from gridgov.proactive.places import Places

WINDOW = timedelta(days=28)
"""Four whole weeks: every weekday as often."""
REPEAT_WINDOW = timedelta(days=91)
REPEAT_DAYS = 6
"""On so many days of a quarter, the same at one place is worth a look: twice a month."""
MOST = 20
"""So many of each kind are proposed at once, those that stand out most: nobody gets through a longer list."""
PLACE_RESOLUTION = 12
"""Hexagons of some 9 m: by which one a repeat place is known again."""


@dataclass(frozen=True, slots=True)
class Found:
    """What stands out, and why some kinds could not be looked for."""

    suspicions: tuple[Suspicion, ...]
    left_out: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Scan:
    """What became of one look.

    Attributes
    ----------
    at
        The moment that was looked from.
    added
        The ids of what is proposed anew.
    found
        How much stands out, proposed before or now.
    left_out
        By kind why it could not be looked for: there is no past to compare with yet.
    """

    at: datetime
    added: tuple[UUID, ...]
    found: int
    left_out: Mapping[str, str]


def scanned(seen: Seen, year_ago: Seen, at: datetime, names: Mapping[str, str]) -> Found:
    """Return what stands out at a moment.

    Parameters
    ----------
    seen, year_ago
        What was reported in the periods up to `at`, and up to 52 weeks before it.
    names
        Of the matters in force, by code; what is of no such matter is not proposed.
    """
    spell = Spell(at - WINDOW, at)
    ways: dict[Kind, Callable[[], list[Suspicion]]] = {
        Kind.HOTSPOT: lambda: _hot(seen, spell, names),
        Kind.REPEAT: lambda: _repeated(seen, at, names),
        Kind.RISING: lambda: _rising(seen, spell, year_ago, names),
    }
    found: list[Suspicion] = []
    left_out = {}
    for kind, look in ways.items():
        try:
            found.extend([one for one in look() if one.matter in names][:MOST])
        except InputError as error:
            left_out[kind.value] = error.message
    return Found(tuple(found), left_out)


def risen(seen: Seen, spell: Spell, year_ago: tuple[Seen, Spell], *, by_street: bool) -> pd.DataFrame:
    """Return matters, or matters of streets, against the periods before and last year's."""
    from gridgov.proactive.rising import rising  # noqa: PLC0415 - heavy

    now = _by_matter(seen, spell, by_street=by_street)
    then = _by_matter(*year_ago, by_street=by_street)
    heard = now.loc[:, now.any().cummax()]
    if heard.empty:
        message = "Nothing was reported in this period, nor in those before: there is nothing to compare."
        raise InputError(message, field="since")
    # Last year's periods count only where all were lived through: a year that began midway would rise by itself.
    whole = then.reindex(columns=heard.columns) if then.shape[1] and then.any().all() else None
    return rising(heard.iloc[:, -1], heard.iloc[:, :-1], year_ago=whole)


def _by_matter(seen: Seen, spell: Spell, *, by_street: bool) -> pd.DataFrame:
    spells = [spell.before(number) for number in range(PERIODS_BEFORE, -1, -1)]
    inside = seen.incidents[seen.incidents["cell"].notna()]
    if not by_street:
        return by_spell(inside, inside["matter"], spells)
    import pandas as pd  # noqa: PLC0415 - heavy

    counts = by_spell(inside, inside["cell"].str[:9] + " " + inside["matter"], spells)
    pairs = [name.partition(" ")[::2] for name in counts.index]
    counts.index = pd.MultiIndex.from_tuples(pairs, names=["street", "matter"]) if pairs else counts.index
    return counts


def _hot(seen: Seen, spell: Spell, names: Mapping[str, str]) -> list[Suspicion]:
    """Return one suspicion for each knot of hot cells that touch, where it is hottest, of the matter most in excess."""
    from gridgov.proactive.bases import by_history  # noqa: PLC0415 - heavy
    from gridgov.proactive.hotspots import HOT, HOT_ALONE, hotspots  # noqa: PLC0415 - heavy

    places, where = places_of(On.CELLS, seen.cells, seen.incidents)
    spells = [spell.before(number) for number in range(PERIODS_BEFORE, -1, -1)]
    counts = by_spell(seen.incidents, where, spells).reindex(places.frame.index, fill_value=0)
    past = counts.iloc[:, :-1].loc[:, counts.iloc[:, :-1].any().cummax()]
    found = hotspots(counts.iloc[:, -1], by_history(counts.iloc[:, -1], past), places)
    hot = found["class"].isin([HOT, HOT_ALONE]).to_numpy()
    excess = (found["count"] - found["expected"]).to_numpy()
    middles = found.geometry.representative_point()
    suspected = []
    for knot in _knots(places, hot):
        top = knot[excess[knot].argmax()]
        code = str(found.index[top])
        matter = _most_in_excess(seen.incidents[where == code], spell, past.shape[1])
        if matter is None or excess[top] <= 0:
            continue
        row = found.iloc[top]
        numbers = {"count": int(row["count"]), "expected": round(float(row["expected"]), 2), "q": float(row["q"]),
                   "cells": sorted(str(one) for one in found.index[knot])}  # fmt: skip
        said = names.get(matter, matter)
        suspected.append((
            -float(excess[top]),
            Suspicion(
                Kind.HOTSPOT, code, code, matter, spell.since, spell.until, middles.iloc[top].x, middles.iloc[top].y,
                f"{said}：{row['sentence']}", f"{said}: {row['sentence_en']}", numbers,
            ),
        ))  # fmt: skip
    return [one for _, one in sorted(suspected, key=lambda one: (one[0], one[1].place))]


def _knots(places: Places, hot: np.ndarray) -> list[np.ndarray]:
    """Return the rows of hot places, those together that touch."""
    import numpy as np  # noqa: PLC0415 - heavy
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415 - heavy

    rows = np.flatnonzero(hot)
    if not len(rows):
        return []
    count, knot = connected_components(places.touches[rows][:, rows], directed=False)
    return [rows[knot == number] for number in range(count)]


def _most_in_excess(incidents: pd.DataFrame, spell: Spell, periods: int) -> str | None:
    """Return the matter of which a place has most beyond the mean of the periods before."""
    now = incidents.loc[incidents["at"] >= spell.since, "matter"].value_counts()
    before = incidents.loc[incidents["at"] < spell.since, "matter"].value_counts() / periods
    more = now.sub(before, fill_value=0).sort_index()
    return str(more.idxmax()) if len(more) and more.max() > 0 else None


def _repeated(seen: Seen, at: datetime, names: Mapping[str, str]) -> list[Suspicion]:
    """Return the places where the same came up on many days of a quarter, and still did in the last weeks."""
    from gridgov.proactive.repeats import repeats  # noqa: PLC0415 - heavy

    inside = seen.incidents[(seen.incidents["at"] >= at - REPEAT_WINDOW) & seen.incidents["cell"].notna()]
    found = repeats(inside, at_least=REPEAT_DAYS)
    return [
        _repeat(row, at, names)
        for row in found[found["last_at"] >= at - WINDOW].to_dict("records")
        if isinstance(row["cell"], str)
    ]


def _repeat(row: Mapping[str, Any], at: datetime, names: Mapping[str, str]) -> Suspicion:
    lon, lat = row["geometry"].x, row["geometry"].y
    said = names.get(row["matter"], row["matter"])
    numbers = {name: row[name] for name in ("count", "days", "radius_m", "address")}
    numbers |= {"first_at": row["first_at"].isoformat(), "last_at": row["last_at"].isoformat()}
    numbers["every_days"] = round(float(row["every_days"]), 1)
    return Suspicion(
        Kind.REPEAT, row["cell"], name_of(hexagon_at(lon, lat, PLACE_RESOLUTION)), row["matter"],
        at - REPEAT_WINDOW, at, lon, lat, f"{said}：{row['sentence']}", f"{said}: {row['sentence_en']}", numbers,
    )  # fmt: skip


def _rising(seen: Seen, spell: Spell, year_ago: Seen, names: Mapping[str, str]) -> list[Suspicion]:
    """Return matters that rose in a street, at the hexagon of the street that has most of them."""
    then = Spell(spell.since - timedelta(days=364), spell.until - timedelta(days=364))
    found = risen(seen, spell, (year_ago, then), by_street=True)
    recent = seen.incidents[seen.incidents["at"] >= spell.since]
    suspected = []
    for row in found[found["class"] == "rising"].reset_index().to_dict("records"):
        street, matter = str(row["street"]), str(row["matter"])
        mine = recent[(recent["matter"] == matter) & (recent["cell"].str[:9] == street) & recent["lon"].notna()]
        if mine.empty:
            continue
        lon, lat = _thickest(mine)
        said = names.get(matter, matter)
        numbers = {"count": int(row["count"]), "expected": round(float(row["expected"]), 2), "q": float(row["q"])}
        suspected.append(Suspicion(
            Kind.RISING, street, street, matter, spell.since, spell.until, lon, lat,
            f"{said}：{row['sentence']}", f"{said}: {row['sentence_en']}", numbers,
        ))  # fmt: skip
    return suspected


def _thickest(incidents: pd.DataFrame) -> tuple[float, float]:
    """Return the middle of the hexagon (edges of about 200 m) with most incidents, the lowest of equals."""
    from gridgov.proactive.places import hexagon_names  # noqa: PLC0415 - heavy

    counts = hexagon_names(incidents).value_counts().sort_index()
    return centre_of(int(str(counts.idxmax()), 16))
