"""Incidents read one by one where no roll-up tells of them, as columns: a hundred thousand rows would be slow to make.

Three kinds of them: those of the days that a period cuts, those elsewhere in which somebody takes part, and those of a
period as they stood at a moment of the past, which roll-ups, being of the present, cannot tell. Who sees what the rules
of the rows say; what is asked here only leaves out what they would have hidden.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, TextClause, text

from gridgov.ids import first_id_of, moment_of
from gridgov.store.maps import Box
from gridgov.store.walking import moved

MOST = 100_000
"""So many are looked through one by one for one answer, the newest first; it says so where there are more."""

WORLD: Box = (-180.0, -90.0, 180.0, 90.0)
SMALL = 0.05
"""Of a box that has so many degrees at most, all is read that lies in it, whoever sees how much of it."""

_HOUR = timedelta(hours=1)  # an id that differs by more from its report's time is found by an index of its own


@dataclass(frozen=True, slots=True)
class Asked:
    """Which incidents are counted.

    Attributes
    ----------
    since, until
        Reported in this period, both ends included.
    now
        What is overdue is overdue at this moment.
    stage
        In this stage, or None for any.
    box
        West, south, east, north in degrees, or None for anywhere and nowhere.
    as_of
        How they stood at this moment of the past; None for how they stand.
    """

    since: datetime
    until: datetime
    now: datetime
    stage: str | None = None
    box: Box | None = None
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class Singles:
    """Incidents as columns of equal length, in no order.

    Attributes
    ----------
    districts, ids, stages, placements, overdue, cells, lons, lats
        Of each incident; a cell, a longitude and a latitude may be missing. Degrees, EPSG:4326.
    from_at
        Where there are more than `MOST`: since when those were reported that are here.
    """

    districts: Sequence[str] = ()
    ids: Sequence[str] = ()
    stages: Sequence[str] = ()
    placements: Sequence[str] = ()
    overdue: Sequence[bool] = ()
    cells: Sequence[str | None] = ()
    lons: Sequence[float | None] = ()
    lats: Sequence[float | None] = ()
    from_at: datetime | None = field(default=None, kw_only=True)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.ids)

    def of_placement(self, placement: str) -> "Singles":
        """Return those that were placed so."""
        kept = [found == placement for found in self.placements]
        columns = ([one for one, keep in zip(getattr(self, name), kept, strict=True) if keep] for name in _COLUMN_NAMES)
        return Singles(*columns, from_at=self.from_at)

    def keys_in(self, box: Box) -> tuple[list[str], list[str]]:
        """Return districts and ids of those that lie in a box."""
        west, south, east, north = box
        found = [
            (district, identifier)
            for district, identifier, lon, lat in zip(self.districts, self.ids, self.lons, self.lats, strict=True)
            if lon is not None and lat is not None and west <= lon <= east and south <= lat <= north
        ]
        return [one[0] for one in found], [one[1] for one in found]


_COLUMN_NAMES = ("districts", "ids", "stages", "placements", "overdue", "cells", "lons", "lats")


class SingleStore:
    """Reads incidents of one transaction one by one."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def reported(self, asked: Asked, whole: Sequence[str], periods: Sequence[tuple[datetime, datetime]]) -> Singles:
        """Return those of whole districts that were reported in any of some short periods, which do not meet."""
        if not whole or not periods:
            return Singles()
        windows = [id_window(*period) for period in periods]
        given = {"whole": whole, "sinces": [p[0] for p in periods], "untils": [p[1] for p in periods]}
        given |= {"firsts": [w[0] for w in windows], "lasts": [w[1] for w in windows]}
        return self._read(_REPORTED, asked, given)

    def own(self, asked: Asked, parties: Sequence[str], others: Sequence[str]) -> Singles:
        """Return those of other districts with some parties: all of a small box, else the newest `MOST`."""
        given = {"parties": parties, "others": others}
        if not parties or not others or not self._connection.execute(_ANY_OWN, given).scalar():
            return Singles()
        if asked.as_of:
            return self._read(_STOOD_OWN, asked, given)
        return self._read(_OWN_HERE if _is_small(asked.box) else _OWN, asked, given)

    def stood(self, asked: Asked, whole: Sequence[str]) -> Singles:
        """Return those of whole districts as they stood at `asked.as_of`, the newest of the period; at most `MOST`."""
        return self._read(_STOOD, asked, {"whole": whole}) if whole else Singles()

    def _read(self, question: "_Question", asked: Asked, given: dict[str, Any]) -> Singles:
        first, last = id_window(asked.since, asked.until)
        every = {"since": asked.since, "until": asked.until, "first": first, "last": last, "most": MOST}
        every |= {"now": asked.now, "stage": asked.stage, "at": asked.as_of}
        every |= corners(asked.box or WORLD) | given
        row = self._connection.execute(question.anywhere if asked.box is None else question.in_box, every).one()
        columns = [column or () for column in row[:-1]]
        oldest: UUID | None = row[-1]
        return Singles(*columns, from_at=None if oldest is None else moment_of(oldest))


