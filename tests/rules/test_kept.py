"""Rules as they are kept: what comes with an installation, what is changed, who may, and when all see it."""

import threading
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pandas as pd
import pytest
from sqlalchemy import delete, event, text, update

from gridgov.clock import SHANGHAI
from gridgov.errors import ConflictError, InputError, NotAllowedError, NotFoundError, RuleError, SetupError
from gridgov.incidents import FactKind
from gridgov.incidents.standing import Head
from gridgov.matters import STREET_OFFICE, Counted, Part, Responsibility, check_dispatch
from gridgov.organisations import OrganisationKind
from gridgov.services.registering import matters_of, register_organisations, responsibilities_of
from gridgov.services.rules import RuleBook
from gridgov.store.reference import ensure_reference
from gridgov.store.tables import calendar_day, calendar_year, time_limit
from gridgov.store.unit import Store
from gridgov.worktime import Escalation, Hours, Level, Limit, LimitKind, LimitRow, LimitUnit, Segment
from gridgov.worktime.published import years_of
from tests.conftest import SAMPLE
from tests.support import SetClock, report, somebody

OFFICE = "370102-D-CG"
YEAR_2027 = years_of(
    {"day": day, "kind": "holiday", "name": "节", "source": "a notice"}
    for day in ("2027-01-01", "2027-05-01", "2027-10-01")
)


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SHANGHAI)


def rules(store: Store):
    with store.transaction() as unit:
        return unit.worktime.rules()


def table(name: str) -> pd.DataFrame:
    return pd.read_csv(SAMPLE / f"{name}.csv", dtype=str, keep_default_na=False)


def a_list(**changes: str):
    """Return the sample's list; `changes` are columns of matter 10102."""
    matters = table("matters")
    for name, value in changes.items():
        matters.loc[matters["code"] == "10102", name] = value
    return matters_of(matters), responsibilities_of(table("responsibilities"))


# --- what comes with an installation


def test_an_installation_knows_its_years_and_who_keeps_which_hours(store):
    found = rules(store)
    assert [year.year for year in found.calendar.years] == [2024, 2025, 2026]
    assert not found.hours(OFFICE).around_the_clock
    assert found.hours(None).around_the_clock
    with store.transaction() as unit:
        kinds = unit.worktime.hours_by_kind()
    assert set(kinds) == set(OrganisationKind)


@pytest.mark.parametrize("kind", list(LimitKind))
def test_everything_that_has_a_limit_has_one_and_somebody_is_told_when_it_is_missed(store, kind):
    found = rules(store)
    assert found.limit(kind, None, 2) is not None
    steps = found.escalations(kind)
    assert steps[0].step == 1
    assert steps[0].after.amount == 0
    assert [b.step - a.step for a, b in pairwise(steps)] == [1] * (len(steps) - 1)


def test_every_shipped_rule_says_where_it_comes_from(store):
    with store.transaction() as unit:
        sources = [row.source for row in unit.worktime.limits()]
        sources += [step.source for steps in unit.worktime.escalations().values() for step in steps]
        sources += [hours.source for hours in unit.worktime.hours().values()]
        sources += [year.source for year in unit.worktime.calendar().years]
    assert all(sources)


def test_the_steps_of_a_missed_check_in_are_at_once_and_half_an_hour_later(store):
    due = local(2026, 6, 20, 3)
    first, second = rules(store).escalations("check_in")
    assert (first.level, second.level, first.role) == (Level.DISTRICT, Level.DISTRICT, "command_centre")
    assert rules(store).next_escalation("check_in", 1, due, OFFICE) == (second, due + timedelta(minutes=30))
    (above,) = rules(store).escalations("confirm")
    assert above.level is Level.PARENT


def test_starting_again_brings_back_nothing_that_was_taken_away_or_changed(store, book):
    book.drop_limit(None, "close", None, None)
    book.put_escalations(None, "close", [])
    with store.transaction() as unit:
        unit.connection.execute(update(time_limit).where(time_limit.c.kind == "verify").values(amount=7))
        unit.connection.execute(delete(calendar_day).where(calendar_day.c.day == date(2025, 1, 1)))
        ensure_reference(unit.connection)
    with store.transaction() as unit:
        assert LimitKind.CLOSE not in {row.kind for row in unit.worktime.limits()}
        assert LimitKind.CLOSE not in unit.worktime.escalations()
        assert {row.limit.amount for row in unit.worktime.limits() if row.kind is LimitKind.VERIFY} == {7}
        assert unit.worktime.calendar().is_working(date(2025, 1, 1))


