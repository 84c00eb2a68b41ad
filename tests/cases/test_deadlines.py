"""What is due of a case: escalated step by step, once each; suspensions end by themselves; the clock adds up."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from gridgov.errors import InputError, RuleError
from gridgov.incidents import Clock, FactKind, Stage, Standing, first_break
from gridgov.incidents.asked import (
    Accept,
    AskExtension,
    Dispatch,
    FeedBack,
    GrantExtension,
    Reclassify,
    RefuseExtension,
    Resume,
    Return,
    SendBack,
    Suspend,
)
from gridgov.incidents.replay import CLOCK
from gridgov.services.overseeing import Overseer
from gridgov.services.rules import RuleBook
from gridgov.services.sweeps.cases import due_cases, short_cases
from gridgov.store.tables import incident_state, notice
from gridgov.worktime import (
    CalendarDay,
    CalendarYear,
    DayKind,
    Escalation,
    Level,
    Limit,
    LimitKind,
    LimitRow,
    LimitUnit,
)
from tests.cases.people import MATTER, OTHER_MATTER, another, never_close


def sweep(life, limit: int = 100) -> int:
    with life.store.transaction() as unit:
        return short_cases(unit, life.clock(), limit) + due_cases(unit, life.clock(), limit)


def overdue(life) -> list[dict]:
    with life.store.transaction() as unit:
        found = unit.incidents.facts(life.receipt.district_code, life.receipt.id)
    assert first_break(found) is None
    return [fact.payload for fact in found if fact.kind is FactKind.OVERDUE]


def to_deadline(life, **later: float) -> None:
    life.clock.moment = life.standing().deadline_at + timedelta(**later)


ON_THE_WAY = [Stage.REPORTED, Stage.FILED, Stage.DISPATCHED, Stage.HANDLING, Stage.FED_BACK, Stage.VERIFIED]


@pytest.mark.parametrize("stage", ON_THE_WAY)
def test_a_missed_deadline_goes_up_step_by_step_and_each_step_once(life, stage):
    life.to(stage)
    was = life.standing()
    to_deadline(life, seconds=-1)
    assert sweep(life) == 0
    to_deadline(life)
    assert sweep(life) == 1
    assert sweep(life) == 0
    with life.store.transaction() as unit:
        steps = unit.worktime.rules().escalations(was.due_kind)
    assert [said["step"] for said in overdue(life)] == [1]
    life.clock.move(timedelta(days=30))
    while sweep(life):
        pass
    assert [said["step"] for said in overdue(life)] == [step.step for step in steps]
    now = life.standing()
    assert (now.due_at, now.deadline_at, now.stage, now.revision) == (None, was.deadline_at, stage, was.revision)


def test_who_is_late_and_who_stands_above_are_told(life):
    life.to(Stage.HANDLING)
    to_deadline(life)
    sweep(life)
    with life.store.transaction() as unit:
        query = select(notice.c.organisation_code, notice.c.role, notice.c.area_code, notice.c.data)
        told = unit.connection.execute(query.where(notice.c.kind == "case.overdue")).all()
    assert {row[:3] for row in told} == {(life.lead, None, None), (None, "command_centre", "370102")}
    assert all(row.data["due_kind"] == "handle" for row in told)


def test_an_act_ends_the_escalation_of_the_stage_before(life):
    life.to(Stage.DISPATCHED)
    to_deadline(life, hours=1)
    sweep(life)
    life.do("handler", Accept())
    assert life.standing().due_step == 0
    assert life.standing().due_kind == "handle"


def test_what_others_hold_is_left_to_them_and_a_batch_has_its_size(life):
    for _ in range(4):
        another(life)
    life.clock.move(timedelta(days=10))
    assert sweep(life, limit=3) == 3
    with life.store.transaction() as unit:
        late = select(incident_state.c.due_step).where(incident_state.c.due_step > 0)
        assert len(unit.connection.execute(late).all()) == 3


def test_a_suspended_case_is_not_late_and_goes_on_at_its_time_with_what_was_left(life):
    life.to(Stage.HANDLING)
    until = life.clock() + timedelta(days=20)
    before = life.standing()
    life.do("centre", Suspend(reason="等待汛期结束", until=until))
    held = life.standing()
    assert (held.clock, held.due_at, held.deadline_at) == (Clock.PAUSED, until, None)
    assert held.remaining_s > 0
    life.clock.moment = until - timedelta(seconds=1)
    assert sweep(life) == 0
    life.clock.moment = until + timedelta(minutes=7)  # a sweep that comes late gives no time
    assert sweep(life) == 1
    after = life.standing()
    assert (after.stage, after.clock, after.suspended_until) == (Stage.HANDLING, Clock.RUNNING, None)
    with life.store.transaction() as unit:
        rules = unit.worktime.rules()
    assert rules.worked(until, after.deadline_at, life.lead) == held.remaining_s
    assert after.deadline_at > before.deadline_at
    with life.store.transaction() as unit:
        facts = unit.incidents.facts(after.district_code, after.incident_id)
    assert (facts[-1].kind, facts[-1].author) == (FactKind.RESUMED, "system")


@pytest.mark.parametrize("until", [timedelta(0), timedelta(seconds=-1), timedelta(days=-400), timedelta(days=367)])
def test_a_suspension_ends_within_the_coming_year(life, until):
    life.to(Stage.HANDLING)
    with pytest.raises(InputError) as caught:
        life.do("handler", Suspend(reason="x", until=life.clock() + until))
    assert caught.value.field == "until"


def test_an_extension_is_asked_for_answered_once_and_no_more_than_was_asked(life):
    was = life.to(Stage.HANDLING)
    with pytest.raises(RuleError, match="Nobody has asked"):
        life.do("centre", GrantExtension())
    life.do("handler", AskExtension(reason="需要吊车", minutes=120))
    with pytest.raises(RuleError, match="already"):
        life.do("handler", AskExtension(reason="需要吊车", minutes=120))
    with pytest.raises(RuleError, match="fewer"):
        life.do("centre", GrantExtension(minutes=121))
    life.do("centre", GrantExtension(minutes=90))
    now = life.standing()
    with life.store.transaction() as unit:
        assert unit.worktime.rules().worked(was.deadline_at, now.deadline_at, life.lead) == 90 * 60
    with pytest.raises(RuleError, match="Nobody has asked"):
        life.do("centre", GrantExtension())
    life.do("handler", AskExtension(reason="再延", minutes=10))
    life.do("centre", RefuseExtension(reason="不同意"))
    assert life.standing().deadline_at == now.deadline_at
    assert life.standing().extension_s is None


# --- whose time, and how much of it


def handed_over(life, organisation: str, who: str) -> Standing:
    life.do("centre", Dispatch(organisation_code=organisation, reason="就近处置"))
    life.do(who, Accept())
    return life.standing()


def test_passing_a_case_through_hands_that_never_rest_wins_no_time(life):
    never_close(life, life.other)
    direct = life.to(Stage.FILED)
    with life.store._connection.begin_nested() as savepoint:
        direct = handed_over(life, life.lead, "handler")
        savepoint.rollback()
    life.do("centre", Dispatch(organisation_code=life.other, reason="就近处置"))
    life.do("other_department", Return(reason="非本部门职责"))
    assert handed_over(life, life.lead, "handler").deadline_at == direct.deadline_at


@pytest.mark.parametrize("rest", [timedelta(0), timedelta(hours=9), timedelta(days=3)])
def test_a_share_of_the_limit_is_handed_over_whoever_keeps_which_hours_and_never_more_than_a_new_one(life, rest):
    never_close(life, life.other)
    life.to(Stage.HANDLING)
    life.clock.move(timedelta(hours=5))
    life.do("handler", Return(reason="非本部门职责"))
    before = life.standing()
    left, whole = before.handling_left_s, before.handling_whole_s
    assert 0 < left < whole
    life.clock.move(rest)
    after = handed_over(life, life.other, "other_department")
    with life.store.transaction() as unit:
        rules = unit.worktime.rules()
        fresh = rules.due_at("handle", after.matter_code, after.priority, life.clock(), life.other)
        given = rules.worked(life.clock(), after.deadline_at, life.other)
    assert given == min(left * after.handling_whole_s // whole, rules.worked(life.clock(), fresh, life.other))
    life.do("other_department", Return(reason="非本部门职责"))
    assert handed_over(life, life.lead, "handler").deadline_at <= rules.after(life.clock(), left, life.lead)


def test_a_limit_that_was_changed_meanwhile_is_not_mixed_with_what_was_left_of_the_old_one(life):
    life.to(Stage.HANDLING)
    life.clock.move(timedelta(hours=2))
    life.do("handler", Suspend(reason="等待", until=life.clock() + timedelta(days=1)))
    left = life.standing().remaining_s
    book = RuleBook(life.store, clock=life.clock, home_district="370102")
    limit = Limit(28, LimitUnit.HOURS, around_the_clock=True)
    book.put_limit(None, LimitRow(LimitKind.HANDLE, limit, matter_code=MATTER, source="test"))
    life.do("handler", Resume())
    with life.store.transaction() as unit:
        assert unit.worktime.rules().worked(life.clock(), life.standing().deadline_at, life.lead) == left


def test_a_case_that_comes_back_and_turns_out_to_be_urgent_is_as_urgent_as_others(life):
    life.to(Stage.HANDLING)
    life.clock.move(timedelta(hours=4))
    life.do("handler", Return(reason="非本部门职责"))
    with life.store.transaction() as unit:
        urgent = min(unit.rules.matters(), key=lambda matter: matter.handle_within)
    life.do("centre", Reclassify(matter=urgent.code, reason="燃气泄漏"))
    now = handed_over(life, life.other, "other_department")
    assert timedelta(0) < now.deadline_at - life.clock() < urgent.handle_within


# --- what is told again, and what is not


def test_a_case_of_another_matter_is_not_escalated_anew_for_what_was_told(life):
    life.to(Stage.FILED)
    life.clock.move(timedelta(hours=20))
    while sweep(life):
        pass
    told = overdue(life)
    life.do("centre", Reclassify(matter=OTHER_MATTER, reason="类别有误"))
    while sweep(life):
        pass
    assert overdue(life) == told


def test_a_late_case_that_is_sent_back_is_not_escalated_anew_for_what_was_told(life):
    life.to(Stage.HANDLING)
    life.clock.move(timedelta(days=20))
    while sweep(life):
        pass
    told = overdue(life)
    life.do("handler", FeedBack(report="已清运"))
    life.do("worker", SendBack(reason="仍有残留"))
    while sweep(life):
        pass
    assert overdue(life) == told
    life.do("handler", AskExtension(reason="需要吊车", minutes=20_000))
    life.do("centre", GrantExtension())
    to_deadline(life)
    assert sweep(life) == 1
    assert [said["step"] for said in overdue(life)] == [*(said["step"] for said in told), 1]


def test_a_late_case_gets_no_new_limit_by_waiting_and_being_of_another_matter(life):
    was = life.to(Stage.FILED)
    life.clock.move(timedelta(hours=20))
    life.do("centre", Suspend(reason="等待", until=life.clock() + timedelta(minutes=2)))
    life.clock.move(timedelta(minutes=2))
    life.do("centre", Resume())
    life.do("centre", Reclassify(matter=OTHER_MATTER, reason="类别有误"))
    life.do("centre", Reclassify(matter=MATTER, reason="还是原类别"))
    assert life.standing().deadline_at == was.deadline_at + timedelta(minutes=2)


# --- by the table of limits


def test_the_table_of_limits_decides_from_the_report_on(life):
    book = RuleBook(life.store, clock=life.clock, home_district="370102")
    limit = Limit(10, LimitUnit.MINUTES)
    book.put_limit(None, LimitRow(LimitKind.FILE, limit, matter_code=MATTER, source="test"))
    step = Escalation(1, Limit(30, LimitUnit.MINUTES), Level.DISTRICT, "command_centre", source="test")
    book.put_escalations(None, "file", [step])
    with life.store.transaction() as unit:
        case = unit.cases.read(another(life).id)
    assert case.deadline_at - life.clock() == timedelta(minutes=10)
    assert case.due_at - life.clock() == timedelta(minutes=40)


# --- one's own suspension


def test_whoever_handles_a_case_cannot_make_it_wait_for_long_or_again_or_late(life):
    life.to(Stage.HANDLING)

    def wait(who: str, **until: float) -> None:
        life.do(who, Suspend(reason="等待", until=life.clock() + timedelta(**until)))

    with pytest.raises(RuleError, match="7 days"):
        wait("handler", days=8)
    wait("handler", days=7)
    life.do("handler", Resume())
    with pytest.raises(RuleError, match="has waited"):
        wait("colleague", hours=1)
    life.do("handler", Return(reason="非本部门职责"))
    handed_over(life, life.lead, "handler")
    to_deadline(life)
    with pytest.raises(RuleError, match="late"):
        wait("handler", hours=1)
    with pytest.raises(RuleError, match="late"):
        wait("both", hours=1)  # an office, but theirs
    wait("centre", days=60)


# --- at the end of the calendar

AFTER = datetime(2027, 1, 4, 2, tzinfo=UTC)


@pytest.fixture
def next_year(life):
    """Return a function that loads the year which the calendar lacks."""

    def load() -> None:
        days = [date(2027, 1, 1), date(2027, 5, 1), date(2027, 10, 1)]
        year = CalendarYear(2027, tuple(CalendarDay(day, DayKind.HOLIDAY, "test") for day in days), "test")
        RuleBook(life.store, clock=life.clock, home_district="370102").put_years(None, [year])

    return load


def a_year_s_end(life) -> None:
    life.clock.moment = datetime(2026, 12, 30, 2, tzinfo=UTC)
    handed_over(life, life.lead, "handler")
    life.do("handler", AskExtension(reason="需要吊车", minutes=600))
    life.clock.moment = AFTER
    life.do("centre", GrantExtension())
    life.do("handler", Suspend(reason="等待", until=AFTER + timedelta(days=2)))
    life.clock.move(timedelta(days=3))
    assert sweep(life) == 1
    life.do("handler", FeedBack(report="已清运"))
    life.do("worker", SendBack(reason="仍有残留"))


def clock_of(life) -> tuple:
    now = life.standing()
    return tuple(getattr(now, name) for name in CLOCK)


def test_beyond_the_calendar_acts_are_kept_and_reckoned_once_the_year_is_loaded(life, next_year):
    life.to(Stage.FILED)
    with life.store._connection.begin_nested() as savepoint:
        next_year()
        a_year_s_end(life)
        wanted = clock_of(life)
        savepoint.rollback()
    a_year_s_end(life)
    now = life.standing()
    assert (now.clock, now.due_kind, now.deadline_at) == (Clock.RUNNING, "handle", None)
    assert now.calendar_short == date(2026, 12, 31)
    assert sweep(life) == 0
    next_year()
    assert sweep(life) == 1
    assert sweep(life) == 0
    assert clock_of(life) == wanted
    with life.store.transaction() as unit:
        facts = unit.incidents.facts(now.district_code, now.incident_id)
    assert (facts[-1].kind, facts[-1].author) == (FactKind.RECKONED, "system")
    assert first_break(facts) is None
    to_deadline(life)
    assert sweep(life) == 1


def test_beyond_the_calendar_readings_answer_what_is_known(life):
    life.to(Stage.HANDLING)
    life.clock.moment = AFTER
    [hop] = life.casework.hops(life.people["centre"], life.receipt.id)
    assert (hop.waited_s, hop.waited_working_s, hop.held_working_s) == (0, 0, None)
    assert hop.held_s > 0
    assert life.casework.prospect(life.people["centre"], life.receipt.id).standing.stage is Stage.HANDLING
    while sweep(life):
        pass
    assert [said["step"] for said in overdue(life)][:1] == [1]
    assert another(life).number


@pytest.mark.parametrize(("days", "soon"), [(61, False), (59, True), (-4, True)])
def test_whoever_looks_after_it_is_told_before_the_calendar_ends(life, days, soon):
    life.clock.moment = datetime(2026, 12, 31, 2, tzinfo=UTC) - timedelta(days=days)
    state = Overseer(life.store, clock=life.clock).look()
    assert (state.calendar_until, state.calendar_ends_soon) == (date(2026, 12, 31), soon)
