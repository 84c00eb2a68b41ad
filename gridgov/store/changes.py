"""Change rows, read so that none is lost and none is read twice.

An identity is drawn before the commit, so a later commit can carry a lower one; a transaction's id is no better. What a
reader has seen is therefore kept as PostgreSQL's own snapshots keep it: the highest transaction id it has read (`top`),
and the lower ones that were still running then (`open`). A row of a transaction above `top`, or of one that was open,
is new. Unlike a watermark below the oldest running transaction, nothing waits for somebody else's long transaction, and
changes of one subject, which are made under its lock, come in the order of their commits.

A crash may give ids again that left no trace in the log. Every id up to `top` did leave one: its row was committed. So
a cursor stays true over a crash, which a cursor made of the newest snapshot alone would not.
"""

import re
import zlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from sqlalchemy import Connection, insert, select, text

from gridgov.store.tables import change, incident_party, whistle

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_WRITTEN = re.compile(r"([0-9a-f]{8})-([0-9a-z]{1,12})((?:\.[0-9a-z]{1,12}){0,2000})", re.ASCII)
_OF_INCIDENTS = ("incident.", "case.")


@dataclass(frozen=True, slots=True)
class Cursor:
    """What a reader of the changes has seen.

    Attributes
    ----------
    epoch
        Names the database: transaction ids mean nothing in another one, or in one restored from a dump.
    top
        The highest transaction id of which a change was seen.
    open
        Lower transaction ids that were running then; ascending.
    """

    epoch: str
    top: int
    open: tuple[int, ...] = ()

    def __str__(self) -> str:
        return ".".join([f"{self.epoch}-{_base36(self.top)}", *(_base36(self.top - xid) for xid in self.open)])

    @classmethod
    def parse(cls, written: str) -> Self | None:
        """Return the cursor that `written` stands for, or None if it is none."""
        match = _WRITTEN.fullmatch(written)
        if match is None:
            return None
        top = int(match[2], 36)
        below = sorted({top - int(gap, 36) for gap in match[3].split(".")[1:]})
        if below and not 0 <= below[0] <= below[-1] < top:
            return None
        return cls(match[1], top, tuple(below))

    def moved(self, xids: Iterable[int], running: Iterable[int]) -> Self:
        """Return the cursor after changes of `xids` were read while the transactions `running` were not over."""
        top = max(xids, default=self.top)
        top = max(top, self.top)
        return type(self)(self.epoch, top, tuple(sorted(xid for xid in running if xid < top)))


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changed: what and where, and nothing of its content.

    Attributes
    ----------
    incident_id
        The incident that it hangs on, which decides who may know; None if it hangs on none.
    """

    id: int
    district_code: str
    kind: str
    subject_id: UUID
    incident_id: UUID | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader found: the changes in order, and the cursor to go on from; none, and not `whole`, if too many."""

    changes: tuple[Change, ...]
    cursor: Cursor
    whole: bool = True


class ChangeStore:
    """Reads and writes change rows of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(
        self, district_code: str, kind: str, subject_id: UUID, *, at: datetime, incident_id: UUID | None = None
    ) -> None:
        """Write down that something changed; `incident_id` where the subject hangs on an incident."""
        row = {"district_code": district_code, "kind": kind, "subject_id": subject_id, "at": at}
        # Inline: nothing is read back, which not everybody who changes something may.
        self._connection.execute(insert(change).inline().values({**row, "incident_id": incident_id}))

    def position(self) -> Cursor:
        """Return the cursor of a reader that has seen everything that is committed now."""
        row = self._connection.execute(_POSITION).one()
        return Cursor(_epoch(row), row.top).moved((), _running(row.seen))

    def since(self, cursor: Cursor, *, limit: int, until: Cursor | None = None) -> Reading:
        """Return what `cursor` has not seen, and `until` has (None: all that is committed), in order.

        In a database of another epoch nothing is returned, and the reading's cursor says so.
        """
        end = until or Cursor(cursor.epoch, 0)
        asked = {"top": str(cursor.top), "open": _xids(cursor.open), "limit": limit + 1}
        asked |= {"ending": until is not None, "end_top": str(end.top), "end_open": _xids(end.open)}
        rows = self._connection.execute(_SINCE, asked).all()
        epoch = _epoch(rows[0])
        if epoch != cursor.epoch:
            return Reading((), self.position(), whole=False)
        found = [row for row in rows if row.id is not None]
        after = until or cursor.moved((row.xid for row in found), _running(rows[0].seen))
        whole = len(found) <= limit
        return Reading(self._resolved(found) if whole else (), after, whole=whole)

    def lost(self, cursor: Cursor) -> bool:
        """Return whether changes that `cursor` has not seen are gone, or it was never given out by this database."""
        asked = {"top": str(cursor.top), "open": _xids(cursor.open)}
        row = self._connection.execute(_LOST, asked).one()
        return bool(row.lost) or _epoch(row) != cursor.epoch

    def parties(self, incident_ids: Collection[UUID]) -> dict[UUID, frozenset[str]]:
        """Return who may see each of the incidents: codes of areas and organisations, ids of accounts."""
        found: dict[UUID, set[str]] = {}
        if incident_ids:
            c = incident_party.c
            query = select(c.incident_id, c.party).where(c.incident_id.in_(incident_ids))
            for incident_id, party in self._connection.execute(query):
                found.setdefault(incident_id, set()).add(party)
        return {incident_id: frozenset(codes) for incident_id, codes in found.items()}

    def prune(self, before: datetime, *, limit: int) -> int:
        """Forget those of the `limit` first changes that are older than `before`, remember it, and return how many."""
        return self._connection.execute(_PRUNE, {"before": before, "limit": limit}).rowcount

    def forget_foreign(self) -> None:
        """Forget changes that another database wrote, as a dump brings them: their ids would be met again here."""
        for statement in _FOREIGN:
            self._connection.execute(statement)

    def _resolved(self, rows: list[Any]) -> tuple[Change, ...]:
        whistles = self._of_whistles(rows)
        return tuple(
            Change(
                row.id,
                row.district_code,
                row.kind,
                row.subject_id,
                row.incident_id
                or (row.subject_id if row.kind.startswith(_OF_INCIDENTS) else whistles.get(row.subject_id)),
                row.at,
            )
            for row in rows
        )

    def _of_whistles(self, rows: list[Any]) -> dict[UUID, UUID]:
        """Return the incident of each whistle among the subjects that do not say it themselves."""
        asked = {(r.district_code, r.subject_id) for r in rows if not r.incident_id and r.kind.startswith("whistle.")}
        if not asked:
            return {}
        c = whistle.c
        query = select(c.id, c.incident_id).where(
            c.district_code.in_({district_code for district_code, _ in asked}), c.id.in_({found for _, found in asked})
        )
        return {row.id: row.incident_id for row in self._connection.execute(query)}


def _base36(number: int) -> str:
    signs = ""
    while number:
        number, digit = divmod(number, 36)
        signs = _DIGITS[digit] + signs
    return signs or "0"


def _xids(xids: Iterable[int]) -> list[str]:
    return [str(xid) for xid in xids]


def _running(snapshot: str) -> list[int]:
    """Return the transactions that a snapshot (``xmin:xmax:xip,...``) names as running."""
    return [int(xid) for xid in snapshot.rpartition(":")[2].split(",") if xid]


def _epoch(row: Any) -> str:
    return f"{zlib.crc32(f'{row.system}/{row.database}'.encode()):08x}"


_NOW = """
    SELECT pg_current_snapshot() AS seen, (SELECT system_identifier FROM pg_control_system()) AS system,
           (SELECT oid FROM pg_database WHERE datname = current_database()) AS database
