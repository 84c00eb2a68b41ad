"""`gridgov endpoint`: programs that want to hear, and what became of each message."""

from dataclasses import replace
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import typer

from gridgov.cli._giving import Before, Identity, Limit, moment
from gridgov.cli._hand import Hand, at_hand
from gridgov.cli._saying import say, say_more, say_table
from gridgov.errors import InputError, NotFoundError
from gridgov.ids import new_id
from gridgov.services.messaging import MOST_RETRIED, Endpoints, Wish
from gridgov.store.messages import EndpointRow, Lost

app = typer.Typer(no_args_is_help=True, help="Look after programs that want to hear, and what became of messages.")

_PAGE = 500
EndpointArgument = Annotated[UUID, typer.Argument(metavar="ENDPOINT", help="The endpoint's id.")]
Kinds = Annotated[list[str] | None, typer.Option("--kind", help="What it hears: case.closed, case.*; may be repeated.")]
OrganisationOption = Annotated[str | None, typer.Option("--organisation", help="Only what concerns this one.")]


class State(StrEnum):
    """What became of a message."""

    WAITING = "waiting"
    SENT = "sent"
    DEAD = "dead"
    DROPPED = "dropped"


@app.command("list")
def list_endpoints(*, limit: Limit = 50, before: Before = None) -> None:
    """List the programs that want to hear, in the districts whose channels you look after."""
    with at_hand() as hand:
        rows = hand.of(Endpoints).page(hand.caller, limit=limit, before=before)
    headers = (
        "endpoint",
        "name",
        "address",
        "district",
        "hears",
        "organisation",
        "failures",
        "paused until",
        "disabled",
    )
    told = [
        (
            row.id,
            row.name,
            row.url,
            row.district_code,
            row.kinds or "all",
            row.organisation_code,
            row.failures,
            row.paused_until,
            row.disabled_at,
        )
        for row in rows
    ]
    say_table(headers, told, none="No program wants to hear.")
    say_more([{"id": row.id} for row in rows], limit)


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="Who hears.")],
    url: Annotated[str, typer.Argument(help="Where, like https://board.example.org/hooks/gridgov")],
    *,
    district: Annotated[str, typer.Option(help="Of which district it hears.")],
    kind: Kinds = None,
    organisation: OrganisationOption = None,
    identity: Identity = None,
) -> None:
    """Add a program; the secret that signs what it is sent is shown this once."""
    wish = Wish(name, url, frozenset(kind) if kind else None, organisation)
    with at_hand() as hand:
        row, secret = hand.of(Endpoints).add(hand.caller, identity or new_id(), district, wish)
    say(f"{row.id}  {row.name}")
    say(f"  secret  {secret.written}" if secret else "  It is there already: `gridgov endpoint secret` renews it.")


@app.command()
def change(  # noqa: PLR0913 - one option for each part of an endpoint
    endpoint: EndpointArgument,
    *,
    name: Annotated[str | None, typer.Option(help="Who hears.")] = None,
    url: Annotated[str | None, typer.Option(help="Where.")] = None,
    kind: Kinds = None,
    all_kinds: Annotated[bool, typer.Option("--all-kinds", help="It hears everything.")] = False,
    organisation: OrganisationOption = None,
    all_organisations: Annotated[bool, typer.Option("--all-organisations", help="Whomever it concerns.")] = False,
) -> None:
    """Change what a program hears and where; what is left out stays. One that was disabled hears again."""
    with at_hand() as hand:
        kept = _one(hand, endpoint)
        kinds = None if kept.kinds is None else frozenset(kept.kinds)
        wish = Wish(name or kept.name, url or kept.url, kinds, kept.organisation_code)
        if kind or all_kinds:
            wish = replace(wish, kinds=frozenset(kind) if kind else None)
        if organisation or all_organisations:
            wish = replace(wish, organisation_code=organisation)
        row = hand.of(Endpoints).change(hand.caller, endpoint, wish)
    say(f"{row.name} hears at {row.url}.")


@app.command()
def secret(endpoint: EndpointArgument) -> None:
    """Give a program a new secret; the old one signs nothing any more."""
    with at_hand() as hand:
        say(hand.of(Endpoints).renew(hand.caller, endpoint).written)


@app.command()
def disable(endpoint: EndpointArgument) -> None:
    """Tell a program nothing more; what it was told stays known."""
    with at_hand() as hand:
        hand.of(Endpoints).disable(hand.caller, endpoint)
    say("It is told nothing more.")


@app.command()
def deliveries(
    *,
    state: Annotated[State | None, typer.Option(help="Only these; dead is what was given up.")] = None,
    limit: Limit = 50,
    before: Before = None,
) -> None:
    """List what became of messages, newest first."""
    with at_hand() as hand:
        rows = hand.of(Endpoints).deliveries(hand.caller, limit=limit, before=before, state=state and state.value)
    names = ("id", "created_at", "channel", "kind", "state", "attempts", "due_at", "done_at", "said")
    say_table(names, [[row[name] for name in names] for row in rows], none="No message.")
    say_more(rows, limit)


@app.command()
def retry(
    delivery: Annotated[UUID | None, typer.Argument(help="The delivery's id.")] = None,
    *,
    since: Annotated[str | None, typer.Option(help="All that was given up then or later.")] = None,
    channel: Annotated[str | None, typer.Option(help="Of these, only of this channel.")] = None,
    endpoint: Annotated[UUID | None, typer.Option(help="Of these, only for this endpoint.")] = None,
) -> None:
    """Give a message that was given up another chance, or all that were since a time."""
    if (delivery is None) == (since is None):
        message = "Say which: the id of one delivery, or --since for all that were given up since."
        raise InputError(message, field="since")
    with at_hand() as hand:
        endpoints = hand.of(Endpoints)
        if delivery is not None:
            say(f"It is {endpoints.retry(hand.caller, delivery)['state']}.")
        else:
            found = endpoints.retry_all(hand.caller, Lost(moment(since or "", "since"), channel, endpoint))
            more = "; there may be more, ask again" if found == MOST_RETRIED else ""
            say(f"{found} messages are sent again{more}.")


def _one(hand: Hand, endpoint: UUID) -> EndpointRow:
    endpoints, before = hand.of(Endpoints), None
    while rows := endpoints.page(hand.caller, limit=_PAGE, before=before):
        for row in rows:
            if row.id == endpoint:
                return row
        before = rows[-1].id
    message = "There is no such endpoint: `gridgov endpoint list` shows those there are."
    raise NotFoundError(message, field="endpoint")
