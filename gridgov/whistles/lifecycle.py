"""The life of a whistle and of a summons: two tables of what may follow what, and by whom. Nothing else decides."""

from dataclasses import dataclass
from enum import StrEnum

from gridgov.errors import RuleError


class Party(StrEnum):
    """As what somebody acts in a whistle."""

    SIDE = "side"
    """One of the issuing streets, or whoever blew for it."""
    PARENT = "parent"
    """The area above all sides: their district, or the city where they lie in several."""
    ANSWERER = "answerer"
    """A summoned organisation."""
    VOUCHER = "voucher"
    """A second person on site."""
    SYSTEM = "system"
    """The whistle itself, its deadlines, and the case that it hangs on."""


class Stage(StrEnum):
    """Where a whistle stands."""

    DRAFTED = "drafted"
    BLOWN = "blown"
    CLOSING = "closing"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class WhistleAct(StrEnum):
    """What is done to a whistle as a whole."""

    CONFIRM = "confirm"
    CHOOSE_LEAD = "choose_lead"
    CHOOSE_SUMMONS = "choose_summons"
    WITHDRAW = "withdraw"
    CLOSE = "close"
    ESCALATE = "escalate"


class SummonsStage(StrEnum):
    """Where a summons stands."""

    PENDING = "pending"
    SUMMONED = "summoned"
    ACKNOWLEDGED = "acknowledged"
    ON_SITE = "on_site"
    MEASURED = "measured"
    RELEASED = "released"
    RATED = "rated"
    EXCUSED = "excused"
    WITHDRAWN = "withdrawn"


class SummonsAct(StrEnum):
    """What is done to one summons."""

    SUMMON = "summon"
    ACKNOWLEDGE = "acknowledge"
    CHECK_IN = "check_in"
    VOUCH = "vouch"
    FILE_MEASURE = "file_measure"
    LEAVE = "leave"
    RELEASE = "release"
    EXCUSE = "excuse"
    RATE = "rate"
    WITHDRAW = "withdraw"
    ESCALATE = "escalate"


@dataclass(frozen=True, slots=True)
class WhistleStep:
    """A row of the whistle's table: `next` follows, or `last` once every side has done it."""

    stage: Stage
    act: WhistleAct
    parties: frozenset[Party]
    next: Stage
    last: Stage | None = None


@dataclass(frozen=True, slots=True)
class SummonsStep:
    """A row of the summons' table: `next` follows, or `last` once every side has done it."""

    stage: SummonsStage
    act: SummonsAct
    parties: frozenset[Party]
    next: SummonsStage
    last: SummonsStage | None = None


_SIDES = frozenset({Party.SIDE})
_SIDES_OR_PARENT = frozenset({Party.SIDE, Party.PARENT})
_CLOCK = frozenset({Party.SYSTEM})
_ALL_ABOVE = _SIDES_OR_PARENT | _CLOCK
_ANSWERERS = frozenset({Party.ANSWERER})
_VOUCHERS = frozenset({Party.VOUCHER})
_S, _A = Stage, WhistleAct

WHISTLE_STEPS: tuple[WhistleStep, ...] = (
    WhistleStep(_S.DRAFTED, _A.CONFIRM, _SIDES_OR_PARENT, _S.DRAFTED, _S.BLOWN),
    WhistleStep(_S.DRAFTED, _A.CHOOSE_LEAD, _SIDES, _S.DRAFTED),
    WhistleStep(_S.DRAFTED, _A.CHOOSE_SUMMONS, _SIDES, _S.DRAFTED),
    WhistleStep(_S.DRAFTED, _A.WITHDRAW, _ALL_ABOVE, _S.WITHDRAWN),
    WhistleStep(_S.DRAFTED, _A.ESCALATE, _CLOCK, _S.DRAFTED),
    WhistleStep(_S.BLOWN, _A.CHOOSE_LEAD, _SIDES, _S.BLOWN),
    WhistleStep(_S.BLOWN, _A.WITHDRAW, _SIDES_OR_PARENT, _S.BLOWN, _S.WITHDRAWN),
    WhistleStep(_S.BLOWN, _A.CLOSE, _SIDES_OR_PARENT, _S.CLOSING, _S.CLOSED),
    WhistleStep(_S.BLOWN, _A.ESCALATE, _CLOCK, _S.BLOWN),
    WhistleStep(_S.CLOSING, _A.CLOSE, _SIDES_OR_PARENT, _S.CLOSING, _S.CLOSED),
    WhistleStep(_S.CLOSING, _A.ESCALATE, _CLOCK, _S.CLOSING),
)
"""Every step a whistle can take; what is not here is impossible."""

_T, _D = SummonsStage, SummonsAct

