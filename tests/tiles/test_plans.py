"""Among many incidents a tile is found by an index, whoever looks, and is the same to each as their own rows."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import TextClause, event, text

from gridgov.hexagons import FINE, centre_of, hexagon_at, name_of
from gridgov.services.sweeping import Sweeping
from gridgov.services.sweeps.rollups import changed_days
from gridgov.spans import beginning
from gridgov.store import singles
from gridgov.store.cluster import Cluster
from gridgov.store.singles import corners, id_window
from gridgov.store.unit import Store, Unit
from layers import layer
from layers.tiles import QUERIES, Sight, Tile, draw, drawing
from layers.tiles.describing import describe
from layers.tiles.queries import plan_once, statement
from tests.conftest import sample_of_its_own
from tests.rows.test_plans import _FILL
from tests.support import NOON, somebody
from tests.tiles.conftest import read, tile_at

MANY = 20_000
ROLES = {
    "centre": ("command_centre", "370102", None),
    "street": ("street_officer", "370102001", None),
    "department": ("department_officer", "370102", "370102-D-CG"),
    "worker": ("grid_worker", "370102001001001", None),
    "administrator": ("administrator", "370102", None),
}
SIGHT = Sight(NOON, NOON - timedelta(days=40), NOON, NOON)
_PARTIES = text("""
    INSERT INTO incident_party (district_code, party, incident_id, part)
    SELECT district_code, p.party, incident_id, 'place' FROM incident_state
    CROSS JOIN (VALUES ('370102001', 7), ('org:370102-D-CG', 50), ('370102001001001', 200)) AS p (party, every)
    WHERE hashtext(incident_id::text) % p.every = 0
""")
_TIMES = (
    text("UPDATE incident SET reported_at = '2026-06-01Z'::timestamptz + right(number, -5)::int * interval '1 minute'"),
    text("UPDATE incident_state AS s SET reported_at = i.reported_at FROM incident AS i WHERE i.id = s.incident_id"),
)
_ANALYZE = text("ANALYZE incident, incident_state, incident_party, cell, base_feature, area_period")
_PREPARED = text("SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE strpos(statement, :words) > 0")
_UNPLACED = text("""
    SELECT indexname FROM pg_indexes WHERE tablename = 'incident_state_2026_06' AND indexdef LIKE '%(placement)%'
""")
_OWN = text("""
    SELECT count(*) FROM incident_state AS s
    WHERE s.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
      AND s.reported_at >= :since AND s.reported_at <= :until
