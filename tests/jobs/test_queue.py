"""The queue of a transaction: what was enqueued runs if, and only if, the transaction committed."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from gridgov.clock import system_clock
from gridgov.errors import NotAllowedError
from gridgov.services.overseeing import Overseer
from gridgov.services.tasks import TASKS, Place, Task
from gridgov.services.working import Pace, Worker
from gridgov.settings import Settings
from gridgov.store import queue
from gridgov.store.unit import Store, Unit

from .conftest import wait_until

HASTY = Pace(look_s=0.05, heartbeat_s=0.2, stalled_s=1.0, first_rest_s=0.1, longest_rest_s=0.5)


@contextmanager
def working(store: Store, tasks: Sequence[Task]) -> Iterator[Worker]:
    with Worker(store, Settings(), clock=system_clock, tasks=tasks, pace=HASTY) as worker:
        yield worker


def jobs_left(store: Store) -> int:
    state = Overseer(store, clock=system_clock).look()
    return state.waiting + state.later + state.doing


def noting(into: list[int]) -> Task:
    return Task("note", lambda _place, number: into.append(number))


def test_a_job_of_a_transaction_that_committed_is_done(kept):
    done: list[int] = []
    with kept.transaction() as unit:
        for number in range(30):
            unit.jobs.defer("note", number=number)
    with working(kept, [noting(done)]):
        wait_until(lambda: len(done) == 30)
    assert sorted(done) == list(range(30))
    assert jobs_left(kept) == 0


def test_a_job_goes_with_its_transaction_when_that_is_undone(kept):
    done: list[int] = []

    def enqueue_and_fail(unit: Unit, number: int) -> None:
        unit.jobs.defer("note", number=number)
        raise LookupError

    with pytest.raises(LookupError), kept.transaction() as unit:
        enqueue_and_fail(unit, 1)
    with kept.transaction() as unit:
        with pytest.raises(LookupError), unit.connection.begin_nested():
            enqueue_and_fail(unit, 2)
        unit.jobs.defer("note", number=3)
    with working(kept, [noting(done)]):
        wait_until(lambda: jobs_left(kept) == 0)
    assert done == [3]


def test_a_job_is_not_seen_before_its_transaction_commits(kept):
    done: list[int] = []
    with working(kept, [noting(done)]):
        with kept.transaction() as unit:
            unit.jobs.defer("note", number=1)
            seen = Overseer(kept, clock=system_clock).look()
            assert (seen.waiting, seen.doing, done) == (0, 0, [])
        wait_until(lambda: done == [1])


def test_the_login_role_may_enqueue_and_nothing_else(kept):
    with kept.transaction() as unit:
        unit.connection.execute(text("SET LOCAL ROLE gridgov_app"))
        unit.jobs.defer("note", number=1)
    for statement in _FORBIDDEN:
        with pytest.raises(NotAllowedError), kept.transaction() as unit:
            _as_app(unit, statement)


_FORBIDDEN = (
    "SELECT * FROM jobs.procrastinate_jobs",
    "SELECT * FROM jobs.procrastinate_events",
    "SELECT * FROM jobs.procrastinate_workers",
    "DELETE FROM sweep_failure",
    "DELETE FROM jobs.procrastinate_jobs",
    "UPDATE jobs.procrastinate_jobs SET status = 'todo'",
    "SELECT jobs.procrastinate_fetch_job_v2(NULL, 1)",
    "SELECT jobs.procrastinate_register_worker_v1()",
)


def _as_app(unit: Unit, statement: str) -> None:
    unit.connection.execute(text("SET LOCAL ROLE gridgov_app"))
    unit.connection.execute(text(statement))


def test_what_is_enqueued_waits_for_a_worker_that_comes_later(kept):
    done: list[int] = []
    for number in range(3):
        with kept.transaction() as unit:
            unit.jobs.defer("note", number=number)
        with working(kept, [noting(done)]):
            wait_until(lambda: jobs_left(kept) == 0)
    assert done == [0, 1, 2]


def test_a_job_that_fails_is_tried_again_and_given_up_at_last(kept, capsys):
    tries: list[int] = []

    def fail(_place: Place) -> None:
        tries.append(1)
        message = "the gateway says no"
        raise OSError(message)

    with kept.transaction() as unit:
        unit.jobs.defer("fail")
    with working(kept, [Task("fail", fail, attempts=2)]):
        wait_until(lambda: Overseer(kept, clock=system_clock).look().failed == 1)
    assert len(tries) == 2
    assert "the gateway says no" in capsys.readouterr().out
    overseer = Overseer(kept, clock=system_clock)
    jobs, rows = overseer.failures()
    assert ([(j.task, j.attempts) for j in jobs], rows) == ([("fail", 2)], [])
    assert overseer.retry() == 1
    assert (overseer.look().failed, overseer.look().waiting) == (0, 1)


@pytest.mark.parametrize("waiting", [False, True], ids=["none waits", "one waits"])
def test_rounds_that_failed_again_and_again_are_one_round_anew(kept, waiting):
    add = text("""
        INSERT INTO jobs.procrastinate_jobs (queue_name, task_name, priority, queueing_lock, args, status, attempts)
        VALUES ('default', 'sweep', 0, 'sweep', '{}', CAST(:status AS jobs.procrastinate_job_status), 1)
    """)
    with kept.transaction() as unit:
        for status in ["failed"] * 3 + ["todo"] * waiting:
            unit.connection.execute(add, {"status": status})
    overseer = Overseer(kept, clock=system_clock)
    assert overseer.retry() == 3
    assert (overseer.look().failed, overseer.look().waiting) == (0, 1)


def test_a_job_that_names_no_task_is_shown_as_failed_and_holds_nobody_up(kept):
    done: list[int] = []
    with kept.transaction() as unit:
        unit.jobs.defer("unheard of")
        unit.jobs.defer("note", number=1)
    with working(kept, [noting(done)]):
        wait_until(lambda: jobs_left(kept) == 0)
    assert done == [1]
    assert Overseer(kept, clock=system_clock).look().failed == 1


def test_a_worker_that_is_stopped_while_busy_ends_its_job_and_leaves_the_rest(kept):
    begun, done = threading.Event(), []

    def long(place: Place, number: int) -> None:
        begun.set()
        assert place.stopping.wait(60)
        done.append(number)

    with kept.transaction() as unit:
        for number in range(5):
            unit.jobs.defer("long", number=number)
    worker = Worker(kept, Settings(), clock=system_clock, jobs_at_once=1, tasks=[Task("long", long)], pace=HASTY)
    with worker:
        assert begun.wait(60)
    assert done == [0]
    state = Overseer(kept, clock=system_clock).look()
    assert (state.waiting, state.doing, state.failed, state.workers) == (4, 0, 0, 0)


def test_a_task_comes_again_and_again_without_piling_up(kept):
    rounds: list[int] = []
    tick = Task("tick", lambda _place: rounds.append(1), attempts=1, every_s=1)
    with working(kept, [tick]), working(kept, [tick]):
        wait_until(lambda: len(rounds) >= 3)
    assert jobs_left(kept) <= 1


def test_two_workers_never_do_the_same_job(kept):
    done: list[int] = []
    with kept.transaction() as unit:
        for number in range(200):
            unit.jobs.defer("note", number=number)
    with working(kept, [noting(done)]), working(kept, [noting(done)]):
        wait_until(lambda: jobs_left(kept) == 0)
    assert sorted(done) == list(range(200))


def test_a_worker_whose_connections_are_cut_begins_anew(kept):
    done: list[int] = []
    with working(kept, [noting(done)]):
        for number in range(3):
            wait_until(lambda: Overseer(kept, clock=system_clock).look().workers >= 1)
            with kept.transaction() as unit:
                unit.connection.execute(_CUT)
                unit.jobs.defer("note", number=number)
            wait_until(lambda number=number: number in done)
    assert sorted(set(done)) == [0, 1, 2]


_CUT = text("""
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
""")


def test_every_task_has_a_name_of_its_own_and_a_round_that_divides_a_minute():
    assert len({task.name for task in TASKS}) == len(TASKS)
    assert all(task.attempts >= 1 for task in TASKS)
    assert all(task.every_s == 0 or 60 % task.every_s == 0 for task in TASKS)


def test_the_sweep_runs_by_itself(kept):
    (sweep,) = [task for task in TASKS if task.name == "sweep"]
    assert 0 < sweep.every_s <= 30
    sweep.do(Place(kept, Settings(), system_clock))


def test_the_queues_tables_are_what_its_library_wants(kept):
    with kept.transaction() as unit:
        assert not queue.ensure_queue(unit.connection)
        unit.connection.execute(text("COMMENT ON SCHEMA jobs IS NULL"))
        unit.connection.execute(text("DROP SCHEMA jobs CASCADE; CREATE SCHEMA jobs"))
        path = unit.connection.execute(text("SHOW search_path")).scalar_one()
        assert queue.ensure_queue(unit.connection)
        assert unit.connection.execute(text("SHOW search_path")).scalar_one() == path
        assert unit.jobs.defer("note") == 1


def test_a_newer_library_brings_only_the_steps_that_are_missing():
    steps = queue._steps()
    assert len(steps) > 10
    statements = queue._statements(steps[-3].stem, steps)
    assert statements[:2] == [step.read_text(encoding="utf-8") for step in steps[-2:]]
    assert len(statements) == len(queue._statements(steps[-2].stem, steps)) + 1


def test_commits_that_enqueue_do_not_notify(kept):
    # Notifying from within a transaction makes commits wait for each other.
    with kept.transaction() as unit:
        names = unit.connection.execute(text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")).scalars().all()
    assert names
    assert not [name for name in names if "notify_queue_job_inserted" in name]
