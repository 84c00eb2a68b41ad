"""Rules: the responsibility list with its versions, the calendar, hours, limits, escalation, what went against them."""

from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Response, status
from pydantic import AwareDatetime

from api.auth import TheCaller
from api.deps import service
from api.etags import IfUnchanged, tagged
from api.lists import AgainstOut, AnswerersOut, ListIn, ListOut, PublishedOut, VersionOut
from api.problems import Problem
from api.rules import (
    CalendarOut,
    DueOut,
    HoursIn,
    HoursOut,
    KeepersIn,
    LimitIn,
    LimitOut,
    RuleChangeOut,
    StepsIn,
    StepsOut,
    YearIn,
    YearOut,
)
from api.schemas import Page, local
from gridgov.clock import instant
from gridgov.errors import InputError
from gridgov.services.rules import RuleBook
from gridgov.store.rules import Place
from gridgov.worktime import LimitKind

router = APIRouter(prefix="/api/v1", tags=["rules"])

TheRules = Annotated[RuleBook, Depends(service(RuleBook))]
_REFUSED: dict[int | str, dict[str, Any]] = {
    403: {"model": Problem, "description": "Somebody is logged in and may not do this"}
}
_MISSING: dict[int | str, dict[str, Any]] = {404: {"model": Problem, "description": "There is no such thing"}}
_TAKEN: dict[int | str, dict[str, Any]] = {409: {"model": Problem, "description": "Another is in force since then"}}

PathCode = Annotated[str, Path(pattern=r"^[0-9A-Za-z_\-]{1,40}$")]
QueryCode = Annotated[str | None, Query(pattern=r"^[0-9A-Za-z_\-]{1,40}$")]
QueryPriority = Annotated[int | None, Query(ge=1, le=9)]
Version = Annotated[int | None, Query(ge=1, le=1_000_000, description="A version; the one in force if left out")]


@router.get("/matters", responses={**_REFUSED, **_MISSING})
def list_matters(caller: TheCaller, rules: TheRules, response: Response, version: Version = None) -> ListOut:
    """Return a version of the responsibility list: the matters, who leads and who cooperates in each."""
    found = ListOut.of(rules.matters(caller, version))
    tagged(response, found)
    return found


@router.get("/matters/{matter_code}/answerers", responses={**_REFUSED, **_MISSING})
def who_answers_for_a_matter(
    matter_code: PathCode,
    caller: TheCaller,
    rules: TheRules,
    street_code: Annotated[str | None, Query(pattern="^[0-9]{9}$")] = None,
    district_code: Annotated[str | None, Query(pattern="^[0-9]{6}$")] = None,
) -> AnswerersOut:
    """Return who leads a matter, cooperates in it and is summoned for it at a place."""
    found = rules.answerers(caller, matter_code, street_code=street_code, district_code=district_code)
    return AnswerersOut(lead=found.lead, cooperating=list(found.cooperating), summoned=list(found.summoned))


@router.get("/matter-lists", responses=_REFUSED)
def list_versions(caller: TheCaller, rules: TheRules) -> Page[VersionOut]:
    """List all versions of the responsibility list, newest first. Each case keeps the one that judged it."""
    return Page(items=[VersionOut(**local(row)) for row in rules.versions(caller)])


@router.post("/matter-lists", responses=_TAKEN)
def publish_list(given: ListIn, caller: TheCaller, rules: TheRules, unchanged: IfUnchanged) -> PublishedOut:
    """Put a list in force from now on, whole; what says the same as the one in force makes no new version.

    `If-Match` is the ETag of the list that it takes the place of: of `GET /api/v1/matters`.
    """
    matters = [item.matter() for item in given.items]
    parts = [part for item in given.items for part in item.parts()]
    seen = unchanged.seen(given, ListOut.of)
    return PublishedOut(version=rules.publish(caller, matters, parts, source=given.source, seen=seen))


@router.get("/calendar", responses=_REFUSED)
def read_calendar(caller: TheCaller, rules: TheRules) -> CalendarOut:
    """Return the working calendar: holidays, the days that make up for them, and the notice of each year."""
    return CalendarOut.of(rules.calendar(caller))


@router.put("/calendar/{year}")
def put_year(
    year: Annotated[int, Path(ge=1, le=9998)],
    given: YearIn,
    caller: TheCaller,
    rules: TheRules,
    unchanged: IfUnchanged,
) -> CalendarOut:
    """Add a year to the calendar, or replace it as a whole.

    Deadlines that were set before stay as they are; those that lay beyond the calendar are reckoned now.
    """
    seen = unchanged.seen(given, YearOut.of)
    return CalendarOut.of(rules.put_years(caller, [given.year(year)], seen=seen))


@router.get("/hours", responses=_REFUSED)
def list_hours(caller: TheCaller, rules: TheRules) -> Page[HoursOut]:
    """List the hours that organisations keep, and who keeps which."""
    return Page(items=HoursOut.all_of(rules.hours(caller)))


@router.put("/hours/{code}", status_code=status.HTTP_204_NO_CONTENT)
def put_hours(code: PathCode, given: HoursIn, caller: TheCaller, rules: TheRules, unchanged: IfUnchanged) -> None:
    """Add hours that organisations may keep, or change them for all who do."""
    rules.put_hours(caller, given.hours(code), seen=unchanged.seen(given, HoursOut.one_of))


