"""Witnesses: what acts change of a case and its whistle stands on the chain; what changes otherwise is found."""

from datetime import timedelta

import pytest
from sqlalchemy import DateTime, text

from gridgov.errors import RuleError
from gridgov.ids import new_id
from gridgov.incidents import FactKind, first_break
from gridgov.services.comparing import check_rows, unwitnessed
from gridgov.services.exporting import Exporting
from gridgov.services.revealing import Revealing
from gridgov.services.rules import RuleBook
from gridgov.store.tables import metadata
from gridgov.store.witnesses import WITNESSED, _plain, digests
from gridgov.worktime import Escalation, Level, Limit, LimitUnit
from tests.whistles.conftest import cast, clock, intake, keeper, store, whistling
from tests.whistles.stage import passed

__all__ = ["cast", "clock", "intake", "keeper", "store", "whistling"]

OTHERWISE = {
    "incident_state": "deadline_at = deadline_at + interval '9 days', due_at = due_at + interval '9 days'",
    "incident_position": "geom = ST_Translate(geom, 0.001, 0)",
    "incident_share": "share = share / 2",
    "incident_party": "part = 'side'",
    "whistle": "rules = '{}'",
    "whistle_side": "confirmed_by = 'somebody'",
    "summons": "arrived_at = summoned_at + interval '5 minutes', time_to_scene_s = 300",
    "check_in": "distance_m = 1",
    "summons_measure": "text = '别的'",
    "summons_release": "author = 'somebody'",
    "summons_rating": "score = 5",
    "summons_attempt": "at = at + interval '1 day'",
}
"""What somebody may want to be otherwise than it was."""


@pytest.fixture
def lived(cast):
    """A combined whistle with everything that can be done in one."""
    play = cast.confirmed()
    code, other = play.organisations()[:2]
    streets = [side.street_code for side in play.now().sides]
    passed(cast, 9)
    play.acknowledge(code)
    play.check_in(code)
    with pytest.raises(RuleError, match="may not leave"):
        play.leave(code)
    passed(cast, 22)
    assert cast.sweep() == 1
    play.measure(code)
    for street in streets:
        play.release(code, cast.street(street))
    play.rate(code, 2, cast.street(streets[0]), "晚到")
    play.check_in(other)
    return play


def found(play, unit) -> list[str]:
    now = play.now()
    head = (now.district_code, now.incident_id)
    facts = unit.stories.facts(*head)
    return [finding.detail for finding in check_rows(*head, facts, unit.audit.rows_of(*head))]


def test_a_whistle_with_all_that_can_be_done_in_it_is_witnessed_and_found_whole(lived, store):
    now = lived.now()
    with store.owning() as unit:
        facts = unit.stories.facts(now.district_code, now.incident_id)
        rows = unit.audit.rows_of(now.district_code, now.incident_id)
        assert found(lived, unit) == []
        assert unwitnessed(facts, rows) == []
    assert set(OTHERWISE) <= set(rows)


def test_whatever_is_changed_or_emptied_beside_the_chain_is_found(lived, store):
    for table, change in OTHERWISE.items():
        for sql in (f"UPDATE {table} SET {change}", f"DELETE FROM {table}"):  # noqa: S608 - fixed words
            with store.owning() as unit:
                undone = unit.connection.begin_nested()
                unit.connection.execute(text("SET LOCAL session_replication_role = replica"))
                assert unit.connection.execute(text(sql)).rowcount
                said = found(lived, unit) if table != "whistle" or "UPDATE" in sql else gone(lived, unit)
                undone.rollback()
            assert any(f" {table} was changed" in detail for detail in said), sql


def gone(play, unit) -> list[str]:
    """Return what is found of an incident whose whistle is gone, which can be asked for nothing any more."""
    ((district_code, incident_id),) = unit.connection.execute(
        text("SELECT district_code, incident_id FROM incident_fact WHERE payload ->> 'whistle' = :id LIMIT 1"),
        {"id": str(play.whistle_id)},
    ).all()
    facts = unit.stories.facts(district_code, incident_id)
    rows = unit.audit.rows_of(district_code, incident_id)
    return [finding.detail for finding in check_rows(district_code, incident_id, facts, rows)]


def test_a_change_that_a_later_act_wrote_over_is_found_before_that_act(lived, store):
    with store.owning() as unit:
        unit.connection.execute(text("UPDATE summons SET time_to_scene_s = 1 WHERE arrived_at IS NOT NULL"))
    lived.measure(lived.organisations()[1])
    with store.owning() as unit:
        (detail,) = found(lived, unit)
    assert detail == "before this fact, summons was changed beside the chain"