def test_starting_again_adds_a_year_that_is_missing(store):
    with store.transaction() as unit:
        unit.connection.execute(delete(calendar_day).where(calendar_day.c.year == 2026))
        unit.connection.execute(delete(calendar_year).where(calendar_year.c.year == 2026))
        ensure_reference(unit.connection)
        assert unit.worktime.calendar().last_day == date(2026, 12, 31)


# --- matters


@pytest.mark.parametrize(
    ("matter", "limit"),
    [
        ("10101", Limit(240, LimitUnit.MINUTES, around_the_clock=True)),  # priority 1: urgent
        ("10102", Limit(3, LimitUnit.WORKING_DAYS)),  # 72 hours
        ("10103", Limit(1, LimitUnit.WORKING_DAYS)),
    ],
)
def test_a_matter_has_the_time_its_list_gives_it(store, matter, limit):
    found = rules(store)
    with store.transaction() as unit:
        priority = unit.rules.matters().matter(matter).priority
    assert found.limit("handle", matter, priority) == limit
    assert found.limit("file", matter, priority).unit is LimitUnit.MINUTES


def test_a_row_for_a_matter_overrules_its_list_until_it_is_taken_away(store, book):
    row = LimitRow(LimitKind.HANDLE, Limit(5, LimitUnit.HOURS), "10102", source="district's decision")
    book.put_limit(None, row)
    assert rules(store).limit("handle", "10102", 3) == row.limit
    book.drop_limit(None, "handle", "10102", None)
    assert rules(store).limit("handle", "10102", 3) == Limit(3, LimitUnit.WORKING_DAYS)
    with pytest.raises(NotFoundError, match="exactly for these"):
        book.drop_limit(None, "handle", "10102", None)


def test_a_limit_for_a_matter_that_is_not_listed_is_refused(book):
    with pytest.raises(RuleError, match="not on the list"):
        book.put_limit(None, LimitRow(LimitKind.HANDLE, Limit(5, LimitUnit.HOURS), "nothing", source="s"))


@pytest.mark.parametrize("source", ["", "  ", "x" * 501])
def test_a_rule_without_a_source_is_refused(book, source):
    with pytest.raises(InputError, match="where this rule comes from"):
        book.put_limit(None, LimitRow(LimitKind.HANDLE, Limit(5, LimitUnit.HOURS), source=source))


# --- the list


def test_a_new_list_is_a_new_version_and_the_old_one_stays(store, book, clock):
    old = book.matters(None).version
    version = book.publish(None, *a_list(handle_hours="48"), source="decision 1")
    assert version == old + 1
    assert rules(store).limit("handle", "10102", 3) == Limit(2, LimitUnit.WORKING_DAYS)
    assert rules(store).limit("handle", "10102", 3, list_version=old) == Limit(3, LimitUnit.WORKING_DAYS)
    newest, before = book.versions(None)[:2]
    assert (newest["since"], newest["until"], newest["source"]) == (clock(), None, "decision 1")
    assert before["until"] == newest["since"]
    assert book.matters(None, old).matter("10102").handle_within == timedelta(hours=72)


def test_the_same_list_again_makes_no_version(book, clock):
    book.publish(None, *a_list(handle_hours="48"), source="decision 1")
    changes = len(book.changes(None, limit=50))
    clock.move(timedelta(days=1))
    assert book.publish(None, *a_list(handle_hours="48"), source="decision 1") == book.matters(None).version
    assert len(book.changes(None, limit=50)) == changes


def test_a_list_that_contradicts_itself_changes_nothing(store, book):
    before = book.versions(None)
    matters, parts = a_list(admitted="0")
    mine = [p for p in parts if p.matter_code != "10102"]
    lead = [Responsibility("10102", STREET_OFFICE, Part.LEAD)]
    with pytest.raises(RuleError, match="keeps it from streets"):
        book.publish(None, matters, [*mine, *lead], source="s")
    assert book.versions(None) == before
    assert rules(store).limit("handle", "10102", 3) == Limit(3, LimitUnit.WORKING_DAYS)


def test_two_lists_cannot_begin_at_one_moment(book):
    book.publish(None, *a_list(handle_hours="48"), source="s")
    with pytest.raises(ConflictError, match="later than that"):
        book.publish(None, *a_list(handle_hours="96"), source="s")


