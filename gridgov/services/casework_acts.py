"""What each act means beyond the table: what it checks against the rest of the store, and what it changes besides."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from gridgov.access import Subject, party_of
from gridgov.errors import InputError, NotAllowedError, RuleError
from gridgov.gazetteer import Sure, Unsure
from gridgov.incidents import ENDED, FactKind, Head, Stage, Standing
from gridgov.incidents.asked import (
    Asked,
    AskExtension,
    Dispatch,
    FeedBack,
    GrantExtension,
    Merge,
    Note,
    Reclassify,
    Relocate,
    SendBack,
    Suspend,
    Verify,
)
from gridgov.incidents.lifecycle import Act, over, require_to_the_point
from gridgov.lateness import Device
from gridgov.matters import MatterList, check_dispatch, who_answers
from gridgov.services.casework_rules import (
    Beside,
    dismiss_reporters,
    require_free,
    require_short,
)
from gridgov.services.judging import located
from gridgov.services.knowledge import Knowledge
from gridgov.services.placing import Placed, place_candidate, place_given
from gridgov.services.proving import require_attached
from gridgov.store.unit import Unit


@dataclass(frozen=True, slots=True)
class Occasion:
    """An act that is possible, with all it may look at.

    Attributes
    ----------
    standing
        The case, locked.
    other
        The case it is merged into or unmerged from, locked; else None.
    subject
        Who acts; None where the system itself does.
    device
        When it was done by a phone's clock that had no signal.
    """

    unit: Unit
    standing: Standing
    other: Standing | None
    subject: Subject | None
    now: datetime
    knowledge: Callable[[], Knowledge]
    device: Device | None = None

    @property
    def author(self) -> str:
        """Who stands under the facts."""
        return self.subject.login if self.subject else "system"

    @property
    def matters(self) -> MatterList:
        """The list that judges the case."""
        current, version = self.knowledge().matters, self.standing.list_version
        return current if current.version == version else self.unit.rules.matters(version)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an act does besides moving on and winding the clock.

    Attributes
    ----------
    changes
        Columns of the case's state.
    said
        What its fact says beside what was asked.
    facts
        Further facts of the same case.
    parties
        Who sees the case from now on: organisations.
    elsewhere
        A fact of the other case, and accounts that see that one from now on.
    """

    changes: Mapping[str, Any] = field(default_factory=dict)
    said: Mapping[str, Any] = field(default_factory=dict)
    facts: tuple[tuple[FactKind, dict[str, Any]], ...] = ()
    parties: tuple[str, ...] = ()
    elsewhere: tuple[Head, FactKind, tuple[UUID, ...]] | None = None
    until: datetime | None = None
    granted_s: int = 0
    against_list: bool = False


def meaning(occasion: Occasion, asked: Asked) -> Meaning:
    """Return what an act means for a case.

    Raises
    ------
    InputError, RuleError, NotAllowedError
        If what it names does not exist, is not the caller's or cannot be.
    """
    require_free(Beside(occasion.unit, occasion.standing), occasion.subject, asked.act, now=occasion.now)
    means = _MEANINGS.get(asked.act)
    return means(occasion, asked) if means else Meaning()


def _dispatch(occasion: Occasion, asked: Dispatch) -> Meaning:
    standing = occasion.standing
    if standing.stage is Stage.DISPATCHED and standing.handling_organisation_code == asked.organisation_code:
        message = f"{asked.organisation_code} has this case already: urge them, or dispatch it to somebody else."
        raise RuleError(message, field="organisation_code")
    order = check_dispatch(
        occasion.matters,
        occasion.knowledge().organisations,
        standing.matter_code,
        asked.organisation_code,
        street_code=standing.cell_code[:9] if standing.cell_code else None,
        district_code=standing.cell_district_code or standing.district_code,
        reason=asked.reason,
    )
    code, first = order.organisation_code, standing.first_organisation_code is None
    stays = [] if first else occasion.unit.cases.stays(standing.head)
    transfers = standing.transfers + int(bool(stays) and stays[-1].organisation_code != code)
    changes = {"handling_organisation_code": code, "handler": None, "extension_s": None, "transfers": transfers}
    return Meaning(
        changes={**changes, "first_organisation_code": code} if first else changes,
        said={**order.said(), "transfers": transfers},
        facts=((FactKind.FIRST_DISPATCHED, {"organisation": code}),) if first else (),
        parties=(party_of(code),),
        against_list=order.against_list,
    )


def _accept(occasion: Occasion, _: Asked) -> Meaning:
    return Meaning(said=_person(occasion))


def _return(_: Occasion, __: Asked) -> Meaning:
    return Meaning(changes={"handling_organisation_code": None, "handler": None, "extension_s": None})


def _feed_back(occasion: Occasion, asked: FeedBack) -> Meaning:
    _require_evidence(occasion, asked.evidence)
    changes = {"handler": occasion.author, "extension_s": None}
    return Meaning(changes=changes, said=_person(occasion))


def _person(occasion: Occasion) -> dict[str, str]:
    person = occasion.subject.person if occasion.subject else None
    return {"person": str(person[1])} if person else {}


def _with_evidence(occasion: Occasion, asked: Verify | SendBack | Note) -> Meaning:
    _require_evidence(occasion, asked.evidence)
    return Meaning()


def _require_evidence(occasion: Occasion, wanted: tuple[UUID, ...]) -> None:
    require_attached(occasion.unit, occasion.standing.head, wanted)


def _reopen(occasion: Occasion, _: Asked) -> Meaning:
    return Meaning(changes={"reopenings": occasion.standing.reopenings + 1})


