"""A district with a row in every table, and the people who try to read and write them all."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier
from sqlalchemy import Connection, Table, select, types
from sqlalchemy import insert as into
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, Range

from gridgov.access import Caller, Subject
from gridgov.ids import new_id
from gridgov.store.tables import cell, metadata, person, work_hours
from gridgov.store.unit import Store
from tests.rows.making import HOME, make_incidents
from tests.support import EVER, FAR, NOON

DEPARTMENT = "370102-D-CG"
NAMESAKE = HOME
ROLES: dict[str, list[tuple[str, str, str | None]]] = {
    "worker": [("grid_worker", "370102001001001", None)],
    "community": [("community_officer", "370102001001", None)],
    "street": [("street_officer", "370102001", None)],
    "lane": [("lane_chief", "370102002", None)],
    "department": [("department_officer", HOME, DEPARTMENT)],
    "centre": [("command_centre", HOME, None)],
    "planner": [("planner", HOME, None)],
    "administrator": [("administrator", HOME, None)],
    "auditor": [("auditor", HOME, None)],
    "narrowed": [("command_centre", HOME, None)],
    "unwritten": [],
    "street_administrator": [("administrator", "370102002", None)],
    "stranger": [("administrator", "370112", None)],
    "namesake": [("department_officer", "370112", NAMESAKE)],
}
"""Who tries; `narrowed` holds a token with one scope, `unwritten` an account without any role, `namesake` a role for an
office of elsewhere whose code is that of this district."""

PER_INCIDENT = (
    *("incident_position", "incident_probability", "incident_share", "incident_hop", "incident_external"),
    *("incident_duplicate", "incident_standing", "evidence", "upload", "change", "notice", "act"),
)
PER_WHISTLE = (
    *("summons", "whistle_side", "check_in", "summons_measure", "summons_attempt", "summons_release"),
    "summons_rating",
)
PER_DISTRICT = (
    *("seal", "verification", "sweep_failure", "endpoint", "load_log", "change_horizon"),
    *("rollup_cell", "rollup_due", "rollup_hexagon", "rollup_placement", "rollup_progress"),
)


@dataclass
class Town:
    """What was made, and who is there."""

    url: str
    made: list[dict[str, Any]]
    callers: dict[str, Caller] = field(default_factory=dict)
    subjects: dict[str, Subject] = field(default_factory=dict)
    people: dict[str, tuple[str, UUID]] = field(default_factory=dict)

    kept: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    by: dict[tuple[str, str], dict[Any, list[dict[str, Any]]]] = field(default_factory=dict)

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Return all rows of a table; they never change, since nobody commits."""
        if table not in self.kept:
            with self.sql(None, user="gridgov") as connection:
                query = SQL("SELECT * FROM {}").format(Identifier(table))
                self.kept[table] = connection.execute(query).fetchall()
        return self.kept[table]

    def where(self, table: str, column: str, value: Any) -> list[dict[str, Any]]:
        """Return the rows of a table with this value in this column."""
        if (table, column) not in self.by:
            by = self.by[table, column] = defaultdict(list)
            for row in self.rows(table):
                by[row[column]].append(row)
        return self.by[table, column].get(value, [])

    @contextmanager
    def sql(self, who: str | None, *, user: str = "gridgov_app") -> Iterator[psycopg.Connection[dict[str, Any]]]:
        """Open a plain connection of the login of requests, enter as `who`, and undo everything at the end."""
        plain = self.url.replace("postgresql+psycopg://gridgov@", f"postgresql://{user}@")
        with psycopg.connect(plain, row_factory=dict_row) as connection:
            if who is not None:
                asked = [self.callers[who].secret_hash, NOON]
                assert connection.execute("SELECT * FROM gridgov_enter(%s, %s)", asked).fetchone()
            yield connection
            connection.rollback()


def make_town(url: str) -> Town:
    """Fill every table, and let everybody of `ROLES` in."""
    store = Store(url)
    with store.transaction() as unit:
        run = unit.connection
        town = Town(url, make_incidents(run, 60, seed=3))
        put(run, "organisation", code=NAMESAKE, kind="street_office", area_code="370112001")
        people = run.execute(select(person.c.district_code, person.c.id).order_by(person.c.id).limit(len(ROLES))).all()
        for (name, grants), someone in zip(ROLES.items(), people, strict=True):
            town.people[name] = (someone[0], someone[1])
            town.callers[name] = _account(unit, name, grants, town.people[name])
        owners = [unit.access.subject(caller, now=NOON).account_id for caller in town.callers.values()]
        _fill(run, town, owners)
    for name, caller in town.callers.items():
        with store.acting(caller, now=NOON) as unit:
            town.subjects[name] = unit.subject
    store.close()
    return town


def _account(unit: Any, name: str, grants: list[tuple[str, str, str | None]], person: tuple[str, UUID]) -> Caller:
    account_id = unit.access.add_account(name, name, now=EVER, person=person)
    for role, area, organisation in grants:
        unit.access.grant(account_id, role, area, organisation, now=EVER, by="test")
    caller = Caller(hashlib.sha256(name.encode()).digest())
    scopes = ["grid.read"] if name == "narrowed" else None
    unit.access.add_credential(account_id, "token", caller.secret_hash, now=EVER, expires_at=FAR, scopes=scopes)
    return caller


