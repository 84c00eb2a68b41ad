"""`gridgov register`: people, duties, organisations and rules as files, taken away and brought back."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Self

import typer

from gridgov.cli._acting import OrLocal
from gridgov.cli._hand import Hand
from gridgov.cli._saying import say, say_table
from gridgov.errors import FileFormatError, InputError
from gridgov.formats.sheets import MOST_BYTES
from gridgov.services.accounts.wanted import Who
from gridgov.services.registers.tables import Brought, Tables

app = typer.Typer(no_args_is_help=True, help="People, duties, organisations and rules as CSV and XLSX.")

NameArgument = Annotated[str, typer.Argument(help="A table: `gridgov register list` shows them.")]


@dataclass(frozen=True, slots=True)
class At:
    """The tables, and who asks."""

    tables: Tables
    who: Who

    @classmethod
    def of(cls, hand: Hand) -> Self:
        """Return the tables for whoever is at the command line."""
        return cls(hand.of(Tables), hand.who)


ours = OrLocal(app, At.of)


@ours.command("list")
def list_tables(at: At) -> None:
    """Show the tables that you may take away and bring back."""
    rows = [
        (table.name, table.name_zh, ", ".join(c.zh for c in columns)) for table, columns in at.tables.tables(at.who)
    ]
    say_table(("name", "called", "columns"), rows)


@ours.command()
def export(
    at: At,
    name: NameArgument,
    file: Annotated[Path, typer.Argument(help="Where to: a name that ends in .csv or .xlsx.")],
    *,
    language: Annotated[str, typer.Option(help="Of headers and words: zh or en.")] = "zh",
) -> None:
    """Write a table into FILE."""
    write = {".csv": at.tables.csv, ".xlsx": at.tables.xlsx}.get(file.suffix.lower())
    if write is None or language not in {"zh", "en"}:
        message = "Give FILE a name that ends in .csv or .xlsx, and --language zh or en."
        raise InputError(message, field="file")
    content = write(at.who, name, language=language)
    try:
        file.write_bytes(content)
    except OSError as error:
        message = f"{file} cannot be written ({error.strerror}): does the folder exist?"
        raise FileFormatError(message, field="file") from error
    say(f"{file}: {name} as it stands.")


@ours.command("import")
def import_table(
    at: At,
    name: NameArgument,
    file: Annotated[Path, typer.Argument(help="A CSV or an XLSX, as `export` writes it.")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what it would do.")] = False,
    source: Annotated[str, typer.Option(help="Where a responsibility list comes from.")] = "",
) -> None:
    """Bring FILE back into a table: all of it or, where any row is wrong, nothing."""
    brought = at.tables.bring(at.who, name, _content(file), dry_run=dry_run, source=source)
    _tell(brought)


def _content(file: Path) -> bytes:
    try:
        if file.stat().st_size > MOST_BYTES:
            message = f"{file} is larger than {MOST_BYTES // 1024**2} MB, more than any register: split it by street."
            raise FileFormatError(message, field="file")
        return file.read_bytes()
    except OSError as error:
        message = f"{file} cannot be read ({error.strerror}): check its name."
        raise FileFormatError(message, field="file") from error


def _tell(brought: Brought) -> None:
    changes = brought.summary["changes"]
    if changes:
        say_table(("row", "column", "was", "is"), [(c["key"], c["field"], c["from"], c["to"]) for c in changes])
    if brought.faults:
        say_table(("row", "column", "what is wrong"), [(str(f.row), f.column, f.message) for f in brought.faults])
    if brought.faults:
        say(f"{len(brought.faults)} faults: nothing of it could be brought.")
        return
    counts = f"{brought.summary['adds']} added, {len(changes)} fields changed, {brought.summary['ends']} ended"
    say(
        f"{'Done' if brought.applied else 'Would be done'}: {counts}, {brought.summary['unchanged']} rows as they were."
    )
