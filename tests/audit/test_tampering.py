"""Tampering: whatever is changed in the database behind gridgov's back is found, with its place."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from gridgov.errors import InputError
from gridgov.incidents.facts import GENESIS, fact_hash
from gridgov.incidents.witness import row_digest
from gridgov.seals import end_of, parse_head, seal_after
from gridgov.services.findings import Wrong
from tests.audit.conftest import DISTRICT


def rehash(tampering, incident_id) -> None:
    """Hash a chain anew from its beginning, as somebody would who changed a fact and knows how."""
    rows = tampering.unit.connection.execute(
        text("SELECT seq, kind, at, author, payload FROM incident_fact WHERE incident_id = :id ORDER BY seq"),
        {"id": incident_id},
    ).all()
    previous = GENESIS
    for row in rows:
        digest = fact_hash(incident_id, row.seq, row.kind, row.at, row.author, row.payload, previous=previous)
        tampering.run(
            "UPDATE incident_fact SET previous_hash = :p, hash = :h WHERE incident_id = :id AND seq = :seq",
            p=previous,
            h=digest,
            id=incident_id,
            seq=row.seq,
        )
        previous = digest


def remove_incident(tampering, incident_id) -> None:
    for table in ("upload_part", "evidence_exif"):
        tampering.run(f"DELETE FROM {table}")  # noqa: S608 - a fixed name
    for table in ("evidence", "upload", "summons", "whistle_side"):
        if table in {"evidence", "upload"}:
            tampering.run(f"DELETE FROM {table} WHERE incident_id = :id", id=incident_id)  # noqa: S608 - the same
    names = ("share", "probability", "position", "hop", "party", "duplicate", "external", "standing", "state", "fact")
    for name in names:
        tampering.run(f"DELETE FROM incident_{name} WHERE incident_id = :id", id=incident_id)  # noqa: S608 - the same
    tampering.run("DELETE FROM reporter WHERE incident_id = :id", id=incident_id)
    tampering.run("DELETE FROM incident WHERE id = :id", id=incident_id)


def test_what_nobody_touched_is_found_whole(sealed):
    with sealed.tampered() as tampering:
        verdict = tampering.verdict()
    assert verdict.findings == []
    assert (verdict.seals, verdict.unsealed) == (2, 0)
    assert verdict.facts > 20


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ("payload = payload || '{\"x\": 1}'", Wrong.FACT_ALTERED),
        ("at = at - interval '1 hour'", Wrong.FACT_ALTERED),
        ("author = 'somebody'", Wrong.FACT_ALTERED),
        ("kind = 'noted'", Wrong.FACT_ALTERED),
        ("hash = sha256('x')", Wrong.FACT_ALTERED),
        ("previous_hash = sha256('x')", Wrong.CHAIN_BROKEN),
        ("xid = '3'", Wrong.FACT_ALTERED),
    ],
    ids=str,
)
def test_an_altered_fact_is_found_where_it_stands(sealed, change, what):
    with sealed.tampered() as tampering:
        assert tampering.run(f"UPDATE incident_fact SET {change} WHERE incident_id = :id AND seq = 4", id=sealed.life)  # noqa: S608 - fixed words
        verdict = tampering.verdict()
    numbers = {finding.number for finding in verdict.findings}
    assert (what, 4) in {(finding.what, finding.seq) for finding in verdict.findings}
    assert len(numbers) == 1
    assert all(number and number.startswith(f"{DISTRICT}-") for number in numbers)


def test_a_case_that_is_hidden_from_lists_is_found(sealed):
    with sealed.tampered() as tampering:
        hidden = tampering.run("UPDATE incident_party SET open = NOT open WHERE incident_id = :id", id=sealed.life)
        assert hidden
        (finding,) = tampering.verdict().findings
    assert finding.what is Wrong.STATE_DIFFERS
    assert f"{hidden} of its parties" in finding.detail


def test_a_fact_taken_out_of_the_middle_is_found(sealed):
    with sealed.tampered() as tampering:
        tampering.run("DELETE FROM incident_fact WHERE incident_id = :id AND seq = 5", id=sealed.life)
        assert {("fact_removed", 5), ("chain_broken", 6)} <= tampering.found()


def test_the_last_fact_cut_off_is_found(sealed):
    with sealed.tampered() as tampering:
        last = tampering.ask("SELECT max(seq) FROM incident_fact WHERE incident_id = :id", id=sealed.quiet)
        tampering.run("DELETE FROM incident_fact WHERE incident_id = :id AND seq = :seq", id=sealed.quiet, seq=last)
        assert ("fact_removed", last) in tampering.found()


def test_a_whole_incident_that_is_gone_is_found_by_its_number(sealed):
    with sealed.tampered() as tampering:
        number = tampering.ask("SELECT number FROM incident WHERE id = :id", id=sealed.quiet)
        remove_incident(tampering, sealed.quiet)
        verdict = tampering.verdict()
    assert {f.what for f in verdict.findings} == {Wrong.FACT_REMOVED, Wrong.INCIDENT_REMOVED}
    assert {f.number for f in verdict.findings} == {number}


def test_a_chain_that_was_hashed_anew_is_found(sealed):
    with sealed.tampered() as tampering:
        tampering.run(
            'UPDATE incident_fact SET payload = \'{"reason": "other"}\' WHERE incident_id = :id AND seq = 4',
            id=sealed.life,
        )
        rehash(tampering, sealed.life)
        found = tampering.found()
    assert ("chain_rewritten", 4) in found
    assert not any(what == "fact_altered" for what, _ in found)


def test_a_fact_slipped_in_among_sealed_ones_is_found(sealed):
    with sealed.tampered() as tampering:
        last = tampering.ask("SELECT max(seq) FROM incident_fact WHERE incident_id = :id", id=sealed.quiet)
        tampering.run(
            "INSERT INTO incident_fact (district_code, incident_id, seq, kind, at, author, payload, previous_hash, "
            "hash, xid) SELECT district_code, incident_id, seq + 1, 'noted', at, author, '{}', hash, sha256('x'), '3' "
            "FROM incident_fact WHERE incident_id = :id AND seq = :seq",
            id=sealed.quiet,
            seq=last,
        )
        rehash(tampering, sealed.quiet)
        assert ("fact_added", last + 1) in tampering.found()


@pytest.mark.parametrize(
    "change",
    [
        "at = at - interval '1 hour'",
        "leaves = overlay(leaves placing '\\xff'::bytea from 30)",
        "leaves = substring(leaves for 60)",
        "facts = facts - 1",
        "hash = sha256('x')",
        "previous_hash = sha256('x')",
        "system_id = system_id + 1",
        "last_xid = '9'",
        "last_seq = last_seq + 1",
        "last_incident_id = gen_random_uuid()",
    ],
)
def test_an_altered_seal_is_found(sealed, change):
    with sealed.tampered() as tampering:
        tampering.run(f"UPDATE seal SET {change} WHERE seq = 1")  # noqa: S608 - fixed words
        verdict = tampering.verdict()
    assert (Wrong.SEAL_ALTERED, 1) in {(f.what, f.seal) for f in verdict.findings}


def test_a_seal_taken_away_is_found(sealed):
    with sealed.tampered() as tampering:
        tampering.run("DELETE FROM seal WHERE seq = 1")
        verdict = tampering.verdict()
    assert (Wrong.SEAL_REMOVED, 2) in {(f.what, f.seal) for f in verdict.findings}
    assert Wrong.FACT_ADDED in {f.what for f in verdict.findings}


def test_the_last_seal_taken_away_is_found_once_its_facts_should_long_be_sealed(sealed):
    with sealed.tampered() as tampering:
        tampering.run("DELETE FROM seal WHERE seq = 2")
        assert tampering.verdict().unsealed > 0
        sealed.clock.move(timedelta(hours=2))
        try:
            assert any(what == "unsealed" for what, _ in tampering.found())
        finally:
            sealed.clock.move(timedelta(hours=-2))


def remake_seals(tampering) -> None:
    """Make all seals anew over what is there now, as the database's owner could."""
    tampering.run("DELETE FROM seal")
    audit = tampering.unit.audit
    leaves = audit.all_unsealed(DISTRICT, audit.server())
    system_id = audit.server().system_id
    for half in (leaves[:5], leaves[5:]):
        previous = audit.newest(DISTRICT)
        made = seal_after(
            previous,
            half,
            district_code=DISTRICT,
            at=tampering.clock(),
            system_id=system_id,
            last=half[-1].position,
        )
        audit.add(made)


