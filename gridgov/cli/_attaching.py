"""Sending a photo or a short video from the command line: in parts, with progress, and on from where it broke off."""

import hashlib
import mimetypes
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from gridgov.cli._hand import Hand
from gridgov.cli._saying import say
from gridgov.errors import InputError
from gridgov.evidence import Announcement
from gridgov.ids import new_id
from gridgov.services.attaching import Attaching
from gridgov.store.evidence import Evidence


def attach_all(
    hand: Hand,
    files: list[Path],
    identity: UUID | None,
    *,
    incident_id: UUID | None = None,
    whistle_id: UUID | None = None,
) -> None:
    """Attach files to a case or a whistle, and say the id of each.

    Raises
    ------
    InputError
        If a file cannot be read, or one id is given for several files.
    """
    if identity is not None and len(files) > 1:
        message = "An id stands for one file: attach them one by one, or leave --id out."
        raise InputError(message, field="id")
    for file in files:
        upload_id = identity or new_id()
        kept = _shown(hand, file, upload_id, incident_id, whistle_id)
        say(f"{kept.id}  {kept.name}  {kept.media_type}, {kept.size:,} bytes")


def _shown(hand: Hand, file: Path, upload_id: UUID, incident_id: UUID | None, whistle_id: UUID | None) -> Evidence:
    columns = (TextColumn(file.name.replace("[", r"\[")), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    told = Console(stderr=True, highlight=False)
    with Progress(*columns, console=told, transient=True) as progress:
        announced = _announced(file, upload_id, incident_id, whistle_id)
        task = progress.add_task(file.name, total=announced.size)
        try:
            return _sent(hand, file, announced, lambda done: progress.update(task, completed=done))
        except BaseException:
            told.print(
                f"{file.name} is not attached. Give the same command with --id {upload_id}: it goes on from here."
            )
            raise


def _announced(file: Path, upload_id: UUID, incident_id: UUID | None, whistle_id: UUID | None) -> Announcement:
    try:
        with file.open("rb") as source:
            digest = hashlib.file_digest(source, "sha256").digest()
            size = source.tell()
    except OSError as error:
        message = f"{file} cannot be read ({error.strerror}): check its name."
        raise InputError(message, field="file") from error
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return Announcement(upload_id, incident_id, whistle_id, file.name, kind, size, digest)


def _sent(hand: Hand, file: Path, announced: Announcement, told: Callable[[int], None]) -> Evidence:
    attaching = hand.of(Attaching)
    progress = attaching.announce(hand.caller, announced)
    step = progress.upload.part_size
    with file.open("rb") as source:
        for number in progress.missing:
            source.seek((number - 1) * step)
            content = source.read(step)
            with attaching.incoming() as part:
                part.write(content)
                attaching.receive(hand.caller, announced.id, number, part, hashlib.sha256(content).digest())
            told(min(number * step, announced.size))
    return attaching.complete(hand.caller, announced.id)
