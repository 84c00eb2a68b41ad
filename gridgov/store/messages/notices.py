"""Notices, as the transactions of what happened write them; the people they are for, with their inboxes and wishes."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, Select, Text, and_, bindparam, delete, exists, func, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on, insert

from gridgov.gazetteer import written_out
from gridgov.ids import new_id
from gridgov.messages import Audience, Notice, Preferences
from gridgov.store import rows
from gridgov.store.tables import (
    account,
    account_grant,
    address,
    area_period,
    delivery,
    delivery_item,
    inbox,
    matter,
    notice,
    organisation,
    preference,
)


@dataclass(frozen=True, slots=True)
class Posted:
    """A notice that nobody has been told of yet."""

    district_code: str
    id: UUID
    kind: str
    at: datetime
    audience: Audience


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who is told, and how they want it."""

    account_id: UUID
    email: str | None
    preferences: Preferences


class _Held(NamedTuple):
    account_id: UUID
    role: str
    area_code: str
    organisation_code: str | None


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One notice in somebody's inbox."""

    id: UUID
    kind: str
    at: datetime
    district_code: str
    incident_id: UUID | None
    whistle_id: UUID | None
    data: dict[str, Any]
    read_at: datetime | None


_POST = insert(notice).on_conflict_do_nothing()


