"""Counts by hexagon and cell are those of the rows themselves, after whatever was done, for whoever looks."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, text

from gridgov.access import Caller
from gridgov.clock import SHANGHAI
from gridgov.hexagons import COARSE, FINE, hexagon_at, lift_to, parent_of
from gridgov.services.sweeping import SWEEPS, Sweeping
from gridgov.services.sweeps.rollups import changed_days
from gridgov.spans import beginning, next_month, split
from gridgov.store import singles
from gridgov.store.cluster import Cluster
from gridgov.store.recounting import RecountStore
from gridgov.store.singles import Asked
from gridgov.store.tables import incident_fact
from gridgov.store.unit import Store
from layers import frames
from layers.counting import tally
from tests.conftest import sample_of_its_own
from tests.rows.making import STAGES, make_incidents, take_part
from tests.support import NOON, somebody

ROLES = {
    "centre": ("command_centre", "370102", None),
    "province": ("command_centre", "37", None),
    "elsewhere": ("command_centre", "370112", None),
    "street": ("street_officer", "370102001", None),
    "community": ("community_officer", "370102001001", None),
    "department": ("department_officer", "370102", "370102-D-CG"),
    "worker": ("grid_worker", "370102001001001", None),
    "planner": ("planner", "3701", None),
    "administrator": ("administrator", "370102", None),
}
SEES_NOTHING = {"administrator"}
_SPREAD = text("""
    UPDATE incident_state SET geom = ST_SetSRID(ST_MakePoint(
        117.0 + (hashtext(incident_id::text) & 1023) / 5000.0,
        36.6 + ((hashtext(incident_id::text) >> 10) & 1023) / 9000.0
    ), 4326) WHERE placement <> 'unplaced'
""")
_DIRECT = text("""
    SELECT s.stage, count(*) AS incidents,
           count(*) FILTER (WHERE s.stage NOT IN ('closed', 'rejected', 'merged')
                            AND coalesce(s.deadline_at, s.due_at) < :now) AS overdue
    FROM incident_state AS s
    WHERE s.geom IS NOT NULL AND s.reported_at >= :since AND s.reported_at <= :until GROUP BY s.stage
""")
_CELLS = text("""
    SELECT cell_code, count(*) FROM incident_state
    WHERE cell_code IS NOT NULL AND reported_at >= :since AND reported_at <= :until GROUP BY cell_code
""")
_PLACEMENTS = text("""
    SELECT placement, count(*) FROM incident_state
    WHERE reported_at >= :since AND reported_at <= :until GROUP BY placement
""")

moments = st.integers(-32 * 24 * 60, 24 * 60).map(lambda minutes: NOON + timedelta(minutes=minutes))
periods = st.tuples(moments, moments).map(sorted) | st.sampled_from(
    [
        [beginning(NOON.date()), beginning(NOON.date() + timedelta(days=1)) - timedelta(microseconds=1)],
        [datetime(2026, 5, 1, tzinfo=SHANGHAI), datetime(2026, 6, 1, tzinfo=SHANGHAI)],
        [NOON - timedelta(days=400), NOON + timedelta(days=400)],
    ]
)


class Crowd:
    """Many incidents in a database of their own, and everybody who may look."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.callers: dict[str, Caller] = {
            who: somebody(store, role, area, organisation) for who, (role, area, organisation) in ROLES.items()
        }

    def sweep(self) -> int:
        """Count until nothing is left, and return how many days that were."""
        return Sweeping(self.store, clock=lambda: NOON, sweeps={"rollups": changed_days}).run().rows["rollups"]


