"""What is planted is found, what is not there is not, and nothing is claimed that was not measured."""

from typing import get_args

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter

from api.proactive import ExpectedOut, Method
from gridgov.errors import CoordinateError, InputError
from gridgov.proactive.bases import Base, by_exposure, by_history, shrunk
from gridgov.proactive.hotspots import hotspots
from gridgov.proactive.load import METHODS, _known, _told_before, expected
from gridgov.proactive.many import q_values, tails
from gridgov.proactive.places import Places, hexagon_names
from gridgov.proactive.repeats import repeats
from gridgov.proactive.rising import rising
from gridgov.proactive.topics import figures, starting_topics, topics_of
from gridgov.proactive.weeks import courses

SIDE = 10
KNOT = [44, 45, 54, 55]
"""Four cells in the middle that touch."""


@pytest.fixture(scope="module")
def board() -> Places:
    """Return a board of a hundred square cells."""
    squares = [shapely.box(117 + x / 100, 36 + y / 100, 117 + (x + 1) / 100, 36 + (y + 1) / 100)
               for y in range(SIDE) for x in range(SIDE)]  # fmt: skip
    codes = [f"{number:03d}" for number in range(SIDE * SIDE)]
    return Places.of_cells(gpd.GeoDataFrame({"code": codes}, geometry=squares, crs="EPSG:4326"))


def counted(board: Places, mean: np.ndarray, chance: np.random.Generator) -> "pd.Series[int]":
    return pd.Series(chance.poisson(mean), board.frame.index)


def test_neighbours_share_a_border_or_a_corner(board):
    assert board.touches.sum(axis=1)[[0, 5, 55]].tolist() == [3, 5, 8]


@pytest.mark.parametrize("base", ["exposure", "history"])
def test_where_nothing_stands_out_nearly_nothing_is_found(board, base):
    """Of 40 boards at alpha 0.05 two may cry; more than 6 do with a chance below 0.004."""
    cried = 0
    for seed in range(40):
        chance = np.random.default_rng(seed)
        mean = chance.lognormal(0.5, 1.0, len(board))
        counts = counted(board, mean, chance)
        past = pd.DataFrame(chance.poisson(mean[:, None], (len(board), 6)), board.frame.index)
        exposure = pd.Series(mean, board.frame.index)
        found = hotspots(
            counts, by_exposure(counts, exposure) if base == "exposure" else by_history(counts, past), board
        )
        cried += bool(found["class"].isin(["hot", "cold", "hot_alone"]).any())
    assert cried <= 6


def weather(chance: np.random.Generator) -> np.ndarray:
    """Return by how much each place of the board has more or less this once, alike among neighbours: mean 1, sd 0.3."""
    noise = gaussian_filter(chance.normal(size=(SIDE, SIDE)), 1.5, mode="wrap").ravel()
    return np.exp(0.3 * noise / noise.std() - 0.3**2 / 2)


def test_noise_that_neighbours_share_is_no_hot_spot_and_what_burns_in_it_is(board):
    """Of 30 boards at alpha 0.05 one or two may cry; more than 5 do with a chance below 0.004."""
    cried, found = 0, 0
    for seed in range(30):
        chance = np.random.default_rng(seed)
        level = 8 * chance.lognormal(0, 0.5, len(board))
        months = pd.DataFrame([chance.poisson(level * weather(chance)) for _ in range(9)], columns=board.frame.index).T
        now, past = months.iloc[:, -1].copy(), months.iloc[:, :-1]
        cried += bool((hotspots(now, by_history(now, past), board)["class"] != "none").any())
        now.iloc[KNOT] += chance.poisson(4 * level[KNOT])
        found += bool((hotspots(now, by_history(now, past), board)["class"].iloc[KNOT] == "hot").any())
    assert cried <= 5
    assert found >= 24


