"""One reader of the live changes: what they may see, and a buffer that is never allowed to grow."""

import asyncio
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self
from uuid import UUID

from gridgov.access import Caller, Subject
from gridgov.store.changes import Change, Cursor

INBOX = "inbox.changed"
"""The kind of a change to an account's inbox: its subject is the account, and nobody else is told."""

REGISTERS = ("person.", "duty.", "organisation.", "register.", "grid.")
"""Kinds of changes to registers and to the grid, which hang on no incident: for whoever reads the district's grid."""

_SEE = "case.read"
_LOOK_UP = "grid.read"
_WHOLE_DISTRICT = 6


class Word(StrEnum):
    """What a message says."""

    HELLO = "hello"
    CHANGES = "changes"
    RESYNC = "resync"
    END = "end"


class Reason(StrEnum):
    """Why a reader must fetch everything anew, or why its stream ends."""

    TOO_OLD = "too-old"
    UNKNOWN = "unknown-cursor"
    TOO_MANY = "too-many-changes"
    SLOW = "too-slow"
    EXPIRED = "not-logged-in"
    CLOSING = "server-stops"
    RESTORED = "other-database"


@dataclass(frozen=True, eq=False)
class Message:
    """What readers are told at once. The same object goes to all who see the same, so it is written out once.

    Attributes
    ----------
    cursor
        What its reader has seen with it; None on a message that says nothing of that.
    """

    word: Word
    cursor: Cursor | None = None
    changes: tuple[Change, ...] = ()
    reason: Reason | None = None


@dataclass(frozen=True)
class Scope:
    """What one subject may see, in the words of the incidents' parties.

    Attributes
    ----------
    parties
        Areas and organisations for which the subject may read cases, and the account itself.
    wide
        The areas among them that are larger than a district: they stand for every code that begins with them.
    areas
        All areas, for what hangs on no incident.
    registers
        Of which districts the subject may read grid and registers; fewer signs stand for all that begin with them.
    """

    account_id: UUID
    parties: frozenset[str]
    wide: tuple[str, ...]
    areas: tuple[str, ...]
    registers: tuple[str, ...] = ()

    @classmethod
    def of(cls, subject: Subject) -> Self:
        """Return the scope of a subject."""
        areas = subject.areas(_SEE)
        wide = tuple(sorted(area for area in areas if len(area) < _WHOLE_DISTRICT))
        parties = frozenset(subject.parties(_SEE))
        registers = tuple(sorted({area[:_WHOLE_DISTRICT] for area in subject.areas(_LOOK_UP)}))
        return cls(subject.account_id, parties, wide, tuple(sorted(areas)), registers)

    def sees(self, change: Change, parties: Mapping[UUID, frozenset[str]]) -> bool:
        """Return whether the subject may know of `change`; `parties` holds those of its incident."""
        if change.kind == INBOX:
            return change.subject_id == self.account_id
        if change.kind.startswith(REGISTERS):
            return change.district_code.startswith(self.registers)
        if change.incident_id is None:
            return change.district_code.startswith(self.areas) if self.areas else False
        theirs = parties.get(change.incident_id, frozenset())
        return not self.parties.isdisjoint(theirs) or (
            bool(self.wide) and any(party.startswith(self.wide) for party in theirs)
        )


@dataclass(eq=False)
class Stream:
    """A reader's messages, in order. It belongs to one event loop.

    Attributes
    ----------
    limit
        Messages that are kept for a reader who is slower than the changes; one more, and it is cut off.
    """

    caller: Caller
    scope: Scope
    limit: int
    ended: bool = False
    _waiting: deque[Message] = field(default_factory=deque)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def offer(self, message: Message) -> None:
        """Give the reader a message; a reader that is too far behind is told to fetch everything, and cut off."""
        if self.ended:
            return
        if len(self._waiting) >= self.limit:
            self._waiting.clear()
            self._waiting.append(Message(Word.RESYNC, message.cursor, reason=Reason.SLOW))
            self.end()
            return
        self._waiting.append(message)
        self._news.set()

    def first(self, messages: Iterable[Message]) -> None:
        """Put what was missed before what has come since."""
        self._waiting.extendleft(reversed(list(messages)))
        self._news.set()

    def end(self, reason: Reason | None = None) -> None:
        """Let nothing more in; what waits is still read."""
        if not self.ended and reason is not None:
            self._waiting.append(Message(Word.END, reason=reason))
        self.ended = True
        self._news.set()

    async def take(self, within_s: float) -> list[Message] | None:
        """Return what waits, oldest first; nothing after `within_s` seconds without any, None after the end."""
        try:
            async with asyncio.timeout(within_s):
                await self._news.wait()
        except TimeoutError:
            return []
        self._news.clear()
        taken = list(self._waiting)
        self._waiting.clear()
        if self.ended:
            self._news.set()
            return taken or None
        return taken
