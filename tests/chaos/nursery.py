"""The program that bears the programs of the busy hour: it has read everything once, so that a new one costs nothing.

It reads lines like ``client 2 17 0`` (what, number, seed, minutes that its clock is put forward) and answers each with
the number of the process that it forked. The children are ordinary programs from then on, and die by themselves.
"""

import faulthandler
import os
import random
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from gridgov import logs
from gridgov.clock import Clock
from gridgov.errors import GridgovError, UnavailableError
from gridgov.services.casework import Casework
from gridgov.services.intake import Intake
from gridgov.services.knowledge import KnowledgeKeeper
from gridgov.services.tasks import TASKS, Place, Task
from gridgov.services.working import Pace, Worker
from gridgov.settings import Settings
from gridgov.store.cluster.watch import watch
from gridgov.store.unit import Store

from .director import Director, Hand, ground
from .town import Journal, Town

PACE = Pace(look_s=0.1, heartbeat_s=0.5, stalled_s=3.0, first_rest_s=0.1, longest_rest_s=1.0)
KEEPER = KnowledgeKeeper(Path(os.environ["GRIDGOV_CACHE_DIR"]))


def main() -> None:
    town = Town.of(sys.argv[1])
    with town.cluster().running() as url:
        store = Store(url)
        Intake(store, clock=town.clock(), home_district="370102", keeper=KEEPER).knowledge()
        store.close()
    ground()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # so that the dead are gone at once
    _say("ready")
    for line in sys.stdin:
        what, number, seed, minutes = line.split()
        pid = os.fork()
        if pid == 0:
            _live(town, what, f"{what}-{number}", int(seed), timedelta(minutes=float(minutes)))
        _say(pid)


def _say(word: object) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def _live(town: Town, what: str, name: str, seed: int, jump: timedelta) -> None:
    out = os.open(f"{town.folder}/{name}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for number in (1, 2):
        os.dup2(out, number)
    os.close(0)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    logs.configure("WARNING")
    faulthandler.register(signal.SIGUSR1)  # for whoever wonders why one does not end
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    code = 0
    try:
        roles: dict[str, Callable[..., None]] = {"client": _client, "worker": _worker}
        _until_it_starts(town, ended, lambda url: roles[what](town, url, name, seed, town.clock(jump), ended))
    except BaseException:  # noqa: BLE001 - a fork must never run on into its parent's program
        traceback.print_exc()
        code = 1
    if code == 0:
        Path(f"{town.folder}/{name}.ended").touch()
    os._exit(code)


def _until_it_starts(town: Town, ended: threading.Event, live: Callable[[str], None]) -> None:
    cluster = town.cluster()
    while not ended.is_set():
        try:
            with cluster.running() as url, _watched(town):
                live(url)
                return
        except UnavailableError as error:
            _say(f"the database was killed while it started: {error.message}")


@contextmanager
def _watched(town: Town) -> Any:
    """Start the server again whenever it is killed, as programs that serve and work do."""
    ended = threading.Event()
    thread = threading.Thread(target=watch, args=(ended, town.cluster()), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _client(town: Town, url: str, name: str, seed: int, clock: Clock, ended: threading.Event) -> None:
    store = Store(url, pool_size=2)
    hand = Hand(
        store,
        clock,
        intake=Intake(store, clock=clock, home_district="370102", keeper=KEEPER),
        casework=Casework(store, clock=clock, keeper=KEEPER),
    )
    director = Director(store, clock, random.Random(seed))  # noqa: S311 - what is done is no secret
    journal = Journal(Path(town.folder) / f"{name}.jsonl")
    deed = journal.unanswered()
    while True:
        try:
            if deed is None:
                if ended.is_set():
                    return
                deed = {**director.next(), "at": clock().isoformat()}
                journal.ask(deed)
            journal.tell(deed["id"], {"answer": hand.do(deed)})
        except UnavailableError:
            time.sleep(0.05)  # and once more, under the same id
            continue
        except GridgovError as error:
            journal.tell(deed["id"] if deed else "", {"refused": error.code, "why": error.message})
        deed = None


def _worker(_town: Town, url: str, _name: str, _seed: int, clock: Clock, ended: threading.Event) -> None:
    store = Store(url, pool_size=4)
    tasks = [*(replace(task, every_s=1) for task in TASKS), Task("echo", echo, attempts=20)]
    with Worker(store, Settings(), clock=clock, tasks=tasks, pace=PACE):
        ended.wait()
    store.close()


def echo(place: Place, id: str) -> None:  # noqa: A002 - as the job's argument is called
    with place.store.transaction() as unit:
        unit.connection.execute(text("INSERT INTO chaos_answered VALUES (:id)"), {"id": id})


if __name__ == "__main__":
    main()
