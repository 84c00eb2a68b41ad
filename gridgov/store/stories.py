"""One case's whole story, as the rows that tell it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Table, select, text

from gridgov.seals import Leaf, decode
from gridgov.store.tables import (
    check_in,
    incident,
    incident_hop,
    summons,
    summons_attempt,
    summons_measure,
    summons_rating,
    whistle,
    whistle_side,
)

_HIDDEN = {"account_id", "person_id", "district_code", "geom", "raw_wkt"}
_OF_SUMMONS = (
    ("check_ins", check_in),
    ("measures", summons_measure),
    ("ratings", summons_rating),
    ("attempts", summons_attempt),
)


@dataclass(frozen=True, slots=True)
class SealedFact:
    """A fact with the leaf that a seal has of it beside it, if one has."""

    incident_id: UUID
    seq: int
    kind: str
    at: datetime
    author: str
    payload: dict[str, Any]
    previous_hash: bytes
    hash: bytes
    xid: int
    seal: int | None
    leaf_xid: int | None
    leaf_hash: bytes | None


class StoryStore:
    """Reads what a case's story is made of, in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, number: str) -> UUID | None:
        """Return the id of the incident with this number, or None."""
        query = select(incident.c.id).where(incident.c.district_code == number[:6], incident.c.number == number)
        found: UUID | None = self._connection.execute(query).scalar()
        return found

    def head(self, district_code: str, incident_id: UUID) -> dict[str, Any]:
        """Return what was reported and where it stands, with the names that belong to its codes."""
        asked = {"district": district_code, "id": incident_id}
        return dict(self._connection.execute(_HEAD, asked).mappings().one())

    def hops(self, district_code: str, incident_id: UUID) -> list[dict[str, Any]]:
        """Return whose hands it went through, in order."""
        c = incident_hop.c
        query = select(c.seq, c.organisation_code, c.dispatched_at, c.accepted_at, c.ended_at, c.ended_by)
        query = query.where(c.district_code == district_code, c.incident_id == incident_id).order_by(c.seq)
        return [dict(row) for row in self._connection.execute(query).mappings()]

    def whistles(self, district_code: str, incident_id: UUID) -> list[dict[str, Any]]:
        """Return its whistles, each with sides and summons, each summons with all that was done about it."""
        c = whistle.c
        query = select(whistle).where(c.district_code == district_code, c.incident_id == incident_id).order_by(c.id)
        return [self._whistle(dict(row)) for row in self._connection.execute(query).mappings()]

    def _whistle(self, found: dict[str, Any]) -> dict[str, Any]:
        head = (found["district_code"], found["id"])
        calls = self._of(summons, head)
        for name, table in _OF_SUMMONS:
            rows = self._of(table, head)
            for call in calls:
                call[name] = [row for row in rows if row["organisation_code"] == call["organisation_code"]]
        return {**_shown(found), "sides": self._of(whistle_side, head), "summons": calls}

    def _of(self, table: Table, head: tuple[str, UUID]) -> list[dict[str, Any]]:
        columns = [c for c in table.c if c.name not in _HIDDEN]
        query = select(*columns).where(table.c.district_code == head[0], table.c.whistle_id == head[1])
        return [dict(row) for row in self._connection.execute(query.order_by(*table.primary_key)).mappings()]

    def names(self, codes: set[str]) -> dict[str, str]:
        """Return the names that belong to codes of organisations, areas and matters, of those that have one."""
        rows = self._connection.execute(_NAMES, {"codes": sorted(codes)})
        return {row.code: row.name for row in rows}

    def facts(self, district_code: str, incident_id: UUID) -> list[SealedFact]:
        """Return its facts in order, each with what its seal says of it."""
        rows = self._connection.execute(_FACTS, {"district": district_code, "id": incident_id}).all()
        leaves = self._leaves(district_code, incident_id, {row.seal for row in rows if row.seal})
        return [_fact(row, leaves.get(row.seq)) for row in rows]

    def _leaves(self, district_code: str, incident_id: UUID, seals: set[int]) -> dict[int, tuple[int, Leaf]]:
        found = self._connection.execute(_LEAVES, {"district": district_code, "seals": sorted(seals)})
        mine = ((row.seq, leaf) for row in found for leaf in decode(row.leaves) if leaf.incident_id == incident_id)
        return {leaf.seq: (seal, leaf) for seal, leaf in mine}


def _fact(row: Row[Any], leaf: tuple[int, Leaf] | None) -> SealedFact:
    values = {name: getattr(row, name) for name in SealedFact.__dataclass_fields__ if hasattr(row, name)}
    seal, named = leaf or (None, None)
    return SealedFact(
        **{**values, "seal": seal},
        leaf_xid=named.xid if named else None,
        leaf_hash=named.hash if named else None,
    )


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in _HIDDEN}


_HEAD = text("""
    SELECT i.district_code, i.id, i.number, i.reported_at, i.received_at, i.channel, i.external_number,
           i.list_version, i.matter_code AS reported_matter_code, i.text, channel.name_zh AS channel_zh,
           channel.name_en AS channel_en, s.stage, s.placement, s.findings, s.cell_code, s.cell_district_code,
           s.matter_code, s.priority, s.lead_organisation_code, s.first_organisation_code,
           s.handling_organisation_code, s.handler, s.transfers, s.reopenings, s.merged_into_id,
           ST_X(s.geom) AS lon, ST_Y(s.geom) AS lat, m.name AS matter, m.category, m.subcategory,
           gridgov_has_reporter(i.district_code, i.id) AS has_reporter
    FROM incident AS i
    JOIN incident_state AS s ON s.district_code = i.district_code AND s.incident_id = i.id
    JOIN channel ON channel.code = i.channel
    LEFT JOIN matter AS m ON m.list_version = i.list_version AND m.code = coalesce(s.matter_code, i.matter_code)
    WHERE i.district_code = :district AND i.id = :id
""")

# The seal that should name a fact is the first that ends at it or behind it; whether it does is read from its leaves.
_FACTS = text("""
    SELECT incident_id, seq, kind, at, author, payload, previous_hash, hash,
           CAST(CAST(xid AS text) AS bigint) AS xid,
           (SELECT min(seal.seq) FROM seal WHERE seal.district_code = fact.district_code
            AND (seal.last_xid, seal.last_incident_id, seal.last_seq) >= (fact.xid, fact.incident_id, fact.seq)) AS seal
    FROM incident_fact AS fact WHERE district_code = :district AND incident_id = :id ORDER BY seq
""")
_LEAVES = text("SELECT seq, leaves FROM seal WHERE district_code = :district AND seq = ANY (:seals) ORDER BY seq")

_NAMES = text("""
    SELECT code, name FROM organisation WHERE code = ANY (:codes)
    UNION ALL
    SELECT DISTINCT ON (code) code, name FROM area_period WHERE code = ANY (:codes)
    UNION ALL
    (SELECT DISTINCT ON (code) code, name FROM matter WHERE code = ANY (:codes) ORDER BY code, list_version DESC)
    ORDER BY 1
""")
