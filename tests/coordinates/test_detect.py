"""A batch tells its datum, or it is said that it cannot be told."""

from typing import Any

import numpy as np
import pytest
import shapely
from scipy import stats

from gridgov.coordinates import BD09, GCJ02, WGS84, Datum, DatumGuess, Reference, detect_datum
from gridgov.coordinates.detect import _student
from gridgov.errors import GeometryError

DATUMS = [WGS84, GCJ02, BD09]


@pytest.fixture(scope="session")
def reference(city: Any) -> Reference:
    return Reference.from_layers([city.lonlat(city.roads), city.lonlat(city.buildings)], city.lonlat(city.outline))


def right_or_undecided(guess: DatumGuess, datum: Datum) -> bool:
    assert sum(guess.probabilities.values()) == pytest.approx(1)
    return guess.best in {None, datum}


@pytest.mark.parametrize("datum", DATUMS, ids=str)
@pytest.mark.parametrize(("count", "noise_m"), [(80, 10), (200, 30), (5000, 30)])
def test_a_batch_of_many_reports_names_its_datum(
    city: Any, reference: Reference, datum: Datum, count: int, noise_m: float
):
    guess = detect_datum(*city.reports(count, noise_m, datum, seed=count), reference)
    assert guess.best == datum
    assert guess.probabilities[datum.name] >= 0.99
    assert guess.improvement_m > 0
    assert str(datum) in guess.sentence
    assert guess.n <= min(count, 600)


@pytest.mark.parametrize("noise_m", [10, 20, 30])
def test_no_batch_of_any_size_is_sure_and_wrong(city: Any, reference: Reference, noise_m: float):
    for seed in range(24):
        datum = DATUMS[seed % 3]
        count = (5, 10, 20, 40, 80, 160)[seed // 4]
        assert right_or_undecided(detect_datum(*city.reports(count, noise_m, datum, seed=seed), reference), datum)


def test_roads_alone_never_mislead(city: Any):
    roads = Reference.from_layers([city.lonlat(city.roads)])
    for seed in range(9):
        datum = DATUMS[seed % 3]
        assert right_or_undecided(detect_datum(*city.reports(150, 20, datum, seed=seed), roads), datum)


@pytest.mark.parametrize("datum", DATUMS, ids=str)
def test_five_reports_are_too_few(city: Any, reference: Reference, datum: Datum):
    guess = detect_datum(*city.reports(5, 10, datum, seed=1), reference)
    assert guess.best is None
    assert "Cannot tell" in guess.sentence


def test_a_thousand_reports_from_one_spot_are_one_place(city: Any, reference: Reference):
    x, y = city.reports(1, 0, GCJ02, seed=4)
    guess = detect_datum(np.repeat(x, 1000), np.repeat(y, 1000), reference)
    assert (guess.best, guess.n) == (None, 1)


def test_an_outline_alone_is_never_enough(city: Any):
    outline = Reference.from_layers([], city.lonlat(city.outline))
    for datum in DATUMS:
        assert detect_datum(*city.reports(500, 10, datum, seed=2), outline).best is None


def test_reports_anywhere_or_away_from_all_buildings_decide_nothing(city: Any):
    reference = Reference.from_layers([city.lonlat(city.buildings)])
    rng = np.random.default_rng(8)
    places = city.centre + rng.uniform(-2900, 2900, (600, 2))
    away = shapely.STRtree(city.buildings).query_nearest(
        shapely.points(places), return_distance=True, all_matches=False
    )[1]
    assert detect_datum(*city.written(places, WGS84), reference).best is None
    assert detect_datum(*city.written(places[away > 25], GCJ02), reference).best is None


def test_a_batch_from_two_sources_is_called_mixed(city: Any, reference: Reference):
    first, second = city.reports(200, 15, GCJ02, seed=5), city.reports(300, 15, BD09, seed=6)
    guess = detect_datum(np.concatenate([first[0], second[0]]), np.concatenate([first[1], second[1]]), reference)
    assert guess.best is None
    assert "mixed" in guess.sentence
    assert "gcj02" in guess.sentence


def test_an_older_datum_beside_all_three_is_noticed(city: Any, reference: Reference):
    homes = shapely.get_coordinates(shapely.centroid(city.buildings[:400]))
    for turn in range(4):
        offset = 100 * np.array([np.cos(turn * np.pi / 2), np.sin(turn * np.pi / 2)])
        assert detect_datum(*city.written(homes + offset, WGS84), reference).best is None


def test_a_few_reports_with_addresses_are_enough(city: Any, reference: Reference):
    rng = np.random.default_rng(9)
    homes = shapely.centroid(rng.choice(city.buildings, 8))
    x, y = city.written(shapely.get_coordinates(homes) + rng.normal(0, 20, (8, 2)), BD09)
    guess = detect_datum(x, y, reference, expected=city.lonlat(homes))
    assert guess.best == BD09
    assert guess.improvement_m > 300


def test_cells_named_by_code_tell_the_datum_too(city: Any, reference: Reference):
    rng = np.random.default_rng(10)
    places = city.centre + rng.uniform(-2500, 2500, (12, 2))
    cells = np.array([shapely.box(*(place - 180), *(place + 180)) for place in places], dtype=object)
    x, y = city.written(places + rng.uniform(-100, 100, (12, 2)), GCJ02)
    assert detect_datum(x, y, reference, expected=city.lonlat(cells)).best == GCJ02


def test_expected_places_that_fit_nothing_do_not_decide(city: Any):
    rng = np.random.default_rng(11)
    outline = Reference.from_layers([], city.lonlat(city.outline))
    places = city.centre + rng.uniform(-2500, 2500, (40, 2))
    elsewhere = shapely.points(rng.permutation(places))
    assert detect_datum(*city.written(places, WGS84), outline, expected=city.lonlat(elsewhere)).best is None


def test_unusable_positions_are_left_out(city: Any, reference: Reference):
    x, y = city.reports(100, 10, GCJ02, seed=12)
    bad_x, bad_y = np.r_[x, np.nan, 0.0, 36.6, 508941.0], np.r_[y, 36.6, 0.0, 117.1, 4057674.0]
    assert detect_datum(bad_x, bad_y, reference).best == GCJ02
    nothing = detect_datum(bad_x[100:], bad_y[100:], reference)
    assert (nothing.best, nothing.n) == (None, 0)
    assert "usable" in nothing.sentence


def test_a_batch_far_from_the_reference_decides_nothing(reference: Reference):
    rng = np.random.default_rng(13)
    guess = detect_datum(rng.uniform(120, 120.1, 300), rng.uniform(30, 30.1, 300), reference)
    assert guess.best is None


def test_the_same_batch_gets_the_same_answer(city: Any, reference: Reference):
    batch = city.reports(700, 20, BD09, seed=14)
    assert detect_datum(*batch, reference) == detect_datum(*batch, reference)


def test_there_must_be_something_to_compare_with(reference: Reference):
    with pytest.raises(GeometryError, match="buildings, roads or addresses"):
        Reference.from_layers([])
    with pytest.raises(GeometryError, match="one per position"):
        detect_datum([117.1], [36.6], reference, expected=[])


@pytest.mark.parametrize("freedom", [1, 3, 4.5])
def test_the_density_of_the_tail_is_students(freedom: float):
    for value in (0.0, 0.3, 2.0, 40.0):
        assert _student(value, freedom) == pytest.approx(stats.t.logpdf(value, freedom), abs=1e-12)
