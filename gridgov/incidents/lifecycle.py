"""The lifecycle as ONE table: at which stage which act may be done, by whom, where it leads, what the clock does.

Pure: nothing here reads or stores. `Casework` finds out where a case stands, asks here, and keeps what follows.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from gridgov.access import Grant, Subject
from gridgov.errors import NotAllowedError, RuleError
from gridgov.incidents.standing import Stage, Standing


class Act(StrEnum):
    """What is done with a case."""

    FILE = "file"
    REJECT = "reject"
    DISPATCH = "dispatch"
    ACCEPT = "accept"
    RETURN = "return"
    FEED_BACK = "feed_back"
    VERIFY = "verify"
    SEND_BACK = "send_back"
    CLOSE = "close"
    REOPEN = "reopen"
    SUSPEND = "suspend"
    RESUME = "resume"
    ASK_EXTENSION = "ask_extension"
    GRANT_EXTENSION = "grant_extension"
    REFUSE_EXTENSION = "refuse_extension"
    URGE = "urge"
    SUPERVISE = "supervise"
    MERGE = "merge"
    UNMERGE = "unmerge"
    RECLASSIFY = "reclassify"
    RELOCATE = "relocate"
    NOTE = "note"

    @property
    def permission(self) -> str:
        """The permission that the act needs."""
        return f"case.{self.value}"


class Who(StrEnum):
    """How whoever does an act must stand to the case, beside holding the permission."""

    OFFICE = "office"
    """An office over the place: of the cell, community, street or district, by a grant without an organisation."""
    HANDLER = "handler"
    """The organisation that handles it."""
    OTHER_OFFICE = "other_office"
    """An office over the place, by somebody who neither fed back nor acts for the organisation that handles it."""
    OFFICE_OR_HANDLER = "office_or_handler"
    INVOLVED = "involved"
    """Whoever takes part: an office over the place, an organisation that has or had it, whoever reported it."""


class Effect(StrEnum):
    """What an act does to the clock."""

    START = "start"
    """The limit of the next stage begins; what is left of handling is kept."""
    GO_ON = "go_on"
    """The limit to handle goes on with what is left of it."""
    PAUSE = "pause"
    """The clock stands, and what is left is kept."""
    RESUME = "resume"
    """The clock that stood goes on with what was left."""
    STOP = "stop"
    """Nothing is due any more; what is left of handling is kept for a reopening."""
    EXTEND = "extend"
    """What was granted is added to the deadline."""
    RECOUNT = "recount"
    """The same limit from the same start, as it is for another matter."""
    KEEP = "keep"


class Hop(StrEnum):
    """What an act does to the record of whose hands the case is in."""

    BEGIN = "begin"
    ACCEPT = "accept"
    AGAIN = "again"
    """The same organisation has it in its hands again."""
    END = "end"
    KEEP = "keep"


LIMIT_OF: Mapping[Stage, str] = MappingProxyType(
    {
        Stage.REPORTED: "file",
        Stage.FILED: "dispatch",
        Stage.DISPATCHED: "accept",
        Stage.HANDLING: "handle",
        Stage.FED_BACK: "verify",
        Stage.VERIFIED: "close",
    }
)
"""What is due at each stage."""

STAYS = "stays"
BACK = "back"
"""Where the case came from: the stage before it was rejected, suspended or merged."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table; `to` is a stage, `STAYS` or `BACK`."""

    stage: Stage
    act: Act
    to: Stage | str
    who: Who
    clock: Effect
    hop: Hop = Hop.KEEP

    def next_stage(self, standing: Standing) -> Stage:
        """Return where the act leads from where the case stands."""
        if self.to == BACK:
            return standing.stage_before or Stage.REPORTED
        return standing.stage if self.to == STAYS else Stage(self.to)


_OPEN = (Stage.REPORTED, Stage.FILED, Stage.DISPATCHED, Stage.HANDLING, Stage.FED_BACK, Stage.VERIFIED)


