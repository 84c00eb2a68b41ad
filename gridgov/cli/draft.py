"""`gridgov draft`: drafts of the grid, made from a file, taken to QGIS and back, approved and published."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from gridgov.access import Caller
from gridgov.cli._giving import maybe_moment, moment
from gridgov.cli._hand import at_hand
from gridgov.cli._saying import say, say_fields, say_table, shown
from gridgov.drafts import State, Within
from gridgov.services.drafting import Drafting, DraftRow

app = typer.Typer(no_args_is_help=True, help="Draft the next version of the grid: preview, approve, publish, undo.")

DraftArgument = Annotated[UUID, typer.Argument(metavar="DRAFT", help="Its id: `gridgov draft list` shows it.")]
FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="A file with a layer of cells.")]
DatumOption = Annotated[
    str | None,
    typer.Option("--datum", "--crs", help="wgs84, cgcs2000, EPSG:4548, ... where the file does not say it."),
]
RevisionOption = Annotated[
    int | None, typer.Option("--revision", help="The revision you decided on; refused if somebody was quicker.")
]
NoteOption = Annotated[str, typer.Option("--note", help="Words that stay with the step.")]
_MOST_FAULTS = 20


@contextmanager
def _drafting() -> Iterator[tuple[Drafting, Caller]]:
    with at_hand() as hand:
        yield hand.of(Drafting), hand.caller


@app.command("list")
def list_drafts(state: Annotated[State | None, typer.Option(help="Only those in this state.")] = None) -> None:
    """Show the drafts of your districts, newest first."""
    with _drafting() as (drafting, caller):
        rows = drafting.list(caller, state=state)
    table = [(str(r.id), r.title, r.author, r.state, str(len(r.faults)), shown(r.changed_at)) for r in rows]
    say_table(("draft", "title", "author", "state", "faults", "changed"), table)


@app.command()
def create(
    file: FileArgument,
    *,
    title: Annotated[str, typer.Option(help="What people call it.")],
    within: Annotated[Within, typer.Option(help="What no cell may cross.")] = Within.COMMUNITY,
    datum: DatumOption = None,
) -> None:
    """Make a draft from FILE; streets that it does not mention stay as they are."""
    with _drafting() as (drafting, caller):
        _tell(drafting.create(caller, file, title=title, within=within, datum=datum))


@app.command()
def export(draft: DraftArgument, file: Annotated[Path, typer.Argument(help="A name that ends in .gpkg.")]) -> None:
    """Write a draft into FILE, to be edited in QGIS."""
    with _drafting() as (drafting, caller):
        row = drafting.one(caller, draft)
        path = drafting.export(caller, draft, file)
    say(f"{path}: revision {row.revision}. Bring it back with `gridgov draft load {draft} {path}`.")


@app.command()
def load(
    draft: DraftArgument,
    file: FileArgument,
    *,
    revision: RevisionOption = None,
    onto_newest: Annotated[bool, typer.Option("--onto-newest", help="It was drawn on the newest grid.")] = False,
    datum: DatumOption = None,
) -> None:
    """Take the cells of a draft from an edited FILE, which holds all cells of the district."""
    with _drafting() as (drafting, caller):
        _tell(
            drafting.load_back(caller, draft, file, revision=revision, onto_newest=onto_newest, datum=datum),
        )


@app.command()
def rebase(draft: DraftArgument) -> None:
    """Carry a draft onto the newest version of the grid."""
    with _drafting() as (drafting, caller):
        _tell(drafting.rebase(caller, draft))


@app.command()
def preview(draft: DraftArgument) -> None:
    """Show what publishing a draft would change: cells, people, open cases, whistles, figures."""
    with _drafting() as (drafting, caller):
        found = drafting.preview(caller, draft)
    say_fields(found.counts)
    say_table(
        ("cell", "change", "continues", "households"),
        [(str(c.code), c.change, c.continues or "", f"{c.households:.0f}") for c in found.cells.itertuples()],
    )
    staff = [(s.name or "", s.role, s.cell, s.to or "", s.outcome) for s in found.staff.itertuples()]
    say_table(("person", "role", "of", "goes on with", "outcome"), staff, none="no duty changes")
    cases = [(c.number, c.cell or "", c.would_be or "") for c in found.cases.itertuples()]
    say_table(("open case", "keeps", "would be in"), cases, none="no open case lies there")
    whistles = [(str(w.id), w.stage, "combined" if w.combined else "") for w in found.whistles.itertuples()]
    say_table(("open whistle", "stage", ""), whistles, none="no open whistle lies there")
    say(f"Nobody would answer for: {', '.join(found.uncovered) or 'none'}.")
    before, after = found.figures.loc["before"], found.figures.loc["after"]
    say(f"Households a cell vary by {before['cv']:.3f} now and {after['cv']:.3f} then (standard deviation over mean).")


@app.command()
def propose(draft: DraftArgument, *, revision: RevisionOption = None, note: NoteOption = "") -> None:
    """Propose a draft to those who approve."""
    with _drafting() as (drafting, caller):
        _tell(drafting.propose(caller, draft, revision=revision, note=note))


@app.command()
def approve(
    draft: DraftArgument,
    *,
    at: Annotated[str | None, typer.Option(help="From when it is to be in force; when published if left out.")] = None,
    revision: RevisionOption = None,
    note: NoteOption = "",
) -> None:
    """Approve somebody else's proposal."""
    with _drafting() as (drafting, caller):
        _tell(drafting.approve(caller, draft, at=maybe_moment(at, "at"), revision=revision, note=note))


