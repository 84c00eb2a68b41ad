"""What a tile holds is what the frames hold that files and notebooks draw."""

from collections import Counter

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from gridgov.ids import new_id
from gridgov.services.intake import Intake
from layers import CATALOGUE, View, layer
from layers.catalogue import ByClass, ByRank, ByValue
from layers.tiles import DEEPEST, QUERIES, Tile, drawing
from tests.support import NOON, SetClock, at, report, somebody
from tests.tiles.conftest import HERE, PERIOD, SINCE, UNTIL, read, tile_at

VIEW = View(NOON, SINCE, UNTIL, ("370102", "370103", "370112"))
QUIET = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), database=None)
PLACES = ["/tiles", "/tiles/streets/10/845/401.mvt", "/tiles/base/10/845/401"]


@pytest.mark.parametrize("path", PLACES)
def test_who_has_not_logged_in_is_shown_nothing(stranger, path):
    assert stranger.get(path).status_code == 401


@pytest.mark.parametrize("path", PLACES)
def test_who_may_not_read_the_grid_is_shown_nothing(stranger, store, path):
    caller = somebody(store, "grid_worker", login="worker")
    with store.owning() as unit:
        unit.connection.execute(
            text("UPDATE credential SET scopes = '{case.read}' WHERE secret_hash = :h"), {"h": caller.secret_hash}
        )
    answer = stranger.get(path, headers={"Authorization": "Bearer secret-of-worker"})
    assert answer.status_code == 403
    assert "grid.read" in answer.json()["detail"]


def test_every_layer_of_the_catalogue_has_its_tiles():
    assert set(QUERIES) == {one.name for one in CATALOGUE}


@pytest.mark.parametrize("one", CATALOGUE, ids=lambda one: one.name)
def test_a_tile_carries_what_the_look_and_the_label_of_its_layer_need(one):
    columns = set(QUERIES[one.name].columns)
    if isinstance(one.look, ByValue | ByRank):
        assert one.look.column in columns
    if isinstance(one.look, ByClass) and one.name != "heat":
        assert {one.look.column, "rank"} <= columns
    assert one.label is None or one.label in columns


def test_an_unknown_layer_says_what_there_is(client):
    answer = client.get("/tiles/strets/10/845/401.mvt")
    assert answer.status_code == 404
    assert "streets" in answer.json()["detail"]


@pytest.mark.parametrize(
    "place", ["-1/0/0", "23/0/0", "10/1024/0", "10/0/1024", "10/-1/0", "0/1/0", "10/x/0", "99999999999/0/0"]
)
def test_a_tile_that_cannot_be_is_refused(client, place):
    assert client.get(f"/tiles/streets/{place}.mvt").status_code in {404, 422}
    assert client.get(f"/tiles/base/{place}").status_code in {404, 422}


@pytest.mark.parametrize(
    "words",
    [
        "since=2026-06-15T12:00:00",
        "as_of=yesterday",
        "stage=lost",
        "layer=x",
        "until=1900-01-01T00:00:00Z&since=2026-06-15T00:00:00Z",
    ],
)
def test_what_is_not_understood_is_refused(client, words):
    answer = client.get(f"/tiles/incidents/10/845/401.mvt?{words}")
    assert answer.status_code == 422


def test_where_nothing_lies_the_tile_is_empty(client):
    for one in CATALOGUE:
        answer = client.get(f"/tiles/{one.name}/10/0/0.mvt")
        assert (answer.status_code, answer.content) == (204, b""), one.name


@pytest.mark.parametrize("name", ["districts", "streets", "communities", "cells_by_reports", "green", "water"])
def test_all_areas_of_a_layer_lie_in_the_tiles_of_a_zoom_level(day, tiles, name):
    with day.transaction() as unit:
        frame = layer(name).frame(unit, VIEW)
    key = "code" if "code" in frame else "id"
    zoom = 11
    west, north = tile_at(zoom, 117.0051, 36.7082)[1:]
    east, south = tile_at(zoom, 117.1825, 36.5983)[1:]
    found = {
        feature["properties"][key]
        for x in range(west, east + 1)
        for y in range(north, south + 1)
        for feature in tiles(name, zoom, x, y).get(name, [])
    }
    assert found == set(frame[key])


