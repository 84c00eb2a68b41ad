"""How cases stood: kept beside how they stand, in the transaction that changes it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shapely.geometry.base import BaseGeometry
from sqlalchemy import Connection, TextClause, insert, select, text, update

from gridgov.incidents import Fact, Head
from gridgov.store.geometry import from_store
from gridgov.store.tables import incident_position, incident_standing

_DATED = frozenset(incident_standing.c.keys()) | {"deadline_at"}
"""What is kept of how a case stood: an act that changes none of it need not tell it."""
_UNTOLD = text("SELECT EXISTS (SELECT FROM incident_standing WHERE untold AND since > :at)")
_UNTOLD_ROW = text("incident_standing.untold")
_t = incident_standing.c
_KEYS = ("district_code", "incident_id", "since", "until", "untold")
SAID = tuple(column.name for column in incident_standing.c if column.name not in _KEYS)
"""What a row says of the time that it stands for."""
# Each in one round trip, however many: a sweep moves some hundred cases on at once.
_TELL = text("""
    SELECT gridgov_tell_standing(h.district, h.incident)
    FROM unnest(CAST(:districts AS text[]), CAST(:incidents AS uuid[])) AS h (district, incident)
""")
_TELL_BOTH = text("""
    SELECT gridgov_tell_parties(h.district, h.incident), gridgov_tell_standing(h.district, h.incident)
    FROM unnest(CAST(:districts AS text[]), CAST(:incidents AS uuid[])) AS h (district, incident)
""")


class StandingKeeper:
    """Keeps how the cases of one transaction stood, and which of them are open."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._moved: set[Head] = set()
        self._turned: set[Head] = set()

    def note(self, changes: Mapping[Head, Mapping[str, Any]]) -> None:
        """Note which columns of the states of cases were changed; their facts follow."""
        self._moved.update(head for head, values in changes.items() if _DATED & values.keys())

    def turn(self, head: Head) -> None:
        """Note that a case may have ended or be open again, which its parties' lists are told with its next fact."""
        self._turned.add(head)

    def keep(self, appended: Mapping[Head, Fact | None]) -> None:
        """Keep how cases stand since the facts that were just appended, each after the one that was its newest."""
        turned = {head for head in appended if head in self._turned}
        moved = {head for head, before in appended.items() if before is None or head in self._moved} - turned
        self._tell(_TELL_BOTH, turned)
        self._tell(_TELL, moved)
        self._turned -= turned
        self._moved -= turned | moved

    def _tell(self, how: TextClause, heads: Collection[Head]) -> None:
        if heads:
            ordered = sorted(heads, key=lambda head: head.incident_id)
            asked = {"districts": [h.district_code for h in ordered], "incidents": [h.incident_id for h in ordered]}
            self._connection.execute(how, asked)


@dataclass(frozen=True, slots=True)
class Untold:
    """A case of which only the facts tell how it stood before `since`, and what is said of it from then on."""

    head: Head
    since: datetime
    said: Mapping[str, Any]


class UntoldStore:
    """Finds the cases of which only the facts tell how they stood before an upgrade, and writes that down."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def some(self, limit: int) -> list[Untold]:
        """Return cases and how it is written down that they stand, locked; what others hold is left out."""
        said = (_t[name] for name in SAID)
        query = select(_t.district_code, _t.incident_id, _t.since, *said).where(_UNTOLD_ROW)
        query = query.order_by(_t.incident_id.desc()).limit(limit).with_for_update(skip_locked=True)
        rows = self._connection.execute(query).all()
        return [Untold(Head(r[0], r[1]), r[2], dict(zip(SAID, r[3:], strict=True))) for r in rows]

    def places(self, head: Head) -> dict[int, BaseGeometry]:
        """Return where a case was said to lie, by number."""
        p = incident_position.c
        query = select(p.seq, p.geom).where(p.district_code == head.district_code, p.incident_id == head.incident_id)
        return {seq: from_store(geom) for seq, geom in self._connection.execute(query)}

    def tell(self, untold: Untold, rows: Sequence[Mapping[str, Any]]) -> None:
        """Keep how a case stood, since when it stands as is written down, and that nothing of it is untold."""
        head, since, earlier = untold.head, untold.since, list(rows)
        if earlier and {name: earlier[-1][name] for name in SAID} == untold.said:
            since = earlier.pop()["since"]  # its newest facts changed nothing of it
        mine = (_t.district_code == head.district_code, _t.incident_id == head.incident_id)
        key = {"district_code": head.district_code, "incident_id": head.incident_id}
        if earlier:
            self._connection.execute(insert(incident_standing), [{**key, **row} for row in earlier])
        self._connection.execute(update(incident_standing).where(*mine, _UNTOLD_ROW).values(untold=False, since=since))


def is_told(connection: Connection, moment: datetime) -> bool:
    """Return whether how all that is seen stood at a moment is written down, not only in the facts."""
    return not connection.execute(_UNTOLD, {"at": moment}).scalar_one()