def _rows() -> Iterator[Row]:
    s, a, w, e, h = Stage, Act, Who, Effect, Hop
    # The way of a case.
    yield Row(s.REPORTED, a.FILE, s.FILED, w.OFFICE, e.START)
    yield Row(s.FILED, a.DISPATCH, s.DISPATCHED, w.OFFICE, e.START, h.BEGIN)
    yield Row(s.DISPATCHED, a.DISPATCH, s.DISPATCHED, w.OFFICE, e.START, h.BEGIN)
    yield Row(s.DISPATCHED, a.ACCEPT, s.HANDLING, w.HANDLER, e.GO_ON, h.ACCEPT)
    yield Row(s.DISPATCHED, a.RETURN, s.FILED, w.HANDLER, e.START, h.END)
    yield Row(s.HANDLING, a.RETURN, s.FILED, w.HANDLER, e.START, h.END)
    yield Row(s.HANDLING, a.FEED_BACK, s.FED_BACK, w.HANDLER, e.START, h.END)
    yield Row(s.FED_BACK, a.VERIFY, s.VERIFIED, w.OTHER_OFFICE, e.START)
    yield Row(s.FED_BACK, a.SEND_BACK, s.HANDLING, w.OTHER_OFFICE, e.GO_ON, h.AGAIN)
    yield Row(s.VERIFIED, a.CLOSE, s.CLOSED, w.OFFICE, e.STOP)
    yield Row(s.CLOSED, a.REOPEN, s.HANDLING, w.OFFICE, e.GO_ON, h.AGAIN)
    # What is turned away, and taken up again.
    for stage in (s.REPORTED, s.FILED):
        yield Row(stage, a.REJECT, s.REJECTED, w.OFFICE, e.PAUSE)
        yield Row(stage, a.MERGE, s.MERGED, w.OFFICE, e.PAUSE)
        yield Row(stage, a.RECLASSIFY, STAYS, w.OFFICE, e.RECOUNT)
    yield Row(s.REJECTED, a.REOPEN, BACK, w.OFFICE, e.RESUME)
    yield Row(s.MERGED, a.UNMERGE, BACK, w.OFFICE, e.RESUME)
    # What must wait.
    yield Row(s.FILED, a.SUSPEND, s.SUSPENDED, w.OFFICE, e.PAUSE)
    yield Row(s.HANDLING, a.SUSPEND, s.SUSPENDED, w.OFFICE_OR_HANDLER, e.PAUSE)
    yield Row(s.SUSPENDED, a.RESUME, BACK, w.OFFICE_OR_HANDLER, e.RESUME)
    yield Row(s.HANDLING, a.ASK_EXTENSION, STAYS, w.HANDLER, e.KEEP)
    yield Row(s.HANDLING, a.GRANT_EXTENSION, STAYS, w.OTHER_OFFICE, e.EXTEND)
    yield Row(s.HANDLING, a.REFUSE_EXTENSION, STAYS, w.OTHER_OFFICE, e.KEEP)
    # What can be said and put right on the way.
    for stage in _OPEN[1:]:
        yield Row(stage, a.URGE, STAYS, w.OFFICE, e.KEEP)
        yield Row(stage, a.SUPERVISE, STAYS, w.OFFICE, e.KEEP)
    for stage in _OPEN[:4]:
        yield Row(stage, a.RELOCATE, STAYS, w.OFFICE, e.KEEP)
    for stage in Stage:
        yield Row(stage, a.NOTE, STAYS, w.INVOLVED, e.KEEP)


TABLE: Mapping[tuple[Stage, Act], Row] = MappingProxyType({(row.stage, row.act): row for row in _rows()})
"""The lifecycle. What is not in it is forbidden."""


@dataclass(frozen=True, slots=True)
class Possibility:
    """Whether somebody may do an act with a case now, where it would lead, and if not, why not."""

    act: Act
    possible: bool
    to: Stage | None
    why_not: str | None


def possibilities(standing: Standing, subject: Subject) -> list[Possibility]:
    """Return what somebody may do with a case now, and why not the rest."""
    return [_possibility(standing, act, subject) for act in Act]


def _possibility(standing: Standing, act: Act, subject: Subject) -> Possibility:
    try:
        row = require_possible(standing, act, subject)
        require_to_the_point(standing, act)
    except (NotAllowedError, RuleError) as error:
        return Possibility(act, possible=False, to=None, why_not=error.message)
    return Possibility(act, possible=True, to=row.next_stage(standing), why_not=None)


