"""Finding by a few signs: what is called so, what has such a code or number. Who sees what, the rules of rows say."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from gridgov.access import Subject

_NUMBER = re.compile(r"[0-9]{6}-[0-9]{6}(?:-[0-9A-Z]{0,8})?")
_SIGNS = re.compile(r"[0-9A-HJKMNP-TV-Z]{4,8}")
"""How the eight signs of a number begin: Crockford's base 32 has no I, L, O, U."""


@dataclass(frozen=True, slots=True)
class Named:
    """Something with a code and a name."""

    kind: str
    id: str
    code: str
    name: str
    detail: str | None


class SearchStore:
    """Looks names, codes and numbers up, in one transaction."""

    def __init__(self, connection: Connection, subject: Subject | None) -> None:
        self._connection = connection
        self._subject = subject

    def named(self, words: str, *, at: datetime, every: bool) -> Iterator[Named]:
        """Yield cells, areas, organisations and people that hold `words` in their name, or begin so by their code.

        Parameters
        ----------
        every
            Yield all there are, for whoever compares them by sound.
        """
        asked = {"words": words, "code": words.upper(), "at": at, "every": every}
        for row in self._connection.execute(_NAMED, asked):
            yield Named(*row)

    def places(self, found: list[Named], *, at: datetime) -> dict[tuple[str, str], dict[str, Any]]:
        """Return a point inside, and the bounds, of where each lies, by its kind and its code.

        An organisation lies in the area that it answers for, somebody in the box around the cells of their duties.
        """
        columns = ([one.kind, one.code, one.id] for one in found)
        kinds, codes, ids = (list(column) for column in zip(*columns, strict=True))
        asked = {"kinds": kinds, "codes": codes, "ids": ids, "at": at}
        return {(row.kind, row.code): _placed(row) for row in self._connection.execute(_PLACES, asked)}

    def incidents(self, words: str, *, limit: int) -> list[dict[str, Any]]:
        """Return incidents whose number begins so, or ends in signs that begin so, newest first."""
        said = words.upper()
        asked = {"said": said, "signs": said, "limit": limit}
        if _NUMBER.fullmatch(said):
            ids = self._connection.execute(_NUMBERED, asked).scalars().all()
        elif _SIGNS.fullmatch(said):
            ids = self._connection.execute(_SIGNED if self._subject else _ALL_SIGNED, asked).scalars().all()
        else:
            return []
        return [
            {**row._mapping, **_placed(row)}  # noqa: SLF001 - its public name, with an underscore to keep columns apart
            for row in self._connection.execute(_INCIDENTS, {"ids": ids})
        ]

    def whistles(self, incidents: list[UUID]) -> list[dict[str, Any]]:
        """Return the whistles of incidents, newest first."""
        return [dict(row) for row in self._connection.execute(_WHISTLES, {"ids": incidents}).mappings()]


def _placed(row: Any) -> dict[str, Any]:
    if row.lon is None:
        return {"lon": None, "lat": None, "bounds": None}
    return {"lon": row.lon, "lat": row.lat, "bounds": (row.west, row.south, row.east, row.north)}


