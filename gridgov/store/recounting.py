"""Keeping roll-ups true: which days changed, and counting them anew. Whole days, so doing it twice changes nothing.

Every act appends a fact, and a fact carries its transaction. What a look has not seen is what its snapshot could not
see: nothing is lost to a transaction that commits late, and nothing waits for one that runs long.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from gridgov.spans import beginning, month_of, next_month

_LOCK = 0x726F_6C6C  # with the district: one at a time keeps a district's roll-ups
_DAY = timedelta(days=1)


class Reported(NamedTuple):
    """What is counted of one incident."""

    stage: str
    placement: str
    cell_code: str | None
    deadline_at: datetime | None
    lon: float | None
    lat: float | None


@dataclass(frozen=True, slots=True)
class HexagonRow:
    """A row of a day: a hexagon and a stage."""

    resolution: int
    hexagon: int
    stage: str
    lon: float
    lat: float
    incidents: int
    deadlines: Sequence[datetime]


@dataclass(frozen=True, slots=True)
class DayRows:
    """What replaces the counts of a day: hexagons with their stages, cells, and how incidents were placed."""

    hexagons: Sequence[HexagonRow]
    cells: Mapping[str, int]
    placements: Mapping[str, int]


class RecountStore:
    """Writes roll-ups of one transaction of the system's."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def districts(self) -> list[str]:
        """Return the districts that have incidents."""
        return list(self._connection.execute(_DISTRICTS).scalars())

    def hold(self, district_code: str) -> bool:
        """Claim a district's roll-ups until this transaction ends, and return whether nobody else has them."""
        asked = {"a": _LOCK, "b": int(district_code)}
        return bool(self._connection.execute(text("SELECT pg_try_advisory_xact_lock(:a, :b)"), asked).scalar())

    def look(self, district_code: str) -> None:
        """Write down which days changed since the last look; all days, where none was made in this database."""
        run = self._connection.execute
        asked = {"district": district_code, "epoch": run(_EPOCH).scalar_one()}
        seen = run(_SEEN, asked).scalar()
        if seen is not None:
            run(_MARK, {**asked, "seen": seen})
            return
        # The snapshot first: what is committed while the days are gathered is found by the next look.
        run(_BEGIN, {**asked, "seen": run(_SNAPSHOT).scalar_one()})
        run(_ALL_DAYS, asked)

    def take(self, district_code: str, limit: int) -> list[date]:
        """Return the newest days to be counted, at most `limit`, and forget that they are."""
        return sorted(self._connection.execute(_TAKE, {"district": district_code, "limit": limit}).scalars())

    def left(self, district_code: str) -> int:
        """Return how many days are still to be counted."""
        return int(self._connection.execute(_LEFT, {"district": district_code}).scalar_one())

    def reported(self, district_code: str, day: date) -> list[Reported]:
        """Return the incidents of a day."""
        asked = {"district": district_code, "since": beginning(day), "before": beginning(day + _DAY)}
        return [Reported._make(row) for row in self._connection.execute(_REPORTED, asked)]

    def replace_day(self, district_code: str, day: date, counted: DayRows) -> None:
        """Put the counts of a day in the place of those of before."""
        run, asked = self._connection.execute, {"district": district_code, "day": day}
        for statement in _FORGET_DAY:
            run(statement, asked)
        if counted.hexagons:
            run(_ADD_HEXAGONS, {**asked, **_columns(counted.hexagons)})
        for statement, counts in ((_ADD_CELLS, counted.cells), (_ADD_PLACEMENTS, counted.placements)):
            if counts:
                run(statement, {**asked, "names": list(counts), "incidents": list(counts.values())})

    def replace_month(self, district_code: str, day: date) -> None:
        """Sum up the month of a day from its days."""
        month = month_of(day)
        asked = {"district": district_code, "day": month, "before": next_month(month)}
        for statement in _MONTH:
            self._connection.execute(statement, asked)


