"""Live changes: one relay in each process reads them as they are committed, and passes them on to every stream.

The database is asked by one reader, however many streams there are; each batch becomes one message per view of it. A
message arrives whole or not at all, and carries the cursor of everything up to it: whoever comes back with that cursor
misses nothing and hears nothing twice.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Self, TypeVar
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from gridgov.access import Caller
from gridgov.clock import Clock
from gridgov.errors import GridgovError, NotAuthenticatedError, TooManyError
from gridgov.services.streams import INBOX, Message, Reason, Scope, Stream, Word
from gridgov.settings import Settings
from gridgov.store.changes import Change, Cursor, Reading
from gridgov.store.unit import Store

_log = structlog.get_logger(__name__)
_Parties = Mapping[UUID, frozenset[str]]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast the relay goes, and how much it carries.

    Attributes
    ----------
    poll_s
        Seconds between two looks at the database while anybody listens.
    retry_s
        Seconds to wait for a database that does not answer.
    check_s
        Seconds between two looks at what a stream's caller may see, and whether they are still logged in. That they
        are is looked at with every batch, too.
    batch
        Changes in one message at most; more at once are cheaper fetched anew, and the readers are told so.
    buffer
        Messages kept for a slow reader.
    per_account
        Streams that one account may have open in this process.
    """

    poll_s: float = 0.05
    retry_s: float = 0.5
    check_s: float = 10.0
    batch: int = 10_000
    buffer: int = 200
    per_account: int = 20


