"""Seals, and everything that they and the chains are checked against, streamed in order."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, TextClause, func, insert, literal_column, select, text

from gridgov.ids import new_id
from gridgov.seals import Leaf, Position, Seal, decode
from gridgov.store.tables import evidence, seal, verification
from gridgov.store.witnesses import digests

_LOCK = 0x7365_616C  # "seal"
_STREAM = 2_000


@dataclass(frozen=True, slots=True)
class Server:
    """The database server, and where its running transactions begin: all before `xmin` are over."""

    system_id: int
    xmin: int


class FactRow(NamedTuple):
    """A fact and the leaf that a seal has of it side by side, either of which may be missing.

    `at` and `payload` are None, too, where the database holds something that is none.
    """

    incident_id: UUID
    seq: int
    kind: str
    at: datetime | None
    author: str
    payload: Any
    previous_hash: bytes
    hash: bytes | None
    xid: int
    leaf_xid: int
    leaf_hash: bytes
    seal: int | None


class AuditStore:
    """Reads and writes seals of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def hold_sealing(self, district_code: str) -> bool:
        """Claim the sealing of a district until this transaction ends, and return whether nobody else has it."""
        asked = {"a": _LOCK, "b": int(district_code)}
        return bool(self._connection.execute(text("SELECT pg_try_advisory_xact_lock(:a, :b)"), asked).scalar())

    def server(self) -> Server:
        """Return which server this is and which of its transactions are over."""
        row = self._connection.execute(_SERVER).one()
        return Server(row.system_id, row.xmin)

    def districts(self) -> list[str]:
        """Return the districts that have facts or seals."""
        return list(self._connection.execute(_DISTRICTS).scalars())

    def newest(self, district_code: str) -> Seal | None:
        """Return a district's newest seal without its leaves, or None."""
        row = self._connection.execute(_NEWEST, {"district": district_code}).first()
        return _as_seal(row, b"") if row else None

    def all_newest(self) -> list[Seal]:
        """Return the newest seal of each district that is visible, without leaves."""
        return [_as_seal(row, b"") for row in self._connection.execute(_ALL_NEWEST)]

    def unsealed(self, district_code: str, after: Position | None, server: Server, limit: int) -> list[Leaf]:
        """Return facts behind `after`, in order, as far as no running transaction can add one before them."""
        start = after or Position(0, UUID(int=0), 0)
        asked = {"district": district_code, "xmin": str(server.xmin), "limit": limit}
        asked |= {"xid": str(start.xid), "incident_id": start.incident_id, "seq": start.seq}
        return [_as_leaf(row) for row in self._connection.execute(_NEXT, asked)]

    def from_elsewhere(self, district_code: str) -> bool:
        """Return whether there are facts of transactions that this server has not begun: a dump brought them."""
        return bool(self._connection.execute(_ELSEWHERE, {"district": district_code}).scalar())

    def all_unsealed(self, district_code: str, server: Server) -> list[Leaf]:
        """Return every fact that no seal names and whose transaction is over, wherever it was."""
        for _ in self.unpack(district_code):
            pass
        asked = {"district": district_code, "xmin": str(server.xmin)}
        return [_as_leaf(row) for row in self._connection.execute(_NOWHERE, asked)]

    def add(self, made: Seal) -> None:
        """Append a seal."""
        values = {
            "district_code": made.district_code,
            "seq": made.seq,
            "at": made.at,
            "system_id": made.system_id,
            "last_xid": str(made.last.xid),
            "last_incident_id": made.last.incident_id,
            "last_seq": made.last.seq,
            "facts": sum(1 for _ in decode(made.leaves)),
            "leaves": made.leaves,
            "previous_hash": made.previous_hash,
            "hash": made.hash,
        }
        self._connection.execute(insert(seal).values(values).inline())

    def unpack(self, district_code: str) -> Iterator[tuple[Seal, int]]:
        """Yield a district's seals in order, each with the number of facts that its row claims.

        Their leaves fill a temporary table for `facts`.
        """
        self._connection.execute(text("DROP TABLE IF EXISTS sealed_leaf"))
        self._connection.execute(_LEAVES)
        driver = self._connection.connection.driver_connection
        if driver is None:  # pragma: no cover - a connection that executes has a driver
            return
        for row in self._stream(_SEALS, district_code):
            with driver.cursor() as cursor, cursor.copy(_COPY) as stream:
                for leaf in decode(row.leaves):
                    stream.write_row((leaf.incident_id, leaf.seq, leaf.xid, leaf.hash, row.seq))
            yield _as_seal(row, row.leaves), row.facts
        self._connection.execute(text("ANALYZE sealed_leaf"))

    def facts(self, district_code: str) -> Iterator[FactRow]:
        """Yield facts and unpacked leaves, by incident and number."""
        for row in self._stream(_FACTS, district_code):
            yield FactRow._make(row)._replace(payload=_read(row.payload))

    def rows(self, district_code: str) -> Iterator[Row[Any]]:
        """Yield the digests of what each incident's rows say now, by incident."""
        return self._stream(_ROWS, district_code)

    def rows_of(self, district_code: str, incident_id: UUID) -> dict[str, str]:
        """Return the digests of what an incident's rows say now, by table."""
        asked = {"district": district_code, "incident": incident_id}
        return {row.rows_of: row.digest for row in self._connection.execute(_ROWS_OF, asked)}

    def count(self, district_code: str) -> int:
        """Return how many facts there are to check."""
        return int(self._connection.execute(_COUNT, {"district": district_code}).scalar_one())

    def incidents(self, district_code: str) -> Iterator[Row[Any]]:
        """Yield incidents by id, with their state, their first position and their reporter."""
        return self._stream(_INCIDENTS, district_code)

    def incident(self, district_code: str, incident_id: UUID) -> Row[Any]:
        """Return one incident as `incidents` yields it, but for its reporter: programs that serve may not read it."""
        asked = {"district": district_code, "incident_id": incident_id}
        return self._connection.execute(_ONE_INCIDENT, asked).one()

    def evidence(self, district_code: str) -> Iterator[Row[Any]]:
        """Yield attachments by incident."""
        added_at: ColumnElement[Any] = literal_column(when("added_at")).label("added_at")
        query = select(*(c for c in evidence.c if c.name != "added_at"), added_at)
        query = query.where(evidence.c.district_code == district_code)
        found: Iterable[Row[Any]] = self._connection.execute(
            query.order_by(evidence.c.incident_id, evidence.c.fact_seq)
        )
        yield from found

    def misplaced(self) -> list[tuple[str, int]]:
        """Return partitions that hold rows of another month than theirs, each with how many."""
        parts = self._connection.execute(_PARTITIONS).all()
        counts = [f"SELECT '{name}', count(*) FROM ONLY {name} WHERE NOT ({bound})" for name, bound in parts]  # noqa: S608 - from the catalogue
        found = self._connection.execute(text(" UNION ALL ".join(counts)))
        return [(str(name), int(rows)) for name, rows in found if rows]

    def lost_heads(self, district_code: str) -> list[datetime | None]:
        """Return when verifications found all whole under a newest seal that is not there any more, the first few."""
        return list(self._connection.execute(_LOST_HEADS, {"district": district_code}).scalars())

    def record(self, values: dict[str, Any]) -> None:
        """Write down what verifying found."""
        self._connection.execute(insert(verification).values({"id": new_id(), **values}))

    def newest_verifications(self) -> list[dict[str, Any]]:
        """Return the newest verification of each district that is visible."""
        v = verification.c
        newest = select(v.district_code, func.max(v.at).label("at")).group_by(v.district_code).subquery()
        query = select(verification).join(newest, (newest.c.district_code == v.district_code) & (newest.c.at == v.at))
        return [dict(row) for row in self._connection.execute(query.order_by(v.district_code)).mappings()]

    def fix_moment(self) -> None:
        """Let everything that this transaction reads be of one moment; must come first in it.

        Within a savepoint of another transaction it is that one's choice.
        """
        if not self._connection.in_nested_transaction():
            self._connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
            self._connection.execute(text("SET LOCAL extra_float_digits = 1"))  # as digests of rows are taken

    def seal_at(self, district_code: str, seq: int) -> bytes | None:
        """Return the hash of one seal, or None."""
        query = select(seal.c.hash).where(seal.c.district_code == district_code, seal.c.seq == seq)
        found: bytes | None = self._connection.execute(query).scalar()
        return found

    def _stream(self, query: TextClause, district_code: str) -> Iterator[Row[Any]]:
        options = {"stream_results": True, "yield_per": _STREAM}
        with self._connection.execute(query, {"district": district_code}, execution_options=options) as rows:
            yield from rows


