"""Maps by one call: what they say, what they refuse, and that they stand alone."""

import re
from itertools import pairwise

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from gridgov.errors import CoordinateError, InputError
from layers import OfflineMap, compare, render, show, show_moves, styles
from tests.layers.conftest import HOSTILE


@pytest.fixture
def cells() -> gpd.GeoDataFrame:
    """Return four cells of two streets, the last one dedicated."""
    xs = [117.0, 117.01, 117.02, 117.03, 117.04]
    return gpd.GeoDataFrame(
        {
            "code": ["370102001001001", "370102001001002", "370102002001001", "370102002001002"],
            "street_code": ["370102001", "370102001", "370102002", "370102002"],
            "street_name": ["东街", "东街", HOSTILE, HOSTILE],
            "kind": ["ordinary", "ordinary", "ordinary", "dedicated"],
            "households": [100, 300, 200, 900],
        },
        geometry=[shapely.box(west, 36.65, east, 36.66) for west, east in pairwise(xs)],
        crs=4326,
    )


def legend(page: str) -> list[int]:
    """Return the counts of the legend."""
    return [int(count) for count in re.findall(r"</i></td><td class=n>(\d+)</td></tr>", page)]


def test_cells_are_coloured_by_what_they_carry_and_a_dedicated_one_by_nothing(cells):
    page = render(show(cells, by="households", title="户数"))
    assert "<h1>户数</h1>" in page
    assert sum(legend(page)) == 4
    assert styles.DEVIATIONS[1] in page  # half of the mean of 200: the dedicated cell's 900 do not count
    assert "-50%" in page
    assert styles.NOT_RATED in page


def test_a_street_has_its_own_mean_where_that_is_asked(cells):
    page = render(show(cells, by="households", against="street_code"))
    assert "与本街道的平均数相比" in page
    assert "+0%" in page


def test_without_a_column_there_is_a_map_and_no_legend(cells):
    assert "<div class=g-box>" not in render(show(cells))


def test_a_map_is_as_high_as_asked_in_a_notebook_and_fills_a_page_of_its_own(cells):
    drawn = show(cells, height=432)
    assert isinstance(drawn, OfflineMap)
    assert 'height="432px"' in drawn._repr_html_()
    assert "height: 100.0%" in render(drawn)


@pytest.mark.parametrize(
    ("change", "by", "error", "says"),
    [
        (lambda frame: frame.to_crs(3857), "households", CoordinateError, "to_crs"),
        (lambda frame: frame.set_crs(None, allow_override=True), None, CoordinateError, "set_crs"),
        (lambda frame: frame[:0], "households", InputError, "nothing to show"),
        (lambda frame: frame, "people", InputError, "There is no column people; there are code"),
        (lambda frame: frame, "street_name", InputError, "holds no number"),
        (lambda frame: frame.assign(households=-1), "households", InputError, "below zero"),
    ],
    ids=["metres", "no-crs", "empty", "no-column", "words", "negative"],
)
def test_what_cannot_be_shown_is_refused_in_words(cells, change, by, error, says):
    with pytest.raises(error, match=says):
        show(change(cells), by=by)


def test_two_grids_are_compared_in_the_same_colours_with_both_counts(cells):
    after = cells.assign(households=[200, 200, 200, 900])
    page = render(compare(cells, after, title="前后"))
    assert re.search(r"变异系数 <i>variation</i></td><td class=n>0.408</td><td class=n>0.000</td>", page)
    fair = re.search(r"fair, within 10 %</i></td><td class=n>(\d)</td><td class=n>(\d)</td>", page)
    assert fair is not None
    assert fair.groups() == ("1", "3")


def test_moves_show_each_pair_of_cells_with_whom_it_concerns(cells):
    atoms = cells.assign(cell=cells["code"])
    after = atoms["cell"].copy()
    after[1] = after[0]
    page = render(show_moves(atoms, after))
    assert "300（20.0%）" in page
    assert "2 / 4" in page
    assert page.count('"t0":') == 1  # one piece of ground, whatever number of atoms


def test_moves_of_nothing_are_a_map_all_the_same(cells):
    atoms = cells.assign(cell=cells["code"])
    assert "0（0.0%）" in render(show_moves(atoms, atoms["cell"]))
    with pytest.raises(InputError, match="same index"):
        show_moves(atoms, pd.Series(["a"], index=["elsewhere"]))


@pytest.mark.browser
def test_a_comparison_shows_one_grid_at_a_time_and_no_name_becomes_a_tag(cells, opened):
    after = cells.assign(households=[200, 200, 200, 900])
    page = opened(render(compare(cells, after, title=HOSTILE)))
    drawn = page.locator(f'path[fill="{styles.DEVIATIONS[1]}"]')
    page.get_by_text("现在 · today").wait_for()
    assert drawn.count() == 0
    page.get_by_text("现在 · today").click()
    drawn.first.wait_for(state="attached")
    drawn.first.hover()
    page.locator(".leaflet-tooltip").get_by_text("-50%").wait_for()
    assert page.locator(".g-name").all_inner_texts()[0] == "东街"
    assert page.evaluate("window.broken") is None