@router.put("/hours/{code}/keepers", status_code=status.HTTP_204_NO_CONTENT, responses=_MISSING)
def keep_hours(code: PathCode, given: KeepersIn, caller: TheCaller, rules: TheRules, unchanged: IfUnchanged) -> None:
    """Let an organisation, or a kind of organisation, keep these hours; `If-Match` is the ETag of the hours."""
    seen = unchanged.seen(given, HoursOut.one_of)
    rules.keep_hours(caller, code, organisation_code=given.organisation, kind=given.kind, seen=seen)


@router.get("/limits", responses=_REFUSED)
def list_limits(caller: TheCaller, rules: TheRules) -> Page[LimitOut]:
    """List the table of limits. A matter's row decides, then its list's own limit, the priority's row, the kind's."""
    return Page(items=[LimitOut.of(row) for row in rules.limits(caller)])


@router.put("/limits", status_code=status.HTTP_204_NO_CONTENT)
def put_limit(given: LimitIn, caller: TheCaller, rules: TheRules, unchanged: IfUnchanged) -> None:
    """Set a limit, for all, for a priority, for a matter, or for a matter of a priority."""
    rules.put_limit(caller, given.row(), seen=unchanged.seen(given, LimitOut.of))


@router.delete("/limits", status_code=status.HTTP_204_NO_CONTENT, responses=_MISSING)
def drop_limit(
    kind: LimitKind,
    caller: TheCaller,
    rules: TheRules,
    unchanged: IfUnchanged,
    matter: QueryCode = None,
    priority: QueryPriority = None,
) -> None:
    """Take a limit away: the next wider one decides."""
    yours = {"kind": kind, "matter": matter, "priority": priority, "limit": None}
    rules.drop_limit(caller, kind, matter, priority, seen=unchanged.seen(yours, LimitOut.of))


@router.get("/limits/due", responses=_REFUSED)
def when_due(  # noqa: PLR0913 - what a deadline depends on
    kind: LimitKind,
    caller: TheCaller,
    rules: TheRules,
    *,
    matter: QueryCode = None,
    priority: QueryPriority = None,
    organisation: QueryCode = None,
    start: Annotated[AwareDatetime | None, Query(description="Now if left out")] = None,
) -> DueOut:
    """Return when something would be due that begins at a moment, by the rules as they stand."""
    begun = instant(start, field="start") if start else None
    found = rules.due_at(caller, kind, matter, start=begun, priority=priority, organisation_code=organisation)
    return DueOut.of(found)


@router.get("/escalations", responses=_REFUSED)
def list_escalations(caller: TheCaller, rules: TheRules) -> Page[StepsOut]:
    """List what follows a missed deadline of each kind, step by step; each counts from the deadline itself."""
    found = rules.escalations(caller)
    return Page(items=[StepsOut.of(kind, found.get(kind, [])) for kind in LimitKind])


@router.put("/escalations/{kind}", status_code=status.HTTP_204_NO_CONTENT)
def put_escalations(
    kind: LimitKind, given: StepsIn, caller: TheCaller, rules: TheRules, unchanged: IfUnchanged
) -> None:
    """Set what follows a missed deadline of one kind; its steps are taken in the order given."""
    seen = unchanged.seen(given, partial(StepsOut.of, kind))
    rules.put_escalations(caller, kind, given.escalations(), seen=seen)


@router.get("/dispatches-against-the-list", responses=_REFUSED)
def list_dispatches_against_the_list(
    caller: TheCaller,
    rules: TheRules,
    *,
    since: AwareDatetime,
    until: AwareDatetime,
    cursor: Annotated[str | None, Query(max_length=100)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[AgainstOut]:
    """List dispatches that went against the responsibility list in a period, newest first, each with its reason."""
    begin, end = instant(since, field="since"), instant(until, field="until")
    rows = rules.against_list(caller, begin, end, limit=limit, before=_place(cursor) if cursor else None)
    after = _cursor(rows[-1]) if len(rows) == limit else None
    return Page(items=[AgainstOut.of(row) for row in rows], next=after)


@router.get("/rule-changes", responses=_REFUSED)
def list_rule_changes(
    caller: TheCaller,
    rules: TheRules,
    cursor: Annotated[UUID | None, Query(description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[RuleChangeOut]:
    """List the changes of rules, newest first, each with its author."""
    return Page[RuleChangeOut].told(rules.changes(caller, limit=limit, before=cursor), limit=limit)


_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def _cursor(row: dict[str, Any]) -> str:
    return f"{(row['at'] - _EPOCH) // timedelta(microseconds=1)}_{row['incident_id']}_{row['seq']}"


def _place(cursor: str) -> Place:
    try:
        at, incident, seq = cursor.split("_")
        found = (_EPOCH + timedelta(microseconds=int(at)), UUID(incident), int(seq))
    except (ValueError, OverflowError) as error:
        message = "This is no cursor of this list: take `next` of the page before."
        raise InputError(message, field="cursor") from error
    if not 0 <= found[2] < 2**31:
        message = "This is no cursor of this list: take `next` of the page before."
        raise InputError(message, field="cursor")
    return found
