"""Looking after accounts: who has one, what it may do, and over which area. Inside one's own area only."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from gridgov.access.delegation import Hand, valid_area
from gridgov.access.logins import require_good, valid_login
from gridgov.access.secrets import new_password
from gridgov.clock import Clock
from gridgov.editing import Seen, require_seen
from gridgov.errors import ConflictError, InputError, NotAllowedError, NotFoundError
from gridgov.ids import moment_of
from gridgov.services.accounts.changing import AccountWanted, changes_of
from gridgov.services.accounts.hashing import Hasher
from gridgov.services.accounts.leaving import turn_out
from gridgov.services.accounts.wanted import (
    Machine,
    NewAccount,
    NewGrant,
    Who,
    person_in_reach,
    require_free,
    require_known,
    require_name,
    require_own_password,
    require_same_grant,
)
from gridgov.settings import Settings
from gridgov.store.unit import Store, Unit

_MANAGE = "accounts.manage"


class Administration:
    """Makes accounts, gives and withdraws roles, disables, sets passwords anew.

    Parameters
    ----------
    store
        Where accounts are kept.
    clock
        Tells the time.
    issuer
        The issuer of the single sign-on, if there is one.
    hasher
        Hashes passwords.
    """

    def __init__(self, store: Store, *, clock: Clock, issuer: str | None = None, hasher: Hasher | None = None) -> None:
        self._store = store
        self._clock = clock
        self._issuer = issuer
        self._hasher = hasher or Hasher()

    @classmethod
    def configured(cls, store: Store, settings: Settings, *, clock: Clock) -> Self:
        """Return the service as an installation's settings want it."""
        return cls(store, clock=clock, issuer=settings.oidc_issuer)

    def needs_first(self) -> bool:
        """Return whether nobody can look after accounts yet."""
        with self._store.transaction() as unit:
            return not unit.accounts.has_holder_of(_MANAGE, now=self._clock())

    def accounts(
        self, who: Who, *, limit: int = 50, after: UUID | None = None, words: str | None = None
    ) -> list[dict[str, Any]]:
        """Return the accounts of the administrator's area with their grants, oldest first, after the id `after`."""
        now = self._clock()
        with self._store.transaction() as unit:
            hand = self._hand(unit, who, now)
            rows = unit.accounts.listed(hand.areas, now=now, limit=limit, after=after, words=words)
            return [_with_grants(unit, row, now) for row in rows]

    def roles(self, who: Who) -> list[dict[str, Any]]:
        """Return the roles with what each may do, to anybody who has logged in."""
        with self._store.transaction() as unit:
            if not isinstance(who, Machine):
                unit.access.subject(who, now=self._clock())
            return unit.accounts.roles()

    def account(self, who: Who, account_id: UUID) -> dict[str, Any]:
        """Return one account with its grants.

        Raises
        ------
        NotFoundError
            If there is none, or none that is the administrator's business.
        """
        now = self._clock()
        with self._store.transaction() as unit:
            return _known(unit, self._hand(unit, who, now), account_id, now)

    def events(
        self, who: Who, account_id: UUID, *, limit: int = 50, before: UUID | None = None
    ) -> list[dict[str, Any]]:
        """Return what befell an account, newest first."""
        now = self._clock()
        with self._store.transaction() as unit:
            _known(unit, self._hand(unit, who, now), account_id, now)
            return unit.accounts.events(account_id, limit=limit, before=before)

    def add(self, who: Who, new: NewAccount, *, password: str | None = None) -> tuple[dict[str, Any], str | None]:
        """Make an account without any role, and return it with its first password, which must be changed.

        ``replayed`` in what is returned says whether it was made before.

        Parameters
        ----------
        password
            The password to begin with; None draws one. It is told this once: the same account made again comes without.

        Raises
        ------
        InputError
            If login, name or area will not do.
        ConflictError
            If the login is taken, or the id stands for another account.
        """
        login, now = valid_login(new.login), self._clock()
        require_name(new.name)
        moment_of(new.id)
        first = None if new.single_sign_on else password or new_password()
        if first is not None:
            require_good(first, login)
        hashed = self._hasher.hashed(first) if first is not None else None
        with self._changing(who) as (unit, hand):
            area = valid_area(new.area_code) if new.area_code else hand.areas[0]
            hand.require_reach(area)
            made = unit.accounts.one(new.id)
            if made is not None:
                return {**_made_before(unit, made, (login, new.name, area), now), "replayed": True}, None
            require_free(unit, login)
            values = {"id": new.id, "login": login, "name": new.name, "email": new.email, "area_code": area or None}
            values |= {"password_hash": hashed, "must_change": hashed is not None, "issuer": self._issuer_for(new)}
            values |= person_in_reach(unit, hand, new.person, now=now)
            unit.accounts.add(values, now=now)
            unit.accounts.note(new.id, "made", by=hand.name, at=now)
            return {**_known(unit, hand, new.id, now), "replayed": False}, first

    def change(self, who: Who, account_id: UUID, wanted: AccountWanted, *, seen: Seen | None = None) -> dict[str, Any]:
        """Change an account's name or address, tie it to a member of staff, keep somebody out or let them in again.

        Whoever is kept out is so from this moment on: their sessions and tokens end, and do not come back, and a shift
        that was begun by the account ends. The same goes for an account that is tied to somebody or untied: whatever it
        was opened with went on in another's name.

        Raises
        ------
        NotFoundError, NotAllowedError
            If the account is out of the administrator's reach.
        InputError
            If the name will not do, or the member of staff is out of reach or has left.
        ConflictError
            If somebody is to be let in, or to hold the account of somebody, who has left.
        StaleError
            If it is not what was `seen`.
        """
        now = self._clock()
        with self._changing(who) as (unit, hand):
            account = _known(unit, hand, account_id, now)
            hand.require_over(account_id, account["area_code"], _areas(account))
            changes = changes_of(unit, hand, account, wanted, now=now)
            if not changes:
                return account
            require_seen(seen, account)
            for change in changes:
                unit.accounts.change(account_id, change.values)
                unit.accounts.note(account_id, change.kind, by=hand.name, at=now, **change.told)
            if any(change.ends_keys for change in changes):
                turn_out(unit, account_id, now=now)
            return _known(unit, hand, account_id, now)

    def disable(self, who: Who, account_id: UUID) -> dict[str, Any]:
        """Keep somebody out from this moment on, and end their sessions and tokens; disabled before, it stays so."""
        return self.change(who, account_id, AccountWanted(disabled=True))

    def enable(self, who: Who, account_id: UUID) -> dict[str, Any]:
        """Let somebody in again; their sessions and tokens do not come back."""
        return self.change(who, account_id, AccountWanted(disabled=False))

    def reset_password(self, who: Who, account_id: UUID, *, password: str | None = None) -> tuple[dict[str, Any], str]:
        """Set a first password anew, end all sessions and tokens, and return it; it must be changed.

        Raises
        ------
        NotFoundError, NotAllowedError
            If the account is out of the administrator's reach.
        ConflictError
            If its holder comes in by the single sign-on.
        InputError
            If the password is too easy to guess.
        """
        first = password or new_password()
        hashed, now = self._hasher.hashed(first), self._clock()
        with self._changing(who) as (unit, hand):
            account = _known(unit, hand, account_id, now)
            hand.require_over(account_id, account["area_code"], _areas(account))
            require_own_password(account)
            require_good(first, account["login"])
            unit.accounts.set_password(account_id, hashed, must_change=True)
            unit.accounts.revoke(account_id, now=now)
            unit.accounts.note(account_id, "password_reset", by=hand.name, at=now)
            return _known(unit, hand, account_id, now), first

    def give(self, who: Who, account_id: UUID, new: NewGrant) -> dict[str, Any]:
        """Give a role over an area inside one's own; nobody gives one to himself.

        Raises
        ------
        NotAllowedError
            If the area, the organisation or the account reaches beyond the administrator's area.
        InputError
            If there is no such role, area or organisation.
        """
        now = self._clock()
        moment_of(new.id)
        with self._changing(who) as (unit, hand):
            account = _known(unit, hand, account_id, now)
            hand.require_over(account_id, account["area_code"], _areas(account))
            hand.require_reach(valid_area(new.area_code))
            made = unit.accounts.grant(new.id)
            if made is not None:
                require_same_grant(made, account_id, new)
                return account
            require_known(unit, hand, new, now)
            values = {"id": new.id, "account_id": account_id, "role": new.role, "area_code": new.area_code}
            values |= {"organisation_code": new.organisation_code, "granted_by": hand.name}
            unit.accounts.add_grant(values, now=now)
            unit.accounts.note(account_id, "granted", by=hand.name, at=now, **_told(values))
            return _known(unit, hand, account_id, now)

    def withdraw(self, who: Who, account_id: UUID, grant_id: UUID, *, seen: Seen | None = None) -> dict[str, Any]:
        """Withdraw a role from this moment on; withdrawn before, it stays so.

        Raises
        ------
        NotFoundError
            If the account has no such grant.
        NotAllowedError
            If it reaches beyond the administrator's area, or is their own.
        StaleError
            If the account is not what was `seen`.
        """
        now = self._clock()
        with self._changing(who) as (unit, hand):
            account = _known(unit, hand, account_id, now)
            held = unit.accounts.grant(grant_id)
            if held is None or held["account_id"] != account_id:
                message = f"The account has no grant {grant_id}: GET /api/v1/accounts/{account_id} lists them."
                raise NotFoundError(message, field="grant_id")
            # Over the grant alone: a role that was given wrongly is taken back even from somebody who reaches far.
            hand.require_over(account_id, held["area_code"], ())
            if held["valid"].upper is None:
                require_seen(seen, account)
                unit.accounts.withdraw(grant_id, now=now, by=hand.name)
                unit.accounts.note(account_id, "withdrawn", by=hand.name, at=now, **_told(held))
            return _known(unit, hand, account_id, now)

    def id_of(self, login: str) -> UUID:
        """Return the id behind a login.

        Raises
        ------
        NotFoundError
            If there is none.
        """
        with self._store.transaction() as unit:
            found = unit.accounts.id_of(valid_login(login))
        if found is None:
            message = f"There is no account {login}: `gridgov account list` shows those there are."
            raise NotFoundError(message, field="login")
        return found

    def _issuer_for(self, new: NewAccount) -> str | None:
        if new.single_sign_on and not self._issuer:
            message = "There is no single sign-on here: set GRIDGOV_OIDC_ISSUER, or make the account with a password."
            raise InputError(message, field="single_sign_on")
        return self._issuer if new.single_sign_on else None

    @contextmanager
    def _changing(self, who: Who) -> Iterator[tuple[Unit, Hand]]:
        with self._store.transaction() as unit:
            # One at a time: two administrators who withdraw each other's role would both have had it.
            unit.accounts.hold_grants()
            yield unit, self._hand(unit, who, self._clock())

    def _hand(self, unit: Unit, who: Who, now: datetime) -> Hand:
        if isinstance(who, Machine):
            return Hand(f"machine:{who.user}", ("",))
        subject = unit.access.subject(who, now=now)
        areas = subject.areas(_MANAGE)
        if not areas:
            message = f"{subject.login} looks after no accounts ({_MANAGE}): ask your administrator."
            raise NotAllowedError(message)
        return Hand(subject.login, areas, subject.account_id)


def _known(unit: Unit, hand: Hand, account_id: UUID, now: datetime) -> dict[str, Any]:
    row = unit.accounts.one(account_id)
    account = _with_grants(unit, row, now) if row else None
    if account is None or not hand.sees(account["area_code"], _areas(account)):
        message = f"There is no account {account_id} in your area: GET /api/v1/accounts lists those there are."
        raise NotFoundError(message, field="account_id")
    return account


def _with_grants(unit: Unit, row: dict[str, Any], now: datetime) -> dict[str, Any]:
    return {**row, "grants": unit.accounts.grants(row["id"], now=now)}


def _areas(account: dict[str, Any]) -> list[str]:
    return [grant["area_code"] for grant in account["grants"]]


def _told(values: dict[str, Any]) -> dict[str, Any]:
    return {key: values[key] for key in ("role", "area_code", "organisation_code")}


def _made_before(unit: Unit, made: dict[str, Any], wanted: tuple[str, str, str], now: datetime) -> dict[str, Any]:
    if (made["login"], made["name"], made["area_code"] or "") != wanted:
        message = "This id already stands for another account: make this one under a new id."
        raise ConflictError(message, field="id")
    return _with_grants(unit, made, now)