def _fill(run: Connection, town: Town, owners: list[UUID]) -> None:
    for index, one in enumerate(town.made):
        head = {"district_code": one["district_code"], "account_id": owners[index % len(owners)]}
        other = town.made[(index + 1) % len(town.made)]
        _fill_incident(run, one["id"], head | {"other_district_code": other["district_code"], "other_id": other["id"]})
        merged = {"part": "merged_reporter", "party": str(new_id()), "incident_id": one["id"]}
        put(run, "incident_party", district_code=one["district_code"], **merged)
        if index % 3 == 0:
            whistle_id = put(run, "whistle", **head, incident_id=one["id"], kind="emergency")["id"]
            for name in PER_WHISTLE:
                put(run, name, **head, whistle_id=whistle_id, organisation_code=DEPARTMENT, street_code="370102001")
    for district in dict.fromkeys(someone[0] for someone in town.people.values()):
        put(run, "checklist", district_code=district, code="fire", version=1)
    for index, someone in enumerate(town.people.values()):
        _fill_person(run, index, {"district_code": someone[0], "person_id": someone[1], "account_id": owners[index]})
    for district in (HOME, "370199"):
        for name in PER_DISTRICT:
            put(run, name, district_code=district)
        put(run, "proposal", district_code=district, area_code=f"{district}001001001")
        at_first = {"state": "draft", "revision": 1, "content": 1, "base_version": 1}
        draft_id = put(run, "draft", district_code=district, **at_first)["id"]
        made = {"revision": 1, "act": "create", "data": {"version": 1}}
        for table, said in (("draft_cell", {}), ("draft_duty", {}), ("draft_event", made)):
            put(run, table, district_code=district, draft_id=draft_id, **said)
        put(run, "register_change", district_code=district, area_code=f"{district}002")
        team = put(run, "team", district_code=district, area_code=f"{district}001")["id"]
        put(run, "team_member", district_code=district, team_id=team)
    for name in ("sign_on", "rule_change", "login_attempt"):
        put(run, name)
    some = run.execute(select(cell.c.district_code, cell.c.id).limit(2)).all()
    put(run, "cell_lineage", district_code=some[0][0], from_cell_id=some[0][1], to_cell_id=some[1][1])
    hours = run.execute(select(work_hours.c.code).limit(1)).scalar_one()
    put(run, "hours_of_organisation", organisation_code=DEPARTMENT, hours=hours)


def _fill_incident(run: Connection, incident_id: UUID, head: dict[str, Any]) -> None:
    for name in PER_INCIDENT:
        put(run, name, **head, incident_id=incident_id, subject_id=incident_id, seq=1, rank=0)
    key = {"district_code": head["district_code"]}
    for name, child in (("evidence", "evidence_exif"), ("upload", "upload_part")):
        table = metadata.tables[name].c
        for found in run.execute(select(table.id).where(table.incident_id == incident_id)).scalars().all():
            put(run, child, **key, **{f"{name}_id": found})
    table = metadata.tables["notice"].c
    told = run.execute(select(table.id).where(table.incident_id == incident_id)).scalar_one()
    put(run, "delivery_item", **key, delivery_id=put(run, "delivery", **key)["id"], notice_id=told)


def _fill_person(run: Connection, index: int, head: dict[str, Any]) -> None:
    put(run, "shift", **head, started_at=EVER, due_at=FAR)
    put(run, "staff_position", **head, cell_code="370102001001001")
    before = EVER - timedelta(days=1)  # by an account that they had before
    put(run, "shift", **{**head, "account_id": new_id()}, started_at=before, ended_at=EVER)
    put(run, "staff_position", **head, at=before)
    for name in ("look", "preference", "account_event"):
        put(run, name, **head)
    cells = select(cell.c.id, cell.c.code).where(cell.c.district_code == head["district_code"]).order_by(cell.c.code)
    walked = run.execute(cells.offset(index * 40).limit(1)).one()
    known = {"cell_id": walked[0], "cell_code": walked[1], "checklist_code": "fire", "checklist_version": 1}
    put(run, "patrol", **head, **known)
    table = metadata.tables["notice"].c
    told = run.execute(select(table.district_code, table.id).order_by(table.id).offset(index).limit(1)).one()
    put(run, "inbox", district_code=told[0], notice_id=told[1], account_id=head["account_id"])


def put(run: Connection, name: str, **known: Any) -> dict[str, Any]:
    """Add a row: what is known, and something harmless in every other column that must hold something."""
    row = row_of(metadata.tables[name], **known)
    run.execute(into(metadata.tables[name]).values(row))
    return row


def row_of(table: Table, **known: Any) -> dict[str, Any]:
    """Return a row of a table: what is known, and something harmless where something must stand."""
    row: dict[str, Any] = {}
    for column in table.c:
        if column.name in known:
            row[column.name] = known[column.name]
        elif not column.nullable and column.server_default is None and column.identity is None:
            row[column.name] = _harmless(column.type)
    return row


_SHAPES = {"POLYGON": "POLYGON((0 0, 1 0, 1 1, 0 0))", "MULTIPOLYGON": "MULTIPOLYGON(((0 0, 1 0, 1 1, 0 0)))"}


def _harmless(kind: Any) -> Any:
    plain: list[tuple[type, Any]] = [
        (types.Uuid, new_id()),
        (types.DateTime, NOON),
        (types.Date, NOON.date()),
        (types.Time, NOON.time()),
        (types.Boolean, False),
        (types.LargeBinary, new_id().bytes),
        (JSONB, {}),
        (ARRAY, []),
        (types.Numeric, 1),
        (types.Float, 1.0),
        (types.Integer, 1),
    ]
    for form, value in plain:
        if isinstance(kind, form):
            return value
    if "Geometry" in type(kind).__name__:
        return f"SRID=4326;{_SHAPES.get(kind.geometry_type, 'POINT(117.09 36.65)')}"
    if "RANGE" in type(kind).__name__:
        return Range(EVER, None)
    if "Xid8" in type(kind).__name__:
        return "1"
    return new_id().hex[-6:][: getattr(kind, "length", None)]
