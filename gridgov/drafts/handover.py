"""Who answers for a cell after its ground has changed: each duty on a closed cell goes on with its largest heir."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

import pandas as pd

HALF: Final = 0.5
"""An heir with less of the old cell is not what the person knew: somebody should look at it."""


class Outcome(StrEnum):
    """What becomes of a duty."""

    CONTINUES = "continues"
    LOOK_AT = "look_at"
    ENDS = "ends"


@dataclass(frozen=True, slots=True)
class Duty:
    """A duty on a cell that is closed; `cell` is the cell's code."""

    id: UUID
    person_id: UUID
    role: str
    cell: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Handover:
    """What becomes of a duty.

    Attributes
    ----------
    to
        The code of the cell that it goes on with; None where it ends.
    share
        How much of the old cell's area lies in there.
    outcome
        ``look_at`` where that is less than `HALF`; ``ends`` where the person answers for it in that role already.
    """

    duty: Duty
    to: str | None
    share: float
    outcome: Outcome


def handed_over(duties: Iterable[Duty], heirs: pd.DataFrame, *, standing: Iterable[Duty] = ()) -> list[Handover]:
    """Return what becomes of duties on cells that are closed.

    Parameters
    ----------
    duties
        On closed cells, in force or to come.
    heirs
        ``from``, ``to`` (codes) and ``share`` of the old cell's area. Of equal shares the lower code inherits.
    standing
        Duties on cells that stay: nobody gets the same twice.
    """
    ranked = heirs.sort_values(["share", "to"], ascending=[False, True]).drop_duplicates("from")
    largest = {row["from"]: (row["to"], float(row["share"])) for row in ranked.to_dict("records")}
    held = list(standing)
    found = []
    for duty in sorted(duties, key=lambda d: (-largest.get(d.cell, ("", 0.0))[1], d.id)):
        to, share = largest.get(duty.cell, (None, 0.0))
        goes_on = to is not None and not any(_same(duty, to, other) for other in held)
        outcome = (Outcome.CONTINUES if share >= HALF else Outcome.LOOK_AT) if goes_on else Outcome.ENDS
        if goes_on and to is not None:
            held.append(replace(duty, cell=to))
        found.append(Handover(duty, to if goes_on else None, share, outcome))
    return found


def _same(duty: Duty, to: str, other: Duty) -> bool:
    """Return whether `other` is this duty on the heir already, in a time that meets it."""
    if (other.person_id, other.role, other.cell) != (duty.person_id, duty.role, to):
        return False
    begins_before_end = other.until is None or duty.since < other.until
    return begins_before_end and (duty.until is None or other.since < duty.until)