def test_cells_carry_the_reports_and_the_class_of_the_map_in_a_file(day, client, tiles):
    with day.transaction() as unit:
        frame = layer("cells_by_reports").frame(unit, VIEW).set_index("code")
    described = {one["name"]: one for one in client.get("/tiles", params=PERIOD).json()["layers"]}
    seen = 0
    for name, column in (("cells_by_reports", "reports"), ("cells_by_rate", "per_1000_households")):
        cuts = [entry["upTo"] for entry in described[name]["look"]["classes"]]
        for feature in tiles(name, *tile_at(12))[name]:
            cell = feature["properties"]
            value = frame.loc[cell["code"], column]
            if np.isnan(value):
                assert column not in cell
                assert "rank" not in cell
                continue
            assert cell[column] == pytest.approx(value)
            assert cell["rank"] == (next(i for i, cut in enumerate(cuts) if value <= cut + 1e-6) if value > 0 else -1)
            seen += value > 0
    assert seen


def test_single_incidents_are_those_of_the_frame(day, tiles):
    with day.transaction() as unit:
        frame = layer("incidents").frame(unit, VIEW).set_index("number")
    found = {}
    for lon, lat in {(round(p.x, 4), round(p.y, 4)) for p in frame.geometry}:
        for feature in tiles("incidents", *tile_at(16, lon, lat))["incidents"]:
            found[feature["properties"]["number"]] = feature["properties"]
    assert set(found) == set(frame.index)
    for number, said in found.items():
        row = frame.loc[number]
        assert said["placement"] == row["placement"]
        assert said["stage"] == row["stage"]
        assert said["matter"] == row["matter"]
        assert said["reported_at"] == int(row["reported_at"].timestamp())
        assert said.get("cell_code", "") == (row["cell_code"] if isinstance(row["cell_code"], str) else "")
        assert said["overdue"] is False
    assert any(said["emergency"] for said in found.values())


def test_a_marks_place_is_right_to_a_few_units(day, tiles):
    with day.transaction() as unit:
        frame = layer("incidents").frame(unit, VIEW).set_index("number")
    z, x, y = tile_at(14)
    west, south, east, north = Tile(z, x, y).box(margin=0)
    features = tiles("incidents", z, x, y)["incidents"]
    assert features
    for feature in features:
        column, row = feature["geometry"]["coordinates"]
        point = frame.loc[feature["properties"]["number"]].geometry
        assert west + column / 4096 * (east - west) == pytest.approx(point.x, abs=2 * (east - west) / 4096)
        assert north - row / 4096 * (north - south) == pytest.approx(point.y, abs=3 * (north - south) / 4096)


@pytest.mark.usefixtures("day")
def test_a_tile_of_a_stage_holds_that_stage_alone(tiles):
    assert tiles("incidents", *tile_at(10), stage="closed") == {}
    everything = tiles("incidents", *tile_at(10))["incidents"]
    reported = tiles("incidents", *tile_at(10), stage="reported")["incidents"]
    assert sum(f["properties"]["count"] for f in reported) == sum(
        f["properties"].get("reported", 0) for f in everything
    )


def test_at_low_zooms_incidents_are_counted_and_none_is_lost(day, tiles):
    with day.transaction() as unit:
        frame = layer("incidents").frame(unit, VIEW)
    for name in ("incidents", "incidents_by_stage", "heat"):
        counted = Counter()
        for feature in tiles(name, 0, 0, 0)[name]:
            counted[feature["properties"]["h3"]] += feature["properties"]["count"]
        assert counted.total() == len(frame)


def test_whistles_lie_where_their_footprint_does(day, tiles, border_block):
    with day.transaction() as unit:
        frame = layer("whistles").frame(unit, VIEW)
        parts = layer("whistle_parts").frame(unit, VIEW)
    place = tile_at(15, border_block.centroid.x, border_block.centroid.y)
    found = tiles("whistles", *place)["whistles"]
    assert {f["properties"]["id"] for f in found} == {str(one) for one in frame["id"]}
    assert all(f["properties"]["combined"] and f["properties"]["stage"] == "drafted" for f in found)
    sides = tiles("whistle_parts", *place)["whistle_parts"]
    said = {(f["properties"]["number"], f["properties"]["street_code"]): f["properties"] for f in sides}
    assert set(said) <= set(zip(parts["number"], parts["street_code"], strict=True))
    for row in parts.itertuples():
        if (row.number, row.street_code) in said:
            assert said[row.number, row.street_code]["rank"] == row.rank
            assert said[row.number, row.street_code]["share"] == pytest.approx(row.share)
    assert said