def test_everything_made_anew_is_found_by_the_head_alone_that_was_kept_elsewhere(sealed):
    with sealed.tampered() as tampering:
        head = tampering.verdict().head
        tampering.run("UPDATE incident_fact SET author = 'nobody' WHERE incident_id = :id", id=sealed.life)
        rehash(tampering, sealed.life)
        remake_seals(tampering)
        tampering.run("DELETE FROM verification")
        without = {f.what for f in tampering.verdict().findings} - {Wrong.STATE_DIFFERS, Wrong.EVIDENCE_ALTERED}
        assert without == set()
        assert Wrong.HEAD_DIFFERS in {f.what for f in tampering.verdict(head).findings}


def test_a_head_that_was_kept_still_fits_when_more_has_been_sealed(sealed):
    with sealed.tampered() as tampering:
        first = tampering.ask("SELECT encode(hash, 'hex') FROM seal WHERE seq = 1")
        assert tampering.verdict(f"{DISTRICT}:1:{first}").findings == []


def test_a_fact_that_two_seals_name_is_found(sealed):
    with sealed.tampered() as tampering:
        audit, server = tampering.unit.audit, tampering.unit.audit.server()
        newest = audit.newest(DISTRICT)
        leaves = audit.unsealed(DISTRICT, None, server, 3)
        audit.add(
            seal_after(
                newest,
                leaves,
                district_code=DISTRICT,
                at=tampering.clock(),
                system_id=server.system_id,
                last=leaves[-1].position,
            )
        )
        assert any(what == "fact_sealed_twice" for what, _ in tampering.found())


