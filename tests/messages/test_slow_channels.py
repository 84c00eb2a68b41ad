"""Nobody waits for a slow channel: a program that hangs or is dead, a mail server, a backlog."""

import threading
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select, update

from gridgov.messages import (
    LEASE,
    LONGEST_PAUSE,
    Address,
    AddressKind,
    Audience,
    Capabilities,
    Message,
    Receipt,
)
from gridgov.services.messaging import Courier
from gridgov.store.tables import delivery
from tests.messages.carrying import CENTRE, Hook, endpoints
from tests.messages.conftest import EMAIL, Memory, deliveries, notice, person, post
from tests.messages.test_fanning import add_endpoint


def test_one_slow_program_leaves_hands_for_the_others(kept, fan, clock):
    slow, quick = (add_endpoint(kept, url=f"https://{name}.example.org/") for name in ("slow", "quick"))
    post(kept, *(notice(to=CENTRE) for _ in range(40)))
    fan()
    with kept.transaction() as unit:
        unit.connection.execute(update(delivery).where(delivery.c.endpoint_id == slow).values(due_at=clock() - LEASE))
    reached, released = threading.Event(), threading.Event()

    @dataclass
    class Hanging(Memory):
        name: str = "webhook"
        capabilities: Capabilities = field(default=Capabilities(AddressKind.ENDPOINT))

        def send(self, message: Message, address: Address) -> Receipt:
            if "quick" in address.value:
                reached.set()
            else:
                released.wait(60)
            return super().send(message, address)

    courier = Courier(kept, clock=clock, channels={"webhook": Hanging()})
    thread = threading.Thread(target=courier.run)
    thread.start()
    assert reached.wait(60)
    released.set()
    thread.join(60)
    assert {row.endpoint_id for row in deliveries(kept) if row.state == "sent"} == {slow, quick}


def test_the_backlog_of_one_dead_program_holds_up_nobody_else(kept, fan, clock, memory):
    person(kept)
    dead = add_endpoint(kept, url="https://dead.example.org/")
    post(kept, *(notice(to=CENTRE) for _ in range(1_000)))
    fan()
    with kept.transaction() as unit:
        mine = update(delivery).where(delivery.c.endpoint_id == dead)
        unit.connection.execute(mine.values(due_at=clock() - timedelta(hours=1), urgent=True))
        rows = unit.connection.execute(select(delivery.c.id).where(delivery.c.account_id.is_not(None))).scalars().all()
        unit.connection.execute(
            update(delivery).where(delivery.c.account_id.is_not(None), delivery.c.id != rows[0]).values(due_at=None)
        )
    hook = Hook(broken=("dead",))
    Courier(kept, clock=clock, channels={"webhook": hook, "email": memory}).run()
    assert [message.id for message, _ in memory.sent] == [rows[0]]
    assert len(hook.tried) <= 4


def test_what_is_urgent_goes_before_what_has_been_due_for_longer(kept, fan, clock):
    order: list[str] = []
    both = threading.Barrier(2, timeout=60)  # so many are under way to one address: no third before these two are there

    @dataclass
    class Slow(Memory):
        def send(self, message: Message, address: Address) -> Receipt:
            order.append(message.kind)
            if len(order) <= 2:
                both.wait()
            return super().send(message, address)

    person(kept)
    post(kept, *(notice(to=CENTRE) for _ in range(300)))
    fan()
    clock.move(timedelta(minutes=1))
    post(kept, notice("case.overdue", to=CENTRE))
    fan()
    Courier(kept, clock=clock, channels={"email": Slow()}).run()
    assert len(order) == 301
    assert "case.overdue" in order[:2]


def test_a_message_that_comes_while_a_program_hangs_does_not_wait_for_it(kept, fan, clock):
    add_endpoint(kept, url="https://slow.example.org/")
    post(kept, notice(to=CENTRE))
    fan()
    hanging, told, released = threading.Event(), threading.Event(), threading.Event()

    @dataclass
    class Hanging(Hook):
        def send(self, message: Message, address: Address) -> Receipt:
            hanging.set()
            released.wait(60)
            return super().send(message, address)

    class Mail(Memory):
        def send(self, message: Message, address: Address) -> Receipt:
            told.set()
            return super().send(message, address)

    courier = Courier(kept, clock=clock, channels={"webhook": Hanging(), "email": Mail()})
    thread = threading.Thread(target=courier.run)
    thread.start()
    assert hanging.wait(60)
    mine, _ = person(kept)
    post(kept, notice("case.overdue", to=Audience(account_id=mine)))
    fan(email=EMAIL)
    try:
        assert told.wait(30)
    finally:
        released.set()
        thread.join(60)


def test_a_mail_server_that_hangs_leaves_hands_for_programs(kept, fan, clock):
    for _ in range(20):
        person(kept)
    add_endpoint(kept)
    post(kept, notice("case.overdue", to=CENTRE))
    fan()
    with kept.transaction() as unit:
        late = update(delivery).where(delivery.c.account_id.is_not(None))
        unit.connection.execute(late.values(due_at=clock() - timedelta(minutes=9)))
    told, released = threading.Event(), threading.Event()

    class Mail(Memory):
        def send(self, message: Message, address: Address) -> Receipt:
            released.wait(60)
            return super().send(message, address)

    @dataclass
    class Telling(Hook):
        def send(self, message: Message, address: Address) -> Receipt:
            told.set()
            return super().send(message, address)

    thread = threading.Thread(target=Courier(kept, clock=clock, channels={"webhook": Telling(), "email": Mail()}).run)
    thread.start()
    try:
        assert told.wait(30)
    finally:
        released.set()
        thread.join(60)


def test_a_program_that_could_not_be_told_rests_longer_each_time_until_it_hears_again(kept, fan, clock):
    add_endpoint(kept, url="https://dead.example.org/")
    post(kept, *(notice(to=CENTRE) for _ in range(60)))
    fan()
    hook = Hook(broken=("dead",))
    courier = Courier(kept, clock=clock, channels={"webhook": hook}, chance=lambda: 0.0)
    rests = []
    for failures in range(1, 7):
        courier.run()
        (row,) = endpoints(kept)
        assert row.failures == failures
        rests.append(row.paused_until - clock())
        clock.move(rests[-1])
    assert rests == sorted(rests)
    assert rests[0] < rests[-1] <= LONGEST_PAUSE
    assert len(hook.tried) <= 12
    hook.broken = ()
    clock.move(timedelta(days=1))
    courier.run()
    assert {row.state for row in deliveries(kept)} == {"sent"}
    assert [(row.failures, row.paused_until) for row in endpoints(kept)] == [(0, None)]
