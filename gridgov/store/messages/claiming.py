"""What is carried next: each destination's most urgent messages, few at a time, to whom they are still for.

Destinations are walked first, then the messages of each. Looked at the other way round, by due time alone, the backlog
of one dead program would stand before everybody else's messages.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, text

from gridgov.messages import LEASE, LONGEST_PAUSE, Audience, Preferences
from gridgov.store.messages.endpoints import EndpointStore, Program
from gridgov.store.messages.notices import MessageStore, Posted
from gridgov.store.tables import account, delivery_item, notice

_LONGEST_WAIT = timedelta(days=2)
"""No message waits longer. One that seems to was written by a clock that ran ahead: it is due."""


@dataclass(frozen=True, slots=True)
class Room:
    """How much the sender can take.

    Attributes
    ----------
    hands
        Messages at once, altogether.
    channel
        For one channel, so that a mail server that hangs leaves hands for the programs.
    destination
        For one person or program.
    channels, destinations
        What is being sent already, counted by each.
    """

    hands: int
    channel: int
    destination: int
    channels: Mapping[str, int] = field(default_factory=dict)
    destinations: Mapping[UUID, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Destination:
    """Whom a message is for, as they are now."""

    id: UUID
    login: str | None
    email: str | None
    disabled: bool
    preferences: Preferences
    program: Program | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A notice in a message."""

    id: UUID
    kind: str
    at: datetime
    incident_id: UUID | None
    whistle_id: UUID | None
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that this sender has claimed; `attempt` tells its claim from later ones.

    Attributes
    ----------
    items
        Those of its notices that are still for its destination: grants may have changed since it was planned.
    """

    district_code: str
    id: UUID
    channel: str
    kind: str
    urgent: bool
    attempt: int
    created_at: datetime
    destination: Destination
    items: tuple[Item, ...]


def claim(connection: Connection, room: Room, *, now: datetime) -> list[Claimed]:
    """Claim messages that are due, as many as there is room for; nobody else is given them before `LEASE` is over."""
    asked = {
        "now": now,
        "leased": now + LEASE,
        "paused": now + LONGEST_PAUSE,
        "hands": room.hands,
        "of_channel": room.channel,
        "of_destination": room.destination,
        "channels": list(room.channels),
        "by_channel": list(room.channels.values()),
        "destinations": list(room.destinations),
        "by_destination": list(room.destinations.values()),
    }
    return _whole(connection, connection.execute(_CLAIM, asked).all(), now)


def recall(connection: Connection, *, now: datetime) -> None:
    """Make due what a clock that ran ahead put off for longer than any message waits."""
    connection.execute(_RECALL, {"now": now, "far": now + _LONGEST_WAIT})


def _whole(connection: Connection, rows: Sequence[Any], now: datetime) -> list[Claimed]:
    people = _people(connection, {row.account_id for row in rows if row.account_id})
    programs = EndpointStore(connection).programs({row.endpoint_id for row in rows if row.endpoint_id})
    items = _Items(connection, {row.id for row in rows}, now)
    return [
        Claimed(
            row.district_code,
            row.id,
            row.channel,
            row.kind,
            row.urgent,
            row.attempts,
            row.created_at,
            whom := people[row.account_id] if row.account_id else _of_program(programs[row.endpoint_id]),
            tuple(items.of(row.id, whom)),
        )
        for row in rows
    ]


def _people(connection: Connection, account_ids: Collection[UUID]) -> dict[UUID, Destination]:
    recipients = MessageStore(connection).recipients(account_ids)
    query = select(account.c.id, account.c.login, account.c.email, account.c.disabled_at)
    return {
        row.id: Destination(row.id, row.login, row.email, row.disabled_at is not None, recipients[row.id].preferences)
        for row in connection.execute(query.where(account.c.id.in_(account_ids)))
    }


def _of_program(program: Program) -> Destination:
    row = program.row
    return Destination(row.id, None, None, row.disabled_at is not None, Preferences(), program)


class _Items:
    """The notices of messages, and whom each of them is for now."""

    def __init__(self, connection: Connection, delivery_ids: Collection[UUID], now: datetime) -> None:
        rows = connection.execute(_ITEMS.where(delivery_item.c.delivery_id.in_(delivery_ids))).all()
        whose = {row.id: Posted(row.district_code, row.id, row.kind, row.at, Audience(*row[-4:])) for row in rows}
        self._of = {key: list(found) for key, found in groupby(rows, key=lambda row: row.delivery_id)}
        self._whose = whose
        self._audience = MessageStore(connection).audience(whose.values(), now=now)

    def of(self, delivery_id: UUID, whom: Destination) -> Iterator[Item]:
        """Return the notices of a message that are still for `whom`, oldest first."""
        for row in self._of.get(delivery_id, ()):
            if self._is_for(self._whose[row.id], whom):
                yield Item(row.id, row.kind, row.at, row.incident_id, row.whistle_id, row.data)

    def _is_for(self, posted: Posted, whom: Destination) -> bool:
        if whom.program is not None:
            return whom.program.row.wants(posted.kind, posted.audience.organisation_code)
        return whom.id in self._audience[posted.id]


_n = notice.c
_ITEMS = (
    select(delivery_item.c.delivery_id, _n.district_code, _n.id, _n.kind, _n.at, _n.incident_id, _n.whistle_id, _n.data)
    .add_columns(_n.account_id, _n.organisation_code, _n.role, _n.area_code)
    .select_from(delivery_item)
    .join(notice, (_n.district_code == delivery_item.c.district_code) & (_n.id == delivery_item.c.notice_id))
    .order_by(delivery_item.c.delivery_id, _n.at, _n.id)
)

# `whom` hops along the index from one destination to the next, past however many messages each of them has waiting.
_CLAIM = text("""
    WITH RECURSIVE whom (id) AS (
        (SELECT coalesce(endpoint_id, account_id) FROM delivery WHERE due_at IS NOT NULL ORDER BY 1 LIMIT 1)
        UNION ALL
        SELECT (
            SELECT coalesce(endpoint_id, account_id) FROM delivery
            WHERE due_at IS NOT NULL AND coalesce(endpoint_id, account_id) > whom.id ORDER BY 1 LIMIT 1
        ) FROM whom WHERE whom.id IS NOT NULL
    ), of_channel (channel, busy) AS (
        SELECT * FROM unnest(CAST(:channels AS text[]), CAST(:by_channel AS integer[]))
    ), of_destination (id, busy) AS (
        SELECT * FROM unnest(CAST(:destinations AS uuid[]), CAST(:by_destination AS integer[]))
    ), next AS (
        SELECT found.*,
            row_number() OVER (PARTITION BY found.channel ORDER BY found.urgent DESC, found.due_at, found.id) AS place
        FROM whom LEFT JOIN of_destination USING (id) CROSS JOIN LATERAL (
            SELECT either.* FROM (VALUES (true), (false)) AS grade (urgent) CROSS JOIN LATERAL (
                SELECT d.district_code, d.id, d.channel, d.urgent, d.due_at FROM delivery AS d
                WHERE coalesce(d.endpoint_id, d.account_id) = whom.id AND d.urgent = grade.urgent AND d.due_at <= :now
                ORDER BY d.due_at LIMIT greatest(:of_destination - coalesce(of_destination.busy, 0), 0)
            ) AS either
            ORDER BY either.urgent DESC, either.due_at
            LIMIT greatest(:of_destination - coalesce(of_destination.busy, 0), 0)
        ) AS found
        WHERE NOT EXISTS (
            SELECT FROM endpoint AS e WHERE e.id = whom.id AND e.paused_until > :now AND e.paused_until <= :paused
        )
    ), chosen AS (
        SELECT next.district_code, next.id FROM next LEFT JOIN of_channel USING (channel)
        WHERE next.place <= :of_channel - coalesce(of_channel.busy, 0)
        ORDER BY next.urgent DESC, next.due_at, next.id LIMIT :hands
    ), mine AS MATERIALIZED (
        SELECT d.district_code, d.id FROM delivery AS d
        WHERE (d.district_code, d.id) IN (SELECT * FROM chosen) AND d.due_at <= :now
        FOR UPDATE SKIP LOCKED
    )
    UPDATE delivery AS d SET due_at = :leased, attempts = d.attempts + 1
    FROM mine WHERE d.district_code = mine.district_code AND d.id = mine.id
    RETURNING d.*
""")

_RECALL = text("UPDATE delivery SET due_at = :now WHERE due_at > :far")