def id_window(since: datetime, until: datetime) -> tuple[UUID, UUID]:
    """Return between which ids incidents of a period lie, but for those whose ids are known to tell another time."""
    return first_id_of(moved(since, -_HOUR)), first_id_of(moved(until, _HOUR))


def corners(box: Box) -> dict[str, Any]:
    """Return a box as queries take it."""
    return dict(zip(("west", "south", "east", "north"), box, strict=True))


def _is_small(box: Box | None) -> bool:
    return box is not None and max(box[2] - box[0], box[3] - box[1]) <= SMALL


def together(*parts: Singles) -> Singles:
    """Return several as one; nothing may be in two of them."""
    filled = [part for part in parts if len(part)]
    from_at = max((part.from_at for part in parts if part.from_at), default=None)
    if len(filled) == 1 and filled[0].from_at == from_at:
        return filled[0]
    joined = ([one for part in filled for one in getattr(part, name)] for name in _COLUMN_NAMES)
    return Singles(*joined, from_at=from_at)


@dataclass(frozen=True, slots=True)
class _Question:
    """A query in two texts, of a box and of anywhere.

    A plan is made once for all tiles: said in one text, `:anywhere OR ...` would keep them from the spatial index.
    """

    in_box: TextClause
    anywhere: TextClause

    @classmethod
    def of(cls, words: str) -> "_Question":
        """Return the query that some words are; `{where}` in them stands for what is asked of each row."""
        return cls(text(words.format(where=f"{_IN_BOX} AND {_IN_STAGE}")), text(words.format(where=_IN_STAGE)))


_COLUMNS = """
    array_agg(CAST(f.district_code AS text)), array_agg(CAST(f.incident_id AS text)), array_agg(CAST(f.stage AS text)),
    array_agg(CAST(f.placement AS text)), array_agg(f.overdue), array_agg(CAST(f.cell_code AS text)),
    array_agg(ST_X(f.geom)), array_agg(ST_Y(f.geom))
"""
_OPEN = "stage NOT IN ('closed', 'rejected', 'merged')"
_STANDS = f"""
    s.district_code, s.incident_id, s.stage, s.placement, s.cell_code, s.geom,
    s.{_OPEN} AND coalesce(coalesce(s.deadline_at, s.due_at) < :now, false) AS overdue
"""
_IN_BOX = "s.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)"
_IN_STAGE = "(CAST(:stage AS text) IS NULL OR s.stage = CAST(:stage AS text))"
_ODD = "gridgov_is_odd(s.incident_id, s.reported_at)"

# Reported in a period means an id of about then, by which months are left out; those that tell another time have an
# index of their own. OFFSET 0: asked period by period; as a join it would read a box in all months and compare then.
_REPORTED = _Question.of(f"""
    WITH periods AS (
        SELECT * FROM unnest(
            CAST(:sinces AS timestamptz[]), CAST(:untils AS timestamptz[]),
            CAST(:firsts AS uuid[]), CAST(:lasts AS uuid[])
        ) AS p (since, until, first, last)
    ), found AS (
        SELECT f.* FROM periods AS p CROSS JOIN LATERAL (
            SELECT {_STANDS} FROM incident_state AS s
            WHERE s.incident_id >= p.first AND s.incident_id <= p.last
              AND s.reported_at >= p.since AND s.reported_at <= p.until
              AND s.district_code = ANY (CAST(:whole AS text[])) AND {{where}}
            OFFSET 0
        ) AS f
        UNION ALL
        SELECT {_STANDS} FROM periods AS p JOIN incident_state AS s
          ON {_ODD} AND s.reported_at >= p.since AND s.reported_at <= p.until
         AND (s.incident_id < p.first OR s.incident_id > p.last)
        WHERE s.district_code = ANY (CAST(:whole AS text[])) AND {{where}}
    )
    SELECT {_COLUMNS}, CAST(NULL AS uuid) FROM found AS f
""")  # noqa: S608 - the words are ours

