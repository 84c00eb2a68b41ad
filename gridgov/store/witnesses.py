"""Which rows a case's facts witness, and the digests of them that the facts carry.

The same text runs in two places. Whoever acts asks the function `gridgov_rows`, which sees what the rules of the rows
hide from them; verifying runs the text itself, since whoever owns the database could make the function say anything.
A test holds both equal.

The lists are frozen: a digest that a sealed fact carries must be found again in ten years. A column that is added later
goes into a list under a new name (``summons/2``), and the old one stays for the facts that name it.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from shapely.geometry.base import BaseGeometry
from sqlalchemy import Connection, Transaction, text

from gridgov.incidents import Fact, Head
from gridgov.incidents.witness import Digests, Rows, changed
from gridgov.store.geometry import to_store

_INCIDENT = "r.district_code = {district} AND r.incident_id = {incident}"
_WHISTLE = (
    "r.district_code = {district} AND r.whistle_id IN (SELECT w.id FROM public.whistle AS w "
    "WHERE w.district_code = {district} AND w.incident_id = {incident})"
)
_OF_WHISTLE = frozenset(
    {
        "whistle_side",
        "summons",
        "check_in",
        "summons_measure",
        "summons_release",
        "summons_rating",
        "summons_attempt",
    }
)

WITNESSED: Mapping[str, str] = MappingProxyType(
    {
        "incident_state": "stage placement findings position_seq cell_district_code cell_code lead_organisation_code "
        "due_at deadline_at due_kind due_step revision matter_code priority handling_organisation_code "
        "first_organisation_code first_dispatched_at stage_since clock counted_since remaining_s handling_left_s "
        "handling_whole_s handling_hours handling_step calendar_short extension_s suspended_until stage_before "
        "merged_into_id handler transfers reopenings reported_at geom",
        "incident_position": "seq source datum raw_wkt address accuracy_m geom cell_district_code cell_id cell_code "
        "grid_checksum",
        "incident_probability": "seq rank cell_district_code cell_id cell_code probability",
        "incident_share": "seq rank cell_district_code cell_id cell_code share area_m2 length_m sliver",
        "incident_duplicate": "other_district_code other_id score distance_m similarity",
        "incident_hop": "seq organisation_code dispatched_at accepted_at ended_at ended_by",
        "incident_party": "party part",
        "look": "id at kind account_id login person_id purpose nonce",
        "whistle": "id kind stage combined crosses_district drafted_at level issuer_area_code issued_by reason "
        "list_version rules blown_at closed_at withdrawn_at close_due_at close_step due_at revision",
        "whistle_side": "whistle_id street_code street_district_code street_id organisation_code share measure leads "
        "confirm_due_at confirmed_at closed_at confirm_step confirmed_by confirmed_above lead_choice withdrawn_at",
        "summons": "whistle_id organisation_code leads due_at arrived_at released_at stage origin summoned_at "
        "acknowledged_at check_in_step time_to_scene_s measure_due_at measure_step measured_at left_at",
        "check_in": "whistle_id id organisation_code account_id person_id author verdict reasons flags device_at "
        "sent_at received_at arrived_at datum raw_wkt geom accuracy_m distance_m evidence vouched_by vouched_at "
        "vouch_distance_m",
        "summons_measure": "whistle_id id organisation_code account_id person_id author at text evidence",
        "summons_release": "whistle_id organisation_code street_code account_id person_id author at excused reason",
        "summons_rating": "whistle_id organisation_code street_code seq account_id person_id author at score words",
        "summons_attempt": "whistle_id id organisation_code account_id person_id author at act stage",
    }
)
"""The columns of each table, beside the district and the incident themselves.

