"""Everything that keeps cells from being a partition is found, with its place and size."""

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
import shapely.affinity

from gridgov.coordinates import to_plane
from gridgov.errors import CodeError, PartitionError
from gridgov.grid import KINDS, CheckReport, check_cells, require_partition

SAMPLE = Path(__file__).parents[2] / "sample_geo" / "data" / "grid.gpkg"


def with_shape(grid: gpd.GeoDataFrame, row: int, shape: Any) -> gpd.GeoDataFrame:
    shapes = np.array(grid.geometry, dtype=object)
    shapes[row] = shape
    return grid.set_geometry(gpd.GeoSeries(shapes, index=grid.index, crs=grid.crs))


def kinds(report: CheckReport) -> list[str]:
    return list(report.counts())


def square_metres(shape: Any) -> float:
    return float(to_plane(shape, 117.058).area)


def cut(shape: Any, fraction: float = 0.4) -> Any:
    """Take a bite out of the middle of a cell."""
    middle, size = shape.centroid, fraction * np.sqrt(shape.area) / 2
    return shape.difference(shapely.box(middle.x - size, middle.y - size, middle.x + size, middle.y + size))


def test_a_grid_without_faults_is_a_partition(grid: gpd.GeoDataFrame):
    report = check_cells(grid)
    assert report.ok
    assert "partition" in report.summary()
    assert report.to_frame().empty
    assert report.to_frame().crs.to_epsg() == 4326
    require_partition(grid)


def test_a_hole_is_a_gap_of_its_size_between_its_neighbours(grid: gpd.GeoDataFrame):
    missing = grid.geometry.iloc[4]
    report = check_cells(grid.drop(index=4))
    (fault,) = report.faults
    assert fault.kind == "gap"
    assert fault.area_m2 == pytest.approx(square_metres(missing), rel=1e-9)
    assert missing.contains(shapely.Point(fault.lon, fault.lat))
    assert len(fault.cells) == 8
    assert fault.geometry.equals(missing)


def test_a_gap_around_an_island_of_a_cell_does_not_count_the_island(grid: gpd.GeoDataFrame):
    shrunk = grid.geometry.iloc[4].buffer(-2e-5)
    (fault,) = check_cells(with_shape(grid, 4, shrunk)).of("gap")
    assert fault.area_m2 == pytest.approx(square_metres(grid.geometry.iloc[4]) - square_metres(shrunk), rel=1e-6)


def test_ground_missing_at_the_edge_is_found_against_the_district(grid: gpd.GeoDataFrame):
    district = shapely.union_all(np.array(grid.geometry))
    left = grid.drop(index=0)
    assert check_cells(left).ok
    assert kinds(check_cells(left, district=district)) == ["gap"]
    assert check_cells(grid, district=gpd.GeoDataFrame(geometry=[district], crs=4326)).ok


def test_an_overlap_is_named_with_both_cells(grid: gpd.GeoDataFrame):
    bigger = grid.geometry.iloc[0].buffer(2e-4)
    report = check_cells(with_shape(grid, 0, bigger))
    found = report.of("overlap")
    expected = {code: bigger.intersection(shape) for code, shape in zip(grid.code[1:], grid.geometry[1:], strict=True)}
    assert {fault.cells for fault in found} == {
        tuple(sorted((grid.code.iloc[0], code))) for code, shape in expected.items() if not shape.is_empty
    } or len(found) == 3
    assert sum(fault.area_m2 for fault in found) == pytest.approx(
        sum(square_metres(shape) for shape in expected.values() if shape.area), rel=1e-6
    )


def test_thin_overlaps_and_gaps_are_called_slivers(grid: gpd.GeoDataFrame):
    moved = shapely.affinity.translate(grid.geometry.iloc[4], 1e-6, 0)
    assert {"overlap-sliver", "gap-sliver"} <= set(kinds(check_cells(with_shape(grid, 4, moved))))


def test_a_vertex_that_only_one_side_has_is_found(grid: gpd.GeoDataFrame):
    finer = shapely.segmentize(grid.geometry.iloc[0], 3e-4)
    report = check_cells(with_shape(grid, 0, finer))
    assert not report.ok
    assert set(kinds(report)) <= {"edge-unmatched", "gap-sliver", "overlap-sliver"}


