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
from gridgov.store.tables import account, credential, look, person, staff_position
from gridgov.store.tables import shift as shift_table
from tests.support import EVER, FAR, NOON, SavepointStore, SetClock, somebody

HERE = (117.0902, 36.6512)


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOON)


@pytest.fixture
def positions(store: SavepointStore, clock: SetClock) -> Positions:
    return Positions.configured(store, Settings(), clock=clock)


def worker(store: SavepointStore, number: int = 0, role: str = "grid_worker") -> Caller:
    """Return an account that belongs to a person, of a grid worker."""
    caller = somebody(store, role, "370102001001001")
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


def test_a_shift_that_nobody_ends_is_over_after_some_hours(store, positions, clock):
    mine, office = worker(store), somebody(store, "command_centre")
    shift = positions.start(mine, new_id())
    assert shift.due_at == NOON + timedelta(hours=12)
    clock.moment = shift.due_at - timedelta(minutes=1)
    assert positions.add(mine, [sighting(clock.moment)])[0] == 1
    clock.moment = shift.due_at + timedelta(minutes=1)
    kept, refused = positions.add(mine, [sighting(shift.due_at), sighting(clock.moment)])
    assert (kept, [r.reason for r in refused]) == (1, ["taken off duty"])
    assert positions.locate(office, "值班大屏") == []
    with store.transaction() as unit:
        assert unit.jobs.oldest_due(clock()) == shift.due_at
        old_positions(unit, clock(), 100)
        assert unit.jobs.oldest_due(clock()) is None
    (ended,) = positions.own(mine).shifts
    assert (ended.ended_at, ended.due_at) == (shift.due_at, None)
    assert positions.end(mine, shift.id) == ended


@pytest.mark.parametrize("swept", [False, True])
def test_a_new_shift_begins_after_one_that_nobody_ended(store, positions, clock, swept):
    mine = worker(store)
    first = positions.start(mine, new_id())
    clock.move(timedelta(hours=14))
    if swept:
        with store.transaction() as unit:
            old_positions(unit, clock(), 100)
    second = positions.start(mine, new_id())
    assert [(s.id, s.ended_at) for s in positions.own(mine).shifts] == [(second.id, None), (first.id, first.due_at)]


def test_a_shift_that_is_ended_too_late_ended_when_it_was_due(store, positions, clock):
    mine = worker(store)
    shift = positions.start(mine, new_id())
    clock.move(timedelta(hours=20))
    assert positions.end(mine, shift.id).ended_at == shift.due_at


def test_another_account_of_the_same_person_opens_nothing_of_the_track(store, positions):
    mine, another = worker(store), worker(store)
    shift = positions.start(mine, new_id())
    positions.add(mine, [sighting()])
    own = positions.own(another)
    assert (own.shifts, own.positions) == ([], [])
    for again in (shift.id, new_id()):
        with pytest.raises(ConflictError):
            positions.start(another, again)
    with pytest.raises(NotFoundError):
        positions.end(another, shift.id)
    assert positions.add(another, [sighting()])[0] == 0
    with store.acting(another, now=NOON) as unit:
        assert unit.connection.execute(select(staff_position)).all() == []
    assert len(positions.own(mine).positions) == 1


def narrowed(store: SavepointStore, caller: Caller, scopes: list[str]) -> Caller:
    """Return a second token of the same account, for these scopes alone."""
    token = Caller(new_id().bytes * 2)
    with store.transaction() as unit:
        account_id = unit.access.subject(caller, now=NOON).account_id
        unit.access.add_credential(account_id, "token", token.secret_hash, now=EVER, expires_at=FAR, scopes=scopes)
    return token


@pytest.mark.parametrize("scopes", [[], ["inbox.read"], ["case.read", "grid.read"]])
def test_a_token_that_was_not_made_for_it_does_nothing_about_shifts_and_tracks(store, positions, scopes):
    mine = worker(store)
    shift = positions.start(mine, new_id())
    positions.add(mine, [sighting()])
    token = narrowed(store, mine, scopes)
    for asked in (
        lambda: positions.own(token),
        lambda: positions.start(token, new_id()),
        lambda: positions.end(token, shift.id),
        lambda: positions.add(token, [sighting()]),
    ):
        with pytest.raises(NotAllowedError, match=r"staff\.self"):
            asked()
    with store.acting(token, now=NOON) as unit:
        for column in (shift_table.c.id, staff_position.c.at, look.c.id):
            assert unit.connection.execute(select(column)).all() == []
    assert len(positions.own(narrowed(store, mine, ["staff.self"])).positions) == 1


def test_who_holds_no_role_for_it_goes_on_no_duty(store, positions):
    with pytest.raises(NotAllowedError, match=r"staff\.self"):
        positions.start(worker(store, role="planner"), new_id())


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


def test_another_purpose_is_another_look(store, positions):
    mine = worker(store)
    positions.start(mine, new_id())
    positions.add(mine, [sighting()])
    office = somebody(store, "command_centre")
    for purpose in ("值班大屏", "查他在哪里", "值班大屏"):
        assert len(positions.locate(office, purpose)) == 1
    assert sorted(look["purpose"] for look in positions.own(mine).looks) == ["值班大屏", "查他在哪里"]


def test_a_look_is_kept_under_the_time_of_whoever_entered_whatever_is_asked(store, positions):
    mine, office = worker(store), somebody(store, "command_centre")
    positions.start(mine, new_id())
    positions.add(mine, [sighting()])
    with store.transaction() as unit:  # a look of a clock that ran ahead hides none of now
        row = {"district_code": "370102", "id": new_id(), "kind": "position", "purpose": "值班大屏", "login": "ahead"}
        (person_id,) = unit.connection.execute(select(staff_position.c.person_id)).one()
        account_id = unit.access.subject(office, now=NOON).account_id
        at = NOON + timedelta(days=400)
        unit.connection.execute(look.insert().values(**row, at=at, person_id=person_id, account_id=account_id))
    positions.locate(office, "值班大屏")
    assert [found["at"] for found in positions.own(mine).looks if found["login"] != "ahead"] == [NOON]


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
    c = staff_position.c
    everything = select(c.coarse, c.cell_code, text("ST_X(geom) AS lon"), text("ST_Y(geom) AS lat"))
    for days, expected in ((2, False), (4, True)):
        clock.moment = NOON + timedelta(days=days)
        with store.transaction() as unit:
            while old_positions(unit, clock(), 100):
                pass
            (found,) = unit.connection.execute(everything).all()
        assert found.coarse is expected
        assert (found.cell_code is None) is expected  # most cells are smaller than the square
        assert ((found.lon, found.lat) == HERE) is not expected
        assert abs(found.lon - HERE[0]) < 0.006
        assert abs(found.lat - HERE[1]) < 0.005
    with store.transaction() as unit:
        while old_positions(unit, NOON + timedelta(days=40), 100):
            pass
        assert unit.connection.execute(everything).all() == []
        assert unit.connection.execute(select(shift_table)).all() == []