@pytest.fixture(scope="module")
def crowd(cluster: Cluster, sample_url: str) -> Iterator[Crowd]:  # noqa: ARG001 - it makes the template
    with sample_of_its_own(cluster) as url:
        store = Store(url)
        with store.transaction() as unit:
            made = make_incidents(unit.connection, 400)
            for one in made[::25]:
                own = {"370102001001", "370102001001001", "370102001", "org:370102-D-CG"} - one["parties"]
                take_part(unit.connection, one, own)
            unit.connection.execute(_SPREAD)
        crowd = Crowd(store)
        crowd.sweep()
        yield crowd
        store.close()


def direct(connection: Connection, asked: Asked) -> dict[str, tuple[int, int]]:
    given = {"since": asked.since, "until": asked.until, "now": asked.now}
    return {row.stage: (row.incidents, row.overdue) for row in connection.execute(_DIRECT, given)}


def counted(unit: Any, asked: Asked, resolution: int) -> tuple[dict[str, int], int]:
    found = tally(unit, asked, resolution)
    return dict(found.by_stage()), found.overdue.total()


def assert_true(crowd: Crowd, who: str, since: datetime, until: datetime) -> None:
    asked = Asked(since, until, NOON)
    with crowd.store.acting(crowd.callers[who], now=NOON) as unit:
        there = direct(unit.connection, asked)
        for resolution in (FINE, COARSE, 5):
            stages, overdue = counted(unit, asked, resolution)
            assert stages == {stage: many for stage, (many, _) in there.items()}
            assert overdue == sum(late for _, late in there.values())
        given = {"since": since, "until": until}
        cells = {row[0]: row[1] for row in unit.connection.execute(_CELLS, given)}
        assert {code: many for code, many in unit.rollups.per_cell(asked).items() if many} == cells
        placed = {row[0]: row[1] for row in unit.connection.execute(_PLACEMENTS, given)}
        assert {placement: many for placement, many in unit.rollups.placements(asked).items() if many} == placed


@pytest.mark.parametrize("who", ROLES)
@settings(max_examples=15, deadline=None, database=None)
@given(period=periods)
def test_everybody_is_told_what_their_own_rows_tell(crowd, who, period):
    assert_true(crowd, who, *period)


def test_who_sees_no_case_is_told_of_none(crowd):
    asked = Asked(NOON - timedelta(days=400), NOON, NOON)
    for who in ROLES:
        with crowd.store.acting(crowd.callers[who], now=NOON) as unit:
            assert bool(tally(unit, asked, FINE).stages) == (who not in SEES_NOTHING), who


@pytest.mark.parametrize("who", ROLES)
def test_only_who_sees_a_whole_district_reads_its_counts(crowd, who):
    role, area, organisation = ROLES[who]
    whole = len(area) <= 6 and organisation is None and who not in SEES_NOTHING
    with crowd.store.acting(crowd.callers[who], now=NOON) as unit:
        for table in ("rollup_hexagon", "rollup_cell", "rollup_placement"):
            read = set(unit.connection.execute(text(f"SELECT DISTINCT district_code FROM {table}")).scalars())  # noqa: S608
            assert all(code.startswith(area) for code in read), role
            assert bool(read) == whole, role


@pytest.mark.parametrize("who", ["centre", "street", "province"])
def test_hexagons_that_are_named_are_counted_as_among_all(crowd, who):
    asked = Asked(NOON - timedelta(days=29), NOON, NOON)
    with crowd.store.acting(crowd.callers[who], now=NOON) as unit:
        for resolution in (FINE, COARSE, 6, 8):
            everything = tally(unit, asked, resolution)
            some = sorted(everything.stages)[::2]
            named = tally(unit, asked, resolution, some)
            assert {h: stages for h, stages in named.stages.items() if stages} == {
                h: everything.stages[h] for h in some
            }
            assert all(named.overdue[h] == everything.overdue[h] for h in some)


def test_fine_hexagons_put_together_are_the_coarse_ones(crowd):
    asked = Asked(NOON - timedelta(days=29, hours=5), NOON, NOON)
    with crowd.store.acting(crowd.callers["province"], now=NOON) as unit:
        fine = tally(unit, asked, FINE)
        for resolution in (8, COARSE, 5):
            assert fine.lifted(resolution).stages == tally(unit, asked, resolution).stages


