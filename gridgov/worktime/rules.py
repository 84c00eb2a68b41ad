"""All rules of time together: who works when, how long each step may take, and what follows when it takes longer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from gridgov.clock import instant
from gridgov.errors import InputError
from gridgov.worktime.calendar import WorkCalendar
from gridgov.worktime.hours import ALWAYS, Hours, Timeline, timeline
from gridgov.worktime.limits import Escalation, Limit, LimitKind, LimitRow

_MICROS = 1_000_000

OwnLimits = Mapping[tuple[int, str, LimitKind], Limit]
"""The limits that a responsibility list itself gives its matters, by version, matter and kind."""


Whose = str | Hours | None
"""In whose time something is counted: an organisation's, by its code; by certain hours; None: around the clock."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Who keeps which hours: every organisation by its code; and all hours there are, by theirs."""

    by_organisation: Mapping[str, Hours] = field(default_factory=dict)
    by_code: Mapping[str, Hours] = field(default_factory=dict)

    def of(self, organisation_code: str | None) -> Hours:
        """Return an organisation's hours; nobody's are around the clock.

        Raises
        ------
        InputError
            If there is no such organisation.
        """
        if organisation_code is None:
            return ALWAYS
        try:
            return self.by_organisation[organisation_code]
        except KeyError:
            message = f"There is no organisation {organisation_code!r}: register it before it can be late."
            raise InputError(message, field="organisation_code") from None


class WorkRules:
    """The rules of time as they stand at one moment; safe for many threads.

    Every method takes instants with an offset and returns them in UTC. `organisation_code` None stands for the
    district's command centre, which never closes.

    Parameters
    ----------
    calendar
        Holidays and make-up days.
    kept
        The hours of every organisation.
    limits
        The table of limits.
    escalations
        What follows a missed deadline, by kind.
    own
        The limits that the lists give their matters, for each version.
    list_version
        The version of the list in force, None if there is none.
    """

    def __init__(
        self,
        calendar: WorkCalendar,
        kept: Kept,
        limits: Iterable[LimitRow],
        escalations: Mapping[LimitKind, Iterable[Escalation]],
        *,
        own: OwnLimits | None = None,
        list_version: int | None = None,
    ) -> None:
        self.calendar = calendar
        self._kept = kept
        self._limits = {(row.kind, row.matter_code, row.priority): row.limit for row in limits}
        self._escalations = {kind: tuple(sorted(found, key=lambda e: e.step)) for kind, found in escalations.items()}
        self._own = own or {}
        self._list_version = list_version
        self._lines: dict[str, Timeline] = {}
        self._lock = Lock()

    def due_at(
        self,
        kind: str,
        matter_code: str | None,
        priority: int | None,
        start: datetime,
        organisation_code: str | None,
        *,
        list_version: int | None = None,
    ) -> datetime | None:
        """Return until when something is to be done that could begin at `start`; None where nothing limits it.

        Raises
        ------
        InputError
            If there is no such kind or no such organisation.
        CalendarEndsError
            If the calendar does not reach that far.
        """
        limit = self.limit(kind, matter_code, priority, list_version=list_version)
        return None if limit is None else self.add(start, limit, organisation_code)

    def limit(
        self, kind: str, matter_code: str | None, priority: int | None, *, list_version: int | None = None
    ) -> Limit | None:
        """Return the limit of a step: of the matter in the table, of the matter on its list, of the priority, of all.

        Parameters
        ----------
        list_version
            The version of the list that judged the case; None for the one in force.
        """
        which = known_kind(kind)
        of_list = (list_version or self._list_version or 0, matter_code or "", which)
        table = self._limits
        for found in (
            table.get((which, matter_code, priority)) if matter_code else None,
            table.get((which, matter_code, None)) if matter_code else None,
            self._own.get(of_list),
            table.get((which, None, priority)),
            table.get((which, None, None)),
        ):
            if found is not None:
                return found
        return None

    def add(self, start: datetime, limit: Limit, whose: Whose) -> datetime:
        """Return when a limit that begins at `start` ends, in somebody's time.

        Raises
        ------
        CalendarEndsError
            If the calendar does not reach that far.
        """
        begun = instant(start, field="start")
        if limit.amount == 0:
            return begun
        if limit.seconds is None:
            return self._line(self.hours(whose)).end_of(begun, limit.amount)
        return self.after(begun, limit.seconds, self.counted_in(limit, whose))

    def after(self, start: datetime, working_seconds: int, whose: Whose) -> datetime:
        """Return the first instant from `start` on by which so much of somebody's working time has passed.

        A negative time is counted back, to the last such instant. Nothing is `start` itself, worked or not.

        Raises
        ------
        CalendarEndsError
            If the calendar does not reach that far.
        """
        line = self._line(self.hours(whose))
        return line.after(instant(start, field="start"), working_seconds * _MICROS)

    def worked(self, start: datetime, end: datetime, whose: Whose) -> int:
        """Return the whole seconds of somebody's working time between two instants.

        Negative where `end` comes first: how late something is, or how much of a limit is left when it is suspended.

        Raises
        ------
        CalendarEndsError
            If the calendar does not know one of the days.
        """
        line = self._line(self.hours(whose))
        micros = line.between(instant(start, field="start"), instant(end, field="end"))
        return micros // _MICROS if micros >= 0 else -(-micros // _MICROS)

    def counted_in(self, limit: Limit | None, whose: Whose) -> Hours:
        """Return the hours that a limit is counted in: somebody's, or all where it runs around the clock.

        What is left of a limit is kept over a pause by these hours: ``worked(now, due, hours)`` before it,
        ``after(resumed, left, hours)`` after it.
        """
        runs_on = limit is not None and limit.around_the_clock and limit.seconds is not None
        return ALWAYS if runs_on else self.hours(whose)

    def escalations(self, kind: str) -> tuple[Escalation, ...]:
        """Return the steps that follow a missed deadline of this kind, in order."""
        return self._escalations.get(known_kind(kind), ())

    def next_escalation(
        self, kind: str, step: int, due_at: datetime, organisation_code: str | None
    ) -> tuple[Escalation, datetime] | None:
        """Return the step after `step` (0: none was taken yet) and when it is due; None after the last.

        Raises
        ------
        CalendarEndsError
            If the calendar does not reach that far.
        """
        following = next((e for e in self.escalations(kind) if e.step > step), None)
        return None if following is None else (following, self.add(due_at, following.after, organisation_code))

    def hours(self, whose: Whose) -> Hours:
        """Return the hours that somebody keeps.

        Raises
        ------
        InputError
            If there is no such organisation.
        """
        return whose if isinstance(whose, Hours) else self._kept.of(whose)

    def hours_called(self, code: str | None) -> Hours | None:
        """Return the hours of this code, None if there are none."""
        return ALWAYS if code == ALWAYS.code else self._kept.by_code.get(code or "")

    def _line(self, hours: Hours) -> Timeline:
        line = self._lines.get(hours.code)
        if line is None:
            with self._lock:
                line = self._lines.setdefault(hours.code, timeline(self.calendar, hours))
        return line


def known_kind(kind: str) -> LimitKind:
    """Return the kind of limit.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    try:
        return LimitKind(kind)
    except ValueError:
        message = f"Nothing has a limit of kind {kind!r}: there are {', '.join(LimitKind)}."
        raise InputError(message, field="kind") from None