def _as_leaf(row: Row[Any]) -> Leaf:
    return Leaf(row.incident_id, row.seq, int(row.xid), row.hash)


def _read(payload: str | None) -> Any:
    """Return JSON, or None where somebody nested it so deeply that it cannot be read."""
    try:
        return json.loads(payload) if payload is not None else None
    except (ValueError, RecursionError):
        return None


def when(column: str) -> str:
    """Return SQL for a time that may be none: the driver refuses infinity, and years beyond 9999."""
    return f"CASE WHEN {column} BETWEEN '0001-01-02Z' AND '9999-12-30Z' THEN {column} END"


def _as_seal(row: Row[Any], leaves: bytes) -> Seal:
    last = Position(int(row.last_xid), row.last_incident_id, row.last_seq)
    return Seal(row.district_code, row.seq, row.at, row.system_id, last, leaves, row.previous_hash, row.hash)


_COPY = "COPY sealed_leaf (incident_id, seq, xid, hash, seal) FROM STDIN"
_LEAVES = text("""
    CREATE TEMPORARY TABLE sealed_leaf (
        incident_id uuid NOT NULL, seq bigint NOT NULL, xid numeric NOT NULL, hash bytea NOT NULL, seal integer NOT NULL
    ) ON COMMIT DROP
""")

