"""`gridgov map`: the map of a district in one file."""

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from gridgov.clock import SHANGHAI, instant, system_clock
from gridgov.errors import InputError
from gridgov.store.cluster import database_url
from gridgov.store.schema import upgrade_engine
from gridgov.store.unit import Store, Unit
from layers.district_map import district_map, render
from layers.payload import shown_time

_PERIOD = timedelta(days=1)

OutFile = Annotated[Path, typer.Option("--out", help="The HTML file to write; a file of that name is replaced.")]
Since = Annotated[str | None, typer.Option(help="From when, like 2026-03-05T00:00:00+08:00. [default: a day earlier]")]
Until = Annotated[str | None, typer.Option(help="Until when. [default: the newest report]")]


def map_command(out: OutFile, since: Since = None, until: Until = None) -> None:
    """Write the map of the district, its incidents and combined whistles into one file that needs no internet."""
    first, last = (_moment(since, "since"), _moment(until, "until"))
    _require_folder(out)
    with database_url() as url:
        store = Store(url)
        try:
            upgrade_engine(store.engine)
            with store.transaction() as unit:
                page, first, last = _page(unit, first, last)
        finally:
            store.close()
    _write_aside(out, page)
    size = out.stat().st_size / 1e6
    typer.echo(f"Written: {out} ({size:.1f} MB), {shown_time(first)} to {shown_time(last)} China time.")
    typer.echo("Open it in any browser; it needs no network.")


def _page(unit: Unit, since: datetime | None, until: datetime | None) -> tuple[str, datetime, datetime]:
    now = system_clock()
    last = until or unit.summary.newest_report() or now
    first = since or last - _PERIOD
    if first > last:
        message = f"The period ends ({shown_time(last)}) before it begins ({shown_time(first)}): change one of them."
        raise InputError(message, field="since")
    return render(district_map(unit, at=min(last, now), since=first, until=last)), first, last


def _moment(text: str | None, field: str) -> datetime | None:
    if text is None:
        return None
    try:
        value = datetime.fromisoformat(text)
    except ValueError as error:
        message = f"{text!r} is no time: write it like 2026-03-05T14:30:00+08:00, or a day like 2026-03-05."
        raise InputError(message, field=field) from error
    if len(text) <= len("2026-03-05"):
        value = value.replace(tzinfo=SHANGHAI)
    return instant(value, field=field)


def _require_folder(out: Path) -> None:
    if not out.parent.is_dir():
        message = f"There is no folder {out.parent}: make it, or name another file."
        raise InputError(message, field="out")
    if out.is_dir():
        message = f"{out} is a folder: name a file in it, like {out / 'map.html'}."
        raise InputError(message, field="out")


def _write_aside(out: Path, page: str) -> None:
    # Whoever has the old file open, or looks while this is killed, sees the old one or the new one, whole.
    aside = out.with_name(f".gridgov-{os.getpid()}.part")
    try:
        aside.write_text(page, encoding="utf-8")
        aside.replace(out)
    except OSError as error:
        message = f"{out} could not be written ({error.strerror}): make room, or name another file."
        raise InputError(message, field="out") from error
    finally:
        aside.unlink(missing_ok=True)
