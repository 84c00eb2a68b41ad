"""What guards the database beyond its schema: settings that a copy, a dump or a newer PostGIS would lose.

Looked at whenever gridgov starts, in the transaction of the migrations, and mended where something is missing.
"""

import structlog
from sqlalchemy import Connection, text

_log = structlog.get_logger(__name__)

LEAKPROOF = (
    "public.geometry_overlaps(geometry,geometry)",
    "public.overlaps_2d(geometry,box2df)",
    "public.overlaps_2d(box2df,geometry)",
)
"""What `&&` stands for. They only compare boxes and never fail on a value, so rows of others cannot leak through them;
unless they are marked so, row-level security keeps them from the spatial index."""

CLOSED = (
    # Large objects belong to whoever makes them, and no rule of the rows holds them.
    "pg_catalog.lo_creat(integer)",
    "pg_catalog.lo_create(oid)",
    "pg_catalog.lo_from_bytea(oid,bytea)",
    "pg_catalog.lo_open(oid,integer)",
    "pg_catalog.lo_put(oid,bigint,bytea)",
    # All requests are of one role, so each could end the others.
    "pg_catalog.pg_cancel_backend(integer)",
    "pg_catalog.pg_terminate_backend(integer,bigint)",
    # What the planner gathered tells of all rows: where they lie, and how many in any box. The planner itself asks it
    # through the operators, which need no right to these.
    "public.st_estimatedextent(text,text)",
    "public.st_estimatedextent(text,text,text)",
    "public.st_estimatedextent(text,text,text,boolean)",
    "public._postgis_stats(regclass,text,text)",
    "public._postgis_selectivity(regclass,text,public.geometry,text)",
    "public._postgis_join_selectivity(regclass,text,regclass,text,text)",
    "public._postgis_index_extent(regclass,text)",
)
"""Functions that PostgreSQL and PostGIS let everybody call, and nobody here needs."""

_KEYS = text("""
    INSERT INTO gridgov_private.context_key (inner_key, outer_key)
    SELECT sha256(a || b), sha256(c || d)
    FROM (SELECT uuid_send(gen_random_uuid()), uuid_send(gen_random_uuid()),
                 uuid_send(gen_random_uuid()), uuid_send(gen_random_uuid())) AS drawn (a, b, c, d)
    ON CONFLICT DO NOTHING
""")
_IS_SUPERUSER = text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
_LEAKY = text("""
    SELECT oid::regprocedure::text FROM pg_proc
    WHERE oid = ANY (SELECT to_regprocedure(name) FROM unnest(CAST(:names AS text[])) AS name) AND NOT proleakproof
""")
_OPEN = text("""
    SELECT oid::regprocedure::text FROM pg_proc
    WHERE oid = ANY (SELECT to_regprocedure(name) FROM unnest(CAST(:names AS text[])) AS name)
      AND has_function_privilege('gridgov_app', oid, 'EXECUTE')
""")
_TEMPORARY = text("SELECT has_database_privilege('gridgov_app', current_database(), 'TEMPORARY')")
_CREATE = text("SELECT has_schema_privilege('gridgov_app', 'public', 'CREATE')")


# The queue's tables come with its library, and newer ones bring newer tables.
_QUEUE = text("""
    SELECT EXISTS (
        SELECT FROM pg_class WHERE relnamespace = to_regnamespace('jobs') AND relkind = 'r'
          AND NOT has_table_privilege('gridgov_jobs', oid, 'DELETE')
    ) OR EXISTS (
        SELECT FROM pg_proc WHERE pronamespace = to_regnamespace('jobs')
          AND NOT has_function_privilege('gridgov_jobs', oid, 'EXECUTE')
    )
""")
_WORK = (
    "GRANT USAGE ON SCHEMA jobs TO gridgov_jobs",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA jobs TO gridgov_jobs",
    "GRANT USAGE ON ALL SEQUENCES IN SCHEMA jobs TO gridgov_jobs",
    "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA jobs TO gridgov_jobs",
)
_SCRATCH = text("SELECT has_database_privilege('gridgov_jobs', current_database(), 'TEMPORARY')")


def ensure_guard(connection: Connection) -> None:
    """Draw the keys of entering, mark what the spatial index needs, and take from logins what nobody needs.

    Marking and closing need a superuser: where the owner is none, what is left out is logged with the statement that
    a superuser of the server would run.
    """
    run = connection.execute
    run(_KEYS)
    if run(_CREATE).scalar():
        run(text("REVOKE CREATE ON SCHEMA public FROM PUBLIC"))
    database = run(text("SELECT quote_ident(current_database())")).scalar_one()
    if run(_TEMPORARY).scalar():
        run(text(f"REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC"))
    if not run(_SCRATCH).scalar():
        run(text(f"GRANT TEMPORARY ON DATABASE {database} TO gridgov_jobs"))
    if run(_QUEUE).scalar():
        for statement in _WORK:
            run(text(statement))
    wanted = [f"ALTER FUNCTION {name} LEAKPROOF" for name in run(_LEAKY, {"names": list(LEAKPROOF)}).scalars()]
    wanted += [
        f"REVOKE EXECUTE ON FUNCTION {name} FROM PUBLIC" for name in run(_OPEN, {"names": list(CLOSED)}).scalars()
    ]
    if wanted and not run(_IS_SUPERUSER).scalar():
        _log.warning("left out, for want of a superuser: have one run these in the database", statements=wanted)
        return
    for statement in wanted:
        run(text(statement))
