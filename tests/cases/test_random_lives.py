"""Whatever happens to a case, in whatever order: what must hold of every life."""

from contextlib import contextmanager
from datetime import timedelta
from fractions import Fraction
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridgov.errors import GridgovError
from gridgov.incidents import Stage, first_break
from gridgov.incidents.lifecycle import TABLE, Act
from gridgov.incidents.replay import CLOCK, reckoned
from gridgov.incidents.timing import handling_left
from gridgov.services.looking import Desk
from gridgov.services.sweeps.cases import due_cases, short_cases
from tests.cases.conftest import begin
from tests.cases.people import asked_of, never_close

SWEEP = "sweep"
GIVES_TIME = {Act.GRANT_EXTENSION}
BY = {
    Act.ACCEPT: "handlers",
    Act.RETURN: "handlers",
    Act.FEED_BACK: "handlers",
    Act.ASK_EXTENSION: "handlers",
    Act.VERIFY: "worker",
    Act.SEND_BACK: "worker",
}
# Mostly what can be done at the stage, by its place in the table; now and then anything at all.
steps = st.lists(
    st.tuples(
        st.one_of(st.integers(0, 11), st.integers(0, 11), st.sampled_from([*Act, SWEEP])),
        st.sampled_from([1, 40, 600, 6000]),
        st.booleans(),
    ),
    min_size=12,
    max_size=30,
)


@contextmanager
def undone(store):
    with store._connection.begin_nested() as savepoint:
        yield
        savepoint.rollback()


def who_does(life, act: Act) -> str:
    wanted = BY.get(act, "centre")
    if wanted != "handlers":
        return wanted
    handling = life.standing().handling_organisation_code
    return "other_department" if handling == life.other else "handler"


def share_left(life) -> Fraction | None:
    """Return how much of the limit to handle is left, in whose hours it may be counted."""
    standing = life.standing()
    with life.store.transaction() as unit:
        left = handling_left(standing, unit.worktime.rules(), life.clock())
    if standing.stage is Stage.SUSPENDED and standing.stage_before is Stage.HANDLING:
        left = standing.remaining_s
    return None if left is None else Fraction(left, standing.handling_whole_s)


def do(life, act: Act | str, against: bool) -> bool:  # noqa: FBT001 - a drawn coin
    try:
        if act == SWEEP:
            with life.store.transaction() as unit:
                short_cases(unit, life.clock(), 10)
                due_cases(unit, life.clock(), 10)
            return False
        code = life.other if against else life.lead
        changes = {"organisation_code": code} if act is Act.DISPATCH else {}
        life.do(who_does(life, act), asked_of(life, act, **changes))
    except GridgovError:
        return False
    return True


@given(steps=steps)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_life_keeps_its_promises(store, clock, keeper, intake, steps):
    with undone(store):
        start = clock()
        life = begin(store, clock, keeper, intake)
        never_close(life, life.other)
        desk = Desk(store, clock=clock)
        answers = {clock(): desk.incident(None, life.receipt.id)}
        first: str | None = None
        for drawn, minutes, against in steps:
            clock.move(timedelta(minutes=minutes))
            was, left_before = life.standing(), share_left(life)
            there = [row.act for row in TABLE.values() if row.stage is was.stage]
            act = there[drawn % len(there)] if isinstance(drawn, int) else drawn
            done = do(life, act, against)
            now, left_after = life.standing(), share_left(life)
            answers[clock()] = desk.incident(None, life.receipt.id)
            resumed = act == SWEEP and was.stage is Stage.SUSPENDED and now.stage is not Stage.SUSPENDED
            assert now.revision == was.revision + int(done or resumed)
            assert first in {None, now.first_organisation_code}
            first = now.first_organisation_code
            if left_before is not None and act not in GIVES_TIME:
                assert left_after is not None
                assert left_after <= left_before
        check_whole(life)
        check_past(desk, life, answers)
        clock.moment = start


def check_past(desk, life, answers) -> None:
    """Replaying a life at any moment of it tells what was answered at that moment."""
    for moment, answered in answers.items():
        told = desk.incident(None, life.receipt.id, as_of=moment)
        hops = [{name: hop[name] for name in hop if "working" not in name} for hop in answered["hops"]]
        assert told == {**answered, "hops": hops}


def check_whole(life) -> None:
    now = life.standing()
    with life.store.transaction() as unit:
        facts = unit.incidents.facts(now.district_code, now.incident_id)
        stays = unit.cases.stays(now.head)
        rules = unit.worktime.rules()
    assert reckoned(now, facts, rules) == {name: getattr(now, name) for name in CLOCK}
    assert first_break(facts) is None
    kinds = [fact.kind.value for fact in facts]
    assert kinds.count("first_dispatched") == int(now.first_organisation_code is not None)
    in_hands = now.stage_before if now.stage is Stage.SUSPENDED else now.stage
    assert sum(stay.ended_at is None for stay in stays) == int(in_hands in {Stage.DISPATCHED, Stage.HANDLING})
    codes = [stay.organisation_code for stay in stays]
    assert now.transfers == sum(a != b for a, b in pairwise(codes))
    assert codes[:1] == ([now.first_organisation_code] if now.first_organisation_code else [])
    assert now.reopenings == kinds.count("reopened")