@pytest.mark.parametrize(
    ("table", "key", "change", "what"),
    [
        ("incident", "id", "text = text || '。'", Wrong.REPORT_ALTERED),
        ("incident", "id", "reported_at = reported_at - interval '1 day'", Wrong.REPORT_ALTERED),
        ("incident", "id", "received_at = received_at + interval '1 minute'", Wrong.REPORT_ALTERED),
        ("incident", "id", "channel = 'camera'", Wrong.REPORT_ALTERED),
        ("incident", "id", "external_number = 'X'", Wrong.REPORT_ALTERED),
        ("incident", "id", "matter_code = '20909'", Wrong.REPORT_ALTERED),
        ("incident", "id", "number = '370102-260615-00000000'", Wrong.REPORT_ALTERED),
        ("incident", "id", "digest = sha256('x')", Wrong.REPORTER_ALTERED),
        ("incident_position", "incident_id", "datum = 'bd09'", Wrong.PLACE_ALTERED),
        ("incident_position", "incident_id", "raw_wkt = 'POINT (117 36)'", Wrong.PLACE_ALTERED),
        ("incident_position", "incident_id", "cell_code = '370102001001001'", Wrong.PLACE_ALTERED),
        ("incident_state", "incident_id", "stage = 'verified'", Wrong.STATE_DIFFERS),
        ("incident_state", "incident_id", "first_organisation_code = '370102-D-HW'", Wrong.STATE_DIFFERS),
        ("incident_state", "incident_id", "handler = 'another'", Wrong.STATE_DIFFERS),
        ("incident_state", "incident_id", "transfers = 7", Wrong.STATE_DIFFERS),
        ("incident_state", "incident_id", "matter_code = '20909'", Wrong.STATE_DIFFERS),
        ("incident_state", "incident_id", "cell_code = NULL", Wrong.STATE_DIFFERS),
        ("evidence", "incident_id", "sha256 = sha256('x')", Wrong.EVIDENCE_ALTERED),
        ("evidence", "incident_id", "original_sha256 = sha256('x')", Wrong.EVIDENCE_ALTERED),
        ("evidence", "incident_id", "author = 'nobody'", Wrong.EVIDENCE_ALTERED),
        ("evidence", "incident_id", "fact_seq = 2", Wrong.EVIDENCE_ALTERED),
    ],
    ids=str,
)
def test_rows_beside_the_chain_that_say_something_else_are_found(sealed, table, key, change, what):
    with sealed.tampered() as tampering:
        assert tampering.run(f"UPDATE {table} SET {change} WHERE {key} = :id", id=sealed.life)  # noqa: S608 - fixed words
        assert what in {finding.what for finding in tampering.verdict().findings}


