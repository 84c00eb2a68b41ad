"""Counts of incidents by place and period, as somebody may see them: from roll-ups where whole districts are theirs.

Whoever sees a whole district reads its roll-ups, and single rows only of the days that a period cuts. Whoever takes
part in single cases has them counted one by one, and so has everybody those of other districts: a bounded walk along
their own parties. Nobody is told a count that holds what they may not see; the rules of the rows say so a second time.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, text

from gridgov.access import Subject
from gridgov.hexagons import lift_to, stored_for
from gridgov.ids import first_id_of
from gridgov.spans import split
from gridgov.store.maps import Box
from gridgov.store.visible import READ, party_codes

MOST_OWN = 100_000
"""So many of somebody's own cases are looked through for one answer, the newest first."""

_DISTRICT_DIGITS = 6
_INSTANT = timedelta(microseconds=1)
_HOUR = timedelta(hours=1)  # an id that differs by more from its report's time is found by an index of its own


@dataclass(frozen=True, slots=True)
class Asked:
    """Which incidents are counted: reported from `since` to `until`, both included, in a stage or in any, in a box."""

    since: datetime
    until: datetime
    now: datetime
    stage: str | None = None
    box: Box | None = None


class Count(NamedTuple):
    """So many incidents of a hexagon are in a stage, and so many of them overdue."""

    hexagon: int
    stage: str
    incidents: int
    overdue: int


class Seen(NamedTuple):
    """One incident that is counted by itself."""

    district_code: str
    id: UUID
    stage: str
    overdue: bool
    cell_code: str | None
    lon: float | None
    lat: float | None


@dataclass(frozen=True, slots=True)
class Reach:
    """What somebody sees whole, and as what they take part in the rest."""

    whole: list[str] = field(default_factory=list)
    parties: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)


class RollupStore:
    """Counts incidents of one transaction, as far as `subject` sees them (None, the system, sees all)."""

    def __init__(self, connection: Connection, subject: Subject | None = None) -> None:
        self._connection = connection
        self._subject = subject

    @cached_property
    def reach(self) -> Reach:
        """What the subject sees."""
        loaded = set(self._connection.execute(_LOADED).scalars())
        if self._subject is None:
            return Reach(whole=sorted(loaded))
        if not self._subject.may(READ):
            return Reach()
        wide = [area for area in self._subject.areas(READ) if len(area) <= _DISTRICT_DIGITS]
        whole = {code for code in loaded if any(code.startswith(area) for area in wide)}
        whole |= {area for area in wide if len(area) == _DISTRICT_DIGITS}
        parties = {*party_codes(self._subject), *whole}
        return Reach(sorted(whole), sorted(parties), sorted(loaded - whole))

    def hexagons(self, asked: Asked, resolution: int) -> list[Count]:
        """Return what roll-ups tell of whole districts, by hexagons; of those at the box's edge in part only."""
        parts = split(asked.since, asked.until).spans
        if not parts or not self.reach.whole:
            return []
        lift, stored = lift_to(resolution), stored_for(resolution)
        given = {"whole": self.reach.whole, "resolution": stored, "keep": lift.keep, "fill": lift.fill}
        given |= {"spans": [p.span for p in parts], "firsts": [p.first for p in parts]}
        given |= {"befores": [p.before for p in parts], "before": asked.now - _INSTANT, "stage": asked.stage}
        given |= _corners(asked.box or _WORLD)
        return [Count(*row) for row in self._connection.execute(_HEXAGONS, given)]

    def edges(self, asked: Asked) -> Iterator[Seen]:
        """Yield the incidents of whole districts that were reported on days which the period cuts."""
        ends = split(asked.since, asked.until).edges
        if ends and self.reach.whole:
            given = {"whole": self.reach.whole, "sinces": [end[0] for end in ends], "untils": [end[1] for end in ends]}
            yield from map(Seen._make, self._connection.execute(_EDGE, {**given, **_given(asked)}))

    def own(self, asked: Asked) -> list[Seen]:
        """Return the incidents elsewhere in which the subject takes part: the newest, at most `MOST_OWN`."""
        if not self.reach.parties or not self.reach.others:
            return []
        given = {"parties": self.reach.parties, "others": self.reach.others, "most": MOST_OWN}
        if not self._connection.execute(_ANY_OWN, given).scalar():  # planning the walk over all months costs more
            return []
        given |= {"since": asked.since, "until": asked.until, **_given(asked)}
        given["first"], given["last"] = id_window(asked.since, asked.until)
        return [Seen._make(row) for row in self._connection.execute(_OWN, given)]

    def per_cell(self, asked: Asked) -> Counter[str]:
        """Return how many incidents lie in each cell, by cell code; in any stage."""
        counts: Counter[str] = Counter()
        parts = split(asked.since, asked.until).spans
        if parts and self.reach.whole:
            given = {"whole": self.reach.whole, "spans": [p.span for p in parts], "firsts": [p.first for p in parts]}
            rows = self._connection.execute(_CELLS, {**given, "befores": [p.before for p in parts]})
            counts.update({row[0]: row[1] for row in rows})
        for seen in (*self.edges(asked), *self.own(asked)):
            if seen.cell_code is not None:
                counts[seen.cell_code] += 1
        return counts

    def behind(self) -> int:
        """Return how many days of the subject's whole districts are still to be counted anew."""
        return int(self._connection.execute(_BEHIND).scalar_one())


def id_window(since: datetime, until: datetime) -> tuple[UUID, UUID]:
    """Return between which ids incidents of a period lie, but for those whose ids are known to tell another time."""
    return first_id_of(_shifted(since, -_HOUR)), first_id_of(_shifted(until, _HOUR))


