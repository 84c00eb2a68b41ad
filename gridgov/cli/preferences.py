"""`gridgov preferences`: how you want to be told outside the inbox, which gets everything."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import time
from typing import Annotated, Any

import typer

from gridgov.cli._hand import at_hand
from gridgov.cli._saying import say_fields
from gridgov.errors import InputError
from gridgov.messages import Preferences
from gridgov.services.messaging import Inbox

_NO_DIGEST = "none"


def preferences_command(
    *,
    language: Annotated[str | None, typer.Option(help="zh or en.")] = None,
    channel: Annotated[
        list[str] | None, typer.Option(help="How you are told, like email; may be repeated. 'none': only the inbox.")
    ] = None,
    mute: Annotated[list[str] | None, typer.Option(help="A kind to be sent nowhere: case.closed, case.*")] = None,
    unmute: Annotated[list[str] | None, typer.Option(help="A kind to be sent again.")] = None,
    quiet: Annotated[str | None, typer.Option(help="When only what is urgent is sent, like 22:00-07:00.")] = None,
    digest: Annotated[
        str | None, typer.Option(help="The hour of one message for all, like 8; 'none' for each.")
    ] = None,
) -> None:
    """Say how you want to be told, or change it; what is left out stays."""
    changes: dict[str, Any] = {}
    if language is not None:
        changes["language"] = language
    if channel is not None:
        changes["channels"] = frozenset(channel) - {_NO_DIGEST}
    if quiet is not None:
        changes["quiet_from"], changes["quiet_until"] = _hours(quiet)
    if digest is not None:
        changes["digest_hour"] = None if digest == _NO_DIGEST else _hour(digest)
    with at_hand() as hand:
        inbox = hand.of(Inbox)
        kept = inbox.preferences(hand.caller)
        muted = (kept.muted | _all(mute)) - _all(unmute)
        wanted = replace(kept, **changes, muted=muted)
        say_fields(_told(inbox.set_preferences(hand.caller, wanted) if wanted != kept else kept))


def _all(kinds: Iterable[str] | None) -> frozenset[str]:
    return frozenset(kinds or ())


def _hours(quiet: str) -> tuple[time, time]:
    try:
        begin, end = (time.fromisoformat(said.strip()) for said in quiet.split("-"))
    except ValueError as error:
        message = f"{quiet!r} are no hours: write them like 22:00-07:00."
        raise InputError(message, field="quiet") from error
    return begin, end


def _hour(digest: str) -> int:
    try:
        return int(digest)
    except ValueError as error:
        message = f"{digest!r} is no hour: write it like 8, or 'none'."
        raise InputError(message, field="digest") from error


def _told(kept: Preferences) -> dict[str, Any]:
    digest = "each by itself" if kept.digest_hour is None else f"one message at {kept.digest_hour}:00"
    return {
        "language": kept.language,
        "told_by": sorted(kept.channels) or "the inbox alone",
        "muted": sorted(kept.muted) or "nothing",
        "quiet": f"{kept.quiet_from:%H:%M}-{kept.quiet_until:%H:%M}",
        "what_is_not_urgent": digest,
    }
