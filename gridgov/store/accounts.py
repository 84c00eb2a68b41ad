"""Accounts as those see them who look after them: passwords, sessions, tokens, failed logins, and what befell them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import Range, aggregate_order_by

from gridgov.access.throttle import FORGOTTEN, counted, waited
from gridgov.ids import new_id
from gridgov.store.tables import (
    account,
    account_event,
    account_grant,
    area_period,
    cell,
    credential,
    login_attempt,
    person,
    role,
    role_permission,
    sign_on,
)

_CHANGING = 0x6772_6966  # beside those of the schema's migrations and of loading
_SEEN_EVERY = timedelta(minutes=1)
_A, _C, _G = account.c, credential.c, account_grant.c
_KEPT = (_C.name, _C.prefix, _C.scopes, _C.created_at, _C.seen_at, _C.expires_at)
_SHOWN = (
    _A.id,
    _A.login,
    _A.name,
    _A.email,
    _A.area_code,
    _A.person_district_code,
    _A.person_id,
    _A.must_change,
    _A.created_at,
    _A.disabled_at,
    _A.issuer,
    _A.password_hash.is_not(None).label("has_password"),
)


@dataclass(frozen=True, slots=True)
class Door:
    """What decides whether an account may come in."""

    id: UUID
    login: str
    password_hash: str | None
    must_change: bool
    disabled: bool


@dataclass(frozen=True, slots=True)
class Journey:
    """Somebody who went to the provider of a single sign-on and is to come back."""

    browser_hash: bytes
    nonce: str
    verifier: str
    next: str


class AccountStore:
    """Reads and writes accounts of one transaction; who may is decided by the services."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # Coming in.

    def attempt(self, keys: Mapping[bytes, str], *, now: datetime) -> timedelta:
        """Count an attempt under each key before it is judged, and return zero; or return how long to wait instead.

        Counted first, so that a hundred guesses sent at once are a hundred guesses. Whoever calls must undo the
        transaction where there is something to wait for: what was refused is not counted.
        """
        rows = {key: self._held(key, kind, now) for key, kind in keys.items()}
        wait = max(waited(kind, *rows[key], now) for key, kind in keys.items())
        if not wait:
            for key, kind in keys.items():
                values = {"failures": counted(kind, *rows[key], now), "last_at": now}
                self._connection.execute(update(login_attempt).where(login_attempt.c.key == key).values(values))
        return wait

    def _held(self, key: bytes, kind: str, now: datetime) -> tuple[int, datetime]:
        row = postgresql.insert(login_attempt).values(key=key, kind=kind, failures=0, last_at=now)
        held = row.on_conflict_do_update(index_elements=["key"], set_={"kind": kind})
        found = self._connection.execute(held.returning(login_attempt.c.failures, login_attempt.c.last_at)).one()
        return found[0], found[1]

    def forgive(self, keys: Mapping[bytes, str]) -> None:
        """Take back what `attempt` counted: the right password was given. An address stays what it was before."""
        c = login_attempt.c
        for key, kind in keys.items():
            if kind == "address":
                fewer = func.greatest(c.failures - 1, 0)
                self._connection.execute(update(login_attempt).where(c.key == key).values(failures=fewer))
            else:
                self._connection.execute(delete(login_attempt).where(c.key == key))

    def forget(self, *, now: datetime) -> None:
        """Remove failures that nobody counts any more, and journeys that nobody came back from."""
        self._connection.execute(delete(login_attempt).where(login_attempt.c.last_at < now - FORGOTTEN))
        self._connection.execute(delete(sign_on).where(sign_on.c.expires_at < now))

    def door(
        self, *, now: datetime, login: str | None = None, account_id: UUID | None = None, hold: bool = False
    ) -> Door | None:
        """Return what decides whether an account may come in, by its folded login or its id; `hold` locks its row.

        Whoever has left is kept out from that moment on, whenever the sweep comes by.
        """
        left = exists().where(_of_account(), person.c.ended_at <= now)
        query = select(_A.id, _A.login, _A.password_hash, _A.must_change, or_(_A.disabled_at.is_not(None), left))
        query = query.where(_A.login == login if account_id is None else _A.id == account_id)
        row = self._connection.execute(query.with_for_update() if hold else query).first()
        return Door(*row) if row else None

    def set_password(self, account_id: UUID, password_hash: str, *, must_change: bool) -> None:
        """Keep a new hash of an account's password."""
        values = {"password_hash": password_hash, "must_change": must_change}
        self._connection.execute(update(account).where(_A.id == account_id).values(values))

    # Sessions and tokens.

    def open(self, account_id: UUID, kind: str, secret_hash: bytes, *, now: datetime, **more: Any) -> UUID:
        """Keep a session or a token; `more` holds the other columns of its row."""
        values = {"id": new_id(), "account_id": account_id, "kind": kind, "secret_hash": secret_hash, "name": ""}
        values |= {"created_at": now, "seen_at": now, **more}
        self._connection.execute(insert(credential).values(values))
        return UUID(str(values["id"]))

    def seen(self, secret_hash: bytes, *, now: datetime) -> None:
        """Note that a session or token is in use, and put off the end of an idle session.

        A row that another request of the same session holds is left to that one.
        """
        valid = (_C.secret_hash == secret_hash) & (_C.expires_at > now) & _C.revoked_at.is_(None)
        stale = _C.seen_at.is_(None) | (_C.seen_at < now - _SEEN_EVERY)
        free = select(_C.id).where(valid, stale).with_for_update(skip_locked=True).scalar_subquery()
        put_off = func.least(
            literal(now, _C.ends_at.type) + func.make_interval(0, 0, 0, 0, 0, _C.idle_minutes), _C.ends_at
        )
        later = case((_C.idle_minutes.is_not(None), put_off), else_=_C.expires_at)
        self._connection.execute(update(credential).where(_C.id == free).values(seen_at=now, expires_at=later))

    def credentials(self, account_id: UUID, kind: str, *, now: datetime) -> list[dict[str, Any]]:
        """Return an account's sessions or tokens that are in force, newest first, without anything secret."""
        query = (
            select(_C.id, *_KEPT)
            .where(_C.account_id == account_id, _C.kind == kind, _C.revoked_at.is_(None), _C.expires_at > now)
            .order_by(_C.id.desc())
        )
        return [dict(row) for row in self._connection.execute(query).mappings()]

    def credential(self, credential_id: UUID) -> dict[str, Any] | None:
        """Return a session or token, without anything secret, or None."""
        query = select(_C.id, _C.account_id, _C.kind, *_KEPT).where(_C.id == credential_id)
        row = self._connection.execute(query).mappings().first()
        return dict(row) if row else None

    def revoke(self, account_id: UUID, *, now: datetime, only: UUID | None = None, kind: str | None = None) -> int:
        """End an account's sessions and tokens: all, all of a kind, or one; return how many."""
        held = update(credential).where(_C.account_id == account_id, _C.revoked_at.is_(None))
        held = held if only is None else held.where(_C.id == only)
        held = held if kind is None else held.where(_C.kind == kind)
        return self._connection.execute(held.values(revoked_at=now)).rowcount

    # Looking after accounts.

    def add(self, values: Mapping[str, Any], *, now: datetime) -> None:
        """Add an account."""
        self._connection.execute(insert(account).values({"must_change": False, "created_at": now, **values}))

    def change(self, account_id: UUID, values: Mapping[str, Any]) -> None:
        """Change an account's name, address, state."""
        self._connection.execute(update(account).where(_A.id == account_id).values(**values))

    def one(self, account_id: UUID) -> dict[str, Any] | None:
        """Return an account with all that may be shown of it, or None."""
        row = self._connection.execute(select(*_SHOWN).where(_A.id == account_id)).mappings().first()
        return dict(row) if row else None

    def id_of(self, login: str) -> UUID | None:
        """Return the id of the account with this folded login, or None."""
        return self._connection.execute(select(_A.id).where(_A.login == login)).scalar()

    def listed(
        self, areas: Iterable[str], *, now: datetime, limit: int, after: UUID | None, words: str | None
    ) -> list[dict[str, Any]]:
        """Return the accounts that belong to one of `areas` or hold a role there, oldest first, after an id."""
        held = exists().where(_G.account_id == _A.id, _G.valid.contains(now))
        inside = [or_(_A.area_code.startswith(a), held.where(_G.area_code.startswith(a))) for a in areas]
        query = select(*_SHOWN).where(or_(literal(value=False), *inside)).order_by(_A.id).limit(limit)
        if after is not None:
            query = query.where(_A.id > after)
        if words:
            query = query.where(
                or_(_A.login.contains(words, autoescape=True), _A.name.contains(words, autoescape=True))
            )
        return [dict(row) for row in self._connection.execute(query).mappings()]

    def grants(self, account_id: UUID, *, now: datetime) -> list[dict[str, Any]]:
        """Return an account's grants in force, as those see them who give and withdraw them."""
        query = (
            select(
                _G.id, _G.role, _G.area_code, _G.organisation_code, _G.granted_by, func.lower(_G.valid).label("since")
            )
            .where(_G.account_id == account_id, _G.valid.contains(now))
            .order_by(_G.id)
        )
        return [dict(row) for row in self._connection.execute(query).mappings()]

    def add_grant(self, values: Mapping[str, Any], *, now: datetime) -> None:
        """Add a grant, in force from `now` on."""
        self._connection.execute(insert(account_grant).values(valid=Range(now, None), **values))

    def grant(self, grant_id: UUID) -> dict[str, Any] | None:
        """Return a grant with its period, or None."""
        row = self._connection.execute(select(account_grant).where(_G.id == grant_id)).mappings().first()
        return dict(row) if row else None

    def withdraw(self, grant_id: UUID, *, now: datetime, by: str) -> None:
        """End a grant; the row stays, so that who could do what on a day can still be told."""
        period = func.tstzrange(func.lower(_G.valid), func.greatest(now, func.lower(_G.valid)))
        values = {"valid": period, "withdrawn_by": by}
        self._connection.execute(update(account_grant).where(_G.id == grant_id).values(values))

    def hold_grants(self) -> None:
        """Make others who change accounts wait until this transaction ends: what is allowed depends on the rest."""
        self._connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CHANGING})

    def has_holder_of(self, permission: str, *, now: datetime) -> bool:
        """Return whether anybody who can come in holds a permission."""
        query = (
            select(_A.id)
            .join(account_grant, _G.account_id == _A.id)
            .join(role_permission, role_permission.c.role == _G.role)
            .where(role_permission.c.permission == permission, _G.valid.contains(now), _A.disabled_at.is_(None))
        )
        return self._connection.execute(query.limit(1)).first() is not None

    def knows_area(self, code: str, *, now: datetime) -> bool:
        """Return whether an area or cell in force has this code, or one that begins with it."""
        known = area_period.c
        areas = select(known.code).where(known.code.startswith(code), known.valid.contains(now))
        cells = select(cell.c.code).where(cell.c.code == code, cell.c.valid.contains(now))
        return self._connection.execute(areas.limit(1).union_all(cells.limit(1))).first() is not None

    def leavers(self, *, now: datetime, limit: int) -> list[dict[str, Any]]:
        """Return accounts that are open though their holder has left, locked; what others hold is passed over."""
        query = (
            select(_A.id, person.c.ended_at)
            .join(person, _of_account())
            .where(_A.disabled_at.is_(None), person.c.ended_at <= now)
            .order_by(_A.id)
            .limit(limit)
            .with_for_update(of=account, skip_locked=True)
        )
        return [dict(row) for row in self._connection.execute(query).mappings()]

    def roles(self) -> list[dict[str, Any]]:
        """Return the roles with their permissions."""
        permissions = func.array_agg(aggregate_order_by(role_permission.c.permission, role_permission.c.permission))
        query = (
            select(role.c.code, role.c.name_zh, role.c.name_en, permissions.label("permissions"))
            .outerjoin(role_permission, role_permission.c.role == role.c.code)
            .group_by(role.c.code)
            .order_by(role.c.code)
        )
        return [dict(row) for row in self._connection.execute(query).mappings()]

    def knows_role(self, code: str) -> bool:
        """Return whether there is such a role."""
        return self._connection.execute(select(role.c.code).where(role.c.code == code)).first() is not None

    # Single sign-on.

    def depart(self, state_hash: bytes, journey: Journey, *, expires_at: datetime) -> None:
        """Keep what somebody must bring back from the provider."""
        values = {"state_hash": state_hash, "expires_at": expires_at, "browser_hash": journey.browser_hash}
        values |= {"nonce": journey.nonce, "verifier": journey.verifier, "next": journey.next}
        self._connection.execute(insert(sign_on).values(values))

    def arrive(self, state_hash: bytes, *, now: datetime) -> Journey | None:
        """Return what was kept under a state, once."""
        c = sign_on.c
        gone = delete(sign_on).where(c.state_hash == state_hash, c.expires_at > now)
        row = self._connection.execute(gone.returning(c.browser_hash, c.nonce, c.verifier, c.next)).first()
        return Journey(*row) if row else None

    def signed_on(self, issuer: str, subject: str) -> UUID | None:
        """Return the account that an issuer's subject is linked to, or None."""
        query = select(_A.id).where(_A.issuer == issuer, _A.issuer_subject == subject)
        return self._connection.execute(query).scalar()

    def link(self, issuer: str, subject: str, login: str) -> UUID | None:
        """Link an issuer's subject to the account that was made for it under this login, or return None.

        Never to one with a password: that is somebody's already.
        """
        waiting = update(account).where(_A.login == login, _A.issuer == issuer, _A.issuer_subject.is_(None))
        waiting = waiting.where(_A.password_hash.is_(None))
        return self._connection.execute(waiting.values(issuer_subject=subject).returning(_A.id)).scalar()

    # What befell an account.

    def note(self, account_id: UUID, kind: str, *, by: str, at: datetime, **data: Any) -> None:
        """Append what was done with an account; never a secret."""
        values = {"id": new_id(), "account_id": account_id, "kind": kind, "by": by, "at": at, "data": data}
        self._connection.execute(insert(account_event).values(values))

    def events(self, account_id: UUID, *, limit: int, before: UUID | None) -> list[dict[str, Any]]:
        """Return what befell an account, newest first, strictly before the id `before`."""
        c = account_event.c
        query = select(c.id, c.at, c.kind, c.by, c.data).where(c.account_id == account_id)
        query = query.order_by(c.id.desc()).limit(limit)
        query = query if before is None else query.where(c.id < before)
        return [dict(row) for row in self._connection.execute(query).mappings()]


def _of_account() -> ColumnElement[bool]:
    """Return the condition that a person holds the account."""
    return and_(person.c.district_code == _A.person_district_code, person.c.id == _A.person_id)
