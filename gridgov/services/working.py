"""Working: a worker takes jobs from the queue, does them, and survives what may happen to it and to the database."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import procrastinate
import structlog
from procrastinate.jobs import Job, Status

from gridgov.clock import Clock
from gridgov.services.sweeps import where, words
from gridgov.services.tasks import TASKS, Place, Task
from gridgov.settings import Settings
from gridgov.store.queue import queue_pool
from gridgov.store.unit import Store

# It tells of each job three times, and of a failed one with all that the error repeats: we say it ourselves.
logging.getLogger("procrastinate").setLevel(logging.CRITICAL)
logging.getLogger("psycopg.pool").setLevel(logging.ERROR)  # the worker says itself when the database is away

_log = structlog.get_logger(__name__)
_KEEP_HOURS = 30 * 24


def store_of_jobs(url: str, jobs_at_once: int) -> Store:
    """Return the store of a worker, which waits as long as it takes; each job may have hands of its own."""
    return Store(url, pool_size=2 * jobs_at_once + 4)


@dataclass(frozen=True)
class Pace:
    """How often a worker does what, in seconds.

    Parameters
    ----------
    look_s
        Between two looks for jobs.
    heartbeat_s
        Between two signs of life.
    stalled_s
        Without a sign of life for so long, a worker is taken for dead, and its jobs are given to others.
    first_rest_s, longest_rest_s
        Before a worker that lost the database begins anew: doubled each time.
    """

    look_s: float = 1.0
    heartbeat_s: float = 10.0
    stalled_s: float = 30.0
    first_rest_s: float = 0.5
    longest_rest_s: float = 10.0


class Worker:
    """Does jobs in a thread of its own, as a context manager or by `start` and `stop`.

    Parameters
    ----------
    store
        Where the queue and everything else is kept.
    settings
        The installation's settings.
    clock
        Tells the time to every rule; the queue itself keeps the server's time.
    jobs_at_once
        How many jobs are done at the same time, each in a thread.
    tasks
        What can be done.
    pace
        How often to look.
    """

    def __init__(
        self,
        store: Store,
        settings: Settings,
        *,
        clock: Clock,
        jobs_at_once: int = 2,
        tasks: Sequence[Task] = TASKS,
        pace: Pace | None = None,
    ) -> None:
        self.place = Place(store, settings, clock)
        self._jobs_at_once = jobs_at_once
        self._tasks = {task.name: task for task in tasks}
        self._pace = pace or Pace()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended = asyncio.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._work()), name="worker", daemon=True)

    def start(self) -> None:
        """Begin; once only."""
        self._thread.start()

    def stop(self) -> None:
        """End what runs as soon as it allows it, and take nothing more."""
        self.place.stopping.set()
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    async def _work(self) -> None:
        self._loop = asyncio.get_running_loop()
        rest = self._pace.first_rest_s
        while not self.place.stopping.is_set():
            began = time.monotonic()
            try:
                await self._shift()
            except Exception as error:  # noqa: BLE001 - whatever it was: begin anew, more slowly each time
                _log.warning("the worker begins anew", reason=words(error))
            if time.monotonic() - began > self._pace.stalled_s:
                rest = self._pace.first_rest_s
            await self._pause(rest)
            rest = min(rest * 2, self._pace.longest_rest_s)

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._ended.wait(), seconds)
        except TimeoutError:
            return

    async def _shift(self) -> None:
        """Work until told to stop, or until something breaks."""
        async with queue_pool(self.place.store.engine.url) as pool:
            app = self._app()
            async with app.open_async(pool):
                await _until_one_ends(self._ended.wait(), self._take_jobs(app), self._look_after(app))

    async def _take_jobs(self, app: procrastinate.App) -> None:
        await app.run_worker_async(
            concurrency=self._jobs_at_once,
            fetch_job_polling_interval=self._pace.look_s,
            update_heartbeat_interval=self._pace.heartbeat_s,
            stalled_worker_timeout=self._pace.stalled_s,
            delete_jobs="successful",
            listen_notify=False,
            install_signal_handlers=False,
        )

    async def _look_after(self, app: procrastinate.App) -> None:
        """Give the jobs of workers that died to the living, and throw away what was given up long ago."""
        while True:
            await app.job_manager.prune_stalled_workers(self._pace.stalled_s)
            for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=self._pace.stalled_s):
                await self._rescue(app, job)
            await app.job_manager.delete_old_jobs(_KEEP_HOURS, include_failed=True, include_aborted=True)
            await asyncio.sleep(self._pace.stalled_s / 2)

    async def _rescue(self, app: procrastinate.App, job: Job) -> None:
        task = self._tasks.get(job.task_name)
        try:
            if task is not None and task.every_s:
                await app.job_manager.finish_job(job, Status.ABORTED, delete_job=True)  # its next round does it
            elif task is not None and job.attempts + 1 >= task.attempts:
                _log.error("a job was given up: each worker that took it died", task=job.task_name, job=job.id)
                await app.job_manager.finish_job(job, Status.FAILED, delete_job=False)
            else:
                await app.job_manager.retry_job(job, retry_at=datetime.now(UTC) + timedelta(seconds=1))
        except procrastinate.exceptions.ConnectorException as error:
            _log.info("another worker was faster", job=job.id, reason=type(error).__name__)

    def _app(self) -> procrastinate.App:
        app = procrastinate.App(connector=procrastinate.PsycopgConnector())
        for task in self._tasks.values():
            again = task.attempts - 1  # for the library 0 means without end
            retry = procrastinate.RetryStrategy(max_attempts=again, exponential_wait=2) if again else False
            known = app.task(name=task.name, retry=retry)(_bound(task, self.place))
            if task.every_s:
                cron = f"* * * * * */{task.every_s}"
                app.periodic(cron=cron, queueing_lock=task.name)(known)
        return app


def _bound(task: Task, place: Place) -> Callable[..., None]:
    def do(timestamp: int | None = None, **arguments: Any) -> None:  # noqa: ARG001 - of a task that is done again and again
        try:
            task.do(place, **arguments)
        except Exception as error:
            _log.error("a job failed", task=task.name, why=words(error), where=where(error))
            raise

    return do


async def _until_one_ends(*parts: Any) -> None:
    running = [asyncio.ensure_future(part) for part in parts]
    try:
        await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for part in running:
            part.cancel()
        ends = await asyncio.gather(*running, return_exceptions=True)
    for end in ends:
        if isinstance(end, Exception):
            raise end
    if not isinstance(ends[0], BaseException):
        return
    message = "a part of it ended by itself"
    raise ConnectionError(message)
