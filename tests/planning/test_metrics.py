"""Figures of grids and plans: the worked examples, examples by hand, and what holds of every grid."""

import doctest
from importlib import import_module

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gridgov import planning
from gridgov.errors import CoordinateError, GeometryError, InputError
from gridgov.planning import metrics

LOADS = st.lists(st.floats(0, 1e6, allow_subnormal=False), min_size=1, max_size=40).map(pd.Series)
SOME = LOADS.filter(lambda loads: loads.sum() > 1)


def squares(columns: int, rows: int, *, side: float = 0.001) -> gpd.GeoSeries:
    """Return squares (in degrees) that fit together, named by column and row."""
    xs, ys = 117.0 + side * np.arange(columns + 1), 36.65 + side * np.arange(rows + 1)
    shapes = {f"{x}{y}": shapely.box(xs[x], ys[y], xs[x + 1], ys[y + 1]) for x in range(columns) for y in range(rows)}
    return gpd.GeoSeries(shapes, crs=4326)


@pytest.mark.parametrize("module", ["fairness", "shapes", "changes"])
def test_the_worked_examples_are_true(module):
    found = doctest.testmod(import_module(f"gridgov.planning.metrics.{module}"))
    assert found.attempted >= 7
    assert found.failed == 0


@pytest.mark.parametrize("name", metrics.__all__)
def test_each_figure_is_reached_from_planning(name):
    assert getattr(planning, name) is getattr(metrics, name)
    assert name in planning.__all__


