"""`gridgov report`: take one report in from the command line."""

from typing import Annotated

import typer

from gridgov.cli._giving import Accuracy, At, Datum, Identity, Lat, Lon, Wkt, maybe_moment, position
from gridgov.cli._hand import Hand, Local, at_hand_or_machine
from gridgov.cli._saying import say, say_fields
from gridgov.clock import system_clock
from gridgov.ids import new_id
from gridgov.incidents import Channel, Report, Reporter
from gridgov.services.intake import Intake, Receipt


def report_command(  # noqa: PLR0913 - one option for each part of a report
    *,
    matter: Annotated[str, typer.Option(help="Code of the matter, as in the matter list.")],
    text: Annotated[str, typer.Option(help="What is the matter, in words.")],
    channel: Annotated[Channel, typer.Option(help="Where the report comes from.")] = Channel.HOTLINE,
    datum: Datum = None,
    lon: Lon = None,
    lat: Lat = None,
    wkt: Wkt = None,
    accuracy_m: Accuracy = None,
    address: Annotated[str | None, typer.Option(help="The place in words.")] = None,
    at: At = None,
    external_number: Annotated[str | None, typer.Option(help="The channel's own number.")] = None,
    district: Annotated[str | None, typer.Option(help="Whose it is, where no position says so.")] = None,
    reporter_name: Annotated[str | None, typer.Option(help="Who reported it to the channel.")] = None,
    reporter_phone: Annotated[str | None, typer.Option(help="And by which telephone.")] = None,
    identity: Identity = None,
    local: Local = False,
) -> None:
    """Take one report in: locate it, classify it, and say what became of it."""
    told = Reporter(reporter_name, reporter_phone) if reporter_name or reporter_phone else None
    report = Report(
        id=identity or new_id(),
        reported_at=maybe_moment(at, "at") or system_clock(),
        channel=channel,
        matter=matter,
        text=text,
        position=position(datum, lon, lat, accuracy_m, wkt),
        address=address,
        external_number=external_number,
        district_code=district,
        reporter=told,
    )
    with at_hand_or_machine(local=local) as hand:
        _tell(_take(hand, report))


def _take(hand: Hand, report: Report) -> Receipt:
    intake = hand.of(Intake)
    if hand.machine:
        return intake.take(report, author=hand.machine)
    with hand.store.acting(hand.caller, now=hand.clock()) as unit:
        subject = unit.subject
    return intake.take_from(subject, report)


def _tell(receipt: Receipt) -> None:
    again = " (taken in before; nothing changed)" if receipt.replayed else ""
    say(f"{receipt.number}{again}")
    say_fields(
        {
            "id": receipt.id,
            "placement": receipt.placement,
            "cell": receipt.cell_code or "none",
            "lead": receipt.lead_organisation_code or "none",
            "look_at": receipt.findings,
            "combined_whistle": receipt.whistle_id,
        }
    )