def widened(box: Box, by_m: float) -> Box:
    """Return a box that is wider by so many metres to each side."""
    west, south, east, north = box
    lat = by_m / 110_000  # a degree of latitude has at least 110,574 m (WGS 84)
    lon = 180.0 if max(-south, north) > 80 else lat / 0.17  # beyond 80 degrees the box is the whole belt
    if max(-south, north) <= 60:
        lon = lat / 0.5
    return max(-180.0, west - lon), max(-90.0, south - lat), min(180.0, east + lon), min(90.0, north + lat)


_WORLD: Box = (-180.0, -90.0, 180.0, 90.0)


def _corners(box: Box) -> dict[str, Any]:
    return dict(zip(("west", "south", "east", "north"), box, strict=True))


def _given(asked: Asked) -> dict[str, Any]:
    """Return what single rows are asked by; without a box also those that lie nowhere."""
    return {"now": asked.now, "stage": asked.stage, "anywhere": asked.box is None, **_corners(asked.box or _WORLD)}


def _shifted(moment: datetime, by: timedelta) -> datetime:
    try:
        return moment + by
    except OverflowError:
        return moment


_LOADED = text("SELECT DISTINCT district_code FROM area")
_BEHIND = text("SELECT count(*) FROM rollup_due")

_ASKED = """
    unnest(CAST(:spans AS text[]), CAST(:firsts AS date[]), CAST(:befores AS date[])) AS asked (span, first, before)
"""

_HEXAGONS = text(f"""
    SELECT (h.hexagon & :keep) | :fill AS hexagon, h.stage, CAST(sum(h.incidents) AS integer) AS incidents,
           CAST(sum(width_bucket(CAST(:before AS timestamptz), h.deadlines)) AS integer) AS overdue
    FROM {_ASKED}
    CROSS JOIN LATERAL (
        SELECT r.hexagon, r.stage, r.incidents, r.deadlines FROM rollup_hexagon AS r
        WHERE r.district_code = ANY (:whole) AND r.resolution = :resolution AND r.span = asked.span
          AND r.starts_on >= asked.first AND r.starts_on < asked.before
          AND r.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
          AND (CAST(:stage AS text) IS NULL OR r.stage = CAST(:stage AS text))
    ) AS h
    GROUP BY 1, 2
""")  # noqa: S608 - the words are ours

_CELLS = text(f"""
    SELECT c.cell_code, CAST(sum(c.incidents) AS integer)
    FROM {_ASKED}
    CROSS JOIN LATERAL (
        SELECT r.cell_code, r.incidents FROM rollup_cell AS r
        WHERE r.district_code = ANY (:whole) AND r.span = asked.span
          AND r.starts_on >= asked.first AND r.starts_on < asked.before
    ) AS c
    GROUP BY 1
""")  # noqa: S608 - the words are ours

_ONE = """
    s.district_code, s.incident_id, s.stage,
    s.stage NOT IN ('closed', 'rejected', 'merged')
        AND coalesce(coalesce(s.deadline_at, s.due_at) < :now, false) AS overdue,
    s.cell_code, ST_X(s.geom) AS lon, ST_Y(s.geom) AS lat
"""
_WHERE = """
    (CAST(:anywhere AS boolean) OR s.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326))
    AND (CAST(:stage AS text) IS NULL OR s.stage = CAST(:stage AS text))
"""

_EDGE = text(f"""
    SELECT {_ONE}
    FROM unnest(CAST(:sinces AS timestamptz[]), CAST(:untils AS timestamptz[])) AS e (since, until)
    JOIN incident AS i ON i.reported_at >= e.since AND i.reported_at <= e.until
    JOIN incident_state AS s ON s.district_code = i.district_code AND s.incident_id = i.id
    WHERE i.district_code = ANY (:whole) AND {_WHERE}
""")  # noqa: S608 - the words are ours

_ANY_OWN = text("""
    SELECT EXISTS (SELECT FROM incident_party WHERE party = ANY (:parties) AND district_code = ANY (:others))
""")
# Along the parties, newest id first; beside them those whose ids tell another time, which have an index of their own.
_OWN = text(f"""
    WITH along AS MATERIALIZED (
        SELECT p.district_code, p.incident_id FROM incident_party AS p
        WHERE p.party = ANY (:parties) AND p.district_code = ANY (:others)
          AND p.incident_id >= :first AND p.incident_id <= :last
        ORDER BY p.incident_id DESC LIMIT :most
    ), odd AS MATERIALIZED (
        SELECT s.district_code, s.incident_id FROM incident_state AS s
        WHERE gridgov_is_odd(s.incident_id, s.reported_at) AND s.reported_at >= :since AND s.reported_at <= :until
          AND s.district_code = ANY (:others)
          AND EXISTS (SELECT FROM incident_party AS p WHERE p.district_code = s.district_code
                      AND p.incident_id = s.incident_id AND p.party = ANY (:parties))
        LIMIT :most
    ), mine AS (SELECT * FROM along UNION SELECT * FROM odd)
    SELECT {_ONE}
    FROM mine AS m
    JOIN incident_state AS s ON s.district_code = m.district_code AND s.incident_id = m.incident_id
    WHERE s.reported_at >= :since AND s.reported_at <= :until AND {_WHERE}
""")  # noqa: S608 - the words are ours


def districts_of(seen: Sequence[Seen]) -> tuple[list[str], list[UUID]]:
    """Return the keys of incidents as two lists."""
    return [one.district_code for one in seen], [one.id for one in seen]
