"""A busy hour of a town whose programs, workers and database are killed at random, a hundred times and more."""

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from gridgov.errors import UnavailableError
from gridgov.services.sample import load_sample
from gridgov.store.cluster import Cluster, plain
from gridgov.store.schema import upgrade_engine
from gridgov.store.unit import Store
from tests.conftest import HOME, SAMPLE
from tests.processes import is_gone

from . import checks
from .town import START, Town, settle

SEED = 20260615
KILLS = 100
KILLS_OF_BACKLOG = 12
SPEED = 45.0
"""The town's hour takes 80 s; a kill comes every half second or so."""
LATER = timedelta(hours=2)
"""How far the clock is put forward in the end, so that everything still open becomes due at once."""
CLIENTS = ("client-1", "client-2")
WORKERS = ("worker-1", "worker-2")
PATIENCE_S = 180

needs_proc = pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks at processes through /proc")


@dataclass
class Nursery:
    """Bears programs, and kills them."""

    town: Town
    process: "subprocess.Popen[str]"
    rng: random.Random
    alive: dict[str, int] = field(default_factory=dict)
    kills: Counter[str] = field(default_factory=Counter)

    def bear(self, name: str, minutes: float = 0) -> None:
        what, _, number = name.partition("-")
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{what} {number} {self.rng.randrange(10**6)} {minutes}\n")
        self.process.stdin.flush()
        self.alive[name] = int(self.process.stdout.readline())

    def kill(self, name: str) -> None:
        _kill(self.alive.pop(name))
        self.kills[name.partition("-")[0]] += 1

    def kill_database(self, store: Store) -> None:
        """Kill the server's first process, or one that serves a connection: then the server ends all others itself."""
        cluster = self.town.cluster()
        pid = cluster.server.pid
        if self.rng.random() < 0.3:
            pid = _some_backend(store) or pid
        if pid is not None:
            _kill(pid)
            self.kills["database"] += 1
        if self.rng.random() < 0.7:  # else the programs bring it up, within two seconds
            with suppress(UnavailableError), cluster.running():  # it may notice only now what was killed
                pass

    def end(self, *names: str) -> None:
        """End programs as a service manager does; they must leave in order, and soon."""
        for name in names:
            os.kill(self.alive[name], signal.SIGTERM)
        for name in names:
            self._see_off(name, self.alive.pop(name))

    def words(self) -> str:
        """Return what the living write down, and where they are just now."""
        for pid in self.alive.values():
            os.kill(pid, signal.SIGUSR1)
        time.sleep(1)
        return "\n".join(f"{name}: {Path(self.town.folder, f'{name}.log').read_text()[-5000:]}" for name in self.alive)

    def _see_off(self, name: str, pid: int) -> None:
        log = Path(self.town.folder, f"{name}.log")
        end = time.monotonic() + PATIENCE_S
        while Path(f"/proc/{pid}").exists():
            if time.monotonic() > end:
                os.kill(pid, signal.SIGUSR1)  # it writes down where it is
                time.sleep(1)
                pytest.fail(f"{name} does not end:\n{log.read_text()[-6000:]}")
            time.sleep(0.02)
        assert Path(self.town.folder, f"{name}.ended").exists(), log.read_text()


@pytest.fixture
def town() -> Iterator[Town]:
    """Yield a town with the sample district on a durable server of its own."""
    folder = Path(tempfile.mkdtemp(dir=os.environ[HOME])).resolve()
    folder.chmod(0o711)
    cluster = Cluster(folder / "own")
    with cluster.running() as url:
        store = Store(url)
        upgrade_engine(store.engine)
        load_sample(store, SAMPLE, now=START, progress=lambda _: None)
        with store.transaction() as unit:
            offices = sorted(unit.people.codes())
            streets = unit.connection.execute(_STREETS).scalars().all()
            unit.connection.execute(text("CREATE TABLE chaos_asked (id text PRIMARY KEY)"))
            unit.connection.execute(text("CREATE TABLE chaos_answered (id text)"))
        settle(store, offices, list(streets))
        store.close()
        yield Town(str(cluster.home), str(folder), time.time(), SPEED)
    cluster.stop(now=True)
    shutil.rmtree(folder, ignore_errors=True)


_STREETS = text("SELECT DISTINCT code FROM area_period JOIN area ON area.id = area_id WHERE length(code) = 9")


@pytest.fixture
def nursery(town: Town) -> Iterator[Nursery]:
    with Path(town.folder, "nursery.log").open("w") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.nursery", town.words()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
            env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
            cwd=Path(__file__).parents[2],
        )
    assert process.stdout
    assert process.stdout.readline() == "ready\n", Path(town.folder, "nursery.log").read_text()
    nursery = Nursery(town, process, random.Random(SEED))  # noqa: S311 - whom to kill is no secret
    yield nursery
    for pid in nursery.alive.values():
        _kill(pid)
    process.kill()
    process.communicate()