class MessageStore:
    """Reads and writes messages of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def post(self, notices: Sequence[Notice], *, at: datetime) -> None:
        """Write notices down; one whose occasion is known already is left out."""
        if notices:
            self._connection.execute(_POST, rows.one_or_many([_row(n, at) for n in notices]))

    def untold(self, limit: int) -> list[Posted]:
        """Return notices that nobody has been told of yet, oldest first, locked.

        Whatever their time says: one written by a clock that ran ahead must not wait for it.
        """
        c = notice.c
        query = select(c.district_code, c.id, c.kind, c.at, c.account_id, c.organisation_code, c.role, c.area_code)
        query = query.where(c.fan_due_at.is_not(None)).order_by(c.fan_due_at, c.id)
        rows = self._connection.execute(query.limit(limit).with_for_update(skip_locked=True))
        return [Posted(*row[:4], Audience(*row[4:])) for row in rows]

    def told(self, notices: Collection[Posted]) -> None:
        """Remember that these notices have been passed on."""
        self._connection.execute(update(notice).where(*_these(notices)).values(fan_due_at=None))

    def audience(self, notices: Collection[Posted], *, now: datetime) -> dict[UUID, set[UUID]]:
        """Return the accounts that each notice is for, by the grants in force at `now`; disabled ones are left out."""
        audiences = {n.audience for n in notices}
        living = self._living({a.account_id for a in audiences if a.account_id}, now)
        held = self._held(audiences, now)
        people = {audience: _people(audience, living, held) for audience in audiences}
        return {n.id: people[n.audience] for n in notices}

    def _living(self, account_ids: Collection[UUID], now: datetime) -> set[UUID]:
        """Return those accounts that are in use and still hold something: whoever holds nothing sees nothing."""
        holding = select(account_grant.c.account_id).where(account_grant.c.valid.contains(now))
        query = select(account.c.id).where(account.c.id.in_(account_ids), account.c.disabled_at.is_(None))
        return set(self._connection.execute(query.where(account.c.id.in_(holding))).scalars())

    def _held(self, audiences: Collection[Audience], now: datetime) -> list[_Held]:
        """Return the grants that may matter: in the organisations, and of the roles over all that holds the areas."""
        g = account_grant.c
        above = {a.area_code[:digits] for a in audiences if a.area_code for digits in range(len(a.area_code) + 1)}
        query = select(g.account_id, g.role, g.area_code, g.organisation_code)
        query = query.join(account, account.c.id == g.account_id).where(
            account.c.disabled_at.is_(None),
            g.valid.contains(now),
            or_(
                g.organisation_code.in_({a.organisation_code for a in audiences if a.organisation_code}),
                and_(g.role.in_({a.role for a in audiences if a.role}), g.area_code.in_(above)),
            ),
        )
        return [_Held(*row) for row in self._connection.execute(query)]

    def recipients(self, account_ids: Collection[UUID]) -> dict[UUID, Recipient]:
        """Return how accounts can be reached and want to be told."""
        c = preference.c
        query = (
            select(account.c.id, account.c.email, c.language, c.channels, c.muted)
            .add_columns(c.quiet_from, c.quiet_until, c.digest_hour)
            .outerjoin(preference, c.account_id == account.c.id)
            .where(account.c.id.in_(account_ids))
        )
        return {
            row.id: Recipient(row.id, row.email, _preferences(row) if row.language else Preferences())
            for row in self._connection.execute(query)
        }

    def preferences(self, account_id: UUID) -> Preferences:
        """Return how somebody wants to be told."""
        row = self._connection.execute(select(preference).where(preference.c.account_id == account_id)).first()
        return _preferences(row) if row else Preferences()

    def hold_preferences(self, account_id: UUID, *, now: datetime) -> Preferences:
        """Return how somebody wants to be told, and make others who set it wait until this transaction ends."""
        # Where nothing was set yet there is no row to lock: so there is one, and it says what holds without it.
        unset = Preferences()
        kept = insert(preference).values(account_id=account_id, **_columns(unset, now)).on_conflict_do_nothing()
        self._connection.execute(kept)
        mine = select(preference).where(preference.c.account_id == account_id)
        return _preferences(self._connection.execute(mine.with_for_update()).one())

    def set_preferences(self, account_id: UUID, wanted: Preferences, *, now: datetime) -> None:
        """Keep how somebody wants to be told."""
        values = _columns(wanted, now)
        kept = insert(preference).values(account_id=account_id, **values)
        self._connection.execute(kept.on_conflict_do_update(index_elements=["account_id"], set_=values))

    def put_into_inboxes(self, pairs: Iterable[tuple[Posted, UUID]]) -> None:
        """Put notices into people's inboxes; what lies there already stays as it is."""
        rows = [{"district_code": n.district_code, "account_id": who, "notice_id": n.id} for n, who in pairs]
        if rows:
            self._connection.execute(insert(inbox).on_conflict_do_nothing(), rows)

    def inbox(
        self,
        account_id: UUID,
        *,
        limit: int,
        before: UUID | None = None,
        unread_only: bool = False,
        kind: str | None = None,
    ) -> list[InboxRow]:
        """Return somebody's notices, newest first, strictly before the id `before`; `kind` may be a noun alone."""
        same = (notice.c.district_code == inbox.c.district_code) & (notice.c.id == inbox.c.notice_id)
        c = notice.c
        query = select(c.id, c.kind, c.at, c.district_code, c.incident_id, c.whistle_id, c.data, inbox.c.read_at)
        query = query.select_from(inbox).join(notice, same).where(inbox.c.account_id == account_id)
        if before:
            query = query.where(inbox.c.notice_id < before)
        if unread_only:
            query = query.where(inbox.c.read_at.is_(None))
        if kind:
            query = query.where(or_(c.kind == kind, func.starts_with(c.kind, f"{kind}.")))
        query = query.order_by(inbox.c.notice_id.desc()).limit(limit)
        return [InboxRow(*row) for row in self._connection.execute(query)]

    def count_unread(self, account_id: UUID, *, most: int) -> int:
        """Return how many notices somebody has not read, counting to `most`."""
        some = select(inbox.c.notice_id).where(inbox.c.account_id == account_id, inbox.c.read_at.is_(None)).limit(most)
        return self._connection.execute(select(func.count()).select_from(some.subquery())).scalar_one()

    def mark_read(self, account_id: UUID, notice_id: UUID, *, now: datetime) -> datetime | None:
        """Remember when somebody read a notice first, and return that time; None if it is not in their inbox."""
        mine = (inbox.c.account_id == account_id, inbox.c.notice_id == notice_id)
        read = update(inbox).where(*mine, inbox.c.read_at.is_(None)).values(read_at=now)
        self._connection.execute(read)
        return self._connection.execute(select(inbox.c.read_at).where(*mine)).scalar()

    def mark_all_read(self, account_id: UUID, up_to: UUID, *, now: datetime) -> int:
        """Remember that somebody has read all up to a notice, and return how many were unread."""
        mine = (inbox.c.account_id == account_id, inbox.c.notice_id <= up_to, inbox.c.read_at.is_(None))
        return self._connection.execute(update(inbox).where(*mine).values(read_at=now)).rowcount

    def forget(self, *, before: datetime, limit: int) -> int:
        """Forget notices older than `before`, with all that hangs on them, and return how many they were.

        Those that nobody has been told of yet are kept: a clock that lost years wrote them.
        """
        c = notice.c
        old = select(c.district_code, c.id).where(c.at < before, c.fan_due_at.is_(None)).order_by(c.at).limit(limit)
        rows = self._connection.execute(old.with_for_update(skip_locked=True)).all()
        if rows:
            self._forget([tuple(row) for row in rows])
        return len(rows)

    def _forget(self, keys: list[tuple[Any, ...]]) -> None:
        i, d = delivery_item.c, delivery.c
        self._connection.execute(delete(inbox).where(tuple_(inbox.c.district_code, inbox.c.notice_id).in_(keys)))
        items = delete(delivery_item).where(tuple_(i.district_code, i.notice_id).in_(keys))
        carried = self._connection.execute(items.returning(i.district_code, i.delivery_id)).all()
        empty = ~exists().where(i.district_code == d.district_code, i.delivery_id == d.id)
        theirs = tuple_(d.district_code, d.id).in_([tuple(row) for row in set(carried)])
        self._connection.execute(delete(delivery).where(theirs, empty))
        self._connection.execute(delete(notice).where(tuple_(notice.c.district_code, notice.c.id).in_(keys)))

    def names(self, codes: Iterable[str]) -> dict[str, str]:
        """Return the names of codes like ``matter:20908``, ``organisation:CODE`` and ``area:CODE``, as they are now.

        ``address:370102:KEY`` is an address of the book; its name tells road and number, estate and building.
        """
        wanted: dict[str, set[str]] = {}
        for written in codes:
            form, _, code = written.partition(":")
            wanted.setdefault(form, set()).add(code)
        found: dict[str, str] = {}
        for form, query in _NAMES.items():
            if wanted.get(form):
                rows = self._connection.execute(query, {"codes": sorted(wanted[form])})
                found |= {f"{form}:{row[0]}": _name_in(row) for row in rows}
        return found


