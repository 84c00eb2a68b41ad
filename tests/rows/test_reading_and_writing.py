"""Everybody tries to read and to write every table by plain SQL; exactly what is theirs answers."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg.sql import SQL, Identifier, Literal
from psycopg.types.json import Jsonb
from psycopg.types.range import TimestamptzRange
from sqlalchemy.dialects.postgresql import Range

from gridgov.access import Subject
from gridgov.store.policies import RULES, Seen
from gridgov.store.tables import metadata
from tests.rows.making import HOME, is_seen
from tests.rows.town import ROLES, Town, row_of

TABLES = sorted(metadata.tables)
READABLE = [name for name in TABLES if "r" in RULES[name].commands]
ABOUT_ACCOUNTS = {"account", "account_grant", "account_event", "credential"}
Row = dict[str, Any]


def attempt(connection: psycopg.Connection[Any], query: Any) -> psycopg.Cursor[Any] | None:
    """Run a statement by itself; return None where it is refused for want of a right."""
    try:
        with connection.transaction():
            return connection.execute(query)
    except psycopg.errors.InsufficientPrivilege:
        return None


def keys_of(table: str) -> list[str]:
    return [column.name for column in metadata.tables[table].primary_key]


def _names(names: list[str]) -> Any:
    return SQL(", ").join(map(Identifier, names))


def seen_incidents(town: Town, subject: Subject) -> set[Any]:
    areas, organisations = subject.areas("case.read"), subject.organisations("case.read")
    if not subject.may("case.read"):
        return set()
    return {one["id"] for one in town.made if is_seen(one, areas, organisations, subject.account_id)}


def acts(subject: Subject) -> bool:
    held = {p for g in subject.grants for p in g.permissions if subject.may(p)} - {"case.read", "case.export"}
    return any(p.startswith(("case.", "whistle.", "evidence.")) for p in held)


def is_mine(town: Town, who: str, table: str, row: Row) -> bool:
    """Return whether a row is about whoever asks, or theirs to look after."""
    subject, person = town.subjects[who], town.people[who]
    own = row.get("account_id", row.get("id") if table == "account" else None) == subject.account_id
    himself = (row.get("district_code"), row.get("person_id")) == person and subject.may("staff.self")
    at_home = row.get("district_code") == HOME
    more: dict[str, Callable[[], bool]] = {
        "act": lambda: at_home and subject.may("audit.read"),
        "look": lambda: himself or (at_home and subject.may("looks.read")),
        "shift": lambda: himself and own,
        "staff_position": lambda: himself and _on_own_shift(town, subject, row),
        "notice": lambda: own or _in_inbox(town, subject, row),
        "patrol": lambda: any(row["cell_code"].startswith(area) for area in subject.areas("case.read")),
        "upload_part": lambda: row["upload_id"] in _uploads(town, subject),
    }
    managed = table in ABOUT_ACCOUNTS and _manages(town, subject, row["id" if table == "account" else "account_id"])
    if table in {"look", "shift", "staff_position", "notice", "upload_part"}:
        return more[table]()
    return own or managed or (table in more and more[table]())


def _manages(town: Town, subject: Subject, account_id: Any) -> bool:
    areas = [row["area_code"] for row in town.rows("account_grant") if row["account_id"] == account_id]
    areas += [row["area_code"] for row in town.rows("account") if row["id"] == account_id]
    return any((area or "").startswith(mine) for area in areas for mine in subject.areas("accounts.manage"))


def _on_own_shift(town: Town, subject: Subject, row: Row) -> bool:
    own = [shift for shift in town.rows("shift") if shift["account_id"] == subject.account_id]
    return any(shift["started_at"] <= row["at"] <= (shift["ended_at"] or shift["due_at"]) for shift in own)


def _in_inbox(town: Town, subject: Subject, row: Row) -> bool:
    return any(r["notice_id"] == row["id"] and r["account_id"] == subject.account_id for r in town.rows("inbox"))


def _uploads(town: Town, subject: Subject) -> set[Any]:
    return {row["id"] for row in town.rows("upload") if row["account_id"] == subject.account_id}


def is_read(town: Town, who: str, table: str) -> Callable[[Row], bool]:
    """Return what tells of each row of a table whether somebody may read it."""
    subject, rule = town.subjects[who], RULES[table]
    seen = seen_incidents(town, subject)
    whistles = {row["id"] for row in town.rows("whistle") if row["incident_id"] in seen}
    evidence = {row["id"] for row in town.rows("evidence") if row["incident_id"] in seen}
    offices = {"endpoint": "channels.manage", "delivery": "channels.manage"}
    rollups = {"rollup_cell", "rollup_due", "rollup_hexagon", "rollup_placement"}
    kinds: dict[Seen, Callable[[Row], bool]] = {
        Seen.BY_NOBODY: lambda _: False,
        Seen.BY_ALL: lambda _: bool(ROLES[who]),
        Seen.BY_ITSELF: lambda row: is_mine(town, who, table, row),
        Seen.WITH_INCIDENT: lambda row: row["id" if table == "incident" else "incident_id"] in seen,
        Seen.WITH_BOTH: lambda row: {row["incident_id"], row["other_id"]} <= seen,
        Seen.WITH_WHISTLE: lambda row: row["whistle_id"] in whistles,
        Seen.BY_OFFICE: lambda row: subject.may(offices.get(table, "audit.read"), row["district_code"]),
    }
    if table == "register_change":
        return lambda row: (
            any((subject.may("audit.read", row["district_code"]), subject.may("rules.manage", row["district_code"])))
            or looks_after(town, subject, table, row)
        )
    if table in {"draft", "draft_cell", "draft_duty", "draft_event"}:
        either = {*subject.areas("grid.plan"), *subject.areas("grid.approve")}
        return lambda row: row["district_code"].startswith(tuple(either))
    if table == "proposal":
        return lambda row: row["area_code"].startswith(tuple(subject.areas("case.read")))
    if table in rollups or table == "change":
        # By office over the whole district alone: what an organisation sees is less.
        whole = tuple(subject.areas("case.read"))
        return lambda row: row["district_code"].startswith(whole) or row.get("incident_id") in seen
    if table == "evidence_exif":
        return lambda row: row["evidence_id"] in evidence and subject.may("evidence.exif")
    return kinds[rule.seen]


REGISTERS = {"person", "duty", "organisation"}


def looks_after(town: Town, subject: Subject, table: str, row: Row) -> bool:
    """Return whether somebody looks after the people and organisations of the area that a row belongs to."""
    areas = {
        "organisation": lambda: [row["area_code"]],
        "register_change": lambda: [row["area_code"]],
        "person": lambda: [o["area_code"] for o in town.where("organisation", "code", row["organisation_code"])],
        "duty": lambda: [
            found["code"]
            for table, key, wanted in (("cell", "id", "cell_id"), ("area_period", "area_id", "area_id"))
            for found in town.where(table, key, row[wanted])
        ],
    }[table]()
    return any(area.startswith(mine) for area in areas for mine in subject.areas("people.manage"))


@pytest.mark.parametrize("who", ROLES)
def test_exactly_what_is_ones_own_is_read(town, who):
    wrong = {}
    with town.sql(who) as connection:
        for table in TABLES:
            query = SQL("SELECT {} FROM {}").format(_names(keys_of(table)), Identifier(table))
            found = attempt(connection, query)
            read = None if found is None else sorted(repr(tuple(row.values())) for row in found)
            may = is_read(town, who, table)
            own = sorted(repr(tuple(row[k] for k in keys_of(table))) for row in town.rows(table) if may(row))
            if read != (own if table in READABLE else None):
                wrong[table] = (read, own)
    assert wrong == {}


def test_who_has_not_entered_reads_changes_and_adds_nothing(town):
    statements = ("SELECT FROM {table}", "DELETE FROM {table}", "UPDATE {table} SET {column} = {column}")
    with town.sql(None) as connection:
        for table in TABLES:
            for words in statements:
                query = SQL(words).format(table=Identifier(table), column=Identifier(keys_of(table)[0]))
                found = attempt(connection, query)
                assert found is None or found.rowcount == 0, (table, words)
            row = row_of(metadata.tables[table], district_code=HOME, account_id=town.subjects["centre"].account_id)
            assert attempt(connection, insertion(table, row)) is None, table


def test_the_town_has_a_row_in_every_table(town):
    assert [name for name in TABLES if not town.rows(name)] == []


def insertion(table: str, row: Row) -> Any:
    values = [Literal(_adapted(value)) for value in row.values()]
    return SQL("INSERT INTO {} ({}) VALUES ({})").format(Identifier(table), _names(list(row)), SQL(", ").join(values))


def _adapted(value: Any) -> Any:
    if isinstance(value, dict):
        return Jsonb(value)
    return TimestamptzRange(value.lower, None) if isinstance(value, Range) else value


def may_write(town: Town, who: str, table: str) -> Callable[[Row], bool]:
    """Return what tells of each row that somebody reads whether they may change it."""
    subject = town.subjects[who]
    if RULES[table].seen in {Seen.WITH_INCIDENT, Seen.WITH_BOTH, Seen.WITH_WHISTLE}:
        merged = table == "incident_party"
        return lambda row: subject.may("case.unmerge") and row["part"] == "merged_reporter" if merged else acts(subject)
    if RULES[table].seen is Seen.BY_ITSELF:
        return lambda row: _is_own(town, who, table, row)
    if RULES[table].seen is Seen.BY_OFFICE:
        return lambda _: True
    if table in {"team", "team_member"}:
        blows = {area for area in subject.areas("whistle.blow") if subject.may("whistle.blow")}
        return lambda row: row["district_code"] == HOME and any(f"{HOME}001".startswith(area) for area in blows)
    return _may_write_reference(town, subject, table)


def _may_write_reference(town: Town, subject: Subject, table: str) -> Callable[[Row], bool]:
    rules = any(len(area) <= len(HOME) for area in subject.areas("rules.manage"))
    if table in REGISTERS:
        also = rules and table == "organisation"
        return lambda row: also or looks_after(town, subject, table, row)
    if table == "checklist":
        return lambda row: subject.may("rules.manage", row["district_code"])
    if "district_code" in metadata.tables[table].c:
        return lambda _: False
    return lambda _: rules


def _is_own(town: Town, who: str, table: str, row: Row) -> bool:
    if table in {"shift", "staff_position"}:
        return (row["district_code"], row["person_id"]) == town.people[who]
    if table == "upload_part":
        return row["upload_id"] in _uploads(town, town.subjects[who])
    return row["account_id"] == town.subjects[who].account_id


FREE = {"draft": "changed_at"}
"""A column that may be written, where the key may not."""


@pytest.mark.parametrize("who", ROLES)
@pytest.mark.parametrize(
    ("letter", "words"), [("c", "UPDATE {table} SET {column} = {column}"), ("d", "DELETE FROM {table}")]
)
def test_exactly_what_is_ones_own_to_change_is_changed(town, who, letter, words):
    wrong = {}
    for table in TABLES:
        query = SQL(words).format(table=Identifier(table), column=Identifier(FREE.get(table) or keys_of(table)[0]))
        own = None
        if letter in RULES[table].commands:
            may, seen = may_write(town, who, table), is_read(town, who, table)
            own = sum(1 for row in town.rows(table) if seen(row) and may(row))
        with town.sql(who) as connection:
            try:
                found = attempt(connection, query)
            except psycopg.errors.ForeignKeyViolation:
                assert own  # the rows were theirs to take, and something else still needs them
                continue
            changed = None if found is None else found.rowcount
        if changed != own:
            wrong[table] = (changed, own)
    assert wrong == {}


@pytest.mark.parametrize("who", ROLES)
def test_nothing_is_added_to_an_incident_of_somebody_else(town, who):
    seen = seen_incidents(town, town.subjects[who])
    hidden = next(one for one in town.made if one["id"] not in seen)
    known = {"district_code": hidden["district_code"], "incident_id": hidden["id"], "subject_id": hidden["id"]}
    known |= {"account_id": town.subjects[who].account_id, "party": str(town.subjects[who].account_id), "seq": 7}
    with town.sql(who) as connection:
        for table in (name for name in TABLES if RULES[name].seen in {Seen.WITH_INCIDENT, Seen.WITH_BOTH}):
            row = row_of(metadata.tables[table], **known, kind="emergency")
            near = table == "change" and hidden["district_code"] in {area[:6] for _, area, _ in ROLES[who]}
            assert (attempt(connection, insertion(table, row)) is None) != near, table


@pytest.mark.parametrize("who", ROLES)
def test_only_who_acts_adds_to_an_incident_of_their_own(town, who):
    seen = seen_incidents(town, town.subjects[who])
    mine = next((one for one in town.made if one["id"] in seen), None)
    if mine is None:
        return
    row = row_of(metadata.tables["incident_hop"], district_code=mine["district_code"], incident_id=mine["id"], seq=9)
    with town.sql(who) as connection:
        added = attempt(connection, insertion("incident_hop", row)) is not None
    assert added == acts(town.subjects[who])


def test_the_ids_of_what_may_be_the_same_are_told_only_to_whoever_sees_both(town):
    pairs, hidden = town.rows("incident_duplicate"), 0
    for who in ROLES:
        seen = seen_incidents(town, town.subjects[who])
        hidden += sum(row["incident_id"] in seen and row["other_id"] not in seen for row in pairs)
        with town.sql(who) as connection:
            found = connection.execute("SELECT other_id FROM incident_duplicate").fetchall()
        assert {row["other_id"] for row in found} <= seen
    assert hidden


def test_nobody_acts_in_the_name_of_another(town):
    other = town.subjects["centre"].account_id
    with town.sql("street") as connection:
        for table in ("act", "preference"):
            row = row_of(metadata.tables[table], district_code=HOME, account_id=other)
            assert attempt(connection, insertion(table, row)) is None


@pytest.mark.parametrize("who", ROLES)
def test_secrets_are_read_by_nobody(town, who):
    with town.sql(who) as connection:
        for table, column in (
            ("account", "password_hash"),
            ("credential", "secret_hash"),
            ("endpoint", "secret"),
            ("person", "phone"),
        ):
            assert attempt(connection, SQL("SELECT {} FROM {}").format(Identifier(column), Identifier(table))) is None