_HIT = "(:every OR position(:words IN {0}.name) > 0 OR starts_with({0}.{1}, :code))"
_NAMED = text(f"""
    SELECT 'cell', CAST(c.id AS text), c.code, c.name, left(c.code, 9) FROM cell AS c
    WHERE c.valid @> CAST(:at AS timestamptz) AND {_HIT.format("c", "code")}
    UNION ALL
    SELECT 'area', CAST(p.area_id AS text), p.code, p.name, CASE length(p.code)
               WHEN 6 THEN 'district' WHEN 9 THEN 'street' ELSE 'community' END
    FROM area_period AS p
    WHERE p.valid @> CAST(:at AS timestamptz) AND {_HIT.format("p", "code")}
    UNION ALL
    SELECT 'organisation', CAST(o.id AS text), o.code, o.name, o.kind FROM organisation AS o
    WHERE (o.closed_at IS NULL OR o.closed_at > :at) AND {_HIT.format("o", "code")}
    UNION ALL
    SELECT 'person', CAST(h.id AS text), h.staff_code, h.name, o.name
    FROM person AS h JOIN organisation AS o ON o.code = h.organisation_code
    WHERE (h.ended_at IS NULL OR h.ended_at > :at) AND {_HIT.format("h", "staff_code")}
""")  # noqa: S608 - ours
_BOX = "ST_XMin({0}) AS west, ST_YMin({0}) AS south, ST_XMax({0}) AS east, ST_YMax({0}) AS north"
_PLACES = text(f"""
    SELECT g.kind, g.code, ST_X(g.inside) AS lon, ST_Y(g.inside) AS lat, {_BOX.format("g.geom")}
    FROM (
        SELECT l.kind, l.code, l.geom, ST_PointOnSurface(l.geom) AS inside FROM (
            SELECT w.kind, w.code, coalesce(c.geom, p.geom, s.geom) AS geom
            FROM unnest(CAST(:kinds AS text[]), CAST(:codes AS text[]), CAST(:ids AS text[])) AS w (kind, code, id)
            LEFT JOIN cell AS c ON w.kind = 'cell' AND c.code = w.code AND c.valid @> CAST(:at AS timestamptz)
            LEFT JOIN organisation AS o ON w.kind = 'organisation' AND o.code = w.code
            LEFT JOIN area_period AS p
                ON p.code = CASE w.kind WHEN 'area' THEN w.code ELSE o.area_code END
                AND p.valid @> CAST(:at AS timestamptz)
            LEFT JOIN LATERAL (
                SELECT ST_SetSRID(CAST(ST_Extent(coalesce(k.geom, q.geom)) AS geometry), 4326) AS geom
                FROM person AS h
                JOIN duty AS d
                    ON d.district_code = h.district_code AND d.person_id = h.id
                    AND d.valid @> CAST(:at AS timestamptz)
                LEFT JOIN cell AS k ON k.district_code = d.district_code AND k.id = d.cell_id
                LEFT JOIN area_period AS q
                    ON q.district_code = d.district_code AND q.area_id = d.area_id
                    AND q.valid @> CAST(:at AS timestamptz)
                WHERE h.id = CAST(w.id AS uuid)
            ) AS s ON w.kind = 'person'
        ) AS l
    ) AS g WHERE g.geom IS NOT NULL
""")  # noqa: S608 - ours
_NUMBERED = text("""
    SELECT id FROM incident
    WHERE district_code = left(CAST(:said AS text), 6) AND number >= :said AND number < CAST(:said AS text) || '~'
    ORDER BY id DESC LIMIT :limit
""")
_SIGNED = text("SELECT gridgov_signed(:signs, :limit)")
_ALL_SIGNED = text("""
    SELECT id FROM incident
    WHERE substr(number, 15) ~>=~ CAST(:signs AS text) AND substr(number, 15) ~<~ CAST(:signs AS text) || '~'
    ORDER BY id DESC LIMIT :limit
""")
_INCIDENTS = text(f"""
    SELECT i.id, i.number, i.text, s.stage, ST_X(s.geom) AS lon, ST_Y(s.geom) AS lat, {_BOX.format("p.geom")}
    FROM unnest(CAST(:ids AS uuid[])) AS wanted (id)
    JOIN incident AS i ON i.id = wanted.id
    JOIN incident_state AS s ON s.district_code = i.district_code AND s.incident_id = i.id
    LEFT JOIN incident_position AS p
        ON p.district_code = i.district_code AND p.incident_id = i.id AND p.seq = s.position_seq
    ORDER BY i.id DESC
""")  # noqa: S608 - ours
_WHISTLES = text("""
    SELECT w.id, w.incident_id, w.kind, w.stage, k.name_zh, k.name_en
    FROM whistle AS w JOIN whistle_kind AS k ON k.code = w.kind
    WHERE w.incident_id = ANY (CAST(:ids AS uuid[])) ORDER BY w.id DESC
""")
