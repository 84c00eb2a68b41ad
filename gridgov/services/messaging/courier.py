"""The courier: carries what is due over the channels. No transaction is open while a channel is called.

A message is claimed, then sent, then recorded. Killed in between, its claim runs out and it is sent again with the same
id: at least once, and told once by whoever remembers ids.
"""

import random
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime
from typing import Any, Self

import structlog

from gridgov.clock import Clock
from gridgov.errors import DeliveryDelayedError, DeliveryRefusedError
from gridgov.messages import (
    Address,
    AddressKind,
    Capabilities,
    Channel,
    Message,
    Secret,
    Severity,
    codes_in,
    digest_title,
    document,
    footer,
    kind_of,
    letter,
    shortened,
    wait_after,
)
from gridgov.services.messaging.email import Email
from gridgov.services.messaging.webhook import Webhook
from gridgov.settings import Settings
from gridgov.store.messages import Claimed, Destination, Room
from gridgov.store.unit import Store

_CARRYING = threading.Lock()
_HANDS = 8
_OF_CHANNEL = 6
_OF_DESTINATION = 2
_LOOK_S = 1.0
"""Seconds after which is looked for what has come meanwhile, though every hand that is free found nothing."""

_log = structlog.get_logger(__name__)


def channels_of(settings: Settings, *, clock: Clock) -> dict[str, Channel]:
    """Return the channels of an installation by name. A new kind of channel is added here."""
    there: list[Channel | None] = [Email.configured(settings), Webhook.configured(settings, clock=clock)]
    return {channel.name: channel for channel in there if channel is not None}


def capabilities_of(settings: Settings, *, clock: Clock) -> dict[str, Capabilities]:
    """Return what the channels of an installation can carry, by name."""
    return {name: channel.capabilities for name, channel in channels_of(settings, clock=clock).items()}


def carry(store: Store, settings: Settings, *, clock: Clock, stopping: Callable[[], bool]) -> int:
    """Send what is due, unless this process does so already: one slow network must not take all its hands.

    Raises
    ------
    DatabaseUnavailableError
        As for `Courier.run`.
    """
    if not _CARRYING.acquire(blocking=False):
        return 0
    try:
        return Courier.configured(store, settings, clock=clock).run(stopping)
    finally:
        _CARRYING.release()