"""

_ENDS = """
    xid < pg_snapshot_xmax(n.seen) AND (NOT :ending OR (
        xid <= CAST(CAST(:end_top AS text) AS xid8) AND xid <> ALL (CAST(CAST(:end_open AS text[]) AS xid8[]))
    ))
"""

# One statement, and so one snapshot: the rows and the transactions that were running beside them belong together.
# Walked along (xid, id) and put in order afterwards: a cursor from long ago reads as many rows as fit, not all of them.
_SINCE = text(f"""
    SELECT CAST(n.seen AS text) AS seen, n.system, n.database, c.*
    FROM ({_NOW}) AS n LEFT JOIN LATERAL (
        SELECT id, CAST(CAST(xid AS text) AS bigint) AS xid, district_code, at, kind, subject_id, incident_id
        FROM (
            (SELECT * FROM change WHERE xid = ANY (CAST(CAST(:open AS text[]) AS xid8[])) AND {_ENDS} LIMIT :limit)
            UNION ALL
            (SELECT * FROM change WHERE xid > CAST(CAST(:top AS text) AS xid8) AND {_ENDS}
             ORDER BY xid, change.id LIMIT :limit)
        ) AS unseen
        LIMIT :limit
    ) AS c ON true
    ORDER BY c.id
""")  # noqa: S608 - the parts are ours

_POSITION = text(f"""
    SELECT CAST(n.seen AS text) AS seen, n.system, n.database, CAST(CAST(greatest(
        (SELECT xid FROM change WHERE xid < pg_snapshot_xmax(n.seen) ORDER BY xid DESC, id DESC LIMIT 1),
        (SELECT xid FROM change_horizon WHERE xid < pg_snapshot_xmax(n.seen) ORDER BY xid DESC LIMIT 1),
        '0'
    ) AS text) AS bigint) AS top
    FROM ({_NOW}) AS n
""")  # noqa: S608 - the parts are ours

_LOST = text(f"""
    SELECT n.system, n.database,
        CAST(CAST(:top AS text) AS xid8) >= pg_snapshot_xmax(n.seen)
        OR EXISTS (
            SELECT FROM change_horizon
            WHERE xid > CAST(CAST(:top AS text) AS xid8) OR xid >= ANY (CAST(CAST(:open AS text[]) AS xid8[]))
        ) AS lost
    FROM ({_NOW}) AS n
""")  # noqa: S608 - the parts are ours

_PRUNE = text("""
    WITH gone AS (
        DELETE FROM change WHERE at < :before AND (district_code, xid, id) IN (
            SELECT district_code, xid, id FROM change ORDER BY xid, id LIMIT :limit
        )
        RETURNING district_code, xid
    ), horizon AS (
        INSERT INTO change_horizon AS h (district_code, xid)
        SELECT DISTINCT ON (district_code) district_code, xid FROM gone ORDER BY district_code, xid DESC
        ON CONFLICT (district_code) DO UPDATE SET xid = greatest(h.xid, excluded.xid)
    )
    SELECT FROM gone
""")

# Rows that I can see were committed, so their ids lie below my snapshot's end, unless they come from elsewhere.
_FOREIGN = (
    text("DELETE FROM change WHERE xid >= pg_snapshot_xmax(pg_current_snapshot())"),
    text("DELETE FROM change_horizon WHERE xid >= pg_snapshot_xmax(pg_current_snapshot())"),
)