def _row(told: Notice, at: datetime) -> dict[str, object]:
    whom = told.audience
    return {
        "district_code": told.district_code,
        "id": new_id(),
        "kind": told.kind,
        "at": at,
        "incident_id": told.incident_id,
        "whistle_id": told.whistle_id,
        "account_id": whom.account_id,
        "organisation_code": whom.organisation_code,
        "role": whom.role,
        "area_code": whom.area_code,
        "data": told.data,
        "dedup": told.dedup,
        "fan_due_at": at,
    }


def _these(notices: Collection[Posted]) -> tuple[Any, ...]:
    districts, ids = {n.district_code for n in notices}, {n.id for n in notices}
    return notice.c.district_code.in_(districts), notice.c.id.in_(ids)


def _people(audience: Audience, living: set[UUID], held: list[_Held]) -> set[UUID]:
    if audience.account_id is not None:
        return {audience.account_id} & living
    if audience.organisation_code is not None:
        inside = (h for h in held if h.organisation_code == audience.organisation_code)
        return {h.account_id for h in inside if audience.role in {None, h.role}}
    if audience.role is None or audience.area_code is None:
        return set()
    return {h.account_id for h in held if h.role == audience.role and audience.area_code.startswith(h.area_code)}


def _columns(wanted: Preferences, now: datetime) -> dict[str, Any]:
    return {
        "language": wanted.language,
        "channels": sorted(wanted.channels),
        "muted": sorted(wanted.muted),
        "quiet_from": wanted.quiet_from,
        "quiet_until": wanted.quiet_until,
        "digest_hour": wanted.digest_hour,
        "updated_at": now,
    }


def _preferences(row: Any) -> Preferences:
    return Preferences(
        row.language,
        frozenset(row.channels),
        frozenset(row.muted),
        row.quiet_from,
        row.quiet_until,
        row.digest_hour,
    )


def _named(code: Any, name: Any, newest: Any) -> Select[Any]:
    wanted = code == func.any(bindparam("codes", type_=ARRAY(Text)))
    return select(code, name).ext(distinct_on(code)).where(wanted).order_by(code, newest.desc())


def _name_in(row: Any) -> str:
    """Return the name in a row of a code and its name, or of a code and the parts of an address."""
    _, *said = row
    if len(said) == 1:
        return str(said[0])
    *parts, name = said
    return written_out(dict(zip(_PARTS, parts, strict=True)), _PARTS) or name or ""


_PARTS = ("road", "number", "estate", "building")


def _addresses() -> Select[Any]:
    """Return the query for addresses of the book; each is looked up by its key."""
    written = func.unnest(bindparam("codes", type_=ARRAY(Text))).column_valued("written")
    key = func.substr(written, func.strpos(written, ":") + 1)
    mine = and_(address.c.district_code == func.split_part(written, ":", 1), address.c.source_key == key)
    return select(written, *(address.c[part] for part in _PARTS), address.c.name).join(address, mine)


_NAMES = {
    "address": _addresses(),
    "matter": _named(matter.c.code, matter.c.name, matter.c.list_version),
    "organisation": _named(organisation.c.code, organisation.c.name, organisation.c.code),
    "area": _named(area_period.c.code, area_period.c.name, area_period.c.valid),
}