_SERVER = text("""
    SELECT (SELECT system_identifier FROM pg_control_system()) AS system_id,
           CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint) AS xmin
""")

# One step of the index a district, instead of reading every fact.
_DISTRICTS = text("""
    WITH RECURSIVE found AS (
        SELECT min(district_code) AS code FROM incident_fact
        UNION ALL
        SELECT (SELECT min(district_code) FROM incident_fact WHERE district_code > found.code)
        FROM found WHERE found.code IS NOT NULL
    )
    SELECT code FROM found WHERE code IS NOT NULL
    UNION SELECT district_code FROM seal ORDER BY 1
""")

# A transaction's number is counted in 64 bits without a sign, which somebody may make use of.
_SEAL = f"""
    SELECT district_code, seq, {when("at")} AS at, system_id, CAST(CAST(last_xid AS text) AS numeric) AS last_xid,
           last_incident_id, last_seq, facts, previous_hash, hash
"""
_NEWEST = text(f"{_SEAL} FROM seal WHERE district_code = :district ORDER BY seq DESC LIMIT 1")
_ALL_NEWEST = text(f"""{_SEAL}
    FROM seal AS newest WHERE seq = (SELECT max(seq) FROM seal WHERE district_code = newest.district_code)
    ORDER BY district_code
""")  # noqa: S608 - the parts are ours
_LOST_HEADS = text(f"""
    SELECT {when("v.at")} AS at FROM verification AS v
    WHERE v.district_code = :district AND v.findings = 0 AND v.head IS NOT NULL
      AND NOT EXISTS (SELECT FROM seal AS s WHERE s.district_code = v.district_code AND s.hash = v.head)
    ORDER BY v.at LIMIT 5
""")  # noqa: S608 - the parts are ours
_SEALS = text(f"{_SEAL}, leaves FROM seal WHERE district_code = :district ORDER BY seq")