Not here, on purpose: `evidence`, which has a fact of its own for each row; `evidence_exif` and `reporter`, since a
place, a time or a phone number could be found from a digest by trying, and the chain is read by more people than they
are; `incident_external`, which repeats for looking up what the first fact witnesses of the report; `act`, which keeps
answers for those who ask again and decides nothing of a case; `incident_party.open`, which repeats the state. Of
looks, those at a case's reporter hang on the case, each with a nonce, since fewer read who looked than read the
chain; those at positions and at tables hang on no chain.
"""


def digests(district: str, incident: str) -> str:
    """Return a query for one incident's digests, a row for each table that has any of it.

    Parameters
    ----------
    district, incident
        What stands for them in SQL: a parameter, or a column of an outer query.
    """
    return "\nUNION ALL\n".join(_digest(name, district, incident) for name in WITNESSED)


def _digest(name: str, district: str, incident: str) -> str:
    """Return the query for one table; see `_over`."""
    where = (_WHISTLE if name in _OF_WHISTLE else _INCIDENT).format(district=district, incident=incident)
    return _over(name, f"FROM public.{name} AS r WHERE {where}")


def _over(name: str, rows: str) -> str:
    """Return the query for rows of a table: half of a SHA-256 over them, each as a JSON list, in the order of bytes.

    A second preimage of 128 bits is out of reach, and a fact carries two of these for each table that an act changes.
    """
    columns = ", ".join(_plain(column) for column in WITNESSED[name].split())
    lines = f'SELECT CAST(json_build_array({columns}) AS text) COLLATE "C" AS line {rows}'
    digest = "left(encode(sha256(convert_to(string_agg(line, E'\\n' ORDER BY line), 'UTF8')), 'hex'), 32)"
    return f"SELECT '{name}' AS rows_of, {digest} AS digest FROM ({lines}) AS lines HAVING count(*) > 0"  # noqa: S608 - ours


def _plain(column: str) -> str:
    """Return a column as JSON writes it whatever the session: times in UTC, shapes as their bytes."""
    if column == "geom":
        return "CAST(r.geom AS text)"
    moment = column == "at" or column.endswith(("_at", "_until", "_since"))
    return f"r.{column} AT TIME ZONE 'UTC'" if moment else f"r.{column}"


class Witnesses:
    """Sees what the acts of one transaction make of the rows of cases."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._seen: dict[Head, tuple[Transaction | None, Digests]] = {}
        self._told: dict[Head, tuple[bytes, Digests]] = {}

    def look(self, heads: Iterable[Head]) -> None:
        """Remember the rows of cases as they are before an act; they must be locked.

        What was seen holds as long as the savepoint in which it was seen: when that is undone, so are the locks.
        """
        new = [head for head in heads if not self._is_seen(head)]
        if not new:
            return
        here = self._connection.get_nested_transaction() or self._connection.get_transaction()
        for head, found in self._digests(new).items():
            self._seen[head] = here, found

    def digest_of(self, state: Mapping[str, Any]) -> str:
        """Return the digest that a case's state would have if its row were this one, by the names of its columns."""
        wanted = {name: state[name] for name in WITNESSED["incident_state"].split()}
        row = json.dumps({**wanted, "geom": _hex(wanted["geom"])}, default=str, ensure_ascii=False)
        found: str = self._connection.execute(_DIGEST_OF_STATE, {"state": row}).scalar_one()
        return found

    def _is_seen(self, head: Head) -> bool:
        there = self._seen.get(head, (None, {}))[0]
        return there is not None and there.is_active

    def changes(self, last: Mapping[Head, Fact | None]) -> dict[Head, tuple[Rows, Digests]]:
        """Return what was made of the rows of cases since their `last` facts, and what they are now."""
        now = self._digests(last)
        before = {head: self._before(head, fact, now[head]) for head, fact in last.items()}
        return {head: (changed(before[head], now[head]), now[head]) for head in last}

    def _before(self, head: Head, last: Fact | None, now: Digests) -> Digests:
        if last is None:
            return {}
        told, found = self._told.get(head, (b"", {}))
        if told == last.hash:  # this transaction appended it, and nothing undid that
            return found
        return self._seen[head][1] if head in self._seen else now

    def tell(self, head: Head, fact: Fact, digests: Digests) -> None:
        """Remember the fact that now witnesses these rows."""
        self._told[head] = fact.hash, digests

    def _digests(self, heads: Iterable[Head]) -> dict[Head, Digests]:
        wanted = list(heads)
        asked = {"districts": [h.district_code for h in wanted], "incidents": [h.incident_id for h in wanted]}
        found: dict[Head, dict[str, str]] = defaultdict(dict)
        for row in self._connection.execute(_DIGESTS, asked):
            found[Head(row.district, row.incident)][row.rows_of] = row.digest
        return {head: found[head] for head in wanted}


_DIGESTS = text("""
    SELECT head.district, head.incident, found.rows_of, found.digest
    FROM unnest(CAST(:districts AS text[]), CAST(:incidents AS uuid[])) AS head (district, incident)
    CROSS JOIN LATERAL gridgov_rows(head.district, head.incident) AS found
""")


def _hex(geometry: BaseGeometry | None) -> str | None:
    found = to_store(geometry)
    return None if found is None else found.desc


_STATE = "FROM json_populate_record(CAST(NULL AS public.incident_state), CAST(:state AS json)) AS r"
_DIGEST_OF_STATE = text(f"SELECT digest FROM ({_over('incident_state', _STATE)}) AS of_state")  # noqa: S608 - ours
