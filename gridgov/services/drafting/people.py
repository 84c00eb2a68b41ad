"""Whose duties a draft changes: names with stars in them, and whole for whoever looks after these people."""

from collections.abc import Iterable
from datetime import datetime

import pandas as pd

from gridgov.access import Subject
from gridgov.drafts import Handover
from gridgov.store.drafts import DraftRow
from gridgov.store.unit import Store, Unit

_LOOKS_AFTER = "people.manage"
_COLUMNS = ["person_id", "name", "name_is_whole", "role", "cell", "to", "share", "outcome"]


def staff_of(unit: Unit, district_code: str, handed: Iterable[Handover]) -> pd.DataFrame:
    """Return what becomes of each duty: person_id, name, name_is_whole, role, cell, to, share, outcome.

    A name is whole for whoever looks after the area of the person's organisation, as numbers are in the register.
    """
    known, mine = unit.drafts.people(district_code), unit.subject.areas(_LOOKS_AFTER)
    rows = []
    for one in handed:
        name, area = known.get(one.duty.person_id, (None, ""))
        whole = area.startswith(mine)
        rows.append(
            {
                "person_id": one.duty.person_id,
                "name": name if whole or name is None else starred(name),
                "name_is_whole": whole,
                "role": one.duty.role,
                "cell": one.duty.cell,
                "to": one.to,
                "share": one.share,
                "outcome": str(one.outcome),
            }
        )
    return pd.DataFrame(rows, columns=_COLUMNS).sort_values(["cell", "role", "person_id"], ignore_index=True)


def starred(name: str) -> str:
    """Return a name with stars in it, as the database shows who reported: a name of one character is all stars."""
    return (name[0] if len(name) > 1 else "") + "**"


def note_names(store: Store, subject: Subject, row: DraftRow, staff: pd.DataFrame, *, at: datetime) -> None:
    """Write down that somebody was shown whole names, before they are."""
    shown = staff.loc[staff["name_is_whole"].astype(bool), "person_id"].nunique()
    if shown:
        with store.transaction() as unit:
            purpose = f"draft {row.id} preview, names of {shown} people"
            unit.looks.taken(subject, [row.district_code], purpose=purpose, at=at)
