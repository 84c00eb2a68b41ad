"""The provider of a single sign-on: found by its discovery document, asked for an identity, believed by signature.

OpenID Connect Core 1.0 (code flow), Discovery 1.0, PKCE (RFC 7636), the mix-up rule of RFC 9207.
"""

import threading
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx2
from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import get_well_known_url
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from gridgov.errors import NotAuthenticatedError, SetupError, UnavailableError

_ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
"""By public key only: with HS256 whoever knows the client's secret could write tokens, with none anybody."""

_KEPT_S = 3600.0
_AGAIN_S = 60.0  # how soon an unknown key may make us ask again
_LEEWAY_S = 60  # of the provider's clock
_TIMEOUT_S = 10.0
_LARGEST = 1_000_000
_HERE = {"127.0.0.1", "localhost", "::1"}

_NOBODY = "the provider names nobody"
_OTHERS = "the identity is expired, or not for this login"
_REFUSES = "the provider refuses it"
_UNSIGNED = "the identity is not signed by the provider"


@dataclass(frozen=True, slots=True)
class Client:
    """What this installation is at the provider."""

    issuer: str
    client_id: str
    client_secret: str | None


@dataclass(frozen=True, slots=True)
class _Found:
    metadata: dict[str, Any]
    keys: KeySet
    at: float


class Provider:
    """One provider, asked over the network; what it publishes is kept for an hour."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._found: _Found | None = None
        self._lock = threading.Lock()

    @property
    def issuer(self) -> str:
        """Return the issuer that every token must name."""
        return self._client.issuer

    def address(self, redirect: str, *, state: str, nonce: str, verifier: str) -> str:
        """Return where to send a browser, that comes back to `redirect`.

        Raises
        ------
        UnavailableError
            If the provider does not answer.
        SetupError
            If it is not the provider that the settings name.
        """
        asked = {
            "response_type": "code",
            "client_id": self._client.client_id,
            "redirect_uri": redirect,
            "scope": "openid profile email",
            "state": state,
            "nonce": nonce,
            "code_challenge": create_s256_code_challenge(verifier),
            "code_challenge_method": "S256",
        }
        endpoint = self._known().metadata["authorization_endpoint"]
        return str(add_params_to_uri(endpoint, list(asked.items())))

    def claims(self, code: str, redirect: str, *, nonce: str, verifier: str, now: datetime) -> dict[str, Any]:
        """Exchange a code for the claims of whoever signed on, and believe them only when everything fits.

        Raises
        ------
        NotAuthenticatedError
            If the provider refuses the code, or its token is forged, expired, or meant for another client or journey.
        UnavailableError
            If the provider does not answer.
        """
        asked = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect, "code_verifier": verifier}
        answer = self._exchange(asked)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise _refused(_NOBODY)
        claims = self._believed(token, nonce=nonce, access_token=answer.get("access_token"), now=now)
        return {**self._more(claims, answer.get("access_token")), **claims}

    def _more(self, claims: dict[str, Any], access_token: Any) -> dict[str, Any]:
        """Return what the provider tells of the same person apart from the signed identity; many keep it short."""
        endpoint = self._known().metadata.get("userinfo_endpoint")
        if endpoint is None or not isinstance(access_token, str):
            return {}
        told = self._ask("GET", endpoint, headers={"Authorization": f"Bearer {access_token}"})
        if told.get("sub") != claims["sub"]:  # OpenID Connect Core 1.0, 5.3.2
            raise _refused(_OTHERS)
        return told

    def _believed(self, token: str, *, nonce: str, access_token: Any, now: datetime) -> dict[str, Any]:
        decoded = self._decoded(token)
        options: Any = {
            "iss": {"essential": True, "value": self._client.issuer},
            "aud": {"essential": True, "value": self._client.client_id},
        }
        params = {"nonce": nonce, "client_id": self._client.client_id, "access_token": access_token}
        claims = CodeIDToken(decoded.claims, decoded.header, options, params)
        try:
            claims.validate(now=int(now.timestamp()), leeway=_LEEWAY_S)
        except JoseError as error:
            raise _refused(_OTHERS) from error
        if not isinstance(claims["sub"], str) or not claims["sub"]:
            raise _refused(_NOBODY)
        return dict(claims)

    def _decoded(self, token: str) -> jwt.Token:
        found = self._known()
        try:
            return jwt.decode(token, found.keys, algorithms=_ALGORITHMS)
        except (JoseError, ValueError) as error:
            # The provider may have changed its keys a moment ago; asking again is limited, or anybody could make us.
            fresh = self._known(newer_than=found.at + _AGAIN_S)
            if fresh is found:
                raise _refused(_UNSIGNED) from error
        try:
            return jwt.decode(token, fresh.keys, algorithms=_ALGORITHMS)
        except (JoseError, ValueError) as error:
            raise _refused(_UNSIGNED) from error

    def _known(self, *, newer_than: float | None = None) -> _Found:
        with self._lock:
            now = time.monotonic()
            old = self._found is None or now - self._found.at > _KEPT_S
            if old or (newer_than is not None and now > newer_than):
                self._found = self._discover(now)
            assert self._found is not None  # noqa: S101 - set just above
            return self._found

    def _discover(self, now: float) -> _Found:
        metadata = self._ask("GET", get_well_known_url(self._client.issuer, external=True))
        if metadata.get("issuer") != self._client.issuer:
            message = "GRIDGOV_OIDC_ISSUER is not what the provider calls itself: copy it from its discovery document."
            raise SetupError(message)
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            _require_safe(metadata.get(name))
        try:
            keys = KeySet.import_key_set(self._ask("GET", metadata["jwks_uri"]))  # type: ignore[arg-type]
        except (JoseError, ValueError, KeyError) as error:
            message = "The single sign-on publishes keys that cannot be read: ask who runs it."
            raise UnavailableError(message) from error
        return _Found(metadata, keys, now)

    def _exchange(self, asked: dict[str, str]) -> dict[str, Any]:
        metadata = self._known().metadata
        form = {**asked, "client_id": self._client.client_id}
        auth = None
        if self._client.client_secret is not None:
            methods = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
            if "client_secret_basic" in methods:
                auth = (self._client.client_id, self._client.client_secret)
            else:
                form["client_secret"] = self._client.client_secret
        return self._ask("POST", metadata["token_endpoint"], data=form, auth=auth)

    def _ask(self, method: str, url: str, **more: Any) -> dict[str, Any]:
        _require_safe(url)
        try:
            answer = httpx2.request(method, url, timeout=_TIMEOUT_S, follow_redirects=False, **more)
        except httpx2.HTTPError as error:
            message = "The single sign-on does not answer: try again, or log in with a password."
            raise UnavailableError(message) from error
        if 400 <= answer.status_code < 500 and more:
            raise _refused(_REFUSES)
        try:
            content = answer.json() if answer.status_code == 200 and len(answer.content) <= _LARGEST else None
        except ValueError:
            content = None
        if not isinstance(content, dict):
            message = "The single sign-on gives no answer that can be read: try again, or log in with a password."
            raise UnavailableError(message)
        return content


def _require_safe(url: Any) -> None:
    parts = urlsplit(url) if isinstance(url, str) else None
    if parts is None or not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _HERE)):
        message = "The single sign-on must be reached by https: correct GRIDGOV_OIDC_ISSUER or the provider's settings."
        raise SetupError(message)


def _refused(why: str) -> NotAuthenticatedError:
    return NotAuthenticatedError(f"The single sign-on did not work: {why}. Begin again at the login page.")
