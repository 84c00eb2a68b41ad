"""Where incidents are in words that everybody may read: their number, their matter, their cell, an address nearby."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, text

from gridgov.incidents import Head


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Which incident it is, and where.

    Attributes
    ----------
    address
        ``district:key`` of the nearest address of the book in its district, where one is within some 200 m. What the
        reporter called the place is not told: it may say who lives there.
    point
        Longitude and latitude in degrees, EPSG:4326; of an extent, a point inside it.
    """

    number: str
    matter_code: str
    cell_code: str | None
    address: str | None
    point: tuple[float, float] | None


def whereabouts(connection: Connection, heads: Iterable[Head]) -> dict[Head, Whereabouts]:
    """Return which incidents these are, and where."""
    wanted = sorted(set(heads), key=lambda head: (head.district_code, head.incident_id))
    asked = {"districts": [h.district_code for h in wanted], "incidents": [h.incident_id for h in wanted]}
    return {
        Head(row.district_code, row.incident_id): Whereabouts(
            row.number, row.matter_code, row.cell_code, row.address, None if row.lon is None else (row.lon, row.lat)
        )
        for row in connection.execute(_WHEREABOUTS, asked)
    }


# The nearest by degrees is near enough; the box of 0.002 degrees keeps out what is not near at all.
_WHEREABOUTS = text("""
    SELECT s.district_code, s.incident_id, i.number, coalesce(s.matter_code, i.matter_code) AS matter_code,
           s.cell_code, ST_X(s.geom) AS lon, ST_Y(s.geom) AS lat, near.address
    FROM unnest(CAST(:districts AS text[]), CAST(:incidents AS uuid[])) AS head (district, incident)
    JOIN incident AS i ON i.district_code = head.district AND i.id = head.incident
    JOIN incident_state AS s ON s.district_code = head.district AND s.incident_id = head.incident
    LEFT JOIN LATERAL (
        SELECT a.district_code || ':' || a.source_key AS address
        FROM address AS a
        WHERE a.district_code = s.cell_district_code AND a.geom && ST_Expand(s.geom, 0.002)
        ORDER BY a.geom <-> s.geom, a.source_key LIMIT 1
    ) AS near ON true
""")