def test_a_version_that_never_was_is_not_found(book):
    with pytest.raises(NotFoundError, match="never was a version 99"):
        book.matters(None, 99)


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("priority", "urgent", "must be a number"),
        ("handle_hours", "", "must be a number"),
        ("handle_hours", "nan", "must be a number"),
        ("file_hours", "1e300", "must be a number"),
        ("counted", "sometimes", "none of urgent"),
    ],
)
def test_a_cell_that_is_not_what_its_column_holds_is_refused(column, value, words):
    with pytest.raises(InputError, match=f"10102.*{words}") as refused:
        a_list(**{"counted": "", column: value})
    assert refused.value.field == column


def test_a_list_may_say_how_its_time_is_counted():
    matters, _ = a_list(counted="working")
    assert next(m.counted for m in matters if m.code == "10102") is Counted.WORKING


# --- the calendar


def test_a_further_year_makes_deadlines_possible_that_were_not(store, book):
    late, limit = local(2026, 12, 31, 9), Limit(2, LimitUnit.WORKING_DAYS)
    with pytest.raises(SetupError, match="2026-12-31"):
        rules(store).add(late, limit, OFFICE)
    assert book.put_years(None, YEAR_2027).last_day == date(2027, 12, 31)
    assert rules(store).add(late, limit, OFFICE) == local(2027, 1, 5, 18)


def test_a_year_that_leaves_a_gap_is_refused(book):
    beyond = years_of(
        {"day": day, "kind": "holiday", "name": "节", "source": "n"}
        for day in ("2029-01-01", "2029-05-01", "2029-10-01")
    )
    with pytest.raises(InputError, match="2026 to 2029"):
        book.put_years(None, beyond)


def test_loading_the_same_year_again_changes_nothing(book):
    book.put_years(None, YEAR_2027)
    before = book.changes(None, limit=50)
    book.put_years(None, YEAR_2027)
    assert book.changes(None, limit=50) == before


def test_a_year_is_replaced_as_a_whole(store, book):
    book.put_years(None, YEAR_2027)
    more = years_of(
        {"day": day, "kind": "holiday", "name": "节", "source": "corrected"}
        for day in ("2027-01-01", "2027-05-01", "2027-10-01", "2027-10-04")
    )
    book.put_years(None, more)
    assert not rules(store).calendar.is_working(date(2027, 10, 4))
    assert rules(store).calendar.years[-1].source == "corrected"


# --- hours


def test_an_organisation_may_keep_other_hours_than_its_kind(store, book):
    hall = Hours("hall", dict.fromkeys(range(6), (Segment(480, 720),)), "大厅", "announced", "Hall")
    book.put_hours(None, hall)
    book.keep_hours(None, "hall", organisation_code=OFFICE)
    found = rules(store)
    assert found.hours(OFFICE) == hall
    assert found.hours("370102-D-GA").code == "office"
    book.keep_hours(None, "around_the_clock", kind="department")
    assert rules(store).hours("370102-D-GA").around_the_clock
    assert rules(store).hours(OFFICE) == hall
    kept = book.hours(None)
    assert kept.by_organisation == {OFFICE: "hall"}


def test_an_organisation_that_is_new_has_hours_at_once(store):
    assert rules(store)
    row = {"code": "370102-D-NEW", "name": "新", "kind": "department", "area_code": "370102", "parent_code": None}
    with store.transaction() as unit:
        register_organisations(unit, pd.DataFrame([row]))
    assert rules(store).hours("370102-D-NEW").code == "office"


def test_hours_that_make_no_sense_are_refused(book):
    with pytest.raises(NotFoundError, match="no hours 'x'"):
        book.keep_hours(None, "x", kind="department")
    with pytest.raises(NotFoundError, match="no organisation"):
        book.keep_hours(None, "office", organisation_code="nobody")
    with pytest.raises(InputError, match="no kind 'army'"):
        book.keep_hours(None, "office", kind="army")
    for both in ({}, {"kind": "department", "organisation_code": OFFICE}):
        with pytest.raises(InputError, match="whose hours"):
            book.keep_hours(None, "office", **both)
    with pytest.raises(InputError, match="stays so"):
        book.put_hours(None, Hours("around_the_clock", {0: (Segment(0, 1),), 1: (Segment(0, 1),)}, source="s"))


# --- escalation


def step(number: int, minutes: int, role: str = "command_centre") -> Escalation:
    return Escalation(number, Limit(minutes, LimitUnit.MINUTES), Level.DISTRICT, role, source="s")


