"""The two tables: every allowed and every forbidden pair of stage, act and party; and the rules beside them."""

from datetime import timedelta
from itertools import product

import pytest

from gridgov.errors import ConflictError, NotFoundError, RuleError
from gridgov.whistles import (
    SUMMONS_STEPS,
    WHISTLE_STEPS,
    LiveSummons,
    Party,
    Stage,
    SummonsAct,
    SummonsStage,
    WhistleAct,
    acts,
    common_parent,
    summons_step,
    whistle_step,
)
from tests.whistles.samples import KIND, NOON, ONE, TWO, A, B, blown, whistle, with_stage

WHISTLE_ALLOWED = {(s.stage, s.act, party): s for s in WHISTLE_STEPS for party in s.parties}
SUMMONS_ALLOWED = {(s.stage, s.act, party): s for s in SUMMONS_STEPS for party in s.parties}


@pytest.mark.parametrize("triple", list(product(Stage, WhistleAct, Party)), ids=str)
def test_a_whistle_takes_the_steps_of_its_table_and_no_others(triple):
    if triple in WHISTLE_ALLOWED:
        assert whistle_step(*triple) is WHISTLE_ALLOWED[triple]
    else:
        with pytest.raises(RuleError, match=r"what you can do now|nothing you can do"):
            whistle_step(*triple)


@pytest.mark.parametrize("triple", list(product(SummonsStage, SummonsAct, Party)), ids=str)
def test_a_summons_takes_the_steps_of_its_table_and_no_others(triple):
    if triple in SUMMONS_ALLOWED:
        assert summons_step(*triple) is SUMMONS_ALLOWED[triple]
    else:
        with pytest.raises(RuleError, match=r"what you can do now|nothing you can do"):
            summons_step(*triple)


def test_each_stage_and_act_stands_in_a_table_once():
    for steps in (WHISTLE_STEPS, SUMMONS_STEPS):
        pairs = [(s.stage, s.act) for s in steps]
        assert len(set(pairs)) == len(pairs)


def test_nobody_on_site_has_a_way_out_but_the_release():
    ways = {s.act for s in SUMMONS_STEPS if s.stage in {SummonsStage.ON_SITE, SummonsStage.MEASURED}}
    assert ways == {SummonsAct.FILE_MEASURE, SummonsAct.RELEASE, SummonsAct.ESCALATE}


def test_what_is_over_stays_over():
    assert not [s for s in WHISTLE_STEPS if s.stage in {Stage.CLOSED, Stage.WITHDRAWN}]
    assert not [s for s in SUMMONS_STEPS if s.stage is SummonsStage.WITHDRAWN]


ACTS = {
    SummonsAct.ACKNOWLEDGE: lambda w: acts.acknowledge(w, A, at=NOON),
    SummonsAct.CHECK_IN: lambda w: acts.arrive(w, A, at=NOON),
    SummonsAct.VOUCH: lambda w: acts.arrive(w, A, at=NOON, vouched=True),
    SummonsAct.FILE_MEASURE: lambda w: acts.file_measure(w, A, at=NOON),
    SummonsAct.LEAVE: lambda w: acts.leave(w, A, at=NOON),
    SummonsAct.RELEASE: lambda w: acts.release(w, A, ONE, at=NOON + KIND.measure_within),
    SummonsAct.EXCUSE: lambda w: acts.excuse(w, A, ONE, at=NOON),
    SummonsAct.RATE: lambda w: acts.rate(w, A, ONE, score=4),
}


@pytest.mark.parametrize(("stage", "act"), list(product(SummonsStage, ACTS)), ids=str)
def test_every_act_does_what_its_row_says_and_nothing_where_there_is_none(stage, act):
    before = with_stage(stage)
    assert before.call(A).stage is stage
    step = next((s for s in SUMMONS_STEPS if (s.stage, s.act) == (stage, act)), None)
    if step is None:
        with pytest.raises((RuleError, ConflictError)):
            ACTS[act](before)
    else:
        after = ACTS[act](before)
        assert after.call(A).stage is (step.last or step.next)  # of one side, which is the last as well
        assert after.call(B) == before.call(B)


