"""What is carried to people and programs: planned once, claimed by one sender at a time, and recorded."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, false, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from gridgov.ids import new_id
from gridgov.store.messages.claiming import Claimed, Room, claim, recall
from gridgov.store.messages.notices import Posted
from gridgov.store.tables import delivery, delivery_item

_NEVER_TRIED = "It was due for so long that nobody wants it any more; it was not tried again."


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
class Lost:
    """Which dead messages are meant: given up since a time, over one channel or for one program if it says so."""

    since: datetime
    channel: str | None = None
    endpoint_id: UUID | None = None


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

    def claim(self, room: Room, *, now: datetime) -> list[Claimed]:
        """Claim messages that are due, as many as there is room for; nobody else is given them before `LEASE` is over.

        What is not recorded until then counts as never sent.
        """
        return claim(self._connection, room, now=now)

    def recall(self, *, now: datetime) -> None:
        """Make due what a clock that ran ahead put off for longer than any message waits."""
        recall(self._connection, now=now)

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
        query = query.where(_inside(districts))
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
        self._connection.execute(update(delivery).where(*mine).values(**_again(now)))

    def revive_all(self, districts: Collection[str], lost: Lost, *, now: datetime, limit: int) -> int:
        """Give dead deliveries in districts all their attempts again, oldest first, and return how many they were."""
        c = delivery.c
        wanted = [c.state == "dead", c.done_at >= lost.since, _inside(districts)]
        wanted += [c.channel == lost.channel] if lost.channel else []
        wanted += [c.endpoint_id == lost.endpoint_id] if lost.endpoint_id else []
        some = select(c.district_code, c.id).where(*wanted).order_by(c.id).limit(limit).with_for_update()
        mine = some.cte("mine").prefix_with("MATERIALIZED")
        again = update(delivery).where(c.district_code == mine.c.district_code, c.id == mine.c.id)
        return self._connection.execute(again.values(**_again(now))).rowcount

    def give_up(self, *, due_before: datetime, now: datetime, limit: int) -> int:
        """Record as dead what has been due for too long without anybody trying it, and return how many that were."""
        c = delivery.c
        some = select(c.district_code, c.id).where(c.due_at < due_before).order_by(c.due_at).limit(limit)
        mine = some.with_for_update(skip_locked=True).cte("mine").prefix_with("MATERIALIZED")
        over = update(delivery).where(c.district_code == mine.c.district_code, c.id == mine.c.id)
        done = {"state": "dead", "due_at": None, "done_at": now, "said": _NEVER_TRIED}
        return self._connection.execute(over.values(**done)).rowcount


def _inside(districts: Collection[str]) -> ColumnElement[bool]:
    return or_(false(), *(func.starts_with(delivery.c.district_code, code) for code in districts))


def _again(now: datetime) -> dict[str, Any]:
    return {"state": "waiting", "due_at": now, "attempts": 0, "done_at": None}


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