def test_steps_are_replaced_together(store, book):
    book.put_escalations(None, "file", [step(1, 0), step(2, 5), step(3, 5)])
    assert [e.after.amount for e in rules(store).escalations("file")] == [0, 5, 5]
    book.put_escalations(None, "file", [])
    assert rules(store).escalations("file") == ()


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([step(2, 0)], "numbered 1, 2, 3"),
        ([step(1, 0), step(1, 5)], "numbered 1, 2, 3"),
        ([step(1, 30), step(2, 5)], "before an earlier one"),
        ([step(1, 0, "emperor")], "no role 'emperor'"),
    ],
)
def test_steps_that_contradict_themselves_are_refused(book, steps, words):
    with pytest.raises(InputError, match=words):
        book.put_escalations(None, "file", steps)


# --- who may, and who sees it


def test_whoever_manages_rules_changes_them_under_their_name(book, keeper_of_rules):
    row = LimitRow(LimitKind.HANDLE, Limit(5, LimitUnit.HOURS), priority=2, source="decision 7")
    book.put_limit(keeper_of_rules, row)
    newest = book.changes(keeper_of_rules, limit=1)[0]
    assert (newest["author"], newest["what"]) == ("keeper", "limit")
    assert newest["data"] == {"kind": "handle", "matter": None, "priority": 2, "is": "5 hours"}


def test_whoever_manages_rules_publishes_and_loads(store, book, keeper_of_rules):
    version = book.publish(keeper_of_rules, *a_list(handle_hours="48"), source="decision 8")
    assert book.put_years(keeper_of_rules, YEAR_2027).last_day == date(2027, 12, 31)
    book.put_escalations(keeper_of_rules, "file", [step(1, 0)])
    book.put_hours(keeper_of_rules, Hours("hall", dict.fromkeys(range(6), (Segment(480, 720),)), "厅", "s", "Hall"))
    book.keep_hours(keeper_of_rules, "hall", organisation_code=OFFICE)
    assert rules(store).hours(OFFICE).code == "hall"
    assert book.matters(keeper_of_rules).version == version


@pytest.mark.parametrize(
    ("role", "area"),
    [("command_centre", "370102"), ("street_officer", "370102001"), ("administrator", "370112"), ("planner", "370102")],
)
def test_nobody_else_changes_rules(store, book, role, area):
    caller = somebody(store, role, area)
    before = book.changes(None, limit=50)
    row = LimitRow(LimitKind.HANDLE, Limit(5, LimitUnit.HOURS), source="s")
    for act in (
        lambda: book.put_limit(caller, row),
        lambda: book.drop_limit(caller, "close", None, None),
        lambda: book.put_years(caller, YEAR_2027),
        lambda: book.put_escalations(caller, "file", []),
        lambda: book.publish(caller, *a_list(handle_hours="48"), source="s"),
        lambda: book.keep_hours(caller, "office", kind="station"),
    ):
        with pytest.raises(NotAllowedError, match=r"rules\.manage"):
            act()
    assert book.changes(None, limit=50) == before
    assert book.limits(caller)


def test_what_is_undone_leaves_no_rule_behind(store):
    before = rules(store)
    row = LimitRow(LimitKind.HANDLE, Limit(1, LimitUnit.MINUTES), source="s")

    def change_and_fail() -> None:
        with store.transaction() as unit:
            unit.worktime.put_limit(row)
            unit.worktime.log_change("limit", {}, at=datetime.now(UTC), author="test")
            assert unit.worktime.rules().limit("handle", None, None) == row.limit
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change_and_fail()
    assert rules(store).limit("handle", None, None) == before.limit("handle", None, None)


def test_rules_are_read_once_until_one_changes(store, book):
    first = rules(store)
    assert rules(store) is first
    book.put_limit(None, LimitRow(LimitKind.CLOSE, Limit(3, LimitUnit.HOURS), source="s"))
    second = rules(store)
    assert second is not first
    assert second.limit("close", None, None) == Limit(3, LimitUnit.HOURS)


def test_rules_are_read_with_few_questions(store):
    rules(store)
    asked = []
    with store.transaction() as unit:
        unit.connection.exec_driver_sql("SELECT 1")
        engine = unit.connection.engine
        event.listen(engine, "before_cursor_execute", lambda *a: asked.append(a[2]))
        unit.worktime.rules()
    assert len([statement for statement in asked if "rule_change" in statement]) == 1


