"""`gridgov audit`: whether anybody changed the record behind gridgov's back, and one case's whole story in a file."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from gridgov.cli._acting import OrLocal
from gridgov.cli._giving import Before, CaseArgument, Limit
from gridgov.cli._hand import Hand, at_hand
from gridgov.cli._saying import say_more, say_table
from gridgov.errors import InputError, NotAllowedError
from gridgov.seals import parse_head
from gridgov.services.auditing import Auditing, Verdict
from gridgov.services.exporting import Exporting
from gridgov.services.revealing import Revealing

app = typer.Typer(no_args_is_help=True, help="Verify the record against its chains and seals; export a case's story.")

_console = Console(highlight=False)
_SHOWN = 50

ours = OrLocal(app, lambda hand: hand)

District = Annotated[str | None, typer.Option(help="One district's six digits; all if left out.")]


@ours.command()
def verify(
    hand: Hand,
    *,
    district: District = None,
    head: Annotated[
        list[str] | None, typer.Option(help="What `gridgov audit head` printed earlier; repeatable.")
    ] = None,
    files: Annotated[bool, typer.Option("--files", help="Read the files of attachments too.")] = False,
) -> None:
    """Check every chain, every seal and every row they witness; exit with 1 if anything is wrong.

    What `--head` gives is compared in the district that it names.
    """
    kept = _by_district(head or [], district)
    auditing = hand.of(Auditing)
    codes = _districts(hand, auditing, district, set(kept))
    verdicts = [_verified(auditing, code, kept.get(code, []), files=files) for code in codes]
    for verdict in verdicts:
        _tell(verdict)
    if any(verdict.findings for verdict in verdicts):
        raise typer.Exit(1)


@ours.command()
def head(hand: Hand, *, district: District = None) -> None:
    """Print each district's newest seal: keep it on paper or on another machine, and give it to `verify --head`."""
    auditing = hand.of(Auditing)
    heads = [auditing.head(code) for code in _districts(hand, auditing, district, set())]
    for found in filter(None, heads):
        typer.echo(found)
    if not any(heads):
        typer.echo("Nothing is sealed yet: `gridgov serve` and `gridgov work` set a seal every minute.", err=True)


@ours.command()
def export(
    hand: Hand,
    case: CaseArgument,
    *,
    html: Annotated[Path | None, typer.Option(help="Write it as one page that needs nothing else.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write it as JSON.")] = None,
) -> None:
    """Write one case's whole story into a file. Who reported it is never in it."""
    if html is None and json_file is None:
        message = "Say where to: --html FILE, --json FILE, or both."
        raise InputError(message, field="html")
    exporting = hand.of(Exporting)
    if hand.machine:
        story = exporting.story_of(case, by=hand.machine)
    else:
        story = exporting.story(hand.caller, hand.incident(case))
    written = [(html, exporting.html(story))] if html else []
    written += [(json_file, json.dumps(story, ensure_ascii=False, indent=1))] if json_file else []
    for file, words in written:
        _write(file, words)
        typer.echo(f"The story of {story['incident']['number']} is in {file}.")
    if story["verification"]["unwitnessed"]:
        tables = ", ".join(story["verification"]["unwitnessed"])
        typer.echo(f"No fact witnesses its rows in {tables}: it is older than that.", err=True)
    if story["verification"]["findings"]:
        typer.echo("The record does not fit its chain: the story says where.", err=True)
        raise typer.Exit(1)


@app.command()
def verifications() -> None:
    """Show what the newest verification of each district that you audit came to."""
    with at_hand() as hand:
        rows = hand.of(Auditing).last_verifications(hand.caller)
    told = [(r["district_code"], r["at"], r["facts"], r["seals"], r["unsealed"], r["findings"]) for r in rows]
    say_table(("district", "at", "facts", "seals", "unsealed", "findings"), told)


@app.command()
def looks(*, limit: Limit = 50, before: Before = None) -> None:
    """Show who looked at which reporter and at whose position, when and what for, newest first."""
    with at_hand() as hand:
        rows = hand.of(Revealing).looks(hand.caller, limit=limit, before=before)
    names = [name for name in (rows[0] if rows else ()) if name not in {"district_code", "account_id"}]
    say_table([name.replace("_", " ") for name in names], [[row[name] for name in names] for row in rows])
    say_more(rows, limit)


def _districts(hand: Hand, auditing: Auditing, wanted: str | None, named: set[str]) -> list[str]:
    """Return which districts are meant: those asked for, else all that whoever is at the command line audits.

    Raises
    ------
    NotAllowedError
        If one that is asked for is none of them.
    """
    asked = {wanted} if wanted else named
    if hand.machine:
        return [wanted] if wanted else sorted({*auditing.districts(), *named})
    with hand.store.acting(hand.caller, now=hand.clock()) as unit:
        unit.subject.require("audit.read")
        mine = {code for code in {*auditing.districts(), *asked} if unit.subject.may("audit.read", code)}
    if not asked <= mine:
        message = f"You do not audit {', '.join(sorted(asked - mine))} (audit.read): ask your administrator."
        raise NotAllowedError(message, field="district")
    return sorted({wanted} if wanted else mine)


def _write(file: Path, words: str) -> None:
    try:
        file.write_text(words, encoding="utf-8")
    except OSError as error:
        message = f"{file} cannot be written ({error.strerror}): choose another place."
        raise InputError(message, field="html") from error


def _by_district(heads: list[str], only: str | None) -> dict[str, list[str]]:
    kept: dict[str, list[str]] = {}
    for one in heads:
        kept.setdefault(parse_head(one)[0], []).append(one)
    others = sorted(kept.keys() - {only}) if only else []
    if others:
        message = f"--district {only} verifies that one alone, and a head is of {others[0]}: leave one of them out."
        raise InputError(message, field="head")
    return kept


def _verified(auditing: Auditing, code: str, heads: list[str], *, files: bool) -> Verdict:
    columns = (TextColumn(f"Verifying {code}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(code, total=auditing.count(code))
        return auditing.verify(
            code, heads=heads, files=files, progress=lambda done: progress.update(task, completed=done)
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
