from dataclasses import replace
from datetime import timedelta

import pytest
import shapely

from gridgov.coordinates import to_plane
from layers import layer
from layers.frames import FEWEST_HOUSEHOLDS
from tests.layers.conftest import HOSTILE


def test_cells_count_the_reports_of_the_period_and_no_others(unit, view):
    cells = layer("cells_by_reports").frame(unit, view)
    longer = layer("cells_by_reports").frame(unit, replace(view, since=view.since - timedelta(days=2)))
    assert len(cells) == 869
    assert longer["reports"].sum() == cells["reports"].sum() + 1


def test_a_rate_needs_households(unit, view):
    cells = layer("cells_by_rate").frame(unit, view)
    few = cells["households"].isna() | (cells["households"] < FEWEST_HOUSEHOLDS)
    assert few.any()
    assert cells.loc[few, "per_1000_households"].isna().all()
    rated = cells[~few]
    assert (rated["per_1000_households"] * rated["households"] / 1000).round(6).equals(rated["reports"].astype(float))


def test_only_the_districts_asked_for_are_read(unit, view):
    home = replace(view, districts=("370102",))
    assert set(layer("cells_by_reports").frame(unit, home)["district_code"]) == {"370102"}
    assert len(layer("streets").frame(unit, home)) == 13


def test_nothing_was_in_force_before_the_grid(unit, view):
    long_ago = replace(view, at=view.at.replace(year=1980))
    assert layer("cells_by_reports").frame(unit, long_ago).empty
    assert layer("whistle_parts").frame(unit, long_ago).empty


def test_a_quiet_period_has_frames_without_rows(unit, view):
    quiet = replace(view, since=view.until, until=view.until + timedelta(hours=1))
    for name in ("incidents", "doubtful", "whistles", "whistle_parts"):
        frame = layer(name).frame(unit, quiet)
        assert frame.empty
        assert frame.crs.to_epsg() == 4326


def test_incidents_without_a_place_are_not_on_the_map(unit, view):
    shown = layer("incidents").frame(unit, view)
    counts = unit.summary.placements(view.since, view.until)
    assert counts["unplaced"] == 1
    assert len(shown) == sum(counts.values()) - 1
    assert HOSTILE in set(shown["text"])


def test_the_newest_incidents_are_kept_where_a_limit_cuts(unit, view):
    everything = unit.maps.incidents(view.districts, view.since - timedelta(days=9), view.until)
    assert everything["reported_at"].is_monotonic_decreasing
    cut = unit.maps.incidents(view.districts, view.since - timedelta(days=9), view.until, limit=2)
    assert list(cut["id"]) == list(everything["id"][:2])


def test_the_circle_of_a_doubtful_report_has_its_accuracy_as_radius(unit, view):
    doubtful = layer("doubtful").frame(unit, view)
    row = doubtful.iloc[0]
    circle = to_plane(row.geometry, row.geometry.centroid.x)
    assert shapely.minimum_bounding_radius(circle) == pytest.approx(60.0, rel=1e-3)
    assert sum(chance for _, chance in row["chances"]) == pytest.approx(1.0)
    assert row["chances"][0][0] == row["cell_code"]


def test_the_border_block_is_one_third_and_two_thirds(unit, view, border_block):
    parts = layer("whistle_parts").frame(unit, view)
    block = parts[parts.geom_type == "Polygon"].sort_values("rank")
    assert list(block["share"]) == pytest.approx([2 / 3, 1 / 3], abs=0.001)
    assert list(block["leads"]) == [True, False]
    assert {code[:6] for code in block["street_code"]} == {"370102", "370112"}
    together = shapely.union_all(block.geometry.to_numpy())
    assert together.symmetric_difference(border_block).area <= 1e-9 * border_block.area
    assert list(shapely.area(block.geometry.to_numpy()) / border_block.area) == pytest.approx(
        list(block["share"]), abs=1e-4
    )


def test_a_whistle_names_its_sides_largest_first_and_whom_it_summons_lead_first(unit, view):
    for row in layer("whistles").frame(unit, view).itertuples():
        shares = [side["share"] for side in row.sides]
        assert shares == sorted(shares, reverse=True)
        assert all(side["street_name"] and side["district"] for side in row.sides)
        assert [one["leads"] for one in row.summons] == sorted((one["leads"] for one in row.summons), reverse=True)


def test_a_box_reads_only_what_meets_it(unit, view, border_block):
    west, south, east, north = border_block.bounds
    near = layer("buildings").frame(unit, replace(view, box=(west, south, east, north)))
    assert 1 <= len(near) < 20
    assert near.intersects(shapely.box(west, south, east, north)).all()
    far = layer("incidents").frame(unit, replace(view, box=(10.0, 10.0, 11.0, 11.0)))
    assert far.empty
