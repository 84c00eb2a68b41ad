"""When messages wait: for the morning, for a clock that jumped, for a server that is away; and how long."""

from datetime import timedelta

from gridgov.messages import (
    GIVE_UP_DUE_FOR,
    Preferences,
)
from gridgov.services.sweeps.messages import old_messages
from tests.messages.carrying import CENTRE, DOUBT, the
from tests.messages.conftest import notice, person, post


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
