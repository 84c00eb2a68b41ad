import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from gridgov.errors import DatabaseUnavailableError
from gridgov.services.sweeping import SWEEPS, TRIES, Sweeping
from gridgov.services.sweeps import Sweep
from gridgov.store.jobs import SWEPT
from gridgov.store.unit import Store, Unit
from tests.support import NOON, SetClock

from .conftest import STEP, STEPS, add_deadlines, effects, sweep_of


def sweeping(store: Store, clock: SetClock, *sweeps: Sweep, batch: int = 50) -> Sweeping:
    return Sweeping(store, clock=clock, sweeps={f"sweep {n}": sweep for n, sweep in enumerate(sweeps)}, batch=batch)


def test_what_is_due_is_done_once_and_what_is_not_waits(kept):
    add_deadlines(kept, 120, NOON)
    clock = SetClock(NOON - timedelta(seconds=1))
    assert sweeping(kept, clock, sweep_of()).run().rows == {"sweep 0": 0}
    clock.move(timedelta(seconds=1))
    for _ in range(3):
        sweeping(kept, clock, sweep_of()).run()
    assert effects(kept) == [(n, 0) for n in range(1, 121)]


def test_steps_that_were_slept_through_are_all_done_in_order(kept):
    add_deadlines(kept, 7, NOON)
    sweeping(kept, SetClock(NOON + 10 * STEP), sweep_of(), batch=3).run()
    assert effects(kept) == [(n, step) for n in range(1, 8) for step in range(STEPS)]


def test_ten_thousand_that_are_due_at_once_are_all_done(kept):
    add_deadlines(kept, 10_000, NOON)
    swept = sweeping(kept, SetClock(NOON), sweep_of(), batch=500).run()
    assert swept.rows == {"sweep 0": 10_000}
    assert effects(kept) == [(n, 0) for n in range(1, 10_001)]


def test_workers_that_sweep_at_once_share_the_rows_and_never_do_one_twice(kept):
    add_deadlines(kept, 1_500, NOON)
    together = threading.Barrier(3)
    rounds = threading.local()

    def meet() -> None:
        if not getattr(rounds, "met", False):
            rounds.met = True
            together.wait(60)  # each holds a batch of its own before any of them is committed

    counts: list[int] = []

    def run() -> None:
        counts.append(sweeping(kept, SetClock(NOON), sweep_of(before=meet)).run().rows["sweep 0"])

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 1_500
    assert all(count >= 50 for count in counts)
    assert effects(kept) == [(n, 0) for n in range(1, 1_501)]


def test_a_row_that_fails_is_set_aside_and_the_others_go_on(kept):
    add_deadlines(kept, 100, NOON)
    clock = SetClock(NOON)
    sweeping(kept, clock, sweep_of(poison=[3, 40]), batch=10).run()
    done = [n for n in range(1, 101) if n not in {3, 40}]
    assert effects(kept) == [(n, 0) for n in done]
    with kept.transaction() as unit:
        failures = unit.jobs.failures()
        assert [(f.subject, f.failures, f.error) for f in failures] == [
            ("3", 1, "ValueError: number 3 cannot be"),
            ("40", 1, "DataError (DatetimeFieldOverflow)"),
        ]
        assert unit.jobs.failures("other") == []


def test_a_row_that_fails_is_tried_later_and_later_and_forgiven_once_done(kept):
    add_deadlines(kept, 5, NOON)
    clock = SetClock(NOON)
    waits = []
    for _ in range(9):
        sweeping(kept, clock, sweep_of(poison=[3])).run()
        sweeping(kept, clock, sweep_of(poison=[3])).run()  # not before its time
        with kept.transaction() as unit:
            (failure,) = unit.jobs.failures()
        waits.append(int((failure.retry_at - clock()).total_seconds() / 60))
        clock.moment = failure.retry_at
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert failure.failures == 9
    sweeping(kept, clock, sweep_of()).run()
    assert (3, 0) in effects(kept)
    with kept.transaction() as unit:
        assert unit.jobs.failures() == []


def test_more_failing_rows_than_a_batch_holds_do_not_block_those_behind_them(kept):
    add_deadlines(kept, 60, NOON)
    poison = range(1, 41)
    sweeping(kept, SetClock(NOON), sweep_of(poison=poison), batch=5).run()
    assert effects(kept) == [(n, 0) for n in range(41, 61)]


def test_no_words_of_people_are_kept_with_a_failure(kept, capsys):
    add_deadlines(kept, 2, NOON)
    sweeping(kept, SetClock(NOON), sweep_of(poison=[2])).run()
    with kept.transaction() as unit:
        (failure,) = unit.jobs.failures()
    said = capsys.readouterr()
    assert "13912345678" not in failure.error + said.out + said.err


