"""Every act of every person at every stage, through the service on a real database: done as promised, or not at all."""

import pytest
from sqlalchemy import text

from gridgov.errors import InputError, NotAllowedError, NotFoundError
from gridgov.incidents import Clock, Stage, first_break
from gridgov.incidents.asked import FACT_OF, AskExtension
from gridgov.incidents.lifecycle import LIMIT_OF, Act
from tests.cases.people import another, asked_of
from tests.cases.promise import HANDLERS, may, promised

# What each act does to the clock: whether it runs, and what is due afterwards.
BESIDE = {Stage.CLOSED: Clock.STOPPED, Stage.REJECTED: Clock.PAUSED, Stage.MERGED: Clock.PAUSED}
_COUNTS = """
    SELECT (SELECT count(*) FROM incident_fact), (SELECT count(*) FROM act), (SELECT count(*) FROM notice),
           (SELECT count(*) FROM change), (SELECT count(*) FROM incident_hop), (SELECT count(*) FROM incident_party),
           (SELECT sum(revision) FROM incident_state)
"""


def counts(life) -> tuple[int, ...]:
    with life.store.transaction() as unit:
        return tuple(unit.connection.execute(text(_COUNTS)).one())


@pytest.fixture
def prepared(life):
    """Return a function that brings the case to a stage from which every act of the table can be done."""

    def prepare(stage: Stage) -> None:
        life.to(stage)
        if stage is Stage.HANDLING:
            life.do("handler", AskExtension(reason="需要吊车", minutes=120))

    return prepare


def asked_at(life, stage: Stage, act: Act, target):
    if act is Act.MERGE:
        return asked_of(life, act, into_id=target.id)
    if stage is Stage.FILED and act is Act.DISPATCH:
        return asked_of(life, act, organisation_code=life.lead)
    return asked_of(life, act)


@pytest.mark.parametrize("stage", Stage)
def test_every_act_of_every_person_is_done_as_promised_or_leaves_nothing(life, prepared, stage):
    prepared(stage)
    target = another(life)
    before, was = counts(life), life.standing()
    refused = (NotAllowedError, InputError, NotFoundError)
    for act in Act:
        asked = asked_at(life, stage, act, target)
        for who in life.people:
            stranger = who in HANDLERS and was.first_organisation_code is None  # it was never given to them
            if may(who, stage, act) and act is not Act.ASK_EXTENSION and not stranger:
                with life.store._connection.begin_nested() as savepoint:
                    life.do(who, asked)
                    check_moved(life, was, act)
                    savepoint.rollback()
            else:
                with pytest.raises(refused):
                    life.do(who, asked)
        assert counts(life) == before, act


def check_moved(life, was, act: Act) -> None:
    now, to = life.standing(), promised()[was.stage, act]
    if act in {Act.REOPEN, Act.UNMERGE} and was.stage in {Stage.REJECTED, Stage.MERGED}:
        to = was.stage_before
    assert (now.stage, now.revision) == (to, was.revision + 1), act
    if to is was.stage and act not in {Act.DISPATCH, Act.RECLASSIFY, Act.GRANT_EXTENSION}:
        assert (now.clock, now.due_kind, now.deadline_at, now.due_at) == (
            was.clock,
            was.due_kind,
            was.deadline_at,
            was.due_at,
        )
    elif to in LIMIT_OF:
        assert (now.clock, now.due_kind) == (Clock.RUNNING, LIMIT_OF[to])
        assert now.deadline_at is not None
        assert now.due_at is not None
    elif to is Stage.SUSPENDED:
        assert (now.clock, now.due_kind, now.due_at) == (Clock.PAUSED, "resume", now.suspended_until)
        assert now.remaining_s is not None
    else:
        assert (now.clock, now.due_kind, now.due_at) == (BESIDE[to], None, None)
    with life.store.transaction() as unit:
        facts = unit.incidents.facts(now.district_code, now.incident_id)
        stays = unit.cases.stays(now.head)
    assert first_break(facts) is None
    assert FACT_OF[act] in {fact.kind for fact in facts}
    in_hands = now.stage_before if to is Stage.SUSPENDED else to
    assert sum(stay.ended_at is None for stay in stays) == (in_hands in {Stage.DISPATCHED, Stage.HANDLING})
