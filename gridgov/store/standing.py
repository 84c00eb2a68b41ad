"""How cases stood: kept beside how they stand, in the transaction that changes it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from shapely.geometry.base import BaseGeometry
from sqlalchemy import Connection, insert, select, text, update

from gridgov.incidents import Fact, Head
from gridgov.store.geometry import from_store
from gridgov.store.tables import incident_position, incident_standing

_DATED = frozenset(incident_standing.c.keys()) | {"deadline_at"}
"""What is kept of how a case stood: an act that changes none of it need not tell it."""
_UNTOLD = text("SELECT EXISTS (SELECT FROM incident_standing WHERE untold AND since > :at)")
_UNTOLD_ROW = text("incident_standing.untold")
_t = incident_standing.c
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


class UntoldStore:
    """Finds the cases of which only the facts tell how they stood before an upgrade, and writes that down."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def some(self, limit: int) -> list[tuple[Head, datetime]]:
        """Return cases and since when it is written down how they stand, locked; what others hold is left out."""
        query = select(_t.district_code, _t.incident_id, _t.since).where(_UNTOLD_ROW)
        query = query.order_by(_t.incident_id.desc()).limit(limit).with_for_update(skip_locked=True)
        return [(Head(row[0], row[1]), row[2]) for row in self._connection.execute(query)]

    def places(self, head: Head) -> dict[int, BaseGeometry]:
        """Return where a case was said to lie, by number."""
        p = incident_position.c
        query = select(p.seq, p.geom).where(p.district_code == head.district_code, p.incident_id == head.incident_id)
        return {seq: from_store(geom) for seq, geom in self._connection.execute(query)}

    def tell(self, head: Head, rows: Sequence[Mapping[str, Any]]) -> None:
        """Keep how a case stood, and that nothing of it is untold."""
        mine = (_t.district_code == head.district_code, _t.incident_id == head.incident_id)
        key = {"district_code": head.district_code, "incident_id": head.incident_id}
        if rows:
            self._connection.execute(insert(incident_standing), [{**key, **row} for row in rows])
        self._connection.execute(update(incident_standing).where(*mine, _UNTOLD_ROW).values(untold=False))


def is_told(connection: Connection, moment: datetime) -> bool:
    """Return whether how all that is seen stood at a moment is written down, not only in the facts."""
    return not connection.execute(_UNTOLD, {"at": moment}).scalar_one()