class Courier:
    """Sends what is due.

    Parameters
    ----------
    store
        Where deliveries are kept.
    clock
        Tells the time; asked again for each step.
    channels
        The channels by name.
    chance
        Returns random numbers in [0, 1), which spread what is tried again.
    """

    def __init__(
        self,
        store: Store,
        *,
        clock: Clock,
        channels: Mapping[str, Channel],
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._store = store
        self._clock = clock
        self._channels = channels
        self._chance = chance

    @classmethod
    def configured(cls, store: Store, settings: Settings, *, clock: Clock) -> Self:
        """Return the courier as an installation's settings want it."""
        return cls(store, clock=clock, channels=channels_of(settings, clock=clock))

    def run(self, stopping: Callable[[], bool] = lambda: False) -> int:
        """Send until nothing is due or `stopping` says so, and return how many messages were dealt with.

        Raises
        ------
        DatabaseUnavailableError
            If the database goes away. What was sent but not recorded is sent again later, with the same id.
        """
        with self._store.transaction() as unit:
            unit.deliveries.recall(now=self._clock())
        with ThreadPoolExecutor(_HANDS, thread_name_prefix="courier") as pool:
            hands = _Hands(pool)
            while not stopping():
                claimed = self._claim(hands.room()) if hands.free else []
                if not claimed and not hands.busy:
                    break
                hands.take(self._deal_with, claimed)
                hands.wait()
        return hands.done()

    def _claim(self, room: Room) -> list[Claimed]:
        with self._store.transaction() as unit:
            return unit.deliveries.claim(room, now=self._clock())

    def _deal_with(self, claimed: Claimed) -> None:
        now = self._clock()
        channel = self._channels.get(claimed.channel)
        reason = _reason_to_drop(claimed, channel)
        if reason is not None or channel is None:
            self._end(claimed, "dropped", reason or "")
            return
        waits = _quiet_until(claimed, now)
        if waits is not None:
            with self._store.transaction() as unit:
                unit.deliveries.postponed(claimed, None, until=waits, counts=False)
            return
        self._send(claimed, channel)

    def _send(self, claimed: Claimed, channel: Channel) -> None:
        with self._store.transaction() as unit:
            names = unit.messages.names({code for item in claimed.items for code in codes_in(item.data)})
        try:
            message = compose(claimed, channel.capabilities, names)
            receipt = channel.send(message, address_of(claimed.destination, channel.capabilities.address))
        except DeliveryRefusedError as error:
            self._end(claimed, "dead", error.message)
        except DeliveryDelayedError as error:
            self._try_later(claimed, error.message)
        except Exception as error:  # noqa: BLE001 - a channel that breaks must not take the others with it
            self._try_later(claimed, f"The channel broke: {type(error).__name__}")
        else:
            with self._store.transaction() as unit:
                unit.deliveries.sent(claimed, receipt.said, now=self._clock())
                if claimed.destination.program is not None:
                    unit.endpoints.told(claimed.destination.program.row)

    def _try_later(self, claimed: Claimed, said: str) -> None:
        now = self._clock()
        patience = wait_after(claimed.attempt, self._chance())
        with self._store.transaction() as unit:
            if claimed.destination.program is not None:
                unit.endpoints.not_told(claimed.destination.program.row, now=now)
            if patience is not None:
                unit.deliveries.postponed(claimed, said, until=now + patience, counts=True)
        if patience is None:
            self._end(claimed, "dead", said)

    def _end(self, claimed: Claimed, state: str, said: str) -> None:
        _log.warning("a message is not delivered", delivery=str(claimed.id), channel=claimed.channel, state=state)
        with self._store.transaction() as unit:
            unit.deliveries.ended(claimed, state, said, now=self._clock())


class _Hands:
    """What is being sent. A hand that is free takes the next message, whatever the others are waiting for."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._pool = pool
        self._sending: dict[Future[None], Claimed] = {}
        self._done = 0

    @property
    def busy(self) -> bool:
        return bool(self._sending)

    @property
    def free(self) -> int:
        return _HANDS - len(self._sending)

    def room(self) -> Room:
        channels = Counter(claimed.channel for claimed in self._sending.values())
        destinations = Counter(claimed.destination.id for claimed in self._sending.values())
        return Room(self.free, _OF_CHANNEL, _OF_DESTINATION, channels, destinations)

    def take(self, deal_with: Callable[[Claimed], None], claimed: list[Claimed]) -> None:
        self._sending |= {self._pool.submit(deal_with, found): found for found in claimed}

    def wait(self, within_s: float | None = _LOOK_S) -> None:
        over, _ = wait(self._sending, within_s, FIRST_COMPLETED)
        for outcome in over:
            del self._sending[outcome]
            self._done += 1
            outcome.result()

    def done(self) -> int:
        while self._sending:
            self.wait(None)
        return self._done


def _quiet_until(claimed: Claimed, now: datetime) -> datetime | None:
    """Return when the person wants to hear again. Programs never sleep, and a digest comes at an hour of choice."""
    whom = claimed.destination
    if claimed.urgent or claimed.kind == "digest" or whom.program is not None:
        return None
    return whom.preferences.quiet_end(now)


def _reason_to_drop(claimed: Claimed, channel: Channel | None) -> str | None:
    """Return why nobody is to be told any more, if so: things may have changed since it was planned."""
    whom = claimed.destination
    if channel is None:
        return "This installation has no such channel any more."
    if whom.disabled:
        return "The account or endpoint was disabled meanwhile."
    if not claimed.items:
        return "It is not for this person or program any more: what they may see has changed."
    if not _reached(whom, channel.capabilities.address):
        return "There is no address for this channel any more."
    wanted = whom.program is not None or claimed.channel in whom.preferences.channels
    if not wanted or all(whom.preferences.mutes(item.kind) for item in claimed.items):
        return "The person does not want this channel or kind any more."
    return None


def _reached(whom: Destination, kind: AddressKind) -> str | None:
    url = whom.program.row.url if whom.program else None
    return {AddressKind.EMAIL: whom.email, AddressKind.ACCOUNT: whom.login, AddressKind.ENDPOINT: url}.get(kind)


def address_of(whom: Destination, kind: AddressKind) -> Address:
    """Return where a message for `whom` goes, for a channel with addresses of this kind."""
    secret = Secret(whom.program.secret) if whom.program and kind is AddressKind.ENDPOINT else None
    return Address(_reached(whom, kind) or "", secret)


def compose(claimed: Claimed, can: Capabilities, names: Mapping[str, str]) -> Message:
    """Return what is sent, in the person's language and within what the channel can carry."""
    wishes = claimed.destination.preferences
    items = [item for item in claimed.items if not wishes.mutes(item.kind)]
    letters = [letter(i.kind, i.data, at=i.at, language=wishes.language, names=names) for i in items]
    single = len(items) == 1
    subject = letters[0].title if single else digest_title(len(letters), wishes.language)
    text = "\n\n".join([*(found.text for found in letters), footer(wishes.language)])
    return Message(
        id=claimed.id,
        kind=items[0].kind if single else "digest",
        severity=max((kind_of(i.kind).severity for i in items), key=_ORDER.index),
        at=items[-1].at if single else claimed.created_at,
        subject=subject,
        text=shortened(text, can.max_length, can.measure),
        html=document(subject, letters, wishes.language) if can.html else None,
        parameters=letters[0].parameters if single else (str(len(letters)),),
        data=_data(claimed),
    )


_ORDER = [Severity.LOW, Severity.NORMAL, Severity.URGENT]


_TOLD = {"number", "due_at", "confirm_due_at", "deadline_at", "step"}


def _data(claimed: Claimed) -> dict[str, Any]:
    (first, *others) = claimed.items
    if others:
        return {"notices": [str(item.id) for item in claimed.items]}
    return {
        "notice_id": str(first.id),
        "district_code": claimed.district_code,
        "incident_id": str(first.incident_id) if first.incident_id else None,
        "whistle_id": str(first.whistle_id) if first.whistle_id else None,
        **{name: value for name, value in first.data.items() if name in _TOLD},
    }
