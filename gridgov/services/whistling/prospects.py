"""Prospects: what somebody may do with a whistle now, and why not the rest. Judged as the acts judge, nothing done."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from gridgov.errors import GridgovError
from gridgov.services.whistling import issuing
from gridgov.services.whistling.answering import vouchable
from gridgov.services.whistling.issuing import first_side, require_other_hand, side_or_above
from gridgov.services.whistling.scene import Scene
from gridgov.whistles import Party, SummonsAct, SummonsStage, WhistleAct, acts, summons_step
from gridgov.whistles.authority import require_answers, require_part, side_for

_WHY = "-"
"""Stands for a reason that is yet to be given."""


@dataclass(frozen=True, slots=True)
class Prospect:
    """Whether an act can be done now, for which side and upon whom.

    Attributes
    ----------
    street_code
        The side that it would be done for; None where it is done for an organisation.
    organisation_code
        Upon whom; None where it is the whole whistle.
    in_stead
        It would be done by the area above, in the side's stead: that wants a reason.
    """

    act: str
    possible: bool
    why_not: str | None
    street_code: str | None = None
    organisation_code: str | None = None
    in_stead: bool = False


Judge = Callable[[str], bool]
"""Refuses what cannot be done for a side, and says whether it would be done in its stead."""


def prospects(scene: Scene) -> Iterator[Prospect]:
    """Yield every act upon a whistle, once for each side or organisation that it may be done for or to."""
    sides: dict[str, Judge] = {
        WhistleAct.CONFIRM: lambda street: _in_stead(issuing.confirm(scene, street).facts),
        WhistleAct.CHOOSE_LEAD: partial(_choose_lead, scene),
        WhistleAct.CHOOSE_SUMMONS: partial(_choose_summons, scene),
        WhistleAct.WITHDRAW: lambda street: _in_stead(issuing.withdraw(scene, _WHY, street).facts),
        WhistleAct.CLOSE: lambda street: _in_stead(issuing.close(scene, street, _WHY).facts),
    }
    for act, judge in sides.items():
        for side in scene.whistle.sides:
            yield _judged(scene, act, judge, street=side.street_code)
    for call in scene.whistle.called:
        yield from _upon(scene, call.organisation_code)


def _upon(scene: Scene, code: str) -> Iterator[Prospect]:
    for act in (SummonsAct.ACKNOWLEDGE, SummonsAct.CHECK_IN, SummonsAct.FILE_MEASURE, SummonsAct.LEAVE):
        yield _judged(scene, act, partial(_answer, scene, act, code), code=code)
    yield _judged(scene, SummonsAct.VOUCH, partial(_vouch, scene, code), code=code)
    for act in (SummonsAct.RELEASE, SummonsAct.EXCUSE, SummonsAct.RATE):
        for side in scene.whistle.sides:
            yield _judged(scene, act, partial(_let_go, scene, act, code), street=side.street_code, code=code)


def _judged(scene: Scene, act: str, judge: Judge, *, street: str | None = None, code: str | None = None) -> Prospect:
    try:
        require_part(scene.subject, act, scene.whistle)
        return Prospect(act, True, None, street, code, judge(street or ""))  # noqa: FBT003 - it is possible
    except GridgovError as error:
        return Prospect(act, False, error.message, street, code)  # noqa: FBT003 - it is not


def _in_stead(facts: object) -> bool:
    found = list(facts) if isinstance(facts, list | tuple) else []
    return any("above" in said and said["above"] is not None for _, said in found)


def _choose_lead(scene: Scene, street: str) -> bool:
    side_for(scene.subject, "whistle.confirm", scene.whistle, street)
    acts.choose_lead(scene.whistle, street, street)
    return False


def _choose_summons(scene: Scene, street: str) -> bool:
    first_side(scene, "whistle.confirm", street)
    waiting = [call for call in scene.whistle.summons if call.stage is SummonsStage.PENDING]
    acts.choose_summons(scene.whistle, street, waiting)
    return False


def _answer(scene: Scene, act: SummonsAct, code: str, _: str) -> bool:
    require_answers(scene.subject, code)
    if act is SummonsAct.LEAVE:
        acts.leave(scene.whistle, code, at=scene.now)
    else:
        summons_step(scene.whistle.call(code).stage, act, Party.ANSWERER)
    return False


def _vouch(scene: Scene, code: str, _: str) -> bool:
    vouchable(scene, code)
    return False


def _let_go(scene: Scene, act: SummonsAct, code: str, street: str) -> bool:
    whistle = scene.whistle
    if act is SummonsAct.RATE:
        side_for(scene.subject, "whistle.rate", whistle, street)
        require_other_hand(scene, code)
        acts.rate(whistle, code, street, score=1)
        return False
    _, above = side_or_above(scene, "whistle.release", street)
    require_other_hand(scene, code)
    done = acts.release if act is SummonsAct.RELEASE else acts.excuse
    done(whistle, code, street, at=scene.now, above=above)
    return above is not None
