"""Messages: what people must be told, in which words, when they want to hear it, and the port that channels fit."""

from gridgov.messages.channels import (
    Address,
    AddressKind,
    Capabilities,
    Channel,
    Measure,
    Message,
    Receipt,
    Secret,
    one_line,
    sign,
)
from gridgov.messages.notices import Audience, Notice
from gridgov.messages.preferences import Plan, Preferences, Severity
from gridgov.messages.retrying import GIVE_UP_AFTER, LEASE, wait_after
from gridgov.messages.words import (
    KINDS,
    Kind,
    Language,
    Letter,
    codes_in,
    digest_title,
    document,
    footer,
    kind_of,
    letter,
    shortened,
)

__all__ = [
    "GIVE_UP_AFTER",
    "KINDS",
    "LEASE",
    "Address",
    "AddressKind",
    "Audience",
    "Capabilities",
    "Channel",
    "Kind",
    "Language",
    "Letter",
    "Measure",
    "Message",
    "Notice",
    "Plan",
    "Preferences",
    "Receipt",
    "Secret",
    "Severity",
    "codes_in",
    "digest_title",
    "document",
    "footer",
    "kind_of",
    "letter",
    "one_line",
    "shortened",
    "sign",
    "wait_after",
]
