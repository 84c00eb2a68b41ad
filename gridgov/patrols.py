"""Patrols: what is to be looked at in a cell, how often, and what somebody found who walked through it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from gridgov.clock import SHANGHAI
from gridgov.errors import InputError
from gridgov.ids import first_id_of, moment_of

LONGEST = timedelta(hours=24)
"""A walk that took longer was forgotten to be ended."""
MOST_ITEMS = 60
NOTE_LIMIT = 1_000
_WORDS = 200


class Every(StrEnum):
    """How often a cell is walked through, by the calendar of Shanghai."""

    DAILY = "daily"
    WEEKLY = "weekly"
    """From Monday on."""
    MONTHLY = "monthly"


class Answer(StrEnum):
    """What somebody found."""

    OK = "ok"
    FOUND = "found"
    """Something to report; the incident is reported beside the patrol."""
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to look at; `matter` is what a finding is likely to be reported as, a code of the list, or None."""

    code: str
    zh: str
    en: str
    matter: str | None = None


@dataclass(frozen=True, slots=True)
class Checklist:
    """What is looked at, in order.

    Attributes
    ----------
    roles
        The roles of duties that walk it; none: whoever has a duty.
    version
        Grows with every change; 0 where it was not kept yet.
    source
        Where it comes from.
    retired
        It is walked no more.
    """

    district_code: str
    code: str
    name_zh: str
    name_en: str
    every: Every
    items: tuple[Item, ...]
    source: str
    roles: tuple[str, ...] = ()
    retired: bool = False
    version: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one item; `incident_id` is what was reported of it."""

    item: str
    answer: Answer
    note: str | None = None
    incident_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class DueWalk:
    """A checklist that is due for a cell until the end of its period; `last_at` is when it was walked last."""

    checklist: Checklist
    cell_code: str
    last_at: datetime | None
    due_at: datetime


@dataclass(frozen=True, slots=True)
class PatrolsWanted:
    """Which patrols to list; what is None leaves nothing out.

    Attributes
    ----------
    incident_id
        With a finding that was reported as this incident.
    since
        Ended at this moment or later.
    """

    cell_code: str | None = None
    incident_id: UUID | None = None
    since: datetime | None = None


def naming(incident_id: UUID) -> tuple[UUID, UUID]:
    """Return between which ids patrols lie that can name an incident: it was found on the way, the patrol ended after.

    Both ids are made by the same phone, so that its clock does not matter unless it was set in between.

    Raises
    ------
    InputError
        If the id is no UUIDv7.
    """
    found_at = moment_of(incident_id)
    return first_id_of(found_at - LONGEST), first_id_of(found_at + 2 * LONGEST)


def require_sound(checklist: Checklist) -> None:
    """Refuse a checklist that nobody could walk.

    Raises
    ------
    InputError
        If it has no items, too many, two of one code, or one without words.
    """
    codes = [item.code for item in checklist.items]
    if not 1 <= len(codes) <= MOST_ITEMS or len(set(codes)) < len(codes):
        message = f"A checklist has 1 to {MOST_ITEMS} items, each with a code of its own."
        raise InputError(message, field="items")
    if any(not words.strip() or len(words) > _WORDS for item in checklist.items for words in (item.zh, item.en)):
        message = f"Each item has words in Chinese and in English, at most {_WORDS} characters each."
        raise InputError(message, field="items")


def require_answered(checklist: Checklist, findings: Sequence[Finding]) -> None:
    """Refuse answers that are not one for each item: what was left out would pass for looked at.

    Raises
    ------
    InputError
        Naming the items, or an incident beside something that is in order.
    """
    wanted, given = [item.code for item in checklist.items], [finding.item for finding in findings]
    wrong = sorted({*wanted} ^ {*given}) or sorted({code for code in given if given.count(code) > 1})
    if wrong:
        message = f"Answer each item of {checklist.code} (version {checklist.version}) once: {', '.join(wrong)}."
        raise InputError(message, field="answers", details=[{"items": wrong}])
    for finding in findings:
        if finding.incident_id is not None and finding.answer is not Answer.FOUND:
            message = f"{finding.item} names an incident and is answered {finding.answer}: answer found."
            raise InputError(message, field="answers")


def period(every: Every, moment: datetime) -> tuple[datetime, datetime]:
    """Return the day, the week or the month of Shanghai's calendar that a moment lies in: its begin and its end."""
    day = moment.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    match every:
        case Every.DAILY:
            begin, end = day, day + timedelta(days=1)
        case Every.WEEKLY:
            begin = day - timedelta(days=day.weekday())
            end = begin + timedelta(days=7)
        case Every.MONTHLY:
            begin = day.replace(day=1)
            end = (begin + timedelta(days=32)).replace(day=1)
    return begin.replace(tzinfo=SHANGHAI), end.replace(tzinfo=SHANGHAI)


def due_walks(
    checklists: Sequence[Checklist],
    cells: Mapping[str, frozenset[str]],
    last: Mapping[tuple[str, str], datetime],
    now: datetime,
) -> list[DueWalk]:
    """Return which checklists are due in which cells: those that were not walked since the period began.

    Parameters
    ----------
    cells
        The roles that somebody holds for each of their cells, by code.
    last
        When a checklist was walked last, by cell and checklist; whoever walked it.
    """
    due = [
        DueWalk(checklist, cell, walked, period(checklist.every, now)[1])
        for cell, roles in sorted(cells.items())
        for checklist in checklists
        if checklist.district_code == cell[:6] and (not checklist.roles or roles.intersection(checklist.roles))
        for walked in [last.get((cell, checklist.code))]
        if walked is None or walked < period(checklist.every, now)[0]
    ]
    return sorted(due, key=lambda one: (one.due_at, one.cell_code, one.checklist.code))