""")


@pytest.fixture(scope="module")
def crowd(cluster: Cluster, sample_url: str) -> Iterator[Store]:  # noqa: ARG001 - it makes the template
    with sample_of_its_own(cluster) as url:
        store = Store(url)
        with store.engine.begin() as connection:
            connection.exec_driver_sql(_FILL, {"many": MANY})
            for statement in (*_TIMES, _PARTIES, _ANALYZE):
                connection.execute(statement)
        Sweeping(store, clock=lambda: NOON, sweeps={"rollups": changed_days}).run()
        yield store
        store.close()


@pytest.fixture
def acting(crowd: Store) -> Iterator[Callable[[str], Unit]]:
    opened = []

    def enter(who: str) -> Unit:
        role, area, organisation = ROLES[who]
        context = crowd.acting(somebody(crowd, role, area, organisation), now=NOON)
        opened.append(context)
        return context.__enter__()

    yield enter
    for context in opened:
        context.__exit__(None, None, None)


def prepared(unit: Unit, tile: Tile) -> str:
    """Return the plan of single incidents that is made once for all tiles."""
    return planned(unit, statement("tile", "incidents", QUERIES["incidents"]).clause, tile)


def planned(unit: Unit, words: TextClause, tile: Tile) -> str:
    """Return the plan of a query that is made once for all tiles."""
    first, last = id_window(SIGHT.since, SIGHT.until)
    asked = {**corners(tile.box()), **tile.numbers, "first": first, "last": last}
    asked |= {"since": SIGHT.since, "until": SIGHT.until, "now": NOON, "stage": None, "most": 5000}
    asked |= {"whole": None, "own_districts": [], "own_ids": [], "at_least": False}
    asked |= {"parties": ["370102"], "others": ["370103", "370112"]}
    asked |= {"sinces": [SIGHT.since], "untils": [SIGHT.until], "firsts": [first], "lasts": [last]}
    names = sorted(words.compile().params)
    numbered = re.sub(r"(?<!:):([a-z]\w*)", lambda found: f"${names.index(found[1]) + 1}", words.text)
    values = ", ".join(_literal(asked[name]) for name in names)
    unit.connection.exec_driver_sql(f"PREPARE once AS {numbered}")
    plan = unit.connection.exec_driver_sql(f"EXPLAIN EXECUTE once({values})").scalars().all()
    unit.connection.exec_driver_sql("DEALLOCATE once")
    return "\n".join(plan)


def _literal(value: Any) -> str:
    if isinstance(value, list):
        return "'{" + ",".join(f'"{one}"' for one in value) + "}'"
    return "NULL" if value is None else str(value) if isinstance(value, int | float) else f"'{value}'"


def explained(unit: Unit, name: str, tile: Tile, **given: Any) -> str:
    words = statement("tile", name, QUERIES[name])
    west, south, east, north = tile.box()
    asked = {"west": west, "south": south, "east": east, "north": north, **tile.numbers, **QUERIES[name].given}
    asked |= {"at": NOON, "since": SIGHT.since, "until": SIGHT.until, "now": NOON, "stage": None, "most": 5000, **given}
    asked["pixel"] = 0.0
    rows = unit.connection.execute(text(f"EXPLAIN {words.clause.text}"), {key: asked[key] for key in words.parameters})
    return "\n".join(rows.scalars())


@pytest.mark.parametrize("who", ["centre", "street", "department", "worker"])
def test_single_incidents_of_a_tile_are_found_by_the_spatial_index(acting, who):
    tile = Tile(*tile_at(16, 117.1, 36.65))
    first, last = "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"
    words = explained(acting(who), "incidents", tile, whole=None, own_districts=[], own_ids=[], first=first, last=last)
    assert "geom_idx" in words
    assert "Index Cond: (geom &&" in words


def test_a_tile_is_planned_once_a_connection_and_leaves_out_months_when_it_is_begun(acting):
    unit, tile = acting("centre"), Tile(*tile_at(16, 117.1, 36.65))
    plan_once(unit.connection)
    for _ in range(8):  # the driver prepares what it was asked five times
        drawn(unit, tile)
    asked = unit.connection.execute(_PREPARED, {"words": "Incidents of a period in the tile's box"}).one()
    assert asked.generic_plans >= 2
    assert asked.custom_plans == 0


@pytest.mark.parametrize("who", ["centre", "street", "department", "worker"])
def test_a_plan_that_knows_no_values_goes_by_the_box_and_leaves_out_months(acting, who):
    unit, tile = acting(who), Tile(*tile_at(16, 117.1, 36.65))
    plan_once(unit.connection)
    words = prepared(unit, tile)
    assert "Subplans Removed" in words
    assert "incident_state_2026_06_geom_idx" in words
    assert "Seq Scan on incident_state_2026_06" not in words  # where they all are


@pytest.mark.parametrize("who", ["centre", "street", "department", "worker"])
def test_doubt_is_found_by_the_index_of_what_is_in_no_cell_for_sure(acting, who):
    unit, tile = acting(who), Tile(*tile_at(16, 117.1, 36.65))
    plan_once(unit.connection)
    words = planned(unit, statement("tile", "doubtful", QUERIES["doubtful"]).clause, tile)
    assert "Subplans Removed" in words
    found = [line for line in words.splitlines() if "Scan" in line and "incident_state_2026_06" in line]
    assert found
    names = unit.connection.execute(_UNPLACED).scalars().all()
    assert all(any(name in line for name in names) or "odd" in line for line in found), words


def test_the_days_that_a_period_cuts_are_looked_at_in_the_box_alone(acting):
    unit, tile = acting("centre"), Tile(*tile_at(16, 117.1, 36.65))
    plan_once(unit.connection)
    words = planned(unit, singles._REPORTED.in_box, tile)
    assert "incident_state_2026_06_geom_idx" in words
    assert "geom_idx" not in planned(unit, singles._REPORTED.anywhere, tile)
    assert "Join Filter: ((s.incident_id >=" not in words  # but looked for period by period, in its months alone


def test_whether_somebody_takes_part_elsewhere_is_looked_up_and_not_walked_along_a_district(acting):
    unit, tile = acting("centre"), Tile(*tile_at(16, 117.1, 36.65))
    plan_once(unit.connection)
    looked_up = [line for line in planned(unit, singles._ANY_OWN, tile).splitlines() if "Index Cond" in line]
    assert any("district_code" in line and "party" in line for line in looked_up)


def test_cards_are_looked_up_for_the_marks_alone_that_are_drawn(acting):
    unit, tile = acting("centre"), Tile(*tile_at(14, 117.1, 36.65))
    words = statement("tile", "incidents", QUERIES["incidents"])
    first, last = id_window(SIGHT.since, SIGHT.until)
    asked = {**corners(tile.box()), **tile.numbers, "first": first, "last": last, "whole": None, "most": 5}
    asked |= {
        "own_districts": [],
        "own_ids": [],
        "since": SIGHT.since,
        "until": SIGHT.until,
        "now": NOON,
        "stage": None,
    }
    read = unit.connection.execute(text(f"EXPLAIN (ANALYZE, FORMAT JSON) {words.clause.text}"), asked).scalar_one()
    rows = Counter()
    for node in nodes(read[0]["Plan"]):
        rows[node.get("Alias", "").rstrip("_0123456789")] += node["Actual Rows"] * node["Actual Loops"]
    assert rows["s"] > 100
    assert rows["i"] == 5


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


def test_a_crowded_tile_asks_for_its_hexagons_once(acting, monkeypatch):
    monkeypatch.setattr(drawing, "FEW", 1)
    unit, tile = acting("centre"), Tile(*tile_at(15, 117.1, 36.65))
    said: list[str] = []
    event.listen(unit.connection, "before_cursor_execute", lambda *given: said.append(given[2]))
    assert all("count" in one for one in drawn(unit, tile).values())
    assert len([words for words in said if "rollup_hexagon" in words]) == 1


def test_a_legend_of_whole_days_reads_no_single_incident(acting):
    unit = acting("centre")
    first = beginning(NOON.date() - timedelta(days=40))
    said: list[str] = []
    event.listen(unit.connection, "before_cursor_execute", lambda *given: said.append(given[2]))
    described = describe(unit, Sight(NOON, first, beginning(NOON.date()) - timedelta(microseconds=1), NOON))
    look = next(one for one in described.layers if one["name"] == "incidents")["look"]
    assert look["values"]["located"]["count"] > MANY / 2
    assert said
    assert not [words for words in said if "incident_state" in words or "FROM incident " in words]


@pytest.mark.parametrize("name", ["streets", "communities", "cells_by_reports", "buildings", "roads"])
def test_the_base_map_is_found_by_the_spatial_index(acting, name):
    unit = acting("centre")
    unit.connection.execute(text("SET LOCAL enable_seqscan = off"))  # some tables are small enough to be read whole
    given = {"codes": [], "reports": [], "ranks": [], "fewest": 30, "on": NOON.date()}
    words = explained(unit, name, Tile(*tile_at(16)), **given)
    assert "Index Cond: (geom &&" in words


@pytest.mark.parametrize("who", ROLES)
@pytest.mark.parametrize("zoom", [15, 16, 18])
def test_a_small_tile_holds_what_is_ones_own_and_nothing_else(acting, who, zoom):
    unit, tile = acting(who), Tile(*tile_at(zoom, 117.1, 36.65))
    found = drawn(unit, tile)
    assert all("number" in one for one in found.values())
    west, south, east, north = tile.box()
    given = {"west": west, "south": south, "east": east, "north": north, "since": SIGHT.since, "until": SIGHT.until}
    assert len(found) == unit.connection.execute(_OWN, given).scalar_one()


@pytest.mark.parametrize("who", ROLES)
@pytest.mark.parametrize("zoom", [8, 10, 12])
def test_all_tiles_together_count_what_is_ones_own_and_nothing_else(acting, who, zoom):
    unit = acting(who)
    _, west, north = tile_at(zoom, 116.95, 36.75)
    _, east, south = tile_at(zoom, 117.25, 36.55)
    tiles = [Tile(zoom, x, y) for x in range(west, east + 1) for y in range(north, south + 1)]
    found = {}
    for tile in tiles:
        told = drawn(unit, tile)
        assert not any("count" in one and key in found for key, one in told.items())  # each hexagon by one tile
        found |= told
    world = {"west": -180, "south": -90, "east": 180, "north": 90, "since": SIGHT.since, "until": SIGHT.until}
    own = unit.connection.execute(_OWN, world).scalar_one()
    assert bool(own) == (who != "administrator")
    # Where some tiles count and their neighbours do not, a hexagon across the edge is told by both or by neither.
    singly = {"number" in one for one in found.values()}
    if len(singly) < 2:
        assert sum(one.get("count", 1) for one in found.values()) == own


def drawn(unit: Unit, tile: Tile) -> dict[str, dict[str, Any]]:
    data = draw(unit, layer("incidents"), tile, SIGHT)
    found = [feature["properties"] for feature in read(data)["incidents"]] if data else []
    return {one.get("h3") or one["id"]: one for one in found}


@pytest.mark.parametrize("who", ["centre", "street"])
@pytest.mark.parametrize("zoom", [15, 16])
def test_a_small_tile_of_too_many_is_counted_by_the_hexagons_with_their_middle_in_it(acting, who, zoom, monkeypatch):
    monkeypatch.setattr(drawing, "FEW", 0)  # a street may have one alone there
    unit, tile = acting(who), Tile(*tile_at(zoom, 117.1, 36.65))
    found = drawn(unit, tile)
    assert found
    given = {"since": SIGHT.since, "until": SIGHT.until, "west": 117.05, "south": 36.6, "east": 117.15, "north": 36.7}
    positions = unit.connection.execute(text(_OWN.text.replace("count(*)", "ST_X(geom), ST_Y(geom)")), given)
    there = Counter(name_of(hexagon_at(lon, lat, FINE)) for lon, lat in positions)
    assert {name: one["count"] for name, one in found.items()} == {name: there[name] for name in found}
    inside = {name for name in there if tile.holds(*centre_of(int(name, 16)))}
    assert set(found) == inside


def test_in_a_small_tile_nothing_is_left_out_of_a_count(acting, monkeypatch):
    monkeypatch.setattr(drawing, "FEW", 1)
    tile = Tile(*tile_at(15, 117.1, 36.65))
    whole = drawn(acting("street"), tile)
    monkeypatch.setattr(singles, "MOST", 5)
    assert drawn(acting("street"), tile) == whole
    assert sum(one["count"] for one in whole.values()) > 5
    afar = drawn(acting("street"), Tile(*tile_at(10, 117.1, 36.65)))
    assert all(one["at_least"] for one in afar.values())


def test_who_sees_more_in_a_tile_than_can_be_told_apart_sees_it_counted(acting):
    tile = Tile(*tile_at(11, 117.1, 36.65))
    sights = {who: drawn(acting(who), tile) for who in ("centre", "department")}
    assert all("count" in one for one in sights["centre"].values())
    assert all("number" in one for one in sights["department"].values())
