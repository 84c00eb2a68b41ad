"""Where staff are: on duty only, seen inside one's own area, every look told to whom it was at, forgotten in time."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from gridgov.access import Caller
from gridgov.errors import ConflictError, InputError, NotAllowedError, NotFoundError
from gridgov.ids import new_id
from gridgov.services.positions import MOST, Given, Positions
from gridgov.services.sweeps.positions import old_positions
from gridgov.settings import Settings
from gridgov.store.tables import account, credential, person, staff_position
from tests.support import NOON, SavepointStore, SetClock, somebody

HERE = (117.0902, 36.6512)


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOON)


@pytest.fixture
def positions(store: SavepointStore, clock: SetClock) -> Positions:
    return Positions.configured(store, Settings(), clock=clock)


def worker(store: SavepointStore, number: int = 0) -> Caller:
    """Return a grid worker's account that belongs to a person."""
    caller = somebody(store, "grid_worker", "370102001001001")
    with store.transaction() as unit:
        run = unit.connection.execute
        someone = run(select(person.c.district_code, person.c.id).order_by(person.c.id).offset(number)).first()
        mine = select(credential.c.account_id).where(credential.c.secret_hash == caller.secret_hash)
        values = {"person_district_code": someone[0], "person_id": someone[1]}
        run(account.update().where(account.c.id == mine.scalar_subquery()).values(values))
    return caller


def street_of(store: SavepointStore) -> str:
    with store.transaction() as unit:
        asked = {"lon": HERE[0], "lat": HERE[1]}
        return unit.connection.execute(text("SELECT gridgov_cell_at(:lon, :lat)"), asked).scalar_one()[:9]


def sighting(at=NOON, lon=HERE[0], lat=HERE[1], datum="wgs84") -> Given:
    return Given(at, datum, lon, lat, 12.0)


def test_positions_are_taken_on_duty_only(store, positions, clock):
    mine = worker(store)
    assert positions.add(mine, [sighting()])[0] == 0
    shift = positions.start(mine, new_id())
    clock.move(timedelta(minutes=10))
    kept, refused = positions.add(mine, [sighting(NOON + timedelta(minutes=5)), sighting(NOON - timedelta(minutes=1))])
    assert (kept, [(r.index, r.reason) for r in refused]) == (1, [(1, "taken off duty")])
    positions.end(mine, shift.id)
    clock.move(timedelta(minutes=10))
    late = [sighting(NOON + timedelta(minutes=9)), sighting(NOON + timedelta(minutes=15))]
    kept, refused = positions.add(mine, late)
    assert (kept, [r.index for r in refused]) == (1, [1])


def test_a_batch_sent_twice_is_kept_once(store, positions):
    mine = worker(store)
    positions.start(mine, new_id())
    assert [positions.add(mine, [sighting()] * 2)[0] for _ in range(2)] == [1, 0]


@pytest.mark.parametrize(
    "given",
    [
        sighting(NOON + timedelta(hours=1)),
        sighting(NOON - timedelta(days=30)),
        sighting(datum="mars"),
        sighting(lon=36.6, lat=117.1),
        sighting(lon=float("nan")),
    ],
)
def test_what_cannot_be_is_refused_without_the_rest_of_the_batch(store, positions, given):
    mine = worker(store)
    positions.start(mine, new_id())
    kept, refused = positions.add(mine, [given, sighting()])
    assert kept == 1
    assert [r.index for r in refused] == [0]


def test_a_batch_has_its_limit(store, positions):
    with pytest.raises(InputError):
        positions.add(worker(store), [sighting()] * (MOST + 1))


def test_a_shift_sent_twice_is_one_and_a_second_one_waits_for_its_end(store, positions):
    mine = worker(store)
    shift = positions.start(mine, new_id())
    assert positions.start(mine, shift.id) == shift
    with pytest.raises(ConflictError):
        positions.start(mine, new_id())
    ended = positions.end(mine, shift.id)
    assert positions.end(mine, shift.id) == ended
    positions.start(mine, new_id())


def test_nobody_ends_the_shift_of_another_and_an_account_of_nobody_has_none(store, positions):
    shift = positions.start(worker(store), new_id())
    with pytest.raises(NotFoundError):
        positions.end(worker(store, 1), shift.id)
    with pytest.raises(NotAllowedError):
        positions.start(somebody(store, "command_centre"), new_id())


def test_who_locates_sees_the_people_on_duty_in_their_own_area_and_is_seen_looking(store, positions):
    mine = worker(store)
    shift = positions.start(mine, new_id())
    positions.add(mine, [sighting()])
    office = somebody(store, "street_officer", street_of(store), login="street-office")
    elsewhere = somebody(store, "street_officer", "370102013")
    assert len(positions.locate(office, "安排就近处置")) == 1
    assert positions.locate(elsewhere, "安排就近处置") == []
    looks = positions.own(mine).looks
    assert [(look["login"], look["purpose"]) for look in looks] == [("street-office", "安排就近处置")]
    positions.end(mine, shift.id)
    assert positions.locate(office, "安排就近处置") == []


def test_a_screen_that_is_drawn_again_is_one_look_an_hour(store, positions, clock):
    mine = worker(store)
    positions.start(mine, new_id())
    office = somebody(store, "command_centre")
    for minutes in (0, 1, 30, 45):
        clock.moment = NOON + timedelta(minutes=minutes)
        positions.add(mine, [sighting(clock.moment)])
        assert len(positions.locate(office, "值班大屏")) == 1
    assert len(positions.own(mine).looks) == 1
    clock.moment = NOON + timedelta(minutes=90)
    positions.add(mine, [sighting(clock.moment)])
    positions.locate(office, "值班大屏")
    assert len(positions.own(mine).looks) == 2


def test_who_was_not_heard_of_for_long_is_not_shown(store, positions, clock):
    mine = worker(store)
    positions.start(mine, new_id())
    positions.add(mine, [sighting()])
    clock.move(timedelta(hours=1))
    assert positions.locate(somebody(store, "command_centre"), "值班大屏") == []


@pytest.mark.parametrize("role", ["grid_worker", "auditor", "administrator", "planner"])
def test_without_the_role_nobody_is_located(store, positions, role):
    with pytest.raises(NotAllowedError):
        positions.locate(somebody(store, role), "好奇一下")


@pytest.mark.parametrize("purpose", ["", "   ", "abc", "x" * 201, "na\0me"])
def test_a_look_needs_words(store, positions, purpose):
    with pytest.raises(InputError):
        positions.locate(somebody(store, "command_centre"), purpose)


def test_positions_grow_coarse_and_are_forgotten(store, positions, clock):
    mine = worker(store)
    positions.start(mine, new_id())
    positions.add(mine, [sighting()])
    everything = select(staff_position.c.coarse, text("ST_X(geom) AS lon"), text("ST_Y(geom) AS lat"))
    for days, expected in ((2, False), (4, True)):
        clock.moment = NOON + timedelta(days=days)
        with store.transaction() as unit:
            while old_positions(unit, clock(), 100):
                pass
            (found,) = unit.connection.execute(everything).all()
        assert found.coarse is expected
        assert ((found.lon, found.lat) == HERE) is not expected
        assert abs(found.lon - HERE[0]) < 0.006
        assert abs(found.lat - HERE[1]) < 0.005
    with store.transaction() as unit:
        while old_positions(unit, NOON + timedelta(days=40), 100):
            pass
        assert unit.connection.execute(everything).all() == []
