"""Messaging: notices become inbox entries, e-mails and webhooks, as each person wants them."""

from gridgov.services.messaging.courier import Courier, capabilities_of, carry, channels_of
from gridgov.services.messaging.endpoints import MOST_RETRIED, Endpoints, Wish
from gridgov.services.messaging.fanning import Fan
from gridgov.services.messaging.inbox import Inbox, InboxPage, Told

__all__ = [
    "MOST_RETRIED",
    "Courier",
    "Endpoints",
    "Fan",
    "Inbox",
    "InboxPage",
    "Told",
    "Wish",
    "capabilities_of",
    "carry",
    "channels_of",
]