def test_the_summons_go_out_when_the_last_side_confirms_and_their_time_starts_then():
    half = acts.confirm(whistle(), ONE, by="one", at=NOON)
    assert (half.stage, {s.stage for s in half.summons}) == (Stage.DRAFTED, {SummonsStage.PENDING})
    later = NOON + timedelta(minutes=40)
    whole = acts.confirm(half, TWO, by="two", at=later)
    assert whole.stage is Stage.BLOWN
    assert {(s.stage, s.summoned_at, s.due_at) for s in whole.summons} == {
        (SummonsStage.SUMMONED, later, later + timedelta(minutes=30))
    }


def test_a_side_confirms_once():
    half = acts.confirm(whistle(), ONE, by="one", at=NOON)
    with pytest.raises(ConflictError, match="has confirmed already"):
        acts.confirm(half, ONE, by="one", at=NOON)


def test_the_parent_confirms_in_a_sides_stead_and_is_named():
    confirmed = acts.confirm(whistle(), TWO, by="city", at=NOON, above="3701").side(TWO)
    assert (confirmed.confirmed_by, confirmed.confirmed_above) == ("city", "3701")


def test_another_side_leads_once_all_agree():
    one = acts.choose_lead(whistle(), ONE, TWO)
    assert one.lead.street_code == ONE
    both = acts.choose_lead(one, TWO, TWO)
    assert both.lead.street_code == TWO
    assert sum(s.leads for s in both.sides) == 1
    with pytest.raises(NotFoundError):
        acts.choose_lead(both, TWO, "370102009")


def test_who_is_to_come_is_said_by_the_leading_side_before_the_others_confirm():
    chosen = (LiveSummons(B, leads=True),)
    fewer = acts.choose_summons(whistle(), ONE, chosen)
    assert [s.organisation_code for s in fewer.called] == [B]
    assert fewer.call(A).stage is SummonsStage.WITHDRAWN
    with pytest.raises(RuleError, match="leading side"):
        acts.choose_summons(whistle(), TWO, chosen)
    confirmed = acts.confirm(whistle(), TWO, by="two", at=NOON)
    with pytest.raises(RuleError, match="cannot be changed any more"):
        acts.choose_summons(confirmed, ONE, chosen)


def test_the_leading_side_withdraws_a_draft_and_so_do_the_area_above_and_the_case():
    with pytest.raises(RuleError, match="leading side"):
        acts.withdraw(whistle(), TWO, at=NOON)
    for street, party in ((ONE, Party.SIDE), (None, Party.PARENT), (None, Party.SYSTEM)):
        gone = acts.withdraw(whistle(), street, at=NOON, party=party)
        assert (gone.stage, {s.stage for s in gone.summons}) == (Stage.WITHDRAWN, {SummonsStage.WITHDRAWN})


@pytest.mark.parametrize("streets", [(ONE, TWO), (TWO, ONE)])
def test_no_side_sends_away_alone_whom_another_needs_and_nobody_whom_has_come(streets):
    first, last = streets
    half = acts.withdraw(blown(), first, at=NOON)
    assert (half.stage, half.called) == (Stage.BLOWN, blown().called)
    with pytest.raises(ConflictError, match=last):
        acts.withdraw(half, first, at=NOON)
    for party, why in ((Party.PARENT, "in which side's stead"), (Party.SYSTEM, "not possible")):
        with pytest.raises(RuleError, match=why):
            acts.withdraw(half, None, at=NOON, party=party)
    with pytest.raises(RuleError, match="came already"):
        acts.withdraw(acts.arrive(half, A, at=NOON), last, at=NOON)
    gone = acts.withdraw(half, last, at=NOON)
    assert (gone.stage, {s.stage for s in gone.summons}) == (Stage.WITHDRAWN, {SummonsStage.WITHDRAWN})
    assert acts.withdraw(blown(ONE), ONE, at=NOON).stage is Stage.WITHDRAWN


def test_an_organisation_is_free_once_every_side_has_let_it_go_and_each_does_once():
    there = acts.file_measure(acts.arrive(blown(), A, at=NOON), A, at=NOON)
    half = acts.release(there, A, ONE, at=NOON)
    assert half.call(A).stage is SummonsStage.MEASURED
    with pytest.raises(RuleError, match=TWO):
        acts.leave(half, A, at=NOON)
    with pytest.raises(ConflictError, match=r"let .* go already"):
        acts.release(half, A, ONE, at=NOON)
    free = acts.release(half, A, TWO, at=NOON)
    assert (free.call(A).stage, free.call(A).released_at) == (SummonsStage.RELEASED, NOON)
    with pytest.raises(ConflictError, match=r"let .* go already"):
        acts.release(free, A, TWO, at=NOON)


