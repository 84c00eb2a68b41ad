"""Counts of incidents by place and period, as somebody may see them: from roll-ups where whole districts are theirs.

Whoever sees a whole district reads its roll-ups, and single rows only of the days that a period cuts. Whoever takes
part in single cases has them counted one by one, and so has everybody those of other districts: a bounded walk along
their own parties. Nobody is told a count that holds what they may not see; the rules of the rows say so a second time.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import Connection, TextClause, text

from gridgov.access import Subject
from gridgov.hexagons import lift_to, stored_for
from gridgov.spans import Span, Split, split
from gridgov.store.maps import Box
from gridgov.store.singles import WORLD, Asked, Singles, SingleStore, corners, together
from gridgov.store.visible import READ, party_codes

_DISTRICT_DIGITS = 6
_INSTANT = timedelta(microseconds=1)


class Count(NamedTuple):
    """So many incidents of a hexagon are in a stage, and so many of them overdue."""

    hexagon: int
    stage: str
    incidents: int
    overdue: int


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
        self._read: dict[Asked, Singles] = {}

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

    def hexagons(self, asked: Asked, resolution: int, within: Sequence[int] | None = None) -> list[Count]:
        """Return what roll-ups tell of whole districts, by hexagons of a resolution.

        Parameters
        ----------
        asked
            Which incidents. Nothing is told of the past: roll-ups are of the present.
        resolution
            Of H3.
        within
            Hexagons of the resolution that is stored (`stored_for`), of which alone is told; None for all that have
            their middle in the box, in part only at its edge.
        """
        parts = self._split(asked).spans
        if not parts or not self.reach.whole:
            return []
        lift, stored = lift_to(resolution), stored_for(resolution)
        given = {"whole": self.reach.whole, "keep": lift.keep, "fill": lift.fill, **_parts(parts)}
        given |= {"before": asked.now - _INSTANT, "stage": asked.stage}
        if within is not None:
            return [Count(*row) for row in self._connection.execute(_NAMED, {**given, "within": list(within)})]
        given |= {"resolution": stored, **corners(asked.box or WORLD)}
        return [Count(*row) for row in self._connection.execute(_IN_A_BOX, given)]

    def singles(self, asked: Asked) -> Singles:
        """Return the incidents that `hexagons` does not tell of, one by one.

        These are those of whole districts on days that the period cuts; those elsewhere in which the subject takes
        part; and of the past, all.
        """
        if asked not in self._read:
            store, reach = SingleStore(self._connection), self.reach
            edges = self._split(asked).edges
            mine = store.stood(asked, reach.whole) if asked.as_of else store.reported(asked, reach.whole, edges)
            self._read[asked] = together(mine, store.own(asked, reach.parties, reach.others))
        return self._read[asked]

    def placements(self, asked: Asked) -> Counter[str]:
        """Return how many incidents were placed how."""
        return self._counted(_PLACEMENTS, asked, self.singles(asked).placements)

    def per_cell(self, asked: Asked) -> Counter[str]:
        """Return how many incidents lie in each cell, by cell code; in any stage."""
        return self._counted(_CELLS, asked, self.singles(asked).cells)

    def behind(self) -> int:
        """Return how many days of the subject's whole districts are still to be counted anew."""
        return int(self._connection.execute(_BEHIND).scalar_one())

    def _counted(self, query: TextClause, asked: Asked, single: Sequence[str | None]) -> Counter[str]:
        counts = Counter(name for name in single if name is not None)
        parts = self._split(asked).spans
        if parts and self.reach.whole:
            rows = self._connection.execute(query, {"whole": self.reach.whole, **_parts(parts)})
            counts.update({row[0]: row[1] for row in rows})
        return counts

    def _split(self, asked: Asked) -> Split:
        """Return the parts of the period; roll-ups tell nothing of the past."""
        return Split((), ()) if asked.as_of else split(asked.since, asked.until)


def widened(box: Box, by_m: float) -> Box:
    """Return a box that is wider by so many metres to each side."""
    west, south, east, north = box
    lat = by_m / 110_000  # a degree of latitude has at least 110,574 m (WGS 84)
    lon = 180.0 if max(-south, north) > 80 else lat / 0.17  # beyond 80 degrees the box is the whole belt
    if max(-south, north) <= 60:
        lon = lat / 0.5
    return max(-180.0, west - lon), max(-90.0, south - lat), min(180.0, east + lon), min(90.0, north + lat)


def _parts(spans: Sequence[Span]) -> dict[str, Any]:
    names = {"spans": "span", "firsts": "first", "befores": "before"}
    return {name: [getattr(one, part) for one in spans] for name, part in names.items()}


_LOADED = text("""
    WITH RECURSIVE found AS (
        SELECT min(district_code) AS code FROM area
        UNION ALL
        SELECT (SELECT min(district_code) FROM area WHERE district_code > found.code)
        FROM found WHERE found.code IS NOT NULL
    )
    SELECT code FROM found WHERE code IS NOT NULL
""")
_BEHIND = text("SELECT count(*) FROM rollup_due")

_ASKED = """
    unnest(CAST(:spans AS text[]), CAST(:firsts AS date[]), CAST(:befores AS date[])) AS asked (span, first, before)
"""
_SPAN = """
    r.district_code = ANY (:whole) AND r.span = asked.span
    AND r.starts_on >= asked.first AND r.starts_on < asked.before
"""


def _hexagons(which: str) -> TextClause:
    return text(f"""
        SELECT (h.hexagon & :keep) | :fill AS hexagon, h.stage, CAST(sum(h.incidents) AS integer) AS incidents,
               CAST(sum(width_bucket(CAST(:before AS timestamptz), h.deadlines)) AS integer) AS overdue
        FROM {_ASKED}
        CROSS JOIN LATERAL (
            SELECT r.hexagon, r.stage, r.incidents, r.deadlines FROM rollup_hexagon AS r
            WHERE {_SPAN} AND {which} AND (CAST(:stage AS text) IS NULL OR r.stage = CAST(:stage AS text))
        ) AS h
        GROUP BY 1, 2
    """)  # noqa: S608 - the words are ours


_NAMED = _hexagons("r.hexagon = ANY (CAST(:within AS bigint[]))")
_IN_A_BOX = _hexagons("r.resolution = :resolution AND r.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)")


def _named(table: str, name: str) -> TextClause:
    return text(f"""
        SELECT c.name, CAST(sum(c.incidents) AS integer)
        FROM {_ASKED}
        CROSS JOIN LATERAL (SELECT r.{name} AS name, r.incidents FROM {table} AS r WHERE {_SPAN}) AS c
        GROUP BY 1
    """)  # noqa: S608 - the words are ours


_CELLS = _named("rollup_cell", "cell_code")
_PLACEMENTS = _named("rollup_placement", "placement")
