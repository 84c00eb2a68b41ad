"""`gridgov proactive`: what stands out before anybody complains; looked for, listed, confirmed, dismissed."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer

from gridgov.cli._giving import AsOf, Before, Limit, Reason, maybe_moment
from gridgov.cli._hand import at_hand
from gridgov.cli._saying import say, say_fields, say_more, say_table
from gridgov.proactive import State
from gridgov.services.proactive import Proactive

app = typer.Typer(no_args_is_help=True, help="Look for what stands out before anybody complains, and decide about it.")

ProposalArgument = Annotated[UUID, typer.Argument(metavar="PROPOSAL", help="Its id; `list` shows them.")]
StateOption = Annotated[State | None, typer.Option("--state", help="Only what is in this state.")]


@app.command()
def scan(*, as_of: AsOf = None) -> None:
    """Look for hot spots, repeat places and rising matters, and propose what was not proposed yet."""
    with at_hand() as hand:
        found = hand.of(Proactive).scan(hand.caller, as_of=maybe_moment(as_of, "as_of"))
    say(f"{found.found} stand out, {len(found.added)} of them proposed anew: `gridgov proactive list` shows them.")
    for kind, reason in found.left_out.items():
        say(f"{kind} could not be looked for: {reason}")


@app.command("list")
def list_proposals(*, state: StateOption = None, limit: Limit = 50, before: Before = None) -> None:
    """List what is suspected, newest first."""
    with at_hand() as hand:
        rows = hand.of(Proactive).proposals(hand.caller, state=state, limit=limit, before=before)
    headers = ("proposal", "state", "kind", "where", "reason", "case")
    told = [(r["id"], r["state"], r["kind"], r["area_code"], r["reason"], r["incident_number"]) for r in rows]
    say_table(headers, told, none="Nothing is suspected.")
    say_more(rows, limit)


@app.command()
def show(proposal: ProposalArgument) -> None:
    """Say what is known of one proposal."""
    with at_hand() as hand:
        found = hand.of(Proactive).proposal(hand.caller, proposal)
    say_fields(found)


@app.command()
def confirm(proposal: ProposalArgument) -> None:
    """Open a case for what is suspected; it is counted apart from what was reported."""
    with at_hand() as hand:
        found, before = hand.of(Proactive).confirm(hand.caller, proposal)
    say(f"{'It was confirmed before' if before else 'Confirmed'}: the case is {found['incident_number']}.")


@app.command()
def dismiss(proposal: ProposalArgument, *, reason: Reason) -> None:
    """Say why nothing is to be done about what is suspected."""
    with at_hand() as hand:
        hand.of(Proactive).dismiss(hand.caller, proposal, reason=reason)
    say("Dismissed; the same is not proposed again with the same numbers.")