def test_who_takes_part_in_more_than_are_looked_through_is_told_since_when_they_are_counted(crowd, monkeypatch):
    asked = Asked(NOON - timedelta(days=29), NOON, NOON)
    with crowd.store.acting(crowd.callers["street"], now=NOON) as unit:
        everything = tally(unit, asked, FINE)
        assert everything.from_at is None
    monkeypatch.setattr(singles, "MOST", 5)
    with crowd.store.acting(crowd.callers["street"], now=NOON) as unit:
        cut = tally(unit, asked, FINE)
    assert cut.from_at is not None
    assert asked.since < cut.from_at < NOON
    assert 0 < cut.whole() < everything.whole()


def test_days_that_are_still_to_be_counted_are_told_of(crowd):
    def behind(who: str) -> int:
        with crowd.store.acting(crowd.callers[who], now=NOON) as unit:
            return unit.rollups.behind()

    assert behind("centre") == 0
    with crowd.store.transaction() as unit:
        unit.connection.execute(
            text("INSERT INTO rollup_due VALUES ('370102', '2026-06-01'), ('370112', '2026-06-01')")
        )
    assert (behind("centre"), behind("province"), behind("street")) == (1, 2, 0)
    assert crowd.sweep() == 2
    assert behind("province") == 0


def test_a_stage_is_counted_by_itself(crowd):
    asked = Asked(NOON - timedelta(days=40), NOON, NOON, stage="handling")
    for who in ROLES:
        with crowd.store.acting(crowd.callers[who], now=NOON) as unit:
            there = direct(unit.connection, asked).get("handling", (0, 0))
            stages, overdue = counted(unit, asked, FINE)
            assert (stages.get("handling", 0), overdue) == there
            assert set(stages) <= {"handling"}


def test_after_whatever_was_done_the_counts_are_true_again(crowd):
    chance = random.Random(7)  # noqa: S311 - no secrets
    for turn in range(4):
        with crowd.store.transaction() as unit:
            do_something(unit.connection, chance, 20, turn)
        assert crowd.sweep() > 0
        for who in ("centre", "street", "province"):
            assert_true(crowd, who, NOON - timedelta(days=400), NOON + timedelta(days=400))
            assert_true(crowd, who, NOON - timedelta(days=20, hours=5), NOON)


def do_something(connection: Connection, chance: random.Random, many: int, turn: int) -> None:
    """Move cases on, elsewhere, or to another deadline; each with a fact, as acts do."""
    rows = connection.execute(text("SELECT district_code, incident_id FROM incident_state ORDER BY incident_id")).all()
    for row in chance.sample(rows, many):
        stage = chance.choice(STAGES)
        values = {"d": row.district_code, "i": row.incident_id, "stage": stage, "lon": chance.uniform(117.0, 117.19)}
        values |= {"lat": chance.uniform(36.6, 36.7), "due": NOON + timedelta(hours=chance.randrange(-50, 50))}
        connection.execute(
            text(
                "UPDATE incident_state SET stage = :stage, deadline_at = :due, "
                "geom = ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) WHERE district_code = :d AND incident_id = :i"
            ),
            values,
        )
        append(connection, row.district_code, row.incident_id, 100 + turn)


def append(connection: Connection, district_code: str, incident_id: Any, seq: int) -> None:
    fact = {"seq": seq, "kind": "note", "at": NOON, "author": "test", "payload": {}, "previous_hash": b"", "hash": b""}
    connection.execute(insert(incident_fact).values(district_code=district_code, incident_id=incident_id, **fact))