def _columns(rows: Sequence[HexagonRow]) -> dict[str, list[Any]]:
    names = ("resolution", "hexagon", "stage", "lon", "lat", "incidents")
    found: dict[str, list[Any]] = {name: [getattr(row, name) for row in rows] for name in names}
    # An array of arrays must be a square: each travels as its own text.
    found["deadlines"] = ["{" + ",".join(d.isoformat() for d in row.deadlines) + "}" for row in rows]
    return found


_DISTRICTS = text("""
    WITH RECURSIVE found AS (
        SELECT min(district_code) AS code FROM incident
        UNION ALL
        SELECT (SELECT min(district_code) FROM incident WHERE district_code > found.code)
        FROM found WHERE found.code IS NOT NULL
    )
    SELECT code FROM found WHERE code IS NOT NULL
""")
# Transaction ids mean nothing in another database, or in one restored from a dump.
_EPOCH = text("""
    SELECT (SELECT system_identifier FROM pg_control_system()) || '/'
        || (SELECT oid FROM pg_database WHERE datname = current_database())
""")
_SNAPSHOT = text("SELECT CAST(pg_current_snapshot() AS text)")
_SEEN = text("SELECT seen FROM rollup_progress WHERE district_code = :district AND epoch = :epoch")
_BEGIN = text("""
    INSERT INTO rollup_progress (district_code, epoch, seen) VALUES (:district, :epoch, :seen)
    ON CONFLICT (district_code) DO UPDATE SET epoch = excluded.epoch, seen = excluded.seen
""")
_ALL_DAYS = text("""
    INSERT INTO rollup_due (district_code, day)
    SELECT DISTINCT district_code, CAST(reported_at AT TIME ZONE 'Asia/Shanghai' AS date)
    FROM incident WHERE district_code = :district
    UNION SELECT district_code, starts_on FROM rollup_hexagon WHERE district_code = :district AND span = 'day'
    UNION SELECT district_code, starts_on FROM rollup_cell WHERE district_code = :district AND span = 'day'
    UNION SELECT district_code, starts_on FROM rollup_placement WHERE district_code = :district AND span = 'day'
    ON CONFLICT DO NOTHING
""")
# One statement, and so one snapshot: the facts it sees and the snapshot it keeps belong together.
_MARK = text("""
    WITH changed AS MATERIALIZED (
        SELECT DISTINCT f.incident_id FROM incident_fact AS f
        WHERE f.district_code = :district AND f.xid >= pg_snapshot_xmin(CAST(CAST(:seen AS text) AS pg_snapshot))
          AND NOT pg_visible_in_snapshot(f.xid, CAST(CAST(:seen AS text) AS pg_snapshot))
          AND f.xid < pg_snapshot_xmax(pg_current_snapshot())
    ), days AS (
        SELECT DISTINCT CAST(s.reported_at AT TIME ZONE 'Asia/Shanghai' AS date) AS day
        FROM changed AS c JOIN incident_state AS s
          ON s.district_code = :district AND s.incident_id = c.incident_id
    ), marked AS (
        INSERT INTO rollup_due (district_code, day) SELECT CAST(:district AS text), day FROM days ON CONFLICT DO NOTHING
    )
    UPDATE rollup_progress SET seen = CAST(pg_current_snapshot() AS text)
    WHERE district_code = :district AND EXISTS (SELECT FROM changed)
""")
_TAKE = text("""
    DELETE FROM rollup_due WHERE district_code = :district AND day IN (
        SELECT day FROM rollup_due WHERE district_code = :district ORDER BY day DESC LIMIT :limit
    )
    RETURNING day
""")
_LEFT = text("SELECT count(*) FROM rollup_due WHERE district_code = :district")
_REPORTED = text("""
    SELECT s.stage, s.placement, s.cell_code,
           CASE WHEN s.stage NOT IN ('closed', 'rejected', 'merged') THEN coalesce(s.deadline_at, s.due_at) END,
           ST_X(s.geom), ST_Y(s.geom)
    FROM incident AS i
    JOIN incident_state AS s ON s.district_code = i.district_code AND s.incident_id = i.id
    WHERE i.district_code = :district AND i.reported_at >= :since AND i.reported_at < :before
""")
_ROLLUPS = ("rollup_hexagon", "rollup_cell", "rollup_placement")
_FORGET_DAY = [
    text(f"DELETE FROM {table} WHERE district_code = :district AND span = 'day' AND starts_on = :day")  # noqa: S608
    for table in _ROLLUPS
]
_ADD_HEXAGONS = text("""
    INSERT INTO rollup_hexagon (district_code, resolution, span, starts_on, hexagon, stage, incidents, deadlines, geom)
    SELECT CAST(:district AS text), n.resolution, 'day', CAST(:day AS date), n.hexagon, n.stage, n.incidents,
           CAST(n.deadlines AS timestamptz[]), ST_SetSRID(ST_MakePoint(n.lon, n.lat), 4326)
    FROM unnest(CAST(:resolution AS smallint[]), CAST(:hexagon AS bigint[]), CAST(:stage AS text[]),
                CAST(:incidents AS integer[]), CAST(:deadlines AS text[]), CAST(:lon AS double precision[]),
                CAST(:lat AS double precision[]))
        AS n (resolution, hexagon, stage, incidents, deadlines, lon, lat)
""")
_ADD_CELLS = text("""
    INSERT INTO rollup_cell (district_code, span, starts_on, cell_code, incidents)
    SELECT CAST(:district AS text), 'day', CAST(:day AS date), n.code, n.incidents
    FROM unnest(CAST(:names AS text[]), CAST(:incidents AS integer[])) AS n (code, incidents)
""")
_ADD_PLACEMENTS = text("""
    INSERT INTO rollup_placement (district_code, span, starts_on, placement, incidents)
    SELECT CAST(:district AS text), 'day', CAST(:day AS date), n.placement, n.incidents
    FROM unnest(CAST(:names AS text[]), CAST(:incidents AS integer[])) AS n (placement, incidents)
""")
_OF_MONTH = "district_code = :district AND span = 'day' AND starts_on >= :day AND starts_on < :before"
# Each deadline is a row beside those that count, so that one pass puts both together: joined afterwards, in a table
# that nobody has analysed yet, each hexagon would be held against each deadline.
_SUM_HEXAGONS = text(f"""
    WITH days AS MATERIALIZED (SELECT * FROM rollup_hexagon WHERE {_OF_MONTH}), parts AS (
        SELECT resolution, hexagon, stage, incidents, CAST(NULL AS timestamptz) AS deadline, geom FROM days
        UNION ALL
        SELECT d.resolution, d.hexagon, d.stage, 0, late.deadline, NULL
        FROM days AS d CROSS JOIN LATERAL unnest(d.deadlines) AS late (deadline)
    )
    INSERT INTO rollup_hexagon (district_code, resolution, span, starts_on, hexagon, stage, incidents, deadlines, geom)
    SELECT CAST(:district AS text), resolution, 'month', CAST(:day AS date), hexagon, stage, sum(incidents),
           coalesce(array_agg(deadline ORDER BY deadline) FILTER (WHERE deadline IS NOT NULL), '{{}}'),
           (array_agg(geom) FILTER (WHERE geom IS NOT NULL))[1]
    FROM parts GROUP BY resolution, hexagon, stage
""")  # noqa: S608 - the words are ours
_MONTH = (
    *(
        text(f"DELETE FROM {table} WHERE district_code = :district AND span = 'month' AND starts_on = :day")  # noqa: S608
        for table in _ROLLUPS
    ),
    _SUM_HEXAGONS,
    *(
        text(f"""
            INSERT INTO {table} (district_code, span, starts_on, {name}, incidents)
            SELECT CAST(:district AS text), 'month', CAST(:day AS date), {name}, sum(incidents) FROM {table}
            WHERE {_OF_MONTH} GROUP BY {name}
        """)  # noqa: S608 - names are ours
        for table, name in (("rollup_cell", "cell_code"), ("rollup_placement", "placement"))
    ),
)
