"""How cases stood: kept beside how they stand, in the transaction that changes it."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, text

from gridgov.incidents import Fact, Head
from gridgov.store.tables import incident_standing

_DATED = frozenset(incident_standing.c.keys()) | {"deadline_at"}
"""What is kept of how a case stood: an act that changes none of it need not tell it."""
_TELL = text("SELECT gridgov_tell_standing(:district, :incident)")


class StandingKeeper:
    """Keeps how the cases of one transaction stood."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._moved: set[Head] = set()

    def note(self, changes: Mapping[Head, Mapping[str, Any]]) -> None:
        """Note which columns of the states of cases were changed; their facts follow."""
        self._moved.update(head for head, values in changes.items() if _DATED & values.keys())

    def keep(self, appended: Mapping[Head, Fact | None]) -> None:
        """Keep how cases stand since the facts that were just appended, each after the one that was its newest."""
        self._tell(head for head, before in appended.items() if before is None or head in self._moved)

    def _tell(self, heads: Iterable[Head]) -> None:
        for head in heads:
            self._connection.execute(_TELL, {"district": head.district_code, "incident": head.incident_id})
            self._moved.discard(head)
