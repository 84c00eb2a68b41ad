"""Coming in and going: log in, log out, who am I, another password."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

from gridgov.access import Caller, Subject
from gridgov.access.logins import folded, require_good
from gridgov.access.secrets import SESSION, TOKEN, caller_of, new_secret
from gridgov.access.throttle import keys_of
from gridgov.clock import Clock
from gridgov.errors import NotAllowedError, NotAuthenticatedError, RuleError, TooManyError
from gridgov.services.accounts.hashing import Hasher
from gridgov.settings import Settings
from gridgov.store.accounts import Door
from gridgov.store.unit import Store, Unit

_LASTING = timedelta(days=7)
"""So long the command line stays logged in."""

_LONGEST_DEVICE = 120
_NOTED_EVERY = timedelta(minutes=1)
_MOST_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Origin:
    """Where somebody comes from: the address, what they come with, and whether they stay as a program does."""

    address: str
    device: str = ""
    lasting: bool = False


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody who has come in. `secret` is told this once; a restricted one may only change the password."""

    account_id: UUID
    login: str
    secret: str
    expires_at: datetime
    must_change: bool


@dataclass(frozen=True, slots=True)
class Terms:
    """How long a session lasts unused, and how long at most."""

    idle: timedelta
    longest: timedelta

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return the terms that an installation's settings want."""
        return cls(timedelta(minutes=settings.session_idle_minutes), timedelta(hours=settings.session_hours))


