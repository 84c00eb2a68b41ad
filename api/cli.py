"""Commands of this floor: serve, and demo."""

from __future__ import annotations

import socket
from datetime import timedelta
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from gridgov.clock import SHANGHAI, system_clock
from gridgov.errors import SetupError
from gridgov.incidents import Report
from gridgov.settings import Settings, settings
from gridgov.store.cluster import database_url
from gridgov.store.cluster.watch import kept_running
from gridgov.store.schema import upgrade_engine
from gridgov.store.unit import Store

if TYPE_CHECKING:
    from gridgov.services.intake import Intake
    from gridgov.services.looking import DayCount
    from gridgov.services.sample_accounts import SampleAccount

_console = Console(highlight=False)


Https = Annotated[
    bool, typer.Option("--https", help="By TLS, with a certificate of an authority of our own: phones install /ca.")
]


def serve_command(*, https: Https = False) -> None:
    """Serve the map, the pages and the API on GRIDGOV_HOST and GRIDGOV_PORT."""
    from api.server import serve  # noqa: PLC0415 - slow to load: only where it is used

    chosen = _chosen(https=https)
    _require_free(chosen)
    with database_url() as url, kept_running(chosen):
        serve(url, chosen, ready=partial(_say_address, chosen))


def demo_command(
    *,
    serving: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve the map and the API at the end.")] = True,
    https: Https = False,
) -> None:
    """Load the sample district, play one day of incidents, say what happened, and serve it."""
    from api.server import serve  # noqa: PLC0415 - slow to load: only where it is used

    chosen = _chosen(https=https)
    if serving:
        _require_free(chosen)
    with database_url() as url:
        store = Store(url)
        try:
            _play(store, chosen)
        finally:
            store.close()
        if serving:
            with kept_running(chosen):
                serve(url, chosen, ready=partial(_say_address, chosen))


def _chosen(*, https: bool) -> Settings:
    return settings().model_copy(update={"https": True}) if https else settings()


def _play(store: Store, chosen: Settings) -> None:
    from gridgov.services.intake import Intake  # noqa: PLC0415 - slow to load: only where it is used
    from gridgov.services.looking import Desk  # noqa: PLC0415 - slow to load: only where it is used
    from gridgov.services.sample import day_of_reports, load_sample, not_yet_played  # noqa: PLC0415 - slow to load: only where it is used
    from gridgov.services.sample_accounts import sample_accounts  # noqa: PLC0415 - slow to load: only where it is used

    folder = Path(str(files("sample_geo"))) / "data"
    with _console.status("Preparing the database ...") as status:
        upgrade_engine(store.engine)
        fresh = load_sample(
            store, folder, now=system_clock(), progress=lambda what: status.update(f"Loading the sample: {what} ...")
        )
    _console.print(
        "The sample district is loaded." if fresh else "The sample district was loaded before; nothing changed."
    )
    reports = not_yet_played(store, day_of_reports(folder, ending=system_clock() - timedelta(minutes=1)))
    if reports:
        _play_day(Intake.configured(store, chosen, clock=system_clock), reports)
    else:
        _console.print("Its day was played before; every report is still there.")
    accounts, file = sample_accounts(store, folder, chosen.data_dir, now=system_clock())
    if reports:
        _live(store, accounts, chosen)
    _tell(Desk(store, clock=system_clock).last_day(None))
    _tell_accounts(accounts, file)


def _play_day(intake: Intake, reports: list[Report]) -> None:
    from gridgov.services.sample import play  # noqa: PLC0415 - slow to load: only where it is used

    with _console.status("Reading the grid, the rules and the address book ..."):
        intake.knowledge()
    columns = (TextColumn("Playing one day of incidents"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=_console) as progress:
        task = progress.add_task("day", total=len(reports))
        for day in play(intake, reports):
            progress.update(task, completed=day.reports)


def _live(store: Store, accounts: list[SampleAccount], chosen: Settings) -> None:
    from gridgov.services.sample_life import CASES, live  # noqa: PLC0415 - slow to load: only where it is used

    columns = (TextColumn("Living an hour of it"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=_console) as progress:
        task = progress.add_task("hour", total=CASES)
        for done in live(store, accounts, chosen, clock=system_clock):
            progress.update(task, completed=done)


def _tell(day: DayCount) -> None:
    count = day.placements
    period = f"{day.since.astimezone(SHANGHAI):%Y-%m-%d %H:%M} to {day.until.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    lines = [
        (day.reports, f"reports came in ({period}, Shanghai time)"),
        (count.get("located", 0), "located in one cell, beyond reasonable doubt"),
        (count.get("doubtful", 0), "doubtful: near a border, the probabilities of the cells are kept"),
        (count.get("crossing", 0), "across borders: the shares of the cells are kept"),
        (count.get("outside", 0), "outside every cell"),
        (count.get("unplaced", 0), "with an address that is unknown or names several places: a person is asked"),
        (day.findings.get("possible_duplicate", 0), "may repeat an earlier one: suggested, not merged"),
        (day.combined_whistles, "combined whistles drafted across street and district borders"),
    ]
    for number, words in lines:
        _console.print(f"  {number:>6}  {words}", soft_wrap=True)


def _tell_accounts(accounts: list[SampleAccount], file: Path) -> None:
    fresh = [account for account in accounts if account.password]
    if not fresh:
        _console.print(f"\nThe sample's accounts are as they were: {file} was given their passwords.", soft_wrap=True)
        return
    _console.print("\nLog in as (passwords are shown this once):", soft_wrap=True)
    for account in fresh:
        roles = ", ".join(dict.fromkeys(f"{grant.role} over {grant.area_code}" for grant in account.grants))
        _console.print(f"  {account.login:<12} {account.password}  {account.name}: {roles}", soft_wrap=True)
    _console.print(f"They are kept in {file}, which only you can read.", soft_wrap=True)


def _say_address(chosen: Settings) -> None:
    from api.listening import listening  # noqa: PLC0415 - slow to load: only where it is used

    where = listening(chosen)
    address = where.address
    _console.print(f"\nOpen {address} for the map, {address}docs for the API. Ctrl-C stops.", soft_wrap=True)
    if where.authority:
        said = f"Phones trust this server once they have installed {address}ca, fingerprint (SHA-256):"
        _console.print(f"{said}\n{where.authority.fingerprint()}", soft_wrap=True)
        handed = "Hand this file to them where nobody is to click a browser's warning away:"
        _console.print(f"{handed} {where.authority.given}", soft_wrap=True)


def _require_free(chosen: Settings) -> None:
    from api.listening import listening  # noqa: PLC0415 - slow to load: only where it is used

    listening(chosen)
    with socket.socket(socket.AF_INET6 if ":" in chosen.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((chosen.host, chosen.port))
        except OSError as error:
            message = f"Port {chosen.port} is taken by another program: set GRIDGOV_PORT to a free one."
            raise SetupError(message) from error
