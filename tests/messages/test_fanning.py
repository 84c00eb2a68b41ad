"""From a notice to the people it is for: into their inboxes once, and planned as they wish."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, text, update

from gridgov.ids import new_id
from gridgov.messages import Audience, Preferences
from gridgov.services.streams import INBOX
from gridgov.services.sweeps.messages import old_messages
from gridgov.settings import Settings
from gridgov.store.messages import EndpointRow, Room
from gridgov.store.tables import account, account_grant, change, delivery, delivery_item, inbox
from gridgov.store.tables import notice as notices
from gridgov.store.unit import Store, Unit
from tests.messages.conftest import EMAIL, deliveries, inbox_of, notice, person, post
from tests.support import NOON, somebody

CENTRE = Audience(role="command_centre", area_code="370102")


def add_endpoint(store: Store, district: str = "370102", **changes: Any) -> UUID:
    row = EndpointRow(district, new_id(), "board", "https://example.org/hook", None, None, NOON, "test")
    row = EndpointRow(**{**{name: getattr(row, name) for name in EndpointRow.__slots__}, **changes})
    with store.transaction() as unit:
        assert unit.endpoints.add(row, "whsec_c2VjcmV0")
    return row.id


def test_a_notice_for_an_account_reaches_it_and_nobody_else(kept, fan):
    (mine, _), (other, _) = person(kept), person(kept)
    post(kept, notice(to=Audience(account_id=mine)))
    assert fan() == 1
    assert (inbox_of(kept, mine), inbox_of(kept, other)) == (["case.dispatched"], [])


def test_a_notice_for_an_organisation_reaches_its_people(kept, fan):
    inside, _ = person(kept, "department_officer", "370102", "CG")
    other, _ = person(kept, "department_officer", "370102", "GA")
    post(kept, notice(to=Audience(organisation_code="CG")))
    fan()
    assert (inbox_of(kept, inside), inbox_of(kept, other)) == (["case.dispatched"], [])


def test_a_notice_for_a_role_in_an_organisation_reaches_its_holders_there(kept, fan):
    officer, _ = person(kept, "department_officer", "370102", "CG")
    planner, _ = person(kept, "planner", "370102", "CG")
    post(kept, notice(to=Audience(organisation_code="CG", role="department_officer")))
    fan()
    assert (len(inbox_of(kept, officer)), len(inbox_of(kept, planner))) == (1, 0)


def test_a_notice_for_a_role_over_an_area_reaches_whoever_holds_it_over_all_of_it(kept, fan):
    street, _ = person(kept, "street_officer", "370102001")
    beside, _ = person(kept, "street_officer", "370102002")
    district, _ = person(kept, "street_officer", "370102")
    cell, _ = person(kept, "street_officer", "370102001001001")
    worker, _ = person(kept, "grid_worker", "370102001")
    post(kept, notice(to=Audience(role="street_officer", area_code="370102001")))
    fan()
    assert [len(inbox_of(kept, who)) for who in (street, beside, district, cell, worker)] == [1, 0, 1, 0, 0]


@pytest.mark.parametrize("ends", ["disabled", "withdrawn"])
def test_whoever_is_gone_is_not_told(kept, fan, ends):
    gone, _ = person(kept)
    with kept.transaction() as unit:
        if ends == "disabled":
            unit.connection.execute(update(account).where(account.c.id == gone).values(disabled_at=NOON))
        else:
            unit.connection.execute(
                update(account_grant)
                .where(account_grant.c.account_id == gone)
                .values(valid=text("tstzrange(lower(valid), '2026-06-01')"))
            )
    post(kept, notice(to=CENTRE))
    assert fan() == 1
    assert inbox_of(kept, gone) == []
    assert deliveries(kept) == []


def test_the_same_occasion_is_told_once_however_often_it_is_posted_and_passed_on(kept, fan):
    who, _ = person(kept)
    told = notice(to=CENTRE)
    post(kept, told)
    fan()
    post(kept, told)
    fan()
    with kept.transaction() as unit:  # as after a killed sweep, had it not been one transaction
        unit.connection.execute(update(notices).values(fan_due_at=NOON))
    fan()
    assert inbox_of(kept, who) == ["case.dispatched"]
    assert len(deliveries(kept)) == 1


def test_a_transaction_that_fails_tells_nobody(kept, fan):
    who, _ = person(kept)
    with kept.engine.connect() as connection:
        Unit(connection).messages.post([notice(to=CENTRE)], at=NOON)
        connection.rollback()
    assert fan() == 0
    assert inbox_of(kept, who) == []


def test_a_notice_of_a_clock_that_ran_years_ahead_is_told_now(kept, fan):
    who, _ = person(kept)
    post(kept, notice(to=CENTRE), at=NOON + timedelta(days=4_000))
    fan()
    assert inbox_of(kept, who) == ["case.dispatched"]


def test_the_inbox_of_whoever_is_told_changes_on_live_screens(kept, fan):
    (first, _), (second, _) = person(kept), person(kept)
    post(kept, notice(to=CENTRE), notice(to=CENTRE))
    fan()
    with kept.transaction() as unit:
        told = unit.connection.execute(select(change.c.subject_id).where(change.c.kind == INBOX)).scalars().all()
    assert sorted(told) == sorted([first, second])


def test_somebody_without_an_address_is_told_in_the_inbox_alone(kept, fan):
    somebody(kept, "command_centre", login="no-address")
    post(kept, notice(to=CENTRE))
    fan()
    assert deliveries(kept) == []
    with kept.transaction() as unit:
        assert unit.connection.execute(select(func.count()).select_from(inbox)).scalar() == 1


def test_without_a_mail_server_nothing_is_planned_for_it(kept, fan):
    person(kept)
    post(kept, notice(to=CENTRE))
    fan(webhook=EMAIL)
    assert deliveries(kept) == []


def test_what_is_not_urgent_gathers_in_one_digest(kept, fan):
    person(kept, digest_hour=18)
    post(kept, *(notice(to=CENTRE) for _ in range(3)), notice("case.overdue", to=CENTRE))
    fan()
    post(kept, notice("case.closed", to=CENTRE))
    fan()
    found = {row.kind: row for row in deliveries(kept)}
    assert set(found) == {"digest", "case.overdue"}
    assert found["digest"].due_at == NOON + timedelta(hours=6)
    with kept.transaction() as unit:
        claimed = unit.deliveries.claim(Room(9, 9, 9), now=NOON + timedelta(hours=6))
        assert {found.kind: len(found.items) for found in claimed} == {"digest": 4, "case.overdue": 1}


def test_what_comes_while_a_digest_is_being_sent_waits_for_the_next(kept, fan):
    person(kept, digest_hour=18)
    post(kept, notice(to=CENTRE))
    fan()
    with kept.transaction() as unit:
        assert len(unit.deliveries.claim(Room(9, 9, 1), now=NOON + timedelta(hours=6))) == 1
    post(kept, notice(to=CENTRE))
    fan()
    assert sorted(row.attempts for row in deliveries(kept)) == [0, 1]


def test_programs_hear_what_they_asked_for_in_their_own_district(kept, fan):
    everything, whistles = add_endpoint(kept), add_endpoint(kept, kinds=("whistle.*",))
    for wrong in ({"district": "370103"}, {"kinds": ("case.closed",)}, {"disabled_at": NOON}):
        add_endpoint(kept, **wrong)
    post(kept, notice(to=CENTRE), notice("whistle.summoned", to=CENTRE))
    fan()
    told = sorted((row.kind, row.endpoint_id) for row in deliveries(kept))
    assert told == sorted(
        [("case.dispatched", everything), ("whistle.summoned", everything), ("whistle.summoned", whistles)]
    )


def test_a_program_of_an_organisation_hears_what_is_told_to_it(kept, fan):
    person(kept, "department_officer", "370102", "CG")
    add_endpoint(kept, organisation_code="CG")
    post(kept, notice(to=Audience(organisation_code="CG")), notice(to=CENTRE))
    fan()
    assert len([row for row in deliveries(kept) if row.endpoint_id]) == 1


@pytest.mark.slow
def test_ten_thousand_notices_are_all_told_and_none_twice(kept, fan):
    people = [person(kept, digest_hour=None)[0], person(kept, digest_hour=9)[0]]
    for _ in range(20):
        post(kept, *(notice(to=CENTRE) for _ in range(500)))
    assert fan() == 10_000
    assert fan() == 0
    with kept.transaction() as unit:
        count = select(inbox.c.account_id, func.count()).group_by(inbox.c.account_id)
        assert dict(unit.connection.execute(count).all()) == dict.fromkeys(people, 10_000)
        rows = unit.messages.inbox(people[0], limit=500)
        assert [row.id for row in rows] == sorted((row.id for row in rows), reverse=True)
    assert len(deliveries(kept)) == 10_001
    assert Preferences().digest_hour is None


def forget(store: Store, now: Any) -> int:
    forgotten = 0
    while True:
        with store.transaction() as unit:
            done = old_messages(unit, now, 3)
        if not done:
            return forgotten
        forgotten += done


def rows_of(store: Store, *tables: Any) -> list[int]:
    with store.transaction() as unit:
        return [unit.connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables]


def test_what_is_old_is_forgotten_with_all_that_hangs_on_it_and_nothing_else(kept, fan, clock, courier, monkeypatch):
    who, _ = person(kept)
    add_endpoint(kept)
    monkeypatch.setattr("gridgov.services.sweeps.messages.settings", lambda: Settings(messages_kept_days=30))
    post(kept, *(notice(to=CENTRE) for _ in range(10)))
    fan()
    courier.run()
    clock.move(timedelta(days=20))
    post(kept, notice("case.closed", to=CENTRE), notice("case.overdue", to=CENTRE), at=clock())
    fan()
    courier.run()
    assert forget(kept, clock() + timedelta(days=5)) == 0
    assert forget(kept, clock() + timedelta(days=11)) == 10
    assert sorted(inbox_of(kept, who)) == ["case.closed", "case.overdue"]
    assert rows_of(kept, notices, inbox) == [2, 2]
    assert {row.kind for row in deliveries(kept)} == {"case.closed", "case.overdue"}


def test_a_digest_is_forgotten_with_its_last_notice(kept, fan, clock, courier, memory, monkeypatch):
    person(kept, digest_hour=18)
    monkeypatch.setattr("gridgov.services.sweeps.messages.settings", lambda: Settings(messages_kept_days=30))
    post(kept, notice(to=CENTRE), at=clock())
    clock.move(timedelta(hours=5))
    post(kept, notice(to=CENTRE), at=clock())
    fan()
    clock.move(timedelta(hours=2))
    courier.run()
    assert len(memory.sent) == 1
    late = NOON + timedelta(days=30, hours=1)
    assert forget(kept, late) == 1
    assert rows_of(kept, notices, delivery_item, delivery) == [1, 1, 1]
    assert forget(kept, late + timedelta(days=1)) == 1
    assert rows_of(kept, notices, delivery_item, delivery) == [0, 0, 0]


def test_a_notice_of_a_clock_that_lost_years_is_told_before_it_is_forgotten(kept, fan, clock):
    who, _ = person(kept)
    post(kept, notice(to=CENTRE), at=NOON - timedelta(days=3_650))
    assert forget(kept, clock()) == 0
    fan()
    assert inbox_of(kept, who) == ["case.dispatched"]
