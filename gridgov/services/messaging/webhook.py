"""Webhooks: a signed POST to a program, as Standard Webhooks 1.0 writes it."""

import json
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

import httpcore2

from gridgov.clock import SHANGHAI, Clock, system_clock
from gridgov.errors import DeliveryDelayedError, DeliveryRefusedError, InputError
from gridgov.messages import Address, AddressKind, Capabilities, Message, Receipt, one_line, sign
from gridgov.services.messaging.guard import Allowed, GuardedBackend
from gridgov.settings import Settings

_SECONDS = 10.0
_LONGEST_BODY = 65_536
_GONE = 410
_CAN = Capabilities(AddressKind.ENDPOINT)


@dataclass(frozen=True)
class Webhook:
    """Carries messages to programs.

    Any answer of 200 to 299 means taken; 410 means never again; everything else, redirects among it, is tried again.

    Parameters
    ----------
    allowed
        The hosts of this network that may be reached.
    clock
        Tells the time that is signed.
    seconds
        How long one exchange may last altogether.
    context
        Whom to trust for certificates; made when it is first needed.
    """

    allowed: Allowed
    clock: Clock = system_clock
    seconds: float = _SECONDS
    context: Callable[[], ssl.SSLContext] = field(default=ssl.create_default_context)
    name: str = "webhook"
    capabilities: Capabilities = _CAN

    @classmethod
    def configured(cls, settings: Settings, *, clock: Clock) -> Self:
        """Return the channel as the settings want it."""
        return cls(Allowed.parse(settings.webhook_hosts), clock)

    def send(self, message: Message, address: Address) -> Receipt:
        """Post a message.

        Raises
        ------
        DeliveryDelayedError
            If the program does not answer in time, or with anything but "taken".
        DeliveryRefusedError
            If it is gone for good, or the address is not allowed (any more).
        """
        try:
            self.allowed.require(address.value)
        except InputError as error:
            raise DeliveryRefusedError(error.message, field="url") from error
        if address.secret is None:
            reason = "This endpoint has no secret to sign with: make a new one."
            raise DeliveryRefusedError(reason, field="secret")
        body = written(message)
        at = int(self.clock().timestamp())
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "gridgov",
            "webhook-id": str(message.id),
            "webhook-timestamp": str(at),
            "webhook-signature": sign(address.secret, str(message.id), at, body),
        }
        status = self._post(address.value, headers, body)
        if 200 <= status < 300:
            return Receipt(f"answered {status}")
        if status == _GONE:
            reason = "The program says that it is gone for good (410): disable the endpoint."
            raise DeliveryRefusedError(reason)
        reason = f"The program answered {status}; redirects are not followed."
        raise DeliveryDelayedError(reason)

    def _post(self, url: str, headers: dict[str, str], body: bytes) -> int:
        backend = GuardedBackend(self.allowed, self.seconds)
        context = self.context() if url.startswith("https:") else None
        try:
            with (
                httpcore2.ConnectionPool(ssl_context=context, network_backend=backend, max_connections=1) as pool,
                pool.stream("POST", url, headers=list(headers.items()), content=body) as answer,
            ):
                self._read(answer)
                return int(answer.status)
        except (httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.ProtocolError, OSError) as error:
            reason = f"The program did not answer: {one_line(str(error)) or type(error).__name__}"
            raise DeliveryDelayedError(reason) from error

    def _read(self, answer: httpcore2.Response) -> None:
        """Read the answer to a small limit; nobody wants its words."""
        size = 0
        for part in answer.iter_stream():
            size += len(part)
            if size > _LONGEST_BODY:
                return


def written(message: Message) -> bytes:
    """Return the body: kind, time and ids; no words of people."""
    body = {"type": message.kind, "timestamp": _local(message.at), "data": dict(message.data)}
    return json.dumps(body, ensure_ascii=False, default=_plain).encode()


def _plain(value: Any) -> str:
    return _local(value) if isinstance(value, datetime) else str(value)


def _local(at: datetime) -> str:
    return at.astimezone(SHANGHAI).isoformat()