@pytest.mark.parametrize("base", ["exposure", "history"])
def test_a_planted_knot_is_found_and_what_is_far_from_it_is_not(board, base):
    chance = np.random.default_rng(3)
    mean = np.full(len(board), 4.0)
    past = pd.DataFrame(chance.poisson(mean[:, None], (len(board), 6)), board.frame.index)
    mean[KNOT] *= 8
    counts = counted(board, mean, chance)
    even = pd.Series(1.0, board.frame.index)
    found = hotspots(counts, by_exposure(counts, even) if base == "exposure" else by_history(counts, past), board)
    assert (found["class"].iloc[KNOT] == "hot").all()
    assert (found["quadrant"].iloc[KNOT] == "HH").all()
    assert (found["statistic"].iloc[KNOT] > 3).all()
    assert (found["class"].iloc[:30] == "none").all()
    assert found["expected"].sum() == pytest.approx(counts.sum())
    assert "预期" in found["sentence"].iloc[44]


def test_the_worked_example_holds_and_the_statistic_is_that_of_ord_and_getis():
    row = gpd.GeoDataFrame({"code": list("abcdefghij")}, geometry=[shapely.box(x, 0, x + 1, 1) for x in range(10)])
    places = Places.of_cells(row.set_crs("EPSG:4326"))
    counts, expected = pd.Series(0, places.frame.index), pd.Series(0.9, places.frame.index)
    counts["c"] = 9
    found = hotspots(counts, Base(expected, expected * 0, ("均摊", "an even share")), places)
    assert (found["class"] == "hot").tolist() == [False, True, True, True] + [False] * 6
    assert found.loc["c", ["p", "q"]].tolist() == pytest.approx([0.0019, 0.0191], rel=0.01)
    # Ord and Getis 1995, eq. 5: (sum of w x - W mean) / (s sqrt((n S1 - W^2) / (n - 1))), with itself among w.
    values = (counts - expected).to_numpy() / np.sqrt(expected.to_numpy())
    near, n = places.around.toarray(), 10
    weight = near.sum(axis=1)
    by_hand = (near @ values - weight * values.mean()) / (values.std() * np.sqrt((n * weight - weight**2) / (n - 1)))
    assert found["statistic"].to_numpy() == pytest.approx(by_hand)
    assert found.loc["c", "statistic"] > 0


def test_a_place_high_by_itself_is_told_from_a_knot(board):
    counts = pd.Series(4, board.frame.index)
    counts.iloc[44] = 24
    found = hotspots(counts, by_exposure(counts, pd.Series(1.0, board.frame.index)), board)
    assert found["quadrant"].iloc[44] == "HL"
    past = pd.DataFrame(np.full((len(board), 8), 4), board.frame.index)
    assert hotspots(counts, by_history(counts, past), board)["class"].iloc[44] in {"hot", "hot_alone"}


def test_of_a_place_without_an_exposure_nothing_is_said(board):
    counts = pd.Series(3, board.frame.index)
    exposure = pd.Series(1.0, board.frame.index)
    exposure.iloc[[0, 1]] = [0.0, np.nan]
    found = hotspots(counts, by_exposure(counts, exposure), board)
    assert found["class"].iloc[:3].tolist() == ["no_base", "no_base", "none"]
    assert found["p"].isna().sum() == 2


def test_what_cannot_be_is_refused_with_what_to_do(board):
    counts = pd.Series(3, board.frame.index)
    with pytest.raises(InputError, match="negative"):
        by_exposure(counts, counts - 10.0)
    with pytest.raises(InputError, match="above zero"):
        by_exposure(counts, counts * 0.0)
    with pytest.raises(InputError, match="Nothing was reported in this period"):
        by_exposure(counts * 0, counts * 1.0)
    with pytest.raises(InputError, match="any of these weeks"):
        courses(pd.DataFrame(0, counts.index, range(12)), Base(counts * 1.0, counts * 0.0, ("", "")), board)
    with pytest.raises(InputError, match="two earlier periods"):
        by_history(counts, pd.DataFrame({0: counts}))
    with pytest.raises(InputError, match="share between 0 and 1"):
        hotspots(counts, by_exposure(counts, counts * 1.0), board, alpha=5)
    with pytest.raises(InputError, match="other places"):
        hotspots(counts.iloc[:50], by_exposure(counts, counts * 1.0), board)
    frame = board.frame.reset_index()
    with pytest.raises(CoordinateError, match="to_crs"):
        Places.of_cells(
            frame.set_crs(4490, allow_override=True).set_geometry(frame.geometry.set_crs(None, allow_override=True))
        )
    with pytest.raises(InputError, match="twice"):
        Places.of_cells(pd.concat([frame, frame.iloc[:1]]))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_a_corrected_p_is_never_less_than_it_was_and_keeps_its_order(p):
    q = q_values([*p, np.nan])
    assert np.isnan(q[-1])
    assert (q[:-1] >= np.array(p) - 1e-12).all()
    order = np.argsort(p, kind="stable")
    assert (np.diff(q[:-1][order]) >= -1e-12).all()