class TestFairness:
    def test_a_deviation_is_told_from_the_mean_of_its_own_street(self):
        loads = pd.Series({"a": 100.0, "b": 300.0, "c": 500.0}, name="households")
        off = metrics.deviation(loads, groups=pd.Series({"c": "east", "a": "west", "b": "west"}))
        assert off.name == "deviation"
        assert off.to_dict() == {"a": -0.5, "b": 0.5, "c": 0.0}

    def test_a_street_where_nobody_lives_has_no_deviation_and_spoils_no_figure(self):
        loads, groups = pd.Series([0.0, 0.0, 100.0, 300.0]), pd.Series(["empty", "empty", "full", "full"])
        assert metrics.deviation(loads, groups=groups).isna().tolist() == [True, True, False, False]
        assert metrics.variation(loads, groups=groups) == 0.5
        assert metrics.share_within(loads, 0.5, groups=groups) == 1.0

    def test_a_load_exactly_on_the_edge_of_the_band_is_inside(self):
        assert metrics.share_within(pd.Series([300.0, 500.0, 299.0, 501.0]), 0.25) == 0.5

    def test_a_row_of_figures_by_hand(self):
        row = metrics.fairness(pd.Series([2.0, 4.0, 4.0, 6.0], name="incidents"))
        assert row.name == "incidents"
        assert row["variation"] == pytest.approx(np.std([2, 4, 4, 6]) / 4)
        assert row["gini"] == pytest.approx(0.1875)  # (3 * (6 - 2) + 1 * (4 - 4)) / (4 * 16)
        assert row[["cells", "mean", "least", "most", "max_deviation", "within_25"]].tolist() == [4, 4, 2, 6, 0.5, 0.5]

    @pytest.mark.parametrize(
        ("loads", "says"),
        [
            (pd.Series([1.0, np.nan], index=["a", "b"]), "the first is that of b"),
            (pd.Series([-1.0, 2.0]), "below zero"),
            (pd.Series([np.inf]), "missing"),
            (pd.Series(["many"]), "missing"),
            (pd.Series([], dtype=float), "empty"),
        ],
        ids=["missing", "negative", "infinite", "words", "nothing"],
    )
    def test_what_is_no_load_is_named(self, loads, says):
        for figure in (metrics.deviation, metrics.variation, metrics.gini, metrics.fairness):
            with pytest.raises(InputError, match=says):
                figure(loads)

    def test_loads_are_measured_by_row_also_where_a_name_comes_twice(self):
        twice, once = pd.Series([1.0, 3.0, 8.0], index=["a", "a", "b"]), pd.Series([1.0, 3.0, 8.0])
        assert metrics.deviation(twice).tolist() == metrics.deviation(once).tolist()
        assert metrics.fairness(twice).equals(metrics.fairness(once))
        with pytest.raises(InputError, match="each once"):
            metrics.deviation(twice, groups=pd.Series(["x", "x", "y"], index=twice.index))

    def test_where_nobody_lives_nothing_is_uneven(self):
        nobody = pd.Series([0.0, 0.0])
        assert metrics.deviation(nobody).isna().all()
        assert (metrics.variation(nobody), metrics.gini(nobody), metrics.share_within(nobody, 0.1)) == (0.0, 0.0, 1.0)

    def test_a_cell_without_a_street_is_named(self):
        with pytest.raises(InputError, match="missing for 1 rows, the first is b"):
            metrics.deviation(pd.Series({"a": 1.0, "b": 2.0}), groups=pd.Series({"a": "west", "b": None}))
        with pytest.raises(InputError, match="same index"):
            metrics.deviation(pd.Series({"a": 1.0, "b": 2.0}), groups=pd.Series({"a": "west"}))

    @given(SOME, st.floats(0.01, 100))
    def test_a_load_counted_in_other_units_is_as_fair(self, loads, scale):
        assert metrics.gini(loads * scale) == pytest.approx(metrics.gini(loads), abs=1e-9)
        assert metrics.variation(loads * scale) == pytest.approx(metrics.variation(loads), rel=1e-6, abs=1e-9)

    @given(SOME)
    def test_figures_stay_where_they_belong(self, loads):
        count = len(loads)
        assert 0 <= metrics.gini(loads) <= 1 - 1 / count + 1e-9
        assert 0 <= metrics.variation(loads) <= np.sqrt(count - 1) + 1e-9
        assert metrics.share_within(loads, 0.1) <= metrics.share_within(loads, 0.25) <= 1
        assert metrics.deviation(loads).sum() == pytest.approx(0, abs=1e-6 * count)

    @given(st.floats(0.01, 1e6), st.integers(1, 30))
    def test_where_all_carry_the_same_there_is_nothing_to_mend(self, load, count):
        row = metrics.fairness(pd.Series([load] * count))
        assert row[["max_deviation", "variation", "gini"]].to_numpy() == pytest.approx(0, abs=1e-12)
        assert row["within_10"] == 1

    @given(st.lists(st.integers(0, 1000), min_size=2, max_size=20).filter(lambda x: len(set(x)) > 1))
    def test_where_two_differ_it_is_seen(self, loads):
        assert metrics.variation(pd.Series(loads)) > 0
        assert metrics.gini(pd.Series(loads)) > 0

    @given(st.lists(st.integers(0, 1000), min_size=2, max_size=12), st.data())
    def test_giving_from_who_has_more_to_who_has_less_is_fairer(self, loads, data):
        # Dalton's principle of transfers (1920): whatever calls itself a measure of inequality keeps it.
        rich, poor = int(np.argmax(loads)), int(np.argmin(loads))
        given_away = data.draw(st.integers(0, (loads[rich] - loads[poor]) // 2))
        after = pd.Series(loads)
        after[rich] -= given_away
        after[poor] += given_away
        assert metrics.gini(after) <= metrics.gini(pd.Series(loads)) + 1e-12
        assert metrics.variation(after) <= metrics.variation(pd.Series(loads)) + 1e-12


class TestShapes:
    def test_borders_are_those_between_cells_and_each_counts_once(self):
        cells = squares(2, 2)
        borders = metrics.borders_m(cells)
        assert borders.name == "borders_m"
        assert list(borders.index) == list(cells.index)
        # A thousandth of a degree: 111.0 m northward, 89.4 m eastward at 36.65 N.
        assert borders.to_numpy() == pytest.approx(111.0 + 89.4, abs=0.3)
        assert metrics.cut_m(cells) == pytest.approx(2 * (111.0 + 89.4), abs=0.6)

    def test_a_hole_that_another_cell_fills_is_a_border(self):
        inner = shapely.box(117.001, 36.651, 117.002, 36.652)
        outer = shapely.box(117.0, 36.65, 117.003, 36.653) - inner
        borders = metrics.borders_m(gpd.GeoSeries({"in": inner, "around": outer}, crs=4326))
        assert borders["in"] == borders["around"] == pytest.approx(2 * (111.0 + 89.4), abs=0.6)

    def test_cells_that_do_not_fit_are_refused(self):
        crossing = gpd.GeoSeries([shapely.box(0, 0, 2, 1), shapely.box(1, 0, 3, 1)], crs=4326)
        halved = gpd.GeoSeries([shapely.box(0, 0, 1, 2), shapely.box(1, 0, 2, 1), shapely.box(1, 1, 2, 2)], crs=4326)
        for cells in (crossing, halved):
            with pytest.raises(GeometryError, match="gridgov check"):
                metrics.borders_m(cells.translate(117, 36))

    def test_what_runs_along_a_border_divides_nobody_and_what_crosses_divides_both(self):
        cells = squares(2, 1)
        along = shapely.LineString([(117.0011, 36.65), (117.0011, 36.651)])  # 9 m off the border of both
        across = shapely.LineString([(117.0, 36.6505), (117.002, 36.6505)])
        inside = metrics.barriers_m(cells, gpd.GeoSeries([along, across], crs=4326))
        assert inside.name == "barriers_m"
        assert inside.to_numpy() == pytest.approx(89.4 - 30, abs=0.5)

    def test_a_river_counts_with_half_its_banks(self):
        river = gpd.GeoSeries([shapely.box(117.0, 36.6504, 117.001, 36.6506)], crs=4326)
        inside = metrics.barriers_m(squares(1, 1), river, along_m=1)
        assert inside.to_numpy() == pytest.approx(89.4 - 2, abs=0.3)

    def test_no_barrier_at_all_is_no_barrier(self):
        assert metrics.barriers_m(squares(2, 1), gpd.GeoSeries([], crs=4326)).tolist() == [0.0, 0.0]

    def test_a_point_is_no_barrier(self):
        with pytest.raises(InputError, match="give lines"):
            metrics.barriers_m(squares(1, 1), gpd.GeoSeries([shapely.Point(117, 36.65)], crs=4326))

    def test_what_is_no_cell_is_refused(self):
        with pytest.raises(CoordinateError):
            metrics.polsby_popper(gpd.GeoSeries([shapely.box(0, 0, 1, 1)]))
        for shape in (shapely.Point(117, 36), shapely.Polygon(), None):
            with pytest.raises(GeometryError):
                metrics.polsby_popper(gpd.GeoSeries([shape], crs=4326))

    @given(
        st.lists(st.tuples(st.floats(0, 0.01), st.floats(0, 0.01)), min_size=3, max_size=12), st.floats(0.0005, 0.01)
    )
    def test_nothing_is_more_compact_than_a_circle(self, points, radius):
        circle = shapely.transform(shapely.Point(0, 0).buffer(radius, 64), lambda xy: xy * [1 / 0.803, 1])
        blob = shapely.buffer(shapely.MultiPoint(points), 1e-4).convex_hull
        shapes = gpd.GeoSeries([circle, blob], crs=4326).translate(117, 36.5)
        round_one, any_one = metrics.polsby_popper(shapes)
        assert 0 < any_one <= 1
        assert round_one == pytest.approx(1, abs=0.01)


ATOMS = st.integers(1, 30).flatmap(
    lambda n: st.tuples(
        st.lists(st.sampled_from("abc"), min_size=n, max_size=n).map(pd.Series),
        st.lists(st.sampled_from("abcd"), min_size=n, max_size=n).map(pd.Series),
        st.lists(st.integers(0, 50), min_size=n, max_size=n).map(pd.Series),
    )
)


class TestChanges:
    @given(ATOMS)
    def test_who_stays_and_who_moves_are_all(self, atoms):
        before, after, homes = atoms
        away = metrics.households_moved(before, after, homes)
        assert away.sum() + homes[before == after].sum() == homes.sum()
        assert metrics.households_moved(before, before, homes).sum() == 0

    @given(ATOMS)
    def test_a_cell_is_touched_if_it_holds_other_atoms(self, atoms):
        before, after, _ = atoms
        touched = metrics.cells_touched(before, after)
        for cell in touched.index:
            assert touched[cell] == (set(before.index[before == cell]) != set(after.index[after == cell]))

    @given(ATOMS)
    def test_staff_keep_what_a_count_by_hand_says(self, atoms):
        before, after, homes = atoms
        duties = pd.DataFrame({"person": ["x", "x", "y", "z"], "cell": ["a", "b", "b", "c"]})
        later = pd.DataFrame({"person": ["x", "y", "y", "new"], "cell": ["a", "b", "d", "c"]})
        kept = metrics.staff_kept(duties, later, before=before, after=after, households=homes)
        assert list(kept.index) == ["x", "y", "z"]
        for person in kept.index:
            had = before.isin(duties["cell"][duties["person"] == person])
            still = had & after.isin(later["cell"][later["person"] == person])
            total = homes[had].sum()
            assert (np.isnan(kept[person]) and total == 0) or kept[person] == pytest.approx(homes[still].sum() / total)

    def test_a_person_who_serves_two_cells_keeps_those_who_moved_from_one_to_the_other(self):
        before, after, homes = pd.Series(["a", "b"]), pd.Series(["b", "b"]), pd.Series([10, 10])
        duties = pd.DataFrame({"person": [7, 7], "cell": ["a", "b"]})
        assert metrics.staff_kept(duties, duties, before=before, after=after, households=homes).to_dict() == {7: 1.0}

    def test_atoms_are_found_by_name_and_not_by_their_order(self):
        before, after = pd.Series({"p": "a", "q": "b"}), pd.Series({"q": "b", "p": "c"})
        assert metrics.households_moved(before, after, pd.Series({"q": 1, "p": 2})).to_dict() == {"p": 2.0, "q": 0.0}

    def test_atoms_that_differ_are_refused(self):
        with pytest.raises(InputError, match="same index"):
            metrics.cells_touched(pd.Series({"p": "a"}), pd.Series({"q": "a"}))
        with pytest.raises(InputError, match="after is missing for 1 rows"):
            metrics.cells_touched(pd.Series({"p": "a"}), pd.Series({"p": None}))
        with pytest.raises(InputError, match="person and cell"):
            metrics.staff_kept(
                pd.DataFrame({"person": [1]}), pd.DataFrame({"person": [1]}),
                before=pd.Series(["a"]), after=pd.Series(["a"]), households=pd.Series([1]),
            )  # fmt: skip
