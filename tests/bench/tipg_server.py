"""Serves one table by tipg, the peer of the tiles' benchmark: `python -m tests.bench.tipg_server DSN PORT TABLE`."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI
from tipg.collections import register_collection_catalog
from tipg.database import close_db_connection, connect_to_db
from tipg.factory import OGCTilesFactory
from tipg.settings import DatabaseSettings, PostgresSettings


def main() -> None:
    """Serve until the process is ended."""
    dsn, port, table = sys.argv[1:]
    settings = PostgresSettings.model_construct(
        database_url=dsn,
        db_min_conn_size=4,
        db_max_conn_size=10,
        db_max_queries=50_000,
        db_max_inactive_conn_lifetime=300.0,
    )

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await connect_to_db(app, settings=settings, schemas=["public"])
        await register_collection_catalog(
            app, db_settings=DatabaseSettings(tables=[f"public.{table}"], spatial_extent=False)
        )
        yield
        await close_db_connection(app)

    app = FastAPI(lifespan=lifespan)
    app.include_router(OGCTilesFactory(with_viewer=False).router)
    uvicorn.run(app, port=int(port), log_level="warning")


if __name__ == "__main__":
    main()
