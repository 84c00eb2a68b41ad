"""Two people at once, on a database that commits: one act wins, the other is told, nothing is half done."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import text

from gridgov.errors import DatabaseBusyError, GridgovError, RuleError, StaleError
from gridgov.ids import new_id
from gridgov.incidents import Fact, FactKind, Head, Stage, first_break
from gridgov.incidents.asked import Accept, Close, Merge, Note, Unmerge
from gridgov.services.casework import Casework
from gridgov.services.intake import Intake
from gridgov.services.revealing import Revealing
from gridgov.services.sweeps.cases import due_cases
from gridgov.store import unit as unit_of_work
from gridgov.store.cases import MERGED_REPORTER
from gridgov.store.unit import Store
from tests.cases.conftest import begin
from tests.cases.people import Life, another
from tests.support import NOON, SetClock, until_somebody_waits

SOMEBODY = "01a201c5-8ede-786d-989c-ad2c54eb30b6"


@pytest.fixture
def committed(own_sample_url, keeper) -> Iterator[Life]:
    store, clock = Store(own_sample_url), SetClock(NOON)
    try:
        yield begin(store, clock, keeper, Intake(store, clock=clock, home_district="370102", keeper=keeper))
    finally:
        store.close()


def at_once(*calls: Callable[[], object]):
    """Call all at the same moment, and return what each answered or was refused with."""
    gate = Barrier(len(calls))

    def one(call):
        gate.wait()
        try:
            return call()
        except GridgovError as error:
            return error

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(one, calls))


def facts_with(life: Life, incident_id: UUID, call: Callable[[], object]) -> list[Fact]:
    """Let a call wait for a case of which something is said meanwhile, and return the case's facts after both."""
    with ThreadPoolExecutor(1) as pool:
        with life.store.transaction() as unit:
            head = unit.cases.lock(incident_id).head
            told = pool.submit(call)
            until_somebody_waits(unit)
            life.clock.move(timedelta(seconds=8))
            unit.cases.append(head, [(FactKind.OVERDUE, {})], at=life.clock(), author="system")
        told.result()
    with life.store.transaction() as unit:
        return unit.incidents.facts(head.district_code, head.incident_id)


def test_of_two_who_close_at_once_one_does_and_the_other_is_told(committed):
    committed.to(Stage.VERIFIED)
    revision = committed.standing().revision
    told = at_once(
        lambda: committed.do("centre", Close(), revision=revision),
        lambda: committed.do("street", Close(), revision=revision),
    )
    assert sorted(type(each).__name__ for each in told) == ["Done", "StaleError"]
    told = at_once(*[lambda who=who: committed.do(who, Close()) for who in ("centre", "street")])
    assert all(isinstance(each, RuleError) for each in told)
    assert committed.standing().revision == revision + 1


@pytest.mark.parametrize("own_login", [True, False])
def test_whoever_waits_too_long_for_a_row_that_another_holds_is_told_to_try_again(
    committed, own_sample_url, keeper, monkeypatch, own_login
):
    if not own_login:  # as on a server that gives gridgov one login only
        monkeypatch.setattr(unit_of_work, "login_url", lambda *_: None)
    impatient = Store(own_sample_url, patience_s=0.2)
    assert (impatient._app_engine is not None) == own_login
    casework = Casework(impatient, clock=committed.clock, keeper=keeper)
    with committed.store.transaction() as unit:
        unit.cases.lock(committed.receipt.id)
        with pytest.raises(DatabaseBusyError, match="Nothing of this was stored"):
            casework.act(committed.people["centre"], committed.receipt.id, Note(text="a"), act_id=new_id())
    impatient.close()
    assert committed.standing().revision == 1


def test_what_had_to_wait_is_done_after_what_it_waited_for(committed):
    committed.to(Stage.DISPATCHED)
    with ThreadPoolExecutor(1) as pool:
        with committed.store.transaction() as unit:
            head = unit.cases.lock(committed.receipt.id).head
            told = pool.submit(committed.do, "handler", Accept())
            until_somebody_waits(unit)
            committed.clock.move(timedelta(minutes=1))
            unit.cases.append(head, [(FactKind.OVERDUE, {})], at=committed.clock(), author="system")
            committed.clock.move(timedelta(seconds=1))
        assert told.result().answer["at"] == committed.clock().isoformat()
    with committed.store.transaction() as unit:
        times = [fact.at for fact in unit.incidents.facts(head.district_code, head.incident_id)]
    assert times == sorted(times)


def test_a_case_far_above_is_told_after_what_was_said_to_it_meanwhile(committed):
    above, top = another(committed, text="b"), another(committed, text="c")
    casework, centre = committed.casework, committed.people["centre"]
    for incident_id, into in ((committed.receipt.id, above.id), (above.id, top.id)):
        casework.act(centre, incident_id, Merge(into_id=into), act_id=new_id())
    parts = {committed.receipt.id: "reporter", above.id: MERGED_REPORTER, top.id: MERGED_REPORTER}
    with committed.store.transaction() as unit:
        for incident_id, part in parts.items():
            head = unit.cases.lock(incident_id).head
            unit.cases.admit(head, SOMEBODY, part)
    facts = facts_with(committed, top.id, lambda: committed.do("centre", Unmerge(reason="并非重复")))
    assert [fact.kind for fact in facts[-2:]] == [FactKind.OVERDUE, FactKind.RELEASED]
    assert facts[-1].at == facts[-2].at


