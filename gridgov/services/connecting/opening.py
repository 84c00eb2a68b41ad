"""On whose behalf an installation is opened: of the machine, or of an account."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from gridgov.access import Caller
from gridgov.access.secrets import TOKEN, caller_of, new_secret
from gridgov.clock import Clock
from gridgov.errors import InputError, NotFoundError
from gridgov.services.connecting.asked import in_python
from gridgov.store.unit import Store

_LENT = timedelta(hours=12)


@contextmanager
def acting_as(store: Store, account: str | None, token: str | None, *, clock: Clock) -> Iterator[Caller | None]:
    """Yield the proof of who acts: a token's, or one lent to an account until the end; None for the machine.

    Whoever may open the store as its owner could do anything there; acting for an account is less, and its name stands
    beside what is done.

    Raises
    ------
    InputError
        If both are given.
    NotFoundError
        If there is no such account.
    NotAuthenticatedError
        If the token is unknown, expired or revoked.
    """
    if account is not None and token is not None:
        message = "Give an account or a token, not both: a token says by itself whose it is."
        raise InputError(message, field="account")
    if account is not None:
        with _lent(store, account, clock=clock) as caller:
            yield caller
    elif token is not None:
        caller = caller_of(token)
        with in_python(), store.acting(caller, now=clock()):
            pass  # an unknown one is refused here, and not at the first question
        yield caller
    else:
        yield None


@contextmanager
def _lent(store: Store, login: str, *, clock: Clock) -> Iterator[Caller]:
    caller, now = caller_of(new_secret(TOKEN)), clock()
    with store.transaction() as unit:
        account_id = unit.accounts.id_of(login)
        if account_id is None:
            message = f"There is no account {login!r}: `gridgov account list --local` shows those there are."
            raise NotFoundError(message, field="account")
        credential_id = unit.access.add_credential(
            account_id, "token", caller.secret_hash, now=now, expires_at=now + _LENT
        )
    try:
        yield caller
    finally:
        with store.transaction() as unit:
            unit.accounts.revoke(account_id, now=clock(), only=credential_id)
