"""Workers that die while they do something."""

import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import text

from gridgov.clock import system_clock
from gridgov.services.overseeing import Overseer
from gridgov.store.unit import Store

from .conftest import wait_until

# A worker whose task writes an effect that is known by its job, commits, and may then die before the queue hears of it.
PROGRAM = """
import os, signal, sys, threading
from sqlalchemy import text
from gridgov.clock import system_clock
from gridgov.services.tasks import Task
from gridgov.services.working import Pace, Worker
from gridgov.settings import Settings
from gridgov.store.unit import Store

def write(place, number):
    with place.store.transaction() as unit:
        unit.connection.execute(
            text("INSERT INTO done VALUES (:number) ON CONFLICT DO NOTHING"), {"number": number})
        unit.connection.execute(text("INSERT INTO tried VALUES (:number)"), {"number": number})
    if sys.argv[2] == "dies":
        os.kill(os.getpid(), signal.SIGKILL)

pace = Pace(look_s=0.05, heartbeat_s=0.2, stalled_s=1.0, first_rest_s=0.1, longest_rest_s=0.5)
with Worker(Store(sys.argv[1]), Settings(), clock=system_clock, tasks=[Task("write", write, attempts=3)], pace=pace):
    print("in", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def program(own_url: str) -> Iterator[Callable[[str], "subprocess.Popen[str]"]]:
    started: list[subprocess.Popen[str]] = []

    def run(how: str) -> "subprocess.Popen[str]":
        command = [sys.executable, "-c", PROGRAM, own_url, how]
        started.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        return started[-1]

    yield run
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def filled(kept: Store) -> Store:
    with kept.transaction() as unit:
        unit.connection.execute(text("CREATE TABLE done (number int PRIMARY KEY)"))
        unit.connection.execute(text("CREATE TABLE tried (number int)"))
        unit.jobs.defer("write", number=7)
    return kept


def count(store: Store, table: str) -> int:
    with store.transaction() as unit:
        return unit.connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608 - ours


@pytest.mark.slow
def test_a_worker_that_dies_between_the_effect_and_the_end_of_its_job_leaves_one_effect(filled, program):
    program("dies").wait(60)
    assert (count(filled, "done"), count(filled, "tried")) == (1, 1)
    assert Overseer(filled, clock=system_clock).look().doing == 1
    program("lives")
    wait_until(lambda: count(filled, "tried") == 2)
    wait_until(lambda: Overseer(filled, clock=system_clock).look().doing == 0)
    assert count(filled, "done") == 1


@pytest.mark.slow
def test_a_job_that_kills_every_worker_is_given_up_and_shown(filled, program):
    overseer = Overseer(filled, clock=system_clock)
    for _ in range(4):
        process = program("dies")
        wait_until(lambda process=process: process.poll() is not None or overseer.look().failed == 1)
        if overseer.look().failed:
            break
    assert count(filled, "tried") == 3
    ((job,), _) = overseer.failures()
    assert job.task == "write"
    assert count(filled, "done") == 1
