"""`gridgov evidence`: what hangs on a case; see it, keep a copy, give an upload up."""

from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from gridgov.cli._giving import CaseArgument
from gridgov.cli._hand import at_hand
from gridgov.cli._saying import say, say_fields, say_table
from gridgov.errors import InputError, NotFoundError
from gridgov.services.attaching import Attaching
from gridgov.services.showing import Gallery
from gridgov.store.evidence import Evidence

app = typer.Typer(no_args_is_help=True, help="See what hangs on a case; `gridgov case attach` adds to it.")

EvidenceArgument = Annotated[UUID, typer.Argument(metavar="EVIDENCE", help="The attachment's id.")]
UploadArgument = Annotated[UUID, typer.Argument(metavar="UPLOAD", help="The id that the attachment was to have.")]


@app.command("list")
def list_evidence(case: CaseArgument) -> None:
    """List a case's attachments, oldest first."""
    with at_hand() as hand:
        found = hand.of(Gallery).of_incident(hand.caller, hand.incident(case))
    headers = ("attachment", "name", "kind", "bytes", "by", "at")
    rows = [(one.id, one.name, one.media_type, one.size, one.author, one.added_at) for one in found]
    say_table(headers, rows, none="Nothing is attached.")


@app.command()
def show(evidence: EvidenceArgument) -> None:
    """Say what is known of an attachment."""
    with at_hand() as hand:
        found = hand.of(Gallery).one(hand.caller, evidence)
    say(f"{found.name}: {found.media_type}, {found.size:,} bytes")
    say_fields(_told(found))


@app.command()
def exif(evidence: EvidenceArgument) -> None:
    """Say where and when a camera says it was: it proves nothing by itself."""
    with at_hand() as hand:
        told = hand.of(Gallery).told(hand.caller, evidence)
    names = ("taken_at", "taken_text", "lon", "lat", "accuracy_m", "datum", "camera", "tags")
    known = {name: getattr(told, name) for name in names}
    say_fields(known)
    if not any(known.values()):
        say("It tells nothing.")


@app.command()
def save(
    evidence: EvidenceArgument,
    file: Annotated[Path, typer.Argument(help="Where to.")],
    *,
    thumbnail: Annotated[bool, typer.Option("--thumbnail", help="The small picture of it instead.")] = False,
) -> None:
    """Keep a copy of an attachment, or of the small picture of it."""
    with at_hand() as hand:
        gallery = hand.of(Gallery)
        found = gallery.one(hand.caller, evidence)
        wanted = found.thumbnail_sha256 if thumbnail else found.sha256
        if wanted is None:
            message = "This attachment has no small picture: leave --thumbnail out."
            raise NotFoundError(message, field="thumbnail")
        try:
            with file.open("wb") as out:
                out.writelines(gallery.read(wanted))
        except OSError as error:
            message = f"{file} cannot be written ({error.strerror}): choose another place."
            raise InputError(message, field="file") from error
    say(f"{found.name} is in {file}.")


@app.command()
def upload(upload: UploadArgument) -> None:
    """Say how far an upload of yours is."""
    with at_hand() as hand:
        found = hand.of(Attaching).progress(hand.caller, upload)
    say(f"{found.upload.name}: {found.upload.stage}")
    say_fields(
        {
            "size": found.upload.size,
            "parts": found.received,
            "missing": found.missing,
            "kept_until": found.upload.due_at,
        }
    )


@app.command("give-up")
def give_up(upload: UploadArgument) -> None:
    """Give an upload of yours up that is not complete. What hangs on a case is never removed."""
    with at_hand() as hand:
        hand.of(Attaching).give_up(hand.caller, upload)
    say("It is given up.")


def _told(found: Evidence) -> dict[str, Any]:
    return {
        "id": found.id,
        "incident": found.incident_id,
        "whistle": found.whistle_id,
        "sha256": found.sha256.hex(),
        "original_size": found.original_size,
        "original_sha256": found.original_sha256.hex(),
        "pixels": f"{found.width} x {found.height}" if found.width else None,
        "seconds": found.duration_s,
        "by": found.author,
        "at": found.added_at,
    }