def test_doubt_is_drawn_as_wide_as_it_is(day, tiles):
    with day.transaction() as unit:
        frame = layer("doubtful").frame(unit, VIEW)
    circle = frame.geometry.iloc[0]
    z, x, y = tile_at(14, circle.centroid.x, circle.centroid.y)
    drawn = shapely.geometry.shape(tiles("doubtful", z, x, y)["doubtful"][0]["geometry"])
    west, _, east, _ = Tile(z, x, y).box(margin=0)
    width = drawn.bounds[2] - drawn.bounds[0]
    if drawn.bounds[0] > -60 and drawn.bounds[2] < 4156:  # whole within the tile
        assert width / 4096 * (east - west) == pytest.approx(circle.bounds[2] - circle.bounds[0], rel=0.05)


def test_names_stand_once_inside_their_areas(tiles):
    z, zoom = 11, 11
    west, north = tile_at(zoom, 117.0051, 36.7082)[1:]
    east, south = tile_at(zoom, 117.1825, 36.5983)[1:]
    names = Counter(
        feature["properties"]["name"]
        for x in range(west, east + 1)
        for y in range(north, south + 1)
        for feature in tiles("streets", z, x, y).get("streets_label", [])
    )
    assert len(names) == 26
    assert set(names.values()) == {1}


@QUIET
@given(z=st.integers(0, DEEPEST), place=st.tuples(st.floats(0, 1, exclude_max=True), st.floats(0, 1, exclude_max=True)))
def test_every_tile_there_is_is_answered(client, z, place):
    x, y = (int(share * 2**z) for share in place)
    for name in ("streets", "incidents", "heat"):
        answer = client.get(f"/tiles/{name}/{z}/{x}/{y}.mvt", params=PERIOD)
        assert answer.status_code in {200, 204}


@QUIET
@given(z=st.integers(8, 18), lon=st.floats(117.0, 117.19), lat=st.floats(36.59, 36.71))
def test_whatever_tile_is_asked_its_cells_meet_without_gaps(client, z, lon, lat):
    z, x, y = tile_at(z, lon, lat)
    answer = client.get(f"/tiles/cells_by_reports/{z}/{x}/{y}.mvt", params=PERIOD)
    if answer.status_code == 204:
        return
    shapes = [shapely.geometry.shape(f["geometry"]) for f in read(answer.content)["cells_by_reports"]]
    together = shapely.union_all([shapely.make_valid(shape) for shape in shapes])
    covered = sum(shape.area for shape in shapes)
    # Quantised to whole units: what overlaps or is left out is a sliver of a unit along the borders.
    lengths = sum(shape.length for shape in shapes)
    assert abs(covered - together.area) <= lengths
    holes = [shapely.Polygon(ring) for part in shapely.get_parts(together) for ring in getattr(part, "interiors", ())]
    assert sum(hole.area for hole in holes) <= lengths


def test_a_tile_of_the_grid_is_kept_until_the_grid_changes(client, store):
    z, x, y = tile_at(12)
    path = f"/tiles/streets/{z}/{x}/{y}.mvt"
    first = client.get(path)
    assert first.headers["cache-control"] == "private, no-cache"
    version = first.headers["etag"].strip('"')
    assert client.get(path, params={"v": version}).headers["cache-control"].endswith("immutable")
    again = client.get(path, headers={"If-None-Match": f'"other", W/"{version}"'})
    assert (again.status_code, again.content) == (304, b"")
    with store.transaction() as unit:
        unit.summary.log_load("370102", at=NOON, source=f"test {new_id()}", summary={})
    after = client.get(path, headers={"If-None-Match": f'"{version}"'})
    assert after.status_code == 200
    assert after.headers["etag"] != f'"{version}"'
    assert client.get(path, params={"v": version}).headers["cache-control"] == "private, no-cache"


