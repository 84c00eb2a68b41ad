"""A shift that began and ended without signal is kept as it was, with both clocks, and so are the positions on it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from gridgov.ids import new_id
from gridgov.store.tables import shift as shift_table
from tests.support import NOON

HOUR = timedelta(hours=1)


def at(hours: float) -> str:
    return (NOON + hours * HOUR).isoformat()


def start(phone, walker, *, status=201, **said: Any):
    body = {"id": str(new_id()), **said}
    answer = phone.post("/api/v1/shifts", json=body, headers=walker.proof)
    assert answer.status_code == status, answer.text
    return body["id"], answer.json()


def end(phone, walker, shift_id, *, status=200, **said: Any):
    answer = phone.post(f"/api/v1/shifts/{shift_id}/end", json=said or None, headers=walker.proof)
    assert answer.status_code == status, answer.text
    return answer.json()


def moment(words: str) -> datetime:
    return datetime.fromisoformat(words)


def test_a_shift_told_two_hours_later_covers_what_was_kept_on_it(phone, walker):
    clock = phone.app.state.services.clock
    clock.move(2 * HOUR)
    shift_id, began = start(phone, walker, started_at=at(0), sent_at=at(2))
    assert (moment(began["started_at"]), began["sent_late"]) == (NOON, True)
    ended = end(phone, walker, shift_id, ended_at=at(1), sent_at=at(2))
    assert (moment(ended["ended_at"]), ended["sent_late"]) == (NOON + HOUR, True)
    spots = [{"at": at(when), "datum": "wgs84", "lon": 117.09, "lat": 36.65} for when in (-0.1, 0.5, 1.5)]
    answer = phone.post("/api/v1/positions", json={"positions": spots}, headers=walker.proof).json()
    assert (answer["kept"], [one["index"] for one in answer["refused"]]) == (1, [0, 2])
    again = phone.post("/api/v1/positions", json={"positions": spots}, headers=walker.proof).json()
    assert again["kept"] == 0


def test_a_shift_sent_twice_is_one_and_another_under_its_id_is_refused(phone, walker):
    phone.app.state.services.clock.move(2 * HOUR)
    shift_id, first = start(phone, walker, started_at=at(0))
    assert start(phone, walker, id=shift_id, started_at=at(0), sent_at=at(2))[1] == first
    assert "id" in str(start(phone, walker, id=shift_id, started_at=at(1), status=409)[1])
    ended = end(phone, walker, shift_id, ended_at=at(1))
    assert end(phone, walker, shift_id, ended_at=at(1.5)) == ended


def test_what_is_told_at_once_is_not_late(phone, walker):
    shift_id, began = start(phone, walker)
    assert (moment(began["started_at"]), began["sent_late"]) == (NOON, False)
    assert end(phone, walker, shift_id)["sent_late"] is False


def test_a_shift_that_is_over_when_it_is_told_keeps_nobody_on_duty(phone, walker, store):
    phone.app.state.services.clock.move(30 * HOUR)
    shift_id, began = start(phone, walker, started_at=at(0))
    assert moment(began["ended_at"]) == NOON + 12 * HOUR
    assert phone.get("/api/v1/field/today", headers=walker.proof).json()["shift"] is None
    ended = end(phone, walker, shift_id, ended_at=at(8))
    assert moment(ended["ended_at"]) == NOON + 8 * HOUR
    start(phone, walker)
    with store.transaction() as unit:
        c = shift_table.c
        query = select(c.device_started_at, c.device_ended_at, c.start_received_at).where(c.id == shift_id)
        assert unit.connection.execute(query).one() == (NOON, NOON + 8 * HOUR, NOON + 30 * HOUR)


def test_an_end_before_the_beginning_ends_at_the_beginning(phone, walker):
    shift_id, _ = start(phone, walker)
    assert moment(end(phone, walker, shift_id, ended_at=at(-1))["ended_at"]) == NOON


def test_a_phone_whose_clock_is_hours_ahead_is_put_right_by_when_it_sent(phone, walker):
    _, began = start(phone, walker, started_at=at(7), sent_at=at(8))
    assert moment(began["started_at"]) == NOON - HOUR


@pytest.mark.parametrize(
    "said", [{"started_at": at(1)}, {"started_at": at(-24 * 40)}, {"started_at": "2026-06-15T12:00"}]
)
def test_a_beginning_that_cannot_be_is_refused(phone, walker, said):
    assert "started_at" in str(start(phone, walker, status=422, **said)[1])


def test_whoever_is_on_duty_is_told_so_also_later(phone, walker):
    start(phone, walker)
    phone.app.state.services.clock.move(2 * HOUR)
    start(phone, walker, started_at=at(1), status=409)
