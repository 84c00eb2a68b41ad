import json

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import GeometryCollection, LineString, MultiLineString, MultiPolygon, Point, Polygon, box

from layers import display
from tests.conftest import SAMPLE

degrees = st.tuples(st.floats(-180, 180), st.floats(-90, 90))


def decoded(steps):
    return np.cumsum(np.array(steps).reshape(-1, 2), axis=0) / display.SCALE


@given(st.lists(degrees, min_size=2, max_size=40))
def test_a_line_comes_back_to_the_millionth_of_a_degree(points):
    kind, paths = display.encoded(np.array([LineString(points)]))[0]
    assert kind == 1
    travelled = decoded(paths[0])
    assert np.allclose(travelled[[0, -1]], np.array(points)[[0, -1]], atol=0.6e-6)
    whole = np.rint(np.array(points) * display.SCALE)
    moved = np.diff(whole, axis=0, prepend=np.inf).any(axis=1)
    assert np.array_equal(np.rint(travelled * display.SCALE), whole[moved])


@given(st.lists(degrees, min_size=1, max_size=20))
def test_points_keep_their_order(points):
    shapes = display.encoded(np.array([Point(p) for p in points], dtype=object))
    assert [kind for kind, _ in shapes] == [0] * len(points)
    assert np.allclose([decoded(steps)[0] for _, steps in shapes], points, atol=0.6e-6)


def test_holes_and_several_parts_stay_apart():
    holed = box(0, 0, 4, 4).difference(box(1, 1, 2, 2))
    shape = MultiPolygon([holed, box(9, 9, 10, 10)])
    kind, polygons = display.encoded(np.array([shape]))[0]
    assert kind == 2
    assert [len(rings) for rings in polygons] == [2, 1]
    back = MultiPolygon([Polygon(decoded(rings[0]), [decoded(hole) for hole in rings[1:]]) for rings in polygons])
    assert back.equals(shape)


def test_of_a_collection_the_largest_dimension_travels_and_nothing_is_lost_in_the_row():
    mixed = GeometryCollection([Point(1, 1), LineString([(0, 0), (1, 1)]), box(5, 5, 6, 6)])
    nested = GeometryCollection([GeometryCollection([MultiLineString([[(0, 0), (1, 1)], [(2, 2), (3, 3)]])])])
    shapes = display.encoded(np.array([mixed, Polygon(), nested, Point(7, 8), None], dtype=object))
    assert [kind for kind, _ in shapes] == [2, 1, 1, 0, 1]
    assert shapes[1][1] == []
    assert len(shapes[2][1]) == 2
    assert shapes[3][1] == [7_000_000, 8_000_000]


def test_no_geometries_are_no_shapes():
    assert display.encoded(np.array([], dtype=object)) == []


def test_simplified_cells_still_meet_and_move_by_less_than_the_map_says():
    cells = gpd.read_file(SAMPLE / "grid.gpkg", layer="cells")
    drawn = display.simplified(cells)
    shapes = drawn.geometry.to_numpy()
    assert shapely.coverage_is_valid(shapes)
    assert (
        shapely.get_num_coordinates(shapes).sum() < 0.9 * shapely.get_num_coordinates(cells.geometry.to_numpy()).sum()
    )
    far = shapely.hausdorff_distance(shapely.boundary(cells.geometry.to_numpy()), shapely.boundary(shapes))
    assert far.max() * 111_320 <= display.TOLERANCE_M


def test_areas_are_drawn_by_the_borders_of_their_cells_and_keep_their_own_without_cells():
    cells = gpd.GeoDataFrame({"code": ["11", "12", "21"]}, geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1), box(0, 1, 2, 2)])
    areas = gpd.GeoDataFrame({"code": ["1", "2", "3"]}, geometry=[box(0, 0, 9, 9), box(0, 0, 9, 9), box(5, 5, 6, 6)])
    drawn = display.outlines(areas, cells, 1)
    assert drawn.geometry[0].equals(box(0, 0, 2, 1))
    assert drawn.geometry[1].equals(box(0, 1, 2, 2))
    assert drawn.geometry[2].equals(box(5, 5, 6, 6))


@given(st.text() | st.just("</script><!--<script>\u2028\u2029&amp;"))
def test_no_text_can_leave_the_script_it_travels_in(text):
    written = display.script_json({"text": text})
    assert not set("<>&\u2028\u2029") & set(written)
    assert json.loads(written) == {"text": text}


def test_figures_that_json_does_not_have_are_refused_before_a_browser_chokes_on_them():
    with pytest.raises(ValueError, match="JSON"):
        display.script_json([float("nan")])
