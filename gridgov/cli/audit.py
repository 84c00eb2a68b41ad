"""`gridgov audit`: whether anybody changed the record behind gridgov's back, and one case's whole story in a file."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from gridgov.clock import system_clock
from gridgov.errors import InputError
from gridgov.seals import parse_head
from gridgov.services.auditing import Auditing, Verdict
from gridgov.services.exporting import Exporting
from gridgov.settings import settings
from gridgov.store.cluster import database_url
from gridgov.store.schema import upgrade_engine
from gridgov.store.unit import Store

app = typer.Typer(no_args_is_help=True, help="Verify the record against its chains and seals; export a case's story.")

_console = Console(highlight=False)
_SHOWN = 50

District = Annotated[str | None, typer.Option(help="One district's six digits; all if left out.")]


@app.command()
def verify(
    *,
    district: District = None,
    head: Annotated[
        list[str] | None, typer.Option(help="What `gridgov audit head` printed earlier; repeatable.")
    ] = None,
    files: Annotated[bool, typer.Option("--files", help="Read the files of attachments too.")] = False,
) -> None:
    """Check every chain, every seal and every row they witness; exit with 1 if anything is wrong."""
    kept = {parse_head(one)[0]: one for one in head or []}
    with _store() as store:
        auditing = Auditing.configured(store, settings(), clock=system_clock)
        codes = [district] if district else sorted({*auditing.districts(), *kept})
        verdicts = [_verified(auditing, code, kept.get(code), files=files) for code in codes]
    for verdict in verdicts:
        _tell(verdict)
    if any(verdict.findings for verdict in verdicts):
        raise typer.Exit(1)


@app.command()
def head(*, district: District = None) -> None:
    """Print each district's newest seal: keep it on paper or on another machine, and give it to `verify --head`."""
    with _store() as store:
        auditing = Auditing.configured(store, settings(), clock=system_clock)
        heads = [auditing.head(code) for code in ([district] if district else auditing.districts())]
    for found in filter(None, heads):
        typer.echo(found)
    if not any(heads):
        typer.echo("Nothing is sealed yet: `gridgov serve` and `gridgov work` set a seal every minute.", err=True)


@app.command()
def export(
    number: Annotated[str, typer.Argument(help="The case's number, like 370102-260615-7K3M9QXA.")],
    *,
    html: Annotated[Path | None, typer.Option(help="Write it as one page that needs nothing else.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write it as JSON.")] = None,
) -> None:
    """Write one case's whole story into a file. Who reported it is never in it."""
    if html is None and json_file is None:
        message = "Say where to: --html FILE, --json FILE, or both."
        raise InputError(message, field="html")
    with _store() as store:
        exporting = Exporting.configured(store, settings(), clock=system_clock)
        story = exporting.story_of(number)
        written = [(html, exporting.html(story))] if html else []
    written += [(json_file, json.dumps(story, ensure_ascii=False, indent=1))] if json_file else []
    for file, words in written:
        _write(file, words)
        typer.echo(f"The story of {story['incident']['number']} is in {file}.")
    if not story["verification"]["whole"]:
        typer.echo("The record does not fit its chain: the story says where.", err=True)
        raise typer.Exit(1)


def _write(file: Path, words: str) -> None:
    try:
        file.write_text(words, encoding="utf-8")
    except OSError as error:
        message = f"{file} cannot be written ({error.strerror}): choose another place."
        raise InputError(message, field="html") from error


def _verified(auditing: Auditing, code: str, head: str | None, *, files: bool) -> Verdict:
    columns = (TextColumn(f"Verifying {code}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(code, total=auditing.count(code))
        return auditing.verify(
            code, head=head, files=files, progress=lambda done: progress.update(task, completed=done)
        )


def _tell(verdict: Verdict) -> None:
    unsealed = f", {verdict.unsealed:,} not sealed yet" if verdict.unsealed else ""
    said = f"{verdict.facts:,} facts under {verdict.seals:,} seals{unsealed}"
    if not verdict.findings:
        _console.print(f"{verdict.district_code}: whole ({said}).", soft_wrap=True)
        return
    _console.print(
        f"{verdict.district_code}: {len(verdict.findings):,} findings ({said}).", style="red", soft_wrap=True
    )
    for found in verdict.findings[:_SHOWN]:
        seal = f"seal {found.seal}" if found.seal else None
        where = " ".join(filter(None, (found.number, f"#{found.seq}" if found.seq else None, seal)))
        _console.print(f"  {found.what:<18} {where}: {found.detail}", markup=False, soft_wrap=True)
    if len(verdict.findings) > _SHOWN:
        _console.print(f"  ... and {len(verdict.findings) - _SHOWN:,} more.")


@contextmanager
def _store() -> Iterator[Store]:
    with database_url() as url:
        store = Store(url)
        try:
            upgrade_engine(store.engine)
            yield store
        finally:
            store.close()