def test_what_hangs_on_incidents_is_never_kept(client):
    for name in ("incidents", "heat", "cells_by_reports", "whistles", "whistle_parts", "doubtful"):
        answer = client.get(f"/tiles/{name}/0/0/0.mvt", params=PERIOD)
        assert answer.headers["cache-control"] == "no-store", name


def test_a_tile_of_what_happens_says_whether_it_holds_the_same(client, keeper, day):
    z, x, y = tile_at(16)
    path = f"/tiles/incidents/{z}/{x}/{y}.mvt"
    first, again = (client.get(path, params=PERIOD) for _ in range(2))
    assert (first.headers["etag"], first.content) == (again.headers["etag"], again.content)
    assert client.get(path, params=PERIOD, headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    intake = Intake(day, clock=SetClock(NOON), home_district="370102", keeper=keeper)
    intake.take(report(text="又一处", position=at(*HERE)), author="test")
    after = client.get(path, params=PERIOD, headers={"If-None-Match": first.headers["etag"]})
    assert after.status_code == 200
    assert after.headers["etag"] != first.headers["etag"]
    empty = [client.get("/tiles/incidents/18/0/0.mvt", params=PERIOD) for _ in range(2)]
    assert [one.status_code for one in empty] == [204, 204]
    assert len({one.headers["etag"] for one in empty}) == 1


def test_before_there_was_a_grid_there_are_no_areas(client, tiles):
    for name in ("districts", "streets", "communities", "cells_by_reports"):
        assert tiles(name, *tile_at(12), as_of="1900-01-01T00:00:00Z") == {}
        assert tiles(name, *tile_at(12), as_of="2199-01-01T00:00:00Z")
    described = client.get("/tiles", params={"as_of": "1900-01-01T00:00:00Z"}).json()
    assert described["at"].startswith("1900-01-01")


@pytest.mark.usefixtures("day")
def test_the_catalogue_says_where_to_look_and_how_everything_is_drawn(client):
    said = client.get("/tiles", params=PERIOD).json()
    west, south, east, north = said["bounds"]
    assert (west, south, east, north) == pytest.approx((117.005, 36.598, 117.183, 36.708), abs=0.001)
    assert west < said["center"][0] < east
    assert said["base_map"] is None
    named = {one["name"]: one for one in said["layers"]}
    assert list(named) == [one.name for one in sorted(CATALOGUE, key=lambda one: one.order)]
    counts = {value: entry["count"] for value, entry in named["incidents"]["look"]["values"].items()}
    assert counts == {"located": 2, "doubtful": 1, "crossing": 2, "outside": 1}
    stages = {value: entry["count"] for value, entry in named["incidents_by_stage"]["look"]["values"].items()}
    assert stages["reported"] == sum(stages.values()) == 6
    assert named["roads"]["look"]["values"]["lane"]["count"] > 0


def test_several_layers_come_as_one_tile_that_is_kept_only_where_each_of_them_is(tiles, client):
    z, x, y = tile_at(13)
    ground = ("streets", "roads", "buildings")
    together = tiles(",".join(ground), z, x, y)
    alone = {name: features for one in ground for name, features in tiles(one, z, x, y).items()}
    assert together == alone
    kept = client.get(f"/tiles/streets,roads/{z}/{x}/{y}.mvt")
    assert "etag" in kept.headers
    own = client.get(f"/tiles/streets,incidents/{z}/{x}/{y}.mvt", params=PERIOD)
    assert own.headers["cache-control"] == "no-store"
    assert client.get(f"/tiles/streets,strets/{z}/{x}/{y}.mvt").status_code == 404


@pytest.mark.usefixtures("day")
def test_a_close_tile_that_may_not_hold_all_says_so_of_what_it_holds(tiles, monkeypatch):
    def said() -> list[bool]:
        found = tiles("incidents_by_stage", *tile_at(18))["incidents_by_stage"]
        return [one["properties"].get("at_least", False) for one in found]

    whole = said()
    assert whole
    assert not any(whole)
    monkeypatch.setattr(drawing, "MOST", len(whole) + 1)
    assert said() == whole
    monkeypatch.setattr(drawing, "MOST", len(whole))  # of which nobody can tell that there are no more
    assert said() == [True] * len(whole)