_LEAF = """
    SELECT incident_id, seq, CAST(CAST(xid AS text) AS numeric) AS xid, hash FROM incident_fact AS fact
    WHERE district_code = :district
"""
_NEXT = text(f"""{_LEAF}
    AND xid < CAST(CAST(:xmin AS text) AS xid8)
    AND (fact.xid, fact.incident_id, fact.seq) > (CAST(CAST(:xid AS text) AS xid8), CAST(:incident_id AS uuid), :seq)
    ORDER BY fact.xid, fact.incident_id, fact.seq LIMIT :limit
""")
# A row that this statement sees was committed, so its transaction lies below the end of this statement's snapshot,
# unless another server counted it. Asked within one statement: an end taken earlier would lie too low.
_ELSEWHERE = text("""
    SELECT EXISTS (
        SELECT FROM incident_fact
        WHERE district_code = :district AND xid >= pg_snapshot_xmax(pg_current_snapshot())
    )
""")
_NOWHERE = text(f"""{_LEAF}
    AND (xid < CAST(CAST(:xmin AS text) AS xid8) OR xid >= pg_snapshot_xmax(pg_current_snapshot()))
    AND NOT EXISTS (SELECT FROM sealed_leaf WHERE incident_id = fact.incident_id AND seq = fact.seq)
    ORDER BY fact.xid, fact.incident_id, fact.seq
""")

_COUNT = text("SELECT count(*) FROM incident_fact WHERE district_code = :district")

_FACTS = text(f"""
    SELECT coalesce(fact.incident_id, leaf.incident_id) AS incident_id, coalesce(fact.seq, leaf.seq) AS seq,
           fact.kind, fact.at, fact.author, fact.payload, fact.previous_hash, fact.hash, fact.xid,
           leaf.xid AS leaf_xid, leaf.hash AS leaf_hash, leaf.seal
    FROM (
        SELECT incident_id, seq, kind, {when("at")} AS at, author, CAST(payload AS text) AS payload, previous_hash,
               hash, CAST(CAST(xid AS text) AS numeric) AS xid
        FROM incident_fact WHERE district_code = :district
    ) AS fact
    FULL JOIN sealed_leaf AS leaf ON leaf.incident_id = fact.incident_id AND leaf.seq = fact.seq
    ORDER BY 1, 2, leaf.seal
""")  # noqa: S608 - the parts are ours

_ROWS = text(f"""
    SELECT i.id AS incident_id, found.rows_of, found.digest
    FROM incident AS i CROSS JOIN LATERAL ({digests("i.district_code", "i.id")}) AS found
    WHERE i.district_code = :district ORDER BY i.id
""")  # noqa: S608 - the parts are ours
_ROWS_OF = text(digests("CAST(:district AS text)", "CAST(:incident AS uuid)"))

_INCIDENT = f"""
    SELECT i.district_code, i.id, i.number, {when("i.reported_at")} AS reported_at,
           {when("i.received_at")} AS received_at, i.channel, i.external_number, i.list_version, i.matter_code,
           i.text, i.digest, s.stage, s.placement, s.cell_code, s.matter_code AS state_matter_code, s.priority,
           s.lead_organisation_code, s.first_organisation_code, s.handling_organisation_code, s.handler,
           s.merged_into_id, s.transfers, s.reopenings, s.position_seq,
           p.source, p.datum, p.raw_wkt, p.accuracy_m, p.cell_code AS position_cell_code, p.grid_checksum,
           p.address AS position_address,
           (SELECT count(*) FROM incident_party AS m WHERE m.district_code = i.district_code AND m.incident_id = i.id
            AND m.open = (s.stage IN ('closed', 'rejected', 'merged'))) AS misled%s
    FROM incident AS i
    LEFT JOIN incident_state AS s ON s.district_code = i.district_code AND s.incident_id = i.id
    LEFT JOIN incident_position AS p ON p.district_code = i.district_code AND p.incident_id = i.id AND p.seq = 1
    %s
    WHERE i.district_code = :district
"""  # noqa: S608 - the parts are ours
_REPORTER = (
    ", r.name AS reporter_name, r.phone AS reporter_phone",
    "LEFT JOIN reporter AS r ON r.district_code = i.district_code AND r.incident_id = i.id",
)
_INCIDENTS = text(f"{_INCIDENT % _REPORTER} ORDER BY i.id")
_ONE_INCIDENT = text(f"{_INCIDENT % ('', '')} AND i.id = :incident_id")

# The bounds that a partition declares are checked when rows come in, not when somebody moves it beneath them.
_PARTITIONS = text("""
    SELECT CAST(CAST(child.oid AS regclass) AS text), pg_get_partition_constraintdef(child.oid)
    FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid
    WHERE inhparent IN (CAST('incident' AS regclass), CAST('incident_fact' AS regclass))
    ORDER BY 1
""")
