"""What changed between the posting of a message and its sending is respected."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from gridgov.messages import (
    AddressKind,
    Audience,
    Capabilities,
    Preferences,
)
from gridgov.services.messaging import Courier
from gridgov.store.tables import account, account_grant, endpoint
from tests.messages.carrying import CENTRE, the
from tests.messages.conftest import Memory, deliveries, notice, person, post
from tests.messages.test_fanning import add_endpoint
from tests.support import EVER


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