@needs_proc
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_hundred_kills_lose_no_act_keep_no_half_act_and_fire_every_deadline_once(town, nursery, capsys):
    store = Store(town.cluster().url())
    journals = [Path(town.folder, f"{name}.jsonl") for name in CLIENTS]
    for name in (*CLIENTS, *WORKERS):
        nursery.bear(name)
    hour = START + timedelta(hours=1)
    while nursery.kills.total() < KILLS or town.clock()() < hour:
        time.sleep(nursery.rng.uniform(0.1, 0.7))
        _kill_somebody(nursery, store)
        _when_it_answers(lambda: checks.acknowledged(store, journals))
        if nursery.kills.total() % 10 == 0:
            _when_it_answers(lambda: checks.whole(store))
    nursery.end(*CLIENTS)
    counted = _when_it_answers(lambda: checks.acknowledged(store, journals))
    end = _clear_the_backlog(town, nursery, store)

    checks.whole(store)
    assert checks.acknowledged(store, journals) == counted
    steps = checks.fired(store, end)
    with store.transaction() as unit:
        answered = set(unit.connection.execute(text("SELECT id FROM chaos_answered")).scalars())
        assert answered == set(unit.connection.execute(text("SELECT id FROM chaos_asked")).scalars())
        assert unit.jobs.state().failed == 0
    assert nursery.kills.total() >= KILLS + KILLS_OF_BACKLOG
    assert min(nursery.kills[kind] for kind in ("client", "worker", "database")) >= 15
    assert counted["report"] >= 50
    assert sum(steps.values()) >= 50
    with capsys.disabled():
        sys.stdout.write(f"\nkills {dict(nursery.kills)}; acknowledged {counted}; steps fired {steps}\n")
    store.close()


def _kill_somebody(nursery: Nursery, store: Store) -> None:
    victim = nursery.rng.choices(["client", "worker", "database"], [5, 5, 2])[0]
    if victim == "database":
        nursery.kill_database(store)
        return
    name = nursery.rng.choice([name for name in nursery.alive if name.startswith(victim)])
    nursery.kill(name)
    nursery.bear(name)


def _clear_the_backlog(town: Town, nursery: Nursery, store: Store) -> datetime:
    """Put the clock forward, so that all is due at once, and kill those who sweep it in the midst of it.

    Returns the moment until which everything that was due has been done.
    """
    end = town.clock(LATER)()
    minutes = LATER.total_seconds() / 60
    for name in WORKERS:
        nursery.kill(name)
        nursery.bear(name, minutes)
    for number in range(KILLS_OF_BACKLOG):
        time.sleep(nursery.rng.uniform(0.1, 0.8))
        if number % 3 == 2:
            nursery.kill_database(store)
        else:
            nursery.kill(name := nursery.rng.choice(WORKERS))
            nursery.bear(name, minutes)
    try:
        _wait_until(lambda: _when_it_answers(lambda: _nothing_left(store, end)))
    except AssertionError:
        pytest.fail(f"the backlog is not done: {_left(store)}\n{nursery.words()}")
    nursery.end(*WORKERS)
    return end


def _left(store: Store) -> str:
    with store.transaction() as unit:
        jobs = unit.connection.execute(_JOBS).all()
        return f"{len(jobs)} jobs, {jobs[:20]}; {unit.jobs.state()}; {unit.jobs.failures()}"


_JOBS = text("SELECT id, task_name, status, worker_id, scheduled_at FROM jobs.procrastinate_jobs ORDER BY id")


def _nothing_left(store: Store, end: datetime) -> bool:
    with store.transaction() as unit:
        left = unit.connection.execute(
            text("SELECT count(*) FROM jobs.procrastinate_jobs WHERE task_name = 'echo' AND status <> 'failed'")
        ).scalar_one()
        return left == 0 and unit.jobs.oldest_due(end) is None


def _when_it_answers(ask: Callable[[], object]) -> object:
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            return ask()
        except UnavailableError:
            assert time.monotonic() < end, "the database did not come back"
            time.sleep(0.1)


def _some_backend(store: Store) -> int | None:
    try:
        with psycopg.connect(plain(store.engine.url.render_as_string(hide_password=False))) as line:
            row = line.execute(
                "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() "
                "ORDER BY random() LIMIT 1"
            ).fetchone()
            return row[0] if row else None
    except psycopg.OperationalError:
        return None


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    _wait_until(lambda: is_gone(pid))


def _wait_until(true: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.02)