def come_in(unit: Unit, door: Door, origin: Origin, terms: Terms, *, now: datetime) -> Entered:
    """Open a session, or a lasting token, under a new secret; where the password must change, it may do only that."""
    secret = new_secret(TOKEN if origin.lasting else SESSION)
    device = "".join(c for c in origin.device if c.isprintable())[:_LONGEST_DEVICE]
    row: dict[str, Any] = {"name": device, "scopes": [] if door.must_change else None}
    if origin.lasting:
        row |= {"expires_at": now + _LASTING}
    else:
        ends_at = now + terms.longest
        row |= {"expires_at": min(now + terms.idle, ends_at), "ends_at": ends_at}
        row |= {"idle_minutes": terms.idle // timedelta(minutes=1)}
    kind = "token" if origin.lasting else "session"
    unit.accounts.open(door.id, kind, caller_of(secret).secret_hash, now=now, **row)
    return Entered(door.id, door.login, secret, row["expires_at"], door.must_change)


def require_whole(subject: Subject) -> None:
    """Refuse a token that is narrower than its account: it must not make itself wider.

    Raises
    ------
    NotAllowedError
        If the credential is limited to some permissions.
    """
    if subject.scopes:
        message = "A token with scopes looks after no passwords, tokens or sessions: log in with the password."
        raise NotAllowedError(message)


class Entrance:
    """Lets people in and out.

    Parameters
    ----------
    store
        Where accounts are kept.
    clock
        Tells the time.
    terms
        How long sessions last.
    hasher
        Hashes passwords.
    """

    def __init__(self, store: Store, *, clock: Clock, terms: Terms, hasher: Hasher | None = None) -> None:
        self._store = store
        self._clock = clock
        self._terms = terms
        self._hasher = hasher or Hasher()
        self._noted: dict[bytes, datetime] = {}

    @classmethod
    def configured(cls, store: Store, settings: Settings, *, clock: Clock) -> Self:
        """Return the entrance as an installation's settings want it."""
        return cls(store, clock=clock, terms=Terms.of(settings))

    def log_in(self, login: str, password: str, origin: Origin, *, replaced: Caller | None = None) -> Entered:
        """Let somebody in by login and password, under a new secret.

        Parameters
        ----------
        login, password
            As they were typed.
        origin
            Where from.
        replaced
            What the browser came with: it ends, so that nobody stays who left their session behind in it.

        Raises
        ------
        NotAuthenticatedError
            If they do not fit: in the same words and the same time whether or not there is such an account.
        TooManyError
            After too many failures; ``details`` says how many seconds to wait.
        """
        name, now = folded(login), self._clock()
        keys = keys_of(name, origin.address)
        with self._store.transaction() as unit:
            self._attempt(unit, keys, now)
            door = unit.accounts.door(now=now, login=name) if _can_be_asked(name) else None
        if not self._fits(door, password) or door is None:
            raise _wrong()
        renewed = self._hasher.hashed(password) if self._hasher.is_old(door.password_hash or "") else None
        with self._store.transaction() as unit:
            _require_unchanged(unit, door, now)
            unit.accounts.forgive(keys)
            unit.accounts.forget(now=now)
            if renewed:
                unit.accounts.set_password(door.id, renewed, must_change=door.must_change)
            _end(unit, replaced, now)
            unit.accounts.note(door.id, "logged_in", by=door.login, at=now, address=origin.address)
            return come_in(unit, door, origin, self._terms, now=now)

    def log_out(self, caller: Caller) -> None:
        """End the session or token of a caller; one that has ended already stays so."""
        with self._store.transaction() as unit:
            _end(unit, caller, self._clock())

    def seen(self, caller: Caller) -> None:
        """Note, once a minute, that a session is in use, so that it does not end as an idle one."""
        now = self._clock()
        if now - self._noted.get(caller.secret_hash, now - _NOTED_EVERY) < _NOTED_EVERY:
            return
        if len(self._noted) >= _MOST_REMEMBERED:
            self._noted.clear()
        self._noted[caller.secret_hash] = now
        with self._store.transaction() as unit:
            unit.accounts.seen(caller.secret_hash, now=now)

    def me(self, caller: Caller) -> dict[str, Any]:
        """Return who the caller is, what they may do and over what.

        Raises
        ------
        NotAuthenticatedError
            If the caller has not logged in.
        """
        with self._store.transaction() as unit:
            subject = unit.access.subject(caller, now=self._clock())
            account = unit.accounts.one(subject.account_id) or {}
            credential = unit.accounts.credential(subject.credential_id) or {}
        return {
            "account_id": subject.account_id,
            "login": subject.login,
            "name": subject.name,
            "must_change": account["must_change"],
            "has_password": account["has_password"],
            "credential": credential["kind"],
            "expires_at": credential["expires_at"],
            "person_id": subject.person[1] if subject.person else None,
            "grants": [_shown(subject, grant) for grant in subject.grants],
            "permissions": sorted({p for grant in subject.grants for p in grant.permissions if subject.may(p)}),
        }

    def change_password(self, caller: Caller, old: str, new: str, origin: Origin, *, keep_tokens: bool) -> Entered:
        """Set another password, end every other session (and token), and go on under a new secret.

        Raises
        ------
        NotAuthenticatedError
            If the caller has not logged in.
        RuleError
            If the old password does not fit, or the account has none.
        InputError
            If the new one would be guessed early, or is the old one.
        TooManyError
            After too many wrong old passwords.
        """
        now = self._clock()
        with self._store.transaction() as unit:
            subject = unit.access.subject(caller, now=now)
            require_whole(subject)
            keys = keys_of(subject.login, origin.address)
            self._attempt(unit, keys, now)
            door = unit.accounts.door(now=now, account_id=subject.account_id)
        require_good(new, subject.login, field="new")
        if door is None or not self._fits(door, old):
            message = "The old password is not that: type it again."
            raise RuleError(message, field="old")
        if self._hasher.fits(door.password_hash, new):
            message = "The new password is the old one: choose another."
            raise RuleError(message, field="new")
        hashed = self._hasher.hashed(new)
        with self._store.transaction() as unit:
            unit.access.subject(caller, now=now)
            _require_unchanged(unit, door, now)
            unit.accounts.forgive(keys)
            unit.accounts.set_password(door.id, hashed, must_change=False)
            unit.accounts.revoke(door.id, now=now, kind="session" if keep_tokens else None)
            _end(unit, caller, now)
            unit.accounts.note(door.id, "password_changed", by=door.login, at=now, address=origin.address)
            ready = Door(door.id, door.login, hashed, must_change=False, disabled=False)
            return come_in(unit, ready, origin, self._terms, now=now)

    def _fits(self, door: Door | None, password: str) -> bool:
        fits = self._hasher.fits(door.password_hash if door else None, password)
        return fits and door is not None and not door.disabled

    def _attempt(self, unit: Unit, keys: Mapping[bytes, str], now: datetime) -> None:
        wait = unit.accounts.attempt(keys, now=now)
        if wait:
            seconds = max(1, -(-wait // timedelta(seconds=1)))
            message = f"Too many wrong passwords: try again in {seconds} seconds. Whoever is logged in stays so."
            raise TooManyError(message, details=[{"retry_after_s": seconds}])


def _can_be_asked(name: str) -> bool:
    """Return whether PostgreSQL can hold such a text: no NUL, no half of a surrogate pair."""
    return "\0" not in name and name.isprintable()


def _require_unchanged(unit: Unit, seen: Door, now: datetime) -> None:
    """Refuse where the account changed while its password was being verified: disabled, or another password."""
    door = unit.accounts.door(now=now, account_id=seen.id, hold=True)
    if door is None or door.disabled or door.password_hash != seen.password_hash:
        raise _wrong()


def _end(unit: Unit, caller: Caller | None, now: datetime) -> None:
    if caller is None:
        return
    try:
        subject = unit.access.subject(caller, now=now)
    except NotAuthenticatedError:
        return
    unit.accounts.revoke(subject.account_id, now=now, only=subject.credential_id)


def _wrong() -> NotAuthenticatedError:
    message = "The login or the password is wrong: type both again, or ask your administrator for a new password."
    return NotAuthenticatedError(message)


def _shown(subject: Subject, grant: Any) -> dict[str, Any]:
    held = sorted(p for p in grant.permissions if subject.scopes is None or p in subject.scopes)
    return {
        "role": grant.role,
        "area_code": grant.area_code,
        "organisation_code": grant.organisation_code,
        "permissions": held,
    }