def _suspend(occasion: Occasion, asked: Suspend) -> Meaning:
    require_short(occasion.standing, occasion.subject, asked.until, occasion.now)
    return Meaning(until=asked.until)


def _ask_extension(occasion: Occasion, asked: AskExtension) -> Meaning:
    require_to_the_point(occasion.standing, asked.act)
    return Meaning(changes={"extension_s": asked.minutes * 60}, said=_person(occasion))


def _grant_extension(occasion: Occasion, asked: GrantExtension) -> Meaning:
    require_to_the_point(occasion.standing, asked.act)
    wanted = occasion.standing.extension_s or 0
    granted = wanted if asked.minutes is None else asked.minutes * 60
    if granted > wanted:
        message = f"Only {wanted // 60} minutes were asked for: grant these or fewer."
        raise RuleError(message, field="minutes")
    return Meaning(changes={"extension_s": None}, said={"minutes": granted // 60}, granted_s=granted)


def _refuse_extension(occasion: Occasion, asked: Asked) -> Meaning:
    require_to_the_point(occasion.standing, asked.act)
    return Meaning(changes={"extension_s": None})


def _merge(occasion: Occasion, _: Merge) -> Meaning:
    standing, other = occasion.standing, occasion.other
    if other is None or other.incident_id == standing.incident_id:
        message = "A case cannot be merged into itself: name the other one."
        raise RuleError(message, field="into_id")
    if other.stage in ENDED:
        where = f" Merge into {other.merged_into_id} instead." if other.merged_into_id else ""
        message = f"The case {other.number} is {other.stage}, and nothing can be merged into it.{where}"
        raise RuleError(message, field="into_id")
    _require_office(occasion, other, Act.MERGE)
    reporters = tuple(occasion.unit.cases.reporters(standing.head))
    said = {"into": str(other.incident_id), "into_number": other.number}
    return Meaning(
        changes={"merged_into_id": other.incident_id},
        said=said,
        elsewhere=(other.head, FactKind.ABSORBED, reporters),
    )


def _unmerge(occasion: Occasion, _: Asked) -> Meaning:
    other = occasion.other
    if other:
        dismiss_reporters(occasion.unit, occasion.standing, other, at=occasion.now, author=occasion.author)
    changes = {"merged_into_id": None}
    return Meaning(changes=changes, elsewhere=(other.head, FactKind.RELEASED, ()) if other else None)


def _require_office(occasion: Occasion, other: Standing, act: Act) -> None:
    subject = occasion.subject
    if subject and not any(over(subject, act.permission, place) for place in other.places):
        message = f"The other case lies in {other.places[0]}, where you may not {act} cases: ask the office there."
        raise NotAllowedError(message, field="into_id")


def _reclassify(occasion: Occasion, asked: Reclassify) -> Meaning:
    standing, matters = occasion.standing, occasion.matters
    matter = matters.matter(asked.matter)
    if matter.code == standing.matter_code:
        message = f"The case is of matter {matter.code} already."
        raise RuleError(message, field="matter")
    lead = _lead(occasion, matter.code, standing.cell_code, standing.cell_district_code)
    changes = {"matter_code": matter.code, "priority": matter.priority, "lead_organisation_code": lead}
    return Meaning(changes=changes, said={"lead": lead, "priority": matter.priority, "list_version": matters.version})


def _lead(occasion: Occasion, matter_code: str, cell_code: str | None, cell_district: str | None) -> str | None:
    answerers = who_answers(
        occasion.matters,
        occasion.knowledge().organisations,
        matter_code,
        street_code=cell_code[:9] if cell_code else None,
        district_code=cell_district or occasion.standing.district_code,
    )
    return answerers.lead


def _relocate(occasion: Occasion, asked: Relocate) -> Meaning:
    standing, placed = occasion.standing, _placed(occasion, asked)
    if placed.place is None:
        message = "This says no place: give a position."
        raise InputError(message, field="position")
    changes = occasion.unit.cases.move(standing.head, placed.place)
    lead = _lead(occasion, standing.matter_code, changes["cell_code"], changes["cell_district_code"])
    return Meaning(changes={**changes, "lead_organisation_code": lead}, said={**located(placed), "lead": lead})


def _placed(occasion: Occasion, asked: Relocate) -> Placed:
    knowledge = occasion.knowledge()
    if asked.position is not None:
        place = place_given(asked.position, asked.address, knowledge.grid)
        return Placed(place, place.placement)
    answer = knowledge.gazetteer.find(asked.address or "") if knowledge.gazetteer else None
    if not isinstance(answer, Sure):
        found = [c.label for c in answer.candidates] if isinstance(answer, Unsure) else []
        message = "The address does not name one place: give a position, or say it more exactly."
        raise InputError(message, field="address", details=[{"candidates": found}])
    place = place_candidate(answer.candidate, asked.address or "", knowledge.grid)
    return Placed(place, place.placement, (), answer)


_MEANINGS: Mapping[Act, Callable[[Occasion, Any], Meaning]] = MappingProxyType(
    {
        Act.DISPATCH: _dispatch,
        Act.ACCEPT: _accept,
        Act.RETURN: _return,
        Act.FEED_BACK: _feed_back,
        Act.VERIFY: _with_evidence,
        Act.SEND_BACK: _with_evidence,
        Act.NOTE: _with_evidence,
        Act.REOPEN: _reopen,
        Act.SUSPEND: _suspend,
        Act.ASK_EXTENSION: _ask_extension,
        Act.GRANT_EXTENSION: _grant_extension,
        Act.REFUSE_EXTENSION: _refuse_extension,
        Act.MERGE: _merge,
        Act.UNMERGE: _unmerge,
        Act.RECLASSIFY: _reclassify,
        Act.RELOCATE: _relocate,
    }
)
