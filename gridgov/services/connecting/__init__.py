"""The Python door: one connection to an installation, from a script or a notebook.

gov = gridgov.connect()                          # as this machine: reads everything
gov.cells(as_of=...)                             # a GeoDataFrame of declared columns, see `CELLS`
gov = gridgov.connect(account="planner")         # as an account: as far as its rights go
gov.draft(plan, title="2026")                    # and what is published goes through the same hands as on the screen
"""

from gridgov.services.connecting.columns import (
    AREAS,
    BUILDINGS,
    CELLS,
    DUTIES,
    FEATURES,
    INCIDENTS,
    STAFF,
    WHISTLES,
    Column,
    Columns,
    Type,
)
from gridgov.services.connecting.door import Gov, connect

__all__ = [
    "AREAS",
    "BUILDINGS",
    "CELLS",
    "DUTIES",
    "FEATURES",
    "INCIDENTS",
    "STAFF",
    "WHISTLES",
    "Column",
    "Columns",
    "Gov",
    "Type",
    "connect",
]
