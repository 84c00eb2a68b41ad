"""What tests of the courier share: the one message, programs that hang, and whom it is for."""

from dataclasses import dataclass, field

from sqlalchemy import select

from gridgov.errors import DeliveryDelayedError
from gridgov.messages import (
    Address,
    AddressKind,
    Audience,
    Capabilities,
    Message,
    Receipt,
)
from gridgov.store.tables import endpoint
from tests.messages.conftest import Memory, deliveries

CENTRE = Audience(role="command_centre", area_code="370102")
DOUBT = DeliveryDelayedError("busy")


def the(store):
    (row,) = deliveries(store)
    return row


@dataclass
class Hook(Memory):
    """Programs, of which the broken ones never answer."""

    name: str = "webhook"
    capabilities: Capabilities = field(default=Capabilities(AddressKind.ENDPOINT))
    broken: tuple[str, ...] = ()
    tried: list[str] = field(default_factory=list)

    def send(self, message: Message, address: Address) -> Receipt:
        self.tried.append(address.value)
        if any(name in address.value for name in self.broken):
            raise DOUBT
        return super().send(message, address)


def endpoints(store):
    with store.transaction() as unit:
        return unit.connection.execute(select(endpoint)).all()
