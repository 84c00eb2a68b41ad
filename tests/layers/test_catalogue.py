import inspect

import geopandas as gpd
import pytest
import shapely

from gridgov.errors import NotFoundError
from layers import CATALOGUE, layer
from layers.catalogue import ByClass, ByRank, ByValue, Shape

TYPES = {
    Shape.POINT: {"Point"},
    Shape.LINE: {"LineString", "MultiLineString"},
    Shape.POLYGON: {"Polygon", "MultiPolygon"},
    Shape.MIXED: {"LineString", "MultiLineString", "Polygon", "MultiPolygon"},
}


def test_names_and_orders_are_unlike():
    assert len({one.name for one in CATALOGUE}) == len(CATALOGUE)
    assert len({one.order for one in CATALOGUE}) == len(CATALOGUE)


def test_a_layer_is_found_by_name_and_a_wrong_name_says_what_there_is():
    assert layer("streets").title.zh == "街道界"
    with pytest.raises(NotFoundError, match="whistle_parts"):
        layer("strets")


@pytest.mark.parametrize("one", CATALOGUE, ids=lambda one: one.name)
def test_a_layer_speaks_both_tongues(one):
    words = [one.title, *(field.title for field in one.fields), *([one.note] if one.note else [])]
    assert all(said.zh and said.en and said.en.isascii() for said in words)


def test_of_a_group_one_layer_is_shown_at_first():
    for group in {one.group for one in CATALOGUE} - {None}:
        assert sum(one.visible for one in CATALOGUE if one.group == group) == 1


@pytest.mark.parametrize("one", CATALOGUE, ids=lambda one: one.name)
def test_a_layer_reads_as_its_docstring_says(unit, view, border_block, one):
    if one.boxed:
        view = type(view)(view.at, view.since, view.until, view.districts, border_block.bounds)
    frame = one.frame(unit, view)
    assert isinstance(frame, gpd.GeoDataFrame)
    assert len(frame)
    assert frame.crs.to_epsg() == 4326
    assert set(frame.geom_type) <= TYPES[one.shape]
    assert shapely.is_valid(frame.geometry.to_numpy()).all()
    said = " ".join((inspect.getdoc(one.source) or "").split())
    assert [name for name in frame.columns if name not in said] == []
    wanted = {c for field in one.fields for c in (field.column, field.column_en)} | {one.label, *one.extra}
    if isinstance(one.look, ByValue | ByRank | ByClass):
        wanted.add(one.look.column)
    assert wanted - {None} <= set(frame.columns)
