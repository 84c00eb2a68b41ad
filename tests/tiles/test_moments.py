"""Whatever moment is asked about, a map answers, and with what was known of then."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from shapely import Point

from gridgov.clock import SHANGHAI
from gridgov.spans import beginning, day_of, split
from layers import CATALOGUE, View, frames, layer
from tests.support import NOON
from tests.tiles.conftest import HERE, SINCE, UNTIL, tile_at

FIRST, LAST = "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"
ENDS = [
    {"as_of": FIRST},
    {"as_of": LAST},
    {"until": FIRST},
    {"until": LAST},
    {"since": FIRST, "until": LAST},
    {"since": LAST, "until": LAST},
    {"as_of": LAST, "since": "9999-12-31T15:59:59Z"},
    {"as_of": NOON.isoformat(), "since": FIRST, "until": LAST},
]
DAY = timedelta(days=1)


@pytest.mark.parametrize("asked", ENDS, ids="-".join)
@pytest.mark.usefixtures("day")
def test_at_the_ends_of_the_calendar_there_is_an_answer_too(client, asked):
    assert client.get("/tiles", params=asked).status_code == 200
    names = ",".join(one.name for one in CATALOGUE)
    for zoom in (9, 13, 16, 18):
        z, x, y = tile_at(zoom)
        answer = client.get(f"/tiles/{names}/{z}/{x}/{y}.mvt", params=asked)
        assert answer.status_code in {200, 204}, answer.text


@pytest.mark.parametrize(
    ("since", "until"),
    [
        (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)),
        (datetime(9999, 12, 15, tzinfo=UTC), datetime.max.replace(tzinfo=UTC)),
        (datetime(9998, 12, 15, 3, tzinfo=UTC), datetime(9998, 12, 31, 15, 59, 59, 999_999, tzinfo=UTC)),
        (datetime.max.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)),
        (datetime.min.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)),
    ],
)
def test_a_period_that_reaches_to_an_end_of_the_calendar_is_cut_into_parts_that_leave_nothing_out(since, until):
    parts = split(since, until)
    pieces = [*parts.edges]
    pieces += [(beginning(one.first), beginning(one.before) - timedelta(microseconds=1)) for one in parts.spans]
    pieces.sort()
    assert (pieces[0][0], pieces[-1][1]) == (since, until)
    assert all(later[0] - earlier[1] == timedelta(microseconds=1) for earlier, later in pairwise(pieces))


def test_the_last_day_of_the_calendar_is_the_day_of_its_last_moment():
    assert day_of(datetime.max.replace(tzinfo=UTC)) == date.max
    assert day_of(NOON) == NOON.astimezone(SHANGHAI).date()


def test_a_cell_has_the_households_of_the_day_that_is_looked_at(day, tiles):
    with day.transaction() as unit:
        grid = unit.cells.frame(at=NOON).set_index("code")
        (code,) = grid.index[grid.contains(Point(HERE))]
        for on, households in ((NOON - 9 * DAY, 100.0), (NOON - 2 * DAY, 250.0)):
            unit.cells.measure("370102", "households", {grid.loc[code, "id"]: households}, on=day_of(on))
    before, between, after = NOON - 20 * DAY, NOON - 5 * DAY, NOON
    for moment, households in ((before, 100), (between, 100), (NOON - 2 * DAY, 250), (after, 250)):
        drawn = tiles("cells_by_rate", *tile_at(16), as_of=moment.isoformat())
        told = {one["properties"]["code"]: one["properties"] for one in drawn["cells_by_rate"]}[code]
        assert told["households"] == households
        with day.transaction() as unit:
            view = View(moment, SINCE, UNTIL, ("370102",))
            frame = layer("cells_by_rate").frame(unit, view).set_index("code").loc[code]
            light = frames.loads(unit, moment, SINCE, UNTIL).set_index("code").loc[code]
        assert frame["households"] == households
        rate = 1000 * frame["reports"] / households
        assert rate > 0
        assert frame["per_1000_households"] == light["per_1000_households"] == pytest.approx(rate)
        assert told["per_1000_households"] == pytest.approx(rate)
