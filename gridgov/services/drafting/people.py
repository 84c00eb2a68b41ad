"""Whose duties a draft changes, by name: who answers for what is everybody's to know who may do anything."""

from collections.abc import Iterable

import pandas as pd

from gridgov.drafts import Handover
from gridgov.store.unit import Unit

_COLUMNS = ["person_id", "name", "role", "cell", "to", "share", "outcome"]


def staff_of(unit: Unit, district_code: str, handed: Iterable[Handover]) -> pd.DataFrame:
    """Return what becomes of each duty: person_id, name, role, cell, to, share, outcome."""
    known = unit.drafts.people(district_code)
    rows = [
        {
            "person_id": one.duty.person_id,
            "name": known.get(one.duty.person_id),
            "role": one.duty.role,
            "cell": one.duty.cell,
            "to": one.to,
            "share": one.share,
            "outcome": str(one.outcome),
        }
        for one in handed
    ]
    return pd.DataFrame(rows, columns=_COLUMNS).sort_values(["cell", "role", "person_id"], ignore_index=True)
