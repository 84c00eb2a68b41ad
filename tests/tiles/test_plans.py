"""Among many incidents a tile is found by an index, whoever looks, and is the same to each as their own rows."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from gridgov.services.sweeping import Sweeping
from gridgov.services.sweeps.rollups import changed_days
from gridgov.store.cluster import Cluster
from gridgov.store.unit import Store, Unit
from layers import layer
from layers.tiles import QUERIES, Sight, Tile, draw
from layers.tiles.queries import _statement
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


def explained(unit: Unit, name: str, tile: Tile, **given: Any) -> str:
    statement = _statement("tile", name, QUERIES[name], QUERIES[name].columns)
    west, south, east, north = tile.box()
    asked = {"west": west, "south": south, "east": east, "north": north, **tile.numbers, **QUERIES[name].given}
    asked |= {"at": NOON, "since": SIGHT.since, "until": SIGHT.until, "now": NOON, "stage": None, "most": 5000, **given}
    asked["pixel"] = 0.0
    wanted = {key: asked[key] for key in statement.compile().params}
    rows = unit.connection.execute(text(f"EXPLAIN {statement.text}"), wanted).scalars()
    return "\n".join(rows)


@pytest.mark.parametrize("who", ["centre", "street", "department", "worker"])
def test_single_incidents_of_a_tile_are_found_by_the_spatial_index(acting, who):
    tile = Tile(*tile_at(16, 117.1, 36.65))
    first, last = "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"
    words = explained(acting(who), "incidents", tile, whole=None, own_districts=[], own_ids=[], first=first, last=last)
    assert "geom_idx" in words
    assert "Index Cond: (geom &&" in words


@pytest.mark.parametrize("name", ["streets", "communities", "cells_by_reports", "buildings", "roads"])
def test_the_base_map_is_found_by_the_spatial_index(acting, name):
    unit = acting("centre")
    unit.connection.execute(text("SET LOCAL enable_seqscan = off"))  # some tables are small enough to be read whole
    given = {"codes": [], "reports": [], "ranks": [], "fewest": 30}
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
    found = {key: one for tile in tiles for key, one in drawn(unit, tile).items()}
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


def test_who_sees_more_in_a_tile_than_can_be_told_apart_sees_it_counted(acting):
    tile = Tile(*tile_at(11, 117.1, 36.65))
    sights = {who: drawn(acting(who), tile) for who in ("centre", "department")}
    assert all("count" in one for one in sights["centre"].values())
    assert all("number" in one for one in sights["department"].values())
