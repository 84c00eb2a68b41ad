"""What one person is told: their inbox, and how they want to hear outside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from gridgov.access import Caller
from gridgov.clock import Clock
from gridgov.editing import Seen, require_seen
from gridgov.errors import InputError, NotFoundError
from gridgov.messages import KINDS, Language, Letter, Preferences, Severity, codes_in, kind_of, letter
from gridgov.messages.channels import AddressKind
from gridgov.services.messaging.courier import capabilities_of
from gridgov.settings import Settings
from gridgov.store.messages import InboxRow
from gridgov.store.unit import Store

MOST_UNREAD = 1_000
"""Unread notices are counted so far: nobody reads a larger number."""

_PERMISSION = "inbox.read"


@dataclass(frozen=True, slots=True)
class Told:
    """A notice in an inbox, in words: in the language of whoever reads it, and in each there is."""

    row: InboxRow
    severity: Severity
    letter: Letter
    letters: Mapping[str, Letter]


@dataclass(frozen=True, slots=True)
class InboxPage:
    """Some of an inbox, newest first, and how much of it all is not read yet."""

    items: list[Told]
    unread: int


class Inbox:
    """Shows people what they are told.

    Parameters
    ----------
    store
        Where it is kept.
    clock
        Tells when something was read.
    personal
        The channels of this installation that reach people.
    """

    def __init__(self, store: Store, *, clock: Clock, personal: frozenset[str]) -> None:
        self._store = store
        self._clock = clock
        self.personal = personal

    @classmethod
    def configured(cls, store: Store, settings: Settings, *, clock: Clock) -> Self:
        """Return the service as an installation's settings want it."""
        can = capabilities_of(settings, clock=clock)
        people = {name for name, each in can.items() if each.address is not AddressKind.ENDPOINT}
        return cls(store, clock=clock, personal=frozenset(people | {"email"}))

    def page(
        self,
        caller: Caller,
        *,
        limit: int,
        before: UUID | None = None,
        unread_only: bool = False,
        kind: str | None = None,
    ) -> InboxPage:
        """Return the caller's notices, newest first, strictly before the id `before`.

        Parameters
        ----------
        kind
            Only of this kind (``case.dispatched``), or of all of a noun (``case``).

        Raises
        ------
        NotAuthenticatedError, NotAllowedError
            If nobody is logged in, or a token's scopes leave the inbox out.
        """
        with self._store.acting(caller, now=self._clock()) as unit:
            unit.subject.require(_PERMISSION)
            who = unit.subject.account_id
            rows = unit.messages.inbox(who, limit=limit, before=before, unread_only=unread_only, kind=kind)
            names = unit.messages.names({code for row in rows for code in codes_in(row.data)})
            language = unit.messages.preferences(who).language
            unread = unit.messages.count_unread(who, most=MOST_UNREAD)
        told = [_told(row, language, names) for row in rows]
        return InboxPage(told, unread)

    def read_all(self, caller: Caller, up_to: UUID) -> tuple[int, int]:
        """Remember that the caller has read all up to a notice; return how many that were, and how many are unread.

        What comes while somebody looks is newer than what they saw, and stays unread.
        """
        now = self._clock()
        with self._store.acting(caller, now=now) as unit:
            unit.subject.require(_PERMISSION)
            who = unit.subject.account_id
            read = unit.messages.mark_all_read(who, up_to, now=now)
            return read, unit.messages.count_unread(who, most=MOST_UNREAD)

    def read(self, caller: Caller, notice_id: UUID) -> datetime:
        """Remember that the caller has read a notice, and return when they did first.

        Raises
        ------
        NotFoundError
            If it is not in the caller's inbox.
        """
        now = self._clock()
        with self._store.acting(caller, now=now) as unit:
            unit.subject.require(_PERMISSION)
            read_at = unit.messages.mark_read(unit.subject.account_id, notice_id, now=now)
        if read_at is None:
            message = "There is no such notice in your inbox."
            raise NotFoundError(message, field="id")
        return read_at

    def preferences(self, caller: Caller) -> Preferences:
        """Return how the caller wants to be told."""
        with self._store.acting(caller, now=self._clock()) as unit:
            unit.subject.require(_PERMISSION)
            return unit.messages.preferences(unit.subject.account_id)

    def set_preferences(self, caller: Caller, wanted: Preferences, *, seen: Seen | None = None) -> Preferences:
        """Keep how the caller wants to be told.

        Raises
        ------
        InputError
            If there is no such language, channel or kind.
        StaleError
            If the caller's wishes are not what was `seen`.
        """
        self._require_known(wanted)
        now = self._clock()
        with self._store.acting(caller, now=now) as unit:
            unit.subject.require(_PERMISSION)
            kept = unit.messages.hold_preferences(unit.subject.account_id, now=now)
            if kept != wanted:
                require_seen(seen, kept)
                unit.messages.set_preferences(unit.subject.account_id, wanted, now=now)
        return wanted

    def _require_known(self, wanted: Preferences) -> None:
        if wanted.language not in set(Language):
            message = f"There is no language {wanted.language!r}: choose one of {', '.join(Language)}."
            raise InputError(message, field="language")
        if unknown := sorted(wanted.channels - self.personal):
            message = f"There is no channel {unknown[0]!r}: choose of {', '.join(sorted(self.personal))}."
            raise InputError(message, field="channels")
        require_kinds(wanted.muted, field="muted")


def require_kinds(wanted: frozenset[str], *, field: str) -> None:
    """Refuse kinds of notice that there are not.

    Raises
    ------
    InputError
        Naming the first.
    """
    known = {*KINDS, *(f"{code.partition('.')[0]}.*" for code in KINDS if "." in code)} - {"other"}
    if unknown := sorted(wanted - known):
        message = f"There is no kind {unknown[0]!r}: choose of {', '.join(sorted(known))}."
        raise InputError(message, field=field)


def _told(row: InboxRow, language: str, names: dict[str, str]) -> Told:
    letters = {str(one): _letter(row, one, names) for one in Language}
    return Told(row, kind_of(row.kind).severity, letters[language], letters)


def _letter(row: InboxRow, language: str, names: dict[str, str]) -> Letter:
    return letter(row.kind, row.data, at=row.at, language=language, names=names)
