"""What people must be told, their inboxes and wishes; and what is carried to them."""

from gridgov.store.messages.claiming import Claimed, Destination, Item, Room
from gridgov.store.messages.deliveries import DeliveryStore, Lost, Wanted
from gridgov.store.messages.endpoints import EndpointRow, EndpointStore, Program
from gridgov.store.messages.notices import InboxRow, MessageStore, Posted, Recipient

__all__ = [
    "Claimed",
    "DeliveryStore",
    "Destination",
    "EndpointRow",
    "EndpointStore",
    "InboxRow",
    "Item",
    "Lost",
    "MessageStore",
    "Posted",
    "Program",
    "Recipient",
    "Room",
    "Wanted",
]
