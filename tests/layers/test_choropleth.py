"""Colours of cells: each band of deviation has its own, and what is not counted has none of them."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from layers import choropleth, styles
from layers.choropleth import around_mean, by_amount


def test_each_load_lies_in_the_band_that_its_distance_from_the_mean_says():
    # Eight loads of mean 100; those on an edge belong to the band nearer to the mean.
    loads = pd.Series([0.0, 50.0, 74.0, 90.0, 110.0, 125.0, 150.0, 201.0])
    found = around_mean(loads)
    assert loads.mean() == 100
    ranks = [styles.DEVIATIONS.index(paint.fill) for paint in found.paints]
    assert ranks == [0, 1, 1, 3, 3, 4, 5, 7]
    assert found.off.tolist() == pytest.approx([-1, -0.5, -0.26, -0.1, 0.1, 0.25, 0.5, 1.01])


def test_the_legend_counts_every_cell_once_from_much_to_little():
    found = around_mean(pd.Series([10.0, 30.0, 20.0, np.nan]))
    assert [step.count for step in found.steps] == [0, 0, 1, 0, 1, 0, 1, 0, 1]
    assert found.steps[0].title.en == "more than double"
    assert found.steps[-1].title is choropleth.NOT_COUNTED


def test_a_cell_without_a_figure_is_not_counted_and_moves_no_mean():
    found = around_mean(pd.Series([100.0, np.nan, 100.0]))
    assert [paint is styles.UNRATED for paint in found.paints] == [False, True, False]
    assert found.off.dropna().tolist() == [0, 0]


def test_each_street_may_have_its_own_mean():
    loads, streets = pd.Series([10.0, 10.0, 90.0, 90.0]), pd.Series(["a", "a", "b", "b"])
    assert {paint.fill for paint in around_mean(loads, groups=streets).paints} == {styles.DEVIATIONS[3]}
    assert len({paint.fill for paint in around_mean(loads).paints}) == 2


def test_amounts_are_cut_at_their_own_quintiles_with_zero_apart():
    found = by_amount(pd.Series([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, np.nan]))
    assert [step.title.zh for step in found.steps[:-1]] == ["5", "4", "3", "2", "1", "0"]
    assert [step.count for step in found.steps] == [1] * 7


def test_either_side_of_what_is_fair_grows_darker():
    inks = [styles.contrast(colour, "#ffffff") for colour in styles.DEVIATIONS]
    assert all(darker > lighter for darker, lighter in pairwise(inks[:4]))
    assert all(lighter < darker for lighter, darker in pairwise(inks[3:]))
    assert len(styles.DEVIATIONS) == len(choropleth.BANDS) + 1


def test_classes_of_shares_are_told_with_digits_that_keep_them_apart():
    found = by_amount(pd.Series([0.31, 0.42, 1.24, 1.91, 2.6]))
    assert [step.title.zh for step in found.steps[:-1]] == ["2.6", "1.9", "1.2", "0.4", "0.3", "0"]
    near = by_amount(pd.Series([1.01, 1.02, 1.03, 1.04, 1.05]))
    assert [step.title.zh for step in near.steps[:-1]] == ["1.05", "1.04", "1.03", "1.02", "1.01", "0"]