@given(st.integers(0, 60), st.floats(0.05, 50), st.floats(0, 100))
@settings(deadline=None)
def test_both_tails_hold_the_count_itself_and_all_there_is(observed, mean, variance):
    high, low = tails(*(np.array([value], dtype=float) for value in (observed, mean, variance)))
    assert 1 - 1e-9 <= high[0] + low[0] <= 2 + 1e-9


def test_small_numbers_are_drawn_to_the_mean_and_large_ones_stay():
    level, _ = shrunk(np.array([0.0, 1.0, 2.0, 400.0]))
    assert level[0] > 0
    assert level[3] == pytest.approx(400, rel=0.02)
    alike, _ = shrunk(np.array([5.0, 5.0, 5.0]))
    assert np.ptp(alike) < 1e-6


def test_hexagons_count_what_lies_in_them_and_know_their_neighbours():
    lons, lats = 117.09 + np.arange(6) * 0.003, np.full(6, 36.65)
    incidents = pd.DataFrame({"lon": [*lons, np.nan], "lat": [*lats, 36.0]})
    named = hexagon_names(incidents)
    assert named.isna().tolist() == [False] * 6 + [True]
    places = Places.of_hexagons(named.dropna().tolist())
    assert places.counts(named.dropna()).sum() == 6
    assert places.touches.sum() > 0
    assert (places.touches != places.touches.T).nnz == 0


def test_weeks_tell_what_is_new_what_stays_and_what_was(board):
    chance = np.random.default_rng(5)
    mean = np.full((len(board), 10), 4.0)
    mean[22] *= 20
    mean[77, -1] *= 20
    mean[27, :-3] *= 20
    weekly = pd.DataFrame(chance.poisson(mean), board.frame.index)
    total = weekly.sum(axis=1)
    even = pd.Series(total.mean(), board.frame.index)
    found = courses(weekly, Base(even, even * 0, ("均摊", "an even share")), board)
    assert found["class"].iloc[22] in {"persistent", "intensifying", "diminishing"}
    assert found["class"].iloc[77] == "new"
    assert found["class"].iloc[27] == "none"
    assert found["class"].iloc[0] == "none"
    with pytest.raises(InputError, match="four or more"):
        courses(weekly.iloc[:, :3], by_exposure(total, total * 1.0), board)


def incidents_at(days: list[int], *, matter: str = "20602", lon: float = 117.09, spread_m: float = 0.0) -> pd.DataFrame:
    """Return incidents at noon of Shanghai on these days of June, each so far north of the one before."""
    return pd.DataFrame({
        "at": pd.to_datetime([f"2026-06-{day:02d}T04:00:00Z" for day in days], utc=True),
        "matter": matter, "lon": lon, "lat": [36.65 + n * spread_m / 111_000 for n in range(len(days))],
        "cell": "370102001001001", "address": "和平路1号",
    })  # fmt: skip


def test_days_count_and_not_reports_and_matters_do_not_mix():
    nights = incidents_at([1, 1, 1, 1, 1])
    assert repeats(nights).empty
    four = incidents_at([1, 5, 9, 13])
    other = incidents_at([2, 3], matter="20801")
    found = repeats(pd.concat([four, other, nights.iloc[:1]], ignore_index=True))
    assert found[["matter", "count", "days", "every_days"]].to_numpy().tolist() == [["20602", 5, 4, 4.0]]
    assert found.loc[0, "sentence"].startswith("和平路1号")
    assert found.crs == "EPSG:4326"