def test_a_self_crossing_cell_is_named_with_reason_and_place(grid: gpd.GeoDataFrame):
    coordinates = shapely.get_coordinates(grid.geometry.iloc[4])
    coordinates[[2, 3]] = coordinates[[3, 2]]
    (fault,) = check_cells(with_shape(grid, 4, shapely.Polygon(coordinates))).of("geometry-invalid")
    assert "Self-intersection" in fault.reason
    assert grid.geometry.iloc[4].distance(shapely.Point(fault.lon, fault.lat)) < 1e-4


def test_a_cell_in_two_parts_is_named_with_the_smaller_part(grid: gpd.GeoDataFrame):
    crumb = shapely.box(117.2, 36.7, 117.2005, 36.7005)
    shapes = shapely.MultiPolygon([grid.geometry.iloc[0], crumb])
    (fault,) = check_cells(with_shape(grid, 0, shapes)).faults
    assert fault.kind == "multi-part"
    assert fault.area_m2 == pytest.approx(square_metres(crumb), rel=1e-3)
    assert crumb.contains(shapely.Point(fault.lon, fault.lat))


def test_a_multipolygon_of_one_part_is_a_cell_like_any_other(grid: gpd.GeoDataFrame):
    assert check_cells(with_shape(grid, 0, shapely.MultiPolygon([grid.geometry.iloc[0]]))).ok


@pytest.mark.parametrize("nothing", [None, shapely.Polygon(), shapely.MultiPolygon()])
def test_a_cell_without_geometry_is_named_and_leaves_a_gap(grid: gpd.GeoDataFrame, nothing: Any):
    report = check_cells(with_shape(grid, 4, nothing))
    assert report.of("geometry-empty")[0].cells == (grid.code.iloc[4],)
    assert kinds(report) == ["geometry-empty", "gap"]


@pytest.mark.parametrize(
    "shape", [shapely.Point(117.06, 36.63), shapely.LineString([(117.06, 36.63), (117.07, 36.63)])]
)
def test_a_cell_that_is_no_polygon_is_named(grid: gpd.GeoDataFrame, shape: Any):
    assert kinds(check_cells(with_shape(grid, 4, shape)))[0] == "geometry-kind"


def test_a_cell_too_thin_to_stand_in_is_named(grid: gpd.GeoDataFrame):
    thin = shapely.box(117.2, 36.7, 117.2 + 1e-6, 36.701)
    extra = gpd.GeoDataFrame({"code": ["370102001099001"]}, geometry=[thin], crs=4326)
    joined = gpd.GeoDataFrame({"code": [*grid.code, *extra.code]}, geometry=[*grid.geometry, thin], crs=4326)
    assert kinds(check_cells(joined)) == ["cell-sliver"]


def test_a_layer_without_coordinate_system_is_refused(grid: gpd.GeoDataFrame):
    (fault,) = check_cells(grid.set_crs(None, allow_override=True)).faults
    assert fault.kind == "crs-missing"
    assert "--crs" in KINDS["crs-missing"].remedy


def test_a_layer_in_metres_or_with_swapped_axes_has_a_wrong_coordinate_system(grid: gpd.GeoDataFrame):
    assert kinds(check_cells(grid.to_crs(4548))) == ["crs-wrong"]
    mislabelled = grid.to_crs(4548).set_crs(4326, allow_override=True)
    assert kinds(check_cells(mislabelled)) == ["crs-wrong"]
    swapped = grid.set_geometry(
        gpd.GeoSeries(shapely.transform(grid.geometry.to_numpy(), lambda xy: xy[:, ::-1]), crs=4326)
    )
    (fault,) = check_cells(swapped).faults
    assert "swapped" in fault.reason


