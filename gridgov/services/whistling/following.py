"""What becomes of a whistle when something is done with its case: it never outlives what it was drafted for."""

from collections.abc import Callable
from datetime import datetime

from gridgov.errors import RuleError
from gridgov.incidents import Standing
from gridgov.incidents.lifecycle import Act
from gridgov.services.whistling import blowing
from gridgov.services.whistling.deciding import shares_of
from gridgov.services.whistling.issuing import withdrawn
from gridgov.services.whistling.scene import keep, ladders
from gridgov.store.unit import Unit
from gridgov.whistles import Party, Stage, Whistle, acts, next_due

_ENDS = {Act.REJECT, Act.MERGE, Act.CLOSE}
_TURNS = {Act.RECLASSIFY, Act.RELOCATE}
_BRINGS_BACK = {Act.REOPEN, Act.UNMERGE}


def follow(unit: Unit, before: Standing, after: Standing, act: Act, *, at: datetime, author: str) -> None:
    """Let the whistle of a locked case follow what was done with the case, in the same transaction.

    A draft ends with its case, is made anew where the case turns out to be something else or elsewhere, and comes back
    with a case that it ended with. Whoever was summoned stays summoned: that whistle ends first.

    Raises
    ------
    RuleError
        If a whistle is being answered that the act would leave without its ground.
    """
    if act not in _ENDS | _TURNS | _BRINGS_BACK:
        return
    newest = unit.whistles.live.newest(after.district_code, after.incident_id)
    if newest and newest.living and not _stays(unit, newest, after, act):
        _end(unit, newest, act, at=at, author=author)
    if act in _TURNS and (newest is None or newest.stage in {Stage.DRAFTED, Stage.WITHDRAWN}):
        _draft(unit, after, at=at, author=author)
    if act in _BRINGS_BACK and newest and newest.withdrawn_at == before.stage_since and newest.blown_at is None:
        _draft(unit, after, at=at, author=author)


def require_answered(act: Act, living: Callable[[], Whistle | None]) -> None:
    """Refuse what would leave a whistle that is being answered without its case, whatever is asked with the act.

    Whether another place leaves it without its ground depends on the place.

    Parameters
    ----------
    living
        Finds the case's whistle that is neither closed nor withdrawn; asked only where the act would touch it.

    Raises
    ------
    RuleError
        Naming the whistle.
    """
    if act in _ENDS | _TURNS - {Act.RELOCATE}:
        found = living()
        if found and found.stage is not Stage.DRAFTED:
            raise _answered_for(found, act)


def _stays(unit: Unit, living: Whistle, after: Standing, act: Act) -> bool:
    """Return whether a whistle that is being answered keeps its ground: a place that lies in the same streets."""
    if living.stage is Stage.DRAFTED or act is not Act.RELOCATE:
        return False
    ground = unit.whistles.live.ground(after.district_code, after.incident_id)
    if ground is None or not ground.cells:
        return False
    return {share.street_code for share in shares_of(after, ground, living.kind)} == living.streets


def _end(unit: Unit, living: Whistle, act: Act, *, at: datetime, author: str) -> None:
    if living.stage is not Stage.DRAFTED:
        raise _answered_for(living, act)
    after = acts.withdraw(living, None, at=at, party=Party.SYSTEM)
    fact = {"whistle": str(living.id), "street": None, "with_case": act.value}
    keep(unit, living, withdrawn(after, fact, {}), at=at, author=author)


def _answered_for(living: Whistle, act: Act) -> RuleError:
    message = f"Whistle {living.id} is being answered for this case: close or withdraw it before you {act} the case."
    return RuleError(message, field="act", details=[{"whistle_id": str(living.id), "stage": living.stage.value}])


def _draft(unit: Unit, standing: Standing, *, at: datetime, author: str) -> None:
    made = blowing.draft(unit, standing, at)
    if made is None:
        return
    whistle = made.whistle
    unit.whistles.live.add(whistle, made.measures, due_at=next_due(whistle, ladders(unit)), at=at)
    keep(unit, whistle, blowing.outcome(whistle), at=at, author=author)
