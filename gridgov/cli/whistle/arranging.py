"""Arranging whistles: teams that are summoned at once, and the kinds of whistle with their limits."""

from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

import typer

from gridgov.cli._hand import at_hand
from gridgov.cli._saying import say, say_table
from gridgov.errors import InputError
from gridgov.services.whistling import Arranging, TeamOrder
from gridgov.whistles import Answerer, IssuerLevel, Vouching, WhistleKind
from gridgov.whistles.teams import TeamKind

_MINUTE = timedelta(minutes=1)
Minutes = Annotated[int | None, typer.Option(min=0, help="Minutes, day and night.")]


def teams() -> None:
    """List the command groups and team templates that can be summoned."""
    with at_hand() as hand:
        found = hand.of(Arranging).teams(hand.caller)
    rows = [(team.id, team.name, team.kind, team.area_code, team.members, team.lead) for team in found]
    say_table(("team", "name", "kind", "area", "members", "lead"), rows, none="There are no teams.")


def add_team(
    name: Annotated[str, typer.Argument(help="What people call it.")],
    members: Annotated[list[str], typer.Argument(metavar="ORGANISATION", help="Codes of its members.")],
    *,
    area: Annotated[str, typer.Option(help="For whistles in this district, street or community.")],
    kind: Annotated[TeamKind, typer.Option(help="Standing group, or template for every district.")] = TeamKind.GROUP,
    lead: Annotated[str | None, typer.Option(help="One of the members; by the list if left out.")] = None,
) -> None:
    """Make a command group or a team template for whistles in your own area."""
    with at_hand() as hand:
        made, _ = hand.of(Arranging).add_team(hand.caller, TeamOrder(kind, name, area, tuple(members), lead))
    say(f"{made.id}  {made.name} can be summoned.")


def retire_team(team: Annotated[UUID, typer.Argument(help="The team's id.")]) -> None:
    """Let a team be summoned no more."""
    with at_hand() as hand:
        gone = hand.of(Arranging).retire_team(hand.caller, team)
    say(f"{gone.name} is summoned no more.")


def kinds() -> None:
    """List the kinds of whistle with their limits."""
    with at_hand() as hand:
        found = hand.of(Arranging).kinds(hand.caller)
    headers = ("kind", "name", "check in", "confirm", "measure", "close", "fence, m", "issuers", "answerers", "retired")
    say_table(headers, [_row(one) for one in found])


def kind(  # noqa: PLR0913 - one option for each number of a kind
    code: Annotated[str, typer.Argument(help="The kind to change, or to add.")],
    *,
    like: Annotated[str | None, typer.Option(help="For a new kind: the one whose numbers it begins with.")] = None,
    name: Annotated[str | None, typer.Option(help="What people call it.")] = None,
    name_en: Annotated[str | None, typer.Option(help="The same in English.")] = None,
    check_in_minutes: Minutes = None,
    confirm_minutes: Minutes = None,
    measure_minutes: Minutes = None,
    close_minutes: Minutes = None,
    late_minutes: Minutes = None,
    skew_minutes: Minutes = None,
    min_share: Annotated[float | None, typer.Option(help="The least share that makes a street a side.")] = None,
    geofence_m: Annotated[float | None, typer.Option(help="How far from the place counts as there.")] = None,
    accuracy_limit_m: Annotated[float | None, typer.Option(help="The coarsest position that counts.")] = None,
    issuer: Annotated[list[IssuerLevel] | None, typer.Option(help="Who may blow it; may be repeated.")] = None,
    answerer: Annotated[list[Answerer] | None, typer.Option(help="Who comes; may be repeated.")] = None,
    vouching: Annotated[Vouching | None, typer.Option(help="What a second person's word is worth.")] = None,
    source: Annotated[str, typer.Option(help="Where the numbers come from.")],
    retired: Annotated[bool | None, typer.Option("--retired/--in-use", help="Whether it can be blown.")] = None,
) -> None:
    """Change a kind of whistle, or add one like another; what is left out stays. Blown whistles keep their numbers."""
    given: dict[str, Any] = {
        "name": name,
        "name_en": name_en,
        "check_in_within": _minutes(check_in_minutes),
        "confirm_within": _minutes(confirm_minutes),
        "measure_within": _minutes(measure_minutes),
        "close_within": _minutes(close_minutes),
        "late_within": _minutes(late_minutes),
        "skew_within": _minutes(skew_minutes),
        "min_share": min_share,
        "geofence_m": geofence_m,
        "accuracy_limit_m": accuracy_limit_m,
        "issuers": frozenset(issuer) if issuer else None,
        "answerers": frozenset(answerer) if answerer else None,
        "vouching": vouching,
        "source": source,
        "retired": retired,
    }
    changes = {field: value for field, value in given.items() if value is not None}
    with at_hand() as hand:
        arranging = hand.of(Arranging)
        kept = {one.code: one for one in arranging.kinds(hand.caller)}
        wanted = replace(_model(kept, code, like), code=code, **changes)
        put = arranging.put_kind(hand.caller, wanted)
    say_table(("kind", "check in, minutes", "source"), [(put.code, put.check_in_within // _MINUTE, put.source)])


def _model(kept: dict[str, WhistleKind], code: str, like: str | None) -> WhistleKind:
    if like is not None and code in kept:
        message = f"There is a kind {code} already: leave --like out to change it."
        raise InputError(message, field="like")
    found = kept.get(like or code)
    if found is None:
        message = f"There is no kind {like or code}: name one of {', '.join(sorted(kept))} by --like."
        raise InputError(message, field="like")
    return found


def _minutes(minutes: int | None) -> timedelta | None:
    return None if minutes is None else minutes * _MINUTE


def _row(one: WhistleKind) -> tuple[Any, ...]:
    limits = (one.check_in_within, one.confirm_within, one.measure_within, one.close_within)
    minutes = (limit // _MINUTE for limit in limits)
    return (one.code, one.name, *minutes, one.geofence_m, sorted(one.issuers), sorted(one.answerers), one.retired)