def test_two_that_are_taken_apart_from_one_chain_at_once_do_not_wait_for_each_other(committed):
    top, middle, low = sorted((committed.receipt.id, another(committed, text="b").id, another(committed, text="c").id))
    casework, centre = committed.casework, committed.people["centre"]
    for incident_id, into in ((low, middle), (middle, top)):
        casework.act(centre, incident_id, Merge(into_id=into), act_id=new_id())

    def apart(incident_id):
        return casework.act(centre, incident_id, Unmerge(reason="并非重复"), act_id=new_id())

    with ThreadPoolExecutor(2) as pool:
        with committed.store.transaction() as unit:
            unit.cases.lock(top)
            first = pool.submit(apart, middle)
            until_somebody_waits(unit)
            second = pool.submit(apart, low)
            until_somebody_waits(unit, many=2)
        assert first.result().answer["stage"] == "reported"
        with pytest.raises(StaleError):  # what it was to be taken off has changed
            second.result()
    assert apart(low).answer["stage"] == "reported"


def test_a_look_at_a_reporter_is_told_after_what_was_said_meanwhile(committed):
    with committed.store.transaction() as unit:
        head = unit.cases.lock(committed.receipt.id).head
        words = "INSERT INTO reporter (district_code, incident_id, name, phone) VALUES (:d, :i, 'a', '1')"
        unit.connection.execute(text(words), {"d": head.district_code, "i": head.incident_id})
    revealing = Revealing(committed.store, clock=committed.clock)
    centre = committed.people["centre"]
    reveal = partial(revealing.reveal, centre, head.incident_id, "回访居民", look_id=new_id())
    facts = facts_with(committed, head.incident_id, reveal)
    assert [fact.kind for fact in facts[-2:]] == [FactKind.OVERDUE, FactKind.REPORTER_REVEALED]
    assert facts[-1].at == facts[-2].at
    assert first_break(facts) is None


def test_who_wait_for_one_case_are_so_many_and_no_more(committed, own_sample_url, keeper):
    few = Store(own_sample_url, most_waiting=1)
    casework = Casework(few, clock=committed.clock, keeper=keeper)
    centre, incident_id = committed.people["centre"], committed.receipt.id
    with ThreadPoolExecutor(1) as pool:
        with committed.store.transaction() as unit:
            unit.cases.lock(incident_id)
            told = pool.submit(casework.act, centre, incident_id, Note(text="a"), act_id=new_id())
            until_somebody_waits(unit)
            with pytest.raises(DatabaseBusyError, match="try again"):
                casework.act(centre, incident_id, Note(text="b"), act_id=new_id())
            with pytest.raises(DatabaseBusyError, match="try again"):
                Revealing(few, clock=committed.clock).reveal(centre, incident_id, "回访居民", look_id=new_id())
        told.result()
    casework.act(centre, incident_id, Note(text="b"), act_id=new_id())
    few.close()


def test_rows_of_which_one_says_more_than_the_other_are_not_kept_in_part(committed):
    heads = [committed.head, Head("370102", another(committed).id)]
    with committed.store.transaction() as unit, pytest.raises(KeyError, match="priority"):
        unit.cases.save_each({heads[0]: {"revision": 2}, heads[1]: {"revision": 2, "priority": 1}})


def test_a_column_that_there_is_not_is_not_left_out_in_silence(committed):
    with committed.store.transaction() as unit, pytest.raises(KeyError, match="priorty"):
        unit.cases.save(unit.cases.lock(committed.receipt.id), {"priorty": 1, "revision": 2})
    assert committed.standing().revision == 1


def test_whoever_finds_no_connection_free_for_too_long_is_told_to_try_again(committed, own_sample_url):
    small = Store(own_sample_url, pool_size=1, patience_s=0.2)
    who = committed.people["centre"]
    with small.acting(who, now=committed.clock()):  # the only one there is
        told = at_once(lambda: small.acting(who, now=committed.clock()).__enter__())
    assert [type(each) for each in told] == [DatabaseBusyError]
    with small.acting(who, now=committed.clock()) as unit:
        assert unit.subject.may("case.read")
    small.close()


def test_a_double_click_is_one_act(committed):
    act_id = new_id()
    told = at_once(*[lambda: committed.do("centre", Note(text="x"), act_id=act_id)] * 4)
    assert sorted(each.replayed for each in told) == [False, True, True, True]
    assert all(each.answer == told[0].answer for each in told)
    assert committed.standing().revision == 2


def test_many_notes_at_once_make_one_chain(committed):
    told = at_once(*[lambda i=i: committed.do("centre", Note(text=str(i))) for i in range(8)])
    assert not any(isinstance(each, StaleError) for each in told)
    with committed.store.transaction() as unit:
        facts = unit.incidents.facts(committed.receipt.district_code, committed.receipt.id)
    assert first_break(facts) is None
    assert committed.standing().revision == 9


def test_two_that_are_merged_into_each_other_at_once_make_no_circle(committed):
    other = another(committed)
    casework: Casework = committed.casework
    centre = committed.people["centre"]
    told = at_once(
        lambda: casework.act(centre, committed.receipt.id, Merge(into_id=other.id), act_id=new_id()),
        lambda: casework.act(centre, other.id, Merge(into_id=committed.receipt.id), act_id=new_id()),
    )
    assert sorted(type(each).__name__ for each in told) == ["Done", "RuleError"]


def test_two_sweeps_and_an_act_at_once_fire_a_deadline_once(committed):
    committed.to(Stage.HANDLING)
    committed.clock.moment = committed.standing().deadline_at

    def sweep():
        with committed.store.transaction() as unit:
            return due_cases(unit, committed.clock(), 10)

    told = at_once(sweep, sweep, lambda: committed.do("handler", Note(text="x")))
    assert sum(each for each in told[:2]) in {0, 1}  # none where the act held the row: then it is due still
    sweep()
    with committed.store.transaction() as unit:
        facts = unit.incidents.facts(committed.receipt.district_code, committed.receipt.id)
    assert [fact.kind.value for fact in facts].count("overdue") == 1
    assert first_break(facts) is None
