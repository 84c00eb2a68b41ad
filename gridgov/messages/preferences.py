"""When and how a person wants to hear of something. Rules only: no channel is called here."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from gridgov.clock import SHANGHAI
from gridgov.errors import InputError

_CHANNELS = frozenset({"email"})
_DAY = timedelta(days=1)


class Severity(StrEnum):
    """How much a notice matters to whoever gets it."""

    URGENT = "urgent"
    """Somebody must act now: it breaks through quiet hours and waits for no digest."""
    NORMAL = "normal"
    LOW = "low"
    """Good to know: in the inbox, and in a digest if there is one; alone it is sent nowhere."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A message to be sent: over which channel, when, and whether together with others."""

    channel: str
    at: datetime
    digest: bool = False


@dataclass(frozen=True, slots=True)
class Preferences:
    """What one person has chosen. The inbox gets everything; this is about what is carried outside.

    Attributes
    ----------
    language
        ``zh`` or ``en``.
    channels
        The channels to be reached over.
    muted
        Kinds that are sent nowhere: ``case.closed``, or ``case.*`` for all of a noun.
    quiet_from, quiet_until
        Local times in Shanghai between which only what is urgent is sent; equal for never.
    digest_hour
        The hour at which everything that is not urgent comes as one message; None for each by itself.
    """

    language: str = "zh"
    channels: frozenset[str] = _CHANNELS
    muted: frozenset[str] = frozenset()
    quiet_from: time = time(22)
    quiet_until: time = time(7)
    digest_hour: int | None = None

    def __post_init__(self) -> None:
        """Refuse what no hour and no language is.

        Raises
        ------
        InputError
            Naming the field.
        """
        if self.digest_hour is not None and not 0 <= self.digest_hour <= 23:
            message = "The hour of the digest is between 0 and 23, or left out."
            raise InputError(message, field="digest_hour")
        if self.quiet_from.tzinfo or self.quiet_until.tzinfo:
            message = "Quiet hours are local times without an offset, like 22:00."
            raise InputError(message, field="quiet_from")

    def mutes(self, kind: str) -> bool:
        """Return whether notices of `kind` are sent nowhere."""
        return kind in self.muted or f"{kind.partition('.')[0]}.*" in self.muted

    def quiet_end(self, now: datetime) -> datetime | None:
        """Return when the quiet hours end in which `now` lies, or None if it lies in none."""
        local = now.astimezone(SHANGHAI)
        clock, start, end = local.time(), self.quiet_from, self.quiet_until
        is_quiet = start <= clock < end if start <= end else (clock >= start or clock < end)
        if not is_quiet:
            return None
        day = local.date() if clock < end else local.date() + _DAY
        return datetime.combine(day, end, SHANGHAI).astimezone(now.tzinfo)

    def next_digest(self, now: datetime) -> datetime:
        """Return the first time after `now` at which a digest is due.

        Raises
        ------
        InputError
            If there is no hour for digests.
        """
        if self.digest_hour is None:
            message = "There is no hour for digests: set digest_hour."
            raise InputError(message, field="digest_hour")
        local = now.astimezone(SHANGHAI)
        due = datetime.combine(local.date(), time(self.digest_hour), SHANGHAI)
        return (due if due > local else due + _DAY).astimezone(now.tzinfo)

    def plan(
        self, kind: str, severity: Severity, *, now: datetime, channels: Collection[str], digesting: Collection[str]
    ) -> list[Plan]:
        """Return what to send of a notice, if anything.

        Parameters
        ----------
        channels
            The channels that this installation has and over which the person can be reached.
        digesting
            Those of them that carry digests.
        """
        if self.mutes(kind):
            return []
        chosen = sorted(self.channels & set(channels))
        if severity is Severity.URGENT:
            return [Plan(channel, now) for channel in chosen]
        digests = [channel for channel in chosen if self.digest_hour is not None and channel in digesting]
        together = [Plan(channel, self.next_digest(now), digest=True) for channel in digests]
        if severity is Severity.LOW:
            return together
        at = self.quiet_end(now) or now
        return [*together, *(Plan(channel, at) for channel in chosen if channel not in digests)]
