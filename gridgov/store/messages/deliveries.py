"""What is carried to people and programs: planned once, claimed by one sender at a time, and recorded."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, and_, false, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from gridgov.ids import new_id
from gridgov.messages import LEASE, Preferences
from gridgov.store.messages.notices import MessageStore, Posted
from gridgov.store.tables import account, delivery, delivery_item, endpoint, notice

_LONGEST_WAIT = timedelta(days=2)
"""No message waits longer. One that seems to was written by a clock that ran ahead: it is due."""

_LOOK = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """A message to be carried. `dedup` names its occasion: planned twice, it is carried once."""

    notice: Posted
    channel: str
    at: datetime
    urgent: bool
    dedup: str
    account_id: UUID | None = None
    endpoint_id: UUID | None = None
    digest: bool = False


@dataclass(frozen=True, slots=True)
class Destination:
    """Whom a message is for, as they are now."""

    account_id: UUID | None
    login: str | None
    email: str | None
    disabled: bool
    preferences: Preferences
    url: str | None
    secret: str | None


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
    """A message that this sender has claimed; `attempt` tells its claim from later ones."""

    district_code: str
    id: UUID
    channel: str
    kind: str
    urgent: bool
    attempt: int
    created_at: datetime
    destination: Destination
    items: tuple[Item, ...]


class DeliveryStore:
    """Reads and writes deliveries of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def plan(self, wanted: Sequence[Wanted], *, now: datetime) -> None:
        """Write down what is to be carried; what was planned before is left as it is."""
        single = [w for w in wanted if not w.digest]
        if single:
            self._plan_single(single, now)
        digests: dict[str, list[Wanted]] = {}
        for each in (w for w in wanted if w.digest):
            digests.setdefault(f"{each.notice.district_code}:{each.dedup}", []).append(each)
        for together in digests.values():
            self._add_to_digest(together, now)

    def _plan_single(self, wanted: Sequence[Wanted], now: datetime) -> None:
        rows = {w.dedup: _row(w, w.dedup, w.at, now) for w in wanted}
        adding = insert(delivery).on_conflict_do_nothing().returning(delivery.c.dedup, delivery.c.id)
        ids = {row.dedup: row.id for row in self._connection.execute(adding, list(rows.values()))}
        self._add_items([_item(w, ids[w.dedup]) for w in wanted if w.dedup in ids])

    def _add_to_digest(self, together: Sequence[Wanted], now: datetime) -> None:
        """Add one person's notices to the digest that is due next; if it is on its way already, to the next day's."""
        first = together[0]
        at = first.at
        while True:
            dedup = f"{first.dedup}:{at.isoformat()}"
            adding = insert(delivery).values(_row(first, dedup, at, now))
            open_still = and_(delivery.c.state == "waiting", delivery.c.attempts == 0)
            kept = adding.on_conflict_do_update(
                index_elements=["district_code", "dedup"], set_={"dedup": dedup}, where=open_still
            )
            found = self._connection.execute(kept.returning(delivery.c.id)).scalar()
            if found is not None:
                self._add_items([_item(w, found) for w in together])
                return
            at += timedelta(days=1)

    def _add_items(self, items: Sequence[dict[str, Any]]) -> None:
        if items:
            self._connection.execute(insert(delivery_item).on_conflict_do_nothing(), items)

    def claim(self, *, now: datetime, limit: int, each: int) -> list[Claimed]:
        """Claim messages that are due, at most `each` for one destination, so that a slow one cannot take all hands.

        Nobody else is given them before `LEASE` is over; after that they count as never sent.
        """
        d = delivery.c
        due = or_(d.due_at <= now, d.due_at > now + _LONGEST_WAIT)
        first = select(d.district_code, d.id, d.due_at, func.coalesce(d.endpoint_id, d.account_id).label("whom"))
        ranked = first.where(due).order_by(d.due_at).limit(_LOOK).subquery()
        rank = func.row_number().over(partition_by=ranked.c.whom, order_by=ranked.c.due_at)
        numbered = select(ranked.c.id, rank.label("rank")).subquery()
        few = select(numbered.c.id).where(numbered.c.rank <= each)
        locked = select(d.id).where(due, d.id.in_(few)).order_by(d.due_at).limit(limit)
        mine = update(delivery).where(d.id.in_(locked.with_for_update(skip_locked=True).scalar_subquery()))
        taken = mine.values(due_at=now + LEASE, attempts=d.attempts + 1)
        rows = self._connection.execute(taken.returning(*delivery.c)).all()
        return self._whole(rows)

    def _whole(self, rows: Sequence[Any]) -> list[Claimed]:
        people = self._people({row.account_id for row in rows if row.account_id})
        programs = self._programs({row.endpoint_id for row in rows if row.endpoint_id})
        items = self._items({row.id for row in rows})
        return [
            Claimed(
                row.district_code,
                row.id,
                row.channel,
                row.kind,
                row.urgent,
                row.attempts,
                row.created_at,
                people[row.account_id] if row.account_id else programs[row.endpoint_id],
                tuple(items.get(row.id, ())),
            )
            for row in rows
        ]

    def _people(self, account_ids: Collection[UUID]) -> dict[UUID, Destination]:
        recipients = MessageStore(self._connection).recipients(account_ids)
        query = select(account.c.id, account.c.login, account.c.email, account.c.disabled_at)
        return {
            row.id: Destination(
                row.id, row.login, row.email, row.disabled_at is not None, recipients[row.id].preferences, None, None
            )
            for row in self._connection.execute(query.where(account.c.id.in_(account_ids)))
        }

    def _programs(self, endpoint_ids: Collection[UUID]) -> dict[UUID, Destination]:
        c = endpoint.c
        query = select(c.id, c.url, c.secret, c.disabled_at).where(c.id.in_(endpoint_ids))
        return {
            row.id: Destination(None, None, None, row.disabled_at is not None, Preferences(), row.url, row.secret)
            for row in self._connection.execute(query)
        }

    def _items(self, delivery_ids: Collection[UUID]) -> dict[UUID, list[Item]]:
        n, i = notice.c, delivery_item.c
        query = (
            select(i.delivery_id, n.id, n.kind, n.at, n.incident_id, n.whistle_id, n.data)
            .select_from(delivery_item)
            .join(notice, (n.district_code == i.district_code) & (n.id == i.notice_id))
            .where(i.delivery_id.in_(delivery_ids))
            .order_by(n.at, n.id)
        )
        found: dict[UUID, list[Item]] = {}
        for delivery_id, *item in self._connection.execute(query):
            found.setdefault(delivery_id, []).append(Item(*item))
        return found

    def sent(self, claimed: Claimed, said: str, *, now: datetime) -> None:
        """Record that the other side took it; also when the claim is over, for it was taken all the same."""
        done = {"state": "sent", "due_at": None, "done_at": now, "said": said[:200]}
        waits = delivery.c.state.in_(["waiting", "dead"])
        self._connection.execute(update(delivery).where(_this(claimed), waits).values(**done))

    def postponed(self, claimed: Claimed, said: str | None, *, until: datetime, counts: bool) -> None:
        """Record when to try again; `counts` is false where nothing was tried."""
        attempts = claimed.attempt if counts else claimed.attempt - 1
        later = {"due_at": until, "attempts": attempts, "said": said[:200] if said else None}
        self._connection.execute(update(delivery).where(_own(claimed)).values(**later))

    def ended(self, claimed: Claimed, state: str, said: str, *, now: datetime) -> None:
        """Record that it is not tried again: `dead` after all attempts, `dropped` where nobody is to be told."""
        done = {"state": state, "due_at": None, "done_at": now, "said": said[:200]}
        self._connection.execute(update(delivery).where(_own(claimed)).values(**done))

    def page(
        self, districts: Collection[str], *, limit: int, before: UUID | None = None, state: str | None = None
    ) -> list[dict[str, Any]]:
        """Return deliveries in districts, newest first, strictly before the id `before`; addresses are not shown."""
        c = delivery.c
        query = select(*(column for column in c if column.name != "dedup"))
        query = query.where(or_(false(), *(func.starts_with(c.district_code, code) for code in districts)))
        if before:
            query = query.where(c.id < before)
        if state:
            query = query.where(c.state == state)
        query = query.order_by(c.id.desc()).limit(limit)
        return [dict(row) for row in self._connection.execute(query).mappings()]

    def find(self, delivery_id: UUID) -> dict[str, Any] | None:
        """Return a delivery, locked, or None."""
        query = select(*(column for column in delivery.c if column.name != "dedup"))
        row = self._connection.execute(query.where(delivery.c.id == delivery_id).with_for_update()).mappings().first()
        return dict(row) if row else None

    def revive(self, district_code: str, delivery_id: UUID, *, now: datetime) -> None:
        """Give a dead delivery all its attempts again, from now on."""
        mine = (delivery.c.district_code == district_code, delivery.c.id == delivery_id)
        again = {"state": "waiting", "due_at": now, "attempts": 0, "done_at": None}
        self._connection.execute(update(delivery).where(*mine).values(**again))


def _this(claimed: Claimed) -> Any:
    return and_(delivery.c.district_code == claimed.district_code, delivery.c.id == claimed.id)


def _own(claimed: Claimed) -> Any:
    """Return the condition that the claim still holds: a later one must not be overwritten."""
    return and_(_this(claimed), delivery.c.state == "waiting", delivery.c.attempts == claimed.attempt)


def _row(wanted: Wanted, dedup: str, at: datetime, now: datetime) -> dict[str, Any]:
    return {
        "district_code": wanted.notice.district_code,
        "id": new_id(),
        "channel": wanted.channel,
        "account_id": wanted.account_id,
        "endpoint_id": wanted.endpoint_id,
        "kind": "digest" if wanted.digest else wanted.notice.kind,
        "urgent": wanted.urgent,
        "state": "waiting",
        "due_at": at,
        "attempts": 0,
        "created_at": now,
        "dedup": dedup,
    }


def _item(wanted: Wanted, delivery_id: UUID) -> dict[str, Any]:
    return {
        "district_code": wanted.notice.district_code,
        "delivery_id": delivery_id,
        "notice_id": wanted.notice.id,
    }