# The rules of the rows leave out those in which nobody takes part who asks.
_OWN_HERE = _Question.of(f"""
    WITH found AS (
        SELECT {_STANDS} FROM incident_state AS s
        WHERE s.incident_id >= :first AND s.incident_id <= :last
          AND s.reported_at >= :since AND s.reported_at <= :until
          AND s.district_code = ANY (CAST(:others AS text[])) AND {{where}}
        UNION ALL
        SELECT {_STANDS} FROM incident_state AS s
        WHERE {_ODD} AND s.reported_at >= :since AND s.reported_at <= :until
          AND (s.incident_id < :first OR s.incident_id > :last)
          AND s.district_code = ANY (CAST(:others AS text[])) AND {{where}}
    )
    SELECT {_COLUMNS}, CAST(NULL AS uuid) FROM found AS f
""")  # noqa: S608 - the words are ours
# Looked up pair by pair: a whole district is a party of each of its cases, and along it one comes to others' at last.
# In order, or the planner would read all there is, which it expects to be the others' as well.
_ANY_OWN = text("""
    SELECT EXISTS (
        SELECT FROM unnest(CAST(:others AS text[])) AS o (code)
        CROSS JOIN unnest(CAST(:parties AS text[])) AS mine (party)
        CROSS JOIN LATERAL (
            SELECT FROM incident_party AS p WHERE p.district_code = o.code AND p.party = mine.party
            ORDER BY p.incident_id LIMIT 1
        ) AS found
    )
""")
# Along the parties, newest id first; beside them those whose ids tell another time.
_MINE = f"""
    along AS MATERIALIZED (
        SELECT p.district_code, p.incident_id FROM incident_party AS p
        WHERE p.party = ANY (:parties) AND p.district_code = ANY (:others)
          AND p.incident_id >= :first AND p.incident_id <= :last
        ORDER BY p.incident_id DESC LIMIT :most
    ), odd AS MATERIALIZED (
        SELECT s.district_code, s.incident_id FROM incident_state AS s
        WHERE {_ODD} AND s.reported_at >= :since AND s.reported_at <= :until
          AND s.district_code = ANY (:others)
          AND EXISTS (SELECT FROM incident_party AS p WHERE p.district_code = s.district_code
                      AND p.incident_id = s.incident_id AND p.party = ANY (:parties))
        LIMIT :most
    ), mine AS (SELECT * FROM along UNION SELECT * FROM odd)
"""  # noqa: S608 - the words are ours
_CUT = """
    CASE WHEN (SELECT count(*) FROM along) >= :most
         THEN (SELECT a.incident_id FROM along AS a ORDER BY a.incident_id LIMIT 1) END
"""
_OWN = _Question.of(f"""
    WITH {_MINE}, found AS (
        SELECT {_STANDS} FROM mine AS m
        JOIN incident_state AS s ON s.district_code = m.district_code AND s.incident_id = m.incident_id
        WHERE s.reported_at >= :since AND s.reported_at <= :until AND {{where}}
    )
    SELECT {_COLUMNS}, {_CUT} FROM found AS f
""")  # noqa: S608 - the words are ours

# How they stood; where that is not where they stand, the place is the one that they had then. What was overdue is told
# where its clock is.
_THEN = f"""
    found AS (
        SELECT s.district_code, s.incident_id, s.stage, s.placement, s.cell_code, s.geom,
               s.{_OPEN} AND coalesce(s.ends_at < :now AND s.clock_told, false) AS overdue
        FROM mine AS m
        JOIN LATERAL (
            SELECT t.district_code, t.incident_id, t.stage, t.placement, t.cell_code, t.ends_at, t.clock_told,
                   CASE WHEN n.position_seq IS NOT DISTINCT FROM t.position_seq THEN n.geom
                        ELSE (SELECT ST_PointOnSurface(p.geom) FROM incident_position AS p
                              WHERE p.district_code = t.district_code AND p.incident_id = t.incident_id
                                AND p.seq = t.position_seq) END AS geom
            FROM incident_standing AS t
            JOIN incident_state AS n ON n.district_code = t.district_code AND n.incident_id = t.incident_id
            WHERE t.district_code = m.district_code AND t.incident_id = m.incident_id
              AND t.since <= :at AND (t.until > :at OR t.until IS NULL)
              AND n.reported_at >= :since AND n.reported_at <= :until
        ) AS s ON {{where}}
    )
"""  # noqa: S608 - the words are ours
_STOOD = _Question.of(f"""
    WITH along AS MATERIALIZED (
        SELECT r.district_code, r.id AS incident_id, r.reported_at
        FROM unnest(CAST(:whole AS text[])) AS w (code)
        CROSS JOIN LATERAL (
            SELECT i.district_code, i.id, i.reported_at FROM incident AS i
            WHERE i.district_code = w.code AND i.reported_at >= :since AND i.reported_at <= :until
            ORDER BY i.reported_at DESC LIMIT :most
        ) AS r
        ORDER BY r.reported_at DESC LIMIT :most
    ), mine AS (SELECT district_code, incident_id FROM along), {_THEN}
    SELECT {_COLUMNS}, {_CUT} FROM found AS f
""")  # noqa: S608 - the words are ours
_STOOD_OWN = _Question.of(f"WITH {_MINE}, {_THEN} SELECT {_COLUMNS}, {_CUT} FROM found AS f")  # noqa: S608 - ours