def test_an_act_that_commits_late_is_counted_all_the_same(crowd):
    engine = crowd.store.engine
    with crowd.store.transaction() as unit:
        one = unit.connection.execute(text("SELECT district_code, incident_id FROM incident_state LIMIT 1")).one()
        other = unit.connection.execute(
            text("SELECT district_code, incident_id FROM incident_state OFFSET 5 LIMIT 1")
        ).one()
    with engine.connect() as slow:
        transaction = slow.begin()
        slow.execute(
            text("UPDATE incident_state SET stage = 'verified' WHERE incident_id = :i"), {"i": one.incident_id}
        )
        append(slow, *one, 500)
        with crowd.store.transaction() as unit:  # a later transaction, which is over first
            unit.connection.execute(
                text("UPDATE incident_state SET stage = 'filed' WHERE incident_id = :i"), {"i": other.incident_id}
            )
            append(unit.connection, *other, 501)
        assert crowd.sweep() > 0
        transaction.commit()
    assert crowd.sweep() > 0
    assert_true(crowd, "province", NOON - timedelta(days=4000), NOON + timedelta(days=400))
    assert crowd.sweep() == 0


def test_who_keeps_a_districts_counts_keeps_them_alone(crowd):
    with crowd.store.transaction() as mine, crowd.store.transaction() as other:
        assert RecountStore(mine.connection).hold("370102")
        assert not RecountStore(other.connection).hold("370102")
        assert RecountStore(other.connection).hold("370112")


def test_in_a_database_restored_elsewhere_all_is_counted_anew(crowd):
    assert crowd.sweep() == 0
    with crowd.store.transaction() as unit:
        unit.connection.execute(text("UPDATE rollup_progress SET epoch = 'elsewhere', seen = '90000000:90000000:'"))
        unit.connection.execute(text("UPDATE rollup_hexagon SET incidents = 7"))
        unit.connection.execute(text("UPDATE rollup_cell SET incidents = 7"))
        unit.connection.execute(text("UPDATE rollup_placement SET incidents = 7"))
    assert crowd.sweep() > 20
    assert_true(crowd, "province", NOON - timedelta(days=400), NOON + timedelta(days=400))


def test_the_loads_of_cells_are_those_of_the_frame(crowd):
    since, until = NOON - timedelta(days=20), NOON
    with crowd.store.acting(crowd.callers["centre"], now=NOON) as unit:
        light = frames.loads(unit, NOON, since, until).set_index("code")
        frame = frames.cells(frames.Reading(unit, frames.View(NOON, since, until, ("370102", "370112"))))
    for row in frame.itertuples():
        assert light.loc[row.code, "reports"] == row.reports
        assert light.loc[row.code, "per_1000_households"] == pytest.approx(row.per_1000_households, nan_ok=True)


def test_the_sweep_is_one_of_all():
    assert SWEEPS["rollups"] is changed_days


@given(period=st.tuples(*[st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1))] * 2).map(sorted))  # noqa: DTZ001
def test_a_period_is_cut_into_parts_that_leave_nothing_out_and_meet_nowhere(period):
    since, until = (moment.replace(tzinfo=SHANGHAI) for moment in period)
    if until < since:
        return
    parts = split(since, until)
    pieces = list(parts.edges)
    for span in parts.spans:
        pieces.append((beginning(span.first), beginning(span.before) - timedelta(microseconds=1)))
        if span.span == "month":
            assert span.first.day == span.before.day == 1
            assert next_month(span.first) <= span.before
    pieces.sort()
    assert pieces[0][0] == since
    assert pieces[-1][1] == until
    for (_, end), (start, _) in pairwise(pieces):
        assert start - end == timedelta(microseconds=1)


@given(lon=st.floats(-180, 180), lat=st.floats(-89, 89), resolution=st.integers(0, FINE))
def test_the_database_finds_a_parent_as_the_library_does(lon, lat, resolution):
    fine = hexagon_at(lon, lat, FINE)
    lift = lift_to(resolution)
    assert fine & lift.keep | lift.fill == parent_of(fine, resolution)
