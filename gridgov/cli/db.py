"""`gridgov db`: the private database, started, stopped, looked into, kept in a file and brought back."""

import os
import signal
import subprocess
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from gridgov.errors import SetupError
from gridgov.settings import settings
from gridgov.store import cluster as store

app = typer.Typer(no_args_is_help=True, help="Start, stop and look after the private database.")

DumpFile = Annotated[Path, typer.Argument(metavar="FILE", help="A dump in PostgreSQL's custom format.")]


@app.command()
def start() -> None:
    """Start the private database, to stay until `gridgov db stop`."""
    cluster = _private("start")
    cluster.start()
    typer.echo(f"The database is running in {cluster.home} and stays until `gridgov db stop`.")


@app.command()
def stop(
    now: Annotated[bool, typer.Option("--now", help="Stop it even while programs use it.")] = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Stop the private database."""
    if _private("stop").stop(now=now):
        typer.echo("The database is stopped.")
        return
    typer.echo("Programs still use the database: it stops when the last one leaves, or at once with --now.", err=True)
    raise typer.Exit(1)


@app.command()
def status() -> None:
    """Say where the database is, whether it runs, of which version, and how large it is."""
    configured = settings().database_url
    lines = store.server_words(configured) if configured else store.Cluster.default().status().words()
    typer.echo("\n".join(lines))


@app.command()
def url() -> None:
    """Print the database's URL, as psql, QGIS and GDAL read it."""
    configured = settings().database_url
    if configured:
        typer.echo(store.plain(store.normalised(configured)))
        return
    cluster = store.Cluster.default()
    typer.echo(store.plain(cluster.url()))
    if cluster.status().state != "ready":
        typer.echo("It answers while the database runs: gridgov db start.", err=True)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def psql(context: typer.Context) -> None:
    """Open psql on the database; further arguments are psql's own."""
    program = store.client_program("psql", settings().pg_bin)
    with store.database_url() as address:
        target, environment = store.client_target(address)
        # Ctrl-C is for psql, which cancels the query; a handler, unlike SIG_IGN, is not inherited by it.
        before = signal.signal(signal.SIGINT, lambda *_: None)
        try:
            command = [str(program), f"--dbname={target}", *context.args]
            done = subprocess.run(command, env=os.environ | environment, check=False)  # noqa: S603 - the user's own arguments, no shell
        finally:
            signal.signal(signal.SIGINT, before)
    raise typer.Exit(done.returncode)


@app.command()
def dump(file: DumpFile) -> None:
    """Write the whole database into FILE."""
    with store.database_url() as address, _console().status(f"Writing {file} ..."):
        store.dump(address, file)
    typer.echo(f"The database is kept in {file} ({file.stat().st_size / 1e6:,.1f} MB).")


@app.command()
def restore(
    file: DumpFile,
    replace: Annotated[bool, typer.Option("--replace", help="Replace a database that holds tables.")] = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Bring the whole database back from FILE."""
    cluster = _private("restore")
    store.check_dump(file)
    with cluster.running(), _console().status(f"Reading {file} ..."):
        store.restore(cluster, file, replace=replace)
    typer.echo(f"The database is back from {file}.")


def _private(act: str) -> store.Cluster:
    if settings().database_url:
        message = (
            f"GRIDGOV_DATABASE_URL names a server, and gridgov does not {act} what it has not made: "
            "use the tools of that server (pg_ctl, pg_restore), or unset GRIDGOV_DATABASE_URL."
        )
        raise SetupError(message)
    return store.Cluster.default()


def _console() -> Console:
    return Console(stderr=True)