def test_the_story_of_a_whistle_that_was_altered_is_not_whole(lived, store, clock):
    exporting = Exporting(store, lambda: None, clock=clock)
    with store.owning() as unit:
        number = unit.cases.read(lived.now().incident_id).number
        assert exporting.story_of(number)["verification"]["whole"]
        unit.connection.execute(text("UPDATE summons SET time_to_scene_s = 300"))
    verification = exporting.story_of(number)["verification"]
    assert not verification["whole"]
    assert {f["what"] for f in verification["findings"]} == {"rows_differ"}


@pytest.mark.parametrize(
    "sql", ["DELETE FROM look", "UPDATE look SET login = 'somebody'", "UPDATE look SET purpose = '回访报告人'"]
)
def test_who_looked_at_a_reporter_stays_written_down(cast, store, clock, sql):
    play = cast.blown()
    now, look, revealing = play.now(), new_id(), Revealing(store, clock=clock)
    for _ in range(2):
        revealing.reveal(cast.centre("370102"), now.incident_id, "核实现场情况", look_id=look)
    assert play.kinds().count("reporter_revealed") == 1
    assert "核实" not in str([fact.payload for fact in play.facts()])
    with store.owning() as unit:
        assert found(play, unit) == []
        unit.connection.execute(text(sql))
        assert found(play, unit) == ["since this fact, look was changed beside the chain"]


def test_what_the_database_appends_of_looks_is_a_link_like_any_other(cast, store, clock):
    play = cast.blown()
    revealing, before = Revealing(store, clock=clock), len(play.facts())
    for purpose, later in (("核实现场情况", 0), ('回访 "报告人"\\', 7), ("再次核实情况", 1_000_000)):
        clock.move(timedelta(microseconds=later))
        revealing.reveal(cast.centre("370102"), play.now().incident_id, purpose, look_id=new_id())
    added = play.facts()[before:]
    assert [(fact.kind, fact.author) for fact in added] == [("reporter_revealed", "system")] * 3
    assert added[-1].at == clock()
    assert first_break(play.facts()) is None
    with store.owning() as unit:
        assert found(play, unit) == []
        facts, now = play.facts(), play.now()
        assert unwitnessed(facts, unit.audit.rows_of(now.district_code, now.incident_id)) == []


def test_an_append_that_is_undone_with_its_savepoint_and_tried_again_is_found_whole(lived, store, clock):
    with store.transaction() as unit:
        head = unit.cases.lock(lived.now().incident_id).head
        undone = unit.connection.begin_nested()
        unit.cases.admit(head, "370103", "side")
        unit.cases.append(head, [(FactKind.NOTED, {"text": "a"})], at=clock(), author="test")
        undone.rollback()
        unit.cases.admit(head, "370104", "side")
        unit.cases.append(head, [(FactKind.NOTED, {"text": "b"})], at=clock(), author="test")
        unit.cases.admit(head, "370105", "side")
        unit.cases.append(head, [(FactKind.NOTED, {"text": "c"})], at=clock(), author="test")
    with store.owning() as unit:
        assert found(lived, unit) == []


def test_what_is_due_no_more_because_the_rules_changed_is_witnessed_too(cast, store, clock):
    play = cast.blown()
    book = RuleBook(store, clock=clock, home_district="370102")
    later = Escalation(1, Limit(50, LimitUnit.MINUTES), Level.DISTRICT, "command_centre", source="test")
    book.put_escalations(None, "check_in", [later])
    passed(cast, 31)
    assert cast.sweep() == 1
    assert play.kinds()[-1] == "reckoned"
    assert cast.sweep() == 0
    with store.owning() as unit:
        assert found(play, unit) == []


def test_every_column_of_what_hangs_on_a_case_is_witnessed():
    for table, columns in WITNESSED.items():
        there = {c.name for c in metadata.tables[table].c} - {"district_code", "incident_id"}
        there -= {"open"} if table == "incident_party" else set()  # repeats the state, which verifying compares
        assert set(columns.split()) == there, table


def test_times_and_nothing_else_are_taken_in_utc():
    for table, columns in WITNESSED.items():
        for name in columns.split():
            is_moment = isinstance(metadata.tables[table].c[name].type, DateTime)
            assert _plain(name).endswith("'UTC'") == is_moment, (table, name)


def test_acts_ask_the_database_the_same_as_verifying_does(store):
    with store.owning() as unit:
        source = unit.connection.execute(text("SELECT prosrc FROM pg_proc WHERE proname = 'gridgov_rows'")).scalar_one()
    assert digests("district", "incident") in source
