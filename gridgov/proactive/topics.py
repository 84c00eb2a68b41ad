"""Monthly topics: matters that are taken on together in the month in which they come up, with their numbers."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from gridgov.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

COMPLAINTS = ("hotline_12345", "resident_app")
"""Channels by which residents complain; by the others the city finds things itself."""
PROACTIVE = "proactive"
"""The channel of cases that were opened before anybody complained."""

_COLUMNS = ["month", "topic", "area", "incidents", "complaints", "found", "proactive", "share"]


@dataclass(frozen=True, slots=True)
class Topic:
    """What is taken on in one month of the year.

    Attributes
    ----------
    month
        1 to 12.
    matters
        Codes of the list in force.
    """

    month: int
    code: str
    zh: str
    en: str
    matters: tuple[str, ...]


@cache
def starting_topics() -> tuple[Topic, ...]:
    """Return the list that an installation starts with; where it comes from stands in ``topics.toml``."""
    with Path(__file__).with_name("topics.toml").open("rb") as file:
        rows = tomllib.load(file)["topic"]
    return tuple(Topic(row["month"], row["code"], row["zh"], row["en"], tuple(row["matters"])) for row in rows)


def topics_of(month: int, topics: Sequence[Topic] | None = None) -> tuple[Topic, ...]:
    """Return the topics of a month of the year.

    Raises
    ------
    InputError
        If there is no such month.
    """
    if not 1 <= month <= 12:
        message = f"There is no month {month}: give 1 to 12."
        raise InputError(message, field="month")
    return tuple(one for one in (starting_topics() if topics is None else topics) if one.month == month)


def figures(counts: pd.DataFrame, topics: Collection[Topic]) -> pd.DataFrame:
    """Return the numbers of topics by month and area.

    Parameters
    ----------
    counts
        One row for each month, area, matter and channel that there is: columns ``month`` (`pandas.Period`), ``area``,
        ``matter``, ``channel``, ``incidents``.
    topics
        The topics; one whose matters did not come up has zeros.

    Returns
    -------
    DataFrame
        One row for each topic, month and area, in this order: month, topic (its code), area, incidents (without those
        that were opened before a complaint), complaints (of them by residents), found (of them by the city itself),
        proactive (opened before a complaint; counted apart), share (of all incidents of that month and area).

    Examples
    --------
    Three calls, one find by a grid worker and two proactive cases are ``incidents`` 4, ``complaints`` 3, ``found`` 1,
    ``proactive`` 2.
    """
    import pandas as pd  # noqa: PLC0415 - slow to load: only where it is used

    counted = counts.assign(
        complaints=counts["incidents"].where(counts["channel"].isin(COMPLAINTS), 0),
        proactive=counts["incidents"].where(counts["channel"] == PROACTIVE, 0),
    )
    counted["found"] = counted["incidents"] - counted["complaints"] - counted["proactive"]
    counted["incidents"] -= counted["proactive"]
    keys, values = ["month", "area"], ["incidents", "complaints", "found", "proactive"]
    whole = counted.groupby(keys)[values].sum()
    frames = [
        counted[counted["matter"].isin(topic.matters)]
        .groupby(keys)[values]
        .sum()
        .reindex(whole.index, fill_value=0)
        .assign(topic=topic.code, share=lambda own: (own["incidents"] / whole["incidents"]).fillna(0.0))
        for topic in topics
    ]
    if not frames:
        return pd.DataFrame(columns=_COLUMNS)
    together = pd.concat(frames).reset_index()
    return together.sort_values(["topic", "month", "area"], kind="stable").reset_index(drop=True)[_COLUMNS]