def test_bad_and_double_codes_are_named_with_their_rows(grid: gpd.GeoDataFrame):
    damaged = grid.copy()
    damaged["code"] = ["3.70102E+14", None, grid.code.iloc[3], *grid.code.iloc[3:]]
    report = check_cells(damaged)
    assert [fault.cells for fault in report.of("code-bad")] == [("row 1",), ("row 2",)]
    assert "spreadsheet" in report.of("code-bad")[0].reason
    (double,) = report.of("code-duplicate")
    assert double.cells == (f"{grid.code.iloc[3]} (row 3)", f"{grid.code.iloc[3]} (row 4)")
    assert double.lon is not None


def test_a_layer_without_codes_says_which_column_is_missing(grid: gpd.GeoDataFrame):
    assert "网格编码" in check_cells(grid[["geometry"]]).faults[0].reason


def test_cells_outside_their_community_and_of_unknown_ones_are_named(grid: gpd.GeoDataFrame):
    areas = grid[["community_code", "geometry"]].dissolve("community_code").reset_index()
    areas = areas.rename(columns={"community_code": "code"})
    assert check_cells(grid, communities=areas).ok
    moved = areas.set_geometry(areas.geometry.translate(0.001, 0))
    outside = check_cells(grid, communities=moved).of("outside-community")
    assert len(outside) >= 4
    assert all(fault.area_m2 > 1 for fault in outside)
    unknown = check_cells(grid, communities=areas.iloc[:1]).of("parent-unknown")
    assert {fault.cells[0] for fault in unknown} == set(grid.code[grid.community_code != areas.code.iloc[0]])
    broken = areas.assign(code="3.7E+11")
    with pytest.raises(CodeError, match="community areas"):
        check_cells(grid, communities=broken)


def test_cells_outside_their_street_or_district_are_named(grid: gpd.GeoDataFrame):
    half = shapely.union_all(np.array(grid.geometry[:6]))
    street = gpd.GeoDataFrame({"code": ["370102001"]}, geometry=[half], crs=4326)
    assert len(check_cells(grid, streets=street).of("outside-street")) == 6
    assert len(check_cells(grid, district=half).of("outside-district")) == 6


def test_the_report_is_words_a_layer_and_json(grid: gpd.GeoDataFrame):
    shapes = with_shape(grid, 0, grid.geometry.iloc[0].buffer(1e-4)).drop(index=4)
    shapes["code"] = ["370102", *shapes.code[1:]]
    report = check_cells(shapes)
    layer = report.to_frame()
    assert len(layer) == len(report.faults)
    assert set(layer.columns) == {"kind", "cells", "reason", "area_m2", "lon", "lat", "geometry"}
    assert layer.geometry.notna().all()
    assert "gap" in report.summary()
    assert any("m2" in line and "at 117." in line for line in report.lines())
    assert json.dumps([fault.as_dict() for fault in report.faults])
    assert [fault.kind for fault in report.faults] == sorted(
        (fault.kind for fault in report.faults), key=list(KINDS).index
    )


def test_refusing_names_every_fault_in_its_details(grid: gpd.GeoDataFrame):
    with pytest.raises(PartitionError, match="1 gap") as caught:
        require_partition(grid.drop(index=4))
    assert caught.value.field == "cells"
    assert caught.value.details[0]["kind"] == "gap"
    assert caught.value.details[0]["area_m2"] > 1000


def test_an_empty_layer_has_no_faults(grid: gpd.GeoDataFrame):
    assert check_cells(grid.iloc[:0]).ok


def test_the_order_of_cells_changes_nothing(grid: gpd.GeoDataFrame):
    damaged = with_shape(grid, 0, grid.geometry.iloc[0].buffer(1e-4)).drop(index=4)
    there, back = check_cells(damaged), check_cells(damaged.iloc[::-1])
    assert there.counts() == back.counts()
    assert [round(f.area_m2, 3) for f in there.faults] == [round(f.area_m2, 3) for f in back.faults]


@pytest.mark.skipif(not SAMPLE.exists(), reason="the sample district is made by make sample")
def test_the_sample_district_is_a_partition_of_its_communities_streets_and_districts():
    cells, communities, streets, districts = (
        gpd.read_file(SAMPLE, layer=layer) for layer in ("cells", "communities", "streets", "districts")
    )
    assert check_cells(cells, communities=communities, streets=streets, district=districts).ok
