"""The courier: at least once, with the same id; later, or never; and nobody waits for a slow channel."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from gridgov.errors import DeliveryDelayedError, DeliveryRefusedError
from gridgov.messages import (
    GIVE_UP_AFTER,
    GIVE_UP_DUE_FOR,
    LEASE,
    LONGEST_PAUSE,
    Address,
    AddressKind,
    Audience,
    Capabilities,
    Measure,
    Message,
    Preferences,
    Receipt,
)
from gridgov.services.messaging import Courier
from gridgov.services.sweeps.messages import old_messages
from gridgov.store.messages import Room
from gridgov.store.tables import account, account_grant, delivery, endpoint
from tests.messages.conftest import EMAIL, Memory, deliveries, notice, person, post
from tests.messages.test_fanning import add_endpoint
from tests.support import EVER

CENTRE = Audience(role="command_centre", area_code="370102")
DOUBT = DeliveryDelayedError("busy")


class KilledError(BaseException):
    """What ends a process in the middle."""


def the(store):
    (row,) = deliveries(store)
    return row


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


@pytest.mark.parametrize("change", ["disabled", "no address", "muted", "channel", "gone", "moved", "stripped"])
def test_what_changed_meanwhile_is_respected(kept, fan, clock, courier, memory, change):
    who, _ = person(kept)
    post(kept, notice(to=CENTRE))
    fan()
    with kept.transaction() as unit:
        mine = update(account).where(account.c.id == who)
        if change == "disabled":
            unit.connection.execute(mine.values(disabled_at=clock()))
        elif change == "no address":
            unit.connection.execute(mine.values(email=None))
        elif change == "moved":
            unit.connection.execute(update(account_grant).values(area_code="370103"))
        elif change == "stripped":
            unit.connection.execute(delete(account_grant))
        elif change != "gone":
            muted = frozenset({"case.*"}) if change == "muted" else frozenset()
            channels = frozenset({"email"}) if change == "muted" else frozenset()
            unit.messages.set_preferences(who, Preferences(muted=muted, channels=channels), now=clock())
    if change == "gone":
        courier = Courier(kept, clock=clock, channels={})
    assert courier.run() == 1
    assert (the(kept).state, memory.sent) == ("dropped", [])
    assert the(kept).said


def test_what_was_for_somebody_by_name_is_not_sent_once_they_hold_nothing_any_more(kept, fan, courier):
    (gone, _), (other, _) = person(kept), person(kept)
    post(kept, notice(to=Audience(account_id=gone)), notice(to=Audience(account_id=other)))
    fan()
    with kept.transaction() as unit:
        unit.connection.execute(delete(account_grant).where(account_grant.c.account_id == gone))
    courier.run()
    assert {row.account_id: row.state for row in deliveries(kept)} == {gone: "dropped", other: "sent"}


def test_a_digest_tells_only_what_is_still_for_the_person(kept, fan, clock, courier, memory):
    who, _ = person(kept, digest_hour=18)
    with kept.transaction() as unit:
        unit.access.grant(who, "planner", "370103", None, now=EVER, by="test")
    there = Audience(role="planner", area_code="370103")
    post(kept, notice(to=CENTRE, data={"number": "370102-1"}), notice(to=there, data={"number": "370103-1"}))
    fan()
    with kept.transaction() as unit:
        unit.connection.execute(delete(account_grant).where(account_grant.c.role == "planner"))
    clock.move(timedelta(hours=6))
    courier.run()
    ((message, _),) = memory.sent
    assert "370102-1" in message.text
    assert "370103-1" not in message.text + message.subject + (message.html or "")


def test_a_program_whose_wishes_were_narrowed_is_not_told_what_waited(kept, fan, clock):
    hook = Memory("webhook", Capabilities(AddressKind.ENDPOINT))
    add_endpoint(kept)
    post(kept, notice(to=CENTRE), notice("case.closed", to=CENTRE))
    fan()
    with kept.transaction() as unit:
        unit.connection.execute(update(endpoint).values(kinds=["case.closed"]))
    Courier(kept, clock=clock, channels={"webhook": hook}).run()
    assert [message.kind for message, _ in hook.sent] == ["case.closed"]


def test_what_comes_at_night_is_sent_in_the_morning_unless_it_is_urgent(kept, fan, clock, courier, memory):
    default = Preferences()
    person(kept, quiet_from=default.quiet_from, quiet_until=default.quiet_until)
    clock.move(timedelta(hours=12))
    post(kept, notice(to=CENTRE), notice("case.overdue", to=CENTRE))
    fan()
    courier.run()
    assert [message.kind for message, _ in memory.sent] == ["case.overdue"]
    clock.move(timedelta(hours=7))
    courier.run()
    assert [message.kind for message, _ in memory.sent] == ["case.overdue", "case.dispatched"]


def test_a_retry_that_falls_into_the_night_waits_without_counting(kept, fan, clock, courier):
    default = Preferences()
    person(kept, quiet_from=default.quiet_from, quiet_until=default.quiet_until)
    post(kept, notice(to=CENTRE))
    fan()
    clock.move(timedelta(hours=12))
    assert courier.run() == 1
    assert (the(kept).state, the(kept).attempts) == ("waiting", 0)
    assert the(kept).due_at == clock() + timedelta(hours=7)


def test_a_clock_that_jumped_years_ahead_and_back_keeps_nothing_waiting(kept, fan, clock, courier, memory):
    person(kept)
    post(kept, notice(to=CENTRE))
    fan()
    memory.answers = [DOUBT]
    clock.move(timedelta(days=3_650))
    courier.run()
    clock.move(timedelta(days=-3_650))
    assert the(kept).due_at > clock() + timedelta(days=3_000)
    assert courier.run() == 1
    assert the(kept).state == "sent"


def test_a_clock_that_jumped_back_years_keeps_nothing_waiting(kept, fan, clock, courier):
    person(kept)
    post(kept, notice(to=CENTRE))
    fan()
    clock.move(timedelta(days=-1_825))
    assert courier.run() == 1
    assert the(kept).state == "sent"


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
    order = []

    @dataclass
    class Slow(Memory):
        def send(self, message: Message, address: Address) -> Receipt:
            order.append(message.kind)
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


def endpoints(store):
    with store.transaction() as unit:
        return unit.connection.execute(select(endpoint)).all()


def test_a_weekend_without_a_mail_server_loses_no_message(kept, fan, clock, courier, memory):
    person(kept)
    post(kept, notice("case.overdue", to=CENTRE))
    fan()
    friday, monday = clock(), clock() + timedelta(hours=63)
    while clock() < monday:
        memory.answers = [DOUBT]
        courier.run()
        clock.moment = the(kept).due_at
    assert clock() > friday + timedelta(hours=63)
    memory.answers = []
    courier.run()
    assert the(kept).state == "sent"


def test_what_nobody_tried_for_a_week_is_given_up(kept, fan, clock):
    person(kept)
    post(kept, notice(to=CENTRE))
    fan()
    clock.move(GIVE_UP_DUE_FOR)
    with kept.transaction() as unit:
        assert old_messages(unit, clock(), 10) == 0
    clock.move(timedelta(seconds=1))
    with kept.transaction() as unit:
        assert old_messages(unit, clock(), 10) == 1
    assert (the(kept).state, the(kept).due_at, the(kept).done_at) == ("dead", None, clock())
    assert the(kept).said


def test_a_courier_that_is_told_to_stop_leaves_the_rest(kept, fan, courier):
    person(kept)
    post(kept, *(notice(to=CENTRE) for _ in range(30)))
    fan()
    looks = iter([False, True])
    assert 0 < courier.run(lambda: next(looks)) < 30


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