def require_possible(standing: Standing, act: Act, subject: Subject) -> Row:
    """Return the row of the table by which somebody does an act with a case as it stands.

    Raises
    ------
    NotAllowedError
        If no role of theirs does this anywhere, or not with this case.
    RuleError
        If nobody may do it at this stage; `details` says what may be done, and by whom.
    """
    subject.require(act.permission)
    row = require_row(standing, act)
    refusal = refusal_of(row, standing, subject)
    if refusal:
        raise NotAllowedError(refusal, field="act", details=[{"act": act.value, "who": row.who.value}])
    return row


def require_to_the_point(standing: Standing, act: Act) -> None:
    """Refuse to answer what nobody asked, and to ask again what is not answered yet.

    Raises
    ------
    RuleError
        If so; more time is what is asked for.
    """
    if act is Act.ASK_EXTENSION and standing.extension_s is not None:
        message = "More time is asked for already: wait for the answer."
        raise RuleError(message, field="act")
    if act in {Act.GRANT_EXTENSION, Act.REFUSE_EXTENSION} and standing.extension_s is None:
        message = "Nobody has asked for more time: there is nothing to answer."
        raise RuleError(message, field="act")


def require_row(standing: Standing, act: Act) -> Row:
    """Return the row of the table for an act at the case's stage.

    Raises
    ------
    RuleError
        If there is none.
    """
    row = TABLE.get((standing.stage, act))
    if row is None:
        open_now = [r for r in TABLE.values() if r.stage is standing.stage]
        names = ", ".join(r.act.value for r in open_now)
        message = f"The case {standing.number} is {standing.stage}: nobody can {act} it now. What can be done: {names}."
        details = [{"act": r.act.value, "who": r.who.value, "permission": r.act.permission} for r in open_now]
        raise RuleError(message, field="act", details=details)
    return row


def refusal_of(row: Row, standing: Standing, subject: Subject) -> str | None:
    """Return why somebody who holds the permission may not do this with this case, or None where they may."""
    permission = row.act.permission
    office = any(over(subject, permission, place) for place in standing.places)
    handling = standing.handling_organisation_code
    hands = handling is not None and subject.acts_for(permission, handling)
    match row.who:
        case Who.OFFICE:
            return None if office else _not_over(standing, row.act)
        case Who.HANDLER:
            return None if hands else f"Only {handling} handles this case: only its people can {row.act} it."
        case Who.OFFICE_OR_HANDLER:
            return None if office or hands else _not_over(standing, row.act, or_handler=handling)
        case Who.OTHER_OFFICE:
            return _handled_it(standing, subject, row.act) if office else _not_over(standing, row.act)
        case Who.INVOLVED:
            return None if office or _takes_part(standing, subject, permission) else _not_over(standing, row.act)


def over(subject: Subject, permission: str, area_code: str) -> bool:
    """Return whether somebody holds `permission` over an area by office, not only on behalf of an organisation."""
    return any(area_code.startswith(area) for area in subject.areas(permission))


def _takes_part(standing: Standing, subject: Subject, permission: str) -> bool:
    mine = set(subject.parties(permission)) - set(subject.areas(permission))
    return bool(mine & standing.parties)


def independent(standing: Standing, subject: Subject, act: Act) -> bool:
    """Return whether somebody does an act by an office over the place, and has no part in handling the case."""
    office = any(over(subject, act.permission, place) for place in standing.places)
    return office and _handled_it(standing, subject, act) is None


def _handled_it(standing: Standing, subject: Subject, act: Act) -> str | None:
    handling = standing.handling_organisation_code
    if standing.handler == subject.login:
        return f"You handled this case yourself: somebody else must {act} it."
    if handling and any(_is_of(grant, handling, standing.handling_office) for grant in subject.grants):
        return f"You act for {handling}, which handled this case: somebody else must {act} it."
    return None


def _is_of(grant: Grant, organisation_code: str, office_area: str | None) -> bool:
    """Return whether a grant makes its holder one of an organisation's people.

    Whoever dispatches for the very area of a street office is that office, also without a grant in its name.
    """
    if grant.organisation_code is not None:
        return grant.organisation_code == organisation_code
    return grant.area_code == office_area and Act.DISPATCH.permission in grant.permissions


def _not_over(standing: Standing, act: Act, *, or_handler: str | None = None) -> str:
    place = standing.places[0]
    if or_handler:
        return f"Only whoever holds {act.permission} over {place}, or the people of {or_handler} can {act} this case."
    return f"Only whoever holds {act.permission} over {place} can {act} this case."
