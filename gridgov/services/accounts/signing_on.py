"""Single sign-on: to the provider and back, and to the account that was made for whoever comes.

Nobody gets an account or a role by signing on: an administrator made both before. Such an account is waiting for the
first sign-on under its login; from then on the issuer's own subject decides, whatever the login there becomes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from string import ascii_lowercase, ascii_uppercase
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from gridgov.access.secrets import digest, new_secret, same
from gridgov.clock import Clock
from gridgov.errors import NotAuthenticatedError, NotFoundError
from gridgov.services.accounts.entering import Entered, Origin, Terms, come_in
from gridgov.settings import Settings
from gridgov.store.accounts import Journey
from gridgov.store.unit import Store, Unit

if TYPE_CHECKING:
    from gridgov.services.accounts.provider import Provider

_AWAY = timedelta(minutes=10)
_SMALL = str.maketrans(ascii_uppercase, ascii_lowercase)


@dataclass(frozen=True, slots=True)
class Return:
    """What a browser brings back: the query of the address, and what was left in it when it departed."""

    query: dict[str, str]
    browser: str
    redirect: str


class SignOn:
    """Sends people to the provider, and lets them in when they come back.

    Parameters
    ----------
    store
        Where accounts are kept.
    clock
        Tells the time.
    terms
        How long sessions last.
    provider
        The provider, or None where there is no single sign-on.
    claim
        The claim that must be the login at the first time.
    """

    def __init__(
        self, store: Store, *, clock: Clock, terms: Terms, provider: Provider | None, claim: str = "preferred_username"
    ) -> None:
        self._store = store
        self._clock = clock
        self._terms = terms
        self._provider = provider
        self._claim = claim

    @classmethod
    def configured(cls, store: Store, settings: Settings, *, clock: Clock) -> Self:
        """Return the service as an installation's settings want it."""
        from gridgov.services.accounts.provider import Client, Provider  # noqa: PLC0415 - slow to load: only where it is used

        provider = None
        if settings.oidc_issuer and settings.oidc_client_id:
            secret = settings.oidc_client_secret
            client = Client(
                settings.oidc_issuer, settings.oidc_client_id, secret.get_secret_value() if secret else None
            )
            provider = Provider(client)
        return cls(store, clock=clock, terms=Terms.of(settings), provider=provider, claim=settings.oidc_claim)

    @property
    def offered(self) -> bool:
        """Return whether there is a single sign-on."""
        return self._provider is not None

    def depart(self, next_page: str, redirect: str) -> tuple[str, str]:
        """Return the provider's address to send a browser to, and what to leave in that browser until it is back.

        Raises
        ------
        NotFoundError
            If there is no single sign-on here.
        UnavailableError
            If the provider does not answer.
        """
        state, nonce, verifier, browser = (new_secret("") for _ in range(4))
        address = self._theirs().address(redirect, state=state, nonce=nonce, verifier=verifier)
        journey = Journey(digest(browser), nonce, verifier, inside(next_page))
        now = self._clock()
        with self._store.transaction() as unit:
            unit.accounts.forget(now=now)
            unit.accounts.depart(digest(state), journey, expires_at=now + _AWAY)
        return address, browser

    def arrive(self, back: Return, origin: Origin) -> tuple[Entered, str]:
        """Let somebody in who comes back from the provider; return with the page they wanted.

        Raises
        ------
        NotAuthenticatedError
            If the journey is not this browser's, is over, or the provider's word does not hold; or if no account was
            made for whoever comes.
        UnavailableError
            If the provider does not answer.
        """
        provider, now = self._theirs(), self._clock()
        with self._store.transaction() as unit:
            journey = unit.accounts.arrive(digest(back.query.get("state", "")), now=now)
        if journey is None or not same(journey.browser_hash.hex(), digest(back.browser).hex()):
            message = "This login was not begun in this browser, or too long ago: begin again at the login page."
            raise NotAuthenticatedError(message)
        code = back.query.get("code")
        if not code or back.query.get("iss", provider.issuer) != provider.issuer:
            message = "The single sign-on sent you back without a login: begin again at the login page."
            raise NotAuthenticatedError(message)
        claims = provider.claims(code, back.redirect, nonce=journey.nonce, verifier=journey.verifier, now=now)
        with self._store.transaction() as unit:
            return self._let_in(unit, claims, origin), journey.next

    def _let_in(self, unit: Unit, claims: dict[str, Any], origin: Origin) -> Entered:
        now, issuer, subject = self._clock(), claims["iss"], claims["sub"]
        account_id = unit.accounts.signed_on(issuer, subject)
        if account_id is None:
            account_id = unit.accounts.link(issuer, subject, _login_in(claims, self._claim))
            if account_id is not None:
                unit.accounts.note(account_id, "linked", by=issuer, at=now, subject=subject)
        door = unit.accounts.door(now=now, account_id=account_id, hold=True) if account_id else None
        if door is None or door.disabled:
            message = "No account was made for you here: ask your administrator for one, with single sign-on."
            raise NotAuthenticatedError(message)
        unit.accounts.note(door.id, "signed_on", by=door.login, at=now, address=origin.address)
        return come_in(unit, door, origin, self._terms, now=now)

    def _theirs(self) -> Provider:
        if self._provider is None:
            message = "There is no single sign-on here: log in with a password."
            raise NotFoundError(message)
        return self._provider


def inside(page: str) -> str:
    """Return the page to show after a login, if it is one of ours; else the first page.

    An address that a browser could read as another server's is none of ours: ``//``, a backslash, a control character.
    """
    parts = urlsplit(page) if page.isprintable() and "\\" not in page else None
    ours = parts is not None and not parts.scheme and not parts.netloc
    return page if ours and page.startswith("/") and not page.startswith("//") else "/"


def _login_in(claims: dict[str, Any], claim: str) -> str:
    """Return the login that the claims name, or one that nobody has: an address only when it is verified.

    Latin capitals are read as small letters and nothing else is taken for anything else: what merely looks like a login
    is somebody else's name at the provider.
    """
    value = claims.get(claim)
    verified = claim != "email" or claims.get("email_verified") is True
    return value.translate(_SMALL) if isinstance(value, str) and verified and value.isprintable() else ""
