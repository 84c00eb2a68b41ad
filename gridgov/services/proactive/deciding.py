"""What a person decides about a proposal: a case, or why not. Decided once, and for good."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from shapely import Point

from gridgov.access import Caller, Subject
from gridgov.errors import ConflictError, NotFoundError
from gridgov.ids import id_at
from gridgov.incidents import Channel, GivenPosition, Report
from gridgov.incidents.report import require_text
from gridgov.proactive import State
from gridgov.services.intake import Intake
from gridgov.store.proactive import ProactiveStore
from gridgov.store.unit import Store, Unit

NOTE_LIMIT = 1_000
_PERMISSION = "proactive.confirm"


def confirm(
    store: Store, intake: Intake, caller: Caller, proposal_id: UUID, *, now: datetime
) -> tuple[dict[str, Any], bool]:
    """Open a case for a proposal by the ordinary intake, and return it with whether it was confirmed before.

    The case and the decision are one transaction, which holds the proposal: who confirms at the same moment waits, and
    is then told of the case that there is.
    """
    subject = _require_right(store, caller, proposal_id, now)
    with _held(store, proposal_id) as (unit, held):
        if held["state"] != State.PROPOSED:
            _require_state(held, State.CONFIRMED)
            return held, True
        receipt = intake.take_within(unit, _report(held, now), subject)
        opened = (receipt.id, receipt.number)
        ProactiveStore(unit.connection).confirm(proposal_id, at=now, by=subject.login, opened=opened)
        return _kept(unit, proposal_id), False


def dismiss(store: Store, caller: Caller, proposal_id: UUID, *, reason: str, now: datetime) -> dict[str, Any]:
    """Dismiss a proposal and return it; dismissed before, it stays as it was."""
    require_text(reason, "reason", NOTE_LIMIT)
    subject = _require_right(store, caller, proposal_id, now)
    with _held(store, proposal_id) as (unit, held):
        if held["state"] != State.PROPOSED:
            _require_state(held, State.DISMISSED)
            return held
        ProactiveStore(unit.connection).dismiss(proposal_id, at=now, by=subject.login, note=reason.strip())
        return _kept(unit, proposal_id)


def no_proposal(proposal_id: UUID) -> NotFoundError:
    """Return the error for a proposal that is not there, or not to be seen."""
    message = f"There is no proposal {proposal_id} that you may see: list those there are."
    return NotFoundError(message, field="proposal_id")


def _require_right(store: Store, caller: Caller, proposal_id: UUID, now: datetime) -> Subject:
    """Return who decides, where they see the proposal and may decide where it lies."""
    with store.acting(caller, now=now) as unit:
        unit.subject.require("case.read")
        seen = _kept(unit, proposal_id)
        unit.subject.require(_PERMISSION, seen["area_code"])
        return unit.subject


@contextmanager
def _held(store: Store, proposal_id: UUID) -> Iterator[tuple[Unit, dict[str, Any]]]:
    """Yield a transaction of the system's that holds a proposal, and the proposal."""
    with store.transaction() as unit:
        held = ProactiveStore(unit.connection).held(proposal_id)
        if held is None:
            raise no_proposal(proposal_id)
        yield unit, held


def _kept(unit: Unit, proposal_id: UUID) -> dict[str, Any]:
    found = ProactiveStore(unit.connection).proposal(proposal_id)
    if found is None:
        raise no_proposal(proposal_id)
    return found


def _require_state(found: dict[str, Any], wanted: State) -> None:
    if found["state"] != wanted:
        message = f"This was {found['state']} by {found['decided_by']} already, and is decided for good."
        raise ConflictError(message, field="proposal_id")


def _report(held: dict[str, Any], now: datetime) -> Report:
    return Report(
        id=id_at(now, secrets.randbits(74)),  # of the moment of the report, as the day's figures look for it
        reported_at=now,
        channel=Channel.PROACTIVE,
        matter=held["matter_code"],
        text=f"未诉先办：{held['reason']}",
        position=GivenPosition("wgs84", Point(held["lon"], held["lat"])),
        external_number=str(held["id"]),
    )
