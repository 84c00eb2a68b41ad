"""What other channels can carry: numbered templates, few bytes, one message of many."""

from dataclasses import dataclass, field
from datetime import timedelta

from gridgov.errors import DeliveryRefusedError
from gridgov.messages import (
    Address,
    AddressKind,
    Capabilities,
    Measure,
    Message,
    Preferences,
    Receipt,
)
from gridgov.services.messaging import Courier
from tests.messages.carrying import CENTRE
from tests.messages.conftest import EMAIL, Memory, deliveries, notice, person, post


@dataclass
class Gateway:
    """An SMS gateway as they are: templates approved beforehand, numbered parameters, none longer than 30 signs."""

    name: str = "sms"
    capabilities: Capabilities = field(
        default=Capabilities(AddressKind.ACCOUNT, max_length=70, measure=Measure.CHARACTERS, templates=True)
    )
    approved: dict[str, tuple[str, str]] = field(
        default_factory=lambda: {
            "case.dispatched": ("T-1001", "新派遣案卷{1}，请在{2}前接单"),
            "case.overdue": ("T-1002", "案卷{1}{2}超时，时限{3}"),
        }
    )
    sent: list[tuple[str, str]] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)

    def send(self, message: Message, address: Address) -> Receipt:
        if message.kind not in self.approved:
            reason = f"there is no approved template for {message.kind}"
            raise DeliveryRefusedError(reason)
        template, words = self.approved[message.kind]
        if str(message.id) not in self.taken:  # the gateway's own number for repeated requests
            self.taken.add(str(message.id))
            for number, value in enumerate(message.parameters, 1):
                assert len(value) <= 30
                words = words.replace(f"{{{number}}}", value)
            assert len(words) <= 70
            self.sent.append((address.value, words))
        return Receipt(template)


def test_an_sms_gateway_with_numbered_templates_fits_the_port(kept, fan, clock):
    gateway = Gateway()
    person(kept, channels=frozenset({"sms"}))
    data = {"number": "370102-20260615-7K2M9QXA", "due_kind": "handle", "deadline_at": "2026-06-15T05:00:00+00:00"}
    post(kept, notice("case.overdue", to=CENTRE, data=data), notice("case.returned", to=CENTRE, data=data))
    fan(sms=gateway.capabilities)
    Courier(kept, clock=clock, channels={"sms": gateway}).run()
    assert [words for _, words in gateway.sent] == ["案卷370102-20260615-7K2M9QXA处置超时，时限2026-06-15 13:00"]
    assert sorted((row.kind, row.state) for row in deliveries(kept)) == [
        ("case.overdue", "sent"),
        ("case.returned", "dead"),
    ]


def test_a_robot_that_counts_bytes_gets_no_more_than_it_can_carry(kept, fan, clock):
    robot = Memory("wecom", Capabilities(AddressKind.ACCOUNT, max_length=120, measure=Measure.BYTES))
    person(kept, channels=frozenset({"wecom"}))
    post(kept, notice("case.overdue", to=CENTRE))
    fan(wecom=robot.capabilities)
    Courier(kept, clock=clock, channels={"wecom": robot}).run()
    ((message, _),) = robot.sent
    assert 100 < len(message.text.encode()) <= 120
    assert message.html is None


def test_a_digest_tells_all_of_it_in_one_message(kept, fan, clock, courier, memory):
    who, _ = person(kept, digest_hour=18)
    post(kept, *(notice(to=CENTRE, data={"number": f"370102-{n}"}) for n in range(3)), notice("case.closed", to=CENTRE))
    fan()
    with kept.transaction() as unit:
        muted = Preferences(muted=frozenset({"case.closed"}), digest_hour=18)
        unit.messages.set_preferences(who, muted, now=clock())
    clock.move(timedelta(hours=6))
    courier.run()
    ((message, _),) = memory.sent
    assert message.subject == "网格治理：3 条通知"
    assert all(f"370102-{n}" in message.text and f"370102-{n}" in (message.html or "") for n in range(3))
    assert message.kind == "digest"
    assert EMAIL.digests
