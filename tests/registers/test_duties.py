"""Duties through the doors: none twice at once, none outside one's area, and every day has an answer."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridgov.clock import shown
from gridgov.errors import ConflictError
from gridgov.ids import new_id
from gridgov.services.registers import DutyBook, NewDuty
from gridgov.store.registers import DutiesAsked
from gridgov.store.unit import Store
from tests.registers.conftest import HOME, OTHER_STREET, STREET, get, proof_of
from tests.support import NOON, SetClock, somebody

CELL = f"{STREET}002001"
WEEK = timedelta(days=7)


@pytest.fixture
def person(client) -> dict:
    body = {"staff_code": "T-1", "name": "林晓燕", "organisation_code": f"{STREET}-S", "employment": "full_time"}
    return client.post("/api/v1/people", json={"id": str(new_id()), **body}).json()


def duty(person: dict, **changes: object) -> dict:
    plain = {"id": str(new_id()), "person_id": person["id"], "target_code": CELL, "role": "grid_worker"}
    return {**plain, "since": shown(NOON), **changes}


def begin(client, body: dict, login: str = "keeper"):
    return client.post("/api/v1/duties", json=body, headers=proof_of(login))


def test_a_duty_begins_once_however_often_it_is_sent(client, person):
    body = duty(person)
    first, again = begin(client, body), begin(client, body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.json()["target_kind"] == "cell"
    assert (first.json()["role_name_zh"], first.json()["until"]) == ("专职网格员", None)
    assert begin(client, {**body, "role": "medic"}).status_code == 409


def test_the_same_duty_twice_at_once_is_refused_with_both(client, person):
    first = begin(client, duty(person)).json()
    answer = begin(client, duty(person, since=shown(NOON + WEEK)))
    assert answer.status_code == 409
    both = answer.json()["details"][0]
    assert both["stored"]["id"] == first["id"]
    assert both["yours"]["since"] == shown(NOON + WEEK)
    assert begin(client, duty(person, role="volunteer")).status_code == 201
    assert begin(client, duty(person, target_code=STREET)).status_code == 201


def test_what_follows_on_the_moment_is_no_overlap(client, person):
    first = begin(client, duty(person, until=shown(NOON + WEEK))).json()
    second = begin(client, duty(person, since=shown(NOON + WEEK)))
    assert second.status_code == 201
    for moment, answers in ((NOON, first["id"]), (NOON + WEEK, second.json()["id"])):
        found = get(client, "duties", cell=CELL, as_of=shown(moment))["items"]
        assert [row["id"] for row in found if row["name"] == "林晓燕"] == [answers]


def test_an_ended_duty_stays_what_it_was(client, person):
    made = begin(client, duty(person, since=shown(NOON - WEEK))).json()
    end = {"at": shown(NOON)}
    first, again = (client.post(f"/api/v1/duties/{made['id']}/end", json=end) for _ in range(2))
    assert first.json() == again.json()
    assert first.json()["until"] == shown(NOON)
    other = client.post(f"/api/v1/duties/{made['id']}/end", json={"at": shown(NOON + WEEK)})
    assert (other.status_code, other.json()["details"][0]["until"]) == (409, shown(NOON))
    assert [c["what"] for c in get(client, "register-changes", key=made["id"])["items"]] == ["ended", "added"]
    assert get(client, "duties", person=person["id"])["items"] == [first.json()]


def test_an_end_to_come_is_brought_forward_and_never_put_off(client, person):
    made = begin(client, duty(person, since=shown(NOON - WEEK), until=shown(NOON + 4 * WEEK))).json()
    path = f"/api/v1/duties/{made['id']}/end"
    off = client.post(path, json={"at": shown(NOON + 5 * WEEK)})
    assert (off.status_code, off.json()["details"][0]["until"]) == (409, made["until"])
    for _ in range(2):
        sooner = client.post(path, json={"at": shown(NOON + WEEK)})
        assert (sooner.status_code, sooner.json()) == (200, {**made, "until": shown(NOON + WEEK)})
    assert client.post(path, json={"at": made["since"]}).status_code == 422
    assert client.post(path, json={"at": shown(NOON)}).status_code == 200
    over = client.post(path, json={"at": shown(NOON - timedelta(days=1))})
    assert (over.status_code, "is over" in over.json()["detail"]) == (409, True)
    changes = get(client, "register-changes", key=made["id"])["items"]
    assert [(c["what"], c["author"]) for c in changes] == [
        ("ended", "keeper"),
        ("ended", "keeper"),
        ("added", "keeper"),
    ]
    assert [c["data"]["fields"]["until"] for c in changes[:2]] == [
        {"from": shown(NOON + WEEK), "to": shown(NOON)},
        {"from": shown(NOON + 4 * WEEK), "to": shown(NOON + WEEK)},
    ]


@pytest.mark.parametrize("login", ["street", "planner", "centre", "worker"])
def test_an_end_is_brought_forward_by_whoever_looks_after_the_place_alone(client, person, login):
    made = begin(client, duty(person, target_code=OTHER_STREET, until=shown(NOON + WEEK))).json()
    sooner = {"at": shown(NOON + timedelta(days=1))}
    assert client.post(f"/api/v1/duties/{made['id']}/end", json=sooner, headers=proof_of(login)).status_code == 403


_HOURS = st.integers(-100, 300).map(lambda hours: NOON + timedelta(hours=hours))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None)
@given(until=st.none() | _HOURS, asked=st.lists(st.tuples(st.integers(0, 60), _HOURS), max_size=6))
def test_a_set_end_never_moves_later_and_one_that_has_come_never_moves(
    store, clock, administrator, person, until, asked
):
    book, clock.moment = DutyBook(store, clock=clock), NOON
    with store._connection.begin_nested() as savepoint:
        new = NewDuty(new_id(), UUID(person["id"]), CELL, "volunteer", NOON - timedelta(hours=200), until)
        book.begin(administrator, new)
        for hours, at in asked:
            clock.move(timedelta(hours=hours))
            if until in {None, at} or (clock() < until and at < until):
                assert book.end(administrator, new.id, at)["until"] == at
                until = at
            else:
                with pytest.raises(ConflictError):
                    book.end(administrator, new.id, at)
            (held,) = book.duties(administrator, DutiesAsked(person_id=new.person_id))
            assert held["until"] == until
        savepoint.rollback()


def test_a_street_gives_no_duty_in_another_street(client, person):
    elsewhere = duty(person, target_code=OTHER_STREET)
    assert begin(client, elsewhere, "street").status_code == 403
    made = begin(client, elsewhere).json()
    ended = client.post(f"/api/v1/duties/{made['id']}/end", json={"at": shown(NOON + WEEK)}, headers=proof_of("street"))
    assert ended.status_code == 403
    assert begin(client, duty(person), "street").status_code == 201


@pytest.mark.parametrize("login", ["planner", "centre", "worker"])
def test_who_looks_after_nobody_gives_no_duty(client, person, login):
    assert begin(client, duty(person), login).status_code == 403


@pytest.mark.parametrize(
    "changes",
    [
        {"target_code": f"{STREET}999"},
        {"target_code": f"{STREET}001999"},
        {"role": "emperor"},
        {"until": shown(NOON)},
        {"until": shown(NOON - WEEK)},
        {"person_id": str(new_id())},
        {"since": "2026-06-15T12:00:00"},
        {"target_code": "37"},
    ],
)
def test_what_is_no_duty_is_refused(client, person, changes):
    answer = begin(client, duty(person, **changes))
    assert answer.status_code == 422
    assert answer.json()["faults"]


def test_the_sample_has_an_answer_for_a_day_before_it_was_loaded(client):
    then = {"as_of": "2024-06-01T00:00:00+08:00"}
    assert get(client, "duties", cell=f"{STREET}002001", **then)["items"]


def test_two_who_give_the_same_duty_at_once_give_it_once(own_sample_url):
    store = Store(own_sample_url)
    clock = SetClock(NOON)
    caller = somebody(store, "administrator", HOME, login="keeper")
    book = DutyBook(store, clock=clock)
    with store.transaction() as unit:
        someone = next(iter(unit.people.person_ids(HOME).values()))

    def give(_: int) -> bool:
        try:
            book.begin(caller, NewDuty(new_id(), someone, CELL, "medic", NOON))
        except ConflictError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        given = list(pool.map(give, range(8)))
    asked = DutiesAsked(person_id=someone, as_of=NOON)
    held = [row for row in book.duties(caller, asked, limit=200) if row["role"] == "medic"]
    store.close()
    assert (given.count(True), len(held)) == (1, 1)