def test_two_who_publish_at_once_make_two_versions_one_after_the_other(own_sample_url):
    store = Store(own_sample_url, pool_size=4)
    with store.transaction() as unit:
        newest = unit.rules.versions()[0]
    clocks = [SetClock(newest["since"] + timedelta(hours=n)) for n in (1, 2)]
    errors: list[Exception] = []

    def publish(number: int) -> None:
        book = RuleBook(store, clock=clocks[number], home_district="370102")
        try:
            book.publish(None, *a_list(handle_hours=str(24 * (5 + number))), source=f"decision {number}")
        except ConflictError as error:  # the later clock came first
            errors.append(error)

    threads = [threading.Thread(target=publish, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    with store.transaction() as unit:
        versions = unit.rules.versions()
        in_force = [v for v in versions if v["until"] is None]
    store.close()
    assert len(versions) == newest["version"] + 2 - len(errors)
    assert len(in_force) == 1


# --- dispatches against the list


def put_fact(store, incident_id, payload, at) -> None:
    with store.transaction() as unit:
        stored = unit.incidents.stored(incident_id)
        head = Head(stored.district_code, incident_id)
        unit.cases.append(head, [(FactKind.DISPATCHED, payload)], at=at, author="centre")


@pytest.fixture
def dispatched(store, intake, clock):
    """Return three incidents dispatched against the list an hour apart, newest first, and one by the list."""
    found = []
    for hours in range(4):
        receipt = intake.take(report(), author="test")
        at = clock() - timedelta(hours=hours)
        with store.transaction() as unit:
            book, listed = unit.people.book(), unit.rules.matters()
            lead = listed.lead("20908")
            to = lead if hours == 3 else next(c for c in ("370102-D-SWJ", "370102-D-SW") if c != lead)
            order = check_dispatch(
                listed, book, "20908", to, street_code="370102001", district_code="370102", reason="人手不足"
            )
        put_fact(store, receipt.id, order.said(), at)
        found.append(receipt.id)
    return found[:3]


def test_dispatches_against_the_list_are_reported_newest_first_with_their_reason(book, clock, dispatched):
    begin, end = clock() - timedelta(days=1), clock() + timedelta(hours=1)
    rows = book.against_list(None, begin, end, limit=10)
    assert [row["incident_id"] for row in rows] == dispatched
    assert {row["reason"] for row in rows} == {"人手不足"}
    assert {row["lead"] for row in rows} == {book.matters(None).lead("20908")}
    assert {row["list_version"] for row in rows} == {book.matters(None).version}


def test_the_report_is_walked_page_by_page_without_gap_or_repeat(book, clock, dispatched):
    begin, end = clock() - timedelta(days=1), clock() + timedelta(hours=1)
    seen, before = [], None
    while rows := book.against_list(None, begin, end, limit=1, before=before):
        seen += [row["incident_id"] for row in rows]
        before = (rows[-1]["at"], rows[-1]["incident_id"], rows[-1]["seq"])
    assert seen == dispatched


def test_the_report_shows_its_period_and_what_one_may_see(store, book, clock, centre, keeper_of_rules, dispatched):
    end = clock() + timedelta(hours=1)
    assert len(book.against_list(centre, clock() - timedelta(minutes=90), end, limit=10)) == 2
    neighbour = somebody(store, "command_centre", "370112")
    assert book.against_list(neighbour, clock() - timedelta(days=1), end, limit=10) == []
    with pytest.raises(NotAllowedError, match=r"case\.read"):
        book.against_list(keeper_of_rules, clock() - timedelta(days=1), end, limit=10)
    assert len(dispatched) == 3


def test_the_report_reads_an_index_and_not_every_fact(store):
    with store.transaction() as unit:
        unit.connection.execute(text("SET LOCAL enable_seqscan = off"))
        plan = unit.connection.execute(
            text(
                "EXPLAIN SELECT * FROM incident_fact WHERE district_code = '370102' "
                "AND (payload ->> 'against_list') IS NOT NULL AND at >= '2026-01-01'"
            )
        ).scalars()
    assert "at_idx" in "\n".join(plan)


# --- whose a matter is


def test_a_place_says_who_answers(book):
    found = book.answerers(None, "10102", street_code="370102001", district_code=None)
    assert found.lead == OFFICE
    with pytest.raises(InputError, match="does not lie in district"):
        book.answerers(None, "10102", street_code="370102001", district_code="370112")
    with pytest.raises(RuleError, match="not on the list"):
        book.answerers(None, "nothing", street_code=None, district_code=None)


def test_a_deadline_can_be_asked_for(book, clock):
    clock.moment = local(2026, 6, 15, 10)
    assert book.due_at(None, "handle", "10102", organisation_code=OFFICE) == local(2026, 6, 18, 18)
    assert book.due_at(None, "handle", "10101", organisation_code=OFFICE) == local(2026, 6, 15, 14)
    assert book.due_at(None, "handle", "10102", start=local(2026, 6, 18, 10), organisation_code=OFFICE) == local(
        2026, 6, 24, 18
    )