def test_whoever_came_after_one_side_had_excused_it_is_still_held_by_the_other():
    excused = acts.excuse(blown(), A, ONE, at=NOON)
    assert excused.call(A).stage is SummonsStage.SUMMONED
    there = acts.file_measure(acts.arrive(excused, A, at=NOON), A, at=NOON)
    assert acts.release(there, A, TWO, at=NOON).call(A).stage is SummonsStage.RELEASED


def test_a_side_closes_only_when_it_holds_nobody_and_the_whistle_only_with_the_last_side():
    live = acts.file_measure(acts.arrive(blown(), A, at=NOON), A, at=NOON)
    with pytest.raises(RuleError, match=f"Still on site: {A}; never came: {B}"):
        acts.close(live, ONE, at=NOON)
    done = live
    for street in (ONE, TWO):
        done = acts.excuse(acts.release(done, A, street, at=NOON), B, street, at=NOON)
        if street == ONE:
            with pytest.raises(RuleError, match="Still on site"):
                acts.close(done, TWO, at=NOON)
        done = acts.close(done, street, at=NOON)
        assert done.stage is (Stage.CLOSING if street == ONE else Stage.CLOSED)
        with pytest.raises((ConflictError, RuleError)):
            acts.close(done, street, at=NOON)


def test_whoever_files_no_measure_is_released_once_that_is_overdue_and_no_sooner():
    there = acts.arrive(blown(), A, at=NOON)
    due_at = there.call(A).measure_due_at
    assert due_at == NOON + KIND.measure_within
    with pytest.raises(RuleError, match=f"{A} has until .* to file its measure"):
        acts.release(there, A, ONE, at=due_at - timedelta(microseconds=1))
    half = acts.release(there, A, ONE, at=due_at)
    assert half.call(A).stage is SummonsStage.ON_SITE
    assert acts.release(acts.file_measure(half, A, at=due_at), A, TWO, at=due_at).call(A).measured_at == due_at
    free = acts.release(half, A, TWO, at=due_at, above="3701").call(A)
    assert (free.stage, free.measured_at, free.released_at) == (SummonsStage.RELEASED, None, due_at)


def test_the_area_above_ends_the_part_of_a_silent_side_but_not_what_that_side_has_ended():
    there = acts.file_measure(acts.arrive(blown(), A, at=NOON), A, at=NOON)
    half = acts.close(acts.excuse(acts.release(there, A, ONE, at=NOON), B, ONE, at=NOON), ONE, at=NOON)
    ways = (
        lambda w: acts.release(w, A, TWO, at=NOON, above="3701"),
        lambda w: acts.excuse(w, B, TWO, at=NOON, above="3701"),
        lambda w: acts.close(w, TWO, at=NOON, above="3701"),
    )
    with pytest.raises(ConflictError, match="closed already"):
        acts.close(half, ONE, at=NOON, above="3701")
    late = half
    for way in ways:
        late = way(late)
    assert (late.stage, late.call(A).stage) == (Stage.CLOSED, SummonsStage.RELEASED)


def test_the_area_above_withdraws_for_a_silent_side_what_nobody_has_come_for():
    half = acts.withdraw(blown(), ONE, at=NOON)
    assert acts.withdraw(half, TWO, at=NOON, party=Party.PARENT).stage is Stage.WITHDRAWN


@pytest.mark.parametrize("score", [0, 6, -1])
def test_a_score_is_one_to_five(score):
    with pytest.raises(RuleError, match="from 1"):
        acts.rate(with_stage(SummonsStage.RELEASED), A, ONE, score=score)


@pytest.mark.parametrize(
    ("codes", "parent"),
    [
        ({"370102001"}, "370102"),
        ({"370102001", "370102009"}, "370102"),
        ({"370102001", "370112002"}, "3701"),
        ({"370102001", "371402002"}, "37"),
        ({"370102001", "130102002"}, ""),
    ],
)
def test_the_common_parent_is_the_lowest_area_above_all_sides(codes, parent):
    assert common_parent(frozenset(codes)) == parent
