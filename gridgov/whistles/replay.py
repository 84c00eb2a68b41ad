"""A whistle as it stood after any of its facts: every act done again, from how it was drafted on. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from gridgov.incidents import Fact, FactKind
from gridgov.whistles import acts
from gridgov.whistles.deadlines import Due, DueStep, Rung, escalated
from gridgov.whistles.lifecycle import Party, Stage
from gridgov.whistles.live import LiveSide, LiveSummons, Whistle

_BEGINS = {FactKind.WHISTLE_DRAFTED, FactKind.WHISTLE_BLOWN}


@dataclass(frozen=True, slots=True)
class Past:
    """A whistle as it stood once.

    Attributes
    ----------
    untold
        Of a summons, by its organisation: what facts do not tell of that time, and what came later has overwritten.
    """

    whistle: Whistle
    untold: Mapping[str, frozenset[str]]


def replayed(whistle: Whistle, facts: Sequence[Fact], known: int) -> Past | None:
    """Return a whistle as it stood after the first `known` facts of its incident, or None where it was not there yet.

    Parameters
    ----------
    whistle
        As it stands after all of `facts`: of it only what never changes is taken.
    """
    own = [fact for fact in facts if _is_of(whistle, fact)]
    before = [fact for fact in own if fact.seq <= known]
    if not before:
        return None
    then = _drafted(whistle, own)
    last: Fact | None = None
    for fact in before:
        does = _DOES.get(fact.kind)
        if does is not None:
            step = int(last is None or not _is_one_sweep(last, fact))
            then = replace(does(then, fact), revision=then.revision + step)
        last = fact
    chosen_later = any(f.kind is FactKind.WHISTLE_SUMMONS_CHOSEN and f.seq > known for f in own)
    later = {call.organisation_code: call for call in whistle.summons}
    untold = {c.organisation_code: _untold(c, later[c.organisation_code], chosen_later) for c in then.summons}
    return Past(replace(then, summons=tuple(_told(c, later[c.organisation_code]) for c in then.summons)), untold)


def _is_of(whistle: Whistle, fact: Fact) -> bool:
    """Return whether a fact tells of a whistle; that of the one drafted with the report itself does not name it."""
    if fact.kind is FactKind.WHISTLE_DRAFTED and "whistle" not in fact.payload:
        return fact.at == whistle.drafted_at and whistle.issued_by is None
    return fact.payload.get("whistle") == str(whistle.id)


def _drafted(whistle: Whistle, own: Sequence[Fact]) -> Whistle:
    """Return a whistle as it was made; whoever blew it has confirmed their side at once, which no fact says apart."""
    first = next(fact for fact in own if fact.kind in _BEGINS)
    leading = {street for street, _, leads in first.payload.get("sides", ()) if leads} or whistle.streets
    made = replace(
        whistle,
        stage=Stage.DRAFTED,
        revision=1,
        sides=tuple(_fresh_side(side, leads=side.street_code in leading) for side in whistle.sides),
        summons=tuple(LiveSummons(code, leads=False) for code in first.payload["summons"]),
        blown_at=None,
        close_due_at=None,
        close_step=0,
        closed_at=None,
        withdrawn_at=None,
    )
    said = {fact.payload["street"] for fact in own if fact.kind is FactKind.WHISTLE_CONFIRMED}
    unsaid = [side for side in whistle.sides if side.confirmed_at and side.street_code not in said]
    for side in unsaid:
        made = acts.confirm(made, side.street_code, by=side.confirmed_by or "", at=whistle.drafted_at)
    return made


def _fresh_side(side: LiveSide, *, leads: bool) -> LiveSide:
    return LiveSide(side.street_code, side.organisation_code, side.share, leads, side.confirm_due_at)


def _told(then: LiveSummons, now: LiveSummons) -> LiveSummons:
    """Return a summons with what was settled when it was chosen; only choosing again changes that."""
    due_at = then.due_at if then.summoned_at else now.due_at
    return replace(then, leads=now.leads, origin=now.origin, due_at=due_at)


def _untold(then: LiveSummons, now: LiveSummons, chosen_later: bool) -> frozenset[str]:  # noqa: FBT001 - one fact
    untold = {"leads", "origin"} if chosen_later else set()
    if then.summoned_at is None and (chosen_later or now.summoned_at is not None):
        untold.add("due_at")
    return frozenset(untold)


def _is_one_sweep(last: Fact, fact: Fact) -> bool:
    """Return whether two escalations are of one sweep, which is one change of the whistle."""
    escalates = FactKind.WHISTLE_ESCALATED
    return last.kind is escalates and fact.kind is escalates and last.at == fact.at


def _confirmed(then: Whistle, fact: Fact) -> Whistle:
    said = fact.payload
    return acts.confirm(then, said["street"], by=fact.author, at=fact.at, above=said["above"])


def _summons_chosen(then: Whistle, fact: Fact) -> Whistle:
    chosen = [LiveSummons(code, leads=False) for code in fact.payload["summons"]]
    return acts.choose_summons(then, fact.payload["street"], chosen)


def _withdrawn(then: Whistle, fact: Fact) -> Whistle:
    said = fact.payload
    above = Party.SYSTEM if "with_case" in said else Party.PARENT
    party = Party.SIDE if said["street"] and "above" not in said else above
    return acts.withdraw(then, said["street"], at=fact.at, party=party)


def _escalated(then: Whistle, fact: Fact) -> Whistle:
    said, at = fact.payload, datetime.fromisoformat(fact.payload["since"])
    rung = Rung(said["step"], at - at, said["level"], said["role"])
    return escalated(then, DueStep(at, Due(said["due"]), said["target"], rung))


def _arrived(then: Whistle, fact: Fact) -> Whistle:
    at, vouched = datetime.fromisoformat(fact.payload["arrived_at"]), fact.kind is FactKind.VOUCHED
    return acts.arrive(then, fact.payload["organisation"], at=at, vouched=vouched)


def _of_one(act: Callable[..., Whistle]) -> Callable[[Whistle, Fact], Whistle]:
    return lambda then, fact: act(then, fact.payload["organisation"], at=fact.at)


def _let_go(act: Callable[..., Whistle]) -> Callable[[Whistle, Fact], Whistle]:
    def let_go(then: Whistle, fact: Fact) -> Whistle:
        said = fact.payload
        return act(then, said["organisation"], said["street"], at=fact.at, above=said.get("above"))

    return let_go


def _closed(then: Whistle, fact: Fact) -> Whistle:
    return acts.close(then, fact.payload["street"], at=fact.at, above=fact.payload.get("above"))


def _rated(then: Whistle, fact: Fact) -> Whistle:
    said = fact.payload
    return acts.rate(then, said["organisation"], said["street"], score=said["score"])


_DOES: Mapping[FactKind, Callable[[Whistle, Fact], Whistle]] = MappingProxyType(
    {
        FactKind.WHISTLE_CONFIRMED: _confirmed,
        FactKind.WHISTLE_LEAD_CHOSEN: lambda w, fact: acts.choose_lead(
            w, fact.payload["street"], fact.payload["choice"]
        ),
        FactKind.WHISTLE_SUMMONS_CHOSEN: _summons_chosen,
        FactKind.WHISTLE_SIDE_WITHDRAWN: _withdrawn,
        FactKind.WHISTLE_WITHDRAWN: _withdrawn,
        FactKind.WHISTLE_ESCALATED: _escalated,
        FactKind.WHISTLE_SIDE_CLOSED: _closed,
        FactKind.SUMMONS_ACKNOWLEDGED: _of_one(acts.acknowledge),
        FactKind.CHECKED_IN: _arrived,
        FactKind.VOUCHED: _arrived,
        FactKind.MEASURE_FILED: _of_one(acts.file_measure),
        FactKind.LEFT: _of_one(acts.leave),
        FactKind.SUMMONS_RELEASED: _let_go(acts.release),
        FactKind.SUMMONS_EXCUSED: _let_go(acts.excuse),
        FactKind.SUMMONS_RATED: _rated,
    }
)
"""What each fact did to a whistle; the others tell of attempts, or of the same act in other words."""
