"""What became of a report, in the words of whoever brought it: one line for each stage of a case."""

from collections.abc import Mapping
from types import MappingProxyType

from gridgov.incidents.standing import Stage

OUTCOMES: Mapping[Stage, tuple[str, str]] = MappingProxyType(
    {
        Stage.REPORTED: ("已上报，待立案", "Reported: waiting to be taken as a case"),
        Stage.FILED: ("已立案，待派遣", "Taken as a case: waiting for somebody to be given it"),
        Stage.DISPATCHED: ("已派遣{whose}，待接单", "Given{whose}: not taken on yet"),
        Stage.HANDLING: ("处置中{whose}", "Being handled{whose}"),
        Stage.FED_BACK: ("已处置，待核查", "Handled: waiting for somebody to look"),
        Stage.VERIFIED: ("已核查，待结案", "Looked at: waiting to be closed"),
        Stage.CLOSED: ("已结案", "Closed"),
        Stage.REJECTED: ("未予立案", "Turned away"),
        Stage.SUSPENDED: ("已挂起", "Waiting"),
        Stage.MERGED: ("已并入{into}", "Goes on as {into}"),
    }
)
"""Chinese and English; `whose` is who has it now, `into` the number of the case that goes on for it."""


def outcome(stage: Stage, *, organisation: str | None = None, into: str | None = None) -> tuple[str, str]:
    """Return what became of a report, in Chinese and in English.

    Parameters
    ----------
    organisation
        What the organisation is called that has the case, if any has.
    into
        The number of the case it was merged into, if that may be told.
    """
    chinese, english = OUTCOMES[stage]
    return (
        chinese.format(whose=f"（{organisation}）" if organisation else "", into=into or "另一事件"),
        english.format(whose=f" ({organisation})" if organisation else "", into=into or "another case"),
    )
