"""The days of incidents hold what intake must cope with, and what is true about each is known."""

from collections import Counter
from datetime import datetime

import numpy as np
import pytest
import shapely

from gridgov.coordinates import Datum, geometry_to_wgs84, to_wgs84
from sample_geo import incidents, seasons
from sample_geo.common import DATA, read_rows

KINDS = {"clean", "near_border", "straddling", "wrong_datum", "duplicate_of", "outside", "address_only"}


@pytest.fixture(scope="module")
def reports() -> list[dict[str, str]]:
    rows = read_rows(DATA / "incidents_days.csv")
    truth = {row["number"]: row for row in read_rows(DATA / "incidents_truth.csv")}
    assert len(truth) == len(rows)
    return [row | truth[row["number"]] for row in rows]


def _points(rows) -> list[tuple[dict[str, str], np.ndarray]]:
    found = []
    for row in rows:
        if row["lon"]:
            lon, lat = to_wgs84(float(row["lon"]), float(row["lat"]), Datum(row["datum"]))
            found.append((row, np.array([float(lon), float(lat)])))
    return found


def test_every_kind_of_difficulty_is_there_and_the_last_day_has_500_to_700_reports(reports):
    assert {row["kind"].split(":")[0] for row in reports} == KINDS
    days = Counter(row["reported_at"][:10] for row in reports)
    assert sorted(days) == [day.isoformat() for day in incidents.DAYS]
    assert 500 <= days[incidents.DAYS[-1].isoformat()] <= 700


def test_times_carry_their_offset_and_numbers_follow_them(reports):
    times = [datetime.fromisoformat(row["reported_at"]) for row in reports]
    assert {moment.utcoffset().total_seconds() for moment in times} == {8 * 3600}
    assert times == sorted(times)
    assert [row["number"] for row in reports] == sorted(row["number"] for row in reports)


def test_a_clean_point_lies_in_its_true_cell_whatever_its_datum(reports, scene):
    rows = _points(row for row in reports if row["kind"] == "clean")
    cells = scene.cell_of(np.array([point for _, point in rows]))
    assert [row["cell_code"] for row, _ in rows] == cells
    assert {row["datum"] for row, _ in rows} == {"wgs84", "cgcs2000", "gcj02", "bd09"}


def test_a_point_near_a_border_is_within_its_accuracy_of_one_or_in_another_cell(reports, scene):
    rows = _points(row for row in reports if row["kind"] == "near_border")
    cells = scene.cell_of(np.array([point for _, point in rows]))
    assert any(row["cell_code"] != cell for (row, _), cell in zip(rows, cells, strict=True))
    assert any(row["cell_code"] == cell for (row, _), cell in zip(rows, cells, strict=True))


def test_a_wrong_datum_puts_most_reports_into_another_cell_until_it_is_corrected(reports, scene):
    rows = [row for row in reports if row["kind"] == "wrong_datum"]
    assert {row["datum"] for row in rows} == {"wgs84"}
    said = np.array([(float(row["lon"]), float(row["lat"])) for row in rows])
    meant = np.column_stack(to_wgs84(said[:, 0], said[:, 1], Datum("gcj02")))
    true_cells = [row["cell_code"] for row in rows]
    assert sum(a == b for a, b in zip(scene.cell_of(meant), true_cells, strict=True)) > 0.6 * len(rows)
    assert sum(a == b for a, b in zip(scene.cell_of(said), true_cells, strict=True)) < 0.4 * len(rows)


def test_outside_points_lie_in_no_cell(reports, scene):
    rows = _points(row for row in reports if row["kind"] == "outside")
    assert scene.cell_of(np.array([point for _, point in rows])) == [""] * len(rows)
    assert all(row["cell_code"] == "" for row, _ in rows)


def test_a_report_by_address_alone_claims_no_datum_and_has_an_address(reports):
    rows = [row for row in reports if row["kind"] == "address_only"]
    assert all(row["address"] and row["cell_code"] for row in rows)
    assert not any(row["lon"] or row["datum"] or row["geometry_wkt"] or row["accuracy_m"] for row in rows)


def test_a_duplicate_comes_later_than_its_original_and_is_of_the_same_matter(reports):
    by_number = {row["number"]: row for row in reports}
    for row in reports:
        if row["kind"].startswith("duplicate_of:"):
            original = by_number[row["kind"].split(":")[1]]
            assert original["reported_at"] <= row["reported_at"]
            assert original["matter_code"] == row["matter_code"]


def test_footprints_that_straddle_lie_in_several_cells_and_the_true_cell_has_most_of_them(reports, scene):
    shapes = [row for row in reports if row["geometry_wkt"]]
    assert {row["kind"] for row in shapes} >= {"clean", "straddling"}
    for row in shapes:
        shape = geometry_to_wgs84(shapely.from_wkt(row["geometry_wkt"]), Datum(row["datum"]))
        shares = scene.shares(shape)
        if row["kind"] == "straddling":
            assert len([share for share in shares.values() if share > 1e-6]) > 1
        assert shares[row["cell_code"]] == pytest.approx(max(shares.values()), abs=1e-5)


def test_the_demonstrations_day_has_building_work_on_the_border_block_with_its_outline(reports, scene):
    (block,) = [row for row in reports if row["address"] == "界边综合楼" and row["geometry_wkt"]]
    assert block["reported_at"].startswith(incidents.DAYS[-1].isoformat())
    shares = scene.shares(shapely.from_wkt(block["geometry_wkt"]))
    assert sorted(round(share, 3) for share in shares.values()) == [0.333, 0.667]
    last = [row for row in reports if row["kind"] == "straddling" and row["number"][2:10] == block["number"][2:10]]
    streets = [{code[:9] for code in scene.shares(shapely.from_wkt(row["geometry_wkt"]))} for row in last]
    assert sum(len(found) > 1 for found in streets) >= 5


def test_rush_hours_seasons_and_weather_shape_the_year(scene):
    heat = next(n for n, matter in enumerate(scene.matters) if matter.name == "供暖不热")
    days = [seasons.YEAR_START.replace(month=month, day=20) for month in range(1, 13)]
    expected = [seasons.rates(scene.matters, day) for day in days]
    assert expected[0][heat] > 20 * expected[6][heat]
    total = sum(
        float(seasons.rates(scene.matters, seasons.YEAR_START.replace(month=m, day=d)).sum())
        for m in range(1, 13)
        for d in range(1, 29)
    )
    assert total / 336 * 365 == pytest.approx(190_000, rel=0.08)


def test_most_reports_come_by_day_and_some_places_are_far_hotter_than_others(reports):
    hours = Counter(int(row["reported_at"][11:13]) for row in reports)
    assert sum(hours[h] for h in range(8, 12)) > 5 * sum(hours[h] for h in range(1, 5))
    cells = Counter(row["cell_code"] for row in reports if row["cell_code"])
    top = sum(count for _, count in cells.most_common(len(cells) // 10))
    assert top > 0.25 * len(reports)
