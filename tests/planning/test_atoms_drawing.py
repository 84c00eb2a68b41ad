"""Whatever the ground and the places: the parts fill it exactly, and its border keeps its vertices."""

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgov.coordinates import to_plane
from gridgov.planning.tessellation.drawing import Ground, parted

LON, LAT = 117.05, 36.65


@st.composite
def grounds(draw):
    """Draw a crooked cell of some hundred metres, now and then with a hole, in degrees of eight decimals."""
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    count = draw(st.integers(5, 40))
    angle = 2 * np.pi * (np.arange(count) + rng.uniform(0.1, 0.9, count)) / count  # all around: it never crosses itself
    radius = rng.uniform(draw(st.sampled_from([0.3, 0.8])), 1.0, count) * 0.003
    ring = np.column_stack([LON + radius * np.cos(angle), LAT + radius * np.sin(angle)])
    shape = shapely.Polygon(shapely.get_coordinates(shapely.segmentize(shapely.linearrings(ring), 0.0004)))
    if draw(st.booleans()):
        shape = shape.difference(shapely.box(LON - 0.0004, LAT - 0.0004, LON + 0.0004, LAT + 0.0003))
    shape = shapely.transform(shape, lambda at: np.round(at, 8))
    return max(shapely.get_parts(shapely.make_valid(shape)), key=lambda part: part.area)


@st.composite
def scenes(draw):
    shape = draw(grounds())
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    west, south, east, north = shape.bounds
    dots = shapely.points(rng.uniform([west, south], [east, north], (60, 2)))
    dots = dots[shapely.contains_properly(shape, dots)][: draw(st.integers(1, 25))]
    dots = dots if len(dots) else np.array([shape.point_on_surface()])
    owner = np.unique(rng.integers(0, len(dots), len(dots)), return_inverse=True)[1]
    return shape, shapely.get_coordinates(to_plane(dots, LON)), owner


def assert_fills(shape, parts, owners):
    assert (shapely.get_type_id(parts.shapes) == 3).all()
    assert shapely.is_valid(parts.shapes).all()
    assert (shapely.area(parts.shapes) > 0).all()
    assert shapely.coverage_is_valid(parts.shapes)
    assert sorted(one for held in parts.owners for one in held) == list(range(owners))
    assert all(parts.owners)
    whole = shapely.coverage_union_all(parts.shapes)
    assert shapely.equals_identical(shapely.normalize(whole), shapely.normalize(shape))


@settings(max_examples=60, deadline=None)
@given(scenes())
def test_parts_fill_any_ground_and_put_no_vertex_on_its_border(scene):
    shape, places, owner = scene
    parts = parted(Ground.of(shape, LON), places, owner)
    assert_fills(shape, parts, int(owner.max()) + 1)


def test_two_places_in_a_square_get_half_each():
    at = np.round(np.linspace(0, 0.001, 11), 8)
    ring = [(LON + x, LAT) for x in at] + [(LON + 0.001, LAT + y) for y in at[1:]]
    ring += [(LON + x, LAT + 0.001) for x in at[-2::-1]] + [(LON, LAT + y) for y in at[-2:0:-1]]
    square = shapely.Polygon(np.round(ring, 8))
    places = shapely.get_coordinates(
        to_plane(shapely.points([[LON + 0.00026, LAT + 0.0005], [LON + 0.00074, LAT + 0.0005]]), LON)
    )
    parts = parted(Ground.of(square, LON), places, np.array([0, 1]))
    assert_fills(square, parts, 2)
    assert np.allclose(shapely.area(parts.shapes) / square.area, 0.5, atol=1e-6)
    assert parts.shapes[parts.owners.index([0])].centroid.x < parts.shapes[parts.owners.index([1])].centroid.x


def test_places_that_no_line_can_part_stay_together():
    square = shapely.box(LON, LAT, LON + 0.0001, LAT + 0.0001)
    flat = shapely.get_coordinates(to_plane(shapely.points([[LON + 5e-5, LAT + 5e-5]]), LON))
    parts = parted(Ground.of(square, LON), np.vstack([flat, flat + 1e-4]), np.array([0, 1]))
    assert_fills(square, parts, 2)
