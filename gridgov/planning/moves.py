"""Who moves from where to where, and why: every move of a plan in words."""

from enum import StrEnum

import numpy as np
import pandas as pd

EVEN = 0.02
"""Loads nearer to the mean than this are neither heavy nor light."""


class Why(StrEnum):
    """Why an atom changes hands."""

    DISSOLVED = "dissolved"
    """Its cell goes to the neighbours."""

    SPLIT = "split"
    """Its cell was too heavy; a part of it becomes a cell of its own."""

    RELIEVED = "relieved"
    """A heavy cell lets it go."""

    FILLED = "filled"
    """A light cell takes it in."""

    PASSED_ON = "passed_on"
    """Its cell makes room for what comes from another side."""

    GROUND = "ground"
    """Nobody lives there: the border runs straighter."""


_SENTENCES = {
    "zh": {
        Why.DISSOLVED: "{source} 只有均值的 {before:.0%}，撤并；{n:.0f} {unit}划入 {to}",
        Why.SPLIT: "{source} 是均值的 {before:.0%}，拆分；{n:.0f} {unit}成为 {to}",
        Why.RELIEVED: "{source} 超载（均值的 {before:.0%}），{n:.0f} {unit}划入 {to}",
        Why.FILLED: "{to} 偏轻（均值的 {there:.0%}），由 {source} 划入 {n:.0f} {unit}",
        Why.PASSED_ON: "{source} 为另一侧划入让位，{n:.0f} {unit}划入 {to}",
        Why.GROUND: "{source} 与 {to} 之间的边界取直，无人居住",
    },
    "en": {
        Why.DISSOLVED: "{source} has {before:.0%} of the mean: dissolved; {n:.0f} {unit} go to {to}",
        Why.SPLIT: "{source} has {before:.0%} of the mean: split; {n:.0f} {unit} become {to}",
        Why.RELIEVED: "{source} has {before:.0%} of the mean: {n:.0f} {unit} go to {to}",
        Why.FILLED: "{to} has only {there:.0%} of the mean: {n:.0f} {unit} come from {source}",
        Why.PASSED_ON: "{source} makes room for another side: {n:.0f} {unit} go to {to}",
        Why.GROUND: "the border between {source} and {to} runs straighter; nobody lives there",
    },
}


_UNITS = {"zh": {"households": "户", "people": "人"}, "en": {"households": "households", "people": "people"}}
"""What residents are counted in, by the usual names of their column; any other column gives its own name."""


def moves_of(before: pd.Series, after: pd.Series, residents: pd.Series, load: pd.Series) -> pd.DataFrame:
    """Return the atoms that change hands: ``source``, ``to``, ``residents``, ``load``, ``why`` (see `Why`).

    Parameters
    ----------
    before, after
        The cell of each atom.
    residents
        Of each atom.
    load
        Of each atom, as a share of what a cell of its street should have.
    """
    gone = (before != after).to_numpy()
    own = set(before[~gone])
    carried = load.groupby(before).sum()
    source, to = before[gone], after[gone]
    heavy = source.map(carried).to_numpy() > 1 + EVEN
    light = to.map(carried).fillna(0.0).to_numpy() < 1 - EVEN
    nobody = residents[gone].to_numpy() <= 0
    why = np.select(
        [~source.isin(own), ~to.isin(own), nobody, heavy, light],
        [Why.DISSOLVED, Why.SPLIT, Why.GROUND, Why.RELIEVED, Why.FILLED],
        Why.PASSED_ON,
    )
    columns = {"source": source, "to": to, "residents": residents[gone], "load": load[gone], "why": why.astype(object)}
    return pd.DataFrame(columns)


def steps_of(
    moves: pd.DataFrame, before: pd.Series, load: pd.Series, *, language: str, counted_in: str
) -> pd.DataFrame:
    """Return what goes between two cells, most residents first: ``source, to, residents, atoms, why, sentence``.

    Parameters
    ----------
    language
        ``zh`` or ``en``.
    counted_in
        The column of the residents, which names what they are counted in: ``households`` or ``people``, say.
    """
    carried = load.groupby(before).sum()
    summed = (
        moves.groupby(["source", "to", "why"])
        .agg(residents=("residents", "sum"), atoms=("residents", "size"))
        .reset_index()
        .sort_values(["residents", "source", "to"], ascending=[False, True, True], ignore_index=True)
    )
    sentences = _SENTENCES[language]
    summed["sentence"] = [
        sentences[Why(row["why"])].format(
            source=row["source"],
            to=row["to"],
            n=row["residents"],
            unit=_UNITS[language].get(counted_in, counted_in),
            before=carried[row["source"]],
            there=carried.get(row["to"], 0.0),
        )
        for row in summed.to_dict(orient="records")
    ]
    return summed