def test_a_reporter_put_in_another_name_is_found(sealed):
    with sealed.tampered() as tampering:
        assert tampering.run("UPDATE reporter SET phone = '111'")
        assert {f.what for f in tampering.verdict().findings} == {Wrong.REPORTER_ALTERED}
    with sealed.tampered() as tampering:
        assert tampering.run("DELETE FROM reporter")
        assert {f.what for f in tampering.verdict().findings} == {Wrong.REPORTER_ALTERED}


def test_an_attachment_that_is_gone_is_found(sealed):
    with sealed.tampered() as tampering:
        tampering.run("DELETE FROM evidence_exif")
        tampering.run("DELETE FROM evidence")
        assert {f.what for f in tampering.verdict().findings} == {Wrong.EVIDENCE_REMOVED}


def test_partitions_that_were_swapped_are_found(sealed):
    with sealed.tampered() as tampering:
        where = "SELECT CAST(CAST(tableoid AS regclass) AS text) FROM incident_fact WHERE incident_id = :id LIMIT 1"
        full = tampering.ask(where, id=sealed.life)
        bound = "SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE oid = CAST(:name AS regclass)"
        mine = tampering.ask(bound, name=full)
        for name in (full, "incident_fact_2025_11"):
            tampering.run(f"ALTER TABLE incident_fact DETACH PARTITION {name}")
        tampering.run(f"ALTER TABLE incident_fact ATTACH PARTITION incident_fact_2025_11 {mine}")
        assert Wrong.FACT_REMOVED in {f.what for f in tampering.verdict().findings}


_COLUMNS = {
    "incident_fact": ["kind", "at", "author", "payload", "previous_hash", "hash", "xid"],
    "incident": ["number", "reported_at", "received_at", "channel", "external_number", "text", "digest"],
    "seal": ["at", "system_id", "last_xid", "last_incident_id", "last_seq", "facts", "leaves", "previous_hash", "hash"],
    "evidence": ["media_type", "size", "sha256", "original_size", "original_sha256", "author", "added_at"],
}
_OTHER = {
    "timestamp with time zone": "{c} + make_interval(secs => {n})",
    "text": "{c} || '{n}'",
    "character varying": "CASE WHEN {c} = 'camera' THEN 'inspection' ELSE 'camera' END",
    "jsonb": "{c} || jsonb_build_object('k{n}', {n})",
    "bytea": "set_byte({c}, {n} % length({c}), (get_byte({c}, {n} % length({c})) + 1) % 256)",
    "xid8": "'{n}'",
    "integer": "{c} + {n}",
    "bigint": "{c} + {n}",
    "uuid": "gen_random_uuid()",
}


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    where=st.sampled_from([(t, c) for t, cs in _COLUMNS.items() for c in cs]),
    row=st.integers(0, 10**6),
    n=st.integers(1, 999),
)
def test_any_column_of_any_row_that_is_changed_is_found(sealed, where, row, n):
    table, column = where
    with sealed.tampered() as tampering:
        kind = tampering.ask(
            "SELECT data_type FROM information_schema.columns WHERE table_name = :t AND column_name = :c",
            t=table,
            c=column,
        )
        rows = tampering.ask(f"SELECT count(*) FROM {table} WHERE district_code = '370102'")  # noqa: S608 - fixed names
        value = _OTHER[kind].format(c=column, n=n)
        changed = tampering.run(
            f"UPDATE {table} SET {column} = {value} WHERE (tableoid, ctid) = "  # noqa: S608 - fixed names
            f"(SELECT tableoid, ctid FROM {table} WHERE district_code = '370102' "
            f"ORDER BY 1, 2 OFFSET {row % rows} LIMIT 1) "
            f"AND {column} IS DISTINCT FROM {value}"
        )
        if changed:
            assert tampering.verdict().findings


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(row=st.integers(0, 10**6), count=st.integers(1, 5))
def test_any_fact_that_is_taken_away_is_found(sealed, row, count):
    with sealed.tampered() as tampering:
        rows = tampering.ask("SELECT count(*) FROM incident_fact WHERE district_code = '370102'")
        gone = tampering.run(
            "DELETE FROM incident_fact WHERE (tableoid, ctid) IN (SELECT tableoid, ctid FROM incident_fact "
            "WHERE district_code = '370102' ORDER BY 1, 2 OFFSET :at LIMIT :n)",
            at=row % rows,
            n=count,
        )
        removed = [f for f in tampering.verdict().findings if f.what is Wrong.FACT_REMOVED and f.seq]
        assert len(removed) >= gone