@app.command("send-back")
def send_back(draft: DraftArgument, *, revision: RevisionOption = None, note: NoteOption = "") -> None:
    """Send a proposal back to be edited."""
    with _drafting() as (drafting, caller):
        _tell(drafting.send_back(caller, draft, revision=revision, note=note))


@app.command()
def publish(
    draft: DraftArgument,
    *,
    revision: RevisionOption = None,
    over_whistles: Annotated[
        bool, typer.Option("--over-whistles", help="Combined whistles that are open there keep their version.")
    ] = False,
) -> None:
    """Publish an approved draft, from the moment that was approved or from now on."""
    with _drafting() as (drafting, caller):
        _tell(drafting.publish(caller, draft, revision=revision, over_whistles=over_whistles))


@app.command("call-off")
def call_off(draft: DraftArgument, *, revision: RevisionOption = None, note: NoteOption = "") -> None:
    """Call a publication for later off, until its moment."""
    with _drafting() as (drafting, caller):
        _tell(drafting.call_off(caller, draft, revision=revision, note=note))


@app.command()
def withdraw(draft: DraftArgument, *, revision: RevisionOption = None, note: NoteOption = "") -> None:
    """Withdraw a draft that is not to be published."""
    with _drafting() as (drafting, caller):
        _tell(drafting.withdraw(caller, draft, revision=revision, note=note))


@app.command()
def undo(
    to: Annotated[str, typer.Argument(metavar="MOMENT", help="Like 2026-03-05T14:30:00+08:00.")],
    *,
    district: Annotated[str | None, typer.Option(help="Its code, where you plan several.")] = None,
    title: Annotated[str | None, typer.Option(help="What people call it.")] = None,
) -> None:
    """Make a draft that restores the cells of MOMENT; published, it is a new version."""
    with _drafting() as (drafting, caller):
        _tell(drafting.undo(caller, to=moment(to, "to"), district_code=district, title=title))


def _tell(row: DraftRow) -> None:
    when = (
        f", in force from {shown(row.publish_at)} as version {row.published_version}" if row.published_version else ""
    )
    say(f"{row.id}: {row.title}, {row.state}, revision {row.revision}{when}.")
    for fault in row.faults[:_MOST_FAULTS]:
        say(f"  {fault['message']}")
    if row.faults:
        say(f"{len(row.faults)} faults keep it from being proposed: `gridgov draft export` shows them on a map.")
