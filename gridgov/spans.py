"""A period as whole months, whole days of Shanghai's, and what is left over at both ends."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from gridgov.clock import SHANGHAI

_INSTANT = timedelta(microseconds=1)
_DAY = timedelta(days=1)
_LAST = date(9999, 1, 1)  # from here on a day or a month may have no end: what lies there is an edge, however long


@dataclass(frozen=True, slots=True)
class Span:
    """Whole months or days, from the first to before the last."""

    span: str
    first: date
    before: date


@dataclass(frozen=True, slots=True)
class Split:
    """A period in parts that do not meet and leave nothing out; `edges` with both ends included."""

    spans: tuple[Span, ...]
    edges: tuple[tuple[datetime, datetime], ...]


def day_of(moment: datetime) -> date:
    """Return the day in Shanghai; at the end of the calendar its last one."""
    try:
        return moment.astimezone(SHANGHAI).date()
    except OverflowError:
        return date.max


def beginning(day: date) -> datetime:
    """Return the instant at which a day begins in Shanghai."""
    return datetime.combine(day, time(), SHANGHAI)


def month_of(day: date) -> date:
    """Return the first of its month."""
    return day.replace(day=1)


def next_month(day: date) -> date:
    """Return the first of the month after its own."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def split(since: datetime, until: datetime) -> Split:
    """Return the parts of a period, both ends included."""
    end = beginning(_LAST)
    first, before = day_of(min(since, end)), day_of(min(until, end - _INSTANT) + _INSTANT)
    first += _DAY if beginning(first) < since else timedelta(0)
    if first >= before:
        return Split((), ((since, until),))
    edges = []
    if since < beginning(first):
        edges.append((since, beginning(first) - _INSTANT))
    if beginning(before) <= until:
        edges.append((beginning(before), until))
    return Split(tuple(_spans(first, before)), tuple(edges))


def _spans(first: date, before: date) -> list[Span]:
    month = first if first.day == 1 else next_month(first)
    if month >= month_of(before):
        return [Span("day", first, before)]
    parts = [Span("day", first, month), Span("month", month, month_of(before)), Span("day", month_of(before), before)]
    return [part for part in parts if part.first < part.before]
