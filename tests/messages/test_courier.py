"""The courier: at least once, with the same id; later, or never."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from gridgov.errors import DeliveryRefusedError
from gridgov.messages import (
    GIVE_UP_AFTER,
    LEASE,
    Address,
    Message,
    Receipt,
)
from gridgov.services.messaging import Courier
from gridgov.store.messages import Room
from tests.messages.carrying import CENTRE, DOUBT, the
from tests.messages.conftest import Memory, notice, person, post


class KilledError(BaseException):
    """What ends a process in the middle."""


def test_a_message_is_sent_once_and_recorded(kept, fan, courier, memory):
    person(kept)
    post(kept, notice(to=CENTRE))
    fan()
    assert courier.run() == 1
    assert courier.run() == 0
    ((message, address),) = memory.sent
    assert message.id == the(kept).id
    assert address.endswith("@example.org")
    assert message.subject == "新派遣案卷 370102-20260615-7K2M9QXA，请接单"
    assert "370102-20260615-7K2M9QXA" in message.text
    assert message.html is not None
    assert (the(kept).state, the(kept).due_at, the(kept).said) == ("sent", None, "ok")


def test_a_person_is_told_in_their_language(kept, fan, courier, memory):
    person(kept, language="en")
    post(kept, notice(to=CENTRE))
    fan()
    courier.run()
    assert memory.sent[0][0].subject.startswith("Case 370102-20260615-7K2M9QXA was dispatched")


def test_killed_between_sending_and_recording_it_is_sent_again_with_the_same_id(kept, fan, clock, memory):
    class Dying(Memory):
        def send(self, message: Message, address: Address) -> Receipt:
            super().send(message, address)
            raise KilledError

    person(kept)
    post(kept, notice(to=CENTRE))
    fan()
    dying = Dying()
    with pytest.raises(KilledError):
        Courier(kept, clock=clock, channels={"email": dying}).run()
    successor = Courier(kept, clock=clock, channels={"email": memory})
    assert successor.run() == 0  # for somebody may still be sending it
    clock.move(LEASE)
    assert successor.run() == 1
    assert memory.sent[0][0].id == dying.sent[0][0].id
    assert the(kept).state == "sent"


def test_what_fails_for_now_is_tried_again_later_each_time_and_given_up_at_last(kept, fan, clock, courier, memory):
    person(kept)
    post(kept, notice(to=CENTRE))
    fan()
    memory.answers = [DOUBT] * 100
    waits = []
    for attempt in range(1, GIVE_UP_AFTER):
        assert courier.run() == 1
        assert (the(kept).attempts, the(kept).said) == (attempt, "busy")
        waits.append(the(kept).due_at - clock())
        clock.moment = the(kept).due_at
    assert waits == sorted(waits)
    courier.run()
    assert (the(kept).state, the(kept).due_at, the(kept).attempts) == ("dead", None, GIVE_UP_AFTER)
    clock.move(timedelta(days=30))
    assert courier.run() == 0


def test_what_will_never_be_taken_is_given_up_at_once_and_may_be_revived(kept, fan, clock, courier, memory):
    person(kept)
    post(kept, notice(to=CENTRE))
    fan()
    memory.answers = [DeliveryRefusedError("no such address")]
    courier.run()
    assert (the(kept).state, the(kept).said) == ("dead", "no such address")
    with kept.transaction() as unit:
        unit.deliveries.revive("370102", the(kept).id, now=clock())
    courier.run()
    assert the(kept).state == "sent"


def test_a_channel_that_breaks_is_tried_again_and_its_words_are_not_kept(kept, fan, courier, memory):
    person(kept)
    post(kept, notice(to=CENTRE))
    fan()
    memory.answers = [RuntimeError("secret inside")]
    courier.run()
    assert (the(kept).state, the(kept).said) == ("waiting", "The channel broke: RuntimeError")


def test_a_late_record_of_a_claim_that_ran_out_does_not_undo_what_came_after(kept, fan, clock):
    person(kept)
    post(kept, notice(to=CENTRE))
    fan()
    with kept.transaction() as unit:
        (first,) = unit.deliveries.claim(Room(1, 1, 1), now=clock())
    clock.move(LEASE)
    with kept.transaction() as unit:
        (second,) = unit.deliveries.claim(Room(1, 1, 1), now=clock())
        unit.deliveries.ended(first, "dead", "late", now=clock())
        unit.deliveries.postponed(first, "late", until=clock(), counts=True)
    assert (the(kept).state, the(kept).attempts, second.attempt) == ("waiting", 2, 2)
    with kept.transaction() as unit:
        unit.deliveries.sent(first, "taken after all", now=clock())
    assert the(kept).state == "sent"


def test_many_couriers_at_once_send_nothing_twice(kept, fan, clock):
    for _ in range(4):
        person(kept)
    post(kept, *(notice(to=CENTRE) for _ in range(50)))
    fan()
    memory = Memory()
    couriers = [Courier(kept, clock=clock, channels={"email": memory}) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        done = sum(pool.map(lambda courier: courier.run(), couriers))
    assert done == len(memory.sent) == 200
    assert len({message.id for message, _ in memory.sent}) == 200


def test_a_courier_that_is_told_to_stop_leaves_the_rest(kept, fan, courier):
    person(kept)
    post(kept, *(notice(to=CENTRE) for _ in range(30)))
    fan()
    looks = iter([False, True])
    assert 0 < courier.run(lambda: next(looks)) < 30