def test_a_place_does_not_grow_along_a_road():
    chain = incidents_at([1, 3, 5, 7, 9, 11, 13, 15], spread_m=20)
    found = repeats(chain, within_m=30, at_least=3)
    assert found["radius_m"].max() <= 30
    assert len(found) >= 2
    named = [one for row in found["incidents"] for one in row]
    assert len(named) == len(set(named))


def test_a_place_without_an_address_says_none_beside_one_that_has_it():
    bare = incidents_at([1, 5, 9, 13], lon=117.10).assign(address=None)
    found = repeats(pd.concat([incidents_at([1, 5, 9, 13]), bare], ignore_index=True))
    assert found["address"].tolist() == ["和平路1号", None]  # and not NaN, which no JSON holds
    assert found["sentence"].iloc[1].startswith("同一地点 30 米内")


def test_repeats_are_the_same_in_any_order_and_without_positions_there_are_none():
    chance = np.random.default_rng(1)
    some = pd.concat([incidents_at(sorted(chance.integers(1, 29, 6)), lon=117.09 + k / 500) for k in range(5)])
    some.index = [f"id{n}" for n in range(len(some))]
    first, again = repeats(some), repeats(some.sample(frac=1, random_state=2))
    assert first["incidents"].tolist() == again["incidents"].tolist()
    assert repeats(some.assign(lon=np.nan)).empty
    with pytest.raises(InputError, match="0 m"):
        repeats(some, within_m=0)


def test_matters_that_rise_are_found_and_those_that_rise_every_year_are_called_so():
    chance = np.random.default_rng(2)
    names = [f"M{n}" for n in range(40)]
    past = pd.DataFrame(chance.poisson(20, (40, 8)), names)
    counts = pd.Series(chance.poisson(20, 40), names)
    counts["M3"], counts["M7"], counts["M9"] = 80, 80, 0
    then = pd.DataFrame(chance.poisson(20, (40, 9)), names)
    then.loc["M7"] = [20] * 8 + [85]
    found = rising(counts, past, year_ago=then)
    assert (found.loc["M3", "class"], found.loc["M7", "class"], found.loc["M9", "class"]) == (
        "rising", "seasonal", "falling",
    )  # fmt: skip
    assert (found["class"] == "none").sum() == 37
    assert found.index[0] in {"M3", "M7", "M9"}
    assert rising(counts, past).loc["M7", "class"] == "rising"
    with pytest.raises(InputError, match="three or more"):
        rising(counts, past.iloc[:, :2])


def test_where_no_matter_rises_hardly_any_is_called_so():
    cried = 0
    for seed in range(100):
        chance = np.random.default_rng(seed)
        mean = chance.lognormal(1, 1, (60, 1))
        history = chance.poisson(mean, (60, 9))
        cried += bool((rising(pd.Series(history[:, -1]), pd.DataFrame(history[:, :-1]))["class"] != "none").any())
    assert cried <= 11  # 5 are allowed for; more than 11 of a hundred come with a chance below 0.01