SUMMONS_STEPS: tuple[SummonsStep, ...] = (
    SummonsStep(_T.PENDING, _D.SUMMON, _CLOCK, _T.SUMMONED),
    SummonsStep(_T.PENDING, _D.WITHDRAW, _CLOCK, _T.WITHDRAWN),
    SummonsStep(_T.SUMMONED, _D.ACKNOWLEDGE, _ANSWERERS, _T.ACKNOWLEDGED),
    SummonsStep(_T.SUMMONED, _D.CHECK_IN, _ANSWERERS, _T.ON_SITE),
    SummonsStep(_T.SUMMONED, _D.VOUCH, _VOUCHERS, _T.ON_SITE),
    SummonsStep(_T.SUMMONED, _D.EXCUSE, _SIDES_OR_PARENT, _T.SUMMONED, _T.EXCUSED),
    SummonsStep(_T.SUMMONED, _D.WITHDRAW, _CLOCK, _T.WITHDRAWN),
    SummonsStep(_T.SUMMONED, _D.ESCALATE, _CLOCK, _T.SUMMONED),
    SummonsStep(_T.ACKNOWLEDGED, _D.CHECK_IN, _ANSWERERS, _T.ON_SITE),
    SummonsStep(_T.ACKNOWLEDGED, _D.VOUCH, _VOUCHERS, _T.ON_SITE),
    SummonsStep(_T.ACKNOWLEDGED, _D.EXCUSE, _SIDES_OR_PARENT, _T.ACKNOWLEDGED, _T.EXCUSED),
    SummonsStep(_T.ACKNOWLEDGED, _D.WITHDRAW, _CLOCK, _T.WITHDRAWN),
    SummonsStep(_T.ACKNOWLEDGED, _D.ESCALATE, _CLOCK, _T.ACKNOWLEDGED),
    SummonsStep(_T.ON_SITE, _D.FILE_MEASURE, _ANSWERERS, _T.MEASURED),
    SummonsStep(_T.ON_SITE, _D.RELEASE, _SIDES_OR_PARENT, _T.ON_SITE, _T.RELEASED),
    SummonsStep(_T.ON_SITE, _D.ESCALATE, _CLOCK, _T.ON_SITE),
    SummonsStep(_T.MEASURED, _D.FILE_MEASURE, _ANSWERERS, _T.MEASURED),
    SummonsStep(_T.MEASURED, _D.RELEASE, _SIDES_OR_PARENT, _T.MEASURED, _T.RELEASED),
    SummonsStep(_T.RELEASED, _D.LEAVE, _ANSWERERS, _T.RELEASED),
    SummonsStep(_T.RELEASED, _D.RATE, _SIDES, _T.RELEASED, _T.RATED),
    SummonsStep(_T.RATED, _D.LEAVE, _ANSWERERS, _T.RATED),
    SummonsStep(_T.RATED, _D.RATE, _SIDES, _T.RATED, _T.RATED),
    SummonsStep(_T.EXCUSED, _D.RATE, _SIDES, _T.EXCUSED, _T.RATED),
)
"""Every step a summons can take. Nobody on site leaves before the release: there is no such row."""

_WHISTLE = {(s.stage, s.act): s for s in WHISTLE_STEPS}
_SUMMONS = {(s.stage, s.act): s for s in SUMMONS_STEPS}

OVER = frozenset({Stage.CLOSED, Stage.WITHDRAWN})
"""The stages in which nothing is done to a whistle any more, but rating."""
ON_SITE = frozenset({SummonsStage.ON_SITE, SummonsStage.MEASURED})
"""The stages in which somebody is on site and may not leave."""
NOT_YET_THERE = frozenset({SummonsStage.SUMMONED, SummonsStage.ACKNOWLEDGED})
DONE_WITH = frozenset({SummonsStage.RELEASED, SummonsStage.RATED, SummonsStage.EXCUSED, SummonsStage.WITHDRAWN})


def whistle_step(stage: Stage, act: WhistleAct, party: Party) -> WhistleStep:
    """Return what `act` does to a whistle in `stage`.

    Raises
    ------
    RuleError
        If there is no such step, or not for this party.
    """
    step = _WHISTLE.get((stage, act))
    if step is None or party not in step.parties:
        possible = sorted(s.act.value for s in WHISTLE_STEPS if s.stage is stage and party in s.parties)
        raise _impossible(stage, act, possible)
    return step


def summons_step(stage: SummonsStage, act: SummonsAct, party: Party) -> SummonsStep:
    """Return what `act` does to a summons in `stage`.

    Raises
    ------
    RuleError
        If there is no such step, or not for this party.
    """
    step = _SUMMONS.get((stage, act))
    if step is None or party not in step.parties:
        possible = sorted(s.act.value for s in SUMMONS_STEPS if s.stage is stage and party in s.parties)
        raise _impossible(stage, act, possible)
    return step


def _impossible(stage: Stage | SummonsStage, act: str, possible: list[str]) -> RuleError:
    others = f"what you can do now: {', '.join(possible)}" if possible else "there is nothing you can do with it now"
    what = "whistle" if isinstance(stage, Stage) else "summons"
    message = f"The {what} is {stage}; {act} is not possible then: {others}."
    return RuleError(message, field="act", details=[{"stage": stage, "act": act, "possible": possible}])
