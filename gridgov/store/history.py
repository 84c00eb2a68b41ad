"""Cases of before, written as they ended: in bulk, and without the acts that led there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, text

if TYPE_CHECKING:
    import pandas as pd

_CHUNK = 20_000
_COLUMNS = ("district", "id", "number", "at", "channel", "matter", "text", "digest", "lon", "lat", "cell")


class HistoryStore:
    """Writes closed cases of one transaction of the system's. What they carry no facts of, nobody can verify."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, cases: pd.DataFrame, *, list_version: int) -> None:
        """Write closed cases, each seen by the district, street, community and cell that it lies in.

        Parameters
        ----------
        cases
            Columns: district, id, number, at (UTC), channel, matter, text, digest (bytes), lon, lat (degrees,
            EPSG:4326), cell (15 digits).
        list_version
            Of the list that the matters are of.
        """
        for start in range(0, len(cases), _CHUNK):
            part = cases.iloc[start : start + _CHUNK]
            given = {name: part[name].tolist() for name in _COLUMNS if name != "at"}
            given["at"] = [moment.to_pydatetime() for moment in part["at"]]
            for statement in _INTO:
                self._connection.execute(statement, {**given, "list_version": list_version})

    def matters(self) -> tuple[int, set[str]]:
        """Return the version of the list in force, and the codes on it."""
        rows = self._connection.execute(_MATTERS).all()
        return rows[0][0], {row[1] for row in rows}


_CASES = """
    unnest(CAST(:district AS text[]), CAST(:id AS uuid[]), CAST(:number AS text[]), CAST(:at AS timestamptz[]),
           CAST(:channel AS text[]), CAST(:matter AS text[]), CAST(:text AS text[]), CAST(:digest AS bytea[]),
           CAST(:lon AS double precision[]), CAST(:lat AS double precision[]), CAST(:cell AS text[]))
        AS c (district, id, number, at, channel, matter, text, digest, lon, lat, cell)
"""
_POINT = "ST_SetSRID(ST_MakePoint(c.lon, c.lat), 4326)"
_INTO = (
    text(f"""
    INSERT INTO incident (district_code, id, number, reported_at, received_at, channel, list_version, matter_code,
                          text, digest)
    SELECT c.district, c.id, c.number, c.at, c.at, c.channel, :list_version, c.matter, c.text, c.digest FROM {_CASES}
    """),  # noqa: S608 - the words are ours
    text(f"""
    INSERT INTO incident_state (district_code, incident_id, stage, stage_since, placement, findings, position_seq,
                                cell_district_code, cell_code, matter_code, reported_at, geom)
    SELECT c.district, c.id, 'closed', c.at, 'located', '{{}}', 1, c.district, c.cell, c.matter, c.at, {_POINT}
    FROM {_CASES}
    """),  # noqa: S608 - the words are ours
    text(f"""
    INSERT INTO incident_position (district_code, incident_id, seq, source, datum, geom, cell_district_code, cell_code,
                                   grid_checksum)
    SELECT c.district, c.id, 1, 'given', 'wgs84', {_POINT}, c.district, c.cell, '' FROM {_CASES}
    """),  # noqa: S608 - the words are ours
    text(f"""
    INSERT INTO incident_party (district_code, party, incident_id, part, open)
    SELECT c.district, left(c.cell, digits), c.id, 'place', false
    FROM {_CASES} CROSS JOIN unnest(ARRAY[6, 9, 12, 15]) AS n (digits)
    """),  # noqa: S608 - the words are ours
)
_MATTERS = text("SELECT list_version, code FROM matter WHERE list_version = (SELECT max(list_version) FROM matter)")
