"""Whistles out of nothing, for the pure rules."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from gridgov.whistles import LiveSide, LiveSummons, Stage, SummonsStage, Whistle, WhistleKind, acts

NOON = datetime(2026, 6, 15, 4, tzinfo=UTC)
KIND = WhistleKind("k", "综合执法哨", timedelta(minutes=30), timedelta(minutes=60), 0.05)
ONE, TWO = "370102001", "370112002"
A, B = "370102-D-ZF", "370112-D-ZF"


def whistle(stage: Stage = Stage.DRAFTED, *streets: str, **changes: Any) -> Whistle:
    """Return a whistle of `streets` (two) that summons A and B."""
    streets = streets or (ONE, TWO)
    sides = tuple(
        LiveSide(code, None, 1 / len(streets), leads=rank == 0, confirm_due_at=NOON + KIND.confirm_within)
        for rank, code in enumerate(streets)
    )
    plain: dict[str, Any] = {
        "district_code": "370102",
        "id": UUID(int=1),
        "incident_id": UUID(int=2),
        "kind": KIND,
        "stage": stage,
        "sides": sides,
        "summons": (LiveSummons(A, leads=True), LiveSummons(B, leads=False)),
        "drafted_at": NOON,
    }
    return Whistle(**{**plain, **changes})


def blown(*streets: str, at: datetime = NOON) -> Whistle:
    """Return a whistle whose summons went out."""
    return acts.blow(whistle(Stage.DRAFTED, *streets), at=at)


def with_stage(stage: SummonsStage) -> Whistle:
    """Return a blown whistle of one street whose summons of A stands at `stage`."""
    made = blown(ONE)
    if stage is SummonsStage.PENDING:
        return whistle(Stage.DRAFTED, ONE)
    if stage is SummonsStage.WITHDRAWN:
        return acts.withdraw(made, ONE, at=NOON)
    if stage is SummonsStage.EXCUSED:
        return acts.excuse(made, A, ONE, at=NOON)
    steps = {
        SummonsStage.ACKNOWLEDGED: lambda w: acts.acknowledge(w, A, at=NOON),
        SummonsStage.ON_SITE: lambda w: acts.arrive(w, A, at=NOON),
        SummonsStage.MEASURED: lambda w: acts.file_measure(w, A, at=NOON),
        SummonsStage.RELEASED: lambda w: acts.release(w, A, ONE, at=NOON),
        SummonsStage.RATED: lambda w: acts.rate(w, A, ONE, score=3),
    }
    for name, step in steps.items():
        if made.call(A).stage is stage:
            break
        made = step(made)
        if name is stage:
            break
    return made
