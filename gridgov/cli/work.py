"""`gridgov work`: do jobs and act upon deadlines, and say how that goes."""

import threading
from typing import Annotated

import typer
from rich.console import Console

from gridgov.clock import SHANGHAI, system_clock
from gridgov.services.overseeing import Overseer
from gridgov.services.working import Worker, store_of_jobs
from gridgov.settings import Settings, settings
from gridgov.store.cluster import database_url
from gridgov.store.cluster.watch import kept_running
from gridgov.store.entering import jobs_url
from gridgov.store.schema import upgrade
from gridgov.store.unit import Store

_console = Console(highlight=False)


def work_command(
    *,
    status: Annotated[
        bool, typer.Option("--status", help="Say what waits, what failed, what is late; and stop.")
    ] = False,
    retry: Annotated[bool, typer.Option("--retry", help="Give what failed another chance; and stop.")] = False,
    jobs_at_once: Annotated[int, typer.Option(min=1, max=64, help="Jobs done at the same time.")] = 2,
) -> None:
    """Do jobs and act upon deadlines until interrupted; as many of these may run as there are hands."""
    chosen = settings()
    with database_url() as url:
        upgrade(url)
        store = store_of_jobs(jobs_url(url), jobs_at_once)
        try:
            if status or retry:
                _tell(Overseer(store, clock=system_clock), retry=retry)
            else:
                _work(store, chosen, jobs_at_once)
        finally:
            store.close()


def _work(store: Store, chosen: Settings, jobs_at_once: int) -> None:
    _console.print("Working. Ctrl-C stops.")
    with kept_running(chosen), Worker(store, chosen, clock=system_clock, jobs_at_once=jobs_at_once):
        threading.Event().wait()


def _tell(overseer: Overseer, *, retry: bool) -> None:
    if retry:
        _console.print(f"{overseer.retry()} jobs and due rows are tried again.")
        return
    state = overseer.look()
    late = "nothing is late"
    if state.oldest_due_at is not None:
        late = f"the oldest deadline not acted upon is of {state.oldest_due_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
    _console.print(f"{state.workers} workers; {late}.", soft_wrap=True)
    _console.print(
        f"Jobs: {state.waiting} waiting, {state.later} later, {state.doing} being done, {state.failed} failed."
    )
    if state.calendar_ends_soon:
        until = f"ends on {state.calendar_until}" if state.calendar_until else "is empty"
        words = "load the next year with `gridgov rules calendar FILE`, or deadlines stay unknown."
        _console.print(f"The working calendar {until}: {words}", soft_wrap=True)
    given_up, rows = overseer.failures()
    for job in given_up:
        _console.print(f"  failed: {job.task} {job.arguments}, after {job.attempts} attempts", soft_wrap=True)
    for row in rows:
        again = f"{row.retry_at.astimezone(SHANGHAI):%H:%M:%S}"
        what = f"{row.sweep} {row.district_code} {row.subject}"
        _console.print(f"  set aside: {what}: {row.error}; {row.failures} times, again at {again}", soft_wrap=True)
    if given_up or rows:
        _console.print("`gridgov work --retry` tries them again.")