def test_a_sweep_that_is_broken_as_a_whole_does_not_stop_the_others(kept):
    add_deadlines(kept, 20, NOON)

    def broken(*_: object):
        message = "no such column"
        raise LookupError(message)

    swept = sweeping(kept, SetClock(NOON), broken, sweep_of()).run()
    assert swept.rows == {"sweep 0": 0, "sweep 1": 20}
    assert [type(error) for error in swept.failed.values()] == [LookupError]


def test_a_database_that_goes_away_is_no_rows_fault(kept):
    add_deadlines(kept, 20, NOON)

    def cut() -> None:
        message = "gone"
        raise DatabaseUnavailableError(message)

    with pytest.raises(DatabaseUnavailableError):
        sweeping(kept, SetClock(NOON), sweep_of(before=cut)).run()
    with kept.transaction() as unit:
        assert unit.jobs.failures() == []


def crossing(times: int) -> Sweep:
    """Return a sweep that the database picks `times` times as the one to give way, then has one row to do."""
    left = [*[0] * times, 1]

    def sweep(unit: Unit, *_: object) -> int:
        if not left:
            return 0
        if not left.pop(0):
            unit.connection.exec_driver_sql("DO $$ BEGIN RAISE EXCEPTION 'crossed' USING ERRCODE = '40P01'; END $$")
        return 1

    return sweep


@pytest.mark.parametrize(("times", "done"), [(TRIES - 1, 1), (TRIES, 0)])
def test_a_batch_that_crossed_with_another_is_tried_again_and_stops_nobody_else(kept, times, done):
    add_deadlines(kept, 20, NOON)
    swept = sweeping(kept, SetClock(NOON), crossing(times), sweep_of()).run()
    assert (swept.rows, swept.failed) == ({"sweep 0": done, "sweep 1": 20}, {})


def test_days_of_positions_that_two_would_open_at_once_are_opened_by_one(kept):
    together = threading.Barrier(2)

    def keep_house(_: int) -> int:
        with kept.transaction() as unit:
            unit.positions.coarsen(before=NOON - timedelta(days=3), limit=1)
            together.wait(60)  # each holds the table before either wants it for itself
            return unit.positions.forget(since=NOON - timedelta(days=30), now=NOON)

    with ThreadPoolExecutor(2) as pool:
        opened = sorted(pool.map(keep_house, range(2)))
    assert opened[0] == 0
    assert opened[1] > 30


def test_sweeps_take_turns_so_that_a_backlog_keeps_nobody_waiting(kept):
    add_deadlines(kept, 100, NOON)
    turns: list[str] = []

    def other(*_: object):
        turns.append("other")
        return 1 if len(turns) < 6 else 0

    sweeping(kept, SetClock(NOON), sweep_of(before=lambda: turns.append("backlog")), other, batch=10).run()
    assert turns[:6] == ["backlog", "other"] * 3


def test_stopping_ends_between_two_batches_and_loses_nothing(kept):
    add_deadlines(kept, 100, NOON)
    asked = iter([False, False, True])
    sweeping(kept, SetClock(NOON), sweep_of(), batch=10).run(lambda: next(asked))
    assert len(effects(kept)) == 20
    sweeping(kept, SetClock(NOON), sweep_of(), batch=10).run()
    assert effects(kept) == [(n, 0) for n in range(1, 101)]


def test_the_oldest_deadline_is_of_a_column_that_is_swept(kept):
    assert all(column.name.endswith("due_at") for column in SWEPT)
    assert len({column.table.name for column in SWEPT}) == len(SWEPT)
    with kept.transaction() as unit:
        assert unit.jobs.oldest_due(NOON) is None


@given(jumps=st.lists(st.integers(-3_600, 3_600), min_size=1, max_size=8))
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_clock_that_jumps_fires_every_step_once_and_none_before_its_time(kept, jumps):
    with kept.transaction() as unit:
        unit.connection.execute(text("TRUNCATE deadline, effect"))
    add_deadlines(kept, 4, NOON)
    clock, times = SetClock(NOON), []
    for jump in jumps:
        clock.move(timedelta(seconds=jump))
        times.append(clock())
        sweeping(kept, clock, sweep_of()).run()
    fired = [step for step in range(STEPS) if NOON + step * STEP <= max(times)]
    assert effects(kept) == [(n, step) for n in range(1, 5) for step in fired]


def test_every_sweep_of_the_registry_comes_to_an_end_and_finds_nothing_after_that(kept):
    assert Sweeping(kept, clock=SetClock(NOON)).run().failed == {}
    swept = Sweeping(kept, clock=SetClock(NOON)).run()
    assert swept.failed == {}
    assert set(swept.rows.values()) <= {0}
    assert swept.rows.keys() == SWEEPS.keys()
