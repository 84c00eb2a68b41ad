"""What people must be told, their inboxes and wishes; and what is carried to them."""

from gridgov.store.messages.deliveries import Claimed, DeliveryStore, Destination, Item, Wanted
from gridgov.store.messages.endpoints import EndpointRow, EndpointStore
from gridgov.store.messages.notices import InboxRow, MessageStore, Posted, Recipient

__all__ = [
    "Claimed",
    "DeliveryStore",
    "Destination",
    "EndpointRow",
    "EndpointStore",
    "InboxRow",
    "Item",
    "MessageStore",
    "Posted",
    "Recipient",
    "Wanted",
]
