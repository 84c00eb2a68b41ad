"""What is due of a case: escalated step by step, once each; suspensions end by themselves; the clock adds up."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from gridgov.errors import InputError, RuleError
from gridgov.incidents import Clock, FactKind, Stage, first_break
from gridgov.incidents.asked import Accept, AskExtension, GrantExtension, RefuseExtension, Suspend
from gridgov.services.sweeps.cases import due_cases
from gridgov.store.tables import incident_state, notice
from tests.cases.people import another


def sweep(life, limit: int = 100) -> int:
    with life.store.transaction() as unit:
        return due_cases(unit, life.clock(), limit)


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
    life.do("handler", Suspend(reason="等待汛期结束", until=until))
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