class Relay:
    """Reads what changed and passes it on.

    Parameters
    ----------
    store
        Where the changes are.
    clock
        Tells whether somebody is still logged in.
    """

    def __init__(self, store: Store, *, clock: Clock, pace: Pace | None = None) -> None:
        self._store = store
        self._clock = clock
        self._pace = pace or Pace()
        self._streams: set[Stream] = set()
        self._starting = asyncio.Lock()
        self._tasks: list[asyncio.Task[None]] = []
        self._position: Cursor | None = None
        self._doubtful = False
        self._closing = False

    @classmethod
    def configured(cls, store: Store, settings: Settings, *, clock: Clock) -> Self:  # noqa: ARG003 - every service is made so
        """Return the relay of an installation."""
        return cls(store, clock=clock)

    @property
    def position(self) -> Cursor | None:
        """What has been passed on to everybody who listens."""
        return self._position

    async def subscribe(self, caller: Caller, after: str | None = None) -> Stream:
        """Return a new stream of what `caller` may see: what came after the cursor `after`, then what comes.

        Raises
        ------
        NotAuthenticatedError
            If the caller is not logged in.
        TooManyError
            If the caller's account has too many streams open already.
        DatabaseUnavailableError
            If what was missed cannot be read.
        """
        scope = await asyncio.to_thread(self._scope, caller)
        self._require_few(scope)
        position = await self._started()
        stream = Stream(caller, scope, self._pace.buffer)
        self._streams.add(stream)
        self._keep_going()
        if self._closing:
            stream.end(Reason.CLOSING)
        try:
            stream.first(await asyncio.to_thread(self._missed, after, position, scope))
        except BaseException:
            self.leave(stream)
            raise
        return stream

    def leave(self, stream: Stream) -> None:
        """Forget a stream whose reader has gone."""
        stream.end()
        self._streams.discard(stream)

    def close(self) -> None:
        """End all streams, and let none begin: the server stops."""
        self._closing = True
        for stream in self._streams:
            stream.end(Reason.CLOSING)
        self._streams.clear()

    def _scope(self, caller: Caller) -> Scope:
        with self._store.acting(caller, now=self._clock()) as unit:
            return Scope.of(unit.subject)

    def _require_few(self, scope: Scope) -> None:
        if sum(stream.scope.account_id == scope.account_id for stream in self._streams) >= self._pace.per_account:
            message = f"You have {self._pace.per_account} live streams open: close some first, or share one."
            raise TooManyError(message, details=[{"retry_after_s": 10}])

    async def _started(self) -> Cursor:
        async with self._starting:
            if self._position is None:
                self._position = await asyncio.to_thread(self._begin)
            return self._position

    def _keep_going(self) -> None:
        if not self._tasks:
            self._tasks = [asyncio.create_task(self._run()), asyncio.create_task(self._watch())]

    def _begin(self) -> Cursor:
        with self._store.transaction() as unit:
            unit.changes.forget_foreign()
            return unit.changes.position()

    def _missed(self, after: str | None, position: Cursor, scope: Scope) -> list[Message]:
        """Return what a reader is told first; the stream's own messages begin at `position`."""
        if after is None:
            return [Message(Word.HELLO, position)]
        cursor = Cursor.parse(after)
        if cursor is None or cursor.epoch != position.epoch or cursor.top > position.top:
            return [Message(Word.RESYNC, position, reason=Reason.UNKNOWN)]
        with self._store.transaction() as unit:
            if unit.changes.lost(cursor):
                return [Message(Word.RESYNC, position, reason=Reason.TOO_OLD)]
            reading = unit.changes.since(cursor, limit=self._pace.batch, until=position)
            if not reading.whole:
                return [Message(Word.RESYNC, position, reason=Reason.TOO_MANY)]
            parties = unit.changes.parties(_incidents(reading))
        seen = tuple(change for change in reading.changes if scope.sees(change, parties))
        return [
            Message(Word.HELLO, None if seen else position),
            *([Message(Word.CHANGES, position, seen)] if seen else []),
        ]

    async def _run(self) -> None:
        try:
            while self._streams:  # nothing is awaited between this look and the end
                await self._step()
        finally:
            # The next reader begins where the database then is.
            self._position = None
            for stream in self._streams:  # only after an error of our own: their readers come back
                stream.end(Reason.CLOSING)
            self._streams.clear()
            for task in self._tasks:
                task.cancel()
            self._tasks = []

    async def _step(self) -> None:
        await asyncio.sleep(self._pace.poll_s)
        listening = [stream.caller.secret_hash for stream in self._streams]
        told = await self._in_thread(lambda: self._read(listening))
        self._doubtful = told is None
        if told is None:
            await asyncio.sleep(self._pace.retry_s)
        else:
            self._pass_on(*told)

    def _read(self, listening: Collection[bytes]) -> tuple[Message, _Parties, frozenset[bytes]]:
        """Return what is new, or that everything must be fetched anew; who may see it; and who is shut out by now."""
        position = self._position
        with self._store.transaction() as unit:
            changes = unit.changes
            if position is None or (self._doubtful and changes.lost(position)):
                return Message(Word.RESYNC, changes.position(), reason=Reason.RESTORED), {}, frozenset()
            reading = changes.since(position, limit=self._pace.batch)
            if not reading.whole:
                same = reading.cursor.epoch == position.epoch
                reason = Reason.TOO_MANY if same else Reason.RESTORED
                return Message(Word.RESYNC, reading.cursor, reason=reason), {}, frozenset()
            gone = unit.access.gone(listening, now=self._clock()) if reading.changes else frozenset()
            news = Message(Word.CHANGES, reading.cursor, reading.changes)
            return news, changes.parties(_incidents(reading)), gone

    def _pass_on(self, news: Message, parties: _Parties, gone: frozenset[bytes]) -> None:
        self._position = news.cursor
        for stream in self._streams:
            if stream.caller.secret_hash in gone:
                stream.end(Reason.EXPIRED)
        if news.word is Word.RESYNC:
            for stream in self._streams:
                stream.offer(news)
        elif news.changes:
            views = _Views(news, parties)
            for stream in self._streams:
                message = views.of(stream.scope)
                if message is not None:
                    stream.offer(message)
        self._streams = {stream for stream in self._streams if not stream.ended}

    async def _watch(self) -> None:
        """End the streams of those who are no longer logged in, and learn what the others may see now."""
        while True:
            await asyncio.sleep(self._pace.check_s)
            for stream in list(self._streams):
                try:
                    stream.scope = await asyncio.to_thread(self._scope, stream.caller)
                except NotAuthenticatedError:
                    stream.end(Reason.EXPIRED)
                except (GridgovError, SQLAlchemyError) as error:
                    _log.warning("who listens could not be looked at; trying again", reason=str(error))
                    break

    async def _in_thread(self, work: Callable[[], T]) -> T | None:
        try:
            return await asyncio.to_thread(work)
        except (GridgovError, SQLAlchemyError) as error:
            _log.warning("changes could not be read; trying again", reason=str(error))
            return None


class _Views:
    """The views of one batch: readers with the same scope get the same message."""

    def __init__(self, news: Message, parties: _Parties) -> None:
        self._news = news
        self._parties = parties
        # An account decides only where it is named; elsewhere all with the same areas and offices see the same.
        self._named = frozenset().union(*parties.values()) | {
            str(change.subject_id) for change in news.changes if change.kind == INBOX
        }
        self._made: dict[tuple[frozenset[str], str | None], Message | None] = {}
        self._whole: dict[tuple[Change, ...], Message] = {}

    def of(self, scope: Scope) -> Message | None:
        account = str(scope.account_id)
        key = (scope.parties - {account}, account if account in self._named else None)
        if key not in self._made:
            self._made[key] = self._message(scope)
        return self._made[key]

    def _message(self, scope: Scope) -> Message | None:
        seen = tuple(change for change in self._news.changes if scope.sees(change, self._parties))
        if not seen:
            return None
        return self._whole.setdefault(seen, Message(Word.CHANGES, self._news.cursor, seen))


def _incidents(reading: Reading) -> set[UUID]:
    return {change.incident_id for change in reading.changes if change.incident_id is not None}
