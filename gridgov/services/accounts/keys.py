"""One's own keys: tokens for programs, and the sessions that are open."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

from gridgov.access import Caller, Subject
from gridgov.access.secrets import PREFIX_LENGTH, TOKEN, caller_of, new_secret
from gridgov.clock import Clock
from gridgov.errors import ConflictError, InputError, NotAllowedError, NotFoundError
from gridgov.ids import moment_of, new_id
from gridgov.settings import Settings
from gridgov.store.unit import Store, Unit

LONGEST = timedelta(days=366)
"""A token that never ends is one that nobody remembers."""


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token that somebody wants for a program: what for, what it may do, how long.

    Attributes
    ----------
    scopes
        The permissions it is limited to; empty for all that the account has, then and later.
    """

    name: str
    scopes: frozenset[str]
    days: int
    id: UUID = field(default_factory=new_id)


class Keys:
    """Makes, lists and ends the tokens and sessions of whoever asks."""

    def __init__(self, store: Store, *, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    @classmethod
    def configured(cls, store: Store, settings: Settings, *, clock: Clock) -> Self:  # noqa: ARG003 - every service is made so
        """Return the service as an installation's settings want it."""
        return cls(store, clock=clock)

    def make(self, caller: Caller, wanted: NewToken) -> tuple[dict[str, Any], str | None]:
        """Make a token, and return it with its secret, which is told this once; made before, without.

        Raises
        ------
        NotAllowedError
            If the caller came in by a token or by a first password, or a scope is none of their permissions.
        InputError
            If it has no name or lasts too long.
        ConflictError
            If the id stands for something else.
        """
        now = self._clock()
        _require_sound(wanted)
        moment_of(wanted.id)
        with self._store.transaction() as unit:
            subject = self._whole(unit, caller, now)
            _require_session(unit, subject)
            made = unit.accounts.credential(wanted.id)
            if made is not None:
                return _made_before(made, subject, wanted), None
            _require_held(subject, wanted.scopes)
            secret = new_secret(TOKEN)
            row: dict[str, Any] = {"id": wanted.id, "name": wanted.name, "prefix": secret[:PREFIX_LENGTH]}
            row |= {"scopes": sorted(wanted.scopes) or None, "expires_at": now + timedelta(days=wanted.days)}
            unit.accounts.open(subject.account_id, "token", caller_of(secret).secret_hash, now=now, **row, seen_at=None)
            noted = {"token_id": str(wanted.id), "name": wanted.name, "scopes": row["scopes"]}
            unit.accounts.note(subject.account_id, "token_made", by=subject.login, at=now, **noted)
            return unit.accounts.credential(wanted.id) or row, secret

    def tokens(self, caller: Caller) -> list[dict[str, Any]]:
        """Return the caller's tokens in force, newest first."""
        return self._listed(caller, "token")

    def sessions(self, caller: Caller) -> list[dict[str, Any]]:
        """Return the caller's open sessions, newest first; ``current`` marks the one that asks."""
        return self._listed(caller, "session")

    def end(self, caller: Caller, kind: str, credential_id: UUID) -> None:
        """End one of the caller's own tokens or sessions; ended before, it stays so.

        Raises
        ------
        NotFoundError
            If they have none with this id.
        """
        now = self._clock()
        with self._store.transaction() as unit:
            subject = self._whole(unit, caller, now)
            found = unit.accounts.credential(credential_id)
            if found is None or found["account_id"] != subject.account_id or found["kind"] != kind:
                message = f"You have no {kind} {credential_id}: list yours first."
                raise NotFoundError(message, field="id")
            if unit.accounts.revoke(subject.account_id, now=now, only=credential_id):
                unit.accounts.note(subject.account_id, f"{kind}_ended", by=subject.login, at=now, id=str(credential_id))

    def _listed(self, caller: Caller, kind: str) -> list[dict[str, Any]]:
        now = self._clock()
        with self._store.transaction() as unit:
            subject = self._whole(unit, caller, now)
            rows = unit.accounts.credentials(subject.account_id, kind, now=now)
        return [{**row, "current": row["id"] == subject.credential_id} for row in rows]

    def _whole(self, unit: Unit, caller: Caller, now: datetime) -> Subject:
        subject = unit.access.subject(caller, now=now)
        if subject.scopes is not None:
            message = (
                "What you came in with is limited and looks after no tokens or sessions: "
                "log in with the password, and change it first if that is asked for."
            )
            raise NotAllowedError(message)
        return subject


def _require_session(unit: Unit, subject: Subject) -> None:
    """Refuse a token that asks for another: it would outlive the day on which it ends, and itself being ended."""
    row = unit.accounts.credential(subject.credential_id)
    if row is None or row["kind"] != "session":
        message = "A token makes no tokens: log in, and make the next one there before this one ends."
        raise NotAllowedError(message)


def _require_sound(wanted: NewToken) -> None:
    if not wanted.name.strip() or not wanted.name.isprintable() or len(wanted.name) > 120:
        message = "A token needs a name of at most 120 characters that says which program has it."
        raise InputError(message, field="name")
    if not 1 <= wanted.days <= LONGEST.days:
        message = f"A token lasts 1 to {LONGEST.days} days: make the next one before it ends."
        raise InputError(message, field="days")


def _require_held(subject: Subject, scopes: frozenset[str]) -> None:
    missing = sorted(scope for scope in scopes if not subject.may(scope))
    if missing:
        message = f"You do not hold {', '.join(missing)}: a token can do no more than its account."
        raise NotAllowedError(message, field="scopes")


def _made_before(made: dict[str, Any], subject: Subject, wanted: NewToken) -> dict[str, Any]:
    same = (made["kind"], made["name"], made["scopes"]) == ("token", wanted.name, sorted(wanted.scopes) or None)
    days = (made["expires_at"] - made["created_at"]).days
    if made["account_id"] != subject.account_id or not same or days != wanted.days:
        message = "This id already stands for something else: make the token under a new id."
        raise ConflictError(message, field="id")
    return made
