"""Jobs, enqueued in the transaction of what they follow from; and what the sweep could not do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import JSONB, insert

from gridgov.store.tables import delivery, incident_state, notice, shift, sweep_failure, upload, whistle

_DEFER = text("SELECT jobs.defer(:task, :arguments)").bindparams(bindparam("arguments", type_=JSONB))
_QUEUE = text("""
    SELECT count(*) FILTER (WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())) AS waiting,
           count(*) FILTER (WHERE status = 'todo' AND scheduled_at > now()) AS later,
           count(*) FILTER (WHERE status = 'doing') AS doing,
           count(*) FILTER (WHERE status = 'failed') AS failed,
           (SELECT count(*) FROM jobs.procrastinate_workers
            WHERE last_heartbeat > now() - make_interval(secs => 30)) AS workers
    FROM jobs.procrastinate_jobs
""")  # the queue keeps its own time, the server's: nothing here is a rule
_FAILED = text("""
    SELECT job.id, job.task_name AS task, job.attempts, job.args::text AS arguments,
           (SELECT max(at) FROM jobs.procrastinate_events event WHERE event.job_id = job.id) AS at
    FROM jobs.procrastinate_jobs job WHERE job.status = 'failed' ORDER BY job.id DESC LIMIT :limit
""")
_RETRY = text("""
    UPDATE jobs.procrastinate_jobs SET status = 'todo', attempts = 0, scheduled_at = NULL
    WHERE status = 'failed' RETURNING id
""")
# Only one job of a queueing lock may wait, such as a round of a sweep; meanwhile nobody may add one.
_HOLD = text("LOCK TABLE jobs.procrastinate_jobs IN SHARE ROW EXCLUSIVE MODE")
_SUPERSEDED = text("""
    DELETE FROM jobs.procrastinate_jobs AS job WHERE status = 'failed' AND EXISTS (
        SELECT FROM jobs.procrastinate_jobs AS other WHERE other.queueing_lock = job.queueing_lock
          AND (other.status = 'todo' OR (other.status = 'failed' AND other.id > job.id)))
    RETURNING id
""")
SWEPT = (
    *(table.c.due_at for table in (incident_state, whistle, upload, delivery, shift)),
    notice.c.fan_due_at,
)
"""The columns that sweeps look at. Other deadlines are what people are told, and stay when they have passed."""

_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=1)


@dataclass(frozen=True)
class QueueState:
    """How much there is to do: jobs by state, workers that have lately given a sign of life."""

    waiting: int
    later: int
    doing: int
    failed: int
    workers: int


@dataclass(frozen=True)
class FailedJob:
    """A job that was given up."""

    id: int
    task: str
    attempts: int
    arguments: str
    at: datetime | None


@dataclass(frozen=True)
class SweepFailure:
    """A due row whose step raised an error; it is tried again at `retry_at`."""

    district_code: str
    sweep: str
    subject: str
    failures: int
    error: str
    first_at: datetime
    last_at: datetime
    retry_at: datetime


class JobStore:
    """Reads and writes the queue within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def defer(self, task: str, **arguments: object) -> int:
        """Enqueue a job that runs after this transaction has committed, and never if it has not.

        It runs at least once: a worker that dies leaves its job to be done again.

        Parameters
        ----------
        task
            The name of a task of the registry (`gridgov.services.tasks`).
        **arguments
            What the task is given: plain values that JSON knows. Ids, never what people said: failed jobs are shown.

        Returns
        -------
        The job's number in the queue.
        """
        number: int = self._connection.execute(_DEFER, {"task": task, "arguments": arguments}).scalar_one()
        return number

    def state(self) -> QueueState:
        """Return how much there is to do."""
        return QueueState(**self._connection.execute(_QUEUE).mappings().one())

    def failed(self, limit: int = 20) -> list[FailedJob]:
        """Return the jobs that were given up, newest first."""
        return [FailedJob(**row) for row in self._connection.execute(_FAILED, {"limit": limit}).mappings()]

    def retry(self, now: datetime) -> int:
        """Give every failed job and every due row set aside another chance at once, and return how many there were.

        Of rounds that failed again and again one is done anew: it does what all of them would have done.
        """
        self._connection.execute(_HOLD)
        jobs = sum(len(self._connection.execute(statement).all()) for statement in (_SUPERSEDED, _RETRY))
        waiting = update(sweep_failure).where(sweep_failure.c.retry_at > now).values(retry_at=now)
        return jobs + self._connection.execute(waiting).rowcount

    def oldest_due(self, now: datetime) -> datetime | None:
        """Return the oldest deadline that should have been acted upon by `now`, or None if there is none."""
        asked = [select(func.min(column)).where(column <= now).scalar_subquery() for column in SWEPT]
        found: datetime | None = self._connection.execute(select(func.least(*asked))).scalar()
        return found

    def failures(self, sweep: str | None = None) -> list[SweepFailure]:
        """Return the due rows that are set aside or were, of one sweep or all."""
        query = select(sweep_failure).order_by(sweep_failure.c.first_at)
        if sweep is not None:
            query = query.where(sweep_failure.c.sweep == sweep)
        return [SweepFailure(**row) for row in self._connection.execute(query).mappings()]

    def count_set_aside(self) -> int:
        """Return how many due rows of all sweeps wait to be tried again."""
        return self._connection.execute(select(func.count()).select_from(sweep_failure)).scalar_one()

    def set_aside(self, sweep: str, name: tuple[str, str], error: str, *, at: datetime) -> int:
        """Write down that the step of a due row failed, and return how often it has.

        It waits a minute, then twice as long each time, an hour at most.
        """
        table = sweep_failure.c
        before = self._connection.execute(select(table.failures).where(*_named(sweep, name))).scalar() or 0
        wait = min(_FIRST_WAIT * 2 ** min(before, 10), _LONGEST_WAIT)
        changing = {"failures": before + 1, "error": error, "last_at": at, "retry_at": at + wait}
        row = {"district_code": name[0], "sweep": sweep, "subject": name[1], "first_at": at, **changing}
        statement = insert(sweep_failure).values(row)
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=[table.district_code, table.sweep, table.subject], set_=changing
            )
        )
        return before + 1

    def forgive(self, sweep: str, names: Sequence[tuple[str, str]]) -> None:
        """Forget the failures of due rows whose step is done."""
        if names:
            table = sweep_failure.c
            where = tuple_(table.district_code, table.subject).in_(names)
            self._connection.execute(delete(sweep_failure).where(table.sweep == sweep, where))

    def forget(self, before: datetime) -> None:
        """Forget failures that were not repeated since `before`: an act has taken their rows out of what is due."""
        self._connection.execute(delete(sweep_failure).where(sweep_failure.c.retry_at < before))


def _named(sweep: str, name: tuple[str, str]) -> tuple[Any, ...]:
    table = sweep_failure.c
    return table.district_code == name[0], table.sweep == sweep, table.subject == name[1]
