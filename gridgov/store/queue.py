"""The queue's own tables: procrastinate's, in the schema ``jobs``, brought up as its library grows.

They stand apart because they keep other rules than ours (triggers, keys without a district). What the queue's library
wants of the database comes with the library, never as a copy: the newest step that a database has seen is written on
the schema, and a library with newer steps brings them when gridgov starts.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool
from sqlalchemy import URL, Connection, text

from gridgov.store.cluster.address import plain

SCHEMA = "jobs"
_ANSWER_S = 5.0

# The library would notify listeners from within the transaction that enqueues, and commits then wait for each other
# (measured with change rows: 206 a second in place of 4,571 with 32 clients). Our workers look for jobs instead.
_QUIET = "DROP TRIGGER IF EXISTS procrastinate_jobs_notify_queue_job_inserted_v1 ON procrastinate_jobs"

# The one way in for a role that owns nothing: it may enqueue, and read or change nothing of the queue.
_DEFER = """
CREATE OR REPLACE FUNCTION defer(task text, arguments jsonb) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = jobs, pg_temp AS $$
    SELECT unnest(procrastinate_defer_jobs_v1(ARRAY[
        ROW('default', task, 0, NULL, NULL, arguments, NULL)::procrastinate_job_to_defer_v1
    ]))
$$
"""

# The library's functions and triggers name their tables without a schema, and find them whoever calls.
_RESOLVE = """
DO $$
DECLARE name regprocedure;
BEGIN
    FOR name IN SELECT oid FROM pg_proc WHERE pronamespace = 'jobs'::regnamespace LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = jobs, pg_temp', name);
    END LOOP;
END
$$;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA jobs FROM PUBLIC
"""


def ensure_queue(connection: Connection) -> bool:
    """Bring the queue's tables to what the installed library wants, and return whether that changed anything.

    Runs in the caller's transaction, under the lock of the migrations.
    """
    steps = _steps()
    newest = steps[-1].stem
    seen = _seen(connection)
    if seen == newest:
        return False
    path = connection.execute(text("SELECT current_setting('search_path')")).scalar_one()
    connection.execute(text("SELECT set_config('search_path', 'jobs', true)"))
    for statement in _statements(seen, steps):
        _run(connection, statement)
    _run(connection, f"COMMENT ON SCHEMA {SCHEMA} IS '{newest}'")
    connection.execute(text("SELECT set_config('search_path', :path, true)"), {"path": path})
    return True


def _statements(seen: str | None, steps: list[Path]) -> list[str]:
    missing = [step.read_text(encoding="utf-8") for step in steps if seen is not None and step.stem > seen]
    if not missing:
        from procrastinate.schema import SchemaManager  # noqa: PLC0415 - slow to load: only where it is used

        missing = [SchemaManager.get_schema()]
    return [*missing, _QUIET, _DEFER, _RESOLVE]


def _steps() -> list[Path]:
    spec = find_spec("procrastinate")  # found, not imported: whoever starts waits for it
    return sorted(Path(str(spec and spec.origin)).parent.glob("sql/migrations/*.sql"))


def _seen(connection: Connection) -> str | None:
    return connection.execute(
        text("SELECT obj_description(CAST(:name AS regnamespace), 'pg_namespace')"), {"name": SCHEMA}
    ).scalar()


def _run(connection: Connection, statement: str) -> None:
    driver = connection.connection.driver_connection
    if driver is None:  # pragma: no cover - a connection in use has one
        return
    driver.execute(statement)  # as it stands: the files hold percent signs and several statements


@asynccontextmanager
async def queue_pool(url: URL) -> AsyncIterator[AsyncConnectionPool]:
    """Open connections to the queue of the database at `url`, for a worker.

    Raises
    ------
    psycopg_pool.PoolTimeout
        If the database does not answer within seconds.
    """
    pool = AsyncConnectionPool(
        plain(url.render_as_string(hide_password=False)),
        min_size=1,
        max_size=4,
        timeout=_ANSWER_S,
        configure=_to_queue,
        check=AsyncConnectionPool.check_connection,
        open=False,
    )
    try:
        await pool.open(wait=True, timeout=_ANSWER_S)
        yield pool
    finally:
        await pool.close()


async def _to_queue(connection: AsyncConnection) -> None:
    await connection.execute(f"SET search_path TO {SCHEMA}")
    await connection.commit()
