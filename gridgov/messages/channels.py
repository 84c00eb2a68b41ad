"""The port that every channel fits: what it can carry, to what kind of address, and what may go wrong.

A channel is one object with a `name`, its `capabilities` and `send`. It knows nothing of notices, people, preferences,
retries or the database: it is given one message and one address, and returns a receipt or raises

- `DeliveryDelayedError`, if the same call may succeed later: not reachable, too slow, too busy, a limit of the hour;
- `DeliveryRefusedError`, if it never will: no such address, a message that the other side does not accept.

It may be called again with the same `Message.id` after a success whose receipt was lost (the program was killed): a
channel that can, hands the id on, so that the other side tells the person once.

How others fit: a **WeCom robot** is an address kind `ENDPOINT` (the robot's URL, its key in the secret) with 2,048 or
4,096 bytes of text; a **WeCom application** an `ACCOUNT` (the user id there). An **SMS gateway** is a `PHONE`; gateways
carry no free text but a template that was approved beforehand and its numbered parameters: `Message.kind` chooses the
template and `Message.parameters` are its values, in the order that the kind's entry in ``words.toml`` fixes.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, Self
from uuid import UUID

from gridgov.messages.preferences import Severity

_SECRET = "whsec_"  # noqa: S105 - the prefix that Standard Webhooks gives to secrets


class AddressKind(StrEnum):
    """What a channel's addresses are."""

    EMAIL = "email"
    PHONE = "phone"
    ACCOUNT = "account"
    """A login, as the other side knows it too."""
    ENDPOINT = "endpoint"
    """A program's URL."""


class Measure(StrEnum):
    """What the length of a text is counted in."""

    CHARACTERS = "characters"
    BYTES = "bytes"
    """Of UTF-8."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can carry.

    Attributes
    ----------
    address
        The kind of its addresses.
    max_length
        The longest text in `measure`, or None; longer ones are shortened before they reach the channel.
    html
        Whether it shows HTML; the others get the plain text.
    digests
        Whether several notices may come as one message.
    templates
        Whether only `kind` and `parameters` of a message are used.
    """

    address: AddressKind
    max_length: int | None = None
    measure: Measure = Measure.CHARACTERS
    html: bool = False
    digests: bool = False
    templates: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: the same thing in every form that a channel may need.

    Attributes
    ----------
    id
        The delivery's; the same whenever it is tried again.
    kind
        ``noun.event``, or ``digest``.
    subject
        One line.
    text
        Plain, already short enough for the channel.
    html
        The same as a whole HTML document, for channels that show it.
    parameters
        The values of the kind's template, in its order.
    data
        For programs: ids, codes and figures, no words.
    """

    id: UUID
    kind: str
    severity: Severity
    at: datetime
    subject: str
    text: str
    html: str | None = None
    parameters: tuple[str, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a message goes. `secret` is what a program's messages are signed with."""

    value: str
    secret: "Secret | None" = None

    def __repr__(self) -> str:
        return "Address(...)"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the other side said when it took a message: its own number, a status."""

    said: str


class Channel(Protocol):
    """A way to reach people or programs."""

    @property
    def name(self) -> str:
        """What it is called in preferences and deliveries: at most 20 plain letters."""

    @property
    def capabilities(self) -> Capabilities:
        """What it can carry."""

    def send(self, message: Message, address: Address) -> Receipt:
        """Hand a message over, within seconds.

        Raises
        ------
        DeliveryDelayedError
            If it may succeed later.
        DeliveryRefusedError
            If it never will.
        """


@dataclass(frozen=True, slots=True)
class Secret:
    """What a program's messages are signed with, as Standard Webhooks writes it: ``whsec_`` and base64."""

    written: str

    @classmethod
    def of(cls, key: bytes) -> Self:
        """Return the secret of a key."""
        return cls(_SECRET + base64.b64encode(key).decode())

    @property
    def key(self) -> bytes:
        """The bytes that sign."""
        return base64.b64decode(self.written.removeprefix(_SECRET))

    def __repr__(self) -> str:
        return "Secret(...)"


def sign(secret: Secret, message_id: str, at: int, body: bytes) -> str:
    """Return the signature of a body: ``v1,`` and the base64 of HMAC-SHA256 over ``id.timestamp.body``.

    Source: Standard Webhooks 1.0, "Signature scheme". `at` is in Unix seconds: receivers refuse old ones, so that
    nobody can play a message again later.
    """
    signed = f"{message_id}.{at}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(secret.key, signed, hashlib.sha256).digest()).decode()


_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def one_line(text: str, *, longest: int = 200) -> str:
    """Return `text` without line breaks and control characters: fit for a header, whoever wrote it."""
    flat = " ".join(_CONTROL.sub(" ", text).split())
    return flat if len(flat) <= longest else flat[: longest - 1] + "…"
