"""Every allowed and every forbidden move of a draft, and who may make it."""

from datetime import timedelta
from itertools import product

import pytest

from gridgov.drafts import TABLE, Act, State, move
from gridgov.errors import NotAllowedError, NotFoundError, RuleError
from tests.drafts.conftest import DISTRICT, code, plan
from tests.support import somebody

LATER = timedelta(days=7)
WAYS = {
    State.DRAFT: (),
    State.PROPOSED: (Act.PROPOSE,),
    State.APPROVED: (Act.PROPOSE, Act.APPROVE),
    State.PUBLISHED: (Act.PROPOSE, Act.APPROVE, Act.PUBLISH),
    State.WITHDRAWN: (Act.WITHDRAW,),
}
"""How a draft comes into each state."""


def do(town, act, draft_id, *, by=None):
    """Let somebody who may do an act, or `by`."""
    drafting, planner = town.drafting, by or town.planner
    doing = {
        Act.EDIT: lambda: drafting.load_back(planner, draft_id, plan(town.store, (code(1, 2, 1), code(1, 2, 2)))),
        Act.REBASE: lambda: drafting.rebase(planner, draft_id),
        Act.PROPOSE: lambda: drafting.propose(planner, draft_id),
        Act.APPROVE: lambda: drafting.approve(by or town.centre, draft_id, at=town.clock() + LATER),
        Act.SEND_BACK: lambda: drafting.send_back(by or town.centre, draft_id),
        Act.PUBLISH: lambda: drafting.publish(planner, draft_id),
        Act.CALL_OFF: lambda: drafting.call_off(planner, draft_id),
        Act.WITHDRAW: lambda: drafting.withdraw(planner, draft_id),
    }
    return doing[act]()


def come(town, state, cells):
    made = town.drafting.create(town.planner, cells, title="并网格")
    for act in WAYS[state]:
        made = do(town, act, made.id)
    assert made.state == state
    return made


@pytest.mark.parametrize("state", State)
def test_from_each_state_exactly_the_moves_of_the_table_are_made(town, merged, state):
    made = come(town, state, merged)
    for act in Act:
        connection = town.store._connection
        with connection.begin_nested() as tried:
            if (state, act) in TABLE:
                moved = do(town, act, made.id)
                assert (moved.state, moved.revision) == (TABLE[state, act].to, made.revision + 1)
                assert town.drafting.one(town.planner, made.id) == moved
            else:
                with pytest.raises(RuleError, match=f"A draft that is {state} cannot"):
                    do(town, act, made.id)
                assert town.drafting.one(town.planner, made.id) == made
            tried.rollback()


@pytest.mark.parametrize(("state", "act"), [pair for pair in product(State, Act) if pair not in TABLE], ids=str)
def test_what_the_table_does_not_name_is_refused_with_what_may_be_done(state, act):
    with pytest.raises(RuleError) as refused:
        move(state, act)
    assert refused.value.details[0]["allowed"] == [str(one) for at, one in TABLE if at is state]


@pytest.mark.parametrize("act", Act)
def test_an_act_wants_its_permission_over_the_district(town, merged, act):
    state = next(at for at, one in TABLE if one is act)
    made = come(town, state, merged)
    wrong = town.centre if TABLE[state, act].permission == "grid.plan" else town.other
    with pytest.raises(NotAllowedError):
        do(town, act, made.id, by=wrong)
    elsewhere = somebody(town.store, "planner", "370102"), somebody(town.store, "grid_worker", DISTRICT)
    for stranger, error in zip(elsewhere, (NotFoundError, NotAllowedError), strict=True):
        with pytest.raises(error):
            do(town, act, made.id, by=stranger)
    assert town.drafting.one(town.planner, made.id) == made


def test_nobody_approves_their_own_draft_whatever_roles_they_have(town, merged):
    with town.store.transaction() as unit:
        account = next(a for a in [unit.access.subject(town.planner, now=town.clock())])
    with town.store.owning() as unit:
        unit.access.grant(account.account_id, "command_centre", DISTRICT, None, now=town.clock(), by="test")
    made = come(town, State.PROPOSED, merged)
    with pytest.raises(NotAllowedError, match="own draft"):
        do(town, Act.APPROVE, made.id, by=town.planner)
    assert do(town, Act.APPROVE, made.id).approved_by == "centre"


def test_each_step_is_kept_with_its_author(town, merged):
    made = come(town, State.PUBLISHED, merged)
    steps = town.drafting.steps(town.centre, made.id)
    told = [(one["revision"], one["act"], one["author"]) for one in steps]
    assert told == [
        (1, "create", "planner"),
        (2, "propose", "planner"),
        (3, "approve", "centre"),
        (4, "publish", "planner"),
    ]
    assert steps[-1]["data"]["changed"] == 1