def months_of(counts: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(counts, columns=pd.period_range("2025-01", periods=counts.shape[1], freq="M"))


def test_next_month_is_told_better_than_by_guessing_where_shrinking_helps_and_its_interval_holds():
    chance = np.random.default_rng(4)
    mean = chance.gamma(3, 4, (150, 1))
    told = expected(months_of(chance.poisson(mean, (150, 13))[:, :12]))
    assert told.method == "smoothed"
    assert told.measured.loc["smoothed", "ratio"] < 1
    assert 0.72 <= told.measured.loc["smoothed", "coverage"] <= 0.97  # few months: rather too wide than too narrow
    came = chance.poisson(mean[:, 0])
    assert 0.7 <= ((came >= told.frame["low"]) & (came <= told.frame["high"])).mean() <= 0.97
    assert told.frame["expected"].sum() == pytest.approx(mean.sum(), rel=0.1)


def test_what_is_claimed_of_pure_chance_is_not_the_luck_of_the_method_picked():
    claimed, picked, held, came = [], [], [], []
    for seed in range(12):
        chance = np.random.default_rng(seed)
        shared_weather = np.exp(0.15 * chance.normal(size=10))
        counts = chance.poisson(chance.gamma(2, 40, (14, 1)) * shared_weather)
        told = expected(months_of(counts[:, :9]))
        claimed.append(told.measured.loc["given", "ratio"])
        picked.append(told.method)
        held.append(told.measured.loc["given", "coverage"])
        came.append(((counts[:, 9] >= told.frame["low"]) & (counts[:, 9] <= told.frame["high"])).mean())
    assert np.mean(claimed) >= 1  # nothing beats the best naive guess in hindsight here
    assert picked.count("smoothed") <= 3
    assert np.mean(held) >= 0.78
    assert np.mean(came) >= 0.72  # twelve months that were held out


@pytest.mark.parametrize("ahead", [1, 2])
def test_what_is_measured_of_a_month_knows_nothing_of_the_months_that_came_after_its_origin(ahead):
    counts = np.random.default_rng(8).poisson(30, (10, 9)).astype(float)
    days = np.full(9, 30.0)
    altered = counts.copy()
    altered[:, 8 - ahead + 1 :] *= 7
    known, again = (_known(_told_before(one, days, ahead)["naive_mean"], one, 8 - ahead) for one in (counts, altered))
    assert all((one == other).all() for one, other in zip(known, again, strict=True))


def test_where_a_naive_guess_is_better_it_is_what_is_given_and_it_says_so():
    # Every place goes its own way by large steps: shares of the past are behind.
    steps = np.random.default_rng(6).normal(0, 0.7, (40, 12)).cumsum(axis=1)
    told = expected(months_of((500 * np.exp(steps)).round()))
    assert told.method.startswith("naive_")
    assert told.measured.loc[told.method, "ratio"] == 1
    assert "没有方法明显胜过" in told.sentence


def test_where_a_naive_guess_was_never_wrong_nothing_is_compared_with_it():
    days_in_month = pd.period_range("2025-01", periods=9, freq="M").days_in_month  # one a day: each rate is the same
    told = expected(months_of(np.tile(days_in_month, (4, 1))).rename(index=str))
    assert told.measured.loc["naive_last", "mae"] == 0
    assert told.measured["ratio"].isna().all()
    assert "nan" not in told.sentence + told.sentence_en
    assert "mean error of 0.0 incidents over the last" in told.sentence_en
    out = ExpectedOut.of(told)
    assert {one.ratio for one in out.measured} == {None}
    assert {one.method for one in out.measured} == {"given", "smoothed", "naive_last", "naive_mean"}
    assert set(get_args(Method)) == set(METHODS)


def test_two_months_ahead_are_measured_from_two_months_away():
    line = np.arange(1, 13) * 10.0 * np.ones((5, 1))
    near, far = (expected(months_of(line), ahead=ahead) for ahead in (1, 2))
    assert (str(near.month), str(far.month)) == ("2026-01", "2026-02")
    assert far.measured.loc["naive_last", "mae"] > 1.5 * near.measured.loc["naive_last", "mae"]


@pytest.mark.parametrize(
    ("counts", "reason"), [(np.ones((3, 5)), "too few"), (np.zeros((3, 8)), "nothing"), (np.ones((0, 8)), "nothing")]
)
def test_from_nothing_nothing_is_told(counts, reason):
    with pytest.raises(InputError, match=reason):
        expected(months_of(counts))


def test_months_that_do_not_follow_one_another_are_refused():
    with pytest.raises(InputError, match="follow"):
        expected(months_of(np.ones((3, 8))).drop(columns=pd.Period("2025-03", freq="M")))


def test_each_month_has_a_topic_and_complaints_are_told_from_what_was_opened_first():
    assert {topic.month for topic in starting_topics()} == set(range(1, 13))
    month = pd.Period("2026-06", freq="M")
    rows = [("20801", "hotline_12345", 3), ("20801", "grid_worker", 1), ("20801", "proactive", 2),
            ("99999", "resident_app", 6)]  # fmt: skip
    counts = pd.DataFrame([{"month": month, "area": "370102001", "matter": m, "channel": c, "incidents": n}
                           for m, c, n in rows])  # fmt: skip
    found = figures(counts, topics_of(6)).iloc[0]
    assert found[["incidents", "complaints", "found", "proactive", "share"]].tolist() == [4, 3, 1, 2, 0.4]
    with pytest.raises(InputError, match="no month 13"):
        topics_of(13)