def test_a_report_hashed_anew_into_its_first_fact_is_found_by_the_seal(sealed):
    with sealed.tampered() as tampering:
        tampering.run("UPDATE incident SET text = '别的' WHERE id = :id", id=sealed.quiet)
        row: Any = tampering.unit.connection.execute(
            text("SELECT * FROM incident WHERE id = :id"), {"id": sealed.quiet}
        ).one()
        tampering.run(
            "UPDATE incident_fact SET payload = payload || jsonb_build_object('row', CAST(:row AS text)) "
            "WHERE incident_id = :id AND seq = 1",
            row=row_digest(row._mapping).hex(),
            id=sealed.quiet,
        )
        rehash(tampering, sealed.quiet)
        assert ("chain_rewritten", 1) in tampering.found()


def test_end_of_a_transaction_lies_behind_all_its_facts(sealed):
    assert end_of(7) < (8, sealed.life, 1) < end_of(8)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE incident_fact SET at = 'infinity' WHERE kind = 'filed'",
        "UPDATE incident_fact SET at = '20000-01-01' WHERE kind = 'filed'",
        "UPDATE incident_fact SET payload = 'null' WHERE kind = 'located'",
        "UPDATE incident_fact SET payload = '[]' WHERE kind = 'located'",
        "UPDATE incident_fact SET payload = '\"x\"' WHERE kind = 'reported'",
        "UPDATE incident_fact SET payload = '[]' WHERE kind = 'evidence_added'",
        "UPDATE incident_fact SET payload = '{\"rows\": {\"summons\": 1}}' WHERE kind = 'classified'",
        "UPDATE incident_fact SET payload = CAST(repeat('[', 3000) || repeat(']', 3000) AS jsonb) WHERE kind = 'filed'",
        "UPDATE incident_fact SET xid = '18446744073709551615' WHERE kind = 'filed'",
        "UPDATE incident_position SET raw_wkt = 'x'",
        "UPDATE incident SET reported_at = 'infinity'",
        "UPDATE incident SET received_at = '-infinity'",
        "UPDATE evidence SET added_at = 'infinity'",
        "UPDATE seal SET at = 'infinity'",
        "UPDATE seal SET leaves = set_byte(leaves, 20, 255)",
        "UPDATE seal SET last_xid = '18446744073709551615'",
        "UPDATE seal SET leaves = '\\x00'",
    ],
)
def test_what_nobody_can_read_is_a_finding_and_ends_no_audit(sealed, change):
    with sealed.tampered() as tampering:
        assert tampering.run(change)
        verdict = tampering.verdict()
        assert verdict.findings
        assert verdict.facts > 20


@pytest.mark.parametrize("change", ["thumbnail_sha256 = sha256('other')", "name = '别的.jpg'", "width = width + 1"])
def test_a_picture_or_a_name_put_in_the_place_of_another_is_found(sealed, change):
    with sealed.tampered() as tampering:
        assert tampering.run(f"UPDATE evidence SET {change}")  # noqa: S608 - fixed words
        assert {what for what, _ in tampering.found()} == {"evidence_altered"}


def test_seals_that_were_made_anew_are_found_by_an_earlier_verification(sealed):
    with sealed.tampered() as tampering:
        whole = tampering.verdict()
        head = parse_head(whole.head)[2]
        said = {"seals": whole.seals, "facts": whole.facts, "unsealed": 0, "findings": 0, "details": []}
        tampering.unit.audit.record({"district_code": DISTRICT, "at": tampering.clock(), "head": head, **said})
        assert tampering.verdict().findings == []
        remake_seals(tampering)
        assert {f.what for f in tampering.verdict().findings} == {Wrong.HEAD_DIFFERS}


def test_a_head_of_another_district_is_refused(sealed):
    with sealed.tampered() as tampering, pytest.raises(InputError, match="370112"):
        tampering.verdict(f"370112:1:{'00' * 32}")
